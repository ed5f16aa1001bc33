"""Currencies: one per ISO code; the base currency keeps its rate and stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

ISO = re.compile(r"[A-Za-z]{3}")


def check_new(write: Write, table: Table, rows: list[Values]) -> None:
    """An ISO code of three letters that no other currency has."""
    for row in rows:
        code = row.get("isocurrencycode")
        if code is None:
            raise refusals.invalid("Attribute: isocurrencycode of transactioncurrency cannot be NULL.")
        if row.get("currencytype", 0) == 0 and not ISO.fullmatch(code):
            raise Refusal(400, "0x80048cf2", f"The ISO currency code '{code}' is invalid.")
        duplicate = write.connection.execute(
            "SELECT 1 FROM transactioncurrency WHERE isocurrencycode = ? COLLATE NOCASE", (code,)
        ).fetchone()
        if duplicate:
            raise Refusal(400, "0x80048cf3", "A currency with the same ISO currency code exists already.")


def check_change(write: Write, table: Table, current: Values, values: Values) -> None:
    """The base currency keeps the rate 1 and stays active."""
    if current["transactioncurrencyid"] != write.settings.base_currency:
        return
    if values.get("exchangerate", current["exchangerate"]) != current["exchangerate"]:
        raise Refusal(400, "0x80048cf5", "The exchange rate of the base currency cannot be updated.")
    if values.get("statecode", 0) != 0:
        raise Refusal(400, "0x80048cf4", "The base currency cannot be deactivated.")


def keep_base(write: Write, table: Table, current: Values) -> None:
    if current["transactioncurrencyid"] == write.settings.base_currency:
        raise Refusal(400, "0x80048cff", "The base currency cannot be deleted.")
