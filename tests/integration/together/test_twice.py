"""Everything that is pressed twice, or returned to: once is enough, and nobody is told about somebody else."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, connections
from django.http import HttpResponse
from django.test.client import Client

from integration.connection.enabling import enable
from integration.models import AuditEntry, ConnectionSetup, JobQueueEntry, TableMapping
from tests.integration.connection.page import PAGE, shown
from tests.pages import seen_on

pytestmark = pytest.mark.django_db
BUTTONS = ["test/", "enable/", "disable/", "reset-web-client-url/"]


def text(answer: HttpResponse) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def changes() -> int:
    """How often Annette changed anything."""
    return AuditEntry.objects.filter(action="changed", who="annette").count()


@pytest.mark.parametrize("more", [{}, {"test": "1"}])
def test_connection_setup_that_is_sent_twice_is_saved_once_and_the_second_is_no_stranger(
    setup: ConnectionSetup, admin: Client, more: dict[str, Any]
) -> None:
    sent = {**shown(admin), "tenant": "cronus.example", **more}
    for _ in range(2):
        assert "Somebody else" not in text(admin.post(PAGE, sent, follow=True))
    assert (ConnectionSetup.current().tenant, changes()) == ("cronus.example", 1)


def test_what_another_person_changed_meanwhile_is_told_also_to_who_sends_twice(
    setup: ConnectionSetup, admin: Client
) -> None:
    sent = {**shown(admin), "tenant": "cronus.example"}
    admin.post(PAGE, sent)
    admin.post(PAGE, {**shown(admin), "tenant": "fabrikam.example"})
    assert "Somebody else saved this page" in text(admin.post(PAGE, sent))
    assert ConnectionSetup.current().tenant == "fabrikam.example"


@pytest.mark.parametrize("button", BUTTONS)
def test_each_button_of_connection_setup_can_be_pressed_twice(
    setup: ConnectionSetup, admin: Client, button: str
) -> None:
    sent = seen_on(admin, PAGE)
    for _ in range(2):
        text(admin.post(f"{PAGE}{button}", sent, follow=True))
    assert ConnectionSetup.current().is_enabled == (button == "enable/")


def test_enabling_twice_makes_every_mapping_and_every_job_once(setup: ConnectionSetup, admin: Client) -> None:
    sent = seen_on(admin, PAGE)
    for _ in range(2):
        assert "is enabled." in text(admin.post(f"{PAGE}enable/", sent, follow=True))
    names = list(JobQueueEntry.objects.values_list("name", flat=True))
    assert len(names) == len(set(names))
    assert "All table mappings were there already." in text(admin.post(f"{PAGE}enable/", sent, follow=True))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time anyway")
def test_two_who_enable_at_the_same_moment_make_every_mapping_once(setup: ConnectionSetup) -> None:
    together, made = threading.Barrier(2), []

    def press() -> None:
        mine = ConnectionSetup.current()
        together.wait(20)
        try:
            enable(mine)
            made.append(True)
        finally:
            connections.close_all()

    both = [threading.Thread(target=press) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert made == [True, True]
    names = list(TableMapping.objects.values_list("name", flat=True))
    assert (len(names), len(names) > 10) == (len(set(names)), True)


def test_no_page_is_kept_by_a_browser_so_that_the_back_button_shows_what_is_there_now(
    setup: ConnectionSetup, admin: Client, client: Client
) -> None:
    for answer in (admin.get(PAGE), admin.get("/"), client.get("/accounts/login/")):
        assert "no-store" in answer.headers["Cache-Control"]


def test_the_form_that_back_leads_to_can_be_saved_again(setup: ConnectionSetup, admin: Client) -> None:
    admin.post(PAGE, {**shown(admin), "tenant": "cronus.example"})
    again = {**shown(admin), "tenant": "adatum.example"}
    assert "Somebody else" not in text(admin.post(PAGE, again, follow=True))
    assert ConnectionSetup.current().tenant == "adatum.example"
