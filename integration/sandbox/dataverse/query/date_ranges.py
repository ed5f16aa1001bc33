"""Stretches of time that conditions name: ``last-x-days``, ``this-month``. Days are days in UTC, weeks begin on Sunday,
the fiscal year is the calendar's and its periods are the quarters, as in an organization nobody set up otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from integration.sandbox.dataverse.refusals import odata

DateRange = tuple[dt.datetime | None, dt.datetime | None]
"""From (with) and to (without); ``None`` where it has no end."""
DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(weeks=1)
LARGEST = 100_000
PERIODS = 4


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


def _period(when: dt.datetime, number: int) -> dt.datetime:
    """The first day of the quarter, or of one so many later."""
    return _moved(_day(when).replace(day=1, month=when.month - (when.month - 1) % 3), 3 * number)


def _fiscal(move: Callable[[dt.datetime, int], dt.datetime], number: int, now: dt.datetime) -> DateRange:
    return move(now, number), move(now, number + 1)


PLAIN: dict[str, Callable[[dt.datetime], DateRange]] = {
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
    **{
        f"{word}-fiscal-{unit}": partial(_fiscal, move, number)
        for unit, move in (("year", _year), ("period", _period))
        for word, number in (("last", -1), ("this", 0), ("next", 1))
    },
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
FISCAL = {
    f"{word}-x-fiscal-{unit}s": (move, word)
    for unit, move in (("year", _year), ("period", _period))
    for word in ("last", "next")
}
"""So many whole years or periods before or after the current one."""
DATED: dict[str, Callable[[dt.datetime, dt.datetime], DateRange]] = {
    "in-fiscal-period-and-year": lambda begin, end: (begin, end),
    "in-or-before-fiscal-period-and-year": lambda begin, end: (None, end),
    "in-or-after-fiscal-period-and-year": lambda begin, end: (begin, None),
}
NAMES = frozenset({*PLAIN, *COUNTED, *FISCAL, *DATED, "in-fiscal-year"})


def date_range(name: str, values: Sequence[str], now: dt.datetime) -> DateRange:
    """What the operator of this name means at that time; ``values`` are the x of those that count, or a year, or a
    period and its year. Raises :class:`Refusal`."""
    if name in PLAIN:
        return PLAIN[name](now)
    try:
        if name in DATED or name == "in-fiscal-year":
            return _dated(name, values, now)
        number = values[0] if values else ""
        return _fiscal_counted(name, number, now) if name in FISCAL else _counted(name, number, now)
    except (OverflowError, ValueError) as error:
        raise odata(f"The value '{', '.join(values)}' of the operator '{name}' is too large.") from error


def _counted(name: str, number: str, now: dt.datetime) -> DateRange:
    unit, steps = COUNTED[name], _count(name, number)
    if name.startswith("olderthan"):
        return None, STEPS[unit](now, -steps)
    whole = now.replace(minute=0, second=0, microsecond=0) if unit == "hours" else _day(now)
    if name.startswith("last"):
        return STEPS[unit](whole, -steps), now
    return now, STEPS[unit](whole, steps) + (dt.timedelta(hours=1) if unit == "hours" else DAY)


def _fiscal_counted(name: str, number: str, now: dt.datetime) -> DateRange:
    (move, word), steps = FISCAL[name], _count(name, number)
    return (move(now, -steps), move(now, 0)) if word == "last" else (move(now, 1), move(now, steps + 1))


def _dated(name: str, values: Sequence[str], now: dt.datetime) -> DateRange:
    wanted = 1 if name == "in-fiscal-year" else 2
    if len(values) != wanted:
        raise odata(f"The operator '{name}' needs {'a year' if wanted == 1 else 'a period and its year'}.")
    year = _year(now, _count(name, values[-1]) - now.year)
    if wanted == 1:
        return year, _year(year, 1)
    begin = _moved(year, 3 * (period_of(values[0]) - 1))
    return DATED[name](begin, _moved(begin, 3))


def period_of(text: str) -> int:
    """The number of a fiscal period. Raises :class:`Refusal`."""
    found = _count("in-fiscal-period", text)
    if found > PERIODS:
        raise odata(f"The fiscal year has {PERIODS} periods, not {found}.")
    return found


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
