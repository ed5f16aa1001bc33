"""Price groups as price lists, sales prices as their lines."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from integration.sync.run import Counters
from integration.systems.values import Ref, Value
from tests.sync.entity_rules.cronus import TO_CRM, Cronus, standard

GROUP, PRICE, ITEM, UNIT, CURRENCY = (
    "CUSTPRCGRP-PRICE", "SALESPRC-PRODPRICE", "ITEM-PRODUCT", "UNIT OF MEASURE", "CURRENCY",
)  # fmt: skip


@pytest.fixture
def bicycle(cronus: Cronus) -> UUID:
    """A coupled item that costs ten pounds."""
    id = cronus.item("1000", "Bicycle")
    cronus.make(ITEM, id)
    return id


@pytest.fixture
def retail(cronus: Cronus) -> UUID:
    """A price group without prices and without a coupling."""
    return cronus.price_group("RETAIL")


def lines(cronus: Cronus, group: UUID) -> dict[str, Value]:
    """product -> amount on the price list of this group."""
    found = [line for line in cronus.all("productpricelevel") if line["pricelevelid"] == price_list(cronus, group)]
    return {line["productid"].label: line["amount"] for line in found}


def price_list(cronus: Cronus, group: UUID) -> Ref:
    return Ref("pricelevel", cronus.pair(group, standard(GROUP)).crm_id)


# --- price groups ------------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMEntitySynchTest.SyncNewCustPriceGrWithTwoSalesPrices")
def test_a_price_group_becomes_a_price_list_of_its_name_and_its_two_prices_the_lines(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    pump = cronus.item("1001", "Pump")
    cronus.make(ITEM, pump)
    cronus.price(retail, bicycle, "8")
    cronus.price(retail, pump, "4.5")
    [crm_id] = cronus.make(GROUP, retail)
    assert cronus.run(TO_CRM, standard(PRICE)) == Counters(inserted=2)
    assert cronus.crm.values("pricelevel", crm_id)["name"] == "RETAIL"
    assert lines(cronus, retail) == {"1000": Decimal(8), "1001": Decimal("4.5")}


def test_a_new_price_list_has_the_groups_description_and_without_prices_the_local_currency(
    cronus: Cronus, retail: UUID
) -> None:
    [crm_id] = cronus.make(GROUP, retail)
    made = cronus.crm.values("pricelevel", crm_id)
    assert made["description"] == "RETAIL customers"
    assert made["transactioncurrencyid"] == Ref("transactioncurrency", cronus.gbp)


def test_a_price_list_has_the_currency_of_its_prices(cronus: Cronus, bicycle: UUID, retail: UUID) -> None:
    euro = cronus.currency("EUR", "1.25")
    [euro_there] = cronus.make(CURRENCY, euro)
    cronus.price(retail, bicycle, "8", currency_code=Ref("currency", euro))
    [crm_id] = cronus.make(GROUP, retail)
    assert cronus.crm.values("pricelevel", crm_id)["transactioncurrencyid"].id == euro_there


def test_prices_in_two_currencies_fail_and_both_are_named(cronus: Cronus, bicycle: UUID, retail: UUID) -> None:
    euro = cronus.currency("EUR", "1.25")
    cronus.make(CURRENCY, euro)
    cronus.price(retail, bicycle, "8", currency_code=Ref("currency", euro))
    cronus.price(retail, bicycle, "7")
    assert cronus.run(TO_CRM, standard(GROUP), create=True) == Counters(failed=1)
    assert "EUR, local currency" in cronus.messages()


def test_prices_of_one_customer_do_not_count_for_the_currency_of_a_group(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    euro = cronus.currency("EUR", "1.25")
    cronus.price(retail, bicycle, "8")
    cronus.erp.add(
        "sales_price", sales_type=0, item_no=Ref("item", bicycle), currency_code=Ref("currency", euro),
        unit_price=Decimal(7),
    )  # fmt: skip
    [crm_id] = cronus.make(GROUP, retail)
    assert cronus.crm.values("pricelevel", crm_id)["transactioncurrencyid"].id == cronus.gbp


def test_a_price_list_waits_for_the_currency_of_its_prices(cronus: Cronus, bicycle: UUID, retail: UUID) -> None:
    euro = cronus.currency("EUR", "1.25")
    cronus.price(retail, bicycle, "8", currency_code=Ref("currency", euro))
    assert cronus.run(TO_CRM, standard(GROUP), create=True) == Counters(failed=1)
    assert "EUR" in cronus.messages()
    cronus.make(CURRENCY, euro)
    assert cronus.run(TO_CRM, standard(GROUP)) == Counters(inserted=1)


def test_a_coupled_price_list_in_another_currency_than_its_prices_fails(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    euro = cronus.currency("EUR", "1.25")
    cronus.make(CURRENCY, euro)
    cronus.make(GROUP, retail)
    cronus.price(retail, bicycle, "8", currency_code=Ref("currency", euro))
    assert cronus.ids(TO_CRM, retail, rule=standard(GROUP)) == Counters(failed=1)
    assert "another currency" in cronus.messages()


def test_a_price_list_of_that_name_is_coupled_instead_of_made_again(cronus: Cronus, retail: UUID) -> None:
    there = cronus.crm.add("pricelevel", name="Retail", transactioncurrencyid=Ref("transactioncurrency", cronus.gbp))
    cronus.run(TO_CRM, standard(GROUP), create=True)
    assert cronus.pair(retail, standard(GROUP)).crm_id == there
    assert len([row for row in cronus.all("pricelevel") if row["name"].casefold() == "retail"]) == 1


# --- sales prices ------------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMEntitySynchTest.SyncDuplicatePriceListLineShouldCoupleRecords")
def test_a_line_for_the_same_list_product_and_unit_is_coupled_and_gets_the_price(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    [list_id] = cronus.make(GROUP, retail)
    there = add_line(cronus, list_id, bicycle, cronus.twin(ITEM, bicycle)["defaultuomid"])
    price = cronus.price(retail, bicycle, "8")
    assert cronus.run(TO_CRM, standard(PRICE)) == Counters(modified=1)
    assert cronus.pair(price, standard(PRICE)).crm_id == there
    assert lines(cronus, retail) == {"1000": Decimal(8)}


def test_a_line_of_another_unit_is_left_alone_and_a_second_one_is_made(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    [list_id] = cronus.make(GROUP, retail)
    box = cronus.crm.add("uom", name="BOX")
    there = add_line(cronus, list_id, bicycle, Ref("uom", box))
    cronus.price(retail, bicycle, "8")
    assert cronus.run(TO_CRM, standard(PRICE)) == Counters(inserted=1)
    assert cronus.crm.values("productpricelevel", there)["amount"] == Decimal(99)


def add_line(cronus: Cronus, list_id: UUID, item: UUID, unit: Value) -> UUID:
    product = cronus.pair(item, standard(ITEM)).crm_id
    return cronus.crm.add(
        "productpricelevel",
        pricelevelid=Ref("pricelevel", list_id), productid=Ref("product", product), uomid=unit, amount=Decimal(99),
    )  # fmt: skip


def test_a_price_without_a_unit_is_for_the_base_unit_of_its_item(cronus: Cronus, bicycle: UUID, retail: UUID) -> None:
    cronus.make(GROUP, retail)
    price = cronus.price(retail, bicycle, "8")
    cronus.run(TO_CRM, standard(PRICE))
    assert cronus.twin(PRICE, price)["uomid"].label == "PCS"


def test_a_price_for_the_base_unit_has_that_unit_and_its_group(cronus: Cronus, bicycle: UUID, retail: UUID) -> None:
    cronus.make(GROUP, retail)
    price = cronus.price(retail, bicycle, "8", unit_of_measure_code=Ref("unit_of_measure", cronus.pieces))
    cronus.run(TO_CRM, standard(PRICE))
    line = cronus.twin(PRICE, price)
    assert (line["uomid"].label, line["uomscheduleid"].id) == ("PCS", cronus.pieces_group)


def test_a_price_whose_base_unit_is_not_coupled_any_more_waits_for_it(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    cronus.make(GROUP, retail)
    units = cronus.ledger(standard(UNIT))
    pieces = units.rows[cronus.pieces]
    units.forget([pieces])
    cronus.price(retail, bicycle, "8")
    assert cronus.run(TO_CRM, standard(PRICE)) == Counters(failed=1)
    assert "PCS" in cronus.messages()
    units.remember([replace(pieces, stored_as=None)])
    assert cronus.run(TO_CRM, standard(PRICE)) == Counters(inserted=1)


@pytest.mark.scenario("CRMEntitySynchTest.SyncModifiedSalesPriceIfCustPriceGroupIsNotCoupled")
def test_a_changed_price_whose_group_is_no_longer_coupled_fails_and_names_the_group(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    cronus.make(GROUP, retail)
    price = cronus.price(retail, bicycle, "8")
    cronus.run(TO_CRM, standard(PRICE))
    groups = cronus.ledger(standard(GROUP))
    groups.forget([groups.rows[retail]])
    cronus.erp.edit("sales_price", price, unit_price=Decimal(9))
    assert cronus.run(TO_CRM, standard(PRICE)) == Counters(failed=1)
    assert "“RETAIL” is not coupled" in cronus.messages()
    assert cronus.twin(PRICE, price)["amount"] == Decimal(8)


@pytest.mark.scenario("CRMEntitySynchTest.SyncPriceListForDecoupledItemShouldFail")
def test_of_two_prices_only_the_one_fails_whose_item_is_no_longer_coupled(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    pump = cronus.item("1001", "Pump")
    cronus.make(ITEM, pump)
    cronus.make(GROUP, retail)
    of_bicycle, of_pump = cronus.price(retail, bicycle, "8"), cronus.price(retail, pump, "4")
    cronus.run(TO_CRM, standard(PRICE))
    items = cronus.ledger(standard(ITEM))
    items.forget([items.rows[pump]])
    for price in (of_bicycle, of_pump):
        cronus.erp.edit("sales_price", price, unit_price=Decimal(9))
    assert cronus.run(TO_CRM, standard(PRICE)) == Counters(modified=1, failed=1)
    assert [failure.erp_id for failure in cronus.journal.failures] == [of_pump]
    assert "“1001” is not coupled" in cronus.messages()


def test_a_new_unit_price_of_the_item_leaves_the_price_lists_of_groups_as_they_are(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    cronus.make(GROUP, retail)
    cronus.price(retail, bicycle, "8")
    cronus.run(TO_CRM, standard(PRICE))
    cronus.erp.edit("item", bicycle, unit_price=Decimal(12))
    assert cronus.run(TO_CRM, standard(ITEM)) == Counters(modified=1)
    assert lines(cronus, retail) == {"1000": Decimal(8)}


def test_prices_for_all_customers_are_outside_the_filter(cronus: Cronus, bicycle: UUID) -> None:
    cronus.erp.add("sales_price", sales_type=2, item_no=Ref("item", bicycle), unit_price=Decimal(7))
    assert cronus.run(TO_CRM, standard(PRICE)) == Counters()


def test_the_price_of_a_changed_line_arrives_and_makes_no_second_line(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    cronus.make(GROUP, retail)
    price = cronus.price(retail, bicycle, "8")
    cronus.run(TO_CRM, standard(PRICE))
    cronus.erp.edit("sales_price", price, unit_price=Decimal(9))
    assert cronus.run(TO_CRM, standard(PRICE)) == Counters(modified=1)
    assert lines(cronus, retail) == {"1000": Decimal(9)}
