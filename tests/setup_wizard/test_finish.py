"""The last two steps of the guide: everything is checked, and Finish switches the connection on."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.test.client import Client
from pytest_django.fixtures import Settings

from coupling.models import Coupling
from integration import checks
from integration.connection.enabling import disable, enable
from integration.jobs.queue import QueueState
from integration.models import ConnectionSetup, FullSynchLine, TableMapping
from integration.systems.errors import SignInRefused
from integration.systems.findings import Severity
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Row
from setup_wizard.models import Guide
from tests.setup_wizard.conftest import BY_HAND, GUIDE, press, shown, state, walk

pytestmark = pytest.mark.django_db


def test_what_fails_says_in_which_step_it_is_mended_and_holds_the_guide_up(
    fresh: tuple[MemorySystem, ...], admin: Client, organization: MemorySystem
) -> None:
    walk(admin, until="check")
    organization.fail_on("check", SignInRefused("The secret is wrong.", part="secret"), times=2)
    page = admin.get(f"{GUIDE}check/").content.decode()
    assert "Client secret:</strong> The secret is wrong." in page
    assert f'href="{GUIDE}connection/">How to fix it' in page
    assert ">Next<" not in page
    answer = admin.post(f"{GUIDE}check/", {})
    assert "Something is not right yet" in answer.content.decode()
    assert ">Next<" in admin.get(f"{GUIDE}check/").content.decode()


def test_a_wish_that_is_not_done_fails_the_check(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    walk(admin, until="check")
    Guide.objects.update(order_integration=True, import_solution=True)
    found = {one.code: one for one, _ in admin.get(f"{GUIDE}check/").context["findings"]}
    assert {found["order-integration"].severity, found["solution"].severity} == {Severity.ERROR}


def test_the_check_shows_severity_code_and_fix_of_the_preflights_findings(
    fresh: tuple[MemorySystem, ...], admin: Client, organization: MemorySystem
) -> None:
    walk(admin, until="check")
    organization.update("systemuser", [Row(organization.user_id, {"isdisabled": True})])
    page = admin.get(f"{GUIDE}check/").content.decode()
    assert '<code class="small">integration-user</code>' in page
    assert "An administrator mends it under Assign Security Roles." in page
    assert f'href="{GUIDE}administrator/">How to fix it' in page


def test_the_check_finds_what_the_preflight_finds_under_the_same_codes(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin, until="check")
    context = admin.get(f"{GUIDE}check/").context
    shown = {one.code for one, _ in [*context["findings"], *context["further"]()]}
    assert shown == {one.code for one in checks.look()} - {"disabled"}


def test_what_is_only_worth_knowing_does_not_hold_the_guide_up(
    fresh: tuple[MemorySystem, ...], admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk(admin, until="check")
    monkeypatch.setattr("integration.checks.installation.queue_state", lambda: QueueState(problem="No queue."))
    page = admin.get(f"{GUIDE}check/").content.decode()
    assert "queue-unreachable" in page
    assert ">Next<" in page


def test_couplings_of_another_organization_are_told_before_finish_is_reached(
    setup: ConnectionSetup, admin: Client, organization: MemorySystem
) -> None:
    enable(setup)
    customer = TableMapping.objects.get(name="CUSTOMER")
    Coupling.objects.create(mapping=customer, erp_id=uuid.uuid4(), crm_id=uuid.uuid4(), state="coupled")
    disable(setup)
    walk(admin, until="check")
    organization.organization_id = uuid.uuid4()
    page = admin.get(f"{GUIDE}check/").content.decode()
    assert "the couplings of CUSTOMER belong to Twin crm" in page
    assert "other-organization" in page
    assert ">Next<" not in page


def test_the_user_that_handles_orders_is_looked_up_by_name(
    fresh: tuple[MemorySystem, ...], admin: Client, organization: MemorySystem
) -> None:
    peter = organization.add("systemuser", fullname="Peter Saddow", isdisabled=False)
    walk(admin, until="data")
    press(admin, "data", order_user="Peter Saddow", **BY_HAND)
    for step in ("integration-user", "administrator"):
        press(admin, step, without=("assign_roles",))
    assert "Peter Saddow handles sales orders" in admin.get(f"{GUIDE}check/").content.decode()
    assert ConnectionSetup.current().order_user_id == peter
    Guide.objects.update(order_user="Nobody Known")
    assert "No enabled user is called “Nobody Known”" in admin.get(f"{GUIDE}check/").content.decode()


@pytest.mark.scenario("CRMConnectionWizardTests.VerifyStatusCompletedWhenFinished")
def test_finish_without_enabling_completes_the_guide_and_enables_nothing(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin)
    answer = press(admin, "finish", without=("enable", "run_full"))
    assert answer.url == "/connection/"
    assert "Completed" in state(admin)
    assert "Not Completed" not in state(admin)
    assert ConnectionSetup.current().is_enabled is False


def test_finish_enables_and_starts_the_full_synchronization(
    fresh: tuple[MemorySystem, ...], admin: Client, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://bc.cronus.example"
    walk(admin)
    answer = press(admin, "finish")
    assert answer.url == "/full-synch/"
    setup = ConnectionSetup.current()
    assert (setup.is_enabled, setup.web_client_url) == (True, "https://bc.cronus.example")
    assert FullSynchLine.objects.active().exists()


@pytest.mark.parametrize("winner", ["", "erp", "crm"])
def test_finish_asks_whose_values_win_and_the_review_keeps_the_answer(
    fresh: tuple[MemorySystem, ...], admin: Client, winner: str
) -> None:
    walk(admin)
    assert "these values win" in admin.get(f"{GUIDE}finish/").content.decode()
    press(admin, "finish", winner=winner)
    lines = FullSynchLine.objects.exclude(status=FullSynchLine.Status.ON_HOLD)
    assert set(lines.values_list("winner", flat=True)) == {winner}


def test_a_full_synchronization_needs_the_connection(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    walk(admin)
    answer = press(admin, "finish", without=("enable",))
    assert "needs the connection to be enabled" in answer.content.decode()


def test_what_broke_between_check_and_finish_leads_back_to_the_check(
    fresh: tuple[MemorySystem, ...], admin: Client, organization: MemorySystem
) -> None:
    walk(admin)
    organization.fail_on("check", SignInRefused("The secret has expired.", part="secret"))
    answer = press(admin, "finish")
    assert answer.url == f"{GUIDE}check/"
    assert "The secret has expired" in admin.get(answer.url).content.decode()
    assert ConnectionSetup.current().is_enabled is False


def test_a_double_click_on_finish_starts_everything_once(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    walk(admin)
    sent = shown(admin, "finish")
    admin.post(f"{GUIDE}finish/", sent)
    answer = admin.post(f"{GUIDE}finish/", sent, follow=True)
    assert "is running already" in answer.content.decode()


def test_mappings_that_were_there_keep_what_people_made_of_them(setup: ConnectionSetup, admin: Client) -> None:
    enable(setup)
    TableMapping.objects.filter(name="CUSTOMER").update(direction="to_erp")
    disable(setup)
    walk(admin, until="data")
    press(admin, "data", **{"direction-CUSTOMER": "to_crm"}, **BY_HAND)
    for step in ("integration-user", "administrator", "check"):
        press(admin, step, without=("assign_roles",))
    press(admin, "finish", without=("run_full",))
    assert TableMapping.objects.get(name="CUSTOMER").direction == "to_erp"


def test_records_without_a_match_are_only_created_where_the_administrator_says_so(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin)
    assert "create_unmatched" not in shown(admin, "finish")
    press(admin, "finish", create_unmatched="on")
    assert FullSynchLine.objects.get(mapping__name="CUSTOMER").create_unmatched is True


def test_without_a_word_about_them_records_without_a_match_are_left_alone(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin)
    press(admin, "finish")
    assert FullSynchLine.objects.filter(create_unmatched=True).exists() is False


def test_what_was_chosen_for_one_table_stands_above_the_word_for_all(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin, until="data")
    press(admin, "data", **{"create-OPPORTUNITY": ""}, **BY_HAND)
    for step in ("integration-user", "administrator", "check"):
        press(admin, step, without=("assign_roles",))
    press(admin, "finish", create_unmatched="on")
    created = dict(FullSynchLine.objects.values_list("mapping__name", "create_unmatched"))
    assert (created["OPPORTUNITY"], created["CUSTOMER"]) == (False, True)


def test_at_the_local_sandbox_finish_offers_to_create_them_and_lets_business_central_win(
    fresh: tuple[MemorySystem, ...], admin: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.DEVELOPMENT, settings.DATA_DIR = True, tmp_path
    walk(admin)
    (tmp_path / "sandbox.json").write_text(f'{{"url": "{ConnectionSetup.current().url}"}}')
    offered = shown(admin, "finish")
    assert (offered["create_unmatched"], offered["winner"]) == ("on", "erp")


def test_at_a_real_organization_nobody_wins_unless_the_administrator_says_so(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin)
    assert shown(admin, "finish")["winner"] == ""
