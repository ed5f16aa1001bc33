"""A company with as many customers as asked for, none of which is kept: each page is made when it is read."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from integration.sync.actions import Action
from integration.sync.engine import plan
from integration.sync.run import Options
from integration.systems.filters import EVERYTHING, Filter
from integration.systems.memory import MemorySystem
from integration.systems.values import Page, Record, Side
from tests.makers import FIRMS, customer, customer_rule, erp_tables
from tests.sync.world import TO_CRM, World

PAGE = 500


class LongCompany(MemorySystem):
    """``customers`` rows, in pages of ``PAGE``."""

    def __init__(self, customers: int) -> None:
        super().__init__(Side.ERP, erp_tables())
        self.customers = customers

    def changes(
        self, table: str, fields: Sequence[str], since: str | None = None, where: Filter = EVERYTHING, by: str = ""
    ) -> Iterator[Page]:
        for start in range(0, self.customers, PAGE):
            numbers = range(start, min(start + PAGE, self.customers))
            yield Page([self._record(table, number) for number in numbers], (), str(start + PAGE))

    def _record(self, table: str, number: int) -> Record:
        values: dict[str, Any] = customer(f"{FIRMS[number % len(FIRMS)]} {number}", no=f"C{number:07}")
        return Record(table, uuid.UUID(int=number + 1), values, "1")


def planned(customers: int) -> Iterator[Action]:
    """The plan of a first run to Sales over that many customers."""
    world, rule = World(), customer_rule(only_coupled=False)
    options = Options(create=True, dry_run=True)
    source = LongCompany(customers)
    yield from plan(rule, TO_CRM, source, world.crm, world.ledger(rule), None, options, world.context)
