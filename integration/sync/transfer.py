"""A record and the field rules -> a draft of what the destination should hold. Pure.

:class:`Transfer` is made once a run and direction: it looks up converters and normalizers, so that the work per
record is only calling them. What has to be known about other records (references) is resolved a page at a time:
``wanted`` says which ids, the caller asks the ledger, ``draft`` uses the answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from integration.sync.meaning import Lack, Lacking, LeftOut, MeaningField, Meant
from integration.sync.rules import Direction, FieldRule, Reference, TableRule
from integration.sync.transformations import WrongParameter, chain
from integration.sync.values import (
    Convert,
    NoPartnerOption,
    Normalize,
    constant,
    converter,
    normalizer,
    transformer,
)
from integration.systems.base import Field, FieldType, Record, Ref, Side, Value, option_id
from integration.systems.errors import ConfigurationProblem, FieldMissing, InvalidValue, Problem, RecordProblem

Known = dict[uuid.UUID | None, uuid.UUID | None]
Resolved = Mapping[Reference, Known]
"""source id -> destination id, per reference. The key ``None`` says what a blank reference becomes (a blank currency
is the local one); the value ``None`` says that an id becomes blank."""


class ReferenceNotCoupled(RecordProblem):
    """A mandatory reference has no partner yet. ``table``/``id`` name the row (on the source side) to couple first."""

    code = "reference-not-coupled"

    def __init__(self, message: str, *, table: str, id: uuid.UUID) -> None:
        super().__init__(message)
        self.table = table
        self.id = id


class DescriptionDoubtful(Exception):
    """A value does not fit what the systems said of their columns. Whoever runs asks them once more and begins again;
    what was written is remembered, and the page that found it was not written."""


@dataclass(slots=True)
class Draft:
    """What the destination should hold, by destination field. By rule key: ``sources`` are the normalized source
    values, ``lacking`` those without a partner on the other side, ``meant`` those that no single column says.
    ``extra`` are columns that a special rule keeps one way (written whenever they differ), ``on_insert`` those it only
    sets on new rows, ``filled`` those that a template gives new rows where nothing else speaks. ``problem`` stops the
    record, ``refused`` only single fields of it; ``left_out`` is the reason why the record is none of the mapping's
    business for now, ``left_out_waits`` the records (table, id) whose coupling would change that. ``ends_pair``: a
    record that is left out loses its twin, which is deleted. ``moved``: the twin cannot be changed into this draft; it
    is deleted, and the record gets another one."""

    values: dict[str, Value] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    lacking: dict[str, Lacking] = field(default_factory=dict)
    meant: dict[str, Meant] = field(default_factory=dict)
    extra: dict[str, Value] = field(default_factory=dict)
    on_insert: dict[str, Value] = field(default_factory=dict)
    filled: Mapping[str, Value] = field(default_factory=dict)
    problem: Problem | None = None
    refused: list[Problem] = field(default_factory=list)
    is_doubtful: bool = False
    """Does a value not fit what the systems said of their columns? They may say something else by now."""
    left_out: str = ""
    left_out_waits: Sequence[tuple[str, uuid.UUID]] = ()
    ends_pair: bool = False
    moved: bool = False

    @property
    def is_put_off(self) -> bool:
        """Is a reference left for the last round, when all rows of the own table are there?"""
        return any(lacking.kind is Lack.PUT_OFF for lacking in self.lacking.values())

    def waits(self) -> set[tuple[str, uuid.UUID]]:
        """The records (table, id) whose coupling would let more of this one be carried."""
        lacking = [one for one in self.lacking.values() if one.kind is not Lack.PUT_OFF]
        found = {(one.table, one.id) for one in lacking if one.id is not None}
        if isinstance(self.problem, ReferenceNotCoupled):
            found.add((self.problem.table, self.problem.id))
        return found.union(self.left_out_waits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry:
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
class Constant(Carry):
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced(Carry):
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
    """``translate`` turns the id that the ledger found into a value of the destination field."""

    rule: FieldRule
    reference: Reference
    translate: Callable[[uuid.UUID], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning(Carry):
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


class Transfer:
    """The field rules of one mapping and the fields of its special rule, ready for one direction. Raises
    ``FieldMissing`` when a mapped field is gone from its table and ``InvalidValue`` for a constant that does
    not fit."""

    def __init__(self, rule: TableRule, direction: Direction, meanings: Sequence[MeaningField] = ()) -> None:
        self.rule, self.direction = rule, direction
        meant = {meaning.key for meaning in meanings}
        self.carries = [self._carry(one) for one in rule.fields_towards(direction) if one.key not in meant]
        self.constants = {carry.destination: carry.value for carry in self.carries if isinstance(carry, Constant)}
        self.plain = [carry for carry in self.carries if isinstance(carry, Plain)]
        self.referring = [carry for carry in self.carries if isinstance(carry, Referring)]
        self.meanings = [self._meaning(one) for one in meanings if self._goes_here(one)]
        self.carries += self.meanings
        self.own = Reference(rule.erp.name, rule.crm.name)

    def _goes_here(self, meaning: MeaningField) -> bool:
        return meaning.direction.includes(self.direction) and self.rule.direction.includes(self.direction)

    def _meaning(self, meaning: MeaningField) -> Meaning:
        return Meaning(
            key=meaning.key,
            destination=next(iter(meaning.columns(self.direction.destination)), ""),
            normal_destination=str,
            label=meaning.label(self.direction.source),
            destination_label=meaning.label(self.direction.destination),
            two_way=meaning.direction is Direction.BOTH and self.rule.direction is Direction.BOTH,
            not_null=meaning.not_null,
            edge=meaning.edge,
            is_translated=True,
            meaning=meaning,
            side=self.direction.destination,
        )

    def _carry(self, rule: FieldRule) -> Carry:
        destination = self._field(rule, self.direction.destination)
        shared: dict[str, Any] = {
            "key": rule.key,
            "destination": destination.name,
            "normal_destination": normalizer(destination),
            "label": rule.constant,
            "destination_label": destination.label or destination.name,
            "two_way": rule.direction is Direction.BOTH,
            "not_null": rule.not_null,
            "updatable": destination.updatable,
            "first_wins": rule.first_wins,
        }
        if not rule.field(self.direction.source):
            return Constant(**shared, value=constant(rule.constant, destination))
        source = self._field(rule, self.direction.source)
        shared |= {"source": source.name, "label": source.label or source.name, "normal_source": normalizer(source)}
        if rule.reference is None:
            is_option = FieldType.OPTION in (source.type, destination.type)
            shared["is_translated"] = bool(rule.transformations) or is_option
            return Plain(**shared, convert=self._convert(rule, source, destination))
        shared["is_translated"] = True
        translate = _translation(rule.reference, self.direction.destination, destination)
        return Referring(**shared, rule=rule, reference=rule.reference, translate=translate)

    def _convert(self, rule: FieldRule, source: Field, destination: Field) -> Convert:
        try:
            steps = chain(rule.transformations, self.direction)
        except WrongParameter as error:
            raise ConfigurationProblem(f"{self.rule.name}, {source.name} – {destination.name}: {error}") from error
        return converter(source, destination) if steps is None else transformer(source, destination, steps)

    def _field(self, rule: FieldRule, side: Side) -> Field:
        table, name = self.rule.table(side), rule.field(side)
        if name not in table.fields:
            raise FieldMissing(
                f"{self.rule.name} maps the field “{name}”, which {table.label} ({table.name}) does not have."
            )
        return table.fields[name]

    def wanted(self, records: Iterable[Record]) -> dict[Reference, set[uuid.UUID]]:
        """The ids on the source side that these records refer to, per reference."""
        found: dict[Reference, set[uuid.UUID]] = {carry.reference: set() for carry in self.referring}
        for record in records:
            for carry in self.referring:
                id = self._referred(carry, record)
                if id is not None:
                    found[carry.reference].add(id)
        return found

    def _referred(self, carry: Referring, record: Record) -> uuid.UUID | None:
        """The id a reference field holds, ``None`` where blank or where it points into a table we do not map."""
        value = record.values.get(carry.source)
        table = carry.reference.table(self.direction.source)
        if isinstance(value, Ref):
            return value.id if value.table == table else None
        return option_id(table, value) if isinstance(value, int) else None

    def draft(
        self, record: Record, resolved: Resolved, twin: Record | None = None, *, own_put_off: bool = False
    ) -> Draft:
        """What the destination should hold for this record. A value that does not fit and a mandatory reference without
        a partner are in ``problem``, the first one found; raised is only what makes the whole run hopeless. With
        ``own_put_off`` a reference to the own table that cannot be resolved yet is left for later."""
        draft = Draft(values=dict(self.constants))
        for plain in self.plain:
            self._draft_plain(plain, record.values.get(plain.source), draft)
        for referring in self.referring:
            self._draft_reference(referring, record, resolved.get(referring.reference, {}), draft, own_put_off)
        for meaning in self.meanings:
            self._draft_meaning(meaning, record, twin, draft)
        return draft

    def _draft_plain(self, carry: Plain, value: Value, draft: Draft) -> None:
        draft.sources[carry.key] = carry.normal_source(value)
        if carry.not_null and (value is None or value == ""):
            return
        try:
            draft.values[carry.destination] = carry.convert(value)
        except NoPartnerOption:
            draft.is_doubtful = True
            draft.lacking[carry.key] = Lacking(Lack.LEAVE, carry.label)
        except RecordProblem as problem:
            draft.is_doubtful = draft.is_doubtful or isinstance(problem, InvalidValue)
            draft.problem = draft.problem or problem

    def _draft_meaning(self, carry: Meaning, record: Record, twin: Record | None, draft: Draft) -> None:
        source = self.direction.source
        draft.sources[carry.key] = carry.meaning.read(source, record)
        match carry.meaning.express(source, record, twin):
            case Meant() as meant:
                draft.meant[carry.key] = meant
            case Lacking() as lacking:
                draft.lacking[carry.key] = lacking
            case LeftOut(reason, waits):
                draft.left_out, draft.left_out_waits = draft.left_out or reason, waits
            case Problem() as problem if twin is None:
                draft.problem = draft.problem or problem
            case ReferenceNotCoupled() as missing:
                # Of a pair it only stops the record where it has changed and would have to be written.
                draft.lacking[carry.key] = Lacking(
                    Lack.MANDATORY, carry.label, missing.table, missing.id, problem=missing
                )
            case Problem() as problem:
                draft.problem = draft.problem or problem

    def _draft_reference(self, carry: Referring, record: Record, known: Known, draft: Draft, own_put_off: bool) -> None:
        value = record.values.get(carry.source)
        id = self._referred(carry, record)
        draft.sources[carry.key] = carry.normal_source(value)
        if id is None and value is not None:
            # It points into a table that is not ours to translate (owned by a team): leave it alone.
            draft.lacking[carry.key] = Lacking(Lack.LEAVE, carry.label)
            return
        if id in known:
            partner = known[id]
            translated = None if partner is None else carry.translate(partner)
            if isinstance(translated, Ref) and isinstance(value, Ref) and value.label:
                translated = Ref(translated.table, translated.id, value.label)  # for people who read plan and history
            if partner is None or translated is not None:
                draft.values[carry.destination] = translated
                return
            draft.is_doubtful = True  # An option that is coupled and that the column does not have.
        if id is not None:
            self._draft_unresolved(carry, value, id, draft, own_put_off)
        elif not carry.not_null:
            draft.values[carry.destination] = None

    def _draft_unresolved(self, carry: Referring, value: Value, id: uuid.UUID, draft: Draft, own_put_off: bool) -> None:
        table = carry.reference.table(self.direction.source)
        if own_put_off and carry.reference == self.own:
            draft.lacking[carry.key] = Lacking(Lack.PUT_OFF, carry.label, table, id)
        elif carry.reference.is_option:
            draft.lacking[carry.key] = Lacking(Lack.LEAVE, carry.label, table, id)
        elif carry.rule.clear_on_failed:
            draft.lacking[carry.key] = Lacking(Lack.CLEAR, carry.label, table, id)
        else:
            named = value.label if isinstance(value, Ref) and value.label else str(id)
            missing = ReferenceNotCoupled(
                f"{carry.label} “{named}” is not coupled yet. Couple it first.", table=table, id=id
            )
            draft.lacking[carry.key] = Lacking(Lack.MANDATORY, carry.label, table, id, problem=missing)
            draft.problem = draft.problem or missing

    def compared(self, key: str) -> Carry | None:
        """The field of this key, where it goes this way."""
        return self._by_key.get(key)

    @cached_property
    def _by_key(self) -> dict[str, Carry]:
        return {carry.key: carry for carry in self.carries}


def known(found: Mapping[uuid.UUID, uuid.UUID]) -> Known:
    """What the ledger found, ready for what a blank means to be added."""
    together: Known = {}
    for id, partner in found.items():
        together[id] = partner
    return together


def _translation(reference: Reference, side: Side, field: Field) -> Callable[[uuid.UUID], Value]:
    table = reference.table(side)
    if field.type is FieldType.OPTION:
        return {option_id(table, option.value): option.value for option in field.options}.get
    return lambda partner: Ref(table, partner)
