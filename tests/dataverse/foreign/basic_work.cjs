// The basic work of dynamics-web-api; what came of each piece goes out as one JSON object.
// argv[2]: {"url", "token"}; the package is found through NODE_PATH.
"use strict";
const { DynamicsWebApi } = require("dynamics-web-api");

const given = JSON.parse(process.argv[2]);
const api = new DynamicsWebApi({
  serverUrl: given.url,
  dataApi: { version: "9.2" },
  onTokenRefresh: async () => given.token,
});
// Parts of a batch carry the service's error inside, single answers are the error.
const told = (error) => ({ status: error.status, code: (error.error || error).code });

async function rows() {
  const id = await api.create({ collection: "accounts", data: { name: "Adatum", accountnumber: "A-1" } });
  const changed = await api.update({
    collection: "accounts", key: id, data: { telephone1: "555-0100" }, returnRepresentation: true,
  });
  const read = await api.retrieve({
    collection: "accounts", key: id, select: ["name", "telephone1", "_ownerid_value", "statecode"],
    includeAnnotations: "*",
  });
  const stale = await api
    .update({ collection: "accounts", key: id, data: { name: "Late" }, ifmatch: 'W/"1"' })
    .catch(told);
  const deleted = await api.deleteRecord({ collection: "accounts", key: id });
  const gone = await api.retrieve({ collection: "accounts", key: id, select: ["name"] }).catch(told);
  return { id, changed, read, stale, deleted, gone };
}

async function relations() {
  const firm = await api.create({ collection: "accounts", data: { name: "Coho Winery" } });
  const person = await api.create({ collection: "contacts", data: { lastname: "Orton" } });
  const single = {
    collection: "accounts", primaryKey: firm, navigationProperty: "primarycontactid",
    relatedCollection: "contacts", relatedKey: person,
  };
  await api.associateSingleValued(single);
  await api.associate({ ...single, relationshipName: "contact_customer_accounts" });
  const reference = await api.retrieve({ collection: "accounts", key: firm, select: ["primarycontactid/$ref"] });
  const related = await api.retrieve({ collection: "accounts", key: firm, select: ["/contact_customer_accounts"] });
  await api.disassociateSingleValued(single);
  const after = await api.retrieve({ collection: "accounts", key: firm, select: ["_primarycontactid_value"] });
  return { person, reference, related: related.value.map((row) => row.contactid), after };
}

async function batches() {
  api.startBatch();
  api.create({ collection: "accounts", data: { name: "Fabrikam" }, contentId: "1" });
  api.create({
    collection: "contacts", data: { lastname: "Funk", "parentcustomerid_account@odata.bind": "$1" }, contentId: "2",
  });
  api.retrieveMultiple({ collection: "transactioncurrencies", select: ["isocurrencycode"] });
  api.count({ collection: "businessunits" });
  const fine = await api.executeBatch();

  api.startBatch();
  api.create({ collection: "accounts", data: { name: "Undone" }, inChangeSet: true });
  api.create({ collection: "accounts", data: { name: "x".repeat(161) }, inChangeSet: true });
  const undone = await api.executeBatch().catch((errors) => errors.map(told));

  api.startBatch();
  api.create({ collection: "accounts", data: { name: "x".repeat(161) }, inChangeSet: false });
  api.create({ collection: "accounts", data: { name: "Litware" }, inChangeSet: false });
  const mixed = await api.executeBatch({ continueOnError: true });

  const left = await api.retrieveMultiple({
    collection: "accounts", filter: "name eq 'Undone' or name eq 'Litware'", select: ["name"],
  });
  return {
    fine, undone, mixed: mixed.map((one) => (one instanceof Error ? told(one) : one)),
    left: left.value.map((row) => row.name),
  };
}

async function deltas() {
  const asked = { collection: "contacts", select: ["lastname"], trackChanges: true };
  const first = await api.retrieveMultiple(asked);
  const kept = await api.create({ collection: "contacts", data: { lastname: "Delta" } });
  const removed = first.value[0].contactid;
  await api.deleteRecord({ collection: "contacts", key: removed });
  const second = await api.retrieveMultiple(asked, first.oDataDeltaLink);
  return { kept, removed, changes: second.value, link: Boolean(second.oDataDeltaLink) };
}

async function queries() {
  for (let at = 0; at < 7; at += 1) {
    await api.create({ collection: "accounts", data: { name: `Northwind ${at}`, revenue: at * 100 } });
  }
  const wanted = { collection: "accounts", select: ["name"], filter: "startswith(name, 'Northwind')" };
  const pages = await api.retrieveAll({ ...wanted, orderBy: ["name desc"], maxPageSize: 3 });
  const counted = await api.count({ collection: "accounts", filter: wanted.filter });
  const who = await api.callFunction({ name: "WhoAmI" });
  const version = await api.callFunction("RetrieveVersion");
  const long = await api.retrieveMultiple({
    ...wanted, filter: `${wanted.filter} and name ne '${"y".repeat(3000)}'`,
  });
  return { names: pages.value.map((row) => row.name), counted, who, version, long: long.value.length };
}

async function fetched() {
  const asked = '<fetch count="3"><entity name="account"><attribute name="name"/><filter><condition attribute="name" '
    + 'operator="like" value="Northwind%"/></filter>';
  const link = '<link-entity name="systemuser" from="systemuserid" to="owninguser" alias="owner"><attribute '
    + 'name="fullname"/></link-entity>';
  const all = await api.fetchAll({ collection: "accounts", fetchXml: `${asked}</entity></fetch>`, includeAnnotations: "*" });
  const one = await api.fetch({ collection: "accounts", fetchXml: `${asked}${link}</entity></fetch>` });
  const sum = await api.fetch({
    collection: "accounts",
    fetchXml: '<fetch aggregate="true"><entity name="account"><attribute name="revenue" aggregate="sum" alias="sum"/>'
      + '<filter><condition attribute="name" operator="begins-with" value="Northwind"/></filter></entity></fetch>',
  });
  return { names: all.value.map((row) => row.name), owner: one.value[0].owner.fullname, sum: sum.value[0].sum };
}

async function definitions() {
  const table = await api.retrieveEntity({ key: "LogicalName='account'", select: ["EntitySetName"] });
  const column = await api.retrieveAttribute({
    entityKey: table.MetadataId, attributeKey: "LogicalName='name'", castType: "Microsoft.Dynamics.CRM.StringAttributeMetadata",
  });
  return { set: table.EntitySetName, length: column.MaxLength };
}

async function main() {
  const found = {};
  for (const work of [rows, relations, batches, deltas, queries, fetched, definitions]) {
    found[work.name] = await work().catch((error) => ({ failed: Array.isArray(error) ? error.map(told) : told(error) }));
  }
  process.stdout.write(JSON.stringify(found));
}

main();
