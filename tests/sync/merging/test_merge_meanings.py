"""Fields of special rules whose meaning two systems say in different columns are merged like any other."""

from __future__ import annotations

from typing import Any

import pytest

from integration.sync.actions import Change, Insert
from integration.sync.memory.halves import default, partnerless, unread
from integration.sync.merging.merge import Merged
from integration.sync.record.meaning import MeaningField
from integration.sync.rules import ConflictPolicy, Direction
from integration.systems.values import Side
from tests.makers import field_rule
from tests.sync.deciding.table_of_truth import NAMES, TO_CRM, TO_ERP, Row
from tests.sync.merging.meanings import COLUMNS, Blocked

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])


def row(
    direction: Direction, source: str, twin: str, agreed: Any, meaning: MeaningField | None = None, **more: Any
) -> Row:
    """A pair of which only the meaning is told apart, said as yes or no."""

    def word(side: Side, said: str) -> int:
        return ({Side.ERP: 3, Side.CRM: 1}[side]) if said == "yes" else 0

    known = {} if agreed is None else {"!blocked": agreed}
    names = {**NAMES, "state": ("blocked", "statecode")}
    return Row(
        direction,
        {"phone": "1", "state": word(direction.source, source)},
        {"phone": "1", "state": word(direction.destination, twin)},
        {"phone": "1", **known},
        names=names,
        meanings=[meaning or Blocked()],
        rule={"fields": [field_rule(*NAMES["phone"])], **more},
    )


def merged(*args: Any, **more: Any) -> Merged:
    return row(*args, **more).merge()


@BOTH_WAYS
@pytest.mark.parametrize(
    ("source", "twin", "agreed", "writes", "owes", "conflicts"),
    [
        ("no", "no", "no", False, False, 0),
        ("yes", "no", "no", True, False, 0),
        ("no", "yes", "no", False, True, 0),
        ("yes", "yes", "no", False, False, 0),
        ("yes", "no", None, False, False, 1),
        ("yes", "yes", None, False, False, 0),
        ("yes", "no", ("*", "no"), True, False, 0),
        ("yes", "no", ("no", "*"), False, True, 0),
    ],
)
def test_a_meaning_belongs_to_the_side_that_changed_it(
    direction: Direction,
    source: str,
    twin: str,
    agreed: str | tuple[str, ...] | None,
    writes: bool,
    owes: bool,
    conflicts: int,
) -> None:
    found = merged(direction, source, twin, agreed)
    assert (bool(found.changes), found.owes, len(found.conflicts)) == (writes, owes, conflicts)


@BOTH_WAYS
def test_a_meaning_is_written_in_the_columns_of_the_other_side_and_agreed_under_its_key(direction: Direction) -> None:
    pair_of = row(direction, "yes", "no", "no")
    found = pair_of.merge()
    word = 1 if direction is TO_CRM else 3
    assert found.changes == [Change(COLUMNS[direction.destination], 0, word)]
    assert pair_of.merger.split(found.agreed["!blocked"]) == ("yes", unread("yes"))


def test_a_conflict_about_a_meaning_names_it_as_each_side_does() -> None:
    [clash] = merged(TO_CRM, "yes", "no", None).conflicts
    assert (clash.source_label, clash.source_value) == ("Blocked", "yes")
    assert (clash.destination_label, clash.destination_value) == ("Status", "no")


@BOTH_WAYS
def test_a_meaning_that_the_other_side_has_no_word_for_leaves_it_as_it_is(direction: Direction) -> None:
    lacking = Blocked(lacking=direction.source)
    pair_of = row(direction, "yes", "no", "no", lacking)
    found = pair_of.merge()
    assert (found.changes, found.owes) == ([], False)
    assert pair_of.halves(found.agreed, "!blocked") == (partnerless("yes"), "no")
    again = merged(direction, "yes", "no", (partnerless("yes"), "no"), lacking)
    assert (again.changes, again.owes, again.conflicts) == ([], False, [])
    assert merged(direction, "yes", "no", (partnerless("yes"), "no")).changes


@BOTH_WAYS
def test_a_field_that_stops_at_its_edge_is_carried_only_when_its_source_changes(direction: Direction) -> None:
    edge, ordinary = Blocked(direction=direction, edge=True), Blocked(direction=direction)
    assert merged(direction, "yes", "no", "no", edge).changes
    assert merged(direction, "yes", "no", "yes", edge).changes == []
    assert merged(direction, "yes", "no", "yes", ordinary).changes


@BOTH_WAYS
def test_a_meaning_that_only_goes_the_other_way_and_changed_there_is_owed(direction: Direction) -> None:
    back = Blocked(direction=direction.back)
    assert not merged(direction, "no", "yes", ("no", default("yes")), back).owes
    assert merged(direction, "no", "yes", ("no", default("no")), back).owes


@BOTH_WAYS
def test_the_policy_decides_about_a_meaning_as_about_any_field(direction: Direction) -> None:
    wins = ConflictPolicy.SEND if direction is TO_CRM else ConflictPolicy.GET
    loses = ConflictPolicy.GET if direction is TO_CRM else ConflictPolicy.SEND
    assert merged(direction, "yes", "no", None, conflict=wins).changes
    lost = merged(direction, "yes", "no", None, conflict=loses)
    assert (lost.changes, lost.owes) == ([], True)


@BOTH_WAYS
def test_a_new_row_is_given_the_meaning_and_remembers_it_as_unread(direction: Direction) -> None:
    pair_of = row(direction, "yes", "no", None)
    action = pair_of.decider.decide(pair_of.source_record, None, None, pair_of.draft)
    assert isinstance(action, Insert)
    assert action.values[COLUMNS[direction.destination]] == (1 if direction is TO_CRM else 3)
    assert pair_of.halves(action.pair.agreed, "!blocked") == ("yes", unread("yes"))
