"""What the organization answers about rights, and what it takes to change them, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integration.sandbox import Options, Sandbox
from integration.sandbox.dataverse.security.people import people_to_sign_in
from integration.sandbox.dataverse.security.privileges import identity
from integration.sandbox.dataverse.security.rights import find_user
from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.security.office import CRM, Office
from tests.sandbox.dataverse.writer import NOBODY, Writer, refused

READ, WRITE, PRODUCT = identity("prvReadAccount"), identity("prvWriteAccount"), identity("prvReadProduct")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office for all tests of this module: each makes the roles and people it needs."""
    running = Sandbox(Options(str(tmp_path_factory.mktemp("office") / "organization.sqlite3")))
    running.start()
    yield Office(running)
    running.stop()


@pytest.fixture(scope="module")
def anna(office: Office) -> str:
    """Reads all accounts and writes her own; the role is called after her."""
    user = office.person("Anna", "Hill")
    role = office.boss.create("roles", name="Role of Anna")
    held = [{"PrivilegeId": READ, "Depth": "Global"}, {"PrivilegeId": WRITE, "Depth": "Basic"}]
    assert office.boss("POST", f"roles({role})/{CRM}.AddPrivilegesRole", {"Privileges": held}).status_code == 204
    assert office.assign("systemusers", user, role).status_code == 204
    return user


def asked(call: Caller, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call.get(path)["RolePrivileges"]
    return found


def test_the_privileges_of_a_user_are_listed_with_depth_and_unit(office: Office, anna: str) -> None:
    found = asked(office.boss, f"systemusers({anna})/{CRM}.RetrieveUserPrivileges()")

    assert [(one["PrivilegeName"], one["Depth"]) for one in found] == [
        ("prvReadAccount", "Global"),
        ("prvWriteAccount", "Basic"),
    ]
    assert {one["BusinessUnitId"] for one in found} == {office.unit}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvReadAccount')", ["prvReadAccount"]),
        ("RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvReadContact')", []),
        ("RetrieveUserPrivilegeByPrivilegeName(PrivilegeName=@p)?@p='prvWriteAccount'", ["prvWriteAccount"]),
        (f"RetrieveUserPrivilegeByPrivilegeId(PrivilegeId={WRITE})", ["prvWriteAccount"]),
        (f"RetrieveUserPrivilegeByPrivilegeId(PrivilegeId={WRITE.upper()})", ["prvWriteAccount"]),
        (f"RetrieveUserPrivilegeByPrivilegeId(PrivilegeId={NOBODY})", []),
        (
            "RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@n)?@n=['prvReadAccount','prvReadContact']",
            ["prvReadAccount"],
        ),
    ],
)
def test_one_privilege_is_asked_for_by_name_or_id(office: Office, anna: str, question: str, names: list[str]) -> None:
    found = asked(office.boss, f"systemusers({anna})/{CRM}.{question}")

    assert [one["PrivilegeName"] for one in found] == names


@pytest.mark.parametrize(
    "question",
    ["RetrieveUserPrivilegeByPrivilegeName()", "RetrieveUserPrivilegeByPrivilegeId(Id=5)", "RetrievePrincipalAccess()"],
)
def test_a_question_without_its_parameter_is_no_resource(office: Office, anna: str, question: str) -> None:
    assert office.boss.refusal("GET", f"systemusers({anna})/{CRM}.{question}")[0] == 404


def test_who_may_do_nothing_holds_nothing(office: Office) -> None:
    nobody, gone = office.person("No", "Body"), office.person("Gone", "Away")
    office.assign("systemusers", gone, office.role_named("Salesperson"))
    office.boss("PATCH", f"systemusers({gone})", {"isdisabled": True})
    account = office.boss.create("accounts", name="Adatum")

    for user in (nobody, gone):
        assert asked(office.boss, f"systemusers({user})/{CRM}.RetrieveUserPrivileges()") == []
        assert access(office, user, f"accounts({account})") == "None"


def access(office: Office, user: str, row: str) -> str:
    path = f"systemusers({user})/{CRM}.RetrievePrincipalAccess(Target=@t)?@t={{'@odata.id':'{row}'}}"
    return str(office.boss.get(path)["AccessRights"])


def test_the_access_to_a_row_is_what_the_roles_reach(office: Office, anna: str) -> None:
    others = office.boss.create("accounts", name="Adatum")
    own = office.boss.create("accounts", name="Relecloud", ownerid_at_bind=f"/systemusers({anna})")

    assert access(office, anna, f"accounts({others})") == "ReadAccess"
    assert access(office, anna, f"accounts({own})") == "ReadAccess, WriteAccess"


def test_the_access_of_nobody_or_to_nothing_is_not_found(office: Office, anna: str) -> None:
    account = office.boss.create("accounts", name="Adatum")
    target = "RetrievePrincipalAccess(Target=@t)?@t={'@odata.id':"

    unknown_user = f"systemusers({NOBODY})/{CRM}.{target}'accounts({account})'}}"
    assert office.boss.refusal("GET", unknown_user) == (404, "0x80040217")
    unknown_row = f"systemusers({anna})/{CRM}.{target}'accounts({NOBODY})'}}"
    assert office.boss.refusal("GET", unknown_row) == (404, "0x80040217")
    no_row = f"systemusers({anna})/{CRM}.RetrievePrincipalAccess(Target='Adatum')"
    assert office.boss.refusal("GET", no_row) == (400, "0x80060888")


def test_the_privileges_of_a_role_and_of_a_team_are_listed_by_name(office: Office) -> None:
    role = office.boss.create("roles", name="Role of the team")
    held = [{"PrivilegeId": one, "Depth": "Global"} for one in (WRITE, READ)]
    office.boss("POST", f"roles({role})/{CRM}.AddPrivilegesRole", {"Privileges": held})
    team = office.boss.create("teams", name="Orchard")
    assert asked(office.boss, f"teams({team})/{CRM}.RetrieveTeamPrivileges()") == []
    office.assign("teams", team, role)

    for path in (f"teams({team})/{CRM}.RetrieveTeamPrivileges()", f"RetrieveRolePrivilegesRole(RoleId={role})"):
        assert [one["PrivilegeName"] for one in asked(office.boss, path)] == ["prvReadAccount", "prvWriteAccount"]
    assert office.boss.refusal("GET", f"RetrieveRolePrivilegesRole(RoleId={NOBODY})") == (404, "0x80040217")


# --- changing what a role holds --------------------------------------------------------------------------------------


@pytest.fixture
def role(office: Office, request: pytest.FixtureRequest) -> str:
    return office.boss.create("roles", name=request.node.name[:90])


def change(office: Office, role: str, body: Any, message: str = "AddPrivilegesRole") -> tuple[int, str]:
    answer = office.boss("POST", f"roles({role})/{CRM}.{message}", body)
    return answer.status_code, answer.json()["error"]["code"] if answer.content else ""


def names(office: Office, role: str) -> dict[str, str]:
    found = asked(office.boss, f"RetrieveRolePrivilegesRole(RoleId={role})")
    return {one["PrivilegeName"]: one["Depth"] for one in found}


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (400, "0x80040203")),
        ({"Privileges": {"PrivilegeId": READ, "Depth": "Global"}}, (400, "0x80040203")),
        ({"Privileges": [READ]}, (400, "0x80040203")),
        ({"Privileges": [{"PrivilegeId": READ}]}, (400, "0x80040203")),
        ({"Privileges": [{"PrivilegeId": READ, "Depth": "World"}]}, (400, "0x80040203")),
        ({"Privileges": [{"Depth": "Global"}]}, (400, "0x80041408")),
        ({"Privileges": [{"PrivilegeId": NOBODY, "Depth": "Global"}]}, (404, "0x80040217")),
        ({"Privileges": [{"PrivilegeId": "prvReadAccount", "Depth": "Global"}]}, (404, "0x80040217")),
        ({"Privileges": [{"PrivilegeId": PRODUCT, "Depth": "Basic"}]}, (400, "0x8004140b")),
        ({"Privileges": [{"PrivilegeId": PRODUCT, "Depth": "Deep"}]}, (400, "0x8004140b")),
        ({"Privileges": [{"PrivilegeId": READ, "Depth": "Basic"}] * 2}, (400, "0x8004140f")),
    ],
)
@pytest.mark.parametrize("message", ["AddPrivilegesRole", "ReplacePrivilegesRole"])
def test_privileges_that_cannot_be_held_change_nothing(
    office: Office, role: str, message: str, body: Any, refusal: tuple[int, str]
) -> None:
    office.boss(
        "POST", f"roles({role})/{CRM}.AddPrivilegesRole", {"Privileges": [{"PrivilegeId": WRITE, "Depth": "Local"}]}
    )

    assert change(office, role, body, message) == refusal
    assert names(office, role) == {"prvWriteAccount": "Local"}


def test_privileges_are_added_changed_replaced_and_taken_away(office: Office, role: str) -> None:
    one = {"PrivilegeId": READ, "Depth": "Basic"}
    assert change(office, role, {"Privileges": [one, {"PrivilegeId": PRODUCT, "Depth": "Global"}]}) == (204, "")
    assert names(office, role) == {"prvReadAccount": "Basic", "prvReadProduct": "Global"}

    assert change(office, role, {"Privileges": [{**one, "PrivilegeId": READ.upper(), "Depth": "Deep"}]}) == (204, "")
    assert names(office, role) == {"prvReadAccount": "Deep", "prvReadProduct": "Global"}

    replaced = {"Privileges": [{"PrivilegeId": WRITE, "Depth": "Local"}]}
    assert change(office, role, replaced, "ReplacePrivilegesRole") == (204, "")
    assert names(office, role) == {"prvWriteAccount": "Local"}

    assert change(office, role, {"PrivilegeId": READ}, "RemovePrivilegeRole") == (204, "")
    assert change(office, role, {"PrivilegeId": WRITE}, "RemovePrivilegeRole") == (204, "")
    assert names(office, role) == {}


@pytest.mark.parametrize("body", [{}, {"PrivilegeId": "prvReadAccount"}, {"PrivilegeId": None}, []])
def test_a_privilege_that_is_taken_away_is_named_by_its_id(office: Office, role: str, body: Any) -> None:
    assert change(office, role, body, "RemovePrivilegeRole") == (400, "0x80040203")


@pytest.mark.parametrize("message", ["AddPrivilegesRole", "ReplacePrivilegesRole"])
def test_nobody_changes_what_administrators_hold(office: Office, message: str) -> None:
    role = office.role_named("System Administrator")
    before = names(office, role)

    assert change(office, role, {"Privileges": [{"PrivilegeId": READ, "Depth": "Basic"}]}, message) == (
        400,
        "0x80041d31",
    )
    assert change(office, role, {"PrivilegeId": READ}, "RemovePrivilegeRole") == (400, "0x80041d31")
    assert names(office, role) == before


def test_a_role_that_is_not_there_is_not_changed(office: Office) -> None:
    body = {"Privileges": [{"PrivilegeId": READ, "Depth": "Global"}]}

    assert change(office, NOBODY, body) == (404, "0x80040217")


# --- teams -----------------------------------------------------------------------------------------------------------


def test_members_come_and_go_and_who_is_in_stays_in(office: Office) -> None:
    team = office.boss.create("teams", name="Harvest")
    ben, cleo = office.person("Ben", "Oak"), office.person("Cleo", "Ash")
    everybody = {"Members": [{"systemuserid": ben}, {"ownerid": cleo}]}

    for _ in range(2):
        assert office.boss("POST", f"teams({team})/{CRM}.AddMembersTeam", everybody).status_code == 204
    inside = f"teams({team})/teammembership_association?$select=lastname"
    assert sorted(row["lastname"] for row in office.boss.rows(inside)) == ["Ash", "Oak"]

    for _ in range(2):
        body = {"Members": [{"systemuserid": ben}]}
        assert office.boss("POST", f"teams({team})/{CRM}.RemoveMembersTeam", body).status_code == 204
    assert [row["lastname"] for row in office.boss.rows(inside)] == ["Ash"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (400, "0x80040203")),
        ({"Members": "Anna"}, (400, "0x80040203")),
        ({"Members": ["Anna"]}, (400, "0x80040203")),
        ({"Members": [{}]}, (400, "0x80040203")),
        ({"Members": [{"systemuserid": "Anna"}]}, (400, "0x80040203")),
        ({"Members": [{"systemuserid": NOBODY}]}, (404, "0x80040217")),
    ],
)
def test_members_are_users_who_are_there(office: Office, body: Any, refusal: tuple[int, str]) -> None:
    team = office.boss.create("teams", name="Harvest")

    assert office.boss.refusal("POST", f"teams({team})/{CRM}.AddMembersTeam", body) == refusal


def test_what_a_role_holds_is_not_changed_by_links(office: Office) -> None:
    role = office.role_named("Salesperson")
    path = f"roles({role})/roleprivileges_association/$ref"

    assert office.boss.refusal("POST", path, {"@odata.id": f"privileges({READ})"}) == (400, "0x80040203")


# --- who signs in ----------------------------------------------------------------------------------------------------


def test_people_who_may_sign_in_are_listed_administrators_first(writer: Writer) -> None:
    body = {"internalemailaddress": "anna@coho.example", "islicensed": True}
    writer.create("systemuser", firstname="Anna", lastname="Hill", **body)
    writer.create("systemuser", firstname="Dora", lastname="Off", isdisabled=True)
    writer.create("systemuser", firstname="Rob", lastname="Reader", accessmode=2)

    found = people_to_sign_in(writer.connection)

    assert [(one.name, one.mail) for one in found] == [
        ("Nancy Anderson", "nancy.anderson@contoso-sales.example"),
        ("Anna Hill", "anna@coho.example"),
    ]
    assert find_user(writer.connection, ("firstname", "Anna")) == found[1].id
    with refused("0x80072560", status=403):
        find_user(writer.connection, ("firstname", "Nobody"))
