"""Microsoft's own client for Python against the sandbox: what it cannot do here is a fault of the sandbox."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.client import DataverseClient

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
