"""Deciding conflicts of one mapping, one pair or many: which side's value of a field stays on both sides.

Of two people who decide about one pair, the second one has looked at versions that are gone by then and is refused.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from coupling.commands.couple_records import COUPLING, ERP_ID
from coupling.models import CouplingError
from coupling.pages.compare import GONE, Comparison
from coupling.pages.conflicts import read_all
from coupling.sides import both_opened
from integration import jobs
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import SyncJob, TableMapping, User
from integration.models.stored.audit import AuditEntry, record
from integration.sync.memory.ledger import Agreed, Pair, State
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.values import Side

NOT_COUPLED = "This record is not coupled any more."
CHANGED = "One of both records has changed since you looked. Look again before you decide."


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person wants of one pair: ``winners`` are the sides by the key of the field; ``seen``: the versions of
    both records the person has looked at."""

    erp_id: uuid.UUID
    winners: Mapping[str, Side]
    seen: tuple[str, str]


def decide_all(
    mapping: TableMapping, decisions: Sequence[Decision], user: User | None
) -> tuple[SyncJob | None, dict[uuid.UUID, str]]:
    """Remember the decisions and carry them. Answers the first job (``None``: nothing is left to carry), and by id why
    a pair was left as it is. Raises ``ConnectionProblem``."""
    pairs = mapping.couplings.pairs(Side.ERP, [one.erp_id for one in decisions])
    refused = {one.erp_id: NOT_COUPLED for one in decisions if _is_loose(pairs.get(one.erp_id))}
    standing = [one for one in decisions if one.erp_id not in refused]
    if not standing:
        return None, refused
    with both_opened() as connected:
        agreed = _agreed(connected, mapping, standing, pairs, refused)
    wanted = [one for one in standing if one.erp_id in agreed]
    if not wanted:
        return None, refused
    ids = [one.erp_id for one in wanted]
    mapping.couplings.remember([_decided(pairs[one.erp_id], agreed[one.erp_id], one.winners) for one in wanted])
    mapping.couplings.owe(ids)
    mapping.couplings.retry(ids)
    for one in wanted:
        sides = {name: side.value for name, side in one.winners.items()}
        record(AuditEntry.Action.DECIDED, COUPLING, mapping, after={ERP_ID: one.erp_id, **sides})
    return _both_ways(mapping, [pairs[id] for id in ids], user), refused


def decide(mapping: TableMapping, decision: Decision, user: User | None) -> SyncJob:
    """The same with one pair. Raises :class:`CouplingError` where it is refused, and ``ConnectionProblem``."""
    job, refused = decide_all(mapping, [decision], user)
    if job is None:
        raise CouplingError(refused[decision.erp_id])
    return job


def _is_loose(pair: Pair | None) -> bool:
    return pair is None or pair.state is State.RESERVED


def _agreed(
    connected: Connected,
    mapping: TableMapping,
    decisions: Sequence[Decision],
    pairs: Mapping[uuid.UUID, Pair],
    refused: dict[uuid.UUID, str],
) -> dict[uuid.UUID, Agreed]:
    """What each pair agrees on from now on; who cannot be decided about comes into ``refused``."""
    comparison = Comparison(connected, mapping, build_rule(mapping, connected.erp, connected.crm))
    there = read_all(connected, comparison, [pairs[one.erp_id] for one in decisions])
    found: dict[uuid.UUID, Agreed] = {}
    for one in decisions:
        ours, theirs = there[one.erp_id]
        if ours is None or theirs is None:
            refused[one.erp_id] = GONE
        elif (ours.version, theirs.version) != one.seen:
            refused[one.erp_id] = CHANGED
        else:
            found[one.erp_id] = {**pairs[one.erp_id].agreed, **comparison.agreed_for(ours, theirs, one.winners)}
    return found


def _decided(pair: Pair, agreed: Agreed, winners: Collection[str]) -> Pair:
    """The pair with what a person decided, which stands above what a run that died had begun to write."""
    begun = pair.in_flight
    if begun is not None:
        left = {key: halves for key, halves in begun.fields.items() if key not in winners}
        begun = replace(begun, fields=left) if left else None
    return replace(pair, agreed=agreed, in_flight=begun)


def _both_ways(mapping: TableMapping, pairs: Sequence[Pair], user: User | None) -> SyncJob:
    started: list[SyncJob] = []
    for direction in Direction(mapping.direction).passes:
        options = Options(scope=Scope.IDS, ids=tuple(pair.id(direction.source) for pair in pairs))
        before = started[-1] if started else None
        started.append(jobs.start(mapping, direction, options=options, user=user, after=before))
    return started[0]
