"""Nobody writes into the log what looks like a line of ours."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from integration.systems.text import on_one_line

FORGED = "Adatum\n2026-11-29 01:00:00,000 WARNING root: admin signed in"


@pytest.fixture
def line() -> Callable[..., Any]:
    """What the handler of our settings makes of a record."""
    wanted = dict(settings.LOGGING["formatters"]["plain"])
    formatter = import_string(wanted.pop("()"))(wanted["format"], style=wanted["style"])

    def made(message: str, *arguments: object, exc_info: object = None) -> str:
        record = logging.LogRecord("django.request", logging.WARNING, "x", 1, message, arguments, exc_info)
        return formatter.format(record)

    return made


@pytest.mark.parametrize(
    "hostile", [FORGED, "a\rb", "\x1b[2J\x1b[31mred", "a\x85b", "a\u2028b", "\u202egnp.exe", "\x07", "\x9b31m", "\0"]
)
def test_one_record_is_one_line_without_anything_that_a_terminal_obeys(line: Callable[..., Any], hostile: str) -> None:
    written = line("Not Found: %s", hostile)
    assert written.isprintable()
    assert written.splitlines() == [written]
    assert "Not Found: " in written


def test_names_of_all_scripts_stay_readable(line: Callable[..., Any]) -> None:
    assert line("%s", "Łódź, Αθήνα, 東京 – “quoted” 😀").endswith("Łódź, Αθήνα, 東京 – “quoted” 😀")
    assert on_one_line("Coho\u00a0Winery") == "Coho Winery"


def test_a_stack_trace_follows_indented_with_whatever_the_error_says(line: Callable[..., Any]) -> None:
    try:
        raise ValueError(FORGED)
    except ValueError:
        first, *trace = line("It failed", exc_info=sys.exc_info()).split("\n")
    assert first.endswith("It failed")
    assert all(row.startswith("    ") for row in trace)
    assert any("ValueError" in row for row in trace)
