"""Connection Setup shows the inputs that the chosen way to sign in needs."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from integration.models import ConnectionSetup


def part_of(page: str, field: str) -> str:
    """The element around an input that only one way to sign in needs."""
    found = re.search(rf"<div[^>]*data-hidden-for[^>]*>\s*<div id=\"div_id_{field}\"", page)
    assert found, field
    return found[0]


@pytest.mark.parametrize(
    ("kind", "hidden", "shown"),
    [("client_secret", "certificate", "client_secret"), ("certificate", "client_secret", "certificate")],
)
def test_of_secret_and_certificate_only_the_chosen_one_is_shown(
    setup: ConnectionSetup, admin: Client, kind: str, hidden: str, shown: str
) -> None:
    ConnectionSetup.objects.update(authentication=kind)
    page = admin.get(reverse("connection")).content.decode()
    assert "data-shows" in page
    assert ' hidden="hidden"' in part_of(page, hidden)
    assert ' hidden="hidden"' not in part_of(page, shown)


def test_on_premises_both_are_shown(setup: ConnectionSetup, admin: Client) -> None:
    ConnectionSetup.objects.update(authentication="oauth")
    page = admin.get(reverse("connection")).content.decode()
    assert ' hidden="hidden"' not in part_of(page, "client_secret") + part_of(page, "certificate")
