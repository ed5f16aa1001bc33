"""Currencies go by ISO code only; the ERP's own currency is a blank code there and a row like any other in Sales."""

from __future__ import annotations

import uuid

from integration.sync.rules import Direction
from integration.sync.special.base import Run
from integration.systems.base import Row
from integration.systems.filters import Comparison

TABLE = "transactioncurrency"


class LocalCurrency:
    """The Sales row of the ERP's local currency, looked up when a run first needs it and made where it is missing."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._id: uuid.UUID | None = None

    def id(self) -> uuid.UUID | None:
        """The row's id; ``None`` where the company has no local currency code, or in a dry run that would make it."""
        if self._id is None and self.run.context.local_currency:
            self._id = self._find() or self._make()
        return self._id

    def add_to(self, known: dict[uuid.UUID | None, uuid.UUID | None]) -> None:
        """Say what a blank currency becomes in Sales, or which Sales currency becomes blank."""
        local = self.id()
        if local is None:
            return
        if self.run.direction is Direction.TO_CRM:
            known[None] = local
        else:
            known[local] = None

    def _find(self) -> uuid.UUID | None:
        code = self.run.context.local_currency
        page = self.run.crm.find(TABLE, Comparison("isocurrencycode", "=", code), ["isocurrencycode"], size=2)
        return page.records[0].id if page.records else None

    def _make(self) -> uuid.UUID | None:
        if self.run.options.dry_run:
            return None
        code = self.run.context.local_currency
        values = {"isocurrencycode": code, "currencyname": code, "currencysymbol": code, "exchangerate": 1}
        written = self.run.crm.insert(TABLE, [Row(uuid.uuid4(), values)])[0]
        if written.error is not None:
            raise written.error
        return written.id
