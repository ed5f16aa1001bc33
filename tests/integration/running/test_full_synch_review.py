"""Full Synch. Review: what a line says of its records, errors and time, the summary, and what Reset asks."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integration.models import FullSynchLine, SyncJob
from integration.models.jobs.full_synch import Recommendation
from integration.pages.runs.review import review
from integration.templatetags.formats import brief
from tests.integration.jobs_world import JobsWorld, world
from tests.people import INTEGRATOR, VIEWER, signed_in

__all__ = ["world"]


@pytest.fixture
def lines(world: JobsWorld) -> dict[str, FullSynchLine]:
    """Nothing is started yet: 400 customers and accounts, nobody knows how many people."""
    found = {
        world.mapping(name): (Recommendation.FULL, "", expected)
        for name, expected in (("CUSTOMER", 400), ("CONTACT", None))
    }
    FullSynchLine.objects.renew(found)
    return {line.mapping.name: line for line in FullSynchLine.objects.select_related("mapping")}


@pytest.fixture
def susan(world: JobsWorld) -> Client:
    return signed_in("susan", INTEGRATOR)


def shown(client: Client) -> str:
    """The page in plain words."""
    page = client.get(reverse("full_synch"), headers={"HX-Request": "true"}).content.decode()
    return re.sub(r"\s+", " ", page)


def job(line: FullSynchLine, seconds: int = 10, **values: object) -> SyncJob:
    now = timezone.now()
    times = {"started_at": now - dt.timedelta(seconds=seconds), "finished_at": now}
    values = {"status": "finished", "options": {"scope": "everything"}, **times, **values}
    return SyncJob.objects.create(mapping=line.mapping, direction="to_crm", **values)


def test_before_the_start_each_line_says_about_how_long_it_takes(
    susan: Client, lines: dict[str, FullSynchLine]
) -> None:
    assert "about 400 records, about 10 s." in shown(susan)
    job(lines["CUSTOMER"], seconds=100, records_done=1000)
    page = shown(susan)
    assert "about 400 records, about 40 s." in page
    assert "about 400</td>" in page


def test_a_line_leads_to_its_errors_and_the_summary_says_what_came_of_it_all(
    susan: Client, lines: dict[str, FullSynchLine]
) -> None:
    line = lines["CUSTOMER"]
    run = job(line, seconds=65, records_done=400, inserted=300, unchanged=98, failed=2)
    line.start(to_crm_job=run)
    assert "0 of 2 tables finished" in shown(susan)
    line.finish()
    page = shown(susan)
    assert f'href="/synch/jobs/{run.pk}/?show=failed">2</a>' in page
    assert "1 min 5 s" in page
    assert "<strong>1 of 2 tables finished</strong>" in page
    assert "400 records: 300 inserted, 98 unchanged, 2 failed." in page
    assert f'href="{reverse("synch_job", args=[run.pk])}" title="What became of them">400</a>' in page
    assert reverse("synch_errors") in page


def test_a_line_that_waits_for_approval_says_so_and_leads_to_the_one_question(
    susan: Client, lines: dict[str, FullSynchLine]
) -> None:
    line = lines["CUSTOMER"]
    run = job(line, status="approval", finished_at=None)
    line.start(to_crm_job=run)
    line.ask("It would delete 300 of 400 records.")
    page = shown(susan)
    assert f'<a href="/synch/jobs/{run.pk}/">CUSTOMER waits for approval</a>' in page
    assert page.count("Waiting for Approval") == 2
    assert "Restart" not in page
    assert "hx-trigger" not in page


def test_once_every_line_was_started_the_page_says_what_opens_start_again(
    susan: Client, lines: dict[str, FullSynchLine]
) -> None:
    says = "Every line has been started. Reset has all of them start over"
    for line in lines.values():
        assert says not in shown(susan)
        line.start(to_crm_job=job(line))
        line.finish()
    assert f"{says}." in shown(susan)
    assert re.search(r"<button[^>]* disabled[^>]*>Dry Run<", shown(susan))
    lines["CUSTOMER"].fail("The line is dead.")
    assert f"{says}, Restart a single one." in shown(susan)


def test_reset_asks_first_and_throws_away_only_when_it_is_confirmed(
    susan: Client, lines: dict[str, FullSynchLine]
) -> None:
    lines["CUSTOMER"].start(to_crm_job=job(lines["CUSTOMER"]))
    lines["CUSTOMER"].finish()
    assert f'href="{reverse("full_synch_reset")}"' in shown(susan)
    asked = susan.get(reverse("full_synch_reset")).content.decode()
    assert "All 2 lines start over" in asked
    assert FullSynchLine.objects.count() == 2
    susan.post(reverse("full_synch_reset"))
    assert not FullSynchLine.objects.exists()


def test_home_says_when_the_last_one_ended_also_after_reset(susan: Client, lines: dict[str, FullSynchLine]) -> None:
    assert "Last full synchronization</dt><dd>none yet" in susan.get("/").content.decode()
    lines["CUSTOMER"].start(to_crm_job=job(lines["CUSTOMER"]))
    lines["CUSTOMER"].finish()
    susan.post(reverse("full_synch_reset"))
    assert 'Last full synchronization</dt><dd><a href="/full-synch/">' in susan.get("/").content.decode()


def test_who_may_only_look_meets_no_button_of_the_review(lines: dict[str, FullSynchLine]) -> None:
    viewer = signed_in("vera", VIEWER)
    lines["CUSTOMER"].start(to_crm_job=job(lines["CUSTOMER"]))
    lines["CUSTOMER"].finish()
    page = shown(viewer)
    assert "<button" not in page
    assert reverse("full_synch_reset") not in page
    assert viewer.get(reverse("full_synch_reset")).status_code == 403


def test_the_review_renews_itself_also_without_scripts_while_a_line_runs(
    susan: Client, lines: dict[str, FullSynchLine]
) -> None:
    refresh = '<noscript><meta http-equiv="refresh"'
    lines["CUSTOMER"].start(to_crm_job=job(lines["CUSTOMER"], status="queued"))
    assert refresh in susan.get(reverse("full_synch")).content.decode()
    lines["CUSTOMER"].finish()
    assert refresh not in susan.get(reverse("full_synch")).content.decode()


def test_a_record_counts_once_though_both_passes_look_at_it_and_what_was_left_out_leads_to_its_rows(
    susan: Client, lines: dict[str, FullSynchLine]
) -> None:
    line = lines["CUSTOMER"]
    there = job(line, records_done=60, inserted=50, modified=8, skipped=2)
    back = job(line, seconds=5, records_done=84, inserted=26, unchanged=58)
    line.start(to_crm_job=there, to_erp_job=back)
    line.finish()

    page = shown(susan)

    assert "86 records: 76 inserted, 8 modified, 2 left out or skipped." in page
    assert f'href="/synch/jobs/{there.pk}/?show=skipped"' in page
    assert page.count(f">{brief(there.started_at)}</time>") == 2


def test_what_became_of_the_records_adds_up_to_their_number(lines: dict[str, FullSynchLine]) -> None:
    """Sales knows 29 of the 31 units already; one price list is left out, the others come back unchanged."""
    units = job(lines["CUSTOMER"], records_done=31, coupled=29, unchanged=2)
    lines["CUSTOMER"].start(to_crm_job=units, to_erp_job=job(lines["CUSTOMER"], records_done=31, unchanged=31))
    lists = job(lines["CONTACT"], records_done=5, inserted=4, skipped=1)
    lines["CONTACT"].start(to_crm_job=lists, to_erp_job=job(lines["CONTACT"], records_done=4, unchanged=4))
    found = review()
    assert (found.records, sum(number for _, number in found.outcomes)) == (36, 36)
    assert found.outcomes[-1] == ("left out or skipped", 1)


def test_records_that_were_coupled_first_count_by_what_the_passes_have_done_with_them(
    susan: Client, lines: dict[str, FullSynchLine]
) -> None:
    line = lines["CUSTOMER"]
    first = job(line, kind="couple", records_done=84, coupled=6)
    there = job(line, records_done=58, inserted=52, modified=6)
    line.start(couple_job=first, to_crm_job=there, to_erp_job=job(line, records_done=84, inserted=26, unchanged=58))

    page = shown(susan)

    assert "84 records: 78 inserted, 6 modified. 6 of them were there already and coupled first." in page


def test_a_second_round_counts_neither_its_records_nor_the_wait_for_it_again(
    susan: Client, lines: dict[str, FullSynchLine]
) -> None:
    line = lines["CUSTOMER"]
    ended = timezone.now() - dt.timedelta(minutes=5)
    there = job(line, records_done=60, inserted=60)
    SyncJob.objects.filter(pk=there.pk).update(started_at=ended - dt.timedelta(seconds=10), finished_at=ended)
    again = job(line, seconds=2, records_done=23, modified=23, options={"scope": "owed"})
    line.start(to_crm_job=there, second_to_crm_job=again)
    assert "second round: what later tables gave to these records" in shown(susan)
    line.finish()

    page = shown(susan)

    assert "60 records: 60 inserted." in page
    words = 'title="BC → Sales" aria-label="23 written in a second round in CUSTOMER, BC → Sales"'
    assert f'href="/synch/jobs/{again.pk}/" {words}' in page
    assert "records get what tables that come after theirs have made possible" in page
    assert '<td class="number text-nowrap">12 s' in page
