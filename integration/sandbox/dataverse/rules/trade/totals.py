"""What a whole document costs::

    line total   = sum of (base amount - manual discount)
    less freight = line total - percentage of it - discount amount
    total        = less freight + freight + sum of taxes

Clients read these columns; what they write there is replaced unless the organization leaves prices alone. The total
discount counts the manual discounts of the lines, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from integration.sandbox.dataverse.rules.money import NO_CURRENCY, exact
from integration.sandbox.dataverse.rules.trade.documents import HEADERS, LINES_OF
from integration.sandbox.dataverse.rules.trade.pricing import DETAIL_ERROR, HUNDRED, calculates, figures, rounded
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

DECIDING = frozenset({"discountpercentage", "discountamount", "freightamount", "isrevenuesystemcalculated"})
COMPUTED = frozenset(
    {"totallineitemamount", "totallineitemdiscountamount", "totaltax", "totalamountlessfreight"}
    | {"totaldiscountamount", "totalamount", "pricingerrorcode", "estimatedvalue"}
)
OTHER_CURRENCY = {
    "opportunity": "0x80048cf6",
    "quote": "0x80048cee",
    "salesorder": "0x80048ced",
    "invoice": "0x80048cef",
}


@dataclass(frozen=True, slots=True)
class Sums:
    """Of the lines of one document."""

    base: Decimal = Decimal(0)
    extended: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    wrong: bool = False


def begin(write: Write, table: Table, rows: list[Values]) -> None:
    """New documents have no lines yet."""
    for row in rows:
        if row.get("transactioncurrencyid") is None:
            row["transactioncurrencyid"] = write.settings.base_currency
        _check_currency(write, table, row)
        if calculates(write, table, True, row):
            row.update(totals(write, row, Sums()))


def change(write: Write, table: Table, current: Values, values: Values) -> None:
    """Documents that change: lines are priced again with another price list, totals follow what decides them."""
    header = {**exact(table, current), **values}
    if header["transactioncurrencyid"] is None:
        raise NO_CURRENCY
    moved = [name for name in ("pricelevelid", "transactioncurrencyid") if header[name] != current[name]]
    if moved:
        _check_currency(write, table, header)
    if "transactioncurrencyid" in moved:
        _check_currency_free(write, table, current[table.id])
    if not calculates(write, table, False, header) or (not moved and (DECIDING | COMPUTED).isdisjoint(values)):
        return
    if moved:
        price_again(write, table, header)
    values.update(totals(write, header, sums(write, table, current[table.id])))


def renew_of_lines(write: Write, table: Table, rows: list[Values]) -> None:
    """Lines that came."""
    renew(write, table, {row[HEADERS[table.name][1]] for row in rows})


def renew_of_changed(write: Write, table: Table, present: Mapping[str, Values], changes: Mapping[str, Values]) -> None:
    """Lines that changed, perhaps from one document to another."""
    lookup = HEADERS[table.name][1]
    renew(write, table, {row[lookup] for rows in (present, changes) for row in rows.values() if row.get(lookup)})


def renew_of_left(write: Write, table: Table, current: Values) -> None:
    """A line that went."""
    renew(write, table, [current[HEADERS[table.name][1]]])


def renew(write: Write, lines: Table, documents: Iterable[str]) -> None:
    """Work the totals of these documents out again; those that stay as they are stay untouched."""
    table = write.model[HEADERS[lines.name][0]]
    for row in set(documents) - write.leaving:
        current = write.one(table.name, row)
        if current is None or not calculates(write, table, False, current):
            continue
        kept = exact(table, current)
        found = totals(write, kept, sums(write, table, row))
        different = {name: value for name, value in found.items() if kept[name] != value}
        if different:
            write.store(table, {row: current}, {row: different})


def sums(write: Write, table: Table, row: str) -> Sums:
    """Over the lines as they are kept now."""
    line, lookup = LINES_OF[table.name]
    kept = write.connection.execute(
        f"SELECT baseamount, extendedamount, tax, pricingerrorcode FROM {line} WHERE {lookup} = ?",  # noqa: S608
        (row,),
    ).fetchall()
    base, extended, tax = (Decimal(sum(each[at] or 0 for each in kept)).scaleb(-4) for at in range(3))
    return Sums(base, extended, tax, any(each[3] for each in kept))


def totals(write: Write, header: Values, lines: Sums) -> Values:
    """The computed columns of a document (amounts as decimals)."""
    places = write.currency(header["transactioncurrencyid"]).precision
    net = lines.extended - lines.tax
    percentage = rounded(net * Decimal(header.get("discountpercentage") or 0) / HUNDRED, places)
    discount = rounded(header.get("discountamount") or Decimal(0), places) + percentage
    less_freight = net - discount
    freight = rounded(header.get("freightamount") or Decimal(0), places)
    total = less_freight + freight + lines.tax
    return {
        "totallineitemamount": net,
        "totallineitemdiscountamount": lines.base - net,
        "totaltax": lines.tax,
        "totaldiscountamount": lines.base - net + discount,
        "totalamountlessfreight": less_freight,
        "totalamount": total,
        "pricingerrorcode": DETAIL_ERROR if lines.wrong else 0,
        **({"estimatedvalue": total} if header.get("isrevenuesystemcalculated") else {}),
    }


def _check_currency(write: Write, table: Table, header: Values) -> None:
    found = write.connection.execute(
        "SELECT transactioncurrencyid FROM pricelevel WHERE pricelevelid = ?", (header.get("pricelevelid"),)
    ).fetchone()
    if found is not None and found[0] != header["transactioncurrencyid"]:
        raise Refusal(
            400, OTHER_CURRENCY[table.name], "The currency of the record does not match the one of its price list."
        )


def _check_currency_free(write: Write, table: Table, row: str) -> None:
    """A document with products keeps its currency, an opportunity also while there are quotes or orders of it."""
    line, lookup = LINES_OF[table.name]
    hanging = (line, "quote", "salesorder") if table.name == "opportunity" else (line,)
    for name in hanging:
        found = write.connection.execute(f"SELECT 1 FROM {name} WHERE {lookup} = ? LIMIT 1", (row,))  # noqa: S608
        if found.fetchone():
            code = "0x80048479" if table.name == "opportunity" else "0x8004480e"
            raise Refusal(400, code, f"The currency cannot be changed because there are rows of '{name}'.")


def price_again(write: Write, table: Table, header: Values) -> None:
    """The lines of a document (its amounts as decimals) after its price list changed."""
    line, lookup = LINES_OF[table.name]
    lines = write.model[line]
    found = write.connection.execute(
        f"SELECT {lines.id} FROM {line} WHERE {lookup} = ?",  # noqa: S608 - names of the model
        (header[table.id],),
    )
    present = write.rows(line, [row for (row,) in found])
    exactly = {row: exact(lines, current) for row, current in present.items()}
    changes = {
        row: figures(write, lines, header, current, bool(header.get("ispricelocked")))
        for row, current in exactly.items()
        if calculates(write, lines, False, current)
    }
    if changes:
        write.store(lines, present, changes)
