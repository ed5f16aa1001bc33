"""``$metadata``: what the schema names can be followed, and what can be followed is named."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from integration.sandbox.dataverse.store.model import Table, load_model
from tests.sandbox.conftest import Caller

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
MODEL = load_model()


@pytest.fixture(scope="module")
def schema(sandbox: dict[str, object]) -> ElementTree.Element:
    """The schema with annotations."""
    answer = Caller(sandbox)("GET", "$metadata?annotations=true")
    assert answer.headers["Content-Type"] == "application/xml"
    found = ElementTree.fromstring(answer.content).find(f".//{EDM}Schema")
    assert found is not None
    return found


def entity(schema: ElementTree.Element, name: str) -> ElementTree.Element:
    (found,) = [one for one in schema.findall(f"{EDM}EntityType") if one.get("Name") == name]
    return found


def test_every_type_that_is_named_is_defined(schema: ElementTree.Element) -> None:
    defined = {f"mscrm.{one.get('Name')}" for kind in ("EntityType", "ComplexType") for one in schema.iter(EDM + kind)}
    named = {
        one.get("Type", one.get("BaseType", "")).removeprefix("Collection(").removesuffix(")") for one in schema.iter()
    }

    assert {name for name in named if name.startswith("mscrm.")} <= defined


@pytest.mark.parametrize("table", list(MODEL), ids=lambda table: table.name)
def test_a_table_has_its_properties_and_navigation_properties(schema: ElementTree.Element, table: Table) -> None:
    found = entity(schema, table.name)

    assert {one.get("Name") for one in found.findall(f"{EDM}Property")} >= set(table.properties)
    named = {one.get("Name") for one in found.findall(f"{EDM}NavigationProperty")}
    assert named >= {*table.navigation, *table.collections}


def test_lookups_of_several_tables_have_a_name_for_each(schema: ElementTree.Element) -> None:
    order = {one.get("Name"): one for one in entity(schema, "salesorder").findall(f"{EDM}NavigationProperty")}

    assert order["customerid_account"].get("Type") == "mscrm.account"
    assert order["customerid_contact"].get("Type") == "mscrm.contact"
    assert order["customerid_account"].get("Partner") == "order_customer_accounts"
    assert order["ownerid"].get("Type") == "mscrm.principal"
    assert order["order_details"].get("Type") == "Collection(mscrm.salesorderdetail)"
    line = {one.get("Name") for one in entity(schema, "salesorderdetail").findall(f"{EDM}NavigationProperty")}
    assert "QuoteDetailId" in line


def test_partners_lead_back(schema: ElementTree.Element) -> None:
    navigation = {
        (kind.get("Name"), one.get("Name")): one
        for kind in schema.findall(f"{EDM}EntityType")
        for one in kind.findall(f"{EDM}NavigationProperty")
    }
    for (kind, name), one in navigation.items():
        partner, far = one.get("Partner"), one.get("Type", "").removeprefix("Collection(").removesuffix(")")
        if partner:
            back = navigation[far.removeprefix("mscrm."), partner]
            assert back.get("Partner") == name, (kind, name)


def test_columns_say_who_may_write_them(schema: ElementTree.Element) -> None:
    terms = {
        one.get("Name"): {note.get("Term", "").rpartition(".")[2] for note in one}
        for one in entity(schema, "account").findall(f"{EDM}Property")
    }

    assert "Computed" in terms["createdon"]
    assert "Immutable" in terms["overriddencreatedon"]
    assert not {"Computed", "Immutable"} & terms["name"]


def test_the_plain_schema_has_no_annotations_and_every_set(call: Caller) -> None:
    text = call("GET", "$metadata").text
    sets = {one.get("Name") for one in ElementTree.fromstring(text).iter(f"{EDM}EntitySet")}

    assert "<Annotation" not in text
    assert sets == {row["name"] for row in call.rows("")}
