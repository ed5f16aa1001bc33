"""The time zone in which an organization means its days.

A date column with user-local behaviour holds a moment: midnight where its writer lives. 15 January in Auckland is
``2026-01-14T11:00:00Z``; read in UTC it would be the 14th, and what is written as ``2026-01-15T00:00:00Z`` shows as the
14th all over the Americas. So such columns are read and written in one zone: the one a person set, else that of our own
user in the organization, which is the organization's until somebody changes it there.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integration.dataverse.reading.windows_zones import WINDOWS
from integration.dataverse.session import Session
from integration.systems.errors import BadAnswer, ConfigurationProblem, NotFound

UTC = ZoneInfo("UTC")
LAST = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)


def zone(name: str) -> ZoneInfo:
    """The zone of this name, Windows' or the usual one (``Europe/Copenhagen``). Raises ``ConfigurationProblem``."""
    try:
        return ZoneInfo(WINDOWS.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationProblem(f"“{name}” is no time zone. It looks like Europe/Copenhagen.") from error


def name_in(session: Session) -> str:
    """The name of the organization's zone; blank where it does not say, or says one that nobody knows."""
    try:
        (user,) = session.as_ourselves().ours()
        code = _row(session, f"usersettingscollection({user})?$select=timezonecode")["timezonecode"]
        found = _row(session, f"timezonedefinitions?$select=standardname&$filter=timezonecode eq {int(code)}")["value"]
        name = str(found[0]["standardname"])
        return name if zone(name) else ""
    except (NotFound, ConfigurationProblem, BadAnswer, KeyError, IndexError, TypeError, ValueError):
        return ""


def _row(session: Session, path: str) -> Any:
    return session.as_ourselves().request("GET", path, metadata=True).json()


def day_of(moment: dt.datetime, where: ZoneInfo) -> dt.date:
    """The day it was, or is, there at this moment."""
    try:
        return moment.astimezone(where).date()
    except OverflowError:  # at either end of the calendar
        return moment.date()


def midnight(day: dt.date, where: ZoneInfo) -> dt.datetime:
    """When the day begins there, in UTC."""
    begins = dt.datetime.combine(day, dt.time(), where)
    try:
        return begins.astimezone(dt.UTC)
    except OverflowError:
        return begins.replace(tzinfo=dt.UTC)


def next_midnight(day: dt.date, where: ZoneInfo) -> dt.datetime:
    """When the day is over there, in UTC."""
    return LAST if day == dt.date.max else midnight(day + dt.timedelta(days=1), where)
