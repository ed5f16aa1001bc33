"""What a person types on the pages of couplings."""

from __future__ import annotations

from typing import Any

from django import forms

from integration.models import FieldMapping, TableMapping

Row = tuple[FieldMapping, forms.BoundField, forms.BoundField]

LOWEST = 99
NOTHING_CHOSEN = "Give at least one pair of fields a match priority."


class CriteriaForm(forms.Form):
    """By which pairs of fields the records of a mapping are matched: a priority (blank: not at all) and whether case
    counts, for every pair."""

    def __init__(self, mapping: TableMapping, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pairs = list(mapping.fields.exclude(erp_field="").exclude(crm_field=""))
        for pair in self.pairs:
            label = f"{pair.erp_field} – {pair.crm_field}"
            priority = forms.IntegerField(min_value=0, max_value=LOWEST, required=False, label=f"Priority of {label}")
            priority.initial = pair.match_priority or None
            priority.widget.attrs["class"] = "form-control form-control-sm"
            exact = forms.BooleanField(required=False, label=f"{label} is case-sensitive", initial=pair.case_sensitive)
            exact.widget.attrs["class"] = "form-check-input"
            self.fields[_priority(pair)], self.fields[_case(pair)] = priority, exact

    @property
    def in_use(self) -> list[Row]:
        """(pair, priority, case-sensitive) of those the records are matched by, the first priority first."""
        return [self._row(pair) for pair in sorted(self.pairs, key=_order) if pair.match_priority]

    @property
    def unused(self) -> list[Row]:
        """The same of all others."""
        return [self._row(pair) for pair in self.pairs if not pair.match_priority]

    def _row(self, pair: FieldMapping) -> Row:
        return pair, self[_priority(pair)], self[_case(pair)]

    def clean(self) -> dict[str, Any]:
        if not self.errors and not any(self.cleaned_data[_priority(pair)] for pair in self.pairs):
            raise forms.ValidationError(NOTHING_CHOSEN)
        return self.cleaned_data

    def save(self) -> None:
        """Store what was changed."""
        for pair in self.pairs:
            if _priority(pair) in self.changed_data or _case(pair) in self.changed_data:
                priority, exact = self.cleaned_data[_priority(pair)] or 0, self.cleaned_data[_case(pair)]
                pair.match_priority, pair.case_sensitive = priority, exact
                pair.save(update_fields=["match_priority", "case_sensitive"])


def _priority(pair: FieldMapping) -> str:
    return f"priority-{pair.pk}"


def _case(pair: FieldMapping) -> str:
    return f"case-{pair.pk}"


def _order(pair: FieldMapping) -> tuple[int, int]:
    return pair.match_priority, pair.position
