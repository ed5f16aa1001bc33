// Runs before anything is painted. A theme that a person has chosen comes with the page; else it is the system's.
(() => {
  const page = document.documentElement;
  if (!("themeOfSystem" in page.dataset)) return;
  const wanted = matchMedia("(prefers-color-scheme: dark)");
  const show = () => (page.dataset.bsTheme = wanted.matches ? "dark" : "light");
  show();
  wanted.addEventListener("change", show);
})();
