"""From an address to the function that answers it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import unquote

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.http import actions, bulk, links, rows
from integration.sandbox.dataverse.http.batch import Perform, run_batch
from integration.sandbox.dataverse.http.bulk_delete import bulk_delete
from integration.sandbox.dataverse.http.limits import headers_of
from integration.sandbox.dataverse.http.messages import Request, answer, refused
from integration.sandbox.dataverse.metadata import change
from integration.sandbox.dataverse.metadata.address import answer_metadata
from integration.sandbox.dataverse.metadata.csdl import answer_schema
from integration.sandbox.dataverse.metadata.retrieve_changes import retrieve_metadata_changes
from integration.sandbox.dataverse.organization import Exchange, Organization
from integration.sandbox.dataverse.query.options import split_outside
from integration.sandbox.dataverse.security import functions as security
from integration.sandbox.dataverse.security import teams
from integration.sandbox.dataverse.security.rights import Rights
from integration.sandbox.dataverse.solutions import operations as solutions
from integration.sandbox.dataverse.store.keys import read_key
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.dataverse.store.payload import row_key
from integration.sandbox.dataverse.store.write import Write
from integration.sandbox.shell.messages import Response
from integration.sandbox.shell.refusal import Refusal

SEGMENT = re.compile(r"([\w.$]+)(?:\((.*)\))?", re.DOTALL)
NAMESPACE = "Microsoft.Dynamics.CRM."
DEFINITIONS = frozenset({"EntityDefinitions", "RelationshipDefinitions", "GlobalOptionSetDefinitions"})
LONGEST_ADDRESS = 32_768
DEFINING = {"CreateEntities": change.create_entities, "BulkDelete": bulk_delete, **solutions.ACTIONS}
FUNCTIONS = {**actions.FUNCTIONS, **security.FUNCTIONS, "RetrieveMetadataChanges": retrieve_metadata_changes}
ROW_ACTIONS = actions.ROW_ACTIONS | security.ROW_ACTIONS | teams.ROW_ACTIONS


def perform(organization: Organization, request: Request) -> Response:
    """Answer one request that came over HTTP. Refusals become answers."""
    annotated = bool(request.preferences.annotations)
    try:
        if len(request.uri) > LONGEST_ADDRESS:
            raise Refusal(414, "", "The address of the request is too long.")
        environment = request.root.partition("/api/")[0]
        caller = organization.caller(request.headers.get("authorization", ""), environment)
        if organization.limits is None:
            return _admitted(organization, request, caller)
        with organization.limits.request(caller.user) as left:
            response = _admitted(organization, request, caller)
        response.headers |= headers_of(left)
        return response
    except Refusal as refusal:
        return refused(refusal, annotated)


def perform_as(organization: Organization, request: Request, person: str) -> Response:
    """Answer a request that a person (a ``systemuserid``) makes at a page of the organization's own."""
    try:
        caller = organization.rights.of(organization.database.connection(), ("systemuserid", person))
    except Refusal as refusal:
        return refused(refusal)
    return _admitted(organization, request, caller)


def _admitted(organization: Organization, request: Request, caller: Rights) -> Response:
    """The answer to a known user within the limits; a batch is one request, whatever it holds."""
    try:
        if request.path == "$batch" and request.method == "POST":
            return _batch(organization, request, caller)
        return route(Exchange(organization, request, organization.guard(caller, request)))
    except Refusal as refusal:
        return refused(refusal, bool(request.preferences.annotations))


def _batch(organization: Organization, request: Request, caller: Rights) -> Response:
    def one(inner: Request, shared: Write | None = None) -> Response:
        try:
            return route(Exchange(organization, inner, organization.guard(caller, inner), shared))
        except Refusal as refusal:
            return refused(refusal, bool(inner.preferences.annotations))

    def together(work: Callable[[Perform], None]) -> None:
        with organization.writing(caller.user) as write:
            work(lambda inner: one(inner, write))

    return run_batch(request, one, together)


def route(exchange: Exchange) -> Response:
    """Answer one request of a known user. Raises :class:`Refusal`."""
    request = exchange.request
    segments = [unquote(part) for part in split_outside(request.path, "/")]
    if segments == [""]:
        return _service_document(exchange)
    if segments == ["$metadata"] and request.method == "GET":
        return answer_schema(exchange)
    name, key = _segment(exchange, segments[0])
    if name in DEFINITIONS:
        return answer_metadata(exchange, segments)
    if name in exchange.model.sets:
        table = exchange.model.sets[name]
        if key is None:
            return _set(exchange, table, segments[1:])
        named = read_key(table, key)
        if not isinstance(named, str) and request.method == "PATCH" and not segments[1:]:
            return rows.change_by_key(exchange, table, key, named)
        return _row(exchange, table, row_key(exchange.model, table, key), segments[1:])
    if len(segments) == 1 and name in FUNCTIONS | actions.ACTIONS | DEFINING:
        return _unbound(exchange, name, key)
    raise refusals.unknown_segment(name)


def _segment(exchange: Exchange, text: str) -> tuple[str, str | None]:
    found = SEGMENT.fullmatch(text)
    if found is None:
        raise refusals.no_resource(exchange.request.uri)
    return found[1], found[2]


def _service_document(exchange: Exchange) -> Response:
    sets = [{"name": name, "kind": "EntitySet", "url": name} for name in exchange.model.sets]
    return answer(json.dumps({"@odata.context": f"{exchange.request.root}$metadata", "value": sets}))


def _unbound(exchange: Exchange, name: str, arguments: str | None) -> Response:
    """Functions take GET, actions POST; the other way round nothing is found."""
    method = exchange.request.method
    if name in FUNCTIONS and method == "GET":
        return FUNCTIONS[name](exchange, arguments or "")
    if name in DEFINING and method == "POST" and arguments is None:
        body = exchange.request.json()
        return DEFINING[name](exchange, body if isinstance(body, dict) else {})
    if name in actions.ACTIONS and method == "POST" and arguments is None:
        body = exchange.request.json() if exchange.request.body else {}
        return actions.ACTIONS[name](exchange, body if isinstance(body, dict) else {})
    raise refusals.no_resource(exchange.request.uri)


def _set(exchange: Exchange, table: Table, rest: list[str]) -> Response:
    method = exchange.request.method
    if not rest:
        return _by_method(method, {"GET": rows.query, "POST": rows.create}, exchange)(exchange, table)
    if rest == ["$count"] and method == "GET":
        return rows.query_count(exchange, table)
    if len(rest) == 1 and rest[0].startswith(NAMESPACE):
        return _set_message(exchange, table, rest[0])
    raise refusals.unknown_segment(rest[0])


def _set_message(exchange: Exchange, table: Table, segment: str) -> Response:
    """Bulk messages and actions that are bound to a set."""
    message = segment.removeprefix(NAMESPACE)
    action = actions.SET_ACTIONS.get((table.name, message))
    offered = action is not None or (table.bulk and message in bulk.MESSAGES)
    if not offered:
        raise refusals.unknown_segment(segment)
    if exchange.request.method != "POST":
        raise refusals.no_resource(exchange.request.uri)
    if action is None:
        return bulk.MESSAGES[message](exchange, table)
    body = exchange.request.json() if exchange.request.body else {}
    return action(exchange, table, body if isinstance(body, dict) else {})


def _row(exchange: Exchange, table: Table, row: str, rest: list[str]) -> Response:
    method = exchange.request.method
    if not rest:
        found = _by_method(method, {"GET": rows.read, "PATCH": rows.change, "DELETE": rows.delete}, exchange)
        return found(exchange, table, row)
    if rest[0].startswith(NAMESPACE):
        return _bound(exchange, table, row, rest[0].removeprefix(NAMESPACE), rest[1:])
    if len(rest) == 2 and rest[1] == "$ref":
        return _reference(exchange, table, row, rest[0])
    if rest[0] in table.navigation or rest[0] in table.collections:
        if method == "GET" and rest[1:] == ["$count"] and rest[0] in table.collections:
            return rows.related_count(exchange, table, row, rest[0])
        if method != "GET" or len(rest) > 1:
            raise refusals.no_resource(exchange.request.uri)
        return rows.related(exchange, table, row, rest[0])
    if method in ("PUT", "DELETE") and len(rest) == 1:
        return rows.write_property(exchange, table, row, rest[0])
    if method == "GET" and rest[1:] in ([], ["$value"]):
        return rows.read_property(exchange, table, row, rest[0], bare=bool(rest[1:]))
    raise refusals.no_resource(exchange.request.uri)


def _bound(exchange: Exchange, table: Table, row: str, called: str, rest: list[str]) -> Response:
    """A function or an action of one row."""
    name, arguments = _segment(exchange, called)
    function = security.ROW_FUNCTIONS.get((table.name, name))
    if function is not None and exchange.request.method == "GET" and not rest:
        return function(exchange, table, row, security.assignments(exchange, arguments or ""))
    action = ROW_ACTIONS.get((table.name, called))
    if action is None or exchange.request.method != "POST" or rest:
        raise refusals.no_resource(exchange.request.uri)
    return action(exchange, table, row)


def _reference(exchange: Exchange, table: Table, row: str, segment: str) -> Response:
    name, key = _segment(exchange, segment)
    method = exchange.request.method
    if method == "GET" and key is None and (name in table.navigation or name in table.collections):
        return links.read_reference(exchange, table, row, name)
    if name in table.navigation and key is None and method in ("PUT", "DELETE"):
        return links.set_lookup(exchange, table, row, name)
    collection = table.collections.get(name)
    if collection is not None and method == "POST" and key is None:
        return links.add_member(exchange, table, row, collection)
    if collection is not None and method == "DELETE":
        other = None if key is None else row_key(exchange.model, exchange.model[collection.table], key)
        return links.remove_member(exchange, table, row, collection, other)
    raise refusals.no_resource(exchange.request.uri)


def _by_method(method: str, choices: dict[str, Callable[..., Response]], exchange: Exchange) -> Callable[..., Response]:
    found = choices.get(method)
    if found is None:
        raise Refusal(405, "", f"The requested resource does not support http method '{method}'.")
    return found
