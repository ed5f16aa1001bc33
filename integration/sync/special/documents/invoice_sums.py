"""The sums of an invoice as columns of Sales, and what it says when they are others than those of the paper."""

from __future__ import annotations

from decimal import Decimal

from integration.sync.special.documents.invoice_amounts import SalesInvoice, Totals
from integration.systems.errors import Problem, VersionConflict
from integration.systems.refusals import DocumentRefused
from integration.systems.values import Record, Value

COMPARED = ("totalamountlessfreight", "totaltax", "totalamount")
"""Sums that have to be those of the paper."""
ZERO = Decimal(0)
NOTHING = Totals(ZERO, ZERO, ZERO, ZERO, ZERO)


class TotalsDiffer(DocumentRefused):
    """Sales makes something else of an invoice than the paper says."""

    code = "totals-differ"


def sums_of(made: SalesInvoice | None) -> dict[str, Value]:
    """The columns of the sums; without an invoice only their names."""
    totals = made.totals if made is not None else NOTHING
    return {
        "totallineitemamount": totals.less_freight + totals.discount,
        "totallineitemdiscountamount": totals.line_discount,
        "discountamount": totals.discount,
        "discountpercentage": ZERO,
        "totaldiscountamount": totals.line_discount + totals.discount,
        "totalamountlessfreight": totals.less_freight,
        "freightamount": ZERO,
        "totaltax": totals.tax,
        "totalamount": totals.total,
    }


def difference(made: SalesInvoice, there: Record | None) -> Problem | None:
    """Why what is there is not what was made, if it is not."""
    if there is None:
        return VersionConflict("The invoice was deleted in Dynamics 365 Sales while it was made.")
    wanted = sums_of(made)
    if all(value == wanted[name] for name, value in there.values.items()):
        return None
    shown = [_shown(there.values.get(name), made.totals.total) for name in COMPARED]
    return TotalsDiffer(
        f"Business Central makes {made.totals.less_freight} + {made.totals.tax} tax = {made.totals.total} of the "
        f"invoice, Dynamics 365 Sales shows {shown[0]} + {shown[1]} tax = {shown[2]}. Look at its lines there."
    )


def _shown(amount: Value, like: Decimal) -> str:
    """An amount of Sales, which keeps four decimals of every currency, with as many decimals as ours, or more where
    it has more."""
    if not isinstance(amount, Decimal):
        return "nothing"
    smallest = Decimal(1).scaleb(int(like.as_tuple().exponent))
    return str(amount.quantize(smallest) if amount == amount.quantize(smallest) else amount.normalize())
