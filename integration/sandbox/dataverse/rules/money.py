"""Money: rounded to the decimals of its currency or of the organization, kept in ten-thousandths, repeated in base
currency at the rate of the moment it is written."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from integration.sandbox.dataverse.refusals import out_of_range
from integration.sandbox.dataverse.store.model import Column, Table
from integration.sandbox.dataverse.store.values import EXACT, MONEY_SCALE, plain
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write
    from integration.sandbox.dataverse.store.write_context import Currency

SMALLEST = Decimal("0.0001")
NO_CURRENCY = Refusal(400, "0x80048cfb", "The currency cannot be null while the record has amounts.")


def convert_new(write: Write, table: Table, rows: list[Values]) -> None:
    """New rows: a currency (the base currency if none is named) wherever there is money, its rate, and the base
    amounts."""
    if not table.has_currency:
        return
    given = set().union(*rows)
    columns = [column for column in table.money if column.name in given]
    for row in rows:
        amounts = [column for column in columns if row.get(column.name) is not None]
        if amounts and row.get("transactioncurrencyid") is None:
            row["transactioncurrencyid"] = write.settings.base_currency
        if row.get("transactioncurrencyid") is not None:
            _convert(write, table, row, amounts)


def change(write: Write, table: Table, current: Values, values: Values) -> None:
    """A change of money or of the currency takes today's rate for the whole row."""
    if not table.has_currency:
        return
    amounts = [column for column in table.money if values.get(column.name) is not None]
    emptied = [column for column in table.money if column.name in values and values[column.name] is None]
    if not amounts and not emptied and "transactioncurrencyid" not in values:
        return
    if "transactioncurrencyid" in values and values["transactioncurrencyid"] is None:
        _leave_currency(table, current, values)
        return
    named = values.get("transactioncurrencyid") or current["transactioncurrencyid"] or write.settings.base_currency
    values["transactioncurrencyid"] = named
    currency = _convert(write, table, values, amounts)
    for column in emptied:
        _set_base(table, values, column, None)
    for column in table.money:
        if column.name not in values and current[column.name] is not None:
            _set_base(table, values, column, to_base(current[column.name], currency))


def _leave_currency(table: Table, current: Values, values: Values) -> None:
    """A row without amounts needs no currency. Raises :class:`Refusal` for one that has any."""
    if any({**current, **values}[column.name] is not None for column in table.money):
        raise NO_CURRENCY
    values["exchangerate"] = None
    for column in table.money:
        if column.name in values:
            _set_base(table, values, column, None)


def _convert(write: Write, table: Table, row: Values, amounts: list[Column]) -> Currency:
    currency = write.currency(row["transactioncurrencyid"])
    row["exchangerate"] = plain(currency.rate)
    for column in amounts:
        row[column.name] = scaled(row[column.name], places_of(write, column, currency))
        if not _within(column, row[column.name]):
            raise out_of_range("0x80044330", column.name, table.name, column.minimum, column.maximum)
        _set_base(table, row, column, to_base(row[column.name], currency))
    return currency


def _set_base(table: Table, row: Values, column: Column, amount: int | None) -> None:
    base = table.base_columns.get(column.name)
    if base is not None:
        row[base] = amount
        _check_range(table.columns[base], amount)


def _check_range(base: Column, amount: int | None) -> None:
    """A rate may carry an amount that fits beyond what the base column holds."""
    if amount is None or _within(base, amount):
        return
    code, what = ("0x80048cec", "larger") if amount > 0 else ("0x80048ceb", "smaller")
    raise Refusal(400, code, f"The exchange rate makes the value of {base.name} {what} than the column holds.")


def _within(column: Column, amount: int) -> bool:
    """Does the column hold it? What was worked out was not checked by anybody yet."""
    low, high = column.minimum, column.maximum
    return (low is None or amount >= low * MONEY_SCALE) and (high is None or amount <= high * MONEY_SCALE)


def places_of(write: Write, column: Column, currency: Currency) -> int:
    """The decimals an amount of this column has: its own, those of prices in the organization, or the currency's."""
    if column.precision_source == 0 and column.precision is not None:
        return column.precision
    return write.settings.pricing_precision if column.precision_source == 1 else currency.precision


def exact(table: Table, row: Values) -> Values:
    """A kept row with its amounts as decimals, as a request gives them."""
    amounts = {c.name: Decimal(row[c.name]).scaleb(-4, EXACT) for c in table.money if row[c.name] is not None}
    return {**row, **amounts}


def scaled(amount: Decimal, places: int) -> int:
    """Ten-thousandths of the amount rounded to so many decimals (at most four are kept)."""
    rounded = amount.quantize(Decimal(1).scaleb(-min(places, 4)), ROUND_HALF_UP, EXACT)
    return int(rounded.scaleb(4, EXACT))


def to_base(amount: int, currency: Currency) -> int:
    """Ten-thousandths in base currency: a rate is units of the currency for one unit of the base currency."""
    if currency.rate == 1:
        return amount
    exact = EXACT.divide(Decimal(amount), currency.rate * MONEY_SCALE)
    return int(exact.quantize(SMALLEST, ROUND_HALF_UP, EXACT).scaleb(4, EXACT))
