"""A company that sells furniture, some of it coupled with products, and a program that asks for it."""

from __future__ import annotations

import base64
import uuid
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

import simplejson
from django.test import Client

from coupling.models import Coupling
from integration.business_central.models import (
    CompanyInformation,
    Customer,
    Item,
    SalesHeader,
    SalesLine,
    UnitOfMeasure,
)
from integration.models import ConnectionSetup, TableMapping, User
from integration.models.people.access_key import change_key
from tests.people import AVAILABILITY, made

D = Decimal
COMPANY = "CRONUS International Ltd."
ADDRESS = f"/ODataV4/Company('{quote(COMPANY)}')/ProductItemAvailability"
SALES = "https://contoso.crm4.dynamics.com"
FURNITURE = (
    ("1896-S", "ATHENS Desk", "PCS", 12), ("1900-S", "PARIS Guest Chair, black", "PCS", -2),
    ("1908-S", "LONDON Swivel Chair, blue", "PCS", "0.5"), ("1920-S", "ANTWERP Conference Table", "SET", 0),
    ("1925-W", "Conférence 50% “Größe_Ω”", "PACK", "1234.56789"),
    ("O'NEIL", "O'Neil's table; DROP TABLE item;--", "", 3),
)  # fmt: skip
"""Number, description, unit, inventory; the products have the ids 1, 2, 3 …"""


def product(number: int) -> uuid.UUID:
    """The id of a product."""
    return uuid.UUID(int=number)


def open_shop() -> None:
    """Furniture that is coupled, a lamp that is not, a bench whose product is not there yet."""
    CompanyInformation.current()
    items = TableMapping.objects.create(name="ITEM-PRODUCT", erp_table="item", crm_table="product")
    for number, row in enumerate(FURNITURE, 1):
        couple(items, furniture(*row), product(number))
    furniture("LAMP", "Lamp", "PCS", 99)
    couple(items, furniture("BENCH", "Bench", "PCS", 7), product(70), "intended")


def furniture(no: str, description: str, unit: str, inventory: Any) -> Item:
    code = UnitOfMeasure.objects.get_or_create(code=unit)[0] if unit else None
    item = Item.objects.create(no=no, description=description, base_unit_of_measure=code)
    Item.objects.filter(pk=item.pk).update(inventory=D(inventory))
    return item


def couple(mapping: TableMapping, item: Item, crm_id: uuid.UUID, state: str = "coupled") -> None:
    Coupling.objects.create(mapping=mapping, erp_id=item.pk, crm_id=crm_id, state=state)


def ordered(no: str, *outstanding: Any, document_type: int = 1) -> None:
    """Put lines of an item on a new document; nothing of them is shipped."""
    adatum = Customer.objects.get_or_create(no="ADATUM")[0]
    number = f"D{SalesHeader.objects.count():05}"
    header = SalesHeader(no=number, document_type=document_type, sell_to_customer_no=adatum)
    SalesHeader.objects.insert_complete([header])
    SalesLine.objects.insert_complete([
        SalesLine(document_no=header, document_type=document_type, line_no=line * 10000, type=2, no=no,
                  quantity=D(quantity), outstanding_quantity=D(quantity))
        for line, quantity in enumerate(outstanding, 1)
    ])  # fmt: skip


class Program:
    """Asks with a user name and a key."""

    def __init__(self, username: str, key: str) -> None:
        self.client = Client()
        self.proof = "Basic " + base64.b64encode(f"{username}:{key}".encode()).decode()

    def get(self, address: str = ADDRESS, headers: dict[str, str] | None = None, **options: Any) -> Any:
        """The answer to a GET; options are written with ``$`` before their names."""
        query = urlencode({f"${name}": value for name, value in options.items()}, quote_via=quote)
        return self.send("GET", f"{address}?{query}" if query else address, headers)

    def send(self, method: str, address: str, headers: dict[str, str] | None = None) -> Any:
        return self.client.generic(method, address, headers={"Authorization": self.proof, **(headers or {})})

    def rows(self, **options: Any) -> list[dict[str, Any]]:
        """The rows of an answer that is one."""
        answer = self.get(**options)
        assert answer.status_code == 200, answer.content
        return read(answer)["value"]

    def numbers(self, **options: Any) -> list[str]:
        """The numbers of the items found, in the answer's order."""
        return [row["ItemNo"] for row in self.rows(**options)]


def read(answer: Any) -> Any:
    """The body, with decimals as they are."""
    return simplejson.loads(answer.content, use_decimal=True)


def publish() -> ConnectionSetup:
    """Item availability is switched on, for the organization of Contoso."""
    setup = ConnectionSetup.current()
    setup.url, setup.item_availability_enabled = SALES, True
    setup.save()
    return setup


def program(username: str = "phyllis") -> Program:
    """A program that signs in as this person, who is in the group Availability."""
    found = User.objects.filter(username=username).first() or made(username, AVAILABILITY)
    return Program(username, change_key(found))
