"""Customer price groups are price lists, their sales prices the lines: CUSTPRCGRP-PRICE and SALESPRC-PRODPRICE."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from integration.sync.matching import by_name
from integration.sync.rules import Reference
from integration.sync.special.base import Run, Special
from integration.sync.special.currency import LocalCurrency
from integration.sync.special.units import UNITS, Units
from integration.sync.transfer import Draft, ReferenceNotCoupled
from integration.systems.base import Record, Ref, Side, Value, every
from integration.systems.errors import Problem, Refused
from integration.systems.filters import AllOf, Comparison, OneOf
from integration.systems.text import storable

PRICE_LIST, PRICE, SALES_PRICE = "pricelevel", "productpricelevel", "sales_price"
CURRENCIES = Reference("currency", "transactioncurrency")
PRICE_GROUP_SALES = 1


class PriceGroupRules(Special):
    """A price list has one currency: that of all its prices, or the local one while there are none."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.local_currency = LocalCurrency(run)
        self._currencies: dict[uuid.UUID, set[Ref | None]] = {}
        self._coupled: Mapping[uuid.UUID, uuid.UUID] = {}

    def columns(self, side: Side) -> Sequence[str]:
        return ("code", "description") if side is Side.ERP else ("name", "transactioncurrencyid")

    def prepare(self, records: Sequence[Record]) -> None:
        self._currencies = {record.id: set() for record in records}
        groups = OneOf("sales_code", tuple(self._currencies))
        where = AllOf((Comparison("sales_type", "=", PRICE_GROUP_SALES), groups))
        for price in every(self.run.erp, SALES_PRICE, where, ["sales_code", "currency_code"]):
            group, currency = price.values.get("sales_code"), price.values.get("currency_code")
            if isinstance(group, Ref) and group.id in self._currencies:
                self._currencies[group.id].add(currency if isinstance(currency, Ref) else None)
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
    """A price list line: found by list, product and unit; the unit is the price's own or the item's base unit."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.units = Units(run)
        self._base_units: dict[uuid.UUID, Ref] = {}
        self._groups: Mapping[uuid.UUID, uuid.UUID] = {}
        self._lines: dict[uuid.UUID, tuple[Value, Value, Value]] = {}

    def columns(self, side: Side) -> Sequence[str]:
        if side is Side.ERP:
            return ("item_no", "unit_of_measure_code", "sales_code")
        return ("pricelevelid", "productid", "uomid")

    def prepare(self, records: Sequence[Record]) -> None:
        items = {ref.id for record in records if isinstance(ref := record.values.get("item_no"), Ref)}
        there = self.run.erp.get("item", list(items), ["base_unit_of_measure"]) if items else {}
        self._base_units = {
            id: unit for id, row in there.items() if isinstance(unit := row.values.get("base_unit_of_measure"), Ref)
        }
        units = {unit.id for record in records if (unit := self._unit(record)) is not None}
        self._groups = self.run.ledger.resolve(UNITS, Side.ERP, units) if units else {}

    def _unit(self, record: Record) -> Ref | None:
        own, item = record.values.get("unit_of_measure_code"), record.values.get("item_no")
        if isinstance(own, Ref):
            return own
        return self._base_units.get(item.id) if isinstance(item, Ref) else None

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
        draft.extra["uomid"] = Ref("uom", found.id)
        draft.on_insert["uomscheduleid"] = Ref("uomschedule", group)
        self._lines[record.id] = (draft.values["pricelevelid"], draft.values["productid"], draft.extra["uomid"])

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
        for row in every(self.run.crm, PRICE, OneOf("pricelevelid", tuple(lists)), columns):
            line = (row.values["pricelevelid"], row.values["productid"], row.values["uomid"])
            if line in wanted:
                found.setdefault(wanted[line], []).append(row)
        return found
