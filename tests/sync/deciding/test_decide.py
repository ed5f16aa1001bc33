"""The truth table: one test a row, in both directions."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from integration.sync.actions import Fail, Ignore, Insert, Skip, Update
from integration.sync.decide import failed
from integration.sync.memory.halves import unread
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.sync.problems import Conflict
from integration.sync.record.transfer import ReferenceNotCoupled
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.errors import Locked, Refused
from tests.sync.deciding.table_of_truth import TO_CRM, TO_ERP, US, Row

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
AGREED = {"phone": "1", "city": "Berlin"}
FAILED, SKIPPED = Outcome(Result.FAILURE, "refused"), Outcome(Result.SKIPPED, "refused")


def outcome(direction: Direction, outcome: Outcome) -> dict[str, Outcome]:
    return {direction.value: outcome}


# --- not coupled --------------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_an_uncoupled_record_is_inserted_with_an_id_of_ours(direction: Direction) -> None:
    row = Row(direction, {"phone": "1"})
    action = row.decider.decide(row.source_record, None, None, row.draft)
    assert isinstance(action, Insert)
    assert action.pair.id(direction.source) == row.source_record.id
    assert action.pair.seen(direction.source) == "source now"
    assert row.halves(action.pair.agreed, "phone") == ("1", unread("1"))


@BOTH_WAYS
def test_an_uncoupled_record_is_ignored_while_only_coupled_ones_are_wanted_and_looked_at_otherwise(
    direction: Direction,
) -> None:
    assert isinstance(Row(direction).shortcut_uncoupled(), Ignore)
    assert Row(direction, rule={"only_coupled": False}).shortcut_uncoupled() is None
    assert Row(direction, options=Options(create=True)).shortcut_uncoupled() is None


@BOTH_WAYS
def test_an_uncoupled_record_that_a_person_asked_for_is_skipped_with_the_reason(direction: Direction) -> None:
    action = Row(direction, options=Options(scope=Scope.IDS)).shortcut_uncoupled()
    assert isinstance(action, Skip)
    assert "only coupled" in action.reason


def test_an_uncoupled_account_last_written_by_us_is_ignored_unless_a_person_asked_for_it_or_sales_only_sends() -> None:
    assert isinstance(Row(TO_ERP, rule={"only_coupled": False}, modified_by=US).shortcut_uncoupled(), Ignore)
    assert Row(TO_ERP, options=Options(create=True), modified_by=US).shortcut_uncoupled() is None
    only_reads = {"only_coupled": False, "direction": TO_ERP}
    assert Row(TO_ERP, rule=only_reads, modified_by=US).shortcut_uncoupled() is None


@BOTH_WAYS
def test_the_one_free_natural_match_is_coupled_and_takes_the_sources_values(direction: Direction) -> None:
    row = Row(direction, {"phone": "1"}, {"phone": "2"})
    action = row.decider.decide(row.source_record, None, None, row.draft, [(row.twin_record, None)])
    assert isinstance(action, Update)
    assert action.coupled
    assert row.written(action)["phone"] == "1"
    assert action.pair.id(direction.destination) == row.twin_record.id


@BOTH_WAYS
def test_a_natural_match_that_is_alike_already_is_coupled_without_writing(direction: Direction) -> None:
    row = Row(direction, {"phone": "1"}, {"phone": "1"}, rule={"fields": [Row(direction).table_rule.fields[0]]})
    action = row.decider.decide(row.source_record, None, None, row.draft, [(row.twin_record, None)])
    assert isinstance(action, Update)
    assert action.coupled
    assert not action.changes


@BOTH_WAYS
def test_a_natural_match_coupled_elsewhere_and_several_ones_fail_with_the_candidates(direction: Direction) -> None:
    row = Row(direction, {"phone": "1"}, {"phone": "1"})
    twin = row.twin_record
    elsewhere = Pair(uuid.uuid4(), twin.id, State.COUPLED)
    taken = row.decider.decide(row.source_record, None, None, row.draft, [(twin, elsewhere)])
    other = replace(twin, id=uuid.uuid4())
    several = row.decider.decide(row.source_record, None, None, row.draft, [(twin, None), (other, None)])
    for action, ids in ((taken, [twin.id]), (several, [twin.id, other.id])):
        assert isinstance(action, Fail)
        assert action.problem.code == "ambiguous-match"
        assert all(str(id) in str(action.problem) for id in ids)


@BOTH_WAYS
def test_a_natural_match_that_is_only_set_aside_for_somebody_is_free(direction: Direction) -> None:
    row = Row(direction, {"phone": "1"}, {"phone": "1"})
    aside = Pair(uuid.uuid4(), uuid.uuid4(), State.RESERVED)
    action = row.decider.decide(row.source_record, None, None, row.draft, [(row.twin_record, aside)])
    assert isinstance(action, Update)
    assert action.replaces == aside


@BOTH_WAYS
def test_a_draft_with_a_problem_fails_and_one_that_is_left_out_is_skipped_whatever_else(direction: Direction) -> None:
    row = Row(direction, {"phone": "1"}, {"phone": "2"})
    problem = Refused("No exchange rate.")
    failing, left_out = replace(row.draft, problem=problem), replace(row.draft, left_out="No firm.")
    for pair, twin in ((None, None), (row.coupling, row.twin_record), (row.coupling, None)):
        action = row.decider.decide(row.source_record, pair, twin, failing)
        assert isinstance(action, Fail)
        assert action.problem is problem
        assert isinstance(row.decider.decide(row.source_record, pair, twin, left_out), Skip)


@BOTH_WAYS
def test_a_record_that_another_mapping_holds_is_skipped_with_its_name(direction: Direction) -> None:
    row = Row(direction, {"phone": "1"})
    action = row.decider.decide(row.source_record, None, None, row.draft, holder="VENDOR")
    assert isinstance(action, Skip)
    assert "is coupled in VENDOR already" in action.reason


@BOTH_WAYS
def test_a_record_that_failed_or_is_owed_before_it_was_coupled_is_tried_again_by_itself(direction: Direction) -> None:
    place = {"state": State.RESERVED}
    row = Row(direction, pair={**place, **outcome(direction, FAILED)})
    assert row.shortcut_uncoupled(row.coupling) is None
    owed = Row(direction, pair={**place, f"owed_{direction.destination}": True})
    assert owed.shortcut_uncoupled(owed.coupling) is None
    aside = Row(direction, pair=place)
    assert isinstance(aside.shortcut_uncoupled(aside.coupling), Ignore)


# --- intended -----------------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_an_intended_pair_whose_twin_is_absent_is_inserted_again_under_the_same_id(direction: Direction) -> None:
    row = Row(direction, {"phone": "1"}, None, pair={"state": State.INTENDED})
    action = row.decide()
    assert isinstance(action, Insert)
    assert action.pair.id(direction.destination) == row.coupling.id(direction.destination)


@BOTH_WAYS
def test_an_intended_pair_whose_twin_is_there_is_completed_even_where_nothing_differs(direction: Direction) -> None:
    row = Row(direction, AGREED, AGREED, AGREED, pair={"state": State.INTENDED})
    action = row.decide()
    assert isinstance(action, Update)
    assert action.completes
    assert action.pair.state is State.COUPLED


# --- failing twice ------------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_the_same_failure_twice_in_a_row_is_skipped(direction: Direction) -> None:
    once, skipped = failed(Row(direction).coupling, direction, Refused("No."))
    assert (once.outcome(direction), skipped) == (FAILED, False)
    twice, skipped = failed(once, direction, Refused("No."))
    assert (twice.outcome(direction), skipped) == (SKIPPED, True)
    assert twice.outcome(direction.back) == once.outcome(direction.back)


@BOTH_WAYS
def test_a_skipped_pair_that_fails_the_same_way_once_more_stays_skipped_and_another_way_is_tried_again(
    direction: Direction,
) -> None:
    pair = Row(direction, pair=outcome(direction, SKIPPED)).coupling
    assert failed(pair, direction, Refused("No."))[0].outcome(direction) == SKIPPED
    assert failed(pair, direction, Conflict("Both."))[0].outcome(direction) == Outcome(Result.FAILURE, "conflict")


@BOTH_WAYS
def test_another_failure_or_the_same_one_in_the_other_direction_starts_afresh(direction: Direction) -> None:
    once, _ = failed(Row(direction).coupling, direction, Refused("No."))
    assert not failed(once, direction, ReferenceNotCoupled("Wait.", table="t", id=US))[1]
    assert not failed(once, direction.back, Refused("No."))[1]


@BOTH_WAYS
def test_waiting_for_another_record_never_turns_into_skipped(direction: Direction) -> None:
    pair = Row(direction).coupling
    for _ in range(5):
        pair, skipped = failed(pair, direction, ReferenceNotCoupled("Wait.", table="currency", id=US))
        assert not skipped
    assert pair.outcome(direction) == Outcome(Result.WAITING, "reference-not-coupled")


@BOTH_WAYS
def test_what_passes_by_itself_never_turns_into_skipped(direction: Direction) -> None:
    pair = Row(direction).coupling
    for _ in range(5):
        pair, skipped = failed(pair, direction, Locked("Busy."))
        assert not skipped
