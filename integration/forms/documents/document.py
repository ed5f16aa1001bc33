"""A document and its lines, edited together: header in FastTabs, lines in a grid, one button that saves both."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse_lazy

from integration.business_central.models import Customer, SalesHeader, SalesLine
from integration.business_central.posting.changing import FREE_HEADER, DocumentChange
from integration.business_central.row_versions import lock_company
from integration.business_central.store import EmbeddedCompany
from integration.forms.day import DayInput
from integration.forms.documents.lines import LineGrid
from integration.forms.documents.values import plain, typed_values
from integration.forms.number import TypedNumberField
from integration.forms.versioned import VersionedForm
from integration.models.stored.audit import AuditEntry, record
from integration.pages.documents.kinds import HEADER, QUOTE, kind_of
from integration.systems.errors import RecordProblem

PARTY = ("name", "name_2", "address", "address_2", "city", "post_code", "county", "country_region_code", "contact")
GENERAL = (
    "sell_to_customer_no", "sell_to_customer_name", "sell_to_contact", "external_document_no", "your_reference",
    "order_date", "posting_date", "document_date", "due_date", "quote_valid_until_date", "requested_delivery_date",
    "salesperson_code", "on_hold", "work_description",
)  # fmt: skip
INVOICING = (
    "bill_to_customer_no", "currency_code", "prices_including_vat", "vat_bus_posting_group", "payment_terms_code",
    "customer_price_group", "invoice_discount_value",
)  # fmt: skip
SHIPPING = (
    "shipment_date", "shipment_method_code", "shipping_agent_code", "ship_to_code",
    *(f"ship_to_{name}" for name in PARTY),
)  # fmt: skip
SELL_TO = ("sell_to_customer_name_2", *(f"sell_to_{name}" for name in PARTY[2:-1]))
BILL_TO = tuple(f"bill_to_{name}" for name in PARTY)
TABS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("General", GENERAL),
    ("Invoice Details", INVOICING),
    ("Shipping", SHIPPING),
    ("Sell-to Address", SELL_TO),
    ("Bill-to Address", BILL_TO),
)
COLUMNS = tuple(name for _, names in TABS for name in names)
OF_QUOTES = ("quote_valid_until_date",)
DAYS = tuple(name for name in COLUMNS if name.endswith("_date"))


class NumberField(forms.ModelChoiceField):
    """A row that is typed by its number."""

    def __init__(self, queryset: QuerySet[Any], noun: str, **more: Any) -> None:
        messages = {"invalid_choice": f"There is no {noun} with the number %(value)s."}
        look = {
            "list": f"{noun}s", "autocomplete": "off", "hx-get": reverse_lazy("document_numbers", query={"of": noun}),
            "hx-trigger": "input delay:200ms", "hx-target": f"#{noun}s", "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
        }  # fmt: skip
        super().__init__(queryset, to_field_name="no", widget=forms.TextInput(look), error_messages=messages, **more)

    queryset: QuerySet[Any]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, uuid.UUID):
            return self.queryset.filter(pk=value).values_list("no", flat=True).first() or ""
        return super().prepare_value(value)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, uuid.UUID):  # what a disabled input has shown
            return self.queryset.get(pk=value)
        return super().to_python(value.strip().upper() if isinstance(value, str) else value)


class DocumentForm(VersionedForm):
    """The header of an open document, and its lines as ``grid``. ``page``: which page of lines."""

    sell_to_customer_no = NumberField(Customer.objects.all(), "customer", label="Sell-to Customer No.")
    bill_to_customer_no = NumberField(Customer.objects.all(), "customer", label="Bill-to Customer No.", required=False)

    class Meta:
        model = SalesHeader
        fields = COLUMNS
        widgets = {name: DayInput() for name in DAYS} | {
            "work_description": forms.Textarea({"rows": 2}),
            "invoice_discount_value": forms.TextInput,
        }
        field_classes = {"invoice_discount_value": TypedNumberField}

    def __init__(self, data: QueryDict | None, *, instance: SalesHeader, page: int = 1) -> None:
        lines = list(SalesLine.objects.filter(document_no=instance.pk).order_by("line_no"))
        self.grid = LineGrid(instance, lines, data, page)
        super().__init__(data, instance=instance)
        self.initial["invoice_discount_value"] = plain(instance.invoice_discount_value, 2)
        self.closed = instance.status != SalesHeader.Status.OPEN
        self.left_out = () if kind_of(instance) is QUOTE else OF_QUOTES
        for name, field in self.fields.items():
            field.show_hidden_initial = False
            if name in self.left_out or (self.closed and name not in (*FREE_HEADER, "seen")):
                field.disabled = True

    @property
    def tabs(self) -> list[tuple[str, list[forms.BoundField], bool]]:
        """(name, inputs, whether one of them is wrong) of each FastTab."""
        tabs = [(label, [self[name] for name in names if name not in self.left_out]) for label, names in TABS]
        return [(label, fields, any(field.errors for field in fields)) for label, fields in tabs]

    def is_valid(self) -> bool:
        return bool(all([super().is_valid(), self.grid.is_valid()]))

    @property
    def asked(self) -> DocumentChange:
        """What was entered, as a change of the document. Raises ``ValidationError``."""
        return self._asked(preview=False)

    @property
    def previewed(self) -> DocumentChange:
        """The same for a preview: new lines have the ids that the grid knows."""
        return self._asked(preview=True)

    def _asked(self, *, preview: bool) -> DocumentChange:
        names = [name for name in self.changed_data if name in COLUMNS and name in self.cleaned_data]
        header = typed_values(HEADER, self.cleaned_data, names)
        return DocumentChange(header, self.grid.changed, self.grid.added(preview=preview), self.grid.gone)

    # --- two people at once ------------------------------------------------------------------------------------

    def besides(self, row: SalesHeader) -> dict[str, str]:
        lines = SalesLine.objects.filter(pk__in=[each.pk for each in self.grid.rows]).order_by("line_no")
        said = {f"line {line.line_no}": _in_words(line) for line in lines}
        whole = SalesLine.objects.filter(document_no=row.pk).count()
        return {"status": str(row.get_status_display()), "lines": f"{whole}, {row.amount}", **said}

    def _hold(self) -> str:
        lock_company()  # before the row, as every verb does it
        return super()._hold()

    def repeats(self) -> bool:
        return super().repeats() and self.grid.is_valid() and not self.grid.has_changed

    # --- saving --------------------------------------------------------------------------------------------------

    def saved(self) -> bool:
        try:
            return super().saved()
        except RecordProblem as problem:
            field = getattr(problem, "field", None)
            self.add_error(field if field in self.fields else None, str(problem))
        except forms.ValidationError as problem:
            self.add_error(None, problem)
        return False

    def store(self) -> None:
        asked, header = self.asked, self._fresh
        if not (asked.header or asked.changed or asked.added or asked.gone):
            return
        EmbeddedCompany().act(HEADER, header.pk, "change", asked=asked)
        noun = kind_of(header).noun.lower()
        record(AuditEntry.Action.CHANGED, noun, header.no, after=_recorded(asked))


def _in_words(line: SalesLine) -> str:
    numbers = (line.quantity, line.unit_price, line.line_discount_amount, line.qty_to_ship, line.qty_to_invoice)
    entered = " / ".join(str(plain(number)) for number in numbers)
    shipped = f"{plain(line.quantity_shipped)} shipped, {plain(line.quantity_invoiced)} invoiced"
    return f"{line.get_type_display()} {line.no} {line.description}: {entered}, {shipped}"


def _recorded(asked: DocumentChange) -> Mapping[str, object]:
    """What was changed, without values of the record."""
    said: dict[str, object] = {}
    if asked.header:
        said["fields"] = ", ".join(sorted(asked.header))
    for name, rows in (("lines changed", asked.changed), ("lines added", asked.added), ("lines deleted", asked.gone)):
        if rows:
            said[name] = len(rows)
    return said
