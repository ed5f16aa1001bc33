"""The truth table: one test a row, in both directions."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from integration.sync.actions import Broken, Fail, Ignore, Insert, Restore, Skip, Unchanged, Uncouple, Update
from integration.sync.decide import failed
from integration.sync.ledger import Outcome, Partner, Result, State
from integration.sync.rules import ConflictPolicy, DeletionPolicy, Direction
from integration.sync.run import Options, Scope
from integration.sync.transfer import ReferenceNotCoupled
from integration.systems.errors import Locked, Refused
from tests.sync.table_of_truth import TO_CRM, TO_ERP, US, Row

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
WINS = {TO_CRM: ConflictPolicy.SEND, TO_ERP: ConflictPolicy.GET}
AGREED = {"phone": "1", "city": "Berlin"}
FAILED = Outcome(Result.FAILURE, "refused")


def outcome(direction: Direction, outcome: Outcome) -> dict[str, Outcome]:
    return {direction.value: outcome}


# --- not coupled --------------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_an_uncoupled_record_is_inserted_with_an_id_of_ours(direction):
    row = Row(direction, {"phone": "1"})
    action = row.judge.decide(row.source_record, None, None, row.draft)
    assert isinstance(action, Insert)
    assert action.partner.id(direction.source) == row.source_record.id
    assert action.partner.version(direction.source) == "source now"
    assert action.partner.adopt


@BOTH_WAYS
def test_an_uncoupled_record_is_ignored_while_only_coupled_ones_are_wanted_and_looked_at_otherwise(direction):
    assert isinstance(Row(direction).dismiss_uncoupled(), Ignore)
    assert Row(direction, rule={"only_coupled": False}).dismiss_uncoupled() is None
    assert Row(direction, options=Options(create=True)).dismiss_uncoupled() is None


@BOTH_WAYS
def test_an_uncoupled_record_that_a_person_asked_for_is_skipped_with_the_reason(direction):
    action = Row(direction, options=Options(scope=Scope.IDS)).dismiss_uncoupled()
    assert isinstance(action, Skip)
    assert "only coupled" in action.reason


def test_an_uncoupled_account_last_written_by_us_is_ignored_unless_a_person_asked_for_it_or_sales_only_sends():
    assert isinstance(Row(TO_ERP, rule={"only_coupled": False}, modified_by=US).dismiss_uncoupled(), Ignore)
    assert Row(TO_ERP, options=Options(create=True), modified_by=US).dismiss_uncoupled() is None
    only_reads = {"only_coupled": False, "direction": TO_ERP}
    assert Row(TO_ERP, rule=only_reads, modified_by=US).dismiss_uncoupled() is None


@BOTH_WAYS
def test_the_one_free_natural_match_is_coupled_and_takes_the_sources_values(direction):
    row = Row(direction, {"phone": "1"}, {"phone": "2"})
    action = row.judge.decide(row.source_record, None, None, row.draft, [(row.twin_record, None)])
    assert isinstance(action, Update)
    assert action.coupled
    assert row.written(action)["phone"] == "1"
    assert action.partner.id(direction.destination) == row.twin_record.id


@BOTH_WAYS
def test_a_natural_match_that_is_alike_already_is_coupled_without_writing(direction):
    row = Row(direction, {"phone": "1"}, {"phone": "1"}, rule={"fields": [Row(direction).table_rule.fields[0]]})
    action = row.judge.decide(row.source_record, None, None, row.draft, [(row.twin_record, None)])
    assert isinstance(action, Update)
    assert action.coupled
    assert not action.changes


@BOTH_WAYS
def test_a_natural_match_coupled_elsewhere_and_several_ones_fail_with_the_candidates(direction):
    row = Row(direction, {"phone": "1"}, {"phone": "1"})
    twin = row.twin_record
    elsewhere = Partner(uuid.uuid4(), twin.id, State.COUPLED)
    taken = row.judge.decide(row.source_record, None, None, row.draft, [(twin, elsewhere)])
    other = replace(twin, id=uuid.uuid4())
    several = row.judge.decide(row.source_record, None, None, row.draft, [(twin, None), (other, None)])
    for action, ids in ((taken, [twin.id]), (several, [twin.id, other.id])):
        assert isinstance(action, Fail)
        assert action.problem.code == "ambiguous-match"
        assert all(str(id) in str(action.problem) for id in ids)


@BOTH_WAYS
def test_a_natural_match_that_is_only_set_aside_for_somebody_is_free(direction):
    row = Row(direction, {"phone": "1"}, {"phone": "1"})
    aside = Partner(uuid.uuid4(), uuid.uuid4(), State.RESERVED)
    action = row.judge.decide(row.source_record, None, None, row.draft, [(row.twin_record, aside)])
    assert isinstance(action, Update)
    assert action.replaces == aside


@BOTH_WAYS
def test_a_draft_with_a_problem_fails_and_one_that_is_left_out_is_skipped_whatever_else(direction):
    row = Row(direction, {"phone": "1"}, {"phone": "2"})
    problem = Refused("No exchange rate.")
    failing, left_out = replace(row.draft, problem=problem), replace(row.draft, left_out="No firm.")
    assert row.judge.decide(row.source_record, row.coupling, row.twin_record, failing) == Fail(
        row.source_record, problem, row.coupling
    )
    assert isinstance(row.judge.decide(row.source_record, None, None, left_out), Skip)


# --- intended -----------------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_an_intended_pair_whose_twin_is_absent_is_inserted_again_under_the_same_id(direction):
    row = Row(direction, {"phone": "1"}, None, partner={"state": State.INTENDED})
    action = row.decide()
    assert isinstance(action, Insert)
    assert action.partner.id(direction.destination) == row.coupling.id(direction.destination)


@BOTH_WAYS
def test_an_intended_pair_whose_twin_is_there_is_completed_even_where_nothing_differs(direction):
    row = Row(direction, AGREED, AGREED, AGREED, partner={"state": State.INTENDED})
    action = row.decide()
    assert isinstance(action, Update)
    assert action.completes
    assert action.partner.state is State.COUPLED


# --- coupled, skipped ---------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_a_skipped_pair_stays_skipped_unless_it_is_forced_or_its_source_changed(direction):
    skipped = {"skipped": True, **outcome(direction, FAILED)}
    for scope in (Scope.EVERYTHING, Scope.IDS):
        assert isinstance(Row(direction, partner=skipped, options=Options(scope=scope)).dismiss(), Skip)
        assert Row(direction, partner=skipped, options=Options(scope=scope), force=True).dismiss() is None
    assert Row(direction, partner=skipped).dismiss() is None


@BOTH_WAYS
def test_a_reserved_pair_that_is_skipped_stays_so_too(direction):
    row = Row(direction, partner={"skipped": True, "state": State.RESERVED}, options=Options(scope=Scope.EVERYTHING))
    assert isinstance(row.dismiss(), Skip)


# --- coupled, somebody gone ---------------------------------------------------------------------------------------


@BOTH_WAYS
def test_a_twin_that_is_gone_fails_is_made_anew_or_uncouples_as_the_policy_says(direction):
    failing = Row(direction, AGREED, None, AGREED).decide()
    assert isinstance(failing, Fail)
    assert failing.problem.code == "twin-gone"
    restoring = Row(direction, AGREED, None, AGREED, rule={"deletion": DeletionPolicy.RESTORE})
    restored = restoring.decide()
    assert isinstance(restored, Insert)
    assert restored.replaces == restoring.coupling
    assert restored.partner.id(direction.destination) != restoring.coupling.id(direction.destination)
    removed = Row(direction, AGREED, None, AGREED, rule={"deletion": DeletionPolicy.REMOVE}).decide()
    assert isinstance(removed, Uncouple)
    assert removed.counted


@BOTH_WAYS
def test_a_source_that_is_gone_breaks_the_coupling_comes_back_or_uncouples_as_the_policy_says(direction):
    broken = Row(direction, twin=AGREED).deleted()
    assert isinstance(broken, Broken)
    assert broken.problem.code == "twin-gone"
    restoring = Row(direction, twin=AGREED, rule={"deletion": DeletionPolicy.RESTORE})
    restored = restoring.deleted()
    assert isinstance(restored, Restore)
    assert restored.replacement.pending is direction.back
    assert restored.replacement.id(direction.destination) == restoring.coupling.id(direction.destination)
    assert isinstance(Row(direction, twin=AGREED, rule={"deletion": DeletionPolicy.REMOVE}).deleted(), Uncouple)


@BOTH_WAYS
def test_a_source_that_is_gone_cannot_come_back_where_the_mapping_has_no_way_back(direction):
    row = Row(direction, twin=AGREED, rule={"deletion": DeletionPolicy.RESTORE, "direction": direction})
    assert isinstance(row.deleted(), Broken)


@BOTH_WAYS
@pytest.mark.parametrize("policy", list(DeletionPolicy))
def test_when_both_are_gone_the_coupling_goes_silently_under_any_policy(direction, policy):
    action = Row(direction, twin=None, rule={"deletion": policy}).deleted()
    assert isinstance(action, Uncouple)
    assert not action.counted


# --- coupled, both there ------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_a_source_as_it_is_remembered_is_unchanged_without_a_look_at_its_twin(direction):
    action = Row(direction, AGREED).dismiss(version="source before")
    assert isinstance(action, Unchanged)
    assert action.partner is None


@BOTH_WAYS
@pytest.mark.parametrize(
    "why",
    [
        {"pending": True},
        {"state": State.INTENDED},
        {"skipped": True},
        {"outcome": FAILED},
        {"outcome": Outcome(Result.WAITING, "reference-not-coupled")},
    ],
    ids=["pending", "intended", "skipped", "failed", "waiting"],
)
def test_a_source_as_it_is_remembered_is_looked_at_all_the_same_while_something_is_open(direction, why):
    partner = dict(why)
    if partner.pop("pending", False):
        partner["pending"] = direction
    if "outcome" in partner:
        partner[direction.value] = partner.pop("outcome")
    assert Row(direction, AGREED, partner=partner).dismiss(version="source before") is None


@BOTH_WAYS
@pytest.mark.parametrize("options", [Options(force=True), Options(scope=Scope.IDS)], ids=["forced", "asked for"])
def test_a_source_as_it_is_remembered_is_looked_at_when_somebody_wants_it(direction, options):
    assert Row(direction, AGREED, options=options).dismiss(version="source before") is None


@BOTH_WAYS
def test_what_is_open_for_the_other_direction_is_not_this_ones_business(direction):
    other = {"pending": direction.back, direction.back.value: FAILED}
    assert isinstance(Row(direction, AGREED, partner=other).dismiss(version="source before"), Unchanged)


@BOTH_WAYS
def test_no_differing_field_is_unchanged_and_renews_both_versions(direction):
    row = Row(direction, AGREED, {**AGREED, "mail": ""}, {**AGREED, "mail": "", "street": ""})
    action = row.decide()
    assert isinstance(action, Unchanged)
    assert action.partner.version(direction.source) == "source now"
    assert action.partner.version(direction.destination) == "twin now"
    assert action.partner.outcome(direction).result is Result.SUCCESS


@BOTH_WAYS
def test_only_the_differing_fields_are_written(direction):
    row = Row(direction, {"phone": "2", "city": "Berlin"}, AGREED, AGREED, seen=True)
    assert row.written(row.decide()) == {"phone": "2"}


@BOTH_WAYS
def test_one_field_changed_on_both_sides_is_a_conflict_and_nothing_of_the_record_is_written(direction):
    row = Row(direction, {"phone": "2", "city": "Wien"}, {"phone": "3", "city": "Berlin"}, AGREED)
    action = row.decide()
    assert isinstance(action, Fail)
    assert action.problem.code == "conflict"
    for word in ("2", "3", "phone_no", "telephone1"):
        assert word in str(action.problem)
    assert "Wien" not in str(action.problem)


@BOTH_WAYS
def test_a_field_changed_on_both_sides_to_the_same_value_is_no_conflict(direction):
    row = Row(direction, {"phone": "2", "city": "Berlin"}, {"phone": "2", "city": "Berlin"}, AGREED)
    action = row.decide()
    assert isinstance(action, Unchanged)
    assert action.partner.agreed["phone_no:telephone1"] == ("2", "2")


@BOTH_WAYS
def test_in_a_conflict_the_policys_side_writes_and_the_other_pass_leaves_the_field_to_it(direction):
    made = {"source": {"phone": "2", "city": "Berlin"}, "twin": {"phone": "3", "city": "Berlin"}, "agreed": AGREED}
    winning = Row(direction, **made, rule={"conflict": WINS[direction]})
    assert winning.written(winning.decide()) == {"phone": "2"}
    losing = Row(direction, **made, rule={"conflict": WINS[direction.back]}).decide()
    assert isinstance(losing, Unchanged)
    assert losing.partner.pending is direction.back


# --- failing twice ------------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_the_same_failure_twice_in_a_row_is_skipped(direction):
    once, skipped = failed(Row(direction).coupling, direction, Refused("No."))
    assert (once.outcome(direction), once.skipped, skipped) == (FAILED, False, False)
    twice, skipped = failed(once, direction, Refused("No."))
    assert (twice.skipped, skipped) == (True, True)


@BOTH_WAYS
def test_another_failure_or_the_same_one_in_the_other_direction_starts_afresh(direction):
    once, _ = failed(Row(direction).coupling, direction, Refused("No."))
    assert not failed(once, direction, ReferenceNotCoupled("Wait.", table="t", id=US))[1]
    assert not failed(once, direction.back, Refused("No."))[1]


@BOTH_WAYS
def test_waiting_for_another_record_never_turns_into_skipped_and_says_for_whom(direction):
    partner = Row(direction).coupling
    for _ in range(5):
        partner, skipped = failed(partner, direction, ReferenceNotCoupled("Wait.", table="currency", id=US))
        assert not skipped
    assert partner.outcome(direction) == Outcome(Result.WAITING, "reference-not-coupled", f"currency/{US}")


@BOTH_WAYS
def test_what_passes_by_itself_never_turns_into_skipped(direction):
    partner = Row(direction).coupling
    for _ in range(5):
        partner, skipped = failed(partner, direction, Locked("Busy."))
        assert not skipped
