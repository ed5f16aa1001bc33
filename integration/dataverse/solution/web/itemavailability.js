// How much of the chosen product Business Central has: asks its web service ProductItemAvailability with the user name
// and the key of the row of Business Central Connection.
(function () {
  "use strict";
  var shown = document.getElementById("availability");
  var form = window.parent.Xrm && window.parent.Xrm.Page;

  function say(text, none) {
    shown.textContent = text;
    shown.className = none ? "none" : "";
  }

  function connection() {
    var columns = "?$select=bci_odataurl,bci_odatausername,bci_odataaccesskey&$top=1";
    return window.parent.Xrm.WebApi.retrieveMultipleRecords("bci_connection", columns).then(function (found) {
      return found.entities[0];
    });
  }

  function ask(row, product) {
    var service = row.bci_odataurl.replace(/\/+$/, "");
    var address = service + "?$filter=ProductId eq " + product + "&$format=json";
    var proof = btoa(row.bci_odatausername + ":" + row.bci_odataaccesskey);
    return fetch(address, { headers: { Accept: "application/json", Authorization: "Basic " + proof } }).then(
      function (answer) {
        if (!answer.ok) throw new Error("Business Central answered " + answer.status + ".");
        return answer.json();
      }
    );
  }

  function show() {
    var chosen = form.getAttribute("productid") && form.getAttribute("productid").getValue();
    if (!chosen || !chosen.length) return say("Choose a product to see its availability.");
    say("Asking Business Central…");
    return connection()
      .then(function (row) {
        if (!row || !row.bci_odataurl) return say("Item availability is not switched on in Business Central.");
        return ask(row, chosen[0].id.replace(/[{}]/g, "")).then(function (told) {
          var line = told.value[0];
          if (!line) return say("This product is not coupled with an item in Business Central.");
          say("Available: " + line.AvailableQuantity + " " + line.UnitOfMeasure, line.AvailableQuantity <= 0);
        });
      })
      .catch(function (problem) {
        say("The availability cannot be told: " + problem.message, true);
      });
  }

  if (form && form.getAttribute("productid")) {
    form.getAttribute("productid").addOnChange(show);
    show();
  }
})();
