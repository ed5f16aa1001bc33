"""Exchange rates without which currencies and prices fail, and the price list that is ours alone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from integration.connection.systems import Connected
from integration.models import ConnectionSetup
from integration.sync.special.money.rates import BaseCurrencyUnknown, Rates
from integration.sync.special.prices.default_list import DEFAULT_PRICE_LIST, PRICE, PRICE_LIST
from integration.systems.errors import PrivilegeMissing, TableMissing
from integration.systems.filters import Comparison
from integration.systems.findings import Finding, Severity
from integration.systems.system import every

ENTER = "Enter an exchange rate under Currencies in Business Central."


def rates(setup: ConnectionSetup, connected: Connected) -> Iterator[Finding]:
    """Every currency with an ISO code needs a rate of today; so does the organization's base currency."""
    missing = []
    for currency in every(connected.erp, "currency", fields=["iso_code", "exchange_rate"]):
        code, rate = currency.values.get("iso_code"), currency.values.get("exchange_rate")
        if code and not (isinstance(rate, Decimal) and rate > 0):
            missing.append(str(code))
    for code in sorted(missing):
        words = f"The currency {code} has no exchange rate for today."
        yield Finding("rate-missing", Severity.WARNING, "Currencies", words, ENTER)
    unknown = list(base_rate(setup, connected))
    yield from unknown
    if not missing and not unknown:
        yield Finding("rates", Severity.FINE, "Currencies", "Every currency has an exchange rate.")


def base_rate(setup: ConnectionSetup, connected: Connected) -> Iterator[Finding]:
    """Without a rate of the base currency no currency and no price can be synchronized."""
    try:
        _ = Rates(connected).local
    except BaseCurrencyUnknown as problem:
        yield Finding(problem.code, Severity.ERROR, "Currencies", problem.message, ENTER)


def price_list(setup: ConnectionSetup, connected: Connected) -> Iterator[Finding]:
    """Is the default price list still as we wrote it? Who else changed a line of it is told."""
    if not setup.sales_enabled:
        return
    us = connected.context.user_id
    try:
        found = connected.crm.find(PRICE_LIST, Comparison("name", "=", DEFAULT_PRICE_LIST), ["name"], size=1).records
        lines = list(every(connected.crm, PRICE, Comparison("pricelevelid", "=", found[0].id))) if found else []
    except (TableMissing, PrivilegeMissing):
        return  # listed among tables and privileges
    strange = [one for one in lines if us and one.modified_by not in (None, us)]
    itself = any(us and one.modified_by not in (None, us) for one in found)
    if strange or itself:
        what = f"{len(strange)} of its {len(lines)} lines" if strange else "the list itself"
        words = f"Somebody changed {DEFAULT_PRICE_LIST} by hand: {what}."
        fix = (
            "Change prices in Business Central, then synchronize items. Keep prices of your own in another price list."
        )
        yield Finding("price-list-edited", Severity.WARNING, "Default price list", words, fix)
    elif found:
        yield Finding("price-list", Severity.FINE, "Default price list", "Nobody else changed it.")
