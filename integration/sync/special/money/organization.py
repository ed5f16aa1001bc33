"""What the Sales organization says about money: its base currency, and how many decimals amounts and prices have."""

from __future__ import annotations

import uuid
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Protocol

from integration.sync.rules import Context
from integration.systems.errors import PrivilegeMissing, TableMissing
from integration.systems.system import System
from integration.systems.values import Record, Ref, Value

ORGANIZATION = "organization"
BASE, AMOUNTS, PRICES = "basecurrencyid", "currencydecimalprecision", "pricingdecimalprecision"
USUAL_PRECISION = 2


class Parties(Protocol):
    """Both systems and what is known of the company: a run, or a connection that was opened."""

    @property
    def erp(self) -> System: ...
    @property
    def crm(self) -> System: ...
    @property
    def context(self) -> Context: ...


class Organization:
    """Read once a run, when something first needs it. What is not shown to us is taken to be as usual."""

    def __init__(self, run: Parties) -> None:
        self.run = run

    @property
    def precision(self) -> int:
        """Decimals of new currencies."""
        return self._whole(AMOUNTS)

    @property
    def pricing_precision(self) -> int:
        """Decimals of all prices, whatever their currency."""
        return self._whole(PRICES)

    @property
    def base_currency(self) -> uuid.UUID | None:
        base = self._row.values.get(BASE) if self._row else None
        return base.id if isinstance(base, Ref) else None

    def price(self, amount: Value) -> Value:
        """A price as the organization keeps it."""
        return rounded(amount, self.pricing_precision) if isinstance(amount, Decimal) else amount

    def _whole(self, name: str) -> int:
        found = self._row.values.get(name) if self._row else None
        return found if isinstance(found, int) else USUAL_PRECISION

    @cached_property
    def _row(self) -> Record | None:
        try:
            described = self.run.crm.describe(ORGANIZATION).fields
            page = self.run.crm.find(
                ORGANIZATION, fields=[n for n in (BASE, AMOUNTS, PRICES) if n in described], size=1
            )
        except (TableMissing, PrivilegeMissing):
            return None
        return page.records[0] if page.records else None


def rounded(amount: Decimal, decimals: int) -> Decimal:
    """To so many decimals, halves away from zero, as both products round."""
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
