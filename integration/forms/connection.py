"""The form of the Microsoft Dynamics 365 Connection Setup page."""

from __future__ import annotations

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError

from integration.connection.enabling import apply_switches
from integration.connection.notifying import notify_sales
from integration.connection.order_user import find_order_user
from integration.forms.secrets import SecretInputs, certificate_input, control_characters, secret_input
from integration.forms.versioned import VersionedForm
from integration.models import ConnectionSetup, User
from integration.models.connection.features import ADDRESSES
from integration.models.connection.moving import PendingNotice
from integration.models.connection.sign_in import ON_PREMISES, Authentication
from integration.systems.errors import Problem

ORDERS = ("order_user", "auto_create_orders", "auto_process_quotes")
SENT_TO_SALES = {*ADDRESSES, "sales_enabled", "item_availability_enabled", "odata_user", "odata_key"}
"""What Sales is told about, at once where it changes."""
SUGGESTED = ("url", "token_endpoint", *ADDRESSES)
HELP = {
    "url": "The address of the organization, such as https://contoso.crm4.dynamics.com.",
    "tenant": "Directory (tenant) ID of the app registration, or its domain name.",
    "client_id": "Application (client) ID of the app registration.",
    "token_endpoint": "Only on premises, for sandboxes and special clouds; blank for Microsoft's own.",
    "sign_in_user": "name@firm.example or DOMAIN\\name.",
    "domain": "Taken from the user name where that begins with it.",
    "sdk_version": "Compatible with the organization's version and not older, such as 9.1.",
    "time_zone": "Blank is right from UTC-10 to UTC+13:45. Beyond: where days begin, such as Pacific/Kiritimati.",
    "web_client_url": "Where a record of Sales opens its record here.",
    "odata_url": "Where Sales asks for item availability.",
}


class ConnectionForm(SecretInputs, VersionedForm):
    """What identifies the connection is only changed while it is disabled; secrets are written, never read."""

    SECRETS: tuple[str, ...] = ("client_secret", "certificate", "password", "odata_key")

    client_secret = secret_input()
    certificate = certificate_input()
    password = secret_input()
    odata_key = secret_input()

    odata_user = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("username"),
        required=False,
        label="Dynamics 365 Business Central OData Web Service Username",
        help_text="The user in whose name Sales asks. The key is made on that user's page: Change Web Service Key.",
    )

    order_user = forms.CharField(
        required=False,
        max_length=200,
        label="Sales order user",
        help_text="Full name or e-mail address of the user of Sales that handles orders; blank: the integration user.",
    )

    class Meta:
        model = ConnectionSetup
        fields = [
            "url",
            "authentication",
            "tenant",
            "token_endpoint",
            "client_id",
            "sign_in_user",
            "domain",
            "sdk_version",
            "dataverse_enabled",
            "sales_enabled",
            "time_zone",
            "auto_create_orders",
            "auto_process_quotes",
            "item_availability_enabled",
            "web_client_url",
            "odata_url",
            "odata_user",
        ]
        help_texts = HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.explain_secrets(self.instance)
        if "order_user" in self.fields:
            self.fields["order_user"].initial = self.instance.order_user_name
        for name in self._locked():
            self.fields[name].disabled = True
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = self._layout()

    def full_clean(self) -> None:
        """A refused address is shown as it was probably meant, so that saving again takes the suggestion."""
        super().full_clean()
        for name in SUGGESTED:
            for error in self.errors.as_data().get(name, []):
                suggestion = (error.params or {}).get("suggestion")
                if suggestion:
                    self.retype(name, suggestion)

    def clean_client_secret(self) -> str:
        return self._typed("client_secret")

    def clean_password(self) -> str:
        return self._typed("password")

    def clean_odata_key(self) -> str:
        return self._typed("odata_key")

    def clean_order_user(self) -> tuple[uuid.UUID | None, str]:
        """Who it is, asked of Sales where it was changed."""
        text: str = self.cleaned_data.get("order_user") or ""
        if text == self.instance.order_user_name:
            return self.instance.order_user_id, text
        try:
            return find_order_user(self.instance, text) if text else (None, "")
        except Problem as problem:
            raise ValidationError(problem.message) from problem

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "url" in self.changed_data and "authentication" not in self.changed_data:
            self.instance.url = cleaned.get("url", "")
            cleaned["authentication"] = self.instance.authentication_for_address()
        return cleaned

    def save(self, commit: bool = True) -> ConnectionSetup:
        self.take_secrets(self.instance)
        setup: ConnectionSetup = super().save(commit)
        if "order_user" in self.cleaned_data:
            setup.choose_order_user(*self.cleaned_data["order_user"])
        switched = {name.removesuffix("_enabled") for name in self.changed_data}
        apply_switches(setup, [part for part in setup.parts() if part in switched])
        if self._concerns_sales():
            setup.note(pending_notice=PendingNotice.ADDRESSES)
        return setup

    def besides(self, row: ConnectionSetup) -> dict[str, str]:
        """Whether the connection is enabled decides what may be changed here."""
        order_user = {"sales order user": row.order_user_name} if "order_user" in self.fields else {}
        return {"enabled": "yes" if row.is_enabled else "no", **order_user, **self.secrets_of(row)}

    def after_storing(self) -> None:
        """Sales answers in its own time; nobody else has to wait for that to save."""
        if self._concerns_sales():
            notify_sales(self.instance)

    def _concerns_sales(self) -> bool:
        return self.instance.is_enabled and bool(SENT_TO_SALES.intersection(self.changed_data))

    def _typed(self, name: str) -> str:
        typed: str = self.cleaned_data.get(name) or ""
        control_characters(typed)
        return typed

    def _locked(self) -> set[str]:
        """Which fields cannot be edited as things are."""
        setup = self.instance
        locked = set(ConnectionSetup.IDENTIFYING) if setup.is_enabled else set()
        locked |= set() if setup.solution_version else set(ADDRESSES)
        locked |= set() if setup.order_integration_enabled and setup.sales_enabled else set(ORDERS)
        return locked & set(self.fields)

    @property
    def chosen(self) -> str:
        """The way to sign in that stands in the form."""
        return str(self["authentication"].value() or "")

    def cloud_secrets(self) -> tuple[Div, Div]:
        """The inputs for a secret and for a certificate. Each is hidden while a person has chosen the other one;
        without scripts it appears when the form comes back."""
        return (
            self._hidden_for(Authentication.CERTIFICATE, "client_secret"),
            self._hidden_for(Authentication.CLIENT_SECRET, "certificate"),
        )

    def _hidden_for(self, kind: Authentication, name: str) -> Div:
        hidden = {"hidden": "hidden"} if self.chosen == kind else {}
        return Div(name, data_hidden_for=kind.value, **hidden)

    def _layout(self) -> Layout:
        opened = " open" if self.chosen in ON_PREMISES else ""
        signing_in = Field("authentication", data_shows="")
        return Layout(
            "seen",
            Fieldset("Connection to Dynamics 365 Sales", "url", signing_in, "tenant", css_class="mb-4"),
            Fieldset("Application user", "client_id", *self.cloud_secrets(), "token_endpoint", css_class="mb-4"),
            HTML(f'<details class="mb-4"{opened}><summary class="h5">On premises</summary>'),
            "sign_in_user",
            "password",
            "domain",
            "sdk_version",
            HTML("</details>"),
            Fieldset("What is synchronized", "dataverse_enabled", "sales_enabled", "time_zone", css_class="mb-4"),
            Fieldset("Sales orders and quotes", HTML(ORDER_STATE), *ORDERS, css_class="mb-4"),
            Fieldset(
                "Connection from Dynamics 365 Sales",
                "web_client_url",
                "item_availability_enabled",
                "odata_url",
                "odata_user",
                "odata_key",
                css_class="mb-3",
            ),
        )


ORDER_STATE = "{% include 'integration/_connection_orders.html' %}"
