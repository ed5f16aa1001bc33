"""Susan signs in with a password, a right or a wrong one."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from integration.models import User
from tests.people import VIEWER, made

PASSWORD = "barrels of Coho wine"


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    """Three attempts, and passwords that are checked fast."""
    settings.AXES_FAILURE_LIMIT = 3
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def susan(quick: None, db: None) -> User:
    susan = made("susan", VIEWER)
    susan.set_password(PASSWORD)
    susan.save()
    return susan


def attempt(
    name: str, password: str = "a wrong one", address: str = "192.0.2.7", client: Client | None = None
) -> HttpResponse:
    sent = {"username": name, "password": password}
    return (client or Client()).post(reverse("login"), sent, REMOTE_ADDR=address)


def told(answer: HttpResponse) -> str:
    """The page as a person reads it, without what is made anew each time and without the typed name."""
    text = re.sub(r'value="[^"]*"', "", answer.content.decode())
    return f"{answer.status_code} {text}"
