"""A record with what belongs to it, and what can be done to it: lines, states, notes."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from integration.sandbox.dataverse.page import access, business_central, lines, timeline
from integration.sandbox.dataverse.page.api_client import KIND as TABLE_OF
from integration.sandbox.dataverse.page.api_client import Declined, Row, shown
from integration.sandbox.dataverse.page.fields import OWNER
from integration.sandbox.dataverse.page.kinds import BY_SET, BY_TABLE, Action, Kind
from integration.sandbox.dataverse.page.page_context import PageContext
from integration.sandbox.dataverse.page.rendering import Cell, moved
from integration.sandbox.shell.messages import Response


def record(
    context: PageContext,
    kind: Kind,
    row: str,
    problem: str = "",
    status: int = 200,
    typed: dict[str, str] | None = None,
) -> Response:
    """The page of one record. Raises :class:`Declined`."""
    found = context.client.get(f"{kind.set}({row})")
    rights = access.rights_on(context.client, kind, row)
    new = access.creatable(context.client)
    actions = [one for one in kind.actions if found["statecode"] in one.states and access.possible(one, rights, new)]
    seen = PageContext(context.client, context.session, context.name, typed or {}, kind.set)
    asked = "ask" in seen.given
    values = {
        "kind": kind,
        "here": f"/sales/{kind.set}/{row}",
        "actions": actions,
        "main": next((one for one in actions if not one.gives_up), None),
        "editing": _editing(kind, found, rights),
        "follow": _follow(kind, row, new) if access.ADD_TO in rights else [],
        "in_business_central": business_central.opening(seen, kind, row),
        "facts": _facts(kind, found),
        "lines": lines.section(seen, kind, found, rights) if kind.lines else None,
        "availability": business_central.availability(seen, row) if kind.table == "product" and asked else "",
        "statistics": business_central.statistics(seen, found) if kind.table == "account" else None,
        "timeline": timeline.section(seen, kind, row, access.ADD_TO in rights and access.NOTE in new),
    }
    return seen.page("record.html", shown(found, kind.name) or kind.one, problem, status, **values)


def _editing(kind: Kind, found: Row, rights: frozenset[str]) -> str:
    """What the button says that leads to its form; blank where nothing can be changed."""
    fields = access.changeable(kind, found, rights)
    return "Assign" if fields == (OWNER,) else "Edit" if fields else ""


def act(context: PageContext, kind: Kind, row: str, name: str, line: str) -> Response:
    """Do what a button or form of the record asks for and go back to it; refusals are shown there."""
    if "ask" in context.given:
        return record(context, kind, row, typed=context.given)
    try:
        return moved(_done(context, kind, row, name, line))
    except Declined as declined:
        if declined.status == 404:
            raise
        return record(context, kind, row, str(declined), declined.status, context.given)


def _done(context: PageContext, kind: Kind, row: str, name: str, line: str) -> str:
    """The address to go on with."""
    here = f"/sales/{kind.set}/{row}"
    if name == "note" and not line:
        timeline.add(context, kind, row)
        return here
    if kind.lines and name == "lines":
        lines.remove(context, kind, row, line) if line else lines.add(context, kind, row)
        return here
    found = next((one for one in kind.actions if one.name == name and not line), None)
    if found is None:
        raise Declined(404, "There is no such page.")
    if found.state is not None:
        context.client.change(f"{kind.set}({row})", {"statecode": found.state})
        return here
    made = context.client.send_message(found.message, _message(kind, found, row))
    return f"/sales/{found.target}/{made[BY_SET[found.target].id]}" if found.target else here


def _message(kind: Kind, action: Action, row: str) -> Row:
    """The body of a message: the activity it leaves, or the document it makes another one from."""
    if action.target:
        parameter = {"opportunity": "OpportunityId", "quote": "QuoteId"}[kind.table]
        return {parameter: row, "ColumnSet": {"AllColumns": True}}
    subject = f"{action.label} in Sales (sandbox)"
    activity: Row = {"subject": subject, f"{kind.id}@odata.bind": f"/{kind.set}({row})"}
    return {"Status": action.status, action.parameter: activity}


def _follow(kind: Kind, row: str, new: Collection[str]) -> list[Cell]:
    """What can be made from here with this record filled in."""
    made = [(BY_SET[each], name) for each, name in kind.follow if BY_SET[each].table in new]
    return [Cell(f"New {each.one.lower()}", f"/sales/{each.set}/new?{name}={row}") for each, name in made]


def _facts(kind: Kind, found: Row) -> list[tuple[str, Cell]]:
    """The labels and values of the fields and of what else is shown, as far as there is something."""
    fields = [(field.read, field.label) for field in kind.fields]
    named = [*fields, *(one for one in kind.looks if one[0] not in dict(fields))]
    return [(label, value(found, name)) for name, label in named if shown(found, name)]


def value(found: Row, name: str) -> Cell:
    """A value as people read it; a lookup leads to its record."""
    text = shown(found, name)
    target = BY_TABLE.get(str(found.get(f"{name}{TABLE_OF}", "")))
    if target is not None:
        return Cell(text, f"/sales/{target.set}/{found[name]}")
    number = found[name]
    return Cell(format(number, "f") if isinstance(number, Decimal) and text == str(number) else text)
