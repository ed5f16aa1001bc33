"""What happened to the records of a job that a person has started: "2 fields sent, 1 fetched, nothing in conflict"."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from coupling.pages import records
from coupling.pages.captions import noun
from coupling.pages.tables import captions
from coupling.sides import opened
from integration.connection.live_systems import NAMES
from integration.models import RecordChange, SyncError, SyncJob
from integration.pages.runs.families import told_twice
from integration.sync.memory.ledger import State
from integration.sync.problems import AmbiguousMatch, Conflict
from integration.sync.rules import Direction
from integration.sync.run import LEFT_OUT, Scope
from integration.systems.errors import Problem
from integration.systems.formats import whole
from integration.systems.values import Side

LONGEST_CHAIN = 30
"""Passes, the lines behind them, and what had to be coupled first."""
FIRST = "What is needed first: "
IN_ADDRESS = 50
"""The conflicts of so many records are named in the address of the page that decides them."""
SYNCHRONIZING = (SyncJob.Kind.SYNCHRONIZE, SyncJob.Kind.APPLY)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``what`` names the record or the mapping, ``words`` say what happened; ``conflict`` is the Business Central
    record whose conflict a person has to decide, ``conflicts`` are the errors of many, one a pair; ``ambiguous``: so
    many records match several others."""

    job: SyncJob
    what: str
    words: str
    is_active: bool
    is_well: bool
    done: int = 0
    total: int | None = None
    conflict: uuid.UUID | None = None
    other: tuple[str, str, uuid.UUID] | None = None
    ambiguous: int = 0
    conflicts: Sequence[int] = ()

    @property
    def has_room(self) -> bool:
        """Do all conflicts fit in an address?"""
        return len(self.conflicts) <= IN_ADDRESS

    @property
    def percent(self) -> int | None:
        """How far the run is; ``None`` where nobody knows."""
        return self.done * 100 // self.total if self.is_active and self.total else None

    @property
    def kind(self) -> str:
        """The kind of notice."""
        return "info" if self.is_active else "success" if self.is_well else "warning"


def outcome(job: SyncJob) -> Outcome:
    """How the job and those behind it stand, about their one record or all of them; and what those need first, which
    runs before it."""
    ahead, chain = ahead_of(job), chain_of(job)
    id = _only_id(job)
    what = _name(job, id) if id is not None else _several(job)
    active = next((one for one in (*ahead, *chain) if one.is_active), None)
    if active is not None:
        words = f"{FIRST if active in ahead else ''}{_going_on(active)}"
        return Outcome(job, what, words, True, True, active.records_done, active.records_total)
    stopped = next((one for one in (*ahead, *chain) if one.status != SyncJob.Status.FINISHED), None)
    if stopped is not None and not stopped.records_done:
        return Outcome(job, what, stopped.message or stopped.get_status_display(), False, False)
    found = _of_one(job, chain, id, what) if id is not None else _of_many(job, chain, what)
    return replace(found, words=f"{found.words} {FIRST}{_counted(ahead)}") if ahead else found


def ahead_of(job: SyncJob) -> list[SyncJob]:
    """What was started to run before the job, in that order."""
    ahead: list[SyncJob] = []
    while job.after is not None and len(ahead) < LONGEST_CHAIN:
        job = job.after
        ahead.insert(0, job)
    return ahead


def chain_of(job: SyncJob) -> list[SyncJob]:
    """The job and what was started to run behind it, in that order."""
    chain, ahead = [job], [job.pk]
    for _ in range(LONGEST_CHAIN):
        behind = list(SyncJob.objects.filter(after__in=ahead).select_related("mapping").order_by("queued_at"))
        if not behind:
            break
        chain += behind
        ahead = [one.pk for one in behind]
    return chain


def _only_id(job: SyncJob) -> uuid.UUID | None:
    options = job.run_options
    return options.ids[0] if options.scope is Scope.IDS and len(options.ids) == 1 else None


def _several(job: SyncJob) -> str:
    """ "797 Customers", or "CUSTOMER, all records"."""
    options, side = job.run_options, _side(job)
    if options.scope is not Scope.IDS:
        return f"{job.mapping.name}, all records"
    return f"{whole(len(options.ids))} {captions(side, job.mapping.table(side))}"


def _side(job: SyncJob) -> Side:
    """The side that the ids of the job are of: verbs about pairs go by those of Business Central."""
    return Direction(job.direction).source if job.kind in SYNCHRONIZING else job.run_options.of


def _name(job: SyncJob, id: uuid.UUID) -> str:
    """The record's number and name, as Business Central has it where it is coupled; the mapping's name where its side
    does not answer."""
    side = _side(job)
    pair = job.mapping.couplings.pairs(side, [id]).get(id)
    if pair is not None and pair.state is State.COUPLED:
        side, id = Side.ERP, pair.erp_id
    name = job.mapping.table(side)
    try:
        with opened(side) as system:
            table = system.describe(name)
            record = system.get(name, [id], records.read_columns(side, table)).get(id)
    except Problem:
        return f"{job.mapping.name}, 1 record"
    return records.name_of(side, table, record) if record is not None else f"{noun(name)} (deleted)"


def _going_on(job: SyncJob) -> str:
    if job.suspended:
        return job.suspended
    if job.status == SyncJob.Status.QUEUED:
        return f"{job.get_kind_display()} waits for its turn."
    total = f" of {whole(job.records_total)}" if job.records_total else ""
    return f"{job.get_kind_display()} is running: {whole(job.records_done)}{total} done."


def _of_one(job: SyncJob, chain: Sequence[SyncJob], id: uuid.UUID, what: str) -> Outcome:
    noted = SyncError.objects.filter(job__in=chain)
    conflict = noted.filter(code=Conflict.code, erp_id__isnull=False).first()
    failed = noted.exclude(code__in=(LEFT_OUT, Conflict.code)).first()
    left_out = noted.filter(code=LEFT_OUT).first()
    if job.kind not in SYNCHRONIZING:
        said = failed.message if failed else f"Left out: {left_out.message}" if left_out else _counted(chain)
        ambiguous = int(failed is not None and failed.code == AmbiguousMatch.code)
        return Outcome(job, what, said, False, not (failed or left_out), ambiguous=ambiguous)
    about = Q(**{f"{_side(job).value}_id": id})
    changes = list(RecordChange.objects.filter(about, job__in=chain).select_related("job__mapping"))
    words = _written(chain, changes, has_conflict=conflict is not None)
    if failed is not None:
        words = f"{failed.message} {words}" if changes else failed.message
    elif left_out is not None and not changes:
        words = f"Left out: {left_out.message}"
    is_well = not (failed or conflict or left_out)
    made = next((one for one in changes if one.action == RecordChange.Action.INSERTED), None)
    return Outcome(
        job, what, words, False, is_well,
        conflict=conflict.erp_id if conflict else None, other=_made(made) if made else None,
    )  # fmt: skip


def _written(chain: Sequence[SyncJob], changes: Sequence[RecordChange], *, has_conflict: bool) -> str:
    """The fields that went each way."""
    made = next((one for one in changes if one.action == RecordChange.Action.INSERTED), None)
    if made is not None:
        side = Direction(made.job.direction).destination
        number = len(made.fields)
        return f"{noun(made.job.mapping.table(side))} created in {NAMES[side]} with {_fields(number)}."
    sent, fetched = (
        sum(len(one.fields) for one in changes if one.job.direction == direction.value)
        for direction in (Direction.TO_CRM, Direction.TO_ERP)
    )
    ways = {one.direction for one in chain if one.kind in SYNCHRONIZING}
    in_conflict = "a conflict is left to decide" if has_conflict else "nothing in conflict"
    if not (sent or fetched or has_conflict):
        return "Nothing had to be written: both records agree."
    parts = [f"{_fields(sent)} sent"] if Direction.TO_CRM.value in ways else []
    if Direction.TO_ERP.value in ways:
        parts.append(f"{fetched or 'none'} fetched" if parts else f"{_fields(fetched)} fetched")
    return f"{', '.join([*parts, in_conflict])}."


def _fields(number: int) -> str:
    return f"{number} field{'' if number == 1 else 's'}" if number else "no field"


def _made(change: RecordChange) -> tuple[str, str, uuid.UUID]:
    """(side, table, id) of the record that was made."""
    side = Direction(change.job.direction).destination
    return side.value, change.job.mapping.table(side), change.crm_id if side is Side.CRM else change.erp_id


def _of_many(job: SyncJob, chain: Sequence[SyncJob], what: str) -> Outcome:
    failed = sum(one.failed for one in chain) - told_twice(chain)
    is_well = not failed and job.status == SyncJob.Status.FINISHED
    ambiguous = SyncError.objects.filter(job=job, code=AmbiguousMatch.code).count()
    return Outcome(job, what, _counted(chain), False, is_well, ambiguous=ambiguous, conflicts=_conflicts(chain))


def _conflicts(chain: Sequence[SyncJob]) -> list[int]:
    """The open conflicts that these passes met, of a pair that both have met only one; of very many those that show
    that an address has no room for them."""
    found = SyncError.objects.open().filter(job__in=chain, code=Conflict.code)
    return list(dict(found.order_by("-pk").values_list("erp_id", "pk")[: 2 * IN_ADDRESS + 2]).values())


def _number_of(name: str, chain: Sequence[SyncJob]) -> int:
    """A record that both passes of a mapping fail at, leave out or leave as it is counts once."""
    numbers = [getattr(one, name) for one in chain]
    if name == "unchanged":
        return max(numbers)
    if name == "skipped":
        mappings = {one.mapping_id for one in chain}
        return sum(max(one.skipped for one in chain if one.mapping_id == mapping) for mapping in mappings)
    return sum(numbers) - (told_twice(chain) if name == "failed" else 0)


COUNTED = (
    ("inserted", "created"),
    ("modified", "changed"),
    ("coupled", "coupled"),
    ("uncoupled", "coupling{s} deleted"),
    ("deleted", "deleted"),
    ("failed", "failed"),
    ("skipped", "left out"),
    ("unchanged", "unchanged"),
)


def _counted(chain: Sequence[SyncJob]) -> str:
    """The counters of all passes; what one pass leaves unchanged another may have written, so that comes last."""
    parts = []
    for name, word in COUNTED:
        number = _number_of(name, chain)
        if number:
            parts.append(f"{whole(number)} {word.replace('{s}', '' if number == 1 else 's')}")
    return f"{', '.join(parts)}." if parts else "Nothing had to be done."
