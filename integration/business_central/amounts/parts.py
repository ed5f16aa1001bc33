"""Parts of an order: what is outstanding, and what a partial shipment or invoice takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from integration.business_central.amounts.documents import (
    DocumentAmounts,
    LineAmounts,
    Taxable,
    vat_amounts,
    with_and_without_vat,
)
from integration.business_central.amounts.lines import gross_amount
from integration.business_central.amounts.rounding import HUNDRED, PERCENT_STEP, ZERO, exact, rounded


@dataclass(frozen=True, slots=True)
class Taken:
    """What the invoices of an order line took that stand, in the currency of the order: canceled ones do not count."""

    quantity: Decimal = ZERO
    gross: Decimal = ZERO
    line_discount: Decimal = ZERO
    invoice_discount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of an order line that is about to be invoiced. ``ordered`` and ``unit_price`` as on the line,
    ``line_discount`` and ``invoice_discount`` of the whole line, ``quantity`` of this part."""

    ordered: Decimal
    unit_price: Decimal
    line_discount: Decimal
    invoice_discount: Decimal
    quantity: Decimal
    taken: Taken = Taken()
    vat_identifier: str = ""
    vat_percent: Decimal = ZERO


@exact
def share_of(whole: Decimal, part: Decimal, quantity: Decimal, step: Decimal) -> Decimal:
    """An amount times ``part`` / ``quantity``, rounded to ``step``: outstanding amounts, discounts of a part. 0 for a
    quantity of 0."""
    if not quantity:
        return ZERO
    return rounded(whole * part / quantity, step)


@exact
def invoice_amounts(portions: Sequence[Portion], step: Decimal, *, prices_include_vat: bool = False) -> DocumentAmounts:
    """Work out a partial invoice. Gross, line discount and invoice discount of each line are those of everything
    invoiced so far, this part included, less what the invoices that stand took. So the parts come to the line of the
    order to the smallest unit, also after one of them was canceled. VAT is the invoice's own.

        3 x 10.00, invoice discount 0.05        up to here                   taken    this invoice
        first invoice, 1                        0.05 * 1/3 = 0.02            0.00     0.02
        second invoice, 1                       0.05 * 2/3 = 0.03            0.02     0.01
        third invoice, 1                        0.05 * 3/3 = 0.05            0.03     0.02
        second one canceled, 1 invoiced again   0.05 * 3/3 = 0.05            0.04     0.01
    """
    parts = [_part(portion, step) for portion in portions]
    taxed = [
        Taxable(part.gross - part.line_discount - part.invoice_discount, part.gross - part.line_discount,
                portion.vat_identifier, portion.vat_percent)
        for portion, part in zip(portions, parts, strict=True)
    ]  # fmt: skip
    vat = vat_amounts(taxed, step, prices_include_vat=prices_include_vat)
    lines = []
    for part, taxable, share in zip(parts, taxed, vat, strict=True):
        amount, including = with_and_without_vat(taxable.base, share, prices_include_vat)
        percent = _percent(part)
        lines.append(
            LineAmounts(
                part.gross, part.line_discount, percent, taxable.line_amount, part.invoice_discount, amount, including
            )
        )
    return DocumentAmounts(tuple(lines))


def _part(portion: Portion, step: Decimal) -> Taken:
    """What this part of a line takes: amounts only."""
    taken = portion.taken
    reached = taken.quantity + portion.quantity
    return Taken(
        gross=gross_amount(reached, portion.unit_price, step) - taken.gross,
        line_discount=share_of(portion.line_discount, reached, portion.ordered, step) - taken.line_discount,
        invoice_discount=share_of(portion.invoice_discount, reached, portion.ordered, step) - taken.invoice_discount,
    )


def _percent(part: Taken) -> Decimal:
    """The discount of a part in per cent. Rounding may leave a part without a gross amount, or with a discount a
    smallest unit over it, so this asks for nothing between 0 and 100."""
    if not part.gross:
        return ZERO
    return rounded(part.line_discount / part.gross * HUNDRED, PERCENT_STEP)
