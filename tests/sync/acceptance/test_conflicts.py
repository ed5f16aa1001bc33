"""Both sides changed, or one of them is gone."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from integration.sync.memory.ledger import Result
from integration.sync.rules import ConflictPolicy, DeletionPolicy, Direction, TableRule
from integration.sync.run import Counters
from tests.makers import CUSTOMER_FIELDS, customer_rule, field_rule
from tests.sync.entity_rules.cronus import Cronus, standard
from tests.sync.world import TO_CRM, TO_ERP, World

HOME_PAGE, FAX = ("e_mail", "emailaddress1"), ("address_2", "address1_line2")
"""Two fields to be changed; the second one is not mapped as a rule."""

ITEM = standard("ITEM-PRODUCT")


def with_fax(direction: Direction, **more: Any) -> TableRule:
    return customer_rule([*CUSTOMER_FIELDS, field_rule(*FAX, direction)], **more)


@pytest.fixture
def world() -> World:
    return World()


def changed_on_both_sides(world: World, rule: TableRule, erp_fax: str = "2", crm_fax: str = "3") -> uuid.UUID:
    """A pair that agreed, then a fax of 2 in Business Central and of 3 in Sales."""
    adatum = world.synchronized()
    world.both(rule)
    world.erp.edit("customer", adatum, address_2=erp_fax)
    world.crm.edit("account", world.pair(adatum).crm_id, address1_line2=crm_fax)
    return adatum


def faxes(world: World, adatum: uuid.UUID) -> tuple[object, object]:
    return world.customer_of(adatum).values["address_2"], world.account_of(adatum).values["address1_line2"]


# --- the same pair of records, changed on both sides --------------------------------------------------------------


@pytest.mark.scenario(
    "IntegrationTableSynchTest.NoFalsePositiveConflictWhenToIntegrationTableSyncAfterUnmappedFieldChange",
    "IntegrationTableSynchTest.NoFalsePositiveConflictWhenFromIntegrationTableSyncAfterUnmappedFieldChange",
)
@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_a_field_that_is_not_mapped_makes_no_conflict_and_stays_as_it_is_on_each_side(
    world: World, direction: Direction
) -> None:
    adatum = changed_on_both_sides(world, customer_rule())
    assert world.run(direction) == Counters(unchanged=1)
    assert faxes(world, adatum) == ("2", "3")


@pytest.mark.scenario(
    "IntegrationTableSynchTest.NoFalsePositiveConflictWhenFromIntegrationTableSyncAfterUnidirectionalFieldChange"
)
def test_a_field_that_only_comes_from_sales_makes_no_conflict_and_takes_the_value_of_sales(world: World) -> None:
    rule = with_fax(TO_ERP)
    adatum = changed_on_both_sides(world, rule)
    assert world.run(TO_ERP, rule) == Counters(modified=1)
    assert faxes(world, adatum) == ("3", "3")


@pytest.mark.scenario(
    "IntegrationTableSynchTest.FalsePositiveConflictWhenToIntegrationTableSyncAfterBidirectionalFieldChange",
    "IntegrationTableSynchTest.FalsePositiveConflictWhenFromIntegrationTableSyncAfterBidirectionalFieldChange",
)
@pytest.mark.parametrize("first", [TO_CRM, TO_ERP])
def test_different_fields_changed_on_each_side_are_merged_where_the_reference_sees_a_conflict(
    world: World, first: Direction
) -> None:
    rule = with_fax(Direction.BOTH)
    adatum = world.synchronized()
    world.both(rule)
    world.erp.edit("customer", adatum, address_2="2")
    world.crm.edit("account", world.pair(adatum).crm_id, emailaddress1="info@adatum.example")
    assert world.run(first, rule) == Counters(modified=1)
    assert world.run(first.back, rule) == Counters(modified=1)
    assert faxes(world, adatum) == ("2", "2")
    assert world.customer_of(adatum).values["e_mail"] == "info@adatum.example"
    assert world.account_of(adatum).values["emailaddress1"] == "info@adatum.example"


@pytest.mark.scenario(
    "IntegrationTableSynchTest.AutomaticConflictResolutionToIntegrationTableAfterBidirectionalFieldChange",
    "IntegrationTableSynchTest.AutomaticConflictResolutionFromIntegrationTableAfterBidirectionalFieldChange",
)
@pytest.mark.parametrize(
    ("direction", "policy", "fax"), [(TO_CRM, ConflictPolicy.SEND, "2"), (TO_ERP, ConflictPolicy.GET, "3")]
)
def test_the_policy_lets_its_side_win_in_the_pass_from_that_side(
    world: World, direction: Direction, policy: ConflictPolicy, fax: str
) -> None:
    rule = with_fax(Direction.BOTH, conflict=policy)
    adatum = changed_on_both_sides(world, rule)
    assert world.run(direction, rule) == Counters(modified=1)
    assert faxes(world, adatum) == (fax, fax)


@pytest.mark.scenario(
    "IntegrationTableSynchTest.TruePositiveConflictWhenFromIntegrationTableSyncAfterBidirectionalFieldChange"
)
@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_without_a_policy_both_keep_their_values_and_an_error_says_so(world: World, direction: Direction) -> None:
    rule = with_fax(Direction.BOTH)
    adatum = changed_on_both_sides(world, rule)
    assert world.run(direction, rule) == Counters(failed=1)
    assert [failure.code for failure in world.journal.failures] == ["conflict"]
    assert faxes(world, adatum) == ("2", "3")


@pytest.mark.scenario("CRMSynchNotifications.LastSyncFailedBothRecsChangedMarkedCRMIntegrationRec")
def test_an_item_and_its_product_with_the_same_field_changed_on_both_sides_fail_and_the_pair_says_so() -> None:
    cronus, bicycle, product = coupled_item()
    cronus.erp.edit("item", bicycle, description="Touring bicycle")
    cronus.crm.edit("product", product, name="City bicycle")
    assert cronus.ids(TO_CRM, bicycle, rule=ITEM) == Counters(failed=1)
    assert cronus.pair(bicycle, ITEM).to_crm.result is Result.FAILURE
    assert "Touring bicycle" in cronus.messages()
    assert "City bicycle" in cronus.messages()


def coupled_item() -> tuple[Cronus, uuid.UUID, uuid.UUID]:
    cronus = Cronus()
    bicycle = cronus.item("1000", "Bicycle")
    [product] = cronus.make("ITEM-PRODUCT", bicycle)
    return cronus, bicycle, product


@pytest.mark.scenario("CRMSynchNotifications.LastSyncUnchangedDestRecChangedLaterMarkedCRMIntegrationRec")
def test_a_product_changed_later_is_not_overwritten_by_its_unchanged_item() -> None:
    cronus, bicycle, product = coupled_item()
    cronus.crm.edit("product", product, name="City bicycle")
    assert cronus.ids(TO_CRM, bicycle, rule=ITEM) == Counters(unchanged=1)
    assert cronus.crm.values("product", product)["name"] == "City bicycle"


@pytest.mark.scenario("CRMSynchNotifications.LastSyncUnchangedDestRecChangedLaterMarkedIntegrationRec")
def test_an_item_changed_later_is_not_overwritten_by_its_unchanged_product() -> None:
    cronus, bicycle, product = coupled_item()
    cronus.erp.edit("item", bicycle, description="Touring bicycle")
    assert cronus.ids(TO_ERP, product, rule=ITEM) == Counters(unchanged=1)
    assert cronus.erp.values("item", bicycle)["description"] == "Touring bicycle"


# --- one of the two is gone ---------------------------------------------------------------------------------------


def shapes(*wanted: str) -> pytest.MarkDecorator:
    """Mappings by what the scenarios call them."""
    known = {
        "both, only coupled": {},
        "both, all": {"only_coupled": False},
        "from Sales, only coupled": {"direction": TO_ERP},
        "from Sales, all": {"direction": TO_ERP, "only_coupled": False},
    }
    return pytest.mark.parametrize("shape", [known[name] for name in wanted], ids=list(wanted))


def deleted_customer(world: World) -> tuple[uuid.UUID, uuid.UUID]:
    """A coupled account whose customer was deleted."""
    adatum = world.synchronized()
    account = world.pair(adatum).crm_id
    world.erp.remove("customer", adatum)
    world.crm.edit("account", account, telephone1="030 9")
    return adatum, account


@pytest.mark.scenario(
    "IntegrationTableSynchTest.AutoResolveDeletedRecordRemoveCouplingBidirectionalOnlyCoupled",
    "IntegrationTableSynchTest.AutoResolveDeletedRecordRemoveCouplingBidirectionalAll",
    "IntegrationTableSynchTest.AutoResolveDeletedRecordRemoveCouplingUnidirectionalOnlyCoupled",
)
@shapes("both, only coupled", "both, all", "from Sales, only coupled")
def test_remove_coupling_removes_it_and_nothing_is_skipped(world: World, shape: dict[str, Any]) -> None:
    adatum, account = deleted_customer(world)
    rule = customer_rule(deletion=DeletionPolicy.REMOVE, **shape)
    assert world.ids(TO_ERP, account, rule=rule) == Counters(uncoupled=1)
    assert adatum not in world.ledger(rule).rows


@pytest.mark.scenario(
    "IntegrationTableSynchTest.AutoResolveDeletedRecordRestoreRecordsBidirectionalAll",
    "IntegrationTableSynchTest.AutoResolveDeletedRecordRestoreRecordsUnidirectionalAll",
)
@shapes("both, all", "from Sales, all", "both, only coupled")
def test_restore_records_makes_the_customer_again_and_couples_it(world: World, shape: dict[str, Any]) -> None:
    _, account = deleted_customer(world)
    rule = customer_rule(deletion=DeletionPolicy.RESTORE, **shape)
    assert world.ids(TO_ERP, account, rule=rule) == Counters(inserted=1)
    [customer] = world.erp.ids("customer")
    assert world.pair(customer).crm_id == account
    assert world.customer_of(customer).values["phone_no"] == "030 9"


@pytest.mark.scenario(
    "IntegrationTableSynchTest.AutoResolveDeletedRecordNoStrategyBidirectionalOnlyCoupled",
    "IntegrationTableSynchTest.AutoResolveDeletedRecordNoStrategyBidirectionalAll",
    "IntegrationTableSynchTest.AutoResolveDeletedRecordNoStrategyUnidirectionalAll",
)
@shapes("both, only coupled", "both, all", "from Sales, all")
def test_without_a_policy_the_first_run_fails_the_second_skips_and_the_coupling_is_kept(
    world: World, shape: dict[str, Any]
) -> None:
    adatum, account = deleted_customer(world)
    rule = customer_rule(**shape)
    assert world.ids(TO_ERP, account, rule=rule) == Counters(failed=1)
    assert world.ids(TO_ERP, account, rule=rule) == Counters(skipped=1)
    assert world.pair(adatum).crm_id == account
