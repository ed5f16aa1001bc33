"""Aggregates in FetchXML: what is counted and summed, by what it is grouped, and where the service stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from integration.sandbox import Options, Sandbox
from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.query.fetchxml.fetches import ANNOTATED, SHOWN, condition, fetch

FIRMS: tuple[dict[str, Any], ...] = (
    {"name": "Adatum", "creditlimit": 100, "numberofemployees": 5, "lastonholdtime": "2026-01-01T08:00:00Z"},
    {"name": "Coho", "creditlimit": 250.55, "numberofemployees": 10, "lastonholdtime": "2026-01-03T08:00:00Z"},
    {"name": "Fabrikam", "customertypecode": 1, "lastonholdtime": "2026-05-04T08:00:00Z"},
    {"name": "Litware", "customertypecode": 1, "numberofemployees": 10, "address1_latitude": 1.5},
)


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    running = Sandbox(Options(str(tmp_path_factory.mktemp("aggregates") / "organization.sqlite3")))
    running.start()
    call = Caller(running.ready)
    for firm in FIRMS:
        call.create("accounts", **firm)
    adatum = call.rows("accounts?$filter=name eq 'Adatum'&$select=name")[0]["accountid"]
    for last in ("Hill", "Funk"):
        call.create("contacts", lastname=last, parentcustomerid_account_at_bind=f"/accounts({adatum})")
    yield call
    running.stop()


def counted(inside: str, **attributes: str) -> str:
    return fetch(inside, aggregate="true", **attributes)


def made(name: str, function: str, alias: str = "x") -> str:
    return f'<attribute name="{name}" aggregate="{function}" alias="{alias}" />'


@pytest.mark.parametrize(
    ("name", "function", "value"),
    [
        ("accountid", "count", 4),
        ("numberofemployees", "countcolumn", 3),
        ("numberofemployees", "sum", 25),
        ("numberofemployees", "avg", 8),
        ("numberofemployees", "max", 10),
        ("creditlimit", "sum", Decimal("350.5500")),
        ("creditlimit", "avg", Decimal("175.2750")),
        ("creditlimit", "min", Decimal("100.0000")),
        ("lastonholdtime", "max", "2026-05-04T08:00:00Z"),
        ("address1_latitude", "sum", Decimal("1.5")),
    ],
)
def test_a_column_is_aggregated_without_its_nulls(call: Caller, name: str, function: str, value: Any) -> None:
    assert call.rows(counted(made(name, function))) == [{"x": value}]


def test_different_values_are_counted_where_asked(call: Caller) -> None:
    distinct = '<attribute name="numberofemployees" aggregate="countcolumn" distinct="true" alias="x" />'

    assert call.rows(counted(distinct)) == [{"x": 2}]


def test_decimals_are_summed_exactly(call: Caller) -> None:
    for code, rate in (("EUR", 0.1), ("DKK", 0.2), ("SEK", 0.4)):
        names = {"currencyname": code, "currencysymbol": code, "isocurrencycode": code}
        call.create("transactioncurrencies", **names, exchangerate=rate, currencyprecision=2)
    asked = "".join(made("exchangerate", name, name) for name in ("sum", "avg", "max"))
    few = f"<filter>{condition('exchangerate', 'lt', '1')}</filter>"

    address = counted(asked + few, entity="transactioncurrency").replace("currencys?", "currencies?")

    assert call.rows(address) == [{"sum": Decimal("0.7"), "avg": Decimal("0.2333333333"), "max": Decimal("0.4")}]


def test_rows_are_grouped_and_ordered_by_alias(call: Caller) -> None:
    grouped = '<attribute name="customertypecode" groupby="true" alias="type" />' + made("accountid", "count", "rows")

    found = call.rows(
        counted(grouped + '<order alias="rows" descending="true" /><order alias="type" />'), Prefer=ANNOTATED
    )

    assert [(row.get("type"), row["rows"]) for row in found] == [(None, 2), (1, 2)]
    assert found[1][f"type{SHOWN}"] == "Competitor"


@pytest.mark.parametrize(
    ("part", "groups"),
    [
        ("year", {2026: 3, None: 1}),
        ("quarter", {1: 2, 2: 1, None: 1}),
        ("month", {1: 2, 5: 1, None: 1}),
        ("week", {1: 2, 19: 1, None: 1}),
        ("day", {1: 1, 3: 1, 4: 1, None: 1}),
    ],
)
def test_dates_are_grouped_by_their_parts(call: Caller, part: str, groups: dict[int | None, int]) -> None:
    grouped = f'<attribute name="lastonholdtime" groupby="true" dategrouping="{part}" alias="part" />'

    found = call.rows(counted(grouped + made("accountid", "count", "rows")))

    assert {row.get("part"): row["rows"] for row in found} == groups


def test_linked_tables_take_part(call: Caller) -> None:
    link = '<link-entity name="contact" from="parentcustomerid" to="accountid" alias="person">'
    grouped = '<attribute name="name" groupby="true" alias="firm" />' + link
    found = call.rows(counted(grouped + made("contactid", "countcolumn", "people") + "</link-entity>"))

    assert found == [{"firm": "Adatum", "people": 2}]


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ('<attribute name="name" aggregate="sum" alias="x" />', "not supported for attributes of type String"),
        ('<attribute name="name" aggregate="median" alias="x" />', "'median' is not supported"),
        ('<attribute name="name" aggregate="count" />', "needs an alias"),
        ('<attribute name="name" alias="x" />', "either an aggregate or groupby"),
        ('<attribute name="name" groupby="true" dategrouping="day" alias="x" />', "no date to group by"),
        (made("accountid", "count") + '<order attribute="name" />', "use an alias"),
        (made("accountid", "count") + '<order alias="y" />', "alias 'y'"),
        ("", "at least one attribute"),
    ],
)
def test_what_cannot_be_aggregated_is_refused(call: Caller, inside: str, says: str) -> None:
    answer = call("GET", counted(inside))

    assert answer.status_code == 400
    assert says in answer.json()["error"]["message"]


def test_more_than_fifty_thousand_rows_are_not_aggregated(organization: Callable[..., Sandbox]) -> None:
    sandbox = organization()
    call = Caller(sandbox.ready)
    grown = "WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM n WHERE x < ?)"
    insert = "INSERT INTO contact (contactid, lastname, versionnumber) SELECT printf('%08x-0000-4000-8000-%012x', x, x)"
    with sandbox.database.transaction() as connection:
        connection.execute(f"{insert}, 'Row ' || x, 1 FROM n".replace("INSERT", f"{grown} INSERT"), (50_000,))
    asked = fetch(made("contactid", "count", "rows"), entity="contact", aggregate="true")

    at_most = call.rows(asked)
    call.create("contacts", lastname="One too many")

    assert at_most == [{"rows": 50_000}]
    assert call.refusal("GET", asked) == (400, "0x8004e023")
    few = fetch(made("contactid", "count", "rows") + f"<filter>{condition('lastname', 'like', 'One%')}</filter>",
                entity="contact", aggregate="true")  # fmt: skip
    assert call.rows(few) == [{"rows": 1}]
