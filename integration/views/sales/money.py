"""Amounts and days as the pages of documents show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from integration.systems.formats import whole
from integration.systems.system import System
from integration.systems.values import Ref, Value

CURRENCY = "transactioncurrency"
USUAL_PLACES = 2


@dataclass(frozen=True, slots=True)
class Currency:
    """One currency of Sales: its ISO code, and how many decimals its amounts have."""

    code: str = ""
    places: int = USUAL_PLACES

    def text(self, amount: Value) -> str:
        """An amount with all its decimals, thousands apart; blank where there is none."""
        return f"{amount:,.{self.places}f}" if isinstance(amount, Decimal | int) else ""


def currencies(crm: System, refs: Iterable[Value]) -> dict[Value, Currency]:
    """The currencies that these references name, one request for all."""
    wanted = {ref for ref in refs if isinstance(ref, Ref)}
    if not wanted:
        return {}
    columns = [name for name in ("isocurrencycode", "currencyprecision") if name in crm.describe(CURRENCY).fields]
    rows = crm.get(CURRENCY, [ref.id for ref in wanted], columns)
    found: dict[Value, Currency] = {}
    for ref in wanted:
        values = rows[ref.id].values if ref.id in rows else {}
        places = values.get("currencyprecision")
        code = str(values.get("isocurrencycode") or ref.label)
        found[ref] = Currency(code, places if isinstance(places, int) else USUAL_PLACES)
    return found


def quantity(value: Value) -> str:
    """A quantity without needless decimals."""
    return f"{value.normalize():,f}" if isinstance(value, Decimal) else str(value if value is not None else "")


def day_of(value: Value) -> dt.date | None:
    """The day of a day or of a moment, in the time zone of the person who looks."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).date()
    return value if isinstance(value, dt.date) else None


def age(since: dt.date | None) -> str:
    """How long ago a day was, in days."""
    if since is None:
        return ""
    days = (timezone.localdate() - since).days
    if days <= 0:
        return "today"
    return "1 day" if days == 1 else f"{whole(days)} days"
