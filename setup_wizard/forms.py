"""One form for each step of the guide where something is entered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout
from django import forms
from django.db.models import QuerySet

from integration.connection.enabling import apply_switches
from integration.forms.connection import HELP, ConnectionForm
from integration.forms.secrets import SecretInputs, control_characters, secret_input
from integration.forms.versioned import Stored, VersionedForm, shown
from integration.models import ConnectionSetup, User
from integration.models.connection.moving import CLEARED
from integration.models.connection.sign_in import ON_PREMISES
from setup_wizard import tables
from setup_wizard.models import Guide, in_words

SWITCHES = ("dataverse_enabled", "sales_enabled", "odata_user")
URL_MISSING = "Enter the URL of Dynamics 365 Sales."


class ConnectionStepForm(ConnectionForm):
    """Where Sales is and how we sign in. ``complete``: Next was pressed, so nothing may be missing."""

    SECRETS: tuple[str, ...] = ("client_secret", "certificate", "password")
    odata_key = None  # type: ignore[assignment]
    odata_user = None  # type: ignore[assignment]
    order_user = None  # type: ignore[assignment]

    class Meta:
        model = ConnectionSetup
        fields = [
            "url",
            "authentication",
            "tenant",
            "client_id",
            "token_endpoint",
            "sign_in_user",
            "domain",
            "sdk_version",
        ]
        help_texts = HELP

    def __init__(self, *args: Any, complete: bool = False, **kwargs: Any) -> None:
        self.complete = complete
        super().__init__(*args, **kwargs)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.complete or self.errors:
            return
        self.take_secrets(self.instance)
        cleared = self.instance.drop_strange_secrets()
        missing = self.instance.missing()
        if "URL" in missing:
            self.add_error("url", URL_MISSING)
        others = [label for label in missing if label != "URL"]
        if others:
            strange = f" {CLEARED.format(', '.join(cleared))}" if cleared else ""
            self.add_error(None, f"Still missing: {', '.join(others)}.{strange}")

    def _layout(self) -> Layout:
        opened = " open" if self.chosen in ON_PREMISES else ""
        return Layout(
            "seen",
            "url",
            Field("authentication", data_shows=""),
            Fieldset("Application", "tenant", "client_id", *self.cloud_secrets(), css_class="mb-3"),
            HTML(
                f'<details class="mb-3"{opened}><summary class="h5">On premises, sandboxes and special clouds</summary>'
            ),
            "token_endpoint",
            "sign_in_user",
            "password",
            "domain",
            "sdk_version",
            HTML("</details>"),
        )


class ChoicesStepForm(SecretInputs, VersionedForm):
    """What is synchronized. The switches of the parts and what Sales asks item availability with stand in Connection
    Setup, the other wishes in the guide until Finish."""

    SECRETS: tuple[str, ...] = ("odata_key",)

    dataverse_enabled = forms.BooleanField(
        required=False,
        label="Enable CDS Connection",
        help_text="CDS (Common Data Service) is the former name of Dataverse, where Dynamics 365 Sales and other "
        "applications keep their records. Salespeople, customers, vendors, contacts and currencies belong to it.",
    )
    sales_enabled = forms.BooleanField(
        required=False,
        label="Enable Dynamics 365 Sales Connection",
        help_text="Items, resources, prices, opportunities, orders and invoices belong to it.",
    )
    odata_user = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("username"),
        required=False,
        label="OData Web Service Username",
        help_text="OData is how Sales asks this application over the web; this is the user in whose name it asks.",
    )
    odata_key = secret_input()

    class Meta:
        model = Guide
        fields = [
            "import_solution",
            "item_availability",
            "order_integration",
            "order_user",
            "auto_create_orders",
            "auto_process_quotes",
        ]
        help_texts = {
            "import_solution": "Brings statistics, item availability and the links between both systems into Sales.",
            "order_user": "Full name or e-mail address of a user of Sales; blank: the integration user.",
        }

    def __init__(self, *args: Any, setup: ConnectionSetup, **kwargs: Any) -> None:
        self.setup = setup
        super().__init__(*args, **kwargs)
        for name in SWITCHES:
            self.fields[name].initial = getattr(setup, name)
        self.explain_secrets(setup)
        if setup.solution_version:
            self.initial["import_solution"] = True
            self.fields["import_solution"].disabled = True
            self.fields["import_solution"].help_text = f"Version {setup.solution_version} is installed."
        guide: Guide = self.instance
        chosen = tables.read(self.data) if self.is_bound else guide.tables
        self.choices = tables.choices(chosen)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = self._layout()

    def rows(self) -> Sequence[QuerySet[Any]]:
        return [*super().rows(), ConnectionSetup.objects.filter(pk=self.setup.pk)]

    def stored(self) -> Stored:
        self.setup.refresh_from_db()
        return super().stored()

    def besides(self, row: Guide) -> dict[str, str]:
        return {**shown(self.setup, SWITCHES), **self.secrets_of(self.setup), **in_words(row.tables)}

    def repeats(self) -> bool:
        return super().repeats() and tables.read(self.data) == self.instance.tables

    def clean_odata_key(self) -> str:
        typed: str = self.cleaned_data.get("odata_key") or ""
        control_characters(typed)
        return typed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("dataverse_enabled"):
            words = "Something has to be synchronized" if not cleaned.get("sales_enabled") else "Sales needs it"
            self.add_error("dataverse_enabled", f"{words}: enable the CDS connection.")
        if cleaned.get("item_availability") and not cleaned.get("odata_user"):
            self.add_error("odata_user", "Choose the user in whose name Dynamics 365 Sales asks.")
        for name in ("auto_create_orders", "auto_process_quotes"):
            if cleaned.get(name) and not cleaned.get("order_integration"):
                self.add_error(name, "This needs sales order integration.")
        return cleaned

    def save(self, commit: bool = True) -> Guide:
        guide: Guide = super().save(commit)
        guide.choose_tables(tables.read(self.data))
        setup, typed = self.setup, self.cleaned_data
        before = set(setup.parts())
        setup.dataverse_enabled, setup.sales_enabled = typed["dataverse_enabled"], typed["sales_enabled"]
        setup.odata_user = typed["odata_user"]
        self.take_secrets(setup)
        setup.save()
        apply_switches(setup, [part for part in setup.parts() if part not in before])
        return guide

    def _layout(self) -> Layout:
        opened = " open" if self.is_bound and self.errors else ""
        return Layout(
            "seen",
            Fieldset("What is synchronized", "dataverse_enabled", "sales_enabled", css_class="mb-3"),
            HTML("{% include 'setup_wizard/_tables.html' %}"),
            HTML(f'<details class="mb-3"{opened}><summary class="h5">Advanced</summary>'),
            Div("import_solution"),
            Fieldset(
                "Item availability",
                "item_availability",
                "odata_user",
                "odata_key",
                HTML("{% include 'setup_wizard/_make_key.html' %}"),
                css_class="mb-3",
            ),
            Fieldset(
                "Sales orders and quotes",
                "order_integration",
                "order_user",
                "auto_create_orders",
                "auto_process_quotes",
                css_class="mb-3",
            ),
            HTML("</details>"),
        )


class UserStepForm(VersionedForm):
    """Whether an administrator makes the integration user ready, and salespeople too."""

    class Meta:
        model = Guide
        fields = ["assign_roles", "assign_people"]
        help_texts = {
            "assign_roles": "Untick this where it was done by hand: an application user with both integration roles.",
            "assign_people": "Gives every enabled, licensed user of Sales the role “Dynamics 365 Business Central "
            "Product Availability User”: with it they open records here and see statistics and availability. It comes "
            "with the integration solution.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
