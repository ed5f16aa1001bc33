"""The price list that is ours in Sales: every product with its unit price, made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from integration.sync.actions import SideWrite
from integration.sync.run import Counters, Scope
from integration.sync.special.prices.default_list import DEFAULT_PRICE_LIST
from integration.systems.errors import Refused
from integration.systems.values import Ref, Value
from tests.sync.entity_rules.cronus import TO_CRM, Cronus, standard

ITEM, RESOURCE = "ITEM-PRODUCT", "RESOURCE-PRODUCT"


def price_lists(cronus: Cronus) -> list[dict[str, Value]]:
    return [row for row in cronus.all("pricelevel") if row["name"] == DEFAULT_PRICE_LIST]


def amounts(cronus: Cronus) -> dict[str, Value]:
    return {line["productid"].label: line["amount"] for line in cronus.all("productpricelevel")}


@pytest.mark.scenario("CRMSynchHelperTest.TestFindCRMDefaultPriceListCreate")
def test_the_default_price_list_is_made_in_the_local_currency_under_an_id_that_is_always_the_same(
    cronus: Cronus,
) -> None:
    cronus.make(ITEM, cronus.item("1000", "Bicycle"))
    [made] = price_lists(cronus)
    assert made["transactioncurrencyid"] == Ref("transactioncurrency", cronus.gbp)
    elsewhere = Cronus()
    elsewhere.make(ITEM, elsewhere.item("1001", "Touring Bicycle"))
    assert elsewhere.crm.ids("pricelevel") == cronus.crm.ids("pricelevel")


@pytest.mark.scenario(
    "CRMSynchHelperTest.TestFindCRMDefaultPriceListGet",
    "CRMSynchHelperTest.TestCRMDefaultPriceListIdRestoredAfterReset",
)
def test_a_default_price_list_from_before_is_found_by_its_name_and_used_again(cronus: Cronus) -> None:
    before = cronus.crm.add("pricelevel", name=DEFAULT_PRICE_LIST)
    [crm_id] = cronus.make(ITEM, cronus.item("1000", "Bicycle"))
    assert cronus.crm.ids("pricelevel") == [before]
    assert cronus.crm.values("product", crm_id)["pricelevelid"] == Ref("pricelevel", before)
    assert [line["pricelevelid"].id for line in cronus.all("productpricelevel")] == [before]


def test_two_runs_side_by_side_make_one_default_price_list(cronus: Cronus) -> None:
    cronus.item("1000", "Bicycle")
    cronus.resource("LINDA", "Linda Martin")
    with ThreadPoolExecutor(2) as both:
        runs = [both.submit(beside, cronus, mapping) for mapping in (ITEM, RESOURCE)]
    assert [run.result().inserted for run in runs] == [1, 1]
    assert len(price_lists(cronus)) == 1
    assert amounts(cronus) == {"1000": Decimal(10), "LINDA": Decimal(10)}


def beside(cronus: Cronus, mapping: str) -> Counters:
    """A run of its own, with a journal of its own, over the same systems and ledgers."""
    other = Cronus()
    other.erp, other.crm, other.ledgers = cronus.erp, cronus.crm, cronus.ledgers
    return other.run(TO_CRM, standard(mapping), create=True)


def test_a_list_that_another_run_made_between_our_look_and_our_write_is_used(cronus: Cronus) -> None:
    cronus.item("1000", "Bicycle")
    cronus.resource("LINDA", "Linda Martin")
    looked = cronus.crm.find

    def find(table: str, *rest: Any, **more: Any) -> Any:
        page = looked(table, *rest, **more)
        if table == "pricelevel":
            cronus.crm.find = looked
            assert beside(cronus, RESOURCE).inserted == 1
        return page

    cronus.crm.find = find
    assert cronus.run(TO_CRM, standard(ITEM), create=True) == Counters(inserted=1)
    assert len(price_lists(cronus)) == 1


@pytest.mark.parametrize("mapping", [ITEM, RESOURCE])
def test_a_new_price_of_a_coupled_product_arrives_on_the_list_and_makes_no_second_line(
    cronus: Cronus, mapping: str
) -> None:
    sold = cronus.item("1000", "Bicycle") if mapping == ITEM else cronus.resource("LINDA", "Linda Martin")
    cronus.make(mapping, sold)
    cronus.erp.edit(standard(mapping).erp.name, sold, unit_price=Decimal("12.50"))
    assert cronus.run(TO_CRM, standard(mapping)) == Counters(modified=1)
    assert list(amounts(cronus).values()) == [Decimal("12.5")]
    assert cronus.twin(mapping, sold)["price"] == Decimal("12.5")


@pytest.mark.scenario("CRMSynchHelperTest.TestUpdateCRMPriceListItemCreateNullPriceLevelID")
def test_a_coupled_product_without_list_and_line_gets_both_when_its_price_changes(cronus: Cronus) -> None:
    group = Ref("uomschedule", cronus.pieces_group)
    bicycle = cronus.item("1000", "Bicycle")
    product = cronus.crm.add(
        "product", name="Bicycle", productnumber="1000", producttypecode=1, statecode=0, defaultuomscheduleid=group
    )
    cronus.couple(standard(ITEM), bicycle, product)
    cronus.run(TO_CRM, standard(ITEM))
    [made] = cronus.crm.ids("pricelevel")
    [line] = cronus.all("productpricelevel")
    assert (line["pricelevelid"].id, line["productid"].id, line["amount"]) == (made, product, Decimal(10))
    assert line["uomid"] == cronus.twin(ITEM, bicycle)["defaultuomid"]


def test_a_new_name_does_not_touch_the_price_list(cronus: Cronus) -> None:
    bicycle = cronus.item("1000", "Bicycle")
    cronus.make(ITEM, bicycle)
    line = cronus.crm.ids("productpricelevel")[0]
    cronus.erp.edit("item", bicycle, description="Touring Bicycle")
    written = len([call for call in cronus.crm.log if call.table == "productpricelevel"])
    assert cronus.run(TO_CRM, standard(ITEM)) == Counters(modified=1)
    assert len([call for call in cronus.crm.log if call.table == "productpricelevel"]) == written
    assert cronus.crm.ids("productpricelevel") == [line]


def test_a_price_of_our_own_list_that_was_refused_is_told_and_written_by_the_next_run(cronus: Cronus) -> None:
    bicycle = cronus.item("1000", "Bicycle")
    cronus.make(ITEM, bicycle)
    cronus.erp.edit("item", bicycle, unit_price=Decimal(20))
    locked = Refused("The price list is locked.")
    cronus.crm.fail_on("update", locked, when=lambda call: call.table == "productpricelevel")
    assert cronus.run(TO_CRM, standard(ITEM)) == Counters(failed=1)
    assert "locked" in cronus.messages()
    cronus.run(TO_CRM, standard(ITEM))
    assert amounts(cronus) == {"1000": Decimal(20)}


def test_a_draft_product_of_another_unit_has_its_line_in_that_unit(cronus: Cronus) -> None:
    box = cronus.erp.add("unit_of_measure", code="BOX")
    cronus.make("UNIT OF MEASURE", box)
    bicycle = cronus.item("1000", "Bicycle")
    [product] = cronus.make(ITEM, bicycle)
    cronus.crm.edit("product", product, statecode=2)
    cronus.erp.edit("item", bicycle, base_unit_of_measure=Ref("unit_of_measure", box))
    cronus.run(TO_CRM, standard(ITEM))
    [line] = cronus.all("productpricelevel")
    assert line["uomid"].label == "BOX"


def test_a_line_that_is_gone_is_made_again_beside_the_one_a_person_added_for_another_unit(cronus: Cronus) -> None:
    bicycle = cronus.item("1000", "Bicycle")
    [product] = cronus.make(ITEM, bicycle)
    box = cronus.crm.add("uom", name="BOX")
    [own] = cronus.crm.ids("productpricelevel")
    added = cronus.crm.add("productpricelevel", **{
        **cronus.crm.values("productpricelevel", own), "uomid": Ref("uom", box), "amount": Decimal(90),
    })  # fmt: skip
    cronus.crm.remove("productpricelevel", own)
    cronus.run(TO_CRM, standard(ITEM), force=True, scope=Scope.EVERYTHING)
    assert cronus.crm.values("productpricelevel", added)["amount"] == Decimal(90)
    assert sorted(line["amount"] for line in cronus.all("productpricelevel")) == [10, 90]
    assert product


@pytest.mark.parametrize("more", [{"scope": Scope.EVERYTHING}, {"force": True, "scope": Scope.IDS}])
@pytest.mark.parametrize("mapping", [ITEM, RESOURCE])
def test_a_full_or_forced_run_makes_a_missing_line_though_nothing_else_changed(
    cronus: Cronus, mapping: str, more: dict[str, Any]
) -> None:
    sold = cronus.item("1000", "Bicycle") if mapping == ITEM else cronus.resource("LINDA", "Linda Martin")
    cronus.make(mapping, sold)
    cronus.crm.remove("productpricelevel", cronus.crm.ids("productpricelevel")[0])
    cronus.run(TO_CRM, standard(mapping))
    assert cronus.all("productpricelevel") == []
    ids = {"ids": (sold,)} if more["scope"] is Scope.IDS else {}
    assert cronus.run(TO_CRM, standard(mapping), **more, **ids) == Counters(unchanged=1)
    assert list(amounts(cronus).values()) == [Decimal(10)]


def test_a_second_full_run_writes_no_line(cronus: Cronus) -> None:
    cronus.make(ITEM, cronus.item("1000", "Bicycle"))
    before = len(cronus.crm.log)
    assert cronus.run(TO_CRM, standard(ITEM), scope=Scope.EVERYTHING) == Counters(unchanged=1)
    assert [call for call in cronus.crm.log[before:] if call.verb in ("insert", "update", "delete")] == []


def test_a_line_has_the_decimals_that_prices_of_the_organization_have(cronus: Cronus) -> None:
    cronus.crm.edit("organization", cronus.organization, pricingdecimalprecision=4)
    [product] = cronus.make(ITEM, cronus.item("1000", "Bicycle", "0.12345"))
    assert list(amounts(cronus).values()) == [Decimal("0.1235")]
    assert cronus.crm.values("product", product)["price"] == Decimal("0.1235")


def test_a_line_that_a_person_added_for_another_unit_keeps_its_price(cronus: Cronus) -> None:
    bicycle = cronus.item("1000", "Bicycle")
    [product] = cronus.make(ITEM, bicycle)
    box = cronus.crm.add("uom", name="BOX")
    [own] = cronus.crm.ids("productpricelevel")
    list_ref = Ref("pricelevel", cronus.crm.ids("pricelevel")[0])
    added = cronus.crm.add(
        "productpricelevel",
        pricelevelid=list_ref, productid=Ref("product", product), uomid=Ref("uom", box), amount=Decimal(90),
    )  # fmt: skip
    cronus.erp.edit("item", bicycle, unit_price=Decimal(12))
    cronus.run(TO_CRM, standard(ITEM))
    assert cronus.crm.values("productpricelevel", added)["amount"] == Decimal(90)
    assert cronus.crm.values("productpricelevel", own)["amount"] == Decimal(12)


# --- what belongs to a product is planned and told with it -----------------------------------------------------------


def test_a_dry_run_shows_the_line_and_the_publication_of_a_new_product(cronus: Cronus) -> None:
    bicycle = cronus.item("1000", "Bicycle")
    planned = [one for one in cronus.plan(TO_CRM, standard(ITEM), create=True) if isinstance(one, SideWrite)]
    assert [(one.table, one.is_new, one.record.id) for one in planned] == [
        ("productpricelevel", True, bicycle),
        ("product", False, bicycle),
    ]
    assert planned[0].values["amount"] == Decimal(10)
    assert planned[1].values["statecode"] == 0
    assert cronus.all("productpricelevel") == []


def test_the_history_of_a_new_product_tells_its_line_and_its_publication(cronus: Cronus) -> None:
    cronus.item("1000", "Bicycle")
    cronus.run(TO_CRM, standard(ITEM), create=True)
    [told] = cronus.journal.changed
    fields = {name: new for name, _, new in told.fields}
    assert fields[f"amount ({DEFAULT_PRICE_LIST})"] == "10.00"
    assert fields["statecode"] == "Active"


def test_a_line_that_is_made_again_is_told_with_the_product_that_was_not_written(cronus: Cronus) -> None:
    [product] = cronus.make(ITEM, cronus.item("1000", "Bicycle"))
    [line] = cronus.crm.ids("productpricelevel")
    cronus.crm.remove("productpricelevel", line)
    cronus.run(TO_CRM, standard(ITEM), scope=Scope.EVERYTHING)
    [told] = cronus.journal.changed
    assert (told.crm_id, told.action) == (product, "modified")
    assert any(name.startswith("amount") for name, _, _ in told.fields)
