"""Numbers of documents, from the series that the setup names."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Q, Subquery, Value
from django.db.models.functions import Coalesce

from integration.business_central.models import (
    DocumentType,
    NoSeries,
    NoSeriesLine,
    SalesHeader,
    SalesReceivablesSetup,
)
from integration.business_central.number_series import NumberRefused

SERIES: dict[int, tuple[str, str]] = {
    DocumentType.QUOTE: ("quote_nos", "S-QUO"),
    DocumentType.ORDER: ("order_nos", "S-ORD"),
    DocumentType.INVOICE: ("invoice_nos", "S-INV"),
}
"""Document type -> the column of the setup that names its series, and the series where the setup names none."""
SHIPMENTS, INVOICES, CREDIT_MEMOS, PAYMENTS = (
    ("posted_shipment_nos", "S-SHPT"),
    ("posted_invoice_nos", "S-INV+"),
    ("posted_credit_memo_nos", "S-CR+"),
    ("", "S-PMT"),
)


def series_code(setup: Any, series: tuple[str, str]) -> str:
    """The code of a series in use."""
    column, default = series
    chosen = getattr(setup, f"{column}_id") if column else None
    return str(NoSeries.objects.values_list("code", flat=True).get(pk=chosen)) if chosen else default


def draw(setup: Any, series: tuple[str, str], rows: Any, count: int = 1) -> list[str]:
    """The next numbers of a series; ``rows`` are those whose numbers are used. The caller holds the company's lock.
    Raises ``NumberRefused``."""

    name = "document_no" if series is PAYMENTS else "no"

    def used(numbers: Sequence[str]) -> set[str]:
        return set(rows.filter(**{f"{name}__in": numbers}).values_list(name, flat=True))

    return NoSeriesLine.open_line(series_code(setup, series)).allocate(count, used)


def check_typed(setup: Any, series: tuple[str, str]) -> None:
    """Raise ``NumberRefused`` where a series takes no typed numbers."""
    NoSeries.check_typed_number(series_code(setup, series))


class NewNumbers:
    """Numbers for documents that are about to be inserted, and which of their ids are there already: one question for
    both. ``wanted``: how many numbers of each type. The caller holds the company's lock."""

    def __init__(self, wanted: Mapping[int, int], ids: Collection[uuid.UUID]) -> None:
        self._lines: dict[int, NoSeriesLine] = {}
        self._asked: dict[int, set[str]] = {}
        condition = Q(pk__in=ids)
        for type, count in wanted.items():
            try:
                self._lines[type] = line_of(SERIES[type])
                self._asked[type] = set(self._lines[type].coming(count))
            except NumberRefused:
                continue  # whoever draws them is refused
            condition |= Q(document_type=type, no__in=self._asked[type])
        found = list(SalesHeader.objects.filter(condition).values_list("pk", "document_type", "no"))
        self.there = {pk for pk, _, _ in found} & set(ids)
        self._used = {(type, no) for _, type, no in found}

    def draw(self, type: int, count: int) -> list[str]:
        """The next numbers of a type. Raises ``NumberRefused``."""

        def used(numbers: Sequence[str]) -> set[str]:
            if set(numbers) <= self._asked.get(type, set()):
                return {no for no in numbers if (type, no) in self._used}
            stored = SalesHeader.objects.filter(document_type=type, no__in=numbers)
            return set(stored.values_list("no", flat=True))

        return (self._lines.get(type) or line_of(SERIES[type])).allocate(count, used)


def line_of(series: tuple[str, str]) -> NoSeriesLine:
    """The open line of a series in use. Raises ``NumberRefused``."""
    column, default = series
    named = SalesReceivablesSetup.objects.values(f"{column}__code")[:1]
    lines = NoSeriesLine.objects.filter(open=True, series_code__code=Coalesce(Subquery(named), Value(default)))
    line: NoSeriesLine | None = lines.select_related("series_code").order_by("line_no").first()
    if line is not None and line.series_code.default_nos:
        return line
    return NoSeriesLine.open_line(series_code(SalesReceivablesSetup.current(), series))
