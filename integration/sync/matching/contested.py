"""What a pair found by matching would change: who wins is asked only where both records hold something different."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from integration.sync.memory.ledger import Ledger
from integration.sync.record.transfer import Draft, FieldTransfer, ResolvedIds, Transfer, resolved_ids
from integration.sync.rules import Direction, Reference, TableRule
from integration.systems.system import System
from integration.systems.values import Record, Side

AT_ONCE = 500
COUNTED = 2000
"""Pairs that are counted at most: a person waits for it."""


@dataclass(slots=True)
class Differences:
    """Over ``pairs``: how many fields hold something different on both sides (``contested``), and how many others
    would change on one side whoever wins."""

    pairs: int = 0
    contested: int = 0
    to_crm: int = 0
    to_erp: int = 0


def contested(transfer: Transfer, draft: Draft, twin: Record) -> list[FieldTransfer]:
    """The two-way fields in which both records hold something, and not the same."""
    return [
        field
        for field in transfer.fields
        if field.two_way
        and field.destination in draft.values
        and (want := field.wants(draft))
        and (have := field.has(twin))
        and want != have
    ]


def untranslated(transfer: Transfer, draft: Draft, source: Record, twin: Record) -> list[FieldTransfer]:
    """The two-way references in which both records hold something, and the source's has no partner (yet)."""
    return [
        field
        for field in transfer.referring
        if field.two_way and field.key in draft.lacking and field.reads(source) and field.has(twin)
    ]


def differences(
    rule: TableRule, erp: System, crm: System, ledger: Ledger, pairs: Mapping[uuid.UUID, uuid.UUID]
) -> Differences:
    """Read these pairs (ERP id -> Sales id; the first ``COUNTED`` of them) and count. Raises ``ConnectionProblem``."""
    found = Differences()
    for chunk in _chunks(dict(islice(pairs.items(), COUNTED))):
        ours = erp.get(rule.erp.name, list(chunk), list(rule.columns(Side.ERP)))
        theirs = crm.get(rule.crm.name, list(chunk.values()), list(rule.columns(Side.CRM)))
        both = [(ours[e], theirs[c]) for e, c in chunk.items() if e in ours and c in theirs]
        found.pairs += len(both)
        for direction in Direction(rule.direction).passes:
            _count(found, rule, direction, ledger, both)
    return found


def _count(
    found: Differences, rule: TableRule, direction: Direction, ledger: Ledger, both: Sequence[tuple[Record, Record]]
) -> None:
    transfer = Transfer(rule, direction)
    pairs = both if direction is Direction.TO_CRM else [(theirs, ours) for ours, theirs in both]
    resolved = resolve(transfer, ledger, [source for source, _ in pairs])
    is_first = direction is rule.direction.passes[0]
    for source, twin in pairs:
        draft = transfer.draft(source, resolved)
        argued = contested(transfer, draft, twin)
        others = sum(_changes(field, draft, twin) for field in transfer.fields if field not in argued)
        # Both passes see the same contested fields.
        found.contested += len(argued) if is_first else 0
        if direction is Direction.TO_CRM:
            found.to_crm += others
        else:
            found.to_erp += others


def resolve(transfer: Transfer, ledger: Ledger, sources: Sequence[Record]) -> dict[Reference, ResolvedIds]:
    """What the references of these records refer to on the other side, as far as it is coupled."""
    return {
        reference: resolved_ids(ledger.resolve(reference, transfer.direction.source, wanted))
        for reference, wanted in transfer.wanted(sources).items()
    }


def _changes(field: FieldTransfer, draft: Draft, twin: Record) -> bool:
    """A blank of a two-way field, or one that is not carried, never takes the twin's value away."""
    if field.destination not in draft.values:
        return False
    want = field.wants(draft)
    return want != field.has(twin) and bool(want or not (field.two_way or field.not_null))


def _chunks(pairs: Mapping[uuid.UUID, uuid.UUID]) -> Iterator[dict[uuid.UUID, uuid.UUID]]:
    remaining = iter(pairs.items())
    while chunk := dict(islice(remaining, AT_ONCE)):
        yield chunk
