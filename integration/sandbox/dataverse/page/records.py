"""Lists with a search, and the forms that make and change records."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from integration.sandbox.dataverse.page import access, forms
from integration.sandbox.dataverse.page.api_client import Declined, Row, literal, shown
from integration.sandbox.dataverse.page.fields import OWNER, Field
from integration.sandbox.dataverse.page.kinds import Kind
from integration.sandbox.dataverse.page.page_context import PageContext
from integration.sandbox.dataverse.page.rendering import Cell, Head, moved
from integration.sandbox.shell.messages import Response

Fields = tuple[Field, ...]
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
    values["may_make"] = kind.new and kind.table in access.creatable(context.client)
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
    """The form of a new record; it is one's own unless it is given to somebody else. Raises :class:`Declined`."""
    _check_new(context, kind)
    given = {OWNER.name: context.client.person, **typed}
    for_others = access.may_make_for_others(context.client, kind)
    fields = tuple(field for field in kind.fields if for_others or field != OWNER)
    return _form(context, kind, fields, given, f"/sales/{kind.set}/new", f"New {kind.one.lower()}", problem, status)


def _check_new(context: PageContext, kind: Kind) -> None:
    if not kind.new:
        raise Declined(404, f"{kind.many} are not made here.")
    if kind.table not in access.creatable(context.client):
        raise Declined(403, f"None of your security roles lets you make {kind.many.lower()}.")


def create(context: PageContext, kind: Kind) -> Response:
    """Make it and go there, or show the form again with what is wrong."""
    try:
        _check_new(context, kind)
        given = {OWNER.name: context.client.person, **context.given}
        payload = forms.body(context.client, kind.fields, given, blanks=False)
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
    """The form of a record as it is. Raises :class:`Declined`, also where nothing of it may be changed."""
    found = context.client.get(f"{kind.set}({row})")
    typed = {**forms.typed_of(kind, found), "etag": found["@odata.etag"]}
    return _edit(context, kind, found, typed, "", 200)


def _edit(context: PageContext, kind: Kind, found: Row, typed: dict[str, str], problem: str, status: int) -> Response:
    row, one = found[kind.id], kind.one.lower()
    fields = access.changeable(kind, found, access.rights_on(context.client, kind, row))
    if not fields:
        raise Declined(status if problem else 403, problem or f"You may not change this {one}.")
    title = f"Assign {one}" if fields == (OWNER,) else f"Edit {one}"
    return _form(context, kind, fields, typed, f"/sales/{kind.set}/{row}/edit", title, problem, status)


def change(context: PageContext, kind: Kind, row: str) -> Response:
    """Change what differs from what the form began with, unless somebody was faster. What is not in the form stays."""
    found = context.client.get(f"{kind.set}({row})")
    before = forms.typed_of(kind, found)
    given = {**before, **context.given}
    try:
        fields = tuple(one for one in kind.fields if given[one.name].strip() != before[one.name])
        if fields:
            payload = forms.body(context.client, fields, context.given)
            context.client.change(f"{kind.set}({row})", payload, context.given.get("etag", ""))
    except Declined as declined:
        problem = (
            "Somebody else changed the record meanwhile. Open it again." if declined.status == 412 else str(declined)
        )
        return _edit(context, kind, found, given, problem, declined.status)
    return moved(f"/sales/{kind.set}/{row}")


def _form(
    context: PageContext,
    kind: Kind,
    fields: Fields,
    typed: dict[str, str],
    address: str,
    title: str,
    problem: str,
    status: int,
) -> Response:
    values = {
        "address": address,
        "back": address.removesuffix("/edit").removesuffix("new"),
        "etag": typed.get("etag", ""),
        "fields": forms.inputs(context.client, fields, typed, kind.table),
    }
    return _with_kind(context, kind).page("form.html", title, problem, status, **values)


def _with_kind(context: PageContext, kind: Kind) -> PageContext:
    return PageContext(context.client, context.session, context.name, context.given, kind.set)
