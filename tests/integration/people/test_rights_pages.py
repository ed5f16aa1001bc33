"""Who may open and press what: every address of the application, as everybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpResponse
from django.template.base import Template
from django.test import Client
from django.urls import reverse
from django.utils.safestring import SafeString

from integration import jobs
from integration.jobs.queue import QueueState
from integration.mappings.standard import create_missing
from integration.models import RecordTemplate, SyncError, TableMapping
from integration.sync.rules import Direction
from integration.systems.memory.system import MemorySystem
from integration.views import health
from tests.integration.jobs_world import JobsWorld, world
from tests.integration.people.addresses import GROUPLESS, NOBODY, PAGES, PEOPLE
from tests.integration.people.offered import Walk
from tests.people import ADMINISTRATOR, BOOKKEEPER, INTEGRATOR, ORDER_PROCESSOR, VIEWER, client_of, made

__all__ = ["world"]

pytestmark = pytest.mark.django_db


def browser(who: str) -> Client:
    """The browser of somebody of that kind."""
    if who == NOBODY:
        return Client()
    groups = () if who == GROUPLESS else (who,)
    return client_of(made(f"{who} of Adatum".replace(" ", "-"), *groups, is_staff=who == ADMINISTRATOR))


def refused(answer: HttpResponse) -> bool:
    """Told that it is not allowed, or sent to the sign-in."""
    to_sign_in = answer.status_code == 302 and "/login/?next=" in answer["Location"]
    return answer.status_code == 403 or to_sign_in


def may(client: Client, method: str, address: str) -> bool:
    return not refused(getattr(client, method)(address))


@contextmanager
def undone(client: Client) -> Iterator[None]:
    """Whatever is pressed inside, also "Sign Out", the next page is as if nobody had been there."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may is decided before a page is put together, and thousands of pages that nobody reads take a minute."""
    monkeypatch.setattr(Template, "render", lambda *_: SafeString())


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize("who", PEOPLE)
def test_a_page_opens_and_its_buttons_work_for_those_of_the_table_alone(
    ends: tuple[MemorySystem, ...], who: str, subtests: pytest.Subtests
) -> None:
    TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account", user_defined=True)
    RecordTemplate.objects.create(pk=7, name="New customers", side="erp", table="customer")
    client = browser(who)

    for name, page in PAGES.items():
        address = reverse(name, kwargs=page.where)
        with subtests.test(page=name, who=who), undone(client):
            allowed = {"look": may(client, "get", address), "press": may(client, "post", address)}

            assert allowed == {"look": who in page.look, "press": who in page.press}


@pytest.mark.story
def test_nobody_is_offered_a_page_or_a_button_that_refuses(ends: tuple[MemorySystem, ...], world: JobsWorld) -> None:
    ours, theirs = world.add_customer("Adatum"), world.add_account("Adatum")
    world.mapping().couplings.couple(ours, theirs)
    world.add_customer("Fabrikam")
    jobs.start(world.mapping(), Direction.TO_CRM, inline=True)
    assert SyncError.objects.open().exists()

    walks = {group: Walk(browser(group)).go() for group in (INTEGRATOR, ORDER_PROCESSOR, BOOKKEEPER)}

    assert not {group: walk.refused for group, walk in walks.items() if walk.refused}
    assert {"erp_card customer", "erp_list contact", "synch_job", "mapping"} <= walks[BOOKKEEPER].seen
    assert "errors_action retry" in walks[INTEGRATOR].pressed


# --- the administration and the queues -----------------------------------------------------------------------

QUEUES = {"django_rq:home": (), "django_rq:jobs": (0,), "django_rq:failed_jobs": (0,), "django_rq:clear": (0,)}


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize("who", [who for who in PEOPLE if who != ADMINISTRATOR])
def test_the_administration_and_the_queues_open_for_nobody_but_administrators(who: str) -> None:
    client = browser(who)
    listed = [
        reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist") for model in admin.site._registry
    ]
    queues = [reverse(name, args=args) for name, args in QUEUES.items()]
    places = [reverse("admin:index"), *listed, *(f"{place}add/" for place in listed), *queues]

    assert [place for place in places if may(client, "get", place) or may(client, "post", place)] == []


@pytest.mark.parametrize(("name", "args"), [*QUEUES.items()][:3])
def test_the_pages_of_the_queue_say_that_it_does_not_answer(
    name: str, args: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "queue_state", lambda: QueueState(problem="The queue does not answer: refused"))
    answer = browser(ADMINISTRATOR).get(reverse(name, args=args))
    assert answer.status_code == 503
    assert "The queue does not answer: refused" in answer.content.decode()


def test_who_may_only_look_can_type_into_no_setup_that_they_cannot_save() -> None:
    create_missing()
    client, below = browser(VIEWER), ("", "fields/", "templates/")
    places = ["/connection/", *(f"/mappings/CUSTOMER/{page}" for page in below)]

    assert [one for one in places if "<fieldset disabled>" not in client.get(one).content.decode()] == []


def test_the_figures_of_the_queues_are_told_to_nobody_but_administrators() -> None:
    assert "queues" not in browser(VIEWER).get("/queues/stats.json").json()


def test_an_administrator_opens_every_list_of_the_administration() -> None:
    client = browser(ADMINISTRATOR)
    shut = [
        model
        for model in admin.site._registry
        if not may(client, "get", reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist"))
    ]

    assert shut == []


def test_people_and_groups_are_not_changed_in_the_administration() -> None:
    client, otto = browser(ADMINISTRATOR), made("otto", VIEWER)

    shown = client.get(reverse("admin:integration_user_change", args=[otto.pk]))
    client.post(reverse("admin:integration_user_change", args=[otto.pk]), {"username": "olga", "is_superuser": "on"})
    otto.refresh_from_db()

    assert "password" not in shown.content.decode().lower().replace(reverse("admin:password_change"), "")
    assert (otto.username, otto.is_superuser) == ("otto", False)
    assert Group not in admin.site._registry
