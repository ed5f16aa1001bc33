"""Conditions of a filter as SQL, by the ORM: what somebody typed travels as a parameter and never as SQL.

All columns of ``availability.rows`` have a value, so a condition holds or does not.

    typed                              rendered
    ItemNo eq '1896-s'                 of_number = '1896-S'         codes are stored in capitals
    Inventory gt 2.000001              of_inventory > 2.00000       the next quantity is 2.00001
    Inventory eq 2.000001              never
    contains(Description,'50%')        STRPOS(of_description, '50%') > 0, on SQLite INSTR: no pattern, and with case
    Description gt null                never; only eq and ne know null
"""

from __future__ import annotations

import operator
import uuid
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from django.db.models import CharField, DecimalField, F, Q, UUIDField, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual

from integration.business_central.published.expressions import (
    Always,
    Compare,
    Every,
    Expression,
    Literal,
    Operand,
    Opposite,
    Search,
    Some,
)
from integration.business_central.published.properties import PRODUCT, SCALE, Property, Type

NEVER = Q(pk__in=[])
ALWAYS = ~NEVER
LOOKUPS: dict[str, Any] = {
    "eq": Exact, "gt": GreaterThan, "ge": GreaterThanOrEqual, "lt": LessThan, "le": LessThanOrEqual,
}  # fmt: skip
IN_PYTHON: dict[str, Any] = {name: getattr(operator, name) for name in ("eq", "ne", "gt", "ge", "lt", "le")}
QUANTITY = DecimalField(max_digits=30, decimal_places=SCALE)
TEXT = CharField()
IDS = UUIDField()
FIELDS: dict[Type, Any] = {Type.TEXT: TEXT, Type.NUMBER: QUANTITY, Type.GUID: IDS}
STEP = Decimal(1).scaleb(-SCALE)
BEYOND = Decimal(10) ** 18
"""No quantity is as large; beyond it SQLite's numbers are none."""


def condition(expression: Expression) -> Q:
    """The rows that pass, as a Q on the columns of ``availability.rows``."""
    match expression:
        case Always(holds=holds):
            return ALWAYS if holds else NEVER
        case Opposite(part=part):
            return ~condition(part)
        case Every(parts=parts):
            return _joined(ALWAYS, map(condition, parts), operator.and_)
        case Some(parts=parts):
            return _joined(NEVER, map(condition, parts), operator.or_)
        case Search():
            return _search(expression)
        case Compare():
            return _compare(expression)


def _joined(start: Q, parts: Iterable[Q], join: Any) -> Q:
    whole = start
    for part in parts:
        whole = join(whole, part)
    return whole


def _search(search: Search) -> Q:
    text, part = _spelled(search.text, search.part), _spelled(search.part, search.text)
    if isinstance(text, Literal) and isinstance(part, Literal):
        found = str(text.value).find(str(part.value))
        return ALWAYS if found == 0 or (found > 0 and search.function == "contains") else NEVER
    place = StrIndex(_sql(text), _sql(part))
    lookup = Exact(place, 1) if search.function == "startswith" else GreaterThan(place, 0)
    return Q(lookup)


def _compare(compare: Compare) -> Q:
    left, right = compare.left, compare.right
    if isinstance(left, Literal) and isinstance(right, Literal):
        return ALWAYS if _compared(compare.operator, left.value, right.value) else NEVER
    if isinstance(right, Literal):
        return _with_literal(compare.operator, left, right)
    return _rendered(compare.operator, left, right)


def _compared(name: str, left: Any, right: Any) -> bool:
    if left is None or right is None:
        same = left is None and right is None
        return (name == "eq" and same) or (name == "ne" and not same)
    return bool(IN_PYTHON[name](left, right))


def _with_literal(name: str, left: Operand, right: Literal) -> Q:
    if right.value is None:
        return ALWAYS if name == "ne" else NEVER
    if isinstance(right.value, Decimal):
        return _with_number(name, left, right.value)
    return _rendered(name, left, _spelled(right, left))


def _with_number(name: str, left: Operand, number: Decimal) -> Q:
    """A number of any length beside quantities of five decimals."""
    if abs(number) >= BEYOND:
        always = ("ne", "gt", "ge") if number < 0 else ("ne", "lt", "le")
        return ALWAYS if name in always else NEVER
    below, above = (number.quantize(STEP, rounding) for rounding in (ROUND_FLOOR, ROUND_CEILING))
    if name in ("eq", "ne") and below != above:
        return ALWAYS if name == "ne" else NEVER
    rounded = above if name in ("ge", "lt") else below
    return _rendered(name, left, Literal(rounded, Type.NUMBER))


def _rendered(name: str, left: Operand, right: Operand) -> Q:
    if name == "ne":
        return ~_rendered("eq", left, right)
    return Q(LOOKUPS[name](_sql(left), _sql(right)))


def _sql(operand: Operand) -> Any:
    if isinstance(operand, Property):
        return F(operand.column)
    return Value(operand.value, output_field=FIELDS[operand.type])


def _spelled(operand: Operand, beside: Operand) -> Operand:
    """What was typed beside a code, as codes are stored."""
    if isinstance(operand, Literal) and isinstance(beside, Property) and beside.code:
        return Literal(str(operand.value).upper(), Type.TEXT)
    return operand


def products_asked_for(expression: Expression | None) -> set[uuid.UUID] | None:
    """The products that alone can pass, where the filter says so (``ProductId eq …``, several with ``or``): they are
    found by an index. ``None``: all may."""
    match expression:
        case Compare(operator="eq", left=left, right=Literal(value=uuid.UUID() as id)) if left == PRODUCT:
            return {id}
        case Every(parts=parts):
            named = [one for one in map(products_asked_for, parts) if one is not None]
            return set.intersection(*named) if named else None
        case Some(parts=parts):
            each = [products_asked_for(part) for part in parts]
            return None if None in each else {id for one in each if one is not None for id in one}
    return None
