"""The arithmetic of sales documents, as Business Central does it. Pure: values in, values out, all of them ``Decimal``.

``lines``      gross amount, line discount as amount and as per cent, line amount
``documents``  invoice discount over the lines, VAT of each group, sums
``parts``      outstanding amounts, and what a partial invoice takes of an order
``ledger``     the local currency, payments applied in parts
``rounding``   to the smallest unit of a currency, half a unit away from zero
"""

from integration.business_central.amounts.documents import (
    DocumentAmounts,
    LineAmounts,
    Taxable,
    document_amounts,
    running_shares,
    vat_amounts,
)
from integration.business_central.amounts.ledger import (
    Application,
    OpenEntry,
    application,
    local_amount,
    local_part,
)
from integration.business_central.amounts.lines import (
    DiscountOutOfRange,
    Line,
    check_line_discount,
    discount_amount,
    discount_percent,
    gross_amount,
    line_amount,
    price_without_vat,
)
from integration.business_central.amounts.parts import Portion, Taken, invoice_amounts, share_of
from integration.business_central.amounts.rounding import PRICE_STEP, ZERO, rounded, total

__all__ = [
    "PRICE_STEP",
    "ZERO",
    "Application",
    "DiscountOutOfRange",
    "DocumentAmounts",
    "Line",
    "LineAmounts",
    "OpenEntry",
    "Portion",
    "Taken",
    "Taxable",
    "application",
    "check_line_discount",
    "discount_amount",
    "discount_percent",
    "document_amounts",
    "gross_amount",
    "invoice_amounts",
    "line_amount",
    "local_amount",
    "local_part",
    "price_without_vat",
    "rounded",
    "running_shares",
    "share_of",
    "total",
    "vat_amounts",
]
