"""The guide: where one is, who comes back, what is pressed twice, and what is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test.client import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from integration.models import ConnectionSetup
from integration.systems.memory.system import MemorySystem
from setup_wizard.models import Guide
from setup_wizard.steps import STEPS
from tests.setup_wizard.conftest import ENTERED, GUIDE, SECRET, press, shown, state, walk

pytestmark = pytest.mark.django_db


# --- where one is --------------------------------------------------------------------------------------------


def test_the_guide_has_the_addresses_people_bookmark() -> None:
    assert (reverse("setup"), reverse("guide")) == ("/setup/", GUIDE)
    assert [step.slug for step in STEPS] == [
        "welcome",
        "connection",
        "data",
        "integration-user",
        "administrator",
        "check",
        "finish",
    ]


@pytest.mark.scenario("CDSIntegrationMgtTest.RegisterAssistedSetup")
def test_the_list_of_guides_offers_the_connection_and_home_leads_to_it(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    assert "Set up the Dynamics 365 Sales connection" in state(admin)
    assert f'href="{GUIDE}"' in admin.get("/").content.decode()


@pytest.mark.scenario(
    "CDSConnectionWizardTests.VerifyStatusNotCompletedWhenExitRightAway",
    "CRMConnectionWizardTests.VerifyStatusNotCompletedWhenExitRightAway",
)
def test_opening_and_leaving_at_once_leaves_the_guide_not_completed(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    assert admin.get(GUIDE, follow=True).context["step"].slug == "welcome"
    assert "Not Completed" in state(admin)


@pytest.mark.scenario("CDSConnectionWizardTests.VerifyStatusNotCompletedWhenNotFinished")
def test_walking_to_the_last_step_and_closing_leaves_the_guide_not_completed(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin)
    assert "Not Completed" in state(admin)
    assert ConnectionSetup.current().is_enabled is False


@pytest.mark.scenario(
    "CRMConnectionWizardTests.VerifyWizardNotExitedWhenConfirmIsNo",
    "CRMConnectionWizardTests.CRMConnectionSetupUpdateFromWizard",
)
def test_who_comes_back_goes_on_at_the_first_open_step_with_everything_kept(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin, until="data")
    again = admin.get(GUIDE, follow=True)
    assert again.context["step"].slug == "data"
    assert shown(admin, "connection")["url"] == ENTERED["url"]
    assert ConnectionSetup.current().client_secret.reveal() == SECRET


def test_save_and_leave_keeps_what_is_not_complete_yet(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    press(admin, "welcome")
    answer = press(admin, "connection", url="Contoso.CRM4.dynamics.com", client_secret=SECRET, leave="1")
    assert answer.url == "/setup/"
    setup = ConnectionSetup.current()
    assert (setup.url, setup.client_secret.reveal(), setup.tenant) == (ENTERED["url"], SECRET, "")
    assert Guide.current().done == ["welcome"]


def test_a_step_that_is_not_reached_yet_leads_to_the_first_open_one(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    assert admin.get(f"{GUIDE}finish/").url == f"{GUIDE}welcome/"
    assert admin.post(f"{GUIDE}finish/", {"enable": "on"}).url == f"{GUIDE}welcome/"
    assert admin.get(f"{GUIDE}nowhere/").status_code == 404


@pytest.mark.scenario("CDSConnectionWizardTests.VerifyWizardActionBack")
def test_back_leads_to_the_step_before_and_loses_nothing(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    walk(admin, until="data")
    page = admin.get(f"{GUIDE}data/").content.decode()
    assert f'href="{GUIDE}connection/">Back' in page
    earlier = admin.get(f"{GUIDE}connection/").content.decode()
    assert "Enable CDS Connection" not in earlier
    assert ENTERED["client_id"] in earlier


def test_the_progress_marks_what_is_done_where_one_is_and_what_comes(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin, until="data")
    marks = admin.get(f"{GUIDE}data/").context["marks"]
    assert [(mark.step.slug, mark.done, mark.reachable) for mark in marks[:4]] == [
        ("welcome", True, True),
        ("connection", True, True),
        ("data", False, True),
        ("integration-user", False, False),
    ]


# --- twice, and back again -----------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [{}, {"leave": "1"}])
@pytest.mark.parametrize("step", ["welcome", "connection", "data", "integration-user", "administrator", "check"])
def test_next_and_leave_can_be_pressed_twice_on_every_step(
    fresh: tuple[MemorySystem, ...], admin: Client, step: str, more: dict[str, Any]
) -> None:
    walk(admin, until=step)
    if step == "connection":
        press(admin, step, **ENTERED, client_secret=SECRET)
    steps = {"connection": {"sdk_version": "9.1"}, "data": {"direction-CUSTOMER": "to_crm"}}
    page = admin.get(f"{GUIDE}{step}/")
    sent = {**(shown(admin, step) if "form" in page.context else {}), **steps.get(step, {}), **more}
    without = {"data": "import_solution", "integration-user": "assign_roles"}.get(step)
    sent.pop(without, None)
    first, second = (admin.post(f"{GUIDE}{step}/", sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302), second.content.decode()[-2000:]
    assert first.url == second.url


def test_the_sandbox_can_be_taken_twice(
    fresh: tuple[MemorySystem, ...], admin: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.DEVELOPMENT, settings.DATA_DIR = True, tmp_path
    ready = '{"url": "http://127.0.0.1:8001", "tenant": "t", "client_id": "c", "client_secret": "s", '
    (tmp_path / "sandbox.json").write_text(ready + '"token_endpoint": "http://127.0.0.1:8001/t/oauth2/v2.0/token"}')
    assert {admin.post(f"{GUIDE}use-sandbox/").url for _ in range(2)} == {f"{GUIDE}data/"}


def test_other_tables_chosen_meanwhile_are_not_overwritten_by_an_old_page(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin, until="data")
    seen = shown(admin, "data")
    press(admin, "data", **{"direction-CUSTOMER": "to_crm"})
    answer = admin.post(f"{GUIDE}data/", {**seen, "direction-CUSTOMER": "to_erp"})
    assert "Somebody else saved this page" in answer.content.decode()
    assert Guide.current().tables["CUSTOMER"]["direction"] == "to_crm"


def test_going_back_and_on_again_keeps_what_was_entered_and_loses_no_step(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin, until="check")
    press(admin, "connection", sdk_version="9.1")
    assert ConnectionSetup.current().sdk_version == "9.1"
    assert admin.get(GUIDE).url == f"{GUIDE}check/"


# --- secrets -------------------------------------------------------------------------------------------------


def test_no_secret_is_kept_in_the_session_or_shown_or_dumped(
    fresh: tuple[MemorySystem, ...], admin: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    walk(admin)
    for session in Session.objects.all():
        assert SECRET not in str(session.get_decoded())
    for step in STEPS:
        assert SECRET not in admin.get(f"{GUIDE}{step.slug}/").content.decode()
    call_command("dumpdata", "integration", "setup_wizard", "sessions")
    assert SECRET not in capsys.readouterr().out
