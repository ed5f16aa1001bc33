"""Numbers of documents, from the series that the setup names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from integration.business_central.models import DocumentType, NoSeries, NoSeriesLine

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
