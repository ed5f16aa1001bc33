"""The state of an invoice in Sales follows from the posted one: what is canceled, what remains to be paid. Pure.

canceled                                    Canceled
nothing remains, also of nothing            Paid, Complete
less remains than it came to                Paid, Partial
else, also once a payment is unapplied      Active, Billed
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from integration.sync.special.documents.closing import STATE, STATUS
from integration.systems.values import Record, Value

ACTIVE, PAID, CANCELED = 0, 2, 3
BILLED: Mapping[str, Value] = {STATE: ACTIVE, STATUS: 4}
PAID_COMPLETE: Mapping[str, Value] = {STATE: PAID, STATUS: 100001}
PAID_PARTIAL: Mapping[str, Value] = {STATE: PAID, STATUS: 100002}
ALL_CANCELED: Mapping[str, Value] = {STATE: CANCELED, STATUS: 100003}
COLUMNS = ("cancelled", "remaining_amount", "amount_including_vat")


def state_of(invoice: Record) -> Mapping[str, Value]:
    """State and status of a posted invoice, as columns of Sales."""
    canceled, remaining, total = (invoice.values.get(name) for name in COLUMNS)
    if canceled:
        return ALL_CANCELED
    if not remaining:
        return PAID_COMPLETE
    if isinstance(remaining, Decimal) and isinstance(total, Decimal) and 0 < remaining < total:
        return PAID_PARTIAL
    return BILLED
