"""Which day a date column with user-local behaviour means.

Such a column holds a moment and is shown as the day it is where its reader lives: midnight where its writer lives is
another day elsewhere. 15 January in Auckland is ``2026-01-14T11:00:00Z``. So a day is written as 10:00 in UTC, which is
that day for everybody from UTC-10 to UTC+13:45, and a moment is read as the day it is 13:45 hours later, which is the
day meant by everybody there who chose it: midnight in Honolulu is 10:00 of that day, midnight in Auckland 11:00 of the
day before.

Where all people of an organization live beyond that (Kiritimati, Pago Pago), somebody sets their zone: then days begin
at midnight there, for reading and writing.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integration.dataverse.reading.windows_zones import WINDOWS
from integration.systems.errors import ConfigurationProblem

EVERYWHERE = dt.timezone(dt.timedelta(hours=13, minutes=45))
"""Where a moment is the day that was meant, whoever chose it."""
WRITTEN_AT = dt.time(10, tzinfo=dt.UTC)
LAST = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)


def zone(name: str) -> dt.tzinfo:
    """The zone of this name, Windows' or the usual one (``Europe/Copenhagen``). Raises ``ConfigurationProblem``."""
    try:
        return ZoneInfo(WINDOWS.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationProblem(f"“{name}” is no time zone. It looks like Europe/Copenhagen.") from error


def day_of(moment: dt.datetime, where: dt.tzinfo) -> dt.date:
    """The day it was, or is, there at this moment."""
    try:
        return moment.astimezone(where).date()
    except OverflowError:  # at either end of the calendar
        return moment.date()


def midnight(day: dt.date, where: dt.tzinfo) -> dt.datetime:
    """When the day begins there, in UTC."""
    begins = dt.datetime.combine(day, dt.time(), where)
    try:
        return begins.astimezone(dt.UTC)
    except OverflowError:
        return begins.replace(tzinfo=dt.UTC)


def next_midnight(day: dt.date, where: dt.tzinfo) -> dt.datetime:
    """When the day is over there, in UTC."""
    return LAST if day == dt.date.max else midnight(day + dt.timedelta(days=1), where)


def moment_of(day: dt.date, where: dt.tzinfo) -> dt.datetime:
    """The moment that a day is written as, in UTC."""
    return dt.datetime.combine(day, WRITTEN_AT) if where is EVERYWHERE else midnight(day, where)
