"""What a plan has to know beside the document itself, as values: who buys, what is sold, in which currency."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from integration.systems.values import Record, Ref

ACCOUNT, ITEM, RESOURCE = 1, 2, 3
"""Types of lines."""
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Sold:
    """An item or a resource. ``unit``: what it is sold in. ``is_stocked``: an item of type Inventory. ``price_group``:
    the VAT business group that its price, where it includes VAT, is meant for."""

    type: int
    id: uuid.UUID
    no: str
    description: str
    unit: Ref | None = None
    is_stocked: bool = False
    allows_discount: bool = True
    price_includes_vat: bool = False
    price_group: uuid.UUID | None = None
    vat_group: uuid.UUID | None = None
    is_blocked: bool = False

    @property
    def kind(self) -> str:
        return "item" if self.type == ITEM else "resource"


@dataclass(frozen=True, slots=True)
class Money:
    """A currency of Sales here: ``currency`` is ``None`` for the local one; ``step`` is its smallest unit."""

    currency: Ref | None
    step: Decimal = CENT


@dataclass(frozen=True, slots=True)
class WriteIn:
    """What stands for products that are written in. ``sold`` is ``None`` where the setup names nothing, or something
    that is not there; ``product``: the product of Sales that it is coupled with."""

    sold: Sold | None = None
    named: str = ""
    product: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What was read for some documents. Keys are ids of Sales unless said otherwise.

    ``accounts``, ``contacts``, ``products``, ``units`` are rows of Sales; ``customers`` the customers coupled with the
    accounts, ``payers`` customers by their own id, ``blocked`` how those are blocked that are; ``sold`` what the
    products are coupled with; ``unit_of_group`` the unit of measure of a unit group; ``money`` the currencies that are
    coupled or local, ``currency_codes`` what the others are called; ``options``: (option column of a coupling, value)
    -> the row that stands for it; ``vat``: per cent by VAT business and product group; ``countries`` by folded code and
    name; ``quotes`` the numbers of coupled quotes; ``existing``: number of an order -> the document that refers to it;
    ``freight_account`` blank where the setup names none."""

    accounts: Mapping[uuid.UUID, Record] = field(default_factory=dict)
    contacts: Mapping[uuid.UUID, Record] = field(default_factory=dict)
    customers: Mapping[uuid.UUID, Record] = field(default_factory=dict)
    payers: Mapping[uuid.UUID, Record] = field(default_factory=dict)
    blocked: Mapping[uuid.UUID, str] = field(default_factory=dict)
    products: Mapping[uuid.UUID, Record] = field(default_factory=dict)
    sold: Mapping[uuid.UUID, Sold] = field(default_factory=dict)
    units: Mapping[uuid.UUID, Record] = field(default_factory=dict)
    unit_of_group: Mapping[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    money: Mapping[uuid.UUID, Money] = field(default_factory=dict)
    currency_codes: Mapping[uuid.UUID, str] = field(default_factory=dict)
    iso_codes: Collection[str] = ()
    options: Mapping[tuple[str, int], Ref] = field(default_factory=dict)
    vat: Mapping[tuple[uuid.UUID | None, uuid.UUID | None], Decimal] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)
    quotes: Mapping[uuid.UUID, str] = field(default_factory=dict)
    existing: Mapping[str, str] = field(default_factory=dict)
    write_in: WriteIn = WriteIn()
    freight_account: str = ""
