"""Fields that go both ways: what is written, what is owed to the other pass, what is agreed afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integration.sync.direction import Direction
from integration.sync.memory.halves import plain, unread
from integration.sync.memory.ledger import Agreed, Pair
from integration.sync.merging.merge import Look, Merger
from integration.sync.record.transfer import Transfer
from integration.sync.rules import ConflictPolicy
from integration.sync.run import Options
from integration.systems.values import Record, Side
from tests.makers import customer_rule, field_rule
from tests.sync.deciding.table_of_truth import BLANK, KEYS, TO_CRM, TO_ERP, US, Row, after, phones, written

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
PHONE = KEYS["phone"]
WINS = {TO_CRM: ConflictPolicy.SEND, TO_ERP: ConflictPolicy.GET}


@pytest.mark.scenario(
    "IntegrationRecordSynchTest.VerifyModifiedFlagsAfterFieldsTransferWithChangedBidirectionalField",
    "IntegrationRecordSynchTest.VerifyModifiedFlagsAfterFieldsTransferWithUnchangedBidirectionalField",
)
@BOTH_WAYS
@pytest.mark.parametrize(
    ("source", "twin", "agreed", "writes", "owes"),
    [
        ("1", "1", "1", [], False),  # nobody changed it
        ("2", "1", "1", ["2"], False),  # the source changed it
        ("", "1", "1", [""], False),  # the source blanked it
        ("1", "2", "1", [], True),  # the other side changed it: owed to the source
        ("1", "", "1", [], True),  # the other side blanked it
        ("2", "2", "1", [], False),  # both changed it alike
        ("2", "2", None, [], False),  # coupled by hand and alike
        ("1", "", None, ["1"], False),  # coupled by hand: blank loses
        ("", "1", None, [], True),  # coupled by hand: blank loses, the other pass fills it
        ("", "", None, [], False),
        ("1", "+49 1", ("1", "+49 1"), [], False),  # a plug-in made that of it, and both are as they were
        ("2", "+49 1", ("1", "+49 1"), ["2"], False),
        ("1", "+49 2", ("1", "+49 1"), [], True),
    ],
)
def test_a_two_way_field_belongs_to_the_side_that_changed_it(
    direction: Direction, source: str, twin: str, agreed: str | tuple[str, ...] | None, writes: list[Any], owes: bool
) -> None:
    found = phones(direction, source, twin, agreed)
    assert (written(found), found.owes, found.conflicts) == (writes, owes, [])


@BOTH_WAYS
@pytest.mark.parametrize("agreed", ["1", None], ids=["both changed it", "coupled by hand"])
def test_two_different_values_conflict_until_the_policy_says_who_wins(direction: Direction, agreed: str | None) -> None:
    assert len(phones(direction, "2", "3", agreed).conflicts) == 1
    assert written(phones(direction, "2", "3", agreed, rule={"conflict": WINS[direction]})) == ["2"]
    losing = phones(direction, "2", "3", agreed, rule={"conflict": WINS[direction.back]})
    assert (written(losing), losing.owes, losing.conflicts) == ([], True, [])


@BOTH_WAYS
@pytest.mark.parametrize("agreed", ["1", "2", "3", None], ids=["both changed it", "T", "S", "coupled by hand"])
def test_send_and_get_say_who_wins_and_are_never_a_conflict(direction: Direction, agreed: str | None) -> None:
    sent = phones(direction, "2", "3", agreed, winner=direction.source)
    assert (written(sent), sent.owes, sent.conflicts) == (["2"], False, [])
    gotten = phones(direction, "2", "3", agreed, winner=direction.destination)
    assert (written(gotten), gotten.owes, gotten.conflicts) == ([], True, [])


@BOTH_WAYS
@pytest.mark.parametrize("agreed", ["1", None])
def test_a_forced_run_decides_no_conflict(direction: Direction, agreed: str | None) -> None:
    assert len(phones(direction, "2", "3", agreed, options=Options(force=True)).conflicts) == 1


@BOTH_WAYS
def test_a_forced_run_leaves_alone_what_both_sides_hold_as_they_agreed(direction: Direction) -> None:
    found = phones(direction, "1", "+49 1", ("1", "+49 1"), options=Options(force=True))
    assert (found.changes, found.owes) == ([], False)


@BOTH_WAYS
@pytest.mark.parametrize("twin", ["1", "3"], ids=["as it was", "changed since"])
def test_what_a_person_decided_for_one_field_beats_a_change_on_the_other_side(direction: Direction, twin: str) -> None:
    for_source = phones(direction, "2", twin, ("*", "1"))
    assert (written(for_source), for_source.conflicts, after(direction, for_source)) == (["2"], [], ("2", unread("2")))
    for_twin = phones(direction, twin, "2", ("1", "*"))
    assert (written(for_twin), for_twin.owes, after(direction, for_twin)) == ([], True, ("1", "*"))


@BOTH_WAYS
def test_the_winner_of_the_run_stands_above_what_a_person_decided_for_one_field_before(direction: Direction) -> None:
    found = phones(direction, "2", "3", ("1", "*"), winner=direction.source)
    assert (written(found), found.owes) == (["2"], False)


@BOTH_WAYS
def test_a_decision_is_done_once_both_sides_hold_the_value(direction: Direction) -> None:
    assert after(direction, phones(direction, "2", "2", ("1", "*"))) == ("2", "2")


@BOTH_WAYS
def test_a_twin_that_is_as_our_write_left_it_is_overwritten_though_it_never_held_what_we_wrote(
    direction: Direction,
) -> None:
    # A plug-in made "+49 1" of our "1": no conflict when the source changes again.
    found = phones(direction, "2", "+49 1", ("1", "!1"), seen=True)
    assert (written(found), found.conflicts) == (["2"], [])


@BOTH_WAYS
def test_a_twin_of_which_a_plug_in_made_something_is_kept_as_it_is_while_the_source_stays_the_same(
    direction: Direction,
) -> None:
    found = phones(direction, "1", "+49 1", ("1", "!1"), seen=True)
    assert (found.changes, found.owes, after(direction, found)) == ([], False, ("1", plain("+49 1")))


@BOTH_WAYS
def test_different_fields_changed_on_both_sides_are_carried_each_by_its_own_pass(direction: Direction) -> None:
    agreed = {**BLANK, "phone": "1", "city": "Berlin"}
    found = Row(direction, {**agreed, "phone": "2"}, {**agreed, "city": "Wien"}, agreed).merge()
    assert (written(found), found.owes) == (["2"], True)
    assert found.agreed[KEYS["city"]] == ("Berlin", "Berlin")


@BOTH_WAYS
def test_only_fields_that_are_equal_now_are_renewed_in_what_is_agreed(direction: Direction) -> None:
    assert phones(direction, "1", "2", "1").agreed[PHONE] == ("1", "1")
    assert after(direction, phones(direction, "2", "1", "1")) == ("2", unread("2"))
    assert phones(direction, "2", "2", "1").agreed[PHONE] == ("2", "2")


@BOTH_WAYS
def test_of_a_record_in_conflict_the_fields_that_are_equal_are_renewed_and_the_others_are_not(
    direction: Direction,
) -> None:
    row = Row(
        direction,
        {**BLANK, "phone": "2", "city": "Wien"},
        {**BLANK, "phone": "3", "city": "Wien"},
        {**BLANK, "phone": "1", "city": "Bern"},
    )
    look = Look(row.draft, row.source_record, row.twin_record, row.coupling, row.back)
    agreed = row.merger.equal_fields(look)
    assert (row.halves(agreed, "phone"), row.halves(agreed, "city")) == (("1", "1"), ("Wien", "Wien"))


@BOTH_WAYS
def test_nothing_is_owed_to_a_pass_that_does_not_exist(direction: Direction) -> None:
    found = phones(direction, "1", "2", "1", rule={"direction": direction})
    assert not found.owes


def test_our_own_bulk_write_that_told_no_version_counts_as_read_and_a_persons_edit_does_not() -> None:
    ours = phones(TO_CRM, "2", "+49 1", ("1", "!1"), pair={"seen_crm": ""}, modified_by=US)
    assert (written(ours), ours.conflicts) == (["2"], [])
    theirs = phones(TO_CRM, "2", "+49 1", ("1", "!1"), pair={"seen_crm": ""})
    assert len(theirs.conflicts) == 1


def test_what_a_plug_in_made_of_a_value_is_not_sent_back_and_forth() -> None:
    made: Agreed = {PHONE: ("1", plain("+49 1")), **{KEYS[name]: ("", "") for name in BLANK}}
    both = {"pair": {"agreed": made}}
    assert written(Row(TO_CRM, {**BLANK, "phone": "1"}, {**BLANK, "phone": "+49 1"}, **both).merge()) == []
    assert written(Row(TO_ERP, {**BLANK, "phone": "+49 1"}, {**BLANK, "phone": "1"}, **both).merge()) == []
    assert written(Row(TO_CRM, {**BLANK, "phone": "2"}, {**BLANK, "phone": "+49 1"}, **both).merge()) == ["2"]
    assert written(Row(TO_ERP, {**BLANK, "phone": "+49 3"}, {**BLANK, "phone": "1"}, **both).merge()) == ["+49 3"]


@BOTH_WAYS
@pytest.mark.parametrize("winner", list(Side))
def test_a_field_that_never_agreed_goes_to_the_side_that_is_to_win_first(direction: Direction, winner: Side) -> None:
    fields = [field_rule("phone_no", "telephone1", first_wins=winner)]
    found = phones(direction, "2", "3", None, rule={"fields": fields, "conflict": ConflictPolicy.NONE})
    assert (written(found), found.owes) == ((["2"], False) if winner is direction.source else ([], True))


@BOTH_WAYS
@pytest.mark.parametrize(("source", "twin"), [("10.00", "10.0000"), ("9.99", "9.9912"), ("9.9912", "9.99")])
def test_a_number_that_never_agreed_is_the_same_as_the_one_it_is_rounded_from(
    direction: Direction, source: str, twin: str
) -> None:
    found = phones(direction, source, twin, None)
    assert (found.changes, found.conflicts, after(direction, found)) == ([], [], (source, twin))


@BOTH_WAYS
def test_a_number_that_agreed_before_is_not_taken_for_rounded(direction: Direction) -> None:
    assert written(phones(direction, "9.9912", "9.99", "9.99")) == ["9.9912"]


def test_a_conflict_names_both_fields_and_values_and_shows_only_the_beginning_of_long_ones() -> None:
    rule = customer_rule([field_rule("notes", "description")])
    transfer, row = Transfer(rule, TO_CRM), Row(TO_CRM)
    record = replace(row.source_record, values={"notes": "2" * 300})
    twin = Record("account", row.crm_id, {"description": "3" * 300}, "twin now")
    look = Look(transfer.draft(record, {}), record, twin, Pair(row.erp_id, row.crm_id))
    [clash] = Merger(rule, transfer).merge(look).conflicts
    assert (clash.source_label, clash.destination_label) == ("notes", "description")
    assert (clash.source_value, clash.destination_value) == ("2" * 59 + "…", "3" * 59 + "…")


def test_what_was_agreed_about_a_field_that_is_no_longer_mapped_is_forgotten() -> None:
    row = Row(TO_CRM, BLANK, BLANK, BLANK, pair={"agreed": {"fax_no:fax": ("1", "1")}})
    assert "fax_no:fax" not in row.merge().agreed
