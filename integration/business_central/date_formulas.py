"""What day a date formula means. Pure. ``text_rules`` says which formulas there are.

formula    from 10 March 2027   the day
30D        30 days later        9 April
1M         a month later        10 April; from 31 January: 28 February
CM         end of the month     31 March
CM+10D     and ten days on      10 April
D15        the next 15th        15 March; from the 15th: 15 April
WD1        the next Monday      15 March
-1W        a week before        3 March
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping

_TERM = re.compile(r"([+-]?)(?:C(D|WD|W|M|Q|Y)|(\d+)(D|WD|W|M|Q|Y)|(D|WD|W|M|Q|Y)(\d+))", re.IGNORECASE)


def calculated(formula: str, day: dt.date) -> dt.date:
    """The day that a date formula means, from another day. A blank formula is the day itself. Raises ``ValueError``
    for a formula that is none, ``OverflowError`` for a day beyond the calendar."""
    if formula and not re.fullmatch(f"(?:{_TERM.pattern})+", formula, re.IGNORECASE):
        raise ValueError(f"“{formula}” is no date formula.")
    for sign, current, number, unit, place, which in _TERM.findall(formula):
        direction = -1 if sign == "-" else 1
        if current:
            day = _ENDS[current.upper()](day)
        elif unit:
            day = _MOVES[unit.upper()](day, direction * int(number))
        else:
            day = _next(day, place.upper(), int(which), direction)
    return day


def _end_of_month(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _end_of_quarter(day: dt.date) -> dt.date:
    return _end_of_month(day.replace(day=1, month=(day.month - 1) // 3 * 3 + 3))


_ENDS: Mapping[str, Callable[[dt.date], dt.date]] = {
    "D": lambda day: day,
    "WD": lambda day: day,
    "W": lambda day: day + dt.timedelta(days=7 - day.isoweekday()),
    "M": _end_of_month,
    "Q": _end_of_quarter,
    "Y": lambda day: day.replace(month=12, day=31),
}


def _months_later(day: dt.date, count: int) -> dt.date:
    """The same day so many months later, or the last of a month that is too short."""
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise OverflowError(f"There is no year {year} in the calendar.")
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _working_days_later(day: dt.date, count: int) -> dt.date:
    step = dt.timedelta(days=1 if count >= 0 else -1)
    for _ in range(abs(count)):
        day += step
        while day.isoweekday() > 5:
            day += step
    return day


_MOVES: Mapping[str, Callable[[dt.date, int], dt.date]] = {
    "D": lambda day, count: day + dt.timedelta(days=count),
    "WD": _working_days_later,
    "W": lambda day, count: day + dt.timedelta(weeks=count),
    "M": _months_later,
    "Q": lambda day, count: _months_later(day, 3 * count),
    "Y": lambda day, count: _months_later(day, 12 * count),
}

LONGEST_SEARCH = 366 * 8
"""Days within which every place comes, the 29 February included."""


def _next(day: dt.date, place: str, which: int, direction: int) -> dt.date:
    """The next day after (or before) a day that is the ``which``-th of its month, week, quarter or year."""
    candidate = day
    for _ in range(LONGEST_SEARCH):
        candidate += dt.timedelta(days=direction)
        if _place_of(candidate, place) == which:
            return candidate
    raise ValueError(f"No day is {place}{which}.")


def _place_of(day: dt.date, place: str) -> int:
    match place:
        case "D":
            return day.day
        case "WD":
            return day.isoweekday()
        case "W":
            return day.isocalendar().week
        case "M":
            return day.month
        case "Q":
            return (day.month - 1) // 3 + 1
        case _:
            return day.year
