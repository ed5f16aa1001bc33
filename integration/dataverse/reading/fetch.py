"""FetchXML, for what the other query options cannot say: how many rows there are beyond the 5,000 of ``$count``.

Conditions mean what ``systems.filters.matches`` means. What FetchXML cannot say either is ``None``: then the smaller
number has to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from integration.dataverse import batch
from integration.dataverse.metadata import Entity
from integration.dataverse.reading import query
from integration.dataverse.session import Session
from integration.dataverse.text import travelling
from integration.systems.errors import ConfigurationProblem, Refused
from integration.systems.filters import AllOf, AnyOf, Comparison, Filter, Not, OneOf
from integration.systems.values import FieldType, Ref

COUNTED_AT_MOST = 50_000
"""The service aggregates no more rows than that."""
OPERATORS = {"=": "eq", "<>": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
PATTERNS = {"contains": "%{}%", "begins with": "{}%", "ends with": "%{}"}
PLAIN = frozenset({
    FieldType.TEXT, FieldType.MEMO, FieldType.INTEGER, FieldType.DECIMAL, FieldType.BOOLEAN, FieldType.DATETIME,
    FieldType.OPTION, FieldType.UUID,
})  # fmt: skip


class Unsayable(Exception):
    """FetchXML has no words for this filter."""


def count(session: Session, entity: Entity, where: Filter) -> int | None:
    """How many rows match, counted by the service itself; ``None`` where it does not count them."""
    try:
        text = counting(entity, where)
        answer = batch.read_one(session, entity.set_name + "?fetchXml=" + query.quoted(text))
        counted = answer["value"][0]["rows"]
    except (Unsayable, Refused, ConfigurationProblem, KeyError, IndexError, TypeError):
        return None
    return counted if isinstance(counted, int) else None


def counting(entity: Entity, where: Filter) -> str:
    """The question how many rows match. Raises ``Unsayable``."""
    fetch = ElementTree.Element("fetch", {"aggregate": "true", "no-lock": "true"})
    table = ElementTree.SubElement(fetch, "entity", {"name": entity.table.name})
    ElementTree.SubElement(table, "attribute", {"name": entity.key, "aggregate": "count", "alias": "rows"})
    if where != AllOf():
        _say(entity, ElementTree.SubElement(table, "filter", {"type": "and"}), where)
    return ElementTree.tostring(fetch, encoding="unicode")


def _say(entity: Entity, inside: ElementTree.Element, wanted: Filter) -> None:
    match wanted:
        case AllOf(parts=parts) if parts:
            _several(entity, inside, "and", parts)
        case AnyOf(parts=parts) if parts:
            _several(entity, inside, "or", parts)
        case OneOf(field=name, values=values) if values and all(value not in (None, "") for value in values):
            _listed(entity, inside, name, values)
        case Comparison():
            _compared(entity, inside, wanted)
        case Not() | AllOf() | AnyOf() | OneOf():
            raise Unsayable


def _several(entity: Entity, inside: ElementTree.Element, kind: str, parts: Sequence[Filter]) -> None:
    group = ElementTree.SubElement(inside, "filter", {"type": kind})
    for part in parts:
        _say(entity, group, part)


def _listed(entity: Entity, inside: ElementTree.Element, name: str, values: Sequence[Any]) -> None:
    condition = ElementTree.SubElement(inside, "condition", {"attribute": _column(entity, name), "operator": "in"})
    for value in values:
        ElementTree.SubElement(condition, "value").text = _text(value)


def _compared(entity: Entity, inside: ElementTree.Element, wanted: Comparison) -> None:
    column, operator, value = _column(entity, wanted.field), wanted.operator, wanted.value
    if value is None or value == "":
        if operator not in ("=", "<>"):
            raise Unsayable
        _blank(entity, inside, column, filled=operator == "<>")
        return
    if operator in PATTERNS:
        given = {"operator": "like", "value": PATTERNS[operator].format(query.escaped(str(value)))}
    else:
        given = {"operator": OPERATORS[operator], "value": _text(value)}
    if operator != "<>":
        ElementTree.SubElement(inside, "condition", {"attribute": column, **given})
        return
    either = ElementTree.SubElement(inside, "filter", {"type": "or"})  # a blank differs from every value
    ElementTree.SubElement(either, "condition", {"attribute": column, **given})
    ElementTree.SubElement(either, "condition", {"attribute": column, "operator": "null"})


def _blank(entity: Entity, inside: ElementTree.Element, column: str, *, filled: bool) -> None:
    """An empty text is as blank as none."""
    group = ElementTree.SubElement(inside, "filter", {"type": "and" if filled else "or"})
    operator = "not-null" if filled else "null"
    ElementTree.SubElement(group, "condition", {"attribute": column, "operator": operator})
    if entity.table.fields[column].type.textual:
        empty = {"attribute": column, "operator": "ne" if filled else "eq", "value": ""}
        ElementTree.SubElement(group, "condition", empty)


def _column(entity: Entity, name: str) -> str:
    """The columns whose values mean the same in both languages; references only by id."""
    found = entity.table.fields.get(name)
    if found is None or name in entity.shown_as_date or found.type not in (*PLAIN, FieldType.REFERENCE):
        raise Unsayable
    return name


def _text(value: Any) -> str:
    if isinstance(value, Ref):
        return str(value.id)
    if isinstance(value, bool):
        return "1" if value else "0"
    return travelling(value) if isinstance(value, str) else query.literal(value)
