"""Users of applications, and who belongs to which business unit and team."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from integration.sandbox import Sandbox
from tests.sandbox.conftest import Caller

CRM = "Microsoft.Dynamics.CRM"


@pytest.fixture
def boss(organization: Callable[..., Sandbox]) -> Caller:
    return Caller(organization().ready, "administrator")


def application(boss: Caller, mail: str = "coho@coho.example", **values: Any) -> str:
    given = {"applicationid": str(uuid.uuid4()), "lastname": "Coho Winery", "internalemailaddress": mail}
    return boss.create("systemusers", **given, **values)


def role(boss: Caller, unit: str) -> str:
    return boss.rows(f"roles?$filter=name eq 'Salesperson' and _businessunitid_value eq {unit}")[0]["roleid"]


def test_the_user_of_an_application_is_not_interactive_and_needs_no_licence(boss: Caller) -> None:
    user = application(boss, accessmode=0)

    found = boss.get(f"systemusers({user})?$select=accessmode,islicensed,fullname,_businessunitid_value")

    assert (found["accessmode"], found["islicensed"], found["fullname"]) == (4, False, "Coho Winery")
    assert found["_businessunitid_value"] == boss.rows("businessunits")[0]["businessunitid"]


@pytest.mark.parametrize(
    ("mail", "same", "refused"),
    [
        ("adatum@coho.example", True, (412, "0x80040237")),
        ("COHO@coho.example", False, (412, "0x80040237")),
        (None, False, (400, "0x80040203")),
    ],
)
def test_there_is_one_user_for_an_application_and_an_address(
    boss: Caller, mail: str | None, same: bool, refused: tuple[int, str]
) -> None:
    first = boss.get(f"systemusers({application(boss)})?$select=applicationid")["applicationid"]
    body = {"applicationid": first if same else str(uuid.uuid4()), "lastname": "Other", "internalemailaddress": mail}

    assert boss.refusal("POST", "systemusers", body) == refused


def test_who_moves_to_another_business_unit_loses_the_roles_of_the_old_one(boss: Caller) -> None:
    user, root = application(boss), boss.rows("businessunits")[0]["businessunitid"]
    north = boss.create("businessunits", name="North", parentbusinessunitid_at_bind=f"/businessunits({root})")
    roles = f"systemusers({user})/systemuserroles_association"
    boss("POST", f"{roles}/$ref", {"@odata.id": f"roles({role(boss, root)})"})

    boss("PATCH", f"systemusers({user})", {"lastname": "Coho", "businessunitid@odata.bind": f"/businessunits({root})"})
    assert len(boss.rows(roles)) == 1
    boss("PATCH", f"systemusers({user})", {"businessunitid@odata.bind": f"/businessunits({north})"})

    assert boss.rows(roles) == []
    assert boss("POST", f"{roles}/$ref", {"@odata.id": f"roles({role(boss, north)})"}).status_code == 204


def test_teams_take_members_in_and_let_them_go(boss: Caller) -> None:
    one, other = application(boss), application(boss, "adatum@coho.example")
    team = boss.create("teams", name="Coho")
    both = {"Members": [{"@odata.type": f"{CRM}.systemuser", "systemuserid": user} for user in (one, other)]}
    members = f"teams({team})/teammembership_association?$select=fullname"

    assert boss("POST", f"teams({team})/{CRM}.AddMembersTeam", {"Members": both["Members"][:1]}).status_code == 204
    assert boss("POST", f"teams({team})/{CRM}.AddMembersTeam", both).status_code == 204
    assert {row["systemuserid"] for row in boss.rows(members)} == {one, other}
    assert boss("POST", f"teams({team})/{CRM}.RemoveMembersTeam", {"Members": both["Members"][:1]}).status_code == 204
    assert [row["systemuserid"] for row in boss.rows(members)] == [other]
    assert boss.refusal("POST", f"teams({team})/{CRM}.AddMembersTeam", {"Members": [{}]})[0] == 400


def test_a_team_holds_the_roles_of_its_business_unit_and_an_access_team_none(boss: Caller) -> None:
    root = boss.rows("businessunits")[0]["businessunitid"]
    north = boss.create("businessunits", name="North", parentbusinessunitid_at_bind=f"/businessunits({root})")
    team = boss.create("teams", name="Coho", businessunitid_at_bind=f"/businessunits({north})")
    access = boss.create("teams", name="Readers", teamtype=1)

    def give(holder: str, unit: str) -> int:
        body = {"@odata.id": f"roles({role(boss, unit)})"}
        return boss("POST", f"teams({holder})/teamroles_association/$ref", body).status_code

    assert give(team, root) == 400
    assert give(team, north) == 204
    assert give(access, root) == 400
    assert [row["name"] for row in boss.rows(f"teams({team})/teamroles_association?$select=name")] == ["Salesperson"]
