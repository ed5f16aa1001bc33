"""Number series, and the numbers that rows without one are given."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models

from integration.business_central.models.columns import Code, Text, relation
from integration.business_central.models.rows import AT_ONCE, CompanyRow

DEFAULT_SERIES: dict[str, tuple[str, str, int]] = {
    "CUST": ("Customer", "C00010", 10),
    "VEND": ("Vendor", "V00010", 10),
    "CONT": ("Contact", "CT000001", 1),
    "ITEM": ("Items", "1000", 1),
    "RES": ("Resource", "R0010", 10),
    "OPP": ("Opportunity", "OP000001", 1),
    "SALESPERSON": ("Salespeople from Dynamics 365 Sales", "SP NO. 00001", 1),
}
"""What a new company starts with: description, first number, increment."""

_LAST_DIGITS = re.compile(r"(\d+)(\D*)$")


class NoSeries(CompanyRow):
    number_field = "code"
    name_field = "description"

    code = Code("Code", max_length=20, unique=True, blank=False)
    description = Text("Description", max_length=100)
    default_nos = models.BooleanField("Default Nos.", default=True)
    manual_nos = models.BooleanField("Manual Nos.", default=True)

    class Meta:
        ordering = ["code"]
        verbose_name = "No. Series"
        verbose_name_plural = "No. Series"


class NoSeriesLine(CompanyRow):
    number_field = "starting_no"

    series_code = relation("business_central.NoSeries", "Series Code", null=False, blank=False)
    line_no = models.IntegerField("Line No.", default=10000)
    starting_no = Code("Starting No.", max_length=20, blank=False)
    ending_no = Code("Ending No.", max_length=20)
    increment_by_no = models.IntegerField("Increment-by No.", default=1)
    last_no_used = Code("Last No. Used", max_length=20)
    open = models.BooleanField("Open", default=True)

    class Meta:
        ordering = ["series_code__code", "line_no"]
        verbose_name = "No. Series Line"
        constraints = [models.UniqueConstraint(fields=["series_code", "line_no"], name="no_series_line_key")]

    def clean(self) -> None:
        super().clean()
        if not _LAST_DIGITS.search(self.starting_no):
            raise ValidationError({"starting_no": "Starting No. needs digits that can be counted up."})
        if self.increment_by_no < 1:
            raise ValidationError({"increment_by_no": "Increment-by No. must be at least 1."})


class SeriesUsedUp(Exception):
    """A number series has no number left; the message says which."""


def increased(number: str, by: int) -> str:
    """The number counted up in its last digits, which keep their width: ``C00090`` + 10 is ``C00100``."""
    return _LAST_DIGITS.sub(lambda found: str(int(found[1]) + by).zfill(len(found[1])) + found[2], number)


def next_numbers(code: str, count: int, taken: Callable[[Sequence[str]], set[str]]) -> list[str]:
    """The next free numbers of a series, which is made with its defaults where it is missing. The caller holds the
    door, so no two writers get the same ones; ``taken`` says which numbers are used already by hand. Raises
    :class:`SeriesUsedUp`."""
    line = open_line(code)
    found: list[str] = []
    while len(found) < count:
        fresh = _count_up(line, min(count - len(found), AT_ONCE))
        used = taken(fresh)
        found += [number for number in fresh if number not in used]
    line.save(update_fields=["last_no_used"])
    return found


def open_line(code: str) -> NoSeriesLine:
    """The line that numbers come from, made with its defaults where a standard series is missing."""
    line = NoSeriesLine.objects.filter(series_code__code=code, open=True).order_by("line_no").first()
    if line is not None:
        return line
    series = NoSeries.objects.filter(code=code).first()
    if series is None and code in DEFAULT_SERIES:
        description, first, step = DEFAULT_SERIES[code]
        series = NoSeries.objects.create(code=code, description=description)
        return NoSeriesLine.objects.create(series_code=series, starting_no=first, increment_by_no=step)
    raise SeriesUsedUp(f"The number series {code} has no open line.")


def _count_up(line: NoSeriesLine, count: int) -> list[str]:
    found = []
    for _ in range(count):
        used = line.last_no_used
        number = increased(used, line.increment_by_no) if used else line.starting_no
        beyond = line.ending_no and (len(number), number) > (len(line.ending_no), line.ending_no)
        if beyond or len(number) > 20:
            raise SeriesUsedUp(f"The number series {line.series_code.code} is used up: {used} was its last number.")
        line.last_no_used = number
        found.append(number)
    return found


class Numbered(CompanyRow):
    """A table whose rows get a number where nobody gave one."""

    series: ClassVar[str]

    class Meta:
        abstract = True

    @classmethod
    def series_code(cls) -> str:
        """The number series in use."""
        return cls.series

    @classmethod
    def before_insert(cls, rows: Sequence[Self]) -> None:
        super().before_insert(rows)
        name = cls.number_field
        blank = [row for row in rows if not getattr(row, name).strip()]
        if not blank:
            return
        given = {getattr(row, name).strip().upper() for row in rows}

        def taken(numbers: Sequence[str]) -> set[str]:
            stored: Any = cls._default_manager.filter(**{f"{name}__in": numbers})
            return given & set(numbers) | set(stored.values_list(name, flat=True))

        for row, number in zip(blank, next_numbers(cls.series_code(), len(blank), taken), strict=True):
            setattr(row, name, number)
