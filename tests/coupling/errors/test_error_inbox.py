"""Errors are given to people and resolved with a note, one or many, also when two people do so at once."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.http import HttpResponse
from django.test.client import Client
from django.urls import reverse
from django.utils import timezone

from integration.models import AuditEntry, SyncError, SyncJob, User
from integration.pages import rows
from integration.pages.lists import every
from tests.coupling.conftest import page, told
from tests.coupling.errors.errors import log, pairs
from tests.people import AVAILABILITY, INTEGRATOR, VIEWER, client_of, made, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def job() -> SyncJob:
    return pairs("ITEM-PRODUCT", ("item", "product"))[2]


@pytest.fixture
def ines() -> User:
    return made("ines", INTEGRATOR)


@pytest.fixture
def desk(ines: User) -> Client:
    return client_of(ines)


def error(job: SyncJob, label: str, **more: str) -> SyncError:
    return log(job, uuid.uuid4(), uuid.uuid4(), label=label, **more)


def send(client: Client, action: str, *errors: SyncError, **more: object) -> HttpResponse:
    return client.post(reverse(f"errors_{action}"), {"selected": [one.pk for one in errors], **more})


def test_errors_on_all_pages_of_the_list_are_resolved_as_its_filter_shows_them(
    desk: Client, job: SyncJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS", 2)
    wheels = [error(job, f"1100 Wheel {n}") for n in range(5)]
    error(job, "1000 Bicycle")
    assert "Select all 5 that the filter shows" in page(desk, "synch_errors", q="Wheel")

    refused = send(desk, "resolve", every="yes", note="Sold out", back="/synch/jobs/?q=Wheel")
    assert told(refused)[0] == every.OTHER_LIST
    said = send(desk, "resolve", *wheels[:1], every="yes", note="Sold out", back="/synch/errors/?q=Wheel")

    assert told(said)[-1].startswith("Resolved: 1100 Wheel")
    assert [one.label for one in SyncError.objects.open()] == ["1000 Bicycle"]


# --- assigning -------------------------------------------------------------------------------------------------------


def test_errors_are_given_to_a_person_who_finds_them_and_to_nobody_again(
    desk: Client, ines: User, job: SyncJob
) -> None:
    bicycle, wheel = error(job, "1000 Bicycle"), error(job, "1100 Wheel")
    assert told(send(desk, "assign", bicycle, wheel, person=ines.pk)) == ["Assigned to ines: 1000 Bicycle, 1100 Wheel."]
    for asked, found in (("*me", True), ("ines", True), ("*nobody", False)):
        assert ("1000 Bicycle" in page(desk, "synch_errors", assigned=asked)) is found
    assert told(send(desk, "assign", wheel, person="nobody")) == ["Assigned to nobody: 1100 Wheel."]
    assert "1100 Wheel" in page(desk, "synch_errors", assigned="*nobody")
    entries = AuditEntry.objects.filter(kind="integration synch. error").order_by("pk")
    assert [(one.who, one.before, one.after) for one in entries] == [
        ("ines", {"assigned to": ""}, {"assigned to": "ines"}),
        ("ines", {"assigned to": ""}, {"assigned to": "ines"}),
        ("ines", {"assigned to": "ines"}, {"assigned to": ""}),
    ]


def test_of_two_people_who_take_an_error_the_second_one_reads_whose_it_is(desk: Client, job: SyncJob) -> None:
    bicycle, wheel = error(job, "1000 Bicycle"), error(job, "1100 Wheel")
    otto = made("otto", INTEGRATOR)
    seen = {f"was-{one.pk}": "" for one in (bicycle, wheel)}
    send(client_of(otto), "assign", bicycle, person=otto.pk, **seen)
    me = User.objects.get(username="ines").pk
    assert told(send(desk, "assign", bicycle, wheel, person=me, **seen)) == [
        "Assigned to ines: 1100 Wheel.",
        "Left as it is, 1000 Bicycle: It is otto's by now.",
    ]
    bicycle.refresh_from_db()
    assert bicycle.assigned_to == otto


@pytest.mark.parametrize("whom", ["", "4711", "x", "susan"])
def test_an_error_is_given_to_nobody_who_could_not_see_it(desk: Client, job: SyncJob, whom: str) -> None:
    susan = made("susan", AVAILABILITY)
    bicycle = error(job, "1000 Bicycle")
    answer = send(desk, "assign", bicycle, person=susan.pk if whom == "susan" else whom)
    assert told(answer) == ["Choose somebody who may see this page."]


def test_who_looks_after_an_error_and_since_when_stays_when_a_run_meets_it_again(job: SyncJob, ines: User) -> None:
    id = uuid.uuid4()
    first = log(job, id, label="1000 Bicycle")
    since = timezone.now() - dt.timedelta(days=3)
    SyncError.objects.filter(pk=first.pk).update(assigned_to=ines, first_at=since)
    again = log(job, id, label="1000 Bicycle", code="locked")
    assert again.pk != first.pk
    assert (again.assigned_to, again.first_at) == (ines, since)
    assert list(SyncError.objects.open()) == [again]


def test_errors_are_narrowed_by_age_and_type_of_job(desk: Client, job: SyncJob) -> None:
    old, _new = error(job, "1000 Bicycle"), error(job, "1100 Wheel")
    SyncError.objects.filter(pk=old.pk).update(first_at=timezone.now() - dt.timedelta(days=2))
    shown = page(desk, "synch_errors", age="24")
    assert "1000 Bicycle" in shown
    assert "1100 Wheel" not in shown
    assert "1000 Bicycle" in page(desk, "synch_errors", kind="synchronize")
    assert "1000 Bicycle" not in page(desk, "synch_errors", kind="posts")


# --- resolving -------------------------------------------------------------------------------------------------------


def test_an_error_is_resolved_with_a_note_that_stands_with_it(desk: Client, job: SyncJob) -> None:
    bicycle, wheel = error(job, "1000 Bicycle"), error(job, "1100 Wheel")
    note = "Sold out for good. <b>Ask Otto.</b>"
    assert told(send(desk, "resolve", bicycle, note=note)) == ["Resolved: 1000 Bicycle."]
    assert "1000 Bicycle</a>" not in page(desk, "synch_errors")
    closed = page(desk, "synch_errors", state="closed")
    assert "ines: Sold out for good. &lt;b&gt;Ask Otto.&lt;/b&gt;" in closed
    assert list(SyncError.objects.open()) == [wheel]
    entry = AuditEntry.objects.get(kind="integration synch. error")
    assert (entry.who, entry.after) == ("ines", {"resolved": "yes"})


def test_every_one_of_a_mixed_selection_is_resolved_or_says_why_not(desk: Client, job: SyncJob) -> None:
    open_one, closed, theirs = error(job, "1000 Bicycle"), error(job, "1100 Wheel"), error(job, "1200 Bell")
    SyncError.objects.filter(pk=closed.pk).update(closed_at=timezone.now())
    send(signed_in("otto", INTEGRATOR), "resolve", theirs, note="Done.")
    gone = error(job, "1300 Lamp")
    SyncError.objects.filter(pk=gone.pk).delete()
    assert told(send(desk, "resolve", open_one, closed, theirs, gone, note="Done.")) == [
        "Resolved: 1000 Bicycle.",
        "Left as it is, 1100 Wheel: It is closed already.",
        "Left as it is, 1200 Bell: otto has resolved it already.",
        f"Left as it is, Error {gone.pk}: This error does not exist any more.",
    ]


def test_a_button_in_a_row_is_about_this_row_whatever_is_ticked(desk: Client, job: SyncJob) -> None:
    bicycle, wheel = error(job, "1000 Bicycle"), error(job, "1100 Wheel")
    send(desk, "resolve", bicycle, only=wheel.pk, note="Done.")
    assert list(SyncError.objects.open()) == [bicycle]


@pytest.mark.parametrize(
    ("sent", "said"),
    [({"note": " "}, "Write a note that says why nothing more is to be done."),
     ({"note": "Done.", "selected": []}, "Choose at least one error."),
     ({"note": "Done.", "selected": ["x", "9" * 40]}, "Choose at least one error.")],
)  # fmt: skip
def test_what_is_missing_to_resolve_is_said(desk: Client, job: SyncJob, sent: dict[str, object], said: str) -> None:
    bicycle = error(job, "1000 Bicycle")
    assert told(send(desk, "resolve", bicycle, **sent)) == [said]
    assert SyncError.objects.open().exists()


def test_the_way_back_leads_nowhere_else(desk: Client, job: SyncJob) -> None:
    bicycle = error(job, "1000 Bicycle")
    assert send(desk, "resolve", bicycle, note="Done.", back="//evil.example/").url == reverse("synch_errors")


def test_who_may_only_look_is_offered_neither_and_refused(job: SyncJob) -> None:
    bicycle, vera = error(job, "1000 Bicycle"), signed_in("vera", VIEWER)
    shown = page(vera, "synch_errors")
    assert "1000 Bicycle" in shown
    assert ">Resolve<" not in shown
    for action in ("assign", "resolve"):
        assert send(vera, action, bicycle, note="Done.", person="nobody").status_code == 403
    assert SyncError.objects.open().exists()


def test_every_row_names_its_record_and_links_to_it_and_a_cause_says_its_cure(desk: Client, job: SyncJob) -> None:
    errors = [error(job, f"10{number:02} Bicycle", code="unit-differs") for number in range(7)]
    shown = page(desk, "synch_errors")
    assert "A line is in another unit</a> <b>7</b>" in shown
    assert "Change the line to the unit that it is sold in." in shown
    assert shown.count(">Retry</button>") == 1 + 7
    latest = errors[-1]
    assert f'href="{reverse("erp_card", args=["item", latest.erp_id])}">1006 Bicycle</a>' in shown
    assert f'<a href="{reverse("record_edit", args=["item", latest.erp_id])}">Edit in Business Central</a>' in shown
    assert page(desk, "synch_errors", code="unit-differs").count(" Bicycle</a>") == 7
