"""Lists as files for a spreadsheet, row by row."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse
from django.utils import timezone

from integration.systems.formats import ISO, reading

NUMBER = re.compile(r"-\d[\d.,]*")
FORMULA = re.compile(r"""(^|[;,|\t\r\n])([\s"']*)(?=[=+\-@＝＋－＠])""")
"""Where a formula begins: at the start of a cell, and behind whatever separates cells for the program that opens the
file. One that expects semicolons cuts “Adatum;=1+1” in two, quoted or not."""
FORMULA_LIKE = ("\t", "\r")


class Line:
    """What ``csv`` writes to: it gives the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def safe(text: str) -> str:
    """What a spreadsheet would take for a formula begins with an apostrophe instead; numbers stay numbers."""
    if NUMBER.fullmatch(text):
        return text
    return ("'" if text.startswith(FORMULA_LIKE) else "") + FORMULA.sub(r"\1\2'", text)


def _in_zone(rows: Iterable[Iterable[str]], zone: dt.tzinfo) -> Iterator[Iterable[str]]:
    """Read them in the zone of the page, which is not in force any more when they are sent; days and numbers are for
    programs."""
    iterator = iter(rows)
    while True:
        with timezone.override(zone), reading(ISO):
            row = next(iterator, None)
        if row is None:
            return
        yield row


def as_csv(name: str, rows: Iterable[Iterable[str]]) -> StreamingHttpResponse:
    """``name``.csv with these rows, sent while they are read."""
    writer = csv.writer(Line(), quoting=csv.QUOTE_ALL)
    lines = (writer.writerow([safe(cell) for cell in row]) for row in _in_zone(rows, timezone.get_current_timezone()))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
