"""One transformation rule: its direction and the parameters of its kind, checked where they were typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet

from integration.connection.live_systems import LiveSystems
from integration.forms.versioned import Stored, VersionedInputs, shown
from integration.mappings.compatibility import types_differ
from integration.models import FieldMapping, FieldTransformation, TableMapping
from integration.models.mapping.choices import DIRECTIONS
from integration.models.mapping.field_mapping import FIRST_WINS
from integration.sync.record.preview_value import Preview, preview_value
from integration.sync.rules import Direction
from integration.sync.transformations import Parameter, kind_of
from integration.systems.values import FieldType, Side
from integration.systems.wording import record_name

WAYS = DIRECTIONS[:2]


class OfSteps(VersionedInputs):
    """What every form over the steps of one field mapping shows: all of them, in their order. One step says little
    without the others, and a removed one must not come back by being saved."""

    field: FieldMapping

    def rows(self) -> Sequence[QuerySet[Any]]:
        return [TableMapping.objects.filter(pk=self.field.mapping_id), FieldMapping.objects.filter(pk=self.field.pk)]

    def stored(self) -> Stored:
        field = FieldMapping.objects.get(pk=self.field.pk)
        values = {f"rule {place}": _in_words(step) for place, step in enumerate(field.transformations.all(), 1)}
        return Stored({**values, **shown(field, ["direction", "first_wins"])})


def _in_words(step: FieldTransformation) -> str:
    given = ", ".join(f"{label}: {value}" for label, value in step.summary)
    return f"{step}, {step.get_direction_display()}" + (f", {given}" if given else "")


class StepsForm(OfSteps, forms.Form):
    """The buttons beside the steps of one field mapping: one place up or down, or away."""

    def __init__(
        self, *args: Any, field: FieldMapping, step: FieldTransformation | None = None, action: str = ""
    ) -> None:
        super().__init__(*args)
        self.field, self.step, self.action = field, step, action
        self.begin(self.stored())

    def rows(self) -> Sequence[QuerySet[Any]]:
        own = [FieldTransformation.objects.filter(pk=self.step.pk)] if self.step else []
        return [*super().rows(), *own]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        question = self.field.unanswered()
        if question:
            self.add_error(None, question)
        return cleaned

    def repeats(self) -> bool:
        """A place further up is never where it was meant to go."""
        return False

    def store(self) -> None:
        if self.step is None:
            return
        acts: dict[str, Callable[[], object]] = {"remove": self.step.delete}
        acts |= {"up": partial(self.step.move, up=True), "down": partial(self.step.move, up=False)}
        if acts[self.action]():
            self.field.retransform()


class WinnerForm(OfSteps, forms.Form):
    """Who wins for the pairs that are coupled already, when the field or its steps change."""

    first_wins = forms.ChoiceField(choices=FIRST_WINS, required=False)

    def __init__(self, *args: Any, field: FieldMapping) -> None:
        super().__init__(*args)
        self.field = field
        self.fields["first_wins"].initial = field.first_wins
        self.begin(self.stored())

    def store(self) -> None:
        self.field.choose_winner(self.cleaned_data["first_wins"])


class StepForm(OfSteps, forms.ModelForm):
    """A new or a stored step of a known kind."""

    class Meta:
        model = FieldTransformation
        fields = ["direction"]
        help_texts = {"direction": "Both ways: undone on the way back where that is possible, else done again."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.field = self.instance.field
        self.begin(self.stored())
        self.kind = kind_of(self.instance.kind)
        for parameter in self.kind.parameters:
            self.fields[parameter.name] = _input(parameter, self.instance.parameters.get(parameter.name))
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # The step itself says which of them cannot work, by their names.
        self.instance.parameters = {one.name: cleaned.get(one.name) or "" for one in self.kind.parameters}
        question = self.instance.field.unanswered()
        if question:
            self.add_error(None, question)
        return cleaned

    def rows(self) -> Sequence[QuerySet[Any]]:
        own = [FieldTransformation.objects.filter(pk=self.instance.pk)] if self.instance.pk else []
        return [*super().rows(), *own]

    def repeats(self) -> bool:
        """A new step is one more each time."""
        return self.instance.pk is not None and super().repeats()

    def store(self) -> None:
        if not self.repeats():
            self.save()
            self.field.retransform()


def _input(parameter: Parameter, value: object) -> forms.Field:
    shown: dict[str, Any] = {"label": parameter.label, "help_text": parameter.help, "required": False}
    shown["initial"] = parameter.default if value is None else value
    if parameter.choices:
        return forms.ChoiceField(choices=parameter.choices, **shown)
    widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}) if parameter.lines else forms.TextInput()
    return forms.CharField(widget=widget, strip=False, **shown)


class PreviewForm(forms.Form):
    """Try a field mapping on a value that was typed, or on one real record."""

    way = forms.ChoiceField(label="Direction", choices=WAYS)
    value = forms.CharField(label="Value", required=False, strip=False)
    record = forms.CharField(label="or a record", required=False)

    def __init__(self, posted: Any, *, field: FieldMapping, live: LiveSystems) -> None:
        super().__init__(posted or None)
        self.field, self.live = field, live
        self.fields["record"].widget.attrs["placeholder"] = "Number, or how its name begins"
        for one in self.fields.values():
            one.widget.attrs["class"] = "form-select" if isinstance(one, forms.ChoiceField) else "form-control"

    def preview(self) -> tuple[str, Preview | None]:
        """(what it was tried on or why it was not, what came of it)"""
        if not self.is_bound or not self.is_valid():
            return "", None
        direction, mapping = Direction(self.cleaned_data["way"]), self.field.mapping
        table = self.live.table(direction.source, mapping.table(direction.source))
        other = self.live.table(direction.destination, mapping.table(direction.destination))
        source = table.fields.get(self.field.field(direction.source)) if table else None
        destination = other.fields.get(self.field.field(direction.destination)) if other else None
        if table is None or source is None or destination is None:
            return "The columns of both sides are needed to try this; one of them did not tell.", None
        steps = [one.step for one in self.field.transformations.all()]
        if not self.cleaned_data["record"]:
            return "", preview_value(steps, direction, self._typed(source.type), source, destination)
        record = self.live.first(direction.source, table.name, self.cleaned_data["record"])
        if record is None:
            return f"No record is called “{self.cleaned_data['record']}”.", None
        return record_name(table, record), preview_value(
            steps, direction, record.values.get(source.name), source, destination
        )

    def _typed(self, kind: FieldType) -> str:
        text: str = self.cleaned_data["value"]
        return text.strip().upper() if kind is FieldType.CODE else text


def rules_problem(field: FieldMapping, live: LiveSystems) -> str:
    """Why the pair cannot have transformation rules, or can no longer go its way with those it has; blank: it can."""
    mapping = field.mapping
    erp, crm = live.table(Side.ERP, mapping.erp_table), live.table(Side.CRM, mapping.crm_table)
    if not (field.erp_field and field.crm_field):
        return "A constant has nothing to transform."
    if erp is None or crm is None:
        return ""
    left, right = erp.fields.get(field.erp_field), crm.fields.get(field.crm_field)
    if left is None or right is None:
        return ""
    steps = [one.step for one in field.transformations.all()]
    direction = Direction(field.direction)
    transformed = {one for one in direction.passes if any(step.direction.includes(one) for step in steps)}
    return types_differ(left, right, direction, transformed) or ""
