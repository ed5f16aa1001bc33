"""What both sides are set up to do with the money of documents: decimals of currencies and prices, whether Sales leaves
amounts as they are written, and what stands for freight and for what is written in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import cached_property

from integration.sync.special.base import Run
from integration.sync.special.documents.invoice_amounts import Pricing
from integration.sync.special.money.organization import ORGANIZATION, Organization
from integration.systems.errors import PrivilegeMissing, TableMissing
from integration.systems.system import every
from integration.systems.values import Ref, Value

CURRENCY, PLACES = "transactioncurrency", "currencyprecision"
PER_UNIT = "discountcalculationmethod"
SETUP, FREIGHT_ACCOUNT, WRITE_IN = "sales_receivables_setup", "freight_g_l_account_no", "write_in_product_no"
ON_EACH_UNIT = 1
USUAL_PLACES = 2


class SalesMoney:
    """Read once a run, when something first needs it. What is not shown to us is taken to be as usual."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.organization = Organization(run)

    def places(self, currency: Value) -> int:
        """Decimals of amounts in a currency of Sales; blank is its base currency."""
        id = currency.id if isinstance(currency, Ref) else self.organization.base_currency
        return self._places.get(id, USUAL_PLACES) if id else USUAL_PLACES

    def pricing(self, currency: Value) -> Pricing:
        """How an invoice in this currency is treated."""
        return Pricing(
            self.run.context.trade.keeps_amounts,
            self.organization.pricing_precision,
            self.places(currency),
            self._per_unit,
        )

    @cached_property
    def _places(self) -> dict[uuid.UUID, int]:
        rows = every(self.run.crm, CURRENCY, fields=[PLACES])
        return {row.id: places for row in rows if isinstance(places := row.values.get(PLACES), int)}

    @cached_property
    def _per_unit(self) -> bool:
        """Is a manual discount one on each unit?"""
        try:
            if PER_UNIT not in self.run.crm.describe(ORGANIZATION).fields:
                return False
            page = self.run.crm.find(ORGANIZATION, fields=[PER_UNIT], size=1)
        except (TableMissing, PrivilegeMissing):
            return False
        return bool(page.records) and page.records[0].values[PER_UNIT] == ON_EACH_UNIT


class CompanySetup:
    """Of Sales & Receivables Setup; read once a run, when something first needs it."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @property
    def freight_account(self) -> str:
        """The number of the G/L account for freight; blank: none is named."""
        return self._code(FREIGHT_ACCOUNT)

    @property
    def write_in_no(self) -> str:
        """The number of the item or resource that stands for what is written in; blank: none is named."""
        return self._code(WRITE_IN)

    def _code(self, name: str) -> str:
        value = self._values.get(name)
        return value.label if isinstance(value, Ref) else str(value or "")

    @cached_property
    def _values(self) -> Mapping[str, Value]:
        try:
            shown = [name for name in (FREIGHT_ACCOUNT, WRITE_IN) if name in self.run.erp.describe(SETUP).fields]
            page = self.run.erp.find(SETUP, fields=shown, size=1)
        except TableMissing:
            return {}
        return page.records[0].values if page.records else {}
