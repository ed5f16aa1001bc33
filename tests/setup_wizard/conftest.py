"""A company and an organization as twins behind a connection that nobody has set up yet."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from integration.systems.memory.system import MemorySystem
from tests.integration.conftest import admin, company, ends, organization, reader, setup

__all__ = ["GUIDE", "admin", "company", "ends", "fresh", "organization", "press", "reader", "setup", "shown"]

GUIDE = "/setup/sales-connection/"
SECRET = "the secret of Contoso"
BY_HAND = {"without": ("import_solution",)}
ENTERED = {"url": "https://contoso.crm4.dynamics.com", "tenant": "contoso.example", "client_id": "3f2a"}


@pytest.fixture
def fresh(db: None, ends: tuple[MemorySystem, ...]) -> tuple[MemorySystem, ...]:
    """Nobody has entered anything."""
    return ends


def shown(client: Client, step: str) -> dict[str, str]:
    """What a step's form shows, ready to be sent back."""
    form = client.get(f"{GUIDE}{step}/").context["form"]
    values = {name: form[name].value() for name in form.fields}
    sent = {name: "on" if value is True else value for name, value in values.items() if value not in (None, False)}
    for choice in getattr(form, "choices", ()):
        sent[f"direction-{choice.name}"] = choice.direction
        if choice.create:
            sent[f"create-{choice.name}"] = "on"
    return sent


def press(client: Client, step: str, without: tuple[str, ...] = (), **changes: str) -> HttpResponse:
    """Next on a step, with these changes to what it shows."""
    page = client.get(f"{GUIDE}{step}/")
    sent = shown(client, step) if page.context and "form" in page.context else {}
    kept = {name: value for name, value in {**sent, **changes}.items() if name not in without}
    return client.post(f"{GUIDE}{step}/", kept)


def walk(client: Client, until: str = "finish") -> None:
    """Next, with what is needed and nothing else, up to this step; the administrator's part was done by hand."""
    steps = {
        "welcome": {},
        "connection": {**ENTERED, "client_secret": SECRET},
        "data": BY_HAND,
        "integration-user": {"without": ("assign_roles",)},
        "administrator": {},
        "check": {},
    }
    for step, changes in steps.items():
        if step == until:
            return
        answer = press(client, step, **changes)
        assert answer.status_code == 302, (step, answer.context.get("form") and answer.context["form"].errors)


def state(client: Client) -> str:
    return client.get("/setup/").content.decode()
