"""What a full synchronization of a mapping had better do, from counting both sides."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from integration.mappings.build_rule import build_rule
from integration.models.jobs.full_synch import Recommendation
from integration.models.mapping.table_mapping import TableMapping
from integration.sync.rules import Direction
from integration.systems.errors import ConfigurationProblem
from integration.systems.filters import EVERYTHING
from integration.systems.system import System

UNIT_GROUPS = "uomschedule"
CURRENCIES = "transactioncurrency"
FILTERED = ("systemuser", "account", "contact")
FOUND_BY_KEY = ("uomschedule", "pricelevel", "productpricelevel")
"""A run finds the rows of these that are there already by itself (unit group by name, price list by name, price by
list, product and unit): matching first would only call what is to be created a failure."""


class BothSystems(Protocol):
    """What ``open_for_page`` and ``open_for_run`` give."""

    @property
    def erp(self) -> System: ...

    @property
    def crm(self) -> System: ...


class Recommended(NamedTuple):
    """What had better be done, why that cannot be said, and about how many records the passes are going to look at
    (``None``: nobody knows; a system may count up to 5,000 of a table)."""

    recommendation: Recommendation
    message: str = ""
    records: int | None = None


def recommend(mapping: TableMapping, connected: BothSystems) -> Recommended:
    """Records on both sides: match them first. On one side: copy them. On neither: nothing to do. A mapping that does
    not fit its tables says so and is left to its run. Raises ``ConnectionProblem``."""
    try:
        return _recommend(mapping, connected.erp, connected.crm)
    except ConfigurationProblem as problem:
        return Recommended(Recommendation.FULL, problem.message)


def _recommend(mapping: TableMapping, erp: System, crm: System) -> Recommended:
    rule = build_rule(mapping, erp, crm)
    filtered = mapping.crm_table in FILTERED
    ours = erp.count(mapping.erp_table, rule.erp_filter if filtered else EVERYTHING)
    if mapping.is_option:
        # The options are always there; the question is whether there are codes to link to them.
        return Recommended(Recommendation.COUPLE if ours else Recommendation.NONE, records=ours)
    theirs = crm.count(mapping.crm_table, rule.crm_filter if filtered else EVERYTHING)
    records = sum(ours if way is Direction.TO_CRM else theirs for way in Direction(mapping.direction).passes)
    if theirs <= _rows_from_the_start(mapping.crm_table):
        theirs = 0
    if ours and theirs and mapping.crm_table not in FOUND_BY_KEY:
        return Recommended(Recommendation.COUPLE, records=records)
    return Recommended(Recommendation.FULL if ours or theirs else Recommendation.NONE, records=records)


def _rows_from_the_start(crm_table: str) -> int:
    """An empty organization has one unit group and its base currency."""
    return 1 if crm_table in (UNIT_GROUPS, CURRENCIES) else 0
