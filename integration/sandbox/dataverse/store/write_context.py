"""What writing has to know of other rows: the organization, currencies, owners."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from decimal import Decimal

from integration.sandbox.dataverse import refusals


@dataclass(frozen=True, slots=True)
class Settings:
    """What the row of the organization says about writing."""

    organization: str
    base_currency: str
    pricing_precision: int
    products_start_active: bool
    system_pricing: bool = True
    discount_per_unit: bool = False
    order_integration: bool = False


@dataclass(frozen=True, slots=True)
class Currency:
    rate: Decimal
    precision: int


@dataclass(frozen=True, slots=True)
class Owner:
    kind: str
    business_unit: str | None


SETTINGS = (
    "organizationid, basecurrencyid, pricingdecimalprecision, createproductswithoutparentinactivestate, "
    "oobpricecalculationenabled, discountcalculationmethod, issopintegrationenabled"
)


def read_settings(connection: sqlite3.Connection) -> Settings:
    """Those of the organization; blank ones before there is one."""
    found = connection.execute(f"SELECT {SETTINGS} FROM organization").fetchone()  # noqa: S608 - names of ours
    if found is None:
        return Settings("", "", 2, False)
    precision = 2 if found[2] is None else found[2]
    per_unit, orders = found[5] == 1, bool(found[6])
    return Settings(found[0], found[1] or "", precision, bool(found[3]), bool(found[4]), per_unit, orders)


def read_integration_user(connection: sqlite3.Connection, row: str) -> bool:
    """Is this user one of an integration?"""
    found = connection.execute("SELECT isintegrationuser FROM systemuser WHERE systemuserid = ?", (row,)).fetchone()
    return bool(found and found[0])


def read_currency(connection: sqlite3.Connection, row: str) -> Currency:
    """Raises :class:`Refusal` where there is no such currency."""
    found = connection.execute(
        "SELECT exchangerate, currencyprecision FROM transactioncurrency WHERE transactioncurrencyid = ?", (row,)
    ).fetchone()
    if found is None:
        raise refusals.missing("transactioncurrency", row)
    return Currency(Decimal(found[0]), found[1])


def read_owner(connection: sqlite3.Connection, row: str, kind: str) -> Owner:
    """A user or a team (``kind``), without a business unit where there is none."""
    found = connection.execute(
        f'SELECT businessunitid FROM "{kind}" WHERE "{kind}id" = ?',  # noqa: S608 - a table of the model
        (row,),
    ).fetchone()
    return Owner(kind, found[0] if found else None)
