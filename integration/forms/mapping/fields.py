"""The forms of the Integration Field Mappings page: all pairs of one mapping at once."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from integration.connection.live_systems import LiveSystems
from integration.forms.lines import aligned
from integration.forms.versioned import Stored, VersionedSet, shown
from integration.mappings.build_rule import problem_of, translated_pairs
from integration.mappings.compatibility import constant_problem
from integration.models import FieldMapping, TableMapping
from integration.models.mapping.choices import DIRECTIONS
from integration.pages.runs.captions import Captions
from integration.pages.runs.nouns import noun
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction
from integration.systems.values import Field, FieldType, Side
from integration.systems.wording import field_name

EDITABLE = [
    "is_enabled",
    "direction",
    "constant",
    "validate",
    "not_null",
    "clear_on_failed",
    "match_priority",
    "case_sensitive",
    "first_wins",
]
RULE_COLUMNS = {"is_enabled", "direction", "constant"}
NOT_NULL_TYPES = (FieldType.UUID, FieldType.REFERENCE)


def describe(field: Field | None) -> str:
    """ "Text, 100", "Reference to salesperson": what a picker says about a field."""
    if field is None:
        return ""
    kind = field.type.value.capitalize()
    if field.type is FieldType.REFERENCE:
        return f"{kind} to {' or '.join(map(noun, field.targets))}" if field.targets else kind
    size = field.max_length if field.type.textual else field.scale
    return f"{kind}, {size}" if size is not None else kind


class FieldMappingForm(forms.ModelForm):
    """One line. The fields themselves are fixed; whether and how they are carried is not."""

    class Meta:
        model = FieldMapping
        fields = EDITABLE

    def __init__(
        self,
        *args: Any,
        live: LiveSystems,
        captions: Captions,
        pairs: list[tuple[str, str]],
        coupled: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        mapping = self.instance.mapping
        self.pairs = pairs
        self.begins_anew = False
        self.asks = bool(coupled and self.instance.erp_field and self.instance.crm_field)
        self.erp = _field(live, Side.ERP, mapping.erp_table, self.instance.erp_field)
        self.crm = _field(live, Side.CRM, mapping.crm_table, self.instance.crm_field)
        self.erp_type, self.crm_type = describe(self.erp), describe(self.crm)
        self.erp_label = _label(captions, mapping, Side.ERP, self.erp, self.instance.erp_field)
        self.crm_label = _label(captions, mapping, Side.CRM, self.crm, self.instance.crm_field)
        self.missing = self._missing(live)
        self._follow_mapping()
        if self.instance.erp_field and self.instance.crm_field:
            self.fields["constant"].disabled = True
        else:
            self.fields["match_priority"].disabled = True
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{field.label} of {self.called}"
            field.widget.attrs["class"] = "form-check-input" if name in _SWITCHES else _look(field)
        self.fields["match_priority"].widget.attrs["class"] += " few-digits"

    @property
    def called(self) -> str:
        """Both fields as people call them: "E-Mail – Primary Email", "Type – constant “Person”"."""
        constant = f"constant “{self.instance.constant}”"
        return " – ".join(label or constant for label in (self.erp_label, self.crm_label))

    def _follow_mapping(self) -> None:
        """Under a mapping that goes one way, a line shows that way; its own direction is kept for the day the mapping
        goes both ways again. A line of the other way says that it is not carried, and can be turned."""
        mapping, own = self.instance.mapping, self.instance.direction
        if mapping.direction == Direction.BOTH:
            return
        offered = [(mapping.direction, mapping.get_direction_display())]
        if self.instance.effective_direction is None:
            offered = [(own, self.instance.way), *offered]
        else:
            self.initial["direction"] = mapping.direction
        cast(forms.ChoiceField, self.fields["direction"]).choices = offered

    def clean_direction(self) -> str:
        chosen: str = self.cleaned_data["direction"]
        return chosen if "direction" in self.changed_data else self.instance.direction

    def _missing(self, live: LiveSystems) -> str:
        """The name of a mapped field that its table, which did answer, does not have."""
        mapping = self.instance.mapping
        for side, table, name, field in (
            (Side.ERP, mapping.erp_table, self.instance.erp_field, self.erp),
            (Side.CRM, mapping.crm_table, self.instance.crm_field, self.crm),
        ):
            if name and field is None and live.table(side, table) is not None:
                return name
        return ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("not_null") and "not_null" in self.changed_data and not self._is_id():
            self.add_error("not_null", "Not Null is for id and lookup columns only.")
        wrong = constant_problem(cleaned["constant"], self.crm or self.erp) if cleaned.get("constant") else ""
        if wrong:
            self.add_error("constant", wrong)
        direction = Direction(cleaned.get("direction") or self.instance.direction)
        if cleaned.get("is_enabled") and RULE_COLUMNS & set(self.changed_data):
            self._check_pair(direction)
            self.begins_anew = "is_enabled" in self.changed_data or direction is Direction.BOTH
            if self.begins_anew:
                self._ask_who_wins(direction, cleaned.get("first_wins") or "")
        return cleaned

    def _ask_who_wins(self, direction: Direction, first_wins: str) -> None:
        asked = copy(self.instance)
        asked.is_enabled, asked.direction, asked.first_wins = True, direction.value, first_wins
        question = asked.unanswered()
        if question:
            self.add_error("first_wins", question)

    def _is_id(self) -> bool:
        return self.crm is not None and self.crm.type in NOT_NULL_TYPES

    def _check_pair(self, direction: Direction) -> None:
        if self.missing:
            self.add_error("is_enabled", f"The field “{self.missing}” is not there.")
            return
        steps = [one.step for one in self.instance.transformations.all()]
        reason = problem_of(self.erp, self.crm, direction, self.instance.mapping.crm_table, self.pairs, steps)
        if reason:
            self.add_error("direction", reason)


def _look(field: forms.Field) -> str:
    return (
        "form-select form-select-sm w-auto" if isinstance(field, forms.ChoiceField) else "form-control form-control-sm"
    )


_SWITCHES = {"is_enabled", "validate", "not_null", "clear_on_failed", "case_sensitive", "DELETE"}


class FieldMappingFormSet(VersionedSet, forms.BaseModelFormSet):
    """All lines of a mapping; saved together, or not at all."""

    mapping: TableMapping

    def rows(self) -> Sequence[QuerySet[Any]]:
        return [TableMapping.objects.filter(pk=self.mapping.pk)]

    def stored(self) -> Stored:
        """Every line, and which way the mapping goes: that decides which way the lines do."""
        values = {"direction of the mapping": TableMapping.objects.get(pk=self.mapping.pk).get_direction_display()}
        for row in self.mapping.fields.prefetch_related("transformations"):
            values |= {f"{row.pair}, {label}": value for label, value in shown(row, EDITABLE).items()}
        return Stored(values, self._called)

    def _called(self, caption: str) -> str:
        """What ``stored`` calls a value, with the captions of both fields."""
        pair, _, label = caption.rpartition(", ")
        return next((f"{form.called}, {label}" for form in self.forms if form.instance.pair == pair), caption)

    def clean(self) -> None:
        super().clean()
        if any(form.errors for form in self.forms):
            return
        kept = [form for form in self.forms if not form.cleaned_data.get("DELETE")]
        carried = [Direction(f.cleaned_data["direction"]) for f in kept if f.cleaned_data.get("is_enabled")]
        for one in Direction(self.mapping.direction).passes:
            if not any(direction.includes(one) for direction in carried):
                raise forms.ValidationError(
                    f"The mapping goes {dict(DIRECTIONS)[one.value]}, but no enabled field would carry that."
                )

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        """Only a person's own pairs can be removed; the standard ones are switched off."""
        super().add_fields(form, index)
        form.fields["DELETE"].widget.attrs["class"] = "form-check-input"
        form.fields["DELETE"].disabled = not form.instance.user_defined

    def store(self) -> None:
        """A change of what is carried asks for a full run."""
        self.save()
        for form in cast(list[FieldMappingForm], self.forms):
            if form.begins_anew and form not in self.deleted_forms:
                form.instance.begin_anew()
        if self.deleted_forms or any(RULE_COLUMNS & set(form.changed_data) for form in self.forms):
            self.mapping.require_full_run(look_again=True)
        self.mapping.save(update_fields=["changed_at"])


def field_formset(mapping: TableMapping, live: LiveSystems, posted: Any = None) -> FieldMappingFormSet:
    """The lines of a mapping as a bound or unbound formset."""
    maker = forms.modelformset_factory(
        FieldMapping, form=FieldMappingForm, formset=FieldMappingFormSet, extra=0, can_delete=True
    )
    rows = mapping.fields.select_related("mapping").prefetch_related("transformations")
    coupled = mapping.couplings.filter(state=State.COUPLED.value).count()
    given = {"live": live, "captions": Captions(), "pairs": translated_pairs(mapping), "coupled": coupled}
    sent = posted and aligned(posted, "form", list(rows), EDITABLE)
    formset: Any = maker(sent, queryset=rows, form_kwargs=given)
    formset.mapping = mapping
    formset.begin()
    return cast(FieldMappingFormSet, formset)


def _field(live: LiveSystems, side: Side, table_name: str, name: str) -> Field | None:
    table = live.table(side, table_name) if name else None
    return table.fields.get(name) if table else None


def _label(captions: Captions, mapping: TableMapping, side: Side, field: Field | None, name: str) -> str:
    """What people call a mapped field, also while its system does not answer; blank where there is none."""
    if field is not None:
        return field_name(field)
    return captions.of_field(mapping, side, name) if name else ""
