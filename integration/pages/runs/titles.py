"""What a run is called: its mapping, its direction and, where it is about few, its records."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from integration.connection import systems
from integration.models import RecordChange, SyncError, SyncJob, TableMapping
from integration.models.mapping.choices import DIRECTIONS
from integration.pages.runs.captions import is_id
from integration.pages.runs.nouns import DOCUMENTS, MADE_OF
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


DOES: Mapping[str, str] = {
    SyncJob.Kind.UNDO: "Undo of {}",
    SyncJob.Kind.STATISTICS: "Statistics of {}",
    SyncJob.Kind.POSTS: "Posts about {}",
}
"""What a run does that writes something else than the records of its mapping, or takes it back."""


@dataclass(frozen=True, slots=True)
class Title:
    """``subject``: the mapping, or the few records; ``noun``: what one of these is called, blank for a mapping.
    ``does``: what it does besides synchronizing them, as "Undo of {}"."""

    subject: str
    way: str
    short_way: str
    noun: str = ""
    does: str = "{}"

    @property
    def about(self) -> str:
        return self.does.format(f"{self.noun} {self.subject}".strip())

    def __str__(self) -> str:
        return f"{self.about}: {self.way}"


def titles(jobs: Collection[SyncJob]) -> dict[uuid.UUID, Title]:
    """The titles of these runs by their ids; few queries, however many they are. A record is called as the run itself
    has called what it did with it, else as Business Central calls it."""
    few = {job: ids for job in jobs if 0 < len(ids := asked_for(job)) <= FEW}
    names, kept = _names(few), _kept(RecordChange, list(few))
    return {job.pk: _title(job, few.get(job, ()), _as_then(kept.get(job.pk, {}), names)) for job in jobs}


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
    does = DOES.get(job.kind, "{}")
    found = [shorten(names[id], LONGEST_NAME) for id in few if id in names]
    if found and len(found) == len(few):
        return Title(", ".join(found), way, short, _noun(job.mapping) if len(few) == 1 else "", does)
    number = len(asked_for(job))
    if not number:
        return Title(job.mapping.name, way, short, does=does)
    records = "record" if number == 1 else "records"
    return Title(f"{job.mapping.name}, {number} {records}", way, short, does=does)


def _noun(mapping: TableMapping) -> str:
    made_of = MADE_OF.get(mapping.crm_table) if mapping.erp_table in DOCUMENTS else None
    return made_of or noun_of(mapping.erp_table)


def noun_of(erp_table: str) -> str:
    """What people in Business Central call one record of a table; blank where it does not know it."""
    if erp_table in DOCUMENTS:
        return DOCUMENTS[erp_table]
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
    failed = {id: label for one in _kept(SyncError, list(few)).values() for id, label in one.items()}
    return {**failed, **names}


def as_then(kept: str, here: str) -> str:
    """What a record was called when a run wrote it. The number alone is taken from what Business Central calls it now:
    where only the name was kept, and it still has that name."""
    return here if here.endswith(f" {kept}") else kept or here


def _as_then(kept: Mapping[uuid.UUID, str], names: Mapping[uuid.UUID, str]) -> dict[uuid.UUID, str]:
    return {**names, **{id: as_then(label, names.get(id, "")) for id, label in kept.items()}}


def _kept(model: type[RecordChange | SyncError], jobs: Sequence[SyncJob]) -> dict[uuid.UUID, dict[uuid.UUID, str]]:
    """Run -> id -> as its rows call that record."""
    names: dict[uuid.UUID, dict[uuid.UUID, str]] = defaultdict(dict)
    if not jobs:
        return names
    rows = model._default_manager.filter(job__in=jobs).exclude(label="").order_by("pk")
    for job_id, erp_id, crm_id, label in rows.values_list("job_id", "erp_id", "crm_id", "label"):
        ids = (erp_id, crm_id) if not is_id(label) else ()
        names[job_id] |= {id: label for id in ids if id is not None}
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
