"""The filter forms of lists of couplings and of records."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from coupling.models import Coupling
from coupling.pages.lists import Listing
from integration.forms.filters import Active, ListFilter, mapping_filter, text_filter
from integration.models import SyncError
from integration.systems.values import Side

ALL = "all"


class SkippedFilter(ListFilter):
    """Coupled Data Synchronization Errors; the rows are those of ``coupling.pages.skipped.found``."""

    mapping = mapping_filter()
    q = text_filter("Record or error contains", "containing")
    record = django_filters.UUIDFilter(field_name="erp_id", label="Only", widget=forms.HiddenInput)

    class Meta:
        model = Coupling
        fields: list[str] = []

    def _in_words(self, name: str, value: str) -> str:
        """An id says nothing to people."""
        return "one record" if name == "record" else super()._in_words(name, value)

    def containing(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        named = SyncError.objects.open().filter(Q(message__icontains=value) | Q(label__icontains=value))
        return rows.filter(error_id__in=named.values("pk"))


class RecordFilter(forms.Form):
    """The filter form of a list of records. No queryset: ``coupling.pages.lists`` asks."""

    q = forms.CharField(label="Number or name contains", required=False, widget=forms.TextInput({"type": "search"}))
    state = forms.ChoiceField(label="Show", required=False)
    order = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, shown: Listing) -> None:
        state = ALL if shown.outside else shown.state
        super().__init__(initial={"q": shown.search, "state": state, "order": shown.order})
        self.shown = shown
        narrows = shown.side is Side.CRM and shown.of is None
        everything = [("", "Inside the mapping's filter"), (ALL, "All")] if narrows else [("", "All")]
        self.choices = [*everything, *shown.states]
        self.fields["state"].choices = self.choices  # type: ignore[attr-defined]
        if not shown.mappings:
            del self.fields["state"]
        if not shown.order:
            del self.fields["order"]
        if shown.of is not None:
            self.fields["of"] = forms.CharField(required=False, widget=forms.HiddenInput, initial=str(shown.of))

    @property
    def form(self) -> RecordFilter:
        """As a filter set has it."""
        return self

    @property
    def active(self) -> list[Active]:
        """What is in force, as a filter set says it."""
        shown, found = self.shown, []
        if shown.search:
            found.append(Active("Number or name contains", shown.search, shown.query(q="")))
        state = ALL if shown.outside else shown.state
        if state and shown.mappings:
            found.append(Active("Show", dict(self.choices)[state], shown.query(state="")))
        if shown.of is not None:
            found.append(Active("Only", "open ones of one account", shown.query(of="")))
        return found

    def query(self, **changed: str) -> str:
        """The list as it is, as the query of an address."""
        return self.shown.query(**changed)
