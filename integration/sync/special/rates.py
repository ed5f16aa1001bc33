"""Exchange rates as Sales counts them: units of a currency for one unit of the organization's base currency.

The ERP counts in units for one unit of its local currency. Where both are the same currency the two agree.
"""

from __future__ import annotations

import uuid
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Protocol

from integration.sync.rules import Context
from integration.systems.base import Record, Ref, System, every
from integration.systems.errors import ConfigurationProblem, PrivilegeMissing, TableMissing
from integration.systems.filters import Comparison

TABLE, ORGANIZATION = "transactioncurrency", "organization"
RATE_STEP = Decimal("1e-10")
USUAL_PRECISION = 2


class BaseCurrencyUnknown(ConfigurationProblem):
    """No currency can be valued without knowing what the base currency is worth here."""

    code = "base-currency-unknown"


class Parties(Protocol):
    """Both systems and what is known of the company: a run, or a connection that was opened."""

    @property
    def erp(self) -> System: ...
    @property
    def crm(self) -> System: ...
    @property
    def context(self) -> Context: ...


class Rates:
    """Looked up once a run, when a currency first needs them."""

    def __init__(self, run: Parties) -> None:
        self.run = run

    @property
    def precision(self) -> int:
        """Decimals of new currencies: the organization's own setting."""
        found = self._organization.values.get("currencydecimalprecision") if self._organization else None
        return found if isinstance(found, int) else USUAL_PRECISION

    def of(self, units_for_one_local: Decimal) -> Decimal:
        """The rate of a currency that is worth this many units for one unit of the local currency. Raises
        :class:`BaseCurrencyUnknown`."""
        return (units_for_one_local * self.local).quantize(RATE_STEP, ROUND_HALF_UP)

    @cached_property
    def local(self) -> Decimal:
        """Units of the local currency for one unit of the base currency; 1 where nothing says what the base is."""
        base = self._base
        if base is None or base.values["isocurrencycode"] == self.run.context.local_currency:
            return Decimal(1)
        code = str(base.values["isocurrencycode"])
        for currency in every(self.run.erp, "currency", Comparison("iso_code", "=", code), ["exchange_rate"]):
            rate = currency.values.get("exchange_rate")
            if isinstance(rate, Decimal) and rate > 0:
                return 1 / rate
        raise BaseCurrencyUnknown(
            f"{code} is the base currency of Dynamics 365 Sales, and Business Central has no exchange rate for it. "
            "Enter one first."
        )

    @cached_property
    def _organization(self) -> Record | None:
        try:
            page = self.run.crm.find(ORGANIZATION, fields=["basecurrencyid", "currencydecimalprecision"], size=1)
        except (TableMissing, PrivilegeMissing):
            return None  # Not shown to us; then the base currency is taken to be the local one.
        return page.records[0] if page.records else None

    @cached_property
    def _base(self) -> Record | None:
        base = self._organization.values.get("basecurrencyid") if self._organization else None
        id: uuid.UUID | None = base.id if isinstance(base, Ref) else None
        return self.run.crm.get(TABLE, [id], ["isocurrencycode"]).get(id) if id else None
