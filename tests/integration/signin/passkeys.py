"""A browser and a phone with passkeys, at an address that allows them."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from integration.models.people.user import User
from tests.integration.signin.factors import with_password
from tests.integration.signin.passkey import HOST, Passkey

ALONE = "mfa_login_webauthn"


@pytest.fixture(autouse=True)
def at_localhost(settings: Settings) -> None:
    """Browsers know passkeys on this host without https."""
    settings.ALLOWED_HOSTS = [HOST]


def browser() -> Client:
    return Client(HTTP_HOST=HOST)


def offer(client: Client) -> dict:
    """What the page asks the device that a passkey is made with."""
    return client.get(reverse("mfa_add_webauthn")).context["js_data"]["creation_options"]


def add(client: Client, passkey: Passkey, name: str = "Susan's phone", **more: str) -> HttpResponse:
    sent = {"name": name, "credential": passkey.made(offer(client)), **more}
    return client.post(reverse("mfa_add_webauthn"), sent)


def alone(client: Client) -> dict:
    """What the sign-in asks a device that it does not know yet."""
    return client.get(reverse(ALONE), headers={"Accept": "application/json"}).json()["request_options"]


@pytest.fixture
def phone(susan: User) -> Passkey:
    """Susan's, stored."""
    client = browser()
    with_password(client)
    add(client, phone := Passkey(), passwordless="on")
    return phone
