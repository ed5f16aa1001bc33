"""The form of one integration table mapping: filters checked against both systems as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Fieldset, Layout
from django import forms

from integration.connection.live_systems import Count, LiveSystems
from integration.forms.mapping.filter_builder import ADD, FilterBuilder
from integration.forms.versioned import Stored, VersionedForm
from integration.models import TableMapping
from integration.models.mapping.table_mapping import RULE_COLUMNS
from integration.pages.lists.address import Asked
from integration.pages.mapping_words import MappingsInWords, captions_of
from integration.systems.filters import FilterError, parse
from integration.systems.values import Side

FILTER_HELP = (
    "This is what is stored; the conditions above are read from it. Such as: city = London and not (name contains "
    "test). Blank for all rows."
)
FILTERS = {Side.ERP: "erp_filter", Side.CRM: "crm_filter"}
CONDITIONS = '{% include "integration/_mapping_filters.html" %}'
NOT_COMPLETE = "A condition that is being added is not complete."
LIMITS = ("changed_percent", "changed_at_least", "blanked")


class MappingForm(VersionedForm):
    """``live`` are asked for tables and counts; a side that does not answer leaves its filter checked by form only."""

    dependencies = forms.MultipleChoiceField(
        label="Depends on",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="A full synchronization finishes these first.",
    )

    class Meta:
        model = TableMapping
        fields = (
            "direction", "only_coupled", "erp_filter", "crm_filter", "conflict", "deletion", "dependencies", *LIMITS,
        )  # fmt: skip
        widgets = {name: forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}) for name in FILTERS.values()}
        help_texts = {
            "erp_filter": FILTER_HELP,
            "crm_filter": FILTER_HELP,
            "only_coupled": "Uncoupled rows are left alone. Off: a run also creates the records that are missing.",
            "conflict": "What wins when both sides changed the same field, or never agreed on it.",
            "deletion": "What happens when one of two coupled records is gone.",
            "changed_percent": "Of the coupled records that were synchronized before, by one run.",
            "changed_at_least": "So many may always change.",
            "blanked": "Fields that hold something and would be emptied by one run.",
        }

    def __init__(self, *args: Any, live: LiveSystems, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.live = live
        self.before = {name: getattr(self.instance, name) for name in RULE_COLUMNS}
        others = TableMapping.objects.exclude(pk=self.instance.pk).values_list("name", flat=True)
        offered = [*others, *(name for name in self.instance.dependencies if name not in set(others))]
        cast(forms.MultipleChoiceField, self.fields["dependencies"]).choices = [(name, name) for name in offered]
        self.filters = builders_of(self.instance, live, self.data)
        for one in self.filters:
            one.bound = self[one.name]
        self.is_building, self.is_complete = False, True
        if self.is_bound:
            self._build()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "seen",
            Fieldset("Filters", HTML(CONDITIONS), css_id="filters", css_class="mb-4"),
            Fieldset("Direction", "direction", "only_coupled", css_class="mb-4"),
            Fieldset("Conflicts", "conflict", "deletion", css_class="mb-4"),
            Fieldset("A run stops for approval beyond", *LIMITS, css_class="mb-4"),
            Fieldset("Order", "dependencies"),
        )

    def clean_erp_filter(self) -> str:
        return self._checked(Side.ERP, self.instance.erp_table, self.cleaned_data["erp_filter"])

    def clean_crm_filter(self) -> str:
        return self._checked(Side.CRM, self.instance.crm_table, self.cleaned_data["crm_filter"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.is_complete:
            self.add_error(None, NOT_COMPLETE)
        return cleaned

    def stored_of(self, row: TableMapping) -> Stored:
        """Filters as they are stored; told in words."""
        return replace(super().stored_of(row), worded=self._worded)

    def _worded(self, label: str, value: str) -> str:
        return MappingsInWords.one(self.instance, self.live).value(self.instance, label, value)

    def counts(self) -> list[Count]:
        """How many rows match the filters as they stand on the page, on each side."""
        return counts_of(self.live, self.instance, self.filters)

    def save(self, commit: bool = True) -> TableMapping:
        mapping: TableMapping = super().save(commit)
        mapping.settings_changed(self.before)
        return mapping

    def _build(self) -> None:
        """What was pressed among the conditions; else, but for a mere count, the rows that are being added count too.
        Enter adds where a row is open, and saves where none is."""
        verb, _, rest = self.data.get("build", "").partition(":")
        name, _, text = rest.partition(":")
        pressed = {one.name: (verb, text) for one in self.filters if one.name == name}
        if "enter" in self.data:
            pressed = {one.name: (ADD, "") for one in self.filters if one.is_adding}
        self.is_building = bool(pressed)
        for one in self.filters:
            if one.name in pressed:
                one.press(*pressed[one.name])
            elif not self.is_building and "count" not in self.data and not one.finish():
                self.is_complete = False
            self.retype(one.name, one.text)

    def _checked(self, side: Side, table_name: str, text: str) -> str:
        table = self.live.table(side, table_name) if text.strip() else None
        try:
            parse(text, table)
        except FilterError as error:
            raise forms.ValidationError(str(error)) from error
        return text.strip()


def builders_of(mapping: TableMapping, live: LiveSystems, sent: Asked) -> list[FilterBuilder]:
    """Both filters of a mapping, Business Central's first: as they were sent, else as they are stored."""
    captions, found = captions_of(mapping, live), []
    for side, name in FILTERS.items():
        table = live.table(side, mapping.table(side))
        called = partial(captions.of_field, mapping, side)
        found.append(FilterBuilder(name, sent.get(name, mapping.filter(side)), table, sent, called))
        found[-1].noun = captions.table(side, mapping.table(side))
    return found


def counts_of(live: LiveSystems, mapping: TableMapping, filters: Sequence[FilterBuilder]) -> list[Count]:
    """How many rows match these filters, with the conditions that are being added."""
    return [
        Count(side, one.noun, problem=one.refusal)
        if one.refusal
        else live.count(side, mapping.table(side), one.counted)
        for side, one in zip(FILTERS, filters, strict=True)
    ]
