"""New Field Mapping: one pair, picked from what both tables have right now."""

from __future__ import annotations

from typing import Any

from django import forms

from integration.connection.live_systems import LiveSystems
from integration.forms.mapping.fields import describe
from integration.mappings.build_rule import problem_of, translated_pairs
from integration.mappings.compatibility import constant_problem, types_differ, unwritable
from integration.models import FieldMapping, TableMapping
from integration.sync.rules import Direction
from integration.systems.values import Field, Side
from integration.systems.wording import field_name


class NewFieldForm(forms.ModelForm):
    """A new pair, picked from what both tables have right now. It begins disabled."""

    class Meta:
        model = FieldMapping
        fields = ["erp_field", "crm_field", "direction", "constant"]

    transformed = forms.BooleanField(label="Transformation rules make it fit", required=False)

    def __init__(self, *args: Any, mapping: TableMapping, live: LiveSystems, **kwargs: Any) -> None:
        kwargs["instance"] = FieldMapping(mapping=mapping, user_defined=True, is_enabled=False)
        super().__init__(*args, **kwargs)
        self.pairs, self.mapping = translated_pairs(mapping), mapping
        self.tables = {
            Side.ERP: live.table(Side.ERP, mapping.erp_table),
            Side.CRM: live.table(Side.CRM, mapping.crm_table),
        }
        for name, side in (("erp_field", Side.ERP), ("crm_field", Side.CRM)):
            label = self.fields[name].label
            self.fields[name] = forms.ChoiceField(choices=self._choices(side), required=False, label=label)
        for field in self.fields.values():
            field.widget.attrs["class"] = _look(field)

    @property
    def possible(self) -> bool:
        """Did both sides tell their fields?"""
        return None not in self.tables.values()

    def _choices(self, side: Side) -> list[tuple[str, str]]:
        table = self.tables[side]
        fields = sorted(table.fields.values(), key=lambda field: field_name(field).casefold()) if table else []
        return [("", "— constant —")] + [
            (field.name, f"{field_name(field)} · {field.name} · {describe(field)}") for field in fields
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        erp, crm = self._picked(Side.ERP, cleaned), self._picked(Side.CRM, cleaned)
        if self.mapping.fields.filter(erp_field=cleaned.get("erp_field"), crm_field=cleaned.get("crm_field")).exists():
            self.add_error("erp_field", "This pair is there already.")
        elif erp is not None and crm is not None and cleaned.get("direction"):
            reason = self._reason(erp, crm, Direction(cleaned["direction"]), bool(cleaned.get("transformed")))
            if reason:
                self.add_error("crm_field", reason)
        elif cleaned.get("constant"):
            self._check_constant(cleaned["constant"], erp, crm)
        return cleaned

    def _check_constant(self, text: str, erp: Field | None, crm: Field | None) -> None:
        """A constant fits the one field that is there, which can be written."""
        name, field = ("crm_field", crm) if crm is not None else ("erp_field", erp)
        wrong = constant_problem(text, field)
        if wrong:
            self.add_error("constant", wrong)
        elif field is not None and not field.insertable and not field.updatable:
            self.add_error(name, f"{field_name(field)} is read only.")

    def _reason(self, erp: Field, crm: Field, direction: Direction, transformed: bool) -> str | None:
        reason = unwritable(erp, crm, direction)
        if transformed:
            return reason or types_differ(erp, crm, direction, direction.passes)
        return reason or problem_of(erp, crm, direction, self.mapping.crm_table, self.pairs)

    def _picked(self, side: Side, cleaned: dict[str, Any]) -> Field | None:
        table = self.tables[side]
        return table.fields.get(cleaned.get(f"{side}_field") or "") if table else None


def _look(field: forms.Field) -> str:
    if isinstance(field, forms.BooleanField):
        return "form-check-input d-block"
    return "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
