"""A user of Dynamics 365 Sales is Enabled or Disabled, as Sales says it: on the card, in the list, in the file."""

from __future__ import annotations

import csv
import re
from typing import Any

import pytest
from django.test.client import Client
from pytest_django.fixtures import Settings

from integration.connection.enabling import enable
from integration.systems.filters import Comparison
from integration.systems.system import every
from tests.opened import opened
from tests.organization import fill_in

pytestmark = pytest.mark.django_db


def test_the_pages_of_users_say_their_status_in_words(ready: dict[str, Any], settings: Settings, admin: Client) -> None:
    settings.DEVELOPMENT = True
    enable(fill_in(ready))
    with opened() as connected:
        (kevin,) = every(connected.crm, "systemuser", Comparison("fullname", "=", "Kevin Wright"), ["isdisabled"])

    assert kevin.values["isdisabled"] is True
    card = admin.get(f"/records/crm/systemuser/{kevin.id}/").content.decode()
    assert '<dt>Status</dt><dd dir="auto">Disabled</dd>' in card
    shown = admin.get("/records/crm/systemuser/?state=all&f-isdisabled=yes").content.decode()
    assert "Status: is Disabled" in shown
    assert re.findall(r'title="(Disabled|Enabled|Yes)"', shown) == ["Yes", "Disabled"] * 2
    heads, *lines = csv.reader(read(admin, "/records/crm/systemuser/?state=all&format=csv"))
    assert {line[heads.index("Status")] for line in lines} == {"Enabled", "Disabled"}


def read(admin: Client, address: str) -> list[str]:
    return b"".join(admin.get(address).streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
