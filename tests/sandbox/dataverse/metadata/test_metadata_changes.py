"""Definitions that change, and the question for just the parts of them that matter."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from integration.sandbox import Sandbox
from integration.sandbox.dataverse.metadata.changed_definitions import line_of
from integration.sandbox.dataverse.store.model import Table, load_model, read_column
from tests.sandbox.conftest import Caller

CRM = "Microsoft.Dynamics.CRM"
ACCOUNT = "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='{}')"
FACTS = (
    "table", "name", "type", "label", "creatable", "updatable", "length", "minimum", "maximum", "precision",
    "precision_source", "base_of", "options", "targets", "navigation", "required", "day", "type_column", "schema",
)  # fmt: skip


@pytest.mark.parametrize("table", list(load_model()), ids=lambda table: table.name)
def test_a_column_written_down_and_read_again_is_the_same(table: Table) -> None:
    for column in table.columns.values():
        again = read_column(table.name, column.name, line_of(column), table.columns)
        assert {name: getattr(again, name) for name in FACTS} == {name: getattr(column, name) for name in FACTS}


def defined(call: Caller, name: str, kind: str) -> dict[str, Any]:
    """The whole definition, as it is to be sent back."""
    found = call.get(f"{ACCOUNT.format(name)}/{CRM}.{kind}")
    kept = json.loads(json.dumps({key: value for key, value in found.items() if "@" not in key}, default=float))
    return {**kept, "@odata.type": f"{CRM}.{kind}"}


def test_a_changed_column_keeps_its_rows_and_outlives_a_restart(organization: Callable[..., Sandbox]) -> None:
    first = organization()
    call = Caller(first.ready)
    row = call.create("accounts", name="Adatum", accountnumber="A1")
    body = {**defined(call, "accountnumber", "StringAttributeMetadata"), "MaxLength": 30}

    assert call("PUT", ACCOUNT.format("accountnumber"), body).status_code == 204
    assert call("PATCH", f"accounts({row})", {"fax": "1"}).status_code == 204
    first.stop()
    again = Caller(organization().ready)

    assert again.get(f"accounts({row})?$select=accountnumber")["accountnumber"] == "A1"
    assert again("PATCH", f"accounts({row})", {"accountnumber": "x" * 30}).status_code == 204
    assert again.refusal("PATCH", f"accounts({row})", {"accountnumber": "x" * 31}) == (400, "0x80044331")


@pytest.mark.parametrize(
    ("name", "kind", "changed", "says"),
    [
        ("fax", "StringAttributeMetadata", {"@odata.type": f"{CRM}.MemoAttributeMetadata"}, "type cannot be changed"),
        ("fax", "StringAttributeMetadata", {"MaxLength": 9000}, "must lie between 1 and 4000"),
        ("fax", "StringAttributeMetadata", {"MaxLength": "long"}, "must lie between"),
        ("numberofemployees", "IntegerAttributeMetadata", {"MaxValue": "many"}, "must be a number"),
    ],
)
def test_a_column_cannot_become_something_else(
    call: Caller, name: str, kind: str, changed: dict[str, Any], says: str
) -> None:
    answer = call("PUT", ACCOUNT.format(name), {**defined(call, name, kind), **changed})

    assert answer.status_code == 400
    assert says in answer.json()["error"]["message"]


def test_a_table_gets_another_label_and_its_changes_tracked_for_good(organization: Callable[..., Sandbox]) -> None:
    first = organization()
    call = Caller(first.ready, "administrator")
    units = "EntityDefinitions(LogicalName='uom')"
    found = call.get(units)
    assert found["ChangeTrackingEnabled"] is False
    assert call.refusal("GET", "uoms?$select=name", Prefer="odata.track-changes") == (400, "0x80072491")
    words = {"LocalizedLabels": [{"Label": "Measure", "LanguageCode": 1033}]}
    body = {**found, "ChangeTrackingEnabled": True, "DisplayName": words}

    assert call("PUT", units, body).status_code == 204
    first.stop()
    again = Caller(organization().ready, "administrator")

    assert "@odata.deltaLink" in again.get("uoms?$select=name", Prefer="odata.track-changes")
    assert again.get(units)["DisplayName"]["UserLocalizedLabel"]["Label"] == "Measure"
    assert again.refusal("PUT", units, {**body, "ChangeTrackingEnabled": False}) == (400, "0x80040203")


def asked(query: Any) -> str:
    text = query if isinstance(query, str) else json.dumps(query)
    return f"RetrieveMetadataChanges(Query=@p1)?@p1={quote(text)}"


def condition(name: str, value: Any, operator: str = "Equals") -> dict[str, Any]:
    wanted = {"Type": "System.String", "Value": value}
    return {"Conditions": [{"PropertyName": name, "ConditionOperator": operator, "Value": wanted}]}


def test_only_the_parts_of_a_definition_that_were_asked_for_come(call: Caller) -> None:
    query = {
        "Properties": {"PropertyNames": ["EntitySetName", "Attributes", "ManyToOneRelationships"]},
        "Criteria": condition("LogicalName", "account"),
        "AttributeQuery": {
            "Properties": {"PropertyNames": ["MaxLength"]},
            "Criteria": condition("LogicalName", "name"),
        },
    }

    (account,) = call.get(asked(query))["EntityMetadata"]

    assert account["EntitySetName"] == "accounts"
    assert "DisplayName" not in account
    assert [(one["LogicalName"], one["MaxLength"]) for one in account["Attributes"]] == [("name", 160)]
    assert any(one["ReferencingAttribute"] == "primarycontactid" for one in account["ManyToOneRelationships"])


def test_several_tables_are_found_by_a_list_and_by_alternatives(call: Caller) -> None:
    listed = condition("LogicalName", '["contact","account"]', "In")
    either = {"FilterOperator": "Or", "Filters": [condition("ObjectTypeCode", 1), condition("LogicalName", "contact")]}

    for criteria in (listed, either):
        found = call.get(asked({"Properties": {"PropertyNames": ["LogicalName"]}, "Criteria": criteria}))
        assert {one["LogicalName"] for one in found["EntityMetadata"]} == {"account", "contact"}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("{", 400),
        ("[]", 400),
        ({"Criteria": []}, 400),
        ({"Criteria": condition("Colour", "red")}, 400),
        ({"Criteria": condition("LogicalName", "a", "Like")}, 501),
        ({"Properties": {"PropertyNames": "all"}}, 400),
    ],
)
def test_what_is_no_metadata_query_is_refused(call: Caller, query: Any, status: int) -> None:
    assert call("GET", asked(query)).status_code == status


def shelf(name: str, **more: Any) -> dict[str, Any]:
    """The definition of a table with nothing but a name."""
    title = {"@odata.type": f"{CRM}.StringAttributeMetadata", "SchemaName": "new_name", "IsPrimaryName": True}
    return {"SchemaName": name, "Attributes": [title], **more}


@pytest.mark.parametrize("bad", [shelf("new_Book"), shelf("new_third", Attributes=[])], ids=["twice", "no name"])
def test_several_tables_are_created_all_or_none(organization: Callable[..., Sandbox], bad: dict[str, Any]) -> None:
    call = Caller(organization().ready, "administrator")
    assert call("POST", "CreateEntities", {"Entities": [shelf("new_book"), shelf("new_shelf"), bad]}).status_code == 400
    assert not call.rows("EntityDefinitions?$select=LogicalName&$filter=LogicalName eq 'new_book'")
    assert call("POST", "CreateEntities", {"Entities": [shelf("new_book"), shelf("new_shelf")]}).status_code == 204
    codes = [
        call.get(f"EntityDefinitions(LogicalName='{name}')?$select=ObjectTypeCode")["ObjectTypeCode"]
        for name in ("new_book", "new_shelf")
    ]
    assert codes[0] != codes[1]
    assert call.create("new_shelfs", new_name="Adatum")
