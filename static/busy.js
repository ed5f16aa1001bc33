// A button that was pressed says so until the next page comes. Works with every form that is sent.

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || event.defaultPrevented || event.target.method !== "post") return;
  // After the form's values are read, or the button's own value would be left out.
  setTimeout(() => {
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
    say(`${button.textContent.trim()} …`);
  });
});

// Back from another page: nothing runs any more.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-busy=true]")) {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
  say("");
});

// Said to who does not see it.
function say(text) {
  let place = document.getElementById("busy");
  if (!place) {
    place = document.createElement("p");
    place.id = "busy";
    place.className = "visually-hidden";
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  place.textContent = text;
}

// Inputs that the chosen way to sign in does not need are hidden.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-shows]")) return;
  for (const part of event.target.form.querySelectorAll("[data-hidden-for]")) {
    part.hidden = part.dataset.hiddenFor.split(" ").includes(event.target.value);
  }
});
