"""A record and the field rules -> a draft of what the destination should hold. Pure.

:class:`Transfer` is made once a run and direction: it looks up converters and normalizers, so that the work per
record is only calling them. What has to be known about other records (references) is resolved a page at a time:
``wanted`` says which ids, the caller asks the ledger, ``draft`` uses the answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from integration.sync.record.draft import (
    DescriptionDoubtful,
    Draft,
    ReferenceNotCoupled,
    Resolved,
    ResolvedIds,
    resolved_ids,
)
from integration.sync.record.field_transfer import Constant, FieldTransfer, Meaning, Plain, Referring, Sourced, Steps
from integration.sync.record.meaning import Lack, Lacking, LeftOut, MeaningField, Meant
from integration.sync.record.values import (
    Convert,
    NoPartnerOption,
    constant,
    converter,
    normalizer,
    transformer,
)
from integration.sync.rules import Direction, FieldRule, Reference, TableRule
from integration.sync.transformations import WrongParameter, chain
from integration.systems.errors import ConfigurationProblem, FieldMissing, InvalidValue, Problem, RecordProblem
from integration.systems.values import Field, FieldType, Record, Ref, Side, Value, option_id
from integration.systems.wording import field_name

__all__ = [
    "Constant",
    "DescriptionDoubtful",
    "Draft",
    "FieldTransfer",
    "Meaning",
    "Plain",
    "ReferenceNotCoupled",
    "Referring",
    "Resolved",
    "ResolvedIds",
    "Sourced",
    "Transfer",
    "resolved_ids",
]

NOTHING_KNOWN: ResolvedIds = {}


class Transfer:
    """The field rules of one mapping and the fields of its special rule, ready for one direction. Raises
    ``FieldMissing`` when a mapped field is gone from its table and ``InvalidValue`` for a constant that does
    not fit."""

    def __init__(self, rule: TableRule, direction: Direction, meanings: Sequence[MeaningField] = ()) -> None:
        self.rule, self.direction = rule, direction
        meant = {meaning.key for meaning in meanings}
        self.fields = [self._field_transfer(one) for one in rule.fields_towards(direction) if one.key not in meant]
        self.constants = {field.destination: field.value for field in self.fields if isinstance(field, Constant)}
        self.plain = [field for field in self.fields if isinstance(field, Plain)]
        self.referring = [field for field in self.fields if isinstance(field, Referring)]
        self.meanings = [self._meaning(one) for one in meanings if self._is_included(one)]
        self.fields += self.meanings
        self.own = Reference(rule.erp.name, rule.crm.name)

    def _is_included(self, meaning: MeaningField) -> bool:
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

    def _field_transfer(self, rule: FieldRule) -> FieldTransfer:
        destination = self._field(rule, self.direction.destination)
        shared: dict[str, Any] = {
            "key": rule.key,
            "destination": destination.name,
            "normal_destination": normalizer(destination),
            "label": rule.constant,
            "destination_label": field_name(destination),
            "two_way": rule.direction is Direction.BOTH,
            "not_null": rule.not_null,
            "updatable": destination.updatable,
            "first_wins": rule.first_wins,
        }
        if not rule.field(self.direction.source):
            return Constant(**shared, value=constant(rule.constant, destination))
        source = self._field(rule, self.direction.source)
        shared |= {"source": source.name, "label": field_name(source), "normal_source": normalizer(source)}
        if rule.reference is None:
            is_option = FieldType.OPTION in (source.type, destination.type)
            shared["is_translated"] = bool(rule.transformations) or is_option
            shared["steps"] = self._steps(rule)
            return Plain(**shared, convert=self._convert(rule, source, destination))
        shared["is_translated"] = True
        translate = _translation(rule.reference, self.direction.destination, destination)
        refers_to = rule.reference.table(self.direction.source)
        return Referring(**shared, rule=rule, reference=rule.reference, refers_to=refers_to, translate=translate)

    def _steps(self, rule: FieldRule) -> Steps:
        ways = (self.direction, self.direction.back)
        forth, back = (any(one.direction.includes(way) for one in rule.transformations) for way in ways)
        if forth == back:
            return Steps.NONE
        return Steps.FORTH if forth else Steps.BACK

    def _convert(self, rule: FieldRule, source: Field, destination: Field) -> Convert:
        try:
            chained = chain(rule.transformations, self.direction)
        except WrongParameter as error:
            pair = f"{field_name(source)} – {field_name(destination)}"
            raise ConfigurationProblem(f"{self.rule.name}, {pair}: {error}") from error
        return converter(source, destination) if chained is None else transformer(source, destination, chained)

    def _field(self, rule: FieldRule, side: Side) -> Field:
        table, name = self.rule.table(side), rule.field(side)
        if name not in table.fields:
            raise FieldMissing(f"{self.rule.name} maps the field “{name}”, which {table.label} does not have.")
        return table.fields[name]

    def wanted(self, records: Iterable[Record]) -> dict[Reference, set[uuid.UUID]]:
        """The ids on the source side that these records refer to, per reference."""
        found: dict[Reference, set[uuid.UUID]] = {field.reference: set() for field in self.referring}
        listed = list(records)
        for field in self.referring:
            ids = (self._referred(field, record.values.get(field.source)) for record in listed)
            found[field.reference].update(id for id in ids if id is not None)
        return found

    def _referred(self, field: Referring, value: Value) -> uuid.UUID | None:
        """The id a reference field holds, ``None`` where blank or where it points into a table we do not map."""
        if isinstance(value, Ref):
            return value.id if value.table == field.refers_to else None
        return option_id(field.refers_to, value) if isinstance(value, int) else None

    def draft(
        self, record: Record, resolved: Resolved, twin: Record | None = None, *, own_put_off: bool = False
    ) -> Draft:
        """What the destination should hold for this record. A value that does not fit and a mandatory reference without
        a partner are in ``problem``, the first one found; raised is only what makes the whole run hopeless. With
        ``own_put_off`` a reference to the own table that cannot be resolved yet is left for later."""
        draft, values = Draft(values=dict(self.constants)), record.values
        for plain in self.plain:
            self._draft_plain(plain, values.get(plain.source), draft)
        for referring in self.referring:
            value, found = values.get(referring.source), resolved.get(referring.reference, NOTHING_KNOWN)
            self._draft_reference(referring, value, found, draft, own_put_off)
        for meaning in self.meanings:
            self._draft_meaning(meaning, record, twin, draft)
        return draft

    def _draft_plain(self, field: Plain, value: Value, draft: Draft) -> None:
        draft.sources[field.key] = field.normal_source(value)
        if field.not_null and (value is None or value == ""):
            return
        try:
            draft.values[field.destination] = field.convert(value)
        except NoPartnerOption:
            draft.is_doubtful = True
            draft.lacking[field.key] = Lacking(Lack.LEAVE, field.label)
        except RecordProblem as problem:
            draft.is_doubtful = draft.is_doubtful or isinstance(problem, InvalidValue)
            draft.problem = draft.problem or problem

    def _draft_meaning(self, field: Meaning, record: Record, twin: Record | None, draft: Draft) -> None:
        source = self.direction.source
        draft.sources[field.key] = field.meaning.read(source, record)
        match field.meaning.express(source, record, twin):
            case Meant() as meant:
                draft.meant[field.key] = meant
            case Lacking() as lacking:
                draft.lacking[field.key] = lacking
            case LeftOut(reason, waits):
                draft.left_out, draft.left_out_waits = draft.left_out or reason, waits
            case Problem() as problem if twin is None:
                draft.problem = draft.problem or problem
            case ReferenceNotCoupled() as missing:
                # Of a pair it only stops the record where it has changed and would have to be written.
                draft.lacking[field.key] = Lacking(
                    Lack.MANDATORY, field.label, missing.table, missing.id, problem=missing
                )
            case Problem() as problem:
                draft.problem = draft.problem or problem

    def _draft_reference(
        self, field: Referring, value: Value, resolved: ResolvedIds, draft: Draft, own_put_off: bool
    ) -> None:
        id = self._referred(field, value)
        draft.sources[field.key] = field.normal_source(value)
        if id is None and value is not None:
            # It points into a table that is not ours to translate (owned by a team): leave it alone.
            draft.lacking[field.key] = Lacking(Lack.LEAVE, field.label)
            return
        if id in resolved:
            counterpart = resolved[id]
            label = value.label if isinstance(value, Ref) else ""
            translated = None if counterpart is None else field.translate(counterpart, label)
            if counterpart is None or translated is not None:
                draft.values[field.destination] = translated
                return
            draft.is_doubtful = True  # An option that is coupled and that the column does not have.
        if id is not None:
            self._draft_unresolved(field, value, id, draft, own_put_off)
        elif not field.not_null:
            draft.values[field.destination] = None

    def _draft_unresolved(self, field: Referring, value: Value, id: uuid.UUID, draft: Draft, own_put_off: bool) -> None:
        table = field.refers_to
        if own_put_off and field.reference == self.own:
            draft.lacking[field.key] = Lacking(Lack.PUT_OFF, field.label, table, id)
        elif field.reference.is_option:
            draft.lacking[field.key] = Lacking(Lack.LEAVE, field.label, table, id)
        elif field.rule.clear_on_failed:
            draft.lacking[field.key] = Lacking(Lack.CLEAR, field.label, table, id)
        else:
            named = value.label if isinstance(value, Ref) and value.label else str(id)
            missing = ReferenceNotCoupled(
                f"{field.label} “{named}” is not coupled yet. Couple it first.", table=table, id=id
            )
            draft.lacking[field.key] = Lacking(Lack.MANDATORY, field.label, table, id, problem=missing)
            draft.problem = draft.problem or missing

    def compared(self, key: str) -> FieldTransfer | None:
        """The field of this key, where it goes this way."""
        return self._by_key.get(key)

    @cached_property
    def _by_key(self) -> dict[str, FieldTransfer]:
        return {field.key: field for field in self.fields}


def _translation(reference: Reference, side: Side, field: Field) -> Callable[[uuid.UUID, str], Value]:
    """(the partner's id, the label of the source) -> the value; the label is for people who read plan and history."""
    table = reference.table(side)
    if field.type is FieldType.OPTION:
        values = {option_id(table, option.value): option.value for option in field.options}
        return lambda counterpart, _: values.get(counterpart)
    return lambda counterpart, label: Ref(table, counterpart, label)
