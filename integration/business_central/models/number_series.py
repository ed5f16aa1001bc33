"""Number series, and the tables whose rows get a number from one where nobody typed one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models

from integration.business_central.fields import Code, Text, relation
from integration.business_central.models.base import CompanyRow
from integration.business_central.number_series import (
    DEFAULT_SERIES,
    NumberRefused,
    has_digits,
    increased,
    is_beyond,
)
from integration.business_central.rows import BATCH_SIZE, Change


class NoSeries(CompanyRow):
    """A number series. ``default_nos``: whether it numbers rows that have no number; ``manual_nos``: whether a number
    may be typed instead."""

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

    @classmethod
    def check_typed_number(cls, code: str) -> None:
        """Raises :class:`NumberRefused` where the series takes no typed numbers. A series that is missing does."""
        if cls.objects.filter(code=code, manual_nos=False).exists():
            raise NumberRefused(
                f"The number series {code} does not take numbers by hand. Leave the number blank, or turn on "
                f"Manual Nos. in the number series."
            )


class NoSeriesLine(CompanyRow):
    """The numbers of a series, from ``starting_no`` to ``ending_no`` (blank: no end)."""

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
        if not has_digits(self.starting_no):
            raise ValidationError({"starting_no": "Starting No. needs digits that can be counted up."})
        if self.increment_by_no < 1:
            raise ValidationError({"increment_by_no": "Increment-by No. must be at least 1."})
        if is_beyond(self.starting_no, self.ending_no):
            raise ValidationError({"ending_no": "Ending No. must not come before Starting No."})

    @classmethod
    def open_line(cls, code: str) -> NoSeriesLine:
        """The line that the numbers of a series come from. A standard series that is missing is created with its
        defaults. Raises :class:`NumberRefused` where there is no open line, or where the series does not number rows
        by itself."""
        open_lines = cls.objects.filter(series_code__code=code, open=True).select_related("series_code")
        line: NoSeriesLine | None = open_lines.order_by("line_no").first()
        if line is not None and not line.series_code.default_nos:
            raise NumberRefused(
                f"The number series {code} does not assign numbers automatically. Type a number, or turn on "
                f"Default Nos. in the number series."
            )
        if line is not None:
            return line
        series = NoSeries.objects.filter(code=code).first()
        if series is None and code in DEFAULT_SERIES:
            description, first, step = DEFAULT_SERIES[code]
            series = NoSeries.objects.create(code=code, description=description)
            return cls.objects.create(series_code=series, starting_no=first, increment_by_no=step)
        raise NumberRefused(f"The number series {code} has no open line. Add a line to it, or open one.")

    def allocate(self, count: int, used_numbers: Callable[[Sequence[str]], set[str]]) -> list[str]:
        """Reserve the next free numbers and return them. ``used_numbers`` says which of some numbers were typed by
        hand already; those are passed over. Raises :class:`NumberRefused`.

        The caller has a row version, and with it the company's write lock. Without the lock two workers that create a
        customer each would both read C00010 as the last number used:

            time   worker A                       worker B
            1      reads last_no_used C00010
            2                                     reads last_no_used C00010
            3      inserts Adatum as C00020
            4                                     inserts Fabrikam as C00020: a duplicate key, its record fails

        With the lock, B waits at step 2 until A's transaction ends, reads C00020 and inserts C00030. A transaction
        that is rolled back gives its numbers back too, so the series has no gaps of its own.
        """
        free, before = list[str](), self.columns()
        while len(free) < count:
            candidates = self._count_up(min(count - len(free), BATCH_SIZE))
            used = used_numbers(candidates)
            free += [number for number in candidates if number not in used]
        type(self).objects.write_complete([Change(self, before)])
        return free

    def coming(self, count: int) -> list[str]:
        """The next numbers, not reserved. Raises :class:`NumberRefused`."""
        return copy(self)._count_up(count)

    def _count_up(self, count: int) -> list[str]:
        numbers: list[str] = []
        for _ in range(count):
            self.last_no_used = self.next_number()
            numbers.append(self.last_no_used)
        return numbers

    def next_number(self) -> str:
        """The number behind the one that was used last. Raises :class:`NumberRefused`."""
        last = self.last_no_used
        number: str = increased(last, self.increment_by_no) if last else self.starting_no
        if is_beyond(number, self.ending_no):
            raise NumberRefused(
                f"The number series {self.series_code.code} is used up: {last} was its last number. Raise its "
                f"Ending No., or add a line to it."
            )
        return number


class Numbered(CompanyRow):
    """A table whose rows get a number where nobody typed one."""

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
        typed = {getattr(row, name).strip().upper() for row in rows} - {""}
        if typed:
            NoSeries.check_typed_number(cls.series_code())
        blank = [row for row in rows if not getattr(row, name).strip()]
        if not blank:
            return

        def used_numbers(numbers: Sequence[str]) -> set[str]:
            stored: Any = cls._default_manager.filter(**{f"{name}__in": numbers})
            return typed & set(numbers) | set(stored.values_list(name, flat=True))

        numbers = NoSeriesLine.open_line(cls.series_code()).allocate(len(blank), used_numbers)
        for row, number in zip(blank, numbers, strict=True):
            setattr(row, name, number)

    @classmethod
    def before_update(cls, changes: Sequence[Change]) -> None:
        super().before_update(changes)
        if any(change.changed(cls.number_field) for change in changes):
            NoSeries.check_typed_number(cls.series_code())

    def clean(self) -> None:
        super().clean()
        try:
            self._check_number()
        except NumberRefused as refusal:
            raise ValidationError({self.number_field: str(refusal)}) from refusal

    def _check_number(self) -> None:
        number = getattr(self, self.number_field)
        if self._state.adding and not number:
            NoSeriesLine.open_line(self.series_code()).next_number()
            return
        rows: Any = type(self)._default_manager
        stored = rows.filter(pk=self.pk).values_list(self.number_field, flat=True).first()
        if number != stored:
            NoSeries.check_typed_number(self.series_code())
