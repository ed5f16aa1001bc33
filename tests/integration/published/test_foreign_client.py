"""A client of OData that is not ours (python-odata) reads the service by its description alone."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client
from odata import ODataService
from odata.exceptions import ODataError
from requests.adapters import BaseAdapter

from integration.business_central.published.properties import PROPERTIES
from integration.models.people.access_key import change_key
from integration.models.people.user import User
from tests.integration.published.shop import FURNITURE, Program, ordered, product

pytestmark = pytest.mark.django_db
SMALL_PAGES = {"Prefer": "odata.maxpagesize=2"}


class Inside(BaseAdapter):
    """Brings requests of a session to the application in this process, without a network between."""

    def __init__(self) -> None:
        super().__init__()
        self.client = Client()
        self.asked: list[str] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        self.asked.append(parts.query)
        headers = cast(Any, dict(request.headers))
        answer = self.client.generic(str(request.method), f"{parts.path}?{parts.query}", headers=headers)
        found = requests.Response()
        found.status_code, found._content = answer.status_code, answer.content
        found.headers.update(answer.headers)
        found.url, found.request = str(request.url), request
        return found

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def inside() -> Inside:
    return Inside()


@pytest.fixture
def service(phyllis: Program, inside: Inside) -> ODataService:
    """The service as the client has reflected it from ``$metadata``."""
    session = requests.Session()
    session.mount("http://testserver/", inside)
    session.auth = ("phyllis", change_key(User.objects.get(username="phyllis")))
    session.headers.update(SMALL_PAGES)
    return ODataService("http://testserver/ODataV4/", session=session, reflect_entities=True, quiet_progress=True)


def test_it_finds_both_entity_sets_and_the_types_of_their_properties(service: ODataService) -> None:
    rows = service.entities["ProductItemAvailability"]

    assert set(service.entities) >= {"Company", "ProductItemAvailability"}
    assert {name: type(getattr(rows, name)).__name__ for name in PROPERTIES} == {
        "ProductId": "UUIDProperty", "ItemNo": "StringProperty", "Description": "StringProperty",
        "UnitOfMeasure": "StringProperty", "Inventory": "DecimalProperty", "AvailableQuantity": "DecimalProperty",
        "QtyOnSalesOrder": "DecimalProperty",
    }  # fmt: skip
    assert [one.Name for one in service.query(service.entities["Company"])] == ["CRONUS International Ltd."]


def test_it_reads_every_row_page_by_page(service: ODataService, inside: Inside) -> None:
    ordered("1908-S", "2.5")
    rows = service.entities["ProductItemAvailability"]
    asked = len(inside.asked)

    found = {one.ItemNo: one for one in service.query(rows)}

    assert [*found] == [row[0] for row in FURNITURE]
    assert len(inside.asked) - asked == 3
    assert (found["1908-S"].Inventory, found["1908-S"].QtyOnSalesOrder) == (0.5, 2.5)


def test_it_filters_orders_chooses_and_counts(service: ODataService) -> None:
    rows = service.entities["ProductItemAvailability"]
    query = service.query(rows)

    chairs = query.filter(rows.Description.contains("Chair")).order_by(rows.Inventory.desc())
    assert [one.ItemNo for one in chairs] == ["1908-S", "1900-S"]
    either = query.filter((rows.Inventory > 10) | (rows.ItemNo == "O'NEIL"))
    assert {one.ItemNo for one in either} == {"1896-S", "1925-W", "O'NEIL"}
    assert [one.ItemNo for one in query.filter(rows.ProductId == product(4))] == ["1920-S"]
    assert query.select(rows.ItemNo).offset(1).limit(1).all()[0]["ItemNo"] == "1900-S"
    assert query.get(product(1)).Description == "ATHENS Desk"


def test_it_understands_our_errors(service: ODataService) -> None:
    rows = service.entities["ProductItemAvailability"]

    with pytest.raises(ODataError, match="The function “endswith” is not offered"):
        service.query(rows).filter(rows.ItemNo.endswith("S")).all()
