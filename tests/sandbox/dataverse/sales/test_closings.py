"""Closing documents: from which state, with which reason, and what the document and its activity keep of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.sandbox.dataverse.sales import closing
from integration.sandbox.dataverse.sales.closing import Closing, close
from tests.sandbox.dataverse.writer import NOBODY, Trade, Writer, refused

NOON = "2026-03-02T12:00:00Z"
CLOSINGS = {
    "won opportunity": (closing.WIN_OPPORTUNITY, {0}, (3,)),
    "lost opportunity": (closing.LOSE_OPPORTUNITY, {0}, (4, 5)),
    "won quote": (closing.WIN_QUOTE, {1}, (4,)),
    "closed quote": (closing.CLOSE_QUOTE, {1}, (5, 6, 7)),
    "fulfilled order": (closing.FULFILL_ORDER, {0, 1}, (100001, 100002)),
    "canceled order": (closing.CANCEL_ORDER, {0, 1}, (4,)),
}
"""What happens -> the message, the states it starts from, the reasons it may end in (the first is the default)."""
STATES = {"opportunity": {0: 1, 1: 3, 2: 4}, "quote": {0: 1, 1: 2, 2: 4, 3: 5},
          "salesorder": {0: 1, 1: 3, 2: 4, 3: 100001, 4: 100003}}  # fmt: skip
every = pytest.mark.parametrize("what", sorted(CLOSINGS))


def document(writer: Writer, kind: Closing, state: int, **values: Any) -> str:
    row = writer.create(kind.table, name="Bicycles for Adatum", **values)
    query = f"UPDATE {kind.table} SET statecode = ?, statuscode = ? WHERE {kind.lookup} = ?"
    writer.connection.execute(query, (state, STATES[kind.table][state], row))
    return row


def ended(writer: Writer, kind: Closing, row: str) -> tuple[int, int]:
    found = writer.row(kind.table, row)
    return found["statecode"], found["statuscode"]


@every
def test_a_document_is_closed_from_the_states_that_lead_there_and_from_no_other(writer: Writer, what: str) -> None:
    kind, starts, (default, *_) = CLOSINGS[what]
    for state in STATES[kind.table]:
        row = document(writer, kind, state)
        if state in starts:
            close(writer.write, kind, {kind.lookup: row})
            assert ended(writer, kind, row) == (kind.state, default)
        else:
            code = "0x80040515" if kind.table == "opportunity" else "0x80048408"
            with refused(code):
                close(writer.write, kind, {kind.lookup: row})
            assert ended(writer, kind, row) == (state, STATES[kind.table][state])
            assert writer.values(f"SELECT 1 FROM {kind.activity} WHERE {kind.lookup} = ?", row) == []


@every
def test_a_reason_is_one_of_the_state_that_is_reached(writer: Writer, what: str) -> None:
    kind, starts, reasons = CLOSINGS[what]
    wrong = {status for values in STATES.values() for status in values.values()} - set(reasons) | {0, 99}
    for status in (-1, None, *reasons):
        row = document(writer, kind, min(starts))
        close(writer.write, kind, {kind.lookup: row}, status)
        assert ended(writer, kind, row) == (kind.state, status if status in reasons else reasons[0])
    for status in wrong:
        row = document(writer, kind, min(starts))
        with refused("0x80048408", f"{status} is not a valid status code"):
            close(writer.write, kind, {kind.lookup: row}, status)


@every
def test_the_activity_says_what_was_closed_by_whom_it_is_owned_and_when(writer: Writer, what: str) -> None:
    kind, starts, _ = CLOSINGS[what]
    anna = writer.create("systemuser", lastname="Hill", islicensed=True)
    row = document(writer, kind, min(starts), ownerid=anna)

    made = writer.row(kind.activity, close(writer.write, kind, {kind.lookup: row}))

    label = writer.table(kind.table).label
    assert made["subject"] == f"{label} {kind.word}: Bicycles for Adatum"
    assert (made[kind.lookup], made["ownerid"], made["actualend"]) == (row, anna, NOON)
    assert (made["statecode"], made["statuscode"], made["activitytypecode"]) == (1, 2, kind.activity)
    if kind.number:
        assert made[kind.number] == writer.row(kind.table, row)[kind.number]


@every
def test_what_is_said_about_the_end_is_kept_and_what_is_left_out_is_filled_in(writer: Writer, what: str) -> None:
    kind, starts, _ = CLOSINGS[what]
    row = document(writer, kind, min(starts))
    said = {
        "subject": "Signed today",
        "description": "By hand",
        "actualend": "2026-02-27T09:00:00Z",
        "actualstart": None,
    }

    made = writer.row(kind.activity, close(writer.write, kind, {kind.lookup: row, **said}))

    assert {name: made[name] for name in said} == said


@every
def test_an_activity_names_a_document_that_is_there(writer: Writer, what: str) -> None:
    kind, _, _ = CLOSINGS[what]

    for activity in ({}, {kind.lookup: None}):
        with refused("0x80040203", f"must name its {kind.table} in '{kind.lookup}'"):
            close(writer.write, kind, dict(activity))
    with refused("0x80040217", f"{kind.table} With Id = {NOBODY} Does Not Exist", status=404):
        close(writer.write, kind, {kind.lookup: NOBODY})


def test_a_name_as_long_as_a_document_may_have_leaves_a_subject_that_fits(writer: Writer) -> None:
    for kind, starts, _ in CLOSINGS.values():
        row = document(writer, kind, min(starts))
        writer.connection.execute(f"UPDATE {kind.table} SET name = ?", ("x" * 300,))

        made = writer.row(kind.activity, close(writer.write, kind, {kind.lookup: row}))

        assert len(made["subject"]) <= 200
        assert made["subject"].startswith(writer.table(kind.table).label)


@pytest.mark.parametrize(
    ("kind", "expected", "said", "kept"),
    [
        (closing.WIN_OPPORTUNITY, 500, None, 500),
        (closing.WIN_OPPORTUNITY, 500, "450.5", Decimal("450.5")),
        (closing.WIN_OPPORTUNITY, 500, "0", 0),
        (closing.WIN_OPPORTUNITY, None, None, 0),
        (closing.LOSE_OPPORTUNITY, 500, None, 0),
        (closing.LOSE_OPPORTUNITY, 500, "12", 12),
    ],
)
def test_an_opportunity_brings_what_is_said_or_what_was_expected_of_it_if_it_is_won(
    writer: Writer, kind: Closing, expected: int | None, said: str | None, kept: Any
) -> None:
    row = document(writer, kind, 0, estimatedvalue=expected, isrevenuesystemcalculated=False)
    revenue = {} if said is None else {"actualrevenue": Decimal(said)}

    close(writer.write, kind, {"opportunityid": row, "actualend": "2026-02-27T23:30:00Z", **revenue})

    found = writer.row("opportunity", row)
    assert (found["actualvalue"], found["actualclosedate"]) == (kept, "2026-02-27")


def test_revenue_is_in_the_currency_of_the_opportunity(writer: Writer, trade: Trade) -> None:
    euro = trade.currency("EUR", 1.25)
    row = document(writer, closing.WIN_OPPORTUNITY, 0, transactioncurrencyid=euro)

    made = close(writer.write, closing.WIN_OPPORTUNITY, {"opportunityid": row, "actualrevenue": Decimal(100)})

    activity, found = writer.row("opportunityclose", made), writer.row("opportunity", row)
    assert (activity["transactioncurrencyid"], activity["actualrevenue_base"]) == (euro, 80)
    assert (found["actualvalue"], found["actualvalue_base"]) == (100, 80)


def test_a_quote_keeps_the_day_it_was_closed_and_its_activity_the_revision(writer: Writer) -> None:
    row = document(writer, closing.CLOSE_QUOTE, 1)
    writer.connection.execute("UPDATE quote SET revisionnumber = 3")

    made = close(writer.write, closing.CLOSE_QUOTE, {"quoteid": row, "actualend": "2026-02-27T09:00:00Z"})

    assert writer.row("quote", row)["closedon"] == "2026-02-27"
    assert writer.row("quoteclose", made)["revision"] == 3


@pytest.mark.parametrize(("before", "after"), [(None, NOON), ("2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z")])
def test_an_order_keeps_the_first_day_it_was_fulfilled(writer: Writer, before: str | None, after: str) -> None:
    row = document(writer, closing.FULFILL_ORDER, 1, datefulfilled=before)

    close(writer.write, closing.FULFILL_ORDER, {"salesorderid": row})

    assert writer.row("salesorder", row)["datefulfilled"] == after


def test_a_canceled_order_is_fulfilled_on_no_day(writer: Writer) -> None:
    row = document(writer, closing.CANCEL_ORDER, 1)

    close(writer.write, closing.CANCEL_ORDER, {"salesorderid": row})

    assert writer.row("salesorder", row)["datefulfilled"] is None


@pytest.mark.parametrize("what", ["won quote", "fulfilled order", "won opportunity"])
def test_lines_show_the_state_that_their_document_ended_in(writer: Writer, what: str) -> None:
    kind, _, _ = CLOSINGS[what]
    lines = {"quote": "quotedetail", "salesorder": "salesorderdetail", "opportunity": "opportunityproduct"}[kind.table]
    row = writer.create(kind.table, name="Bicycles")
    line = writer.create(lines, **{kind.lookup: row}, productdescription="Bell")
    if kind.table == "quote":
        writer.change("quote", row, statecode=1)

    close(writer.write, kind, {kind.lookup: row})

    assert writer.row(lines, line)[f"{kind.table}statecode"] == kind.state


def test_a_closing_is_noted_for_those_who_listen_to_the_document_and_to_its_activity(writer: Writer) -> None:
    row = document(writer, closing.WIN_OPPORTUNITY, 0)
    before = len(writer.write.happened)

    close(writer.write, closing.WIN_OPPORTUNITY, {"opportunityid": row})

    noted = [(one.message, one.table.name) for one in writer.write.happened[before:]]
    assert noted == [("Create", "opportunityclose"), ("Update", "opportunity")]
