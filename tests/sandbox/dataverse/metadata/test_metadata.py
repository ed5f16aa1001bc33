"""The tables as the organization describes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from integration.sandbox import Sandbox
from integration.sandbox.dataverse.store.model import load_model
from tests.sandbox.conftest import Caller

ACCOUNT = "EntityDefinitions(LogicalName='account')"
CRM = "Microsoft.Dynamics.CRM"


def test_the_service_document_names_every_set(call: Caller) -> None:
    sets = {row["name"] for row in call.rows("")}

    assert {"accounts", "opportunities", "transactioncurrencies", "systemuserrolescollection"} <= sets


def test_a_table_tells_its_set_its_keys_and_whether_it_tracks_changes(call: Caller) -> None:
    answer = call.get(
        f"{ACCOUNT}?$select=EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,ChangeTrackingEnabled,ObjectTypeCode"
    )

    assert (answer["EntitySetName"], answer["PrimaryIdAttribute"], answer["PrimaryNameAttribute"]) == (
        "accounts",
        "accountid",
        "name",
    )
    assert (answer["ChangeTrackingEnabled"], answer["ObjectTypeCode"]) == (True, 1)
    assert set(answer) == {
        "@odata.context", "MetadataId", "EntitySetName", "PrimaryIdAttribute", "PrimaryNameAttribute",
        "ChangeTrackingEnabled", "ObjectTypeCode",
    }  # fmt: skip


def test_a_table_is_found_by_its_metadata_id_too(call: Caller) -> None:
    identity = call.get(f"{ACCOUNT}?$select=LogicalName")["MetadataId"]

    assert call.get(f"EntityDefinitions({identity})")["LogicalName"] == "account"


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("LogicalName eq 'account' or LogicalName eq 'uom'", {"account", "uom"}),
        (f"OwnershipType eq {CRM}.OwnershipTypes'None' and LogicalName ne 'uom' and IsIntersect eq false",
         {"productpricelevel"}),
        ("startswith(LogicalName,'product') and ChangeTrackingEnabled eq true", {"product"}),
        ("CanCreateAttributes/Value eq true and ObjectTypeCode le 2", {"account", "contact"}),
    ],
)  # fmt: skip
def test_tables_can_be_filtered(call: Caller, where: str, names: set[str]) -> None:
    found = call.rows(f"EntityDefinitions?$select=LogicalName&$filter={where}")

    assert {row["LogicalName"] for row in found} == names


def test_columns_tell_type_limits_and_when_they_can_be_written(call: Caller) -> None:
    columns = {row["LogicalName"]: row for row in call.rows(f"{ACCOUNT}/Attributes")}

    assert columns["name"]["@odata.type"] == f"#{CRM}.StringAttributeMetadata"
    assert (columns["name"]["MaxLength"], columns["name"]["RequiredLevel"]["Value"]) == (160, "ApplicationRequired")
    assert (columns["creditlimit"]["MinValue"], columns["creditlimit"]["MaxValue"]) == (0, 100000000000000)
    assert columns["creditlimit"]["Precision"] == 2
    assert columns["numberofemployees"]["AttributeType"] == "Integer"
    assert (columns["createdon"]["IsValidForCreate"], columns["createdon"]["IsValidForRead"]) == (False, True)
    assert columns["primarycontactid"]["Targets"] == ["contact"]
    assert columns["name"]["DisplayName"]["UserLocalizedLabel"]["Label"] == "Account Name"


def test_columns_can_be_expanded_beside_their_table(call: Caller) -> None:
    answer = call.get(f"{ACCOUNT}?$select=LogicalName&$expand=Attributes($select=LogicalName,AttributeType),Keys")

    assert {"LogicalName": "name", "AttributeType": "String"}.items() <= answer["Attributes"][-1].items() or any(
        column["LogicalName"] == "name" and column["AttributeType"] == "String" for column in answer["Attributes"]
    )
    assert answer["Keys"] == []


def test_one_column_has_an_address(call: Caller) -> None:
    assert call.get(f"{ACCOUNT}/Attributes(LogicalName='name')")["LogicalName"] == "name"
    assert call.refusal("GET", f"{ACCOUNT}/Attributes(LogicalName='colour')") == (404, "0x80040217")


def test_choices_come_through_the_typed_address(call: Caller) -> None:
    rows = call.rows(
        f"{ACCOUNT}/Attributes/{CRM}.PicklistAttributeMetadata?$select=LogicalName"
        "&$expand=OptionSet($select=Options),GlobalOptionSet($select=Options)"
    )

    terms = next(row for row in rows if row["LogicalName"] == "paymenttermscode")
    assert {
        option["Value"]: option["Label"]["UserLocalizedLabel"]["Label"] for option in terms["OptionSet"]["Options"]
    }[1] == "Net 30"
    assert terms["GlobalOptionSet"] is None
    assert not [row for row in rows if row["LogicalName"] in ("statecode", "statuscode", "name")]


def test_status_reasons_name_their_state_and_states_their_default(call: Caller) -> None:
    product = "EntityDefinitions(LogicalName='product')/Attributes"
    (reasons,) = call.rows(f"{product}/{CRM}.StatusAttributeMetadata?$expand=OptionSet")
    (states,) = call.rows(f"{product}/{CRM}.StateAttributeMetadata?$expand=OptionSet")

    assert {option["Value"]: option["State"] for option in reasons["OptionSet"]["Options"]} == {1: 0, 2: 1, 0: 2, 3: 3}
    assert {o["Value"]: o["DefaultStatus"] for o in states["OptionSet"]["Options"]} == {0: 1, 1: 2, 2: 0, 3: 3}


def test_yes_and_no_have_labels(call: Caller) -> None:
    rows = call.rows(f"{ACCOUNT}/Attributes/{CRM}.BooleanAttributeMetadata?$select=LogicalName&$expand=OptionSet")

    said = {
        row["LogicalName"]: [
            row["OptionSet"][f"{one}Option"]["Label"]["UserLocalizedLabel"]["Label"] for one in ("False", "True")
        ]
        for row in rows
    }
    assert said["creditonhold"] == ["No", "Yes"]
    assert said["donotphone"] == ["Allow", "Do Not Allow"]


def test_lookups_tell_the_name_to_bind_by(call: Caller) -> None:
    contact = "EntityDefinitions(LogicalName='contact')/ManyToOneRelationships"
    rows = call.rows(f"{contact}?$select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName")

    names = {
        row["ReferencedEntity"]: row["ReferencingEntityNavigationPropertyName"]
        for row in rows
        if row["ReferencingAttribute"] == "parentcustomerid"
    }
    assert names == {"account": "parentcustomerid_account", "contact": "parentcustomerid_contact"}
    detail = call.rows("EntityDefinitions(LogicalName='invoicedetail')/ManyToOneRelationships")
    assert "SalesOrderDetailId" in {row["ReferencingEntityNavigationPropertyName"] for row in detail}


def test_a_relationship_is_found_by_its_name(call: Caller) -> None:
    found = call.get("RelationshipDefinitions(SchemaName='contact_customer_accounts')")

    assert (found["ReferencingEntity"], found["ReferencedEntity"]) == ("contact", "account")


@pytest.mark.parametrize(
    "path",
    ["EntityDefinitions(LogicalName='colour')", f"{ACCOUNT}/Colours", "GlobalOptionSetDefinitions(Name='x')"],
)
def test_what_is_not_there_is_not_found(call: Caller, path: str) -> None:
    assert call("GET", path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "EntityDefinitions?$top=1",
        f"{ACCOUNT}?$select=Colour",
        f"{ACCOUNT}/Attributes/{CRM}.EnumAttributeMetadata",
        f"{ACCOUNT}/Attributes?$expand=OptionSet",
    ],
)
def test_metadata_has_limits_of_its_own(call: Caller, path: str) -> None:
    assert call.refusal("GET", path) == (400, "0x80060888")


def label(text: str) -> dict[str, Any]:
    return {"LocalizedLabels": [{"Label": text, "LanguageCode": 1033}]}


def test_a_new_choice_can_be_used_and_outlives_a_restart(organization: Callable[..., Sandbox]) -> None:
    running = organization()
    call = Caller(running.ready)
    column = {"EntityLogicalName": "account", "AttributeLogicalName": "paymenttermscode"}

    inserted = call("POST", "InsertOptionValue", {**column, "Label": label("Net 14")})
    published = call("POST", "PublishXml", {"ParameterXml": "<importexportxml/>"})
    value = inserted.json()["NewOptionValue"]
    row = call.create("accounts", name="Adatum", paymenttermscode=value)
    call("POST", "UpdateOptionValue", {**column, "Value": value, "Label": label("14 days")})

    assert (inserted.status_code, published.status_code, value) == (200, 204, 100000000)
    assert call.refusal("POST", "InsertOptionValue", {**column, "Value": value, "Label": label("x")})[0] == 400
    running.stop()
    again = Caller(organization().ready)
    shown = again.get(f"accounts({row})?$select=paymenttermscode", Prefer='odata.include-annotations="*"')
    assert shown["paymenttermscode@OData.Community.Display.V1.FormattedValue"] == "14 days"


def test_a_new_status_reason_belongs_to_a_state(organization: Callable[..., Sandbox]) -> None:
    running = organization()
    call = Caller(running.ready)
    body = {"EntityLogicalName": "account", "Label": label("Sleeping")}

    value = call("POST", "InsertStatusValue", {**body, "StateCode": 1}).json()["NewOptionValue"]
    running.stop()
    call = Caller(organization().ready)
    row = call.create("accounts", name="Adatum")

    assert call.refusal("PATCH", f"accounts({row})", {"statecode": 0, "statuscode": value}) == (400, "0x80048408")
    assert call("PATCH", f"accounts({row})", {"statecode": 1, "statuscode": value}).status_code == 204
    for wrong in ({"StateCode": 7}, {"StateCode": True}, {}, {"StateCode": 1, "AttributeLogicalName": "industrycode"}):
        assert call("POST", "InsertStatusValue", {**body, **wrong}).status_code == 400


def test_the_tables_of_the_main_job_are_all_there() -> None:
    model = load_model()

    assert {"account", "contact", "systemuser", "team", "businessunit", "role", "organization", "transactioncurrency",
            "uom", "uomschedule", "product", "pricelevel", "productpricelevel", "opportunity", "annotation", "invoice",
            "invoicedetail", "salesorder", "salesorderdetail", "quote", "quotedetail"} <= set(model.tables)  # fmt: skip


def test_every_table_is_whole() -> None:
    for table in load_model():
        assert table.id in table.columns, table.name
        assert not table.name_column or table.name_column in table.columns, table.name
        for column in table.columns.values():
            assert not column.type_column or column.type_column in table.columns, (table.name, column.name)
            assert not column.base_of or column.base_of in table.columns, (table.name, column.name)
            is_choice = column.type in ("Picklist", "State", "Status")
            assert bool(column.options) == is_choice or (column.type, set(column.options)) == ("Boolean", {0, 1})
            assert bool(column.targets) == column.is_lookup, (table.name, column.name)
        for collection in table.collections.values():
            assert collection.between or collection.lookup in load_model()[collection.table].columns


def test_a_relationship_of_the_system_is_not_deleted(call: Caller) -> None:
    name = "contact_customer_accounts"

    assert call.refusal("DELETE", f"RelationshipDefinitions(SchemaName='{name}')") == (400, "0x80040203")
    assert call.get(f"RelationshipDefinitions(SchemaName='{name}')")["ReferencedEntity"] == "account"


def test_relationships_are_found_by_number_and_by_type(call: Caller) -> None:
    named = call.get("RelationshipDefinitions(SchemaName='systemuserroles_association')")

    (joining,) = [
        row
        for row in call.rows(f"RelationshipDefinitions/{CRM}.ManyToManyRelationshipMetadata")
        if row["MetadataId"] == named["MetadataId"]
    ]

    assert call.get(f"RelationshipDefinitions({named['MetadataId']})")["SchemaName"] == joining["SchemaName"]
