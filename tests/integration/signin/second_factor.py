"""Susan's second factor, and the page that asks for it."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from integration.models import User
from integration.people import second_factor
from tests.integration.signin.factors import (
    PASSWORD,
    with_app,
)
from tests.people import VIEWER, made

CHECK = "mfa_authenticate"


@pytest.fixture(autouse=True)
def offered(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Switched on; the clock stands still, so that no step of 30 seconds ends in the middle of a test."""
    now = second_factor._step_now()
    monkeypatch.setattr(second_factor, "_step_now", lambda: now)
    settings.SECOND_FACTOR = "optional"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def susan(offered: None, db: None) -> User:
    susan = made("susan", VIEWER)
    susan.set_password(PASSWORD)
    susan.save()
    return susan


@pytest.fixture
def device(susan: User) -> User:
    """Susan, who has an authenticator app."""
    return with_app(susan)
