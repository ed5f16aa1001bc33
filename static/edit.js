// Cards and the pages that edit them. Everything also works without this file.

// A FastTab stays folded, or open, as this person left it.
for (const tab of document.querySelectorAll("details[data-fold]")) {
  const key = `fold ${tab.dataset.fold}`;
  const kept = localStorage.getItem(key);
  if (kept && !("keepOpen" in tab.dataset)) tab.open = kept === "open";
  tab.querySelector("summary").addEventListener("click", () => {
    localStorage.setItem(key, tab.open ? "folded" : "open");
  });
}

const form = document.querySelector("form[data-edit]");
if (form) {
  // Ctrl+S saves; who leaves with something typed is asked once, unless that is what Cancel is for.
  let touched = Boolean(form.querySelector(".edit-wrong"));
  form.addEventListener("input", () => { touched = true; });
  form.addEventListener("submit", () => { touched = false; });
  form.querySelector(".actionbar")?.addEventListener("click", (event) => {
    if (event.target.closest("a")) touched = false;
  });
  addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "s" && (event.ctrlKey || event.metaKey) && !event.altKey) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[name=save]"));
    }
  });
  // The first input that needs a look has the cursor, unless another one was asked for.
  if (!form.querySelector("[autofocus]")) {
    const first = form.querySelector("[aria-invalid]") || form.querySelector(".edit-field input:not([disabled], [data-key]), .edit-field select");
    if (first && !location.hash) first.focus();
  }
}
