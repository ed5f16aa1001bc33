"""Currencies and what they are worth."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from django.db import models

from integration.business_central.fields import Amount, Code, Text, relation, today
from integration.business_central.models.base import CompanyRow
from integration.business_central.models.setup import CodeTable
from integration.business_central.rows import Change
from integration.business_central.text_rules import iso_code_problem

RATE_STEP = Decimal("1e-10")
WITHOUT_DECIMALS = frozenset((
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
))  # fmt: skip
WITH_THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


class Currency(CodeTable):
    """A foreign currency; blank means the local one. ``exchange_rate``: units of it for one unit of the local
    currency today, 0 without a rate. It follows the exchange rates; whoever reads changes gets those of the day.
    ``amount_rounding_precision``: its smallest unit; left blank, it follows from the ISO code."""

    read_only = ("exchange_rate",)

    iso_code = Code("ISO Code", max_length=3)
    description = Text("Description", max_length=30)
    symbol = Text("Symbol", max_length=10)
    exchange_rate = Amount("Exchange Rate", decimal_places=10, editable=False)
    amount_rounding_precision = Amount("Amount Rounding Precision", decimal_places=5, least=0)

    class Meta:
        ordering = ["code"]
        verbose_name = "Currency"
        verbose_name_plural = "Currencies"

    @classmethod
    def before_insert(cls, rows: Sequence[Self]) -> None:
        super().before_insert(rows)
        for row in rows:
            if not row.amount_rounding_precision:
                row.amount_rounding_precision = smallest_unit(row.iso_code)

    @classmethod
    def before_delete(cls, ids: Sequence[uuid.UUID]) -> None:
        CurrencyExchangeRate.objects.filter(currency_code__in=ids).delete()

    def problems(self) -> Iterator[tuple[str, str]]:
        problem = iso_code_problem(self.iso_code, letters=3)
        if problem is not None:
            yield "iso_code", problem


class CurrencyExchangeRate(CompanyRow):
    """``exchange_rate_amount`` of the currency is worth ``relational_exch_rate_amount`` of the local one."""

    few = True
    number_field = "starting_date"
    key = ("currency_code", "starting_date")

    currency_code = relation(
        "business_central.Currency", "Currency Code", null=False, blank=False, on_delete=models.CASCADE
    )
    starting_date = models.DateField("Starting Date", default=today)
    exchange_rate_amount = Amount("Exchange Rate Amount", decimal_places=6, least=0, default=100)
    relational_exch_rate_amount = Amount("Relational Exch. Rate Amount", decimal_places=6, least=0)

    class Meta:
        ordering = ["currency_code__code", "-starting_date"]
        verbose_name = "Currency Exchange Rate"
        constraints = [models.UniqueConstraint(fields=["currency_code", "starting_date"], name="exchange_rate_key")]

    @classmethod
    def after_insert(cls, rows: Sequence[Self]) -> None:
        refresh_exchange_rates({row.currency_code_id for row in rows})

    @classmethod
    def after_update(cls, changes: Sequence[Change]) -> None:
        refresh_exchange_rates({id for c in changes for id in (c.row.currency_code_id, c.old["currency_code_id"])})

    @classmethod
    def before_delete(cls, ids: Sequence[uuid.UUID]) -> None:
        touched = set(cls.objects.filter(pk__in=ids).values_list("currency_code_id", flat=True))
        refresh_exchange_rates(touched, leaving_out=ids)


def smallest_unit(iso_code: str) -> Decimal:
    """The smallest unit of a currency by its ISO code: 0.01 unless it is one without decimals, or with three."""
    if iso_code.strip().upper() in WITHOUT_DECIMALS:
        return Decimal(1)
    return Decimal("0.001") if iso_code.strip().upper() in WITH_THREE_DECIMALS else Decimal("0.01")


def exchange_rate_on(day: dt.date, currency_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Decimal]:
    """Units of currencies for one unit of the local currency on a day; those without a rate are left out."""
    rates = CurrencyExchangeRate.objects.filter(starting_date__lte=day, currency_code__in=list(currency_ids))
    valid = {rate.currency_code_id: _units_for_one_local(rate) for rate in rates.order_by("starting_date")}
    return {id: factor for id, factor in valid.items() if factor}


def refresh_exchange_rates(
    currency_ids: Iterable[uuid.UUID] | None = None,
    on: dt.date | None = None,
    leaving_out: Sequence[uuid.UUID] = (),
) -> int:
    """Give currencies the rate that is valid on a day; how many changed. Rates entered ahead become valid by the
    first call on or after their starting date."""
    rates = CurrencyExchangeRate.objects.filter(starting_date__lte=on or today()).exclude(pk__in=leaving_out)
    currencies = Currency.objects.all()
    if currency_ids is not None:
        rates, currencies = rates.filter(currency_code__in=currency_ids), currencies.filter(pk__in=currency_ids)
    valid = {rate.currency_code_id: rate for rate in rates.order_by("starting_date")}
    changed = 0
    for currency in currencies:
        rate = _units_for_one_local(valid.get(currency.pk))
        if rate != currency.exchange_rate:
            changed += Currency.objects.filter(pk=currency.pk).update(exchange_rate=rate)
    return changed


def _units_for_one_local(rate: CurrencyExchangeRate | None) -> Decimal:
    if rate is None or not rate.relational_exch_rate_amount:
        return Decimal(0)
    amount = Decimal(rate.exchange_rate_amount) / Decimal(rate.relational_exch_rate_amount)
    return amount.quantize(RATE_STEP, ROUND_HALF_UP)
