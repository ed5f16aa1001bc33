"""Configuration templates: their values, checked as a new record would take them, and which mapping uses which."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from integration.connection.live_systems import NAMES, LiveSystems
from integration.forms.lines import aligned
from integration.forms.mapping.fields import describe
from integration.forms.versioned import Stored, VersionedSet
from integration.mappings.templates import template_value
from integration.models import RecordTemplate, TableMapping, TemplateUse
from integration.models.stored.audit import AuditEntry, record
from integration.pages.mapping_words import EVERY_RECORD, captions_of
from integration.pages.runs.captions import Captions
from integration.pages.template_words import TemplatesInWords
from integration.systems.errors import InvalidValue
from integration.systems.filters import FilterError, parse
from integration.systems.values import FieldType, Side, Table, Value
from integration.systems.wording import field_name


class NewTemplateForm(forms.ModelForm):
    """Name and table. ``place`` is side and table in one choice, so that one question is enough."""

    place = forms.ChoiceField(label="For new records of")

    class Meta:
        model = RecordTemplate
        fields = ["name"]

    def __init__(self, *args: Any, live: LiveSystems, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [
            (NAMES[side], [(f"{side}:{name}", f"{label} · {name}") for name, label in live.tables(side)])
            for side in (Side.ERP, Side.CRM)
        ]
        cast(forms.ChoiceField, self.fields["place"]).choices = [("", "—"), *groups]
        self.fields["name"].widget.attrs["class"] = "form-control"
        self.fields["place"].widget.attrs["class"] = "form-select"

    def save(self, commit: bool = True) -> RecordTemplate:
        self.instance.side, _, self.instance.table = self.cleaned_data["place"].partition(":")
        template: RecordTemplate = super().save(commit)
        return template


class ValueForm(forms.Form):
    """One column and its value."""

    field = forms.ChoiceField(required=False)
    value = forms.CharField(max_length=250, required=False)

    def __init__(self, *args: Any, table: Table | None, side: Side, live: LiveSystems, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table, self.side, self.live = table, side, live
        cast(forms.ChoiceField, self.fields["field"]).choices = _columns(table, self.initial.get("field", ""))
        self.fields["field"].widget.attrs |= {"class": "form-select", "aria-label": f"Field, line {self.prefix}"}
        self.fields["value"].widget.attrs |= {"class": "form-control", "aria-label": f"Value, line {self.prefix}"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        name, text = cleaned.get("field") or "", cleaned.get("value") or ""
        if bool(name) != bool(text):
            self.add_error("value" if name else "field", "A field and its value belong together.")
        elif name and self.table is not None:
            try:
                self._check(name, template_value(self.table, self.side, name, text))
            except InvalidValue as error:
                self.add_error("value", str(error))
        return cleaned

    def _check(self, name: str, value: Value) -> None:
        """A code that stands for another record must be there."""
        column = self.table.fields[name] if self.table else None
        if column is None or column.type is not FieldType.REFERENCE or not isinstance(value, str):
            return
        for target in column.targets:
            table = self.live.table(self.side, target)
            record = self.live.first(self.side, target, value)
            if table is None:
                return
            if record is not None and str(record.values.get(table.number_field)).upper() == value.upper():
                return
        self.add_error("value", f"There is no {field_name(column)} “{value}”.")


class ValueFormSet(VersionedSet, forms.BaseFormSet):
    """The values of a template; a blank line is none, a line that is blanked goes."""

    template: RecordTemplate

    def rows(self) -> Sequence[QuerySet[Any]]:
        return [RecordTemplate.objects.filter(pk=self.template.pk)]

    def stored(self) -> Stored:
        called = partial(TemplatesInWords([self.template]).field, self.template)
        return Stored(dict(self.template.values.values_list("field", "value")), called)

    def clean(self) -> None:
        super().clean()
        names = [form.cleaned_data.get("field") for form in self.forms if getattr(form, "cleaned_data", None)]
        twice = next((name for name in names if name and names.count(name) > 1), "")
        if twice:
            raise forms.ValidationError(f"“{self.now.called(twice)}” is there twice.")

    def store(self) -> None:
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data.get("field")]
        self.template.values.all().delete()
        for one in kept:
            self.template.values.create(field=one["field"], value=one["value"])
        self.template.save(update_fields=["changed_at"])
        before, after = self.now.values, self.stored().values
        if after != before:
            record(AuditEntry.Action.CHANGED, "configuration template", self.template, before, after)
            for use in self.template.uses.select_related("mapping"):
                use.mapping.count_revision()  # a run that is under way begins again with the new values


def value_formset(template: RecordTemplate, live: LiveSystems, posted: Any = None) -> ValueFormSet:
    """The values of a template with some lines to add more."""
    side = Side(template.side)
    maker = forms.formset_factory(ValueForm, formset=ValueFormSet, extra=4)
    given = {"table": live.table(side, template.table), "side": side, "live": live}
    initial = list(template.values.values("field", "value"))
    formset: Any = maker(posted, initial=initial, prefix="value", form_kwargs=given)
    formset.template = template
    formset.begin()
    return cast(ValueFormSet, formset)


class UseForm(forms.ModelForm):
    """A template of a mapping with its priority and condition."""

    class Meta:
        model = TemplateUse
        fields = ["template", "priority", "condition"]
        widgets = {"condition": forms.Textarea(attrs={"rows": 1, "spellcheck": "false"})}

    def __init__(self, *args: Any, mapping: TableMapping, live: LiveSystems, captions: Captions, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.mapping, self.live, self.captions = mapping, live, captions
        ours = RecordTemplate.objects.filter(side=Side.ERP, table=mapping.erp_table)
        theirs = RecordTemplate.objects.filter(side=Side.CRM, table=mapping.crm_table)
        cast(forms.ModelChoiceField, self.fields["template"]).queryset = ours | theirs
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-select" if name == "template" else "form-control"
            field.widget.attrs["aria-label"] = f"{field.label}, line {self.prefix}"

    @property
    def words(self) -> str:
        """The condition as people say it; blank where there is none, or one that cannot be read."""
        if self.instance.template_id is None or self.errors:
            return ""
        use = self.instance
        return _condition_in_words(self.captions, use.mapping, use.template, use.condition)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        template = cleaned.get("template")
        if template is not None:
            try:
                parse(cleaned.get("condition") or "", self._source(template))
            except FilterError as error:
                self.add_error("condition", str(error))
        return cleaned

    def _source(self, template: RecordTemplate) -> Table | None:
        """The table of the records that a record of this template is made from."""
        side = Side(template.side).other
        return self.live.table(side, self.instance.mapping.table(side))


class UseFormSet(VersionedSet, forms.BaseModelFormSet):
    """All templates of a mapping, each of them once; saved together, or not at all."""

    mapping: TableMapping
    captions: Captions

    def rows(self) -> Sequence[QuerySet[Any]]:
        return [TableMapping.objects.filter(pk=self.mapping.pk)]

    def stored(self) -> Stored:
        uses = self.mapping.templates.select_related("template")
        return Stored({str(one.template): _use(one.priority, one.condition) for one in uses}, worded=self._worded)

    def _worded(self, name: str, value: str) -> str:
        """What ``stored`` says of a use, with its condition in words."""
        priority, _, condition = value.partition(", ")
        template = RecordTemplate.objects.filter(name=name).first()
        if template is None or condition == EVERY_RECORD:
            return value
        return _use(priority, _condition_in_words(self.captions, self.mapping, template, condition))

    def clean(self) -> None:
        super().clean()
        kept = [form.cleaned_data for form in self.forms if not form.errors and not form.cleaned_data.get("DELETE")]
        chosen = [one["template"] for one in kept if one.get("template") is not None]
        twice = next((template for template in chosen if chosen.count(template) > 1), None)
        if twice is not None:
            raise forms.ValidationError(f"“{twice}” is there twice. Join the conditions with “or”.")

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].widget.attrs["class"] = "form-check-input"

    def store(self) -> None:
        """A run that is under way begins again with these templates."""
        self.save()
        if self.has_changed():
            self.mapping.count_revision()


def use_formset(mapping: TableMapping, live: LiveSystems, posted: Any = None) -> UseFormSet:
    """The templates of a mapping with two lines to add more."""
    maker = forms.modelformset_factory(TemplateUse, form=UseForm, formset=UseFormSet, extra=2, can_delete=True)
    rows = mapping.templates.select_related("template")
    sent = posted and aligned(posted, "use", list(rows), UseForm.Meta.fields)
    captions = captions_of(mapping, live)
    given = {"mapping": mapping, "live": live, "captions": captions}
    formset: Any = maker(sent, queryset=rows, prefix="use", form_kwargs=given)
    formset.mapping, formset.captions = mapping, captions
    formset.begin()
    return cast(UseFormSet, formset)


def _use(priority: object, condition: str) -> str:
    return f"{priority}, {condition or EVERY_RECORD}"


def _condition_in_words(captions: Captions, mapping: TableMapping, template: RecordTemplate, text: str) -> str:
    """What a record of the other side than the template's must meet; blank for every one."""
    return captions.filter(mapping, Side(template.side).other, text)


def _columns(table: Table | None, stored: str) -> list[tuple[str, str]]:
    fields = (
        [one for one in table.fields.values() if one.insertable and one.type is not FieldType.TABLE] if table else []
    )
    fields.sort(key=lambda one: field_name(one).casefold())
    choices = [(one.name, f"{field_name(one)} · {one.name} · {describe(one)}") for one in fields]
    offered = {name for name, _ in choices}
    return [("", "—"), *choices, *([(stored, stored)] if stored and stored not in offered else [])]
