"""A planned action as a person, or a program, reads it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from integration.pages.runs.captions import is_id
from integration.sync.actions import Action, Fail, Ignore, Insert, Skip, SourceDeleted, Update
from integration.sync.memory.ledger import Pair
from integration.systems.values import Record
from integration.systems.wording import NAMELESS, value_text

NOBODY: Mapping[uuid.UUID, str] = MappingProxyType({})
NAMES = ("no", "code", "name", "description", "fullname", "first_name", "surname", "firstname", "lastname", "label")


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of a dry run: what, with which record, and why or with which values. ``old`` are the values that an
    update would overwrite, by the same field names as ``values``. A program reads ids and the names of columns; the
    ``text`` has names and captions (``called``: column -> caption)."""

    action: str
    id: str
    record: str
    reason: str
    values: Mapping[str, str]
    old: Mapping[str, str] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        values = ", ".join(self._written(name) for name in self.values)
        action = self.action.replace("-", " ")
        return "  ".join(part for part in (action, self.record or NAMELESS, self.reason, values) if part)

    def _written(self, name: str) -> str:
        before = f"{_named(self.old[name]) or 'blank'} -> " if name in self.old else ""
        return f"{self.called.get(name, name)} = {before}{_named(self.values[name])}"

    def as_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "id": self.id,
            "record": self.record,
            "reason": self.reason,
            "values": dict(self.values),
            "old": dict(self.old),
        }


def planned(
    action: Action, called: Callable[[str], str] = str, names: Mapping[uuid.UUID, str] = NOBODY
) -> Planned | None:
    """``None`` for records that are not this run's business. ``called``: what a column that is written is called;
    ``names``: of records of Business Central that are known by their pair alone."""
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
    captions = {name: called(name) for name in values}
    if record is not None:
        return Planned(_word(action), str(record.id), label_of(record), reason, values, old, captions)
    pair = pair_of(action)
    label = str(getattr(action, "label", "")) or (names.get(pair.erp_id, "") if pair is not None else "")
    return Planned(_word(action), str(pair.erp_id) if pair is not None else "", label, reason, values, old, captions)


def pair_of(action: Action) -> Pair | None:
    """The pair of an action that has no record of its own."""
    pair: Pair | None = getattr(action, "pair", None)
    return pair if getattr(action, "record", None) is None else None


def label_of(record: Record) -> str:
    """Number and name, as far as they were read."""
    return " ".join(str(record.values[name]) for name in NAMES if record.values.get(name))


def _named(text: str) -> str:
    """A value for a person: an id says nothing."""
    return NAMELESS if is_id(text) else text


def _word(action: Action) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type(action).__name__).lower()
