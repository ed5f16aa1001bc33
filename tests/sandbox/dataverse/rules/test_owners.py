"""An owner has to be fit to own: enabled, with a role that reads the table, as the real service asks of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.rules.owners import CRM, give_role, person, unique


def owned_by(user: str) -> dict[str, Any]:
    return {"name": unique("Coho Winery"), "ownerid@odata.bind": f"/systemusers({user})"}


def refused(caller: Caller, method: str, path: str, body: Any) -> tuple[int, str, str]:
    answer = caller(method, path, body)
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["message"]


@pytest.mark.parametrize("way", ["create", "create many", "assign", "put"])
def test_a_user_without_a_role_owns_nothing(administrator: Caller, way: str) -> None:
    anna = person(administrator, "Lidman")
    account = administrator.create("accounts", name=unique("Coho"))
    target = {"@odata.type": f"{CRM}.account", **owned_by(anna)}
    method, path, body = {
        "create": ("POST", "accounts", owned_by(anna)),
        "create many": ("POST", f"accounts/{CRM}.CreateMultiple", {"Targets": [target]}),
        "assign": ("PATCH", f"accounts({account})", owned_by(anna)),
        "put": ("PUT", f"accounts({account})/ownerid/$ref", {"@odata.id": f"systemusers({anna})"}),
    }[way]

    status, code, message = refused(administrator, method, path, body)

    assert (status, code) == (403, "0x80042f09")
    assert f"User: {anna}" in message


def test_a_disabled_user_owns_nothing_new(administrator: Caller) -> None:
    anna = person(administrator, "Hill")
    give_role(administrator, anna, "prvReadAccount")
    account = administrator.create("accounts", name="Coho", ownerid_at_bind=f"/systemusers({anna})")
    administrator("PATCH", f"systemusers({anna})", {"isdisabled": True})

    status, code, message = refused(administrator, "POST", "accounts", owned_by(anna))

    assert (status, code) == (403, "0x80040225")
    assert f"user(Id = {anna}) is disabled" in message
    assert administrator("PATCH", f"accounts({account})", {"name": "Coho Winery"}).status_code == 204


def test_an_owner_has_to_be_able_to_read_the_rows(administrator: Caller) -> None:
    anna = person(administrator, "Ray")
    give_role(administrator, anna, "prvReadContact")

    status, code, message = refused(administrator, "POST", "accounts", owned_by(anna))

    assert (status, code) == (403, "0x80040220")
    assert f"Principal user (Id={anna}" in message
    assert "prvReadAccount" in message
    give_role(administrator, anna, "prvReadAccount")
    assert administrator("POST", "accounts", owned_by(anna)).status_code == 204


def test_a_team_without_a_role_that_reads_owns_nothing(administrator: Caller) -> None:
    boss = administrator.get("WhoAmI")["UserId"]
    team = administrator.create("teams", name=unique("Coho"), administratorid_at_bind=f"/systemusers({boss})")

    status, code, message = refused(
        administrator, "POST", "accounts", {"name": "Coho", "ownerid@odata.bind": f"/teams({team})"}
    )

    assert (status, code) == (403, "0x80040220")
    assert f"Principal team (Id={team}" in message


def test_one_owner_without_a_role_refuses_the_whole_of_a_bulk_message(administrator: Caller) -> None:
    anna = person(administrator, "Duncan")
    named = unique("Adatum")
    targets = [{"@odata.type": f"{CRM}.account", "name": named} for _ in range(3)]
    targets.append({"@odata.type": f"{CRM}.account", **owned_by(anna)})

    assert administrator.refusal("POST", f"accounts/{CRM}.CreateMultiple", {"Targets": targets})[0] == 403
    assert administrator.rows(f"accounts?$filter=name eq '{named}'") == []
