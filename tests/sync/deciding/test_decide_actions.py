"""The truth table, whole: an action names its record, its pair and the twin, and says what a person reads."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from integration.sync.actions import Broken, Fail, Insert, Restore, Skip, Unchanged, Uncouple, Update
from integration.sync.given_ids.marks import mark
from integration.sync.memory.ledger import Outcome, Partner, Result, State, Wait
from integration.sync.problems import waiting_for
from integration.sync.record.meaning import Lack, Lacking
from integration.sync.record.transfer import Draft, ReferenceNotCoupled
from integration.sync.rules import ConflictPolicy, DeletionPolicy
from integration.sync.run import LEFT_OUT
from integration.systems.errors import InvalidValue
from integration.systems.values import Record, Ref, Side
from tests.sync.deciding.table_of_truth import TO_CRM, TO_ERP, Row

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
AGREED = {"phone": "1", "city": "Berlin"}
JIM = uuid.UUID("00000000-0000-4000-8000-000000000a1a")
REFUSED = InvalidValue("The name is too long.", field="name")


def row_of(direction, *, twin: bool = True, **more) -> Row:
    """A coupled pair on whose values both sides agree."""
    return Row(direction, dict(AGREED), dict(AGREED) if twin else None, dict(AGREED), **more)


def decide(row: Row, partner: Partner | None, draft: Draft | None = None, matches=(), holder: str = "", **decider):
    judge = replace(row.decider, **decider)
    return judge.decide(row.source_record, partner, row.twin_record, draft or row.draft, matches, row.back, holder)


def changed(draft: Draft, **more) -> Draft:
    return replace(draft, **more)


def waits(row: Row) -> frozenset[Wait]:
    return frozenset({Wait(row.direction.destination, "salesperson", JIM)})


def waiting() -> ReferenceNotCoupled:
    return ReferenceNotCoupled("Jim Olive is not coupled.", table="salesperson", id=JIM)


# --- left out -----------------------------------------------------------------------------------------------------


@BOTH_WAYS
@pytest.mark.parametrize("state", [State.COUPLED, State.INTENDED])
def test_a_pair_that_ends_with_a_record_left_out_goes_with_its_twin_and_counts_where_it_was_coupled(direction, state):
    row = row_of(direction, partner={"state": state})
    draft = changed(row.draft, left_out="The item is retired.", ends_pair=True)
    counted = state is State.COUPLED

    action = decide(row, row.coupling, draft)

    assert action == Uncouple(row.coupling, counted, row.source_record, "The item is retired.", row.twin_record)


@BOTH_WAYS
def test_a_record_left_out_that_ends_no_pair_or_has_none_is_skipped_with_the_reason(direction):
    row = row_of(direction)
    stays = changed(row.draft, left_out="The item is retired.")
    ends = changed(stays, ends_pair=True)

    assert decide(row, row.coupling, stays) == Skip(row.source_record, "The item is retired.", row.coupling, None)
    assert decide(row, None, ends) == Skip(row.source_record, "The item is retired.", None, None)


@BOTH_WAYS
def test_a_record_left_out_whose_row_was_intended_and_is_not_there_has_only_its_place_again(direction):
    row = row_of(direction, twin=False, partner={"state": State.INTENDED, f"owed_{direction.source}": True})
    place = replace(
        row.coupling, state=State.RESERVED, agreed={}, seen_erp="", seen_crm="", owed_erp=False, owed_crm=False
    )

    action = decide(row, row.coupling, changed(row.draft, left_out="The item is retired."))

    assert action == Skip(row.source_record, "The item is retired.", place, place)


@BOTH_WAYS
@pytest.mark.parametrize("state", [State.COUPLED, State.INTENDED])
def test_a_record_left_out_whose_row_is_there_keeps_its_pair(direction, state):
    row = row_of(direction, partner={"state": state})

    action = decide(row, row.coupling, changed(row.draft, left_out="The item is retired."))

    assert action == Skip(row.source_record, "The item is retired.", row.coupling, None)


@BOTH_WAYS
def test_a_record_left_out_until_another_is_coupled_remembers_for_whom_it_waits(direction):
    row = row_of(direction)
    draft = changed(row.draft, left_out="Its firm is not coupled.", left_out_waits=[("salesperson", JIM)])
    outcome = Outcome(Result.LEFT_OUT, LEFT_OUT)

    action = decide(row, row.coupling, draft)

    remembered = replace(row.coupling, waits=waits(row)).with_outcome(direction, outcome)
    assert action == Skip(row.source_record, "Its firm is not coupled.", row.coupling, remembered)


@BOTH_WAYS
def test_a_record_left_out_without_a_pair_waits_in_a_place_of_its_own(direction):
    row = row_of(direction)
    draft = changed(row.draft, left_out="Its firm is not coupled.", left_out_waits=[("salesperson", JIM)])

    action = decide(row, None, draft)

    assert (action.record, action.partner) == (row.source_record, None)
    assert (action.remembered.id(direction.source), action.remembered.waits) == (row.source_record.id, waits(row))


# --- not coupled --------------------------------------------------------------------------------------------------


def match_of(row: Row, *others: Partner | None) -> list[tuple[Record, Partner | None]]:
    """As many natural matches as there are pairs that hold them; the first is the twin."""
    twin = row.twin_record
    return [(twin if not n else replace(twin, id=uuid.UUID(int=n)), one) for n, one in enumerate(others)]


@BOTH_WAYS
def test_a_record_that_cannot_go_fails_and_remembers_for_whom_it_waits(direction):
    row = row_of(direction)
    problem = waiting()
    draft = changed(row.draft, problem=problem)
    reserved = replace(row.coupling, state=State.RESERVED, agreed={})

    assert decide(row, reserved, draft) == Fail(row.source_record, problem, replace(reserved, waits=waits(row)))
    action = decide(row, None, draft)
    assert (action.record, action.problem) == (row.source_record, problem)
    assert (action.partner.id(direction.source), action.partner.waits) == (row.source_record.id, waits(row))


@BOTH_WAYS
def test_a_record_that_another_mapping_holds_is_skipped_and_the_mapping_is_named(direction):
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
def test_a_match_that_is_taken_or_not_alone_fails_and_every_candidate_is_named(direction, held, why):
    row = row_of(direction)
    holders = [state and replace(row.coupling, state=state) for state in held]
    matches = match_of(row, *holders)
    reserved = replace(row.coupling, state=State.RESERVED)

    action = decide(row, reserved, matches=matches)

    named = ", ".join(str(match.id) for match, _ in matches)
    assert (action.record, action.partner) == (row.source_record, reserved)
    assert (action.problem.code, str(action.problem)) == ("ambiguous-match", f"The matching record {why}: {named}.")


@BOTH_WAYS
def test_the_match_of_an_option_that_has_none_is_said(direction):
    row = row_of(direction)

    action = decide(row, None, creates=False)

    assert action == Skip(row.source_record, "There is no matching option on the other side.")


@BOTH_WAYS
@pytest.mark.parametrize("equal", [True, False])
def test_one_free_match_is_coupled_whether_or_not_a_field_differs(direction, equal):
    row = row_of(direction)
    if not equal:
        row.twin["city"] = "Wien"

    action = decide(row, None, matches=match_of(row, None))

    assert isinstance(action, Update)
    assert (action.record, action.twin, action.coupled) == (row.source_record, row.twin_record, True)
    assert (action.partner.erp_id, action.partner.crm_id) == (row.erp_id, row.crm_id)
    assert (action.partner.state, action.replaces) == (State.COUPLED, None)
    assert action.partner.seen(direction.source) == row.source_record.version
    assert row.written(action) == ({} if equal else {"city": "Berlin"})


@BOTH_WAYS
@pytest.mark.parametrize("equal", [True, False])
def test_of_two_places_set_aside_the_one_with_its_id_here_is_replaced(direction, equal):
    row = row_of(direction)
    if not equal:
        row.twin["city"] = "Wien"
    mine = Partner(*((row.erp_id, uuid.uuid4()) if direction is TO_CRM else (uuid.uuid4(), row.crm_id)))
    other = Partner(*((uuid.uuid4(), row.crm_id) if direction is TO_CRM else (row.erp_id, uuid.uuid4())))

    action = decide(row, mine, matches=match_of(row, other))

    assert action.replaces == (other if direction is TO_CRM else mine)


# --- coupled ------------------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_a_twin_that_was_merged_fails_with_the_pair_and_the_one_to_couple_with(direction):
    row = row_of(direction)
    master = Ref("account", uuid.UUID(int=7), "Adatum Group")
    row.twin["masterid"], row.names["masterid"] = master, ("masterid", "masterid")

    action = decide(row, row.coupling)

    assert (action.record, action.partner, action.problem.code) == (row.source_record, row.coupling, "twin-merged")
    assert waiting_for(action.problem) == f"account/{master.id}"
    assert "Adatum Group" in str(action.problem)


@BOTH_WAYS
def test_a_record_that_moved_loses_its_twin_and_stands_for_another_try(direction):
    row = row_of(direction)

    action = decide(row, row.coupling, changed(row.draft, moved=True))

    assert replace(action, again=None) == Uncouple(row.coupling, False, row.source_record, "", row.twin_record)
    again = action.again
    assert again.id(direction.source) == row.source_record.id
    assert again.id(direction.destination) != row.twin_record.id
    assert (again.owed(direction.destination), again.owed(direction.source)) == (True, False)
    assert again.state is State.RESERVED


@BOTH_WAYS
def test_a_twin_that_nobody_owns_yet_is_left_alone_and_is_said_to_be_in_the_making(direction):
    row = row_of(direction)
    side, column = direction.destination, "number"
    row.names[column] = ("search_name", "description")
    row.twin[column] = mark(uuid.UUID(int=5))
    table = row.table_rule.table(side)
    marked = replace(table, mark_field=row.names[column][0 if side is Side.ERP else 1])
    rule = replace(row.table_rule, **{side.value: marked})

    action = decide(row, row.coupling, rule=rule)

    assert (action.record, action.partner, action.problem.code) == (row.source_record, row.coupling, "in-doubt")
    assert str(action.problem) == "Its other record is being made at the moment."


@BOTH_WAYS
def test_a_pair_whose_value_cannot_go_fails_renewed_as_far_as_it_is_equal(direction):
    row = row_of(direction)
    row.twin["city"] = "Wien"

    action = decide(row, row.coupling, changed(row.draft, problem=REFUSED))

    assert (action.record, action.problem) == (row.source_record, REFUSED)
    assert row.halves(action.partner.agreed, "phone") is not None
    assert action.partner.erp_id == row.erp_id


@BOTH_WAYS
def test_an_intended_pair_whose_value_cannot_go_has_only_its_place_again(direction):
    row = row_of(direction, twin=False, partner={"state": State.INTENDED})
    problem = waiting()

    action = decide(row, row.coupling, changed(row.draft, problem=problem))

    assert (action.record, action.problem, action.partner.waits) == (row.source_record, problem, waits(row))
    assert (action.partner.state, action.partner.agreed) == (State.RESERVED, {})


@BOTH_WAYS
def test_a_conflict_fails_with_both_values_in_words(direction):
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
def test_an_update_and_an_unchanged_pair_keep_what_the_ledger_had_before(direction, differs):
    row = row_of(direction)
    if differs:
        row.source["city"] = "Basel"

    action = decide(row, row.coupling)

    assert isinstance(action, Update if differs else Unchanged)
    assert (action.record, action.before, action.refused) == (row.source_record, row.coupling, None)
    assert action.partner.seen(direction.source) == row.source_record.version
    if differs:
        assert action.read == replace(row.coupling, agreed=action.read.agreed)
        assert action.missing == ()


@BOTH_WAYS
@pytest.mark.parametrize("kind", [Lack.LEAVE, Lack.PUT_OFF])
def test_only_a_field_that_is_left_as_it_is_is_named_as_missing(direction, kind):
    row = row_of(direction, twin=False)
    lacking = Lacking(kind, "Salesperson", "salesperson", JIM)

    action = decide(row, None, changed(row.draft, lacking={"salesperson": lacking}))

    assert action.missing == (("Salesperson",) if kind is Lack.LEAVE else ())
    assert action.partner.waits == (waits(row) if kind is Lack.LEAVE else frozenset())


@BOTH_WAYS
def test_a_new_row_is_remembered_as_coupled_and_seen_here_only(direction):
    row = row_of(direction, twin=False)
    reserved = replace(row.coupling, state=State.RESERVED, agreed={}, seen_erp="", seen_crm="")

    action = decide(row, reserved)

    assert isinstance(action, Insert)
    assert (action.before, action.replaces, action.partner.state) == (reserved, None, State.COUPLED)
    assert action.partner.seen(direction.source) == row.source_record.version
    assert action.partner.seen(direction.destination) == ""
    assert (action.partner.erp_id, action.partner.crm_id) == (row.erp_id, row.crm_id)


# --- gone ---------------------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_a_twin_that_is_gone_is_named_by_table_and_id(direction):
    row = row_of(direction, twin=False)
    gone = row.coupling.id(direction.destination)
    kind = row.table_rule.table(direction.destination).label

    action = decide(row, row.coupling)

    assert (action.record, action.partner) == (row.source_record, row.coupling)
    assert str(action.problem) == f"The coupled record of {kind} was deleted (id {gone})."


@BOTH_WAYS
def test_a_twin_that_is_gone_is_uncoupled_or_made_with_an_id_of_its_own(direction):
    removed = row_of(direction, twin=False, rule={"deletion": DeletionPolicy.REMOVE})
    assert decide(removed, removed.coupling) == Uncouple(removed.coupling)
    restored = row_of(direction, twin=False, rule={"deletion": DeletionPolicy.RESTORE})
    action = decide(restored, restored.coupling)
    assert (action.before.state, action.replaces) == (State.RESERVED, restored.coupling)
    assert action.before.id(direction.destination) == action.partner.id(direction.destination)


@BOTH_WAYS
def test_a_source_that_is_gone_is_said_with_the_record_that_is_left(direction):
    row = row_of(direction)
    row.twin["name"], row.names["name"] = "Adatum", ("name", "name")
    kind = row.table_rule.table(direction.source).label

    action = row.deleted()

    assert (action.partner, action.label) == (row.coupling, "Adatum")
    assert isinstance(action, Broken)
    assert str(action.problem) == f"The coupled record of {kind} was deleted."


@BOTH_WAYS
def test_what_a_deletion_leaves_behind_names_its_pair(direction):
    both_gone = row_of(direction, twin=False)
    assert both_gone.deleted() == Uncouple(both_gone.coupling, counted=False)
    removed = row_of(direction, rule={"deletion": DeletionPolicy.REMOVE})
    assert removed.deleted() == Uncouple(removed.coupling)
    restored = row_of(direction, rule={"deletion": DeletionPolicy.RESTORE})
    action = restored.deleted()
    assert action == Restore(restored.coupling, action.replacement)
    assert isinstance(action.replacement.id(direction.source), uuid.UUID)
    assert action.replacement.id(direction.source) != restored.coupling.id(direction.source)
