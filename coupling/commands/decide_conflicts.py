"""Deciding conflicts of one mapping, one pair or many: which side's value of a field stays on both sides.

Of two people who decide about one pair, the second one is refused: because of versions that are gone by then, or, while
no run has carried the first decision yet, because of that decision, which is named.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from coupling.commands.couple_records import COUPLING, ERP_ID
from coupling.models import CouplingError
from coupling.pages.compare import GONE, Comparison
from coupling.pages.decided import decided, in_words, stamp
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
ANOTHER = "Somebody has coupled this record anew since you looked. Look again before you decide."
NO_FIELD = "A field that you decided is not mapped any more. Look again before you decide."
ONE_WAY = "{} goes only one way by now, so nothing is to be decided about it. Look again before you decide."
DECIDED_MEANWHILE = "Somebody else has decided this meanwhile, and that is being carried: {}."


class PairGoneError(CouplingError):
    """There is nothing to decide any more."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person wants of one pair: ``winners`` are the sides by the key of the field; ``seen``: the versions of
    both records the person has looked at; ``decided``: what was decided then already, as ``stamp`` has it."""

    erp_id: uuid.UUID
    winners: Mapping[str, Side]
    seen: tuple[str, str]
    decided: str = ""


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
        comparison = Comparison(connected, mapping, build_rule(mapping, connected.erp, connected.crm))
        halves = _halves(connected, comparison, standing, pairs, refused)
    with transaction.atomic():
        wanted = _remember(
            mapping, comparison, [one for one in standing if one.erp_id in halves], pairs, halves, refused
        )
    return (_both_ways(mapping, wanted, user) if wanted else None), refused


def decide(mapping: TableMapping, decision: Decision, user: User | None) -> SyncJob:
    """The same with one pair. Raises :class:`CouplingError` where it is refused, and ``ConnectionProblem``."""
    job, refused = decide_all(mapping, [decision], user)
    if job is None:
        reason = refused[decision.erp_id]
        raise PairGoneError(reason) if reason in (GONE, NOT_COUPLED) else CouplingError(reason)
    return job


def _is_loose(pair: Pair | None) -> bool:
    return pair is None or pair.state is State.RESERVED


def _halves(
    connected: Connected,
    comparison: Comparison,
    decisions: Sequence[Decision],
    pairs: Mapping[uuid.UUID, Pair],
    refused: dict[uuid.UUID, str],
) -> dict[uuid.UUID, Agreed]:
    """What is remembered of the decided fields from now on; who cannot be decided about comes into ``refused``."""
    there = comparison.read_all(connected, [pairs[one.erp_id] for one in decisions])
    found: dict[uuid.UUID, Agreed] = {}
    for one in decisions:
        ours, theirs = there[one.erp_id]
        reason = _undecidable(comparison, one.winners)
        if ours is None or theirs is None:
            refused[one.erp_id] = GONE
        elif reason:
            refused[one.erp_id] = reason
        elif (ours.version, theirs.version) != one.seen:
            refused[one.erp_id] = CHANGED
        else:
            found[one.erp_id] = comparison.agreed_for(ours, theirs, one.winners)
    return found


def _undecidable(comparison: Comparison, keys: Collection[str]) -> str:
    """Why nobody decides about one of these fields; blank: all of them go both ways."""
    left = [key for key in keys if key not in comparison.two_way]
    labels = [comparison.label(key) for key in left]
    if not all(labels):
        return NO_FIELD
    return ONE_WAY.format(", ".join(labels)) if labels else ""


def _remember(
    mapping: TableMapping,
    comparison: Comparison,
    decisions: Sequence[Decision],
    pairs: Mapping[uuid.UUID, Pair],
    halves: Mapping[uuid.UUID, Agreed],
    refused: dict[uuid.UUID, str],
) -> list[Pair]:
    """Store what still stands, over the pairs as they are now that nobody else can change them. Answers those."""
    rows = mapping.couplings.select_for_update().filter(erp_id__in=[one.erp_id for one in decisions])
    now, wanted = {row.erp_id: row.pair for row in rows}, list[Pair]()
    for one in decisions:
        pair = now.get(one.erp_id)
        if pair is None or pair.state is State.RESERVED:
            refused[one.erp_id] = NOT_COUPLED
        elif pair.stored_as != pairs[one.erp_id].stored_as:
            refused[one.erp_id] = ANOTHER
        elif stamp(pair.agreed) != one.decided and _contradicts(pair, one):
            refused[one.erp_id] = DECIDED_MEANWHILE.format(in_words(comparison, pair.agreed))
        else:
            wanted.append(_decided(pair, {**pair.agreed, **halves[one.erp_id]}, one.winners))
            sides = {name: side.value for name, side in one.winners.items()}
            record(AuditEntry.Action.DECIDED, COUPLING, mapping, after={ERP_ID: one.erp_id, **sides})
    ids = [pair.erp_id for pair in wanted]
    mapping.couplings.remember(wanted)
    mapping.couplings.owe(ids)
    mapping.couplings.retry(ids)
    return wanted


def _contradicts(pair: Pair, decision: Decision) -> bool:
    """Does a decision that stands say another side of one of these fields?"""
    return any(decision.winners.get(key, side) is not side for key, side in decided(pair.agreed).items())


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
