"""Exchange rates as Sales counts them: units of a currency for one unit of the organization's base currency.

The ERP counts in units for one unit of its local currency. Where both are the same currency the two agree.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from integration.sync.special.money.organization import Organization, Parties
from integration.systems.errors import ConfigurationProblem
from integration.systems.filters import Comparison
from integration.systems.system import every
from integration.systems.values import Record

TABLE = "transactioncurrency"
RATE_STEP = Decimal("1e-10")


class BaseCurrencyUnknown(ConfigurationProblem):
    """No currency can be valued without knowing what the base currency is worth here."""

    code = "base-currency-unknown"


class Rates:
    """Looked up once a run, when a currency first needs them."""

    def __init__(self, run: Parties) -> None:
        self.run = run
        self.organization = Organization(run)

    @property
    def precision(self) -> int:
        """Decimals of new currencies: the organization's own setting."""
        return self.organization.precision

    def of(self, units_for_one_local: Decimal) -> Decimal:
        """The rate of a currency that is worth this many units for one unit of the local currency. Raises
        :class:`BaseCurrencyUnknown`."""
        return (units_for_one_local * self.local).quantize(RATE_STEP, ROUND_HALF_UP)

    @property
    def base_code(self) -> str:
        """The ISO code of the base currency, blank where nothing says what it is."""
        return str(self._base.values["isocurrencycode"]) if self._base else ""

    @cached_property
    def local(self) -> Decimal:
        """Units of the local currency for one unit of the base currency; 1 where nothing says what the base is."""
        code = self.base_code
        if code in ("", self.run.context.local_currency):
            return Decimal(1)
        for currency in every(self.run.erp, "currency", Comparison("iso_code", "=", code), ["exchange_rate"]):
            rate = currency.values.get("exchange_rate")
            if isinstance(rate, Decimal) and rate > 0:
                return 1 / rate
        raise BaseCurrencyUnknown(
            f"{code} is the base currency of Dynamics 365 Sales, and Business Central has no exchange rate for it. "
            "Enter one first."
        )

    @cached_property
    def _base(self) -> Record | None:
        id = self.organization.base_currency
        return self.run.crm.get(TABLE, [id], ["isocurrencycode"]).get(id) if id else None
