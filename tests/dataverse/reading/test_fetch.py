"""Counting beyond the 5,000 rows that the plain count tells, and what the question means word by word."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from integration.dataverse.metadata import Entity
from integration.dataverse.reading.fetch import Unsayable, counting
from integration.dataverse.store import SalesOrganization
from integration.systems.filters import EVERYTHING, AllOf, AnyOf, Comparison, Filter, Not, OneOf
from integration.systems.values import Field, FieldType, Ref, Table
from tests.dataverse.counterpart import Says
from tests.dataverse.relay import Relay, relay

JSON = {"Content-Type": "application/json"}
ID = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
FIELDS = {
    "name": Field("name", FieldType.TEXT),
    "creditlimit": Field("creditlimit", FieldType.DECIMAL),
    "creditonhold": Field("creditonhold", FieldType.BOOLEAN),
    "lastonholdtime": Field("lastonholdtime", FieldType.DATETIME),
    "parentaccountid": Field("parentaccountid", FieldType.REFERENCE, targets=("account",)),
    "parentcustomeridtype": Field("parentcustomeridtype", FieldType.TABLE),
}
ACCOUNT = Entity(Table("account", "Account", FIELDS), "accounts", "accountid", True)


def said(where: Filter) -> str:
    """The conditions as FetchXML, without what is the same everywhere."""
    (condition,) = ElementTree.fromstring(counting(ACCOUNT, where)).findall("entity/filter")
    return "".join(ElementTree.tostring(inner, encoding="unicode") for inner in condition)


def test_all_rows_are_counted_without_a_condition() -> None:
    assert counting(ACCOUNT, EVERYTHING) == (
        '<fetch aggregate="true" no-lock="true"><entity name="account">'
        '<attribute name="accountid" aggregate="count" alias="rows" /></entity></fetch>'
    )


def condition(attribute: str, operator: str, value: str | None = None) -> str:
    return f'<condition attribute="{attribute}" operator="{operator}"' + (f' value="{value}" />' if value is not None
                                                                          else " />")  # fmt: skip


A, B, C = (condition("name", "eq", letter) for letter in "abc")


@pytest.mark.parametrize(("where", "words"), [
    (Comparison("name", "=", 'A & "B"'), condition("name", "eq", "A &amp; &quot;B&quot;")),
    (Comparison("name", "contains", "100%_["), condition("name", "like", "%100[%][_][[]%")),
    (Comparison("creditlimit", ">=", Decimal("1000.50")), condition("creditlimit", "ge", "1000.50")),
    (Comparison("creditonhold", "=", True), condition("creditonhold", "eq", "1")),
    (Comparison("lastonholdtime", "<", dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)),
     condition("lastonholdtime", "lt", "2026-01-05T08:00:00Z")),
    (Comparison("parentaccountid", "=", Ref("account", ID)), condition("parentaccountid", "eq", str(ID))),
    (Comparison("creditlimit", "<>", Decimal(5)),
     f'<filter type="or">{condition("creditlimit", "ne", "5")}{condition("creditlimit", "null")}</filter>'),
    (Comparison("name", "=", ""),
     f'<filter type="or">{condition("name", "null")}{condition("name", "eq", "")}</filter>'),
    (Comparison("creditlimit", "<>", None), f'<filter type="and">{condition("creditlimit", "not-null")}</filter>'),
    (OneOf("name", ("<a>", "b")),
     '<condition attribute="name" operator="in"><value>&lt;a&gt;</value><value>b</value></condition>'),
    (AnyOf((Comparison("name", "=", "a"), AllOf((Comparison("name", "=", "b"), Comparison("name", "=", "c"))))),
     f'<filter type="or">{A}<filter type="and">{B}{C}</filter></filter>'),
])  # fmt: skip
def test_a_condition_is_said_as_the_service_understands_it(where: Any, words: str) -> None:
    assert said(where) == words


@pytest.mark.parametrize("where", [
    Not(Comparison("name", "=", "a")), Comparison("parentcustomeridtype", "=", "account"), OneOf("name", ("a", "")),
    Comparison("name", ">", ""), AnyOf(()), Comparison("unknown", "=", "a"),
])  # fmt: skip
def test_what_cannot_be_said_exactly_is_not_said(where: Any) -> None:
    with pytest.raises(Unsayable):
        counting(ACCOUNT, where)


@pytest.fixture
def line(sandbox: dict[str, Any]) -> Iterator[Relay]:
    with relay(sandbox) as running:
        yield running


def counted(line: Relay, plain: int, beyond: Any, status: int = 200) -> tuple[int, list[str]]:
    organization: SalesOrganization = line.organization()
    organization.describe("account")
    line.say("$count=true", Says(200, {"@odata.count": plain, "value": []}, JSON))
    line.say("fetchXml", Says(status, beyond, JSON))
    try:
        found = organization.count("account", Comparison("name", "begins with", "A&B"))
    finally:
        organization.close()
    asked = [parse_qs(urlsplit(each.path).query).get("fetchXml", []) for each in line.asked]
    return found, [text for texts in asked for text in texts]


def test_more_rows_than_the_plain_count_tells_are_counted_by_an_aggregate(line: Relay) -> None:
    found, asked = counted(line, 5000, {"value": [{"rows": 20_123}]})

    assert found == 20_123
    assert 'value="A&amp;B%"' in asked[0]


def test_fewer_rows_are_counted_with_one_request(line: Relay) -> None:
    assert counted(line, 4999, None) == (4999, [])


@pytest.mark.parametrize(("beyond", "status"), [
    ({"error": {"code": "0x8004e023", "message": "The maximum record limit is exceeded."}}, 400),
    ({"value": []}, 200), ({"value": [{"rows": "many"}]}, 200), ([], 200),
])  # fmt: skip
def test_where_the_service_does_not_count_further_the_smaller_number_stays(
    line: Relay, beyond: dict[str, Any] | list[Any], status: int
) -> None:
    assert counted(line, 5000, beyond, status)[0] == 5000
