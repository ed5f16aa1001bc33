// Runs before anything is painted: the theme a person chose, else the one of the system.
(() => {
  const wanted = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    const theme = localStorage.getItem("theme") || (wanted.matches ? "dark" : "light");
    document.documentElement.dataset.bsTheme = theme;
  };
  show();
  wanted.addEventListener("change", show);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    localStorage.setItem("theme", document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark");
    show();
  });
})();
