"""A row and what belongs to it in one request: all are made, or none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Caller

FIRM: dict[str, Any] = {
    "name": "Adatum Deep",
    "primarycontactid": {"firstname": "Ann", "lastname": "Hill"},
    "contact_customer_accounts": [{"lastname": "Funk"}, {"lastname": "Orton"}],
    "account_parent_account": [
        {"name": "Adatum North", "contact_customer_accounts": [{"lastname": "Pak"}]},
        {"name": "Adatum South"},
    ],
}


def made(call: Caller, set_name: str, body: dict[str, Any]) -> str:
    answer = call("POST", set_name, body)
    assert answer.status_code == 204, answer.text
    return answer.headers["OData-EntityId"][-37:-1]


def test_related_rows_are_made_with_the_row(call: Caller) -> None:
    firm = made(call, "accounts", FIRM)

    expand = "primarycontactid($select=fullname),contact_customer_accounts($select=lastname;$orderby=lastname)"
    found = call.get(f"accounts({firm})?$select=name&$expand={expand},account_parent_account($select=name)")
    north = next(one for one in found["account_parent_account"] if one["name"] == "Adatum North")
    people = call.rows(f"accounts({north['accountid']})/contact_customer_accounts?$select=lastname")
    assert found["primarycontactid"]["fullname"] == "Ann Hill"
    assert [one["lastname"] for one in found["contact_customer_accounts"]] == ["Funk", "Orton"]
    assert [one["lastname"] for one in people] == ["Pak"]


def test_nothing_is_made_where_one_of_them_is_refused(call: Caller) -> None:
    body = {**FIRM, "name": "Undone Deep", "contact_customer_accounts": [{"lastname": "Late"}, {"lastname": "x" * 51}]}

    assert call.refusal("POST", "accounts", body) == (400, "0x80044331")
    assert call.rows("accounts?$filter=name eq 'Undone Deep'&$select=name") == []
    assert call.rows("contacts?$filter=lastname eq 'Late'&$select=lastname") == []


def test_an_upsert_that_creates_may_hold_rows_and_one_that_changes_may_not(call: Caller) -> None:
    row = "7f1d3a1e-0c55-4a0c-9a11-000000000001"
    body = {"name": "Coho Deep", "contact_customer_accounts": [{"lastname": "Hill"}]}

    assert call("PATCH", f"accounts({row})", body).status_code == 204
    assert len(call.rows(f"accounts({row})/contact_customer_accounts")) == 1
    refused = call("PATCH", f"accounts({row})", body)
    assert refused.status_code == 400
    assert "there is no deep update" in refused.json()["error"]["message"]


def test_the_lookup_of_several_tables_takes_the_row_its_name_says(call: Caller) -> None:
    person = made(call, "contacts", {"lastname": "Hill", "parentcustomerid_account": {"name": "Fabrikam Deep"}})

    found = call.get(f"contacts({person})?$select=lastname", Prefer='odata.include-annotations="*"')
    parent = call.get(f"contacts({person})/parentcustomerid_account?$select=name")
    assert found["lastname"] == "Hill"
    assert parent["name"] == "Fabrikam Deep"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "A", "contact_customer_accounts": {"lastname": "Hill"}}, 400),
        ({"name": "A", "primarycontactid": [{"lastname": "Hill"}]}, 400),
        ({"name": "A", "contact_customer_accounts": ["Hill"]}, 400),
        ({"name": "A", "contact_customer_accounts": [{"colour": "red"}]}, 400),
        ({"name": "A", "ownerid": {"fullname": "Ann"}}, 400),
    ],
)
def test_what_is_no_row_inside_is_refused(call: Caller, body: dict[str, Any], status: int) -> None:
    assert call("POST", "accounts", body).status_code == status


def test_rows_nested_without_end_are_refused(call: Caller) -> None:
    body: dict[str, Any] = {"name": "Deepest"}
    for _ in range(20):
        body = {"name": "Deep", "account_parent_account": [body]}

    assert "too deeply" in call("POST", "accounts", body).json()["error"]["message"]


def test_a_bulk_message_names_what_it_does_not_take(call: Caller) -> None:
    target = {"@odata.type": "Microsoft.Dynamics.CRM.account", **FIRM}

    answer = call("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": [target]})

    assert answer.status_code == 501, answer.text
