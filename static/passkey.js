// Passkeys work in a browser with scripts alone: what is offered with them is hidden until then.
document.addEventListener("DOMContentLoaded", () => {
  if (!window.PublicKeyCredential) return;
  for (const part of document.querySelectorAll("[data-passkey]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-no-passkey]")) part.hidden = true;
});

// The device was not used, or not in time, or the browser refuses the address of this page.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const part of document.querySelectorAll("[data-passkey-problem]")) part.hidden = false;
});
