"""The truth table for pairs: skipped, broken, unchanged, different, interrupted; in both directions."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from integration.sync.actions import Fail, Skip, Unchanged
from integration.sync.memory.halves import plain, unread
from integration.sync.memory.ledger import InFlight, Outcome, Result, State, Wait
from integration.sync.record.transfer import ReferenceNotCoupled
from integration.sync.rules import ConflictPolicy, Direction
from integration.sync.run import Options, Scope
from integration.systems.values import Side
from tests.sync.deciding.table_of_truth import TO_CRM, TO_ERP, US, Row

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
WINS = {TO_CRM: ConflictPolicy.SEND, TO_ERP: ConflictPolicy.GET}
AGREED = {"phone": "1", "city": "Berlin"}
FAILED, SKIPPED = Outcome(Result.FAILURE, "refused"), Outcome(Result.SKIPPED, "refused")


def outcome(direction: Direction, outcome: Outcome) -> dict[str, Outcome]:
    return {direction.value: outcome}


def owed(side: Side) -> dict[str, bool]:
    return {f"owed_{side}": True}


# --- coupled, skipped ---------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_a_skipped_pair_stays_skipped_unless_it_is_forced_or_its_source_changed(direction: Direction) -> None:
    skipped = outcome(direction, SKIPPED)
    for scope in (Scope.EVERYTHING, Scope.IDS):
        assert isinstance(Row(direction, pair=skipped, options=Options(scope=scope)).shortcut(), Skip)
        assert Row(direction, pair=skipped, options=Options(scope=scope, force=True)).shortcut() is None
    assert Row(direction, pair=skipped).shortcut() is None


@BOTH_WAYS
def test_a_reserved_pair_that_is_skipped_stays_so_too(direction: Direction) -> None:
    reserved = {"state": State.RESERVED, **outcome(direction, SKIPPED)}
    assert isinstance(Row(direction, pair=reserved, options=Options(scope=Scope.EVERYTHING)).shortcut(), Skip)


@BOTH_WAYS
def test_a_pair_that_rests_in_one_direction_is_looked_at_in_the_other(direction: Direction) -> None:
    options = Options(scope=Scope.EVERYTHING)
    assert Row(direction, AGREED, pair=outcome(direction.back, SKIPPED), options=options).shortcut() is None


# --- coupled, both there ------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_a_source_as_it_is_remembered_is_unchanged_without_a_look_at_its_twin(direction: Direction) -> None:
    action = Row(direction, AGREED).shortcut(version="source before")
    assert isinstance(action, Unchanged)
    assert action.pair is None


@BOTH_WAYS
@pytest.mark.parametrize(
    "why",
    [
        {"owed": True},
        {"state": State.INTENDED},
        {"in_flight": True},
        {"outcome": SKIPPED},
        {"outcome": FAILED},
        {"outcome": Outcome(Result.LEFT_OUT, "left-out")},
        {"outcome": Outcome(Result.WAITING, "reference-not-coupled")},
    ],
    ids=["owed", "intended", "in flight", "skipped", "failed", "left out", "waiting"],
)
def test_a_source_as_it_is_remembered_is_looked_at_all_the_same_while_something_is_open(
    direction: Direction, why: dict[str, Any]
) -> None:
    pair = dict(why)
    if pair.pop("owed", False):
        pair |= owed(direction.destination)
    if pair.pop("in_flight", False):
        pair["in_flight"] = InFlight(direction.destination, {})
    if "outcome" in pair:
        pair[direction.value] = pair.pop("outcome")
    assert Row(direction, AGREED, pair=pair).shortcut(version="source before") is None


@BOTH_WAYS
@pytest.mark.parametrize("options", [Options(force=True), Options(scope=Scope.IDS)], ids=["forced", "asked for"])
def test_a_source_as_it_is_remembered_is_looked_at_when_somebody_wants_it(
    direction: Direction, options: Options
) -> None:
    assert Row(direction, AGREED, options=options).shortcut(version="source before") is None


@BOTH_WAYS
def test_what_is_open_for_the_other_direction_is_not_this_ones_business(direction: Direction) -> None:
    other = {**owed(direction.source), direction.back.value: FAILED}
    assert isinstance(Row(direction, AGREED, pair=other).shortcut(version="source before"), Unchanged)


@BOTH_WAYS
def test_no_differing_field_is_unchanged_and_has_seen_both_rows(direction: Direction) -> None:
    row = Row(direction, AGREED, {**AGREED, "mail": ""}, {**AGREED, "mail": "", "street": ""})
    action = row.decide()
    assert isinstance(action, Unchanged)
    assert action.pair.seen(direction.source) == "source now"
    assert action.pair.seen(direction.destination) == "twin now"
    assert action.pair.outcome(direction).result is Result.SUCCESS


@BOTH_WAYS
def test_only_the_differing_fields_are_written(direction: Direction) -> None:
    row = Row(direction, {"phone": "2", "city": "Berlin"}, AGREED, AGREED)
    assert row.written(row.decide()) == {"phone": "2"}


@BOTH_WAYS
def test_one_field_changed_on_both_sides_is_a_conflict_and_nothing_of_the_record_is_written(
    direction: Direction,
) -> None:
    row = Row(direction, {"phone": "2", "city": "Wien"}, {"phone": "3", "city": "Berlin"}, AGREED)
    action = row.decide()
    assert isinstance(action, Fail)
    assert action.problem.code == "conflict"
    for word in ("2", "3", "phone_no", "telephone1"):
        assert word in str(action.problem)
    assert "Wien" not in str(action.problem)


@BOTH_WAYS
def test_a_field_changed_on_both_sides_to_the_same_value_is_no_conflict(direction: Direction) -> None:
    row = Row(direction, {"phone": "2", "city": "Berlin"}, {"phone": "2", "city": "Berlin"}, AGREED)
    action = row.decide()
    assert isinstance(action, Unchanged)
    assert action.pair.agreed["phone_no:telephone1"] == ("2", "2")


@BOTH_WAYS
def test_in_a_conflict_the_policys_side_writes_and_the_other_pass_leaves_the_field_to_it(direction: Direction) -> None:
    made = {"source": {"phone": "2", "city": "Berlin"}, "twin": {"phone": "3", "city": "Berlin"}, "agreed": AGREED}
    winning = Row(direction, **made, rule={"conflict": WINS[direction]})
    assert winning.written(winning.decide()) == {"phone": "2"}
    losing = Row(direction, **made, rule={"conflict": WINS[direction.back]}).decide()
    assert isinstance(losing, Unchanged)
    assert (losing.pair.owed(direction.source), losing.pair.owed(direction.destination)) == (True, False)


# --- our own writes ----------------------------------------------------------------------------------------------


def test_our_own_write_that_comes_back_as_it_went_needs_no_look_at_its_twin() -> None:
    halves = {name: (unread("1"), "1") for name in ("phone", "city", "street", "mail")}
    row = Row(TO_ERP, dict.fromkeys(halves, "1"), agreed=halves, pair={"seen_crm": ""}, modified_by=US)
    action = row.shortcut()
    assert isinstance(action, Unchanged)
    assert row.halves(action.pair.agreed, "phone") == ("1", "1")
    assert action.pair.seen_crm == "source now"


def test_our_own_write_of_which_a_plug_in_made_something_is_remembered_as_that() -> None:
    halves = {name: (unread("1"), "1") for name in ("phone", "city", "street", "mail")}
    source = {**dict.fromkeys(halves, "1"), "phone": "+49 1"}
    row = Row(TO_ERP, source, agreed=halves, pair={"seen_crm": ""}, modified_by=US)
    action = row.shortcut()
    assert isinstance(action, Unchanged)
    assert row.halves(action.pair.agreed, "phone") == (plain("+49 1"), "1")


@pytest.mark.parametrize(
    "more",
    [
        {"modified_by": uuid.uuid4()},
        {"modified_by": US, "pair": {"owed_erp": True}},
        {"modified_by": US, "mail": "2"},
    ],
    ids=["a person's", "something is owed", "a person's edit lies under our write"],
)
def test_a_row_with_unread_values_is_looked_at_where_not_all_of_it_is_ours(more: dict[str, Any]) -> None:
    more = dict(more)
    halves = {name: (unread("1"), "1") for name in ("phone", "city")} | {"mail": ("1", "1")}
    source = {**dict.fromkeys(halves, "1"), "mail": more.pop("mail", "1")}
    row = Row(TO_ERP, source, agreed=halves, **more)
    assert row.shortcut() is None


@BOTH_WAYS
def test_a_source_with_a_new_version_is_looked_at_though_it_was_last_written_by_us(direction: Direction) -> None:
    assert Row(direction, AGREED, agreed=AGREED, modified_by=US).shortcut() is None


# --- what is owed and waited for -------------------------------------------------------------------------------


@BOTH_WAYS
def test_a_pair_that_waits_for_a_record_which_is_coupled_by_now_is_looked_at(direction: Direction) -> None:
    row = Row(direction, AGREED)
    row.decider.released.add(row.source_record.id)
    assert row.shortcut(version="source before") is None


@BOTH_WAYS
def test_a_look_pays_the_debt_of_its_own_direction_and_keeps_that_of_the_other(direction: Direction) -> None:
    both = {"owed_erp": True, "owed_crm": True}
    row = {**AGREED, "mail": "", "street": ""}
    action = Row(direction, row, row, row, pair=both).decide()
    assert isinstance(action, Unchanged)
    assert (action.pair.owed(direction.destination), action.pair.owed(direction.source)) == (False, True)


@BOTH_WAYS
def test_a_conflict_keeps_what_is_owed_and_seen_and_renews_what_is_equal(direction: Direction) -> None:
    row = Row(
        direction,
        {"phone": "2", "city": "Wien"},
        {"phone": "3", "city": "Wien"},
        AGREED,
        pair=owed(direction.destination),
    )
    action = row.decide()
    assert isinstance(action, Fail)
    assert row.halves(action.pair.agreed, "phone") == ("1", "1")
    assert row.halves(action.pair.agreed, "city") == ("Wien", "Wien")
    assert action.pair.owed(direction.destination)
    assert action.pair.seen(direction.destination) == "twin before"


@BOTH_WAYS
def test_a_record_that_waits_says_for_whom_and_a_look_that_ends_well_waits_for_nobody(direction: Direction) -> None:
    row = {**AGREED, "mail": "", "street": ""}
    whole = Row(direction, row, row, row)
    problem = ReferenceNotCoupled("Wait.", table="currency", id=US)
    twin = whole.twin_record
    waiting = whole.decider.decide(whole.source_record, whole.coupling, twin, replace(whole.draft, problem=problem))
    assert isinstance(waiting, Fail)
    assert waiting.pair.waits == {Wait(direction.destination, "currency", US)}
    well = whole.decide()
    assert isinstance(well, Unchanged)
    assert well.pair.waits == frozenset()


@BOTH_WAYS
def test_a_record_left_out_for_a_reason_that_can_pass_is_remembered_with_what_it_waits_for(
    direction: Direction,
) -> None:
    row = Row(direction, AGREED)
    draft = replace(row.draft, left_out="No firm.", left_out_waits=[("customer", US)])
    action = row.decider.decide(row.source_record, None, None, draft)
    assert isinstance(action, Skip)
    assert action.remembered.state is State.RESERVED
    assert action.remembered.outcome(direction) == Outcome(Result.LEFT_OUT, "left-out")
    assert action.remembered.waits == {Wait(direction.destination, "customer", US)}


# --- interrupted updates -----------------------------------------------------------------------------------------


@BOTH_WAYS
def test_an_update_that_had_arrived_before_the_run_died_is_agreed_and_not_written_again(direction: Direction) -> None:
    row = {**AGREED, "mail": "", "street": ""}
    begun = Row(direction, {**row, "phone": "2"}, {**row, "phone": "2"}, row)
    begun.pair = {"in_flight": InFlight(direction.destination, {begun.key("phone"): ("2", "2")})}
    action = begun.decide()
    assert isinstance(action, Unchanged)
    assert (begun.halves(action.pair.agreed, "phone"), action.pair.in_flight) == (("2", "2"), None)


@BOTH_WAYS
def test_what_a_person_made_of_a_field_while_the_run_died_is_a_change_of_theirs(direction: Direction) -> None:
    row = {**AGREED, "mail": "", "street": ""}
    begun = Row(direction, {**row, "phone": "2"}, {**row, "phone": "3"}, row)
    begun.pair = {"in_flight": InFlight(direction.destination, {begun.key("phone"): ("2", "2")})}
    action = begun.decide()
    assert isinstance(action, Fail)
    assert action.problem.code == "conflict"
