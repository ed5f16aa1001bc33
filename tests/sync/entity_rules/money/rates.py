"""Currencies and their exchange rates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import Cronus


def rate(cronus: Cronus, code: str) -> Any:
    return next(row["exchangerate"] for row in cronus.all("transactioncurrency") if row["isocurrencycode"] == code)


def without_the_pound(cronus: Cronus, base: str = "USD") -> None:
    """An organization that counts in another currency and has never seen a pound."""
    cronus.crm.remove("transactioncurrency", cronus.gbp)
    dollar = cronus.crm.add("transactioncurrency", isocurrencycode=base, currencyname=base, exchangerate=Decimal(1))
    cronus.crm.edit("organization", cronus.organization, basecurrencyid=Ref("transactioncurrency", dollar))
