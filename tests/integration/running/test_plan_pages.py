"""The pages of dry runs, the history on a record's card, and forgetting a person."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from integration import jobs
from integration.jobs.tasks import retention
from integration.models import Plan, RecordChange, SyncError, SyncJob
from integration.sync.run import Options, Scope
from integration.systems.values import Ref
from tests.integration.jobs.plans.planned import agreed, done, one
from tests.integration.jobs_world import JobsWorld, world
from tests.people import signed_in

__all__ = ["agreed", "world"]


def person(*rights: str) -> Client:
    return signed_in(f"user-{uuid.uuid4().hex[:6]}", rights=rights)


@pytest.fixture
def susan(db: None) -> Client:
    return person("change_syncjob", "change_coupling", "delete_coupling")


@pytest.fixture
def otto(db: None) -> Client:
    return person()


@pytest.fixture
def plan(agreed: JobsWorld, susan: Client) -> Plan:
    """Ready: one update of Adatum, one conflict of Fabrikam."""
    agreed.erp.edit("customer", one(agreed, "Adatum"), phone_no="030 7")
    fabrikam = one(agreed, "Fabrikam")
    agreed.erp.edit("customer", fabrikam, phone_no="030 8")
    agreed.crm.edit("account", agreed.mapping().couplings.get(erp_id=fabrikam).crm_id, telephone1="030 9")
    susan.post(reverse("plan_start"), {"mapping": "CUSTOMER"})
    return done(Plan.objects.get())


def shown(client: Client, plan: Plan, **query: object) -> str:
    answer = client.get(reverse("plan", args=[plan.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_plan_shows_old_and_new_values_and_can_be_narrowed(susan: Client, plan: Plan) -> None:
    everything = shown(susan, plan)
    assert "<ins>030 7</ins>" in everything
    assert "Update (1)" in everything
    assert "Adatum" not in shown(susan, plan, action="conflict")
    assert "Adatum" in shown(susan, plan, q="adat")
    assert "Adatum" not in shown(susan, plan, q="fabri")
    assert "Nothing would be changed." in shown(susan, plan, mapping="CONTACT")


def test_a_dry_run_and_the_history_of_its_record_name_whom_a_field_refers_to(susan: Client, agreed: JobsWorld) -> None:
    ann = agreed.erp.add("salesperson", code="AN", name="Ann Beebe")
    user = agreed.crm.add("systemuser", fullname="Ann Beebe", isdisabled=False)
    agreed.mapping("SALESPEOPLE").couplings.couple(ann, user)
    adatum = one(agreed, "Adatum")
    agreed.erp.edit("customer", adatum, salesperson_code=Ref("salesperson", ann, "AN"))
    susan.post(reverse("plan_start"), {"mapping": "CUSTOMER"})

    assert "<ins>Ann Beebe</ins>" in shown(susan, done(Plan.objects.get()))
    jobs.run(jobs.start(agreed.mapping(), "to_crm").pk)
    history = susan.get(reverse("record_history", args=["erp", "customer", adatum])).content.decode()
    assert "<ins>Ann Beebe</ins>" in history


def test_the_spreadsheet_of_a_plan_has_a_line_for_each_field(susan: Client, plan: Plan) -> None:
    answer = susan.get(reverse("plan", args=[plan.pk]), {"format": "csv", "action": "update"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert rows[0][:4] == ["Mapping", "Direction", "Action", "Record"]
    assert [row[3:7] for row in rows[1:]] == [["Adatum", "telephone1", rows[1][5], "030 7"]]


def test_a_plan_is_watched_while_it_is_made_and_no_longer_afterwards(susan: Client, agreed: JobsWorld) -> None:
    answer = susan.post(reverse("plan_start"), {"mapping": "CUSTOMER"})
    assert "hx-get" in susan.get(answer.url).content.decode()
    done(Plan.objects.get())
    assert 'id="plan" hx-get' not in susan.get(answer.url).content.decode()


def test_apply_carries_it_out_and_says_what_became_of_each_record(susan: Client, plan: Plan) -> None:
    susan.post(reverse("plan_apply", args=[plan.pk]))
    done(plan)
    page = shown(susan, plan)
    assert "Applied" in page
    assert plan.applied_by == plan.created_by
    again = susan.post(reverse("plan_apply", args=[plan.pk]), follow=True).content.decode()
    assert "somebody has applied it already" in again


def test_who_may_only_look_looks_and_starts_and_applies_nothing(otto: Client, plan: Plan) -> None:
    assert "Adatum" in shown(otto, plan)
    assert ">Apply<" not in shown(otto, plan)
    assert otto.get(reverse("plans")).status_code == 200
    assert otto.post(reverse("plan_start"), {"mapping": "CUSTOMER"}).status_code == 403
    assert otto.post(reverse("plan_apply", args=[plan.pk])).status_code == 403
    assert Plan.objects.get().status == Plan.Status.READY


def test_a_dry_run_of_chosen_records_is_started_from_their_list(susan: Client, agreed: JobsWorld) -> None:
    adatum = one(agreed, "Adatum")
    agreed.erp.edit("customer", adatum, phone_no="030 7")
    answer = susan.post(
        reverse("record_action", args=["erp", "customer", "plan"]),
        {"selected": [adatum], "back": "/records/erp/customer/"},
    )
    made = done(Plan.objects.get())
    assert answer.url == reverse("plan", args=[made.pk])
    assert made.changes.filter(action="update").count() == 1


def test_a_full_dry_run_without_anything_to_start_says_so(susan: Client, agreed: JobsWorld) -> None:
    answer = susan.post(reverse("plan_start"), follow=True)
    assert "There is no line left to start" in answer.content.decode()


# --- history -------------------------------------------------------------------------------------------------


def test_the_card_tells_what_runs_have_changed_and_for_whom(susan: Client, plan: Plan, agreed: JobsWorld) -> None:
    susan.post(reverse("plan_apply", args=[plan.pk]))
    done(plan)
    adatum = one(agreed, "Adatum")
    address = reverse("record_history", args=["erp", "customer", adatum])
    assert f'hx-get="{address}"' in susan.get(reverse("erp_card", args=["customer", adatum])).content.decode()
    history = susan.get(address).content.decode()
    assert "Modified in Dynamics 365 Sales" in history
    assert "<ins>030 7</ins>" in history
    assert plan.applied_by.username in history


def test_a_new_record_is_in_the_history_with_its_first_values(agreed: JobsWorld) -> None:
    agreed.add_customer("Coho Winery")
    jobs.run(jobs.start(agreed.mapping(), "to_crm").pk)
    assert not RecordChange.objects.filter(fields__icontains="Coho").exists()
    plan = jobs.plans.plan_mapping(agreed.mapping())
    done(plan)
    job = jobs.start(
        agreed.mapping(), "to_crm", options=Options(scope=Scope.IDS, ids=(one(agreed, "Coho Winery"),), create=True)
    )
    jobs.run(job.pk)
    made = RecordChange.objects.get(fields__icontains="Coho")
    assert (made.action, made.job) == ("inserted", job)
    assert ["name", "", "Coho Winery"] in made.fields


def test_long_values_are_cut_in_the_history(agreed: JobsWorld) -> None:
    agreed.erp.edit("customer", one(agreed, "Adatum"), name="A" * 100)
    jobs.run(jobs.start(agreed.mapping(), "to_crm").pk)
    (change,) = RecordChange.objects.filter(action="modified", fields__icontains="AAAA")
    assert len(change.fields[0][2]) <= 200


# --- forgetting ----------------------------------------------------------------------------------------------


def test_erasing_asks_first_and_clears_all_that_is_remembered_about_the_record_alone(
    susan: Client, plan: Plan, agreed: JobsWorld
) -> None:
    susan.post(reverse("plan_apply", args=[plan.pk]))
    done(plan)
    adatum, fabrikam = one(agreed, "Adatum"), one(agreed, "Fabrikam")
    address = reverse("erase", args=["erp", "customer", adatum])
    assert "for good" in susan.get(address).content.decode()
    kept = RecordChange.objects.filter(erp_id=fabrikam).count()
    susan.post(address)
    pair = agreed.mapping().couplings.get(erp_id=adatum)
    assert (pair.agreed, pair.state) == ("", "coupled")
    assert not RecordChange.objects.filter(erp_id=adatum).exists()
    assert not plan.changes.filter(erp_id=adatum).exists()
    assert RecordChange.objects.filter(erp_id=fabrikam).count() == kept
    assert agreed.mapping().couplings.get(erp_id=fabrikam).agreed


def test_only_who_may_delete_couplings_erases(otto: Client, agreed: JobsWorld) -> None:
    address = reverse("erase", args=["erp", "customer", one(agreed, "Adatum")])
    assert otto.get(address).status_code == 403
    assert otto.post(address).status_code == 403


def test_a_person_is_erased_by_command_too(agreed: JobsWorld, capsys: pytest.CaptureFixture[str]) -> None:
    adatum = one(agreed, "Adatum")
    SyncError.objects.create(
        job=SyncJob.objects.first(), mapping=agreed.mapping(), direction="to_crm", erp_id=adatum, code="x", message="y"
    )
    call_command("erase_person", "CUSTOMER", str(adatum))
    assert "1 error(s)" in capsys.readouterr().out
    assert not SyncError.objects.filter(erp_id=adatum).exists()


# --- what is old ---------------------------------------------------------------------------------------------


def test_what_is_older_than_the_retention_period_goes_but_open_errors_keep_their_job(
    agreed: JobsWorld, settings: Settings
) -> None:
    settings.RETENTION_DAYS = 30
    old = SyncJob.objects.first()
    open_one = SyncJob.objects.exclude(pk=old.pk).first()
    SyncError.objects.create(job=open_one, mapping=open_one.mapping, direction="to_crm", code="x", message="y")
    SyncJob.objects.update(finished_at="2026-01-01T00:00Z")
    RecordChange.objects.update(created_at="2026-01-01T00:00Z")
    done_now = retention.clean()
    assert not SyncJob.objects.filter(pk=old.pk).exists()
    assert SyncJob.objects.filter(pk=open_one.pk).exists()
    assert not RecordChange.objects.exists()
    assert done_now["jobs"] >= 1


def test_a_dry_run_that_is_ready_or_being_applied_stays_however_old_it_is(db: None) -> None:
    for status in Plan.Status.values:
        Plan.objects.create(title=status, status=status)
    Plan.objects.update(created_at="2026-01-01T00:00Z")
    retention.clean()
    assert set(Plan.objects.values_list("status", flat=True)) == {"planning", "ready", "applying"}


def test_nothing_that_is_younger_goes(agreed: JobsWorld) -> None:
    before = SyncJob.objects.count(), RecordChange.objects.count()
    assert set(retention.clean().values()) == {0}
    assert (SyncJob.objects.count(), RecordChange.objects.count()) == before
