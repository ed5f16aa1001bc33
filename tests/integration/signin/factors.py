"""A person with an authenticator app: what the app shows, now and at other times."""

from __future__ import annotations

from base64 import b32decode

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from integration.models import User
from integration.models.stored.secret import Secret
from integration.people import second_factor

PASSWORD = "barrels of Coho wine"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def with_app(user: User, secret: str = SECRET) -> User:
    """The person has set up an app, and was shown recovery codes."""
    Authenticator.objects.create(user=user, type="totp", data={"secret": Secret.of(secret).token})
    RecoveryCodes.activate(user)
    return user


def app_of(user: User) -> Authenticator | None:
    return Authenticator.objects.filter(user=user, type="totp").first()


def shown(secret: str = SECRET, steps: int = 0) -> str:
    """What the app shows, or will show so many steps later."""
    app = TOTP(b32decode(secret), 6, SHA1(), 30, enforce_key_length=False)
    return app.generate(30 * (second_factor._step_now() + steps)).decode()


def wrong(secret: str = SECRET) -> str:
    """No code of these minutes."""
    near = {shown(secret, steps) for steps in range(-3, 4)}
    return next(text for text in (str(digit) * 6 for digit in range(8)) if text not in near)


def recovery_codes(user: User) -> list[str]:
    return Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()


def begun(client: Client) -> str:
    """The secret of the app that this browser is setting up."""
    return Secret(client.session[SECRET_SESSION_KEY]).reveal()


def with_password(client: Client, username: str = "susan", **query: str) -> HttpResponse:
    return client.post(reverse("login"), {"username": username, "password": PASSWORD, **query})


def confirmed(client: Client, code: str = "") -> Client:
    """The person has just typed a code once more."""
    client.post(reverse("mfa_reauthenticate"), {"code": code or shown()})
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
