"""What a new day brings though nobody changes a record: exchange rates and prices that were entered ahead, prices that
end. Looked at every hour, so that it does not matter when a day begins.

Rates become changes of their currencies, which the scheduled pass carries. Prices start a pass over just those whose
line has to change hands.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from integration.business_central.models.money import refresh_exchange_rates
from integration.connection import systems
from integration.defaults.tasks import Task
from integration.jobs.create import create
from integration.models import ConnectionSetup, JobQueueEntry, TableMapping
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.sync.special.prices.lines import PRICE
from integration.sync.special.prices.sales_prices import SALES_PRICE, SalesPrices, key_of
from integration.systems.filters import AllOf, AnyOf, Comparison, parse
from integration.systems.system import System

TASK = Task.NEW_DAY
LOOK_BACK = dt.timedelta(days=31)
"""How long we may have been away. What came due before that is found by a full synchronization."""


def look() -> dict[str, int]:
    """Let rates and prices of today take effect; how many currencies and prices that were."""
    return {"rates": refresh_exchange_rates(), "prices": sum(map(_start, _mappings()))}


def _mappings() -> list[TableMapping]:
    """The mappings of prices that are carried by themselves: a person may have put one on hold."""
    setup = ConnectionSetup.current()
    if not setup.is_enabled:
        return []
    prices = TableMapping.objects.filter(erp_table=SALES_PRICE, crm_table=PRICE, part__in=setup.parts())
    held = JobQueueEntry.objects.filter(status=JobQueueEntry.Status.ON_HOLD, mapping__isnull=False)
    mappings = prices.exclude(pk__in=held.values("mapping"))
    return [one for one in mappings if Direction(one.direction).includes(Direction.TO_CRM)]


def _start(mapping: TableMapping) -> int:
    ids = due(mapping, systems.open_erp())
    if ids:
        create(mapping, Direction.TO_CRM, options=Options(scope=Scope.IDS, ids=tuple(sorted(ids))))
    return len(ids)


def due(mapping: TableMapping, erp: System) -> set[uuid.UUID]:
    """The prices that began or ended lately and whose line is not theirs yet, or is theirs still."""
    sales_prices = SalesPrices(erp, parse(mapping.erp_filter, erp.describe(SALES_PRICE)))
    first = sales_prices.day - LOOK_BACK
    began = AllOf((Comparison("starting_date", ">=", first), Comparison("starting_date", "<=", sales_prices.day)))
    ended = AllOf((Comparison("ending_date", ">=", first), Comparison("ending_date", "<", sales_prices.day)))
    sales_prices.read(
        {key for record in sales_prices.prices(AnyOf((began, ended))) if (key := key_of(record)) is not None}
    )
    winners = {choice.winner for choice in sales_prices.choices.values() if choice.winner is not None}
    losers = {id for choice in sales_prices.choices.values() for id in choice.reasons}
    states = _states(mapping, winners | losers)
    # One that failed or waits already is tried again by each scheduled pass.
    fresh = set() if mapping.only_coupled else {id for id in winners if id not in states}
    return fresh | {id for id in losers if states.get(id) == State.COUPLED}


def _states(mapping: TableMapping, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    wanted = list(ids)
    found: dict[uuid.UUID, str] = {}
    for start in range(0, len(wanted), 500):
        rows = mapping.couplings.filter(erp_id__in=wanted[start : start + 500])
        found.update(rows.values_list("erp_id", "state"))
    return found
