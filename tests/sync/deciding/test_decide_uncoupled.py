"""The truth table, whole, for records without a pair: left out, held elsewhere, matched, taken."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from integration.sync.actions import Fail, Skip, Uncouple, Update
from integration.sync.direction import Direction
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.sync.run import LEFT_OUT
from integration.systems.values import Record
from tests.sync.deciding.table_of_truth import TO_CRM, Row
from tests.sync.deciding.whole import BOTH_WAYS, JIM, changed, decide, row_of, waiting, waits

# --- left out ------------------------------------------------------------------------------------------------


@BOTH_WAYS
@pytest.mark.parametrize("state", [State.COUPLED, State.INTENDED])
def test_a_pair_that_ends_with_a_record_left_out_goes_with_its_twin_and_counts_where_it_was_coupled(
    direction: Direction, state: State
) -> None:
    row = row_of(direction, pair={"state": state})
    draft = changed(row.draft, left_out="The item is retired.", unpairs=True)
    counted = state is State.COUPLED

    action = decide(row, row.coupling, draft)

    assert action == Uncouple(row.coupling, counted, row.source_record, "The item is retired.", row.twin_record)


@BOTH_WAYS
def test_a_record_left_out_that_ends_no_pair_or_has_none_is_skipped_with_the_reason(direction: Direction) -> None:
    row = row_of(direction)
    stays = changed(row.draft, left_out="The item is retired.")
    ends = changed(stays, unpairs=True)

    assert decide(row, row.coupling, stays) == Skip(row.source_record, "The item is retired.", row.coupling, None)
    assert decide(row, None, ends) == Skip(row.source_record, "The item is retired.", None, None)


@BOTH_WAYS
def test_a_record_left_out_whose_row_was_intended_and_is_not_there_has_only_its_place_again(
    direction: Direction,
) -> None:
    row = row_of(direction, twin=False, pair={"state": State.INTENDED, f"owed_{direction.source}": True})
    place = replace(
        row.coupling, state=State.RESERVED, agreed={}, seen_erp="", seen_crm="", owed_erp=False, owed_crm=False
    )

    action = decide(row, row.coupling, changed(row.draft, left_out="The item is retired."))

    assert action == Skip(row.source_record, "The item is retired.", place, place)


@BOTH_WAYS
@pytest.mark.parametrize("state", [State.COUPLED, State.INTENDED])
def test_a_record_left_out_whose_row_is_there_keeps_its_pair(direction: Direction, state: State) -> None:
    row = row_of(direction, pair={"state": state})

    action = decide(row, row.coupling, changed(row.draft, left_out="The item is retired."))

    assert action == Skip(row.source_record, "The item is retired.", row.coupling, None)


@BOTH_WAYS
def test_a_record_left_out_until_another_is_coupled_remembers_for_whom_it_waits(direction: Direction) -> None:
    row = row_of(direction)
    draft = changed(row.draft, left_out="Its firm is not coupled.", left_out_waits=[("salesperson", JIM)])
    outcome = Outcome(Result.LEFT_OUT, LEFT_OUT)

    action = decide(row, row.coupling, draft)

    remembered = replace(row.coupling, waits=waits(row)).with_outcome(direction, outcome)
    assert action == Skip(row.source_record, "Its firm is not coupled.", row.coupling, remembered)


@BOTH_WAYS
def test_a_record_left_out_without_a_pair_waits_in_a_place_of_its_own(direction: Direction) -> None:
    row = row_of(direction)
    draft = changed(row.draft, left_out="Its firm is not coupled.", left_out_waits=[("salesperson", JIM)])

    action = decide(row, None, draft)

    assert (action.record, action.pair) == (row.source_record, None)
    assert (action.remembered.id(direction.source), action.remembered.waits) == (row.source_record.id, waits(row))


# --- not coupled ---------------------------------------------------------------------------------------------


def match_of(row: Row, *others: Pair | None) -> list[tuple[Record, Pair | None]]:
    """As many natural matches as there are pairs that hold them; the first is the twin."""
    twin = row.twin_record
    return [(twin if not n else replace(twin, id=uuid.UUID(int=n)), one) for n, one in enumerate(others)]


@BOTH_WAYS
def test_a_record_that_cannot_go_fails_and_remembers_for_whom_it_waits(direction: Direction) -> None:
    row = row_of(direction)
    problem = waiting()
    draft = changed(row.draft, problem=problem)
    reserved = replace(row.coupling, state=State.RESERVED, agreed={})

    assert decide(row, reserved, draft) == Fail(row.source_record, problem, replace(reserved, waits=waits(row)))
    action = decide(row, None, draft)
    assert (action.record, action.problem) == (row.source_record, problem)
    assert (action.pair.id(direction.source), action.pair.waits) == (row.source_record.id, waits(row))


@BOTH_WAYS
def test_a_record_that_another_mapping_holds_is_skipped_and_the_mapping_is_named(direction: Direction) -> None:
    row = row_of(direction)
    row.source["name"], row.names["name"] = "Adatum", ("name", "name")

    action = decide(row, None, holder="VENDOR")

    said = "Adatum is coupled in VENDOR already. Delete that coupling first to have it here."
    assert action == Skip(row.source_record, said, None, None)


@BOTH_WAYS
@pytest.mark.parametrize(
    ("held", "why"),
    [
        ((State.COUPLED,), "is coupled with another record already"),
        ((None, None), "is not the only candidate"),
        ((State.COUPLED, None), "is not the only candidate"),
        ((State.COUPLED, State.COUPLED), "is coupled with another record already"),
    ],
)
def test_a_match_that_is_taken_or_not_alone_fails_and_every_candidate_is_named(
    direction: Direction, held: tuple[Any, ...], why: str
) -> None:
    row = row_of(direction)
    holders = [state and replace(row.coupling, state=state) for state in held]
    matches = match_of(row, *holders)
    reserved = replace(row.coupling, state=State.RESERVED)

    action = decide(row, reserved, matches=matches)

    named = ", ".join(str(match.id) for match, _ in matches)
    assert (action.record, action.pair) == (row.source_record, reserved)
    assert (action.problem.code, str(action.problem)) == ("ambiguous-match", f"The matching record {why}: {named}.")


@BOTH_WAYS
def test_the_match_of_an_option_that_has_none_is_said(direction: Direction) -> None:
    row = row_of(direction)

    action = decide(row, None, creates=False)

    assert action == Skip(row.source_record, "There is no matching option on the other side.")


@BOTH_WAYS
@pytest.mark.parametrize("equal", [True, False])
def test_one_free_match_is_coupled_whether_or_not_a_field_differs(direction: Direction, equal: bool) -> None:
    row = row_of(direction)
    if not equal:
        row.twin["city"] = "Wien"

    action = decide(row, None, matches=match_of(row, None))

    assert isinstance(action, Update)
    assert (action.record, action.twin, action.coupled) == (row.source_record, row.twin_record, True)
    assert (action.pair.erp_id, action.pair.crm_id) == (row.erp_id, row.crm_id)
    assert (action.pair.state, action.replaces) == (State.COUPLED, None)
    assert action.pair.seen(direction.source) == row.source_record.version
    assert row.written(action) == ({} if equal else {"city": "Berlin"})


@BOTH_WAYS
@pytest.mark.parametrize("equal", [True, False])
def test_of_two_places_set_aside_the_one_with_its_id_here_is_replaced(direction: Direction, equal: bool) -> None:
    row = row_of(direction)
    if not equal:
        row.twin["city"] = "Wien"
    mine = Pair(*((row.erp_id, uuid.uuid4()) if direction is TO_CRM else (uuid.uuid4(), row.crm_id)))
    other = Pair(*((uuid.uuid4(), row.crm_id) if direction is TO_CRM else (row.erp_id, uuid.uuid4())))

    action = decide(row, mine, matches=match_of(row, other))

    assert action.replaces == (other if direction is TO_CRM else mine)
