"""A planned action as a person, or a program, reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integration.sync.actions import Action, Broken, Fail, Ignore, Insert, Skip, Update
from integration.systems.base import Record, Ref

NAMES = ("no", "code", "name", "description", "fullname", "first_name", "surname", "firstname", "lastname", "label")


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of a dry run: what, with which record, and why or with which values."""

    action: str
    id: str
    record: str
    reason: str
    values: Mapping[str, str]

    @property
    def text(self) -> str:
        values = ", ".join(f"{name} = {value}" for name, value in self.values.items())
        return "  ".join(part for part in (self.action, self.record or self.id, self.reason, values) if part)

    def as_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "id": self.id,
            "record": self.record,
            "reason": self.reason,
            "values": dict(self.values),
        }


def planned(action: Action) -> Planned | None:
    """``None`` for records that are not this run's business."""
    if isinstance(action, Ignore):
        return None
    record: Record | None = getattr(action, "record", None)
    reason, values = "", {}
    if isinstance(action, Insert | Update):
        values = {name: _shown(value) for name, value in action.values.items()}
        reason = "couples" if isinstance(action, Update) and action.coupled else ""
    elif isinstance(action, Fail | Broken):
        reason = str(action.problem)
    elif isinstance(action, Skip):
        reason = action.reason
    id = str(record.id) if record is not None else str(getattr(action, "partner", None) or "")
    return Planned(_word(action), id, label_of(record) if record is not None else "", reason, values)


def label_of(record: Record) -> str:
    """Number and name, as far as they were read."""
    return " ".join(str(record.values[name]) for name in NAMES if record.values.get(name))


def _word(action: Action) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type(action).__name__).lower()


def _shown(value: object) -> str:
    return value.label or str(value.id) if isinstance(value, Ref) else str(value)
