"""An account that was merged into another one: its customer is told which, and nothing is written into the old one."""

from __future__ import annotations

from dataclasses import replace

from integration.sync.rules import DeletionPolicy
from integration.systems.memory import MemorySystem
from integration.systems.values import Ref, Side
from tests.makers import account, customer_rule, reference
from tests.sync.world import TO_CRM, World


def merging_world() -> tuple[World, object]:
    """Sales tables whose accounts know their master."""
    world = World()
    described = world.crm.describe("account")
    merging = replace(described, fields={**described.fields, "masterid": reference("masterid", "account")})
    tables = [merging if name == "account" else world.crm.describe(name) for name, _ in world.crm.tables()]
    old = world.crm
    world.crm = MemorySystem(Side.CRM, tables)
    world.crm.plug_ins = old.plug_ins
    for table in ("transactioncurrency", "systemuser"):
        for id in old.ids(table):
            world.crm.add(table, id, **old.values(table, id))
    return world, replace(customer_rule(), crm=merging)


def test_a_customer_whose_account_was_merged_away_fails_with_the_name_of_the_master_and_writes_nothing() -> None:
    world, rule = merging_world()
    adatum = world.add_customer("Adatum")
    world.run(TO_CRM, rule, create=True)
    old = world.crm.ids("account")[0]
    master = world.crm.add("account", **account("Adatum Group"))
    world.crm.edit("account", old, masterid=Ref("account", master, "Adatum Group"))
    world.erp.edit("customer", adatum, phone_no="030 7")
    counters = world.run(TO_CRM, replace(rule, deletion=DeletionPolicy.RESTORE))
    (failure,) = world.journal.failures
    assert (counters.failed, counters.modified, failure.code) == (1, 0, "twin-merged")
    assert "Adatum Group" in failure.message
    assert failure.waiting_for == f"account/{master}"
    assert world.crm.values("account", old)["telephone1"] != "030 7"
