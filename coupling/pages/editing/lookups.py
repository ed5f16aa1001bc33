"""Relations while a person types: what is offered, and which record a code means."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from coupling.pages.tables.editing import Editing
from integration.systems.filters import EVERYTHING, AnyOf, Comparison, Filter, both, parse
from integration.systems.system import System
from integration.systems.values import Field, FieldType, Record, Ref, Table
from integration.systems.wording import value_text

OFFERED = 20
LOOKED_THROUGH = 200
"""Records among which different values of a text field are looked for."""
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may be chosen: what stands in the input then, and what it means."""

    code: str
    name: str


def target_of(field: Field, editing: Editing) -> str:
    """The table whose codes this field takes; blank for a field that is typed."""
    if field.type is FieldType.REFERENCE:
        return field.targets[0]
    return editing.offers.get(field.name, "")


def is_looked_up(field: Field, editing: Editing) -> bool:
    """Is anything offered while somebody types here?"""
    return bool(target_of(field, editing)) or field.name in editing.suggests


def offers(system: System, table: Table, field: Field, editing: Editing, text: str) -> list[Offer]:
    """What is offered for this text: records whose number or name contains it, or what other records hold here."""
    text = text.strip()[:LONGEST_SEARCH].replace("\x00", "")
    target = target_of(field, editing)
    if target:
        narrowed = editing.narrowed.get(field.name, "")
        return _records(system, system.describe(target), text, narrowed)
    return _suggested(system, table, field, table.fields[editing.suggests[field.name]], text)


def _records(system: System, target: Table, text: str, narrowed: str) -> list[Offer]:
    names = [target.number_field, *([target.name_field] if target.name_field else [])]
    where = parse(narrowed, target) if narrowed else EVERYTHING
    exact = _found(system, target, names, both(where, Comparison(names[0], "begins with", text)) if text else where)
    if len(exact) < OFFERED and text:
        anywhere = AnyOf(tuple(Comparison(name, "contains", text) for name in names))
        exact |= _found(system, target, names, both(where, anywhere))
    return [_offer(target, names, record) for record in exact.values()][:OFFERED]


def _found(system: System, target: Table, names: list[str], where: Filter) -> dict[uuid.UUID, Record]:
    page = system.find(target.name, where, names, names[:1], OFFERED)
    return {record.id: record for record in page.records}


def _offer(target: Table, names: list[str], record: Record) -> Offer:
    texts = [value_text(record.values[name], target.fields[name]) for name in names]
    return Offer(texts[0], " ".join(texts[1:]))


def _suggested(system: System, table: Table, field: Field, beside: Field, text: str) -> list[Offer]:
    where: Filter = Comparison(field.name, "begins with", text) if text else Comparison(field.name, "<>", "")
    page = system.find(table.name, where, [field.name, beside.name], [field.name], LOOKED_THROUGH)
    held = {(str(one.values[field.name]), str(one.values[beside.name])) for one in page.records}
    return [Offer(code, name) for code, name in sorted(held)][:OFFERED]


def reference(system: System, field: Field, code: str) -> Ref | None:
    """The record of the field's table with this number; ``None``: there is none."""
    target = system.describe(field.targets[0])
    number = target.fields[target.number_field]
    typed = code.strip().upper() if number.type is FieldType.CODE else code.strip()
    if "\x00" in typed:
        return None
    found = system.find(target.name, Comparison(number.name, "=", typed), [number.name], (), 1).records
    return Ref(target.name, found[0].id, typed) if found else None


def labels(system: System, fields: Mapping[str, Field]) -> dict[str, str]:
    """What one record is called in the tables that these relations point to, by field."""
    return {name: system.describe(field.targets[0]).label for name, field in fields.items() if field.targets}
