"""A record and the field rules make a draft of what the other side should hold."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest

from integration.sync.rules import Direction, FieldRule, Reference
from integration.sync.run import Counters
from integration.sync.transfer import UNRESOLVED, Draft, ReferenceNotCoupled, Transfer
from integration.systems.base import Record, Ref, option_id
from integration.systems.errors import FieldMissing, InvalidValue
from tests.makers import CUSTOMER_FIELDS, FREIGHT_TERMS, customer_rule, pair, salespeople_rule
from tests.sync.world import TO_CRM, TO_ERP, World

SALESPEOPLE = Reference("salesperson", "systemuser")
CURRENCIES = Reference("currency", "transactioncurrency")
FREIGHT = Reference("shipment_method", "account.address1_freighttermscode")
JIM, JIMS_USER, EURO, EUROS_ROW = (uuid.UUID(int=number) for number in range(1, 5))
OWNER, CURRENCY = ("salesperson_code", "ownerid"), ("currency_code", "transactioncurrencyid")
TERMS = ("shipment_method_code", "address1_freighttermscode")


def draft(direction: Direction, values: dict[str, Any], *fields: FieldRule, resolved: Any = None) -> Draft:
    rule = customer_rule(fields)
    table = rule.table(direction.source).name
    return Transfer(rule, direction).draft(Record(table, uuid.uuid4(), values, "1"), resolved or {})


def wanted(direction: Direction, values: dict[str, Any], *fields: FieldRule) -> dict[Reference, set[uuid.UUID]]:
    rule = customer_rule(fields)
    return Transfer(rule, direction).wanted([Record("customer", uuid.uuid4(), values, "1")])


# --- plain fields ---------------------------------------------------------------------------------------------------


def test_each_field_is_carried_into_its_counterpart_in_its_type():
    carried = draft(
        TO_CRM,
        {"name": "Adatum", "credit_limit": Decimal("10")},
        pair("name", "name"),
        pair("credit_limit", "creditlimit"),
    )
    assert carried.values == {"name": "Adatum", "creditlimit": Decimal("10.00")}
    assert carried.sources == {"name:name": "Adatum", "credit_limit:creditlimit": "10.00"}


def test_a_field_that_goes_the_other_way_is_not_carried():
    assert draft(TO_CRM, {"name": "Adatum"}, pair("name", "name", TO_ERP)).values == {}
    assert draft(TO_ERP, {"name": "Adatum"}, pair("name", "name", TO_ERP)).values == {"name": "Adatum"}


def test_a_blank_value_blanks_its_counterpart_unless_the_field_is_not_to_be_blanked():
    assert draft(TO_CRM, {"phone_no": ""}, pair("phone_no", "telephone1")).values == {"telephone1": ""}
    kept = draft(TO_CRM, {"phone_no": ""}, pair("phone_no", "telephone1", not_null=True))
    assert kept.values == {}
    assert draft(TO_CRM, {"credit_limit": None}, pair("credit_limit", "creditlimit", not_null=True)).values == {}


def test_zero_and_no_are_values_and_not_blank():
    rules = (
        pair("priority", "numberofemployees", not_null=True),
        pair("combine_shipments", "creditonhold", not_null=True),
    )
    carried = draft(TO_CRM, {"priority": 0, "combine_shipments": False}, *rules)
    assert carried.values == {"numberofemployees": 0, "creditonhold": False}


def test_a_value_that_does_not_fit_is_told_once_and_the_other_fields_are_drafted():
    carried = draft(
        TO_ERP,
        {"address1_city": "X" * 31, "telephone1": "Y" * 31, "name": "Adatum"},
        pair("city", "address1_city"), pair("phone_no", "telephone1"), pair("name", "name"),
    )  # fmt: skip
    assert isinstance(carried.problem, InvalidValue)
    assert carried.problem.field == "city"
    assert carried.values == {"name": "Adatum"}


# --- constants --------------------------------------------------------------------------------------------------------


def test_a_constant_goes_into_every_draft():
    constant = FieldRule(TO_CRM, crm_field="customertypecode", constant="Customer")
    assert draft(TO_CRM, {}, constant).values == {"customertypecode": 3}


def test_a_constant_that_does_not_fit_stops_the_run_before_it_begins():
    with pytest.raises(InvalidValue):
        Transfer(customer_rule([FieldRule(TO_CRM, crm_field="customertypecode", constant="Friend")]), TO_CRM)


@pytest.mark.parametrize(("direction", "missing"), [(TO_CRM, "fax"), (TO_ERP, "fax_no")])
def test_a_mapped_field_that_is_gone_stops_the_run_by_name(direction, missing):
    fields = [pair("name", "fax")] if direction is TO_CRM else [pair("fax_no", "name")]
    with pytest.raises(FieldMissing, match=missing):
        Transfer(customer_rule(fields), direction)


# --- references -------------------------------------------------------------------------------------------------------


def test_a_reference_becomes_the_coupled_row_of_the_other_side():
    rule = pair(*OWNER, reference=SALESPEOPLE)
    values = {"salesperson_code": Ref("salesperson", JIM, "JO")}
    assert wanted(TO_CRM, values, rule) == {SALESPEOPLE: {JIM}}
    carried = draft(TO_CRM, values, rule, resolved={SALESPEOPLE: {JIM: JIMS_USER}})
    assert carried.values == {"ownerid": Ref("systemuser", JIMS_USER)}
    back = draft(TO_ERP, {"ownerid": Ref("systemuser", JIMS_USER)}, rule, resolved={SALESPEOPLE: {JIMS_USER: JIM}})
    assert back.values == {"salesperson_code": Ref("salesperson", JIM)}


def test_a_reference_that_is_not_coupled_says_what_to_couple_first():
    rule = pair(*OWNER, reference=SALESPEOPLE)
    carried = draft(TO_CRM, {"salesperson_code": Ref("salesperson", JIM, "JO")}, rule)
    assert isinstance(carried.problem, ReferenceNotCoupled)
    assert (carried.problem.table, carried.problem.id) == ("salesperson", JIM)
    assert "JO" in str(carried.problem)


def test_a_reference_that_is_not_coupled_becomes_blank_where_the_field_says_so_and_is_remembered_as_unresolved():
    rule = pair(*OWNER, reference=SALESPEOPLE, clear_on_failed=True)
    carried = draft(TO_CRM, {"salesperson_code": Ref("salesperson", JIM, "JO")}, rule)
    assert carried.problem is None
    assert carried.values == {"ownerid": None}
    assert carried.sources == {"salesperson_code:ownerid": UNRESOLVED + str(JIM)}


def test_a_blank_reference_blanks_its_counterpart_unless_the_field_is_not_to_be_blanked():
    assert draft(TO_CRM, {"salesperson_code": None}, pair(*OWNER, reference=SALESPEOPLE)).values == {"ownerid": None}
    kept = draft(TO_CRM, {"salesperson_code": None}, pair(*OWNER, reference=SALESPEOPLE, not_null=True))
    assert (kept.values, kept.problem) == ({}, None)


def test_a_reference_into_a_table_that_no_mapping_knows_is_left_alone():
    team = {"ownerid": Ref("team", uuid.uuid4())}
    rule = pair(*OWNER, reference=SALESPEOPLE)
    assert wanted(TO_ERP, team, rule) == {SALESPEOPLE: set()}
    assert draft(TO_ERP, team, rule) == Draft()


def test_a_blank_currency_is_the_local_one_and_the_local_one_is_blank():
    rule = pair(*CURRENCY, reference=CURRENCIES)
    local = draft(TO_CRM, {"currency_code": None}, rule, resolved={CURRENCIES: {None: EUROS_ROW}})
    assert local.values == {"transactioncurrencyid": Ref("transactioncurrency", EUROS_ROW)}
    pounds = {"transactioncurrencyid": Ref("transactioncurrency", EUROS_ROW)}
    assert draft(TO_ERP, pounds, rule, resolved={CURRENCIES: {EUROS_ROW: None}}).values == {"currency_code": None}


def test_a_foreign_currency_without_a_coupling_is_not_taken_for_the_local_one():
    rule = pair(*CURRENCY, reference=CURRENCIES)
    values = {"currency_code": Ref("currency", EURO, "EUR")}
    carried = draft(TO_CRM, values, rule, resolved={CURRENCIES: {None: EUROS_ROW}})
    assert isinstance(carried.problem, ReferenceNotCoupled)


# --- options ----------------------------------------------------------------------------------------------------------


def test_a_code_becomes_the_option_coupled_with_it_and_back():
    rule = pair(*TERMS, reference=FREIGHT)
    fob, option = uuid.uuid4(), FREIGHT_TERMS[0]
    id = option_id(FREIGHT.crm_table, option.value)
    there = draft(TO_CRM, {"shipment_method_code": Ref("shipment_method", fob)}, rule, resolved={FREIGHT: {fob: id}})
    assert there.values == {"address1_freighttermscode": option.value}
    values = {"address1_freighttermscode": option.value}
    assert wanted(TO_ERP, values, rule) == {FREIGHT: {id}}
    back = draft(TO_ERP, values, rule, resolved={FREIGHT: {id: fob}})
    assert back.values == {"shipment_method_code": Ref("shipment_method", fob)}


def test_a_code_without_an_option_leaves_the_field_blank_never_fails_and_is_listed_as_missing():
    cif = {"shipment_method_code": Ref("shipment_method", uuid.uuid4(), "CIF")}
    carried = draft(TO_CRM, cif, pair(*TERMS, reference=FREIGHT))
    assert carried.problem is None
    assert carried.values == {"address1_freighttermscode": None}
    assert carried.missing == ["shipment_method_code"]


# --- through a whole run ----------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMCouplingTest.NAVtoCRMSyncClearValueOnFailedSyncNo")
def test_without_clearing_an_uncoupled_reference_fails_the_record_and_leaves_the_other_side_as_it_is():
    world = World()
    adatum = world.synchronized()
    anna = world.erp.add("salesperson", code="AL", name="Anna Lidman")
    world.erp.edit("customer", adatum, salesperson_code=Ref("salesperson", anna), phone_no="030 7")
    before = world.account_of(adatum).values
    assert world.run(TO_CRM) == Counters(failed=1)
    assert "AL" in world.journal.failures[0].message
    assert "salesperson_code" in world.journal.failures[0].message
    assert world.partner(adatum).to_crm.result == "waiting"
    assert world.account_of(adatum).values == before


def test_a_reference_that_was_cleared_is_filled_as_soon_as_its_row_is_coupled_and_the_record_synchronized():
    world = World()
    clearing = [
        pair(*OWNER, TO_CRM, reference=SALESPEOPLE, clear_on_failed=True)
        if field.crm_field == "ownerid" else field for field in CUSTOMER_FIELDS
    ]  # fmt: skip
    rule = customer_rule(clearing)
    anna = world.erp.add("salesperson", code="AL", name="Anna Lidman")
    adatum = world.add_customer("Adatum")
    world.erp.edit("customer", adatum, salesperson_code=Ref("salesperson", anna))
    assert world.run(TO_CRM, rule, create=True) == Counters(inserted=1)
    assert world.account_of(adatum).values["ownerid"] is None
    user = world.crm.add("systemuser", fullname="Anna Lidman")
    world.couple(salespeople_rule(), anna, user)
    assert world.ids(TO_CRM, adatum, rule=rule) == Counters(modified=1)
    assert world.account_of(adatum).values["ownerid"] == Ref("systemuser", user)


def test_references_of_a_page_are_looked_up_with_one_question_to_the_ledger_per_reference(monkeypatch):
    world = World()
    for name in ("Adatum", "Fabrikam", "Coho Winery"):
        world.add_customer(name)
    asked: list[Reference] = []
    ledger = world.ledger(customer_rule())
    resolve = ledger.resolve
    monkeypatch.setattr(ledger, "resolve", lambda ref, side, ids: asked.append(ref) or resolve(ref, side, ids))
    world.run(TO_CRM, create=True)
    assert asked == [SALESPEOPLE]
