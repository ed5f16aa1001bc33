"""The filter form of lists of couplings."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from coupling.models import Coupling
from integration.forms.filters import ListFilter, mapping_filter, text_filter
from integration.models import SyncError


class SkippedFilter(ListFilter):
    """Skipped Records; the rows are those of ``coupling.pages.skipped.found``."""

    mapping = mapping_filter()
    q = text_filter("Record or error contains", "containing")
    record = django_filters.UUIDFilter(field_name="erp_id", label="Only", widget=forms.HiddenInput)

    class Meta:
        model = Coupling
        fields: list[str] = []

    def in_words(self, name: str, value: str) -> str:
        """An id says nothing to people."""
        return "one record" if name == "record" else super().in_words(name, value)

    def containing(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        named = SyncError.objects.open().filter(Q(message__icontains=value) | Q(label__icontains=value))
        return rows.filter(error_id__in=named.values("pk"))
