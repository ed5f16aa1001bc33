"""Alternate keys and custom tables through the metadata addresses."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from integration.sandbox import Sandbox
from tests.sandbox.conftest import Caller

KEYS = "EntityDefinitions(LogicalName='account')/Keys"
BY_NUMBER = {"SchemaName": "bci_ByNumber", "KeyAttributes": ["accountnumber"]}


@pytest.fixture
def keyed(organization: Callable[..., Sandbox]) -> Caller:
    """An organization whose accounts have a key on their number."""
    call = Caller(organization().ready, "administrator")
    assert call("POST", KEYS, BY_NUMBER).status_code == 204
    return call


def test_a_row_is_read_changed_and_deleted_by_its_key(keyed: Caller) -> None:
    row = keyed.create("accounts", name="Adatum", accountnumber="A/1'x")
    address = "accounts(accountnumber='A%2F1''x')"

    assert keyed("PATCH", address, {"name": "Adatum Corporation"}, If_Match="*").status_code == 204
    assert keyed.get(address)["accountid"] == row
    assert keyed.get(f"accounts({row})")["name"] == "Adatum Corporation"
    assert keyed("DELETE", address).status_code == 204
    assert keyed.refusal("GET", address) == (404, "0x80060891")


def test_an_upsert_by_key_creates_once_and_echoes_the_key(keyed: Caller) -> None:
    first = keyed("PATCH", "accounts(accountnumber='A1')", {"name": "Fabrikam"})
    keyed("PATCH", "accounts(accountnumber='a1')", {"name": "Fabrikam, Inc."})

    assert first.headers["OData-EntityId"] == f"{keyed.root}accounts(accountnumber='A1')"
    assert [(row["name"], row["accountnumber"]) for row in keyed.rows("accounts")] == [("Fabrikam, Inc.", "A1")]


def test_an_update_by_key_that_must_find_its_row_creates_nothing(keyed: Caller) -> None:
    assert keyed.refusal("PATCH", "accounts(accountnumber='A1')", {"name": "x"}, If_Match="*") == (404, "0x80060891")


@pytest.mark.parametrize("change", ["create", "update"])
def test_the_same_key_twice_is_refused_by_its_name(keyed: Caller, change: str) -> None:
    keyed.create("accounts", name="Adatum", accountnumber="A1")
    other = keyed.create("accounts", name="Fabrikam", accountnumber="A2")
    method, path = ("POST", "accounts") if change == "create" else ("PATCH", f"accounts({other})")

    answer = keyed(method, path, {"accountnumber": "a1"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (412, "0x80060892")
    assert "Entity Key bci_ByNumber violated" in answer.json()["error"]["message"]


def test_rows_without_a_value_take_no_part_in_the_key(keyed: Caller) -> None:
    keyed.create("accounts", name="Adatum")
    keyed.create("accounts", name="Fabrikam")

    assert len(keyed.rows("accounts")) == 2


def test_a_lookup_is_bound_by_key(keyed: Caller) -> None:
    parent = keyed.create("accounts", name="Adatum", accountnumber="A1")
    child = keyed.create("accounts", name="Branch", parentaccountid_at_bind="/accounts(accountnumber='A1')")

    assert keyed.get(f"accounts({child})")["_parentaccountid_value"] == parent


def test_upsert_multiple_names_rows_by_key(keyed: Caller) -> None:
    keyed.create("accounts", name="Adatum", accountnumber="A1")
    kind = "Microsoft.Dynamics.CRM.account"
    targets = [
        {"@odata.type": kind, "@odata.id": f"accounts(accountnumber='A{n}')", "name": f"Firm {n}"} for n in (1, 2)
    ]

    keyed("POST", "accounts/Microsoft.Dynamics.CRM.UpsertMultiple", {"Targets": targets})

    found = {row["accountnumber"]: row["name"] for row in keyed.rows("accounts")}
    assert found == {"A1": "Firm 1", "A2": "Firm 2"}


@pytest.mark.parametrize("key", ["name='Adatum'", "accountnumber='A1',name='x'", "nothing='x'"])
def test_columns_that_are_no_key_address_nothing(keyed: Caller, key: str) -> None:
    assert keyed.refusal("GET", f"accounts({key})") == (400, "0x80060890")


def test_a_key_over_rows_that_are_alike_fails_and_addresses_nothing(organization: Callable[..., Sandbox]) -> None:
    call = Caller(organization().ready, "administrator")
    for name in ("Adatum", "Fabrikam"):
        call.create("accounts", name=name, accountnumber="A1")

    call("POST", KEYS, BY_NUMBER)

    assert [key["EntityKeyIndexStatus"] for key in call.rows(KEYS)] == ["Failed"]
    assert call.refusal("GET", "accounts(accountnumber='A1')") == (400, "0x80060890")


def test_keys_and_columns_are_there_after_a_restart(organization: Callable[..., Sandbox]) -> None:
    running = organization()
    call = Caller(running.ready, "administrator")
    column: dict[str, Any] = {
        "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata",
        "SchemaName": "bci_Region",
        "MaxLength": 10,
    }
    call("POST", "EntityDefinitions(LogicalName='account')/Attributes", column)
    call("POST", KEYS, BY_NUMBER)
    row = call.create("accounts", name="Adatum", accountnumber="A1", bci_region="North")
    running.stop()

    again = Caller(organization().ready, "administrator")

    read = again.get("accounts(accountnumber='A1')")
    assert (read["accountid"], read["bci_region"]) == (row, "North")
    assert again.refusal("POST", "accounts", {"bci_region": "x" * 11}) == (400, "0x80044331")


def test_a_choice_that_was_taken_away_leaves_no_options_behind(organization: Callable[..., Sandbox]) -> None:
    running = organization()
    call = Caller(running.ready, "administrator")
    attributes = "EntityDefinitions(LogicalName='account')/Attributes"
    kind = "Microsoft.Dynamics.CRM.PicklistAttributeMetadata"
    call("POST", attributes, {"@odata.type": kind, "SchemaName": "bci_Size", "OptionSet": {"Options": []}})
    label = {"LocalizedLabels": [{"Label": "Large", "LanguageCode": 1033}]}
    column = {"EntityLogicalName": "account", "AttributeLogicalName": "bci_size"}
    assert call("POST", "InsertOptionValue", {**column, "Label": label}).status_code == 200
    call("DELETE", f"{attributes}(LogicalName='bci_size')")
    running.stop()

    again = Caller(organization().ready, "administrator")

    assert "bci_size" not in {one["LogicalName"] for one in again.rows(attributes)}


def test_columns_defined_side_by_side_are_all_there(organization: Callable[..., Sandbox]) -> None:
    running = organization()
    kind = "Microsoft.Dynamics.CRM.StringAttributeMetadata"

    def define(number: int) -> None:
        column = {"@odata.type": kind, "SchemaName": f"bci_Column{number}"}
        Caller(running.ready, "administrator")("POST", "EntityDefinitions(LogicalName='account')/Attributes", column)

    threads = [threading.Thread(target=define, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert {f"bci_column{number}" for number in range(6)} <= set(running.organization.model["account"].columns)


def test_a_key_that_was_taken_away_binds_nobody(keyed: Caller) -> None:
    (key,) = keyed.rows(KEYS)
    keyed("DELETE", f"{KEYS}({key['MetadataId']})")

    keyed.create("accounts", name="Adatum", accountnumber="A1")
    keyed.create("accounts", name="Fabrikam", accountnumber="A1")

    assert keyed.rows(KEYS) == []
