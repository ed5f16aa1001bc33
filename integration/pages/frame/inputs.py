"""One input of a filter pane, as its template shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Input:
    """Its widget is drawn already."""

    id: str
    label: str
    widget: SafeString
    errors: Sequence[str]


def shown_input(field: forms.BoundField) -> Input:
    """A field of a form, small."""
    is_select = isinstance(field.field.widget, forms.Select)
    look = "form-select form-select-sm" if is_select else "form-control form-control-sm"
    widget = field.as_widget(attrs={"class": look})
    return Input(field.id_for_label, str(field.label), widget, [str(one) for one in field.errors])
