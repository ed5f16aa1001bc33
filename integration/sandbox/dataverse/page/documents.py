"""A record with what belongs to it, and what can be done to it: lines, states, notes."""

from __future__ import annotations

from decimal import Decimal

from integration.sandbox.dataverse.page import business_central, lines, timeline
from integration.sandbox.dataverse.page.api_client import KIND as TABLE_OF
from integration.sandbox.dataverse.page.api_client import Declined, Row, shown
from integration.sandbox.dataverse.page.kinds import BY_SET, BY_TABLE, Action, Kind
from integration.sandbox.dataverse.page.markup import Content, Html, link, moved, tag
from integration.sandbox.dataverse.page.page_context import PageContext
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
    seen = PageContext(context.client, context.session, context.name, typed or {}, kind.set)
    content: list[Content] = [_buttons(seen, kind, found), _facts(kind, found)]
    if kind.lines:
        content.append(lines.section(seen, kind, found))
    if kind.table == "product":
        content.append(_stock(seen, row))
    if kind.table == "account":
        content.append(business_central.statistics(seen, found))
    content.append(timeline.section(seen, kind, row))
    return seen.page(shown(found, kind.name) or kind.one, content, problem, status)


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


def _buttons(context: PageContext, kind: Kind, found: Row) -> Html:
    """What can be done now."""
    here = f"/sales/{kind.set}/{found[kind.id]}"
    able = [one for one in kind.actions if found["statecode"] in one.states]
    edit = link(f"{here}/edit", "Edit", class_="button") if kind.new else None
    presses = [context.button(f"{here}/{one.name}", one.label, at == 0) for at, one in enumerate(able)]
    follow = [
        link(f"/sales/{each}/new?{name}={found[kind.id]}", f"New {BY_SET[each].one.lower()}", class_="button")
        for each, name in kind.follow
    ]
    opened = business_central.opening(context, kind, found[kind.id])
    return tag("div", *presses, edit, *follow, opened, class_="actions")


def _stock(context: PageContext, row: str) -> Html:
    """What is available of a product, as soon as somebody asks."""
    ask = context.button(f"/sales/products/{row}/availability", "Check availability", name="ask", value="availability")
    answer = tag("p", business_central.availability(context, row), role="status") if "ask" in context.given else None
    return tag("section", tag("h2", "Availability"), ask, answer)


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
