"""Amounts in the local currency of Business Central, and the same amounts in the currency of a row in Sales. Pure.

A rate of Sales says how many units of a currency one unit of the base currency is worth. All amounts of a
row are in the row's own currency, so a local amount crosses two rates, and is rounded once, at the end:

    in the row = local amount / rate of the local currency * rate of the row's currency

    local 1,234.56 (GBP, the base: rate 1)    row in JPY, 192.3076923077, 0 decimals     -> 237,415
    local 3,000.00 (GBP, the base: rate 1)    row in EUR, 1.1716461629, 2 decimals       -> 3,514.94
    local 100.00   (GBP, 0.5 for a dollar)    row in the base currency USD               -> 200.00

Of the two currencies one is the coarser: an amount that was rounded to it comes back as another one of the finer.
So two amounts are equal if either of them becomes the other; the rate alone is never a change of an amount.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from integration.systems.errors import RecordProblem
from integration.systems.system import System, every

CURRENCY = "transactioncurrency"
LOCAL_DECIMALS = 2
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


class RateMissing(RecordProblem):
    """An amount cannot be carried: one of its two currencies has no exchange rate in Sales."""

    code = "rate-missing"


@dataclass(frozen=True, slots=True)
class Rate:
    """A currency of Sales: units of it for one unit of the base currency, and the decimals of its amounts."""

    code: str
    units: Decimal
    decimals: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """Between the local currency and the currency of a row. ``decimals``: of the column of the row."""

    local: Rate
    row: Rate
    decimals: int
    local_decimals: int = LOCAL_DECIMALS

    def to_row(self, amount: Decimal) -> Decimal:
        """A local amount in the currency of the row."""
        return _rounded(_crossed(amount, self.local.units, self.row.units), self.decimals)

    def to_local(self, amount: Decimal) -> Decimal:
        """An amount of the row in local currency."""
        return _rounded(_crossed(amount, self.row.units, self.local.units), self.local_decimals)

    def equal(self, local: Decimal, row: Decimal) -> bool:
        """Are these the same amount, as far as the coarser of both currencies can tell?"""
        return self.to_row(local) == row or self.to_local(row) == local


def exchange(
    rates: Mapping[uuid.UUID, Rate], local: uuid.UUID | None, row: uuid.UUID | None, decimals: int | None = None
) -> Exchange:
    """The exchange between the local currency and that of a row (``None``: a row without a currency, which then has
    local amounts). ``decimals``: of the column where it has decimals of its own. Raises :class:`RateMissing`."""
    ours = _rate(rates, local)
    theirs = ours if row is None else _rate(rates, row)
    return Exchange(ours, theirs, theirs.decimals if decimals is None else decimals)


def rates_of(crm: System) -> dict[uuid.UUID, Rate]:
    """All currencies of Sales, those without a usable rate too (as 0). There are few: read once a run."""
    columns = ["isocurrencycode", "exchangerate", "currencyprecision"]
    return {
        row.id: Rate(
            str(row.values.get("isocurrencycode") or ""),
            units if isinstance(units := row.values.get("exchangerate"), Decimal) else Decimal(0),
            places if isinstance(places := row.values.get("currencyprecision"), int) else LOCAL_DECIMALS,
        )
        for row in every(crm, CURRENCY, fields=columns)
    }


def _rate(rates: Mapping[uuid.UUID, Rate], id: uuid.UUID | None) -> Rate:
    found = rates.get(id) if id is not None else None
    if found is None:
        raise RateMissing("The currency of the amount is not in Dynamics 365 Sales. Synchronize CURRENCY first.")
    if found.units <= 0:
        raise RateMissing(
            f"The currency {found.code} has no exchange rate in Dynamics 365 Sales. Enter one under Currencies in "
            "Business Central and synchronize CURRENCY."
        )
    return found


def _crossed(amount: Decimal, source: Decimal, destination: Decimal) -> Decimal:
    if source == destination:
        return amount  # Also what no rate can say exactly, as 1/3, comes back as it was.
    return EXACT.divide(EXACT.multiply(amount, destination), source)


def _rounded(amount: Decimal, decimals: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, EXACT)
