"""What documents point to, looked up for many documents in one query a table."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q

from integration.business_central.date_formulas import calculated
from integration.business_central.models import (
    Currency,
    Customer,
    GeneralLedgerSetup,
    GLAccount,
    Item,
    LineType,
    PaymentTerms,
    Resource,
    SalesReceivablesSetup,
    VatBusinessPostingGroup,
    VatPostingSetup,
    VatProductPostingGroup,
)
from integration.business_central.models.money import exchange_rate_on
from integration.systems.refusals import CustomerBlocked, ItemBlocked, LineRefused, RateMissing, VatSetupMissing

ONE = Decimal(1)
SOLD: Mapping[int, tuple[type[Any], str]] = {
    LineType.ACCOUNT: (GLAccount, "G/L account"),
    LineType.ITEM: (Item, "Item"),
    LineType.RESOURCE: (Resource, "Resource"),
}


@dataclass(frozen=True, slots=True)
class VatRate:
    identifier: str
    percent: Decimal


class Masters:
    """What some documents need, read once. ``customers`` are ids, ``sold`` are (type, number) of lines. The caller
    holds the company's lock, so that it stays true until the documents are written."""

    def __init__(self, customers: Iterable[uuid.UUID] = (), sold: Iterable[tuple[int, str]] = ()) -> None:
        self._customers: dict[uuid.UUID, Any] = {}
        self._sold: dict[tuple[int, str], Any] = {}
        self._factors: dict[tuple[uuid.UUID, dt.date], Decimal] = {}
        self._terms: dict[uuid.UUID, Any] = {}
        self._load_customers(customers)
        self.load_sold(sold)

    def _load_customers(self, ids: Iterable[uuid.UUID]) -> None:
        asked = set(ids)
        if asked:
            payers = Customer.objects.filter(pk__in=asked).values("bill_to_customer_no")
            found: Any = Customer.objects.filter(Q(pk__in=asked) | Q(pk__in=payers))
            rows = list(found.select_related("payment_terms_code"))
            self._customers |= {row.pk: row for row in rows}
            self._terms |= {row.payment_terms_code_id: row.payment_terms_code for row in rows if row.payment_terms_code}

    def load_sold(self, keys: Iterable[tuple[int, str]]) -> None:
        """Look up what lines name that is not looked up yet."""
        numbers: dict[int, set[str]] = {}
        for type, no in keys:
            if type in SOLD and (type, no) not in self._sold:
                numbers.setdefault(type, set()).add(no)
        for type, wanted in numbers.items():
            found = SOLD[type][0].objects.filter(no__in=wanted)
            self._sold |= {(type, row.no): row for row in found}

    def customers_and_currencies(self, *, currencies: bool) -> dict[str, set[uuid.UUID]]:
        """By column of a header the ids of the rows that are known to be there."""
        customers = set(self._customers)
        known = {"sell_to_customer_no": customers, "bill_to_customer_no": customers}
        return known | {"currency_code": set(self._currencies)} if currencies else known

    # --- setup ------------------------------------------------------------------------------------------------------

    @cached_property
    def ledger_setup(self) -> Any:
        return GeneralLedgerSetup.current()

    @cached_property
    def sales_setup(self) -> Any:
        return SalesReceivablesSetup.current()

    @property
    def local_step(self) -> Decimal:
        """The smallest unit of the local currency."""
        return Decimal(self.ledger_setup.amount_rounding_precision)

    @cached_property
    def _currencies(self) -> dict[uuid.UUID, Any]:
        return {row.pk: row for row in Currency.objects.all()}

    def step(self, currency_id: uuid.UUID | None) -> Decimal:
        """The smallest unit of a currency; ``None`` is the local one."""
        if currency_id is None:
            return self.local_step
        return Decimal(self._currencies[currency_id].amount_rounding_precision) or self.local_step

    def currency_code(self, currency_id: uuid.UUID | None) -> str:
        """The code of a currency, also of the local one."""
        return str(self._currencies[currency_id].code if currency_id else self.ledger_setup.lcy_code)

    def factor(self, currency_id: uuid.UUID | None, day: dt.date) -> Decimal:
        """Units of a currency for one of the local one on a day. Raises ``RateMissing``."""
        if currency_id is None:
            return ONE
        if (currency_id, day) not in self._factors:
            for id, factor in exchange_rate_on(day, self._currencies).items():
                self._factors[id, day] = factor
        if (currency_id, day) not in self._factors:
            raise RateMissing(
                f"There is no exchange rate of {self.currency_code(currency_id)} on {day}. Add one to the currency."
            )
        return self._factors[currency_id, day]

    # --- who and what -----------------------------------------------------------------------------------------------

    def customer(self, id: uuid.UUID) -> Any:
        """A customer. Raises ``LineRefused`` for one that is not there."""
        if id not in self._customers:
            self._load_customers([id])
        if id not in self._customers:
            raise LineRefused(f"There is no customer with the id {id}. Choose one that exists.")
        return self._customers[id]

    @staticmethod
    def check_customer(customer: Any, *, allowed: Iterable[int] = ()) -> None:
        """Raise ``CustomerBlocked`` for a customer who is blocked, otherwise than in one of the ``allowed`` ways."""
        if customer.privacy_blocked:
            raise CustomerBlocked(f"Customer {customer.no} is blocked for privacy. Take that off the customer first.")
        if customer.blocked and customer.blocked not in allowed:
            kind = customer.get_blocked_display()
            raise CustomerBlocked(f"Customer {customer.no} is blocked ({kind}). Take that off the customer first.")

    def sold(self, type: int, no: str, where: str) -> Any:
        """What a line sells; ``where`` names the line. Raises ``LineRefused``, ``ItemBlocked``."""
        row = self._sold.get((type, no))
        name = SOLD[type][1]
        if row is None:
            raise LineRefused(f"{where}: there is no {name[0].lower() + name[1:]} {no or 'without a number'}.")
        if row.blocked:
            raise ItemBlocked(f"{name} {no} is blocked. Take that off first, or take it off the document.")
        return row

    def terms(self, id: uuid.UUID | None) -> Any:
        """Payment terms, or ``None``."""
        if id and id not in self._terms:
            self._terms |= {row.pk: row for row in PaymentTerms.objects.all()}
        return self._terms.get(id) if id else None

    def due_date(self, terms_id: uuid.UUID | None, day: dt.date) -> dt.date:
        """When something of a day is due."""
        terms = self.terms(terms_id)
        return calculated(terms.due_date_calculation, day) if terms else day

    # --- VAT ----------------------------------------------------------------------------------------------------------

    @cached_property
    def _rates(self) -> dict[tuple[Any, Any], VatRate]:
        return {
            (row.vat_bus_posting_group_id, row.vat_prod_posting_group_id): VatRate(
                row.vat_identifier, Decimal(row.vat_percent)
            )
            for row in VatPostingSetup.objects.all()
        }

    def vat(self, business: uuid.UUID | None, product: uuid.UUID | None) -> VatRate:
        """The rate of two groups. Raises ``VatSetupMissing``."""
        rate = self._rates.get((business, product))
        if rate is None:
            names = [_code(VatBusinessPostingGroup, business), _code(VatProductPostingGroup, product)]
            raise VatSetupMissing(f"No VAT rate for {' and '.join(names)}. Add one to VAT Posting Setup.")
        return rate


def _code(model: type[Any], id: uuid.UUID | None) -> str:
    code = model.objects.filter(pk=id).values_list("code", flat=True).first()
    return f"{model._meta.verbose_name} {code or '(blank)'}"
