"""Tokens, and who may call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from integration.sandbox import Sandbox
from tests.sandbox.conftest import Caller, Clock


def ask(ready: dict[str, Any], endpoint: str | None = None, **changes: str | None) -> requests.Response:
    form = {
        "client_id": ready["client_id"],
        "client_secret": ready["client_secret"],
        "grant_type": "client_credentials",
        "scope": f"{ready['url']}/.default",
        **changes,
    }
    return requests.post(endpoint or ready["token_endpoint"], data=form, timeout=10)


def test_a_registered_client_gets_a_bearer_token_for_an_hour(sandbox: dict[str, Any]) -> None:
    answer = ask(sandbox)

    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 3599


@pytest.mark.parametrize(
    ("changes", "status", "error", "number"),
    [
        ({"client_secret": "guessed"}, 401, "invalid_client", 7000215),
        ({"client_secret": None}, 401, "invalid_client", 7000218),
        ({"client_id": "00000000-0000-0000-0000-00000000beef"}, 400, "unauthorized_client", 700016),
        ({"scope": "https://fabrikam.crm4.dynamics.com/.default"}, 400, "invalid_resource", 500011),
        ({"scope": "user_impersonation"}, 400, "invalid_scope", 70011),
        ({"grant_type": None}, 400, "invalid_request", 900144),
    ],
)
def test_a_wrong_token_request_is_told_what_is_wrong(
    sandbox: dict[str, Any], changes: dict[str, str | None], status: int, error: str, number: int
) -> None:
    answer = ask(sandbox, **changes)

    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer.json()["error_codes"] == [number]
    assert answer.json()["error_description"].startswith(f"AADSTS{number}: ")


def test_an_unknown_tenant_is_refused(sandbox: dict[str, Any]) -> None:
    answer = ask(sandbox, sandbox["token_endpoint"].replace(sandbox["tenant"], "fabrikam.example"))

    assert answer.json()["error_codes"] == [90002]


def test_the_secret_may_come_as_basic_authentication(sandbox: dict[str, Any]) -> None:
    answer = requests.post(
        sandbox["token_endpoint"],
        data={"grant_type": "client_credentials", "scope": f"{sandbox['url']}/.default"},
        auth=(sandbox["client_id"], sandbox["client_secret"]),
        timeout=10,
    )

    assert answer.status_code == 200


def test_the_discovery_document_names_the_token_endpoint(sandbox: dict[str, Any]) -> None:
    address = f"{sandbox['url']}/{sandbox['tenant']}/v2.0/.well-known/openid-configuration"

    assert requests.get(address, timeout=10).json()["token_endpoint"] == sandbox["token_endpoint"]


@pytest.mark.parametrize("authorization", ["", "Bearer nonsense", "Bearer a.b.c", "Basic eDp5"])
def test_without_a_good_token_nothing_is_answered_but_where_to_get_one(call: Caller, authorization: str) -> None:
    answer = call("GET", "WhoAmI", Authorization=authorization)

    assert answer.status_code == 401
    assert call.ready["tenant"] in answer.headers["WWW-Authenticate"]


def test_a_forged_token_is_refused(call: Caller) -> None:
    head, payload, signature = call.token().split(".")
    changed = payload[:-4] + ("AAAA" if payload[-4:] != "AAAA" else "BBBB")

    assert call("GET", "WhoAmI", Authorization=f"Bearer {head}.{changed}.{signature}").status_code == 401


def test_an_application_without_a_user_is_not_a_member_of_the_organization(sandbox: dict[str, Any]) -> None:
    stranger = Caller(sandbox, "no_user")

    assert stranger.refusal("GET", "WhoAmI") == (403, "0x80072560")


def test_a_user_without_a_role_may_do_nothing(sandbox: dict[str, Any]) -> None:
    assert Caller(sandbox, "no_role").refusal("GET", "accounts") == (403, "0x80042f09")


def test_a_disabled_user_may_do_nothing(organization: Callable[..., Sandbox]) -> None:
    call = Caller(organization().ready)
    administrator = Caller(call.ready, "administrator")
    user = call.get("WhoAmI")["UserId"]

    assert administrator("PATCH", f"systemusers({user})", {"isdisabled": True}).status_code == 204
    assert call.refusal("GET", "accounts") == (400, "0x80041d1f")


def test_a_token_expires_after_an_hour(organization: Callable[..., Sandbox], clock: Clock) -> None:
    call = Caller(organization(clock=clock).ready)

    assert call("GET", "WhoAmI").status_code == 200
    clock.advance(seconds=3599)
    assert call("GET", "WhoAmI").status_code == 401


def test_who_am_i_names_user_business_unit_and_organization(call: Caller) -> None:
    answer = call.get("WhoAmI()")

    user = call.get(f"systemusers({answer['UserId']})?$select=applicationid,_businessunitid_value")
    assert user["applicationid"] == call.ready["client_id"]
    assert user["_businessunitid_value"] == answer["BusinessUnitId"]
    assert call.rows("organizations?$select=organizationid")[0]["organizationid"] == answer["OrganizationId"]


def test_the_organization_tells_its_version_and_name(call: Caller) -> None:
    assert call.get("RetrieveVersion")["Version"].startswith("9.2.")
    detail = call.get("RetrieveCurrentOrganization(AccessType=@p1)?@p1='Default'")["Detail"]
    assert detail["FriendlyName"] == "Contoso Sales"
    assert detail["TenantId"] == call.ready["tenant"]


def test_functions_take_get_and_actions_take_post(call: Caller) -> None:
    assert call.refusal("POST", "WhoAmI", {}) == (404, "")
    assert call.refusal("GET", "PublishAllXml") == (404, "")
