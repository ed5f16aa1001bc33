"""The guide as somebody new walks it: what is explained, what is hidden, a dry run before anything is written."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from integration.models import ConnectionSetup, FullSynchLine, Plan
from integration.models.jobs.claimable import RunStatus
from integration.systems.memory.system import MemorySystem
from setup_wizard.models import AdministratorRun
from tests.setup_wizard.conftest import ENTERED, GUIDE, press, walk

pytestmark = pytest.mark.django_db


def part_of(page: str, field: str) -> str:
    """The tag that holds an input."""
    found = re.search(rf"<div[^>]*data-hidden-for[^>]*>\s*<div id=\"div_id_{field}\"", page)
    assert found, field
    return found[0]


@pytest.mark.parametrize(
    ("kind", "hidden", "shown"),
    [("client_secret", "certificate", "client_secret"), ("certificate", "client_secret", "certificate")],
)
def test_the_certificate_is_asked_for_where_one_is_used_and_the_secret_elsewhere(
    fresh: tuple[MemorySystem, ...], admin: Client, kind: str, hidden: str, shown: str
) -> None:
    walk(admin, until="connection")
    page = press(admin, "connection", **{**ENTERED, "authentication": kind}).content.decode()
    assert ' hidden="hidden"' in part_of(page, hidden)
    assert "hidden=" not in part_of(page, shown).replace("data-hidden-for", "")


def test_names_of_the_product_that_nobody_knows_are_explained_where_they_stand(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin, until="data")
    page = admin.get(f"{GUIDE}data/").content.decode()
    assert "CDS (Common Data Service) is the former name of Dataverse" in page
    assert "OData is how Sales asks this application over the web" in page


def test_finish_makes_a_dry_run_and_starts_nothing_that_writes(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    walk(admin)
    answer = press(admin, "finish", dry_run="on")
    assert answer.url == f"/synch/plans/{Plan.objects.get().pk}/"
    assert ConnectionSetup.current().is_enabled
    assert FullSynchLine.objects.exists()
    assert not FullSynchLine.objects.active().exists()


def test_a_dry_run_needs_the_connection_too(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    walk(admin)
    page = press(admin, "finish", without=("enable",), dry_run="on").content.decode()
    assert "A dry run needs the connection to be enabled." in page
    assert not Plan.objects.exists()


def test_after_a_sign_in_that_came_to_nothing_the_result_of_an_older_one_is_not_shown(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin, until="administrator")
    old = [{"ok": False, "what": "Import the integration solution", "message": "It was refused."}]
    AdministratorRun.objects.create(status=RunStatus.FAILED, lines=old)
    assert "It was refused." in admin.get(f"{GUIDE}administrator/?for=result").content.decode()
    answer = admin.get(f"{GUIDE}administrator/signed-in/?error=access_denied", follow=True)
    assert answer.redirect_chain[-1][0].endswith("?for=again")
    assert "It was refused." not in answer.content.decode()
