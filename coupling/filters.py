"""The filter form of lists of couplings."""

from __future__ import annotations

from typing import Any, Self

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from coupling.models import Coupling
from coupling.pages.skipped import found, left_out
from integration.forms.filters import ListFilter, mapping_filter, text_filter
from integration.models import RecordChange, SyncError
from integration.pages.standings import Standing

UNDONE = Standing.UNDONE.value


class SkippedFilter(ListFilter):
    """Skipped Records; the rows are those of ``coupling.pages.skipped``: ``found``, or ``left_out`` where that is
    asked for."""

    mapping = mapping_filter()
    q = text_filter("Record or error contains", "containing")
    state = django_filters.ChoiceFilter(
        label="Show", choices=[(UNDONE, "Left out by an undo")], empty_label="Failed twice", method="by_nothing"
    )
    record = django_filters.UUIDFilter(field_name="erp_id", label="Only", widget=forms.HiddenInput)

    class Meta:
        model = Coupling
        fields: list[str] = []

    def __init__(self, data: Any) -> None:
        super().__init__(data, left_out() if data.get("state") == UNDONE else found())

    def again(self, chosen: dict[str, str]) -> Self:
        return type(self)(chosen)

    @property
    def of_undone(self) -> bool:
        return self.chosen.get("state") == UNDONE

    def by_nothing(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The rows were chosen by it before."""
        return rows

    def in_words(self, name: str, value: str) -> str:
        """An id says nothing to people."""
        return "one record" if name == "record" else super().in_words(name, value)

    def containing(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if self.of_undone:
            undone = RecordChange.objects.filter(label__icontains=value)
            return rows.filter(undoing_id__in=undone.values("pk"))
        named = SyncError.objects.open().filter(Q(message__icontains=value) | Q(label__icontains=value))
        return rows.filter(error_id__in=named.values("pk"))
