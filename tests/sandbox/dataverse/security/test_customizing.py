"""Who may change tables, and what a new table brings along."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from integration.sandbox import Sandbox
from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.security.office import ACCOUNT_DEFINITION, CRM, MISSING, Office

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
