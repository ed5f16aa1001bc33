"""A planned action as a person, or a program, reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integration.sync.actions import Action, Fail, Ignore, Insert, Skip, SourceDeleted, Update
from integration.systems.values import Record
from integration.systems.wording import value_text

NAMES = ("no", "code", "name", "description", "fullname", "first_name", "surname", "firstname", "lastname", "label")


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of a dry run: what, with which record, and why or with which values. ``old`` are the values that an
    update would overwrite, by the same field names as ``values``."""

    action: str
    id: str
    record: str
    reason: str
    values: Mapping[str, str]
    old: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        values = ", ".join(self._written(name) for name in self.values)
        return "  ".join(part for part in (self.action, self.record or self.id, self.reason, values) if part)

    def _written(self, name: str) -> str:
        before = f"{self.old[name] or 'blank'} -> " if name in self.old else ""
        return f"{name} = {before}{self.values[name]}"

    def as_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "id": self.id,
            "record": self.record,
            "reason": self.reason,
            "values": dict(self.values),
            "old": dict(self.old),
        }


def planned(action: Action) -> Planned | None:
    """``None`` for records that are not this run's business."""
    if isinstance(action, Ignore):
        return None
    record: Record | None = getattr(action, "record", None)
    reason, values, old = "", {}, {}
    if isinstance(action, Insert | Update):
        values = {name: value_text(value) for name, value in action.values.items()}
        reason = "couples" if isinstance(action, Update) and action.coupled else ""
        old = {change.field: value_text(change.old) for change in action.changes} if isinstance(action, Update) else {}
    elif isinstance(action, Fail | SourceDeleted):
        reason = str(action.problem)
    elif isinstance(action, Skip):
        reason = action.reason
    id = str(record.id) if record is not None else str(getattr(action, "pair", None) or "")
    return Planned(_word(action), id, label_of(record) if record is not None else "", reason, values, old)


def label_of(record: Record) -> str:
    """Number and name, as far as they were read."""
    return " ".join(str(record.values[name]) for name in NAMES if record.values.get(name))


def _word(action: Action) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type(action).__name__).lower()
