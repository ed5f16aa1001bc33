"""A new row: what is agreed at its birth, and what it has to give back."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from integration.sync.actions import Insert
from integration.sync.memory.halves import DEFAULT, partnerless, plain, unread
from integration.sync.merging.merge import Merger
from integration.sync.record.transfer import Transfer
from integration.sync.rules import Direction, Reference
from integration.systems.values import Ref
from tests.makers import customer_rule, field_rule
from tests.sync.deciding.table_of_truth import BLANK, KEYS, NAMES, ONE_WAY, TO_CRM, TO_ERP, Row

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
SALESPEOPLE = Reference("salesperson", "systemuser")
OWNER = {"owner": ("salesperson_code", "ownerid")}
PEOPLE = {TO_CRM: "salesperson", TO_ERP: "systemuser"}


def inserted(row: Row) -> Insert:
    action = row.decider.decide(row.source_record, None, None, row.draft)
    assert isinstance(action, Insert)
    return action


@BOTH_WAYS
def test_a_new_row_agrees_in_every_field_that_was_carried_and_has_not_been_read(direction: Direction) -> None:
    row = Row(direction, {**BLANK, "phone": "1"})
    agreed, _ = row.merger.born(row.source_record, row.draft)
    assert row.halves(agreed, "phone") == ("1", unread("1"))
    assert row.halves(agreed, "city") == ("", unread(""))
    assert row.halves(agreed, "street" if direction is TO_CRM else "mail") == ("", unread(""))


@BOTH_WAYS
def test_what_only_goes_back_from_a_new_row_is_its_default_beside_what_the_record_holds(direction: Direction) -> None:
    name = "mail" if direction is TO_CRM else "street"
    row = Row(direction, {**BLANK, "phone": "1", name: "typed here"})
    agreed, gives = row.merger.born(row.source_record, row.draft)
    assert (row.halves(agreed, name), gives) == (("typed here", DEFAULT), False)


@BOTH_WAYS
def test_a_value_that_begins_with_a_mark_is_told_from_one(direction: Direction) -> None:
    row = Row(direction, {**BLANK, "phone": "?1"})
    agreed, _ = row.merger.born(row.source_record, row.draft)
    assert row.halves(agreed, "phone") == (plain("?1"), unread("?1"))


def test_halves_are_kept_as_each_side_sees_its_own_value() -> None:
    rule = customer_rule([field_rule("post_code", "address1_postalcode")])
    transfer, row = Transfer(rule, TO_ERP), Row(TO_ERP)
    record = replace(row.source_record, values={"address1_postalcode": "b31 2al"})
    agreed, _ = Merger(rule, transfer).born(record, transfer.draft(record, {}))
    assert agreed == {"post_code:address1_postalcode": (unread("B31 2AL"), "b31 2al")}


@BOTH_WAYS
def test_a_reference_that_a_new_row_could_not_take_is_remembered_as_partnerless(direction: Direction) -> None:
    anna = Ref(PEOPLE[direction], uuid.uuid4(), "Anna")
    fields = [field_rule(*OWNER["owner"], reference=SALESPEOPLE, clear_on_failed=True)]
    row = Row(direction, {"owner": anna}, names=OWNER, rule={"fields": fields})
    agreed, _ = row.merger.born(row.source_record, row.draft)
    assert row.halves(agreed, "owner") == (partnerless(str(anna.id)), unread(""))


def test_a_reference_to_the_own_table_that_is_put_off_never_agreed() -> None:
    names = {"bill_to": ("bill_to_customer_no", "parentaccountid")}
    fields = [field_rule(*names["bill_to"], reference=Reference("customer", "account"), clear_on_failed=True)]
    row = Row(TO_CRM, {"bill_to": Ref("customer", uuid.uuid4())}, names=names, rule={"fields": fields})
    draft = row.transfer.draft(row.source_record, {}, own_put_off=True)
    agreed, _ = row.merger.born(row.source_record, draft)
    action = row.decider.decide(row.source_record, None, None, draft)
    assert isinstance(action, Insert)
    assert (agreed, action.pair.owed_crm, draft.is_put_off) == ({}, True, True)


def test_the_number_that_a_new_row_is_given_is_left_out_of_what_is_agreed_and_owed_to_the_other_side() -> None:
    names = {**NAMES, "no": ("no", "accountnumber")}
    fields = [field_rule(*NAMES["phone"]), field_rule(*names["no"], TO_CRM)]
    row = Row(TO_ERP, {"phone": "1"}, names=names, rule={"fields": fields})
    action = inserted(row)
    assert "no:accountnumber" not in action.pair.agreed
    assert (action.pair.owed_crm, action.pair.owed_erp) == (True, False)


@BOTH_WAYS
def test_what_a_template_fills_is_written_and_owed_to_the_other_side(direction: Direction) -> None:
    there = 1 if direction is TO_CRM else 0
    row = Row(direction, {**BLANK, "phone": "1"})
    draft = replace(row.draft, filled={NAMES["city"][there]: "Wien", NAMES["phone"][there]: "2"})
    action = row.decider.decide(row.source_record, None, None, draft)
    assert isinstance(action, Insert)
    assert action.values[NAMES["city"][there]] == "Wien"
    assert action.values[NAMES["phone"][there]] == "1"
    assert KEYS["city"] not in action.pair.agreed
    assert action.pair.owed(direction.source)


@BOTH_WAYS
def test_what_a_template_fills_in_a_field_that_only_goes_back_is_owed_too(direction: Direction) -> None:
    name, there = ("mail", 1) if direction is TO_CRM else ("street", 0)
    row = Row(direction, {**BLANK, "phone": "1"})
    draft = replace(row.draft, filled={ONE_WAY[name][there]: "from the template"})
    agreed, gives = row.merger.born(row.source_record, draft, draft.filled.keys())
    assert (KEYS[name] in agreed, gives) == (False, True)


@BOTH_WAYS
def test_a_one_way_mapping_never_owes_anything_back(direction: Direction) -> None:
    there = 1 if direction is TO_CRM else 0
    row = Row(direction, {**BLANK, "phone": "1"}, rule={"direction": direction})
    draft = replace(row.draft, filled={NAMES["city"][there]: "Wien"})
    action = row.decider.decide(row.source_record, None, None, draft)
    assert isinstance(action, Insert)
    assert not action.pair.owed(direction.source)
    assert all(one.direction is not Direction.BOTH for one in row.table_rule.fields)


@BOTH_WAYS
def test_a_new_pair_has_seen_the_record_and_not_yet_the_new_row(direction: Direction) -> None:
    pair = inserted(Row(direction, {**BLANK, "phone": "1"})).pair
    assert (pair.seen(direction.source), pair.seen(direction.destination)) == ("source now", "")
