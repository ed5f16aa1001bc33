"""Runs of chosen records and of new or changed ones, and what their counters say."""

from __future__ import annotations

import datetime as dt

import pytest

from integration.sync.direction import Direction
from integration.sync.run import Counters, Scope
from integration.systems.values import Ref
from tests.makers import customer_rule, salespeople_rule
from tests.sync.acceptance.runs import ALL_CUSTOMERS, add_account, cronus, names, world
from tests.sync.entity_rules.cronus import Cronus, changed, standard
from tests.sync.world import TO_CRM, TO_ERP, World

__all__ = ["cronus", "world"]

FIVE = ("Adatum", "Fabrikam", "Coho Winery", "Litware", "Proseware")


# --- explicit runs of single records -------------------------------------------------------------------------


@pytest.mark.scenario("CRMCouplingTest.CoupleToNewUoMAfterMapIsSynched")
def test_a_unit_made_before_the_last_run_is_created_and_coupled_when_somebody_asks_for_it(cronus: Cronus) -> None:
    box = cronus.erp.add("unit_of_measure", code="BOX", description="Box")
    rule = changed("UNIT OF MEASURE", only_coupled=True)
    cronus.run(TO_CRM, rule)
    assert not cronus.is_coupled("UNIT OF MEASURE", box)
    assert cronus.ids(TO_CRM, box, rule=rule, create=True) == Counters(inserted=1)
    assert cronus.twin("UNIT OF MEASURE", box)["name"] == "NAV BOX"


@pytest.mark.scenario("CRMCouplingTest.SyncAccountModifiedByIntegrationUserToNewCustomer")
def test_an_account_last_written_by_us_becomes_a_customer_when_somebody_asks_for_it(world: World) -> None:
    adatum = world.synchronized()
    pair = world.pair(adatum)
    world.ledger(customer_rule()).forget([pair])
    world.erp.remove("customer", adatum)
    assert world.ids(TO_ERP, pair.crm_id, create=True) == Counters(inserted=1)
    assert names(world) == ["Adatum"]


@pytest.mark.scenario("CRMEntitySynchTest.SyncSingleCustomerNAVModified")
def test_a_renamed_customer_gives_its_account_the_new_name(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, name="Adatum Corporation")
    assert world.ids(TO_CRM, adatum) == Counters(modified=1)
    assert world.account_of(adatum).values["name"] == "Adatum Corporation"


@pytest.mark.scenario("CRMIntegrationMgtTest.CreateNewRecordsInCRMForMany")
def test_five_chosen_customers_are_created_and_coupled_in_one_run(world: World) -> None:
    ids = [world.add_customer(name) for name in FIVE]
    assert world.ids(TO_CRM, *ids, create=True) == Counters(inserted=5)
    assert names(world, "account") == sorted(FIVE)
    assert set(world.ledger(customer_rule()).rows) == set(ids)


@pytest.mark.scenario("CRMIntegrationMgtTest.UpdateMultipleNowFromCRMForMany")
def test_five_chosen_accounts_are_brought_over_in_one_run(world: World) -> None:
    ids = [world.pair(world.synchronized(name)).crm_id for name in FIVE]
    for id in ids:
        world.crm.edit("account", id, address1_city="Basel")
    assert world.ids(TO_ERP, *ids) == Counters(modified=5)


@pytest.mark.scenario("CRMIntegrationMgtTest.UpdateMultipleNowMixedToCRMForMany")
def test_customers_and_currencies_chosen_together_go_to_sales_in_one_run_each(cronus: Cronus) -> None:
    customers = [cronus.customer(name, f"C{number}") for number, name in enumerate(FIVE)]
    currencies = [cronus.currency(code, "2") for code in ("EUR", "USD", "SEK", "DKK", "CHF")]
    cronus.make("CURRENCY", *currencies)
    cronus.make("CUSTOMER", *customers)
    for id in customers:
        cronus.erp.edit("customer", id, city="Basel")
    for id in currencies:
        cronus.erp.edit("currency", id, symbol="¤")
    for name, ids in (("CUSTOMER", customers), ("CURRENCY", currencies)):
        assert cronus.ids(TO_CRM, *ids, rule=standard(name)) == Counters(modified=5)


@pytest.mark.scenario("CRMIntegrationMgtTest.UpdateMultipleNowNixedFromCRMForMany")
def test_accounts_and_users_chosen_together_come_from_sales_in_one_run_each(cronus: Cronus) -> None:
    accounts = cronus.make("CUSTOMER", *[cronus.customer(name, f"C{number}") for number, name in enumerate(FIVE)])
    users = [cronus.salesperson(f"S{number}", f"Salesperson {number}")[1] for number in range(5)]
    for id in accounts:
        cronus.crm.edit("account", id, address1_city="Basel")
    for number, id in enumerate(users):
        cronus.crm.edit("systemuser", id, fullname=f"Seller {number}")
    for name, ids in (("CUSTOMER", accounts), ("SALESPEOPLE", users)):
        assert cronus.ids(TO_ERP, *ids, rule=standard(name)) == Counters(modified=5)


# --- what is unchanged ---------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMEntitySynchTest.SynchModifiedRecordWithNonMappedFieldToCRM")
def test_a_change_of_a_field_that_is_not_mapped_is_unchanged_and_yet_remembered(world: World) -> None:
    adatum = world.synchronized()
    before = world.pair(adatum).seen_erp
    world.erp.edit("customer", adatum, address_2="Second floor")
    assert world.run(TO_CRM) == Counters(unchanged=1)
    assert world.pair(adatum).seen_erp != before
    assert world.run(TO_CRM) == Counters()


@pytest.mark.scenario("CRMEntitySynchTest.SyncModifiedCustomerWithAdditionalNonMappedFieldToCRM")
def test_another_salesperson_makes_another_owner_and_counts_as_modified(world: World) -> None:
    adatum = world.synchronized()
    before = world.pair(adatum).seen_erp
    anna = world.erp.add("salesperson", code="AL", name="Anna Lidman")
    user = world.crm.add("systemuser", fullname="Anna Lidman")
    world.couple(salespeople_rule(), anna, user)
    world.erp.edit("customer", adatum, salesperson_code=Ref("salesperson", anna))
    assert world.run(TO_CRM) == Counters(modified=1)
    assert world.account_of(adatum).values["ownerid"] == Ref("systemuser", user)
    assert world.pair(adatum).seen_erp != before


@pytest.mark.scenario("CRMIntegrationRecordTest.CoupledRecordsAreNewerUntilSynched")
def test_a_pair_coupled_by_hand_counts_as_changed_on_both_sides_until_it_was_synchronized(world: World) -> None:
    adatum = world.add_customer("Adatum")
    there = add_account(world, "Adatum")
    world.crm.edit("account", there, transactioncurrencyid=Ref("transactioncurrency", world.gbp))
    world.couple(customer_rule(), adatum, there)
    assert world.both() == (Counters(unchanged=1), Counters(unchanged=1))
    assert (world.pair(adatum).seen_erp, world.pair(adatum).seen_crm) != ("", "")
    assert world.both() == (Counters(), Counters())
    world.erp.edit("customer", adatum, city="Wien")
    assert world.run(TO_CRM) == Counters(modified=1)
    world.crm.edit("account", there, address1_city="Zürich")
    assert world.run(TO_ERP) == Counters(modified=1)


@pytest.mark.scenario(
    "IntegrationTableSynchTest.UnchangedRowFromIntegrationTable",
    "IntegrationTableSynchTest.UnchangedButModifiedByCallbackRowFromIntegrationTable",
)
def test_an_untouched_account_is_unchanged_without_a_look_at_its_customer(world: World) -> None:
    adatum = world.synchronized()
    asked = world.erp.calls["get"]
    assert world.run(TO_ERP, scope=Scope.EVERYTHING) == Counters(unchanged=1)
    assert world.erp.calls["get"] == asked
    assert world.customer_of(adatum).values["name"] == "Adatum"


@pytest.mark.scenario("IntegrationTableSynchTest.ProcessingZeroRows")
@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_a_run_over_nothing_succeeds_and_writes_nothing(world: World, direction: Direction) -> None:
    assert world.run(direction, create=True) == Counters()
    assert sum(system.calls[verb] for system in (world.erp, world.crm) for verb in ("insert", "update")) == 0


# --- new and changed -----------------------------------------------------------------------------------------


@pytest.mark.scenario("IntegrationTableSynchTest.InsertModifyRowsFromIntegrationTable")
def test_a_row_inserted_and_then_changed_is_modified_once_by_a_forced_run(world: World) -> None:
    adatum = world.add_customer("Adatum")
    assert world.run(TO_CRM, create=True) == Counters(inserted=1)
    world.erp.edit("customer", adatum, city="Wien")
    inserts = world.crm.calls["insert"]
    assert world.run(TO_CRM, force=True) == Counters(modified=1)
    assert (world.crm.calls["insert"], world.crm.calls["update"]) == (inserts, 1)


@pytest.mark.scenario(
    "IntegrationTableSynchTest.InsertRowsFromIntegrationTable",
    "IntegrationTableSynchTest.SynchNewIntegrationTableRecord",
)
def test_one_and_later_two_new_accounts_are_inserted_and_nothing_is_modified(world: World) -> None:
    add_account(world, "Adatum")
    assert world.run(TO_ERP, create=True) == Counters(inserted=1)
    add_account(world, "Fabrikam")
    add_account(world, "Coho Winery")
    assert world.run(TO_ERP, create=True) == Counters(inserted=2)
    assert world.erp.calls["update"] == 0


@pytest.mark.scenario("IntegrationTableSynchTest.SynchNewRecord")
def test_a_new_customer_with_a_coupled_salesperson_is_inserted_with_one_write(world: World) -> None:
    world.add_customer("Adatum")
    assert world.run(TO_CRM, create=True) == Counters(inserted=1)
    assert (world.crm.calls["insert"], world.crm.calls["update"]) == (1, 0)


@pytest.mark.scenario(
    "IntegrationTableSynchTest.ModifyRowFromIntegrationTable",
    "IntegrationTableSynchTest.SynchCoupledIntegrationTableRecord",
)
def test_an_account_changed_a_day_later_modifies_its_own_customer_with_one_write(world: World) -> None:
    adatum, other = world.synchronized("Adatum"), world.synchronized("Fabrikam")
    world.crm.skew = dt.timedelta(days=1)
    world.crm.edit("account", world.pair(adatum).crm_id, telephone1="030 1")
    updates = world.erp.calls["update"]
    assert world.run(TO_ERP) == Counters(modified=1)
    assert world.erp.calls["update"] == updates + 1
    assert world.customer_of(adatum).values["phone_no"] == "030 1"
    assert world.customer_of(other).values["phone_no"] != "030 1"


@pytest.mark.scenario("IntegrationTableSynchTest.SynchCoupledRecord")
def test_a_customer_changed_since_modifies_its_own_account_with_one_write(world: World) -> None:
    adatum, other = world.synchronized("Adatum"), world.synchronized("Fabrikam")
    world.erp.edit("customer", adatum, phone_no="030 1")
    updates = world.crm.calls["update"]
    assert world.run(TO_CRM) == Counters(modified=1)
    assert world.crm.calls["update"] == updates + 1
    assert world.account_of(adatum).values["telephone1"] == "030 1"
    assert world.account_of(other).values["telephone1"] != "030 1"


@pytest.mark.scenario("CRMSynchJobScenarios.BidirectionalSynchCanUpdateDataInBothSystems")
def test_two_here_and_two_there_are_four_on_both_sides(world: World) -> None:
    for here, there in (("Adatum", "Fabrikam"), ("Coho Winery", "Litware")):
        world.add_customer(here)
        add_account(world, there)
    world.both(ALL_CUSTOMERS)
    assert names(world) == names(world, "account") == ["Adatum", "Coho Winery", "Fabrikam", "Litware"]


@pytest.mark.scenario("IntegrationTableSynchTest.SynchronizeNewRecordFromCRMShouldOnlyInsertOnceAndUpdateOnNextSynch")
def test_a_new_account_is_inserted_once_and_later_runs_write_nothing_and_show_fewer_echoes_than_the_reference(
    world: World,
) -> None:
    add_account(world, "Adatum")
    assert world.both(ALL_CUSTOMERS) == (Counters(), Counters(inserted=1))
    for _ in range(2):
        echoes = Counters()
        for counters in world.both(ALL_CUSTOMERS):
            echoes.add(counters)
        assert echoes.as_dict() | {"unchanged": 0} == Counters().as_dict()
        assert echoes.unchanged <= 1
    assert len(names(world)) == len(names(world, "account")) == 1
