"""Who may set up, and the user that the integration works as, against a running organization."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.dataverse.access.people import (
    SYSTEM_CUSTOMIZER,
    Need,
    check_administrator,
    check_integration_user,
    find_users,
    missing_privileges,
    prepare_integration_user,
)
from integration.dataverse.connecting import connect
from integration.dataverse.session import Session
from integration.dataverse.solution import INTEGRATION_ROLES
from integration.dataverse.writing.links import Address, associate, disassociate
from integration.sandbox import Options, Sandbox
from integration.systems.errors import ConfigurationProblem, PrivilegeMissing, RoleMissing
from integration.systems.findings import Severity

APP = uuid.UUID("5d2f9a0e-7f44-4a0b-9d5b-3f9f6f0f6a11")


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[dict[str, Any]]:
    running = Sandbox(Options(str(tmp_path / "organization.sqlite3")))
    running.start()
    yield running.ready
    running.stop()


@pytest.fixture
def signed_in(ready: dict[str, Any]) -> Iterator[Callable[[str], Session]]:
    """A line to the organization as one of its registered clients."""
    opened = []

    def open_line(client: str) -> Session:
        given = ready["clients"][client]
        found = connect(
            ready["url"], ready["tenant"], given["client_id"], given["client_secret"], ready["token_endpoint"]
        )
        opened.append(found)
        return found.session

    yield open_line
    for line in opened:
        line.close()


@pytest.fixture
def boss(signed_in: Callable[[str], Session]) -> Session:
    return signed_in("administrator")


def rows(session: Session, path: str) -> list[dict[str, Any]]:
    return session.request("GET", path).json()["value"]


def me(session: Session) -> Address:
    return Address("systemusers", uuid.UUID(session.request("GET", "WhoAmI").json()["UserId"]))


def role(session: Session, name: str, unit: str = "") -> Address:
    where = f"name eq '{name}'" + (f" and _businessunitid_value eq {unit}" if unit else "")
    return Address("roles", uuid.UUID(rows(session, f"roles?$select=name&$filter={where}")[0]["roleid"]))


def take_away(session: Session, user: Address, name: str) -> None:
    disassociate(session, user, "systemuserroles_association", role(session, name))


# --- the administrator -----------------------------------------------------------------------------------------------


def test_who_has_both_roles_may_set_up(boss: Session) -> None:
    found = check_administrator(boss)

    assert (found.id, found.name) == (me(boss).id, "Contoso Administrator")
    assert {"System Administrator", "System Customizer"} <= set(found.roles)


def test_a_missing_customizer_role_is_named(boss: Session) -> None:
    take_away(boss, me(boss), "System Customizer")

    with pytest.raises(RoleMissing, match="Administrator does not have the security role System Customizer in"):
        check_administrator(boss)


def test_both_missing_roles_are_named(signed_in: Callable[..., Any]) -> None:
    with pytest.raises(RoleMissing, match="the security roles System Administrator and System Customizer"):
        check_administrator(signed_in("integration"))


def test_a_role_is_known_by_its_template_whatever_it_is_called(boss: Session) -> None:
    row = rows(boss, f"roles?$filter=_roletemplateid_value eq {SYSTEM_CUSTOMIZER}")[0]
    boss.request("PATCH", f"roles({row['roleid']})", body={"name": "Systemanpasser"})

    assert "Systemanpasser" in check_administrator(boss).roles


def test_a_role_of_a_team_counts(boss: Session) -> None:
    user, team = me(boss), uuid.uuid4()
    boss.request("POST", "teams", body={"teamid": str(team), "name": "Setup", "administratorid@odata.bind": f"/{user}"})
    associate(boss, Address("teams", team), "teamroles_association", role(boss, "System Customizer"))
    associate(boss, Address("teams", team), "teammembership_association", user)
    take_away(boss, user, "System Customizer")

    assert check_administrator(boss).id == user.id


def test_who_is_not_enabled_does_not_set_up(boss: Session, signed_in: Callable[..., Any]) -> None:
    other = signed_in("integration")
    user = me(other)
    boss.request("PATCH", str(user), body={"isdisabled": True})

    with pytest.raises(Exception, match="disabled"):
        check_administrator(other)


# --- the integration user --------------------------------------------------------------------------------------------


def test_the_application_user_is_created_with_its_roles_and_a_placeholder_address(boss: Session) -> None:
    made = prepare_integration_user(boss, APP, INTEGRATION_ROLES)

    row = boss.request("GET", f"systemusers({made.id})").json()
    assert (made.created, made.name, made.roles) == (True, "Business Central Integration", INTEGRATION_ROLES)
    assert (row["applicationid"], row["internalemailaddress"]) == (str(APP), "john@contoso.com")
    assert check_integration_user(boss, made.id) == []


def test_preparing_it_again_changes_nothing(boss: Session) -> None:
    first = prepare_integration_user(boss, APP, INTEGRATION_ROLES)
    before = rows(boss, "systemusers?$select=fullname")

    again = prepare_integration_user(boss, APP, INTEGRATION_ROLES)

    assert (again.id, again.created, again.roles) == (first.id, False, first.roles)
    assert rows(boss, "systemusers?$select=fullname") == before


def test_the_next_application_user_gets_the_next_free_address(boss: Session) -> None:
    prepare_integration_user(boss, APP, ())
    second = prepare_integration_user(boss, uuid.uuid4(), ())
    third = prepare_integration_user(boss, uuid.uuid4(), ())

    mails = [boss.request("GET", f"systemusers({one.id})").json()["internalemailaddress"] for one in (second, third)]
    assert mails == ["john1@contoso.com", "john2@contoso.com"]


def test_roles_are_those_of_the_business_unit_of_the_user(boss: Session) -> None:
    unit, user = uuid.uuid4(), uuid.uuid4()
    root = rows(boss, "businessunits?$select=name")[0]["businessunitid"]
    north = {"businessunitid": str(unit), "name": "North", "parentbusinessunitid@odata.bind": f"/businessunits({root})"}
    boss.request("POST", "businessunits", body=north)
    body = {
        "systemuserid": str(user),
        "applicationid": str(APP),
        "lastname": "Coho",
        "internalemailaddress": "coho@coho.example",
        "businessunitid@odata.bind": f"/businessunits({unit})",
    }
    boss.request("POST", "systemusers", body=body)

    prepare_integration_user(boss, APP, INTEGRATION_ROLES)

    given = rows(boss, f"systemusers({user})/systemuserroles_association?$select=_businessunitid_value")
    assert {row["_businessunitid_value"] for row in given} == {str(unit)}
    assert check_integration_user(boss, user) == []


def test_a_role_that_is_not_there_is_named(boss: Session) -> None:
    with pytest.raises(ConfigurationProblem, match="no security role “Wine Taster”"):
        prepare_integration_user(boss, APP, ["Wine Taster"])


def test_a_disabled_application_user_is_not_prepared(boss: Session) -> None:
    user = prepare_integration_user(boss, APP, ()).id
    boss.request("PATCH", f"systemusers({user})", body={"isdisabled": True})

    with pytest.raises(ConfigurationProblem, match="Business Central Integration is disabled"):
        prepare_integration_user(boss, APP, INTEGRATION_ROLES)


def test_an_administrator_does_not_become_the_integration_user(boss: Session, ready: dict[str, Any]) -> None:
    application = uuid.UUID(ready["clients"]["administrator"]["client_id"])

    with pytest.raises(ConfigurationProblem, match="must not work as an administrator"):
        prepare_integration_user(boss, application, INTEGRATION_ROLES)


def test_who_may_not_create_users_is_told_which_privilege_is_missing(signed_in: Callable[..., Any]) -> None:
    with pytest.raises(PrivilegeMissing, match="prvCreateUser"):
        prepare_integration_user(signed_in("integration"), APP, ())


def test_everything_that_is_wrong_with_the_integration_user_is_told(boss: Session) -> None:
    user = Address("systemusers", prepare_integration_user(boss, APP, INTEGRATION_ROLES[:1]).id)
    associate(boss, user, "systemuserroles_association", role(boss, "System Administrator"))
    boss.request("PATCH", str(user), body={"isdisabled": True, "accessmode": 0})

    found = check_integration_user(boss, user.id)

    assert {(one.code, one.severity, one.what) for one in found} == {
        ("integration-user", Severity.ERROR, "Integration user")
    }
    disabled, administrator, role_missing, access_mode = found
    assert "is disabled" in disabled.message
    assert (administrator.name, role_missing.name) == ("System Administrator", INTEGRATION_ROLES[1])
    assert access_mode.name == "Read-Write"
    assert all("Business Central Integration" in one.message for one in found)


def test_a_user_that_is_gone_is_one_finding(boss: Session) -> None:
    [found] = check_integration_user(boss, uuid.uuid4())
    assert "does not exist" in found.message


def test_users_to_choose_from_are_enabled_and_not_of_the_service(boss: Session) -> None:
    user = prepare_integration_user(boss, APP, ()).id
    other = prepare_integration_user(boss, uuid.uuid4(), ()).id
    boss.request("PATCH", f"systemusers({other})", body={"isdisabled": True})

    found = {one.id: one for one in find_users(boss)}

    assert (found[user].application, found[user].licensed) == (APP, False)
    assert other not in found
    assert "SYSTEM" not in {one.name for one in found.values()}


def test_missing_privileges_are_named_once_and_in_order(boss: Session, signed_in: Callable[..., Any]) -> None:
    user = me(signed_in("integration"))
    needs = [
        Need("account", "Write"),
        Need("systemuser", "Create"),
        Need("role", "Delete"),
        Need("systemuser", "Create"),
    ]

    assert missing_privileges(boss, user.id, needs) == ["prvCreateUser", "prvDeleteRole"]
