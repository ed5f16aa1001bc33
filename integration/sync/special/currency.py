"""Currencies go by ISO code only; the ERP's own currency is a blank code there and a row like any other in Sales."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal

from integration.sync.matching import by_name
from integration.sync.rules import Context, Direction
from integration.sync.special.base import Run, Special
from integration.sync.special.rates import TABLE, Rates
from integration.sync.transfer import Draft, Known
from integration.systems.base import Record, Row, Side, Value, every
from integration.systems.errors import Refused
from integration.systems.filters import Comparison, OneOf


def stable_id(context: Context, name: str) -> uuid.UUID:
    """The id of a row that this company keeps in its organization: the same on every machine and in every run."""
    return uuid.uuid5(context.organization_id or uuid.NAMESPACE_URL, f"{context.company}/{name}")


class CurrencyRules(Special):
    """CURRENCY: to Sales, found by ISO code, with the rate of today."""

    without_match = "There is no currency with this ISO code on the other side."

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.rates = Rates(run)

    def columns(self, side: Side) -> Sequence[str]:
        if side is Side.ERP:
            return ("code", "iso_code", "symbol", "exchange_rate")
        return ("isocurrencycode", "exchangerate")

    def leave_out(self, record: Record) -> str | None:
        return None if record.values.get("iso_code") else "The currency has no ISO code."

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        code = str(record.values["iso_code"])
        rate = record.values.get("exchange_rate")
        if not isinstance(rate, Decimal) or rate <= 0:
            draft.problem = Refused(f"Currency {code} has no exchange rate for today. Enter one first.")
            return
        draft.values["isocurrencycode"] = code
        draft.values["currencysymbol"] = record.values.get("symbol") or code
        draft.extra["exchangerate"] = self.rates.of(rate)
        draft.on_insert["currencyprecision"] = self.rates.precision

    def candidates(self, records: Sequence[Record]) -> Mapping[uuid.UUID, Sequence[Record]]:
        codes = {record.id: str(record.values["iso_code"]) for record in records}
        columns = sorted({*self.run.rule.columns(Side.CRM), *self.columns(Side.CRM)})
        there = every(self.run.crm, TABLE, OneOf("isocurrencycode", tuple(codes.values())), columns)
        return by_name(codes, there, "isocurrencycode")


class LocalCurrency:
    """The Sales row of the ERP's local currency, looked up when a run first needs it and made where it is missing."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.rates = Rates(run)
        self._id: uuid.UUID | None = None

    def id(self) -> uuid.UUID | None:
        """The row's id; ``None`` where the company has no local currency code, or in a dry run that would make it."""
        if self._id is None and self.run.context.local_currency:
            self._id = self._find() or self._make()
        return self._id

    def add_to(self, known: Known, direction: Direction) -> None:
        """Say what a blank currency becomes in Sales, or which Sales currency becomes blank."""
        local = self.id()
        if local is None:
            return
        if direction is Direction.TO_CRM:
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
        values: dict[str, Value] = {
            "isocurrencycode": code,
            "currencyname": code,
            "currencysymbol": code,
            "currencyprecision": self.rates.precision,
            "exchangerate": self.rates.of(Decimal(1)),
        }
        written = self.run.crm.insert(TABLE, [Row(stable_id(self.run.context, f"currency {code}"), values)])[0]
        if written.error is not None:
            found = self._find()  # Another run may have been faster.
            if found is None:
                raise written.error
            return found
        return written.id
