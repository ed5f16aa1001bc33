"""What a person types on the pages of couplings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet

from integration.forms.versioned import Stored, VersionedInputs
from integration.models import FieldMapping, TableMapping
from integration.pages.runs.captions import Captions
from integration.systems.values import Side

LOWEST = 99
NOTHING_CHOSEN = "Give at least one pair of fields a match priority."


@dataclass(frozen=True, slots=True)
class Row:
    """A pair of fields, what people call the two, and the inputs of its priority and of whether case counts."""

    pair: FieldMapping
    erp: str
    crm: str
    priority: forms.BoundField
    exact: forms.BoundField


class CriteriaForm(VersionedInputs, forms.Form):
    """By which pairs of fields the records of a mapping are matched: a priority (blank: not at all) and whether case
    counts, for every pair."""

    def __init__(self, mapping: TableMapping, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mapping = mapping
        self.begin(self.stored())
        self.pairs = list(mapping.fields.exclude(erp_field="").exclude(crm_field=""))
        self.captions = Captions()
        for pair in self.pairs:
            priority = forms.IntegerField(min_value=0, max_value=LOWEST, required=False)
            priority.initial = pair.match_priority or None
            priority.widget.attrs["class"] = "form-control form-control-sm"
            exact = forms.BooleanField(required=False, initial=pair.case_sensitive)
            exact.widget.attrs["class"] = "form-check-input"
            self.fields[_priority(pair)], self.fields[_case(pair)] = priority, exact

    @property
    def in_use(self) -> list[Row]:
        """Those the records are matched by, the first priority first."""
        return [self._row(pair) for pair in sorted(self.pairs, key=_order) if pair.match_priority]

    @property
    def unused(self) -> list[Row]:
        """All others."""
        return [self._row(pair) for pair in self.pairs if not pair.match_priority]

    def _row(self, pair: FieldMapping) -> Row:
        """The systems are asked what their fields are called when a page shows them, and not before."""
        erp, crm = self._captions_of(pair)
        self.fields[_priority(pair)].label = f"Priority of {erp} – {crm}"
        self.fields[_case(pair)].label = f"{erp} – {crm} is case-sensitive"
        return Row(pair, erp, crm, self[_priority(pair)], self[_case(pair)])

    def _captions_of(self, pair: FieldMapping) -> tuple[str, ...]:
        names = ((Side.ERP, pair.erp_field), (Side.CRM, pair.crm_field))
        return tuple(self.captions.of_field(self.mapping, side, name) for side, name in names)

    def rows(self) -> Sequence[QuerySet[Any]]:
        return [TableMapping.objects.filter(pk=self.mapping.pk)]

    def stored(self) -> Stored:
        pairs = self.mapping.fields.exclude(erp_field="").exclude(crm_field="")
        return Stored({pair.pair: _in_words(pair) for pair in pairs}, self._called)

    def _called(self, caption: str) -> str:
        """A pair by the captions of its fields."""
        found = (self._captions_of(pair) for pair in self.pairs if pair.pair == caption)
        return " – ".join(next(found, (caption,)))

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.errors and not any(self.cleaned_data[_priority(pair)] for pair in self.pairs):
            raise forms.ValidationError(NOTHING_CHOSEN)
        return self.cleaned_data

    def store(self) -> None:
        """Only what was changed."""
        for pair in self.pairs:
            if _priority(pair) in self.changed_data or _case(pair) in self.changed_data:
                priority, exact = self.cleaned_data[_priority(pair)] or 0, self.cleaned_data[_case(pair)]
                pair.match_priority, pair.case_sensitive = priority, exact
                pair.save(update_fields=["match_priority", "case_sensitive"])


def _in_words(pair: FieldMapping) -> str:
    priority = f"priority {pair.match_priority}" if pair.match_priority else "not used"
    return f"{priority}, case-sensitive" if pair.case_sensitive else priority


def _priority(pair: FieldMapping) -> str:
    return f"priority-{pair.pk}"


def _case(pair: FieldMapping) -> str:
    return f"case-{pair.pk}"


def _order(pair: FieldMapping) -> tuple[int, int]:
    return pair.match_priority, pair.position
