"""``dataverse-api``, a client of other authorship, against the sandbox: it takes any authorised session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from dataverse_api import DataverseClient
from dataverse_api.entity import DataverseEntity
from dataverse_api.errors import DataverseAPIError
from dataverse_api.metadata.attributes import IntegerAttributeMetadata, LookupAttributeMetadata, StringAttributeMetadata
from dataverse_api.metadata.complex_properties import create_label
from dataverse_api.metadata.entity import define_entity
from dataverse_api.metadata.enums import OwnershipType
from dataverse_api.metadata.relationships import define_relationship
from dataverse_api.utils.batching import RequestMethod

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def client(secure: dict[str, Any]) -> Iterator[DataverseClient]:
    form = {
        **secure["clients"]["administrator"],
        "grant_type": "client_credentials",
        "scope": f"{secure['url']}/.default",
    }
    token = requests.post(secure["token_endpoint"], data=form, timeout=10).json()["access_token"]
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        yield DataverseClient(session=session, environment_url=secure["url"])


@pytest.fixture(scope="module")
def accounts(client: DataverseClient) -> DataverseEntity:
    return client.entity("account")


@pytest.fixture(scope="module")
def shops(client: DataverseClient) -> DataverseEntity:
    """A table of its own, led to by a lookup, with an alternate key on its number."""
    name = StringAttributeMetadata(schema_name="dva_Name", is_primary_name=True)
    number = StringAttributeMetadata(schema_name="dva_Number", max_length=20)
    client.create_entity(define_entity("dva_Shop", [name], ownership_type=OwnershipType.USER_OWNED))
    shops = client.entity("dva_shop")
    shops.add_attribute(number)
    shops.add_attribute(IntegerAttributeMetadata(schema_name="dva_Size", min_value=0, max_value=900))
    return shops


def named(accounts: DataverseEntity, names: list[str]) -> list[str]:
    """Creates them in one message; their ids."""
    (answer,) = accounts.create([{"name": name} for name in names], mode="multiple")
    return answer.json()["Ids"]


def test_it_learns_what_a_table_can_do(accounts: DataverseEntity) -> None:
    assert (accounts.entity_set_name, accounts.primary_id_attr) == ("accounts", "accountid")
    assert accounts.supports_create_multiple
    assert accounts.supports_update_multiple
    assert "primarycontactid" in accounts.relationships.single_valued
    assert "contact_customer_accounts" in accounts.relationships.collection_valued


def test_it_creates_rows_one_by_one_side_by_side_and_in_one_message(accounts: DataverseEntity) -> None:
    accounts.create([{"name": "Adatum"}], return_created=True)
    accounts.create([{"name": f"Adatum {n}"} for n in range(6)], threading=True)
    named(accounts, ["Adatum Holding", "Adatum Services"])

    found = accounts.read(filter="startswith(name,'Adatum')", select=["name"])

    assert len(found) == 9


def test_it_reads_pages_with_labels_and_what_is_expanded(accounts: DataverseEntity) -> None:
    named(accounts, [f"Fabrikam {n}" for n in range(5)])

    pages = accounts.read(
        filter="contains(name,'Fabrikam')",
        select=["name", "statecode"],
        order_by="name desc",
        expand="owninguser($select=fullname)",
        page_size=2,
        return_formatted_values=True,
        return_responses=True,
    )

    assert [[row["name"] for row in page.json()["value"]] for page in pages] == [
        ["Fabrikam 4", "Fabrikam 3"],
        ["Fabrikam 2", "Fabrikam 1"],
        ["Fabrikam 0"],
    ]
    row = pages[0].json()["value"][0]
    assert row["statecode@OData.Community.Display.V1.FormattedValue"] == "Active"
    assert row["owninguser"]["fullname"]


def test_it_blanks_a_column_and_deletes_what_a_filter_finds(accounts: DataverseEntity) -> None:
    ids = named(accounts, ["Coho Winery", "Coho Vineyard"])
    accounts.upsert([{"accountid": row, "telephone1": "555-0100"} for row in ids])
    accounts.delete_columns(["telephone1"], ids=ids[:1])
    blank = accounts.read(filter="startswith(name,'Coho') and telephone1 eq null", select=["name"])

    accounts.delete(filter="startswith(name,'Coho')")

    assert [row["name"] for row in blank] == ["Coho Winery"]
    assert accounts.read(filter="startswith(name,'Coho')") == []


def test_it_makes_a_table_with_columns_and_writes_to_it(client: DataverseClient, shops: DataverseEntity) -> None:
    shops.create([{"dva_name": "Litware", "dva_size": 12}])
    told = client.get_entity_definition("dva_shop")

    (read,) = shops.read(select=["dva_name", "dva_size"])

    assert told.schema_name == "dva_Shop"
    assert (read["dva_name"], read["dva_size"]) == ("Litware", 12)


def test_it_gives_a_table_another_name(client: DataverseClient, shops: DataverseEntity) -> None:
    told = client.get_entity_definition("dva_shop")
    told.display_name = create_label(label="Branch")

    client.update_entity(told, preserve_localized_labels=True)

    again = client.get_entity_definition("dva_shop")
    assert [label.label for label in again.display_name.localized_labels] == ["Branch"]
    assert shops.read(select=["dva_name"]) is not None


def test_it_upserts_by_an_alternate_key(client: DataverseClient, shops: DataverseEntity) -> None:
    key = {"SchemaName": "dva_ByNumber", "KeyAttributes": ["dva_number"]}
    client._api_call(RequestMethod.POST, "EntityDefinitions(LogicalName='dva_shop')/Keys", json=key)
    shops.update_schema("altkeys")  # its own method posts to EntityMetadata, which the service does not have

    for size in (1, 2):
        shops.upsert([{"dva_number": "S-1", "dva_size": size}], altkey_name="dva_ByNumber")

    (found,) = shops.read(filter="dva_number eq 'S-1'", select=["dva_size"])
    assert found["dva_size"] == 2


def test_it_makes_and_deletes_a_relationship(client: DataverseClient, shops: DataverseEntity) -> None:
    lookup = LookupAttributeMetadata(schema_name="dva_AccountId")
    relationship = define_relationship("dva_account_shop", "dva_shop", "account", lookup)
    client.create_relationship(relationship)
    shops.update_schema("relationships")
    assert "dva_AccountId" in shops.relationships.single_valued
    told = client.get_relationship_definition("dva_account_shop")

    client.delete_relationship("dva_account_shop")

    shops.update_schema("relationships")
    assert told.schema_name == "dva_account_shop"
    assert "dva_AccountId" not in shops.relationships.single_valued


def test_it_removes_a_column_and_its_table(client: DataverseClient, shops: DataverseEntity) -> None:
    shops.remove_attribute(logical_name="dva_size")
    with pytest.raises(DataverseAPIError, match="dva_size"):
        shops.read(select=["dva_size"])

    client.delete_entity("dva_shop")

    with pytest.raises(DataverseAPIError):
        client.entity("dva_shop")


def test_it_asks_for_the_languages(client: DataverseClient) -> None:
    assert client.get_language_codes() == [1033]


def test_what_it_does_wrong_it_is_told(accounts: DataverseEntity) -> None:
    """Its batches end lines with a bare line feed, which the service is documented to refuse."""
    (long,) = accounts.create([{"name": "x" * 161}])
    (batch,) = accounts.create([{"name": "Batched"}], mode="batch")

    assert (long.status_code, long.json()["error"]["code"]) == (400, "0x80044331")
    assert batch.status_code == 400
    assert accounts.read(filter="name eq 'Batched'") == []
