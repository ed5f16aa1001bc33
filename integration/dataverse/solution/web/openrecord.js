// The command "Open in Business Central" on the forms of coupled tables. Where Business Central is found stands in the
// row of Business Central Connection.
"use strict";
var bci = window.bci || {};
window.bci = bci;

bci.open = function (formContext, kind) {
  var id = formContext.data.entity.getId().replace(/[{}]/g, "").toLowerCase();
  return Xrm.WebApi.retrieveMultipleRecords("bci_connection", "?$select=bci_webclienturl&$top=1").then(function (found) {
    var address = found.entities.length ? found.entities[0].bci_webclienturl : "";
    if (!/^https?:\/\//.test(address || "")) {
      return Xrm.Navigation.openAlertDialog({
        text: "No web client address is known. Enable the connection in Business Central first.",
      });
    }
    return Xrm.Navigation.openUrl(address.replace(/\/+$/, "") + "/open/" + encodeURIComponent(kind) + "/" + id);
  });
};
