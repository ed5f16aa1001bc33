"""Runs as people describe them: what is read, our own writes, and clocks that differ."""

from __future__ import annotations

import datetime as dt

import pytest

from integration.sync.rules import Direction
from integration.sync.run import Counters
from integration.systems.errors import ConfigurationProblem
from integration.systems.values import Ref
from tests.makers import account, customer_rule, field_rule
from tests.sync.running.scenarios import ECHO, FIVE_MINUTES, account_id, world
from tests.sync.world import TO_CRM, TO_ERP, World

__all__ = ["world"]


# --- what is read --------------------------------------------------------------------------------------------


@pytest.mark.scenario(
    "IntegrationTableSynchTest.ProcessingZeroRows",
    "CRMSynchJobScenarios.SynchZeroItemsPopulatesDefaultSynchDirectionToMatchMapping",
)
@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_a_run_over_an_empty_table_succeeds_and_counts_nothing(world: World, direction: Direction) -> None:
    assert world.run(direction) == Counters()


@pytest.mark.scenario(
    "IntegrationTableSynchTest.SynchNewRecord",
    "IntegrationTableSynchTest.InsertRowsFromIntegrationTable",
)
def test_new_customers_are_inserted_one_by_one_and_then_two_at_once(world: World) -> None:
    world.add_customer("Adatum")
    assert world.run(TO_CRM, create=True) == Counters(inserted=1)
    world.add_customer("Fabrikam")
    world.add_customer("Litware")
    assert world.run(TO_CRM, create=True) == Counters(inserted=2)


@pytest.mark.scenario(
    "IntegrationTableSynchTest.SynchNewIntegrationTableRecord",
    "CRMSynchJobScenarios.SynchUncoupledCRMAccountToCustomer",
)
def test_a_new_account_becomes_a_customer_where_the_mapping_is_not_limited_to_coupled_records(world: World) -> None:
    world.crm.add("account", **account("Coho Winery", ownerid=Ref("systemuser", world.jim_user)))
    assert world.run(TO_ERP, customer_rule(only_coupled=False)) == Counters(inserted=1)


@pytest.mark.scenario(
    "IntegrationTableSynchTest.SynchCoupledRecord",
    "CRMEntitySynchTest.SyncSingleCustomerNAVModified",
)
def test_the_account_takes_the_new_name_of_its_customer(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, name="Adatum Europe")
    assert world.ids(TO_CRM, adatum, force=True) == Counters(modified=1)
    assert world.account_of(adatum).values["name"] == "Adatum Europe"


@pytest.mark.scenario(
    "IntegrationTableSynchTest.SynchCoupledIntegrationTableRecord",
    "IntegrationTableSynchTest.ModifyRowFromIntegrationTable",
)
def test_the_customer_takes_the_new_name_of_its_account(world: World) -> None:
    adatum = world.synchronized()
    world.crm.edit("account", account_id(world, adatum), name="Adatum Europe")
    assert world.run(TO_ERP) == Counters(modified=1)
    assert world.customer_of(adatum).values["name"] == "Adatum Europe"


@pytest.mark.scenario(
    "IntegrationTableSynchTest.UnchangedRowFromIntegrationTable", "CRMEntitySynchTest.SyncSingleCustomerUnmodified"
)
def test_an_untouched_account_asked_for_by_name_is_unchanged(world: World) -> None:
    adatum = world.synchronized()
    assert world.ids(TO_ERP, account_id(world, adatum)) == ECHO


@pytest.mark.scenario("CRMSynchJobScenarios.SynchOnlyCoupledRecordsMapping")
def test_only_the_coupled_customer_follows_and_no_customer_is_made_for_the_other_account(world: World) -> None:
    adatum = world.synchronized()
    world.crm.edit("account", account_id(world, adatum), name="Adatum Europe")
    world.crm.add("account", **account("Coho Winery"))
    assert world.run(TO_ERP) == Counters(modified=1)
    assert world.erp.count("customer") == 1


@pytest.mark.scenario("CRMSynchJobScenarios.BidirectionalSynchCanUpdateDataInBothSystems")
def test_two_records_on_either_side_become_four_on_both(world: World) -> None:
    for name in ("Adatum", "Fabrikam"):
        world.add_customer(name)
    for name in ("Coho Winery", "Litware"):
        world.crm.add("account", **account(name, ownerid=Ref("systemuser", world.jim_user)))
    world.both(customer_rule(only_coupled=False))
    assert world.erp.count("customer") == world.crm.count("account") == 4


@pytest.mark.scenario("CRMSynchJobScenarios.SynchFilteredViewToCRM")
def test_a_filter_admits_two_customers_and_the_third_follows_when_the_filter_is_gone(world: World) -> None:
    for name in ("Adatum", "Fabrikam"):
        world.add_customer(name)
    litware = world.add_customer("Litware", blocked=3)
    open_ones = customer_rule(only_coupled=False)
    assert world.run(TO_CRM, open_ones) == Counters(inserted=2)
    everyone = customer_rule(only_coupled=False, erp_filter="")
    world.erp.edit("customer", litware, phone_no="030 7")
    assert world.run(TO_CRM, everyone) == Counters(inserted=1)


@pytest.mark.scenario("CRMSynchJobScenarios.SynchFilteredViewFromCRM")
def test_only_the_accounts_inside_the_filter_become_customers(world: World) -> None:
    for name, relationship in (("Coho Winery", 3), ("Litware", 11), ("Proseware", 12)):
        owner = Ref("systemuser", world.jim_user)
        world.crm.add("account", **account(name, customertypecode=relationship, ownerid=owner))
    assert world.run(TO_ERP, customer_rule(only_coupled=False)) == Counters(inserted=1)


@pytest.mark.scenario("IntegrationTableSynchTest.MissingFieldMappingFailsHard")
def test_a_mapping_without_enabled_fields_stops_the_run_with_one_error(world: World) -> None:
    with pytest.raises(ConfigurationProblem, match="no enabled field mapping rows"):
        world.run(TO_CRM, customer_rule(fields=()))


@pytest.mark.scenario(
    "IntegrationTableSynchTest.CannotSynchAgainstMappingDirection",
    "IntegrationTableSynchTest.SynchRecordsMustBeToOrFromIntegrationTable",
)
def test_a_run_against_the_mapping_s_direction_is_refused(world: World) -> None:
    with pytest.raises(ConfigurationProblem, match="not configured to synchronize in this direction"):
        world.run(TO_ERP, customer_rule(direction=Direction.TO_CRM))


# --- our own writes ------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMSynchJobScenarios.TestSynchFromCRMIncludesChangesByIntegrationUser")
def test_a_mapping_that_only_reads_from_sales_takes_what_the_integration_user_wrote_too(world: World) -> None:
    rule = customer_rule(direction=Direction.TO_ERP, only_coupled=False, fields=[field_rule("name", "name", TO_ERP)])
    world.crm.add("account", **account("Coho Winery"))
    for name in ("Litware", "Proseware"):
        world.crm.add("account", by=world.crm.user_id, **account(name))
    assert world.run(TO_ERP, rule) == Counters(inserted=3)


@pytest.mark.scenario("CRMCouplingTest.SyncAccountModifiedByIntegrationUserToNewCustomer")
def test_an_explicit_create_takes_an_account_that_we_wrote_last(world: World) -> None:
    coho = world.crm.add("account", by=world.crm.user_id, **account("Coho Winery"))
    assert world.ids(TO_ERP, coho, create=True) == Counters(inserted=1)


@pytest.mark.scenario("CRMEntitySynchTest.SynchModifiedRecordWithNonMappedFieldToCRM")
def test_a_change_of_an_unmapped_field_is_unchanged_and_seen_only_once(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, priority=7)
    assert world.run(TO_CRM) == ECHO
    assert world.run(TO_CRM) == Counters()


# --- clocks --------------------------------------------------------------------------------------------------

SKEWS = pytest.mark.parametrize("skew", [-FIVE_MINUTES, dt.timedelta(), FIVE_MINUTES], ids=["behind", "equal", "ahead"])


@SKEWS
@pytest.mark.scenario(
    "CRMEntitySynchTest.SyncChangeToCrmTwoTimesWhenCrmClockBehind",
    "CRMEntitySynchTest.SyncChangeToCrmTwoTimesCrmClockAhead",
)
def test_two_changes_here_arrive_there_whatever_the_clocks_say(world: World, skew: dt.timedelta) -> None:
    world.crm.skew = skew
    adatum = world.synchronized()
    for name in ("Adatum North", "Adatum South"):
        world.erp.edit("customer", adatum, name=name)
        assert world.run(TO_CRM) == Counters(modified=1)
        assert world.run(TO_ERP) == ECHO
        assert world.account_of(adatum).values["name"] == name


@SKEWS
@pytest.mark.scenario(
    "CRMEntitySynchTest.SyncChangeFromCrmTwoTimesWhenCrmClockBehind",
    "CRMEntitySynchTest.SyncChangeFromCrmTwoTimesWhenCrmClockAhead",
)
def test_two_changes_there_arrive_here_whatever_the_clocks_say(world: World, skew: dt.timedelta) -> None:
    world.crm.skew = skew
    adatum = world.synchronized()
    for name in ("Adatum North", "Adatum South"):
        world.crm.edit("account", account_id(world, adatum), name=name)
        assert world.run(TO_ERP) == Counters(modified=1)
        assert world.run(TO_CRM) == ECHO
        assert world.customer_of(adatum).values["name"] == name


@SKEWS
@pytest.mark.scenario(
    "CRMEntitySynchTest.SyncChangeToCrmThenSyncChangeFromCrmWhenCrmClockAhead",
    "CRMEntitySynchTest.SyncChangeFromCrmThenSyncChangeToCrmWhenCrmClockAhead",
)
def test_changes_in_turn_are_no_conflict_whatever_the_clocks_say(world: World, skew: dt.timedelta) -> None:
    world.crm.skew = skew
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, name="Adatum North")
    world.both()
    world.crm.edit("account", account_id(world, adatum), name="Adatum South")
    world.both()
    world.erp.edit("customer", adatum, name="Adatum West")
    assert world.run(TO_CRM).failed == 0
    assert world.account_of(adatum).values["name"] == world.customer_of(adatum).values["name"] == "Adatum West"


@SKEWS
@pytest.mark.scenario(
    "CRMEntitySynchTest.LastSyncTimeNotUpdatedIfNothingToSyncCRMClockSynced",
    "CRMEntitySynchTest.LastSyncTimeNotUpdatedIfNothingToSyncCRMClockBehind",
    "CRMEntitySynchTest.LastSyncTimeNotUpdatedIfNothingToSyncCRMClockAhead",
)
def test_with_nothing_changed_neither_memory_nor_cursors_move(world: World, skew: dt.timedelta) -> None:
    world.crm.skew = skew
    adatum = world.synchronized()
    before, cursors = world.pair(adatum), dict(world.cursors)
    assert world.both() == (Counters(), Counters())
    assert (world.pair(adatum), world.cursors) == (before, cursors)
