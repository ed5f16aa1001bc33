"""Register Payment: of an invoice, with its payment discount, or on the account of a customer."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms

from integration.business_central.amounts import rounded
from integration.business_central.documents.masters import Masters
from integration.business_central.models import Currency, CustLedgerEntry, Customer, SalesInvoiceHeader
from integration.business_central.posting.payments import discount_of, proposes_discount
from integration.forms.bookkeeping.posting import VerbForm, amount_field
from integration.forms.versioned import Stored
from integration.pages.amounts import money
from integration.systems.errors import Problem
from integration.systems.refusals import ConfirmationMissing

PROPOSED = (
    "This is in time for the payment discount: the rest of {rest} is proposed to be closed. Leave the tick or take it "
    "off, then press again."
)


class ReceiptForm(VerbForm):
    """What every payment has."""

    amount = amount_field("Amount")
    external_document_no = forms.CharField(label="External Document No.", max_length=35, required=False)
    field_order = ("amount", "currency", "posting_date", "external_document_no")

    def recorded(self) -> dict[str, object]:
        return {"entry": self.payment.pk}

    @property
    def payment(self) -> CustLedgerEntry:
        """The entry that was posted."""
        return cast(CustLedgerEntry, self.result)


class PaymentForm(ReceiptForm):
    """A payment of one posted invoice."""

    table, verb, kind = "sales_invoice_header", "register_payment", "payment of an invoice"
    row: SalesInvoiceHeader

    close_rest = forms.BooleanField(label="Close the rest as payment discount", required=False)
    confirmed = forms.BooleanField(label="Yes, give away more than 5% of the invoice", required=False)
    asked = forms.BooleanField(widget=forms.HiddenInput(attrs={"id": False}), required=False)

    def __init__(self, row: SalesInvoiceHeader, by: str, *args: Any, **more: Any) -> None:
        masters = Masters()
        self.step = masters.step(row.currency_code_id).normalize()
        self.currency = masters.currency_code(row.currency_code_id)
        super().__init__(row, by, *args, initial={"amount": rounded(row.remaining_amount, self.step)}, **more)
        self.fields["amount"].label = f"Amount ({self.currency})"
        self.fields["close_rest"].help_text = self.offer
        if not self.data.get("confirmed"):
            self.fields["confirmed"].widget = forms.HiddenInput(attrs={"id": False})

    def stored(self) -> Stored:
        row = SalesInvoiceHeader.objects.get(pk=self.row.pk)
        remaining = money(row.remaining_amount, self.step)
        return Stored({"Remaining Amount": remaining, "Canceled": "yes" if row.cancelled else "no"})

    @property
    def offer(self) -> str:
        """The discount of the terms in words; blank where there is none."""
        row = self.row
        if not row.pmt_discount_date or not row.payment_discount_percent or row.closed:
            return ""
        discount = discount_of(row, self.step)
        enough = money(row.remaining_amount - discount, self.step)
        return (
            f"Until {row.pmt_discount_date} a payment of {enough} {self.currency} is enough: the payment discount of "
            f"the terms is {money(discount, self.step)}."
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not cleaned["close_rest"] and not cleaned["asked"] and self._proposes(cleaned):
            rest = money(self.row.remaining_amount - cleaned["amount"], self.step)
            self.add_error("close_rest", PROPOSED.format(rest=f"{rest} {self.currency}"))
            self.retype("close_rest", "on")
            self.retype("asked", "on")
        return cleaned

    def _proposes(self, cleaned: dict[str, Any]) -> bool:
        return proposes_discount(self.row, cleaned["amount"], cast(dt.date, cleaned["posting_date"]), self.step)

    def arguments(self) -> dict[str, Any]:
        names = ("amount", "external_document_no", "close_rest", "confirmed")
        return {name: self.cleaned_data[name] for name in names}

    def refused(self, problem: Problem) -> None:
        super().refused(problem)
        if isinstance(problem, ConfirmationMissing):
            self.fields["confirmed"].widget = forms.CheckboxInput()

    @property
    def message(self) -> str:
        """What was posted, in words."""
        payment, row = self.payment, SalesInvoiceHeader.objects.get(pk=self.row.pk)
        parts = [f"Payment {payment.document_no} of {money(-payment.amount, self.step)} {self.currency} is registered."]
        left = f"{money(row.remaining_amount, self.step)} remain." if row.remaining_amount else "It is closed."
        parts.append(f"Invoice {row.no}: {left}")
        if payment.remaining_amount:
            parts.append(f"{money(-payment.remaining_amount, self.step)} {self.currency} stay on the account.")
        return " ".join(parts)


class OnAccountForm(ReceiptForm):
    """A payment of a customer that is for no invoice yet."""

    table, verb, kind = "customer", "pay_on_account", "payment on account"
    row: Customer

    currency = forms.ModelChoiceField(Currency.objects.order_by("code"), label="Currency", required=False)

    def __init__(self, row: Customer, by: str, *args: Any, **more: Any) -> None:
        super().__init__(row, by, *args, initial={"currency": row.currency_code_id}, **more)
        self.masters = Masters()
        choice = cast(forms.ModelChoiceField, self.fields["currency"])
        choice.empty_label = f"{self.masters.currency_code(None)} (local currency)"

    def stored(self) -> Stored:
        """A payment that came in meanwhile may be this one."""
        own = CustLedgerEntry.objects.filter(customer_no=self.row.pk)
        last = own.order_by("-entry_no").values_list("document_no", flat=True).first()
        return Stored({"Last entry of the customer": last or "none"})

    def arguments(self) -> dict[str, Any]:
        currency = self.cleaned_data["currency"]
        named = {name: self.cleaned_data[name] for name in ("amount", "external_document_no")}
        return {**named, "currency": currency.pk if currency else None}

    @property
    def message(self) -> str:
        """What was posted, in words."""
        payment = self.payment
        amount = money(-payment.amount, self.masters.step(payment.currency_code_id))
        currency = self.masters.currency_code(payment.currency_code_id)
        return f"Payment {payment.document_no} of {amount} {currency} is registered on the account of {self.row.no}."
