"""Customer price groups are price lists, their sales prices the lines: CUSTPRCGRP-PRICE and SALESPRC-PRODPRICE."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from integration.sync.matching.pairs import by_name
from integration.sync.record.transfer import Draft, ReferenceNotCoupled
from integration.sync.rules import Reference
from integration.sync.special.base import Exclusion, Run, Special, require_mapped
from integration.sync.special.money.currency import LocalCurrency
from integration.sync.special.money.organization import Organization
from integration.sync.special.prices.choice import ended, never_fits
from integration.sync.special.prices.sales_prices import (
    CURRENCIES,
    GROUPS,
    PRICE_GROUP_SALES,
    PRICE_LIST,
    Key,
    ListCurrencies,
    SalesPrices,
    key_of,
    winners,
)
from integration.sync.special.units import UNITS, Units
from integration.systems.errors import Problem, Refused
from integration.systems.filters import OneOf
from integration.systems.system import every
from integration.systems.text import storable
from integration.systems.values import Record, Ref, Side, Value

PRICE, LINE_OF, PRODUCT_OF, AMOUNT = "productpricelevel", "pricelevelid", "productid", "amount"
ITEMS = Reference("item", "product")
OF_NO_GROUP = "It is no price of a customer price group for an item."


class PriceGroupRules(Special):
    """A price list has one currency: that of all prices that are or become its lines, or the local one while there are
    none."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.sales_prices = SalesPrices(run.erp)
        self.local_currency = LocalCurrency(run)
        self._currencies: dict[uuid.UUID, set[Ref | None]] = {}
        self._coupled: Mapping[uuid.UUID, uuid.UUID] = {}

    def columns(self, side: Side) -> Sequence[str]:
        return ("code", "description") if side is Side.ERP else ("name", "transactioncurrencyid")

    def prepare(self, records: Sequence[Record]) -> None:
        self._currencies = {record.id: set() for record in records}
        day = self.sales_prices.day
        for group, record, price in self.sales_prices.of_groups(self._currencies):
            if not (never_fits(price) or ended(price, day)):
                currency = record.values.get("currency_code")
                self._currencies[group].add(currency if isinstance(currency, Ref) else None)
        used = {ref.id for refs in self._currencies.values() for ref in refs if ref is not None}
        self._coupled = self.run.ledger.resolve(CURRENCIES, Side.ERP, used) if used else {}

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        currencies = self._currencies.get(record.id, set())
        if len(currencies) > 1:
            named = ", ".join(sorted(ref.label if ref else "local currency" for ref in currencies))
            draft.problem = Refused(f"All prices of a price list must have the same currency; here they have {named}.")
            return
        currency = self._in_sales(next(iter(currencies), None))
        if isinstance(currency, Problem):
            draft.problem = currency
        elif twin is not None and currencies and twin.values.get("transactioncurrencyid") != currency:
            draft.problem = Refused("The price list in Dynamics 365 Sales has another currency than its prices here.")
        else:
            draft.on_insert["transactioncurrencyid"] = currency
            draft.on_insert["description"] = storable(str(record.values.get("description") or ""))

    def _in_sales(self, currency: Ref | None) -> Value | Problem:
        id = self.local_currency.id() if currency is None else self._coupled.get(currency.id)
        if id is not None:
            return Ref("transactioncurrency", id)
        if currency is None:
            return None
        return ReferenceNotCoupled(
            f"Currency “{currency.label}” is not coupled yet. Couple it first.", table=currency.table, id=currency.id
        )

    def candidates(self, records: Sequence[Record]) -> Mapping[uuid.UUID, Sequence[Record]]:
        names = {record.id: str(record.values["code"]) for record in records}
        columns = sorted({*self.run.rule.columns(Side.CRM), *self.columns(Side.CRM)})
        return by_name(names, every(self.run.crm, PRICE_LIST, OneOf("name", tuple(names.values())), columns), "name")


class SalesPriceRules(Special):
    """A price list line: found by list and product, always for the base unit. Of several prices for one line
    ``choice.py`` picks one; the others are left out.

    A line belongs to whichever price is chosen today: the next one takes it over from the last one, and without any it
    is deleted. Which list a line is on cannot be changed, so a price that moved loses its line and gets another one.
    """

    page_by_page = True
    reads_outside = True
    takes_over = True

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        require_mapped(run.rule, run.direction, LINE_OF, PRODUCT_OF)
        self.units = Units(run)
        self.organization = Organization(run)
        self.sales_prices = SalesPrices(run.erp, run.rule.erp_filter, ListCurrencies(run))
        self._groups: Mapping[uuid.UUID, uuid.UUID] = {}
        self._lines: dict[uuid.UUID, tuple[Value, Value, Value]] = {}
        self._concerned: set[uuid.UUID] = set()

    def columns(self, side: Side) -> Sequence[str]:
        if side is Side.ERP:
            return ("item_no", "unit_of_measure_code", "sales_code", "sales_type")
        return (LINE_OF, PRODUCT_OF, "uomid")

    def prepare(self, records: Sequence[Record]) -> None:
        self.sales_prices.read({key for record in records if (key := key_of(record)) is not None})
        self._concerned |= winners(self.sales_prices.choices) - {record.id for record in records}
        units = {unit.id for record in records if (unit := self._unit(record)) is not None}
        self._groups = self.run.ledger.resolve(UNITS, Side.ERP, units) if units else {}

    def _unit(self, record: Record) -> Ref | None:
        own, item = record.values.get("unit_of_measure_code"), record.values.get("item_no")
        if isinstance(own, Ref):
            return own
        return self.sales_prices.base_units.get(item.id) if isinstance(item, Ref) else None

    def exclude(self, record: Record) -> Exclusion | None:
        key = key_of(record)
        choice = self.sales_prices.choices.get(key) if key else None
        if choice is None:
            return Exclusion(OF_NO_GROUP, unpairs=True)
        if choice.winner == record.id:
            return None
        return Exclusion(choice.reasons.get(record.id, OF_NO_GROUP), unpairs=choice.winner is None)

    def always_looks(self, record: Record) -> bool:
        return self.looks_at_all  # The day may decide otherwise about a price that nobody changed.

    def excludes_outside(self, record: Record) -> bool:
        """What is not a price of a group any more has no line; a filter that a person made narrower takes none away."""
        return key_of(record) is None or record.values.get("sales_type") != PRICE_GROUP_SALES

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        unit = self._unit(record)
        group = self._groups.get(unit.id) if unit else None
        if unit is None or group is None:
            draft.problem = self._unit_missing(unit)
            return
        found = self.units.of(group)
        if isinstance(found, Problem):
            draft.problem = found
            return
        if AMOUNT in draft.values:
            draft.values[AMOUNT] = self.organization.price(draft.values[AMOUNT])
        draft.extra["uomid"] = Ref("uom", found.id)
        draft.on_insert["uomscheduleid"] = Ref("uomschedule", group)
        line = draft.values[LINE_OF], draft.values[PRODUCT_OF]
        self._lines[record.id] = (*line, draft.extra["uomid"])
        draft.moved = twin is not None and line_of(twin) != line

    def _unit_missing(self, unit: Ref | None) -> Problem:
        if unit is None:
            return Refused("The price has no unit of measure, and neither has its item.")
        return ReferenceNotCoupled(
            f"Unit of measure “{unit.label}” is not coupled yet. Couple it first.", table=unit.table, id=unit.id
        )

    def candidates(self, records: Sequence[Record]) -> Mapping[uuid.UUID, Sequence[Record]]:
        wanted = {self._lines[record.id]: record.id for record in records if record.id in self._lines}
        lists = {ref.id for ref, _, _ in wanted if isinstance(ref, Ref)}
        if not lists:
            return {}
        columns = sorted({*self.run.rule.columns(Side.CRM), *self.columns(Side.CRM)})
        found: dict[uuid.UUID, list[Record]] = {}
        for row in every(self.run.crm, PRICE, OneOf(LINE_OF, tuple(lists)), columns):
            line = (*line_of(row), row.values["uomid"])
            if line in wanted:
                found.setdefault(wanted[line], []).append(row)
        return found

    # --- whose line it is next ----------------------------------------------------------------------------

    def heirs(self, twins: Sequence[Record]) -> Mapping[uuid.UUID, uuid.UUID]:
        keys = self._keys_of(twins)
        self.sales_prices.read(set(keys.values()))
        choices = self.sales_prices.choices
        found = {id: choices[key].winner for id, key in keys.items()}
        return {id: winner for id, winner in found.items() if winner is not None}

    def _keys_of(self, twins: Sequence[Record]) -> dict[uuid.UUID, Key]:
        """line -> the price group and the item that its list and its product are coupled with."""
        lines = {twin.id: line_of(twin) for twin in twins}
        lists = {ref.id for ref, _ in lines.values() if isinstance(ref, Ref)}
        products = {ref.id for _, ref in lines.values() if isinstance(ref, Ref)}
        groups = self.run.ledger.resolve(GROUPS, Side.CRM, lists)
        items = self.run.ledger.resolve(ITEMS, Side.CRM, products)
        keys: dict[uuid.UUID, Key] = {}
        for id, (list_ref, product) in lines.items():
            if isinstance(list_ref, Ref) and isinstance(product, Ref) and list_ref.id in groups and product.id in items:
                keys[id] = groups[list_ref.id], items[product.id]
        return keys

    def concerned(self) -> set[uuid.UUID]:
        collected, self._concerned = self._concerned, set()
        return collected


def line_of(row: Record) -> tuple[Value, Value]:
    """The price list and the product of a line."""
    return row.values[LINE_OF], row.values[PRODUCT_OF]
