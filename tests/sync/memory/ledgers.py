"""Two kinds of ledger, the one in memory and the one in the database, for one contract."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from integration.models import TableMapping
from integration.sync.memory.ledger import Ledger, Pair, State, Wait
from integration.sync.memory.memory_ledger import MemoryLedger
from integration.sync.rules import Direction
from integration.systems.values import Side

TO_CRM, TO_ERP = Direction.TO_CRM, Direction.TO_ERP
TABLES = {
    "CUSTOMER": ("customer", "account"),
    "SALESPEOPLE": ("salesperson", "systemuser"),
    "VENDOR": ("vendor", "account"),
}


class Ledgers:
    """The ledgers of mappings that can look into each other; of all of them the name is mapped."""

    def __init__(self, database: bool) -> None:
        self._memory: dict[tuple[str, str], MemoryLedger] = {}
        for name, tables in TABLES.items():
            if database:
                mapping = TableMapping.objects.create(
                    name=name, erp_table=tables[0], crm_table=tables[1], direction="both"
                )
                mapping.fields.create(erp_field="name", crm_field="name", direction="both", position=0)
            else:
                self._memory[tables] = MemoryLedger(self._memory, dict.fromkeys(Side, ("name",)))

    def __getitem__(self, name: str) -> Any:
        return self._memory[TABLES[name]] if self._memory else TableMapping.objects.get(name=name).couplings


@pytest.fixture(params=["memory", pytest.param("database", marks=pytest.mark.django_db)])
def ledgers(request: pytest.FixtureRequest) -> Ledgers:
    return Ledgers(request.param == "database")


@pytest.fixture
def ledger(ledgers: Ledgers) -> Ledger:
    return ledgers["CUSTOMER"]


def coupled(**more: Any) -> Pair:
    return replace(Pair(uuid.uuid4(), uuid.uuid4(), State.COUPLED), **more)


def kept(ledger: Ledger, pair: Pair) -> Pair | None:
    return ledger.pairs(Side.ERP, [pair.erp_id]).get(pair.erp_id)


def salesperson(direction: Direction, pair: Pair) -> Wait:
    """What a pass in this direction waits for until this pair of salespeople is coupled."""
    table = TABLES["SALESPEOPLE"][0 if direction is TO_CRM else 1]
    return Wait(direction.destination, table, pair.id(direction.source))
