"""A provider of our own, and the way to it and back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.integration.signin.provider import CLIENT, SECRET, Provider


@pytest.fixture(scope="module")
def service() -> Iterator[Provider]:
    running = Provider()
    yield running
    running.stop()


@pytest.fixture
def provider(service: Provider, settings: Settings) -> Provider:
    """Well behaved, and configured here."""
    service.key, service.person = service.published, {"sub": "4711", "preferred_username": "susan"}
    service.wrong, service.known = {}, {}
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = service.issuer, CLIENT, SECRET
    settings.OIDC_NAME = "Contoso ID"
    return service


def go(provider: Provider, client: Client | None = None, **query: str) -> tuple[Client, str]:
    """There and back; the browser, and where it ends."""
    client = client or Client()
    sent = client.get(reverse("single_signon"), query)
    assert sent.url.startswith(provider.issuer)
    return client, client.get(provider.browse(sent.url)).url
