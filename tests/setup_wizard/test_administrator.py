"""An administrator signs in at a running sandbox: what is done with the sign-in, and that nothing of it stays."""

from __future__ import annotations

import html
import logging
import re
import threading
from contextlib import closing
from contextvars import Context
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import connection, transaction

from integration.connection.enabling import findings_of
from integration.connection.published import OURS
from integration.dataverse.session import Credentials
from integration.dataverse.session import Session as SalesSession
from integration.models import AuditEntry, ConnectionSetup
from integration.models.stored.audit import acting
from integration.systems.errors import ConfigurationProblem, Refused
from setup_wizard import administrator, tasks
from setup_wizard.models import AdministratorRun, Guide
from setup_wizard.tasks import Task, Work
from tests.opened import opened
from tests.organization import demo_organization, fill_in
from tests.pages import seen_on
from tests.real.certificates import issue, rsa_key
from tests.setup_wizard.conftest import GUIDE

pytestmark = pytest.mark.django_db(transaction=True)
STEP = f"{GUIDE}administrator/"
ISSUED = issue("Business Central integration", rsa_key())


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """The ready line of a demo organization that knows our certificate."""
    with demo_organization(tmp_path_factory.mktemp("sandbox")) as running:
        running.organization.tenant.certify(running.ready["client_id"], ISSUED.pem)
        yield running.ready


@pytest.fixture
def sandbox(ready, settings) -> ConnectionSetup:
    """Connection Setup filled in for the sandbox."""
    settings.DEVELOPMENT = True
    return fill_in(ready)


@pytest.fixture(autouse=True)
def one_after_the_other(monkeypatch) -> None:
    """The work is done before the answer is given: SQLite in memory does not let two threads write side by side. As in
    a thread of its own, nothing is known there of who made the request."""
    monkeypatch.setattr(administrator, "beside", lambda work: Context().run(work))


@pytest.fixture
def tokens(monkeypatch) -> list[str]:
    """Every token that an administrator's sign-in brought; looked at on its way, never kept by the application."""
    seen: list[str] = []
    come_back = administrator.come_back

    def watched(*given):
        held = come_back(*given)
        seen.append(held.token())
        return held

    monkeypatch.setattr(administrator, "come_back", watched)
    return seen


def begun(client, *wanted: str) -> str:
    """The address the browser is sent to."""
    asked = "&".join(f"task={name}" for name in wanted)
    return client.get(f"{STEP}sign-in/?{asked}", HTTP_HOST="127.0.0.1:8000").url


def agree(address: str, answer: str = "sign in", person: str = "Nancy Anderson") -> str:
    """A person signs in at the sandbox's own page; the address their browser is sent back to."""
    page = requests.get(address, timeout=5).text
    kept = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)}
    people = re.findall(r'value="([0-9a-f-]{36})">\s*([^<]+?)\s*<', page)
    chosen = next(id for id, name in people if name == person)
    sent = {name: value for name, value in kept.items() if name not in ("person", "answer")}
    back = requests.post(
        address.partition("?")[0], data={**sent, "person": chosen, "answer": answer}, allow_redirects=False, timeout=5
    )
    return back.headers["Location"]


def come_back(client, address: str):
    """The browser comes back."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}", HTTP_HOST="127.0.0.1:8000", follow=True)


def whole_database() -> str:
    """Every text of every table."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(found)


def test_the_browser_is_sent_to_the_organizations_own_sign_in_with_a_challenge(sandbox, admin):
    asked = parse_qs(urlsplit(begun(admin, "orders-on")).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"http://127.0.0.1:8000{STEP}signed-in/"]


def test_sales_order_integration_is_switched_on_in_the_organization_and_here(sandbox, admin, tokens):
    come_back(admin, agree(begun(admin, "orders-on")))
    run = AdministratorRun.latest()
    assert run.status == AdministratorRun.Status.FINISHED, run.lines
    assert ConnectionSetup.current().order_integration_enabled
    page = admin.get(f"{STEP}?for=result").content.decode()
    assert "Sales order integration is on." in page
    come_back(admin, agree(begun(admin, "orders-off")))
    assert ConnectionSetup.current().order_integration_enabled is False


def with_certificate(setup: ConnectionSetup, pem: str) -> None:
    setup.authentication, setup.certificate, setup.client_secret = "certificate", pem, ""
    setup.save()


def test_a_connection_by_certificate_proves_itself_with_it_when_a_person_signs_in(sandbox, admin):
    with_certificate(sandbox, ISSUED.both)
    page = come_back(admin, agree(begun(admin, "orders-on")))
    assert AdministratorRun.latest().status == AdministratorRun.Status.FINISHED
    assert page.status_code == 200
    assert ConnectionSetup.current().order_integration_enabled


def test_a_certificate_that_is_not_registered_is_told_in_words_and_nothing_is_done(sandbox, admin):
    with_certificate(sandbox, issue("Another", rsa_key()).both)
    page = come_back(admin, agree(begun(admin, "orders-on")))
    assert "The certificate is not the one registered for this application" in page.content.decode()
    assert not ConnectionSetup.current().order_integration_enabled


def test_the_integration_user_gets_its_roles_and_then_nothing_is_left_to_do(sandbox, admin):
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


def test_the_solution_is_imported_with_progress_and_redeployed_without_harm(sandbox, admin, monkeypatch):
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


def test_what_the_administrator_changed_in_sales_is_in_the_audit_log_under_who_asked_for_it(sandbox, admin, tokens):
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


def test_an_import_of_the_solution_is_in_the_audit_log_with_the_version_before_and_after(sandbox, admin):
    come_back(admin, agree(begun(admin, "import")))
    come_back(admin, agree(begun(admin, "redeploy")))
    version = ConnectionSetup.current().solution_version
    first, again = recorded("integration solution")
    assert (first[0], first[3]) == ("annette", {"version": version})
    assert again[2:] == ({"version": version}, {"version": version, "redeployed": "yes"})


def test_an_application_user_that_was_created_is_recorded_as_created(sandbox, ready):
    sandbox.client_id = "5f0c1a52-6d3e-4c6e-9f0e-0b7d1f3a9c11"
    sandbox.save()
    chief = ready["clients"]["administrator"]
    credentials = Credentials(ready["tenant"], chief["client_id"], chief["client_secret"], ready["token_endpoint"])
    with closing(SalesSession(ready["url"], credentials)) as session, acting("Annette"):
        said = tasks.named(["roles"])[0].run(Work(session, sandbox, lambda _: None, sandbox.place))
    assert "was created" in said
    assert [one[:2] for one in recorded("integration user")] == [("Annette", "created")]


def test_enabling_tells_sales_where_we_are_once_the_solution_is_there(sandbox, admin, settings):
    settings.PUBLIC_URL = "https://bc.cronus.example"
    come_back(admin, agree(begun(admin, "import")))
    answer = admin.post("/connection/enable/", seen_on(admin, "/connection/"), follow=True)
    setup = ConnectionSetup.current()
    assert (setup.is_enabled, setup.last_error) == (True, ""), answer.content.decode()[-3000:]
    with opened() as connected:
        [row] = connected.crm.get("bci_connection", [OURS], ["bci_webclienturl"]).values()
    assert row.values["bci_webclienturl"] == "https://bc.cronus.example"


def test_who_is_no_administrator_is_told_which_role_is_missing_and_nothing_is_done(sandbox, admin):
    come_back(admin, agree(begun(admin, "roles"), person="Andrew Hill"))
    run = AdministratorRun.latest()
    assert run.status == AdministratorRun.Status.FAILED
    assert "does not have the security roles System Administrator and System Customizer" in run.lines[0]["message"]
    assert len(run.lines) == 1


def test_a_client_id_that_is_none_is_told_in_words(sandbox):
    sandbox.client_id = "Contoso's own"
    with pytest.raises(ConfigurationProblem, match="no application"):
        tasks.named(["roles"])[0].run(tasks.Work(None, sandbox, print, sandbox.place))


def test_nothing_of_the_sign_in_stays_in_database_session_cache_logs_or_pages(sandbox, admin, tokens, caplog):
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


def test_the_sign_in_is_dropped_also_when_a_task_breaks_off(sandbox, admin, monkeypatch, caplog):
    held = []

    def break_off(work):
        held.append(work.session)
        raise RuntimeError("nobody expected this")

    monkeypatch.setattr(tasks, "TASKS", (Task("orders-on", "Enable Sales Order Integration", break_off),))
    come_back(admin, agree(begun(admin, "orders-on")))
    run = AdministratorRun.latest()
    assert run.status == AdministratorRun.Status.FAILED
    page = admin.get(f"{STEP}?for=result").content.decode()
    assert "unexpected error" in page
    assert "RuntimeError" not in page
    with pytest.raises(Exception, match="Sign in again"):
        held[0].request("GET", "WhoAmI")


def test_what_the_organization_refuses_ends_the_work_and_is_told(sandbox, admin, monkeypatch):
    def refuse(work):
        raise Refused("Only administrators may do this.")

    monkeypatch.setattr(tasks, "TASKS", (Task("orders-on", "Enable Sales Order Integration", refuse),))
    come_back(admin, agree(begun(admin, "orders-on")))
    page = admin.get(f"{STEP}?for=result").content.decode()
    assert "Enable Sales Order Integration:</strong> Only administrators may do this." in page


def test_who_does_not_agree_is_told_so_and_nothing_is_done(sandbox, admin):
    answer = come_back(admin, agree(begun(admin, "orders-on"), answer="cancel"))
    assert "did not agree" in answer.content.decode()
    assert AdministratorRun.latest() is None


def test_the_way_back_is_used_once(sandbox, admin):
    back = agree(begun(admin, "orders-on"))
    come_back(admin, back)
    answer = come_back(admin, back)
    assert "No sign-in is under way here" in answer.content.decode()
    assert AdministratorRun.objects.count() == 1


def test_another_persons_way_back_is_refused(sandbox, admin):
    begun(admin, "orders-on")
    stolen = agree(begun(admin, "orders-on"))
    begun(admin, "orders-on")
    answer = come_back(admin, stolen)
    assert "not the answer to the sign-in that was begun here" in answer.content.decode()


def test_the_step_is_done_when_nothing_wished_for_is_left_and_the_browser_goes_on(sandbox, admin):
    Guide.current()
    before = ["welcome", "connection", "data", "integration-user"]
    Guide.objects.update(done=before, order_integration=True, import_solution=False, assign_roles=False)
    come_back(admin, agree(begun(admin, "orders-on")))
    assert Guide.current().done == [*before, "administrator"]
    assert admin.get(f"{STEP}progress/").headers["HX-Redirect"] == GUIDE


def test_while_the_work_goes_on_the_page_shows_it_and_asks_again(sandbox, admin):
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


def test_over_plain_http_nobody_is_sent_to_sign_in(sandbox, admin, settings):
    settings.ALLOWED_HOSTS = ["bc.cronus.example"]
    answer = admin.get(f"{STEP}sign-in/?task=orders-on", follow=True, HTTP_HOST="bc.cronus.example")
    assert "must be called with https" in answer.content.decode()


def test_an_organization_that_does_not_answer_is_told_before_anybody_is_sent_away(sandbox, admin):
    sandbox.url = "http://127.0.0.1:9"
    sandbox.save()
    answer = admin.get(f"{STEP}sign-in/?task=orders-on", follow=True, HTTP_HOST="127.0.0.1:8000")
    assert answer.redirect_chain[-1][0].startswith(STEP)
    assert answer.context["messages"]
