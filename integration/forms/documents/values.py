"""Values that were typed, as the company takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from integration.business_central.tables import columns_of
from integration.systems.values import Ref, Value

PRICE_PLACES = 2


def typed_values(table: str, cleaned: Mapping[str, Any], names: Iterable[str]) -> dict[str, Value]:
    """Those of the cleaned values of a form, in the form that the verbs of a system take."""
    return {name: _value(table, name, cleaned[name]) for name in names}


def _value(table: str, name: str, value: Any) -> Value:
    column = columns_of(table).column(name)
    if column.target is None:
        return value
    if value is None:
        return "" if column.by_name else None
    return str(value.code) if column.by_name else Ref(column.target.slug(), value.pk)


def plain(number: Decimal, least: int = 0) -> Decimal:
    """A number without the zeros behind its last digit, but with so many places at least."""
    short = Decimal(f"{number.normalize():f}")
    places = -int(short.as_tuple().exponent)
    return short if places >= least else short.quantize(Decimal(1).scaleb(-least))
