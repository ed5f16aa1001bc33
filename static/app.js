// Small manners of all pages. Every main action also works without this file.

// A form is sent once: the second click of a double click does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // What was pressed shows that something goes on: Sales may take its time to answer.
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});

// "Select all" of a list.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-select-all]")) return;
  const boxes = event.target.closest("form, table").querySelectorAll("input[type=checkbox][name=selected]");
  for (const box of boxes) box.checked = event.target.checked;
});

// A part of the page that asks every second is answered at last: go on to the next page. Until that page comes, which
// may take longer than a second, nothing asks again: the next answer would only begin the way there anew, for ever.
let leaving = false;
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const answer = event.detail.xhr;
  leaving ||= Boolean(answer.getResponseHeader("HX-Redirect") || answer.getResponseHeader("HX-Refresh"));
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (leaving) event.preventDefault();
});
addEventListener("pageshow", () => {
  leaving = false;
});

// What to do after coupling is proposed anew with each record. A choice that somebody makes while the records are still
// being compared is theirs, and stands over the proposal that comes back.
let chosenMeanwhile = null;
const AFTER = "#after input[name=after]";
const COMPARED = ["chosen", "after"];
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!COMPARED.includes(event.detail.target.id)) return;
  const now = document.querySelector(`${AFTER}:checked`)?.value;
  chosenMeanwhile = now === event.detail.requestConfig.parameters.after ? null : now;
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (!COMPARED.includes(event.detail.target.id) || chosenMeanwhile === null) return;
  const again = document.querySelector(`${AFTER}[value="${chosenMeanwhile}"]`);
  if (again) {
    again.checked = true;
    again.dispatchEvent(new Event("change", { bubbles: true })); // What this one would write is asked for.
  }
  chosenMeanwhile = null;
});

// A table that is wider than a phone becomes blocks there, and each value says what it is. Wider screens, and a phone
// without this file, keep the table.
const phone = matchMedia("(max-width: 767px)");
function stack(root) {
  if (!phone.matches) return;
  for (const table of root.querySelectorAll(".table-wrap > table:not(.stacked)")) {
    if (table.parentElement.scrollWidth <= table.parentElement.clientWidth) continue;
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].flatMap((head) => Array(head.colSpan).fill(head));
    for (const row of [...table.tBodies, ...(table.tFoot ? [table.tFoot] : [])].flatMap((part) => [...part.rows])) {
      let place = 0;
      for (const cell of row.cells) {
        const head = heads[place];
        place += cell.colSpan;
        if (cell.colSpan > 1 || !head || head.querySelector(".visually-hidden")) continue;
        if (!cell.childElementCount && !cell.textContent.trim()) continue;
        cell.dataset.label ??= head.textContent.trim();
      }
    }
    table.classList.add("stacked");
  }
}
stack(document);
phone.addEventListener("change", () => stack(document));
document.addEventListener("htmx:load", (event) => stack(event.detail.elt.parentElement ?? document));
document.addEventListener("toggle", (event) => stack(event.target), true);
