// The frame: keys, menus, groups that fold, days. Everything here also works without this file, with a click more.

const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
const search = () => document.querySelector("[data-search]");

// --- keys -------------------------------------------------------------------------------------------------
document.addEventListener("keydown", (event) => {
  const box = search();
  if (event.altKey && event.code === "KeyQ" && box) {
    event.preventDefault();
    box.focus();
    box.select();
    return;
  }
  if (event.key === "Escape") return leave(event);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") return step(event);
  if (typing(event.target)) return;
  if (event.key === "/" && box) {
    event.preventDefault();
    box.focus();
    box.select();
  } else if (event.key === "?") {
    event.preventDefault();
    sheet();
  }
});

// Esc leaves the search and closes the menu that is open.
function leave(event) {
  const box = search();
  if (box && event.target.closest(".topbar-search")) {
    box.value = "";
    document.getElementById("found").replaceChildren();
    box.blur();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    if (menu.contains(event.target)) menu.querySelector("summary").focus();
  }
}

// Up and down go through the results of the search and through an open menu.
function step(event) {
  const around = event.target.closest(".topbar-search, details.menu[open]");
  if (!around) return;
  const places = [...around.querySelectorAll("a, button, input[data-search], summary")].filter((one) => one.offsetParent);
  const next = places[places.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

// --- the help sheet of the keyboard -----------------------------------------------------------------------
async function sheet() {
  const dialog = document.getElementById("keyboard");
  if (!dialog || dialog.open) return;
  if (!dialog.childElementCount) {
    const answer = await fetch(dialog.dataset.from, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return location.assign(dialog.dataset.from);
    dialog.innerHTML = await answer.text();
    const close = document.createElement("button");
    close.className = "btn btn-sm btn-outline-primary sheet-close";
    close.textContent = "Close";
    close.addEventListener("click", () => dialog.close());
    dialog.prepend(close);
  }
  dialog.showModal();
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keyboard]")) {
    event.preventDefault();
    sheet();
  }
});

// --- menus and groups -------------------------------------------------------------------------------------
// A click elsewhere closes what is open: menus, the navigation of a phone, the results of the search.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.menu[open], details.navigation[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
  if (!event.target.closest(".topbar-search")) document.getElementById("found")?.replaceChildren();
});

// A group of the navigation stays as it was left, for this person.
document.addEventListener("click", (event) => {
  const group = event.target.closest("summary")?.parentElement;
  const menu = group?.closest("[data-fold]");
  if (!menu || !group.dataset.group) return;
  const body = new URLSearchParams({ group: group.dataset.group, folded: group.open ? "yes" : "no" });
  fetch(menu.dataset.fold, { method: "POST", headers: { "X-CSRFToken": menu.dataset.token }, body });
});

// --- days -------------------------------------------------------------------------------------------------
// Beside an input of a day stands the browser's calendar; what is picked there is written as the person writes days.
// Behind ".." or "|" it is one more day of a filter, else it is the day.
function calendars(root) {
  for (const input of root.querySelectorAll("input[data-day]:not([disabled], [data-has-calendar])")) {
    input.dataset.hasCalendar = "yes";
    const picker = document.createElement("input");
    picker.type = "date";
    picker.className = "calendar";
    picker.tabIndex = -1;
    picker.setAttribute("aria-hidden", "true");
    picker.addEventListener("change", () => {
      const [year, month, day] = picker.value.split("-");
      if (!day) return;
      const written = (input.dataset.day || input.placeholder).replace("yyyy", year).replace("mm", month).replace("dd", day);
      input.value = /(\.\.|\|)\s*$/.test(input.value) ? input.value + written : written;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      input.focus();
    });
    input.after(picker);
    input.parentElement.classList.add("with-calendar");
  }
}
document.addEventListener("DOMContentLoaded", () => calendars(document));
document.addEventListener("htmx:load", (event) => calendars(event.detail.elt));
