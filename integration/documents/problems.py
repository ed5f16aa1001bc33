"""Why an order or a quote of Sales does not become one of Business Central. The codes are stored, grouped and compared;
what Business Central itself says to a document is in ``systems/refusals.py``."""

from __future__ import annotations

from collections.abc import Sequence

from integration.sync.record.transfer import ReferenceNotCoupled
from integration.systems.errors import RecordProblem
from integration.systems.refusals import (
    CustomerBlocked,
    DiscountRefused,
    ItemBlocked,
    RateMissing,
    UnitDiffers,
    VatSetupMissing,
)


class AccountNotCoupled(ReferenceNotCoupled):
    code = "account-not-coupled"


class ProductNotCoupled(ReferenceNotCoupled):
    code = "product-not-coupled"


class UnitNotCoupled(ReferenceNotCoupled):
    """The unit group of a line."""

    code = "unit-not-coupled"


class CurrencyNotCoupled(ReferenceNotCoupled):
    code = "currency-not-coupled"


class CurrencyUnknown(RecordProblem):
    """Business Central has no currency with the ISO code of the order's."""

    code = "currency-unknown"


class NoCustomer(RecordProblem):
    code = "no-customer"


class AccountNotCustomer(RecordProblem):
    """The account is of another relationship type."""

    code = "account-not-customer"


class ProductNotActive(RecordProblem):
    code = "product-not-active"


class ProductTypeUnfit(RecordProblem):
    """The product is neither an item nor a service."""

    code = "product-type"


class WriteInMissing(RecordProblem):
    """The order has a write-in product, and the setup names none that stands for it."""

    code = "write-in-missing"


class WriteInCoupled(RecordProblem):
    code = "write-in-coupled"


class WriteInTypeUnfit(RecordProblem):
    """The write-in product is an item with inventory."""

    code = "write-in-type"


class FreightAccountMissing(RecordProblem):
    code = "freight-account-missing"


class NotSubmitted(RecordProblem):
    code = "not-submitted"


class OrderExists(RecordProblem):
    """A document that is not coupled refers to the order."""

    code = "order-exists"


class OrderCanceled(RecordProblem):
    """Canceled in Sales after it became an order."""

    code = "order-canceled"


class OrderChanged(RecordProblem):
    """Changed in Sales after it became an order."""

    code = "order-changed"


class OrderReopened(RecordProblem):
    """Being changed in Sales after it became an order."""

    code = "order-reopened"


class TotalsDiffer(RecordProblem):
    """Business Central would make another amount of the order than Sales shows."""

    code = "totals-differ"


class NotNotified(RecordProblem):
    """The order is there, and Sales did not take the notice of it. It is tried again with every run."""

    code = "told-not"
    retryable = True


KNOWN_BEFORE = frozenset(
    one.code
    for one in (
        AccountNotCoupled, ProductNotCoupled, UnitNotCoupled, CurrencyNotCoupled, CurrencyUnknown, NoCustomer,
        AccountNotCustomer, ProductNotActive, ProductTypeUnfit, WriteInMissing, WriteInCoupled, WriteInTypeUnfit,
        FreightAccountMissing, TotalsDiffer, CustomerBlocked, ItemBlocked, UnitDiffers,
    )
)  # fmt: skip
"""Codes of what a plan finds whoever makes it: where the plan of a document finds nothing, none of them holds now."""
FOLLOWED = KNOWN_BEFORE | {RateMissing.code, VatSetupMissing.code, DiscountRefused.code}
"""Codes of what keeps a document out until it is mended; then the document follows by itself."""


def together(problems: Sequence[RecordProblem]) -> RecordProblem:
    """All problems of a document as one, with the words of each. Its code is that of the first which no coupling would
    mend: an order waits only where it lacks nothing but couplings."""
    first = next((one for one in problems if not isinstance(one, ReferenceNotCoupled)), problems[0])
    message = " ".join(dict.fromkeys(str(problem) for problem in problems))
    if message == str(first):
        return first
    if isinstance(first, ReferenceNotCoupled):
        return type(first)(message, table=first.table, id=first.id)
    return type(first)(message, raw=first.raw)
