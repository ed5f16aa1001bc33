"""Values as the history keeps them to put them back: exactly, in JSON. Pure.

Text, whole numbers, yes and no and blank are themselves; any other value is ``[kind, text, ...]``:

    Decimal("1.50")                 ["decimal", "1.50"]
    Ref("salesperson", 4711, "JO")  ["reference", "4711…", "salesperson", "JO"]
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from integration.systems.values import Ref, Value

Exact = Mapping[str, tuple[Value, Value]]
"""column -> (value before, value written)."""

KINDS: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Value]]] = {
    "decimal": (Decimal, str, Decimal),
    "moment": (dt.datetime, dt.datetime.isoformat, dt.datetime.fromisoformat),
    "date": (dt.date, dt.date.isoformat, dt.date.fromisoformat),
    "id": (uuid.UUID, str, uuid.UUID),
}
"""Kind -> its type, how it is written and read. A moment is a date, too, so it comes first."""
REFERENCE = "reference"


def packed(exact: Exact) -> dict[str, list[Any]]:
    """As JSON takes it."""
    return {column: [_packed(old), _packed(new)] for column, (old, new) in exact.items()}


def unpacked(stored: Mapping[str, Sequence[Any]]) -> dict[str, tuple[Value, Value]]:
    """What :func:`packed` has made, back again."""
    return {column: (_unpacked(old), _unpacked(new)) for column, (old, new) in stored.items()}


def _packed(value: Value) -> Any:
    if isinstance(value, Ref):
        return [REFERENCE, str(value.id), value.table, value.label]
    for kind, (type_, written, _) in KINDS.items():
        if isinstance(value, type_):
            return [kind, written(value)]
    return value


def _unpacked(stored: Any) -> Value:
    if not isinstance(stored, list):
        value: Value = stored
        return value
    if stored[0] == REFERENCE:
        return Ref(stored[2], uuid.UUID(stored[1]), stored[3])
    return KINDS[stored[0]][2](stored[1])
