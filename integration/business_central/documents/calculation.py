"""The amounts of a document on its rows: from quantities, prices and discounts to the sums of the header. Reads and
writes nothing; ``amounts`` does the arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from integration.business_central.amounts import (
    DiscountOutOfRange,
    DocumentAmounts,
    Line,
    check_line_discount,
    discount_amount,
    document_amounts,
    gross_amount,
    local_amount,
    rounded,
    share_of,
)
from integration.systems.refusals import DiscountRefused

ZERO = Decimal(0)


def calculate(header: Any, lines: Sequence[Any], step: Decimal, local_step: Decimal) -> None:
    """Work out a document: every amount of its lines and header. ``lines`` in the order of their numbers; ``step``:
    the smallest unit of its currency. Raises ``DiscountRefused``."""
    priced = [line for line in lines if line.type]
    _round_discounts(header, priced, step)
    try:
        document = document_amounts(
            [entered(line) for line in priced], step, header.invoice_discount_value,
            prices_include_vat=header.prices_including_vat,
        )  # fmt: skip
    except DiscountOutOfRange as problem:
        raise DiscountRefused(_too_much(header, priced)) from problem
    put_amounts(priced, document)
    put_sums(header, document)
    for line in priced:
        put_outstanding(header, line, step, local_step)
    put_progress(header, priced)


def entered(line: Any) -> Line:
    """A line as the arithmetic takes it."""
    return Line(
        line.quantity, line.unit_price, line.line_discount_amount, line.vat_identifier, line.vat_percent,
        line.allow_invoice_disc,
    )  # fmt: skip


def _round_discounts(header: Any, lines: Sequence[Any], step: Decimal) -> None:
    header.invoice_discount_value = rounded(header.invoice_discount_value, step)
    for line in lines:
        line.line_discount_amount = rounded(line.line_discount_amount, step)
        gross = gross_amount(line.quantity, line.unit_price, step)
        try:
            check_line_discount(gross, line.line_discount_amount)
        except DiscountOutOfRange as problem:
            raise DiscountRefused(
                f"The discount of line {line.line_no} is not between 0 and 100%. Change the line."
            ) from problem


def _too_much(header: Any, lines: Sequence[Any]) -> str:
    if header.invoice_discount_value < 0:
        return "The discount of the document is below 0. Enter an amount that is not negative."
    base = sum((x.quantity * x.unit_price - x.line_discount_amount for x in lines if x.allow_invoice_disc), ZERO)
    return (
        f"The discount of the document, {header.invoice_discount_value}, is more than the lines that allow an invoice "
        f"discount come to ({rounded(base, Decimal('0.01'))}). Lower it, or let more lines allow it."
    )


def set_discount_percent(line: Any, percent: Decimal, step: Decimal) -> None:
    """Give a line its discount as a percentage. Raises ``DiscountRefused``."""
    try:
        gross = gross_amount(line.quantity, line.unit_price, step)
        line.line_discount_amount = discount_amount(gross, percent, step)
    except DiscountOutOfRange as problem:
        raise DiscountRefused(
            f"The discount of line {line.line_no} is not between 0 and 100%. Change the line."
        ) from problem


def put_amounts(lines: Sequence[Any], document: DocumentAmounts) -> None:
    """Write what was worked out to the rows of the lines."""
    for line, amounts in zip(lines, document.lines, strict=True):
        line.line_discount_percent = amounts.line_discount_percent
        line.line_discount_amount = amounts.line_discount
        line.line_amount = amounts.line_amount
        line.inv_discount_amount = amounts.invoice_discount
        line.amount = amounts.amount
        line.amount_including_vat = amounts.including_vat


def put_sums(header: Any, document: DocumentAmounts) -> None:
    """Write the sums of a document to its header."""
    header.amount = document.amount
    header.amount_including_vat = document.including_vat
    header.invoice_discount_amount = document.invoice_discount


def put_outstanding(header: Any, line: Any, step: Decimal, local_step: Decimal) -> None:
    """What is left to ship of a line, and what is shipped and not invoiced: quantities and amounts."""
    line.outstanding_quantity = line.quantity - line.quantity_shipped
    line.qty_shipped_not_invoiced = line.quantity_shipped - line.quantity_invoiced
    including, quantity = line.amount_including_vat, line.quantity
    line.outstanding_amount = share_of(including, line.outstanding_quantity, quantity, step)
    line.shipped_not_invoiced = share_of(including, line.qty_shipped_not_invoiced, quantity, step)
    line.outstanding_amount_lcy = local_amount(line.outstanding_amount, header.currency_factor, local_step)
    line.shipped_not_invoiced_lcy = local_amount(line.shipped_not_invoiced, header.currency_factor, local_step)


def put_progress(header: Any, lines: Sequence[Any]) -> None:
    """Whether everything of a document is shipped, and invoiced. A document without anything to ship is neither."""
    sold = [line for line in lines if line.type and line.quantity]
    header.completely_shipped = bool(sold) and all(line.quantity_shipped == line.quantity for line in sold)
    header.completely_invoiced = bool(sold) and all(line.quantity_invoiced == line.quantity for line in sold)
