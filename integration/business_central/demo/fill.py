"""Filling the company. Every row is written with the same logic as when a person types it, only in bulk."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction

from integration.business_central.demo import trade
from integration.business_central.demo.books import fill_sales_setup, fill_stock, fill_vat, fill_write_in
from integration.business_central.demo.firms import VENDORS, Firm, firm_at
from integration.business_central.demo.people import PEOPLE, SALESPEOPLE, address_of
from integration.business_central.fields import today
from integration.business_central.models import (
    CompanyInformation,
    CompanyRow,
    Contact,
    ContactBusinessRelation,
    CountryRegion,
    Currency,
    CurrencyExchangeRate,
    Customer,
    CustomerPriceGroup,
    GeneralLedgerSetup,
    Item,
    Opportunity,
    PaymentTerms,
    Resource,
    Salesperson,
    SalesPrice,
    ShipmentMethod,
    ShippingAgent,
    UnitOfMeasure,
    VatBusinessPostingGroup,
    VatProductPostingGroup,
    Vendor,
)
from integration.business_central.rows import Change

CUSTOMERS = 60
AT_ONCE = 1000
RATES_FROM = dt.date(2020, 1, 1)
PENNY = Decimal("0.01")
SEED = 2020
BLOCKED = {47: Customer.Blocked.SHIP, 53: Customer.Blocked.ALL}
"""Some customers that are left out of synchronization, by position."""

Coded = dict[str, Any]
"""Rows by code."""


def fill(customers: int | None = None) -> None:
    """Fill an empty company with CRONUS International Ltd.: customers (60, or as many as given in all), 5 vendors,
    55 people beside the companies that come with customers and vendors (120 contacts in all), and what goes with
    them. A company that has customers only gets the ones missing to ``customers``."""
    with transaction.atomic():
        if not Customer.objects.exists():
            _fill_small_tables()
            _add_customers(0, min(customers or CUSTOMERS, CUSTOMERS))
            _fill_people()
            _fill_trade()
    wanted = CUSTOMERS if customers is None else customers
    while (there := Customer.objects.count()) < wanted and customers is not None:
        with transaction.atomic():
            _add_customers(there, min(wanted, there + AT_ONCE))


def _make(model: type[CompanyRow], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Any]:
    return list(model._default_manager.bulk_create(model(**dict(zip(names, row, strict=True))) for row in rows))


def _by_code(model: type[CompanyRow]) -> Coded:
    return {getattr(row, model.number_field): row for row in model._default_manager.all()}


def _fill_small_tables() -> None:
    CompanyInformation.current()
    GeneralLedgerSetup.current()
    fill_vat()
    fill_sales_setup()
    _make(CountryRegion, ("code", "iso_code", "name"), [(code, code, name) for code, name in trade.COUNTRIES])
    _make(PaymentTerms, ("code", "description", "due_date_calculation"), trade.PAYMENT_TERMS)
    _make(ShipmentMethod, ("code", "description"), trade.SHIPMENT_METHODS)
    _make(ShippingAgent, ("code", "name", "internet_address"), trade.SHIPPING_AGENTS)
    _make(UnitOfMeasure, ("code", "description", "international_standard_code"), trade.UNITS)
    _make(Currency, ("code", "iso_code", "description", "symbol"), [row[:4] for row in trade.CURRENCIES])
    currencies = _by_code(Currency)
    rates = [(currencies[row[0]], RATES_FROM, Decimal(100), Decimal(row[4])) for row in trade.CURRENCIES]
    columns = ("currency_code", "starting_date", "exchange_rate_amount", "relational_exch_rate_amount")
    _make(CurrencyExchangeRate, columns, rates)
    _make(
        Salesperson,
        ("code", "name", "job_title", "e_mail", "phone_no", "commission_percent"),
        [
            (code, f"{first} {last}", title, address_of(first, last), f"020 7946 0{100 + number}", Decimal(5))
            for number, (code, first, last, title) in enumerate(SALESPEOPLE)
        ],
    )
    _make(CustomerPriceGroup, ("code", "description"), [row[:2] for row in trade.PRICE_GROUPS])


class Choices:
    """The small tables that firms choose from."""

    def __init__(self) -> None:
        self.countries, self.currencies = _by_code(CountryRegion), _by_code(Currency)
        self.salespeople = list(Salesperson.objects.filter(code__in=[row[0] for row in SALESPEOPLE]).order_by("code"))
        self.terms = [*PaymentTerms.objects.order_by("code"), None]
        self.methods = [*ShipmentMethod.objects.order_by("code"), None]
        self.agents = [*ShippingAgent.objects.order_by("code"), None]
        self.groups = _by_code(CustomerPriceGroup)
        self.taxed = _by_code(VatBusinessPostingGroup)

    def of(self, firm: Firm, position: int) -> dict[str, Any]:
        """Columns that customers and vendors share."""
        chance = random.Random(SEED + position)  # noqa: S311 - repeatable, not secret
        return {
            "name": firm.name,
            "address": firm.address,
            "post_code": firm.post_code,
            "city": firm.city,
            "county": firm.county,
            "country_region_code": self.countries.get(firm.country),
            "currency_code": self.currencies.get(firm.currency),
            "phone_no": f"01632 96{chance.randint(0, 9999):04}",
            "e_mail": f"office@{firm.domain}",
            "home_page": f"https://www.{firm.domain}",
            "payment_terms_code": chance.choice(self.terms),
            "shipment_method_code": chance.choice(self.methods),
            "shipping_agent_code": chance.choice(self.agents),
        }

    def salesperson(self, position: int) -> Any:
        return self.salespeople[position % len(self.salespeople)] if self.salespeople else None

    def group(self, firm: Firm, position: int) -> Any:
        code = {"USD": "USA", "EUR": "EXPORT-EU"}.get(firm.currency, "WHOLESALE" if position % 3 else "RETAIL")
        return self.groups.get(code) if not firm.currency or firm.currency in ("USD", "EUR") else None


def _add_customers(first: int, behind: int) -> None:
    """The customers from one position up to another."""
    choices = Choices()
    Customer.objects.bulk_create(_customers(choices, range(first, behind)))


def _customers(choices: Choices, positions: range) -> Iterator[Customer]:
    for position in positions:
        firm = firm_at(position)
        yield Customer(
            **choices.of(firm, position),
            salesperson_code=choices.salesperson(position),
            customer_price_group=choices.group(firm, position),
            vat_bus_posting_group=choices.taxed.get("DOMESTIC" if firm.country == "GB" else "ABROAD"),
            credit_limit_lcy=Decimal(1000 * (position * 7 % 40)),
            blocked=BLOCKED.get(position, Customer.Blocked.NONE),
        )


def _fill_people() -> None:
    """Vendors, and one person each at the first customers, who becomes their primary contact."""
    choices = Choices()
    Vendor.objects.bulk_create(
        Vendor(**choices.of(firm, 1_000_000 + at), purchaser_code=choices.salesperson(at))
        for at, firm in enumerate(VENDORS)
    )
    customers = list(Customer.objects.order_by("no")[: len(PEOPLE)])
    linked = ContactBusinessRelation.objects.filter(link_to_table=Customer.link).select_related("contact_no")
    companies = {link.no: link.contact_no for link in linked}
    people = [
        _person(customer, companies[customer.no], name) for customer, name in zip(customers, PEOPLE, strict=False)
    ]
    changes = []
    for customer, person in zip(customers, Contact.objects.bulk_create(people), strict=True):
        changes.append(Change(customer, customer.columns()))
        customer.primary_contact_no = person
    Customer.objects.write_changes(changes)


def _person(customer: Customer, company: Contact, name: tuple[str, str, str]) -> Contact:
    first, middle, last = name
    copied = ("address", "post_code", "city", "county", "phone_no", "country_region_code_id", "currency_code_id")
    return Contact(
        type=Contact.Type.PERSON,
        first_name=first,
        middle_name=middle,
        surname=last,
        company_no=company,
        e_mail=address_of(first, last, customer.e_mail.partition("@")[2]),
        salesperson_code_id=customer.salesperson_code_id,
        **{column: getattr(customer, column) for column in copied},
    )


def _fill_trade() -> None:
    units, vendors = _by_code(UnitOfMeasure), list(Vendor.objects.order_by("no"))
    chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    taxed = _by_code(VatProductPostingGroup)["STANDARD"]
    items = Item.objects.bulk_create(_items(units, vendors, taxed, chance))
    fill_stock(items, [Decimal(chance.randint(0, 250)) for _ in items])
    fill_write_in(units["PCS"], taxed)
    Resource.objects.bulk_create(
        Resource(name=name, type=kind, base_unit_of_measure=units[unit], unit_price=Decimal(price), capacity=40,
                 unit_cost=Decimal(price) / 2, vat_prod_posting_group=taxed)
        for name, kind, unit, price in trade.RESOURCES
    )  # fmt: skip
    _fill_prices()
    _fill_opportunities()


def _items(units: Coded, vendors: Sequence[Vendor], taxed: Any, chance: random.Random) -> Iterator[Item]:
    for line in trade.LINES:
        for number, (piece, unit, price, weight) in enumerate(trade.PIECES):
            unit_price = (Decimal(price) * chance.randint(80, 140) / 100).quantize(PENNY, ROUND_HALF_UP)
            yield Item(
                description=f"{line} {piece}",
                base_unit_of_measure=units[unit],
                unit_price=unit_price,
                unit_cost=(unit_price * Decimal("0.62")).quantize(PENNY, ROUND_HALF_UP),
                gross_weight=Decimal(weight) + 1,
                net_weight=Decimal(weight),
                unit_volume=(Decimal(weight) / 20).quantize(PENNY),
                vendor_no=vendors[number],
                vendor_item_no=f"{line[:3]}-{number + 1:03}",
                vat_prod_posting_group=taxed,
            )


def _fill_prices() -> None:
    """A part of the items on each list, in the list's one currency; and two prices that are on none."""
    groups, currencies = _by_code(CustomerPriceGroup), _by_code(Currency)
    goods = Item.objects.filter(type=Item.Type.INVENTORY)
    items = list(goods.order_by("no").select_related("base_unit_of_measure"))
    prices = [
        SalesPrice(item_no=item, sales_type=SalesPrice.SalesType.PRICE_GROUP, sales_code=groups[code],
                   currency_code=currencies.get(currency), unit_of_measure_code=item.base_unit_of_measure,
                   unit_price=(item.unit_price * Decimal(part)).quantize(PENNY, ROUND_HALF_UP))
        for at, (code, _, currency, part, number) in enumerate(trade.PRICE_GROUPS)
        for item in items[at :: len(items) // number][:number]
    ]  # fmt: skip
    adatum = Customer.objects.order_by("no").first()
    everybody = SalesPrice.SalesType.ALL_CUSTOMERS
    prices.append(SalesPrice(item_no=items[0], sales_type=everybody, minimum_quantity=10, unit_price=Decimal(600)))
    if adatum is not None:
        own = SalesPrice.SalesType.CUSTOMER
        prices.append(SalesPrice(item_no=items[0], sales_type=own, customer_no=adatum, unit_price=Decimal(590)))
    SalesPrice.objects.bulk_create(prices)


def _fill_opportunities() -> None:
    people = list(Contact.objects.filter(type=Contact.Type.PERSON).order_by("no")[: len(trade.OPPORTUNITIES)])
    Opportunity.objects.bulk_create(
        Opportunity(description=description, status=status, estimated_value_lcy=Decimal(value),
                    contact_no=person, contact_company_no_id=person.company_no_id,
                    salesperson_code_id=person.salesperson_code_id,
                    estimated_closing_date=today() + dt.timedelta(days=30 + 14 * number))
        for number, (person, (description, status, value)) in enumerate(zip(people, trade.OPPORTUNITIES, strict=False))
    )  # fmt: skip
