"""Annette, who administers, and Otto, who does not."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from integration.models import User
from tests.people import ADMINISTRATOR, VIEWER, client_of, made


@pytest.fixture
def annette(db: None) -> User:
    return made("annette", ADMINISTRATOR)


@pytest.fixture
def chief(annette: User) -> Client:
    return client_of(annette)


@pytest.fixture
def otto(db: None) -> User:
    return made("otto", VIEWER)


def sign_in(name: str, password: str) -> bool:
    return Client().post(reverse("login"), {"username": name, "password": password}).status_code == 302
