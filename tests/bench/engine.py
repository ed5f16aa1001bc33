"""The pure part of a run, from records to actions, against writing the same records as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from integration.sync.plan import Planner
from integration.sync.rules import Direction
from integration.sync.run import Options
from integration.sync.special.base import Run
from integration.systems.base import Side
from tests.bench.measure import Number, seconds
from tests.makers import customer_rule, firms
from tests.sync.world import World

CUSTOMERS = 5000


def run() -> Iterator[Number]:
    world, rule = World(), customer_rule(only_coupled=False)
    for name in firms(CUSTOMERS):
        world.erp.unique = {}
        world.add_customer(name)
    pages = list(world.erp.changes("customer", rule.columns(Side.ERP)))
    values = [dict(record.values) for page in pages for record in page.records]
    options = Options(create=True, dry_run=True)
    run_ = Run(rule, Direction.TO_CRM, world.erp, world.crm, world.ledger(rule), options, world.context)
    planner = Planner(run_)
    floor = seconds(lambda: [json.dumps(row, default=str) for row in values])
    planned = seconds(lambda: [planner.plan(page) for page in pages])
    yield Number("planning 5,000 customers: times json.dumps", round(planned / floor, 2), "x", 12)
