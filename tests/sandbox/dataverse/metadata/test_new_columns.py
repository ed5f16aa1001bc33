"""New columns: what a definition may say, what the organization makes of it, and that rows then keep to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.dataverse.metadata.defining import ACCOUNT, CRM, column, fresh, options, words
from tests.sandbox.in_process import Inside


def add(inside: Inside, kind: str, **facts: Any) -> str:
    """The logical name of a new column of account."""
    body = column(kind, **facts)
    answer = inside("POST", f"{ACCOUNT}/Attributes", body)
    assert answer.status_code == 204, answer.text
    return str(body["SchemaName"]).lower()


def described(inside: Inside, name: str, kind: str) -> dict[str, Any]:
    return inside.get(f"{ACCOUNT}/Attributes(LogicalName='{name}')/{CRM}.{kind}AttributeMetadata")


def kept(inside: Inside, name: str, value: Any) -> Any:
    """What a row holds after the value was written."""
    row = inside.create("accounts", name="Adatum", **{name: value})
    return inside.get(f"accounts({row})?$select={name}")[name]


@pytest.mark.parametrize(
    ("kind", "facts", "shown"),
    [
        ("String", {}, {"MaxLength": 100}),
        ("String", {"MaxLength": 4000}, {"MaxLength": 4000}),
        ("Memo", {}, {"MaxLength": 2000}),
        ("Memo", {"MaxLength": 1_048_576}, {"MaxLength": 1_048_576}),
        ("Integer", {}, {"MinValue": -(2**31), "MaxValue": 2**31 - 1}),
        ("Integer", {"MinValue": 0, "MaxValue": 10}, {"MinValue": 0, "MaxValue": 10}),
        ("BigInt", {}, {"MinValue": -(2**63), "MaxValue": 2**63 - 1}),
        ("Decimal", {}, {"MinValue": -100_000_000_000, "MaxValue": 100_000_000_000, "Precision": 2}),
        ("Decimal", {"MinValue": 0.5, "MaxValue": 1, "Precision": 10},
         {"MinValue": Decimal("0.5"), "MaxValue": 1, "Precision": 10}),
        ("Double", {}, {"Precision": 5}),
        ("Double", {"Precision": 0}, {"Precision": 0}),
        ("DateTime", {}, {"Format": "DateAndTime", "DateTimeBehavior": {"Value": "UserLocal"}}),
        ("DateTime", {"Format": "DateOnly"}, {"Format": "DateOnly", "DateTimeBehavior": {"Value": "UserLocal"}}),
        ("DateTime", {"DateTimeBehavior": {"Value": "DateOnly"}},
         {"Format": "DateOnly", "DateTimeBehavior": {"Value": "DateOnly"}}),
        ("Boolean", {}, {}),
        ("Picklist", {"OptionSet": options(1, 2)}, {}),
        ("UniqueIdentifier", {}, {}),
    ],
)  # fmt: skip
def test_a_column_is_described_as_it_was_defined(
    inside: Inside, kind: str, facts: dict[str, Any], shown: dict[str, Any]
) -> None:
    name = add(inside, kind, **facts)

    found = described(inside, name, kind)

    assert {key: found.get(key) for key in shown} == shown
    assert found["@odata.type"] == f"#{CRM}.{kind}AttributeMetadata"
    assert found["DisplayName"]["UserLocalizedLabel"]["Label"] == f"Label of {found['SchemaName']}"
    assert (found["IsCustomAttribute"], found["IsValidForCreate"], found["IsValidForUpdate"]) == (True, True, True)
    assert found["RequiredLevel"]["Value"] == "None"


@pytest.mark.parametrize(
    ("level", "shown"),
    [("None", "None"), ("Recommended", "None"), ("ApplicationRequired", "ApplicationRequired"),
     ("SystemRequired", "SystemRequired")],
)  # fmt: skip
def test_a_column_says_how_much_it_is_needed(inside: Inside, level: str, shown: str) -> None:
    body = {**column("String"), "RequiredLevel": {"Value": level}}
    wine = fresh("new_T")
    primary = column("String", "new_Name", IsPrimaryName=True)
    inside("POST", "EntityDefinitions", {"SchemaName": wine, "Attributes": [primary, body]})

    definition = (
        f"EntityDefinitions(LogicalName='{wine.lower()}')/Attributes(LogicalName='{body['SchemaName'].lower()}')"
    )

    assert inside.get(definition)["RequiredLevel"]["Value"] == shown


@pytest.mark.parametrize(
    ("kind", "facts", "value", "found"),
    [
        ("String", {"MaxLength": 5}, "12345", "12345"),
        ("Decimal", {"Precision": 3}, Decimal("1.23456"), Decimal("1.235")),
        ("Decimal", {"Precision": 0}, Decimal("1.5"), 2),
        ("Decimal", {"Precision": 10}, Decimal("0.0000000001"), Decimal("0.0000000001")),
        ("Integer", {"MinValue": -5, "MaxValue": 5}, -5, -5),
        ("BigInt", {}, 2**62, 2**62),
        ("Boolean", {}, True, True),
        ("DateTime", {}, "2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00Z"),
        ("DateTime", {"DateTimeBehavior": {"Value": "DateOnly"}}, "2026-03-02", "2026-03-02"),
        ("Picklist", {"OptionSet": options(7, 9)}, 9, 9),
        ("UniqueIdentifier", {}, "3F2A0000-0000-0000-0000-00000000000A", "3f2a0000-0000-0000-0000-00000000000a"),
    ],
)
def test_a_row_keeps_a_value_as_its_column_keeps_it(
    inside: Inside, kind: str, facts: dict[str, Any], value: Any, found: Any
) -> None:
    assert kept(inside, add(inside, kind, **facts), value) == found


@pytest.mark.parametrize(
    ("kind", "facts", "value", "code"),
    [
        ("String", {"MaxLength": 5}, "123456", "0x80044331"),
        ("Memo", {"MaxLength": 5}, "123456", "0x80044331"),
        ("Integer", {"MinValue": -5, "MaxValue": 5}, 6, "0x8004432f"),
        ("Integer", {}, "5", "0x80048d19"),
        ("Integer", {}, 1.5, "0x80048d19"),
        ("Decimal", {"MinValue": 0, "MaxValue": 1}, 1.01, "0x80044330"),
        ("Boolean", {}, 1, "0x80048d19"),
        ("Picklist", {"OptionSet": options(7, 9)}, 8, "0x8004431a"),
        ("DateTime", {}, "yesterday", "0x80048d19"),
        ("UniqueIdentifier", {}, "x", "0x80048d19"),
    ],
)
def test_a_row_is_refused_a_value_that_its_column_does_not_take(
    inside: Inside, kind: str, facts: dict[str, Any], value: Any, code: str
) -> None:
    name = add(inside, kind, **facts)

    assert inside.refusal("POST", "accounts", {"name": "Adatum", name: value}) == (400, code)


@pytest.mark.parametrize(
    ("kind", "facts", "says"),
    [
        ("String", {"MaxLength": 0}, "must lie between 1 and 4000"),
        ("String", {"MaxLength": -1}, "must lie between 1 and 4000"),
        ("String", {"MaxLength": 4001}, "must lie between 1 and 4000"),
        ("String", {"MaxLength": "40"}, "must lie between 1 and 4000"),
        ("String", {"MaxLength": True}, "must lie between 1 and 4000"),
        ("Memo", {"MaxLength": 1_048_577}, "must lie between 1 and 1048576"),
        ("Integer", {"MinValue": 5, "MaxValue": 1}, "must not be greater than the MaxValue"),
        ("Integer", {"MinValue": 1.5}, "must be a whole number"),
        ("Integer", {"MaxValue": 2**31}, "lie between -2147483648 and 2147483647"),
        ("Integer", {"MaxValue": "many"}, "must be a number"),
        ("Integer", {"MaxValue": []}, "must be a number"),
        ("Decimal", {"Precision": 11}, "must lie between 0 and 10"),
        ("Decimal", {"Precision": -1}, "must lie between 0 and 10"),
        ("Decimal", {"Precision": 1.5}, "must lie between 0 and 10"),
        ("Decimal", {"Precision": "2"}, "must lie between 0 and 10"),
        ("Decimal", {"MinValue": -100_000_000_001}, "lie between -100000000000 and 100000000000"),
        ("Double", {"Precision": 6}, "must lie between 0 and 5"),
        ("Picklist", {}, "needs 'OptionSet' with 'Options'"),
        ("Picklist", {"OptionSet": {"Options": [1]}}, "needs 'OptionSet' with 'Options'"),
        ("Picklist", {"OptionSet": options("a")}, "whole number as its value"),
        ("Picklist", {"OptionSet": options(1, 1)}, "a value of its own"),
        ("String", {"RequiredLevel": {"Value": "Perhaps"}}, "The requirement level 'Perhaps' does not exist"),
        ("String", {"RequiredLevel": {"Value": []}}, "does not exist"),
        ("String", {"SchemaName": "Name"}, "a custom name starts with a prefix"),
        ("String", {"SchemaName": "n_Name"}, "a custom name starts with a prefix"),
        ("String", {"SchemaName": "new_"}, "a custom name starts with a prefix"),
        ("String", {"SchemaName": 'new_"; --'}, "a custom name starts with a prefix"),
        ("String", {"SchemaName": None}, "a custom name starts with a prefix"),
    ],
)
def test_a_definition_beyond_what_a_column_can_be_is_refused(
    inside: Inside, kind: str, facts: dict[str, Any], says: str
) -> None:
    before = len(inside.rows(f"{ACCOUNT}/Attributes"))
    body = {**column(kind), **facts}

    assert inside.refusal("POST", f"{ACCOUNT}/Attributes", body) == (400, "0x80040203")
    assert says in inside.message("POST", f"{ACCOUNT}/Attributes", body)
    assert len(inside.rows(f"{ACCOUNT}/Attributes")) == before


@pytest.mark.parametrize("kind", ["Money", "Lookup", "Status", "Image", ""])
def test_a_type_of_column_that_the_sandbox_does_not_make_is_named(inside: Inside, kind: str) -> None:
    assert inside.refusal("POST", f"{ACCOUNT}/Attributes", column(kind))[0] == 501


def test_a_name_is_given_once_whatever_its_case(inside: Inside) -> None:
    name = add(inside, "String", SchemaName="new_Cork")

    assert inside.refusal("POST", f"{ACCOUNT}/Attributes", column("Integer", name.replace("cork", "CORK")))[0] == 400


@pytest.mark.parametrize(
    ("name", "kind", "facts", "says"),
    [
        ("name", "String", {"RequiredLevel": {"Value": {}}}, "does not exist"),
        ("name", "String", {"MaxLength": 0}, "between 1 and 4000"),
        ("numberofemployees", "Integer", {"MinValue": 10, "MaxValue": 5}, "must not be greater"),
        ("numberofemployees", "Integer", {"MaxValue": 1.5}, "must be a whole number"),
        ("exchangerate", "Decimal", {"Precision": 11}, "between 0 and 10"),
        ("name", "Memo", {}, "its type cannot be changed"),
    ],
)
def test_a_change_beyond_what_a_column_can_be_is_refused(
    inside: Inside, name: str, kind: str, facts: dict[str, Any], says: str
) -> None:
    body = {"@odata.type": f"{CRM}.{kind}AttributeMetadata", "SchemaName": name, **facts}

    assert says in inside.message("PUT", f"{ACCOUNT}/Attributes(LogicalName='{name}')", body)


def test_a_definition_sent_back_as_it_is_changes_nothing(inside: Inside) -> None:
    """An exchange rate has twelve decimals, more than a column that people define."""
    for name, kind in (("exchangerate", "Decimal"), ("numberofemployees", "Integer"), ("name", "String")):
        before = described(inside, name, kind)

        answer = inside("PUT", f"{ACCOUNT}/Attributes(LogicalName='{name}')", before)

        assert answer.status_code == 204, answer.text
        assert described(inside, name, kind) == before


def test_a_column_is_taken_away_with_its_values(inside: Inside) -> None:
    name = add(inside, "String", SchemaName=fresh())
    row = inside.create("accounts", name="Adatum", **{name: "x"})

    assert inside("DELETE", f"{ACCOUNT}/Attributes(LogicalName='{name}')").status_code == 204

    assert name not in inside.get(f"accounts({row})")
    assert inside.refusal("POST", "accounts", {name: "x"}) == (400, "0x80048d19")
    assert inside.refusal("GET", f"{ACCOUNT}/Attributes(LogicalName='{name}')") == (404, "0x80040217")
    assert inside("POST", f"{ACCOUNT}/Attributes", column("Integer", name.replace("new_c", "new_C"))).status_code == 204
    assert kept(inside, name, 5) == 5


@pytest.mark.parametrize("name", ["name", "accountid", "telephone1", "statecode"])
def test_a_column_of_the_system_stays(inside: Inside, name: str) -> None:
    assert inside.refusal("DELETE", f"{ACCOUNT}/Attributes(LogicalName='{name}')") == (400, "0x80040203")


def test_a_label_without_words_is_the_name(inside: Inside) -> None:
    for label in (None, {}, {"LocalizedLabels": []}, {"LocalizedLabels": [{}]}, "Cork", words("")):
        body = {**column("String"), "DisplayName": label}
        inside("POST", f"{ACCOUNT}/Attributes", body)

        found = described(inside, body["SchemaName"].lower(), "String")
        assert found["DisplayName"]["UserLocalizedLabel"]["Label"] == body["SchemaName"]
