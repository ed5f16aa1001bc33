"""The checks by page, by command and by night, and run again."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.db.migrations.recorder import MigrationRecorder

from integration import checks
from integration.jobs import queue, tasks
from integration.models import Preflight, TaskRun
from integration.systems.findings import Finding, Severity
from integration.systems.memory.system import MemorySystem
from tests.integration.checks.checked import no_queue
from tests.people import ADMINISTRATOR, signed_in

__all__ = ["no_queue"]

pytestmark = pytest.mark.django_db


# --- page, command, night ------------------------------------------------------------------------------------


def test_the_command_prints_code_severity_message_and_fix_and_ends_with_one(db: None) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("preflight", "--json", stdout=out)
    answer = json.loads(out.getvalue().splitlines()[-1])
    assert ended.value.code == 1
    assert answer["errors"] >= 1
    assert all({"code", "severity", "message", "fix"} <= one.keys() for one in answer["findings"])


def test_the_last_run_is_one_row_with_the_worst_first() -> None:
    Preflight.keep([Finding("queue", Severity.FINE, "Queue", "It answers.")])
    last = Preflight.keep(
        [Finding("clock", Severity.FINE, "Clock", "Agrees."), Finding("no-worker", Severity.ERROR, "Workers", "None.")]
    )
    assert Preflight.objects.count() == 1
    assert str(last) == "1 error, 0 warnings"
    assert [one["code"] for one in last.verdicts] == ["no-worker", "clock"]


def test_the_page_shows_the_last_run_and_home_leads_who_may_mend_there_while_there_are_errors() -> None:
    Preflight.keep([Finding("no-worker", Severity.ERROR, "Workers", "No worker <takes> jobs.", "Start one.")])
    ester = signed_in("ester")
    page = ester.get("/connection/preflight/").content.decode()
    assert "No worker &lt;takes&gt; jobs." in page
    assert "Run Again" not in page
    annette = signed_in("annette", ADMINISTRATOR)
    assert "The preflight found 1 error" in annette.get("/").content.decode()
    assert "The preflight found" not in ester.get("/").content.decode()
    Preflight.keep([])
    assert "The preflight found" not in annette.get("/").content.decode()


def pending(*statements: str) -> None:
    """As if the migration that made these tables had not been applied yet."""
    MigrationRecorder.Migration.objects.filter(app="integration").delete()
    with database.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_the_command_prints_its_findings_while_its_own_migration_is_pending() -> None:
    pending("DROP TABLE integration_preflight")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("preflight", stdout=out)
    assert "integration.0001_workplace" in out.getvalue()
    assert "not-set-up" in out.getvalue()
    assert "These findings could not be stored" in out.getvalue()


def test_the_command_says_which_migration_is_pending_when_the_setup_cannot_be_read_yet() -> None:
    pending("ALTER TABLE integration_connectionsetup DROP COLUMN web_client_url")
    found = {one.code: one for one in checks.look()}
    assert "integration.0001_workplace" in found["migrations-pending"].message
    assert "web_client_url" in found["database-unfit"].message
    assert "queue-unreachable" in found


# --- run again -----------------------------------------------------------------------------------------------


def test_run_again_gives_it_to_a_worker_and_needs_the_right(ends: tuple[MemorySystem, ...]) -> None:
    assert signed_in("ester").post("/connection/preflight/run/").status_code == 403
    annette = signed_in("annette", ADMINISTRATOR)
    page = annette.post("/connection/preflight/run/", follow=True).content.decode()
    assert "It waits for the queue, which cannot be reached." in page
    assert 'hx-trigger="every 1s"' in page
    assert "Nothing has been looked at yet." in page
    tasks.run(checks.TASK)
    page = annette.get("/connection/preflight/").content.decode()
    assert "not-set-up" in page
    assert 'hx-trigger="every 1s"' not in page


def test_a_double_click_on_run_again_makes_one_run() -> None:
    annette = signed_in("annette", ADMINISTRATOR)
    annette.post("/connection/preflight/run/")
    asked = TaskRun.objects.get().asked_at
    page = annette.post("/connection/preflight/run/", follow=True).content.decode()
    assert "It is under way already." in page
    assert TaskRun.objects.get().asked_at == asked


def test_while_no_worker_is_there_the_page_says_how_to_start_one(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks.start(checks.TASK)
    monkeypatch.setattr("integration.views.running.preflight.queue_state", lambda: queue.QueueState(workers=0))
    assert "python manage.py work" in signed_in("ester").get("/connection/preflight/").content.decode()


def test_a_run_that_broke_off_is_told_and_the_findings_before_it_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    Preflight.keep([Finding("clock", Severity.FINE, "Clock", "Both clocks agree.")])

    def fail() -> dict[str, int]:
        raise ZeroDivisionError

    monkeypatch.setitem(tasks.TASKS, checks.TASK, fail)
    tasks.start(checks.TASK)
    tasks.run(checks.TASK)
    page = signed_in("ester").get("/connection/preflight/").content.decode()
    assert "The last run did not come to its end: It stopped because of an unexpected error." in page
    assert "Both clocks agree." in page


def test_the_live_part_of_the_page_is_the_findings_alone() -> None:
    Preflight.keep([Finding("clock", Severity.FINE, "Clock", "Both clocks agree.")])
    page = signed_in("ester").get("/connection/preflight/", headers={"HX-Request": "true"}).content.decode()
    assert page.startswith('<div id="preflight">')
    assert "Both clocks agree." in page
