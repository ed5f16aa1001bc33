"""Which field can go into which: told in words, before a row is ever touched. Pure."""

from __future__ import annotations

from collections.abc import Collection

from integration.sync.record.values import constant
from integration.sync.rules import Direction
from integration.systems.errors import InvalidValue
from integration.systems.values import Field, FieldType
from integration.systems.wording import field_name

NUMBERS = {FieldType.INTEGER, FieldType.DECIMAL}
MOMENTS = {FieldType.DATE, FieldType.DATETIME}
TEXTS = {FieldType.TEXT, FieldType.CODE, FieldType.MEMO}

SOURCES: dict[FieldType, set[FieldType]] = {
    **{text: set(FieldType) - {FieldType.TABLE} for text in TEXTS},
    **dict.fromkeys(NUMBERS, NUMBERS),
    **dict.fromkeys(MOMENTS, MOMENTS),
    FieldType.BOOLEAN: {FieldType.BOOLEAN},
    FieldType.OPTION: {FieldType.OPTION, FieldType.INTEGER, FieldType.REFERENCE} | TEXTS,
    FieldType.UUID: {FieldType.UUID},
    FieldType.REFERENCE: {FieldType.REFERENCE, FieldType.OPTION},
    FieldType.TABLE: set(),
}
"""Destination type -> the source types it takes. References and options are translated by another mapping."""


TRANSFORMED = "A reference is translated by its coupling; transformation rules are for other fields."


def compatible(erp: Field, crm: Field, direction: Direction = Direction.BOTH) -> str | None:
    """Why values cannot go between these two fields in this direction, in words; ``None``: they can."""
    return unwritable(erp, crm, direction) or types_differ(erp, crm, direction)


def unwritable(erp: Field, crm: Field, direction: Direction) -> str | None:
    """Which destination can never be written, in words; ``None``: all can."""
    for one in direction.passes:
        destination = crm if one is Direction.TO_CRM else erp
        if not destination.insertable and not destination.updatable:
            return f"{field_name(destination)} is read only."
    return None


def constant_problem(text: str, destination: Field | None) -> str:
    """Why a constant cannot be written into this field, in words; blank where it can, or where nobody knows."""
    if destination is None:
        return ""
    try:
        constant(text, destination)
    except InvalidValue as problem:
        return problem.message
    return ""


def types_differ(erp: Field, crm: Field, direction: Direction, transformed: Collection[Direction] = ()) -> str | None:
    """The same without asking whether the destination can be written: what it ignores does no harm to a run. In the
    ``transformed`` directions a value arrives as text that is then read as what the destination needs."""
    kinds = {erp.type, crm.type}
    if transformed and FieldType.REFERENCE in kinds and kinds <= {FieldType.REFERENCE, FieldType.OPTION}:
        return TRANSFORMED
    for one in direction.passes:
        source, destination = (erp, crm) if one is Direction.TO_CRM else (crm, erp)
        to_erp = one is Direction.TO_ERP
        reason = _text_refusal(destination, to_erp) if one in transformed else _refusal(source, destination, to_erp)
        if reason:
            return reason
    return None


def _text_refusal(destination: Field, to_erp: bool) -> str:
    is_accepted = destination.type is not FieldType.TABLE and (to_erp or destination.type is not FieldType.REFERENCE)
    return "" if is_accepted else f"{field_name(destination)} ({destination.type.value}) cannot be made of text."


def _refusal(source: Field, destination: Field, to_erp: bool) -> str:
    if to_erp and destination.type is FieldType.REFERENCE and source.type in TEXTS:
        return ""  # Business Central relations also go by their code (country, salutation).
    if source.type in SOURCES[destination.type]:
        return ""
    names = [f"{field_name(one)} ({one.type.value})" for one in (source, destination)]
    return f"{names[0]} cannot go into {names[1]}."
