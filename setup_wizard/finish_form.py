"""The last step of the guide as a form: what pressing Finish does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from integration.forms.versioned import Stored, VersionedInputs, shown
from integration.models import ConnectionSetup
from integration.systems.values import Side
from setup_wizard.forms import SWITCHES, ChoicesStepForm, ConnectionStepForm
from setup_wizard.models import Guide, in_words


class FinishForm(VersionedInputs, forms.Form):
    """What pressing Finish does: it puts in place what the steps before have shown, so these must not have changed."""

    enable = forms.BooleanField(required=False, initial=True, label="Enable the connection to Dynamics 365 Sales")
    run_full = forms.BooleanField(
        required=False,
        initial=True,
        label="Run full synchronization",
        help_text="It starts at once, and its review page shows how far it is.",
    )
    dry_run = forms.BooleanField(
        required=False,
        label="Make a dry run first",
        help_text="Nothing is written yet: it shows for every record what the full synchronization would change on "
        "either side, and offers to carry that out.",
    )
    create_unmatched = forms.BooleanField(
        required=False,
        label="Create the records that have no match",
        help_text="Where both sides hold records already, those that match are coupled first. The others are created "
        "on the other side; without this they wait under Synch. Errors until somebody decides.",
    )

    winner = forms.ChoiceField(
        required=False,
        choices=[
            ("", "Nobody's: each such field becomes a conflict for a person"),
            ("erp", "Business Central's"),
            ("crm", "Dynamics 365 Sales'"),
        ],
        label="Where both records of a matched pair hold something different, these values win",
        help_text="Blank fields are filled in any case. A dry run shows first which fields would change on each side.",
    )

    def __init__(self, *args: Any, enabled: bool, tries_out: bool, **kwargs: Any) -> None:
        """``tries_out``: at the local sandbox no record is anybody's, so the answers that lead to a whole company
        without errors are given already."""
        super().__init__(*args, **kwargs)
        self.begin(self.stored())
        self.fields["create_unmatched"].initial = tries_out
        self.fields["winner"].initial = Side.ERP.value if tries_out else ""
        if enabled:
            self.fields["enable"].disabled = True
            self.fields["enable"].help_text = "It is enabled. Connection Setup can disable it."
        self.helper = FormHelper()
        self.helper.form_tag = False

    def rows(self) -> Sequence[QuerySet[Any]]:
        return [Guide.objects.all(), ConnectionSetup.objects.all()]

    def stored(self) -> Stored:
        setup, guide = ConnectionSetup.current(), Guide.current()
        connection = shown(setup, ConnectionStepForm.Meta.fields)
        wishes = shown(guide, ChoicesStepForm.Meta.fields)
        return Stored({**connection, **shown(setup, SWITCHES), **wishes, **in_words(guide.tables)})

    def repeats(self) -> bool:
        return False

    @property
    def wishes(self) -> dict[str, Any]:
        """What was ticked and chosen, when the form is valid."""
        return {name: self.cleaned_data[name] for name in self.base_fields}

    def store(self) -> None:
        """``finish.finish`` does it: it asks Sales, and holds nobody up meanwhile."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (cleaned.get("run_full") or cleaned.get("dry_run")) and not cleaned.get("enable"):
            what = "A dry run" if cleaned.get("dry_run") else "A full synchronization"
            raise ValidationError(f"{what} needs the connection to be enabled.")
        return cleaned
