"""Lists with a search, and the forms that make and change records."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from integration.sandbox.dataverse.page import forms
from integration.sandbox.dataverse.page.api_client import Declined, Row, literal, shown
from integration.sandbox.dataverse.page.kinds import Kind
from integration.sandbox.dataverse.page.page_context import PageContext
from integration.sandbox.dataverse.page.rendering import Cell, Head, moved
from integration.sandbox.shell.messages import Response

PAGE = 50
AMOUNTS = frozenset({"price", "totalamount", "estimatedvalue"})


def listed(context: PageContext, kind: Kind) -> Response:
    """Up to 50 records by name, newest first for documents, with what was searched for. Raises :class:`Declined`."""
    search = context.given.get("search", "").strip()
    found = context.client.get(kind.set, _question(kind, search, context.given.get("after", "")), PAGE)
    following = _following(kind, search, found)
    heads = [Head(label, name in AMOUNTS) for name, label in kind.columns]
    rows = [_cells(kind, row) for row in found["value"]]
    values: dict[str, Any] = {"kind": kind, "search": search, "heads": heads, "rows": rows, "next_page": following}
    return _with_kind(context, kind).page("list.html", kind.many, **values)


def _question(kind: Kind, search: str, after: str) -> str:
    names = ",".join(name for name, _ in kind.columns)
    order = "createdon desc" if kind.actions or kind.lines else kind.name
    asked = f"$select={names}&$orderby={order}"
    if search:
        asked += "&$filter=" + " or ".join(f"contains({name},{literal(search)})" for name in kind.search)
    return asked + (f"&$skiptoken={quote(after, safe='')}" if after else "")


def _cells(kind: Kind, row: Row) -> list[Cell]:
    first, *others = kind.columns
    name = Cell(shown(row, first[0]) or "(no name)", f"/sales/{kind.set}/{row[kind.id]}")
    return [name, *(Cell(shown(row, column)) for column, _ in others)]


def _following(kind: Kind, search: str, found: Row) -> str:
    """The address of the next page, where there is one."""
    after = parse_qs(urlsplit(found.get("@odata.nextLink", "")).query).get("$skiptoken")
    return f"/sales/{kind.set}/?{urlencode({'search': search, 'after': after[0]})}" if after else ""


def form(context: PageContext, kind: Kind, typed: dict[str, str], problem: str = "", status: int = 200) -> Response:
    """The form of a new record. Raises :class:`Declined`."""
    if not kind.new:
        raise Declined(404, f"{kind.many} are not made here.")
    return _form(context, kind, typed, f"/sales/{kind.set}/new", f"New {kind.one.lower()}", problem, status)


def create(context: PageContext, kind: Kind) -> Response:
    """Make it and go there, or show the form again with what is wrong."""
    try:
        if not kind.new:
            raise Declined(404, f"{kind.many} are not made here.")
        payload = forms.body(context.client, kind.fields, context.given, blanks=False)
        made = context.client.create(kind.set, {**payload, **_currency(context, context.given)})
    except Declined as declined:
        return form(context, kind, context.given, str(declined), declined.status)
    return moved(f"/sales/{kind.set}/{made}")


def _currency(context: PageContext, typed: dict[str, str]) -> Row:
    """A document with a price list is in its currency."""
    chosen = typed.get("pricelevelid")
    if not chosen:
        return {}
    found = context.client.get(f"pricelevels({forms.identity(chosen)})", "$select=_transactioncurrencyid_value")
    currency = found["_transactioncurrencyid_value"]
    return {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({currency})"} if currency else {}


def edit(context: PageContext, kind: Kind, row: str) -> Response:
    """The form of a record as it is. Raises :class:`Declined`."""
    found = context.client.get(f"{kind.set}({row})")
    typed = {**forms.typed_of(kind, found), "etag": found["@odata.etag"]}
    return _edit(context, kind, row, typed)


def _edit(
    context: PageContext, kind: Kind, row: str, typed: dict[str, str], problem: str = "", status: int = 200
) -> Response:
    title = f"Edit {kind.one.lower()}"
    return _form(context, kind, typed, f"/sales/{kind.set}/{row}/edit", title, problem, status)


def change(context: PageContext, kind: Kind, row: str) -> Response:
    """Change what differs from what the form began with, unless somebody was faster."""
    try:
        found = context.client.get(f"{kind.set}({row})")
        before = forms.typed_of(kind, found)
        fields = tuple(one for one in kind.fields if context.given.get(one.name, "").strip() != before[one.name])
        if fields:
            payload = forms.body(context.client, fields, context.given)
            context.client.change(f"{kind.set}({row})", payload, context.given.get("etag", ""))
    except Declined as declined:
        problem = (
            "Somebody else changed the record meanwhile. Open it again." if declined.status == 412 else str(declined)
        )
        return _edit(context, kind, row, context.given, problem, declined.status)
    return moved(f"/sales/{kind.set}/{row}")


def _form(
    context: PageContext, kind: Kind, typed: dict[str, str], address: str, title: str, problem: str, status: int
) -> Response:
    values = {
        "address": address,
        "back": address.removesuffix("/edit").removesuffix("new"),
        "etag": typed.get("etag", ""),
        "fields": forms.inputs(context.client, kind.fields, typed, kind.table),
    }
    return _with_kind(context, kind).page("form.html", title, problem, status, **values)


def _with_kind(context: PageContext, kind: Kind) -> PageContext:
    return PageContext(context.client, context.session, context.name, context.given, kind.set)
