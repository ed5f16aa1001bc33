"""A plan is what was shown: the effects of a planned row, so that a later run can tell whether it would do the same.

Versions, rules, references, options and templates need not be in it: whatever of them matters changes the effect.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from integration.sync.actions import Action, Insert, Restore, SideWrite, SourceDeleted, Uncouple, Update
from integration.sync.rules import Direction
from integration.systems.values import Ref, Value


@dataclass(slots=True)
class Expected:
    """What a plan has shown, by source id: the fingerprint of each row. ``different`` gathers the rows that would be
    written otherwise by now, or not at all."""

    fingerprints: Mapping[uuid.UUID, str]
    direction: Direction
    different: set[uuid.UUID] = field(default_factory=set)

    def only(self, actions: Sequence[Action]) -> list[Action]:
        """Those actions that do what was shown."""
        prints = fingerprints(actions, self.direction)
        fitting = {id for id, one in prints.items() if self._fits(id, one, actions)}
        asked = {id for action in actions if (id := source_of(action, self.direction)) in self.fingerprints}
        self.different |= asked - fitting
        return [action for action in actions if source_of(action, self.direction) in fitting]

    def _fits(self, id: uuid.UUID, found: str, actions: Sequence[Action]) -> bool:
        if self.fingerprints.get(id) == found:
            return True
        # An insert of this plan that was interrupted is completed.
        return any(isinstance(one, Update) and one.completes and one.record.id == id for one in actions)


def source_of(action: Action, direction: Direction) -> uuid.UUID:
    """The source record that an action is about."""
    if isinstance(action, Uncouple | SourceDeleted | Restore):
        return action.pair.id(direction.source)
    return action.record.id


def fingerprints(actions: Iterable[Action], direction: Direction) -> dict[uuid.UUID, str]:
    """By source id: a digest of all that is going to happen because of that record. Records of which nothing would be
    written have none."""
    effects: dict[uuid.UUID, list[object]] = {}
    for action in actions:
        effect = _effect(action)
        if effect is not None:
            effects.setdefault(source_of(action, direction), []).append(effect)
    return {id: hashlib.sha256(json.dumps(one).encode()).hexdigest() for id, one in effects.items()}


def _effect(action: Action) -> object:
    match action:
        case Insert(pair=pair, values=values):
            return ["insert", str(pair.erp_id), str(pair.crm_id), sorted((k, _text(v)) for k, v in values.items())]
        case Update(pair=pair, changes=changes, coupled=coupled) if changes or coupled:
            written = sorted((one.field, _text(one.old), _text(one.new)) for one in changes)
            return ["update", str(pair.erp_id), str(pair.crm_id), coupled, written]
        case Uncouple(pair=pair):
            return ["uncouple", str(pair.erp_id), str(pair.crm_id)]
        case Restore(pair=pair):
            return ["restore", str(pair.erp_id), str(pair.crm_id)]
        case SideWrite(table=table, id=id, changes=changes):
            return ["besides", table, str(id), sorted((one.field, _text(one.old), _text(one.new)) for one in changes)]
    return None


def _text(value: Value) -> str:
    """A value so that equal text means equal value; blank is blank, however it is said."""
    if value is None or value == "":
        return ""
    if isinstance(value, Ref):
        return f"{value.table}/{value.id}"
    return f"{type(value).__name__} {value}"
