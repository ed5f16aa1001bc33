"""Currencies follow their exchange rates; the setup says which currency is the local one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from integration.business_central.models import (
    CompanyInformation,
    Currency,
    CurrencyExchangeRate,
    Deleted,
    GeneralLedgerSetup,
    SalesReceivablesSetup,
    money,
)
from integration.business_central.models.money import refresh_exchange_rates
from integration.systems.errors import ConfigurationProblem, DuplicateKey, InvalidValue
from tests.business_central.embedded import company, delete, insert, reference, update

pytestmark = pytest.mark.django_db


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


def test_a_rate_of_tomorrow_counts_from_tomorrow_and_is_a_change_then(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_deleted_currency_takes_its_rates_along_and_leaves_tombstones_for_all() -> None:
    euro = Currency.objects.create(code="EUR")
    made = rate(euro, "80", dt.date(2020, 1, 1))

    assert delete("currency", euro) == [None]

    assert set(Deleted.objects.values_list("system_id", flat=True)) == {euro.pk, made.pk}


@pytest.mark.parametrize(("iso_code", "fits"), [("EUR", 1), ("", 1), ("eur", 1), ("EU", 0), ("E1R", 0)])
def test_an_iso_code_has_three_letters_or_is_blank(iso_code: str, fits: int) -> None:
    error = insert("currency", code="EUR", iso_code=iso_code)

    assert (error is None) == bool(fits)
    assert fits or isinstance(error, InvalidValue)


@pytest.mark.parametrize(
    ("amount", "worth", "expected"),
    [("100", "80", "1.25"), ("1", "3", "0.3333333333"), ("100", "0.52", "192.3076923077"), ("100", "0", "0"),
     ("0", "80", "0"), ("0.000001", "1", "0.000001")],
)  # fmt: skip
def test_a_rate_is_units_for_one_local_with_ten_decimals(amount: str, worth: str, expected: str) -> None:
    yen = Currency.objects.create(code="JPY")

    error = insert("currency_exchange_rate", currency_code=reference(yen), starting_date=dt.date(2020, 1, 1),
                   exchange_rate_amount=Decimal(amount), relational_exch_rate_amount=Decimal(worth))  # fmt: skip

    assert error is None
    yen.refresh_from_db()
    assert yen.exchange_rate == Decimal(expected)


def test_a_currency_has_one_rate_a_day() -> None:
    euro = Currency.objects.create(code="EUR")
    day = {"currency_code": reference(euro), "starting_date": dt.date(2020, 1, 1)}
    assert insert("currency_exchange_rate", **day) is None

    assert isinstance(insert("currency_exchange_rate", **day), DuplicateKey)
    with pytest.raises(IntegrityError), transaction.atomic():
        rate(euro, "80", dt.date(2020, 1, 1))


def test_a_rate_that_moves_to_another_currency_changes_both() -> None:
    euro, krone = (Currency.objects.create(code=code) for code in ("EUR", "DKK"))
    made = rate(euro, "80", dt.date(2020, 1, 1))

    assert update("currency_exchange_rate", made, currency_code=reference(krone)) is None

    euro.refresh_from_db()
    krone.refresh_from_db()
    assert (euro.exchange_rate, krone.exchange_rate) == (0, Decimal("1.25"))


def test_the_rate_of_a_currency_cannot_be_written_beside_its_exchange_rates() -> None:
    assert "cannot be written" in str(insert("currency", code="EUR", exchange_rate=Decimal(2)))


def test_a_rate_that_stays_the_same_is_no_change_of_its_currency() -> None:
    euro = Currency.objects.create(code="EUR")
    rate(euro, "80", dt.date(2020, 1, 1))
    before = Currency.objects.get().row_version

    rate(euro, "80", dt.date(2021, 1, 1))

    assert Currency.objects.get().row_version == before


def test_rates_are_refreshed_for_the_currencies_that_are_named_only() -> None:
    euro, krone = (Currency.objects.create(code=code) for code in ("EUR", "DKK"))
    for currency in (euro, krone):
        rate(currency, "80", dt.date(2020, 1, 1))

    assert refresh_exchange_rates([euro.pk], on=dt.date(2019, 12, 31)) == 1

    euro.refresh_from_db()
    krone.refresh_from_db()
    assert (euro.exchange_rate, krone.exchange_rate) == (0, Decimal("1.25"))


# --- setup ---------------------------------------------------------------------------------------------------------


def test_an_empty_company_knows_who_it_is_and_its_local_currency() -> None:
    assert company.check().name == "CRONUS International Ltd."
    assert company.local_currency == "GBP"
    assert GeneralLedgerSetup.objects.count() == 1


def test_the_company_reads_changes_by_the_versions_of_its_rows_and_by_no_column() -> None:
    with pytest.raises(ConfigurationProblem, match="versions of its rows"):
        list(company.changes("customer", ["name"], by="system_modified_at"))


@pytest.mark.parametrize("setup", [CompanyInformation, GeneralLedgerSetup, SalesReceivablesSetup])
def test_a_setup_table_has_one_row_however_often_it_is_asked_for(setup: type) -> None:
    assert setup.current() == setup.current()

    assert setup.objects.count() == 1


def test_the_local_currency_follows_general_ledger_setup() -> None:
    ledger = GeneralLedgerSetup.current()
    ledger.lcy_code = "eur"
    ledger.save()

    assert company.local_currency == "EUR"


def test_the_system_id_of_company_information_identifies_the_company() -> None:
    identity = company.check()

    assert identity.organization_id == CompanyInformation.objects.get().pk
