"""What a business system answers to a document or a posting that its rules do not allow.

    Refused
    `-- DocumentRefused              one sentence for a person: what is wrong, with which record, and what to do
        |-- ...                      one class a code; the code is stored, grouped and compared

Whoever speaks to a company raises these, whichever company it is.
"""

from __future__ import annotations

from integration.systems.errors import Refused


class DocumentRefused(Refused):
    code = "document-refused"


class WrittenByPosting(DocumentRefused):
    """Posted documents, entries and events are written by posting and never changed."""

    code = "written-by-posting"


class LineRefused(DocumentRefused):
    """A line that names nothing that can be sold, or lacks what it needs."""

    code = "line-refused"


class CustomerBlocked(DocumentRefused):
    code = "customer-blocked"


class ItemBlocked(DocumentRefused):
    """An item, a resource or a G/L account that is blocked."""

    code = "item-blocked"


class UnitDiffers(DocumentRefused):
    code = "unit-differs"


class RateMissing(DocumentRefused):
    """A currency without an exchange rate on the day."""

    code = "rate-missing"


class VatSetupMissing(DocumentRefused):
    code = "vat-setup-missing"


class DiscountRefused(DocumentRefused):
    """A line discount or an invoice discount that is not between 0 and what it is given on."""

    code = "discount-out-of-range"


class NotOpen(DocumentRefused):
    """A released document, or the part of it that is shipped."""

    code = "not-open"


class PostingDateRefused(DocumentRefused):
    code = "posting-date"


class OnHold(DocumentRefused):
    code = "on-hold"


class NothingToPost(DocumentRefused):
    code = "nothing-to-ship"


class QuantityRefused(DocumentRefused):
    """More than there is to ship, to invoice, to credit."""

    code = "quantity"


class StockMissing(DocumentRefused):
    code = "stock"


class Invoiced(DocumentRefused):
    """Something of it is invoiced already."""

    code = "invoiced"


class Applied(DocumentRefused):
    """Something is applied to the entry, or the document is corrected already."""

    code = "applied"


class AmountRefused(DocumentRefused):
    """An amount that is not above 0, is more than remains, or is in another currency than it should be."""

    code = "amount"


class NotLatest(DocumentRefused):
    """An application that is not the latest of its entries."""

    code = "not-latest"


class NumberMissing(DocumentRefused):
    """An external document number that the setup asks for."""

    code = "external-document-no"


class ConfirmationMissing(DocumentRefused):
    """Something unusual that a person has to confirm first."""

    code = "confirmation"
