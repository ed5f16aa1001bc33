"""The truth table, whole, for pairs: an action names record, pair and twin, and says what a person reads."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from integration.sync.actions import Insert, Restore, SourceDeleted, Unchanged, Uncouple, Update
from integration.sync.direction import Direction
from integration.sync.given_ids.marks import mark
from integration.sync.memory.ledger import State
from integration.sync.problems import waiting_for
from integration.sync.record.meaning import Lack, Lacking
from integration.sync.rules import ConflictPolicy, DeletionPolicy
from integration.systems.errors import InvalidValue
from integration.systems.values import Ref, Side
from tests.sync.deciding.whole import BOTH_WAYS, JIM, changed, decide, row_of, waiting, waits

REFUSED = InvalidValue("The name is too long.", field="name")


# --- coupled -------------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_a_twin_that_was_merged_fails_with_the_pair_and_the_one_to_couple_with(direction: Direction) -> None:
    row = row_of(direction)
    master = Ref("account", uuid.UUID(int=7), "Adatum Group")
    row.twin["masterid"], row.names["masterid"] = master, ("masterid", "masterid")

    action = decide(row, row.coupling)

    assert (action.record, action.pair, action.problem.code) == (row.source_record, row.coupling, "twin-merged")
    assert waiting_for(action.problem) == f"account/{master.id}"
    assert "Adatum Group" in str(action.problem)


@BOTH_WAYS
def test_a_record_that_moved_loses_its_twin_and_stands_for_another_try(direction: Direction) -> None:
    row = row_of(direction)

    action = decide(row, row.coupling, changed(row.draft, moved=True))

    assert replace(action, again=None) == Uncouple(row.coupling, False, row.source_record, "", row.twin_record)
    again = action.again
    assert again.id(direction.source) == row.source_record.id
    assert again.id(direction.destination) != row.twin_record.id
    assert (again.owed(direction.destination), again.owed(direction.source)) == (True, False)
    assert again.state is State.RESERVED


@BOTH_WAYS
def test_a_twin_that_nobody_owns_yet_is_left_alone_and_is_said_to_be_in_the_making(direction: Direction) -> None:
    row = row_of(direction)
    side, column = direction.destination, "number"
    row.names[column] = ("search_name", "description")
    row.twin[column] = mark(uuid.UUID(int=5))
    table = row.table_rule.table(side)
    marked = replace(table, mark_field=row.names[column][0 if side is Side.ERP else 1])
    rule = replace(row.table_rule, **{side.value: marked})

    action = decide(row, row.coupling, rule=rule)

    assert (action.record, action.pair, action.problem.code) == (row.source_record, row.coupling, "in-doubt")
    assert str(action.problem) == "Its other record is being made at the moment."


@BOTH_WAYS
def test_a_pair_whose_value_cannot_go_fails_renewed_as_far_as_it_is_equal(direction: Direction) -> None:
    row = row_of(direction)
    row.twin["city"] = "Wien"

    action = decide(row, row.coupling, changed(row.draft, problem=REFUSED))

    assert (action.record, action.problem) == (row.source_record, REFUSED)
    assert row.halves(action.pair.agreed, "phone") is not None
    assert action.pair.erp_id == row.erp_id


@BOTH_WAYS
def test_an_intended_pair_whose_value_cannot_go_has_only_its_place_again(direction: Direction) -> None:
    row = row_of(direction, twin=False, pair={"state": State.INTENDED})
    problem = waiting()

    action = decide(row, row.coupling, changed(row.draft, problem=problem))

    assert (action.record, action.problem, action.pair.waits) == (row.source_record, problem, waits(row))
    assert (action.pair.state, action.pair.agreed) == (State.RESERVED, {})


@BOTH_WAYS
def test_a_conflict_fails_with_both_values_in_words(direction: Direction) -> None:
    row = row_of(direction, rule={"conflict": ConflictPolicy.NONE})
    row.source |= {"city": "Basel", "phone": "2"}
    row.twin |= {"city": "Wien", "phone": "3"}

    action = decide(row, row.coupling)

    assert (action.record, action.problem.code) == (row.source_record, "conflict")
    assert "“Basel” here" in str(action.problem)
    assert "“Wien” there; " in str(action.problem) or "“3” there; " in str(action.problem)
    assert str(action.problem).endswith(" there. Choose which one wins.")


@BOTH_WAYS
@pytest.mark.parametrize("differs", [True, False])
def test_an_update_and_an_unchanged_pair_keep_what_the_ledger_had_before(direction: Direction, differs: bool) -> None:
    row = row_of(direction)
    if differs:
        row.source["city"] = "Basel"

    action = decide(row, row.coupling)

    assert isinstance(action, Update if differs else Unchanged)
    assert (action.record, action.before, action.refused) == (row.source_record, row.coupling, None)
    assert action.pair.seen(direction.source) == row.source_record.version
    if differs:
        assert action.read == replace(row.coupling, agreed=action.read.agreed)
        assert action.missing == ()


@BOTH_WAYS
@pytest.mark.parametrize("kind", [Lack.LEAVE, Lack.PUT_OFF])
def test_only_a_field_that_is_left_as_it_is_is_named_as_missing(direction: Direction, kind: Lack) -> None:
    row = row_of(direction, twin=False)
    lacking = Lacking(kind, "Salesperson", "salesperson", JIM)

    action = decide(row, None, changed(row.draft, lacking={"salesperson": lacking}))

    assert action.missing == (("Salesperson",) if kind is Lack.LEAVE else ())
    assert action.pair.waits == (waits(row) if kind is Lack.LEAVE else frozenset())


@BOTH_WAYS
def test_a_new_row_is_remembered_as_coupled_and_seen_here_only(direction: Direction) -> None:
    row = row_of(direction, twin=False)
    reserved = replace(row.coupling, state=State.RESERVED, agreed={}, seen_erp="", seen_crm="")

    action = decide(row, reserved)

    assert isinstance(action, Insert)
    assert (action.before, action.replaces, action.pair.state) == (reserved, None, State.COUPLED)
    assert action.pair.seen(direction.source) == row.source_record.version
    assert action.pair.seen(direction.destination) == ""
    assert (action.pair.erp_id, action.pair.crm_id) == (row.erp_id, row.crm_id)


# --- gone ----------------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_a_twin_that_is_gone_is_named_by_its_table(direction: Direction) -> None:
    row = row_of(direction, twin=False)
    kind = row.table_rule.table(direction.destination).label

    action = decide(row, row.coupling)

    assert (action.record, action.pair) == (row.source_record, row.coupling)
    assert str(action.problem) == f"The coupled record of {kind} was deleted."


@BOTH_WAYS
def test_a_twin_that_is_gone_is_uncoupled_or_made_with_an_id_of_its_own(direction: Direction) -> None:
    removed = row_of(direction, twin=False, rule={"deletion": DeletionPolicy.REMOVE})
    assert decide(removed, removed.coupling) == Uncouple(removed.coupling)
    restored = row_of(direction, twin=False, rule={"deletion": DeletionPolicy.RESTORE})
    action = decide(restored, restored.coupling)
    assert (action.before.state, action.replaces) == (State.RESERVED, restored.coupling)
    assert action.before.id(direction.destination) == action.pair.id(direction.destination)


@BOTH_WAYS
def test_a_source_that_is_gone_is_said_with_the_record_that_is_left(direction: Direction) -> None:
    row = row_of(direction)
    row.twin["name"], row.names["name"] = "Adatum", ("name", "name")
    kind = row.table_rule.table(direction.source).label

    action = row.deleted()

    assert (action.pair, action.label) == (row.coupling, "Adatum")
    assert isinstance(action, SourceDeleted)
    assert str(action.problem) == f"The coupled record of {kind} was deleted."


@BOTH_WAYS
def test_what_a_deletion_leaves_behind_names_its_pair(direction: Direction) -> None:
    both_gone = row_of(direction, twin=False)
    assert both_gone.deleted() == Uncouple(both_gone.coupling, counted=False)
    removed = row_of(direction, rule={"deletion": DeletionPolicy.REMOVE})
    assert removed.deleted() == Uncouple(removed.coupling)
    restored = row_of(direction, rule={"deletion": DeletionPolicy.RESTORE})
    action = restored.deleted()
    assert action == Restore(restored.coupling, action.replacement)
    assert isinstance(action.replacement.id(direction.source), uuid.UUID)
    assert action.replacement.id(direction.source) != restored.coupling.id(direction.source)
