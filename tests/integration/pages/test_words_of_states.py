"""States, spans and numbers as a page shows them: one word, one style, whatever the row says."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message

from integration.connection import systems
from integration.models import FullSynchLine, JobQueueEntry, Plan, SyncJob, TableMapping
from integration.models.jobs.claimable import RunStatus
from integration.pages import states
from integration.pages.advice import ADVICE, advice, meaning
from integration.pages.frame import menu
from integration.pages.runs.captions import Captions
from integration.pages.states import Shown, Style
from integration.systems.findings import Severity
from integration.systems.memory import MemorySystem
from integration.systems.values import Side
from integration.systems.wording import NAMELESS
from integration.templatetags import frame
from tests.makers import erp_tables

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
S = SyncJob.Status


@pytest.mark.parametrize(
    ("job", "label", "style"),
    [
        (SyncJob(status=S.FINISHED), "Finished", Style.FAVORABLE),
        (SyncJob(status=S.FINISHED, failed=1), "Finished with errors", Style.UNFAVORABLE),
        (SyncJob(status=S.FAILED), None, Style.UNFAVORABLE),
        (SyncJob(status=S.FAILED, failed=3), None, Style.UNFAVORABLE),
        (SyncJob(status=S.QUEUED, queued_at=NOON), None, Style.SUBDUED),
        (SyncJob(status=S.REJECTED), None, Style.SUBDUED),
        (SyncJob(status=S.APPROVAL), None, Style.AMBIGUOUS),
    ],
)
def test_a_job_is_shown_by_what_it_means_to_a_person(job: SyncJob, label: str | None, style: Style) -> None:
    with time_machine.travel(NOON, tick=False):
        found = states.of_job(job)

    assert found == Shown(label or str(job.get_status_display()), style)


def test_a_run_that_waits_for_the_other_side_says_so_and_not_that_it_is_queued() -> None:
    with time_machine.travel(NOON, tick=False):
        job = SyncJob(status=S.QUEUED, queued_at=NOON, next_try_at=NOON + dt.timedelta(minutes=5))
        assert states.of_job(job).label == "Waiting for the other side"


@pytest.mark.parametrize("status", list(Plan.Status))
def test_every_state_of_a_dry_run_has_a_word_and_a_colour(status: Any) -> None:
    found = states.of_plan(Plan(status=status))

    broken = status in (Plan.Status.FAILED, Plan.Status.STOPPED)
    assert found.label == status.label
    assert (found.style is Style.UNFAVORABLE) is broken
    assert found.style is not Style.BLANK


@pytest.mark.parametrize("row", [*(FullSynchLine(status=one) for one in FullSynchLine.Status),
                                 *(JobQueueEntry(status=one) for one in JobQueueEntry.Status)])  # fmt: skip
def test_every_state_of_a_line_or_an_entry_has_a_word_and_a_colour(row: FullSynchLine | JobQueueEntry) -> None:
    found = states.of_row(row)

    assert found.label == str(row.get_status_display())
    assert found.style is states.STYLES.get(row.status, Style.SUBDUED)


@pytest.mark.parametrize(
    ("severity", "style"),
    [(Severity.ERROR, Style.UNFAVORABLE), (Severity.WARNING, Style.AMBIGUOUS), (Severity.FINE, Style.FAVORABLE)],
)
def test_every_severity_has_its_colour(severity: Severity, style: Style) -> None:
    assert states.of_severity(severity.value).style is style


def test_a_severity_nobody_knows_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="dreadful"):
        states.of_severity("dreadful")


@pytest.mark.parametrize(
    ("ok", "words", "expected"),
    [
        (True, (), Shown("OK", Style.FAVORABLE)),
        (False, (), Shown("failed", Style.UNFAVORABLE)),
        (True, ("on", "off"), Shown("on", Style.FAVORABLE)),
        (False, ("on", "off"), Shown("off", Style.UNFAVORABLE)),
    ],
)
def test_a_line_that_is_right_or_wrong_may_have_words_of_its_own(
    ok: bool, words: tuple[Any, ...], expected: Shown
) -> None:
    assert states.of_check(ok, *words) == expected


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"), (0.4, "0 s"), (0.6, "1 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (60, "1 min 0 s"),
        (185, "3 min 5 s"), (3599, "59 min 59 s"), (3600, "1 h 0 min"), (7800, "2 h 10 min"), (90_000, "25 h 0 min"),
    ],
)  # fmt: skip
def test_a_span_of_time_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert frame.duration(dt.timedelta(seconds=seconds)) == words


def test_no_span_and_no_number_are_nothing() -> None:
    assert (frame.duration(None), frame.whole(None)) == ("", "")


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0"), (999, "999"), (1000, "1,000"), (1234567.8, "1,234,568"), (-5000, "-5,000")]
)
def test_a_number_has_its_thousands_apart_and_no_decimals(number: float, words: str) -> None:
    assert frame.whole(number) == words


@pytest.mark.parametrize(
    ("status", "kind"), [(S.FAILED, "danger"), (S.FINISHED, "secondary"), (S.REJECTED, "secondary")]
)
def test_the_message_of_a_failed_job_stands_in_red(status: RunStatus, kind: str) -> None:
    assert frame.message_kind(SyncJob(status=status)) == kind


@pytest.mark.parametrize("level", [constants.INFO, constants.SUCCESS, constants.WARNING, constants.ERROR])
def test_every_message_has_a_kind_of_notice(level: int) -> None:
    assert frame.notice_kind(Message(level, "Saved.")) in {
        "primary",
        "success",
        "warning",
        "danger",
        "info",
        "secondary",
    }


@pytest.mark.parametrize("code", sorted(ADVICE))
def test_every_code_says_what_it_means_and_whole_sentences_of_what_to_do(code: str) -> None:
    assert meaning(code)[0].isupper()
    assert not meaning(code).endswith(".")
    assert advice(code).endswith(".")


def test_a_code_nobody_wrote_about_stands_for_itself_and_advises_nothing() -> None:
    assert (meaning("brand-new"), advice("brand-new")) == ("brand-new", "")


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("/", "/"),
        ("/synch/jobs/", "/synch/jobs/"),
        ("/synch/jobs/1/", "/synch/jobs/"),
        ("/setup/vat-posting/", "/setup/vat-posting/"),
        ("/setup/sales-connection/data/", "/setup/"),
        ("/accounts/login/", ""),
    ],
)
def test_a_page_is_at_the_nearest_link_above_it_and_home_only_on_home(path: str, here: str) -> None:
    assert menu._nearest(path, ["/", "/setup/", "/setup/vat-posting/", "/synch/jobs/"]) == here


def test_the_history_calls_a_record_by_its_name_though_no_run_has_named_it(monkeypatch: pytest.MonkeyPatch) -> None:
    erp = MemorySystem(Side.ERP, erp_tables())
    euro, gone = erp.add("currency", code="EUR", description="Euro"), uuid.uuid4()
    monkeypatch.setattr(systems, "open_erp", lambda: erp)
    mapping = TableMapping(name="CUSTOMER", erp_table="customer", crm_table="account")
    (change,) = Captions().changes(mapping, Side.ERP, [("currency_code", str(gone), str(euro))], {})
    assert (change.old, change.new) == (NAMELESS, "EUR Euro")
