"""Secrets are typed, used against a real organization and a real queue, and afterwards found in no place that anybody
reads: not in a log, a page, the administration, a file for a spreadsheet, a job, or the clear text of any table."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.contrib import admin as administration
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings
from redis.client import Redis

from integration import jobs
from integration.jobs import queue
from integration.models import AuditEntry, CachedText, ConnectionSetup, SyncJob, TableMapping, User
from integration.sync.rules import Direction
from tests.integration.jobs.queue_server import redis
from tests.integration.people.addresses import PAGES
from tests.organization import demo_organization
from tests.pages import seen_on
from tests.people import ADMINISTRATOR, AVAILABILITY, client_of, made

__all__ = ["redis"]

PASSWORD, WRONG, TYPED_KEY = "barrels of Coho wine", "the wrong secret of Wingtip Toys", "the key for item availability"


@dataclass
class Used:
    """What was done, by whom, and every secret of it."""

    chief: Client
    queue: object
    secrets: list[str] = field(default_factory=list)

    def found_in(self, text: str) -> list[str]:
        return [secret for secret in self.secrets if secret in text]


def typed(client: Client, **values: str) -> HttpResponse:
    """Connection Setup, saved and tested as a person does it."""
    form = client.get(reverse("connection")).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: "on" if value is True else value for name, value in sent.items() if value not in (None, False)}
    return client.post(reverse("connection"), {**sent, "test": "1", **values})


@pytest.fixture
def used(
    transactional_db: None, tmp_path: Path, settings: Settings, redis: Redis, caplog: pytest.LogCaptureFixture
) -> Iterator[Used]:
    """A connection that was refused with a wrong secret, then works; one run that fails and one that does not."""
    caplog.set_level(logging.DEBUG)
    settings.DEVELOPMENT, settings.REDIS_URL = True, f"unix://{redis.connection_pool.connection_kwargs['path']}"
    queue.disconnect()
    with demo_organization(tmp_path) as sandbox:
        yield connected(sandbox.ready, redis)
    queue.disconnect()


def connected(ready: dict[str, str], redis: object) -> Used:
    chief = client_of(made("annette", ADMINISTRATOR, is_staff=True))
    told = Used(chief, redis, [ready["client_secret"], WRONG, TYPED_KEY, PASSWORD])
    address = {name: ready[name] for name in ("url", "token_endpoint", "tenant", "client_id")}
    typed(chief, **address, client_secret=WRONG, odata_key=TYPED_KEY)
    typed(chief, client_secret=ready["client_secret"])
    chief.post(reverse("connection_enable"), seen_on(chief, reverse("connection")))
    work(chief, told, ready["client_secret"])
    return told


def work(chief: Client, told: Used, secret: str) -> None:
    setup = ConnectionSetup.current()
    assert setup.is_enabled, setup.last_error
    currencies = TableMapping.objects.get(name="CURRENCY")
    jobs.start(currencies, Direction.TO_CRM, inline=True)
    told.secrets += [row.text.reveal() for row in CachedText.objects.filter(pk__startswith="token:token ")]
    setup.client_secret = WRONG
    setup.save()
    CachedText.objects.all().delete()
    jobs.start(currencies, Direction.TO_CRM, inline=True)
    setup.client_secret = secret
    setup.save()
    chief.post(reverse("synchronize_modified"))
    program = made("point-of-sale", AVAILABILITY)
    new = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    chief.post(reverse("user_password", args=[program.pk]), new)
    told.secrets.append(chief.post(reverse("user_key", args=[program.pk])).context["key"])
    Client().post(reverse("login"), {"username": "point-of-sale", "password": PASSWORD + "?"})
    Client().post(reverse("login"), {"username": "point-of-sale", "password": PASSWORD})


def pages(used: Used) -> Iterator[tuple[str, str]]:
    """Every page of ours that can be looked at, and the lists as files."""
    user = User.objects.get(username="point-of-sale")
    places = [reverse(name, kwargs=page.where) for name, page in PAGES.items() if name not in ("logout", "healthz")]
    places += [reverse("user", args=[user.pk]), reverse("user_password", args=[user.pk])]
    places += [reverse("synch_job", args=[job.pk]) for job in SyncJob.objects.all()[:5]]
    places += [f"{reverse('audit')}?format=csv", f"{reverse('erp_list', args=['customer'])}?format=csv"]
    for place in places:
        answer = used.chief.get(place)
        yield place, b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()


def administered(used: Used) -> Iterator[tuple[str, str]]:
    """Every list of the administration, and the page of some rows of each table of ours."""
    for model in administration.site._registry:
        meta = model._meta
        places = [reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")]
        if meta.app_label in ("integration", "coupling"):
            rows = model._default_manager.order_by("-pk")[:3]
            places += [reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk]) for row in rows]
        for place in places:
            yield place, used.chief.get(place).content.decode()


def tables() -> Iterator[tuple[str, str]]:
    """Every column of every table as it is stored, and what sessions hold."""
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            yield name, str(cursor.fetchall())
    yield "sessions", str([session.get_decoded() for session in Session.objects.all()])


def queued(used: Used) -> Iterator[tuple[str, str]]:
    """Everything in the queue server; RQ compresses what it stores."""
    for key in used.queue.scan_iter():
        if used.queue.type(key) == b"hash":
            for name, value in used.queue.hgetall(key).items():
                yield f"{key} {name}", str(zlib.decompress(value) if name == b"data" else value)
        else:
            yield str(key), str(used.queue.dump(key))


@pytest.mark.story
def test_no_secret_is_found_anywhere_after_it_was_used(
    used: Used, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("dumpdata", "integration", "coupling", "auth", "sessions")
    written = {"log": caplog.text, "dump": capsys.readouterr().out}
    shown, managed, stored, sent = dict(pages(used)), dict(administered(used)), dict(tables()), dict(queued(used))

    assert len(used.secrets) >= 6
    assert all(len(secret) > 15 for secret in used.secrets)
    assert "AADSTS" in caplog.text or SyncJob.objects.filter(status=SyncJob.Status.FAILED).exists()
    assert AuditEntry.objects.filter(action=AuditEntry.Action.REFUSED).exists()
    assert any("integration.jobs.lifecycle.run" in text for text in sent.values())
    known = ConnectionSetup.current().client_id
    assert all(any(known in text for text in texts.values()) for texts in (shown, managed, stored, written))
    everywhere = {**written, **shown, **managed, **stored, **sent}
    assert {place: used.found_in(text) for place, text in everywhere.items() if used.found_in(text)} == {}
