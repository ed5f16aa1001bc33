"""The administrator's part of the guide: signed in at the organization, done, and recorded."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import transaction
from django.test.client import Client
from pytest_django.fixtures import Settings

from integration.connection.enabling import findings_of
from integration.connection.published import OURS
from integration.dataverse.session import Credentials
from integration.dataverse.session import Session as SalesSession
from integration.models import AuditEntry, ConnectionSetup
from integration.models.stored.audit import acting
from integration.systems.filters import Comparison
from integration.systems.system import every
from integration.systems.values import Row
from setup_wizard import tasks
from setup_wizard.models import AdministratorRun, Guide
from setup_wizard.tasks import SignedIn
from tests.dataverse.joined import joined
from tests.opened import opened
from tests.pages import seen_on
from tests.setup_wizard.administrator import (
    ISSUED,
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
from tests.setup_wizard.conftest import GUIDE

__all__ = ["one_after_the_other", "ready", "sandbox", "tokens"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_browser_is_sent_to_the_organizations_own_sign_in_with_a_challenge(
    sandbox: ConnectionSetup, admin: Client
) -> None:
    asked = parse_qs(urlsplit(begun(admin, "orders-on")).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"http://127.0.0.1:8000{STEP}signed-in/"]


@pytest.mark.scenario(
    "CRMSalesOrderIntegrTest.DisableCRMSalesOrderIntegration",
    "CRMSalesOrderIntegrTest.DisableCRMSalesOrderIntegrationWithSOInSubmittedState",
    "CRMSetupTest.DisableCRMSalesOrderIntegration",
)
def test_sales_order_integration_is_switched_on_in_the_organization_and_here(
    sandbox: ConnectionSetup, admin: Client, tokens: list[Any], ready: dict[str, Any]
) -> None:
    come_back(admin, agree(begun(admin, "orders-on")))
    run = AdministratorRun.latest()
    assert run.status == AdministratorRun.Status.FINISHED, run.lines
    assert ConnectionSetup.current().order_integration_enabled
    page = admin.get(f"{STEP}?for=result").content.decode()
    assert "Sales order integration is on." in page
    come_back(admin, agree(begun(admin, "orders-off")))
    assert "is submitted in Dynamics 365 Sales" in admin.get(f"{STEP}?for=result").content.decode()
    assert ConnectionSetup.current().order_integration_enabled
    with closing(joined(ready)) as sales:
        submitted = every(sales, "salesorder", Comparison("statecode", "=", 1))
        answers = sales.update("salesorder", [Row(one.id, {"statecode": 2, "statuscode": 4}) for one in submitted])
        assert [answer.error for answer in answers] == [None] * 3
    come_back(admin, agree(begun(admin, "orders-off")))
    assert ConnectionSetup.current().order_integration_enabled is False


def test_a_connection_by_certificate_proves_itself_with_it_when_a_person_signs_in(
    sandbox: ConnectionSetup, admin: Client
) -> None:
    with_certificate(sandbox, ISSUED.both)
    page = come_back(admin, agree(begun(admin, "orders-on")))
    assert AdministratorRun.latest().status == AdministratorRun.Status.FINISHED
    assert page.status_code == 200
    assert ConnectionSetup.current().order_integration_enabled


def test_the_integration_user_gets_its_roles_and_then_nothing_is_left_to_do(
    sandbox: ConnectionSetup, admin: Client
) -> None:
    Guide.current()
    before = ["welcome", "connection", "data", "integration-user"]
    Guide.objects.update(done=before, import_solution=False)
    assert [task.slug for task in admin.get(STEP).context["tasks"]] == ["roles"]
    come_back(admin, agree(begun(admin, "roles")))
    [who, roles] = AdministratorRun.latest().lines
    assert who["message"] == "Nancy Anderson may set this up."
    assert "has the roles Dynamics 365 Business Central Integration Administrator and" in roles["message"]
    assert admin.get(STEP).context["tasks"] == []
    page = admin.get(f"{GUIDE}check/").content.decode()
    assert "Tables, columns and privileges:</strong> All that" in page
    sandbox.client_id = "another"
    sandbox.save()
    assert tasks.wanted(Guide.current(), ConnectionSetup.current()) == ["roles"]


def test_the_solution_is_imported_with_progress_and_redeployed_without_harm(
    sandbox: ConnectionSetup, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    percents = []
    monkeypatch.setattr(AdministratorRun, "grow", lambda run, percent: percents.append(percent))
    come_back(admin, agree(begun(admin, "import")))
    run = AdministratorRun.latest()
    assert "of the integration solution is installed" in run.lines[-1]["message"]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert ConnectionSetup.current().solution_version
    come_back(admin, agree(begun(admin, "redeploy")))
    assert AdministratorRun.latest().status == AdministratorRun.Status.FINISHED
    assert f"Version {ConnectionSetup.current().solution_version} is installed" in str(findings_of(sandbox))


def recorded(kind: str) -> list[tuple[str, str, dict, dict]]:
    """Who did what, from which values to which, the oldest first."""
    entries = AuditEntry.objects.filter(kind=kind).order_by("pk")
    return [(one.who, one.action, one.before, one.after) for one in entries]


def test_what_the_administrator_changed_in_sales_is_in_the_audit_log_under_who_asked_for_it(
    sandbox: ConnectionSetup, admin: Client, tokens: list[Any]
) -> None:
    come_back(admin, agree(begun(admin, "roles", "orders-on")))
    come_back(admin, agree(begun(admin, "orders-off")))
    [user] = recorded("integration user")
    assert user[:2] == ("annette", "changed")
    assert "Dynamics 365 Business Central Integration User" in user[3]["security roles"]
    assert recorded("sales order integration") == [
        ("annette", "changed", {"enabled": "no"}, {"enabled": "yes"}),
        ("annette", "changed", {"enabled": "yes"}, {"enabled": "no"}),
    ]
    log = str(list(AuditEntry.objects.values_list()))
    assert not [one for one in (*tokens, sandbox.client_secret.reveal()) if one in log]


def test_an_import_of_the_solution_is_in_the_audit_log_with_the_version_before_and_after(
    sandbox: ConnectionSetup, admin: Client
) -> None:
    come_back(admin, agree(begun(admin, "import")))
    come_back(admin, agree(begun(admin, "redeploy")))
    version = ConnectionSetup.current().solution_version
    first, again = recorded("integration solution")
    assert (first[0], first[3]) == ("annette", {"version": version})
    assert again[2:] == ({"version": version}, {"version": version, "redeployed": "yes"})


def test_an_application_user_that_was_created_is_recorded_as_created(
    sandbox: ConnectionSetup, ready: dict[str, Any]
) -> None:
    sandbox.client_id = "5f0c1a52-6d3e-4c6e-9f0e-0b7d1f3a9c11"
    sandbox.save()
    chief = ready["clients"]["administrator"]
    credentials = Credentials(ready["tenant"], chief["client_id"], chief["client_secret"], ready["token_endpoint"])
    with closing(SalesSession(ready["url"], credentials)) as session, acting("Annette"):
        said = tasks.named(["roles"])[0].run(SignedIn(session, sandbox, lambda _: None, sandbox.place))
    assert "was created" in said
    assert [one[:2] for one in recorded("integration user")] == [("Annette", "created")]


def test_enabling_tells_sales_where_we_are_once_the_solution_is_there(
    sandbox: ConnectionSetup, admin: Client, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://bc.cronus.example"
    come_back(admin, agree(begun(admin, "import")))
    answer = admin.post("/connection/enable/", seen_on(admin, "/connection/"), follow=True)
    setup = ConnectionSetup.current()
    assert (setup.is_enabled, setup.last_error) == (True, ""), answer.content.decode()[-3000:]
    with opened() as connected:
        [row] = connected.crm.get("bci_connection", [OURS], ["bci_webclienturl"]).values()
    assert row.values["bci_webclienturl"] == "https://bc.cronus.example"


def test_the_step_is_done_when_nothing_wished_for_is_left_and_the_browser_goes_on(
    sandbox: ConnectionSetup, admin: Client
) -> None:
    Guide.current()
    before = ["welcome", "connection", "data", "integration-user"]
    Guide.objects.update(done=before, order_integration=True, import_solution=False, assign_roles=False)
    come_back(admin, agree(begun(admin, "orders-on")))
    assert Guide.current().done == [*before, "administrator"]
    assert admin.get(f"{STEP}progress/").headers["HX-Redirect"] == GUIDE


def test_while_the_work_goes_on_the_page_shows_it_and_asks_again(sandbox: ConnectionSetup, admin: Client) -> None:
    Guide.current()
    Guide.objects.update(done=["welcome", "connection", "data", "integration-user"])
    with transaction.atomic():
        run = AdministratorRun.begin(None)
    run.take_up("Enable Sales Order Integration")
    run.grow(40)
    page = admin.get(STEP).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert 'value="40"' in admin.get(f"{STEP}progress/").content.decode()
    run.finish()
    assert admin.get(f"{STEP}progress/").headers["HX-Refresh"] == "true"
