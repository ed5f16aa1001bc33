"""The form of the Microsoft Dynamics 365 Connection Setup page."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms

from integration.forms.versioned import VersionedForm
from integration.models import ConnectionSetup

KEPT = "A secret is stored. Leave blank to keep it; type a new one to replace it."
NONE_YET = "It is encrypted when stored and never shown again."


class ConnectionForm(VersionedForm):
    """What identifies the connection is only changed while it is disabled; the secret is written, never read."""

    client_secret = forms.CharField(
        required=False, strip=True, max_length=500, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    class Meta:
        model = ConnectionSetup
        fields = [
            "url",
            "authentication",
            "tenant",
            "token_endpoint",
            "client_id",
            "dataverse_enabled",
            "sales_enabled",
        ]
        help_texts = {
            "url": "The address of the organization, such as https://contoso.crm4.dynamics.com.",
            "tenant": "Directory (tenant) ID of the app registration, or its domain name.",
            "client_id": "Application (client) ID of the app registration.",
            "token_endpoint": "Only for sandboxes and special clouds; blank for Microsoft's own.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client_secret"].help_text = KEPT if self.instance.client_secret else NONE_YET
        for name in ConnectionSetup.IDENTIFYING:
            self.fields[name].disabled = self.instance.is_enabled
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "seen",
            Fieldset("Connection to Dynamics 365 Sales", "url", "authentication", "tenant", css_class="mb-4"),
            Fieldset(
                "Application user",
                "client_id",
                Field("client_secret", placeholder=str(self.instance.client_secret)),
                "token_endpoint",
                css_class="mb-4",
            ),
            Fieldset("What is synchronized", Div("dataverse_enabled", "sales_enabled"), css_class="mb-3"),
        )

    def full_clean(self) -> None:
        """A refused address is shown as it was probably meant, so that saving again takes the suggestion."""
        super().full_clean()
        for name in ("url", "token_endpoint"):
            for error in self.errors.as_data().get(name, []):
                suggestion = (error.params or {}).get("suggestion")
                if suggestion:
                    self.retype(name, suggestion)

    def save(self, commit: bool = True) -> ConnectionSetup:
        if self.cleaned_data.get("client_secret") and not self.instance.is_enabled:
            self.instance.client_secret = self.cleaned_data["client_secret"]
        setup: ConnectionSetup = super().save(commit)
        switched = {name.removesuffix("_enabled") for name in self.changed_data}
        setup.apply_switches([part for part in setup.parts() if part in switched])
        return setup
