"""What a published or retired product takes and what it does not: units, states, decimals of prices and quantities."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from integration.sync.run import Counters, Scope
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import TO_CRM, Cronus, standard
from tests.sync.entity_rules.goods import ACTIVE, ALL_OF_THEM, BOTH_KINDS, ITEM, RESOURCE, RETIRED, sold


@pytest.fixture
def box(cronus: Cronus) -> Ref:
    """A coupled unit beside the pieces."""
    id = cronus.erp.add("unit_of_measure", code="BOX")
    cronus.make("UNIT OF MEASURE", id)
    return Ref("unit_of_measure", id, "BOX")


# --- the base unit -----------------------------------------------------------------------------------------------


@BOTH_KINDS
def test_another_base_unit_fails_once_by_name_with_the_way_out_and_all_other_fields_go_on(
    cronus: Cronus, box: Ref, mapping: str
) -> None:
    erp_id = sold(cronus, mapping)
    cronus.make(mapping, erp_id)
    table = standard(mapping).erp.name
    cronus.erp.edit(table, erp_id, base_unit_of_measure=box, unit_price=Decimal(12))
    assert cronus.run(TO_CRM, standard(mapping)) == Counters(modified=1, failed=1)
    assert "Base Unit of Measure" in cronus.messages()
    assert "stays PCS there, and is BOX here. Change it back here" in cronus.messages()
    product = cronus.twin(mapping, erp_id)
    assert (product["price"], product["defaultuomid"].label) == (12, "PCS")
    assert [line["amount"] for line in cronus.all("productpricelevel")] == [12]


@BOTH_KINDS
def test_prices_go_on_for_good_after_the_base_unit_was_changed(cronus: Cronus, box: Ref, mapping: str) -> None:
    erp_id = sold(cronus, mapping)
    cronus.make(mapping, erp_id)
    table = standard(mapping).erp.name
    cronus.erp.edit(table, erp_id, base_unit_of_measure=box)
    for price in (12, 13, 14):
        cronus.erp.edit(table, erp_id, unit_price=Decimal(price))
        cronus.run(TO_CRM, standard(mapping))
        assert not cronus.pair(erp_id, standard(mapping)).skipped
        assert (cronus.twin(mapping, erp_id)["price"], cronus.all("productpricelevel")[0]["amount"]) == (price, price)


@BOTH_KINDS
def test_the_failure_closes_when_the_base_unit_is_changed_back(cronus: Cronus, box: Ref, mapping: str) -> None:
    erp_id = sold(cronus, mapping)
    cronus.make(mapping, erp_id)
    table = standard(mapping).erp.name
    cronus.erp.edit(table, erp_id, base_unit_of_measure=box)
    cronus.run(TO_CRM, standard(mapping))
    cronus.erp.edit(table, erp_id, base_unit_of_measure=Ref("unit_of_measure", cronus.pieces))
    assert cronus.run(TO_CRM, standard(mapping)) == Counters(unchanged=1)
    assert cronus.journal.recovered == [erp_id]


# --- retired -----------------------------------------------------------------------------------------------------


@BOTH_KINDS
def test_a_product_that_a_person_retired_is_not_made_active_by_a_new_price(cronus: Cronus, mapping: str) -> None:
    erp_id = sold(cronus, mapping)
    [crm_id] = cronus.make(mapping, erp_id)
    cronus.crm.edit("product", crm_id, statecode=RETIRED, statuscode=2)
    cronus.erp.edit(standard(mapping).erp.name, erp_id, unit_price=Decimal(12))
    for scope in (Scope.CHANGED, Scope.EVERYTHING):
        cronus.run(TO_CRM, standard(mapping), scope=scope)
        assert (cronus.twin(mapping, erp_id)["statecode"], cronus.messages()) == (RETIRED, "")
    assert cronus.reasons() == ["The product was retired in Dynamics 365 Sales. Activate it there, or block it here."]


@BOTH_KINDS
def test_the_price_that_a_retired_product_did_not_take_arrives_when_it_is_active_again(
    cronus: Cronus, mapping: str
) -> None:
    erp_id = sold(cronus, mapping)
    [crm_id] = cronus.make(mapping, erp_id)
    cronus.crm.edit("product", crm_id, statecode=RETIRED, statuscode=2)
    cronus.erp.edit(standard(mapping).erp.name, erp_id, unit_price=Decimal(12))
    cronus.both(standard(mapping))
    cronus.crm.edit("product", crm_id, statecode=ACTIVE, statuscode=1)
    cronus.both(standard(mapping))
    cronus.both(standard(mapping))
    assert cronus.twin(mapping, erp_id)["price"] == 12


@BOTH_KINDS
def test_a_new_price_of_a_blocked_and_retired_product_waits_until_it_is_unblocked(cronus: Cronus, mapping: str) -> None:
    erp_id = sold(cronus, mapping)
    cronus.make(mapping, erp_id)
    rule = ALL_OF_THEM[mapping]
    cronus.erp.edit(rule.erp.name, erp_id, blocked=True)
    cronus.run(TO_CRM, rule)
    cronus.erp.edit(rule.erp.name, erp_id, unit_price=Decimal(12))
    assert cronus.run(TO_CRM, rule) == Counters(unchanged=1)
    assert cronus.twin(mapping, erp_id)["price"] == 10
    assert cronus.run(TO_CRM, rule, scope=Scope.EVERYTHING) == Counters(unchanged=1)
    cronus.erp.edit(rule.erp.name, erp_id, blocked=False)
    assert cronus.run(TO_CRM, rule) == Counters(modified=1)
    assert (cronus.twin(mapping, erp_id)["price"], cronus.twin(mapping, erp_id)["statecode"]) == (12, ACTIVE)


# --- decimals ----------------------------------------------------------------------------------------------------


def test_quantities_of_a_new_product_have_the_decimals_that_the_setting_says(cronus: Cronus) -> None:
    cronus.context = replace(cronus.context, quantity_decimals=3)
    [crm_id] = cronus.make(ITEM, cronus.item("1000", "Bicycle"))
    assert cronus.crm.values("product", crm_id)["quantitydecimal"] == 3


@pytest.mark.parametrize("mapping", [ITEM, RESOURCE])
def test_a_price_that_is_rounded_there_is_written_once(cronus: Cronus, mapping: str) -> None:
    erp_id = sold(cronus, mapping, unit_price=Decimal("0.12345"), unit_cost=Decimal("0.12999"))
    cronus.make(mapping, erp_id)
    product = cronus.twin(mapping, erp_id)
    assert (product["price"], product["standardcost"]) == (Decimal("0.12"), Decimal("0.13"))
    before = len(cronus.crm.log)
    for _ in range(2):
        cronus.run(TO_CRM, standard(mapping), scope=Scope.EVERYTHING, force=True)
    assert [call for call in cronus.crm.log[before:] if call.verb in ("insert", "update")] == []
