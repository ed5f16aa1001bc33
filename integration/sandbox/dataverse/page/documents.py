"""A record with what belongs to it, and what can be done to it: lines, states, notes."""

from __future__ import annotations

from decimal import Decimal

from integration.sandbox.dataverse.http.messages import Response
from integration.sandbox.dataverse.page import business_central, lines, timeline
from integration.sandbox.dataverse.page.api_client import KIND as TABLE_OF
from integration.sandbox.dataverse.page.api_client import Declined, Row, shown
from integration.sandbox.dataverse.page.kinds import BY_SET, BY_TABLE, Action, Kind
from integration.sandbox.dataverse.page.markup import Content, Html, link, moved, tag
from integration.sandbox.dataverse.page.page_context import Visit


def record(
    visit: Visit, kind: Kind, row: str, problem: str = "", status: int = 200, typed: dict[str, str] | None = None
) -> Response:
    """The page of one record. Raises :class:`Declined`."""
    found = visit.desk.get(f"{kind.set}({row})")
    seen = Visit(visit.desk, visit.session, visit.name, typed or {}, kind.set)
    content: list[Content] = [_buttons(seen, kind, found), _facts(kind, found)]
    if kind.lines:
        content.append(lines.section(seen, kind, found))
    if kind.table == "product":
        content.append(_stock(seen, row))
    if kind.table == "account":
        content.append(business_central.statistics(seen, found))
    content.append(timeline.section(seen, kind, row))
    return seen.page(shown(found, kind.name) or kind.one, content, problem, status)


def act(visit: Visit, kind: Kind, row: str, name: str, line: str) -> Response:
    """Do what a button or form of the record asks for and go back to it; refusals are told there."""
    if "ask" in visit.given:
        return record(visit, kind, row, typed=visit.given)
    try:
        return moved(_done(visit, kind, row, name, line))
    except Declined as declined:
        if declined.status == 404:
            raise
        return record(visit, kind, row, str(declined), declined.status, visit.given)


def _done(visit: Visit, kind: Kind, row: str, name: str, line: str) -> str:
    """The address to go on with."""
    here = f"/sales/{kind.set}/{row}"
    if name == "note" and not line:
        timeline.add(visit, kind, row)
        return here
    if kind.lines and name == "lines":
        lines.remove(visit, kind, row, line) if line else lines.add(visit, kind, row)
        return here
    found = next((one for one in kind.actions if one.name == name and not line), None)
    if found is None:
        raise Declined(404, "There is no such page.")
    if found.state is not None:
        visit.desk.change(f"{kind.set}({row})", {"statecode": found.state})
        return here
    made = visit.desk.tell(found.message, _message(kind, found, row))
    return f"/sales/{found.target}/{made[BY_SET[found.target].id]}" if found.target else here


def _message(kind: Kind, action: Action, row: str) -> Row:
    """The body of a message: the activity it leaves, or the document it makes another one from."""
    if action.target:
        parameter = {"opportunity": "OpportunityId", "quote": "QuoteId"}[kind.table]
        return {parameter: row, "ColumnSet": {"AllColumns": True}}
    subject = f"{action.label} in Sales (sandbox)"
    activity: Row = {"subject": subject, f"{kind.id}@odata.bind": f"/{kind.set}({row})"}
    return {"Status": action.status, action.parameter: activity}


def _buttons(visit: Visit, kind: Kind, found: Row) -> Html:
    """What can be done now."""
    here = f"/sales/{kind.set}/{found[kind.id]}"
    able = [one for one in kind.actions if found["statecode"] in one.states]
    edit = link(f"{here}/edit", "Edit", class_="button") if kind.new else None
    presses = [visit.button(f"{here}/{one.name}", one.label, at == 0) for at, one in enumerate(able)]
    follow = [
        link(f"/sales/{each}/new?{name}={found[kind.id]}", f"New {BY_SET[each].one.lower()}", class_="button")
        for each, name in kind.follow
    ]
    opened = business_central.opening(visit, kind, found[kind.id])
    return tag("div", *presses, edit, *follow, opened, class_="actions")


def _stock(visit: Visit, row: str) -> Html:
    """What is available of a product, as soon as somebody asks."""
    ask = visit.button(f"/sales/products/{row}/availability", "Check availability", name="ask", value="availability")
    told = tag("p", business_central.availability(visit, row), role="status") if "ask" in visit.given else None
    return tag("section", tag("h2", "Availability"), ask, told)


def _facts(kind: Kind, found: Row) -> Html:
    """The fields and what else is known, as far as there is something."""
    known = [(field.read, field.label) for field in kind.fields]
    named = [*known, *(one for one in kind.looks if one[0] not in dict(known))]
    return tag(
        "dl", *([tag("dt", label), tag("dd", value(found, name))] for name, label in named if shown(found, name))
    )


def value(found: Row, name: str) -> Content:
    """A value as people read it; a lookup leads to its record."""
    text = shown(found, name)
    target = BY_TABLE.get(str(found.get(f"{name}{TABLE_OF}", "")))
    if target is not None:
        return link(f"/sales/{target.set}/{found[name]}", text)
    return format(found[name], "f") if text and isinstance(found[name], Decimal) and text == str(found[name]) else text
