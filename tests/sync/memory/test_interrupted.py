"""Updates that were begun and may not have arrived, and what of ours is written besides meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from coupling.packing import pair_of, row_of
from integration.sync.memory.halves import unread
from integration.sync.memory.ledger import InFlight, Pair, SideWritten, State
from integration.sync.rules import ConflictPolicy, Reference, TableRule
from integration.sync.run import Options
from integration.systems.values import Record, Ref, Row, Side
from tests.makers import CUSTOMER_FIELDS, account, customer_rule, field_rule
from tests.sync.mortal import run_until
from tests.sync.world import TO_CRM, TO_ERP, World

ONE_WAY = customer_rule([*CUSTOMER_FIELDS[:4], field_rule("phone_no", "telephone1", TO_CRM)], only_coupled=False)
PHONE = "phone_no:telephone1"


@pytest.fixture
def world() -> World:
    return World()


def dies_before_it_writes(world: World, rule: TableRule, adatum: uuid.UUID) -> None:
    """A pass to Sales that has stored what it is about to write, and ends there."""
    for last in range(1, 30):
        if run_until(world, last, TO_CRM, rule, Options()) is not None:
            break
        if world.pair(adatum, rule).in_flight is not None:
            return
    raise AssertionError("It never began to write.")


def test_an_update_that_never_arrived_is_made_again_where_nothing_was_agreed_before(world: World) -> None:
    adatum = world.add_customer("Adatum", phone_no="030 1")
    world.both(ONE_WAY)
    ledger, pair = world.ledger(ONE_WAY), world.pair(adatum, ONE_WAY)
    world.crm.edit("account", pair.crm_id, by=world.context.user_id, telephone1="030 2")
    ledger.rows[adatum] = replace(pair, agreed={}, seen_erp="", seen_crm="", owed_crm=True)  # coupled anew by hand
    dies_before_it_writes(world, ONE_WAY, adatum)
    world.both(ONE_WAY)
    assert world.crm.values("account", pair.crm_id)["telephone1"] == "030 1"


def test_an_update_that_never_arrived_is_made_again_though_somebody_asked_for_a_look_meanwhile(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 1")
    dies_before_it_writes(world, customer_rule(), adatum)
    ledger, pair = world.ledger(customer_rule()), world.pair(adatum)
    ledger.rows[adatum] = replace(pair, seen_erp="", seen_crm="", owed_erp=True, raised=pair.raised + 1)
    world.run(TO_ERP)
    world.run(TO_CRM)
    assert world.account_of(adatum).values["telephone1"] == "030 1"


def test_the_version_that_an_update_was_to_be_written_over_is_kept_with_it() -> None:
    world = World()
    begun = InFlight(Side.CRM, {PHONE: ("1", unread("1"))}, 'W/"4711"')
    pair = Pair(world.jim, world.jim_user, State.COUPLED, in_flight=begun)
    assert pair_of(row_of(pair)).in_flight == begun


def besides(world: World, adatum: uuid.UUID, columns: dict[str, str], **more: Any) -> None:
    """We write the account beside the passes of its mapping, having read it as a whole."""
    pair = world.pair(adatum)
    row = world.account_of(adatum)
    held = {name: "" if value is None else str(value) for name, value in row.values.items()}
    answer = world.crm.update("account", [Row(pair.crm_id, columns, row.version)])[0]
    ours = row.modified_by == world.context.user_id
    write = SideWritten(
        Side.CRM, "account", pair.crm_id, frozenset(columns), row.version, answer.version or "", held, ours
    )
    world.ledger(customer_rule()).side_written([replace(write, **more)])


def with_half(world: World, adatum: uuid.UUID, half: str) -> None:
    ledger, pair = world.ledger(customer_rule()), world.pair(adatum)
    ledger.rows[adatum] = replace(pair, seen_crm="", agreed={**pair.agreed, PHONE: ("030 1", half)})


def test_what_sales_made_of_our_value_stays_agreed_under_a_write_besides(world: World) -> None:
    adatum = world.synchronized(phone_no="030 1")
    pair = world.pair(adatum)
    world.crm.edit("account", pair.crm_id, by=world.context.user_id, telephone1="+49 30 1")
    with_half(world, adatum, unread("030 1"))
    besides(world, adatum, {"description": "We were here."})
    world.both()
    assert world.customer_of(adatum).values["phone_no"] == "030 1"


def test_an_edit_under_a_write_besides_arrives(world: World) -> None:
    adatum = world.synchronized(phone_no="030 1")
    world.crm.edit("account", world.pair(adatum).crm_id, telephone1="030 2")
    with_half(world, adatum, unread("030 1"))
    besides(world, adatum, {"description": "We were here."})
    world.both()
    assert world.customer_of(adatum).values["phone_no"] == "030 2"


def test_a_mapped_column_that_we_write_besides_is_no_default_of_a_new_row(world: World) -> None:
    adatum = world.synchronized()
    with_half(world, adatum, "~")
    besides(world, adatum, {"telephone1": "030 2"})
    assert world.pair(adatum).agreed[PHONE][1] == ""


def test_a_write_besides_drops_an_update_that_has_not_arrived(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 1")
    dies_before_it_writes(world, customer_rule(), adatum)
    besides(world, adatum, {"description": "We were here."})
    assert world.pair(adatum).in_flight is None
    world.both()
    assert world.account_of(adatum).values["telephone1"] == "030 1"


def test_a_write_besides_settles_an_update_that_has_arrived(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 1")
    dies_before_it_writes(world, customer_rule(), adatum)
    pair = world.pair(adatum)
    world.crm.edit("account", pair.crm_id, by=world.context.user_id, telephone1="030 1")
    besides(world, adatum, {"description": "We were here."})
    assert world.pair(adatum).in_flight is None
    assert world.pair(adatum).agreed[PHONE] == ("030 1", "030 1")
    world.erp.edit("customer", adatum, phone_no="030 2")
    world.both()
    assert world.account_of(adatum).values["telephone1"] == "030 2"


def test_an_edit_while_a_pass_from_sales_completes_an_interrupted_birth_arrives(world: World) -> None:
    rule = customer_rule(only_coupled=False)
    adatum = world.add_customer("Adatum")
    for last in range(1, 30):
        if run_until(world, last, TO_CRM, rule, Options()) is not None or world.crm.ids("account"):
            break
    assert world.pair(adatum, rule).state is State.INTENDED
    getting = world.erp.get

    def get_and_edit(table: str, ids: Sequence[uuid.UUID], fields: Sequence[str]) -> dict[uuid.UUID, Record]:
        found = getting(table, ids, fields)
        world.erp.get = getting
        world.erp.edit("customer", adatum, phone_no="030 9")
        return found

    world.erp.get = get_and_edit
    world.run(TO_ERP, rule)
    world.erp.get = getting
    world.both(rule)
    assert world.account_of(adatum).values["telephone1"] == "030 9"


def test_what_had_no_partner_is_not_blanked_after_an_update_of_another_field_was_interrupted(world: World) -> None:
    parent = field_rule("bill_to_customer_no", "parentaccountid", reference=Reference("customer", "account"))
    rule = customer_rule([*CUSTOMER_FIELDS, parent], conflict=ConflictPolicy.NONE)
    adatum = world.synchronized()
    coho = world.crm.add("account", **account("Coho Winery", statecode=1))
    pair = world.pair(adatum)
    world.crm.edit("account", pair.crm_id, parentaccountid=Ref("account", coho))
    world.erp.edit("customer", adatum, city="Oslo")
    for last in range(1, 30):
        assert run_until(world, last, TO_CRM, rule, Options()) is None
        if world.crm.values("account", pair.crm_id)["address1_city"] == "Oslo":
            break
    for _ in range(2):
        world.both(rule)
    assert world.crm.values("account", pair.crm_id)["parentaccountid"] == Ref("account", coho)
