// Lists by keyboard: j and k go through the rows, Enter opens one, x selects it, Esc takes the selection back.
// Without this file links, checkboxes and buttons do the same.

const NOBODY = "00000000-0000-0000-0000-000000000000";
const isTyping = (element) => element.matches("input:not([type=checkbox]), select, textarea, [contenteditable]");
const lines = () => [...document.querySelectorAll(".list-table > tbody > tr")];
const boxes = () => [...document.querySelectorAll(".list-form input[name=selected]")];
const open = (line) => line?.querySelector("a.list-open, a, summary, input");

function counted() {
  const output = document.querySelector(".bulk-count");
  const number = boxes().filter((box) => box.checked).length;
  // The rows of all pages are offered once those of this page are selected.
  const every = document.querySelector(".list-form input[name=every]");
  if (every) {
    const offered = number > 0 && number === boxes().length;
    every.closest("label").hidden = !offered;
    every.checked &&= offered;
  }
  if (output && number) output.textContent = every?.checked ? every.dataset.said : `${number} ${number === 1 ? output.dataset.one : output.dataset.many} selected`;
  // What is done with one record: its address stands behind the links while one is selected.
  const one = number === 1 ? boxes().find((box) => box.checked).value : "";
  for (const link of document.querySelectorAll("[data-of-one]")) {
    link.hidden = !one;
    if (one) link.href = link.dataset.ofOne.replace(NOBODY, one);
  }
  const all = document.querySelector("[data-select-all]");
  if (all) {
    all.checked = number > 0 && number === boxes().length;
    all.indeterminate = number > 0 && !all.checked;
  }
}

function clear() {
  for (const box of boxes()) box.checked = false;
  counted();
}

function step(by) {
  const all = lines();
  const here = all.findIndex((line) => line.contains(document.activeElement));
  const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : here + by];
  open(next)?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function toggle() {
  const box = document.activeElement.closest("tr")?.querySelector("input[name=selected]");
  if (!box) return;
  box.checked = !box.checked;
  last = box;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

let last = null;

// With Shift everything between the last box and this one becomes like this one.
document.addEventListener("click", (event) => {
  const box = event.target;
  if (!box.matches?.(".list-form input[name=selected]")) return;
  const all = boxes();
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) one.checked = box.checked;
  }
  last = box;
  counted();
});

document.addEventListener("change", (event) => {
  if (event.target.closest(".list-form")) counted();
});

document.addEventListener("reset", (event) => {
  if (event.target.matches(".list-form")) setTimeout(counted);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !document.querySelector(".list-table")) return;
  const menu = event.key === "Escape" && document.querySelector(".list details:is(.menu, .pane)[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    return;
  }
  if (isTyping(event.target)) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "x") toggle();
  else if (event.key === "Escape" && boxes().some((box) => box.checked)) clear();
  else return;
  event.preventDefault();
});

// What nobody filled in does not stand in the address.
const isBlank = (name, value, names) => value === "" || (name.startsWith("o-") && !["blank", "filled"].includes(value) && !names.has(`f-${name.slice(2)}`));

document.addEventListener("submit", (event) => {
  if (!event.target.matches("#list-search")) return;
  const filled = new Set([...new FormData(event.target)].filter(([, value]) => value !== "").map(([name]) => name));
  for (const input of event.target.elements) {
    if (input.name && isBlank(input.name, input.value, filled)) input.disabled = true;
  }
  setTimeout(() => { for (const input of event.target.elements) input.disabled = false; });
});

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches("#list-search *")) return;
  const asked = event.detail.parameters;
  const filled = new Set(Object.keys(asked).filter((name) => asked[name] !== ""));
  for (const name of Object.keys(asked)) if (isBlank(name, asked[name], filled)) delete asked[name];
});

// One menu at a time, and none after a click beside it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".list details:is(.menu, .pane)[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

addEventListener("pageshow", counted);
document.addEventListener("htmx:afterSettle", counted);
