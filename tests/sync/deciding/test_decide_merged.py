"""The truth table, for what merging two rows says: problems, fields that are refused, and whom both passes wait for."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from integration.sync.actions import Action, Fail, Unchanged, Update
from integration.sync.direction import Direction
from integration.sync.memory.ledger import Pair, State, Wait
from integration.sync.merging.merge import Look, Merged
from integration.sync.record.meaning import Lack, Lacking
from integration.sync.record.transfer import Draft
from integration.systems.errors import InvalidValue, Refused
from integration.systems.values import Record
from tests.sync.deciding.table_of_truth import TO_CRM, TO_ERP, Row

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
AGREED = {"phone": "1", "city": "Berlin"}
JIM, HELEN = uuid.UUID(int=1), uuid.UUID(int=2)
TOO_LONG, READ_ONLY = InvalidValue("The name is too long.", field="name"), Refused("Nobody writes the city.")


class Says:
    """A merger that says this of every pair, and else is the row's own."""

    def __init__(self, row: Row, merged: Merged) -> None:
        self.row, self.merged = row, merged

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row.merger, name)

    def merge(self, look: Look) -> Merged:
        return replace(self.merged, agreed=dict(look.pair.agreed))


def row_of(direction: Direction, **twin: str) -> Row:
    return Row(direction, dict(AGREED), {**AGREED, **twin}, dict(AGREED))


def decide(
    row: Row,
    merged: Merged | None = None,
    back: Draft | None = None,
    matches: Sequence[tuple[Record, Pair | None]] = (),
    pair: Pair | None = None,
    **draft: Any,
) -> Action:
    judge = row.decider if merged is None else replace(row.decider, merger=Says(row, merged))
    pair = None if matches else (pair or row.coupling)
    wanted = replace(row.draft, **draft)
    return judge.decide(row.source_record, pair, row.twin_record, wanted, matches, back or row.back)


def lacking(id: uuid.UUID, kind: Lack = Lack.LEAVE) -> dict[str, Lacking]:
    return {"salesperson": Lacking(kind, "Salesperson", "salesperson", id)}


@BOTH_WAYS
def test_a_pair_of_which_a_value_cannot_go_fails_with_it_renewed_as_far_as_it_is_equal(direction: Direction) -> None:
    row = row_of(direction, city="Wien")

    action = decide(row, Merged(problem=TOO_LONG))

    assert isinstance(action, Fail)
    assert (action.record, action.problem) == (row.source_record, TOO_LONG)
    assert (action.pair.erp_id, action.pair.crm_id) == (row.erp_id, row.crm_id)
    assert row.halves(action.pair.agreed, "phone") is not None


@BOTH_WAYS
def test_a_match_of_which_a_value_cannot_go_is_not_coupled(direction: Direction) -> None:
    row = row_of(direction)

    action = decide(row, Merged(problem=TOO_LONG), matches=[(row.twin_record, None)])

    assert isinstance(action, Fail)
    assert action.problem is TOO_LONG


@BOTH_WAYS
@pytest.mark.parametrize("refused", [[READ_ONLY], [READ_ONLY, TOO_LONG]])
def test_the_first_field_that_is_refused_is_said_while_the_others_go_on(
    direction: Direction, refused: list[Any]
) -> None:
    row = row_of(direction)

    unchanged = decide(row, Merged(refused=refused))
    changed = decide(row, Merged(refused=refused), pair=replace(row.coupling, state=State.INTENDED))

    assert isinstance(unchanged, Unchanged)
    assert isinstance(changed, Update)
    assert (unchanged.refused, changed.refused) == (READ_ONLY, READ_ONLY)


@BOTH_WAYS
@pytest.mark.parametrize(("kind", "missing"), [(Lack.LEAVE, ("Salesperson",)), (Lack.PUT_OFF, ())])
def test_an_update_names_the_fields_that_it_leaves_as_they_are(
    direction: Direction, kind: Lack, missing: tuple[Any, ...]
) -> None:
    row = row_of(direction, city="Wien")
    row.source["city"] = "Basel"
    row.agreed["city"] = "Wien"

    action = decide(row, lacking=lacking(JIM, kind))

    assert isinstance(action, Update)
    assert action.missing == missing


@BOTH_WAYS
@pytest.mark.parametrize("merged", [Merged(), Merged(problem=TOO_LONG)])
def test_a_pair_waits_for_records_of_both_sides(direction: Direction, merged: Merged) -> None:
    row = row_of(direction)
    back = Draft(lacking=lacking(HELEN))

    action = decide(row, merged, back=back, lacking=lacking(JIM))

    there = Wait(direction.destination, "salesperson", JIM), Wait(direction.source, "salesperson", HELEN)
    assert action.pair.waits == frozenset(there)


@BOTH_WAYS
@pytest.mark.parametrize(("before", "owes", "after"), [(True, False, True), (False, True, True), (False, False, False)])
def test_a_debt_of_the_other_pass_stays_or_is_new_and_this_one_is_paid(
    direction: Direction, before: bool, owes: bool, after: bool
) -> None:
    row = row_of(direction)
    pair = row.coupling.with_owed(direction.source, before).with_owed(direction.destination, True)

    action = decide(row, Merged(owes=owes), pair=pair)

    assert (action.pair.owed(direction.source), action.pair.owed(direction.destination)) == (after, False)
