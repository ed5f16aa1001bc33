"""BulkDelete: what its queries find is deleted; what may not be stays, and the job tells why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Caller


def query(entity: str, *conditions: tuple[str, str, Any]) -> dict[str, Any]:
    listed = [
        {"AttributeName": name, "Operator": operator, "Values": [{"Type": "System.String", "Value": value}]}
        for name, operator, value in conditions
    ]
    return {"EntityName": entity, "Criteria": {"FilterOperator": "And", "Conditions": listed}}


def deleted(administrator: Caller, *queries: dict[str, Any]) -> dict[str, Any]:
    """The job's row."""
    answer = administrator("POST", "BulkDelete", {"JobName": "Tidy up", "QuerySet": list(queries)})
    assert answer.status_code == 200, answer.text
    return administrator.get(f"asyncoperations({answer.json()['JobId']})?$select=name,statecode,statuscode,message")


def test_the_rows_that_are_found_are_deleted_and_tracked(administrator: Caller) -> None:
    for number in range(3):
        administrator.create("contacts", lastname=f"Tidy {number}", jobtitle="Old" if number else "New")
    tracked = administrator.get("contacts?$select=lastname", Prefer="odata.track-changes")["@odata.deltaLink"]

    job = deleted(administrator, query("contact", ("lastname", "BeginsWith", "Tidy"), ("jobtitle", "Equal", "Old")))

    assert (job["name"], job["statecode"], job["statuscode"]) == ("Tidy up", 3, 30)
    assert [row["lastname"] for row in administrator.rows("contacts?$filter=startswith(lastname,'Tidy')")] == ["Tidy 0"]
    assert [row.get("reason") for row in administrator.rows(tracked)] == ["deleted", "deleted"]


def test_a_row_that_may_not_be_deleted_stays_and_the_others_go(administrator: Caller) -> None:
    base = administrator.rows("transactioncurrencies?$filter=exchangerate eq 1&$select=currencyname")[0][
        "transactioncurrencyid"
    ]
    administrator.create("contacts", lastname="Tidied")

    job = deleted(
        administrator, query("transactioncurrency", ("transactioncurrencyid", "Equal", base)),
        query("contact", ("lastname", "Equal", "Tidied")),
    )  # fmt: skip

    assert job["statuscode"] == 31
    assert job["message"]
    assert administrator.get(f"transactioncurrencies({base})?$select=currencyname")["currencyname"]
    assert administrator.rows("contacts?$filter=lastname eq 'Tidied'") == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"QuerySet": ["contact"]}, 400),
        ({"QuerySet": [query("colour")]}, 400),
        ({"QuerySet": [{"EntityName": "contact", "Criteria": 5}]}, 400),
        ({"QuerySet": [{"EntityName": "contact", "Criteria": {"Conditions": 5}}]}, 400),
        ({"QuerySet": [{"EntityName": "contact", "Criteria": {"Conditions": [5]}}]}, 400),
        ({"QuerySet": [{"EntityName": "contact", "Criteria": {"Filters": "all"}}]}, 400),
        ({"QuerySet": [{"EntityName": "contact", "Criteria": {"FilterOperator": "Xor"}}]}, 400),
        (
            {
                "QuerySet": [
                    {
                        "EntityName": "contact",
                        "Criteria": {"Conditions": [{"AttributeName": "lastname", "Operator": "Equal", "Values": 5}]},
                    }
                ]
            },
            400,
        ),
        ({"QuerySet": [query("contact", ("lastname", "Sounds", "x"))]}, 501),
        ({"QuerySet": [{**query("contact"), "LinkEntities": [{}]}]}, 501),
    ],
)
def test_what_is_no_query_deletes_nothing(administrator: Caller, body: dict[str, Any], status: int) -> None:
    before = administrator.rows("contacts?$apply=aggregate($count as n)")

    assert administrator("POST", "BulkDelete", body).status_code == status
    assert administrator.rows("contacts?$apply=aggregate($count as n)") == before


def test_sql_is_not_ignored(administrator: Caller) -> None:
    assert administrator("GET", "accounts?sql=SELECT name FROM account").status_code == 501
