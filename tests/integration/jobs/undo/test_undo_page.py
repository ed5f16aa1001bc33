"""What the page says before a run is undone: how many records become what, and nothing is offered that does nothing."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test.client import Client
from django.urls import reverse

from integration import jobs
from integration.jobs.undo import start
from integration.models import SyncJob
from integration.sync.run import Options
from integration.sync.undo import removing
from integration.templatetags.runs import began_by
from tests.coupling.conftest import page, told
from tests.integration.jobs.undo.phones import carried, coupled, phones, ran
from tests.integration.jobs_world import JobsWorld, world
from tests.people import ADMINISTRATOR, signed_in

__all__ = ["world"]

CARRIED = ["Adatum", "Fabrikam", "Litware"]


@pytest.fixture
def ann(world: JobsWorld) -> Client:
    return signed_in("ann", ADMINISTRATOR)


def undo(client: Client, job: SyncJob, **query: str) -> str:
    return page(client, "synch_job_undo", job.pk, **query)


def accounts(world: JobsWorld, *names: str) -> SyncJob:
    """The run that made accounts of these firms."""
    world.couple_jim()
    for name in names:
        world.add_customer(name)
    return ran(jobs.start(world.mapping(), "to_crm", options=Options(create=True)))


def edited_since(world: JobsWorld, job: SyncJob, place: int, **values: Any) -> None:
    """Somebody has changed the account of one of the records of the run since."""
    theirs = start.preview(job).planned[place].past.crm_id
    world.crm.edit("account", theirs, by=world.jim_user, **values)


# --- the sum ---------------------------------------------------------------------------------------------------------


def test_the_sum_of_all_pages_stands_above_the_button(
    world: JobsWorld, ann: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "SHOWN", 1)
    job = carried(world, coupled(world, *CARRIED))
    edited_since(world, job, 2, telephone1="030 9")
    shown = undo(ann, job)
    assert "0 deleted, 2 put back, 1 left as they are" in shown
    assert "<li>1 × Somebody has changed it since, so it stays.</li>" in shown
    assert shown.index("0 deleted") < shown.index("Undo the Run</button>")
    assert "1–1 of 3" in shown
    assert "2–2 of 3" in undo(ann, job, first="2")


def test_the_sum_says_how_many_are_deleted_and_why_the_others_stay(world: JobsWorld, ann: Client) -> None:
    job = accounts(world, *CARRIED)
    edited_since(world, job, 0, telephone1="030 9")
    edited_since(world, job, 1, telephone1="030 9")
    shown = undo(ann, job, removes="yes")
    assert "1 deleted, 0 put back, 2 left as they are" in shown
    assert f"<li>2 × {removing.TOUCHED}</li>" in shown


def test_of_more_records_than_are_looked_at_the_sum_says_of_which_it_speaks(
    world: JobsWorld, ann: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "SHOWN", 1)
    monkeypatch.setattr(start, "LOOKED_AT", 2)
    job = carried(world, coupled(world, *CARRIED))
    edited_since(world, job, 0, telephone1="030 9")
    first, last = undo(ann, job), undo(ann, job, first="3")
    assert "Of the records 1 to 2: <strong>0 deleted, 1 put back, 1 left as they are</strong>" in first
    assert "Of the records 3 to 3: <strong>0 deleted, 1 put back, 0 left as they are</strong>" in last
    assert "Undo looks at all 3" in first
    assert "Undo the Run</button>" in first


# --- what is offered -------------------------------------------------------------------------------------------------


def test_where_everything_stays_on_all_pages_no_undo_is_offered(
    world: JobsWorld, ann: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "SHOWN", 1)
    job = accounts(world, *CARRIED)
    kept = undo(ann, job)
    assert "Undo the Run" not in kept
    assert "Delete Them Where Nothing Was Done with Them Since" in kept
    monkeypatch.setattr(start, "LOOKED_AT", 1)
    assert "Undo the Run" not in undo(ann, job), "what a run made stays, however many these are"


def test_a_button_promises_a_deletion_only_where_something_is_deleted(world: JobsWorld, ann: Client) -> None:
    job = accounts(world, "Adatum", "Litware")
    assert "Undo the Run and Delete What It Made</button>" in undo(ann, job, removes="yes")
    edited_since(world, job, 0, telephone1="030 9")
    edited_since(world, job, 1, telephone1="030 9")
    assert '<button class="btn btn-sm btn-danger">' not in undo(ann, job, removes="yes")


def test_no_deletion_is_offered_of_what_is_never_deleted(
    world: JobsWorld, ann: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = accounts(world, "Adatum")
    monkeypatch.setattr(removing, "MAY_GO", {})
    monkeypatch.setattr("integration.pages.runs.undoing.MAY_GO", {})
    shown = undo(ann, job)
    assert "Delete Them" not in shown
    assert removing.NOT_DEFINED in shown


# --- what stays on the other side ------------------------------------------------------------------------------------


def test_what_stays_on_the_other_side_is_said_once_before_anything_is_deleted(world: JobsWorld, ann: Client) -> None:
    job = accounts(world, *CARRIED)
    stays = "Business Central keeps its record of each one that is deleted in Sales."
    assert undo(ann, job, removes="yes").count(stays) == 1
    assert stays not in undo(ann, job)


# --- a run that was undone already -----------------------------------------------------------------------------------


def press(client: Client, job: SyncJob, shown: str, **more: str) -> Any:
    """Press the button of a page that was shown some time ago."""
    latest = shown.partition('name="latest" value="')[2].partition('"')[0]
    return client.post(reverse("synch_job_undo", args=[job.pk]), {"latest": latest, **more})


def test_a_run_is_not_undone_once_more_from_a_stale_page(world: JobsWorld, ann: Client) -> None:
    job = carried(world, coupled(world, "Adatum"))
    stale = undo(ann, job)
    press(ann, job, undo(ann, job))
    undoing = ran(SyncJob.objects.get(undoes=job))

    answer = press(ann, job, stale)

    (text,) = told(answer)
    assert f'This run was undone already, by <a href="{reverse("synch_job", args=[undoing.pk])}">' in text
    assert began_by(undoing) in text
    assert answer.url == reverse("synch_job", args=[job.pk])
    assert SyncJob.objects.filter(undoes=job).count() == 1
    shown = page(ann, "synch_job", job.pk)
    assert "Undone by" in shown
    assert "Undo…" not in shown


def test_a_second_press_while_a_run_is_being_undone_says_so(world: JobsWorld, ann: Client) -> None:
    job = carried(world, coupled(world, "Adatum"))
    stale = undo(ann, job)
    press(ann, job, stale)
    assert "This run is being undone already" in told(press(ann, job, stale))[-1]
    assert SyncJob.objects.filter(undoes=job).count() == 1


def test_what_an_undo_has_left_is_shown_anew_before_it_is_undone(world: JobsWorld, ann: Client) -> None:
    """The account of Adatum stayed, since somebody had changed it; by then it is as the run had left it."""
    job = carried(world, coupled(world, "Adatum", "Litware"))
    edited_since(world, job, 0, telephone1="030 9")
    stale = undo(ann, job)
    press(ann, job, undo(ann, job))
    undoing = ran(SyncJob.objects.get(undoes=job))
    assert (undoing.modified, undoing.skipped) == (1, 1)
    edited_since(world, job, 0, telephone1="030 2")

    answer = press(ann, job, stale)

    assert answer.url.startswith(reverse("synch_job_undo", args=[job.pk]))
    assert "Below stands whether anything of it is left" in told(answer)[-1]
    assert SyncJob.objects.filter(undoes=job).count() == 1
    shown = undo(ann, job)
    assert "0 deleted, 1 put back, 1 left as they are" in shown
    press(ann, job, shown)
    ran(SyncJob.objects.filter(undoes=job).first())
    assert phones(world) == ["030 1", "030 1"]


def test_what_was_undone_of_one_record_is_told_and_the_others_are_still_undone(world: JobsWorld, ann: Client) -> None:
    adatum, litware = coupled(world, "Adatum", "Litware")
    job = carried(world, [adatum, litware])
    undoing = ran(start.undo(job, None, [adatum]))
    assert start.undone_by(job, [adatum]) == undoing
    assert start.undone_by(job, [litware]) is None
    shown = undo(ann, job)
    assert "Undone for 1 record by" in shown
    press(ann, job, shown)
    ran(SyncJob.objects.filter(undoes=job).first())
    assert phones(world) == ["030 1", "030 1"]


def test_a_run_whose_undo_was_undone_may_be_undone_again(world: JobsWorld) -> None:
    job = carried(world, coupled(world, "Adatum"))
    ran(start.undo(ran(start.undo(job, None)), None))
    assert phones(world) == ["030 2"]
    assert ran(start.undo(job, None)).modified == 1
    assert phones(world) == ["030 1"]


def test_the_undo_of_records_that_nobody_knows_starts_nothing(world: JobsWorld, ann: Client) -> None:
    job = carried(world, coupled(world, "Adatum"))
    answer = press(ann, job, undo(ann, job), record=str(uuid.uuid4()))
    assert told(answer)[-1] == start.NOTHING
    assert not SyncJob.objects.filter(undoes=job).exists()
