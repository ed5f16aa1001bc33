"""The administrator's part when it does not go well: refusals in words, and nothing of the sign-in stays."""

from __future__ import annotations

import logging
import threading
from typing import Any, Never

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import connection
from django.test.client import Client
from pytest_django.fixtures import Settings

from integration.models import ConnectionSetup
from integration.systems.errors import ConfigurationProblem, Refused
from setup_wizard import tasks
from setup_wizard.models import AdministratorRun
from setup_wizard.tasks import AdministratorTask
from tests.real.certificates import issue, rsa_key
from tests.setup_wizard.administrator import (
    STEP,
    agree,
    begun,
    come_back,
    one_after_the_other,
    ready,
    sandbox,
    tokens,
    with_certificate,
)

__all__ = ["one_after_the_other", "ready", "sandbox", "tokens"]

pytestmark = pytest.mark.django_db(transaction=True)


def whole_database() -> str:
    """Every text of every table."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(found)


def test_a_certificate_that_is_not_registered_is_told_in_words_and_nothing_is_done(
    sandbox: ConnectionSetup, admin: Client
) -> None:
    with_certificate(sandbox, issue("Another", rsa_key()).both)
    page = come_back(admin, agree(begun(admin, "orders-on")))
    assert "The certificate is not the one registered for this application" in page.content.decode()
    assert not ConnectionSetup.current().order_integration_enabled


def test_who_is_no_administrator_is_told_which_role_is_missing_and_nothing_is_done(
    sandbox: ConnectionSetup, admin: Client
) -> None:
    come_back(admin, agree(begun(admin, "roles"), person="Andrew Hill"))
    run = AdministratorRun.latest()
    assert run.status == AdministratorRun.Status.FAILED
    assert "does not have the security roles System Administrator and System Customizer" in run.lines[0]["message"]
    assert len(run.lines) == 1


def test_a_client_id_that_is_none_is_told_in_words(sandbox: ConnectionSetup) -> None:
    sandbox.client_id = "Contoso's own"
    with pytest.raises(ConfigurationProblem, match="no application"):
        tasks.named(["roles"])[0].run(tasks.SignedIn(None, sandbox, print, sandbox.place))


def test_nothing_of_the_sign_in_stays_in_database_session_cache_logs_or_pages(
    sandbox: ConnectionSetup, admin: Client, tokens: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = come_back(admin, agree(begun(admin, "orders-on")))
    [token] = tokens
    assert len(token) > 20
    places = {
        "database": whole_database(),
        "sessions": "".join(str(session.get_decoded()) for session in Session.objects.all()),
        "cache": str(vars(caches["default"])),
        "logs": caplog.text,
        "page": answer.content.decode() + admin.get(STEP).content.decode(),
        "threads": str([vars(thread) for thread in threading.enumerate()]),
    }
    assert [name for name, text in places.items() if token in text or "code_verifier" in text] == []
    assert "guide_sign_in" not in places["sessions"]


def test_the_sign_in_is_dropped_also_when_a_task_breaks_off(
    sandbox: ConnectionSetup, admin: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    held = []

    def break_off(work: dict[str, dict[str, Any]]) -> Never:
        held.append(work.session)
        raise RuntimeError("nobody expected this")

    monkeypatch.setattr(tasks, "TASKS", (AdministratorTask("orders-on", "Enable Sales Order Integration", break_off),))
    come_back(admin, agree(begun(admin, "orders-on")))
    run = AdministratorRun.latest()
    assert run.status == AdministratorRun.Status.FAILED
    page = admin.get(f"{STEP}?for=result").content.decode()
    assert "unexpected error" in page
    assert "RuntimeError" not in page
    with pytest.raises(Exception, match="Sign in again"):
        held[0].request("GET", "WhoAmI")


def test_what_the_organization_refuses_ends_the_work_and_is_told(
    sandbox: ConnectionSetup, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(work: dict[str, dict[str, Any]]) -> Never:
        raise Refused("Only administrators may do this.")

    monkeypatch.setattr(tasks, "TASKS", (AdministratorTask("orders-on", "Enable Sales Order Integration", refuse),))
    come_back(admin, agree(begun(admin, "orders-on")))
    page = admin.get(f"{STEP}?for=result").content.decode()
    assert "Enable Sales Order Integration:</strong> Only administrators may do this." in page


def test_who_does_not_agree_is_told_so_and_nothing_is_done(sandbox: ConnectionSetup, admin: Client) -> None:
    answer = come_back(admin, agree(begun(admin, "orders-on"), answer="cancel"))
    assert "did not agree" in answer.content.decode()
    assert AdministratorRun.latest() is None


def test_the_way_back_is_used_once(sandbox: ConnectionSetup, admin: Client) -> None:
    back = agree(begun(admin, "orders-on"))
    come_back(admin, back)
    answer = come_back(admin, back)
    assert "No sign-in is under way here" in answer.content.decode()
    assert AdministratorRun.objects.count() == 1


def test_another_persons_way_back_is_refused(sandbox: ConnectionSetup, admin: Client) -> None:
    begun(admin, "orders-on")
    stolen = agree(begun(admin, "orders-on"))
    begun(admin, "orders-on")
    answer = come_back(admin, stolen)
    assert "not the answer to the sign-in that was begun here" in answer.content.decode()


def test_over_plain_http_nobody_is_sent_to_sign_in(sandbox: ConnectionSetup, admin: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["bc.cronus.example"]
    answer = admin.get(f"{STEP}sign-in/?task=orders-on", follow=True, HTTP_HOST="bc.cronus.example")
    assert "must be called with https" in answer.content.decode()


def test_an_organization_that_does_not_answer_is_told_before_anybody_is_sent_away(
    sandbox: ConnectionSetup, admin: Client
) -> None:
    sandbox.url = "http://127.0.0.1:9"
    sandbox.save()
    answer = admin.get(f"{STEP}sign-in/?task=orders-on", follow=True, HTTP_HOST="127.0.0.1:8000")
    assert answer.redirect_chain[-1][0].startswith(STEP)
    assert answer.context["messages"]
