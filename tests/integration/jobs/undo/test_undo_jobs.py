"""A run that undoes another one: started from a page, audited, with a history of its own, resumed after a kill."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test.client import Client
from django.urls import reverse

from integration import jobs
from integration.jobs.journal import WENT_ON
from integration.jobs.undo import past, start
from integration.jobs.undo.past import pasts_of, records_of
from integration.models import AuditEntry, RecordChange, SyncError, SyncJob
from integration.sync.undo import removing, run
from integration.systems.errors import Unreachable
from integration.systems.memory.faults import Call
from integration.systems.values import Side
from tests.coupling.conftest import told
from tests.integration.jobs.undo.phones import both, carried, coupled, phones, ran
from tests.integration.jobs_world import JobsWorld, silent_for, world
from tests.people import ADMINISTRATOR, INTEGRATOR, ORDER_PROCESSOR, VIEWER, client_of, made, signed_in
from tests.sync.mortal import Killed

__all__ = ["world"]


def test_a_run_is_undone_by_a_run_with_a_history_of_its_own(world: JobsWorld) -> None:
    job = carried(world, coupled(world, "Adatum", "Litware"))
    user = made("ann", INTEGRATOR)
    undoing = ran(start.undo(job, user))
    assert (undoing.status, undoing.modified, undoing.undoes) == (SyncJob.Status.FINISHED, 2, job)
    assert phones(world) == ["030 1", "030 1"]
    row = RecordChange.objects.filter(job=undoing).first()
    assert row is not None
    assert row.fields == [["telephone1", "030 2", "030 1"]]
    assert all(not one.modified and not one.failed for one in both(world))
    assert phones(world) == ["030 1", "030 1"]


def test_a_second_undoing_is_refused_and_names_the_first(world: JobsWorld) -> None:
    job = carried(world, coupled(world, "Adatum"))
    undoing = ran(start.undo(job, None))
    with pytest.raises(start.UndoneAlready) as refused:
        start.undo(job, None)
    assert refused.value.by == undoing
    assert start.why_not(job) == "This run was undone already."


def test_a_second_undoing_of_what_the_first_left_changes_no_more_than_that(world: JobsWorld) -> None:
    ours = coupled(world, "Adatum", "Litware")
    job = carried(world, ours)
    theirs = world.mapping().couplings.get(erp_id=ours[0]).crm_id
    world.crm.edit("account", theirs, by=world.jim_user, telephone1="030 9")
    ran(start.undo(job, None))
    again = ran(start.undo(job, None))
    assert (again.modified, again.unchanged, again.skipped, again.history.count()) == (0, 1, 1, 0)


def test_one_entry_of_a_history_is_undone_alone(world: JobsWorld) -> None:
    adatum, litware = coupled(world, "Adatum", "Litware")
    job = carried(world, [adatum, litware])
    ran(start.undo(job, None, [adatum]))
    assert sorted(phones(world)) == ["030 1", "030 2"]


@pytest.mark.parametrize("verb", ["update", "get"])
def test_an_undoing_that_was_killed_is_resumed_and_writes_nothing_twice(world: JobsWorld, verb: str) -> None:
    """Killed with the write made and nothing of it remembered, or before it."""
    job = carried(world, coupled(world, "Adatum", "Litware"))
    undoing = start.undo(job, None)
    world.crm.fail_on(verb, Killed(), done=None)
    with pytest.raises(Killed):
        jobs.run(undoing.pk)
    silent_for(undoing, 60)
    undoing = ran(undoing)
    assert (undoing.status, undoing.modified, undoing.resumed) == (SyncJob.Status.FINISHED, 2, 1)
    assert undoing.history.count() == 2
    assert phones(world) == ["030 1", "030 1"]
    assert all(not one.modified and not one.failed for one in both(world))


def test_an_undoing_whose_mapping_is_changed_meanwhile_goes_on_and_counts_each_record_once(
    world: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "AT_ONCE", 1)
    ours = coupled(world, "Adatum", "Fabrikam", "Litware")
    job = carried(world, ours)
    world.crm.edit("account", world.mapping().couplings.get(erp_id=ours[0]).crm_id, telephone1="030 9")
    undoing, written = start.undo(job, None), list[bool]()

    def happens(call: Call) -> bool:
        if not written:
            world.mapping().require_full_run()
        written.append(True)
        return False

    world.crm.fail_on("update", RuntimeError("never raised"), when=happens)
    assert ran(undoing).status == SyncJob.Status.QUEUED
    undoing = ran(undoing)
    assert (undoing.status, undoing.message) == (SyncJob.Status.FINISHED, WENT_ON)
    assert (undoing.modified, undoing.skipped, undoing.unchanged) == (2, 1, 0)
    assert (undoing.records_done, undoing.records_total, undoing.errors.count()) == (3, 3, 1)


def test_records_that_a_run_made_stay_unless_their_deletion_is_wanted(world: JobsWorld) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    job = ran(jobs.start(world.mapping(), "to_crm", options=jobs.lifecycle.Options(create=True)))
    kept = ran(start.undo(job, None))
    assert (kept.skipped, len(world.crm.ids("account"))) == (1, 1)
    gone = ran(start.undo(job, None, removes=True))
    assert (gone.deleted, len(world.crm.ids("account"))) == (1, 0)
    both(world)
    assert not world.crm.ids("account")
    assert start.undone_by(job) == gone


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "uncouple"}, start.OTHER_KIND),
        ({"status": "running"}, start.STILL_RUNS),
        ({"mapping__erp_table": "sales_header"}, start.ABOUT_DOCUMENTS),
        ({"mapping__internal": True}, start.ABOUT_DOCUMENTS),
        ({"history": None}, start.NOTHING),
    ],
)
def test_what_cannot_be_undone_is_refused_in_words(world: JobsWorld, change: dict[str, Any], says: str) -> None:
    job = carried(world, coupled(world, "Adatum"))
    ((name, value),) = change.items()
    if name == "history":
        job.history.all().delete()
    elif name.startswith("mapping__"):
        setattr(job.mapping, name.removeprefix("mapping__"), value)
    else:
        setattr(job, name, value)
    assert start.why_not(job) == says


def test_the_page_shows_what_goes_back_and_what_stays_before_anything_is_done(world: JobsWorld) -> None:
    adatum, litware = coupled(world, "Adatum", "Litware")
    job = carried(world, [adatum, litware])
    theirs = world.mapping().couplings.get(erp_id=litware).crm_id
    world.crm.edit("account", theirs, telephone1="030 9")
    client = client_of(made("ann", INTEGRATOR))
    assert reverse("synch_job_undo", args=[job.pk]) in client.get(reverse("synch_job", args=[job.pk])).content.decode()
    shown = client.get(reverse("synch_job_undo", args=[job.pk])).content.decode()
    for text in ("<del>030 2</del>", "<ins>030 1</ins>", "(030 9): Somebody has changed it since", "1–2 of 2"):
        assert text in shown
    assert "Delete Them" not in shown
    answer = client.post(reverse("synch_job_undo", args=[job.pk]), {"removes": "yes"})
    undoing = SyncJob.objects.get(kind=SyncJob.Kind.UNDO)
    assert answer.url == reverse("synch_job", args=[undoing.pk])
    assert not undoing.run_options.removes
    entry = AuditEntry.objects.filter(action="started").first()
    assert entry is not None
    assert str(job.pk) in str(entry.after)
    ran(undoing)
    assert sorted(phones(world)) == ["030 1", "030 9"]
    assert "Undone by" in client.get(reverse("synch_job", args=[job.pk])).content.decode()


@pytest.mark.parametrize(
    ("group", "may"), [(ADMINISTRATOR, True), (INTEGRATOR, True), (ORDER_PROCESSOR, False), (VIEWER, False)]
)
def test_who_may_not_undo_meets_no_button_and_no_page(world: JobsWorld, group: str, may: bool) -> None:
    job = carried(world, coupled(world, "Adatum"))
    client, address = client_of(made("ann", group)), reverse("synch_job_undo", args=[job.pk])
    assert (address in client.get(reverse("synch_job", args=[job.pk])).content.decode()) is may
    assert client.get(address).status_code == (200 if may else 403)


def test_a_page_that_names_no_record_and_a_silent_sales_are_answered_in_words(world: JobsWorld) -> None:
    job = carried(world, coupled(world, "Adatum"))
    client: Client = signed_in("ann", INTEGRATOR)
    address = reverse("synch_job_undo", args=[job.pk])
    assert "Load it again" in told(client.get(address, {"record": "x"}))[0]
    assert told(client.get(address, {"record": str(uuid.uuid4())}))[-1] == start.NOTHING
    world.crm.fail_on("get", Unreachable("The organization cannot be reached."), times=9)
    assert told(client.get(address))[-1] == "The organization cannot be reached."


def test_a_run_that_slipped_in_between_two_pages_has_written_it_since(world: JobsWorld) -> None:
    """Adatum was made, another run carried an edit of it, then the first run made Litware."""
    world.couple_jim()
    adatum, litware = world.add_customer("Adatum"), world.add_customer("Litware")
    job = ran(jobs.start(world.mapping(), "to_crm", options=jobs.lifecycle.Options(create=True)))
    both(world)
    world.erp.edit("customer", adatum, phone_no="030 9")
    assert ran(jobs.start(world.mapping(), "to_crm")).modified == 1
    RecordChange.objects.filter(job=job, erp_id=litware).update(id=10**6)
    gone = ran(start.undo(job, None, removes=True))
    assert (gone.deleted, gone.skipped) == (1, 1)
    assert [row.message for row in SyncError.objects.filter(job=gone)] == [removing.ANOTHER_RUN]
    assert world.names(Side.CRM, "account") == ["Adatum"]


def test_a_record_that_another_run_wrote_before_its_own_came_to_it_once_more_was_written_since(
    world: JobsWorld,
) -> None:
    """Adatum was made, another run carried an edit of it, then the first run wrote it once more in its last round."""
    world.couple_jim()
    adatum = world.add_customer("Adatum")
    job = ran(jobs.start(world.mapping(), "to_crm", options=jobs.lifecycle.Options(create=True)))
    both(world)
    world.erp.edit("customer", adatum, phone_no="030 9")
    assert ran(jobs.start(world.mapping(), "to_crm")).modified == 1
    (once_more,) = job.history.all()
    once_more.pk, once_more.action, once_more.exact = 10**6, RecordChange.Action.MODIFIED, {}
    once_more.save(force_insert=True)
    gone = ran(start.undo(job, None, removes=True))
    assert (gone.deleted, gone.skipped) == (0, 1)
    assert [row.message for row in SyncError.objects.filter(job=gone)] == [removing.ANOTHER_RUN]


def test_what_another_run_wrote_before_is_not_written_since(world: JobsWorld) -> None:
    """One run carried an edit of Adatum; another one made Litware, and then carried a second edit of Adatum."""
    (adatum,) = coupled(world, "Adatum")
    carried(world, [adatum])
    litware = world.add_customer("Litware")
    world.erp.edit("customer", adatum, phone_no="030 3")
    job = ran(jobs.start(world.mapping(), "to_crm", options=jobs.lifecycle.Options(create=True)))
    assert (job.inserted, job.modified) == (1, 1)
    RecordChange.objects.filter(job=job, erp_id=litware).update(id=-1)
    later = {past.erp_id: past.later for past in pasts_of(job, records_of(job), removes=True)}
    assert later == {adatum: False, litware: False}


@pytest.mark.parametrize("few", [0, 2])
def test_what_refers_to_records_that_a_run_made_is_found_however_many_they_are(
    world: JobsWorld, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """A contact refers to the account of Litware, nothing to that of Adatum."""
    monkeypatch.setattr(past, "AT_ONCE", 1)
    monkeypatch.setattr(past, "FEW", few)
    world.couple_jim()
    adatum, litware = world.add_customer("Adatum"), world.add_customer("Litware")
    job = ran(jobs.start(world.mapping(), "to_crm", options=jobs.lifecycle.Options(create=True)))
    theirs = world.mapping().couplings.get(erp_id=litware).crm_id
    nora = world.erp.add("contact", name="Nora Adams"), world.crm.add("contact", lastname="Adams")
    world.mapping("CONTACT").couplings.couple(*nora)
    world.mapping("CONTACT").couplings.filter(erp_id=nora[0]).update(agreed=f'{{"x":["","{theirs}"]}}')
    found = {one.erp_id: one.referred for one in pasts_of(job, records_of(job), removes=True)}
    assert found == {adatum: (), litware: [("contact", nora[1])]}
    assert not any(one.referred for one in pasts_of(job, records_of(job), removes=False))


def page_of(job: SyncJob, **query: str) -> str:
    client = client_of(made("ann", ADMINISTRATOR))
    return client.get(reverse("synch_job_undo", args=[job.pk]), query).content.decode()


def test_a_run_that_made_nothing_offers_no_deletion_and_warns_that_both_will_differ(world: JobsWorld) -> None:
    shown = page_of(carried(world, coupled(world, "Adatum")))
    assert "Delete Them" not in shown
    assert "Undo: Adatum" in shown
    assert "Business Central keeps its values: afterwards both records differ" in shown
    assert "Undo the Run" in shown


def test_a_run_whose_records_all_stay_offers_their_deletion_alone(world: JobsWorld) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    shown = page_of(ran(jobs.start(world.mapping(), "to_crm", options=jobs.lifecycle.Options(create=True))))
    assert "Delete Them" in shown
    assert "Nothing goes back" in shown
    assert "Undo the Run" not in shown


def test_the_choice_to_delete_is_a_way_to_look_and_the_button_above_the_records_says_what_it_does(
    world: JobsWorld,
) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    job = ran(jobs.start(world.mapping(), "to_crm", options=jobs.lifecycle.Options(create=True)))
    shown = page_of(job, removes="yes")
    assert '?removes=yes" aria-current="true">Delete Them' in shown
    assert shown.index("Undo the Run and Delete What It Made</button>") < shown.index("Adatum</a></th>")
