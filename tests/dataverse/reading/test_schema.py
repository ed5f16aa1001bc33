"""What other applications changed is found before a run, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integration.dataverse.access.schema import Kind, Needed, check_schema
from integration.dataverse.store import SalesOrganization
from integration.systems.findings import Finding
from integration.systems.values import FieldType
from tests.dataverse.counterpart import Says
from tests.dataverse.relay import Relay, relay

JSON = {"Content-Type": "application/json"}
VERBS = ("Create", "Read", "Write", "Delete", "Assign", "Append", "AppendTo")
CUSTOMER = Needed("CUSTOMER", "account", reads=frozenset({"name"}), writes=frozenset({"telephone1"}))


@pytest.fixture
def line(sandbox: dict[str, Any]) -> Iterator[Relay]:
    with relay(sandbox) as running:
        yield running


@pytest.fixture
def organization(line: Relay) -> Iterator[SalesOrganization]:
    made = line.organization()
    yield made
    made.close()


def may(line: Relay, **depths: str) -> None:
    """Tell what the integration user may do, as the service does: privilege names with their depth."""
    held = [{"PrivilegeName": name, "Depth": depth, "PrivilegeId": "0"} for name, depth in depths.items()]
    for table, name in (("account", "Account"), ("pricelevel", "PriceLevel"), ("systemuser", "User")):
        rows = [{"PrivilegeType": verb, "Name": f"prv{verb}{name}"} for verb in VERBS]
        line.say(f"LogicalName='{table}')?$select=LogicalName,Privileges", Says(200, {"Privileges": rows}, JSON), 99)
    line.say("RetrieveUserPrivileges", Says(200, {"RolePrivileges": held}, JSON), 99)


def everything(line: Relay) -> None:
    names = [f"prv{verb}{name}" for verb in VERBS for name in ("Account", "PriceLevel", "User")]
    may(line, **dict.fromkeys(names, "Global"))


def kinds(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in found]


def test_an_organization_that_has_everything_has_no_findings(line: Relay, organization: SalesOrganization) -> None:
    everything(line)

    assert check_schema(organization, [CUSTOMER]) == []


def test_a_missing_table_is_named_with_its_mapping_and_the_others_are_still_looked_at(
    line: Relay, organization: SalesOrganization
) -> None:
    everything(line)
    other = Needed("CUSTOMER", "account", reads=frozenset({"no_such_column"}))

    found = check_schema(organization, [Needed("STATISTICS", "bci_statistics"), other])

    assert kinds(found) == [(Kind.TABLE, "bci_statistics"), (Kind.COLUMN, "no_such_column")]
    assert [one.what for one in found] == ["STATISTICS", "CUSTOMER"]
    assert "bci_statistics" in found[0].message
    assert "Account" in found[1].message


@pytest.mark.parametrize(("needed", "kind", "name", "words"), [
    ({"types": {"creditlimit": FieldType.TEXT}}, Kind.TYPE, "creditlimit", "now of type decimal; it was text"),
    ({"options": {"customertypecode": frozenset({3, 4711})}}, Kind.OPTION, "customertypecode", "no option 4711"),
    ({"writes": frozenset({"versionnumber"})}, Kind.READ_ONLY, "versionnumber", "no longer be written"),
    ({"inserts": True, "required": frozenset()}, Kind.REQUIRED, "name", "has to be filled in now"),
])  # fmt: skip
def test_what_changed_about_a_column_is_named(
    line: Relay, organization: SalesOrganization, needed: dict[str, Any], kind: Kind, name: str, words: str
) -> None:
    everything(line)

    found = check_schema(organization, [Needed("CUSTOMER", "account", **needed)])

    assert (kind, name) in kinds(found)
    assert any(words in one.message for one in found)


def test_a_column_that_had_to_be_filled_in_all_along_is_no_finding(
    line: Relay, organization: SalesOrganization
) -> None:
    everything(line)
    required = {name for name, field in organization.describe("account").fields.items() if field.required}
    needed = Needed("CUSTOMER", "account", inserts=True, required=frozenset(required))

    assert check_schema(organization, [needed]) == []


def test_every_missing_privilege_is_named(line: Relay, organization: SalesOrganization) -> None:
    may(line, prvReadAccount="Global", prvWriteAccount="Global", prvAppendAccount="Global")
    writes = frozenset({"name", "defaultpricelevelid", "ownerid"})
    needed = Needed("CUSTOMER", "account", writes=writes, inserts=True, deletes=True)

    found = check_schema(organization, [needed])

    assert kinds(found) == [
        (Kind.PRIVILEGE, "prvCreateAccount"),
        (Kind.PRIVILEGE, "prvDeleteAccount"),
        (Kind.PRIVILEGE, "prvAssignAccount"),
        (Kind.PRIVILEGE, "prvAppendToPriceLevel"),
    ]
    assert {one.what for one in found} == {"CUSTOMER"}


def test_a_privilege_that_does_not_reach_far_enough_to_follow_changes_is_named(
    line: Relay, organization: SalesOrganization
) -> None:
    may(line, prvReadAccount="Local", prvWriteAccount="Local")

    found = check_schema(organization, [CUSTOMER])

    assert kinds(found) == [(Kind.PRIVILEGE, "prvReadAccount")]
    assert "whole organization" in found[0].message


def test_privileges_that_cannot_be_looked_up_are_told_and_not_guessed(
    line: Relay, organization: SalesOrganization
) -> None:
    body = {"error": {"code": "", "message": "No HTTP resource was found that matches the request URI 'x'."}}
    line.say("RetrieveUserPrivileges", Says(404, body, JSON), 99)

    assert kinds(check_schema(organization, [CUSTOMER])) == [(Kind.UNCHECKED, "")]


def test_the_tables_are_read_afresh(line: Relay, organization: SalesOrganization) -> None:
    everything(line)
    organization.describe("account")
    before = organization.session.metadata_requests

    check_schema(organization, [CUSTOMER])

    assert organization.session.metadata_requests > before + 2
