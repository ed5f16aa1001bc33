"""Field by field: what is written, what is left to the other pass, what is agreed afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integration.sync.actions import Change
from integration.sync.ledger import Partner, State
from integration.sync.merge import Merged, Merger, agreed_with_winner
from integration.sync.rules import ConflictPolicy, Direction
from integration.sync.transfer import UNRESOLVED, Draft, Transfer
from integration.systems.base import Record, Side
from tests.makers import customer_rule, pair
from tests.sync.table_of_truth import KEYS, TO_CRM, TO_ERP, US, Row

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
PHONE = KEYS["phone"]
BLANK = {"city": "", "street": "", "mail": ""}


def merged(row: Row) -> Merged:
    assert row.twin_record is not None
    return row.merger.merge(row.draft, row.twin_record, row.coupling, force=row.force)


def phones(direction: Direction, source: str, twin: str, agreed: str | None, **more) -> Merged:
    """What becomes of one two-way field, all else blank and agreed."""
    known = dict(BLANK) if agreed is None else {**BLANK, "phone": agreed}
    return merged(Row(direction, {**BLANK, "phone": source}, {**BLANK, "phone": twin}, known, **more))


def written(merged: Merged) -> list[str]:
    return [change.new for change in merged.changes]


@pytest.mark.scenario(
    "IntegrationRecordSynchTest.VerifyModifiedFlagsAfterFieldsTransferWithChangedBidirectionalField",
    "IntegrationRecordSynchTest.VerifyModifiedFlagsAfterFieldsTransferWithUnchangedBidirectionalField",
)
@BOTH_WAYS
@pytest.mark.parametrize(
    ("source", "twin", "agreed", "writes", "left"),
    [
        ("1", "1", "1", [], False),  # nobody changed it
        ("2", "1", "1", ["2"], False),  # the source changed it
        ("", "1", "1", [""], False),  # the source blanked it
        ("1", "2", "1", [], True),  # the other side changed it: left for the other pass
        ("1", "", "1", [], True),  # the other side blanked it
        ("2", "2", "1", [], False),  # both changed it alike
        ("2", "2", None, [], False),  # coupled by hand and alike
        ("1", "", None, ["1"], False),  # coupled by hand: blank loses
        ("", "1", None, [], True),  # coupled by hand: blank loses, the other pass fills it
        ("", "", None, [], False),
    ],
)
def test_a_two_way_field_belongs_to_the_side_that_changed_it(direction, source, twin, agreed, writes, left):
    found = phones(direction, source, twin, agreed)
    assert (written(found), found.left, found.conflicts) == (writes, left, [])


@BOTH_WAYS
@pytest.mark.parametrize("agreed", ["1", None], ids=["both changed it", "coupled by hand"])
def test_two_different_values_conflict_until_the_policy_or_force_says_who_wins(direction, agreed):
    assert len(phones(direction, "2", "3", agreed).conflicts) == 1
    ours, theirs = (
        (ConflictPolicy.SEND, ConflictPolicy.GET) if direction is TO_CRM else (ConflictPolicy.GET, ConflictPolicy.SEND)
    )
    assert written(phones(direction, "2", "3", agreed, rule={"conflict": ours})) == ["2"]
    losing = phones(direction, "2", "3", agreed, rule={"conflict": theirs})
    assert (written(losing), losing.left, losing.conflicts) == ([], True, [])
    assert written(phones(direction, "2", "3", agreed, force=True)) == ["2"]


@BOTH_WAYS
def test_a_twin_that_nobody_touched_is_overwritten_though_it_never_held_what_we_wrote(direction):
    # A plug-in made "+49 1" of our "1": no conflict when the source changes again.
    assert written(phones(direction, "2", "+49 1", "1", seen=True)) == ["2"]


@BOTH_WAYS
def test_a_twin_that_a_plug_in_rounds_is_kept_as_it_is_while_the_source_stays_the_same(direction):
    found = phones(direction, "1", "+49 1", "1", seen=True)
    assert (found.changes, found.left) == ([], False)


@BOTH_WAYS
def test_different_fields_changed_on_both_sides_are_carried_each_by_its_own_pass(direction):
    agreed = {**BLANK, "phone": "1", "city": "Berlin"}
    row = Row(direction, {**agreed, "phone": "2"}, {**agreed, "city": "Wien"}, agreed)
    found = merged(row)
    assert (written(found), found.left) == (["2"], True)
    assert found.agreed[KEYS["city"]] == ("Berlin", "Berlin")


@BOTH_WAYS
def test_only_fields_that_are_equal_now_are_renewed_in_what_is_agreed(direction):
    found = phones(direction, "1", "2", "1")
    assert found.agreed[PHONE] == ("1", "1")
    assert phones(direction, "2", "1", "1").agreed[PHONE] == ("2", "2")
    assert phones(direction, "2", "2", "1").agreed[PHONE] == ("2", "2")


@pytest.mark.scenario("IntegrationRecordSynchTest.VerifyModifiedFlagsAfterFieldsTransferWithChangedUnidirectionalField")
@BOTH_WAYS
def test_a_one_way_field_is_written_by_its_source_whatever_the_other_side_did(direction):
    own = "street" if direction is TO_CRM else "mail"
    agreed = {**BLANK, "phone": "", own: "old"}
    found = merged(Row(direction, {**agreed}, {**agreed, own: "changed there"}, agreed))
    assert (written(found), found.left) == (["old"], False)


@BOTH_WAYS
def test_a_field_that_only_goes_the_other_way_and_changed_there_is_left_to_the_other_pass(direction):
    other = "mail" if direction is TO_CRM else "street"
    agreed = {**BLANK, "phone": "1"}
    found = merged(Row(direction, {**agreed, "phone": "2"}, {**agreed, other: "new"}, agreed))
    assert (written(found), found.left) == (["2"], True)


@BOTH_WAYS
def test_nothing_is_left_to_a_pass_that_does_not_exist(direction):
    found = phones(direction, "1", "2", "1", rule={"direction": direction})
    assert not found.left


def test_our_own_bulk_write_that_told_no_version_counts_as_seen_and_a_persons_edit_does_not():
    ours = phones(TO_CRM, "2", "+49 1", "1", partner={"crm_version": "", "adopt": True}, modified_by=US)
    assert (written(ours), ours.conflicts) == (["2"], [])
    theirs = phones(TO_CRM, "2", "+49 1", "1", partner={"crm_version": "", "adopt": True})
    assert len(theirs.conflicts) == 1


def test_a_conflict_names_both_fields_and_values_and_shows_only_the_beginning_of_long_ones():
    rule = customer_rule([pair("notes", "description")])
    transfer, row = Transfer(rule, TO_CRM), Row(TO_CRM)
    record = replace(row.source_record, values={"notes": "2" * 300})
    twin = Record("account", row.crm_id, {"description": "3" * 300}, "twin now")
    found = Merger(rule, transfer).merge(transfer.draft(record, {}), twin, Partner(row.erp_id, row.crm_id))
    [clash] = found.conflicts
    assert (clash.source_label, clash.destination_label) == ("notes", "description")
    assert (clash.source_value, clash.destination_value) == ("2" * 59 + "…", "3" * 59 + "…")


@BOTH_WAYS
def test_a_column_kept_by_a_special_rule_is_written_whenever_it_differs(direction):
    row = Row(direction, {**BLANK, "phone": "1"}, {**BLANK, "phone": "1"}, {**BLANK, "phone": "1"})
    table = row.table_rule.table(direction.destination)
    name = "statecode" if direction is TO_CRM else "blocked"
    draft = replace(row.draft, extra={name: 1})
    twin = replace(row.twin_record, values={**row.twin_record.values, name: 0})
    assert name in table.fields
    assert row.merger.merge(draft, twin, row.coupling).changes == [Change(name, 0, 1)]
    same = replace(twin, values={**twin.values, name: 1})
    assert row.merger.merge(draft, same, row.coupling).changes == []


# --- reading our own write back ---------------------------------------------------------------------------------


def test_what_comes_back_from_our_own_write_is_the_sales_half_of_what_is_agreed():
    row = Row(TO_ERP, {**BLANK, "phone": "+49 1"}, agreed={**BLANK, "phone": "1"}, partner={"adopt": True})
    adopted = row.merger.adopted(row.source_record, row.coupling)
    assert adopted.agreed[PHONE] == ("1", "+49 1")
    assert (adopted.crm_version, adopted.adopt) == ("source now", False)


def test_what_was_rounded_by_a_plug_in_is_not_sent_back_and_forth():
    rounded = {PHONE: ("1", "+49 1"), **{KEYS[name]: ("", "") for name in BLANK}}
    both = {"partner": {"agreed": rounded}}
    assert written(merged(Row(TO_CRM, {**BLANK, "phone": "1"}, {**BLANK, "phone": "+49 1"}, **both))) == []
    assert written(merged(Row(TO_ERP, {**BLANK, "phone": "+49 1"}, {**BLANK, "phone": "1"}, **both))) == []
    assert written(merged(Row(TO_CRM, {**BLANK, "phone": "2"}, {**BLANK, "phone": "+49 1"}, **both))) == ["2"]
    assert written(merged(Row(TO_ERP, {**BLANK, "phone": "+49 3"}, {**BLANK, "phone": "1"}, **both))) == ["+49 3"]


def test_a_field_that_was_never_agreed_is_not_agreed_by_reading_it_back():
    row = Row(TO_ERP, {**BLANK, "phone": "1"}, agreed=BLANK)
    assert PHONE not in row.merger.adopted(row.source_record, row.coupling).agreed


# --- what is agreed at the start -----------------------------------------------------------------------------------


@BOTH_WAYS
def test_a_new_row_agrees_in_every_field_that_was_carried_in_the_order_erp_then_crm(direction):
    row = Row(direction, {**BLANK, "phone": "1"})
    agreed = row.merger.agreed_after_insert(row.draft)
    assert agreed[PHONE] == ("1", "1")
    one_way = {KEYS["street"]} if direction is TO_CRM else {KEYS["mail"]}
    assert set(agreed) == {PHONE, KEYS["city"]} | one_way


def test_halves_are_kept_as_each_side_sees_its_own_value():
    rule = customer_rule([pair("post_code", "address1_postalcode")])
    transfer = Transfer(rule, TO_ERP)
    row = Row(TO_ERP)
    record = replace(row.source_record, values={"address1_postalcode": "b31 2al"})
    assert Merger(rule, transfer).agreed_after_insert(transfer.draft(record, {})) == {
        "post_code:address1_postalcode": ("B31 2AL", "b31 2al")
    }


@pytest.mark.parametrize("coupled_in", [TO_CRM, TO_ERP])
@pytest.mark.parametrize(("winner", "expected"), [(Side.ERP, "erp"), (Side.CRM, "crm")])
def test_after_matching_the_chosen_side_wins_in_both_passes(coupled_in, winner, expected):
    values = {Side.ERP: {**BLANK, "phone": "erp"}, Side.CRM: {**BLANK, "phone": "crm"}}
    first = Row(coupled_in, values[coupled_in.source], values[coupled_in.destination])
    agreed = agreed_with_winner(first.merger, first.draft, first.twin_record, winner)
    for direction in (TO_CRM, TO_ERP):
        row = Row(direction, values[direction.source], values[direction.destination], partner={"agreed": agreed})
        found = merged(row)
        assert found.conflicts == []
        assert written(found) == ([expected] if direction.source is winner else [])


@pytest.mark.parametrize("winner", list(Side))
def test_after_matching_a_filled_field_wins_over_a_blank_one_whoever_is_chosen(winner):
    first = Row(TO_CRM, {**BLANK, "phone": ""}, {**BLANK, "phone": "crm"})
    agreed = agreed_with_winner(first.merger, first.draft, first.twin_record, winner)
    back = Row(TO_ERP, {**BLANK, "phone": "crm"}, {**BLANK, "phone": ""}, partner={"agreed": agreed})
    forth = Row(TO_CRM, {**BLANK, "phone": ""}, {**BLANK, "phone": "crm"}, partner={"agreed": agreed})
    assert (written(merged(back)), written(merged(forth))) == (["crm"], [])


# --- references that have no partner yet -----------------------------------------------------------------------------


def unresolved(agreed: dict[str, tuple[str, str]], have: str) -> Merged:
    """A two-way field left blank because its reference has no partner, the twin holding ``have``."""
    row = Row(TO_CRM, {**BLANK, "phone": "x"}, {**BLANK, "phone": have})
    draft = Draft({"telephone1": ""}, {PHONE: UNRESOLVED + "x"})
    return row.merger.merge(draft, row.twin_record, Partner(row.erp_id, row.crm_id, State.COUPLED, agreed=agreed))


def test_a_reference_without_a_partner_leaves_what_the_twin_holds_and_fills_nothing():
    assert unresolved({}, "theirs").changes == []
    assert unresolved({}, "").changes == []


def test_a_reference_left_blank_before_is_not_looked_at_as_a_change_while_it_stays_unresolved():
    assert unresolved({PHONE: (UNRESOLVED + "x", "")}, "").changes == []


def test_a_reference_left_blank_before_counts_as_changed_as_soon_as_it_resolves():
    agreed = {PHONE: (UNRESOLVED + "x", ""), **{KEYS[name]: ("", "") for name in BLANK}}
    row = Row(TO_CRM, {**BLANK, "phone": "x"}, {**BLANK, "phone": ""}, partner={"agreed": agreed})
    assert written(merged(row)) == ["x"]
