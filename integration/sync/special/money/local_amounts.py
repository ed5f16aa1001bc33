"""Amounts in local currency that meet a money column of a row with its own currency.

The value of such a field is the amount *and* the currency it is in: 1,234.56 pounds are 237,415 yen in a row in yen.
A new rate is no change of it; another currency of the row is.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal

from integration.sync.direction import Direction
from integration.sync.record.meaning import Expressed, Lack, Lacking, MeaningField, Meant
from integration.sync.rules import FieldRule, Reference
from integration.sync.special.base import Run
from integration.sync.special.money.amounts import Rate, RateMissing, exchange, rates_of
from integration.sync.special.money.currency import LocalCurrency
from integration.systems.values import Field, Money, Record, Ref, Side

ROW_CURRENCY = "transactioncurrencyid"
CURRENCIES = Reference("currency", "transactioncurrency")


def local_amounts(run: Run) -> list[LocalAmount]:
    """The mapped fields of a run that are such amounts, standard and own mappings alike."""
    if ROW_CURRENCY not in run.rule.crm.fields:
        return []
    shared = _Currencies(run)
    found = []
    for rule in run.rule.fields:
        ours, theirs = run.rule.field(Side.ERP, rule), run.rule.field(Side.CRM, rule)
        if ours is None or theirs is None or rule.transformations:
            continue
        if ours.money is Money.LOCAL and theirs.money is Money.ROW:
            found.append(LocalAmount(rule, ours, theirs, shared))
    return found


class _Currencies:
    """What all amounts of a run need: rates, the local currency, and which currency a record is in."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.local_currency = LocalCurrency(run)
        mapped = [one.erp_field for one in run.rule.fields if one.crm_field == ROW_CURRENCY and one.erp_field]
        self.erp_field = mapped[0] if mapped else ""
        self._rates: dict[uuid.UUID, Rate] | None = None
        self._in_sales: dict[uuid.UUID, uuid.UUID] = {}

    @property
    def rates(self) -> dict[uuid.UUID, Rate]:
        if self._rates is None:
            self._rates = rates_of(self.run.crm)
        return self._rates

    def read(self, records: Sequence[Record]) -> None:
        ids = {ref.id for record in records if isinstance(ref := record.values.get(self.erp_field), Ref)}
        fresh = ids - self._in_sales.keys()
        if fresh:
            self._in_sales |= self.run.ledger.resolve(CURRENCIES, Side.ERP, fresh)

    def of_row(self, record: Record, twin: Record | None) -> uuid.UUID | None:
        """The currency that the row in Sales has or gets: that of the record where it is mapped, else its own, and the
        local one for a new row. ``None``: nobody knows it yet."""
        if self.erp_field:
            own = record.values.get(self.erp_field)
            return self._in_sales.get(own.id) if isinstance(own, Ref) else self.local_currency.id()
        there = twin.values.get(ROW_CURRENCY) if twin is not None else None
        return there.id if isinstance(there, Ref) else self.local_currency.id()


class LocalAmount(MeaningField):
    """One such field. It keeps the key of its field mapping."""

    def __init__(self, rule: FieldRule, ours: Field, theirs: Field, currencies: _Currencies) -> None:
        self.rule, self.currencies = rule, currencies
        self.key = rule.key
        self.direction = Direction(rule.direction)
        self.not_null = rule.not_null
        self._fields = {Side.ERP: ours, Side.CRM: theirs}

    def label(self, side: Side) -> str:
        return self._fields[side].label or self._fields[side].name

    def columns(self, side: Side) -> Sequence[str]:
        currency = ROW_CURRENCY if side is Side.CRM else self.currencies.erp_field
        return [name for name in (self._fields[side].name, currency) if name]

    def prepare(self, side: Side, records: Sequence[Record]) -> None:
        if side is Side.ERP and self.currencies.erp_field:
            self.currencies.read(records)

    def _amount(self, side: Side, record: Record) -> Decimal | None:
        value = record.values.get(self._fields[side].name)
        return value if isinstance(value, Decimal) else None

    def _currency(self, side: Side, record: Record) -> str:
        value = record.values.get(ROW_CURRENCY if side is Side.CRM else self.currencies.erp_field)
        return str(value.id) if isinstance(value, Ref) else ""

    def read(self, side: Side, record: Record) -> str:
        return _text(self._amount(side, record), self._currency(side, record))

    def shown(self, side: Side, record: Record) -> str:
        amount = self._amount(side, record)
        value = record.values.get(ROW_CURRENCY if side is Side.CRM else self.currencies.erp_field)
        code = value.label if side is Side.CRM and isinstance(value, Ref) else ""
        return "" if amount is None else f"{amount} {code}".rstrip()

    def express(self, side: Side, record: Record, twin: Record | None) -> Expressed:
        amount, field = self._amount(side, record), self._fields[side.other]
        if amount is None:
            return Meant("", {field.name: None})
        try:
            return self._to_row(record, twin, amount) if side is Side.ERP else self._to_local(record, twin, amount)
        except RateMissing as problem:
            return problem

    def _to_row(self, record: Record, twin: Record | None, amount: Decimal) -> Expressed:
        row = self.currencies.of_row(record, twin)
        if row is None:
            return Lacking(Lack.LEAVE, self.label(Side.ERP))
        there = exchange(self.currencies.rates, self.currencies.local_currency.id(), row).to_row(amount)
        columns = {self._fields[Side.CRM].name: there}
        if twin is None and not self.currencies.erp_field:
            return Meant(_text(there, str(row)), {**columns, ROW_CURRENCY: Ref(CURRENCIES.crm_table, row)})
        return Meant(_text(there, str(row)), columns)

    def _to_local(self, record: Record, twin: Record | None, amount: Decimal) -> Expressed:
        there = record.values.get(ROW_CURRENCY)
        row = there.id if isinstance(there, Ref) else None
        here = exchange(self.currencies.rates, self.currencies.local_currency.id(), row).to_local(amount)
        currency = self._currency(Side.ERP, twin) if twin is not None else ""
        return Meant(_text(here, currency), {self._fields[Side.ERP].name: here})


def _text(amount: Decimal | None, currency: str) -> str:
    """The amount without what only fills up its decimals, and its currency."""
    if amount is None:
        return ""
    plain = f"{amount.normalize():f}" if amount else "0"
    return f"{plain} {currency}".rstrip()
