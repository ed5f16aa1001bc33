// How much of the chosen product Business Central has, asked as soon as it is chosen. Whatever the answer is, and
// whether there is one or not, the line can be added. Without this script the button asks.
(function () {
  "use strict";
  var form = document.querySelector("form[data-availability]");
  if (!form) return;
  var product = form.elements.namedItem("productid");
  var shown = form.querySelector("[role=status]");
  var asked = 0;

  function say(text) {
    shown.textContent = text;
  }

  function ask() {
    var number = (asked += 1);
    if (!product.value) return say("Choose a product to see its availability.");
    say("Asking Business Central…");
    var address = form.dataset.availability + "?productid=" + encodeURIComponent(product.value);
    return fetch(address, { headers: { Accept: "text/plain" }, redirect: "error" })
      .then(function (answer) {
        if (!answer.ok) throw new Error(answer.status);
        return answer.text();
      })
      .catch(function () {
        return "The availability cannot be shown: this page does not answer. Load it again.";
      })
      .then(function (text) {
        if (number === asked) say(text);
      });
  }

  form.querySelector("button[name=ask]").hidden = true;
  product.addEventListener("change", ask);
  ask();
})();
