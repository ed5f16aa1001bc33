"""``$metadata`` by the rules of CSDL: a client that generates code from it finds every name it follows, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from tests.sandbox.dataverse.metadata.defining import column, many_to_many, one_to_many, table
from tests.sandbox.in_process import Inside

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
EDMX = "{http://docs.oasis-open.org/odata/ns/edmx}"
PRIMITIVE = {"Edm.String", "Edm.Guid", "Edm.Int32", "Edm.Int64", "Edm.Decimal", "Edm.Double", "Edm.Boolean", "Edm.Date",
             "Edm.DateTimeOffset"}  # fmt: skip
Element = ElementTree.Element


@pytest.fixture(scope="module")
def schema(inside: Inside) -> Element:
    """With tables of one's own: a lookup, a pair of collections, a table joined with itself, and an alternate key."""
    for body in (table("new_Wine", column("Integer", "new_Number")), table("new_Grape")):
        inside("POST", "EntityDefinitions", body)
    for body in (
        one_to_many("new_account_wines", "account", "new_wine", "new_MakerId"),
        many_to_many("new_wine_grape", "new_wine", "new_grape"),
        many_to_many("new_like", "new_wine", "new_wine"),
    ):
        inside("POST", "RelationshipDefinitions", body)
    key = {"SchemaName": "new_No", "KeyAttributes": ["new_number"]}
    assert inside("POST", "EntityDefinitions(LogicalName='new_wine')/Keys", key).status_code == 204
    answer = inside("GET", "$metadata?annotations=true")
    assert answer.headers["Content-Type"] == "application/xml"
    root = ElementTree.fromstring(answer.text)
    assert (root.tag, root.get("Version")) == (f"{EDMX}Edmx", "4.0")
    found = root.find(f"{EDMX}DataServices/{EDM}Schema")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def types(schema: Element) -> dict[str, Element]:
    return {f"mscrm.{one.get('Name')}": one for one in schema.findall(f"{EDM}EntityType")}


def own_and_inherited(types: dict[str, Element], one: Element) -> Iterator[Element]:
    yield one
    base = one.get("BaseType")
    if base is not None:
        yield from own_and_inherited(types, types[base])


def names(types: dict[str, Element], one: Element, *kinds: str) -> list[str]:
    parts = [part for each in own_and_inherited(types, one) for kind in kinds for part in each.findall(EDM + kind)]
    return [part.get("Name", "") for part in parts]


def pointed_to(navigation: Element) -> str:
    return navigation.get("Type", "").removeprefix("Collection(").removesuffix(")")


def test_every_name_of_the_schema_is_given_once(schema: Element) -> None:
    kinds = ("EntityType", "ComplexType", "Function", "Action")
    found = [one.get("Name") for kind in kinds for one in schema.findall(EDM + kind)]
    container = schema.find(f"{EDM}EntityContainer")
    assert container is not None

    assert [name for name, count in Counter(found).items() if count > 1] == []
    assert [name for name, count in Counter(one.get("Name") for one in container).items() if count > 1] == []


def test_every_property_of_a_type_has_a_name_of_its_own_and_a_type_that_exists(types: dict[str, Element]) -> None:
    for name, one in types.items():
        found = names(types, one, "Property", "NavigationProperty")
        assert [twice for twice, count in Counter(found).items() if count > 1] == [], name
        for made in one.findall(f"{EDM}Property"):
            assert made.get("Type") in PRIMITIVE, (name, made.get("Name"))
        for made in one.findall(f"{EDM}NavigationProperty"):
            assert pointed_to(made) in types, (name, made.get("Name"))


def test_every_type_that_is_not_abstract_has_one_key_among_its_properties(types: dict[str, Element]) -> None:
    for name, one in types.items():
        keys = [key for each in own_and_inherited(types, one) for key in each.findall(f"{EDM}Key/{EDM}PropertyRef")]
        if one.get("Abstract") == "true":
            assert keys == []
        else:
            assert len(keys) == 1, name
            assert keys[0].get("Name") in names(types, one, "Property")


def test_every_lookup_names_the_properties_that_hold_it_on_both_sides(types: dict[str, Element]) -> None:
    seen = 0
    for name, one in types.items():
        for made in one.findall(f"{EDM}NavigationProperty"):
            for held in made.findall(f"{EDM}ReferentialConstraint"):
                seen += 1
                assert held.get("Property") in names(types, one, "Property"), (name, made.get("Name"))
                far = types[pointed_to(made)]
                assert held.get("ReferencedProperty") in names(types, far, "Property"), (name, made.get("Name"))
    assert seen > 100


def test_partners_lead_back_to_the_type_they_come_from(types: dict[str, Element]) -> None:
    for name, one in types.items():
        for made in one.findall(f"{EDM}NavigationProperty"):
            partner = made.get("Partner")
            if partner:
                far = {each.get("Name"): each for each in types[pointed_to(made)].findall(f"{EDM}NavigationProperty")}
                assert partner in far, (name, made.get("Name"))
                assert pointed_to(far[partner]) == name, (name, made.get("Name"))


def test_every_set_binds_its_navigation_to_a_set_of_the_right_type(schema: Element, types: dict[str, Element]) -> None:
    container = schema.find(f"{EDM}EntityContainer")
    assert container is not None
    sets = {
        one.get("Name"): one.get("EntityType", "").replace("Microsoft.Dynamics.CRM.", "mscrm.")
        for one in container.findall(f"{EDM}EntitySet")
    }
    for one in container.findall(f"{EDM}EntitySet"):
        kind = types[sets[one.get("Name")]]
        known = {made.get("Name"): pointed_to(made) for made in kind.findall(f"{EDM}NavigationProperty")}
        paths = [bound.get("Path") for bound in one.findall(f"{EDM}NavigationPropertyBinding")]
        assert [path for path, count in Counter(paths).items() if count > 1] == [], one.get("Name")
        for bound in one.findall(f"{EDM}NavigationPropertyBinding"):
            assert sets[bound.get("Target")] == known[bound.get("Path")], (one.get("Name"), bound.get("Path"))


def test_messages_take_and_give_types_that_exist_and_are_imported_unless_bound(schema: Element) -> None:
    container = schema.find(f"{EDM}EntityContainer")
    assert container is not None
    known = {f"mscrm.{one.get('Name')}" for kind in ("EntityType", "ComplexType") for one in schema.findall(EDM + kind)}
    for kind in ("Function", "Action"):
        imported = {one.get(kind, "").rpartition(".")[2] for one in container.findall(f"{EDM}{kind}Import")}
        for one in schema.findall(EDM + kind):
            assert (one.get("Name") in imported) == (one.get("IsBound") != "true"), one.get("Name")
            for part in (*one.findall(f"{EDM}Parameter"), *one.findall(f"{EDM}ReturnType")):
                assert pointed_to(part) in known | PRIMITIVE, (one.get("Name"), part.get("Name"))
        assert imported <= {one.get("Name") for one in schema.findall(EDM + kind)}


def test_an_alternate_key_names_properties_of_its_type(types: dict[str, Element]) -> None:
    notes = types["mscrm.new_wine"].findall(f"{EDM}Annotation[@Term='OData.Community.Keys.V1.AlternateKeys']")
    paths = [one.get("PropertyPath") for note in notes for one in note.iter(f"{EDM}PropertyValue")]

    assert [path for path in paths if path] == ["new_number"]
    assert "new_number" in names(types, types["mscrm.new_wine"], "Property")


def test_what_was_made_a_moment_ago_is_in_the_schema(types: dict[str, Element]) -> None:
    wine = {made.get("Name"): made for made in types["mscrm.new_wine"].findall(f"{EDM}NavigationProperty")}

    assert wine["new_MakerId"].get("Partner") == "new_account_wines"
    assert wine["new_wine_grape"].get("Type") == "Collection(mscrm.new_grape)"
    assert pointed_to(wine["new_like"]) == "mscrm.new_wine"
