"""One pass after the other over customers and accounts."""

from __future__ import annotations

import datetime as dt

import pytest

from integration.sync.rules import ConflictPolicy, DeletionPolicy
from integration.sync.run import Counters, Scope
from integration.systems.errors import Unreachable, VersionConflict
from integration.systems.values import Ref
from tests.makers import account, customer_rule, salespeople_rule
from tests.sync.world import TO_CRM, TO_ERP, World


@pytest.fixture(params=["remote", "bulk", "local"])
def world(request: pytest.FixtureRequest) -> World:
    """Sales over the network, over the network without telling new versions, and (for the engine's sake) local."""
    world = World(remote=request.param != "local")
    world.crm.tells_versions = request.param != "bulk"
    return world


def test_a_new_customer_becomes_an_account_with_its_salesperson_as_owner_and_the_local_currency(world: World) -> None:
    adatum = world.add_customer("Adatum")
    assert world.run(TO_CRM, create=True) == Counters(inserted=1)
    twin = world.account_of(adatum)
    assert twin.values["name"] == "Adatum"
    assert twin.values["ownerid"] == Ref("systemuser", world.jim_user)
    assert twin.values["transactioncurrencyid"] == Ref("transactioncurrency", world.gbp)
    assert twin.values["customertypecode"] == 3


def test_uncoupled_customers_are_ignored_and_not_counted_while_only_coupled_ones_are_wanted(world: World) -> None:
    world.add_customer("Adatum")
    assert world.run(TO_CRM) == Counters()


def test_our_own_write_comes_back_as_one_unchanged_echo_and_then_never_again(world: World) -> None:
    world.add_customer("Adatum")
    world.run(TO_CRM, create=True)
    assert world.run(TO_ERP) == Counters(unchanged=1)
    assert world.both() == (Counters(), Counters())


def test_a_phone_number_changed_in_sales_arrives_in_business_central(world: World) -> None:
    adatum = world.synchronized()
    world.crm.edit("account", world.pair(adatum).crm_id, telephone1="030 1")
    assert world.both() == (Counters(), Counters(modified=1))
    assert world.customer_of(adatum).values["phone_no"] == "030 1"
    assert world.both() == (Counters(unchanged=1), Counters())


def test_different_fields_changed_on_both_sides_are_merged_without_a_conflict(world: World) -> None:
    adatum = world.synchronized()
    world.crm.edit("account", world.pair(adatum).crm_id, telephone1="030 1")
    world.erp.edit("customer", adatum, address="Main Street 5")
    assert world.both() == (Counters(modified=1), Counters(modified=1))
    assert world.customer_of(adatum).values["phone_no"] == "030 1"
    assert world.account_of(adatum).values["address1_line1"] == "Main Street 5"
    assert world.account_of(adatum).values["telephone1"] == "030 1"
    world.both()
    assert world.both() == (Counters(), Counters())


def test_an_edit_in_sales_survives_our_own_write_that_made_us_the_last_one_to_modify_it(world: World) -> None:
    adatum = world.synchronized()
    world.crm.edit("account", world.pair(adatum).crm_id, telephone1="030 1")
    world.erp.edit("customer", adatum, address="Main Street 5")
    world.run(TO_CRM)
    assert world.pair(adatum).owed_erp
    world.run(TO_ERP)
    assert world.customer_of(adatum).values["phone_no"] == "030 1"
    assert not world.pair(adatum).owed_erp


def test_the_same_field_changed_on_both_sides_is_a_conflict_that_names_both_values(world: World) -> None:
    adatum = world.synchronized()
    world.crm.edit("account", world.pair(adatum).crm_id, telephone1="030 1")
    world.erp.edit("customer", adatum, phone_no="030 2")
    assert world.run(TO_CRM) == Counters(failed=1)
    [failure] = world.journal.failures
    assert failure.code == "conflict"
    assert "030 1" in failure.message
    assert "030 2" in failure.message
    assert world.run(TO_ERP) == Counters(failed=1)
    assert world.account_of(adatum).values["telephone1"] == "030 1"
    assert world.customer_of(adatum).values["phone_no"] == "030 2"


@pytest.mark.parametrize(
    ("policy", "winner", "counters"),
    [
        (ConflictPolicy.SEND, "030 2", (Counters(modified=1), Counters(unchanged=1))),
        (ConflictPolicy.GET, "030 1", (Counters(unchanged=1), Counters(modified=1))),
    ],
)
def test_the_update_policy_says_who_wins(
    world: World, policy: ConflictPolicy, winner: str, counters: tuple[Counters, ...]
) -> None:
    adatum = world.synchronized()
    world.crm.edit("account", world.pair(adatum).crm_id, telephone1="030 1")
    world.erp.edit("customer", adatum, phone_no="030 2")
    assert world.both(customer_rule(conflict=policy)) == counters
    assert world.account_of(adatum).values["telephone1"] == winner
    assert world.customer_of(adatum).values["phone_no"] == winner


def test_a_customer_whose_salesperson_is_not_coupled_waits_and_says_for_whom(world: World) -> None:
    anna = world.erp.add("salesperson", code="AL", name="Anna Lidman")
    world.erp.add("customer", name="Fabrikam", blocked=0, salesperson_code=Ref("salesperson", anna, "AL"))
    assert world.run(TO_CRM, create=True) == Counters(failed=1)
    [failure] = world.journal.failures
    assert failure.code == "reference-not-coupled"
    assert "AL" in failure.message
    user = world.crm.add("systemuser", fullname="Anna Lidman", isdisabled=False)
    world.couple(salespeople_rule(), anna, user)
    assert world.run(TO_CRM) == Counters(inserted=1)
    assert len(world.journal.recovered) == 1


def test_a_name_that_does_not_fit_fails_with_field_value_and_limit_and_the_others_go_on(world: World) -> None:
    adatum = world.synchronized()
    fabrikam = world.synchronized("Fabrikam")
    world.crm.edit("account", world.pair(adatum).crm_id, address1_city="X" * 31)
    world.crm.edit("account", world.pair(fabrikam).crm_id, address1_city="Berlin")
    assert world.run(TO_ERP) == Counters(failed=1, modified=1)
    assert "30" in world.journal.failures[0].message


def test_the_same_failure_twice_is_skipped_and_a_change_of_the_source_tries_again(world: World) -> None:
    adatum = world.synchronized()
    crm_id = world.pair(adatum).crm_id
    world.crm.edit("account", crm_id, address1_city="X" * 31)
    assert world.run(TO_ERP) == Counters(failed=1)
    assert world.run(TO_ERP) == Counters(skipped=1)
    assert world.pair(adatum).skipped
    assert world.run(TO_ERP) == Counters()
    world.crm.edit("account", crm_id, address1_city="Berlin")
    assert world.run(TO_ERP) == Counters(modified=1)
    assert not world.pair(adatum).skipped


def test_a_deleted_account_fails_first_and_is_skipped_the_second_time(world: World) -> None:
    adatum = world.synchronized()
    world.crm.remove("account", world.pair(adatum).crm_id)
    assert world.ids(TO_CRM, adatum) == Counters(failed=1)
    assert world.ids(TO_CRM, adatum) == Counters(skipped=1)


def test_restore_records_makes_a_deleted_account_again(world: World) -> None:
    adatum = world.synchronized()
    gone = world.pair(adatum).crm_id
    world.crm.remove("account", gone)
    assert world.ids(TO_CRM, adatum, rule=customer_rule(deletion=DeletionPolicy.RESTORE)) == Counters(inserted=1)
    assert world.pair(adatum).crm_id != gone
    assert world.account_of(adatum).values["name"] == "Adatum"


def test_restore_records_makes_a_deleted_customer_again_from_its_account(world: World) -> None:
    adatum = world.synchronized()
    rule = customer_rule(deletion=DeletionPolicy.RESTORE)
    account_id = world.pair(adatum).crm_id
    world.erp.remove("customer", adatum)
    world.both(rule)
    [row] = world.ledger(rule).pairs(world.crm.side, [account_id]).values()
    assert world.customer_of(row.erp_id).values["name"] == "Adatum"


def test_remove_coupling_lets_the_survivor_stay(world: World) -> None:
    adatum = world.synchronized()
    rule = customer_rule(deletion=DeletionPolicy.REMOVE)
    world.crm.remove("account", world.pair(adatum).crm_id)
    world.both(rule)
    assert adatum not in world.ledger(rule).rows
    assert world.customer_of(adatum).values["name"] == "Adatum"


def test_a_run_that_breaks_off_after_the_write_is_completed_without_a_double() -> None:
    world = World()
    world.add_customer("Adatum")
    world.crm.fail_on("insert", Unreachable("The line went dead."), done=None)
    with pytest.raises(Unreachable):
        world.run(TO_CRM, create=True)
    world.run(TO_CRM, create=True)
    assert world.crm.count("account") == 1


def test_a_run_that_breaks_off_before_the_write_is_repeated() -> None:
    world = World()
    adatum = world.add_customer("Adatum")
    world.crm.fail_on("insert", Unreachable("The line went dead."))
    with pytest.raises(Unreachable):
        world.run(TO_CRM, create=True)
    assert world.run(TO_CRM, create=True) == Counters(inserted=1)
    assert world.account_of(adatum).values["name"] == "Adatum"


def test_new_accounts_become_customers_with_a_number_of_the_series(world: World) -> None:
    world.crm.add("account", **account("Coho Winery", ownerid=Ref("systemuser", world.jim_user)))
    assert world.run(TO_ERP, create=True) == Counters(inserted=1)
    [coho] = world.erp.find("customer", fields=["no", "name"]).records
    assert coho.values["name"] == "Coho Winery"
    assert coho.values["no"]


def test_a_dry_run_shows_the_plan_and_writes_nothing(world: World) -> None:
    world.add_customer("Adatum")
    actions = world.plan(TO_CRM, create=True)
    assert [type(action).__name__ for action in actions] == ["Insert"]
    assert world.crm.count("account") == 0
    assert not world.ledger(customer_rule()).rows


def test_a_second_pass_over_everything_changes_nothing(world: World) -> None:
    for name in ("Adatum", "Fabrikam", "Coho Winery"):
        world.add_customer(name)
    world.run(TO_CRM, create=True)
    world.both()
    assert world.run(TO_CRM, scope=Scope.EVERYTHING, create=True) == Counters(unchanged=3)
    assert world.run(TO_ERP, scope=Scope.EVERYTHING, create=True) == Counters(unchanged=3)
    assert world.crm.count("account") == world.erp.count("customer") == 3


def test_an_account_that_a_person_changes_while_we_write_is_read_and_decided_once_more(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, address="Main Street 5")
    overtaken = VersionConflict("Somebody changed the record in the meantime.")
    world.crm.fail_on("update", overtaken)
    assert world.run(TO_CRM) == Counters(modified=1)
    assert world.account_of(adatum).values["address1_line1"] == "Main Street 5"
    assert not world.journal.failures


def test_a_row_overtaken_when_the_run_ends_is_taken_up_by_the_next_run() -> None:
    world = World()
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, address="Main Street 5")
    world.crm.fail_on("update", VersionConflict("Somebody changed the record in the meantime."))
    world.erp.fail_on("get", Unreachable("The power went."))
    with pytest.raises(Unreachable):
        world.run(TO_CRM)
    world.cursors["CUSTOMER", TO_CRM] = world.journal.position
    assert world.run(TO_CRM) == Counters(modified=1)
    assert world.account_of(adatum).values["address1_line1"] == "Main Street 5"


def test_a_mapping_that_goes_by_a_column_of_its_own_takes_what_that_column_says_has_changed(world: World) -> None:
    rule = customer_rule(crm_modified="lastonholdtime")
    adatum = world.synchronized("Adatum")
    there = world.pair(adatum).crm_id
    world.crm.edit("account", there, lastonholdtime=dt.datetime(2026, 11, 3, tzinfo=dt.UTC))
    world.cursors.clear()
    world.run(TO_ERP, rule)
    world.crm.edit("account", there, telephone1="030 5", lastonholdtime=dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
    assert world.run(TO_ERP, rule) == Counters()
    world.crm.edit("account", there, lastonholdtime=dt.datetime(2026, 11, 4, tzinfo=dt.UTC))
    assert world.run(TO_ERP, rule) == Counters(modified=1)
    assert world.customer_of(adatum).values["phone_no"] == "030 5"
