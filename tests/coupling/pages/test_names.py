"""What records are called on lists and cards."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.test import Client

from coupling.pages.records import name_of, naming
from integration.connection import systems
from integration.models import ConnectionSetup, TableMapping
from integration.systems.memory import MemorySystem
from integration.systems.values import Record, Ref, Side
from tests.coupling.conftest import page
from tests.makers import amount, crm_tables, reference, table, text
from tests.people import ADMINISTRATOR, signed_in

ID = uuid.UUID(int=7)
PRICE = table(
    "sales_price",
    "Sales Price",
    [reference("item_no", "item"), text("sales_type"), text("sales_code"), amount("unit_price")],
    named="",
)
LINE_FIELDS = [text("invoicedetailname"), reference("ownerid", "systemuser"), text("productdescription")]
LINE_FIELDS += [reference("invoiceid", "invoice"), reference("productid", "product")]
LINE = table("invoicedetail", "Invoice Product", LINE_FIELDS, named="invoicedetailname")


def test_a_price_is_called_by_what_its_list_shows_first() -> None:
    values = {"item_no": Ref("item", ID, "1896-S"), "sales_type": "Customer", "sales_code": "C00080"}
    assert name_of(Side.ERP, PRICE, Record("sales_price", ID, values, "1")) == "1896-S Customer C00080"
    assert naming(Side.ERP, PRICE) == ["item_no", "sales_type", "sales_code"]


def test_an_invoice_product_without_a_name_is_called_by_its_invoice_and_what_is_sold() -> None:
    values = {
        "invoicedetailname": None,
        "ownerid": Ref("systemuser", ID, "Anna Lidman"),
        "invoiceid": Ref("invoice", ID, "103002"),
        "productid": Ref("product", ID, "ATHENS Guest Chair"),
    }
    line = Record("invoicedetail", ID, values, "1")
    assert name_of(Side.CRM, LINE, line) == "103002 ATHENS Guest Chair"
    named = Record("invoicedetail", ID, {**values, "invoicedetailname": "Chair"}, "1")
    assert name_of(Side.CRM, LINE, named) == "Chair"


def test_a_card_of_sales_calls_its_sales_price_by_its_item_and_no_id(
    clerk: Client, setup: ConnectionSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    erp = MemorySystem(Side.ERP, [PRICE])
    crm = MemorySystem(Side.CRM, [*crm_tables(), table("productpricelevel", "Price List Item", [amount("amount")])])
    monkeypatch.setattr(systems, "open_erp", lambda: erp)
    monkeypatch.setattr(systems, "connect", lambda **_: crm)
    ours = erp.add("sales_price", sales_type="Customer", sales_code="C00080", unit_price=Decimal("96.10"))
    theirs = crm.add("productpricelevel", amount=Decimal("96.10"))
    mapping = TableMapping.objects.create(name="PRICES", erp_table="sales_price", crm_table="productpricelevel")
    mapping.couplings.couple(ours, theirs)
    shown = page(clerk, "crm_card", "productpricelevel", theirs)
    assert "Customer C00080" in shown
    assert f">{ours}" not in shown


def test_the_question_before_erasing_names_the_record(mapping: TableMapping, adatum: uuid.UUID) -> None:
    asked = page(signed_in("annette", ADMINISTRATOR), "erase", "erp", "customer", adatum)

    assert "<title>Erase What Is Remembered – C-ADATUM Adatum" in asked
    assert "lines of dry runs about C-ADATUM Adatum, and the one it is coupled with" in asked
