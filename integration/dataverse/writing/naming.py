"""What a refusal of one row means to the person who looks at it: which field, which value, which limit.

The service names columns by their logical name, if it names them at all; the row that was sent and the table's
description tell the rest.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integration.dataverse.metadata import Entity
from integration.dataverse.text import units
from integration.systems.errors import InvalidValue, NotFound, Problem, ReferenceMissing
from integration.systems.values import Field, FieldType, Ref, Row

LONGEST_QUOTE = 60


def named(entity: Entity, row: Row, problem: Problem) -> Problem:
    """The same problem, naming the field as people know it."""
    if isinstance(problem, NotFound | ReferenceMissing):
        return _reference(entity, row, problem)
    if isinstance(problem, InvalidValue):
        return _value(entity, row, problem)
    return problem


def unchangeable(entity: Entity, row: Row) -> InvalidValue | None:
    """Why a row cannot be changed as it is: the service would take it and leave out, without a word, a column that is
    set once and for all. ``None``: it has none."""
    for name, value in row.values.items():
        field = entity.table.fields.get(name)
        if field is None or field.updatable or field.type is FieldType.TABLE:
            continue
        words = "cannot be changed in Dynamics 365 Sales once the record is there"
        way_out = "Set it back, or delete the record in Sales so that it is made anew"
        return InvalidValue(f"{_label(entity, name)} {words}. {way_out}.", field=name, value=value)
    return None


def _reference(entity: Entity, row: Row, problem: Problem) -> Problem:
    """A row that is not there, but not the one written: then one of its references leads nowhere."""
    answer = f"{problem} {problem.raw}".lower()
    if str(row.id) in answer:
        return problem
    for name, value in row.values.items():
        if isinstance(value, Ref) and str(value.id) in answer:
            target = f" ({value.label})" if value.label else ""
            words = f"{_label(entity, name)} refers to a record{target} that does not exist in Dynamics 365 Sales."
            return ReferenceMissing(words, field=name, raw=problem.raw)
    return problem


def _value(entity: Entity, row: Row, problem: InvalidValue) -> InvalidValue:
    culprit = problem.field if problem.field in row.values else _culprit(entity, row)
    if not culprit:
        return problem
    field, value = entity.table.fields[culprit], row.values[culprit]
    words = limit_broken(field, value) or f"does not take “{_quoted(value)}”: {problem}"
    return InvalidValue(f"{_label(entity, culprit)} {words}", field=culprit, value=value, raw=problem.raw)


def _culprit(entity: Entity, row: Row) -> str:
    """The first field whose value is outside of what the table's description allows."""
    described = entity.table.fields
    return next((n for n, value in row.values.items() if n in described and limit_broken(described[n], value)), "")


def limit_broken(field: Field, value: Any) -> str:
    """Which limit of the field the value breaks, in words that follow the field's name; blank for none."""
    if isinstance(value, str) and field.max_length is not None and units(value) > field.max_length:
        return f"takes at most {field.max_length} characters, “{_quoted(value)}” has {units(value)}."
    if isinstance(value, Decimal | int) and not isinstance(value, bool) and _outside(field, Decimal(value)):
        return f"takes {field.minimum} to {field.maximum}, not {value}."
    if field.type is FieldType.OPTION and value is not None and value not in {o.value for o in field.options}:
        return f"has no option {value}."
    return ""


def _outside(field: Field, value: Decimal) -> bool:
    too_small = field.minimum is not None and value < field.minimum
    return too_small or (field.maximum is not None and value > field.maximum)


def _quoted(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"


def _label(entity: Entity, name: str) -> str:
    return entity.table.fields[name].label or name
