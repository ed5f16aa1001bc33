"""Validation of values on their way in: what a column takes, what it makes of it, and how a refusal reads."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.business_central.models import CountryRegion, Customer, Item, Opportunity, PaymentTerms, ShipmentMethod
from integration.business_central.tables import columns_of
from integration.business_central.writing.validation import stored_value
from integration.systems.errors import InvalidValue, RecordProblem
from tests.business_central.embedded import insert, listed, reference, update
from tests.examples import examples

pytestmark = pytest.mark.django_db

REFUSED: list[tuple[str, str, Any, str]] = [
    ("customer", "name", 5, "Name takes text, not 5."),
    ("customer", "name", "X" * 101, f"Name takes at most 100 characters; “{'X' * 59}…” has 101."),
    ("customer", "city", "😀" * 16, f"City takes at most 30 characters; “{'😀' * 16}” has 32."),
    ("customer", "no", "C" * 21, f"No. takes at most 20 characters; “{'C' * 21}” has 21."),
    ("customer", "credit_limit_lcy", "12", "Credit Limit (LCY) takes a number, not “12”."),
    ("customer", "credit_limit_lcy", 1.5, "Credit Limit (LCY) takes a number, not “1.5”."),
    ("customer", "credit_limit_lcy", True, "Credit Limit (LCY) takes a number, not “True”."),
    ("customer", "credit_limit_lcy", Decimal("1e13"),
     "Credit Limit (LCY) takes values from -9999999999999.99 to 9999999999999.99, not 1E+13."),
    ("customer", "credit_limit_lcy", Decimal("NaN"),
     "Credit Limit (LCY) takes values from -9999999999999.99 to 9999999999999.99, not NaN."),
    ("item", "unit_price", Decimal("-0.01"), "Unit Price takes values from 0 to 9999999999.99999, not -0.01."),
    ("customer", "blocked", 4, "Blocked has no option 4."),
    ("customer", "blocked", "Ship", "Blocked has no option Ship."),
    ("customer", "blocked", True, "Blocked has no option True."),
    ("customer", "combine_shipments", 1, "Combine Shipments takes Yes or No, not “1”."),
    ("customer", "combine_shipments", "yes", "Combine Shipments takes Yes or No, not “yes”."),
    ("opportunity", "estimated_closing_date", "2026-03-01",
     "Estimated Closing Date takes a date, not “2026-03-01”."),
    ("opportunity", "estimated_closing_date", dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
     "Estimated Closing Date takes a date, not “2026-03-01 00:00:00+00:00”."),
    ("opportunity", "probability_percent", Decimal("100.1"), "Probability % takes values from 0 to 100."),
    ("customer", "currency_code", "EUR", "Currency Code takes a currency, not “EUR”."),
    ("payment_terms", "code", "", "Code must be filled in."),
    ("payment_terms", "code", "   ", "Code must be filled in."),
    ("country_region", "iso_code", "D", "ISO Code takes two letters, “D” is something else."),
    ("country_region", "iso_code", "D1", "ISO Code takes two letters, “D1” is something else."),
    ("currency", "iso_code", "EU", "ISO Code takes three letters, “EU” is something else."),
]  # fmt: skip


@pytest.mark.parametrize(("table", "column", "value", "message"), REFUSED)
def test_a_value_that_does_not_fit_is_refused_with_its_column_and_its_limit(
    table: str, column: str, value: Any, message: str
) -> None:
    key = {"code": "NET 30"} if table in ("payment_terms", "country_region", "currency") else {}

    error = insert(table, **{**key, column: value})

    assert isinstance(error, InvalidValue)
    assert (error.field, error.message) == (column, message)


BLANKS: list[tuple[str, str, Any]] = [
    ("customer", "name", ""), ("customer", "post_code", ""), ("customer", "credit_limit_lcy", Decimal(0)),
    ("customer", "blocked", 0), ("customer", "combine_shipments", False), ("customer", "salesperson_code", None),
    ("customer", "country_region_code", ""), ("opportunity", "estimated_closing_date", None),
    ("sales_price", "sales_type", 1), ("item", "unit_price", Decimal(0)),
]  # fmt: skip


@pytest.mark.parametrize("given_as", [None, ""])
@pytest.mark.parametrize(("table", "column", "blank"), BLANKS)
def test_blank_is_stored_as_the_product_holds_it(table: str, column: str, blank: Any, given_as: Any) -> None:
    stored = stored_value(columns_of(table).column(column), given_as)

    assert (stored or None) == (blank or None)


@pytest.mark.parametrize(
    ("typed", "stored"), [(" exw ", "EXW"), ("straße", "STRASSE"), ("Über", "ÜBER"), ("a b", "A B")]
)  # fmt: skip
def test_a_code_is_stored_in_capitals_without_blanks_around_it_whoever_writes_it(typed: str, stored: str) -> None:
    assert insert("shipment_method", code=typed) is None
    assert ShipmentMethod.objects.get().code == stored
    ShipmentMethod.objects.all().delete()

    ShipmentMethod.objects.create(code=typed)
    assert ShipmentMethod.objects.get(code=typed).code == stored
    ShipmentMethod.objects.update(code=typed)
    assert ShipmentMethod.objects.get().code == stored


def test_a_code_that_grows_in_capitals_beyond_its_length_is_refused() -> None:
    error = insert("shipment_method", code="ß" * 10)

    assert isinstance(error, InvalidValue)
    assert error.field == "code"


@pytest.mark.parametrize(
    ("given_as", "stored"),
    [("12.345675", "12.34568"), ("12.345674", "12.34567"), ("0.000005", "0.00001"), ("0.000004", "0"),
     ("9999999999.99999", "9999999999.99999"), ("1E+3", "1000"), ("7", "7")],
)  # fmt: skip
def test_a_price_keeps_five_decimals_and_rounds_half_up(given_as: str, stored: str) -> None:
    assert insert("item", description="Desk", unit_price=Decimal(given_as)) is None

    assert Item.objects.get().unit_price == Decimal(stored)
    assert listed("item", f"unit_price = {stored}", "description") == ["Desk"]


@given(units=st.integers(0, 10**15 - 1))
@examples(60)
def test_every_price_of_five_decimals_comes_back_as_it_was_written(units: int) -> None:
    price = Decimal(units).scaleb(-5)
    desk = Item.objects.create(description="Desk")

    assert update("item", desk, unit_price=price) is None

    assert listed("item", f"no = {desk.no}", "unit_price") == [price]


@given(cents=st.integers(-(10**15) + 1, 10**15 - 1))
@examples(60)
def test_every_amount_of_two_decimals_comes_back_as_it_was_written(cents: int) -> None:
    limit = Decimal(cents).scaleb(-2)
    adatum = Customer.objects.create(name="Adatum")

    assert update("customer", adatum, credit_limit_lcy=limit) is None

    assert listed("customer", f"no = {adatum.no}", "credit_limit_lcy") == [limit]


@pytest.mark.parametrize("day", [dt.date(1753, 1, 1), dt.date(2024, 2, 29), dt.date(9999, 12, 31), None])
def test_a_date_comes_back_as_the_same_day(day: dt.date | None) -> None:
    assert insert("opportunity", description="50 desks", estimated_closing_date=day) is None

    assert listed("opportunity", "", "estimated_closing_date") == [day]
    assert Opportunity.objects.get().estimated_closing_date == day


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_text_that_no_database_takes_is_refused_by_column(text: str) -> None:
    error = insert("customer", name=text)

    assert isinstance(error, InvalidValue)
    assert error.field == "name"


@pytest.mark.parametrize("text", ["a\nb", "\ta", "Ärzte – “Haus”", "日本 😀", "%_\\", " two  blanks "])
def test_text_comes_back_letter_by_letter(text: str) -> None:
    assert insert("customer", name=text) is None

    assert listed("customer") == [text]


@pytest.mark.parametrize(
    "e_mail", ["office", "of fice@adatum.example", "a@b@c", "@adatum.example", "a@b.example,c@d.example", "a@b;", ";"]
)
def test_what_is_no_e_mail_address_is_refused(e_mail: str) -> None:
    error = insert("customer", name="Adatum", e_mail=e_mail)

    assert isinstance(error, InvalidValue)
    assert error.field == "e_mail"


def test_several_e_mail_addresses_go_with_semicolons() -> None:
    assert insert("customer", name="Adatum", e_mail="office@adatum.example; sales@adatum.example") is None


@pytest.mark.parametrize("formula", ["", "30D", "0D", "CM", "CM+10D", "1M+CM", "-1M", "2W", "D15", "1Y-1D", "CW", "cm"])
def test_payment_terms_take_a_date_formula(formula: str) -> None:
    assert insert("payment_terms", code="NET", due_date_calculation=formula) is None

    assert PaymentTerms.objects.get().due_date_calculation == formula


@pytest.mark.parametrize("formula", ["thirty days", "30", "D", "30X", "CM+", "+", "30D10", "C", "1.5M", "30 D"])
@pytest.mark.parametrize("column", ["due_date_calculation", "discount_date_calculation"])
def test_payment_terms_refuse_what_is_no_date_formula(column: str, formula: str) -> None:
    error = insert("payment_terms", code="NET", **{column: formula})

    assert isinstance(error, InvalidValue)
    assert error.field == column
    assert f"“{formula}” is no date formula" in error.message


@pytest.mark.parametrize(
    ("values", "column"),
    [({"sales_type": 1}, "sales_code"), ({"sales_type": 0}, "customer_no"),
     ({"sales_type": 2, "starting_date": dt.date(2026, 2, 1), "ending_date": dt.date(2026, 1, 31)}, "ending_date")],
)  # fmt: skip
def test_a_sales_price_says_for_whom_and_ends_after_it_begins(values: dict[str, Any], column: str) -> None:
    desk = Item.objects.create(description="Desk")

    error = insert("sales_price", item_no=reference(desk), **values)

    assert isinstance(error, InvalidValue)
    assert error.field == column


def test_a_refused_change_leaves_nothing_of_it_on_the_row() -> None:
    germany = CountryRegion.objects.create(code="DE", iso_code="DE", name="Germany")

    error = update("country_region", germany, name="Deutschland", iso_code="D1")

    assert isinstance(error, RecordProblem)
    germany.refresh_from_db()
    assert (germany.name, germany.iso_code) == ("Germany", "DE")
