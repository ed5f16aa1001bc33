"""What a full synchronization of a mapping had better do, from counting both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from django.db.models import prefetch_related_objects

from integration.mappings.build_rule import NEEDED, Pair, build_rule, translated_pairs
from integration.models.jobs.full_synch import Recommendation
from integration.models.mapping.table_mapping import TableMapping
from integration.sync.rules import Direction, TableRule
from integration.systems.errors import ConfigurationProblem
from integration.systems.filters import EVERYTHING, Filter
from integration.systems.system import System, count_each
from integration.systems.values import Side

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


def recommend(mappings: Sequence[TableMapping], connected: BothSystems) -> list[Recommended]:
    """What had better be done with each of these. Records on both sides: match them first. On one side: copy them. On
    neither: nothing to do. A mapping that does not fit its tables says so and is left to its run. Each side is asked
    once. Raises ``ConnectionProblem``."""
    erp, crm = connected.erp, connected.crm
    prefetch_related_objects(mappings, *NEEDED)
    pairs = translated_pairs(mappings[0]) if mappings else []
    made = [_rule(mapping, connected, pairs) for mapping in mappings]
    fitting = [
        (mapping, rule) for mapping, rule in zip(mappings, made, strict=True) if not isinstance(rule, Recommended)
    ]
    ours = _numbers(erp, fitting)
    theirs = _numbers(crm, [one for one in fitting if not one[0].is_option])
    return [
        rule if isinstance(rule, Recommended) else _recommended(mapping, ours[mapping.pk], theirs.get(mapping.pk, 0))
        for mapping, rule in zip(mappings, made, strict=True)
    ]


def _rule(mapping: TableMapping, connected: BothSystems, pairs: Sequence[Pair]) -> TableRule | Recommended:
    """The rule, or what is said of a mapping that has none."""
    try:
        return build_rule(mapping, connected.erp, connected.crm, pairs)
    except ConfigurationProblem as problem:
        return Recommended(Recommendation.FULL, problem.message)


def _numbers(system: System, made: Sequence[tuple[TableMapping, TableRule]]) -> dict[int, int]:
    """mapping -> how many rows of this side it is about."""
    counted = count_each(system, [_asked(mapping, rule, system.side) for mapping, rule in made])
    return {mapping.pk: number for (mapping, _), number in zip(made, counted, strict=True)}


def _asked(mapping: TableMapping, rule: TableRule, side: Side) -> tuple[str, Filter]:
    """What is counted: rows inside the filter, of tables that hold others, too."""
    return mapping.table(side), rule.filter(side) if mapping.crm_table in FILTERED else EVERYTHING


def _recommended(mapping: TableMapping, ours: int, theirs: int) -> Recommended:
    if mapping.is_option:
        # The options are always there; the question is whether there are codes to link to them.
        return Recommended(Recommendation.COUPLE if ours else Recommendation.NONE, records=ours)
    records = sum(ours if way is Direction.TO_CRM else theirs for way in Direction(mapping.direction).passes)
    if theirs <= _rows_from_the_start(mapping.crm_table):
        theirs = 0
    if ours and theirs and mapping.crm_table not in FOUND_BY_KEY:
        return Recommended(Recommendation.COUPLE, records=records)
    return Recommended(Recommendation.FULL if ours or theirs else Recommendation.NONE, records=records)


def _rows_from_the_start(crm_table: str) -> int:
    """An empty organization has one unit group and its base currency."""
    return 1 if crm_table in (UNIT_GROUPS, CURRENCIES) else 0
