"""The form of one integration table mapping: filters checked against both systems as they are now."""

from __future__ import annotations

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Fieldset, Layout
from django import forms

from integration.connection.live_systems import Count, LiveSystems
from integration.forms.versioned import VersionedForm
from integration.models import TableMapping
from integration.models.mapping.table_mapping import RULE_COLUMNS
from integration.systems.filters import FilterError, parse
from integration.systems.values import Side

FILTER_HELP = "Such as: city = London and not (name contains test). Blank for all rows."
LIVE_COUNTS = '{% include "integration/_mapping_live.html" %}'
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
        widgets = {
            name: forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}) for name in ("erp_filter", "crm_filter")
        }
        help_texts = {
            "erp_filter": FILTER_HELP,
            "crm_filter": FILTER_HELP,
            "only_coupled": "Uncoupled rows are left alone. Off: a run also creates the records that are missing.",
            "conflict": "What wins when both sides changed the same field.",
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
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "seen",
            Fieldset("Filters", "erp_filter", "crm_filter", HTML(LIVE_COUNTS), css_class="mb-4"),
            Fieldset("Direction", "direction", "only_coupled", css_class="mb-4"),
            Fieldset("Conflicts", "conflict", "deletion", css_class="mb-4"),
            Fieldset("A run stops for approval beyond", *LIMITS, css_class="mb-4"),
            Fieldset("Order", "dependencies"),
        )

    def clean_erp_filter(self) -> str:
        return self._checked(Side.ERP, self.instance.erp_table, self.cleaned_data["erp_filter"])

    def clean_crm_filter(self) -> str:
        return self._checked(Side.CRM, self.instance.crm_table, self.cleaned_data["crm_filter"])

    def counts(self) -> list[Count]:
        """How many rows match the filters as typed, on each side."""
        return counts_of(self.live, self.instance, self["erp_filter"].value() or "", self["crm_filter"].value() or "")

    def save(self, commit: bool = True) -> TableMapping:
        mapping: TableMapping = super().save(commit)
        mapping.settings_changed(self.before)
        return mapping

    def _checked(self, side: Side, table_name: str, text: str) -> str:
        table = self.live.table(side, table_name) if text.strip() else None
        try:
            parse(text, table)
        except FilterError as error:
            raise forms.ValidationError(str(error)) from error
        return text.strip()


def counts_of(live: LiveSystems, mapping: TableMapping, erp_filter: str, crm_filter: str) -> list[Count]:
    """How many rows match these filters, Business Central first."""
    return [
        live.count(Side.ERP, mapping.erp_table, erp_filter),
        live.count(Side.CRM, mapping.crm_table, crm_filter),
    ]
