"""Rows below others of their own table: whatever is done, nobody ends up below themselves."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.shell.refusal import Refusal
from tests.examples import examples
from tests.sandbox.dataverse.writer import Trade, Writer, refused, rolled_back

PARENTS = {
    "account": ("parentaccountid", "0x80040507"),
    "contact": ("parentcustomerid_contact", "0x8004050a"),
    "businessunit": ("parentbusinessunitid", "0x80041d21"),
    "systemuser": ("parentsystemuserid", "0x80041d25"),
}
"""Table -> the navigation property to the row above, and the code of a loop."""
tables = pytest.mark.parametrize("table", sorted(PARENTS))


def one(writer: Writer, table: str, above: str | None = None) -> str:
    """A row, below another one if that is named."""
    name = f"Row {uuid.uuid4().hex[:6]}"
    body = {"firstname": "Anna", "lastname": name} if table in ("contact", "systemuser") else {"name": name}
    if table == "businessunit" and above is None:
        above = writer.root
    return writer.create(table, **body, **({PARENTS[table][0]: above} if above else {}))


@tables
def test_a_row_does_not_stand_below_itself(writer: Writer, table: str) -> None:
    lookup, code = PARENTS[table]
    row = one(writer, table)

    with refused(code, "loop in the hierarchy"):
        writer.change(table, row, **{lookup: row})


@tables
def test_a_new_row_does_not_stand_below_itself_either(writer: Writer, table: str) -> None:
    lookup, code = PARENTS[table]
    row = str(uuid.uuid4())
    key = writer.table(table).id

    named = {"lastname": "Hill"} if table in ("contact", "systemuser") else {"name": "Adatum"}

    with refused(code):
        writer.create(table, **named, **{key: row, lookup: row})


@tables
@pytest.mark.parametrize("length", [1, 2, 5])
def test_the_top_of_a_chain_does_not_move_below_its_end(writer: Writer, table: str, length: int) -> None:
    lookup, code = PARENTS[table]
    chain = [one(writer, table)]
    for _ in range(length):
        chain.append(one(writer, table, chain[-1]))

    with refused(code):
        writer.change(table, chain[0], **{lookup: chain[-1]})


@tables
def test_a_row_moves_below_a_row_of_another_branch_with_all_below_it(writer: Writer, table: str) -> None:
    lookup, _ = PARENTS[table]
    top, other = one(writer, table), one(writer, table)
    middle = one(writer, table, top)
    leaf = one(writer, table, middle)

    writer.change(table, middle, **{lookup: other})
    writer.change(table, top, **{lookup: leaf})

    assert writer.row(table, top)[lookup.removesuffix("_contact")] == leaf


def test_two_changes_that_close_a_loop_together_are_refused_as_one_message(writer: Writer, trade: Trade) -> None:
    adatum, relecloud = trade.account(), trade.account("Relecloud")

    with refused("0x80040507"):
        writer.change_all("account", {adatum: {"parentaccountid": relecloud}, relecloud: {"parentaccountid": adatum}})


def test_two_new_rows_that_name_each_other_are_refused(writer: Writer) -> None:
    adatum, relecloud = str(uuid.uuid4()), str(uuid.uuid4())

    with refused("0x80040507"):
        writer.create_all(
            "account",
            {"accountid": adatum, "name": "Adatum", "parentaccountid": relecloud},
            {"accountid": relecloud, "name": "Relecloud", "parentaccountid": adatum},
        )


def test_new_rows_may_stand_below_each_other_in_one_message(writer: Writer) -> None:
    adatum = str(uuid.uuid4())

    ids = writer.create_all(
        "account", {"accountid": adatum, "name": "Adatum"}, {"name": "Adatum North", "parentaccountid": adatum}
    )

    assert writer.row("account", ids[1])["parentaccountid"] == adatum


def test_a_person_below_a_firm_is_no_part_of_the_hierarchy_of_persons(writer: Writer, trade: Trade) -> None:
    firm = trade.account()
    anna = one(writer, "contact")
    ben = one(writer, "contact", anna)

    writer.change("contact", anna, parentcustomerid_account=firm)
    writer.change("contact", anna, parentcustomerid_account=firm)

    assert writer.row("contact", ben)["parentcontactid"] == anna
    assert writer.row("contact", anna)["parentcontactid"] is None


def test_units_do_not_count_in_each_other(writer: Writer, trade: Trade) -> None:
    group, piece = trade.group()
    dozen = writer.create("uom", name="DOZEN", quantity=12, uomscheduleid=group)
    gross = writer.create("uom", name="GROSS", quantity=12, uomscheduleid=group, baseuom=dozen)

    with refused("0x80043b1a"):
        writer.change("uom", dozen, baseuom=gross)

    writer.change("uom", gross, baseuom=piece)
    writer.change("uom", dozen, baseuom=gross)
    assert writer.row("uom", dozen)["baseuom"] == gross


def test_a_product_family_does_not_hold_itself(writer: Writer) -> None:
    family = str(uuid.uuid4())

    with refused("0x80040387"):
        writer.create(
            "product", productid=family, name="Cycling", productnumber="F1", productstructure=2,
            parentproductid=family,
        )  # fmt: skip


MOVES = some.lists(some.tuples(some.integers(0, 5), some.one_of(some.none(), some.integers(0, 5))), max_size=14)


def loops(parents: dict[int, int | None], start: int) -> bool:
    """By walking: does one come back to the start?"""
    at = parents[start]
    while at is not None and at != start:
        at = parents[at]
    return at == start


@given(MOVES)
@examples(40)
def test_any_moves_are_taken_exactly_when_they_make_no_loop(
    in_process: Organization, moves: list[tuple[int, int | None]]
) -> None:
    with rolled_back(in_process) as writer:
        rows = [writer.create("account", name=f"Firm {at}") for at in range(6)]
        parents: dict[int, int | None] = dict.fromkeys(range(6))
        for row, above in moves:
            wanted = {**parents, row: above}
            taken = attempt(writer, rows[row], rows[above] if above is not None else None)
            assert taken is not loops(wanted, row)
            parents = wanted if taken else parents

        kept = {at: writer.row("account", row)["parentaccountid"] for at, row in enumerate(rows)}
        assert kept == {at: None if above is None else rows[above] for at, above in parents.items()}


def attempt(writer: Writer, row: str, above: str | None) -> bool:
    """Was it taken? What was refused leaves nothing behind."""
    writer.connection.execute("SAVEPOINT moving")
    try:
        writer.change("account", row, parentaccountid=above)
    except Refusal:
        writer.connection.execute("ROLLBACK TO moving")
        return False
    finally:
        writer.connection.execute("RELEASE moving")
    return True
