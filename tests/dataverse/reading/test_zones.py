"""A day is the day that people of the organization see, in every time zone where people live."""

from __future__ import annotations

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.dataverse.connecting import Shared, connect_with
from integration.dataverse.reading.windows_zones import WINDOWS
from integration.dataverse.reading.zones import day_of, midnight, next_midnight, zone
from integration.dataverse.signin import Credentials
from integration.dataverse.store import SalesOrganization
from integration.odata.shared import MemoryCache
from integration.sandbox.dataverse.store.zones import ZONES
from integration.systems.errors import ConfigurationProblem
from integration.systems.filters import Comparison, Not
from integration.systems.values import Row
from tests.dataverse.counterpart import Says
from tests.dataverse.relay import relay
from tests.organization import demo_organization
from tests.sandbox.conftest import Caller

JANUARY_15 = dt.date(2026, 1, 15)
INHABITED = sorted(
    name for name in zoneinfo.available_timezones()
    if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
)  # fmt: skip
DAYS = [dt.date(2026, 1, 1) + dt.timedelta(days=number) for number in range(366)]


@pytest.fixture(scope="module")
def coho(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """An organization of its own: its time zone is changed here."""
    with demo_organization(tmp_path_factory.mktemp("zones")) as running:
        yield running.ready


def joined(ready: dict[str, Any], zone: str = "") -> SalesOrganization:
    grant = Credentials(ready["tenant"], ready["client_id"], ready["client_secret"], ready["token_endpoint"])
    return connect_with(ready["url"], grant, Shared(metadata=MemoryCache()), zone=zone)


def live_in(ready: dict[str, Any], name: str) -> None:
    """The zone of the integration user in Sales."""
    code = next(code for code, known in ZONES.items() if known == name)
    user = Caller(ready).get("WhoAmI")["UserId"]
    assert Caller(ready, "administrator")("PATCH", f"usersettingscollection({user})", {"timezonecode": code}).ok


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
def test_a_day_of_any_year_comes_back_where_there_was_such_a_day(name: str, day) -> None:
    where = zone(name)
    noon = dt.datetime.combine(day, dt.time(12), where)
    if noon.astimezone(dt.UTC).astimezone(where).date() != day:
        return  # Samoa left out 30 December 2011
    assert day_of(midnight(day, where), where) == day


def test_15_january_in_auckland_is_the_evening_before_in_utc() -> None:
    assert midnight(JANUARY_15, zone("New Zealand Standard Time")).isoformat() == "2026-01-14T11:00:00+00:00"
    assert midnight(JANUARY_15, zone("Pacific/Honolulu")).isoformat() == "2026-01-15T10:00:00+00:00"


@pytest.mark.parametrize("name", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
@pytest.mark.parametrize("day", [dt.date.min, dt.date(1753, 1, 1), dt.date(9999, 12, 31)])
def test_the_ends_of_the_calendar_are_days_like_any(name: str, day: dt.date) -> None:
    begins = midnight(day, zone(name))

    assert abs(begins - dt.datetime.combine(day, dt.time(), dt.UTC)) < dt.timedelta(days=1)
    assert next_midnight(day, zone(name)) > begins
    assert day_of(begins, zone(name)) == day


@pytest.mark.parametrize("name", [*WINDOWS, *ZONES.values()])
def test_every_zone_of_windows_is_known(name: str) -> None:
    assert zone(name).key in zoneinfo.available_timezones()


@pytest.mark.parametrize("name", ["Atlantis", "../etc/passwd", "", "Europe/Copenhagen\0"])
def test_a_zone_that_is_none_is_refused_in_words(name: str) -> None:
    with pytest.raises(ConfigurationProblem, match="no time zone"):
        zone(name)


# --- in an organization ----------------------------------------------------------------------------------------------


def price_list(name: str) -> Row:
    return Row(uuid.uuid4(), {"name": f"{name} {uuid.uuid4().hex[:8]}", "begindate": JANUARY_15})


@pytest.mark.parametrize(("name", "kept"), [
    ("New Zealand Standard Time", "2026-01-14T11:00:00Z"),
    ("Hawaiian Standard Time", "2026-01-15T10:00:00Z"),
    ("W. Europe Standard Time", "2026-01-14T23:00:00Z"),
    ("UTC", "2026-01-15T00:00:00Z"),
])  # fmt: skip
def test_a_date_is_read_and_written_where_the_organization_lives(coho: dict[str, Any], name: str, kept: str) -> None:
    live_in(coho, name)
    crm, row = joined(coho), price_list("Coho")

    written = crm.insert("pricelevel", [row])[0]

    assert written.ok
    assert Caller(coho).get(f"pricelevels({row.id})?$select=begindate")["begindate"] == kept
    assert crm.get("pricelevel", [row.id], ["begindate"])[row.id].values["begindate"] == JANUARY_15
    for operator, day, found in (("=", 15, 1), ("=", 14, 0), ("=", 16, 0), ("<", 15, 0), ("<=", 15, 1), (">", 14, 1),
                                 (">", 15, 0), (">=", 15, 1), ("<>", 15, 0), ("<>", 14, 1)):  # fmt: skip
        where = Comparison("begindate", operator, dt.date(2026, 1, day))
        for asked, expected in ((where, found), (Not(where), 1 - found)):
            ids = [record.id for record in crm.find("pricelevel", asked, size=5000).records]
            assert ids.count(row.id) == expected, (operator, day)
    crm.close()


def test_a_date_that_a_person_of_the_organization_typed_is_that_day(coho: dict[str, Any]) -> None:
    live_in(coho, "New Zealand Standard Time")
    row = Caller(coho, "administrator").create("pricelevels", name=uuid.uuid4().hex, begindate="2026-01-14T11:00:00Z")
    crm = joined(coho)

    found = crm.get("pricelevel", [uuid.UUID(row)], ["begindate"])

    assert found[uuid.UUID(row)].values["begindate"] == JANUARY_15
    crm.close()


def test_the_zone_that_was_set_counts_more_than_the_organization_s(coho: dict[str, Any]) -> None:
    live_in(coho, "New Zealand Standard Time")
    crm, row = joined(coho, "America/New_York"), price_list("Litware")
    crm.insert("pricelevel", [row])

    assert Caller(coho).get(f"pricelevels({row.id})?$select=begindate")["begindate"] == "2026-01-15T05:00:00Z"
    crm.close()


def test_a_date_without_a_time_and_a_moment_are_the_same_in_every_zone(coho: dict[str, Any]) -> None:
    live_in(coho, "Hawaiian Standard Time")
    crm = joined(coho)
    moment = dt.datetime(2026, 1, 15, 3, 30, tzinfo=dt.UTC)
    firm = Row(uuid.uuid4(), {"name": "Coho", "lastonholdtime": moment})
    person = Row(uuid.uuid4(), {"lastname": "Hill", "birthdate": JANUARY_15})

    crm.insert("account", [firm])
    crm.insert("contact", [person])

    assert crm.get("account", [firm.id], ["lastonholdtime"])[firm.id].values["lastonholdtime"] == moment
    assert crm.get("contact", [person.id], ["birthdate"])[person.id].values["birthdate"] == JANUARY_15
    crm.close()


@pytest.mark.parametrize("answer", [
    Says(403, {"error": {"code": "0x80040220", "message": "missing prvReadUserSettings privilege"}}),
    Says(404, {"error": {"code": "", "message": "Resource not found for the segment 'usersettingscollection'."}}),
    Says(200, {"timezonecode": 4711}),
    Says(200, {"timezonecode": None}),
    Says(200, []),
])  # fmt: skip
def test_an_organization_that_does_not_say_where_it_lives_is_read_in_utc(coho: dict[str, Any], answer: Says) -> None:
    with relay(coho) as line:
        line.say("usersettingscollection", answer)
        crm = line.organization()
        assert crm.metadata.zone().key == "UTC"
        assert crm.describe("pricelevel").fields["begindate"].type == "date"
        crm.close()


def test_the_zone_is_asked_for_once(coho: dict[str, Any]) -> None:
    cache = MemoryCache()
    with relay(coho) as line:
        crm = line.organization()
        crm.metadata._cache = cache
        for table, column in (("pricelevel", "begindate"), ("quote", "expireson"), ("product", "validfromdate")):
            crm.describe(table)
            assert (table == "pricelevel") == (not any("usersettings" in asked.path for asked in line.asked))
            crm.find(table, fields=[column], size=1)
        assert len([asked for asked in line.asked if "usersettingscollection" in asked.path]) == 1
        assert crm.requests == 3
        crm.close()
