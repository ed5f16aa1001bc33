"""Stretches of time that conditions name: ``last-x-days``, ``this-month``. Days are days in UTC, weeks begin on Sunday,
the fiscal year is the calendar's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from integration.dataverse.sandbox.refusals import odata

Span = tuple[dt.datetime | None, dt.datetime | None]
"""From (with) and to (without); ``None`` where it has no end."""
DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(weeks=1)
LARGEST = 100_000
PLAIN: dict[str, Callable[[dt.datetime], Span]] = {
    "yesterday": lambda now: (_day(now) - DAY, _day(now)),
    "today": lambda now: (_day(now), _day(now) + DAY),
    "tomorrow": lambda now: (_day(now) + DAY, _day(now) + 2 * DAY),
    "last-seven-days": lambda now: (_day(now) - WEEK, now),
    "next-seven-days": lambda now: (now, _day(now) + WEEK + DAY),
    "last-week": lambda now: (_week(now) - WEEK, _week(now)),
    "this-week": lambda now: (_week(now), _week(now) + WEEK),
    "next-week": lambda now: (_week(now) + WEEK, _week(now) + 2 * WEEK),
    "last-month": lambda now: (_month(now, -1), _month(now, 0)),
    "this-month": lambda now: (_month(now, 0), _month(now, 1)),
    "next-month": lambda now: (_month(now, 1), _month(now, 2)),
    "last-year": lambda now: (_year(now, -1), _year(now, 0)),
    "this-year": lambda now: (_year(now, 0), _year(now, 1)),
    "next-year": lambda now: (_year(now, 1), _year(now, 2)),
}
STEPS: dict[str, Callable[[dt.datetime, int], dt.datetime]] = {
    "minutes": lambda when, number: when + dt.timedelta(minutes=number),
    "hours": lambda when, number: when + dt.timedelta(hours=number),
    "days": lambda when, number: when + number * DAY,
    "weeks": lambda when, number: when + number * WEEK,
    "months": lambda when, number: _moved(when, number),
    "years": lambda when, number: _moved(when, 12 * number),
}
COUNTED = {
    **{f"last-x-{unit}": unit for unit in ("hours", "days", "weeks", "months", "years")},
    **{f"next-x-{unit}": unit for unit in ("hours", "days", "weeks", "months", "years")},
    **{f"olderthan-x-{unit}": unit for unit in STEPS},
}
NAMES = frozenset({*PLAIN, *COUNTED})


def span(name: str, number: str, now: dt.datetime) -> Span:
    """What the operator of this name means at that time; ``number`` is the x of those that count. Raises
    :class:`Refusal`."""
    if name in PLAIN:
        return PLAIN[name](now)
    unit, steps = COUNTED[name], _count(name, number)
    try:
        if name.startswith("olderthan"):
            return None, STEPS[unit](now, -steps)
        whole = now.replace(minute=0, second=0, microsecond=0) if unit == "hours" else _day(now)
        if name.startswith("last"):
            return STEPS[unit](whole, -steps), now
        return now, STEPS[unit](whole, steps) + (dt.timedelta(hours=1) if unit == "hours" else DAY)
    except (OverflowError, ValueError) as error:
        raise odata(f"The value '{number}' of the operator '{name}' is too large.") from error


def odata_name(name: str) -> str:
    """``last-x-days`` -> ``LastXDays``, the query function of the same meaning."""
    words = {"olderthan": "OlderThan", "seven": "7"}
    return "".join(words.get(word, word.capitalize()) for word in name.split("-"))


def _count(name: str, number: str) -> int:
    try:
        found = Decimal(number)
    except ArithmeticError:
        found = Decimal(0)
    if found != found.to_integral_value() or not 0 < found <= LARGEST:
        raise odata(f"The operator '{name}' needs a whole number above zero, not '{number}'.")
    return int(found)


def _day(when: dt.datetime) -> dt.datetime:
    return when.replace(hour=0, minute=0, second=0, microsecond=0)


def _week(when: dt.datetime) -> dt.datetime:
    return _day(when) - ((when.weekday() + 1) % 7) * DAY


def _month(when: dt.datetime, number: int) -> dt.datetime:
    return _moved(_day(when).replace(day=1), number)


def _year(when: dt.datetime, number: int) -> dt.datetime:
    return _day(when).replace(year=when.year + number, month=1, day=1)


def _moved(when: dt.datetime, months: int) -> dt.datetime:
    """That many months later, on the last day of the month where it is shorter."""
    year, month = divmod(when.year * 12 + when.month - 1 + months, 12)
    for day in (when.day, 30, 29, 28):
        try:
            return when.replace(year=year, month=month + 1, day=min(day, when.day))
        except ValueError:
            if not 1 <= year <= 9999:
                raise
    raise AssertionError("every month has a 28th")
