"""A record and the field rules make a draft of what the other side should hold."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest

from integration.sync.record.meaning import Expressed, Lack, Lacking, LeftOut, MeaningField, Meant
from integration.sync.record.transfer import Draft, ReferenceNotCoupled, Transfer
from integration.sync.rules import Direction, FieldRule, Reference
from integration.systems.errors import FieldMissing, InvalidValue
from integration.systems.values import Record, Ref, Side, option_id
from tests.makers import FREIGHT_TERMS, customer_rule, field_rule
from tests.sync.world import TO_CRM, TO_ERP

SALESPEOPLE = Reference("salesperson", "systemuser")
CURRENCIES = Reference("currency", "transactioncurrency")
FREIGHT = Reference("shipment_method", "account.address1_freighttermscode")
JIM, JIMS_USER, EURO, EUROS_ROW = (uuid.UUID(int=number) for number in range(1, 5))
OWNER, CURRENCY = ("salesperson_code", "ownerid"), ("currency_code", "transactioncurrencyid")
TERMS = ("shipment_method_code", "address1_freighttermscode")


def draft(
    direction: Direction, values: dict[str, Any], *fields: FieldRule, resolved: Any = None, put_off: bool = False
) -> Draft:
    rule = customer_rule(fields)
    record = Record(rule.table(direction.source).name, uuid.uuid4(), values, "1")
    return Transfer(rule, direction).draft(record, resolved or {}, own_put_off=put_off)


def wanted(direction: Direction, values: dict[str, Any], *fields: FieldRule) -> dict[Reference, set[uuid.UUID]]:
    rule = customer_rule(fields)
    return Transfer(rule, direction).wanted([Record("customer", uuid.uuid4(), values, "1")])


# --- plain fields ---------------------------------------------------------------------------------------------------


def test_each_field_is_carried_into_its_counterpart_in_its_type() -> None:
    carried = draft(
        TO_CRM,
        {"name": "Adatum", "credit_limit": Decimal("10")},
        field_rule("name", "name"),
        field_rule("credit_limit", "creditlimit"),
    )
    assert carried.values == {"name": "Adatum", "creditlimit": Decimal("10.00")}
    assert carried.sources == {"name:name": "Adatum", "credit_limit:creditlimit": "10.00"}


def test_a_field_that_goes_the_other_way_is_not_carried() -> None:
    assert draft(TO_CRM, {"name": "Adatum"}, field_rule("name", "name", TO_ERP)).values == {}
    assert draft(TO_ERP, {"name": "Adatum"}, field_rule("name", "name", TO_ERP)).values == {"name": "Adatum"}


def test_a_blank_value_blanks_its_counterpart_unless_the_field_is_not_to_be_blanked() -> None:
    assert draft(TO_CRM, {"phone_no": ""}, field_rule("phone_no", "telephone1")).values == {"telephone1": ""}
    kept = draft(TO_CRM, {"phone_no": ""}, field_rule("phone_no", "telephone1", not_null=True))
    assert kept.values == {}
    assert draft(TO_CRM, {"credit_limit": None}, field_rule("credit_limit", "creditlimit", not_null=True)).values == {}


def test_zero_and_no_are_values_and_not_blank() -> None:
    rules = (
        field_rule("priority", "numberofemployees", not_null=True),
        field_rule("combine_shipments", "creditonhold", not_null=True),
    )
    carried = draft(TO_CRM, {"priority": 0, "combine_shipments": False}, *rules)
    assert carried.values == {"numberofemployees": 0, "creditonhold": False}


def test_a_value_that_does_not_fit_is_told_once_and_the_other_fields_are_drafted() -> None:
    carried = draft(
        TO_ERP,
        {"address1_city": "X" * 31, "telephone1": "Y" * 31, "name": "Adatum"},
        field_rule("city", "address1_city"), field_rule("phone_no", "telephone1"), field_rule("name", "name"),
    )  # fmt: skip
    assert isinstance(carried.problem, InvalidValue)
    assert carried.problem.field == "city"
    assert carried.values == {"name": "Adatum"}


# --- constants --------------------------------------------------------------------------------------------------------


def test_a_constant_goes_into_every_draft() -> None:
    constant = FieldRule(TO_CRM, crm_field="customertypecode", constant="Customer")
    assert draft(TO_CRM, {}, constant).values == {"customertypecode": 3}


def test_a_constant_that_does_not_fit_stops_the_run_before_it_begins() -> None:
    with pytest.raises(InvalidValue):
        Transfer(customer_rule([FieldRule(TO_CRM, crm_field="customertypecode", constant="Friend")]), TO_CRM)


@pytest.mark.parametrize(("direction", "missing"), [(TO_CRM, "fax"), (TO_ERP, "fax_no")])
def test_a_mapped_field_that_is_gone_stops_the_run_by_name(direction: Direction, missing: str) -> None:
    fields = [field_rule("name", "fax")] if direction is TO_CRM else [field_rule("fax_no", "name")]
    with pytest.raises(FieldMissing, match=missing):
        Transfer(customer_rule(fields), direction)


# --- references -------------------------------------------------------------------------------------------------------


def test_a_reference_becomes_the_coupled_row_of_the_other_side() -> None:
    rule = field_rule(*OWNER, reference=SALESPEOPLE)
    values = {"salesperson_code": Ref("salesperson", JIM, "JO")}
    assert wanted(TO_CRM, values, rule) == {SALESPEOPLE: {JIM}}
    carried = draft(TO_CRM, values, rule, resolved={SALESPEOPLE: {JIM: JIMS_USER}})
    assert carried.values == {"ownerid": Ref("systemuser", JIMS_USER)}
    back = draft(TO_ERP, {"ownerid": Ref("systemuser", JIMS_USER)}, rule, resolved={SALESPEOPLE: {JIMS_USER: JIM}})
    assert back.values == {"salesperson_code": Ref("salesperson", JIM)}


def test_a_reference_that_is_not_coupled_says_what_to_couple_first() -> None:
    rule = field_rule(*OWNER, reference=SALESPEOPLE)
    carried = draft(TO_CRM, {"salesperson_code": Ref("salesperson", JIM, "JO")}, rule)
    assert isinstance(carried.problem, ReferenceNotCoupled)
    assert (carried.problem.table, carried.problem.id) == ("salesperson", JIM)
    assert "JO" in str(carried.problem)
    assert carried.lacking[":".join(OWNER)].kind is Lack.MANDATORY
    assert carried.waits() == {("salesperson", JIM)}


def test_a_reference_that_is_not_coupled_clears_its_counterpart_where_the_field_says_so_and_waits() -> None:
    rule = field_rule(*OWNER, reference=SALESPEOPLE, clear_on_failed=True)
    carried = draft(TO_CRM, {"salesperson_code": Ref("salesperson", JIM, "JO")}, rule)
    assert (carried.problem, carried.values) == (None, {})
    assert carried.sources == {rule.key: str(JIM)}
    assert carried.lacking == {rule.key: Lacking(Lack.CLEAR, "salesperson_code", "salesperson", JIM)}
    assert carried.waits() == {("salesperson", JIM)}


@pytest.mark.parametrize("more", [{}, {"clear_on_failed": True}], ids=["mandatory", "cleared"])
def test_a_reference_to_the_own_table_is_left_for_later_until_all_rows_are_there_and_waits_then(
    more: dict[str, Any],
) -> None:
    rule = field_rule("bill_to_customer_no", "parentaccountid", reference=Reference("customer", "account"), **more)
    values = {"bill_to_customer_no": Ref("customer", JIM, "C1")}
    first = draft(TO_CRM, values, rule, put_off=True)
    assert (first.problem, first.values, first.is_put_off, first.waits()) == (None, {}, True, set())
    last = draft(TO_CRM, values, rule)
    assert (last.is_put_off, last.waits()) == (False, {("customer", JIM)})


def test_a_reference_to_another_table_is_never_put_off() -> None:
    carried = draft(
        TO_CRM, {"salesperson_code": Ref("salesperson", JIM)}, field_rule(*OWNER, reference=SALESPEOPLE), put_off=True
    )
    assert isinstance(carried.problem, ReferenceNotCoupled)
    assert not carried.is_put_off


def test_every_record_that_is_waited_for_is_named_not_only_the_first() -> None:
    owner = field_rule(*OWNER, reference=SALESPEOPLE)
    currency = field_rule(*CURRENCY, reference=CURRENCIES, clear_on_failed=True)
    values = {"salesperson_code": Ref("salesperson", JIM), "currency_code": Ref("currency", EURO)}
    assert draft(TO_CRM, values, owner, currency).waits() == {("salesperson", JIM), ("currency", EURO)}


def test_a_blank_reference_blanks_its_counterpart_unless_the_field_is_not_to_be_blanked() -> None:
    assert draft(TO_CRM, {"salesperson_code": None}, field_rule(*OWNER, reference=SALESPEOPLE)).values == {
        "ownerid": None
    }
    kept = draft(TO_CRM, {"salesperson_code": None}, field_rule(*OWNER, reference=SALESPEOPLE, not_null=True))
    assert (kept.values, kept.problem) == ({}, None)


def test_a_reference_into_a_table_that_no_mapping_knows_is_left_alone() -> None:
    team = {"ownerid": Ref("team", uuid.uuid4())}
    rule = field_rule(*OWNER, reference=SALESPEOPLE)
    assert wanted(TO_ERP, team, rule) == {SALESPEOPLE: set()}
    carried = draft(TO_ERP, team, rule)
    assert (carried.values, carried.problem, carried.waits()) == ({}, None, set())
    assert carried.lacking == {rule.key: Lacking(Lack.LEAVE, "ownerid")}


def test_a_blank_currency_is_the_local_one_and_the_local_one_is_blank() -> None:
    rule = field_rule(*CURRENCY, reference=CURRENCIES)
    local = draft(TO_CRM, {"currency_code": None}, rule, resolved={CURRENCIES: {None: EUROS_ROW}})
    assert local.values == {"transactioncurrencyid": Ref("transactioncurrency", EUROS_ROW)}
    pounds = {"transactioncurrencyid": Ref("transactioncurrency", EUROS_ROW)}
    assert draft(TO_ERP, pounds, rule, resolved={CURRENCIES: {EUROS_ROW: None}}).values == {"currency_code": None}


def test_a_foreign_currency_without_a_coupling_is_not_taken_for_the_local_one() -> None:
    rule = field_rule(*CURRENCY, reference=CURRENCIES)
    values = {"currency_code": Ref("currency", EURO, "EUR")}
    carried = draft(TO_CRM, values, rule, resolved={CURRENCIES: {None: EUROS_ROW}})
    assert isinstance(carried.problem, ReferenceNotCoupled)


# --- options ----------------------------------------------------------------------------------------------------------


def test_a_code_becomes_the_option_coupled_with_it_and_back() -> None:
    rule = field_rule(*TERMS, reference=FREIGHT)
    fob, option = uuid.uuid4(), FREIGHT_TERMS[0]
    id = option_id(FREIGHT.crm_table, option.value)
    there = draft(TO_CRM, {"shipment_method_code": Ref("shipment_method", fob)}, rule, resolved={FREIGHT: {fob: id}})
    assert there.values == {"address1_freighttermscode": option.value}
    values = {"address1_freighttermscode": option.value}
    assert wanted(TO_ERP, values, rule) == {FREIGHT: {id}}
    back = draft(TO_ERP, values, rule, resolved={FREIGHT: {id: fob}})
    assert back.values == {"shipment_method_code": Ref("shipment_method", fob)}


def test_a_code_without_an_option_leaves_the_field_as_it_is_never_fails_and_waits_for_its_option() -> None:
    cif = uuid.uuid4()
    rule = field_rule(*TERMS, reference=FREIGHT)
    carried = draft(TO_CRM, {"shipment_method_code": Ref("shipment_method", cif, "CIF")}, rule)
    assert (carried.problem, carried.values) == (None, {})
    assert carried.lacking == {rule.key: Lacking(Lack.LEAVE, "shipment_method_code", "shipment_method", cif)}
    assert carried.waits() == {("shipment_method", cif)}


def test_an_option_without_an_equal_label_leaves_the_field_as_it_is_and_waits_for_nobody() -> None:
    rule = field_rule("blocked", "customertypecode")
    carried = draft(TO_CRM, {"blocked": 1}, rule)
    assert (carried.problem, carried.values, carried.waits()) == (None, {}, set())
    assert (carried.sources, carried.lacking) == ({rule.key: "1"}, {rule.key: Lacking(Lack.LEAVE, "blocked")})


# --- meanings ---------------------------------------------------------------------------------------------------------


class Rank(MeaningField):
    """The priority of a customer, which Sales writes as a word and keeps beside a check mark."""

    key = "!rank"
    answers: dict[int, Expressed] = {
        1: Meant("first", {"description": "first", "creditonhold": True}),
        2: Lacking(Lack.LEAVE, "priority", "ranks", JIM),
        3: LeftOut("Nobody ranks it.", [("ranks", JIM)]),
        4: InvalidValue("No such rank."),
    }

    def label(self, side: Side) -> str:
        return "Rank"

    def columns(self, side: Side) -> list[str]:
        return ["priority"] if side is Side.ERP else ["description", "creditonhold"]

    def read(self, side: Side, record: Record) -> str:
        return str(record.values.get(self.columns(side)[0]) or "")

    def express(self, side: Side, record: Record, twin: Record | None) -> Expressed:
        return self.answers[record.values["priority"]]


def ranked(priority: int) -> Draft:
    rule = customer_rule([field_rule("name", "name")])
    record = Record("customer", uuid.uuid4(), {"name": "Adatum", "priority": priority}, "1")
    return Transfer(rule, TO_CRM, [Rank()]).draft(record, {})


def test_a_meaning_is_drafted_in_the_other_sides_terms() -> None:
    drafted = ranked(1)
    assert drafted.meant["!rank"].columns == {"description": "first", "creditonhold": True}
    assert (drafted.sources["!rank"], drafted.values) == ("1", {"name": "Adatum"})


def test_a_meaning_that_cannot_be_expressed_waits_leaves_the_record_out_or_stops_it() -> None:
    assert (ranked(2).waits(), ranked(2).problem) == ({("ranks", JIM)}, None)
    assert (ranked(3).left_out, ranked(3).waits()) == ("Nobody ranks it.", {("ranks", JIM)})
    assert isinstance(ranked(4).problem, InvalidValue)


def test_a_meaning_that_goes_the_other_way_only_is_not_drafted() -> None:
    class OneWay(Rank):
        direction = TO_ERP

    rule = customer_rule([field_rule("name", "name")])
    assert Transfer(rule, TO_CRM, [OneWay()]).meanings == []
    assert Transfer(customer_rule([field_rule("name", "name")], direction=TO_ERP), TO_CRM, [Rank()]).meanings == []
