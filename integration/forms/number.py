"""Numbers as people type them, in forms. A field of Django's own reads ``1234.5`` alone, whoever types."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from integration.systems.typed_number import NotANumber, in_input, read_number


class TypedNumberField(forms.DecimalField):
    """A number, shown and read as the person writes numbers. What may mean two numbers is refused."""

    widget = forms.TextInput

    def prepare_value(self, value: Any) -> Any:
        return in_input(value) if isinstance(value, Decimal | int) else value

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs have the integers of its base
        if not isinstance(value, str):
            return super().to_python(value)
        if not value.strip():
            return None
        try:
            return read_number(value, self.decimal_places or 0)
        except NotANumber as refusal:
            words = str(refusal)
            raise forms.ValidationError(words[:1].upper() + words[1:], code="invalid") from refusal

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off"}
