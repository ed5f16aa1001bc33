"""Typing a secret: it goes straight into the encrypted column, a blank input keeps what is stored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac

from integration.models import ConnectionSetup
from integration.models.connection.sign_in import caption, check_certificate
from integration.models.stored.secret import Secret, keys_problem

KEPT = (
    "A secret is stored. Leave blank to keep it; type a new one to replace it. Another address, tenant or client "
    "clears it."
)
NONE_YET = "It is encrypted when stored and never shown again."
LABELS = {"odata_key": "Dynamics 365 Business Central OData Web Service Accesskey"}
WAITS = "A key waits to be handed to Sales when the connection is enabled."
HANDED_OVER = "It is handed to Sales when the connection is enabled, and not kept here."
LONGEST, LONGEST_CERTIFICATE = 500, 20_000


def secret_input() -> forms.CharField:
    """An input on one line that never shows what is stored."""
    return forms.CharField(
        required=False,
        strip=True,
        max_length=LONGEST,
        validators=[can_be_encrypted],
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def certificate_input() -> forms.CharField:
    """An input for PEM text, checked as it is typed in."""
    area = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"})
    return forms.CharField(required=False, max_length=LONGEST_CERTIFICATE, widget=area, validators=[can_be_encrypted])


class SecretInputs:
    """A form of Connection Setup with inputs for secrets; ``SECRETS`` names their columns."""

    SECRETS: tuple[str, ...] = ()
    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]

    def explain_secrets(self, setup: ConnectionSetup) -> None:
        """Say at each input whether something is stored."""
        for name in self.SECRETS:
            stored = getattr(setup, name)
            kept, none = (WAITS, HANDED_OVER) if name == "odata_key" else (KEPT, NONE_YET)
            self.fields[name].help_text = kept if stored else none
            self.fields[name].widget.attrs["placeholder"] = str(stored)
            self.fields[name].label = LABELS.get(name) or caption(name)

    def secrets_of(self, setup: ConnectionSetup) -> dict[str, str]:
        """Caption -> a mark of what is stored, which says that it was replaced and nothing of what it is."""
        secrets = {str(LABELS.get(name) or caption(name)): getattr(setup, name) for name in self.SECRETS}
        return {label: f"stored, mark {_mark(secret)}" if secret else "" for label, secret in secrets.items()}

    def clean_certificate(self) -> str:
        pem: str = self.cleaned_data.get("certificate") or ""
        if pem:
            check_certificate(pem)
        return pem

    def take_secrets(self, setup: ConnectionSetup) -> None:
        """Assign what was typed, which encrypts it."""
        for name in self.SECRETS:
            if self.cleaned_data.get(name) and not self.fields[name].disabled:
                setattr(setup, name, self.cleaned_data[name])


def _mark(secret: Secret) -> str:
    return salted_hmac("integration.forms.secrets", secret.token).hexdigest()[:6]


def can_be_encrypted(_: str) -> None:
    """Raises ``ValidationError`` while there is no usable key: a secret is stored encrypted or not at all."""
    problem = keys_problem()
    if problem:
        raise ValidationError(problem)


def control_characters(text: str) -> None:
    """Raises ``ValidationError`` for a secret that was pasted with what nobody sees."""
    if any(ord(one) < ord(" ") for one in text):
        raise ValidationError("This holds a character that cannot be seen. Type it by hand.")
