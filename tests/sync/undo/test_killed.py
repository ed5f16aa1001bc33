"""An undoing that dies at any step, and is done again: everything goes back once, and no run brings it again."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from integration.sync.run import Scope
from integration.sync.undo.past import Past
from integration.sync.undo.run import undo
from tests.makers import customer_rule
from tests.sync.mortal import SYSTEM_WRITES, Killed, Life, Mortal, MortalLedger, MortalSystem
from tests.sync.undo.undone import UndoWorld
from tests.sync.world import TO_CRM, MemoryJournal

JOURNAL_WRITES = ("begin", "note", "change", "leave_out")


def carried() -> tuple[UndoWorld, list[Past]]:
    """A run wrote Adatum's new telephone number and made the account of Litware."""
    world = UndoWorld()
    adatum = world.synchronized("Adatum")
    world.add_customer("Litware")
    world.erp.edit("customer", adatum, phone_no="030 22")
    world.run(TO_CRM, create=True)
    return world, world.pasts()


def lives(world: UndoWorld, pasts: list[Past], last: int, *, removes: bool) -> bool:
    """One undoing that dies at its ``last`` step; does it live to its end?"""
    run, life, world.journal = world.run_of(TO_CRM), Life(last), MemoryJournal()
    destination = MortalSystem(run.destination, life, SYSTEM_WRITES)
    run = replace(run, destination=destination, ledger=MortalLedger(world, customer_rule(), life))
    try:
        undo(run, pasts, Mortal(world.journal, life, JOURNAL_WRITES), removes=removes)
    except Killed:
        return False
    return True


@pytest.mark.parametrize("removes", [False, True])
def test_an_undoing_that_dies_at_any_step_is_completed_by_the_next_one(removes: bool) -> None:
    for last in itertools.count(1):
        world, pasts = carried()
        lived = lives(world, pasts, last, removes=removes)
        world.undo(pasts, removes=removes)
        for more in ({}, {"create": True}, {"scope": Scope.EVERYTHING, "create": True}):
            world.both(**more)
            assert not world.journal.failures
            assert len(world.crm.ids("account")) == (1 if removes else 2)
            phones = {world.crm.values("account", id)["telephone1"] for id in world.crm.ids("account")}
            assert "030 22" not in phones
        if lived:
            assert last > 5
            return
