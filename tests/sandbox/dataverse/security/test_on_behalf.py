"""Acting for another user."""

from __future__ import annotations

import uuid

import pytest

from tests.sandbox.dataverse.security.office import MISSING, Office


@pytest.fixture
def ann(office: Office) -> str:
    """Ann Hill, a salesperson."""
    row = office.person("Ann", "Hill")
    office.assign("systemusers", row, office.role_named("Salesperson"))
    return row


def test_acting_for_another_user_takes_a_privilege(office: Office, ann: str) -> None:
    office.may("Global", "prvReadAccount")

    answer = office.app("GET", "accounts", MSCRMCallerID=ann)

    assert (answer.status_code, answer.json()["error"]["code"]) == MISSING
    assert "prvActOnBehalfOfAnotherUser" in answer.text


def test_what_is_done_for_another_user_is_done_by_them_and_says_through_whom(office: Office, ann: str) -> None:
    office.assign("systemusers", office.user, office.role_named("Delegate"))
    office.may("Global", "prvReadAccount", "prvCreateAccount", "prvWriteAccount")

    made = office.app("POST", "accounts", {"name": "Adatum Corporation"}, MSCRMCallerID=ann)

    row = made.headers["OData-EntityId"][-37:-1]
    wanted = "_createdby_value,_createdonbehalfby_value,_ownerid_value,_modifiedonbehalfby_value"
    found = office.boss.get(f"accounts({row})?$select={wanted}")
    assert found["_createdby_value"] == found["_ownerid_value"] == ann
    assert found["_createdonbehalfby_value"] == found["_modifiedonbehalfby_value"] == office.user
    office.boss("PATCH", f"accounts({row})", {"name": "Adatum"})
    assert office.boss.get(f"accounts({row})?$select={wanted}")["_modifiedonbehalfby_value"] is None
    assert office.app("GET", "WhoAmI", MSCRMCallerID=ann).json()["UserId"] == ann


def test_both_users_need_the_privilege(office: Office, ann: str) -> None:
    office.assign("systemusers", office.user, office.role_named("Delegate"))
    office.may("Global", "prvReadAccount", "prvDeleteAccount")
    row = office.boss.create("accounts", name="Adatum Corporation", ownerid_at_bind=f"/systemusers({ann})")

    assert office.app.refusal("POST", "accounts", {"name": "Fabrikam"}, MSCRMCallerID=ann) == MISSING  # ours may not
    assert office.app.refusal("DELETE", f"accounts({row})", MSCRMCallerID=ann) == MISSING  # Ann may not


def test_nobody_acts_for_a_disabled_user_or_for_nobody(office: Office, ann: str) -> None:
    office.assign("systemusers", office.user, office.role_named("Delegate"))
    office.boss("PATCH", f"systemusers({ann})", {"isdisabled": True})

    assert office.app.refusal("GET", "WhoAmI", MSCRMCallerID=ann) == (400, "0x80041d1f")
    assert office.app.refusal("GET", "WhoAmI", MSCRMCallerID=str(uuid.uuid4())) == (403, "0x80072560")
    assert office.app.refusal("GET", "WhoAmI", MSCRMCallerID="Ann")[0] == 400


def test_nobody_acts_for_a_person_without_a_licence_unless_they_administer(office: Office, ann: str) -> None:
    office.assign("systemusers", office.user, office.role_named("Delegate"))
    office.boss("PATCH", f"systemusers({ann})", {"islicensed": False})
    assert office.app.refusal("GET", "WhoAmI", MSCRMCallerID=ann) == (403, "0x8004d24b")

    office.boss("PATCH", f"systemusers({ann})", {"accessmode": 1})
    assert office.app("GET", "WhoAmI", MSCRMCallerID=ann).json()["UserId"] == ann

    office.boss("PATCH", f"systemusers({ann})", {"accessmode": 0, "islicensed": True})
    assert office.app("GET", "WhoAmI", MSCRMCallerID=ann).json()["UserId"] == ann


def test_a_user_is_named_by_the_object_id_of_the_directory_too(office: Office, ann: str) -> None:
    office.assign("systemusers", office.user, office.role_named("Delegate"))
    directory = str(uuid.uuid4())
    office.boss("PATCH", f"systemusers({ann})", {"azureactivedirectoryobjectid": directory})

    assert office.app("GET", "WhoAmI", CallerObjectId=directory).json()["UserId"] == ann


def test_standing_in_for_others_does_not_come_through_a_team(office: Office, ann: str) -> None:
    team = office.boss.create("teams", name="Coho", administratorid_at_bind=f"/systemusers({office.user})")
    office.assign("teams", team, office.role_named("Delegate"))
    office.boss("POST", f"teams({team})/teammembership_association/$ref", {"@odata.id": f"systemusers({office.user})"})

    assert office.app.refusal("GET", "WhoAmI", MSCRMCallerID=ann) == MISSING
