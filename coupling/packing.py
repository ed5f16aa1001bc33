"""A pair as the columns of its row, and back: how the memory of the engine is written down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from integration.sync.memory.halves import UNREAD
from integration.sync.memory.ledger import Agreed, InFlight, Outcome, Pair, Result, State
from integration.systems.values import Side

COLUMNS = (
    "erp_id",
    "crm_id",
    "state",
    "seen_erp",
    "seen_crm",
    "agreed",
    "owed_erp",
    "owed_crm",
    "to_crm_result",
    "to_crm_code",
    "to_erp_result",
    "to_erp_code",
    "in_flight",
    "raised",
)
READ = (*COLUMNS, "id")
TO_READ = ">"
"""Before a value that both sides hold, so far as is known: written to Sales, and not read there since."""


def pair_of(row: Sequence[Any]) -> Pair:
    """A row of ``READ`` (or of ``COLUMNS``: one that is not stored yet) as the engine sees it."""
    erp_id, crm_id, state, seen_erp, seen_crm, agreed, owed_erp, owed_crm = row[:8]
    crm_result, crm_code, erp_result, erp_code, in_flight, raised = row[8:14]
    return Pair(
        erp_id,
        crm_id,
        State(state),
        seen_erp,
        seen_crm,
        unpacked(agreed),
        owed_erp,
        owed_crm,
        Outcome(Result(crm_result), crm_code),
        Outcome(Result(erp_result), erp_code),
        _begun(in_flight),
        raised,
        stored_as=row[14] if len(row) > len(COLUMNS) else None,
    )


def row_of(pair: Pair) -> Sequence[Any]:
    """The values of ``COLUMNS``."""
    begun = pair.in_flight
    return (
        pair.erp_id,
        pair.crm_id,
        pair.state.value,
        pair.seen_erp,
        pair.seen_crm,
        packed(pair.agreed),
        pair.owed_erp,
        pair.owed_crm,
        pair.to_crm.result.value,
        pair.to_crm.code,
        pair.to_erp.result.value,
        pair.to_erp.code,
        f"{begun.side.value}{begun.seen}{packed(begun.fields)}" if begun else "",
        pair.raised,
    )


def packed(agreed: Agreed) -> str:
    """Halves as JSON text. What is the same on both sides, as most are, is written once; so is what a bulk call has
    written to Sales and nobody has read there since."""
    return json.dumps(
        {key: _pair(erp, crm) for key, (erp, crm) in agreed.items()}, separators=(",", ":"), ensure_ascii=False
    )


def _pair(erp: str, crm: str) -> str | list[str]:
    if erp == crm:
        return erp
    return TO_READ + erp if crm == UNREAD + erp else [erp, crm]


def unpacked(text: str) -> Agreed:
    kept = json.loads(text) if text else {}
    return {key: _halves(value) for key, value in kept.items()}


def _halves(value: str | list[str]) -> tuple[str, str]:
    if not isinstance(value, str):
        return value[0], value[1]
    return (value[1:], UNREAD + value[1:]) if value[:1] == TO_READ else (value, value)


def _begun(text: str) -> InFlight | None:
    """The side, the version of the row that was going to be changed, and the halves as JSON."""
    if not text:
        return None
    seen, brace, fields = text[3:].partition("{")
    return InFlight(Side(text[:3]), unpacked(brace + fields), seen)
