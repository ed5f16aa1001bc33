"""What users may do is what their security roles say."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from integration.sandbox import Sandbox
from integration.sandbox.dataverse.security.privileges import identity
from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.http.test_batch import change_set, part, request_text, send

CRM = "Microsoft.Dynamics.CRM"
MISSING, TOO_FAR = (403, "0x80040220"), (403, "0x80048306")
ACCOUNT_DEFINITION = "EntityDefinitions(LogicalName='account')"


class Office:
    """An organization of its own, its administrator, and a user of an application whose one role is made by hand."""

    def __init__(self, running: Sandbox) -> None:
        self.running = running
        self.boss = Caller(running.ready, "administrator")
        self.app = Caller(running.ready, "no_role")
        client = running.ready["clients"]["no_role"]["client_id"]
        found = self.boss.rows(f"systemusers?$select=_businessunitid_value&$filter=applicationid eq {client}")[0]
        self.user, self.unit = found["systemuserid"], found["_businessunitid_value"]
        self.role = self.boss.create("roles", name="Storekeeper of Coho Winery")
        self.assign("systemusers", self.user, self.role)

    def may(self, depth: str = "Global", *names: str) -> None:
        """The hand-made role holds exactly these privileges."""
        held = [{"PrivilegeId": identity(name), "Depth": depth} for name in names]
        answer = self.boss("POST", f"roles({self.role})/{CRM}.ReplacePrivilegesRole", {"Privileges": held})
        assert answer.status_code == 204, answer.text

    def also(self, depth: str, *names: str) -> None:
        held = [{"PrivilegeId": identity(name), "Depth": depth} for name in names]
        answer = self.boss("POST", f"roles({self.role})/{CRM}.AddPrivilegesRole", {"Privileges": held})
        assert answer.status_code == 204, answer.text

    def assign(self, holders: str, holder: str, role: str, by: Caller | None = None) -> Any:
        table = holders.removesuffix("s")
        address = f"{holders}({holder})/{table}roles_association/$ref"
        return (by or self.boss)("POST", address, {"@odata.id": f"roles({role})"})

    def role_named(self, name: str, unit: str | None = None) -> str:
        where = f"name eq '{name}' and _businessunitid_value eq {unit or self.unit}"
        return self.boss.rows(f"roles?$select=name&$filter={where}")[0]["roleid"]

    def person(self, first: str, last: str, unit: str | None = None) -> str:
        given: dict[str, Any] = {"businessunitid_at_bind": f"/businessunits({unit})"} if unit else {}
        mail = f"{first}.{last}@coho.example".lower()
        given = {"islicensed": True, **given}
        return self.boss.create("systemusers", firstname=first, lastname=last, internalemailaddress=mail, **given)


@pytest.fixture
def office(organization: Callable[..., Sandbox]) -> Office:
    return Office(organization())


# --- by verb ---------------------------------------------------------------------------------------------------------


def test_a_user_without_any_role_is_refused(office: Office) -> None:
    office.boss("DELETE", f"systemusers({office.user})/systemuserroles_association({office.role})/$ref")

    assert office.app.refusal("GET", "accounts") == (403, "0x80042f09")


def test_a_missing_privilege_is_named_with_its_table(office: Office) -> None:
    office.may("Global", "prvReadContact")

    answer = office.app("GET", "accounts")

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == MISSING
    assert f"is missing prvReadAccount privilege (Id={identity('prvReadAccount')})" in error["message"]
    assert f"Principal user (Id={office.user}" in error["message"]
    assert "OTC=1 for entity 'account'" in error["message"]
    assert office.app.rows("contacts") == []


def test_every_verb_takes_its_own_privilege(office: Office) -> None:
    row = office.boss.create("accounts", name="Adatum Corporation")
    office.may("Global", "prvReadAccount")

    assert office.app("GET", f"accounts({row})").status_code == 200
    assert office.app.refusal("POST", "accounts", {"name": "Fabrikam"}) == MISSING
    assert office.app.refusal("PATCH", f"accounts({row})", {"name": "Fabrikam"}) == MISSING
    assert office.app.refusal("PUT", f"accounts({row})/name", {"value": "Fabrikam"}) == MISSING
    assert office.app.refusal("DELETE", f"accounts({row})") == MISSING
    assert office.boss.get(f"accounts({row})?$select=name")["name"] == "Adatum Corporation"


def test_a_privilege_is_enough_for_its_verb(office: Office) -> None:
    row = office.boss.create("accounts", name="Adatum Corporation")
    office.may("Global", "prvReadAccount", "prvCreateAccount", "prvWriteAccount", "prvDeleteAccount")

    assert office.app("POST", "accounts", {"name": "Fabrikam"}).status_code == 204
    assert office.app("PATCH", f"accounts({row})", {"name": "Litware"}).status_code == 204
    assert office.app("DELETE", f"accounts({row})").status_code == 204


@pytest.mark.parametrize("message", ["CreateMultiple", "UpsertMultiple"])
def test_bulk_messages_take_the_same_privileges(office: Office, message: str) -> None:
    office.may("Global", "prvReadAccount", "prvWriteAccount")
    targets = [{"@odata.type": f"{CRM}.account", "accountid": str(uuid.uuid4()), "name": "Fabrikam"}]

    assert office.app.refusal("POST", f"accounts/{CRM}.{message}", {"Targets": targets}) == MISSING
    assert office.boss.rows("accounts") == []


def test_a_batch_answers_for_each_part_and_a_change_set_keeps_nothing(office: Office) -> None:
    office.may("Global", "prvReadAccount", "prvCreateAccount")
    made = part(request_text("POST", "accounts", {"name": "Fabrikam"}), "1")
    refused = part(request_text("POST", "contacts", {"lastname": "Hill"}), "2")

    answer = send(office.app, change_set(made, refused))

    assert "prvCreateContact" in answer.text
    assert office.app.rows("accounts") == []


def test_leading_from_one_row_to_another_takes_append_and_append_to(office: Office) -> None:
    account = office.boss.create("accounts", name="Adatum Corporation")
    contact = office.boss.create("contacts", lastname="Hill")
    body = {"primarycontactid@odata.bind": f"/contacts({contact})"}
    office.may("Global", "prvReadAccount", "prvWriteAccount", "prvReadContact")

    assert "prvAppendAccount" in office.app("PATCH", f"accounts({account})", body).text
    office.also("Global", "prvAppendAccount")
    assert "prvAppendToContact" in office.app("PATCH", f"accounts({account})", body).text
    office.also("Global", "prvAppendToContact")
    assert office.app("PATCH", f"accounts({account})", body).status_code == 204


def test_giving_a_row_to_somebody_else_takes_assign(office: Office) -> None:
    account = office.boss.create("accounts", name="Adatum Corporation")
    body = {"ownerid@odata.bind": f"/systemusers({office.user})"}
    office.may("Global", "prvReadAccount", "prvWriteAccount")

    assert "prvAssignAccount" in office.app("PATCH", f"accounts({account})", body).text
    office.also("Global", "prvAssignAccount")
    assert office.app("PATCH", f"accounts({account})", body).status_code == 204


def test_lines_of_a_document_take_the_privileges_of_the_document(office: Office) -> None:
    office.may("Global", "prvReadOrder")

    assert office.app.rows("salesorderdetails") == []
    assert office.app.refusal("GET", "quotedetails") == MISSING


def test_expanding_takes_the_privilege_of_what_is_expanded(office: Office) -> None:
    account = office.boss.create("accounts", name="Adatum Corporation")
    office.boss.create("contacts", lastname="Hill", parentcustomerid_account_at_bind=f"/accounts({account})")
    office.may("Global", "prvReadAccount")

    assert office.app.refusal("GET", "accounts?$expand=contact_customer_accounts($select=lastname)") == MISSING
    assert office.app.refusal("GET", f"accounts({account})/contact_customer_accounts") == MISSING


def fetch(condition: str) -> str:
    return f"accounts?fetchXml=<fetch><entity name='account'><attribute name='name'/>{condition}</entity></fetch>"


@pytest.mark.parametrize(
    "path",
    [
        "accounts?$filter=primarycontactid/lastname eq 'Hill'",
        "accounts?$filter=contact_customer_accounts/any(c:c/lastname eq 'Hill')",
        "accounts?$apply=groupby((primarycontactid/lastname))",
        fetch("<link-entity name='contact' from='parentcustomerid' to='accountid'/>"),
        fetch("<filter><link-entity name='contact' from='parentcustomerid' to='accountid' link-type='any'/></filter>"),
    ],
)
def test_who_may_not_read_a_table_cannot_ask_about_it_either(office: Office, path: str) -> None:
    office.may("Global", "prvReadAccount")
    assert office.app.refusal("GET", path) == MISSING

    office.also("Global", "prvReadContact")

    assert office.app.rows(path) == []


@pytest.mark.parametrize("path", [fetch(""), "accounts?$apply=groupby((name))"])
def test_other_ways_to_ask_leave_out_what_is_too_far_away(office: Office, path: str) -> None:
    office.may("Basic", "prvReadAccount")
    office.boss.create("accounts", name="Mine", ownerid_at_bind=f"/systemusers({office.user})")
    office.boss.create("accounts", name="Adatum Corporation")

    assert [row["name"] for row in office.app.rows(path)] == ["Mine"]


# --- by depth --------------------------------------------------------------------------------------------------------


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


# --- by role ---------------------------------------------------------------------------------------------------------


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


# --- tables ----------------------------------------------------------------------------------------------------------

BOOK = {
    "@odata.type": f"{CRM}.EntityMetadata",
    "SchemaName": "bci_Book",
    "OwnershipType": "UserOwned",
    "HasActivities": False,
    "HasNotes": False,
    "DisplayName": {"LocalizedLabels": [{"Label": "Book", "LanguageCode": 1033}]},
    "Attributes": [{
        "@odata.type": f"{CRM}.StringAttributeMetadata", "SchemaName": "bci_Name", "IsPrimaryName": True,
        "MaxLength": 100, "DisplayName": {"LocalizedLabels": [{"Label": "Name", "LanguageCode": 1033}]},
    }],
}  # fmt: skip


def test_tables_are_changed_only_by_who_may_customize(office: Office) -> None:
    office.assign("systemusers", office.user, office.role_named("Salesperson"))
    assert office.app.refusal("POST", "EntityDefinitions", BOOK) == MISSING

    office.assign("systemusers", office.user, office.role_named("System Customizer"))

    assert office.app("POST", "EntityDefinitions", BOOK).status_code == 204


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"{ACCOUNT_DEFINITION}/Attributes"),
        ("POST", f"{ACCOUNT_DEFINITION}/Keys"),
        ("DELETE", "EntityDefinitions(LogicalName='bci_book')"),
        ("POST", "PublishAllXml"),
        ("POST", "InsertOptionValue"),
    ],
)
def test_a_salesperson_customizes_nothing(office: Office, method: str, path: str) -> None:
    office.boss("POST", "EntityDefinitions", BOOK)
    office.assign("systemusers", office.user, office.role_named("Salesperson"))
    column = {"@odata.type": f"{CRM}.StringAttributeMetadata", "SchemaName": "bci_No", "MaxLength": 20}
    words = {"DisplayName": {"LocalizedLabels": [{"Label": "No.", "LanguageCode": 1033}]}}
    key = {"KeyAttributes": ["name"]}
    option = {
        "EntityLogicalName": "account",
        "AttributeLogicalName": "industrycode",
        "Label": {"LocalizedLabels": [{"Label": "Wine", "LanguageCode": 1033}]},
    }

    assert office.app.refusal(method, path, {**column, **words, **key, **option}) == MISSING


def test_a_table_made_at_run_time_has_privileges_of_its_own(office: Office) -> None:
    office.boss("POST", "EntityDefinitions", BOOK)
    assert office.boss.create("bci_books", bci_name="Wines of the coast")
    assert office.app.refusal("GET", "bci_books") == MISSING

    office.may("Global", "prvReadbci_Book")

    assert len(office.app.rows("bci_books")) == 1
    office.boss("DELETE", "EntityDefinitions(LogicalName='bci_book')")
    assert office.boss.rows("privileges?$filter=name eq 'prvReadbci_Book'") == []


# --- what is told ----------------------------------------------------------------------------------------------------


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


# --- on behalf of others ---------------------------------------------------------------------------------------------


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


# --- older files ---


def test_a_file_from_before_there_were_privileges_goes_on_working(organization: Callable[..., Sandbox]) -> None:
    running = organization(seed="demo")
    connection = running.database.connection()
    for table in ("roleprivileges", "roletemplate", "privilege"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("UPDATE role SET roletemplateid = NULL, parentrootroleid = NULL")
    running.stop()

    again = organization()

    assert Caller(again.ready).create("accounts", name="Adatum Corporation")
    boss = Caller(again.ready, "administrator")
    names = [row["name"] for row in boss.rows("roles?$select=name")]
    assert len(names) == len(set(names))
    assert boss("POST", "EntityDefinitions", BOOK).status_code == 204


# --- cost ------------------------------------------------------------------------------------------------------------


def test_a_request_costs_one_look_at_the_rights_until_they_change(office: Office) -> None:
    office.may("Global", "prvReadAccount")
    office.app.rows("accounts")
    asked: list[str] = []
    book, connection = office.running.organization.rights, office.running.database.connection()
    named = ("systemuserid", office.user)
    book.of(connection, named)
    connection.set_trace_callback(asked.append)

    for _ in range(5):
        book.of(connection, named)

    assert asked == ["SELECT version FROM standing"] * 5
    connection.set_trace_callback(None)


def test_a_question_about_linked_rows_sees_no_more_than_a_list_of_them(office: Office) -> None:
    firm = office.boss.create("accounts", name="Adatum")
    office.boss.create("contacts", lastname="Hill", parentcustomerid_account_at_bind=f"/accounts({firm})")
    link = '<link-entity name="contact" from="parentcustomerid" to="accountid" link-type="exists" />'
    asked = (
        "accounts?$select=name&$filter=contact_customer_accounts/any(c:c/lastname eq 'Hill')",
        f'accounts?fetchXml=<fetch><entity name="account">{link}</entity></fetch>',
    )
    office.may("Global", "prvReadAccount")
    refused = [office.app.refusal("GET", path) for path in asked]

    office.also("Basic", "prvReadContact")
    none = [office.app.rows(path) for path in asked]
    office.also("Global", "prvReadContact")

    assert refused == [MISSING, MISSING]
    assert none == [[], []]
    assert [[row["accountid"] for row in office.app.rows(path)] for path in asked] == [[firm], [firm]]
