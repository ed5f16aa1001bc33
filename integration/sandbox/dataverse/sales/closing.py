"""Winning, losing, fulfilling, canceling: the document gets its last state, an activity keeps when and why."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.rules import states
from integration.sandbox.dataverse.rules.money import exact
from integration.sandbox.dataverse.rules.trade import documents
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.dataverse.store.payload import Values
from integration.sandbox.dataverse.store.write import Write
from integration.sandbox.shell.refusal import Refusal

DEFAULT_STATUS = -1


@dataclass(frozen=True, slots=True)
class Closing:
    """One message: the table it closes, the activity it leaves, the state it leads to and those it starts from."""

    table: str
    activity: str
    lookup: str
    state: int
    starts: frozenset[int]
    word: str
    number: str = ""


OPEN, ACTIVE_QUOTE, UNDER_WAY = frozenset({0}), frozenset({1}), frozenset({0, 1})
WIN_OPPORTUNITY = Closing("opportunity", "opportunityclose", "opportunityid", 1, OPEN, "won")
LOSE_OPPORTUNITY = Closing("opportunity", "opportunityclose", "opportunityid", 2, OPEN, "lost")
WIN_QUOTE = Closing("quote", "quoteclose", "quoteid", 2, ACTIVE_QUOTE, "won", "quotenumber")
CLOSE_QUOTE = Closing("quote", "quoteclose", "quoteid", 3, ACTIVE_QUOTE, "closed", "quotenumber")
FULFILL_ORDER = Closing("salesorder", "orderclose", "salesorderid", 3, UNDER_WAY, "fulfilled", "ordernumber")
CANCEL_ORDER = Closing("salesorder", "orderclose", "salesorderid", 2, UNDER_WAY, "canceled", "ordernumber")


def close(write: Write, closing: Closing, activity: Values, status: int | None = None) -> str:
    """Close the document that the activity names and return the activity's id. Without a status the state's default
    is taken. Raises :class:`Refusal`: 0x80040515 for an opportunity that is closed already, 0x80048408 for other
    documents in a wrong state and for a status of another state."""
    row = activity.get(closing.lookup)
    if row is None:
        raise refusals.invalid(f"The activity must name its {closing.table} in '{closing.lookup}'.")
    table = write.model[closing.table]
    current = write.one(table.name, row)
    if current is None:
        raise refusals.missing(table.name, row)
    _check_start(table, closing, current)
    state, status = states.pair(table, closing.state, None if status == DEFAULT_STATUS else status, row)
    (made,) = write.create(write.model[closing.activity], [_activity(write, closing, current, activity)])
    kept = write.one(closing.activity, made) or {}
    closing_values = _closing_values(write, closing, exact(table, current), exact(write.model[closing.activity], kept))
    move(write, table, current, {"statecode": state, "statuscode": status, **closing_values})
    return made


def move(write: Write, table: Table, current: Values, values: Values) -> None:
    """Change a document whatever its state; its lines follow."""
    row = current[table.id]
    write.store(table, {row: current}, {row: values})
    documents.lead_lines(write, table, {row: current}, {row: values})


def _check_start(table: Table, closing: Closing, current: Values) -> None:
    if current["statecode"] in closing.starts:
        return
    if table.name == "opportunity":
        raise Refusal(400, "0x80040515", "The opportunity is closed already.")
    label = table.columns["statecode"].options[current["statecode"]].label
    raise Refusal(400, "0x80048408", f"A {table.label} in the state {label} cannot be {closing.word}.")


def _activity(write: Write, closing: Closing, current: Values, given: Values) -> Values:
    subject = f"{write.model[closing.table].label} {closing.word}: {current.get('name') or ''}"
    values: Values = {"subject": subject[:200], "actualend": write.now, "ownerid": current["ownerid"]}
    values["owneridtype"] = current["owneridtype"]
    if closing.number:
        values[closing.number] = current[closing.number]
    if closing.table == "quote":
        values["revision"] = current["revisionnumber"]
    if closing.table == "opportunity":
        values["transactioncurrencyid"] = current["transactioncurrencyid"]
    given_values = {name: value for name, value in given.items() if value is not None}
    return values | given_values | {"statecode": 1, "statuscode": 2}


def _closing_values(write: Write, closing: Closing, current: Values, activity: Values) -> Values:
    """What else the document keeps of its end. An opportunity brings in what the activity says, otherwise what was
    expected of it if it is won."""
    day = str(activity["actualend"])[:10]
    if closing.table == "opportunity":
        expected = (current["estimatedvalue"] or Decimal(0)) if closing is WIN_OPPORTUNITY else Decimal(0)
        actual = activity["actualrevenue"]
        return {"actualclosedate": day, "actualvalue": expected if actual is None else actual}
    if closing.table == "quote":
        return {"closedon": day}
    if closing is FULFILL_ORDER and current["datefulfilled"] is None:
        return {"datefulfilled": activity["actualend"]}
    return {}
