"""The history of a record says of each line whether it was undone, by which run, and offers to undo what is left."""

from __future__ import annotations

import uuid

import pytest
from django.test.client import Client
from django.urls import reverse

from coupling.pages.history import Entry, history_of
from integration import jobs
from integration.jobs.undo import start
from integration.models import RecordChange, SyncJob
from integration.sync.run import Changed, Options
from integration.systems.values import Side
from integration.templatetags.runs import began
from tests.coupling.conftest import page
from tests.integration.jobs.undo.phones import carried, coupled, ran
from tests.integration.jobs_world import JobsWorld, world
from tests.people import INTEGRATOR, signed_in

__all__ = ["world"]


@pytest.fixture
def ines(world: JobsWorld) -> Client:
    return signed_in("ines", INTEGRATOR)


def lines(erp_id: uuid.UUID) -> list[Entry]:
    return history_of(Side.ERP, erp_id)


def told(erp_id: uuid.UUID) -> list[tuple[str, SyncJob | None, bool]]:
    """(what, undone by, offers Undo), the latest first."""
    return [(one.what, one.undone_by, one.can_be_undone) for one in lines(erp_id)]


MODIFIED, BACK = "Modified in Dynamics 365 Sales", "Undone: modified back in Dynamics 365 Sales"


def test_a_line_that_was_undone_names_the_run_that_did_it_and_offers_no_undo(world: JobsWorld) -> None:
    (adatum,) = coupled(world, "Adatum")
    undoing = ran(start.undo(carried(world, [adatum]), None))
    assert told(adatum)[:2] == [(BACK, None, True), (MODIFIED, undoing, False)]


def test_both_lines_lead_to_each_others_runs(world: JobsWorld, ines: Client) -> None:
    (adatum,) = coupled(world, "Adatum")
    job = carried(world, [adatum])
    undoing = ran(start.undo(job, None))
    shown = page(ines, "record_history", "erp", "customer", adatum)
    assert f'<a href="{reverse("synch_job", args=[job.pk])}">the run {began(job)}</a> wrote' in shown
    assert f'<a href="{reverse("synch_job", args=[undoing.pk])}">Undone</a> by the run {began(undoing)}' in shown
    assert f'{reverse("synch_job_undo", args=[undoing.pk])}?record={adatum}">Undo…</a>' in shown
    assert reverse("synch_job_undo", args=[job.pk]) not in shown
    assert "(undone)" not in shown


def test_an_undo_that_was_itself_undone_leaves_the_first_line_as_it_was(world: JobsWorld) -> None:
    (adatum,) = coupled(world, "Adatum")
    undoing = ran(start.undo(carried(world, [adatum]), None))
    again = ran(start.undo(undoing, None))
    assert told(adatum)[:3] == [(BACK, None, True), (BACK, again, False), (MODIFIED, None, True)]


def test_a_line_of_which_one_field_stayed_is_undone_in_part_and_still_offers_undo(world: JobsWorld) -> None:
    (adatum,) = coupled(world, "Adatum")
    world.erp.edit("customer", adatum, post_code="10115")
    job = carried(world, [adatum])
    theirs = world.mapping().couplings.get(erp_id=adatum).crm_id
    world.crm.edit("account", theirs, by=world.jim_user, telephone1="030 9")
    undoing = ran(start.undo(job, None))
    assert told(adatum)[1] == (MODIFIED, undoing, True)
    assert lines(adatum)[1].in_part


def test_what_an_undo_deleted_has_a_line_of_its_own_and_nothing_of_the_record_offers_undo(world: JobsWorld) -> None:
    world.couple_jim()
    adatum = world.add_customer("Adatum")
    job = ran(jobs.start(world.mapping(), "to_crm", options=Options(create=True)))
    undoing = ran(start.undo(job, None, removes=True))
    assert told(adatum) == [
        ("Undone: deleted again in Dynamics 365 Sales", None, False),
        ("Inserted in Dynamics 365 Sales", undoing, False),
    ]


def test_a_record_that_was_made_again_offers_to_undo_that_alone(world: JobsWorld) -> None:
    world.couple_jim()
    adatum = world.add_customer("Adatum")
    job = ran(jobs.start(world.mapping(), "to_crm", options=Options(create=True)))
    undoing = ran(start.undo(job, None, removes=True))
    world.erp.edit("customer", adatum, phone_no="030 3")
    ran(jobs.start(world.mapping(), "to_crm", options=Options(create=True)))
    assert [(by, may) for _, by, may in told(adatum)] == [(None, True), (None, False), (undoing, False)]


def test_the_history_says_that_edits_by_hand_are_not_in_it(world: JobsWorld, ines: Client) -> None:
    (adatum,) = coupled(world, "Adatum")
    never = "What people edited by hand is not listed here."
    assert never in page(ines, "record_history", "erp", "customer", adatum)
    carried(world, [adatum])
    assert never in page(ines, "record_history", "erp", "customer", adatum)


def test_what_statistics_wrote_is_not_told_as_a_record_that_was_inserted(world: JobsWorld) -> None:
    (adatum,) = coupled(world, "Adatum")
    job = SyncJob.objects.create(mapping=world.mapping(), direction="to_crm", kind="statistics")
    account = world.mapping().couplings.get(erp_id=adatum).crm_id
    RecordChange.objects.log(job, [Changed(adatum, account, "inserted", (), "Adatum")])
    assert told(adatum)[0] == ("Statistics added in Dynamics 365 Sales", None, False)
