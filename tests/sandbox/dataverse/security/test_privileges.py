"""Every verb takes its privilege."""

from __future__ import annotations

import uuid

import pytest

from integration.sandbox.dataverse.security.privileges import identity
from tests.sandbox.dataverse.http.batches import change_set, part, request_text, send
from tests.sandbox.dataverse.security.office import CRM, MISSING, Office


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
