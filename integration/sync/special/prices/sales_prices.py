"""The prices of price groups, read for a page of them at once, and which of them are lines on a price list today."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from integration.sync.rules import Reference
from integration.sync.special.base import Run
from integration.sync.special.money.currency import LocalCurrency
from integration.sync.special.prices.choice import Choice, Price, choose
from integration.systems.filters import EVERYTHING, AllOf, Comparison, Filter, OneOf
from integration.systems.system import System, every
from integration.systems.values import Record, Ref, Side

SALES_PRICE, ITEM, PRICE_LIST, CURRENCY = "sales_price", "item", "pricelevel", "transactioncurrency"
PRICE_GROUP_SALES = 1
GROUPS = Reference("customer_price_group", PRICE_LIST)
CURRENCIES = Reference("currency", CURRENCY)
COLUMNS = (
    "sales_code", "item_no", "unit_of_measure_code", "variant_code", "currency_code", "minimum_quantity", "unit_price",
    "starting_date", "ending_date",
)  # fmt: skip
"""What decides about a price. A company that does not have one of them has no prices that differ in it."""
Key = tuple[uuid.UUID, uuid.UUID]
"""Price group and item."""


def today() -> dt.date:
    """The company's work date."""
    return dt.datetime.now(dt.UTC).date()


def key_of(record: Record) -> Key | None:
    """Whose price it is for what; ``None`` while one of the two is blank."""
    group, item = record.values.get("sales_code"), record.values.get("item_no")
    return (group.id, item.id) if isinstance(group, Ref) and isinstance(item, Ref) else None


class SalesPrices:
    """Reads what competes for the lines of price lists. ``where``: the prices that a mapping takes at all; ``lists``
    knows the currencies of price lists, without which they are no reason to leave a price out."""

    def __init__(self, erp: System, where: Filter = EVERYTHING, lists: ListCurrencies | None = None) -> None:
        self.erp, self.where, self.lists = erp, where, lists
        self.base_units: dict[uuid.UUID, Ref] = {}
        self.choices: dict[Key, Choice] = {}

    @property
    def day(self) -> dt.date:
        """The day whose prices count."""
        return today()

    def read(self, keys: Collection[Key]) -> None:
        """Choose among all prices for these groups and items, as they are now."""
        self.choices = {}
        if not keys:
            return
        by_key: dict[Key, list[Record]] = {key: [] for key in keys}
        groups, items = {group for group, _ in keys}, {item for _, item in keys}
        for record in self.prices(OneOf("sales_code", tuple(groups)), OneOf("item_no", tuple(items))):
            key = key_of(record)
            if key in by_key:
                by_key[key].append(record)
        self._read_items(items)
        if self.lists is not None:
            self.lists.read(groups, [record for records in by_key.values() for record in records])
        for (group, item), records in by_key.items():
            self.choices[group, item] = choose([self._price(record, group, item) for record in records], self.day)

    def prices(self, *where: Filter) -> Iterable[Record]:
        """The prices of price groups that the mapping takes and that meet these conditions."""
        described = self.erp.describe(SALES_PRICE).fields
        columns = [name for name in COLUMNS if name in described]
        of_groups = Comparison("sales_type", "=", PRICE_GROUP_SALES)
        return every(self.erp, SALES_PRICE, AllOf((of_groups, self.where, *where)), columns)

    def of_groups(self, groups: Collection[uuid.UUID]) -> Iterable[tuple[uuid.UUID, Record, Price]]:
        """(group, the price as it was read, the price) for all prices of these groups."""
        keyed = [(key, record) for record in self.prices(OneOf("sales_code", tuple(groups))) if (key := key_of(record))]
        self._read_items({item for (_, item), _ in keyed})
        for (group, item), record in keyed:
            yield group, record, self._price(record, group, item)

    def _read_items(self, items: Collection[uuid.UUID]) -> None:
        there = self.erp.get(ITEM, list(items), ["base_unit_of_measure"]) if items else {}
        units = {id: row.values.get("base_unit_of_measure") for id, row in there.items()}
        self.base_units |= {id: unit for id, unit in units.items() if isinstance(unit, Ref)}

    def _price(self, record: Record, group: uuid.UUID, item: uuid.UUID) -> Price:
        value, base = record.values.get, self.base_units.get(item)
        unit, variant = value("unit_of_measure_code"), value("variant_code")
        return Price(
            record.id,
            _number(value("unit_price")),
            unit=named(unit) if isinstance(unit, Ref) and base is not None and unit.id != base.id else "",
            variant=named(variant) if isinstance(variant, Ref) else str(variant or ""),
            currency=self.lists.other(value("currency_code"), group) if self.lists is not None else "",
            minimum=_number(value("minimum_quantity")),
            starting=_day(value("starting_date")),
            ending=_day(value("ending_date")),
        )


class ListCurrencies:
    """Which currency the price list of a group has, and whether a price is in another one."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.local_currency = LocalCurrency(run)
        self._of_group: dict[uuid.UUID, uuid.UUID] = {}
        self._in_sales: Mapping[uuid.UUID, uuid.UUID] = {}

    def read(self, groups: Collection[uuid.UUID], prices: Collection[Record]) -> None:
        """Learn the currencies of these groups' lists and of these prices."""
        lists = self.run.ledger.resolve(GROUPS, Side.ERP, groups)
        there = self.run.crm.get(PRICE_LIST, list(lists.values()), ["transactioncurrencyid"]) if lists else {}
        currencies = {
            group: there[id].values.get("transactioncurrencyid") for group, id in lists.items() if id in there
        }
        self._of_group = {group: ref.id for group, ref in currencies.items() if isinstance(ref, Ref)}
        used = {ref.id for price in prices if isinstance(ref := price.values.get("currency_code"), Ref)}
        self._in_sales = self.run.ledger.resolve(CURRENCIES, Side.ERP, used) if used else {}

    def other(self, currency: object, group: uuid.UUID) -> str:
        """What the currency of a price is called if the list has another one. What is not coupled yet is no reason to
        leave a price out: it waits for its currency."""
        of_the_list = self._of_group.get(group)
        if of_the_list is None:
            return ""
        there = self._in_sales.get(currency.id) if isinstance(currency, Ref) else self.local_currency.id()
        if there in (None, of_the_list):
            return ""
        return named(currency) if isinstance(currency, Ref) else "the local currency"


def named(ref: Ref) -> str:
    """A record as people call it."""
    return ref.label or str(ref.id)


def winners(choices: Mapping[Key, Choice]) -> set[uuid.UUID]:
    """The prices that are lines today."""
    return {choice.winner for choice in choices.values() if choice.winner is not None}


def _number(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0)


def _day(value: object) -> dt.date | None:
    return value if isinstance(value, dt.date) else None
