"""Questions about definitions: keys and types of an address, filters over entries, and what may be expanded."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from tests.examples import examples
from tests.sandbox.dataverse.metadata.defining import ACCOUNT, CRM
from tests.sandbox.in_process import Inside

SETTINGS = examples(30, suppress_health_check=[HealthCheck.too_slow])
TEST: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
Entry = dict[str, Any]
Asked = tuple[str, Callable[[Entry], bool]]


@pytest.fixture(scope="module")
def tables(inside: Inside) -> list[Entry]:
    return inside.rows("EntityDefinitions")


def compared(name: str, sign: str, value: Any) -> Asked:
    written = {bool: str(value).lower(), str: f"'{value}'"}.get(type(value), str(value))
    return f"{name} {sign} {written}", lambda entry: TEST[sign](entry[name], value)


def searched(function: str, name: str, text: str) -> Asked:
    how = {"contains": str.__contains__, "startswith": str.startswith, "endswith": str.endswith}[function]
    return f"{function}({name},'{text}')", lambda entry: how(entry[name] or "", text)


def joined(sign: str, one: Asked, other: Asked) -> Asked:
    both = all if sign == "and" else any
    return f"({one[0]}) {sign} ({other[0]})", lambda entry: both((one[1](entry), other[1](entry)))


QUESTIONS = some.recursive(
    some.one_of(
        some.builds(compared, some.just("ObjectTypeCode"), some.sampled_from(sorted(TEST)), some.integers(0, 1100)),
        some.builds(compared, some.just("LogicalName"), some.sampled_from(sorted(TEST)),
                    some.sampled_from(["account", "contact", "quote", "zebra"])),
        some.builds(compared, some.sampled_from(["ChangeTrackingEnabled", "IsIntersect", "IsCustomEntity"]),
                    some.sampled_from(["eq", "ne"]), some.booleans()),
        some.builds(searched, some.sampled_from(["contains", "startswith", "endswith"]),
                    some.sampled_from(["LogicalName", "EntitySetName", "PrimaryNameAttribute"]),
                    some.sampled_from(["a", "quote", "s", "name", "Name"])),
        some.sampled_from([
            (f"OwnershipType eq {CRM}.OwnershipTypes'UserOwned'", lambda entry: entry["OwnershipType"] == "UserOwned"),
            ("PrimaryNameAttribute eq null", lambda entry: entry["PrimaryNameAttribute"] is None),
            ("PrimaryNameAttribute ne null", lambda entry: entry["PrimaryNameAttribute"] is not None),
            ("IsCustomizable/Value eq true", lambda entry: entry["IsCustomizable"]["Value"] is True),
            ("CanCreateAttributes/Value eq false", lambda entry: entry["CanCreateAttributes"]["Value"] is False),
        ]),
    ),
    lambda inner: some.builds(joined, some.sampled_from(["and", "or"]), inner, inner)
    | inner.map(lambda part: (f"not ({part[0]})", lambda entry: not part[1](entry))),
    max_leaves=5,
)  # fmt: skip


@given(QUESTIONS)
@SETTINGS
def test_a_filter_finds_the_tables_that_python_finds(inside: Inside, tables: list[Entry], asked: Asked) -> None:
    found = inside.rows(f"EntityDefinitions?$select=LogicalName&$filter={quote(asked[0])}")

    assert [one["LogicalName"] for one in found] == [one["LogicalName"] for one in tables if asked[1](one)]


PROPERTIES = ["LogicalName", "ObjectTypeCode", "DisplayName", "IsCustomizable", "MetadataId", "Privileges"]


@given(some.lists(some.sampled_from(PROPERTIES), min_size=1, max_size=4, unique=True))
@SETTINGS
def test_what_was_selected_comes_and_the_number_with_it(inside: Inside, tables: list[Entry], names: list[str]) -> None:
    whole = next(one for one in tables if one["LogicalName"] == "account")

    found = inside.get(f"{ACCOUNT}?$select={','.join(names)}")

    assert {key: value for key, value in found.items() if key != "@odata.context"} == {
        name: whole[name] for name in ("MetadataId", *names)
    }


def test_every_table_is_found_by_its_name_and_its_number(inside: Inside, tables: list[Entry]) -> None:
    for one in tables:
        name, number = one["LogicalName"], one["MetadataId"]
        for key in (f"LogicalName='{name}'", number, number.upper(), f"MetadataId={number}"):
            assert inside.get(f"EntityDefinitions({key})?$select=LogicalName")["LogicalName"] == name


def test_every_column_is_found_by_its_name_its_number_and_its_type(inside: Inside) -> None:
    for one in inside.rows(f"{ACCOUNT}/Attributes")[::15]:
        name, kind = one["LogicalName"], one["@odata.type"].removeprefix("#")
        for key in (f"LogicalName='{name}'", one["MetadataId"]):
            assert inside.get(f"{ACCOUNT}/Attributes({key})") | {"@odata.context": ""} == {**one, "@odata.context": ""}
        typed = inside.get(f"{ACCOUNT}/Attributes(LogicalName='{name}')/{kind}?$select=LogicalName")
        assert typed["LogicalName"] == name


@pytest.mark.parametrize("kind", ["String", "Memo", "Picklist", "State", "Status", "Lookup", "Money", "Boolean",
                                  "DateTime", "Integer", "Double", "UniqueIdentifier", "BigInt", "Decimal", "Image",
                                  "MultiSelectPicklist", "ManagedProperty"])  # fmt: skip
def test_a_type_keeps_the_columns_of_that_type(inside: Inside, kind: str) -> None:
    whole = inside.rows(f"{ACCOUNT}/Attributes?$select=LogicalName")
    wanted = [one["LogicalName"] for one in whole if one["@odata.type"] == f"#{CRM}.{kind}AttributeMetadata"]

    found = inside.rows(f"{ACCOUNT}/Attributes/{CRM}.{kind}AttributeMetadata?$select=LogicalName")

    assert [one["LogicalName"] for one in found] == wanted


REFUSED = [
    ("EntityDefinitions('account')", 400),
    ("EntityDefinitions(account)", 400),
    ("EntityDefinitions(LogicalName=account)", 400),
    ("EntityDefinitions(LogicalName='account',MetadataId='x')", 400),
    ("EntityDefinitions(SchemaName='Account')", 400),
    ("EntityDefinitions(Name='account')", 400),
    ("EntityDefinitions(MetadataId='account')", 400),
    ("EntityDefinitions()", 400),
    ("EntityDefinitions(LogicalName='Account')", 404),
    ("EntityDefinitions(00000000-0000-0000-0000-000000000001)", 404),
    ("EntityDefinitions/Attributes", 404),
    ("EntityDefinitions/$count", 404),
    (f"{ACCOUNT}/Columns", 404),
    (f"{ACCOUNT}/LogicalName", 404),
    (f"{ACCOUNT}/Attributes('name')", 400),
    (f"{ACCOUNT}/Attributes(SchemaName='Name')", 400),
    (f"{ACCOUNT}/Attributes(LogicalName='Name')", 404),
    (f"{ACCOUNT}/Attributes(LogicalName='name')/MaxLength", 404),
    (f"{ACCOUNT}/Attributes(LogicalName='name')/{CRM}.PicklistAttributeMetadata", 404),
    (f"{ACCOUNT}/Attributes/{CRM}.EnumAttributeMetadata", 400),
    (f"{ACCOUNT}/Attributes/{CRM}.TextAttributeMetadata", 404),
    (f"{ACCOUNT}/Attributes/StringAttributeMetadata", 404),
    (f"{ACCOUNT}/Attributes/{CRM}.StringAttributeMetadata/OptionSet", 404),
    (f"{ACCOUNT}/Keys(LogicalName='x')", 404),
    (f"{ACCOUNT}/ManyToOneRelationships/{CRM}.OneToManyRelationshipMetadata/x", 404),
    ("RelationshipDefinitions('contact_customer_accounts')", 400),
    ("RelationshipDefinitions(Name='contact_customer_accounts')", 400),
    ("RelationshipDefinitions(SchemaName='nothing')", 404),
    (f"RelationshipDefinitions/{CRM}.ManyToOneRelationshipMetadata", 404),
    (f"RelationshipDefinitions/{CRM}.OneToManyRelationshipMetadata/x", 404),
    ("GlobalOptionSetDefinitions(Name='nothing')", 404),
    ("GlobalOptionSetDefinitions('nothing')", 400),
    ("GlobalOptionSetDefinitions/Options", 404),
]


@pytest.mark.parametrize(("path", "status"), REFUSED)
def test_an_address_of_no_definition_is_refused(inside: Inside, path: str, status: int) -> None:
    assert inside.refusal("GET", path)[0] == status


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("EntityDefinitions?$filter=ObjectTypeCode gt 'a'", "incompatible types"),
        ("EntityDefinitions?$filter=LogicalName gt 5", "incompatible types"),
        ("EntityDefinitions?$filter=IsPrivate eq 1", "incompatible types"),
        ("EntityDefinitions?$filter=IsCustomizable eq 'x'", "incompatible types"),
        ("EntityDefinitions?$filter=contains(ObjectTypeCode,'1')", "No function signature"),
        ("EntityDefinitions?$filter=contains(LogicalName,1)", "No function signature"),
        ("EntityDefinitions?$filter=ObjectTypeCode eq 1e9999999999999999999", "too large or too small"),
        ("EntityDefinitions?$filter=logicalname eq 'account'", "Could not find a property named 'logicalname'"),
        ("EntityDefinitions?$filter=IsCustomizable/Vat eq true", "Could not find a property named 'Vat'"),
        ("EntityDefinitions?$filter=LogicalName eq SchemaName", "not supported for metadata"),
        ("EntityDefinitions?$filter=Attributes/any(a:a/LogicalName eq 'name')", "not supported for metadata"),
        (f"EntityDefinitions?$filter={CRM}.Today(PropertyName='x')", "not supported for metadata"),
        ("EntityDefinitions?$orderby=LogicalName", "only support the query options"),
        ("EntityDefinitions?$top=1", "only support the query options"),
        ("EntityDefinitions?$count=true", "only support the query options"),
        ("EntityDefinitions?$apply=aggregate($count as n)", "only support the query options"),
        ("EntityDefinitions?$skiptoken=x", "only support the query options"),
        ("EntityDefinitions?$deltatoken=x", "only support the query options"),
        ("EntityDefinitions?$skip=1", "Skip Clause is not supported"),
        ("EntityDefinitions?$select=Attributes", "Could not find a property named 'Attributes'"),
        ("EntityDefinitions?$select=Name", "Could not find a property named 'Name'"),
        ("EntityDefinitions?$expand=Columns", "Could not find a property named 'Columns'"),
        (f"{ACCOUNT}?$expand=Attributes/$ref", "Could not find a property named 'Attributes'"),
        (f"{ACCOUNT}?$expand=Attributes($expand=OptionSet)", "Could not find a property named 'OptionSet'"),
        (f"{ACCOUNT}?$expand=Attributes($orderby=LogicalName)", "only support the query options"),
        (f"{ACCOUNT}?$expand=Attributes($select=Options)", "Could not find a property named 'Options'"),
        (f"{ACCOUNT}/Attributes?$expand=OptionSet", "Could not find a property named 'OptionSet'"),
        (f"{ACCOUNT}/Keys?$expand=Attributes", "Could not find a property named 'Attributes'"),
        (f"{ACCOUNT}/ManyToOneRelationships?$expand=x", "Could not find a property named 'x'"),
        ("RelationshipDefinitions?$expand=x", "Could not find a property named 'x'"),
        ("GlobalOptionSetDefinitions?$expand=Options", "Could not find a property named 'Options'"),
    ],
)
def test_a_question_that_definitions_do_not_answer_is_refused(inside: Inside, path: str, says: str) -> None:
    assert inside.refusal("GET", path) == (400, "0x80060888")
    assert says in inside.message("GET", path)


CHOICES = f"{CRM}.PicklistAttributeMetadata"


def test_the_choices_of_a_column_have_an_address_and_come_beside_it(inside: Inside) -> None:
    column = f"{ACCOUNT}/Attributes(LogicalName='customertypecode')/{CHOICES}"

    own = inside.get(f"{column}/OptionSet?$select=Options")["Options"]
    beside = inside.get(f"{column}?$select=LogicalName&$expand=OptionSet($select=Options),GlobalOptionSet")

    assert beside["OptionSet"]["Options"] == own
    assert beside["GlobalOptionSet"] is None
    assert own[2]["Label"]["UserLocalizedLabel"]["Label"] == "Customer"
    assert inside("GET", f"{column}/GlobalOptionSet").status_code == 204


def test_every_state_has_a_default_reason_of_its_own(inside: Inside, tables: list[Entry]) -> None:
    for one in tables:
        path = f"EntityDefinitions(LogicalName='{one['LogicalName']}')/Attributes"
        states = inside.rows(f"{path}/{CRM}.StateAttributeMetadata?$select=LogicalName&$expand=OptionSet")
        for state in states:
            reasons = inside.get(f"{path}(LogicalName='statuscode')/{CRM}.StatusAttributeMetadata/OptionSet")["Options"]
            of = {reason["Value"]: reason["State"] for reason in reasons}
            for option in state["OptionSet"]["Options"]:
                assert of[option["DefaultStatus"]] == option["Value"], one["LogicalName"]


def test_relationships_are_the_same_from_both_ends_and_alone(inside: Inside, tables: list[Entry]) -> None:
    every = {one["SchemaName"]: one for one in inside.rows("RelationshipDefinitions")}
    names = {one["LogicalName"] for one in tables}
    for one in every.values():
        if one["RelationshipType"] == "OneToManyRelationship":
            assert {one["ReferencedEntity"], one["ReferencingEntity"]} <= names

    for name in ("account", "contact", "systemuser"):
        path = f"EntityDefinitions(LogicalName='{name}')"
        for part in ("ManyToOneRelationships", "OneToManyRelationships", "ManyToManyRelationships"):
            for one in inside.rows(f"{path}/{part}"):
                assert every[one["SchemaName"]]["MetadataId"] == one["MetadataId"]
