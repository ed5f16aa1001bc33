"""Runs as people describe them: conflicts, failures and deletions."""

from __future__ import annotations

import uuid

import pytest

from integration.sync.direction import Direction
from integration.sync.rules import ConflictPolicy, DeletionPolicy
from integration.sync.run import Counters, Scope
from integration.systems.errors import Refused
from tests.makers import customer_rule, field_rule
from tests.sync.running.scenarios import ECHO, FIVE_MINUTES, account_id, world
from tests.sync.world import TO_CRM, TO_ERP, World

__all__ = ["world"]


# --- conflicts -----------------------------------------------------------------------------------------------


@pytest.mark.scenario(
    "IntegrationTableSynchTest.FalsePositiveConflictWhenToIntegrationTableSyncAfterBidirectionalFieldChange",
    "IntegrationTableSynchTest.FalsePositiveConflictWhenFromIntegrationTableSyncAfterBidirectionalFieldChange",
)
def test_other_than_the_reference_different_fields_changed_on_both_sides_are_merged(world: World) -> None:
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
def test_the_same_field_changed_on_both_sides_fails_and_both_keep_their_values(
    world: World, direction: Direction
) -> None:
    world.crm.skew = -FIVE_MINUTES
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 2")
    world.crm.edit("account", account_id(world, adatum), telephone1="030 3")
    before = world.pair(adatum)
    assert world.run(direction) == Counters(failed=1)
    assert world.account_of(adatum).values["telephone1"] == "030 3"
    assert world.customer_of(adatum).values["phone_no"] == "030 2"
    after = world.pair(adatum)
    assert (after.seen_erp, after.seen_crm) == (before.seen_erp, before.seen_crm)


@pytest.mark.scenario(
    "IntegrationTableSynchTest.AutomaticConflictResolutionToIntegrationTableAfterBidirectionalFieldChange",
)
def test_with_business_central_winning_its_value_goes_to_sales(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 2")
    world.crm.edit("account", account_id(world, adatum), telephone1="030 3")
    assert world.run(TO_CRM, customer_rule(conflict=ConflictPolicy.SEND)) == Counters(modified=1)
    assert world.account_of(adatum).values["telephone1"] == "030 2"


@pytest.mark.scenario(
    "IntegrationTableSynchTest.AutomaticConflictResolutionFromIntegrationTableAfterBidirectionalFieldChange",
)
def test_with_sales_winning_its_value_comes_to_business_central(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 2")
    world.crm.edit("account", account_id(world, adatum), telephone1="030 3")
    assert world.run(TO_ERP, customer_rule(conflict=ConflictPolicy.GET)) == Counters(modified=1)
    assert world.customer_of(adatum).values["phone_no"] == "030 3"


@pytest.mark.scenario(
    "IntegrationTableSynchTest.NoFalsePositiveConflictWhenToIntegrationTableSyncAfterUnmappedFieldChange",
    "IntegrationTableSynchTest.NoFalsePositiveConflictWhenFromIntegrationTableSyncAfterUnmappedFieldChange",
)
def test_unmapped_fields_changed_on_both_sides_are_nobody_s_conflict(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, priority=2)
    world.crm.edit("account", account_id(world, adatum), numberofemployees=3)
    assert world.both() == (ECHO, ECHO)


@pytest.mark.scenario(
    "IntegrationTableSynchTest.NoFalsePositiveConflictWhenFromIntegrationTableSyncAfterUnidirectionalFieldChange",
)
def test_a_field_that_only_comes_from_sales_is_overwritten_by_sales(world: World) -> None:
    fields = [field_rule("name", "name"), field_rule("phone_no", "telephone1", TO_ERP)]
    rule = customer_rule(fields=fields)
    adatum = world.add_customer("Adatum")
    world.run(TO_CRM, rule, create=True)
    world.both(rule)
    world.erp.edit("customer", adatum, phone_no="030 2")
    world.crm.edit("account", world.pair(adatum, rule).crm_id, telephone1="030 3")
    assert world.run(TO_ERP, rule) == Counters(modified=1)
    assert world.customer_of(adatum).values["phone_no"] == "030 3"


@pytest.mark.scenario(
    "CRMSynchNotifications.LastSyncUnchangedDestRecChangedLaterMarkedCRMIntegrationRec",
    "CRMSynchNotifications.LastSyncUnchangedDestRecChangedLaterMarkedIntegrationRec",
)
def test_what_only_the_other_side_changed_is_not_overwritten(world: World) -> None:
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
def test_a_refused_write_is_remembered_as_a_failure_in_its_direction_only(world: World, direction: Direction) -> None:
    adatum = world.synchronized()
    before = world.pair(adatum).outcome(direction.back)
    world.erp.edit("customer", adatum, phone_no="030 2")
    if direction is TO_ERP:
        world.run(TO_CRM)
        world.run(TO_ERP)
        world.crm.edit("account", account_id(world, adatum), telephone1="030 3")
        before = world.pair(adatum).outcome(TO_CRM)
    destination = world.crm if direction is TO_CRM else world.erp
    destination.fail_on("update", Refused("A plug-in said no."))
    assert world.run(direction) == Counters(failed=1)
    assert world.journal.failures[0].message == "A plug-in said no."
    assert world.pair(adatum).outcome(direction).code == "refused"
    assert world.pair(adatum).outcome(direction.back) == before


@pytest.mark.scenario(
    "IntegrationTableSynchTest.AutoResolveDeletedRecordNoStrategyBidirectionalOnlyCoupled",
    "IntegrationTableSynchTest.AutoResolveDeletedRecordNoStrategyBidirectionalAll",
)
@pytest.mark.parametrize("only_coupled", [True, False])
def test_without_a_rule_for_deletions_the_account_fails_and_then_is_skipped(world: World, only_coupled: bool) -> None:
    rule = customer_rule(only_coupled=only_coupled)
    adatum = world.synchronized()
    twin = account_id(world, adatum)
    world.erp.remove("customer", adatum)
    assert world.ids(TO_ERP, twin, rule=rule) == Counters(failed=1)
    assert world.ids(TO_ERP, twin, rule=rule) == Counters(skipped=1)
    assert world.pair(adatum).skipped


@pytest.mark.scenario(
    "IntegrationTableSynchTest.AutoResolveDeletedRecordRemoveCouplingBidirectionalOnlyCoupled",
    "IntegrationTableSynchTest.AutoResolveDeletedRecordRemoveCouplingBidirectionalAll",
)
@pytest.mark.parametrize("only_coupled", [True, False])
def test_remove_coupling_takes_the_coupling_away_without_skipping_anything(world: World, only_coupled: bool) -> None:
    rule = customer_rule(only_coupled=only_coupled, deletion=DeletionPolicy.REMOVE)
    adatum = world.synchronized()
    twin = account_id(world, adatum)
    world.erp.remove("customer", adatum)
    assert world.ids(TO_ERP, twin, rule=rule) == Counters(uncoupled=1)
    assert not world.ledger(rule).rows


@pytest.mark.scenario("IntegrationTableSynchTest.AutoResolveDeletedRecordRestoreRecordsBidirectionalAll")
def test_restore_records_makes_the_customer_again_and_couples_it(world: World) -> None:
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
def test_five_customers_created_together_and_then_fetched_together(world: World) -> None:
    names = ("Adatum", "Fabrikam", "Litware", "Proseware", "Relecloud")
    ids = [world.add_customer(name) for name in names]
    assert world.ids(TO_CRM, *ids, create=True) == Counters(inserted=5)
    world.both()
    for id in ids:
        world.crm.edit("account", account_id(world, id), telephone1="030 5")
    assert world.ids(TO_ERP, *(account_id(world, id) for id in ids), force=True) == Counters(modified=5)


@pytest.mark.scenario("IntegrationTableSynchTest.MappingPageInvokeSynchonizeAllClearsModifiedOnDateTimes")
def test_a_run_over_everything_takes_what_a_cursor_in_the_future_would_hide(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 2")
    world.cursors["CUSTOMER", TO_CRM] = world.erp_end()
    assert world.run(TO_CRM) == Counters()
    assert world.run(TO_CRM, scope=Scope.EVERYTHING) == Counters(modified=1)
