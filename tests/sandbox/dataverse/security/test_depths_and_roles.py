"""A privilege reaches as far as its depth, and roles are how users come by it."""

from __future__ import annotations

import pytest

from integration.sandbox.dataverse.security.privileges import identity
from tests.sandbox.dataverse.http.batches import change_set, part, request_text, send
from tests.sandbox.dataverse.security.office import ACCOUNT_DEFINITION, CRM, MISSING, TOO_FAR, Office


@pytest.mark.parametrize(
    ("depth", "seen"),
    [
        ("Basic", {"own"}),
        ("Local", {"own", "unit"}),
        ("Deep", {"own", "unit", "below"}),
        ("Global", {"own", "unit", "below", "root"}),
    ],
)
def test_a_privilege_reaches_as_far_as_its_depth(office: Office, depth: str, seen: set[str]) -> None:
    north = office.boss.create(
        "businessunits", name="North", parentbusinessunitid_at_bind=f"/businessunits({office.unit})"
    )
    coast = office.boss.create("businessunits", name="Coast", parentbusinessunitid_at_bind=f"/businessunits({north})")
    office.may(depth, "prvReadAccount")
    copy = office.role_named("Storekeeper of Coho Winery", north)
    office.boss("DELETE", f"systemusers({office.user})/systemuserroles_association({office.role})/$ref")
    office.boss("PATCH", f"systemusers({office.user})", {"businessunitid@odata.bind": f"/businessunits({north})"})
    assert office.assign("systemusers", office.user, copy).status_code == 204
    owners = {
        "own": office.user,
        "unit": office.person("Ann", "Hill", north),
        "below": office.person("Bart", "Duncan", coast),
        "root": office.person("Helen", "Ray"),
    }
    for owner, unit in ((owners["unit"], north), (owners["below"], coast), (owners["root"], office.unit)):
        assert office.assign("systemusers", owner, office.role_named("Salesperson", unit)).status_code == 204
    for name, owner in owners.items():
        office.boss.create("accounts", name=name, ownerid_at_bind=f"/systemusers({owner})")

    found = {row["name"]: row["accountid"] for row in office.app.rows("accounts?$select=name")}

    assert set(found) == seen
    assert office.app("GET", "accounts/$count").content.decode("utf-8-sig") == str(len(seen))


def test_a_row_out_of_reach_is_neither_changed_nor_deleted(office: Office) -> None:
    office.may("Basic", "prvReadAccount", "prvWriteAccount", "prvDeleteAccount")
    mine = office.boss.create("accounts", name="Mine", ownerid_at_bind=f"/systemusers({office.user})")
    other = office.boss.create("accounts", name="Adatum Corporation")

    assert office.app("PATCH", f"accounts({mine})", {"name": "Still mine"}).status_code == 204
    assert office.app.refusal("PATCH", f"accounts({other})", {"name": "Taken"}) == TOO_FAR
    assert office.app.refusal("DELETE", f"accounts({other})") == TOO_FAR
    assert office.app.refusal("GET", f"accounts({other})")[0] in (403, 404)


def test_changes_are_followed_only_by_who_sees_the_whole_organization(office: Office) -> None:
    office.may("Local", "prvReadAccount")

    assert office.app.refusal("GET", "accounts?$select=name", Prefer="odata.track-changes") == MISSING


def test_rows_of_a_team_belong_to_its_members(office: Office) -> None:
    team = office.boss.create("teams", name="Coho", administratorid_at_bind=f"/systemusers({office.user})")
    office.assign("teams", team, office.role_named("Salesperson"))
    office.boss.create("accounts", name="Owned by the team", ownerid_at_bind=f"/teams({team})")
    office.may("Basic", "prvReadAccount")
    assert office.app.rows("accounts?$select=name") == []

    office.boss("POST", f"teams({team})/teammembership_association/$ref", {"@odata.id": f"systemusers({office.user})"})

    assert [row["name"] for row in office.app.rows("accounts?$select=name")] == ["Owned by the team"]


def test_the_role_of_a_team_counts_for_its_members_from_the_moment_they_join(office: Office) -> None:
    team = office.boss.create("teams", name="Coho", administratorid_at_bind=f"/systemusers({office.user})")
    office.assign("teams", team, office.role_named("Salesperson"))
    assert office.app.refusal("GET", "quotes") == MISSING

    office.boss("POST", f"teams({team})/teammembership_association/$ref", {"@odata.id": f"systemusers({office.user})"})

    assert office.app.rows("quotes") == []
    office.boss("DELETE", f"teams({team})/teammembership_association({office.user})/$ref")
    assert office.app.refusal("GET", "quotes") == MISSING


def test_a_role_that_was_given_in_a_failed_change_set_is_not_held(office: Office) -> None:
    roles = f"systemusers({office.user})/systemuserroles_association/$ref"
    given = {"@odata.id": f"{office.boss.root}roles({office.role_named('Salesperson')})"}
    wrong = part(request_text("POST", "accounts", {"nothing": 1}), "2")

    answer = send(office.boss, change_set(part(request_text("POST", roles, given), "1"), wrong))

    assert "nothing" in answer.text
    assert office.app.refusal("GET", "quotes") == MISSING
    office.assign("systemusers", office.user, office.role_named("Salesperson"))
    assert office.app.rows("quotes") == []


def test_a_role_has_a_copy_in_every_business_unit_and_only_the_own_one_is_given(office: Office) -> None:
    north = office.boss.create(
        "businessunits", name="North", parentbusinessunitid_at_bind=f"/businessunits({office.unit})"
    )
    ann = office.person("Ann", "Hill", north)
    own = office.role_named("Salesperson", north)

    assert office.assign("systemusers", ann, office.role_named("Salesperson")).status_code == 400
    assert office.assign("systemusers", ann, own).status_code == 204
    copy = office.boss.get(f"roles({own})?$select=_parentroleid_value,_parentrootroleid_value")
    assert copy["_parentrootroleid_value"] == office.role_named("Salesperson")
    assert office.boss.rows(f"roles({own})/roleprivileges_association?$select=name")


def test_roles_are_assigned_by_who_may_assign_roles(office: Office) -> None:
    office.may("Global", "prvReadUser", "prvReadRole", "prvWriteUser", "prvAppendToRole", "prvAppendUser")

    answer = office.assign("systemusers", office.user, office.role_named("System Administrator"), by=office.app)

    assert answer.status_code == 403
    assert "prvAssignRole" in answer.text


def test_the_privileges_of_tables_can_be_read_with_the_roles_that_hold_them(office: Office) -> None:
    found = office.boss.rows("privileges?$select=name,accessright&$filter=name eq 'prvReadAccount'")
    told = office.boss.get(f"{ACCOUNT_DEFINITION}?$select=LogicalName,Privileges")
    reads = [one for one in told["Privileges"] if one["PrivilegeType"] == "Read"]

    assert [(row["name"], row["accessright"]) for row in found] == [("prvReadAccount", 1)]
    assert reads[0]["PrivilegeId"] == found[0]["privilegeid"]
    assert reads[0]["CanBeBasic"]
    holders = office.boss.rows(f"privileges({found[0]['privilegeid']})/roleprivileges_association?$select=name")
    assert "Salesperson" in {row["name"] for row in holders}


def test_the_privileges_of_a_user_are_told_with_their_depth(office: Office) -> None:
    office.may("Local", "prvReadAccount")
    office.also("Global", "prvReadContact")

    told = office.boss.get(f"systemusers({office.user})/{CRM}.RetrieveUserPrivileges()")["RolePrivileges"]
    one = office.boss.get(
        f"systemusers({office.user})/{CRM}.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvReadAccount')"
    )["RolePrivileges"]

    assert {row["PrivilegeName"]: row["Depth"] for row in told} == {
        "prvReadAccount": "Local",
        "prvReadContact": "Global",
    }
    assert [row["PrivilegeId"] for row in one] == [identity("prvReadAccount")]
    assert one[0]["BusinessUnitId"] == office.unit


def test_the_widest_of_several_depths_counts(office: Office) -> None:
    office.may("Basic", "prvReadAccount")
    office.assign("systemusers", office.user, office.role_named("Salesperson"))

    path = (
        f"systemusers({office.user})/{CRM}.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName=@p)?@p='prvReadAccount'"
    )
    assert [row["Depth"] for row in office.boss.get(path)["RolePrivileges"]] == ["Global"]


def test_the_access_to_one_row_is_told(office: Office) -> None:
    office.may("Basic", "prvWriteAccount")
    office.also("Global", "prvReadAccount")
    mine = office.boss.create("accounts", name="Mine", ownerid_at_bind=f"/systemusers({office.user})")
    other = office.boss.create("accounts", name="Adatum Corporation")
    path = f"systemusers({office.user})/{CRM}.RetrievePrincipalAccess(Target=@t)?@t={{'@odata.id':'accounts(%s)'}}"

    assert office.boss.get(path % mine)["AccessRights"] == "ReadAccess, WriteAccess"
    assert office.boss.get(path % other)["AccessRights"] == "ReadAccess"
