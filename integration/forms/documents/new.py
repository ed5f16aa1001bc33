"""A new document for a customer, and the day on which one is posted."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms

from integration.business_central.fields import today
from integration.business_central.models import Customer
from integration.business_central.store import EmbeddedCompany
from integration.forms.day import DayInput
from integration.forms.documents.document import NumberField
from integration.forms.once import OnceForm
from integration.models.stored.audit import AuditEntry, record
from integration.pages.documents.kinds import HEADER, Kind
from integration.systems.errors import Problem
from integration.systems.values import Document, Ref, Row


def day_input() -> DayInput:
    """A day in a small form."""
    return DayInput({"class": "form-control form-control-sm"})


class NewDocumentForm(OnceForm):
    """Whose document it is. All else is taken over from the customer, and can be changed on the next page."""

    customer = NumberField(Customer.objects.all(), "customer", label="Customer No.")
    external_document_no = forms.CharField(label="External Document No.", max_length=35, required=False)
    requested_delivery_date = forms.DateField(label="Requested Delivery Date", required=False, widget=day_input())

    def __init__(self, *args: Any, kind: Kind, **more: Any) -> None:
        super().__init__(*args, **more)
        self.kind = kind

    def save(self) -> uuid.UUID | None:
        """The id of the new document; ``None`` and an error above the form where the company refuses it."""
        typed = self.cleaned_data
        values = {
            "document_type": int(self.kind.type),
            "sell_to_customer_no": Ref("customer", typed["customer"].pk),
            "external_document_no": typed["external_document_no"],
            "requested_delivery_date": typed["requested_delivery_date"],
        }
        company = EmbeddedCompany()
        [made] = company.insert_documents(HEADER, [Document(Row(self.new_id, values))])
        if self.is_made(company, HEADER, made):
            return self.new_id
        if made.error is not None:
            self.refuse(made.error)
            return None
        record(AuditEntry.Action.CREATED, self.kind.noun.lower(), (made.values or {}).get("no", ""))
        return made.id

    def refuse(self, problem: Problem) -> None:
        """Say why not, at the input that it is about."""
        field = {"sell_to_customer_no": "customer"}.get(getattr(problem, "field", "") or "", "")
        self.add_error(field or None, str(problem))


class PostingForm(forms.Form):
    """The day on which something is posted, today unless somebody says otherwise."""

    posting_date = forms.DateField(label="Posting Date", widget=day_input())

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"posting_date": today()})

    @property
    def day(self) -> dt.date:
        return self.cleaned_data["posting_date"]
