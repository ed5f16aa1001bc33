"""Filters, cursors, and what a pair says about its last run."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from integration.sync.memory.ledger import Result
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Counters, Options
from integration.systems.errors import Refused
from integration.systems.values import Ref, Side
from tests.makers import customer_rule
from tests.sync.acceptance.runs import ALL_CUSTOMERS, add_account, cronus, names, world
from tests.sync.entity_rules.cronus import Cronus, standard
from tests.sync.world import TO_CRM, TO_ERP, World

__all__ = ["cronus", "world"]

ITEM = standard("ITEM-PRODUCT")


def position(world: World, direction: Direction, rule: TableRule | None = None) -> int:
    cursor = world.cursors.get(((rule or customer_rule()).name, direction))
    return int(cursor.split("-")[1]) if cursor else 0


# --- filters and "only coupled" ------------------------------------------------------------------------------


@pytest.mark.scenario("CRMSynchJobScenarios.SynchFilteredViewToCRM")
def test_only_rows_inside_the_filter_are_created_and_without_it_the_third_is_synchronized_too(world: World) -> None:
    for name, city in (("Adatum", "Wien"), ("Fabrikam", "Wien"), ("Litware", "London")):
        world.add_customer(name)
        world.erp.edit("customer", world.erp.ids("customer")[-1], city=city)
    viennese = customer_rule(only_coupled=False, erp_filter="city = Wien")
    assert world.run(TO_CRM, viennese) == Counters(inserted=2)
    assert names(world, "account") == ["Adatum", "Fabrikam"]
    litware = world.erp.ids("customer")[-1]
    world.couple(customer_rule(), litware, there := add_account(world, "Litware", telephone1="", address1_city=""))
    world.erp.edit("customer", litware, phone_no="030 7")
    world.run(TO_CRM, customer_rule(only_coupled=False, erp_filter=""))
    assert world.crm.values("account", there)["telephone1"] == "030 7"


@pytest.mark.scenario("CRMSynchJobScenarios.SynchFilteredViewFromCRM")
def test_only_the_account_inside_the_filter_becomes_a_customer(world: World) -> None:
    for name in ("Adatum", "Fabrikam", "Litware"):
        add_account(world, name)
    rule = customer_rule(only_coupled=False, crm_filter="name = Fabrikam")
    assert world.run(TO_ERP, rule) == Counters(inserted=1)
    assert names(world) == ["Fabrikam"]


@pytest.mark.scenario("CRMSynchJobScenarios.TestSynchFromCRMIncludesChangesByIntegrationUser")
def test_a_mapping_that_only_reads_from_sales_takes_what_our_user_wrote_as_well(world: World) -> None:
    for name, by in (("Adatum", None), ("Fabrikam", world.crm.user_id), ("Litware", world.crm.user_id)):
        add_account(world, name, by)
    rule = customer_rule(only_coupled=False, direction=TO_ERP)
    assert world.run(TO_ERP, rule) == Counters(inserted=3)


@pytest.mark.scenario("CRMSynchJobScenarios.SynchOnlyCoupledRecordsMapping")
def test_only_the_coupled_customer_gets_the_new_name_and_no_other_is_made(world: World) -> None:
    adatum = world.synchronized()
    world.crm.edit("account", world.pair(adatum).crm_id, name="Adatum Corporation")
    add_account(world, "Fabrikam")
    assert world.run(TO_ERP, customer_rule(direction=TO_ERP)) == Counters(modified=1)
    assert names(world) == ["Adatum Corporation"]


@pytest.mark.scenario("CRMSynchJobScenarios.SynchUncoupledCRMAccountToCustomer")
def test_an_uncoupled_account_with_a_coupled_owner_becomes_a_customer(world: World) -> None:
    coho = add_account(world, "Coho Winery")
    rule = customer_rule(only_coupled=False, direction=TO_ERP, crm_filter="")
    assert world.run(TO_ERP, rule) == Counters(inserted=1)
    [customer] = world.erp.ids("customer")
    assert world.pair(customer).crm_id == coho
    assert world.journal.failures == []


# --- cursors -------------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMIntegrationMapping.SetIntRecordRefFilterIncludesLaterModifiedRec")
def test_each_side_is_read_from_its_own_cursor_and_from_the_beginning_without_one(world: World) -> None:
    add_account(world, "Adatum")
    world.run(TO_CRM)
    add_account(world, "Fabrikam")
    assert world.cursors["CUSTOMER", TO_CRM] is not None
    assert world.run(TO_ERP, ALL_CUSTOMERS) == Counters(inserted=2)


@pytest.mark.scenario("CRMIntegrationMapping.SetIntRecordRefFilterIncludesLaterModifiedIntRec")
def test_what_was_changed_before_the_cursor_of_its_side_is_not_read_again(world: World) -> None:
    add_account(world, "Adatum")
    world.run(TO_ERP)
    add_account(world, "Fabrikam")
    assert world.run(TO_ERP, ALL_CUSTOMERS) == Counters(inserted=1)
    assert names(world) == ["Fabrikam"]


@pytest.mark.scenario("CRMSynchJobScenarios.SynchUpdatesLastSynchModifiedOnWhenDataChanges")
def test_cursors_follow_what_was_read_of_their_side_whatever_the_date_of_a_row(world: World) -> None:
    add_account(world, "Adatum")
    world.crm.skew = dt.timedelta(days=1)
    add_account(world, "Fabrikam")
    assert world.run(TO_ERP, ALL_CUSTOMERS) == Counters(inserted=2)
    tomorrow = position(world, TO_ERP)
    world.crm.skew = dt.timedelta()
    add_account(world, "Coho Winery")
    assert world.run(TO_ERP, ALL_CUSTOMERS) == Counters(inserted=1)
    assert position(world, TO_ERP) > tomorrow
    for name in ("Litware", "Proseware"):
        world.add_customer(name)
    assert world.run(TO_CRM, ALL_CUSTOMERS).inserted == 2
    assert world.run(TO_CRM, ALL_CUSTOMERS) == Counters()


@pytest.mark.scenario("CRMSynchJobScenarios.SynchUpdatesLastSynchModifiedOnWhenNoDataChanges")
def test_a_cursor_does_not_go_back_when_rows_changed_in_nothing_that_matters(world: World) -> None:
    adatum = world.synchronized()
    before = position(world, TO_ERP)
    world.crm.skew = -dt.timedelta(days=1)
    world.crm.edit("account", world.pair(adatum).crm_id, address1_line2="Second floor")
    assert world.run(TO_ERP) == Counters(unchanged=1)
    assert position(world, TO_ERP) >= before


@pytest.mark.scenario("CRMSynchJobScenarios.SynchDoesNotUpdateLastSynchModifiedOnWhenRowsAreSynched")
def test_a_pass_to_sales_leaves_the_cursor_of_sales_alone(world: World) -> None:
    for name in ("Adatum", "Fabrikam"):
        world.synchronized(name)
    world.cursors.pop(("CUSTOMER", TO_ERP))
    world.run(TO_CRM)
    assert ("CUSTOMER", TO_ERP) not in world.cursors


# --- what a pair says about its last run ---------------------------------------------------------------------


def item_changed_on(cronus: Cronus, side: Side) -> tuple[uuid.UUID, uuid.UUID]:
    """A coupled bicycle that somebody renamed on one side."""
    bicycle = cronus.item("1000", "Bicycle")
    [product] = cronus.make("ITEM-PRODUCT", bicycle)
    if side is Side.ERP:
        cronus.erp.edit("item", bicycle, description="Touring bicycle")
    else:
        cronus.crm.edit("product", product, name="Touring bicycle")
    return bicycle, product


@pytest.mark.scenario(
    "CRMSynchNotifications.LastSyncToCRMFailedOnModifyMarkedCRMIntegrationRec",
    "CRMSynchNotifications.LastSyncFromCRMFailedOnModifyMarkedCRMIntegrationRec",
)
@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_a_write_that_was_refused_changes_nothing_and_the_pair_says_so_for_this_direction(
    cronus: Cronus, direction: Direction
) -> None:
    bicycle, product = item_changed_on(cronus, direction.source)
    destination = cronus.crm if direction is TO_CRM else cronus.erp
    destination.fail_on("update", Refused("Not today."))
    assert cronus.run(direction, ITEM) == Counters(failed=1)
    assert cronus.messages() == "Not today."
    pair = cronus.pair(bicycle, ITEM)
    assert pair.outcome(direction).result is Result.FAILURE
    assert pair.outcome(direction.back).result is not Result.FAILURE
    here, there = cronus.erp.values("item", bicycle)["description"], cronus.crm.values("product", product)["name"]
    assert (here, there) == (("Touring bicycle", "Bicycle") if direction is TO_CRM else ("Bicycle", "Touring bicycle"))


@pytest.mark.scenario("CRMSynchNotifications.LastSyncFromCRMSuccessMarkedCRMIntegrationRec")
def test_a_product_that_arrived_says_so_for_its_direction_only(cronus: Cronus) -> None:
    bicycle = cronus.item("1000", "Bicycle")
    product = cronus.crm.add(
        "product", name="City bicycle", productnumber="1000", producttypecode=1, statecode=0,
        defaultuomscheduleid=Ref("uomschedule", cronus.pieces_group),
    )  # fmt: skip
    cronus.couple(ITEM, bicycle, product)
    assert cronus.run(TO_ERP, ITEM, Options(winner=Side.CRM)) == Counters(modified=1)
    pair = cronus.pair(bicycle, ITEM)
    assert (pair.to_erp.result, pair.to_crm.result) == (Result.SUCCESS, Result.NONE)
    assert cronus.erp.values("item", bicycle)["description"] == "City bicycle"
