"""The forms of django-allauth for the second factor, with what it leaves open: see ``people/second_factor.py``."""

from __future__ import annotations

import struct
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms

from integration.people.second_factor import NO_PASSKEY, begun_secret, check_from, step_of

TYPED = {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 12, "autofocus": True}
LONGEST_NAME, LONGEST_CREDENTIAL = 60, 64 * 1024
NONSENSE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    struct.error,
    InvalidSignature,
    UnsupportedAlgorithm,
)
"""What the reader of passkeys raises for what no browser sends: bytes that end too soon, lists inside lists, keys of no
kind that it knows."""


ALGORITHM = "publicKeyAlgorithm"
"""The one part of an answer that is a number."""


class CredentialField(forms.JSONField):
    """What the browser's script puts in; what no browser makes, and no database would take, is none."""

    widget = forms.HiddenInput
    default_error_messages = {"required": NO_PASSKEY, "invalid": NO_PASSKEY}

    def to_python(self, value: Any) -> Any:
        text = str(value or "")
        if len(text) > LONGEST_CREDENTIAL or "\\u0000" in text:
            raise forms.ValidationError(NO_PASSKEY)
        try:
            credential = super().to_python(value)
        except RecursionError as error:
            raise forms.ValidationError(NO_PASSKEY) from error
        if _asks_for_bytes(credential):
            raise forms.ValidationError(NO_PASSKEY)
        return credential

    def bound_data(self, data: Any, initial: Any) -> Any:
        """A form that is shown again asks the device again."""
        return initial


def _asks_for_bytes(credential: Any) -> bool:
    """Is a number where bytes are meant? They are sent as text; of a number the reader makes so many bytes, and
    1,000,000,000 of them would fill the memory."""
    if not isinstance(credential, dict):
        return False
    response = credential.get("response")
    parts = response if isinstance(response, dict) else {}
    given = [credential.get("id"), credential.get("rawId"), response]
    given += [value for name, value in parts.items() if name != ALGORITHM]
    return any(isinstance(value, int | float) and not isinstance(value, bool) for value in given)


def code_field(label: str) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.TextInput(attrs=TYPED))


class TypedCode(forms.Form):
    """A code of the app, or a recovery code."""

    user: Any
    code = code_field("Code of your authenticator app, or a recovery code")

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        self.authenticator = check_from(context.request, self.user, code)
        if self.authenticator is None:
            raise get_adapter().validation_error("incorrect_code")
        self.authenticator.user = self.user
        return code


class CodeForm(TypedCode, AuthenticateForm):
    """After the password."""


class ConfirmingCodeForm(TypedCode, ReauthenticateForm):
    """Before a second factor is changed."""


class FirstCodeForm(ActivateTOTPForm):
    """The first code of an app that is being set up."""

    code = code_field("Code that the app shows")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secret = begun_secret(context.request.session, afresh=not self.is_bound)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        self.step = step_of(self.secret, code)
        if self.step is None:
            raise get_adapter().validation_error("incorrect_code")
        return code


class NewPasskeyForm(AddWebAuthnForm):
    """What the browser has made. ``passwordless``: the passkey alone signs in."""

    credential = CredentialField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].max_length = LONGEST_NAME
        self.fields["name"].widget.attrs["maxlength"] = LONGEST_NAME
        self.fields["passwordless"].label = "Sign in with this passkey alone"
        self.fields["passwordless"].help_text = (
            "Without name and password: the device asks for your finger, your face or its PIN. Otherwise the passkey "
            "is asked for after the password."
        )

    def clean_name(self) -> str:
        return str(super().clean_name())[:LONGEST_NAME]

    def clean(self) -> dict[str, Any]:
        if not self.cleaned_data.get("credential"):
            raise forms.ValidationError(NO_PASSKEY)
        try:
            cleaned: dict[str, Any] = super().clean()
        except forms.ValidationError as error:
            raise forms.ValidationError(NO_PASSKEY) from error
        except NONSENSE as error:
            raise forms.ValidationError(NO_PASSKEY) from error
        return cleaned


class ShownPasskey(AuthenticateWebAuthnForm):
    """A passkey that is shown; nonsense is one that is not accepted."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except forms.ValidationError as error:
            raise forms.ValidationError(NO_PASSKEY) from error
        except NONSENSE as error:
            raise forms.ValidationError(NO_PASSKEY) from error


class PasskeyForm(ShownPasskey):
    """After the password."""


class ConfirmingPasskeyForm(ShownPasskey, ReauthenticateWebAuthnForm):
    """Before a second factor is changed."""


class PasskeyAloneForm(ShownPasskey, LoginWebAuthnForm):
    """Instead of name and password."""
