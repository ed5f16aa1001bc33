"""Addresses as Dynamics 365 Sales has them (``main.aspx?pagetype=…``), and where one goes on behind the sign-in.

    main.aspx?pagetype=entityrecord&etn=account&id={3F2A…}   one record
    main.aspx?pagetype=entitylist&etn=account                the list of a table

A table that salespeople have a page for opens there; every other one as it is stored, to be looked at.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlsplit
from uuid import UUID

from integration.sandbox.dataverse.page.api_client import Declined, Row, shown
from integration.sandbox.dataverse.page.kinds import BY_TABLE
from integration.sandbox.dataverse.page.page_context import PageContext
from integration.sandbox.dataverse.page.rendering import Cell, moved
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.shell.messages import Response

MAIN, PLAIN = "/main.aspx", "tables"
RECORD, LIST = "entityrecord", "entitylist"
LONGEST, AT_ONCE = 1000, 50
NO_SUCH = "There is no such page. An address of a record names its table (etn) and its id."


def within(query: str) -> str:
    """The same address among the pages that the cookie of a session is sent to."""
    return f"/sales{MAIN}" + (f"?{query}" if query else "")


def safe_next(address: str) -> str:
    """The address to go on with where it is one of this page; blank where it leads anywhere else."""
    parts = urlsplit(address)
    odd = parts.scheme or parts.netloc or "\\" in address or any(ord(sign) < 33 for sign in address)
    if odd or len(address) > LONGEST or address.startswith("//"):
        return ""
    return address if parts.path.startswith("/sales/") else ""


def asked_for(path: str, query: str) -> str:
    """The address of a request that was made without a sign-in."""
    return safe_next(path + (f"?{query}" if query else ""))


def lead(context: PageContext, query: str) -> Response:
    """From such an address to the page it means. Raises :class:`Declined`."""
    given = {name.lower(): value for name, value in parse_qsl(query)}
    table, kind = _table(context, given.get("etn", "")), given.get("pagetype", "").lower()
    if kind == LIST:
        return moved(_list_address(table))
    if kind != RECORD:
        raise Declined(404, NO_SUCH)
    return moved(record_address(table.name, table, _id(given.get("id", ""))))


def record_address(name: str, table: Table, id: str) -> str:
    """Where a record is looked at."""
    known = BY_TABLE.get(name)
    return f"/sales/{known.set}/{id}" if known else f"/sales/{PLAIN}/{table.name}/{id}"


def plain(context: PageContext, rest: list[str]) -> Response:
    """``/sales/tables/<entity>/`` and ``/sales/tables/<entity>/<id>``: what is stored. Raises :class:`Declined`."""
    table = _table(context, rest[0] if rest else "")
    if len(rest) == 1:
        return _listed(context, table)
    found = context.client.get(f"{table.set}({_id(rest[1])})")
    facts = _facts(table, found)
    title = shown(found, table.name_column) or table.label
    return context.page("plain.html", title, table=table.label, facts=facts, rows=None)


def _listed(context: PageContext, table: Table) -> Response:
    """The first rows by name, each leading to its page."""
    name = table.name_column
    order = f"&$orderby={name}" if name else ""
    found = context.client.rows(table.set, f"$select={name or table.id}{order}&$top={AT_ONCE}")
    rows = [
        Cell(shown(row, name) or str(row[table.id]), record_address(table.name, table, str(row[table.id])))
        for row in found
    ]
    return context.page("plain.html", table.label, table=table.label, facts=[], rows=rows)


def _facts(table: Table, found: Row) -> list[tuple[str, Cell]]:
    """What of a row holds something, by its label."""
    held = [(column.label, shown(found, name)) for name, column in table.properties.items() if name != table.id]
    return [(label, Cell(text)) for label, text in sorted(held) if text]


def _table(context: PageContext, name: str) -> Table:
    table = context.client.organization.model.tables.get(name.lower())
    if table is None:
        raise Declined(404, f"There is no table “{name[:60]}”." if name else NO_SUCH)
    return table


def _list_address(table: Table) -> str:
    known = BY_TABLE.get(table.name)
    return f"/sales/{known.set}/" if known else f"/sales/{PLAIN}/{quote(table.name)}/"


def _id(text: str) -> str:
    """With braces or without, as both are in use. Raises :class:`Declined`."""
    try:
        return str(UUID(text.strip("{}")))
    except ValueError as error:
        raise Declined(404, NO_SUCH) from error
