"""One field made ready for one direction: how it is read here, compared, shown and written there. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from integration.sync.record.draft import Draft
from integration.sync.record.meaning import MeaningField
from integration.sync.record.values import Convert, Normalize
from integration.sync.rules import FieldRule, Reference
from integration.systems.values import Record, Side, Value


class Steps(StrEnum):
    """Which way of a field its values are transformed: not at all or both ways, only this way, only back."""

    NONE = ""
    FORTH = "forth"
    BACK = "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTransfer:
    """One field made ready for one direction. A ``two_way`` field is only overwritten by the side that changed it; a
    one-way field by its source whenever the record is processed. ``edge``: only when its source changes."""

    key: str
    destination: str
    normal_destination: Normalize
    label: str = ""
    destination_label: str = ""
    two_way: bool = False
    not_null: bool = False
    edge: bool = False
    steps: Steps = Steps.NONE
    """Which way transformation rules change a value: that way alone says whether two values are the same."""
    is_translated: bool = False
    """Is more done to a value than to convert it: a reference, an option, a transformation, a meaning?"""
    updatable: bool = True
    first_wins: Side | None = None

    def reads(self, record: Record) -> str:
        """What the source holds, comparable."""
        return ""

    def has(self, twin: Record) -> str:
        """What the twin holds, comparable."""
        return self.normal_destination(twin.values.get(self.destination))

    def shows(self, record: Record) -> Value:
        """What the source holds, for people."""
        return None

    def shows_twin(self, twin: Record) -> Value:
        return twin.values.get(self.destination)

    def wants(self, draft: Draft) -> str:
        """What the twin should hold, comparable."""
        return self.normal_destination(draft.values[self.destination])

    def writes(self, draft: Draft) -> Mapping[str, Value]:
        return {self.destination: draft.values[self.destination]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(FieldTransfer):
    value: Value

    def shows(self, record: Record) -> Value:
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced(FieldTransfer):
    source: str
    normal_source: Normalize

    def reads(self, record: Record) -> str:
        return self.normal_source(record.values.get(self.source))

    def shows(self, record: Record) -> Value:
        return record.values.get(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain(Sourced):
    convert: Convert


@dataclass(frozen=True, slots=True, kw_only=True)
class Referring(Sourced):
    """``refers_to`` is the table of the source side that is translated; ``translate`` turns the id that the ledger
    found, and the label of the source's value, into a value of the destination field."""

    rule: FieldRule
    reference: Reference
    refers_to: str
    translate: Callable[[uuid.UUID, str], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning(FieldTransfer):
    """A field that a special rule declares."""

    meaning: MeaningField
    side: Side
    """The destination's."""

    def reads(self, record: Record) -> str:
        return self.meaning.read(self.side.other, record)

    def shows(self, record: Record) -> Value:
        return self.meaning.shown(self.side.other, record)

    def shows_twin(self, twin: Record) -> Value:
        return self.meaning.shown(self.side, twin)

    def has(self, twin: Record) -> str:
        return self.meaning.read(self.side, twin)

    def wants(self, draft: Draft) -> str:
        return draft.meant[self.key].text

    def writes(self, draft: Draft) -> Mapping[str, Value]:
        return draft.meant[self.key].columns
