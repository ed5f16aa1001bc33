"""The query functions: what each takes, what it means at a Monday in March 2026, and that FetchXML means the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from integration.sandbox.dataverse.query.date_ranges import COUNTED, FISCAL, NAMES, PLAIN, odata_name
from integration.sandbox.dataverse.query.where import FUNCTIONS, parameters_of
from tests.examples import examples
from tests.sandbox.conftest import Clock
from tests.sandbox.dataverse.query.samples import CRM, SET, Samples, moment
from tests.sandbox.in_process import Inside

NOW = Clock().now
DAY = dt.timedelta(days=1)
EDGES = [
    "2025-03-31T23:59:59Z", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2026-01-31T23:59:59Z",
    "2026-02-01T00:00:00Z", "2026-02-21T23:59:59Z", "2026-02-22T00:00:00Z", "2026-02-23T00:00:00Z",
    "2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z", "2026-03-01T23:59:59Z", "2026-03-02T00:00:00Z",
    "2026-03-02T08:00:00Z", "2026-03-02T09:29:59Z", "2026-03-02T09:30:00Z", "2026-03-02T10:00:00Z",
    "2026-03-02T10:59:59Z", "2026-03-02T23:59:59Z", "2026-03-03T00:00:00Z", "2026-03-07T23:59:59Z",
    "2026-03-08T00:00:00Z", "2026-03-09T23:59:59Z", "2026-03-15T00:00:00Z", "2026-03-31T23:59:59Z",
    "2026-04-01T00:00:00Z", "2026-06-30T23:59:59Z", "2026-07-01T00:00:00Z", "2027-01-01T00:00:00Z",
    "2028-01-01T00:00:00Z",
]  # fmt: skip
"""Moments at both sides of every end that a stretch of time can have."""


@pytest.fixture(scope="module")
def edges(inside: Inside) -> Inside:
    """Accounts that were last on hold at each of those moments, and one that never was."""
    for text in EDGES:
        inside.create("accounts", name=text, lastonholdtime=text)
    inside.create("accounts", name="never")
    return inside


def function(edges: Inside, name: str, *values: Any) -> set[str]:
    given = _parameters(name, values)
    rows = edges.rows(f"accounts?$select=name&$filter={CRM}.{name}(PropertyName='lastonholdtime'{given})")
    return {row["name"] for row in rows}


def _parameters(name: str, values: tuple[Any, ...]) -> str:
    written = [value if isinstance(value, int) else f"'{value}'" for value in values]
    names = sorted(parameters_of(name))
    if names == ["PropertyValues"]:
        return f",PropertyValues=[{','.join(map(str, written))}]"
    return "".join(f",{one}={value}" for one, value in zip(names, written, strict=True))


def fetched(edges: Inside, operator: str, *values: Any) -> set[str]:
    inside = "".join(f"<value>{value}</value>" for value in values)
    text = (
        '<fetch><entity name="account"><attribute name="name" /><filter>'
        f'<condition attribute="lastonholdtime" operator="{operator}">{inside}</condition></filter></entity></fetch>'
    )
    return {row["name"] for row in edges.rows(f"accounts?fetchXml={quote(text)}")}


def between(begin: str, end: str) -> set[str]:
    """The moments from ``begin`` on and before ``end``."""
    return {text for text in EDGES if moment(begin) <= moment(text) < moment(end)}


@pytest.mark.parametrize(
    ("name", "values", "begin", "end"),
    [
        ("Yesterday", (), "2026-03-01", "2026-03-02"),
        ("Today", (), "2026-03-02", "2026-03-03"),
        ("Tomorrow", (), "2026-03-03", "2026-03-04"),
        ("Last7Days", (), "2026-02-23", "2026-03-02T09:30:00Z"),
        ("Next7Days", (), "2026-03-02T09:30:00Z", "2026-03-10"),
        ("LastWeek", (), "2026-02-22", "2026-03-01"),
        ("ThisWeek", (), "2026-03-01", "2026-03-08"),
        ("NextWeek", (), "2026-03-08", "2026-03-15"),
        ("LastMonth", (), "2026-02-01", "2026-03-01"),
        ("ThisMonth", (), "2026-03-01", "2026-04-01"),
        ("NextMonth", (), "2026-04-01", "2026-05-01"),
        ("LastYear", (), "2025-01-01", "2026-01-01"),
        ("ThisYear", (), "2026-01-01", "2027-01-01"),
        ("NextYear", (), "2027-01-01", "2028-01-01"),
        ("LastFiscalPeriod", (), "2025-10-01", "2026-01-01"),
        ("ThisFiscalPeriod", (), "2026-01-01", "2026-04-01"),
        ("NextFiscalPeriod", (), "2026-04-01", "2026-07-01"),
        ("ThisFiscalYear", (), "2026-01-01", "2027-01-01"),
        ("LastXHours", (2,), "2026-03-02T07:00:00Z", "2026-03-02T09:30:00Z"),
        ("NextXHours", (1,), "2026-03-02T09:30:00Z", "2026-03-02T11:00:00Z"),
        ("LastXDays", (1,), "2026-03-01", "2026-03-02T09:30:00Z"),
        ("NextXDays", (1,), "2026-03-02T09:30:00Z", "2026-03-04"),
        ("LastXWeeks", (1,), "2026-02-23", "2026-03-02T09:30:00Z"),
        ("LastXMonths", (1,), "2026-02-02", "2026-03-02T09:30:00Z"),
        ("LastXYears", (1,), "2025-03-02", "2026-03-02T09:30:00Z"),
        ("NextXMonths", (1,), "2026-03-02T09:30:00Z", "2026-04-03"),
        ("OlderThanXMinutes", (90,), "1753-01-01", "2026-03-02T08:00:00Z"),
        ("OlderThanXDays", (1,), "1753-01-01", "2026-03-01T09:30:00Z"),
        ("OlderThanXYears", (1,), "1753-01-01", "2025-03-02T09:30:00Z"),
        ("LastXFiscalPeriods", (1,), "2025-10-01", "2026-01-01"),
        ("NextXFiscalYears", (1,), "2027-01-01", "2028-01-01"),
        ("InFiscalYear", (2026,), "2026-01-01", "2027-01-01"),
        ("InFiscalPeriodAndYear", (1, 2026), "2026-01-01", "2026-04-01"),
        ("InOrBeforeFiscalPeriodAndYear", (4, 2025), "1753-01-01", "2026-01-01"),
        ("InOrAfterFiscalPeriodAndYear", (2, 2026), "2026-04-01", "2999-01-01"),
        ("On", ("2026-03-02",), "2026-03-02", "2026-03-03"),
        ("OnOrAfter", ("2026-03-02",), "2026-03-02", "2999-01-01"),
        ("OnOrBefore", ("2026-03-02",), "1753-01-01", "2026-03-03"),
    ],
)  # fmt: skip
def test_a_stretch_of_time_begins_and_ends_where_it_says(
    edges: Inside, name: str, values: tuple[Any, ...], begin: str, end: str
) -> None:
    ends = [text if "T" in text else f"{text}T00:00:00Z" for text in (begin, end)]

    assert function(edges, name, *values) == between(*ends)


@pytest.mark.parametrize("operator", sorted(PLAIN))
def test_both_languages_mean_the_same_by_a_named_stretch(edges: Inside, operator: str) -> None:
    assert fetched(edges, operator) == function(edges, odata_name(operator))


@given(some.sampled_from(sorted({*COUNTED, *FISCAL})), some.integers(1, 40))
@examples(25, suppress_health_check=[HealthCheck.too_slow])
def test_both_languages_count_back_and_forth_alike(edges: Inside, operator: str, number: int) -> None:
    found = fetched(edges, operator, number)

    assert found == function(edges, odata_name(operator), number)
    assert found <= set(EDGES)
    if operator.startswith("last"):
        assert all(moment(text) < NOW for text in found)
    elif operator.startswith("next"):
        assert all(moment(text) >= NOW for text in found)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_stretch_of_time_has_a_query_function(name: str) -> None:
    assert odata_name(name) in FUNCTIONS


@pytest.mark.parametrize(
    "call",
    [
        "Today(PropertyName='lastonholdtime',PropertyValue=1)",
        "Today(PropertyName='lastonholdtime',Property='x')",
        "LastXDays(PropertyName='lastonholdtime')",
        "LastXDays(PropertyName='lastonholdtime',PropertyValues=[3])",
        "In(PropertyName='name',PropertyValue='x')",
        "Between(PropertyName='numberofemployees',PropertyValue1=1,PropertyValue2=2)",
        "InFiscalPeriodAndYear(PropertyName='lastonholdtime',PropertyValues=[1,2026])",
        "InFiscalYear(PropertyName='lastonholdtime',PropertyValue1=2026)",
        "EqualUserId(PropertyName='ownerid',PropertyValue='x')",
        "Under(PropertyName='accountid')",
        "BeginsWith(PropertyName='name',PropertyValue='a',PropertyValue2='b')",
    ],
)
def test_a_function_with_other_parameters_than_it_has_is_unknown(edges: Inside, call: str) -> None:
    name = call.partition("(")[0]

    assert edges.refusal("GET", f"accounts?$filter={CRM}.{call}") == (400, "0x80060888")
    said = edges.message("GET", f"accounts?$filter={CRM}.{call}")
    assert said.startswith(f"An unknown function with name '{CRM}.{name}' was found.")


@pytest.mark.parametrize(
    "call",
    [
        "Today(PropertyName=['lastonholdtime'],PropertyName='name')",
        "Today()",
        "Today(PropertyName=[])",
        "Today(PropertyName='corks')",
        "Today(PropertyName='name')",
        "LastXDays(PropertyName='lastonholdtime',PropertyValue='three')",
        "LastXDays(PropertyName='lastonholdtime',PropertyValue=-1)",
        "LastXDays(PropertyName='lastonholdtime',PropertyValue=1.5)",
        "NextXYears(PropertyName='lastonholdtime',PropertyValue=9999)",
        "On(PropertyName='lastonholdtime',PropertyValue='31.12.2026')",
        "On(PropertyName='name',PropertyValue='2026-01-01')",
        "In(PropertyName='name',PropertyValues=[])",
        "In(PropertyName='numberofemployees',PropertyValues=['many'])",
        "Between(PropertyName='numberofemployees',PropertyValues=[1])",
        "Between(PropertyName='numberofemployees',PropertyValues=[1,2,3])",
        "BeginsWith(PropertyName='numberofemployees',PropertyValue='5')",
        "EndsWith(PropertyName='creditlimit',PropertyValue='5')",
        "EqualUserId(PropertyName='name')",
        "EqualBusinessId(PropertyName='creditlimit')",
        "EqualUserTeams(PropertyName='telephone1')",
        "EqualUserLanguage(PropertyName='name')",
    ],
)
def test_a_function_that_cannot_be_asked_of_its_column_is_refused(edges: Inside, call: str) -> None:
    assert edges.refusal("GET", f"accounts?$filter={CRM}.{call}")[0] == 400


def test_a_function_that_the_sandbox_lacks_is_named(edges: Inside) -> None:
    answer = edges("GET", f"accounts?$filter={CRM}.NoSuchThing(PropertyName='name')")

    assert answer.status_code == 501
    assert "NoSuchThing" in answer.text


LISTS: list[tuple[str, str, str, tuple[Any, ...], Callable[[Any], bool]]] = [
    ("In", "in", "bottles", (1, 4), lambda value: value in (1, 4)),
    ("NotIn", "not-in", "bottles", (1, 4), lambda value: value not in (1, 4)),
    ("In", "in", "acidity", ("12.5", "-10"), lambda value: value in (Decimal("12.5"), Decimal(-10))),
    ("In", "in", "name", ("PINOT", "muller"), lambda value: value in ("Pinot", "Müller", "muller")),
    ("Between", "between", "bottles", (0, 5), lambda value: value is not None and 0 <= value <= 5),
    ("NotBetween", "not-between", "bottles", (0, 5), lambda value: value is None or not 0 <= value <= 5),
    ("Between", "between", "harvest", ("2021-01-01", "2022-12-31"),
     lambda value: value is not None and "2021" <= value < "2023"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "operator", "column", "values", "test"), LISTS)
def test_lists_of_values_find_the_same_wines_in_both_languages(
    samples: Samples, name: str, operator: str, column: str, values: tuple[Any, ...], test: Callable[[Any], bool]
) -> None:
    listed = ",".join(f"'{value}'" for value in values)
    inside = "".join(f"<value>{value}</value>" for value in values)
    text = (
        f'<fetch><entity name="new_wine"><attribute name="new_wineid" /><filter><condition attribute="new_{column}" '
        f'operator="{operator}">{inside}</condition></filter></entity></fetch>'
    )
    wanted = samples.wanted(lambda row: test(row[column]))

    assert samples.found(f"{CRM}.{name}(PropertyName='new_{column}',PropertyValues=[{listed}])") == wanted
    rows = samples.inside.rows(f"{SET}?fetchXml={quote(text)}")
    assert {row["new_wineid"] for row in rows} == wanted


TYPED: dict[str, list[str]] = {
    "text": ["'x'"],
    "number": ["5", "-5.5", "1e3", "5m", "7L"],
    "boolean": ["true", "false"],
    "guid": ["00000000-0000-0000-0000-000000000001"],
    "moment": ["2026-01-31", "2026-01-31T10:00:00Z", "2026-01-31T10:00:00.123+01:00"],
}
TAKES = {
    "new_name": "text", "new_notes": "text", "new_bottles": "number", "new_serial": "number",
    "new_acidity": "number", "new_slope": "number", "new_organic": "boolean", "new_tasted": "moment",
    "new_harvest": "moment", "new_color": "number", "new_wineid": "guid", "_new_cellarid_value": "guid",
    "versionnumber": "number",
}  # fmt: skip


@pytest.mark.parametrize("property", sorted(TAKES))
def test_a_column_is_compared_with_literals_of_its_own_type_only(samples: Samples, property: str) -> None:
    for kind, literals in TYPED.items():
        for literal in literals:
            answer = samples.inside("GET", f"{SET}?$select=new_name&$filter={property} eq {quote(literal)}")
            assert answer.status_code == (200 if kind == TAKES[property] else 400), (kind, literal, answer.text)
