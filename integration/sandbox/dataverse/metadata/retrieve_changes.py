"""RetrieveMetadataChanges: tables with only the parts of their definition that were asked for, in one answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from integration.sandbox.dataverse.metadata.address import RELATED, as_json
from integration.sandbox.dataverse.metadata.describe import Entry, describe_table
from integration.sandbox.dataverse.organization import Exchange
from integration.sandbox.dataverse.query.options import parse_query
from integration.sandbox.dataverse.refusals import not_offered, odata
from integration.sandbox.shell.messages import Response

Body = dict[str, Any]
ALWAYS = ("@odata.type", "LogicalName", "MetadataId", "HasChanged")
PARTS = {
    "Attributes": "AttributeQuery",
    "Keys": "KeyQuery",
    "OneToManyRelationships": "RelationshipQuery",
    "ManyToOneRelationships": "RelationshipQuery",
    "ManyToManyRelationships": "RelationshipQuery",
}
TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda found, wanted: bool(found == wanted),
    "NotEquals": lambda found, wanted: bool(found != wanted),
    "In": lambda found, wanted: found in wanted,
    "NotIn": lambda found, wanted: found not in wanted,
}


def retrieve_metadata_changes(exchange: Exchange, arguments: str) -> Response:
    """GET RetrieveMetadataChanges(Query=@p1)?@p1={…}"""
    query = _asked(exchange, arguments)
    model = exchange.model
    described = {table.name: describe_table(table) for table in model}
    wanted = _passing(list(described.values()), query)
    for entry in wanted:
        for part, name in PARTS.items():
            if _wants(query, part):
                inner = _object(query.get(name) or {"Properties": {"AllProperties": True}})
                entry[part] = [
                    _cut(row, inner) for row in _passing(RELATED[part](model, model[entry["LogicalName"]]), inner)
                ]
    context = f"{exchange.request.root}$metadata#Microsoft.Dynamics.CRM.RetrieveMetadataChangesResponse"
    found = [_cut(entry, query) for entry in wanted]
    stamp = f"{exchange.organization.database.version()}!{exchange.organization.clock():%m/%d/%Y %H:%M:%S}"
    return as_json({"@odata.context": context, "ServerVersionStamp": stamp, "EntityMetadata": found})


def _asked(exchange: Exchange, arguments: str) -> Body:
    """The query, given in place or by alias. Raises :class:`Refusal`."""
    name, _, text = arguments.partition("=")
    if name.strip() != "Query":
        raise odata("The function RetrieveMetadataChanges needs the parameter 'Query'.")
    if text.startswith("@"):
        text = parse_query(exchange.request.query).aliases.get(text, "")
    try:
        return _object(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise odata("The parameter 'Query' is not valid JSON.") from error


def _object(value: Any) -> Body:
    if not isinstance(value, dict):
        raise odata("A part of the metadata query is no object.")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise odata("A part of the metadata query is no list.")
    return value


def _wants(query: Body, name: str) -> bool:
    properties = _object(query.get("Properties") or {})
    return bool(properties.get("AllProperties")) or name in _list(properties.get("PropertyNames") or [])


def _cut(entry: Entry, query: Body) -> Entry:
    """What was asked for; of a type that lacks a property nothing is shown for it."""
    return {name: value for name, value in entry.items() if name in ALWAYS or _wants(query, name)}


def _passing(entries: Sequence[Entry], query: Body) -> list[Entry]:
    criteria = query.get("Criteria")
    return [entry for entry in entries if criteria is None or _passes(entry, _object(criteria))]


def _passes(entry: Entry, criteria: Body) -> bool:
    tests = [_meets(entry, _object(one)) for one in _list(criteria.get("Conditions") or [])]
    tests += [_passes(entry, _object(one)) for one in _list(criteria.get("Filters") or [])]
    return any(tests) if criteria.get("FilterOperator") == "Or" else all(tests)


def _meets(entry: Entry, condition: Body) -> bool:
    name, operator = str(condition.get("PropertyName")), str(condition.get("ConditionOperator"))
    test = TESTS.get(operator)
    if test is None:
        raise not_offered(f"the metadata operator '{operator}'")
    wanted = _object(condition.get("Value") or {}).get("Value")
    if name not in entry:
        raise odata(f"There is no property '{name}' to compare.")
    if operator.endswith("In"):
        return test(entry[name], _listed(wanted))
    found = entry[name]
    return test(str(found).lower() if isinstance(found, bool) else str(found), str(wanted))


def _listed(wanted: Any) -> list[Any]:
    """Several values come as a list, or as the text of one."""
    if isinstance(wanted, str):
        try:
            return _list(json.loads(wanted))
        except ValueError:
            return [part.strip() for part in wanted.split(",")]
    return _list(wanted)
