"""What writing has to know of other rows: the organization, currencies, owners."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Settings:
    """What the row of the organization says about writing."""

    organization: str
    base_currency: str
    pricing_precision: int
    products_start_active: bool
    system_pricing: bool = True
    discount_per_unit: bool = False


@dataclass(frozen=True, slots=True)
class Currency:
    rate: Decimal
    precision: int


@dataclass(frozen=True, slots=True)
class Owner:
    kind: str
    business_unit: str | None
