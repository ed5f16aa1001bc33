"""What people do with pairs that went wrong: retry, restore, delete what is left, look for deleted records, and decide
a conflict field by field."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence

from coupling import commands
from coupling.commands import decide_conflicts
from coupling.commands.checks import options_for, options_of_pairs
from coupling.models import RESTS, Coupling, CouplingError
from coupling.sides import both_opened
from integration import jobs
from integration.connection.live_systems import NAMES
from integration.mappings.build_rule import build_rule
from integration.models import SyncJob, TableMapping, User
from integration.sync.deletions import There, look
from integration.sync.memory.ledger import Pair, State
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.values import Side

Pairs = Mapping[TableMapping, Sequence[Pair]]

KEPT = "A flow makes these by itself. Retry tries them again."
NOTHING_DELETED = "Both records of each of these exist: there is nothing to restore or to delete."


def pairs_of_rows(ids: Iterable[int]) -> dict[TableMapping, list[Pair]]:
    """The pairs of these rows, by mapping. Raises :class:`CouplingError` where there is none any more."""
    found: dict[TableMapping, list[Pair]] = {}
    for row in Coupling.objects.filter(pk__in=list(ids)).select_related("mapping"):
        found.setdefault(row.mapping, []).append(row.pair)
    if not found:
        raise CouplingError("Choose at least one record that is still skipped.")
    return found


def retry(pairs: Mapping[TableMapping, Sequence[Pair]], user: User | None) -> int:
    """Take these out of Skipped and have them tried again at once. Answers how many there are."""
    number = 0
    for mapping, chosen in pairs.items():
        number += mapping.couplings.retry([pair.erp_id for pair in chosen])
        _try_again(mapping, chosen, user)
    return number


def retry_all(user: User | None) -> int:
    """The same with every skipped record of every mapping."""
    number = 0
    for mapping in TableMapping.objects.filter(pk__in=Coupling.objects.filter(RESTS).values("mapping")):
        chosen = [row.pair for row in mapping.couplings.filter(RESTS)]
        number += mapping.couplings.retry()
        _try_again(mapping, chosen, user)
    return number


def let_win(pairs: Pairs, way: str, user: User | None) -> tuple[list[SyncJob], list[str]]:
    """Synchronize these pairs ``send``, ``get`` or ``merge``; the other pass looks at them behind it, so that its
    errors close, too. Answers the first job of each mapping, and what was left out and why. Raises
    :class:`CouplingError` where nothing is left, and ``ConnectionProblem``."""
    started: list[SyncJob] = []
    left_out: list[str] = []
    for mapping, chosen in pairs.items():
        try:
            started.append(win(mapping, chosen, way, user))
        except CouplingError as problem:
            left_out.append(_left_out(mapping, len(chosen), str(problem)))
    return _some(started, left_out, "")


def win(mapping: TableMapping, pairs: Sequence[Pair], way: str, user: User | None) -> SyncJob:
    """The same with the pairs of one mapping."""
    job = commands.synchronize(mapping, [pair.erp_id for pair in pairs], way, user)
    back = Direction(job.direction).back
    if way != commands.MERGE and Direction(mapping.direction).includes(back):
        ids = tuple(pair.id(back.source) for pair in pairs)
        jobs.start(mapping, back, options=Options(scope=Scope.IDS, ids=ids), user=user, after=job)
    return job


def restore(pairs: Pairs, user: User | None) -> tuple[list[SyncJob], list[str]]:
    """Make the records anew that are gone, from the ones that are left; those become the pairs. Answers the jobs, and
    what was left out and why. Raises :class:`CouplingError` where nothing is left to do, and ``ConnectionProblem``."""
    wanted: list[tuple[TableMapping, Direction, list[uuid.UUID]]] = []
    left_out: list[str] = []
    for mapping, chosen in pairs.items():
        if mapping.internal:
            left_out.append(_left_out(mapping, len(chosen), KEPT))
            continue
        there = _look_up(mapping, chosen)
        left_out += _whole(mapping, chosen, there)
        for direction in (Direction.TO_CRM, Direction.TO_ERP):
            left = [pair for pair in chosen if there.sides(pair) == [direction.source]]
            if left and not Direction(mapping.direction).includes(direction):
                reason = f"{mapping.name} does not create records in {NAMES[direction.destination]}."
                left_out.append(_left_out(mapping, len(left), reason))
            elif left:
                wanted.append((mapping, direction, [pair.id(direction.source) for pair in left]))
        gone = [pair for pair in chosen if not there.sides(pair)]
        if gone:
            left_out.append(_left_out(mapping, len(gone), "Both records are gone."))
    started = [_restoring(mapping, direction, ids, user) for mapping, direction, ids in wanted]
    return _some(started, left_out, NOTHING_DELETED)


def delete_rest(pairs: Pairs, user: User | None) -> tuple[list[SyncJob], list[str]]:
    """Delete the other record, too, where one of a pair was deleted. Answers the jobs, and what was left out and why.
    Raises :class:`CouplingError` where nothing is gone, and ``ConnectionProblem``."""
    wanted: list[tuple[TableMapping, list[Pair]]] = []
    left_out: list[str] = []
    for mapping, chosen in pairs.items():
        if mapping.internal:
            left_out.append(_left_out(mapping, len(chosen), KEPT))
            continue
        there = _look_up(mapping, chosen)
        left_out += _whole(mapping, chosen, there)
        incomplete = [pair for pair in chosen if len(there.sides(pair)) < len(Side)]
        if incomplete:
            wanted.append((mapping, incomplete))
    kind = SyncJob.Kind.DELETE
    started = [_job(mapping, kind, options_of_pairs(some, Side.ERP), user) for mapping, some in wanted]
    return _some(started, left_out, NOTHING_DELETED)


def _whole(mapping: TableMapping, pairs: Sequence[Pair], there: There) -> list[str]:
    number = sum(len(there.sides(pair)) == len(Side) for pair in pairs)
    return [_left_out(mapping, number, "Both records exist.")] if number else []


def _left_out(mapping: TableMapping, number: int, reason: str) -> str:
    return f"{mapping.name}, {number} record{'' if number == 1 else 's'} left out: {reason}"


def _some(started: list[SyncJob], left_out: list[str], nothing: str) -> tuple[list[SyncJob], list[str]]:
    if not started:
        raise CouplingError(nothing if nothing and _only_whole(left_out) else " ".join(left_out) or nothing)
    return started, left_out


def _only_whole(left_out: Sequence[str]) -> bool:
    return all(reason.endswith("Both records exist.") for reason in left_out)


def find_deleted(user: User | None) -> list[SyncJob]:
    """Look for pairs of which a record is gone, in every mapping that has any. Raises :class:`CouplingError`."""
    coupled = TableMapping.objects.without_options().filter(internal=False, couplings__state=State.COUPLED.value)
    rows = coupled.distinct()
    started = [_job(mapping, SyncJob.Kind.FIND, Options(scope=Scope.EVERYTHING), user) for mapping in rows]
    if not started:
        raise CouplingError("Nothing is coupled yet.")
    return started


def decide(
    mapping: TableMapping,
    erp_id: uuid.UUID,
    winners: Mapping[str, Side],
    seen: tuple[str, str],
    user: User | None,
    decided: str = "",
) -> SyncJob:
    """Carry, field by field, what a person wants, as ``Decision`` has it. Raises :class:`CouplingError` and
    ``ConnectionProblem``."""
    return decide_conflicts.decide(mapping, decide_conflicts.Decision(erp_id, winners, seen, decided), user)


def _look_up(mapping: TableMapping, pairs: Sequence[Pair]) -> There:
    with both_opened() as connected:
        return look(build_rule(mapping, connected.erp, connected.crm), connected.erp, connected.crm, pairs)


def _try_again(mapping: TableMapping, pairs: Sequence[Pair], user: User | None) -> None:
    """These and no others, one pass behind the other: coupled ones both ways, the rest where they come from. Documents
    that are still to be made are tried, too."""
    before: SyncJob | None = None
    for direction in () if mapping.internal else Direction(mapping.direction).passes:
        opened = set(mapping.couplings.open(direction))
        wanted = [pair for pair in pairs if pair.state is State.COUPLED or pair.id(direction.source) in opened]
        if wanted:
            options = options_for([pair.id(direction.source) for pair in wanted])
            before = jobs.start(mapping, direction, options=options, user=user, after=before)
    for kind in jobs.kinds_of_flows(mapping):
        jobs.start(mapping, Direction.TO_ERP, kind=kind, options=Options(scope=Scope.OPEN), user=user)


def _restoring(mapping: TableMapping, direction: Direction, ids: Sequence[uuid.UUID], user: User | None) -> SyncJob:
    options = Options(scope=Scope.IDS, ids=tuple(ids), create=True, force=True, restore=True)
    return jobs.start(mapping, direction, options=options, user=user)


def _job(mapping: TableMapping, kind: SyncJob.Kind, options: Options, user: User | None) -> SyncJob:
    return jobs.start(mapping, Direction(mapping.direction).passes[0], kind=kind, options=options, user=user)
