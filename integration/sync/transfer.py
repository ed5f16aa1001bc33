"""A record and the field rules -> a draft of what the destination should hold. Pure.

:class:`Transfer` is made once a run and direction: it looks up converters and normalizers, so that the work per
record is only calling them. What has to be known about other records (references) is resolved a page at a time:
``wanted`` says which ids, the caller asks the ledger, ``draft`` uses the answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from integration.sync.rules import Direction, FieldRule, Reference, TableRule
from integration.sync.transformations import WrongParameter, chain
from integration.sync.values import Convert, Normalize, constant, converter, normalizer, transformer
from integration.systems.base import Field, FieldType, Record, Ref, Side, Value, option_id
from integration.systems.errors import ConfigurationProblem, FieldMissing, Problem, RecordProblem

Known = dict[uuid.UUID | None, uuid.UUID | None]
Resolved = Mapping[Reference, Known]
"""source id -> destination id, per reference. The key ``None`` says what a blank reference becomes (a blank currency
is the local one); the value ``None`` says that an id becomes blank."""

UNRESOLVED = "?"
"""Put before the remembered source value of a reference that had no partner and was left blank: it then counts as
changed as soon as it can be resolved, and not before."""


class ReferenceNotCoupled(RecordProblem):
    """A mandatory reference has no partner yet. ``table``/``id`` name the row (on the source side) to couple first."""

    code = "reference-not-coupled"

    def __init__(self, message: str, *, table: str, id: uuid.UUID) -> None:
        super().__init__(message)
        self.table = table
        self.id = id


@dataclass(slots=True)
class Draft:
    """What the destination should hold, by destination field. ``sources`` are the normalized source values by rule
    key (marked where a reference was left blank), ``missing`` the option fields without a matching option.
    ``extra`` are columns that a special rule keeps (written whenever they differ), ``on_insert`` those it only
    sets on new rows, ``filled`` those that a template gives new rows where nothing else speaks, ``left_out`` the reason
    why the record is none of the mapping's business after all. ``waits_for`` is the record (``table/id``) that a
    reference left blank points to. ``ends_pair``: a record that is left out loses its twin, which is deleted.
    ``moved``: the twin cannot be changed into this draft; it is deleted, and the record gets another one.
    ``partial``: what keeps one field from being written, while all others are; the record fails with it."""

    values: dict[str, Value] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Value] = field(default_factory=dict)
    on_insert: dict[str, Value] = field(default_factory=dict)
    filled: Mapping[str, Value] = field(default_factory=dict)
    problem: Problem | None = None
    left_out: str = ""
    waits_for: str = ""
    missing: list[str] = field(default_factory=list)
    partial: Problem | None = None
    ends_pair: bool = False
    moved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry:
    """One field rule made ready for one direction. A ``two_way`` field is only overwritten by the side that changed
    it; a one-way field by its source whenever the record is processed. A two-way field
    that is transformed ``settles``: both sides may agree on different values (upper case there, as written here)."""

    rule: FieldRule
    key: str
    destination: str
    normal_destination: Normalize
    two_way: bool = False
    settles: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Carry):
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain(Carry):
    source: str
    normal_source: Normalize
    convert: Convert


@dataclass(frozen=True, slots=True, kw_only=True)
class Referring(Carry):
    """``translate`` turns the id that the ledger found into a value of the destination field."""

    source: str
    label: str
    normal_source: Normalize
    reference: Reference
    translate: Callable[[uuid.UUID], Value]


class Transfer:
    """The field rules of one mapping, ready for one direction. Raises ``FieldMissing`` when a mapped field is gone
    from its table and ``InvalidValue`` for a constant that does not fit."""

    def __init__(self, rule: TableRule, direction: Direction) -> None:
        self.rule, self.direction = rule, direction
        self.carries = [self._carry(field_rule) for field_rule in rule.fields_towards(direction)]
        self.constants = {carry.destination: carry.value for carry in self.carries if isinstance(carry, Constant)}
        self.plain = [carry for carry in self.carries if isinstance(carry, Plain)]
        # Records before options: of several references left blank, a pair waits for the first.
        referring = [carry for carry in self.carries if isinstance(carry, Referring)]
        self.referring = sorted(referring, key=lambda carry: "." in carry.reference.crm_table)

    def _carry(self, rule: FieldRule) -> Carry:
        destination = self._field(rule, self.direction.destination)
        name, normal = destination.name, normalizer(destination)
        if not rule.field(self.direction.source):
            value = constant(rule.constant, destination)
            return Constant(rule=rule, key=rule.key, destination=name, normal_destination=normal, value=value)
        source = self._field(rule, self.direction.source)
        two_way = rule.direction is Direction.BOTH
        if rule.reference is None:
            return Plain(
                rule=rule,
                key=rule.key,
                destination=name,
                normal_destination=normal,
                two_way=two_way,
                settles=two_way and bool(rule.transformations),
                source=source.name,
                normal_source=normalizer(source),
                convert=self._convert(rule, source, destination),
            )
        return Referring(
            rule=rule,
            key=rule.key,
            destination=name,
            normal_destination=normal,
            two_way=two_way,
            source=source.name,
            label=source.label or source.name,
            normal_source=normalizer(source),
            reference=rule.reference,
            translate=_translation(rule.reference, self.direction.destination, destination),
        )

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

    def draft(self, record: Record, resolved: Resolved) -> Draft:
        """What the destination should hold for this record. A value that does not fit and a mandatory reference
        without a partner are told in ``problem``, the first one found; raised is only what makes the whole run
        hopeless."""
        draft = Draft(values=dict(self.constants))
        for plain in self.plain:
            value = record.values.get(plain.source)
            draft.sources[plain.key] = plain.normal_source(value)
            if plain.rule.not_null and (value is None or value == ""):
                continue
            try:
                draft.values[plain.destination] = plain.convert(value)
            except RecordProblem as problem:
                draft.problem = draft.problem or problem
        for referring in self.referring:
            self._draft_reference(referring, record, resolved.get(referring.reference, {}), draft)
        return draft

    def _draft_reference(self, carry: Referring, record: Record, known: Known, draft: Draft) -> None:
        value = record.values.get(carry.source)
        id = self._referred(carry, record)
        if id is None and value is not None:
            return  # It points into a table that is not ours to translate (owned by a team): leave it alone.
        draft.sources[carry.key] = carry.normal_source(value)
        if id in known:
            partner = known[id]
            translated = None if partner is None else carry.translate(partner)
            if isinstance(translated, Ref) and isinstance(value, Ref) and value.label:
                translated = Ref(translated.table, translated.id, value.label)  # for people who read plan and history
            if partner is None or translated is not None:
                draft.values[carry.destination] = translated
                return
        if id is not None:
            self._draft_unresolved(carry, value, id, draft)
        elif not carry.rule.not_null:
            draft.values[carry.destination] = None

    def _draft_unresolved(self, carry: Referring, value: Value, id: uuid.UUID, draft: Draft) -> None:
        draft.sources[carry.key] = UNRESOLVED + draft.sources[carry.key]
        is_option = "." in carry.reference.crm_table
        if is_option or carry.rule.clear_on_failed:
            draft.values[carry.destination] = None
            draft.waits_for = draft.waits_for or f"{carry.reference.table(self.direction.source)}/{id}"
            draft.missing += [carry.label] if is_option else []
        else:
            named = value.label if isinstance(value, Ref) and value.label else str(id)
            draft.problem = draft.problem or ReferenceNotCoupled(
                f"{carry.label} “{named}” is not coupled yet. Couple it first.",
                table=carry.reference.table(self.direction.source),
                id=id,
            )


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
