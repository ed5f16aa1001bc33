"""``$apply``: filtered, grouped, summed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integration.sandbox import Options, Sandbox
from tests.sandbox.conftest import Caller

FIRMS: tuple[dict[str, Any], ...] = (
    {"name": "Adatum", "creditlimit": 100, "numberofemployees": 5, "customertypecode": 3},
    {"name": "Coho", "creditlimit": 250.55, "numberofemployees": 10, "customertypecode": 3},
    {"name": "Fabrikam", "customertypecode": 1},
    {"name": "Litware", "numberofemployees": 10},
)
SHOWN = "@OData.Community.Display.V1.FormattedValue"


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    running = Sandbox(Options(str(tmp_path_factory.mktemp("apply") / "organization.sqlite3")))
    running.start()
    call = Caller(running.ready)
    person = call.create("contacts", lastname="Hill")
    for firm in FIRMS:
        call.create("accounts", **firm, primarycontactid_at_bind=f"/contacts({person})")
    yield call
    running.stop()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("aggregate($count as n)", [{"n": 4}]),
        ("aggregate(creditlimit with sum as total,creditlimit with average as mean)",
         [{"total": Decimal("350.5500"), "mean": Decimal("175.2750")}]),
        ("aggregate(numberofemployees with min as least,numberofemployees with countdistinct as sizes)",
         [{"least": 5, "sizes": 2}]),
        ("groupby((customertypecode))", [{"customertypecode": 1}, {"customertypecode": 3}]),
        ("groupby((customertypecode),aggregate(creditlimit with sum as total,$count as n))",
         [{"customertypecode": 1, "total": None, "n": 1},
          {"customertypecode": 3, "total": Decimal("350.5500"), "n": 2}]),
        ("filter(numberofemployees eq 10)/aggregate($count as n)", [{"n": 2}]),
        ("filter(numberofemployees eq 10)/filter(startswith(name,'C'))/groupby((name),aggregate($count as n))",
         [{"name": "Coho", "n": 1}]),
        ("filter(startswith(name,'x/y'))/aggregate($count as n)", [{"n": 0}]),
        ("groupby((primarycontactid/lastname),aggregate($count as n))", [{"contact_lastname": "Hill", "n": 4}]),
    ],
)  # fmt: skip
def test_rows_are_summed_up(call: Caller, text: str, rows: list[dict[str, Any]]) -> None:
    assert call.rows(f"accounts?$apply={text}") == rows


def test_groups_come_in_the_order_asked_for_and_with_labels(call: Caller) -> None:
    asked = "accounts?$apply=groupby((customertypecode),aggregate($count as n))&$orderby=customertypecode desc"

    found = call.rows(asked, Prefer='odata.include-annotations="*"')

    assert [row[f"customertypecode{SHOWN}"] for row in found] == ["Customer", "Competitor"]
    assert [row["n"] for row in call.rows(asked + "&$top=1")] == [2]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("$apply=groupby((customertypecode),aggregate($count as n))&$orderby=n desc", "SingleValueOpenPropertyAccess"),
        ("$apply=aggregate(name with sum as total)", "not supported for attributes of type String"),
        ("$apply=aggregate(creditlimit with median as total)", "'median' is not supported"),
        ("$apply=aggregate(creditlimit sum)", "Syntax error"),
        ("$apply=groupby(customertypecode)", "Syntax error"),
        ("$apply=groupby((colour))", "Could not find a property named 'colour'"),
        ("$apply=aggregate($count as n,$count as n)", "used twice"),
        ("$apply=", "Syntax error"),
    ],
)
def test_what_cannot_be_summed_up_is_refused(call: Caller, query: str, says: str) -> None:
    answer = call("GET", f"accounts?{query}")

    assert answer.status_code == 400
    assert says in answer.json()["error"]["message"]


@pytest.mark.parametrize("query", ["$apply=aggregate($count as n)", "fetchXml=<fetch/>"])
def test_on_a_part_of_a_table_it_is_not_ignored(call: Caller, query: str) -> None:
    row = call.rows("accounts?$select=name&$top=1")[0]["accountid"]

    assert call("GET", f"accounts({row})?{query}").status_code == 501
    assert call("GET", f"accounts({row})/contact_customer_accounts?{query}").status_code == 501


def test_the_steps_the_sandbox_lacks_are_named(call: Caller) -> None:
    assert "'topcount'" in call("GET", "accounts?$apply=topcount(2,creditlimit)").json()["error"]["message"]
