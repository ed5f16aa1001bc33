"""References between rows."""

from __future__ import annotations

import uuid

import pytest

from tests.sandbox.conftest import Caller


@pytest.fixture
def user(administrator: Caller) -> str:
    return administrator.create(
        "systemusers", firstname="Ann", lastname="Hill", internalemailaddress="ann@coho.example"
    )


def role(call: Caller, name: str = "Salesperson") -> str:
    return call.rows(f"roles?$select=name&$filter=name eq '{name}'")[0]["roleid"]


def test_a_user_gets_and_loses_a_role(administrator: Caller, user: str) -> None:
    roles = f"systemusers({user})/systemuserroles_association"
    given = {"@odata.id": f"{administrator.root}roles({role(administrator)})"}

    assert administrator("POST", f"{roles}/$ref", given).status_code == 204
    assert [row["name"] for row in administrator.rows(f"{roles}?$select=name")] == ["Salesperson"]
    holders = administrator.rows(f"roles({role(administrator)})/systemuserroles_association?$select=fullname")
    assert "Ann Hill" in {row["fullname"] for row in holders}
    assert administrator("DELETE", f"{roles}({role(administrator)})/$ref").status_code == 204
    assert administrator.rows(roles) == []


def test_a_role_is_given_once_and_only_if_it_exists(administrator: Caller, user: str) -> None:
    roles = f"systemusers({user})/systemuserroles_association/$ref"
    given = {"@odata.id": f"roles({role(administrator)})"}

    assert administrator("POST", roles, given).status_code == 204
    assert administrator("POST", roles, given).status_code == 412
    assert administrator("POST", roles, {"@odata.id": f"roles({uuid.uuid4()})"}).status_code == 404
    assert administrator("POST", roles, {"@odata.id": f"accounts({uuid.uuid4()})"}).status_code == 400
    assert administrator("POST", roles, {}).status_code == 400


def test_the_roles_of_a_user_can_be_expanded(call: Caller) -> None:
    me = call.get("WhoAmI")["UserId"]

    row = call.get(f"systemusers({me})?$select=fullname&$expand=systemuserroles_association($select=name)")

    assert "Dynamics 365 Business Central Integration User" in {
        role["name"] for role in row["systemuserroles_association"]
    }


def test_a_lookup_is_set_and_cleared_by_reference(call: Caller) -> None:
    contact = call.create("contacts", lastname="Hill")
    account = call.create("accounts", name="Coho Winery")
    lookup = f"accounts({account})/primarycontactid/$ref"

    assert call("PUT", lookup, {"@odata.id": f"{call.root}contacts({contact})"}).status_code == 204
    assert call.get(f"accounts({account})")["_primarycontactid_value"] == contact
    assert call("DELETE", lookup).status_code == 204
    assert call.get(f"accounts({account})")["_primarycontactid_value"] is None


def test_a_collection_takes_and_gives_back_its_rows(call: Caller) -> None:
    contact = call.create("contacts", lastname="Hill")
    account = call.create("accounts", name="Coho Winery")
    people = f"accounts({account})/contact_customer_accounts"

    assert call("POST", f"{people}/$ref", {"@odata.id": f"contacts({contact})"}).status_code == 204
    assert [row["contactid"] for row in call.rows(people)] == [contact]
    assert call("DELETE", f"{people}/$ref?$id={call.root}contacts({contact})").status_code == 204
    assert call.rows(people) == []
    assert call("DELETE", f"{people}({contact})/$ref").status_code == 404


def test_a_reference_is_read_as_the_address_of_a_row(call: Caller) -> None:
    firm = call.create("accounts", name="Coho Winery")
    person = call.create("contacts", lastname="Orton", parentcustomerid_account_at_bind=f"/accounts({firm})")
    empty = call("GET", f"accounts({firm})/primarycontactid/$ref")
    call("PUT", f"accounts({firm})/primarycontactid/$ref", {"@odata.id": f"{call.root}contacts({person})"})

    address = f"{call.root}contacts({person})"
    assert empty.status_code == 204
    assert call.get(f"accounts({firm})/primarycontactid/$ref")["@odata.id"] == address
    assert call.rows(f"accounts({firm})/contact_customer_accounts/$ref") == [{"@odata.id": address}]
