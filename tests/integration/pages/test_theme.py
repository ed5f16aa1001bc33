"""The theme of a page before any script runs: chosen by the person, else that of their system."""

from __future__ import annotations

import pytest
from django.test import Client

from integration.models import User
from tests.people import signed_in


def theme(client: Client, said: str) -> str:
    page = client.get("/", headers={"Sec-CH-Prefers-Color-Scheme": said} if said else {}).content.decode()
    return page.partition('data-bs-theme="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("chosen", "said", "shown"),
    [
        ("system", '"dark"', "dark"), ("system", "dark", "dark"), ("system", '"light"', "light"),
        ("system", "", "light"),
        ("system", '"><script>', "light"), ("light", '"dark"', "light"), ("dark", '"light"', "dark"),
    ],
)  # fmt: skip
def test_a_page_without_scripts_has_the_chosen_theme_or_that_of_the_system(
    db: None, chosen: str, said: str, shown: str
) -> None:
    client = signed_in("susan")
    User.objects.update(theme=chosen)

    assert theme(client, said) == shown


def test_a_browser_is_asked_for_the_theme_of_the_system_with_every_page_and_with_no_file(db: None) -> None:
    page, file = Client().get("/accounts/login/"), Client().get("/icons.svg")

    assert page["Accept-CH"] == "Sec-CH-Prefers-Color-Scheme"
    assert "Sec-CH-Prefers-Color-Scheme" in page["Vary"]
    assert not file.has_header("Accept-CH")
