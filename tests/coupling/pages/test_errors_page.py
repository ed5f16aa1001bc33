"""Integration Synch. Errors: what the list tells, how it is narrowed, and what its buttons do."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.urls import reverse

from integration import jobs
from integration.models import FullSynchLine, JobQueueEntry, SyncError, SyncJob, TableMapping
from integration.models.stored.audit import AuditEntry
from integration.sync.problems import NumberTaken, waiting_for
from integration.sync.rules import Direction
from integration.sync.run import Failure, Options
from tests.coupling.conftest import page, told
from tests.integration.jobs_world import world

__all__ = ["world"]


def log(
    job: SyncJob, erp_id=None, crm_id=None, code: str = "refused", message: str = "No.", label: str = ""
) -> SyncError:
    failure = Failure(Direction(job.direction), erp_id, crm_id, code, message, label)
    SyncError.objects.log(job, [failure])
    return SyncError.objects.latest("pk")


def press(client, action: str, *errors: SyncError, **more):
    return client.post(reverse("errors_action", args=[action]), {"selected": [error.pk for error in errors], **more})


def run_all() -> list[SyncJob]:
    ran = []
    while job := SyncJob.objects.ready().first():
        jobs.run(job.pk)
        ran.append(SyncJob.objects.get(pk=job.pk))
    return ran


def pairs(name: str, tables: tuple[str, str], number: int = 3) -> tuple[TableMapping, list[uuid.UUID], SyncJob]:
    mapping, _ = TableMapping.objects.get_or_create(
        name=name, defaults={"erp_table": tables[0], "crm_table": tables[1], "direction": "to_crm"}
    )
    ids = [uuid.uuid4() for _ in range(number)]
    for id in ids:
        mapping.couplings.couple(id, uuid.uuid4())
    return mapping, ids, SyncJob.objects.create(mapping=mapping, direction="to_crm", status=SyncJob.Status.FINISHED)


def left(mapping: TableMapping) -> set[uuid.UUID]:
    return set(mapping.couplings.values_list("erp_id", flat=True))


# --- the list ------------------------------------------------------------------------------------------------


def test_errors_are_counted_by_what_they_mean_and_say_what_to_do(world, clerk):
    _, ids, job = pairs("ITEM-PRODUCT", ("item", "product"))
    log(job, ids[0], code="twin-gone", label="1000 Bicycle")
    log(job, ids[1], code="twin-gone", label="1001 Touring Bicycle")
    log(job, ids[2], code="conflict", label="1100 Front Wheel")
    shown = page(clerk, "synch_errors")
    assert "The coupled record was deleted (2)" in shown
    assert "Both records were changed (1)" in shown
    narrowed = page(clerk, "synch_errors", code="twin-gone")
    assert "Front Wheel" not in narrowed
    assert "Restore it, delete the other one, too, or delete the coupling." in narrowed


def test_errors_are_narrowed_by_mapping_direction_text_and_state(world, clerk):
    _, ids, job = pairs("ITEM-PRODUCT", ("item", "product"))
    log(job, ids[0], label="1000 Bicycle", message="The price is negative.")
    assert "1000 Bicycle" in page(clerk, "synch_errors", mapping="ITEM-PRODUCT", direction="to_crm", q="PRICE")
    for query in ({"mapping": "CUSTOMER"}, {"direction": "to_erp"}, {"q": "weight"}, {"state": "closed"}):
        assert "1000 Bicycle" not in page(clerk, "synch_errors", **query)
    SyncError.objects.close(job.mapping, Direction.TO_CRM, ids)
    assert "1000 Bicycle" not in page(clerk, "synch_errors")
    assert "1000 Bicycle" in page(clerk, "synch_errors", state="all")


def test_the_spreadsheet_holds_what_the_filters_let_through_and_no_formula(world, clerk):
    _, ids, job = pairs("ITEM-PRODUCT", ("item", "product"))
    log(job, ids[0], label="=HYPERLINK(1)", code="conflict")
    log(job, ids[1], label="1001 Touring Bicycle", code="refused")
    answer = clerk.get(reverse("synch_errors"), {"format": "csv", "code": "conflict"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row[3] for row in rows] == ["Record", "'=HYPERLINK(1)"]


def test_a_waiting_record_links_to_the_one_it_waits_for(world, clerk):
    world.add_customer("Adatum")
    jobs.run(jobs.start(world.mapping(), "to_crm", options=Options(create=True)).pk)
    error = SyncError.objects.open().get(code="reference-not-coupled")
    assert error.waits_for == ("salesperson", str(world.jim))
    assert reverse("erp_card", args=["salesperson", world.jim]) in page(clerk, "synch_errors")


# --- what is done about them ---------------------------------------------------------------------------------


@pytest.mark.scenario("CDSUncoupling.IntegrationSynchJobErrorsUncoupleSingleInForeground")
def test_the_coupling_of_a_currency_with_an_error_is_deleted_at_once(world, clerk):
    mapping, ids, job = pairs("CURRENCY", ("currency", "transactioncurrency"))
    errors = [log(job, id) for id in ids]
    assert left(mapping) == set(ids)
    press(clerk, "uncouple", errors[1])
    assert left(mapping) == set(ids)
    press(clerk, "uncouple", errors[1], confirmed="yes")
    assert left(mapping) == {ids[0], ids[2]}
    assert not SyncJob.objects.active().exists()


@pytest.mark.scenario("CDSUncoupling.IntegrationSynchJobErrorsUncoupleSingleInBackground")
def test_the_coupling_of_an_item_with_an_error_is_deleted_by_one_job(world, clerk):
    mapping, ids, job = pairs("ITEM-PRODUCT", ("item", "product"))
    errors = [log(job, id) for id in ids]
    press(clerk, "uncouple", errors[1], confirmed="yes")
    (done,) = run_all()
    assert done.uncoupled == 1
    assert left(mapping) == {ids[0], ids[2]}


@pytest.mark.scenario("CDSUncoupling.IntegrationSynchJobErrorsUncoupleMultiple")
def test_several_errors_about_one_record_uncouple_it_once_and_each_mapping_has_one_job(world, clerk):
    customers, firm_ids, firm_job = pairs("CUSTOMER", ("customer", "account"))
    items, item_ids, item_job = pairs("ITEM-PRODUCT", ("item", "product"))
    people, people_ids, people_job = pairs("SALESPEOPLE", ("salesperson", "systemuser"))
    chosen = []
    for job, ids in ((firm_job, firm_ids[:2]), (item_job, item_ids[:2]), (people_job, people_ids[:2])):
        for id in ids:
            chosen += [log(job, id, code="refused"), log(job, id, code="locked")]
    press(clerk, "uncouple", *chosen, confirmed="yes")
    assert {(job.mapping.name, job.uncoupled) for job in run_all()} == {("CUSTOMER", 2), ("ITEM-PRODUCT", 2)}
    assert [left(customers), left(items), left(people)] == [{firm_ids[2]}, {item_ids[2]}, {people_ids[2]}]


def test_retrying_an_error_of_a_record_that_was_never_coupled_creates_it_once_the_cause_is_gone(world, clerk):
    world.add_customer("Adatum")
    jobs.run(jobs.start(world.mapping(), "to_crm", options=Options(create=True)).pk)
    error = SyncError.objects.open().get()
    world.couple_jim()
    assert told(press(clerk, "retry", error)) == ["1 record is being tried again."]
    run_all()
    assert len(world.crm.ids("account")) == 1
    assert not SyncError.objects.open().exists()


def test_errors_about_uncoupled_records_cannot_be_sent_or_got_and_say_so(world, clerk):
    world.add_customer("Adatum")
    jobs.run(jobs.start(world.mapping(), "to_crm", options=Options(create=True)).pk)
    assert told(press(clerk, "send", SyncError.objects.open().get())) == ["None of these is coupled."]


def test_an_error_whose_record_nobody_knows_any_more_is_said(world, clerk):
    _, _, job = pairs("ITEM-PRODUCT", ("item", "product"))
    assert told(press(clerk, "retry", log(job, uuid.uuid4()))) == [
        "Choose at least one record that is still known here."
    ]


def test_who_may_only_look_sees_the_errors_and_changes_nothing(world, visitor):
    mapping, ids, job = pairs("ITEM-PRODUCT", ("item", "product"))
    error = log(job, ids[0], label="1000 Bicycle")
    assert "1000 Bicycle" in page(visitor, "synch_errors")
    for action in ("retry", "send", "get", "merge", "uncouple"):
        assert press(visitor, action, error, confirmed="yes").status_code == 403
    assert left(mapping) == set(ids)


def test_an_action_nobody_knows_is_not_found_and_a_link_does_nothing(world, clerk):
    assert press(clerk, "explode").status_code == 404
    assert clerk.get(reverse("errors_action", args=["retry"])).status_code == 405


# --- approvals -----------------------------------------------------------------------------------------------


def refused(world) -> SyncJob:
    """Three synchronized customers, all changed, where a run may change one."""
    world.couple_jim()
    for name in ("Adatum", "Fabrikam", "Litware"):
        world.mapping().couplings.couple(world.add_customer(name), world.add_account(name))
    for way in ("to_crm", "to_erp"):
        jobs.run(jobs.start(world.mapping(), way).pk)
    TableMapping.objects.filter(name="CUSTOMER").update(changed_percent=10, changed_at_least=1)
    for id in world.erp.ids("customer"):
        world.erp.edit("customer", id, phone_no="030 7")
    job = jobs.start(world.mapping(), "to_crm")
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


@pytest.fixture
def boss(clerk, django_user_model):
    """The clerk is an administrator now."""
    annette = django_user_model.objects.create_superuser("annette", password="wine in a barrel 9")
    clerk.force_login(annette)
    return annette


def test_a_run_that_would_change_much_waits_for_approval_and_goes_on_with_it(world, clerk, django_user_model):
    job = refused(world)
    assert (job.status, job.code, job.modified) == (SyncJob.Status.APPROVAL, "needs-approval", 0)
    boss = django_user_model.objects.create_superuser("annette", password="wine in a barrel 9")
    clerk.force_login(boss)
    assert "Approve and Run" in page(clerk, "synch_job", job.pk)
    answer = clerk.post(reverse("synch_job_approve", args=[job.pk]))
    (done,) = run_all()
    assert answer.url == reverse("synch_job", args=[done.pk])
    assert (done.modified, done.started_by) == (3, boss)


def test_nothing_is_approved_that_did_not_ask_or_by_whom_may_only_look(world, visitor, clerk, django_user_model):
    job = refused(world)
    assert visitor.post(reverse("synch_job_approve", args=[job.pk])).status_code == 403
    assert "Approve and Run" not in page(visitor, "synch_job", job.pk)
    clerk.force_login(django_user_model.objects.create_superuser("annette", password="wine in a barrel 9"))
    finished = SyncJob.objects.filter(status=SyncJob.Status.FINISHED).first()
    answer = clerk.post(reverse("synch_job_approve", args=[finished.pk]))
    assert told(answer) == ["This run does not wait for an approval."]


def test_a_run_that_would_change_much_can_be_rejected_and_its_job_rests_with_the_reason(world, clerk, boss):
    entry = world.mapping().queue_entries.get()
    entry.set_ready()
    job, writes = refused(world), world.crm.calls["update"]
    assert "Why not" in page(clerk, "synch_job", job.pk)
    answer = clerk.post(reverse("synch_job_reject", args=[job.pk]), {"reason": "A supplier sent a wrong price list."})
    job.refresh_from_db()
    entry.refresh_from_db()
    assert (job.status, entry.status) == (SyncJob.Status.REJECTED, JobQueueEntry.Status.ON_HOLD)
    assert "Rejected by annette: A supplier sent a wrong price list. CUSTOMER to Dynamics" in job.message
    assert entry.message == job.message
    assert "On Hold until you set them Ready" in " ".join(told(answer))
    assert (run_all(), world.crm.calls["update"]) == ([], writes)
    audited = AuditEntry.objects.get(action=AuditEntry.Action.REJECTED)
    assert (audited.who, audited.after["job"]) == ("annette", str(job.pk))
    assert "wrong price list" in audited.after["because"]
    assert "approve it" not in job.message


def test_what_is_rejected_is_neither_approved_nor_rejected_again(world, clerk, boss):
    job = refused(world)
    clerk.post(reverse("synch_job_reject", args=[job.pk]))
    assert "Approve and Run" not in page(clerk, "synch_job", job.pk)
    for verb in ("approve", "reject"):
        answer = clerk.post(reverse(f"synch_job_{verb}", args=[job.pk]))
        assert told(answer)[-1] == "This run does not wait for an approval."
    assert AuditEntry.objects.filter(action=AuditEntry.Action.REJECTED).count() == 1


def test_what_is_approved_once_is_neither_approved_nor_rejected_again(world, clerk, boss):
    job = refused(world)
    clerk.post(reverse("synch_job_approve", args=[job.pk]))
    job.refresh_from_db()
    assert job.message.startswith("Approved by annette. CUSTOMER to Dynamics 365 Sales would change")
    for verb in ("approve", "reject"):
        answer = clerk.post(reverse(f"synch_job_{verb}", args=[job.pk]))
        assert told(answer)[-1] == "This run does not wait for an approval."
    assert len(run_all()) == 1
    assert AuditEntry.objects.filter(action=AuditEntry.Action.APPROVED).count() == 1


def test_who_may_only_synchronize_does_not_reject_a_run(world, visitor):
    job = refused(world)
    assert visitor.post(reverse("synch_job_reject", args=[job.pk])).status_code == 403
    job.refresh_from_db()
    assert job.status == SyncJob.Status.APPROVAL


def test_a_full_synchronization_that_is_rejected_says_so_on_its_line(world, clerk, boss):
    job = refused(world)
    line = FullSynchLine.objects.create(
        mapping=world.mapping(), direction="both", to_crm_job=job, status=FullSynchLine.Status.APPROVAL
    )
    clerk.post(reverse("synch_job_reject", args=[job.pk]), {"reason": "Not today"})
    line.refresh_from_db()
    assert line.status == FullSynchLine.Status.ERROR
    assert line.message.startswith("Rejected by annette: Not today. ")


# --- a number that another record has ------------------------------------------------------------------------


def test_the_account_that_has_the_number_already_can_be_coupled_with_from_the_error(world, clerk):
    adatum, account = world.add_customer("Adatum"), world.add_account("Adatum")
    job = SyncJob.objects.create(mapping=world.mapping(), direction="to_crm")
    taken = NumberTaken("Account", "10000", "Adatum", "account", account)
    failure = Failure(Direction.TO_CRM, adatum, None, taken.code, str(taken), waiting_for=waiting_for(taken))
    SyncError.objects.log(job, [failure])
    text = page(clerk, "synch_errors")
    link = f"{reverse('coupling', args=['CUSTOMER', adatum])}?crm_id={account}"
    assert f'<a href="{link}">Couple with It</a>' in text
    assert "Waits for this record" not in text
    dialog = clerk.get(link).content.decode()
    assert f'value="{account}"' in dialog
