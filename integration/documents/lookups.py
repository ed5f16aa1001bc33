"""What Business Central knows about what orders of Sales point to: customers, items, units, currencies, setup. A few
queries for many documents; small tables are read once a run."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from integration.documents.known import CENT, ITEM, RESOURCE, Known, Money, Sold, WriteIn
from integration.documents.orders import OPTIONS, REFERENCE_LENGTH
from integration.documents.sources import PLACES, SalesDocument, columns, integer, number, reference, text
from integration.documents.texts import cut
from integration.sync.memory.ledger import Ledger
from integration.sync.rules import Context, Reference
from integration.systems.filters import AllOf, Comparison, OneOf
from integration.systems.system import System, every
from integration.systems.text import fold
from integration.systems.values import Record, Ref, Side, option_id
from integration.systems.wording import value_text

CUSTOMERS = Reference("customer", "account")
ITEMS, RESOURCES = Reference("item", "product"), Reference("resource", "product")
UNITS = Reference("unit_of_measure", "uomschedule")
CURRENCIES = Reference("currency", "transactioncurrency")
QUOTES = Reference("sales_header", "quote")
TRANSLATED = {
    "shipping_agent_code": "shipping_agent",
    "payment_terms_code": "payment_terms",
    "shipment_method_code": "shipment_method",
}
CUSTOMER = ("no", "bill_to_customer_no", "vat_bus_posting_group", "blocked", "privacy_blocked", *PLACES)
SOLD = ("no", "blocked", "base_unit_of_measure", "vat_prod_posting_group")
OF_ITEM = ("description", "type", "price_includes_vat", "vat_bus_posting_gr_price", "allow_invoice_disc")
INVENTORY = 0
ORDER_TYPE = 1
SETUP, LEDGER_SETUP = "sales_receivables_setup", "general_ledger_setup"


class SalesRows(NamedTuple):
    """What some documents point to in Sales: rows by id."""

    accounts: Mapping[uuid.UUID, Record]
    contacts: Mapping[uuid.UUID, Record]
    products: Mapping[uuid.UUID, Record]
    units: Mapping[uuid.UUID, Record]
    currencies: Mapping[uuid.UUID, Record]


class Lookups:
    """Made once a run."""

    def __init__(self, erp: System, ledger: Ledger, context: Context) -> None:
        self.erp, self.ledger, self.context = erp, ledger, context
        self._options: dict[tuple[str, int], Ref | None] = {}
        self._units: dict[uuid.UUID, uuid.UUID] = {}
        self._money: dict[uuid.UUID, Money] = {}

    def known(self, documents: Sequence[SalesDocument], rows: SalesRows) -> Known:
        """What the plans of these documents have to know. Raises a ``ConnectionProblem``."""
        customers, payers = self._customers(rows.accounts)
        products = {line.id for each in documents for row in each.lines if (line := reference(row, "productid"))}
        groups = {group.id for row in rows.units.values() if (group := reference(row, "uomscheduleid"))}
        return Known(
            accounts=rows.accounts,
            contacts=rows.contacts,
            customers=customers,
            payers=payers,
            blocked=self._blocked(payers.values()),
            products=rows.products,
            sold=self._sold(products),
            units=rows.units,
            unit_of_group=self._unit_of(groups),
            money=self._money_of(rows.currencies),
            currency_codes={id: text(row, "isocurrencycode") for id, row in rows.currencies.items()},
            iso_codes=self._iso_codes,
            options=self._options_of(documents),
            vat=self._vat,
            countries=self._countries,
            quotes=self._quotes(documents),
            existing=self._existing(documents),
            write_in=self._write_in,
            freight_account=self._freight_account,
        )

    # --- who buys, what is sold ---------------------------------------------------------------------------------

    def _customers(
        self, accounts: Collection[uuid.UUID]
    ) -> tuple[Mapping[uuid.UUID, Record], Mapping[uuid.UUID, Record]]:
        ours = self.ledger.resolve(CUSTOMERS, Side.CRM, accounts)
        columns_ = columns(self.erp.describe("customer"), CUSTOMER)
        rows = self.erp.get("customer", sorted(set(ours.values())), columns_)
        payers = {payer.id for row in rows.values() if (payer := reference(row, "bill_to_customer_no"))} - rows.keys()
        paying = self.erp.get("customer", sorted(payers), columns_) if payers else {}
        return {id: rows[customer] for id, customer in ours.items() if customer in rows}, {**rows, **paying}

    def _blocked(self, customers: Iterable[Record]) -> dict[uuid.UUID, str]:
        """How each that is blocked is, as a sentence says it."""
        field = self.erp.describe("customer").fields.get("blocked")
        found = {}
        for row in customers:
            if row.values.get("privacy_blocked"):
                found[row.id] = "for privacy"
            elif field is not None and row.values.get("blocked"):
                found[row.id] = f"({value_text(row.values['blocked'], field)})"
        return found

    def _sold(self, products: Collection[uuid.UUID]) -> dict[uuid.UUID, Sold]:
        found: dict[uuid.UUID, Sold] = {}
        for reference_, table, read in ((ITEMS, "item", self._items), (RESOURCES, "resource", self._resources)):
            left = [id for id in products if id not in found]
            ours = self.ledger.resolve(reference_, Side.CRM, left) if left else {}
            rows = read(self.erp, table, sorted(set(ours.values()))) if ours else {}
            found |= {product: rows[id] for product, id in ours.items() if id in rows}
        return found

    @staticmethod
    def _items(erp: System, table: str, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Sold]:
        return {id: _item(row) for id, row in erp.get(table, ids, (*SOLD, *OF_ITEM)).items()}

    @staticmethod
    def _resources(erp: System, table: str, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Sold]:
        return {id: _resource(row) for id, row in erp.get(table, ids, (*SOLD, "name")).items()}

    def _unit_of(self, groups: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        new = [id for id in groups if id not in self._units]
        if new:
            self._units |= self.ledger.resolve(UNITS, Side.CRM, new)
        return self._units

    # --- currencies, options, countries -------------------------------------------------------------------------

    @cached_property
    def _currencies(self) -> dict[uuid.UUID, Record]:
        return {
            row.id: row for row in every(self.erp, "currency", fields=("code", "iso_code", "amount_rounding_precision"))
        }

    @cached_property
    def _iso_codes(self) -> frozenset[str]:
        return frozenset(text(row, "iso_code") or text(row, "code") for row in self._currencies.values())

    @cached_property
    def _local_step(self) -> Decimal:
        rows = self.erp.find(LEDGER_SETUP, fields=("amount_rounding_precision",), size=1).records
        return _step(rows[0]) if rows and _step(rows[0]) else CENT

    def _money_of(self, currencies: Mapping[uuid.UUID, Record]) -> dict[uuid.UUID, Money]:
        local = self.context.local_currency
        new = {id: row for id, row in currencies.items() if id not in self._money}
        foreign = [id for id, row in new.items() if text(row, "isocurrencycode") != local]
        self._money |= {id: Money(None, self._local_step) for id in new.keys() - set(foreign)}
        for id, ours in self.ledger.resolve(CURRENCIES, Side.CRM, foreign).items() if foreign else ():
            row = self._currencies.get(ours)
            if row is not None:
                step = _step(row) or self._local_step
                self._money[id] = Money(Ref("currency", ours, text(row, "code")), step)
        return self._money

    def _options_of(self, documents: Sequence[SalesDocument]) -> Mapping[tuple[str, int], Ref]:
        for column, (option_column, coupled) in OPTIONS.items():
            values = {value for each in documents if (value := integer(each.header, option_column)) is not None}
            new = {option_id(coupled, value): value for value in values if (coupled, value) not in self._options}
            if new:
                table = TRANSLATED[column]
                ours = self.ledger.resolve(Reference(table, coupled), Side.CRM, list(new))
                for id, value in new.items():
                    self._options[coupled, value] = Ref(table, ours[id]) if id in ours else None
        return {key: row for key, row in self._options.items() if row is not None}

    @cached_property
    def _countries(self) -> dict[str, str]:
        rows = list(every(self.erp, "country_region", fields=("code", "name")))
        by_name = {fold(text(row, "name")): text(row, "code") for row in rows if text(row, "name")}
        return {**by_name, **{fold(text(row, "code")): text(row, "code") for row in rows}}

    # --- setup --------------------------------------------------------------------------------------------------

    @cached_property
    def _setup(self) -> Record | None:
        columns = ("write_in_product_type", "write_in_product_no", "freight_g_l_account_no")
        return next(iter(self.erp.find(SETUP, fields=columns, size=1).records), None)

    @cached_property
    def _freight_account(self) -> str:
        account = reference(self._setup, "freight_g_l_account_no") if self._setup is not None else None
        if account is None:
            return ""
        return text(self.erp.get("g_l_account", [account.id], ("no",))[account.id], "no")

    @cached_property
    def _write_in(self) -> WriteIn:
        named = text(self._setup, "write_in_product_no") if self._setup is not None else ""
        if self._setup is None or not named:
            return WriteIn()
        is_item = integer(self._setup, "write_in_product_type") in (None, 0)
        table, columns = ("item", OF_ITEM) if is_item else ("resource", ("name",))
        rows = self.erp.find(table, Comparison("no", "=", named), (*SOLD, *columns), size=1).records
        if not rows:
            return WriteIn(named=f"{table} {named}")
        sold = _item(rows[0]) if is_item else _resource(rows[0])
        product = self.ledger.resolve(ITEMS if is_item else RESOURCES, Side.ERP, [sold.id]).get(sold.id)
        return WriteIn(sold, named=f"{table} {named}", product=product)

    @cached_property
    def _vat(self) -> dict[tuple[uuid.UUID | None, uuid.UUID | None], Decimal]:
        columns = ("vat_bus_posting_group", "vat_prod_posting_group", "vat_percent")
        found = {}
        for row in every(self.erp, "vat_posting_setup", fields=columns):
            business, product = reference(row, columns[0]), reference(row, columns[1])
            key = business.id if business else None, product.id if product else None
            found[key] = number(row, "vat_percent")
        return found

    # --- what is there ------------------------------------------------------------------------------------------

    def _quotes(self, documents: Sequence[SalesDocument]) -> dict[uuid.UUID, str]:
        """The numbers of the quotes that the documents were made of, also of those that are archived by now."""
        asked = {quote.id for each in documents if (quote := reference(each.header, "quoteid")) is not None}
        ours = self.ledger.resolve(QUOTES, Side.CRM, asked) if asked else {}
        if not ours:
            return {}
        numbers = {
            id: text(row, "no") for id, row in self.erp.get("sales_header", list(ours.values()), ("no",)).items()
        }
        gone = [id for id in ours.values() if id not in numbers]
        if gone:
            archived = every(self.erp, "sales_header_archive", OneOf("source_id", tuple(gone)), ("no", "source_id"))
            numbers |= {id: text(row, "no") for row in archived if isinstance(id := row.values["source_id"], uuid.UUID)}
        return {quote: numbers[id] for quote, id in ours.items() if id in numbers}

    def _existing(self, documents: Sequence[SalesDocument]) -> dict[str, str]:
        """Number in Sales -> the order or posted invoice that refers to it and is not coupled."""
        called = {cut(each.number, REFERENCE_LENGTH): each.number for each in documents if each.number}
        types = {each.source.document_type for each in documents}
        if not called or types != {ORDER_TYPE}:
            return {}
        refers = OneOf("your_reference", tuple(called))
        orders = AllOf((Comparison("document_type", "=", ORDER_TYPE), refers))
        found = list(every(self.erp, "sales_header", orders, ("no", "your_reference")))
        coupled = self.ledger.pairs(Side.ERP, [row.id for row in found]) if found else {}
        there = {text(row, "your_reference"): f"Order {text(row, 'no')}" for row in found if row.id not in coupled}
        there |= self._invoiced(refers)
        return {called[reference_]: document for reference_, document in there.items() if reference_ in called}

    def _invoiced(self, refers: OneOf) -> Iterable[tuple[str, str]]:
        rows = list(every(self.erp, "sales_invoice_header", refers, ("no", "your_reference", "order_id")))
        orders = [id for row in rows if isinstance(id := row.values.get("order_id"), uuid.UUID)]
        coupled = self.ledger.pairs(Side.ERP, orders) if orders else {}
        return [
            (text(row, "your_reference"), f"Invoice {text(row, 'no')}")
            for row in rows
            if row.values.get("order_id") not in coupled
        ]


def _step(row: Record) -> Decimal:
    """The smallest unit that a row names, with no more decimals than it needs."""
    return number(row, "amount_rounding_precision").normalize()


def _group(row: Record, name: str) -> uuid.UUID | None:
    group = reference(row, name)
    return group.id if group is not None else None


def _item(row: Record) -> Sold:
    return Sold(
        ITEM, row.id, text(row, "no"), text(row, "description"), reference(row, "base_unit_of_measure"),
        is_stocked=integer(row, "type") == INVENTORY,
        allows_discount=row.values.get("allow_invoice_disc") is not False,
        price_includes_vat=bool(row.values.get("price_includes_vat")),
        price_group=_group(row, "vat_bus_posting_gr_price"),
        vat_group=_group(row, "vat_prod_posting_group"),
        is_blocked=bool(row.values.get("blocked")),
    )  # fmt: skip


def _resource(row: Record) -> Sold:
    unit, group = reference(row, "base_unit_of_measure"), _group(row, "vat_prod_posting_group")
    is_blocked = bool(row.values.get("blocked"))
    return Sold(RESOURCE, row.id, text(row, "no"), text(row, "name"), unit, vat_group=group, is_blocked=is_blocked)
