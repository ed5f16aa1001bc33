"""From which state to which a plain update leads, table by table, and which reasons belong to which state."""

from __future__ import annotations

from typing import Any

import pytest

from integration.sandbox.shell.refusal import Refusal
from tests.sandbox.dataverse.writer import Trade, Writer, refused

REASONS: dict[str, dict[int, tuple[int, ...]]] = {
    "account": {0: (1,), 1: (2,)},
    "contact": {0: (1,), 1: (2,)},
    "uomschedule": {0: (1,), 1: (2,)},
    "transactioncurrency": {0: (1,), 1: (2,)},
    "pricelevel": {0: (100001,), 1: (100002,)},
    "product": {0: (1,), 1: (2,), 2: (0,), 3: (3,)},
    "opportunity": {0: (1, 2), 1: (3,), 2: (4, 5)},
    "quote": {0: (1,), 1: (2, 3), 2: (4,), 3: (5, 6, 7)},
    "salesorder": {0: (1, 2), 1: (3,), 2: (4,), 3: (100001, 100002), 4: (100003,)},
    "invoice": {0: (1, 2, 4, 5, 6), 1: (3, 7), 2: (100001, 100002), 3: (100003,)},
}
"""Table -> state -> its reasons, the first is its default."""
MESSAGE_ONLY, READ_ONLY, WRONG_PAIR = "0x80100005", "0x8004022e", "0x80048408"
MOVES: dict[str, list[list[str]]] = {
    "opportunity": [["", MESSAGE_ONLY, MESSAGE_ONLY], ["", "", MESSAGE_ONLY], ["", MESSAGE_ONLY, ""]],
    "quote": [
        ["", "", MESSAGE_ONLY, MESSAGE_ONLY],
        ["", "", MESSAGE_ONLY, MESSAGE_ONLY],
        ["", "0x80100003", "", MESSAGE_ONLY],
        ["", "0x80100003", MESSAGE_ONLY, ""],
    ],
    "salesorder": [[""] * 5] * 5,
    "invoice": [
        ["", "", "", ""],
        ["", "", "0x80100000", "0x80100001"],
        ["", "", "", "0x80100001"],
        ["", "", "0x80100000", ""],
    ],
    "product": [
        ["", "", "0x8004f912", ""],
        ["", "", "0x80061035", WRONG_PAIR],
        ["", "0x8004f978", "", WRONG_PAIR],
        ["", "", "0x80061035", ""],
    ],
    "account": [["", ""]] * 2,
    "contact": [["", ""]] * 2,
    "pricelevel": [["", ""]] * 2,
    "uomschedule": [["", ""]] * 2,
    "transactioncurrency": [["", ""]] * 2,
}
"""Table -> by the state before, by the state after: the code of the refusal, blank where it is taken."""
ALL_MOVES = [
    (table, before, after, code)
    for table, rows in MOVES.items()
    for before, row in enumerate(rows)
    for after, code in enumerate(row)
]


def row_of(trade: Trade, table: str) -> str:
    make = {
        "account": trade.account,
        "contact": lambda: trade.writer.create("contact", lastname="Hill"),
        "uomschedule": lambda: trade.group()[0],
        "transactioncurrency": trade.currency,
        "pricelevel": trade.price_list,
        "product": lambda: trade.product(active=False)[0],
    }
    return make[table]() if table in make else trade.writer.create(table, name="Bicycles for Adatum")


def put(writer: Writer, table: str, row: str, state: int) -> None:
    """The row is in this state, however it came there."""
    status = REASONS[table][state][0]
    key = writer.table(table).id
    writer.connection.execute(
        f'UPDATE "{table}" SET statecode = ?, statuscode = ? WHERE "{key}" = ?',
        (state, status, row),
    )


def state(writer: Writer, table: str, row: str) -> tuple[int, int]:
    found = writer.row(table, row)
    return found["statecode"], found["statuscode"]


@pytest.mark.parametrize("table", sorted(REASONS))
def test_the_states_and_reasons_of_a_table_are_the_documented_ones(writer: Writer, table: str) -> None:
    columns = writer.table(table).columns
    found: dict[int, list[int]] = {value: [] for value in columns["statecode"].options}
    for value, choice in columns["statuscode"].options.items():
        found[choice.state if choice.state is not None else -1].append(value)

    assert {one: sorted(values) for one, values in found.items()} == {
        one: sorted(values) for one, values in REASONS[table].items()
    }


@pytest.mark.parametrize(("table", "before", "after", "code"), ALL_MOVES)
def test_a_state_is_reached_by_a_plain_update_or_refused_with_its_own_code(
    trade: Trade, table: str, before: int, after: int, code: str
) -> None:
    row = row_of(trade, table)
    put(trade.writer, table, row, before)

    if code:
        with refused(code):
            trade.writer.change(table, row, statecode=after)
        assert state(trade.writer, table, row)[0] == before
    else:
        trade.writer.change(table, row, statecode=after)
        assert state(trade.writer, table, row) == (after, REASONS[table][after][0])


@pytest.mark.parametrize("table", sorted(set(REASONS) - {"product"}))
def test_every_pair_of_state_and_reason_is_taken_exactly_when_they_belong_together(trade: Trade, table: str) -> None:
    reasons = [status for values in REASONS[table].values() for status in values]
    row = row_of(trade, table)
    for after in REASONS[table]:
        if MOVES[table][0][after]:
            continue
        for status in reasons:
            with trade.writer.undone() as writer:
                if status in REASONS[table][after]:
                    writer.change(table, row, statecode=after, statuscode=status)
                    assert state(writer, table, row) == (after, status)
                else:
                    with refused(WRONG_PAIR, f"{status} is not a valid status code"):
                        writer.change(table, row, statecode=after, statuscode=status)


@pytest.mark.parametrize(
    ("table", "body", "kept"),
    [
        ("account", {}, (0, 1)),
        ("account", {"statecode": 1}, (1, 2)),
        ("account", {"statuscode": 1}, (0, 1)),
        ("salesorder", {}, (0, 1)),
        ("salesorder", {"statuscode": 2}, (0, 2)),
        ("salesorder", {"statecode": 1}, (1, 3)),
        ("salesorder", {"statecode": 4, "statuscode": 100003}, (4, 100003)),
        ("invoice", {"statuscode": 4}, (0, 4)),
        ("invoice", {"statecode": 2, "statuscode": 100002}, (2, 100002)),
        ("quote", {"statecode": 1, "statuscode": 3}, (1, 3)),
        ("pricelevel", {"statecode": 1}, (1, 100002)),
    ],
)
def test_a_new_row_is_in_the_state_it_names_or_in_the_first(
    writer: Writer, table: str, body: dict[str, Any], kept: tuple[int, int]
) -> None:
    assert state(writer, table, writer.create(table, name="Adatum", **body)) == kept


@pytest.mark.parametrize(("table", "status"), [("account", 2), ("salesorder", 3), ("invoice", 100001), ("quote", 4)])
def test_a_new_row_does_not_name_a_reason_of_a_later_state_alone(writer: Writer, table: str, status: int) -> None:
    with refused(WRONG_PAIR):
        writer.create(table, name="Adatum", statuscode=status)


@pytest.mark.parametrize("table", ["account", "invoice", "opportunity"])
def test_a_state_of_another_table_is_an_unknown_choice(trade: Trade, table: str) -> None:
    row = row_of(trade, table)

    with refused("0x8004431a", "outside the valid range of its choices"):
        trade.writer.change(table, row, statecode=9)
    with refused("0x8004431a"):
        trade.writer.change(table, row, statuscode=99)


@pytest.mark.parametrize("table", ["account", "quote", "invoice", "product"])
def test_a_state_cannot_be_emptied(trade: Trade, table: str) -> None:
    row = row_of(trade, table)

    with refused("0x80040203", "statecode"):
        trade.writer.change(table, row, statecode=None)


@pytest.mark.parametrize("table", ["quote", "salesorder", "invoice"])
def test_in_a_later_state_only_state_owner_and_what_is_unchanged_are_taken(trade: Trade, table: str) -> None:
    writer = trade.writer
    row = row_of(trade, table)
    writer.change(table, row, statecode=1 if table != "invoice" else 2)

    for body in ({"name": "Other"}, {"description": "x"}, {"discountamount": 1.0}, {"statecode": 0, "name": "Other"}):
        with writer.undone() as one, refused(READ_ONLY):
            one.change(table, row, **body)
    writer.change(table, row, name="Bicycles for Adatum", discountamount=None)
    writer.change(table, row, ownerid=writer.user)

    assert writer.row(table, row)["name"] == "Bicycles for Adatum"


def test_the_pair_is_checked_before_anything_is_written(writer: Writer, trade: Trade) -> None:
    row = trade.account()

    with pytest.raises(Refusal):
        writer.change("account", row, name="Renamed", statecode=1, statuscode=1)

    assert writer.row("account", row)["name"] == "Adatum Corporation"
