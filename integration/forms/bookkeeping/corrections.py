"""Cancel an invoice as a whole, or credit a part of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django import forms

from integration.business_central.documents.masters import Masters
from integration.business_central.models import (
    CustLedgerEntry,
    SalesCrMemoHeader,
    SalesCrMemoLine,
    SalesInvoiceHeader,
    SalesInvoiceLine,
)
from integration.business_central.posting.crediting import Credit
from integration.forms.bookkeeping.posting import VerbForm, amount_field
from integration.forms.number import TypedNumberField
from integration.forms.versioned import Stored
from integration.models.stored.audit import AuditEntry
from integration.pages.amounts import money

QUANTITY, AMOUNT = "quantity", "amount"


class CorrectionForm(VerbForm):
    """What both ways of correcting an invoice have in common."""

    table = "sales_invoice_header"
    row: SalesInvoiceHeader

    def stored(self) -> Stored:
        row, step = SalesInvoiceHeader.objects.get(pk=self.row.pk), Masters().step(self.row.currency_code_id)
        memos = SalesCrMemoHeader.objects.filter(corrects_invoice_no=row.no).order_by("no")
        return Stored(
            {
                "Remaining Amount": money(row.remaining_amount, step),
                "Credit memos": ", ".join(memos.values_list("no", flat=True)) or "none",
            }
        )

    @property
    def memo(self) -> SalesCrMemoHeader:
        """The credit memo that was posted."""
        return cast(SalesCrMemoHeader, self.result)

    def recorded(self) -> dict[str, object]:
        return {"credit memo": self.memo.pk}


class CancelForm(CorrectionForm):
    """Cancel: a credit memo over all of it."""

    verb, kind, action = "cancel", "posted invoice", AuditEntry.Action.CANCELED

    @property
    def message(self) -> str:
        """What was posted, in words."""
        return f"Invoice {self.row.no} is canceled by credit memo {self.memo.no}. Its goods can be invoiced again."


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A line of the invoice with its two inputs. ``left`` is its quantity that is not credited yet, ``worth`` its
    amount (with VAT where the prices include it)."""

    line: SalesInvoiceLine
    left: Decimal
    worth: Decimal
    quantity: forms.BoundField
    amount: forms.BoundField


class CreditForm(CorrectionForm):
    """Credit a part: of each line a quantity or an amount."""

    verb, kind = "credit", "credit memo"

    def __init__(self, row: SalesInvoiceHeader, by: str, *args: Any, **more: Any) -> None:
        super().__init__(row, by, *args, **more)
        self.sold = list(SalesInvoiceLine.objects.filter(document_no=row.pk).exclude(type=0).order_by("line_no"))
        for line in self.sold:
            named = f"{line.description}, line {line.line_no}"
            self._add(f"{QUANTITY}_{line.line_no}", TypedNumberField(max_digits=15, decimal_places=5, required=False),
                      f"Quantity to credit of {named}")  # fmt: skip
            self._add(f"{AMOUNT}_{line.line_no}", amount_field("", required=False), f"Amount to credit of {named}")

    def _add(self, name: str, field: forms.Field, label: str) -> None:
        field.label = label
        field.widget.attrs |= {"class": "form-control form-control-sm", "aria-label": label}
        self.fields[name] = field

    @property
    def lines(self) -> Iterator[CreditLine]:
        """The lines for the page."""
        before = _credited(self.row)
        for line in self.sold:
            quantity, amount, including = before.get(line.line_no, (Decimal(0),) * 3)
            inclusive = self.row.prices_including_vat
            worth = line.amount_including_vat - including if inclusive else line.amount - amount
            inputs = [self[f"{name}_{line.line_no}"] for name in (QUANTITY, AMOUNT)]
            yield CreditLine(line, line.quantity - quantity, worth, *inputs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not self._parts():
            self.add_error(None, "Enter a quantity or an amount on one line at least.")
        return cleaned

    def _parts(self) -> dict[int, Credit]:
        given = {line.line_no: [self.cleaned_data.get(f"{name}_{line.line_no}") for name in (QUANTITY, AMOUNT)]
                 for line in self.sold}  # fmt: skip
        return {no: Credit(both[0] or Decimal(0), both[1] or Decimal(0)) for no, both in given.items() if any(both)}

    def arguments(self) -> dict[str, Any]:
        return {"parts": self._parts()}

    @property
    def message(self) -> str:
        """What was posted, in words."""
        masters, memo = Masters(), self.memo
        step, code = masters.step(memo.currency_code_id), masters.currency_code(memo.currency_code_id)
        kind = CustLedgerEntry.DocumentType.CREDIT_MEMO
        entry = CustLedgerEntry.objects.get(document_type=kind, document_no=memo.no)
        words = f"Credit memo {memo.no} of {money(memo.amount_including_vat, step)} {code} is posted."
        if entry.remaining_amount:
            words += f" {money(-entry.remaining_amount, step)} {code} of it stay on the account."
        return words


def _credited(invoice: SalesInvoiceHeader) -> dict[int, tuple[Decimal, Decimal, Decimal]]:
    """Line of the invoice -> quantity, amount and amount including VAT that are credited of it already."""
    found: dict[int, tuple[Decimal, Decimal, Decimal]] = {}
    rows: Iterable[Any] = SalesCrMemoLine.objects.filter(document_no__corrects_invoice_no=invoice.no)
    for row in rows:
        quantity, amount, including = found.get(row.invoice_line_no, (Decimal(0),) * 3)
        found[row.invoice_line_no] = (
            quantity + row.quantity, amount + row.amount, including + row.amount_including_vat,
        )  # fmt: skip
    return found
