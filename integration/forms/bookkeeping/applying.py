"""Apply an open payment or credit memo to an open invoice, and take an application back."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from integration.business_central.documents.masters import Masters
from integration.business_central.models import CustLedgerEntry
from integration.forms.bookkeeping.posting import VerbForm, amount_field
from integration.forms.versioned import Stored
from integration.models.stored.audit import AuditEntry
from integration.pages.amounts import money

MOST_CHOICES = 200


def others_of(entry: CustLedgerEntry) -> QuerySet[CustLedgerEntry]:
    """The open entries of the same customer and currency that this one can be applied to, the oldest due first."""
    rows = CustLedgerEntry.objects.filter(customer_no=entry.customer_no_id, open=True)
    rows = rows.filter(currency_code=entry.currency_code_id)
    rows = rows.filter(amount__gt=0) if entry.amount < 0 else rows.filter(amount__lt=0)
    return rows.order_by("due_date", "entry_no")


class EntryChoice(forms.ModelChoiceField):
    """An entry by its document, its day and what remains of it."""

    masters: Masters

    def label_from_instance(self, entry: Any) -> str:
        remaining = money(abs(entry.remaining_amount), self.masters.step(entry.currency_code_id))
        kind = entry.get_document_type_display()
        return f"{kind} {entry.document_no}, {entry.posting_date}: {remaining} open"


class ApplyForm(VerbForm):
    """One entry applied to another; which of them is the invoice follows from their signs."""

    table, verb, kind = "cust_ledger_entry", "apply", "application"
    row: CustLedgerEntry

    other = EntryChoice(CustLedgerEntry.objects.none(), label="Apply to", empty_label=None)
    amount = amount_field("Amount to apply", required=False, help_text="Blank: as much as both have left.")
    field_order = ("other", "amount", "posting_date")

    def __init__(self, row: CustLedgerEntry, by: str, *args: Any, **more: Any) -> None:
        self.masters = Masters()
        self.step = self.masters.step(row.currency_code_id).normalize()
        self.others = others_of(row)
        super().__init__(row, by, *args, **more)
        choice = cast(EntryChoice, self.fields["other"])
        choice.masters = self.masters
        choice.queryset = self.others
        self.fields["amount"].label = f"Amount to apply ({self.masters.currency_code(row.currency_code_id)})"

    def stored(self) -> Stored:
        rows = [CustLedgerEntry.objects.get(pk=self.row.pk), *others_of(self.row)[:MOST_CHOICES]]
        return Stored({f"Open of {row.document_no}": money(abs(row.remaining_amount), self.step) for row in rows})

    @property
    def acted_on(self) -> uuid.UUID:
        return uuid.UUID(str(self._pair()[0].pk))

    def _pair(self) -> tuple[CustLedgerEntry, CustLedgerEntry]:
        """The payment or credit memo, and the invoice."""
        other = self.cleaned_data["other"]
        return (self.row, other) if self.row.amount < 0 else (other, self.row)

    @property
    def wanted(self) -> Decimal:
        """What was typed, or as much as both have left."""
        given = self.cleaned_data["amount"]
        return given if given is not None else min(abs(one.remaining_amount) for one in self._pair())

    def arguments(self) -> dict[str, Any]:
        return {"invoice_id": self._pair()[1].pk, "amount": self.wanted}

    def recorded(self) -> dict[str, object]:
        return {"invoice entry": self._pair()[1].pk, "application": self.result}

    @property
    def message(self) -> str:
        """What was posted, in words."""
        payment, invoice = self._pair()
        return f"{money(self.wanted, self.step)} of {payment.document_no} are applied to {invoice.document_no}."


class UnapplyForm(VerbForm):
    """Take an application back: both entries are open again."""

    table, verb, kind, action = "cust_ledger_entry", "unapply", "application", AuditEntry.Action.CANCELED
    row: CustLedgerEntry

    def __init__(self, row: CustLedgerEntry, by: str, application_no: int, *args: Any, **more: Any) -> None:
        self.application_no = application_no
        super().__init__(row, by, *args, **more)

    def stored(self) -> Stored:
        row = CustLedgerEntry.objects.get(pk=self.row.pk)
        return Stored({"Remaining Amount": money(row.remaining_amount, Masters().step(row.currency_code_id))})

    def arguments(self) -> dict[str, Any]:
        return {"application_no": self.application_no}

    def recorded(self) -> dict[str, object]:
        return {"application": self.application_no}

    @property
    def message(self) -> str:
        """What was posted, in words."""
        return f"Application {self.application_no} is unapplied: both entries are open again."
