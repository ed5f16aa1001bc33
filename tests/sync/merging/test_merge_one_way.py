"""Fields that go one way: their source writes them, and what only goes back is owed to the other pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integration.sync.actions import Change
from integration.sync.direction import Direction
from integration.sync.memory.halves import default, unread
from integration.sync.merging.merge import Look
from tests.sync.deciding.table_of_truth import BLANK, KEYS, TO_CRM, TO_ERP, Row, after, own, written

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])


@pytest.mark.scenario("IntegrationRecordSynchTest.VerifyModifiedFlagsAfterFieldsTransferWithChangedUnidirectionalField")
@BOTH_WAYS
@pytest.mark.parametrize(
    ("source", "twin", "agreed", "writes"),
    [
        ("old", "changed there", "old", ["old"]),  # T: it drifted
        ("new", "old", "old", ["new"]),  # S
        ("new", "changed there", "old", ["new"]),  # S and T
        ("", "old", "old", [""]),  # the source blanked it
        ("1", "2", None, ["1"]),  # never agreed
        ("", "2", None, [""]),  # never agreed: a blank is a value, nothing comes back
        ("1", "+49 1", ("1", "+49 1"), []),  # as agreed
        ("1", "2", ("*", "2"), ["1"]),  # decided
    ],
)
def test_a_one_way_field_is_written_by_its_source_whatever_the_other_side_did(
    direction: Direction, source: str, twin: str, agreed: str | tuple[str, ...] | None, writes: list[Any]
) -> None:
    found = own(direction, source, twin, agreed)
    assert (written(found), found.owes, found.conflicts) == (writes, False, [])


@BOTH_WAYS
def test_what_drifted_is_kept_where_the_source_holds_only_the_default_of_a_row_that_we_made(
    direction: Direction,
) -> None:
    found = own(direction, "", "typed there", (default(""), ""))
    assert (written(found), found.owes) == ([], False)


@BOTH_WAYS
def test_the_default_of_a_row_that_we_made_stays_a_default_when_both_sides_are_equal_and_goes_once_changed(
    direction: Direction,
) -> None:
    name = "street" if direction is TO_CRM else "mail"
    assert after(direction, own(direction, "", "", (default(""), "x")), KEYS[name]) == (default(""), "")
    typed = own(direction, "typed here", "", (default(""), ""))
    assert (written(typed), after(direction, typed, KEYS[name])) == (
        ["typed here"],
        ("typed here", unread("typed here")),
    )


@BOTH_WAYS
def test_a_field_that_only_goes_the_other_way_and_changed_there_is_owed_to_the_other_pass(direction: Direction) -> None:
    other = "mail" if direction is TO_CRM else "street"
    agreed = {**BLANK, "phone": "1"}
    found = Row(direction, {**agreed, "phone": "2"}, {**agreed, other: "new"}, agreed).merge()
    assert (written(found), found.owes) == (["2"], True)


@BOTH_WAYS
def test_a_field_that_only_goes_the_other_way_and_was_never_agreed_is_owed_to_the_other_pass(
    direction: Direction,
) -> None:
    agreed = dict.fromkeys(("phone", "city", "street" if direction is TO_CRM else "mail"), "")
    assert Row(direction, {**BLANK, "phone": ""}, {**BLANK, "phone": ""}, agreed).merge().owes


@BOTH_WAYS
def test_the_default_of_a_row_that_we_made_is_owed_to_nobody(direction: Direction) -> None:
    other = "mail" if direction is TO_CRM else "street"
    agreed = {**BLANK, "phone": "", other: ("typed here", default("of the row"))}
    row = {**BLANK, "phone": "", other: "typed here"}
    assert not Row(direction, row, {**row, other: "of the row"}, agreed).merge().owes
    assert Row(direction, row, {**row, other: "typed there"}, agreed).merge().owes


@BOTH_WAYS
def test_a_column_kept_by_a_special_rule_is_written_whenever_it_differs_and_never_agreed(direction: Direction) -> None:
    row = Row(direction, {**BLANK, "phone": "1"}, {**BLANK, "phone": "1"}, {**BLANK, "phone": "1"})
    name = "statecode" if direction is TO_CRM else "blocked"
    draft = replace(row.draft, extra={name: 1})
    twin = replace(row.twin_record, values={**row.twin_record.values, name: 0})
    found = row.merger.merge(Look(draft, row.source_record, twin, row.coupling))
    assert (found.changes, found.agreed) == ([Change(name, 0, 1)], row.coupling.agreed)
    same = replace(twin, values={**twin.values, name: 1})
    assert row.merger.merge(Look(draft, row.source_record, same, row.coupling)).changes == []
