"""Requests about rows: query, create, read, change, delete, single properties."""

from __future__ import annotations

import json
import uuid
from typing import Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.http.deep import check_type, create_deep, is_deep
from integration.sandbox.dataverse.http.links import check_there, led_to
from integration.sandbox.dataverse.http.messages import LARGEST_PAGE, answer, empty
from integration.sandbox.dataverse.organization import Exchange
from integration.sandbox.dataverse.query.applying import read_applied
from integration.sandbox.dataverse.query.changes import count_changes, read_changes, tracks
from integration.sandbox.dataverse.query.fetchxml.answer import answer_fetch
from integration.sandbox.dataverse.query.options import QueryOptions, parse_query
from integration.sandbox.dataverse.query.reading import property_text, read_page, read_row
from integration.sandbox.dataverse.query.render import ASSOCIATED, FORMATTED, LOGICAL_NAME
from integration.sandbox.dataverse.query.selecting import collection_rows, count, joined, select_rows
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.dataverse.store.payload import Values
from integration.sandbox.dataverse.store.write import Write
from integration.sandbox.shell.messages import Response

BYTE_ORDER_MARK = "\ufeff"
APPLIED = {"Preference-Applied": "return=representation"}


def query(exchange: Exchange, table: Table) -> Response:
    """GET accounts"""
    request = exchange.request
    options = parse_query(request.query)
    reading = exchange.reading()
    address = f"{request.root}{request.path}"
    applied = _applied(exchange)
    if "fetchXml" in options.others:
        return answer(answer_fetch(reading, table, options.others["fetchXml"]), headers=applied)
    if "sql" in options.others:
        raise refusals.not_offered("queries in SQL")
    if options.apply is not None:
        return answer(read_applied(reading, table, options, options.apply), headers=applied)
    if tracks(reading, options):
        moment = exchange.organization.moment()
        return answer(read_changes(reading, table, options, address, moment), headers=applied)
    return answer(read_page(reading, table, options, address), headers=applied)


def _applied(exchange: Exchange) -> dict[str, str]:
    preferences = exchange.request.preferences
    parts = []
    if preferences.page_size is not None:
        parts.append(f"odata.maxpagesize={preferences.page_size}")
    if preferences.annotations:
        parts.append(f'odata.include-annotations="{",".join(preferences.annotations)}"')
    if preferences.track_changes:
        parts.append("odata.track-changes")
    return {"Preference-Applied": ",".join(parts)} if parts else {}


def query_count(exchange: Exchange, table: Table) -> Response:
    """GET accounts/$count: a number behind a byte order mark, never above 5,000"""
    options = parse_query(exchange.request.query)
    reading = exchange.reading()
    if options.deltatoken is not None:
        found = count_changes(reading, table, options, exchange.organization.moment())
    else:
        found = min(count(reading, table, select_rows(reading, table, options)), LARGEST_PAGE)
    return Response(200, f"{BYTE_ORDER_MARK}{found}".encode(), {"Content-Type": "text/plain"})


def related_count(exchange: Exchange, table: Table, row: str, navigation: str) -> Response:
    """GET accounts(id)/contact_customer_accounts/$count"""
    reading, collection = exchange.reading(), table.collections[navigation]
    check_there(reading, table, row)
    far = reading.model[collection.table]
    wanted = select_rows(reading, far, parse_query(exchange.request.query))
    found = min(count(reading, far, joined(wanted, collection_rows(reading, table, row, collection))), LARGEST_PAGE)
    return Response(200, f"{BYTE_ORDER_MARK}{found}".encode(), {"Content-Type": "text/plain"})


def create(exchange: Exchange, table: Table) -> Response:
    """POST accounts, with related rows inside or without"""
    body = exchange.request.json()
    check_type(table, body)
    options = parse_query(exchange.request.query)
    values = {} if is_deep(table, body) else exchange.payload(table, creating=True).read(body)
    with exchange.writing() as write:
        (row,) = (
            exchange.guard.create(write, table, [values]) if values else [create_deep(exchange, write, table, body, {})]
        )
        return _written(exchange, write, table, row, options, 201)


def read(exchange: Exchange, table: Table, row: str) -> Response:
    """GET accounts(id)"""
    request = exchange.request
    options = parse_query(request.query)
    found = read_row(exchange.reading(), table, row, options)
    if found is None:
        raise refusals.missing(table.name, row)
    text, version = found
    etag = f'W/"{version}"'
    annotated = any(request.preferences.wants(name) for name in (FORMATTED, LOGICAL_NAME, ASSOCIATED))
    if request.headers.get("if-none-match") == etag and not options.expand and not annotated:
        return Response(304, headers={"ETag": etag})
    return answer(text, headers={"ETag": etag, **_applied(exchange)})


def change(exchange: Exchange, table: Table, row: str) -> Response:
    """PATCH accounts(id): changes the row, or creates it where no If-Match forbids that"""
    with exchange.writing() as write:
        present = bool(write.there(table.name, {row}))
        if not present and "if-match" in exchange.request.headers:
            raise refusals.missing(table.name, row)
        return _upsert(exchange, write, table, row, present)


def change_by_key(exchange: Exchange, table: Table, key: str, named: Values) -> Response:
    """PATCH accounts(accountnumber='A1'): values of the body win over the key's only in a new row"""
    with exchange.writing() as write:
        found = exchange.model.find(table, named)
        if found is None and "if-match" in exchange.request.headers:
            raise refusals.missing_key(table.name)
        return _upsert(exchange, write, table, found or str(uuid.uuid4()), found is not None, named, key)


def _upsert(
    exchange: Exchange,
    write: Write,
    table: Table,
    row: str,
    present: bool,
    named: Values | None = None,
    key: str = "",
) -> Response:
    options = parse_query(exchange.request.query)
    body = exchange.request.json()
    check_type(table, body)
    match = exchange.request.headers.get("if-match")
    if not present:
        create_deep(exchange, write, table, body, {table.id: row}, named)
    elif exchange.request.headers.get("if-none-match") == "*":
        raise refusals.duplicate()
    else:
        values = exchange.payload(table, creating=False).read(body)
        kept = {name: value for name, value in values.items() if name not in (named or {})}
        exchange.guard.update(write, table, {row: kept}, {row: match} if match not in (None, "*") else None)
    return _written(exchange, write, table, row, options, 200 if present else 201, key)


def delete(exchange: Exchange, table: Table, row: str) -> Response:
    """DELETE accounts(id)"""
    match = exchange.request.headers.get("if-match")
    with exchange.writing() as write:
        exchange.guard.delete(write, table, row, match if match not in (None, "*") else None)
    return empty()


def read_property(exchange: Exchange, table: Table, row: str, name: str, bare: bool) -> Response:
    """GET accounts(id)/name and accounts(id)/name/$value"""
    text = property_text(exchange.reading(), table, row, name)
    if text is None:
        raise refusals.missing(table.name, row)
    if text == "null":
        return empty()
    if bare:
        raw = json.loads(text) if text.startswith('"') else text
        return Response(200, raw.encode(), {"Content-Type": "text/plain"})
    context = f"{exchange.request.root}$metadata#{table.set}({row})/{name}"
    return answer(f'{{"@odata.context":"{context}","value":{text}}}')


def write_property(exchange: Exchange, table: Table, row: str, name: str) -> Response:
    """PUT accounts(id)/name {"value": …} and DELETE accounts(id)/name"""
    if name not in table.properties:
        raise refusals.unknown_segment(name)
    value: Any = None
    if exchange.request.method == "PUT":
        body = exchange.request.json()
        if not isinstance(body, dict) or "value" not in body:
            raise refusals.odata("The body of a property must be an object with the member 'value'.")
        value = body["value"]
    values = exchange.payload(table, creating=False).read({name: value})
    with exchange.writing() as write:
        exchange.guard.update(write, table, {row: values})
    return empty()


def related(exchange: Exchange, table: Table, row: str, navigation: str) -> Response:
    """GET accounts(id)/primarycontactid and accounts(id)/contact_customer_accounts"""
    request = exchange.request
    options = parse_query(request.query)
    reading = exchange.reading()
    check_there(reading, table, row)
    if navigation in table.collections:
        collection = table.collections[navigation]
        base = collection_rows(reading, table, row, collection)
        far = reading.model[collection.table]
        return answer(read_page(reading, far, options, f"{request.root}{request.path}", base))
    found = led_to(reading, table, row, navigation)
    text = read_row(reading, *found, options) if found else None
    return answer(text[0]) if text else empty()


def _written(
    exchange: Exchange, write: Write, table: Table, row: str, options: QueryOptions, status: int, key: str = ""
) -> Response:
    """204 with the row's address as the client wrote it, or the row itself where the client prefers it."""
    address = f"{exchange.request.root}{table.set}({key or row})"
    if not exchange.request.preferences.representation:
        return empty({"OData-EntityId": address})
    shown = QueryOptions(select=options.select)
    found = read_row(exchange.reading(write), table, row, shown)
    if found is None:
        raise refusals.missing(table.name, row)
    text, version = found
    return answer(text, status, {"ETag": f'W/"{version}"', **APPLIED})
