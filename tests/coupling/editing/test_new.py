"""New records: their number, what they start with, what is looked up while somebody types."""

from __future__ import annotations

import html

import pytest
from django.test import Client

from integration.business_central.models import (
    Contact,
    Currency,
    CurrencyExchangeRate,
    Customer,
    Item,
    NoSeries,
    NoSeriesLine,
    Salesperson,
    SalesPrice,
    UnitOfMeasure,
    Vendor,
)
from integration.models.stored.audit import AuditEntry
from tests.coupling.editing.pages import EditPage, new

NAMED = (Customer, Vendor, Contact, Item)


def test_a_blank_number_becomes_the_next_of_the_series_as_the_form_says(susan: Client, adatum: Customer) -> None:
    page = new(susan, "customer")
    assert "next number of the series CUST, C00010." in susan.get(page.address).content.decode()
    assert not NoSeries.objects.filter(code="CUST").exists()

    done = page.type(name="Fabrikam", phone_no="030 1").save()
    made = Customer.objects.get(name="Fabrikam")
    assert (made.no, made.phone_no) == ("C00010", "030 1")
    assert done.notices == ["C00010 Fabrikam is created."]
    assert Contact.objects.filter(name="Fabrikam").exists()
    assert AuditEntry.objects.get(kind="Customer").action == "created"


@pytest.mark.parametrize("table", ["customer", "vendor", "contact", "item"])
def test_a_page_sent_without_any_name_makes_no_record_and_takes_no_number(
    susan: Client, adatum: Customer, table: str
) -> None:
    there = [list(NoSeriesLine.objects.values()), *(model.objects.count() for model in NAMED)]
    refused = new(susan, table).save()

    assert "Fill this in: without it nobody finds the record again." in refused.text
    assert [list(NoSeriesLine.objects.values()), *(model.objects.count() for model in NAMED)] == there


def test_a_person_is_named_by_the_first_name_and_the_surname(susan: Client, adatum: Customer) -> None:
    new(susan, "contact").type(type="1", first_name="Cleo", surname="Nyberg").save()

    assert Contact.objects.get(surname="Nyberg").name == "Cleo Nyberg"


def test_a_number_that_is_in_use_is_passed_over(susan: Client, adatum: Customer) -> None:
    NoSeriesLine.objects.create(series_code=NoSeries.objects.create(code="CUST"), starting_no="C1")
    Customer.objects.create(no="C1", name="Fabrikam")

    assert "series CUST, C2." in susan.get("/records/erp/customer/new/").content.decode()


def test_a_series_that_takes_no_typed_number_has_no_input_for_one(susan: Client, adatum: Customer) -> None:
    series = NoSeries.objects.create(code="CUST", manual_nos=False)
    NoSeriesLine.objects.create(series_code=series, starting_no="C1")
    page = new(susan, "customer")
    assert "The number comes from the series CUST: C1" in susan.get(page.address).content.decode()

    page.type(name="Fabrikam", no="X-1").save()
    assert Customer.objects.get(name="Fabrikam").no == "C1"


def test_a_series_that_numbers_nothing_by_itself_says_so_at_the_number(susan: Client, adatum: Customer) -> None:
    series = NoSeries.objects.create(code="CUST", default_nos=False)
    NoSeriesLine.objects.create(series_code=series, starting_no="C1")
    refused = new(susan, "customer").type(name="Fabrikam").save()

    assert 'id="no-error"' in refused.text
    assert "does not assign numbers automatically" in refused.text
    assert 'value="Fabrikam"' in refused.text


def test_a_page_that_is_sent_twice_makes_one_record(susan: Client, adatum: Customer) -> None:
    page = new(susan, "customer").type(name="Fabrikam")
    first, second = page.save().answer.url, page.save().answer.url

    assert first == second
    assert Customer.objects.filter(name="Fabrikam").count() == 1


def test_a_page_that_is_sent_again_with_other_values_makes_another_record(susan: Client, adatum: Customer) -> None:
    page = new(susan, "customer").type(name="Fabrikam")
    first = page.save().answer.url
    second = page.type(name="Litware", phone_no="030 9").save().answer.url

    assert first != second
    made = Customer.objects.exclude(pk=adatum.pk).order_by("name")
    assert list(made.values_list("name", "phone_no")) == [("Fabrikam", ""), ("Litware", "030 9")]


def test_another_record_with_the_same_code_is_refused_and_stays_on_the_page(susan: Client) -> None:
    page = new(susan, "unit_of_measure").type(code="PCS", description="Piece")
    page.save()
    refused = page.type(description="Packet").save()

    assert not refused.is_saved
    assert 'value="Packet"' in refused.text
    assert UnitOfMeasure.objects.get().description == "Piece"


def test_a_table_of_codes_needs_its_code(susan: Client) -> None:
    refused = new(susan, "unit_of_measure").type(description="Piece").save()
    assert "Code must be filled in." in refused.text

    assert refused.again().type(code="pcs").save().is_saved
    assert UnitOfMeasure.objects.get().code == "PCS"


def test_a_new_record_starts_with_the_defaults_of_business_central(susan: Client) -> None:
    page = new(susan, "item")
    assert page.sent["allow_invoice_disc"] == ["yes"]

    page.type(no="1000", description="Bicycle").save()
    assert Item.objects.get().allow_invoice_disc
    new(susan, "item").type(no="1001", description="Tyre", allow_invoice_disc="").save()
    assert not Item.objects.get(no="1001").allow_invoice_disc


def test_a_price_twice_is_refused_in_words(susan: Client, euro: Currency) -> None:
    Item.objects.create(no="1000", description="Bicycle")
    typed = {"item_no": "1000", "sales_type": "2", "unit_price": "99.5", "currency_code": "EUR"}

    assert new(susan, "sales_price").type(**typed).save().is_saved
    refused = new(susan, "sales_price").type(**typed).save()
    assert "There is a Sales Price with this key already." in refused.text
    assert SalesPrice.objects.count() == 1


def test_a_new_rate_changes_what_the_currency_is_worth(susan: Client, euro: Currency) -> None:
    page = EditPage(susan, "record_new", "currency_exchange_rate")
    page.type(currency_code="eur", exchange_rate_amount="100", relational_exch_rate_amount="80").save()

    assert page.is_saved
    assert CurrencyExchangeRate.objects.get().currency_code == euro
    assert Currency.objects.get().exchange_rate > 1


def test_the_query_may_name_values_to_start_with(susan: Client, euro: Currency) -> None:
    shown = susan.get("/records/erp/currency_exchange_rate/new/", {"currency_code": "EUR", "system_id": "x"})

    assert 'value="EUR"' in shown.content.decode()


def looked_up(client: Client, table: str, field: str, text: str) -> list[str]:
    shown = client.get(f"/records/erp/{table}/lookup/{field}/", {field: text}).content.decode()
    return [html.unescape(one.split('"')[0]) for one in shown.split('value="')[1:]]


def test_a_relation_offers_records_by_number_and_by_name(susan: Client, adatum: Customer) -> None:
    Salesperson.objects.create(code="JR", name="Johanna Hill")

    assert looked_up(susan, "customer", "salesperson_code", "") == ["AH", "JR"]
    assert looked_up(susan, "customer", "salesperson_code", "j") == ["JR"]
    assert looked_up(susan, "customer", "salesperson_code", "hill") == ["AH", "JR"]
    assert looked_up(susan, "customer", "salesperson_code", "\x00") == ["AH", "JR"]
    assert looked_up(susan, "customer", "salesperson_code", "zz") == []


def test_a_company_of_a_person_is_looked_up_among_companies(susan: Client, adatum: Customer) -> None:
    Contact.objects.create(no="P-1", name="Adatum Person", type=Contact.Type.PERSON)

    assert looked_up(susan, "contact", "company_no", "adatum") == [Contact.objects.get(name="Adatum").no]


def test_a_post_code_offers_those_of_other_records(susan: Client, adatum: Customer) -> None:
    Customer.objects.create(no="C-1", name="Fabrikam", post_code="BA1 1AA", city="Bath")
    Customer.objects.create(no="C-2", name="Litware", post_code="BA1 1AA", city="Bath")

    assert looked_up(susan, "customer", "post_code", "ba") == ["BA1 1AA"]


def test_without_scripts_a_button_offers_the_list_and_keeps_what_was_typed(susan: Client, adatum: Customer) -> None:
    page = new(susan, "customer").type(name="Fabrikam", salesperson_code="a").save(look="salesperson_code")
    assert 'value="salesperson_code:AH"' in page.text
    assert "Annette Hill" in page.text

    chosen = page.again().save(choose="salesperson_code:AH")
    assert 'value="Fabrikam"' in chosen.text
    assert chosen.again().save().is_saved
    assert Customer.objects.get(name="Fabrikam").salesperson_code.code == "AH"


@pytest.mark.parametrize("field", ["phone_no", "nonsense", "system_id"])
def test_a_field_that_is_not_looked_up_is_not_found(susan: Client, adatum: Customer, field: str) -> None:
    assert susan.get(f"/records/erp/customer/lookup/{field}/").status_code == 404
