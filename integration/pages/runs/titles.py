"""What a run is called: its mapping, its direction and, where it is about few, its records."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integration.connection import systems
from integration.models import RecordChange, SyncError, SyncJob
from integration.models.mapping.choices import DIRECTIONS
from integration.pages.runs.captions import is_id
from integration.sync.memory.history import label_of, naming_columns
from integration.sync.rules import Direction
from integration.sync.run import Scope
from integration.systems.errors import TableMissing
from integration.systems.values import Side
from integration.systems.wording import shorten

FEW = 3
"""So many records a title names."""
LONGEST_NAME = 48
WAYS = {
    Direction.TO_CRM: "Business Central → Sales",
    Direction.TO_ERP: "Sales → Business Central",
    Direction.BOTH: "both ways",
}
SHORT_WAYS = {Direction(value): label for value, label in DIRECTIONS}
OF_ERP = (
    SyncJob.Kind.UNCOUPLE,
    SyncJob.Kind.DELETE,
    SyncJob.Kind.COUPLE,
    SyncJob.Kind.STATISTICS,
    SyncJob.Kind.UNDO,
)
"""Kinds of runs whose records are given as those of Business Central, whichever way they go."""


@dataclass(frozen=True, slots=True)
class Title:
    """``subject``: the mapping, or the few records; ``noun``: what one of these is called, blank for a mapping."""

    subject: str
    way: str
    short_way: str
    noun: str = ""

    @property
    def about(self) -> str:
        return f"{self.noun} {self.subject}".strip()

    def __str__(self) -> str:
        return f"{self.about}: {self.way}"


def titles(jobs: Collection[SyncJob]) -> dict[uuid.UUID, Title]:
    """The titles of these runs by their ids; few queries, however many they are. A record is called as Business Central
    calls it, else as the run itself has called it."""
    few = {job: ids for job in jobs if 0 < len(ids := asked_for(job)) <= FEW}
    names = _names(few)
    return {job.pk: _title(job, few.get(job, ()), names) for job in jobs}


def title(job: SyncJob) -> Title:
    """The title of one run."""
    return titles([job])[job.pk]


def asked_for(job: SyncJob) -> tuple[uuid.UUID, ...]:
    """The records a run was started for; none where it takes what it finds."""
    options = job.run_options
    return options.ids if options.scope is Scope.IDS else ()


def side_of(job: SyncJob) -> Side:
    """The side whose ids the run was started with."""
    return job.run_options.of if job.kind in OF_ERP else Direction(job.direction).source


def _title(job: SyncJob, few: Sequence[uuid.UUID], names: Mapping[uuid.UUID, str]) -> Title:
    direction = Direction(job.direction)
    way, short = WAYS[direction], SHORT_WAYS[direction]
    found = [shorten(names[id], LONGEST_NAME) for id in few if id in names]
    if found and len(found) == len(few):
        return Title(", ".join(found), way, short, noun_of(job.mapping.erp_table) if len(few) == 1 else "")
    number = len(asked_for(job))
    if not number:
        return Title(job.mapping.name, way, short)
    return Title(f"{job.mapping.name}, {number} {'record' if number == 1 else 'records'}", way, short)


def noun_of(erp_table: str) -> str:
    """What Business Central calls one record of a table; blank where it does not know it."""
    try:
        return systems.open_erp().describe(erp_table).label
    except TableMissing:
        return ""


def _names(few: Mapping[SyncJob, Sequence[uuid.UUID]]) -> dict[uuid.UUID, str]:
    if not few:
        return {}
    wanted: dict[str, set[uuid.UUID]] = defaultdict(set)
    partners: dict[uuid.UUID, uuid.UUID] = {}
    for job, ids in few.items():
        here = ids
        if side_of(job) is Side.CRM:
            pairs = job.mapping.couplings.pairs(Side.CRM, ids)
            partners |= {id: pair.erp_id for id, pair in pairs.items()}
            here = [pair.erp_id for pair in pairs.values()]
        wanted[job.mapping.erp_table] |= set(here)
    names = {id: name for table, ids in wanted.items() if ids for id, name in names_here(table, ids).items()}
    names |= {id: names[partner] for id, partner in partners.items() if partner in names}
    return {**_from_rows(list(few)), **names}


def _from_rows(jobs: Sequence[SyncJob]) -> dict[uuid.UUID, str]:
    """As the rows of these runs call their records."""
    names: dict[uuid.UUID, str] = {}
    for model in (SyncError, RecordChange):
        rows: Iterable[tuple[Any, Any, str]] = (
            model.objects.filter(job__in=jobs).exclude(label="").order_by("pk").values_list("erp_id", "crm_id", "label")
        )
        for erp_id, crm_id, label in rows:
            names |= {id: label for id in (erp_id, crm_id) if id is not None and not is_id(label)}
    return names


def names_here(table: str, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """id -> number and name of records of Business Central, as far as they are there."""
    erp = systems.open_erp()
    try:
        described = erp.describe(table)
    except TableMissing:
        return {}
    there = erp.get(table, list(ids), naming_columns(described))
    return {id: label_of(described, record) for id, record in there.items()}
