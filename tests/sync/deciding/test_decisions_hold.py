"""A decision of a person holds: for values that cannot be resolved, and over an earlier one, without a conflict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integration.sync.memory.halves import DECIDED
from integration.sync.memory.ledger import Result
from integration.sync.rules import ConflictPolicy, Direction, Reference, TableRule
from integration.sync.run import Counters
from integration.systems.values import Ref, Side
from tests.makers import CUSTOMER_FIELDS, account, customer_rule, field_rule
from tests.sync.world import TO_CRM, TO_ERP, World

PHONE = "phone_no:telephone1"
PARENT = Reference("customer", "account")
WAITING = customer_rule([*CUSTOMER_FIELDS, field_rule("bill_to_customer_no", "parentaccountid", reference=PARENT)])
CLEARING = customer_rule(
    [*CUSTOMER_FIELDS, field_rule("bill_to_customer_no", "parentaccountid", reference=PARENT, clear_on_failed=True)]
)
ENDS = {Side.ERP: TO_CRM, Side.CRM: TO_ERP}


@pytest.fixture
def world() -> World:
    return World()


def both_edited(world: World, rule: TableRule) -> tuple:
    """Adatum's phone was changed on both sides, and each side pays through somebody the other side does not have."""
    adatum = world.synchronized()
    account_id = world.pair(adatum).crm_id
    fabrikam = world.add_customer("Fabrikam")
    coho = world.crm.add("account", **account("Coho Winery", statecode=1))
    world.erp.edit("customer", adatum, phone_no="030 1", bill_to_customer_no=Ref("customer", fabrikam))
    world.crm.edit("account", account_id, telephone1="030 2", parentaccountid=Ref("account", coho))
    return adatum, account_id, fabrikam, coho


@pytest.mark.parametrize("winner", list(Side))
def test_send_and_get_never_end_in_a_conflict_over_a_reference_without_partner(world: World, winner: Side) -> None:
    adatum, account_id, fabrikam, coho = both_edited(world, WAITING)
    id = adatum if winner is Side.ERP else account_id
    world.ids(ENDS[winner], id, rule=WAITING, winner=winner)
    assert not [failure for failure in world.journal.failures if failure.code == "conflict"]
    assert world.erp.values("customer", adatum)["bill_to_customer_no"].id == fabrikam
    assert world.crm.values("account", account_id)["parentaccountid"].id == coho


def test_send_blanks_the_destination_where_the_field_says_so_and_leaves_the_chosen_side_alone(world: World) -> None:
    adatum, account_id, fabrikam, _ = both_edited(world, CLEARING)
    assert world.ids(TO_CRM, adatum, rule=CLEARING, winner=Side.ERP) == Counters(modified=1)
    assert world.crm.values("account", account_id)["parentaccountid"] is None
    assert world.crm.values("account", account_id)["telephone1"] == "030 1"
    for _ in range(2):
        world.both(CLEARING)
    assert world.erp.values("customer", adatum)["bill_to_customer_no"].id == fabrikam


def test_what_was_sent_without_partner_arrives_once_its_record_is_there(world: World) -> None:
    adatum, account_id, fabrikam, _ = both_edited(world, CLEARING)
    world.ids(TO_CRM, adatum, rule=CLEARING, winner=Side.ERP)
    world.ids(TO_CRM, fabrikam, rule=CLEARING, create=True)
    world.both(CLEARING)
    parent = world.crm.values("account", account_id)["parentaccountid"]
    assert parent.id == world.pair(fabrikam).crm_id


def test_get_after_a_decision_for_business_central_carries_what_sales_has(world: World) -> None:
    adatum = world.synchronized()
    pair = world.pair(adatum)
    world.erp.edit("customer", adatum, phone_no="030 1")
    world.crm.edit("account", pair.crm_id, telephone1="030 2")
    agreed = {**pair.agreed, PHONE: (DECIDED, "030 2")}
    ledger = world.ledger(customer_rule())
    ledger.rows[adatum] = replace(ledger.rows[adatum], agreed=agreed, owed_crm=True)
    assert world.ids(TO_ERP, pair.crm_id, winner=Side.CRM) == Counters(modified=1)
    world.both()
    assert world.customer_of(adatum).values["phone_no"] == "030 2"
    assert world.account_of(adatum).values["telephone1"] == "030 2"


@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_under_a_one_way_mapping_two_way_fields_overwrite_without_conflict_and_owe_nothing(
    world: World, direction: Direction
) -> None:
    rule = customer_rule(direction=direction)
    adatum = world.synchronized()
    account_id = world.pair(adatum).crm_id
    world.erp.edit("customer", adatum, phone_no="030 1", city="Oslo")
    world.crm.edit("account", account_id, telephone1="030 2", address1_line1="Main Street 7")
    assert world.run(direction, rule) == Counters(modified=1)
    pair = world.pair(adatum)
    assert (pair.owed_erp, pair.owed_crm) == (False, False)
    assert pair.outcome(direction).result is Result.SUCCESS
    values = [world.customer_of(adatum).values[name] for name in ("phone_no", "city")]
    values += [world.account_of(adatum).values[name] for name in ("telephone1", "address1_city")]
    assert values[:2] == values[2:]
    assert values[0] == ("030 1" if direction is TO_CRM else "030 2")


@pytest.mark.parametrize("policy", list(ConflictPolicy))
def test_a_one_way_mapping_asks_no_policy(world: World, policy: ConflictPolicy) -> None:
    rule = customer_rule(direction=Direction.TO_CRM, conflict=policy)
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 1")
    world.crm.edit("account", world.pair(adatum).crm_id, telephone1="030 2")
    assert world.run(TO_CRM, rule) == Counters(modified=1)
    assert world.account_of(adatum).values["telephone1"] == "030 1"


NOT_BLANK = field_rule("phone_no", "telephone1", not_null=True)
NEVER_BLANK = customer_rule([*CUSTOMER_FIELDS[:4], NOT_BLANK])


@pytest.mark.parametrize("policy", list(ConflictPolicy))
def test_a_blank_that_never_travels_is_no_rival_of_a_value(world: World, policy: ConflictPolicy) -> None:
    rule = replace(NEVER_BLANK, conflict=policy)
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 1")
    world.crm.edit("account", world.pair(adatum).crm_id, telephone1="")
    for _ in range(3):
        world.both(rule)
    pair = world.pair(adatum)
    assert world.account_of(adatum).values["telephone1"] == "030 1"
    assert (pair.owed_erp, pair.owed_crm) == (False, False)


@pytest.mark.parametrize("winner", list(Side))
def test_a_decision_for_a_blank_that_never_travels_leaves_both_sides_as_they_are(world: World, winner: Side) -> None:
    adatum = world.synchronized()
    pair = world.pair(adatum)
    phones = {Side.ERP: "030 1", Side.CRM: "030 1", winner: ""}
    world.erp.edit("customer", adatum, phone_no=phones[Side.ERP])
    world.crm.edit("account", pair.crm_id, telephone1=phones[Side.CRM])
    halves = (DECIDED, "030 1") if winner is Side.ERP else ("030 1", DECIDED)
    ledger = world.ledger(NEVER_BLANK)
    decided = replace(pair, agreed={**pair.agreed, PHONE: halves}, owed_erp=True, owed_crm=True)
    ledger.rows[adatum] = decided
    for _ in range(3):
        world.both(NEVER_BLANK)
    after = world.pair(adatum)
    assert world.customer_of(adatum).values["phone_no"] == phones[Side.ERP]
    assert world.account_of(adatum).values["telephone1"] == phones[Side.CRM]
    assert (after.owed_erp, after.owed_crm) == (False, False)
    if winner is Side.ERP:
        world.crm.edit("account", pair.crm_id, telephone1="030 5")
    else:
        world.erp.edit("customer", adatum, phone_no="030 5")
    world.both(NEVER_BLANK)
    world.both(NEVER_BLANK)
    assert world.customer_of(adatum).values["phone_no"] == world.account_of(adatum).values["telephone1"] == "030 5"
