"""The amounts of a document on its rows: from quantities, prices and discounts to the sums of the header. Reads and
writes nothing; ``amounts`` does the arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integration.business_central.amounts import (
    DiscountOutOfRange,
    DocumentAmounts,
    Line,
    Taken,
    check_line_discount,
    discount_amount,
    document_amounts,
    gross_amount,
    local_amount,
    rounded,
    share_of,
    total,
)
from integration.systems.refusals import DiscountRefused

ZERO = Decimal(0)


def calculate(
    header: Any, lines: Sequence[Any], step: Decimal, local_step: Decimal, done: Mapping[int, Taken] | None = None
) -> None:
    """Work out a document: every amount of its lines and header. ``lines`` in the order of their numbers; ``step``:
    the smallest unit of its currency. ``done``: what the invoices took of lines that are invoiced in full, by their
    numbers; their discounts stay what these took. Raises ``DiscountRefused``."""
    priced, done = [line for line in lines if line.type], done or {}
    for line in priced:
        if line.line_no in done:
            line.line_discount_amount = done[line.line_no].line_discount
    _round_discounts(header, priced, step)
    try:
        document = document_amounts(
            [entered(line, done.get(line.line_no)) for line in priced], step, header.invoice_discount_value,
            prices_include_vat=header.prices_including_vat,
        )  # fmt: skip
    except DiscountOutOfRange as problem:
        raise DiscountRefused(_too_much(header, priced, done, step)) from problem
    put_amounts(priced, document)
    put_sums(header, document)
    for line in priced:
        put_outstanding(header, line, step, local_step)
    put_progress(header, priced)


def entered(line: Any, taken: Taken | None = None) -> Line:
    """A line as the arithmetic takes it. ``taken``: by its invoices, where it is invoiced in full."""
    return Line(
        line.quantity, line.unit_price, line.line_discount_amount, line.vat_identifier, line.vat_percent,
        line.allow_invoice_disc, taken.invoice_discount if taken is not None else None,
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


def _too_much(header: Any, lines: Sequence[Any], done: Mapping[int, Taken], step: Decimal) -> str:
    if header.invoice_discount_value < 0:
        return "The discount of the document is below 0. Enter an amount that is not negative."
    able = [line for line in lines if line.allow_invoice_disc and line.line_no not in done]
    base = total(line.quantity * line.unit_price - line.line_discount_amount for line in able)
    if done:
        taken = total(each.invoice_discount for each in done.values())
        lowest, highest = sorted((taken, taken + base))
        return (
            f"{_shown(taken, step)} of the discount of the document are invoiced already, and the other lines come to "
            f"{_shown(base, step)}, so it cannot be {_shown(header.invoice_discount_value, step)}. Enter an amount "
            f"from {_shown(max(lowest, ZERO), step)} to {_shown(highest, step)}."
        )
    return (
        f"The discount of the document, {_shown(header.invoice_discount_value, step)}, is more than the lines that "
        f"allow an invoice discount come to ({_shown(base, step)}). Lower it, or let more lines allow it."
    )


def _shown(amount: Decimal, step: Decimal) -> str:
    return f"{rounded(amount, step.normalize()):f}"


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
