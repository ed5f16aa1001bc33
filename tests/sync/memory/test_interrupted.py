"""Updates that were begun and may not have arrived, and what of ours is written besides meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coupling.packing import partner_of, row_of
from integration.sync.memory.halves import unread
from integration.sync.memory.ledger import InFlight, Partner, SideWritten, State
from integration.sync.rules import ConflictPolicy, Reference
from integration.sync.run import Options
from integration.systems.values import Ref, Row, Side
from tests.makers import CUSTOMER_FIELDS, account, customer_rule, pair
from tests.sync.mortal import run_until
from tests.sync.world import TO_CRM, TO_ERP, World

ONE_WAY = customer_rule([*CUSTOMER_FIELDS[:4], pair("phone_no", "telephone1", TO_CRM)], only_coupled=False)
PHONE = "phone_no:telephone1"


@pytest.fixture
def world() -> World:
    return World()


def dies_before_it_writes(world: World, rule, adatum) -> None:
    """A pass to Sales that has stored what it is about to write, and ends there."""
    for last in range(1, 30):
        if run_until(world, last, TO_CRM, rule, Options()) is not None:
            break
        if world.partner(adatum, rule).writing is not None:
            return
    raise AssertionError("It never began to write.")


def test_an_update_that_never_arrived_is_made_again_where_nothing_was_agreed_before(world):
    adatum = world.add_customer("Adatum", phone_no="030 1")
    world.both(ONE_WAY)
    ledger, partner = world.ledger(ONE_WAY), world.partner(adatum, ONE_WAY)
    world.crm.edit("account", partner.crm_id, by=world.context.user_id, telephone1="030 2")
    ledger.rows[adatum] = replace(partner, agreed={}, seen_erp="", seen_crm="", owed_crm=True)  # coupled anew by hand
    dies_before_it_writes(world, ONE_WAY, adatum)
    world.both(ONE_WAY)
    assert world.crm.values("account", partner.crm_id)["telephone1"] == "030 1"


def test_an_update_that_never_arrived_is_made_again_though_somebody_asked_for_a_look_meanwhile(world):
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 1")
    dies_before_it_writes(world, customer_rule(), adatum)
    ledger, partner = world.ledger(customer_rule()), world.partner(adatum)
    ledger.rows[adatum] = replace(partner, seen_erp="", seen_crm="", owed_erp=True, raised=partner.raised + 1)
    world.run(TO_ERP)
    world.run(TO_CRM)
    assert world.account_of(adatum).values["telephone1"] == "030 1"


def test_the_version_that_an_update_was_to_be_written_over_is_kept_with_it():
    world = World()
    begun = InFlight(Side.CRM, {PHONE: ("1", unread("1"))}, 'W/"4711"')
    partner = Partner(world.jim, world.jim_user, State.COUPLED, writing=begun)
    assert partner_of(row_of(partner)).writing == begun


def besides(world: World, adatum, columns: dict[str, str], **more) -> None:
    """We write the account beside the passes of its mapping, having read it as a whole."""
    partner = world.partner(adatum)
    row = world.account_of(adatum)
    held = {name: "" if value is None else str(value) for name, value in row.values.items()}
    answer = world.crm.update("account", [Row(partner.crm_id, columns, row.version)])[0]
    ours = row.modified_by == world.context.user_id
    write = SideWritten(
        Side.CRM, "account", partner.crm_id, frozenset(columns), row.version, answer.version or "", held, ours
    )
    world.ledger(customer_rule()).side_written([replace(write, **more)])


def with_half(world: World, adatum, half: str) -> None:
    ledger, partner = world.ledger(customer_rule()), world.partner(adatum)
    ledger.rows[adatum] = replace(partner, seen_crm="", agreed={**partner.agreed, PHONE: ("030 1", half)})


def test_what_sales_made_of_our_value_stays_agreed_under_a_write_besides(world):
    adatum = world.synchronized(phone_no="030 1")
    partner = world.partner(adatum)
    world.crm.edit("account", partner.crm_id, by=world.context.user_id, telephone1="+49 30 1")
    with_half(world, adatum, unread("030 1"))
    besides(world, adatum, {"description": "We were here."})
    world.both()
    assert world.customer_of(adatum).values["phone_no"] == "030 1"


def test_an_edit_under_a_write_besides_arrives(world):
    adatum = world.synchronized(phone_no="030 1")
    world.crm.edit("account", world.partner(adatum).crm_id, telephone1="030 2")
    with_half(world, adatum, unread("030 1"))
    besides(world, adatum, {"description": "We were here."})
    world.both()
    assert world.customer_of(adatum).values["phone_no"] == "030 2"


def test_a_mapped_column_that_we_write_besides_is_no_default_of_a_new_row(world):
    adatum = world.synchronized()
    with_half(world, adatum, "~")
    besides(world, adatum, {"telephone1": "030 2"})
    assert world.partner(adatum).agreed[PHONE][1] == ""


def test_a_write_besides_drops_an_update_that_has_not_arrived(world):
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 1")
    dies_before_it_writes(world, customer_rule(), adatum)
    besides(world, adatum, {"description": "We were here."})
    assert world.partner(adatum).writing is None
    world.both()
    assert world.account_of(adatum).values["telephone1"] == "030 1"


def test_a_write_besides_settles_an_update_that_has_arrived(world):
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 1")
    dies_before_it_writes(world, customer_rule(), adatum)
    partner = world.partner(adatum)
    world.crm.edit("account", partner.crm_id, by=world.context.user_id, telephone1="030 1")
    besides(world, adatum, {"description": "We were here."})
    assert world.partner(adatum).writing is None
    assert world.partner(adatum).agreed[PHONE] == ("030 1", "030 1")
    world.erp.edit("customer", adatum, phone_no="030 2")
    world.both()
    assert world.account_of(adatum).values["telephone1"] == "030 2"


def test_an_edit_while_a_pass_from_sales_completes_an_interrupted_birth_arrives(world):
    rule = customer_rule(only_coupled=False)
    adatum = world.add_customer("Adatum")
    for last in range(1, 30):
        if run_until(world, last, TO_CRM, rule, Options()) is not None or world.crm.ids("account"):
            break
    assert world.partner(adatum, rule).state is State.INTENDED
    getting = world.erp.get

    def get_and_edit(table, ids, fields):
        found = getting(table, ids, fields)
        world.erp.get = getting
        world.erp.edit("customer", adatum, phone_no="030 9")
        return found

    world.erp.get = get_and_edit
    world.run(TO_ERP, rule)
    world.erp.get = getting
    world.both(rule)
    assert world.account_of(adatum).values["telephone1"] == "030 9"


def test_what_had_no_partner_is_not_blanked_after_an_update_of_another_field_was_interrupted(world):
    parent = pair("bill_to_customer_no", "parentaccountid", reference=Reference("customer", "account"))
    rule = customer_rule([*CUSTOMER_FIELDS, parent], conflict=ConflictPolicy.NONE)
    adatum = world.synchronized()
    coho = world.crm.add("account", **account("Coho Winery", statecode=1))
    partner = world.partner(adatum)
    world.crm.edit("account", partner.crm_id, parentaccountid=Ref("account", coho))
    world.erp.edit("customer", adatum, city="Oslo")
    for last in range(1, 30):
        assert run_until(world, last, TO_CRM, rule, Options()) is None
        if world.crm.values("account", partner.crm_id)["address1_city"] == "Oslo":
            break
    for _ in range(2):
        world.both(rule)
    assert world.crm.values("account", partner.crm_id)["parentaccountid"] == Ref("account", coho)
