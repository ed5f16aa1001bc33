"""An administrator who goes to the organization, agrees there, and comes back."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextvars import Context
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from integration.dataverse.signin import HeldToken
from integration.models import ConnectionSetup
from setup_wizard import administrator
from tests.organization import demo_organization, fill_in
from tests.real.certificates import issue, rsa_key
from tests.setup_wizard.conftest import GUIDE

STEP = f"{GUIDE}administrator/"

ISSUED = issue("Business Central integration", rsa_key())


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The ready line of a demo organization that knows our certificate."""
    with demo_organization(tmp_path_factory.mktemp("sandbox")) as running:
        running.organization.tenant.certify(running.ready["client_id"], ISSUED.pem)
        yield running.ready


@pytest.fixture
def sandbox(ready: dict[str, Any], settings: Settings) -> ConnectionSetup:
    """Connection Setup filled in for the sandbox."""
    settings.DEVELOPMENT = True
    return fill_in(ready)


@pytest.fixture(autouse=True)
def one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is done before the answer is given: SQLite in memory does not let two threads write side by side. As in
    a thread of its own, nothing is known there of who made the request."""
    monkeypatch.setattr(administrator, "start_thread", lambda work: Context().run(work))


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every token that an administrator's sign-in brought; looked at on its way, never kept by the application."""
    seen: list[str] = []
    come_back = administrator.come_back

    def watched(*given: Any) -> HeldToken:
        held = come_back(*given)
        seen.append(held.token())
        return held

    monkeypatch.setattr(administrator, "come_back", watched)
    return seen


def begun(client: Client, *wanted: str) -> str:
    """The address the browser is sent to."""
    asked = "&".join(f"task={name}" for name in wanted)
    return client.get(f"{STEP}sign-in/?{asked}", HTTP_HOST="127.0.0.1:8000").url


def agree(address: str, answer: str = "sign in", person: str = "Nancy Anderson") -> str:
    """A person signs in at the sandbox's own page; the address their browser is sent back to."""
    page = requests.get(address, timeout=5).text
    kept = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)}
    people = re.findall(r'value="([0-9a-f-]{36})">\s*([^<]+?)\s*<', page)
    chosen = next(id for id, name in people if name == person)
    sent = {name: value for name, value in kept.items() if name not in ("person", "answer")}
    back = requests.post(
        address.partition("?")[0], data={**sent, "person": chosen, "answer": answer}, allow_redirects=False, timeout=5
    )
    return back.headers["Location"]


def come_back(client: Client, address: str) -> HttpResponse:
    """The browser comes back."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}", HTTP_HOST="127.0.0.1:8000", follow=True)


def with_certificate(setup: ConnectionSetup, pem: str) -> None:
    setup.authentication, setup.certificate, setup.client_secret = "certificate", pem, ""
    setup.save()
