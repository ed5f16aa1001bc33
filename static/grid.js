// The grid of a document's lines by keyboard. Without this file its inputs, "+" and "More Lines" do the same.

const form = document.querySelector("form.document");
const grid = form?.querySelector("table.grid tbody");
const pattern = document.getElementById("blank-line");
const CELLS = "select:not([disabled]), input:not([type=hidden]):not([type=checkbox]):not([disabled])";

const rows = () => [...grid.querySelectorAll("tr[data-line]")];
const cells = (row) => [...row.querySelectorAll(CELLS)];
const name = (cell) => cell.name.replace(/^line-\d+-/, "");
const numbers = () => rows().map((row) => Number(row.dataset.line));

function changed() {
  form.dispatchEvent(new CustomEvent("grid:changed"));
}

// A blank line below this one. What the server has shown keeps its number, so a new one goes behind the highest.
function insertBelow(row) {
  if (!pattern || rows().length >= Number(form.dataset.most)) return null;
  const number = Math.max(-1, ...numbers()) + 1;
  const made = pattern.content.querySelector("tr").cloneNode(true);
  made.dataset.line = number;
  for (const element of made.querySelectorAll("[name], [id], [hx-include], button[value]")) {
    for (const attribute of ["name", "id", "hx-include"]) {
      const value = element.getAttribute(attribute);
      if (value) element.setAttribute(attribute, value.replace(/\b9999\b/, number));
    }
    if (element.value === "9999") element.value = number;
  }
  row ? row.after(made) : grid.append(made);
  htmx.process(made);
  return made;
}

function focusOn(row, column) {
  const found = row && (cells(row).find((cell) => name(cell) === column) || cells(row)[0]);
  if (!found) return;
  found.focus();
  if (found.select) found.select();
}

// Enter goes through the fields like Tab; behind the last one of the last line there is a new line.
function step(cell, by) {
  const all = rows().flatMap(cells);
  const next = all[all.indexOf(cell) + by];
  if (next) {
    next.focus();
    if (next.select) next.select();
  } else if (by > 0) {
    const made = insertBelow(rows().at(-1));
    if (made) focusOn(made, "type");
  }
}

function move(cell, by) {
  const all = rows();
  const at = all.indexOf(cell.closest("tr")) + by;
  if (at >= 0 && at < all.length) focusOn(all[at], name(cell));
  else if (by > 0) focusOn(insertBelow(all.at(-1)), name(cell));
}

function remove(row) {
  const box = row.querySelector("[name$='-gone']");
  if (box && !box.disabled) box.checked = !box.checked;
  else if (!box && pattern) {
    const near = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    focusOn(near, "no");
  }
  changed();
}

grid?.addEventListener("keydown", (event) => {
  const cell = event.target;
  const row = cell.closest("tr[data-line]");
  if (!row) return;
  const inSelect = cell.tagName === "SELECT";
  if (event.ctrlKey && event.key === "Insert") focusOn(insertBelow(row), "type");
  else if (event.ctrlKey && event.key === "Delete") remove(row);
  else if (event.key === "Enter" && cell.matches(CELLS)) step(cell, event.shiftKey ? -1 : 1);
  else if (cell.list?.options.length && event.key.startsWith("Arrow")) return; // it chooses what is offered
  else if (event.key === "ArrowDown" && !inSelect && !event.altKey && cell.matches(CELLS)) move(cell, 1);
  else if (event.key === "ArrowUp" && !inSelect && !event.altKey && cell.matches(CELLS)) move(cell, -1);
  else return;
  event.preventDefault();
});

grid?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button || !pattern) return;
  event.preventDefault();
  focusOn(insertBelow(button.closest("tr")), "type");
});

form?.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  form.requestSubmit();
});

// What the company fills in where nothing was typed stands there in grey. What follows from something typed elsewhere
// (to ship from the quantity) is shown, and sent as it was, so that it goes on following.
const followers = () => [...grid.querySelectorAll("[data-follows]")];

grid?.addEventListener("input", (event) => delete event.target.dataset.follows);

document.addEventListener("htmx:oobAfterSwap", () => {
  for (const amount of grid?.querySelectorAll("output[data-fills]") ?? []) {
    for (const [key, value] of Object.entries(amount.dataset)) {
      const column = key.replace(/^new_?/i, "");
      const cell = form.elements[`${amount.dataset.fills}-${column.toLowerCase()}`];
      if (!cell || cell === document.activeElement) continue;
      if (!key.startsWith("new")) cell.placeholder = value;
      else if (cell.value !== value) {
        cell.value = value;
        cell.dataset.follows = "yes";
      }
    }
  }
});

form?.addEventListener("htmx:configRequest", (event) => {
  if (event.target !== form) return;
  for (const cell of followers()) event.detail.parameters[cell.name] = cell.defaultValue;
});

form?.addEventListener("submit", () => {
  for (const cell of followers()) cell.value = cell.defaultValue;
});
