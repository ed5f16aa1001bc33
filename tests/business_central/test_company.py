"""The company's own logic: numbers, names, company contacts, exchange rates."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from integration.business_central.models import (
    Contact,
    ContactBusinessRelation,
    Currency,
    CurrencyExchangeRate,
    Customer,
    Deleted,
    GeneralLedgerSetup,
    NoSeries,
    NoSeriesLine,
    Salesperson,
    SalesReceivablesSetup,
    Vendor,
    money,
)
from integration.business_central.models.money import refresh_exchange_rates
from integration.business_central.models.numbers import increased
from integration.business_central.store import EmbeddedCompany
from integration.systems.errors import ConfigurationProblem
from integration.systems.values import Ref, Row

pytestmark = pytest.mark.django_db
company = EmbeddedCompany()


def contact_of(firm: Customer | Vendor) -> Contact:
    link = ContactBusinessRelation.objects.select_related("contact_no").get(no=firm.no)
    return link.contact_no  # type: ignore[no-any-return]


# --- numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "by", "expected"),
    [("C00010", 10, "C00020"), ("C00099", 1, "C00100"), ("SP NO. 00001", 1, "SP NO. 00002"), ("9", 1, "10"),
     ("R-09-X", 1, "R-10-X")],
)  # fmt: skip
def test_a_number_is_counted_up_in_its_last_digits(number: str, by: int, expected: str) -> None:
    assert increased(number, by) == expected


@pytest.mark.scenario("CRMIntTblMapHelperTests.UpdateSalespersonOnBeforeInsertRecord")
def test_salespeople_from_sales_are_numbered_one_after_the_other() -> None:
    for name in ("Jim Olive", "Peter Saddow"):
        assert company.insert("salesperson", [Row(uuid.uuid4(), {"name": name})])[0].ok

    assert list(Salesperson.objects.values_list("code", flat=True)) == ["SP NO. 00001", "SP NO. 00002"]


def test_a_number_that_somebody_used_by_hand_is_passed_over() -> None:
    Customer.objects.create(no="c00010", name="Adatum")
    by_hand = Customer(no="C00030", name="Coho Winery")

    made = Customer.objects.bulk_create([Customer(name="Fabrikam"), by_hand, Customer(name="Contoso")])

    assert [customer.no for customer in made] == ["C00020", "C00030", "C00040"]


def test_customers_are_numbered_by_the_series_the_setup_names() -> None:
    series = NoSeries.objects.create(code="KUNDEN")
    NoSeriesLine.objects.create(series_code=series, starting_no="K100", increment_by_no=5)
    setup = SalesReceivablesSetup.current()
    setup.customer_nos = series
    setup.save()

    assert [Customer.objects.create(name=name).no for name in ("Adatum", "Fabrikam")] == ["K100", "K105"]


def test_a_series_line_needs_digits() -> None:
    series = NoSeries.objects.create(code="BAD")

    with pytest.raises(ValidationError, match="digits"):
        NoSeriesLine(series_code=series, starting_no="ABC").full_clean()


# --- company contacts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("firm", "link"), [(Customer, 1), (Vendor, 2)])
def test_a_new_customer_or_vendor_gets_its_company_contact(firm: type[Customer] | type[Vendor], link: int) -> None:
    adatum = firm.objects.create(name="Adatum", city="Birmingham", phone_no="030 1", e_mail="office@adatum.example")

    contact = contact_of(adatum)

    assert contact.type == Contact.Type.COMPANY
    assert (contact.name, contact.city, contact.phone_no) == ("Adatum", "Birmingham", "030 1")
    assert contact.no == "CT000001"
    assert ContactBusinessRelation.objects.get().link_to_table == link


def test_a_changed_customer_takes_its_company_contact_along_whoever_changed_it() -> None:
    jim = Salesperson.objects.create(code="JO", name="Jim Olive")
    adatum, fabrikam = (Customer.objects.create(name=name) for name in ("Adatum", "Fabrikam"))
    person = Contact.objects.create(type=Contact.Type.PERSON, name="Amy Alberts", company_no=contact_of(adatum))

    adatum.name = "Adatum Corporation"
    adatum.save()
    rows = [
        Row(firm.pk, {"city": "London", "salesperson_code": Ref("salesperson", jim.pk)}) for firm in (adatum, fabrikam)
    ]
    assert all(answer.ok for answer in company.update("customer", rows))

    assert (contact_of(adatum).name, contact_of(adatum).city) == ("Adatum Corporation", "London")
    assert contact_of(fabrikam).salesperson_code == jim
    person.refresh_from_db()
    assert person.company_name == "Adatum Corporation"


def test_a_change_that_is_not_the_company_contacts_business_leaves_it_alone() -> None:
    adatum = Customer.objects.create(name="Adatum")
    before = contact_of(adatum).row_version

    company.update("customer", [Row(adatum.pk, {"credit_limit_lcy": Decimal(500)})])

    assert contact_of(adatum).row_version == before


def test_a_renumbered_customer_keeps_its_company_contact() -> None:
    adatum = Customer.objects.create(name="Adatum")
    contact = contact_of(adatum)

    company.update("customer", [Row(adatum.pk, {"no": "A-1"})])

    adatum.refresh_from_db()
    assert contact_of(adatum) == contact


def test_a_validated_primary_contact_fills_in_the_contacts_name() -> None:
    adatum = Customer.objects.create(name="Adatum")
    amy = Contact.objects.create(type=Contact.Type.PERSON, first_name="Amy", surname="Alberts")
    chosen = {"primary_contact_no": Ref("contact", amy.pk)}

    company.update("customer", [Row(adatum.pk, chosen)])
    adatum.refresh_from_db()
    assert adatum.contact == ""

    company.update("customer", [Row(adatum.pk, {"primary_contact_no": None})])
    company.update("customer", [Row(adatum.pk, chosen, validate=frozenset({"primary_contact_no"}))])
    adatum.refresh_from_db()
    assert adatum.contact == "Amy Alberts"


# --- people --------------------------------------------------------------------------------------------------------


def test_a_persons_name_is_made_of_its_parts_and_follows_them() -> None:
    row = Row(uuid.uuid4(), {"type": 1, "first_name": "Amy", "middle_name": "E.", "surname": "Alberts"})
    assert company.insert("contact", [row])[0].ok
    assert Contact.objects.get().name == "Amy E. Alberts"

    assert company.update("contact", [Row(row.id, {"surname": "Smith", "middle_name": ""})])[0].ok

    assert Contact.objects.get().name == "Amy Smith"


@pytest.mark.parametrize(
    ("typed", "parts"),
    [("Amy Alberts", ("Amy", "", "Alberts")), ("Amy E. van Alberts", ("Amy", "E. van", "Alberts")),
     ("Alberts", ("", "", "Alberts"))],
)  # fmt: skip
def test_a_persons_name_that_is_typed_is_taken_apart(typed: str, parts: tuple[str, str, str]) -> None:
    amy = Contact.objects.create(type=Contact.Type.PERSON, name=typed)
    assert (amy.first_name, amy.middle_name, amy.surname) == parts
    assert amy.name == typed


def test_a_company_has_no_surname_and_no_company() -> None:
    adatum = Contact.objects.create(name="Adatum")

    for values in ({"surname": "Alberts"}, {"company_no": Ref("contact", adatum.pk)}):
        assert not company.insert("contact", [Row(uuid.uuid4(), {"name": "Fabrikam", **values})])[0].ok


def test_a_name_of_parts_too_long_together_is_cut_nowhere_and_refused() -> None:
    parts = {"type": 1, "first_name": "A" * 30, "middle_name": "B" * 30, "surname": "C" * 30}

    assert company.insert("contact", [Row(uuid.uuid4(), parts)])[0].ok
    assert len(Contact.objects.get().name) == 92


# --- currencies ----------------------------------------------------------------------------------------------------


def rate(currency: Currency, worth: str, starting: dt.date) -> CurrencyExchangeRate:
    made = CurrencyExchangeRate.objects.create(
        currency_code=currency, starting_date=starting, relational_exch_rate_amount=Decimal(worth)
    )
    currency.refresh_from_db()
    return made  # type: ignore[no-any-return]


def test_a_currency_has_the_rate_of_the_day_in_units_for_one_local() -> None:
    euro = Currency.objects.create(code="EUR", iso_code="EUR")
    assert euro.exchange_rate == 0

    first = rate(euro, "80", dt.date(2020, 1, 1))
    assert euro.exchange_rate == Decimal("1.25")
    newer = rate(euro, "50", dt.date(2021, 1, 1))
    assert euro.exchange_rate == 2
    newer.delete()
    euro.refresh_from_db()
    assert euro.exchange_rate == Decimal("1.25")
    first.relational_exch_rate_amount = Decimal(40)
    first.save()
    euro.refresh_from_db()
    assert euro.exchange_rate == Decimal("2.5")


def test_a_rate_of_tomorrow_counts_from_tomorrow_and_is_a_change_then(monkeypatch) -> None:
    euro = Currency.objects.create(code="EUR")
    rate(euro, "80", dt.date(2020, 1, 1))
    rate(euro, "50", dt.date(2999, 1, 1))
    assert euro.exchange_rate == Decimal("1.25")
    cursor = list(company.changes("currency", []))[-1].cursor

    monkeypatch.setattr(money, "today", lambda: dt.date(2999, 1, 1))
    assert refresh_exchange_rates() == 1
    assert refresh_exchange_rates() == 0

    (page,) = company.changes("currency", ["exchange_rate"], cursor)
    assert [record.values["exchange_rate"] for record in page.records] == [2]


def test_a_deleted_currency_takes_its_rates_along_and_leaves_stones_for_all() -> None:
    euro = Currency.objects.create(code="EUR")
    made = rate(euro, "80", dt.date(2020, 1, 1))

    assert company.delete("currency", [Row(euro.pk)])[0].ok

    assert set(Deleted.objects.values_list("system_id", flat=True)) == {euro.pk, made.pk}


def test_an_iso_code_has_three_letters() -> None:
    for wrong in ("EU", "E1R"):
        assert not company.insert("currency", [Row(uuid.uuid4(), {"code": "EUR", "iso_code": wrong})])[0].ok


# --- setup ---------------------------------------------------------------------------------------------------------


def test_an_empty_company_knows_who_it_is_and_its_local_currency() -> None:
    assert company.check().name == "CRONUS International Ltd."
    assert company.local_currency == "GBP"
    assert GeneralLedgerSetup.objects.count() == 1


def test_the_company_reads_changes_by_the_versions_of_its_rows_and_by_no_column():
    with pytest.raises(ConfigurationProblem, match="versions of its rows"):
        list(company.changes("customer", ["name"], by="system_modified_at"))
