"""Acceptance scenarios of the reference, told over two systems in memory: echoes, clocks, filters, conflicts."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from integration.sync.rules import ConflictPolicy, DeletionPolicy, Direction
from integration.sync.run import Counters, Scope
from integration.systems.errors import ConfigurationProblem, Refused
from integration.systems.values import Ref
from tests.makers import account, customer_rule, pair
from tests.sync.world import TO_CRM, TO_ERP, World

FIVE_MINUTES = dt.timedelta(seconds=300)
ECHO = Counters(unchanged=1)


@pytest.fixture
def world():
    return World()


def account_id(world, customer_id):
    return world.partner(customer_id).crm_id


# --- what is read ----------------------------------------------------------------------------------------------


@pytest.mark.scenario(
    "IntegrationTableSynchTest.ProcessingZeroRows",
    "CRMSynchJobScenarios.SynchZeroItemsPopulatesDefaultSynchDirectionToMatchMapping",
)
@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_a_run_over_an_empty_table_succeeds_and_counts_nothing(world, direction):
    assert world.run(direction) == Counters()


@pytest.mark.scenario(
    "IntegrationTableSynchTest.SynchNewRecord",
    "IntegrationTableSynchTest.InsertRowsFromIntegrationTable",
)
def test_new_customers_are_inserted_one_by_one_and_then_two_at_once(world):
    world.add_customer("Adatum")
    assert world.run(TO_CRM, create=True) == Counters(inserted=1)
    world.add_customer("Fabrikam")
    world.add_customer("Litware")
    assert world.run(TO_CRM, create=True) == Counters(inserted=2)


@pytest.mark.scenario(
    "IntegrationTableSynchTest.SynchNewIntegrationTableRecord",
    "CRMSynchJobScenarios.SynchUncoupledCRMAccountToCustomer",
)
def test_a_new_account_becomes_a_customer_where_the_mapping_is_not_limited_to_coupled_records(world):
    world.crm.add("account", **account("Coho Winery", ownerid=Ref("systemuser", world.jim_user)))
    assert world.run(TO_ERP, customer_rule(only_coupled=False)) == Counters(inserted=1)


@pytest.mark.scenario(
    "IntegrationTableSynchTest.SynchCoupledRecord",
    "CRMEntitySynchTest.SyncSingleCustomerNAVModified",
)
def test_the_account_takes_the_new_name_of_its_customer(world):
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, name="Adatum Europe")
    assert world.ids(TO_CRM, adatum, force=True) == Counters(modified=1)
    assert world.account_of(adatum).values["name"] == "Adatum Europe"


@pytest.mark.scenario(
    "IntegrationTableSynchTest.SynchCoupledIntegrationTableRecord",
    "IntegrationTableSynchTest.ModifyRowFromIntegrationTable",
)
def test_the_customer_takes_the_new_name_of_its_account(world):
    adatum = world.synchronized()
    world.crm.edit("account", account_id(world, adatum), name="Adatum Europe")
    assert world.run(TO_ERP) == Counters(modified=1)
    assert world.customer_of(adatum).values["name"] == "Adatum Europe"


@pytest.mark.scenario(
    "IntegrationTableSynchTest.UnchangedRowFromIntegrationTable", "CRMEntitySynchTest.SyncSingleCustomerUnmodified"
)
def test_an_untouched_account_asked_for_by_name_is_unchanged(world):
    adatum = world.synchronized()
    assert world.ids(TO_ERP, account_id(world, adatum)) == ECHO


@pytest.mark.scenario("CRMSynchJobScenarios.SynchOnlyCoupledRecordsMapping")
def test_only_the_coupled_customer_follows_and_no_customer_is_made_for_the_other_account(world):
    adatum = world.synchronized()
    world.crm.edit("account", account_id(world, adatum), name="Adatum Europe")
    world.crm.add("account", **account("Coho Winery"))
    assert world.run(TO_ERP) == Counters(modified=1)
    assert world.erp.count("customer") == 1


@pytest.mark.scenario("CRMSynchJobScenarios.BidirectionalSynchCanUpdateDataInBothSystems")
def test_two_records_on_either_side_become_four_on_both(world):
    for name in ("Adatum", "Fabrikam"):
        world.add_customer(name)
    for name in ("Coho Winery", "Litware"):
        world.crm.add("account", **account(name, ownerid=Ref("systemuser", world.jim_user)))
    world.both(customer_rule(only_coupled=False))
    assert world.erp.count("customer") == world.crm.count("account") == 4


@pytest.mark.scenario("CRMSynchJobScenarios.SynchFilteredViewToCRM")
def test_a_filter_admits_two_customers_and_the_third_follows_when_the_filter_is_gone(world):
    for name in ("Adatum", "Fabrikam"):
        world.add_customer(name)
    litware = world.add_customer("Litware", blocked=3)
    open_ones = customer_rule(only_coupled=False)
    assert world.run(TO_CRM, open_ones) == Counters(inserted=2)
    everyone = customer_rule(only_coupled=False, erp_filter="")
    world.erp.edit("customer", litware, phone_no="030 7")
    assert world.run(TO_CRM, everyone) == Counters(inserted=1)


@pytest.mark.scenario("CRMSynchJobScenarios.SynchFilteredViewFromCRM")
def test_only_the_accounts_inside_the_filter_become_customers(world):
    for name, relationship in (("Coho Winery", 3), ("Litware", 11), ("Proseware", 12)):
        owner = Ref("systemuser", world.jim_user)
        world.crm.add("account", **account(name, customertypecode=relationship, ownerid=owner))
    assert world.run(TO_ERP, customer_rule(only_coupled=False)) == Counters(inserted=1)


@pytest.mark.scenario("IntegrationTableSynchTest.MissingFieldMappingFailsHard")
def test_a_mapping_without_enabled_fields_stops_the_run_with_one_error(world):
    with pytest.raises(ConfigurationProblem, match="no enabled field mapping rows"):
        world.run(TO_CRM, customer_rule(fields=()))


@pytest.mark.scenario(
    "IntegrationTableSynchTest.CannotSynchAgainstMappingDirection",
    "IntegrationTableSynchTest.SynchRecordsMustBeToOrFromIntegrationTable",
)
def test_a_run_against_the_mapping_s_direction_is_refused(world):
    with pytest.raises(ConfigurationProblem, match="not configured to synchronize in this direction"):
        world.run(TO_ERP, customer_rule(direction=Direction.TO_CRM))


# --- our own writes ------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMSynchJobScenarios.TestSynchFromCRMIncludesChangesByIntegrationUser")
def test_a_mapping_that_only_reads_from_sales_takes_what_the_integration_user_wrote_too(world):
    rule = customer_rule(direction=Direction.TO_ERP, only_coupled=False, fields=[pair("name", "name", TO_ERP)])
    world.crm.add("account", **account("Coho Winery"))
    for name in ("Litware", "Proseware"):
        world.crm.add("account", by=world.crm.user_id, **account(name))
    assert world.run(TO_ERP, rule) == Counters(inserted=3)


@pytest.mark.scenario("CRMCouplingTest.SyncAccountModifiedByIntegrationUserToNewCustomer")
def test_an_explicit_create_takes_an_account_that_we_wrote_last(world):
    coho = world.crm.add("account", by=world.crm.user_id, **account("Coho Winery"))
    assert world.ids(TO_ERP, coho, create=True) == Counters(inserted=1)


@pytest.mark.scenario("CRMEntitySynchTest.SynchModifiedRecordWithNonMappedFieldToCRM")
def test_a_change_of_an_unmapped_field_is_unchanged_and_seen_only_once(world):
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
def test_two_changes_here_arrive_there_whatever_the_clocks_say(world, skew):
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
def test_two_changes_there_arrive_here_whatever_the_clocks_say(world, skew):
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
def test_changes_in_turn_are_no_conflict_whatever_the_clocks_say(world, skew):
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
def test_with_nothing_changed_neither_memory_nor_cursors_move(world, skew):
    world.crm.skew = skew
    adatum = world.synchronized()
    before, cursors = world.partner(adatum), dict(world.cursors)
    assert world.both() == (Counters(), Counters())
    assert (world.partner(adatum), world.cursors) == (before, cursors)


# --- conflicts -----------------------------------------------------------------------------------------------


@pytest.mark.scenario(
    "IntegrationTableSynchTest.FalsePositiveConflictWhenToIntegrationTableSyncAfterBidirectionalFieldChange",
    "IntegrationTableSynchTest.FalsePositiveConflictWhenFromIntegrationTableSyncAfterBidirectionalFieldChange",
)
def test_other_than_the_reference_different_fields_changed_on_both_sides_are_merged(world):
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, e_mail="office@adatum.example")
    world.crm.edit("account", account_id(world, adatum), telephone1="030 3")
    assert world.both() == (Counters(modified=1), Counters(modified=1))
    assert world.account_of(adatum).values["emailaddress1"] == "office@adatum.example"
    assert world.customer_of(adatum).values["phone_no"] == "030 3"


@pytest.mark.scenario(
    "IntegrationTableSynchTest.TruePositiveConflictWhenFromIntegrationTableSyncAfterBidirectionalFieldChange",
    "CRMSynchNotifications.LastSyncFailedBothRecsChangedMarkedCRMIntegrationRec",
    "CRMEntitySynchTest.LastSyncTimeUpdatedCorrectlyWhenSyncFailedCRMClockBehind",
)
@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_the_same_field_changed_on_both_sides_fails_and_both_keep_their_values(world, direction):
    world.crm.skew = -FIVE_MINUTES
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 2")
    world.crm.edit("account", account_id(world, adatum), telephone1="030 3")
    before = world.partner(adatum)
    assert world.run(direction) == Counters(failed=1)
    assert world.account_of(adatum).values["telephone1"] == "030 3"
    assert world.customer_of(adatum).values["phone_no"] == "030 2"
    after = world.partner(adatum)
    assert (after.seen_erp, after.seen_crm) == (before.seen_erp, before.seen_crm)


@pytest.mark.scenario(
    "IntegrationTableSynchTest.AutomaticConflictResolutionToIntegrationTableAfterBidirectionalFieldChange",
)
def test_with_business_central_winning_its_value_goes_to_sales(world):
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 2")
    world.crm.edit("account", account_id(world, adatum), telephone1="030 3")
    assert world.run(TO_CRM, customer_rule(conflict=ConflictPolicy.SEND)) == Counters(modified=1)
    assert world.account_of(adatum).values["telephone1"] == "030 2"


@pytest.mark.scenario(
    "IntegrationTableSynchTest.AutomaticConflictResolutionFromIntegrationTableAfterBidirectionalFieldChange",
)
def test_with_sales_winning_its_value_comes_to_business_central(world):
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 2")
    world.crm.edit("account", account_id(world, adatum), telephone1="030 3")
    assert world.run(TO_ERP, customer_rule(conflict=ConflictPolicy.GET)) == Counters(modified=1)
    assert world.customer_of(adatum).values["phone_no"] == "030 3"


@pytest.mark.scenario(
    "IntegrationTableSynchTest.NoFalsePositiveConflictWhenToIntegrationTableSyncAfterUnmappedFieldChange",
    "IntegrationTableSynchTest.NoFalsePositiveConflictWhenFromIntegrationTableSyncAfterUnmappedFieldChange",
)
def test_unmapped_fields_changed_on_both_sides_are_nobody_s_conflict(world):
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, priority=2)
    world.crm.edit("account", account_id(world, adatum), numberofemployees=3)
    assert world.both() == (ECHO, ECHO)


@pytest.mark.scenario(
    "IntegrationTableSynchTest.NoFalsePositiveConflictWhenFromIntegrationTableSyncAfterUnidirectionalFieldChange",
)
def test_a_field_that_only_comes_from_sales_is_overwritten_by_sales(world):
    fields = [pair("name", "name"), pair("phone_no", "telephone1", TO_ERP)]
    rule = customer_rule(fields=fields)
    adatum = world.add_customer("Adatum")
    world.run(TO_CRM, rule, create=True)
    world.both(rule)
    world.erp.edit("customer", adatum, phone_no="030 2")
    world.crm.edit("account", world.partner(adatum, rule).crm_id, telephone1="030 3")
    assert world.run(TO_ERP, rule) == Counters(modified=1)
    assert world.customer_of(adatum).values["phone_no"] == "030 3"


@pytest.mark.scenario(
    "CRMSynchNotifications.LastSyncUnchangedDestRecChangedLaterMarkedCRMIntegrationRec",
    "CRMSynchNotifications.LastSyncUnchangedDestRecChangedLaterMarkedIntegrationRec",
)
def test_what_only_the_other_side_changed_is_not_overwritten(world):
    adatum = world.synchronized()
    world.crm.edit("account", account_id(world, adatum), telephone1="030 3")
    assert world.ids(TO_CRM, adatum) == ECHO
    assert world.account_of(adatum).values["telephone1"] == "030 3"


# --- failures and deletions ----------------------------------------------------------------------------------


@pytest.mark.scenario(
    "CRMSynchNotifications.LastSyncToCRMFailedOnModifyMarkedCRMIntegrationRec",
    "CRMSynchNotifications.LastSyncFromCRMFailedOnModifyMarkedCRMIntegrationRec",
)
@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_a_refused_write_is_remembered_as_a_failure_in_its_direction_only(world, direction):
    adatum = world.synchronized()
    before = world.partner(adatum).outcome(direction.back)
    world.erp.edit("customer", adatum, phone_no="030 2")
    if direction is TO_ERP:
        world.run(TO_CRM)
        world.run(TO_ERP)
        world.crm.edit("account", account_id(world, adatum), telephone1="030 3")
        before = world.partner(adatum).outcome(TO_CRM)
    destination = world.crm if direction is TO_CRM else world.erp
    destination.fail_on("update", Refused("A plug-in said no."))
    assert world.run(direction) == Counters(failed=1)
    assert world.journal.failures[0].message == "A plug-in said no."
    assert world.partner(adatum).outcome(direction).code == "refused"
    assert world.partner(adatum).outcome(direction.back) == before


@pytest.mark.scenario(
    "IntegrationTableSynchTest.AutoResolveDeletedRecordNoStrategyBidirectionalOnlyCoupled",
    "IntegrationTableSynchTest.AutoResolveDeletedRecordNoStrategyBidirectionalAll",
)
@pytest.mark.parametrize("only_coupled", [True, False])
def test_without_a_rule_for_deletions_the_account_fails_and_then_is_skipped(world, only_coupled):
    rule = customer_rule(only_coupled=only_coupled)
    adatum = world.synchronized()
    twin = account_id(world, adatum)
    world.erp.remove("customer", adatum)
    assert world.ids(TO_ERP, twin, rule=rule) == Counters(failed=1)
    assert world.ids(TO_ERP, twin, rule=rule) == Counters(skipped=1)
    assert world.partner(adatum).skipped


@pytest.mark.scenario(
    "IntegrationTableSynchTest.AutoResolveDeletedRecordRemoveCouplingBidirectionalOnlyCoupled",
    "IntegrationTableSynchTest.AutoResolveDeletedRecordRemoveCouplingBidirectionalAll",
)
@pytest.mark.parametrize("only_coupled", [True, False])
def test_remove_coupling_takes_the_coupling_away_without_skipping_anything(world, only_coupled):
    rule = customer_rule(only_coupled=only_coupled, deletion=DeletionPolicy.REMOVE)
    adatum = world.synchronized()
    twin = account_id(world, adatum)
    world.erp.remove("customer", adatum)
    assert world.ids(TO_ERP, twin, rule=rule) == Counters(uncoupled=1)
    assert not world.ledger(rule).rows


@pytest.mark.scenario("IntegrationTableSynchTest.AutoResolveDeletedRecordRestoreRecordsBidirectionalAll")
def test_restore_records_makes_the_customer_again_and_couples_it(world):
    rule = customer_rule(only_coupled=False, deletion=DeletionPolicy.RESTORE)
    adatum = world.synchronized()
    twin = account_id(world, adatum)
    world.erp.remove("customer", adatum)
    assert world.ids(TO_ERP, twin, rule=rule) == Counters(inserted=1)
    [row] = world.ledger(rule).rows.values()
    assert row.crm_id == twin
    assert isinstance(row.erp_id, uuid.UUID)
    assert world.customer_of(row.erp_id).values["name"] == "Adatum"


@pytest.mark.scenario(
    "CRMIntegrationMgtTest.CreateNewRecordsInCRMForMany",
    "CRMIntegrationMgtTest.UpdateMultipleNowFromCRMForMany",
)
def test_five_customers_created_together_and_then_fetched_together(world):
    names = ("Adatum", "Fabrikam", "Litware", "Proseware", "Relecloud")
    ids = [world.add_customer(name) for name in names]
    assert world.ids(TO_CRM, *ids, create=True) == Counters(inserted=5)
    world.both()
    for id in ids:
        world.crm.edit("account", account_id(world, id), telephone1="030 5")
    assert world.ids(TO_ERP, *(account_id(world, id) for id in ids), force=True) == Counters(modified=5)


@pytest.mark.scenario("IntegrationTableSynchTest.MappingPageInvokeSynchonizeAllClearsModifiedOnDateTimes")
def test_a_run_over_everything_takes_what_a_cursor_in_the_future_would_hide(world):
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 2")
    world.cursors["CUSTOMER", TO_CRM] = world.erp_end()
    assert world.run(TO_CRM) == Counters()
    assert world.run(TO_CRM, scope=Scope.EVERYTHING) == Counters(modified=1)
