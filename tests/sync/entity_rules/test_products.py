"""Items and resources as products: units, prices, publication, blocked and retired."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from integration.sync.rules import Direction
from integration.sync.run import Counters, Scope
from integration.systems.errors import Refused
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import TO_CRM, TO_ERP, Cronus, changed, standard
from tests.sync.entity_rules.goods import ACTIVE, ALL_OF_THEM, BOTH_KINDS, DRAFT, ITEM, RESOURCE, RETIRED, sold


def price_lines(cronus: Cronus, product: uuid.UUID) -> list[dict[str, object]]:
    return [line for line in cronus.all("productpricelevel") if line["productid"].id == product]  # type: ignore[attr-defined]


# --- new products --------------------------------------------------------------------------------------------


@BOTH_KINDS
def test_a_new_product_has_its_unit_its_group_the_local_currency_and_is_active(cronus: Cronus, mapping: str) -> None:
    [crm_id] = cronus.make(mapping, sold(cronus, mapping))
    product = cronus.crm.values("product", crm_id)
    [unit] = cronus.crm.ids("uom")
    assert product["defaultuomscheduleid"] == Ref("uomschedule", cronus.pieces_group)
    assert product["defaultuomid"] == Ref("uom", unit)
    assert product["transactioncurrencyid"] == Ref("transactioncurrency", cronus.gbp)
    assert (product["statecode"], product["statuscode"], product["quantitydecimal"]) == (ACTIVE, 1, 5)


@pytest.mark.parametrize(("mapping", "type"), [(ITEM, 1), (RESOURCE, 3)])
def test_items_are_inventory_and_resources_are_services(cronus: Cronus, mapping: str, type: int) -> None:
    [crm_id] = cronus.make(mapping, sold(cronus, mapping))
    assert cronus.crm.values("product", crm_id)["producttypecode"] == type


def test_a_product_is_published_only_after_its_price_is_on_the_list(cronus: Cronus) -> None:
    cronus.make(ITEM, cronus.item("1000", "Bicycle"))
    writes = [(call.verb, call.table) for call in cronus.crm.log if call.verb in ("insert", "update")]
    assert writes == [
        ("insert", "pricelevel"), ("insert", "product"), ("insert", "productpricelevel"), ("update", "product"),
    ]  # fmt: skip


def test_a_product_whose_price_was_refused_stays_a_draft_and_is_finished_by_the_next_run(cronus: Cronus) -> None:
    bicycle = cronus.item("1000", "Bicycle")
    no_price = Refused("The price list is locked.")
    cronus.crm.fail_on("insert", no_price, when=lambda call: call.table == "productpricelevel")
    assert cronus.run(TO_CRM, standard(ITEM), create=True) == Counters(failed=1)
    assert cronus.twin(ITEM, bicycle)["statecode"] == DRAFT
    assert cronus.run(TO_CRM, standard(ITEM)) == Counters(inserted=1)
    assert cronus.twin(ITEM, bicycle)["statecode"] == ACTIVE
    assert [line["amount"] for line in cronus.all("productpricelevel")] == [Decimal(10)]


def test_a_blocked_item_that_the_filter_lets_through_becomes_a_draft_and_is_not_published(cronus: Cronus) -> None:
    bicycle = cronus.item("1000", "Bicycle", blocked=True)
    cronus.run(TO_CRM, ALL_OF_THEM[ITEM], create=True)
    assert cronus.twin(ITEM, bicycle)["statecode"] == DRAFT


def test_the_vendors_name_goes_with_the_product(cronus: Cronus) -> None:
    litware = cronus.vendor("Litware", "V10")
    [crm_id] = cronus.make(ITEM, cronus.item("1000", "Bicycle", vendor_no=Ref("vendor", litware)))
    product = cronus.crm.values("product", crm_id)
    assert (product["vendorname"], product["vendorid"]) == ("Litware", "V10")


def test_a_price_and_a_stock_below_zero_become_zero_in_sales(cronus: Cronus) -> None:
    [crm_id] = cronus.make(ITEM, cronus.item("1000", "Bicycle", "-5", unit_cost=Decimal(1), inventory=Decimal(-3)))
    product = cronus.crm.values("product", crm_id)
    assert (product["price"], product["quantityonhand"]) == (Decimal(0), Decimal(0))
    assert [line["amount"] for line in price_lines(cronus, crm_id)] == [Decimal(0)]


@BOTH_KINDS
@pytest.mark.scenario("CRMCouplingTest.CoupleItemWithBlankBaseUoM", "CRMCouplingTest.CoupleResourceWithBlankBaseUoM")
def test_without_a_base_unit_nothing_is_made_and_the_message_says_so(cronus: Cronus, mapping: str) -> None:
    bicycle = sold(cronus, mapping, base_unit_of_measure=None)
    assert cronus.ids(TO_CRM, bicycle, rule=standard(mapping), create=True) == Counters(failed=1)
    assert not cronus.is_coupled(mapping, bicycle)
    assert "base unit of measure must be filled in" in cronus.messages()


@BOTH_KINDS
def test_a_product_whose_unit_is_not_coupled_waits_for_it(cronus: Cronus, mapping: str) -> None:
    box = cronus.erp.add("unit_of_measure", code="BOX")
    sold(cronus, mapping, base_unit_of_measure=Ref("unit_of_measure", box))
    assert cronus.run(TO_CRM, standard(mapping), create=True) == Counters(failed=1)
    assert "BOX" in cronus.messages()
    cronus.make("UNIT OF MEASURE", box)
    assert cronus.run(TO_CRM, standard(mapping)) == Counters(inserted=1)


def test_a_draft_whose_item_gets_another_base_unit_has_the_unit_of_the_other_group(cronus: Cronus) -> None:
    box = cronus.erp.add("unit_of_measure", code="BOX")
    [group] = cronus.make("UNIT OF MEASURE", box)
    bicycle = cronus.item("1000", "Bicycle")
    [crm_id] = cronus.make(ITEM, bicycle)
    cronus.crm.edit("product", crm_id, statecode=DRAFT)
    cronus.erp.edit("item", bicycle, base_unit_of_measure=Ref("unit_of_measure", box))
    assert cronus.run(TO_CRM, standard(ITEM)) == Counters(modified=1)
    product = cronus.twin(ITEM, bicycle)
    assert product["defaultuomscheduleid"] == Ref("uomschedule", group)
    assert cronus.crm.values("uom", product["defaultuomid"].id)["name"] == "BOX"


# --- from Sales ----------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMCouplingTest.TestProductToNewItemResourceNotPickedUp")
def test_an_inventory_product_becomes_an_item_and_a_service_does_not(cronus: Cronus) -> None:
    group, states = Ref("uomschedule", cronus.pieces_group), {"statecode": ACTIVE, "defaultuomscheduleid": None}
    states["defaultuomscheduleid"] = group
    cronus.crm.add("product", name="Bicycle", productnumber="B-1", producttypecode=1, **states)
    cronus.crm.add("product", name="Fitting", productnumber="F-1", producttypecode=3, **states)
    assert cronus.run(TO_ERP, standard(ITEM), create=True) == Counters(inserted=1)
    [item] = cronus.erp.ids("item")
    assert cronus.erp.values("item", item)["description"] == "Bicycle"
    assert cronus.erp.ids("resource") == []


def test_a_new_item_from_sales_has_a_number_of_the_series_its_unit_and_is_not_blocked(cronus: Cronus) -> None:
    group = Ref("uomschedule", cronus.pieces_group)
    product = cronus.crm.add(
        "product", name="Bicycle", productnumber="B-1", producttypecode=1, statecode=ACTIVE, defaultuomscheduleid=group
    )
    cronus.run(TO_ERP, standard(ITEM), create=True)
    item = cronus.erp_twin(ITEM, product)
    assert (item["no"], item["blocked"]) == ("I00001", False)
    assert item["base_unit_of_measure"] == Ref("unit_of_measure", cronus.pieces)


def service(cronus: Cronus, group: Ref | None) -> uuid.UUID:
    return cronus.crm.add(
        "product", name="Fitting", productnumber="F-1", producttypecode=3, statecode=ACTIVE, defaultuomscheduleid=group
    )


def test_a_new_resource_from_sales_has_the_unit_of_its_unit_group(cronus: Cronus) -> None:
    fitting = service(cronus, Ref("uomschedule", cronus.pieces_group))
    assert cronus.run(TO_ERP, standard(RESOURCE), create=True) == Counters(inserted=1)
    assert cronus.erp_twin(RESOURCE, fitting)["base_unit_of_measure"] == Ref("unit_of_measure", cronus.pieces)
    cronus.both(standard(RESOURCE))
    assert cronus.messages() == ""


def test_a_service_whose_unit_group_is_not_coupled_waits_for_it_and_is_no_resource_without_a_unit(
    cronus: Cronus,
) -> None:
    hours = cronus.crm.add("uomschedule", name="NAV HOUR", baseuomname="HOUR")
    fitting = service(cronus, Ref("uomschedule", hours, "NAV HOUR"))
    for _ in range(3):
        assert cronus.run(TO_ERP, standard(RESOURCE), create=True) == Counters(failed=1)
    assert "Unit group “NAV HOUR” is not coupled yet" in cronus.messages()
    assert cronus.erp.ids("resource") == []
    hour = cronus.erp.add("unit_of_measure", code="HOUR")
    cronus.run(TO_CRM, standard("UNIT OF MEASURE"), create=True)
    assert cronus.run(TO_ERP, standard(RESOURCE)).inserted == 1
    assert cronus.erp_twin(RESOURCE, fitting)["base_unit_of_measure"] == Ref("unit_of_measure", hour)


def test_a_service_without_a_unit_group_is_left_out_with_the_reason(cronus: Cronus) -> None:
    service(cronus, None)
    assert cronus.run(TO_ERP, standard(RESOURCE), create=True) == Counters(skipped=1)
    assert "no unit group" in cronus.reasons()[0]


def test_an_item_whose_unit_is_not_mapped_has_the_unit_of_its_unit_group_all_the_same(cronus: Cronus) -> None:
    group = Ref("uomschedule", cronus.pieces_group)
    cronus.crm.add(
        "product", name="Bicycle", productnumber="B-1", producttypecode=1, statecode=ACTIVE, defaultuomscheduleid=group
    )
    cronus.run(TO_ERP, changed(ITEM, without=("defaultuomscheduleid",)), create=True)
    [item] = cronus.erp.ids("item")
    assert cronus.erp.values("item", item)["base_unit_of_measure"] == Ref("unit_of_measure", cronus.pieces)


# --- blocked and retired -------------------------------------------------------------------------------------


@BOTH_KINDS
@pytest.mark.scenario(
    "CRMIntegrationMgtTest.BlockingItemDeactivatesProductIfBlockedFilterIsRemoved",
    "CRMIntegrationMgtTest.BlockingResourceDeactivatesProductIfBlockedFilterIsRemoved",
)
def test_blocking_retires_the_product_where_the_filter_lets_blocked_ones_through(cronus: Cronus, mapping: str) -> None:
    erp_id = sold(cronus, mapping)
    cronus.make(mapping, erp_id)
    rule = ALL_OF_THEM[mapping]
    cronus.erp.edit(rule.erp.name, erp_id, blocked=True)
    assert cronus.run(TO_CRM, rule) == Counters(modified=1)
    assert (cronus.twin(mapping, erp_id)["statecode"], cronus.twin(mapping, erp_id)["statuscode"]) == (RETIRED, 2)


@BOTH_KINDS
def test_blocking_does_nothing_in_sales_while_the_filter_leaves_blocked_ones_out(cronus: Cronus, mapping: str) -> None:
    erp_id = sold(cronus, mapping)
    cronus.make(mapping, erp_id)
    cronus.erp.edit(standard(mapping).erp.name, erp_id, blocked=True)
    assert cronus.run(TO_CRM, standard(mapping)) == Counters()
    assert cronus.twin(mapping, erp_id)["statecode"] == ACTIVE


@BOTH_KINDS
@pytest.mark.scenario(
    "CRMIntegrationMgtTest.UnblockingResourceActivatesProduct", "CRMSynchHelperTest.TestSetCRMProductStateToActive"
)
def test_unblocking_makes_a_retired_product_active_in_state_and_status(cronus: Cronus, mapping: str) -> None:
    erp_id = sold(cronus, mapping)
    cronus.make(mapping, erp_id)
    rule = ALL_OF_THEM[mapping]
    cronus.erp.edit(rule.erp.name, erp_id, blocked=True)
    cronus.run(TO_CRM, rule)
    cronus.erp.edit(rule.erp.name, erp_id, blocked=False)
    assert cronus.run(TO_CRM, standard(mapping)) == Counters(modified=1)
    assert (cronus.twin(mapping, erp_id)["statecode"], cronus.twin(mapping, erp_id)["statuscode"]) == (ACTIVE, 1)


@BOTH_KINDS
@pytest.mark.scenario(
    "CRMIntegrationMgtTest.DeactivatingProductBlocksItemIfActiveFilterIsRemoved",
    "CRMIntegrationMgtTest.DeactivatingProductBlocksResourceIfActiveFilterIsRemoved",
)
def test_retiring_a_product_blocks_its_twin_where_the_filter_lets_retired_ones_through(
    cronus: Cronus, mapping: str
) -> None:
    erp_id = sold(cronus, mapping)
    [crm_id] = cronus.make(mapping, erp_id)
    cronus.crm.edit("product", crm_id, statecode=RETIRED, statuscode=2)
    assert cronus.run(TO_ERP, ALL_OF_THEM[mapping]) == Counters(modified=1)
    assert cronus.erp_twin(mapping, crm_id)["blocked"] is True


@BOTH_KINDS
@pytest.mark.scenario(
    "CRMIntegrationMgtTest.ActivatingProductUnblocksItem", "CRMIntegrationMgtTest.ActivatingProductUnblocksResource"
)
def test_activating_a_product_unblocks_its_twin(cronus: Cronus, mapping: str) -> None:
    erp_id = sold(cronus, mapping)
    [crm_id] = cronus.make(mapping, erp_id)
    cronus.crm.edit("product", crm_id, statecode=RETIRED)
    cronus.run(TO_ERP, ALL_OF_THEM[mapping])
    cronus.crm.edit("product", crm_id, statecode=ACTIVE)
    assert cronus.run(TO_ERP, standard(mapping)) == Counters(modified=1)
    assert cronus.erp_twin(mapping, crm_id)["blocked"] is False


@BOTH_KINDS
def test_retired_and_blocked_agree_so_the_next_runs_change_nothing(cronus: Cronus, mapping: str) -> None:
    erp_id = sold(cronus, mapping)
    [crm_id] = cronus.make(mapping, erp_id)
    cronus.crm.edit("product", crm_id, statecode=RETIRED, statuscode=2)
    rule = ALL_OF_THEM[mapping]
    cronus.both(rule)
    for direction in Direction.BOTH.passes:
        assert cronus.run(direction, rule, scope=Scope.EVERYTHING).modified == 0
