"""The Customer Statistics job: its entry, its commands, its errors in the log, and what uncoupling takes along."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integration import jobs
from integration.defaults.tasks import Task
from integration.management.entry import main
from integration.models import AuditEntry, ConnectionSetup, JobQueueEntry, SyncError, SyncJob, TableMapping
from integration.models.jobs.flows import FlowCursor
from integration.scheduler import run_now, start_due
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.errors import Unreachable
from tests.integration.flows.statistics.statistics_world import STATISTICS as ROWS
from tests.integration.flows.statistics.statistics_world import StatisticsWorld, clock, connected, id_of, invoice

__all__ = ["clock", "connected"]

KIND = SyncJob.Kind.STATISTICS


def answer(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*words, "--json", stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


def entry() -> JobQueueEntry:
    return JobQueueEntry.objects.get(task=Task.STATISTICS)


def start(world: StatisticsWorld, **options: Any) -> SyncJob:
    return jobs.start(world.mapping, Direction.TO_CRM, kind=KIND, options=Options(**options), inline=True)


def test_a_due_entry_starts_a_run_and_goes_back_to_its_times(connected: StatisticsWorld, clock: Any) -> None:
    connected.couple("ADATUM")
    JobQueueEntry.objects.exclude(task=Task.STATISTICS).update(status="on_hold")
    entry().set_ready()
    [started] = start_due()
    assert started.task == Task.STATISTICS
    job = SyncJob.objects.get()
    assert (job.kind, job.mapping.name, job.direction) == (KIND, "CUSTOMER", "to_crm")
    assert entry().status == JobQueueEntry.Status.IN_PROCESS
    assert jobs.run(job.pk)
    assert SyncJob.objects.get().inserted == 1
    assert (entry().status, entry().last_job) == (JobQueueEntry.Status.READY, job)


def test_a_run_that_sales_ends_is_noted_at_its_entry(connected: StatisticsWorld) -> None:
    connected.couple("ADATUM")
    ConnectionSetup.objects.update(solution_version="")
    run_now(entry())
    jobs.run(SyncJob.objects.get().pk)
    assert "The integration solution is not installed" in entry().message


@pytest.mark.parametrize("name", ["customer_statistics", "Customer Statistics"])
def test_run_job_takes_a_task_or_the_beginning_of_a_name(connected: StatisticsWorld, name: str) -> None:
    connected.couple("ADATUM")
    [run] = answer("run_job", name)["runs"]
    assert (run["status"], run["counters"]["inserted"]) == ("finished", 1)


def test_run_job_runs_a_job_of_a_mapping_and_a_task_of_the_house(connected: StatisticsWorld) -> None:
    JobQueueEntry.objects.create(name="CUSTOMER", mapping=connected.mapping, status="ready")
    assert [one["direction"] for one in answer("run_job", "customer")["runs"]] == ["to_crm", "to_erp"]
    done = answer("run_job", "retention")
    assert (done["task"], done["status"]) == ("retention", "finished")


def test_run_job_refuses_what_is_not_there_or_off(connected: StatisticsWorld) -> None:
    with pytest.raises(CommandError, match="There is no recurring job nonsense") as unknown:
        call_command("run_job", "nonsense", stdout=StringIO())
    assert unknown.value.returncode == 2
    ConnectionSetup.objects.update(is_enabled=False)
    with pytest.raises(CommandError, match="Enable it first") as off:
        call_command("run_job", "customer_statistics", stdout=StringIO())
    assert off.value.returncode == 2


def test_update_statistics_of_one_customer_and_of_all(connected: StatisticsWorld) -> None:
    adatum, contoso = connected.couple("ADATUM"), connected.couple("CONTOSO")
    assert answer("update_statistics", "ADATUM")["counters"]["inserted"] == 1
    assert connected.row(contoso) is None
    assert not FlowCursor.objects.exists()
    assert answer("update_statistics")["counters"] | {"inserted": 0} == dict.fromkeys(
        ("inserted", "modified", "unchanged", "skipped", "failed", "deleted", "coupled", "uncoupled"), 0
    ) | {"unchanged": 1}
    assert connected.row(adatum) is not None


@pytest.mark.parametrize("words", [("update_statistics", "ADATUM"), ("run_job", "customer_statistics")])
def test_a_run_that_a_command_starts_is_on_record(
    connected: StatisticsWorld, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    connected.couple("ADATUM")
    before = AuditEntry.objects.count()

    main(["manage.py", *words])

    [entry] = AuditEntry.objects.order_by("pk")[before:]
    assert (entry.who, entry.action) == ("command line", "started")


def test_update_statistics_says_why_a_customer_failed(connected: StatisticsWorld) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("update_statistics", "CONTOSO", stdout=out)
    assert ended.value.code == 1
    assert "is not coupled with an account. Couple it first." in out.getvalue()


def test_a_run_waits_while_sales_does_not_answer_and_begins_anew(connected: StatisticsWorld) -> None:
    connected.couple("ADATUM")
    connected.crm.fail_on("update", Unreachable("Gone."))
    run_now(entry())
    job = SyncJob.objects.get()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.inserted) == (SyncJob.Status.QUEUED, 0)
    jobs.try_now(job)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.modified) == (SyncJob.Status.FINISHED, 1)
    assert len(connected.crm.ids(ROWS)) == 1


def test_errors_of_statistics_and_of_synchronization_close_only_their_own(connected: StatisticsWorld) -> None:
    account = connected.couple("ADATUM")
    start(connected)
    connected.crm.remove("account", account)
    start(connected, scope=Scope.IDS, ids=(id_of("ADATUM"),))
    jobs.start(connected.mapping, Direction.TO_CRM, inline=True)
    assert {one.code for one in SyncError.objects.open()} == {"account-gone", "twin-gone"}
    connected.crm.add("account", account, name="Adatum", statecode=0)
    start(connected, scope=Scope.IDS, ids=(id_of("ADATUM"),))
    assert {one.code for one in SyncError.objects.open()} == {"twin-gone"}


def test_uncoupling_deletes_the_row(connected: StatisticsWorld) -> None:
    adatum, contoso = connected.couple("ADATUM"), connected.couple("CONTOSO")
    start(connected)
    ids = Options(scope=Scope.IDS, ids=(id_of("ADATUM"),))
    jobs.start(connected.mapping, Direction.TO_CRM, kind=SyncJob.Kind.UNCOUPLE, options=ids, inline=True)
    assert connected.row(adatum) is None
    assert connected.row(contoso) is not None


def test_the_invoices_whose_payment_moved_get_a_run_of_their_own(connected: StatisticsWorld) -> None:
    connected.couple("ADATUM")
    posted = invoice(70)
    invoices = TableMapping.objects.create(
        name="POSTEDSALESINV-INV", erp_table="sales_invoice_header", crm_table="invoice", direction="to_crm"
    )
    start(connected)
    assert not SyncJob.objects.filter(mapping=invoices).exists()
    FlowCursor.objects.all().delete()
    invoices.couplings.couple(posted.pk, connected.pounds)
    start(connected)
    job = SyncJob.objects.get(mapping=invoices)
    assert (job.kind, job.direction, job.run_options.ids) == (SyncJob.Kind.SYNCHRONIZE, "to_crm", (posted.pk,))
