"""New tables and relationships: made, used by rows, taken away, and refused where they cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.dataverse.metadata.defining import (
    ACCOUNT,
    CRM,
    column,
    fresh,
    many_to_many,
    one_to_many,
    table,
    words,
)
from tests.sandbox.in_process import Inside


def made(inside: Inside, *columns: dict[str, Any], **facts: Any) -> str:
    """The logical name of a new table."""
    body = table("", *columns, **facts)
    answer = inside("POST", "EntityDefinitions", body)
    assert answer.status_code == 204, answer.text
    return str(body["SchemaName"]).lower()


def definition(name: str) -> str:
    return f"EntityDefinitions(LogicalName='{name}')"


@pytest.mark.parametrize(("given", "shown"), [("UserOwned", "UserOwned"), ("OrganizationOwned", "OrganizationOwned")])
def test_a_table_is_described_as_it_was_defined(inside: Inside, given: str, shown: str) -> None:
    name = made(inside, OwnershipType=given)

    found = inside.get(definition(name))

    assert (found["EntitySetName"], found["PrimaryIdAttribute"]) == (f"{name}s", f"{name}id")
    assert (found["PrimaryNameAttribute"], found["OwnershipType"]) == ("new_name", shown)
    assert (found["IsCustomEntity"], found["ChangeTrackingEnabled"]) == (True, True)
    columns = {one["LogicalName"] for one in inside.rows(f"{definition(name)}/Attributes")}
    assert columns >= {f"{name}id", "createdon", "statecode", "versionnumber"}
    assert ("ownerid" in columns) == (given == "UserOwned")


@pytest.mark.parametrize(
    ("schema", "set_name"),
    [("new_Winery", "new_wineries"), ("new_Key", "new_keys"), ("new_Glass", "new_glasses"), ("new_Box", "new_boxes"),
     ("new_Peach", "new_peaches"), ("new_Wish", "new_wishes"), ("new_Topaz", "new_topazes"), ("new_Wolf", "new_wolfs")],
)  # fmt: skip
def test_the_set_of_a_table_is_its_plural(inside: Inside, schema: str, set_name: str) -> None:
    inside("POST", "EntityDefinitions", table(schema))

    assert inside.get(definition(schema.lower()))["EntitySetName"] == set_name
    assert inside("GET", f"{set_name}?$top=1").status_code == 200


def test_rows_of_a_new_table_live_like_all_others(inside: Inside) -> None:
    name = made(inside, column("Integer", "new_Bottles"))
    row = inside.create(f"{name}s", new_name="Pinot", new_bottles=6)

    assert inside("PATCH", f"{name}s({row})", {"new_bottles": 5}).status_code == 204
    assert [one["new_bottles"] for one in inside.rows(f"{name}s?$filter=new_bottles lt 6")] == [5]
    changed = inside.get(f"{name}s?$select=new_name", Prefer="odata.track-changes")
    inside("DELETE", f"{name}s({row})")
    (gone,) = inside.rows(changed["@odata.deltaLink"])
    assert (gone["id"], gone["reason"]) == (row, "deleted")
    bulk = {"Targets": [{"@odata.type": f"{CRM}.{name}", "new_name": text} for text in ("A", "B")]}
    assert len(inside("POST", f"{name}s/{CRM}.CreateMultiple", bulk).json()["Ids"]) == 2


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"SchemaName": "Wine"}, "a custom name starts with a prefix"),
        ({"SchemaName": "new_Wine'"}, "a custom name starts with a prefix"),
        ({"SchemaName": 5}, "a custom name starts with a prefix"),
        ({"Attributes": None}, "needs 'Attributes'"),
        ({"Attributes": ["x"]}, "needs 'Attributes'"),
        ({"Attributes": []}, "must be its primary name"),
        ({"Attributes": [column("String")]}, "must be its primary name"),
        ({"Attributes": [column("String", IsPrimaryName=True), column("String", IsPrimaryName=True)]},
         "must be its primary name"),
        ({"Attributes": [column("Integer", IsPrimaryName=True)]}, "must be a column of type String"),
        ({"Attributes": [column("Memo", IsPrimaryName=True)]}, "must be a column of type String"),
        ({"Attributes": [column("String", "new_Name", IsPrimaryName=True), column("Integer", "new_NAME")]},
         "new_name already exists"),
        ({"SchemaName": "new_Vat", "Attributes": [column("String", "new_Name", IsPrimaryName=True),
                                                  column("String", "new_VatId")]}, "new_vatid already exists"),
        ({"OwnershipType": "Nobody"}, "The ownership type 'Nobody' is invalid"),
        ({"OwnershipType": None}, "The ownership type 'None' is invalid"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_is_refused_and_nothing_is_made(
    inside: Inside, facts: dict[str, Any], says: str
) -> None:
    before = {row["name"] for row in inside.rows("")}
    body = {**table(), **facts}

    assert inside.refusal("POST", "EntityDefinitions", body) == (400, "0x80040203")
    assert says in inside.message("POST", "EntityDefinitions", body)
    assert {row["name"] for row in inside.rows("")} == before


def test_a_table_is_made_once(inside: Inside) -> None:
    name = made(inside)

    assert inside.refusal("POST", "EntityDefinitions", table(name.replace("new_t", "new_T"))) == (400, "0x80040203")
    assert inside.refusal("POST", "EntityDefinitions", {**table(), "SchemaName": "new_" + "x" * 91})[0] == 400


def test_a_lookup_of_a_new_relationship_is_bound_and_followed_by_its_schema_name(inside: Inside) -> None:
    cellar, wine = made(inside), made(inside)
    relation = one_to_many(f"new_{cellar}_wines", cellar, wine, "new_CellarId")
    assert inside("POST", "RelationshipDefinitions", relation).status_code == 204
    home = inside.create(f"{cellar}s", new_name="Dijon")

    row = inside.create(f"{wine}s", new_name="Pinot", new_CellarId_at_bind=f"/{cellar}s({home})")

    assert inside.get(f"{wine}s({row})?$expand=new_CellarId")["new_CellarId"]["new_name"] == "Dijon"
    assert [one["new_name"] for one in inside.rows(f"{cellar}s({home})/new_{cellar}_wines")] == ["Pinot"]
    wrong = {"new_name": "x", "new_cellarid@odata.bind": f"/{cellar}s({home})"}
    assert inside.refusal("POST", f"{wine}s", wrong) == (400, "0x80048d19")
    found = inside.get(f"RelationshipDefinitions(SchemaName='new_{cellar}_wines')")
    assert (found["ReferencingAttribute"], found["ReferencingEntityNavigationPropertyName"]) == (
        "new_cellarid", "new_CellarId",
    )  # fmt: skip


def test_a_relationship_taken_away_takes_its_lookup_along(inside: Inside) -> None:
    cellar, wine = made(inside), made(inside)
    inside("POST", "RelationshipDefinitions", one_to_many("new_in_cellar", cellar, wine, "new_CellarId"))
    assert inside.refusal("DELETE", definition(cellar)) == (400, "0x8004f01f")

    assert inside("DELETE", "RelationshipDefinitions(SchemaName='new_in_cellar')").status_code == 204

    assert inside.refusal("GET", f"{definition(wine)}/Attributes(LogicalName='new_cellarid')")[0] == 404
    assert inside("DELETE", definition(cellar)).status_code == 204
    assert inside.refusal("GET", f"{cellar}s")[0] == 404
    assert inside("GET", f"{wine}s").status_code == 200


def test_a_table_that_joins_two_others_is_made_and_taken_away(inside: Inside) -> None:
    grape, wine = made(inside), made(inside)
    inside("POST", "RelationshipDefinitions", many_to_many("new_grape_wine", grape, wine))
    one, other = inside.create(f"{grape}s", new_name="Riesling"), inside.create(f"{wine}s", new_name="White")

    joining = f"{grape}s({one})/new_grape_wine/$ref"
    assert inside("POST", joining, {"@odata.id": f"{wine}s({other})"}).status_code == 204

    assert [row["new_name"] for row in inside.rows(f"{wine}s({other})/new_grape_wine")] == ["Riesling"]
    for name in (grape, wine):
        assert inside.refusal("DELETE", definition(name)) == (400, "0x8004f01f")
    assert inside("DELETE", "RelationshipDefinitions(SchemaName='new_grape_wine')").status_code == 204
    assert inside.refusal("GET", f"{grape}s({one})/new_grape_wine")[0] == 404
    assert inside("DELETE", definition(grape)).status_code == 204


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (one_to_many("new_x1", "nothing", "account", "new_Id"), "0x80041102"),
        (one_to_many("new_x2", "account", "nothing", "new_Id"), "0x80041102"),
        (one_to_many("new_x3", "account", "contact", "Id"), "0x80040203"),
        (one_to_many("x", "account", "contact", "new_Id"), "0x80040203"),
        ({**one_to_many("new_x4", "account", "contact", "new_Id"), "Lookup": None}, "0x80040203"),
        ({**one_to_many("new_x5", "account", "contact", "new_Id"), "ReferencedEntity": ["account"]}, "0x80041102"),
        (many_to_many("new_x6", "account", "nothing"), "0x80041102"),
        (many_to_many("new_x7", "account", "contact", IntersectEntityName='new_x" (y'), "0x80040203"),
        (many_to_many("new_x8", "account", "contact", IntersectEntityName="systemuser"), "0x80040203"),
        (many_to_many("new_x9", "account", "contact", IntersectEntityName=["new_x"]), "0x80040203"),
        ({}, "0x80040203"),
    ],
)
def test_a_relationship_that_cannot_be_is_refused(inside: Inside, body: dict[str, Any], code: str) -> None:
    assert inside.refusal("POST", "RelationshipDefinitions", body) == (400, code)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", ACCOUNT, 400),
        ("DELETE", definition("nothing"), 404),
        ("DELETE", "EntityDefinitions", 501),
        ("DELETE", f"{ACCOUNT}/Attributes(LogicalName='nothing')", 404),
        ("DELETE", f"{ACCOUNT}/Keys(LogicalName='nothing')", 404),
        ("DELETE", "RelationshipDefinitions(SchemaName='nothing')", 404),
        ("PUT", "RelationshipDefinitions(SchemaName='contact_customer_accounts')", 501),
        ("POST", ACCOUNT, 501),
        ("POST", f"{ACCOUNT}/Privileges", 501),
        ("PATCH", ACCOUNT, 501),
        ("POST", "GlobalOptionSetDefinitions", 501),
        ("DELETE", f"{ACCOUNT}/Attributes(LogicalName='name')/OptionSet", 501),
    ],
)
def test_a_change_that_cannot_be_made_changes_nothing(inside: Inside, method: str, path: str, status: int) -> None:
    before = inside.get(ACCOUNT)

    assert inside.refusal(method, path, {} if method != "DELETE" else None)[0] == status
    assert inside.get(ACCOUNT) == before


@pytest.mark.parametrize("content", [b"[]", b"5", b"null", b"{", b""])
def test_a_definition_is_a_json_object(inside: Inside, content: bytes) -> None:
    for method, path in (("POST", "EntityDefinitions"), ("POST", f"{ACCOUNT}/Attributes"), ("PUT", ACCOUNT),
                         ("POST", "RelationshipDefinitions"), ("POST", f"{ACCOUNT}/Keys")):  # fmt: skip
        assert inside.send(method, path, content, {}).refusal == (400, "0x80060888")


@pytest.mark.parametrize(
    "facts", [{"KeyAttributes": []}, {"KeyAttributes": "name"}, {"KeyAttributes": ["corks"]}, {"KeyAttributes": [5]},
              {"KeyAttributes": ["description"]}, {"KeyAttributes": ["creditlimit"]}, {"SchemaName": "Key"}],
)  # fmt: skip
def test_a_key_is_made_of_columns_that_can_be_one(inside: Inside, facts: dict[str, Any]) -> None:
    body = {"SchemaName": fresh("new_K"), "DisplayName": words("Key"), "KeyAttributes": ["accountnumber"], **facts}

    assert inside.refusal("POST", f"{ACCOUNT}/Keys", body)[0] == 400
    assert inside.rows(f"{ACCOUNT}/Keys") == []


def test_changes_to_tables_are_no_part_of_a_change_set(inside: Inside) -> None:
    text = (
        "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: application/http\r\n"
        "Content-Transfer-Encoding: binary\r\nContent-ID: 1\r\n\r\n"
        f"DELETE {ACCOUNT}/Attributes(LogicalName='name') HTTP/1.1\r\n\r\n\r\n--c--\r\n\r\n--b--\r\n"
    )
    cork = column("String", "new_Stopper")
    inside("POST", f"{ACCOUNT}/Attributes", cork)

    answer = inside.send("POST", "$batch", text.replace("'name'", "'new_stopper'").encode(),
                         {"content-type": "multipart/mixed; boundary=b"})  # fmt: skip

    assert answer.status_code == 400
    assert "cannot be part of a change set" in answer.text
    assert inside("GET", f"{ACCOUNT}/Attributes(LogicalName='new_stopper')").status_code == 200
