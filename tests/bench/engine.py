"""The pure part of a run, from records to actions: its time against writing the same records as JSON, its memory
against a plan of a tenth of the length."""

from __future__ import annotations

import json
import tracemalloc
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from integration.sync.plan import Planner
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Options, Scope
from integration.sync.special.base import Run
from integration.systems.values import Page, Side
from tests.bench.measure import Number, seconds
from tests.makers import customer_rule, firms
from tests.sync.running.long import planned
from tests.sync.world import World

CUSTOMERS = 5000
LONG = 100_000


def run() -> Iterator[Number]:
    world, rule = World(), customer_rule(only_coupled=False)
    for name in firms(CUSTOMERS):
        world.erp.unique = {}
        world.add_customer(name)
    new = _ratio(world, rule, Options(create=True, dry_run=True))
    yield Number("planning 5,000 new customers: times json.dumps", new, "x", 12)
    world.run(Direction.TO_CRM, rule, create=True)
    changed = _ratio(world, rule, Options(scope=Scope.EVERYTHING, dry_run=True), touched=True)
    yield Number("planning 5,000 changed customers: times json.dumps", changed, "x", 12)
    yield Number("memory of planning 100,000 customers: times that of 10,000", _growth(), "x", 1.2)


def _ratio(world: World, rule: TableRule, options: Options, *, touched: bool = False) -> float:
    """Planning all customers, reading their twins in memory where they are, as a multiple of dumping them."""
    pages = [_touched(page) if touched else page for page in world.erp.changes("customer", rule.columns(Side.ERP))]
    values = [dict(record.values) for page in pages for record in page.records]
    run_ = Run(rule, Direction.TO_CRM, world.erp, world.crm, world.ledger(rule), options, world.context)
    planner = Planner(run_)
    floor = seconds(lambda: [json.dumps(row, default=str) for row in values])
    return round(seconds(lambda: [planner.plan(page) for page in pages]) / floor, 2)


def _touched(page: Page) -> Page:
    """The same rows with a new phone number and version."""
    records = [
        replace(record, version=f"{record.version}.1", values={**record.values, "phone_no": "030 7"})
        for record in page.records
    ]
    return Page(records, page.deleted, page.cursor)


def _growth() -> float:
    return round(_peak(LONG) / _peak(LONG // 10), 2)


def _peak(customers: int) -> int:
    """The most memory in use while a plan is read and thrown away, in bytes."""
    tracemalloc.start()
    try:
        deque(planned(customers), maxlen=0)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
