// Passkeys work in a browser with scripts alone: what is offered with them is hidden until then. The talk with the device
// is django-allauth's (mfa/js/webauthn.js); the part of a page names the form it is for, and holds its fields.
document.addEventListener("DOMContentLoaded", () => {
  if (!window.PublicKeyCredential) return;
  for (const part of document.querySelectorAll("[data-passkey]")) {
    const button = part.querySelector("[data-passkey-button]").id;
    const ids = { login: button, authenticate: button, add: button, data: "passkey_options" };
    for (const name of ["credential", "passwordless"]) ids[name] = part.querySelector(`[name=${name}]`)?.id;
    window.allauth.webauthn.forms[part.dataset.passkey]({ ids });
    part.hidden = false;
  }
  for (const part of document.querySelectorAll("[data-no-passkey]")) part.hidden = true;
});

// The device was not used, or not in time, or the browser refuses the address of this page.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const part of document.querySelectorAll("[data-passkey-problem]")) part.hidden = false;
});
