"""Microsoft's own client for Python against the sandbox: what it cannot do here is a fault of the sandbox."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models.filters import col
from PowerPlatform.Dataverse.models.labels import Label, LocalizedLabel
from PowerPlatform.Dataverse.models.relationship import (
    LookupAttributeMetadata,
    ManyToManyRelationshipMetadata,
    OneToManyRelationshipMetadata,
)

pytestmark = pytest.mark.processes


class Credential:
    """Asks the sandbox's own directory for a token."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.ready = ready

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        form = {**self.ready["clients"]["administrator"], "grant_type": "client_credentials", "scope": scopes[0]}
        answer = requests.post(self.ready["token_endpoint"], data=form, timeout=10).json()
        return AccessToken(answer["access_token"], int(time.time()) + answer["expires_in"])


@pytest.fixture(scope="module")
def client(secure: dict[str, Any]) -> Iterator[DataverseClient]:
    with DataverseClient(secure["url"], Credential(secure)) as client:
        yield client


@pytest.fixture(scope="module")
def shop(client: DataverseClient) -> str:
    """A table of its own with an alternate key on its number."""
    client.tables.create("new_Shop", {"new_Number": "string", "new_Size": "int", "new_Open": "bool"})
    client.tables.create_alternate_key("new_Shop", "new_ByNumber", ["new_number"])
    return "new_Shop"


def test_it_creates_reads_changes_and_deletes_a_row(client: DataverseClient) -> None:
    row = client.records.create("account", {"name": "Coho Winery"})
    client.records.update("account", row, {"name": "Coho Vineyard"})

    read = client.records.retrieve("account", row, select=["name"])
    client.records.delete("account", row)

    assert read is not None
    assert read["name"] == "Coho Vineyard"
    assert client.records.retrieve("account", row, select=["name"]) is None


def test_it_creates_and_updates_many_rows_in_one_message(client: DataverseClient) -> None:
    rows = client.records.create("contact", [{"lastname": f"Contoso {n}"} for n in range(3)])
    client.records.update("contact", rows, {"jobtitle": "Buyer"})

    found = client.records.list("contact", filter="jobtitle eq 'Buyer'", select=["jobtitle"])

    assert {row["contactid"] for row in found} == set(rows)


def test_it_reads_page_by_page(client: DataverseClient) -> None:
    client.records.create("contact", [{"lastname": f"Fabrikam {n}", "jobtitle": "Paged"} for n in range(7)])

    pages = list(client.records.list_pages("contact", filter="jobtitle eq 'Paged'", page_size=3))

    assert [len(list(page)) for page in pages] == [3, 3, 1]


def test_it_makes_a_table_with_a_key(client: DataverseClient, shop: str) -> None:
    table = client.tables.get(shop)
    (key,) = client.tables.get_alternate_keys(shop)

    assert table is not None
    assert table["entity_set_name"] == "new_shops"
    assert (key.key_attributes, key.status) == (["new_number"], "Active")


def test_it_upserts_by_the_key(client: DataverseClient, shop: str) -> None:
    key = {"new_number": "S-1"}
    client.records.upsert(shop, [{"alternate_key": key, "record": {"new_size": 1}}])
    client.records.upsert(shop, [{"alternate_key": key, "record": {"new_size": 2}}])
    client.records.upsert(
        shop, [{"alternate_key": {"new_number": f"S-{n}"}, "record": {"new_size": n + 10}} for n in (1, 2)]
    )

    found = client.records.list(shop, select=["new_number", "new_size"], orderby=["new_number"])

    assert [(row["new_number"], row["new_size"]) for row in found] == [("S-1", 11), ("S-2", 12)]


def test_it_adds_and_removes_columns(client: DataverseClient, shop: str) -> None:
    client.tables.add_columns(shop, {"new_Rating": "decimal"})
    row = client.records.create(shop, {"new_name": "Adatum", "new_rating": 4.25})

    read = client.records.retrieve(shop, row, select=["new_rating"])
    client.tables.remove_columns(shop, "new_Rating")

    assert read is not None
    assert read["new_rating"] == 4.25
    assert "new_rating" not in {column["LogicalName"] for column in client.tables.list_columns(shop)}


def test_its_batch_keeps_a_change_set_together(client: DataverseClient) -> None:
    batch = client.batch.new()
    with batch.changeset() as changes:
        changes.records.create("account", {"name": "Batched"})
        changes.records.create("account", {"name": "x" * 161})
    result = batch.execute(continue_on_error=True)

    assert result.has_errors
    assert list(client.records.list("account", filter="name eq 'Batched'")) == []


def test_it_makes_a_lookup_and_deletes_the_table(client: DataverseClient, shop: str) -> None:
    client.tables.create("new_Visit", {"new_Text": "memo"})
    client.tables.create_lookup_field("new_visit", "new_ShopId", "new_shop")
    place = client.records.create(shop, {"new_name": "Fabrikam"})
    visit = client.records.create("new_Visit", {"new_ShopId@odata.bind": f"/new_shops({place})"})

    read = client.records.retrieve("new_Visit", visit, select=["_new_shopid_value"])
    client.tables.delete("new_Visit")

    assert read is not None
    assert read["_new_shopid_value"] == place
    assert client.tables.get("new_Visit") is None


def test_it_changes_the_limits_of_a_column(client: DataverseClient, shop: str) -> None:
    client.tables.add_columns(shop, {"new_Motto": {"type": "string", "max_length": 5}})
    row = client.records.create(shop, {"new_motto": "short"})

    client.tables.update_column(shop, "new_Motto", {"max_length": 40, "display_name": "Words on the door"})

    client.records.update(shop, row, {"new_motto": "longer than five letters"})
    column = client.tables.get_column(shop, "new_Motto", typed=True)
    assert column is not None
    assert column["MaxLength"] == 40
    assert column["DisplayName"]["UserLocalizedLabel"]["Label"] == "Words on the door"
    with pytest.raises(HttpError):
        client.records.update(shop, row, {"new_motto": "x" * 41})


def test_it_reads_the_types_of_columns_in_one_question(client: DataverseClient, shop: str) -> None:
    columns = {column["LogicalName"]: column for column in client.tables.list_columns(shop, typed=True)}

    assert columns["new_number"]["MaxLength"] == 200
    assert columns["new_size"]["MaxValue"] == 2**31 - 1
    assert "MaxLength" not in columns["new_open"]


def test_it_makes_finds_and_deletes_relationships(client: DataverseClient, shop: str) -> None:
    client.tables.create("new_Fair", {"new_Place": "string"})
    lookup = LookupAttributeMetadata(schema_name="new_FairId", display_name=Label([LocalizedLabel("Fair", 1033)]))
    made = client.tables.create_one_to_many_relationship(
        lookup, OneToManyRelationshipMetadata("new_fair_shop", "new_fair", "new_shop", "new_fairid")
    )
    both = client.tables.create_many_to_many_relationship(
        ManyToManyRelationshipMetadata("new_fair_contact", "new_fair", "contact")
    )

    names = {one["SchemaName"] for one in client.tables.list_table_relationships("new_Fair")}
    assert {"new_fair_shop", "new_fair_contact"} <= names
    client.tables.delete_relationship(made.relationship_id)
    client.tables.delete_relationship(both.relationship_id)

    assert client.tables.get_relationship("new_fair_shop") is None
    assert client.tables.get_relationship("new_fair_contact") is None
    client.tables.delete("new_Fair")


def test_it_deletes_an_alternate_key(client: DataverseClient, shop: str) -> None:
    client.tables.create_alternate_key(shop, "new_BySize", ["new_size"])
    (key,) = [key for key in client.tables.get_alternate_keys(shop) if key.schema_name == "new_BySize"]

    client.tables.delete_alternate_key(shop, key.metadata_id)

    assert [key.schema_name for key in client.tables.get_alternate_keys(shop)] == ["new_ByNumber"]


def test_it_asks_in_fetchxml_page_by_page(client: DataverseClient) -> None:
    client.records.create("contact", [{"lastname": f"Litware {n}", "jobtitle": "Fetched"} for n in range(5)])
    xml = (
        '<fetch count="2"><entity name="contact"><attribute name="lastname" /><order attribute="lastname" />'
        '<filter><condition attribute="jobtitle" operator="eq" value="Fetched" /></filter></entity></fetch>'
    )

    pages = [[row["lastname"] for row in page] for page in client.query.fetchxml(xml).execute_pages()]

    assert pages == [["Litware 0", "Litware 1"], ["Litware 2", "Litware 3"], ["Litware 4"]]


def test_its_query_builder_is_understood(client: DataverseClient) -> None:
    client.records.create("contact", [{"lastname": f"Woodgrove {n}", "jobtitle": "Built"} for n in range(3)])
    wanted = (col("jobtitle") == "Built") & (col("lastname").in_(["Woodgrove 1", "Woodgrove 2"]))

    found = client.query.builder("contact").select("lastname").where(wanted).order_by("lastname").execute()

    assert [row["lastname"] for row in found] == ["Woodgrove 1", "Woodgrove 2"]


def test_it_deletes_many_rows_in_a_job(client: DataverseClient) -> None:
    rows = client.records.create("contact", [{"lastname": f"Gone {n}"} for n in range(3)])

    job = client.records.delete("contact", rows[:2])

    assert job
    assert [row["lastname"] for row in client.records.list("contact", filter="startswith(lastname,'Gone')")] == [
        "Gone 2"
    ]


def test_a_query_language_the_sandbox_lacks_is_not_ignored(client: DataverseClient) -> None:
    with pytest.raises(HttpError, match="does not offer"):
        client.query.sql("SELECT TOP 1 name FROM account")
