"""A document: its invoice discount spread over the lines, VAT of each group, and the sums.

Shares are given by running total: each line gets what all lines up to it are due, less what was given before. So the
shares add up to the whole to the smallest unit, and a line of 0 gets nothing.

    Invoice discount 5.00 on three lines of 10.01, by running total      each on its own
    10.01   up to here 5.00 * 10.01 / 30.03 = 1.67   gets 1.67           1.67
    10.01   up to here 5.00 * 20.02 / 30.03 = 3.33   gets 1.66           1.67
    10.01   up to here 5.00 * 30.03 / 30.03 = 5.00   gets 1.67           1.67, together 5.01
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integration.business_central.amounts.lines import (
    DiscountOutOfRange,
    Line,
    discount_percent,
    gross_amount,
    line_amount,
)
from integration.business_central.amounts.rounding import HUNDRED, ZERO, exact, rounded, total

VatGroup = tuple[str, Decimal]
"""VAT identifier and per cent."""


@dataclass(frozen=True, slots=True)
class Taxable:
    """What VAT is charged on: a line's ``base`` is its line amount less its invoice discount, in the currency of the
    document. Lines whose ``line_amount`` is negative are a group of their own."""

    base: Decimal
    line_amount: Decimal
    vat_identifier: str
    vat_percent: Decimal


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """A line worked out, all in the currency of the document but the per cent. ``line_amount`` = ``gross`` -
    ``line_discount``, with or without VAT as the document's prices are; ``amount`` is without, ``including_vat`` with
    VAT, both after the invoice discount."""

    gross: Decimal
    line_discount: Decimal
    line_discount_percent: Decimal
    line_amount: Decimal
    invoice_discount: Decimal
    amount: Decimal
    including_vat: Decimal

    @property
    def vat(self) -> Decimal:
        return self.including_vat - self.amount


@dataclass(frozen=True, slots=True)
class DocumentAmounts:
    """A document worked out: its lines in their order, and its sums in its currency."""

    lines: tuple[LineAmounts, ...]

    @property
    def invoice_discount(self) -> Decimal:
        return total(line.invoice_discount for line in self.lines)

    @property
    def amount(self) -> Decimal:
        return total(line.amount for line in self.lines)

    @property
    def including_vat(self) -> Decimal:
        return total(line.including_vat for line in self.lines)

    @property
    def vat(self) -> Decimal:
        return self.including_vat - self.amount


@exact
def document_amounts(
    lines: Sequence[Line], step: Decimal, invoice_discount: Decimal = ZERO, *, prices_include_vat: bool = False
) -> DocumentAmounts:
    """Work out a document. ``step``: the smallest unit of its currency (0.01, 1, 0.001); ``invoice_discount``: an
    amount in that currency. Raises :class:`DiscountOutOfRange`."""
    line_amounts = [line_amount(line, step) for line in lines]
    discounts = spread_invoice_discount(lines, line_amounts, invoice_discount, step)
    taxed = [
        Taxable(before - discount, before, line.vat_identifier, line.vat_percent)
        for line, before, discount in zip(lines, line_amounts, discounts, strict=True)
    ]
    vat = vat_amounts(taxed, step, prices_include_vat=prices_include_vat)
    return DocumentAmounts(
        tuple(
            _amounts_of_line(line, taxable, discount, share, step, prices_include_vat)
            for line, taxable, discount, share in zip(lines, taxed, discounts, vat, strict=True)
        )
    )


def _amounts_of_line(
    line: Line, taxable: Taxable, discount: Decimal, vat: Decimal, step: Decimal, prices_include_vat: bool
) -> LineAmounts:
    gross = gross_amount(line.quantity, line.unit_price, step)
    percent = discount_percent(gross, line.line_discount)
    amount, including = with_and_without_vat(taxable.base, vat, prices_include_vat)
    return LineAmounts(gross, line.line_discount, percent, taxable.line_amount, discount, amount, including)


def with_and_without_vat(base: Decimal, vat: Decimal, prices_include_vat: bool) -> tuple[Decimal, Decimal]:
    """(amount without VAT, amount with VAT) of what VAT was charged on."""
    return (base - vat, base) if prices_include_vat else (base, base + vat)


# --- invoice discount ----------------------------------------------------------------------------------------------


def spread_invoice_discount(
    lines: Sequence[Line], line_amounts: Sequence[Decimal], discount: Decimal, step: Decimal
) -> list[Decimal]:
    """The share of each line in the invoice discount: over the VAT groups in the order of their identifiers, then over
    the lines of each group, both by running total of the lines that allow it. Shares that are fixed stay, and the rest
    goes over the other lines. Raises :class:`DiscountOutOfRange` where the discount is negative or more than those
    lines, or where that is true of the rest.

        discount 1.00          lines that allow it        group gets                    line gets
        VAT20  199.99          20%: 824.99 of 838.31      1.00 * 824.99 / 838.31 = 0.98  0.24
        VAT20  625.00                                                                    0.74
        VAT5    13.32           5%:  13.32                1.00 - 0.98 = 0.02             0.02
        freight 12.50          allows none                                              0.00
    """
    bases = [amount if line.allow_invoice_discount else ZERO for line, amount in zip(lines, line_amounts, strict=True)]
    whole = total(bases)
    if discount < ZERO or discount > max(whole, ZERO):
        raise DiscountOutOfRange(f"An invoice discount of {discount} is not between 0 and {whole}.")
    shares = {at: line.fixed_discount for at, line in enumerate(lines) if line.fixed_discount is not None}
    rest = discount - total(shares.values())
    open_lines = [at for at in range(len(lines)) if at not in shares]
    check_rest(rest, total(bases[at] for at in open_lines))
    groups: dict[VatGroup, list[int]] = {}
    for at in sorted(open_lines, key=lambda at: (lines[at].vat_identifier, lines[at].vat_percent)):
        groups.setdefault((lines[at].vat_identifier, lines[at].vat_percent), []).append(at)
    group_bases = [total(bases[at] for at in members) for members in groups.values()]
    for members, share in zip(groups.values(), running_shares(rest, group_bases, step), strict=True):
        shares |= zip(members, running_shares(share, [bases[at] for at in members], step), strict=True)
    return [shares[at] for at in range(len(lines))]


def check_rest(rest: Decimal, base: Decimal) -> None:
    """Raise :class:`DiscountOutOfRange` where lines that come to ``base``, returns perhaps, cannot take what is left of
    a discount."""
    if not min(base, ZERO) <= rest <= max(base, ZERO):
        raise DiscountOutOfRange(f"The {rest} that are left of an invoice discount are not between 0 and {base}.")


@exact
def running_shares(amount: Decimal, bases: Sequence[Decimal], step: Decimal) -> list[Decimal]:
    """Divide an amount in the ratio of some bases by running total, each share rounded to ``step``. Where the bases
    come to 0 there is nothing to divide, and each gets 0."""
    whole = total(bases)
    shares = []
    reached = given = ZERO
    for base in bases:
        reached += base
        due = rounded(amount * reached / whole, step) if whole else ZERO
        shares.append(due - given)
        given = due
    return shares


# --- VAT -----------------------------------------------------------------------------------------------------------


@exact
def vat_amounts(lines: Sequence[Taxable], step: Decimal, *, prices_include_vat: bool = False) -> list[Decimal]:
    """The VAT of each line, by running total in its group: VAT group and sign of the line amount, where 0 counts as
    positive. So the VAT of a group is that of its sum.

        three lines of 0.33 at 20%      VAT up to here         line gets
        0.33                            0.33 * 20% = 0.07      0.07
        0.33                            0.66 * 20% = 0.13      0.06
        0.33                            0.99 * 20% = 0.20      0.07
    """
    shares: dict[int, Decimal] = {}
    for members in _positions((x.vat_identifier, x.vat_percent, x.line_amount < 0) for x in lines):
        rate = _rate(lines[members[0]].vat_percent, prices_include_vat)
        reached = given = ZERO
        for at in members:
            reached += lines[at].base
            due = rounded(reached * rate[0] / rate[1], step)
            shares[at], given = due - given, due
    return [shares[at] for at in range(len(lines))]


def _rate(vat_percent: Decimal, prices_include_vat: bool) -> tuple[Decimal, Decimal]:
    """VAT as a fraction of what it is charged on: 20/100 on top, 20/120 where it is included."""
    return vat_percent, HUNDRED + vat_percent if prices_include_vat else HUNDRED


def _positions(keys: Iterable[Hashable]) -> list[list[int]]:
    """The positions of equal keys, in the order in which they first come."""
    groups: dict[Hashable, list[int]] = {}
    for at, key in enumerate(keys):
        groups.setdefault(key, []).append(at)
    return list(groups.values())
