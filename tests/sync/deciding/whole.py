"""A pair on whose values both sides agree, and the decision about it with everything in it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from integration.sync.actions import Action
from integration.sync.direction import Direction
from integration.sync.memory.ledger import Pair, Wait
from integration.sync.record.transfer import Draft, ReferenceNotCoupled
from integration.systems.values import Record
from tests.sync.deciding.table_of_truth import TO_CRM, TO_ERP, Row

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])

AGREED = {"phone": "1", "city": "Berlin"}

JIM = uuid.UUID("00000000-0000-4000-8000-000000000a1a")


def row_of(direction: Direction, *, twin: bool = True, **more: Any) -> Row:
    """A coupled pair on whose values both sides agree."""
    return Row(direction, dict(AGREED), dict(AGREED) if twin else None, dict(AGREED), **more)


def decide(
    row: Row,
    pair: Pair | None,
    draft: Draft | None = None,
    matches: Sequence[tuple[Record, Pair | None]] = (),
    holder: str = "",
    **decider: Any,
) -> Action:
    judge = replace(row.decider, **decider)
    return judge.decide(row.source_record, pair, row.twin_record, draft or row.draft, matches, row.back, holder)


def changed(draft: Draft, **more: Any) -> Draft:
    return replace(draft, **more)


def waits(row: Row) -> frozenset[Wait]:
    return frozenset({Wait(row.direction.destination, "salesperson", JIM)})


def waiting() -> ReferenceNotCoupled:
    return ReferenceNotCoupled("Jim Olive is not coupled.", table="salesperson", id=JIM)
