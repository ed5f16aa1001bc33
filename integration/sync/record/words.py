"""Values as people read them. Pure."""

from __future__ import annotations

from integration.systems.values import Ref, Value

LONGEST_SHOWN = 60


def shown(value: Value) -> str:
    """A value as a message shows it."""
    if isinstance(value, Ref):
        return value.label or str(value.id)
    return "" if value is None else str(value)


def brief(text: str, longest: int = LONGEST_SHOWN) -> str:
    """Enough of a value to recognize it."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
