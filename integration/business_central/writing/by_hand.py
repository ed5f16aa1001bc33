"""What a person hears who types a row: what a new one starts with, which number it gets, what is wrong with values."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from integration.business_central.models import CompanyRow, NoSeries, NoSeriesLine
from integration.business_central.models.number_series import Numbered
from integration.business_central.number_series import DEFAULT_SERIES, NumberRefused
from integration.business_central.tables import columns_of
from integration.business_central.writing.validation import stored_value
from integration.systems.errors import RecordProblem
from integration.systems.values import Value

LOOKED_AHEAD = 100
"""Numbers of a series that may be used already before the next free one is not said any more."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """Where the numbers of a table come from. ``next``: what a blank number becomes as things are; blank where the
    series gives none, and then ``problem`` says why. ``typed``: may a number be typed instead?"""

    series: str
    next: str = ""
    problem: str = ""
    typed: bool = True


def numbering(table: str) -> Numbering | None:
    """The number series of a table, ``None`` where it has none. Nothing is reserved. Raises ``TableMissing``."""
    model = columns_of(table).model
    if not issubclass(model, Numbered):
        return None
    code = model.series_code()
    series = NoSeries.objects.filter(code=code).first()
    if series is None and code in DEFAULT_SERIES:  # It is made with its first number.
        return Numbering(code, _free(model, NoSeriesLine(starting_no=DEFAULT_SERIES[code][1])))
    typed = series is None or series.manual_nos
    try:
        return Numbering(code, _free(model, copy(NoSeriesLine.open_line(code))), typed=typed)
    except NumberRefused as refusal:
        return Numbering(code, problem=str(refusal), typed=typed)


def _free(model: type[Numbered], line: NoSeriesLine) -> str:
    """The next number that no row has. ``line`` is counted up and never stored. Raises ``NumberRefused``."""
    rows: Any = model._default_manager
    for _ in range(LOOKED_AHEAD):
        line.last_no_used = line.next_number()
        if not rows.filter(**{model.number_field: line.last_no_used}).exists():
            return str(line.last_no_used)
    return ""


def starting_values(table: str) -> dict[str, Value]:
    """What a new row holds before anybody types. Raises ``TableMissing``."""
    columns = [column for column in columns_of(table).columns.values() if column.field.insertable]
    return {column.name: column.stored.get_default() for column in columns if column.target is None}


def problems_of(table: str, values: Mapping[str, Value]) -> dict[str, str]:
    """What is wrong with each of these values, by column: all of them, where a write names the first. Raises
    ``TableMissing``, ``FieldMissing``."""
    described, problems = columns_of(table), dict[str, str]()
    for name, value in values.items():
        try:
            stored_value(described.column(name), value)
        except RecordProblem as problem:
            problems[name] = str(problem)
    return problems


def key_of(table: str) -> tuple[str, ...]:
    """The columns that make a row the only one of its kind; changing them renames it. Raises ``TableMissing``."""
    model: type[CompanyRow] = columns_of(table).model
    return model.key
