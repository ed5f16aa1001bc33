"""A day is the day that people of the organization see, in every time zone where people live."""

from __future__ import annotations

import datetime as dt
import uuid
import zoneinfo
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.dataverse.connecting import Shared, connect_with
from integration.dataverse.reading.windows_zones import WINDOWS
from integration.dataverse.reading.zones import EVERYWHERE, day_of, midnight, moment_of, next_midnight, zone
from integration.dataverse.signin import Credentials
from integration.dataverse.store import SalesOrganization
from integration.odata.shared import MemoryCache
from integration.sandbox.dataverse.store.zones import ZONES
from integration.systems.errors import ConfigurationProblem
from integration.systems.filters import Comparison, Not
from integration.systems.values import Row
from tests.sandbox.conftest import Caller

JANUARY_15 = dt.date(2027, 1, 15)
INHABITED = sorted(
    name for name in zoneinfo.available_timezones()
    if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
)  # fmt: skip
DAYS = [dt.date(2026, 1, 1) + dt.timedelta(days=number) for number in range(366)]


def joined(ready: dict[str, Any], zone: str = "") -> SalesOrganization:
    grant = Credentials(ready["tenant"], ready["client_id"], ready["client_secret"], ready["token_endpoint"])
    return connect_with(ready["url"], grant, Shared(metadata=MemoryCache()), zone=zone)


# --- every zone ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", INHABITED)
def test_a_day_of_any_zone_comes_back_as_that_day(name: str) -> None:
    where = zone(name)
    for day in DAYS:
        begins = midnight(day, where)
        assert day_of(begins, where) == day
        assert day_of(next_midnight(day, where) - dt.timedelta(seconds=1), where) == day
        assert begins.tzinfo is dt.UTC


@given(st.sampled_from(INHABITED), st.dates(dt.date(2000, 1, 1), dt.date(2037, 12, 31)))
def test_a_day_of_any_year_comes_back_where_there_was_such_a_day(name: str, day: dt.date) -> None:
    where = zone(name)
    noon = dt.datetime.combine(day, dt.time(12), where)
    if noon.astimezone(dt.UTC).astimezone(where).date() != day:
        return  # Samoa left out 30 December 2011
    assert day_of(midnight(day, where), where) == day


def test_15_january_in_auckland_is_the_evening_before_in_utc() -> None:
    assert midnight(JANUARY_15, zone("New Zealand Standard Time")).isoformat() == "2027-01-14T11:00:00+00:00"
    assert midnight(JANUARY_15, zone("Pacific/Honolulu")).isoformat() == "2027-01-15T10:00:00+00:00"


@pytest.mark.parametrize("name", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
@pytest.mark.parametrize("day", [dt.date.min, dt.date(1753, 1, 1), dt.date(9999, 12, 31)])
def test_the_ends_of_the_calendar_are_days_like_any(name: str, day: dt.date) -> None:
    begins = midnight(day, zone(name))

    assert abs(begins - dt.datetime.combine(day, dt.time(), dt.UTC)) < dt.timedelta(days=1)
    assert next_midnight(day, zone(name)) > begins
    assert day_of(begins, zone(name)) == day


@pytest.mark.parametrize("name", [*WINDOWS, *ZONES.values()])
def test_every_zone_of_windows_is_known(name: str) -> None:
    assert str(zone(name)) in zoneinfo.available_timezones()


@pytest.mark.parametrize("name", ["Atlantis", "../etc/passwd", "", "Europe/Copenhagen\0"])
def test_a_zone_that_is_none_is_refused_in_words(name: str) -> None:
    with pytest.raises(ConfigurationProblem, match="no time zone"):
        zone(name)


# --- in an organization ----------------------------------------------------------------------------------------------


LIVING = ["Pacific/Honolulu", "America/New_York", "UTC", "Europe/Berlin", "Asia/Kolkata", "Pacific/Auckland"]
BEYOND = ["Pacific/Kiritimati", "Pacific/Apia", "Pacific/Pago_Pago"]


@given(day=st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)), name=st.sampled_from(LIVING))
def test_a_day_we_write_is_that_day_for_everybody(day: dt.date, name: str) -> None:
    assert moment_of(day, EVERYWHERE).astimezone(zone(name)).date() == day


@given(day=st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)), name=st.sampled_from(LIVING))
def test_a_day_that_anybody_chose_is_read_as_that_day(day: dt.date, name: str) -> None:
    assert day_of(midnight(day, zone(name)), EVERYWHERE) == day


@given(st.dates())
def test_every_day_is_read_as_it_was_written(day: dt.date) -> None:
    written = moment_of(day, EVERYWHERE)
    assert day_of(written, EVERYWHERE) == day
    assert midnight(day, EVERYWHERE) <= written <= next_midnight(day, EVERYWHERE)


@pytest.mark.parametrize("name", BEYOND)
def test_a_zone_that_was_set_holds_its_own_days(name: str) -> None:
    where = zone(name)
    assert all(day_of(moment_of(day, where), where) == day for day in DAYS)


@pytest.mark.parametrize(("set_", "kept"), [
    ("", "2027-01-15T10:00:00Z"), ("America/New_York", "2027-01-15T05:00:00Z"),
    ("Pacific/Kiritimati", "2027-01-14T10:00:00Z"),
])  # fmt: skip
def test_a_date_is_written_read_and_found(sandbox: dict[str, Any], set_: str, kept: str) -> None:
    crm, row = joined(sandbox, set_), Row(uuid.uuid4(), {"name": f"Coho {uuid.uuid4()}", "begindate": JANUARY_15})

    assert crm.insert("pricelevel", [row])[0].ok

    assert Caller(sandbox).get(f"pricelevels({row.id})?$select=begindate")["begindate"] == kept
    assert crm.get("pricelevel", [row.id], ["begindate"])[row.id].values["begindate"] == JANUARY_15
    for operator, day, found in (("=", 15, 1), ("=", 14, 0), ("=", 16, 0), ("<", 15, 0), ("<=", 15, 1), (">", 14, 1),
                                 (">", 15, 0), (">=", 15, 1), ("<>", 15, 0), ("<>", 14, 1)):  # fmt: skip
        where = Comparison("begindate", operator, dt.date(2027, 1, day))
        for asked, expected in ((where, found), (Not(where), 1 - found)):
            ids = [record.id for record in crm.find("pricelevel", asked, size=5000).records]
            assert ids.count(row.id) == expected, (operator, day)
    crm.close()


@pytest.mark.parametrize("typed", [
    "2027-01-14T11:00:00Z", "2027-01-14T23:00:00Z", "2027-01-15T00:00:00Z", "2027-01-15T05:00:00Z",
    "2027-01-15T10:00:00Z",
])  # fmt: skip
def test_a_date_typed_in_auckland_berlin_new_york_or_honolulu_is_that_day(sandbox: dict[str, Any], typed: str) -> None:
    row = uuid.UUID(Caller(sandbox).create("pricelevels", name=uuid.uuid4().hex, begindate=typed))
    crm = joined(sandbox)

    assert crm.get("pricelevel", [row], ["begindate"])[row].values["begindate"] == JANUARY_15
    equal = Comparison("begindate", "=", JANUARY_15)
    assert row in [record.id for record in crm.find("pricelevel", equal, size=5000).records]
    crm.close()


def test_a_date_without_a_time_and_a_moment_are_the_same_in_every_zone(sandbox: dict[str, Any]) -> None:
    crm = joined(sandbox)
    moment = dt.datetime(2026, 1, 15, 3, 30, tzinfo=dt.UTC)
    firm = Row(uuid.uuid4(), {"name": "Coho", "lastonholdtime": moment})
    person = Row(uuid.uuid4(), {"lastname": "Hill", "birthdate": JANUARY_15})

    crm.insert("account", [firm])
    crm.insert("contact", [person])

    assert crm.get("account", [firm.id], ["lastonholdtime"])[firm.id].values["lastonholdtime"] == moment
    assert crm.get("contact", [person.id], ["birthdate"])[person.id].values["birthdate"] == JANUARY_15
    crm.close()
