"""How people read a record, a field and a value."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integration.systems.memory import MemorySystem
from integration.systems.naming import names_of
from integration.systems.values import Field, FieldType, Option, Record, Ref, Side, Table
from integration.systems.wording import NAMELESS, NO_NAME, field_name, record_name, said, shorten, value_text

ADATUM = uuid.UUID(int=10000)
NO, NAME = Field("no", FieldType.CODE, "No."), Field("name", FieldType.TEXT)
ITEM = Field("item", FieldType.REFERENCE, "Item")
CUSTOMER = Table("customer", "Customer", {"no": NO, "name": NAME}, name_field="name", number_field="no")
PRICE = Table("sales_price", "Sales Price", {"item": ITEM, "code": NO})
STATUS = Field("isdisabled", FieldType.BOOLEAN, "Status", words=("Enabled", "Disabled"))
BLOCKED = Field("blocked", FieldType.OPTION, options=(Option(1, "Ship "),))
NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("value", "field", "zone", "text"),
    [
        (None, None, None, ""),
        ("Adatum", None, None, "Adatum"),
        (Decimal("1.50"), None, None, "1.50"),
        (True, None, None, "Yes"),
        (False, None, None, "No"),
        (False, STATUS, None, "Enabled"),
        (True, STATUS, ZoneInfo("Europe/Zurich"), "Disabled"),
        (Ref("customer", ADATUM, "10000"), None, None, "10000"),
        (Ref("customer", ADATUM), None, None, str(ADATUM)),
        (1, BLOCKED, None, "Ship"),
        (2, BLOCKED, None, "2"),
        (NOON, None, ZoneInfo("Europe/Zurich"), "2026-07-01 14:00:00"),
    ],
)
def test_a_value_is_read_as_people_say_it(value: Any, field: Field | None, zone: ZoneInfo | None, text: str) -> None:
    assert value_text(value, field, zone) == text


def test_a_field_is_called_by_its_label_else_by_its_name() -> None:
    assert [field_name(one) for one in (NO, NAME)] == ["No.", "name"]


@pytest.mark.parametrize(
    ("table", "values", "name"),
    [
        (CUSTOMER, {"no": "10000", "name": "Adatum"}, "10000 Adatum"),
        (CUSTOMER, {"no": "Adatum", "name": "Adatum"}, "Adatum"),
        (CUSTOMER, {"name": "Adatum"}, "Adatum"),
        (CUSTOMER, {}, str(ADATUM)),
        (CUSTOMER, {"no": "10000", "name": "\u202emutadA \u2067of\u200f Ulm"}, "10000 mutadA of\u200f Ulm"),
        (CUSTOMER, {"no": "", "name": None, "owner": Ref("systemuser", ADATUM, "Anna Lidman")}, NO_NAME),
        (PRICE, {"item": Ref("item", ADATUM, "1896-S"), "code": "PCS"}, "1896-S"),
    ],
)
def test_a_record_is_called_by_number_and_name_and_one_without_such_columns_by_what_it_refers_to(
    table: Table, values: dict[str, Any], name: str
) -> None:
    assert record_name(table, Record(table.name, ADATUM, values, "1")) == name


def test_a_record_without_number_and_name_is_called_by_other_columns_where_they_are_given() -> None:
    price = Record("sales_price", ADATUM, {"item": Ref("item", ADATUM, "1896-S"), "code": "PCS"}, "1")
    assert record_name(PRICE, price, ["item", "code"]) == "1896-S PCS"
    blank = Record("customer", ADATUM, {"no": "", "name": "", "city": "Atlanta"}, "1")
    in_city = Table("customer", "Customer", {**CUSTOMER.fields, "city": NAME}, "name", "no")
    assert record_name(in_city, blank, ["city"]) == "Atlanta"


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert [shorten("Adatum", 6), shorten("Fabrikam", 6)] == ["Adatum", "Fabri…"]


def test_records_that_values_refer_to_are_called_as_their_own_system_calls_them() -> None:
    erp = MemorySystem(Side.ERP, [CUSTOMER])
    adatum = erp.add("customer", no="10000", name="Adatum")
    gone, elsewhere = uuid.uuid4(), uuid.uuid4()
    values = [Ref("customer", adatum), Ref("customer", gone), Ref("vessel", elsewhere), "Adatum", None]
    assert names_of(erp, values) == {adatum: "10000 Adatum"}


def test_a_sentence_for_people_has_no_id_in_it() -> None:
    assert said(Ref("customer", ADATUM)) == NAMELESS
    assert said(Ref("customer", ADATUM, "10000")) == "10000"
