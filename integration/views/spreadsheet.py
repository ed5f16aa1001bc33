"""Lists as files for a spreadsheet, row by row."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse
from django.utils import timezone

NUMBER = re.compile(r"-\d[\d.,]*")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Line:
    """What ``csv`` writes to: it gives the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def safe(text: str) -> str:
    """What a spreadsheet would take for a formula starts with an apostrophe instead; numbers stay numbers."""
    is_number = NUMBER.fullmatch(text) is not None
    return f"'{text}" if text.startswith(FORMULA) and not is_number else text


def _in_zone(rows: Iterable[Iterable[str]], zone: dt.tzinfo) -> Iterator[Iterable[str]]:
    """Read them as the page would: they are sent when the page's own time zone is not in force any more."""
    iterator = iter(rows)
    while True:
        with timezone.override(zone):
            row = next(iterator, None)
        if row is None:
            return
        yield row


def as_csv(name: str, rows: Iterable[Iterable[str]]) -> StreamingHttpResponse:
    """``name``.csv with these rows, sent while they are read."""
    writer = csv.writer(Line())
    lines = (writer.writerow([safe(cell) for cell in row]) for row in _in_zone(rows, timezone.get_current_timezone()))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
