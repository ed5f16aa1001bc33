"""The local currency, and payments applied in parts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from integration.business_central.amounts.rounding import ZERO, exact, rounded


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """A ledger entry that something is applied to. ``amount`` and ``remaining`` in its currency, ``local`` and
    ``remaining_local`` in the local one; invoices are positive, payments negative. ``factor``: units of the currency
    for one of the local one, on the day of the entry."""

    amount: Decimal
    remaining: Decimal
    local: Decimal
    remaining_local: Decimal
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Application:
    """A payment applied to an invoice: what the invoice's remaining amount goes down by, in the currency and in the
    local one, and what the payment's goes down by in the local one. ``gain`` is what was won by the rates of the two
    days, negative where it was lost."""

    amount: Decimal
    invoice_local: Decimal
    payment_local: Decimal

    @property
    def gain(self) -> Decimal:
        return self.payment_local - self.invoice_local


@exact
def local_amount(amount: Decimal, factor: Decimal, step: Decimal) -> Decimal:
    """An amount of a currency in the local one: divided by ``factor`` (units for one of the local currency, above 0),
    rounded to ``step`` of the local currency."""
    return rounded(amount / factor, step)


@exact
def local_part(entry: OpenEntry, amount: Decimal, step: Decimal) -> Decimal:
    """What an entry's remaining amount in the local currency goes down by where its remaining amount goes down by
    ``amount``, signed as the entry is. The local amount of everything applied so far, less what was booked of it; the
    last part takes what is left, so that both reach 0 together.

        EUR 100.02 at 1.1634 is 85.97       applied so far    is          booked     this part
        33.34                               33.34             28.66       0.00       28.66
        33.34                               66.68             57.31       28.66      28.65
        33.34                               100.02            the rest    57.31      28.66
    """
    if amount == entry.remaining:
        return entry.remaining_local
    so_far = entry.amount - entry.remaining + amount
    booked = entry.local - entry.remaining_local
    return local_amount(so_far, entry.factor, step) - booked


@exact
def application(invoice: OpenEntry, payment: OpenEntry, amount: Decimal, step: Decimal) -> Application:
    """Apply ``amount`` (above 0, in the currency of both) of a payment to an invoice. Raises ``ValueError`` where
    either has less than that left."""
    if not ZERO < amount <= min(invoice.remaining, -payment.remaining):
        raise ValueError(f"{amount} is not between 0 and what remains of the two entries.")
    return Application(amount, local_part(invoice, amount, step), -local_part(payment, -amount, step))
