"""What is switched off or changed while runs are under way: they stop, or end by the rule they began with."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from integration import jobs, scheduler
from integration.gate import LocalGate
from integration.jobs import full_synch
from integration.jobs.heartbeat import Heartbeat
from integration.jobs.journal import BEGUN_AGAIN, BY_THE_OLD_RULE, PAUSE
from integration.models import ConnectionSetup, FullSynchLine, JobQueueEntry, SyncJob, TableMapping
from integration.models.jobs.full_synch import FullSynchError
from integration.sync.reading import reader
from integration.sync.run import Canceled, Counters, Options, Scope
from integration.systems.errors import ConfigurationProblem
from integration.systems.system import every
from integration.systems.values import Ref, Side
from tests.integration.commands.processes import HOUSE, environment
from tests.integration.jobs_world import TO_CRM, JobsWorld, ran, world
from tests.makers import customer

__all__ = ["world"]

EVERYTHING = Options(scope=Scope.EVERYTHING, create=True)
Status = SyncJob.Status


@pytest.fixture
def cronus(world: JobsWorld) -> JobsWorld:
    """Jim Olive is coupled; Adatum, Fabrikam and Litware are customers; pages have one row."""
    world.couple_jim()
    for name in ("Adatum", "Fabrikam", "Litware"):
        world.add_customer(name)
    world.pages_of(1)
    return world


def full(world: JobsWorld) -> SyncJob:
    return jobs.start(world.mapping(), TO_CRM, options=EVERYTHING)


def sales_off() -> None:
    ConnectionSetup.objects.update(sales_enabled=False)


def of_the_sales_part(*, on: bool) -> None:
    """CUSTOMER belongs to the Sales part, which is on or off."""
    TableMapping.objects.filter(name="CUSTOMER").update(part="sales")
    ConnectionSetup.objects.update(sales_enabled=on)


def disable() -> None:
    ConnectionSetup.objects.update(is_enabled=False)


# --- off --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("off", "words"), [(disable, "is disabled"), (sales_off, "is switched off")])
def test_a_run_stops_before_its_next_page_when_it_is_switched_off_and_keeps_what_is_written(
    cronus: JobsWorld, off: Callable[..., Any], words: str
) -> None:
    of_the_sales_part(on=True)
    job = full(cronus)
    cronus.during_insert(off, "Adatum")
    jobs.run(job.pk)
    written = cronus.names(Side.CRM, "account")
    assert (ran(job).status, written) == (Status.CANCELED, ["Adatum"])
    assert words in ran(job).message
    assert cronus.mapping().couplings.filter(state="coupled").count() == 1


def test_a_run_makes_no_further_request_of_its_page_once_it_is_switched_off(settings: Settings, db: None) -> None:
    settings.JOB_HEARTBEAT = 600
    looked = threading.Event()

    class Held:
        pk = "job"

        def beat(self, **changes: object) -> bool:
            return True

    def stops() -> str:
        looked.set()
        return "Stopped."

    with Heartbeat(Held(), LocalGate()) as pulse:
        with pulse.slot():
            pulse.stops = stops
        assert looked.wait(20)
        pulse._thread.join(0.2)
        with pytest.raises(Canceled, match="Stopped"):
            pulse.slot()


def test_nothing_of_a_part_that_is_off_is_run_or_planned_whoever_asks(cronus: JobsWorld) -> None:
    of_the_sales_part(on=False)
    job = jobs.start(cronus.mapping(), TO_CRM, inline=True)
    assert (job.status, "Sales part of the connection is switched off" in job.message) == (Status.FAILED, True)
    with pytest.raises(ConfigurationProblem, match="switched off"):
        list(jobs.plan(cronus.mapping(), TO_CRM))
    assert "CUSTOMER" not in {job.mapping.name for job in jobs.synchronize_modified()}
    line = FullSynchLine.objects.create(mapping=cronus.mapping(), direction="both", status=FullSynchLine.Status.ERROR)
    with pytest.raises(FullSynchError, match="switched off"):
        full_synch.restart(line)


def test_a_full_synchronization_starts_no_line_of_a_part_that_is_off(cronus: JobsWorld) -> None:
    of_the_sales_part(on=False)
    FullSynchLine.objects.create(mapping=cronus.mapping(), direction="both")
    with pytest.raises(FullSynchError):
        full_synch.start()


# --- changed ----------------------------------------------------------------------------------------------


def test_a_run_whose_filter_is_changed_begins_anew_by_the_new_rule_and_says_so(cronus: JobsWorld) -> None:
    job = full(cronus)
    cronus.during_insert(lambda: cronus.mapping().require_full_run(), "Adatum")
    jobs.run(job.pk)
    assert (ran(job).status, ran(job).message) == (Status.QUEUED, BEGUN_AGAIN)
    jobs.run(job.pk)
    assert (ran(job).status, ran(job).message, ran(job).records_done) == (Status.FINISHED, BEGUN_AGAIN, 3)


@pytest.mark.parametrize("scope", [Scope.EVERYTHING, Scope.CHANGED, Scope.IDS])
def test_a_run_that_begins_anew_counts_each_record_once_as_what_became_of_it(
    cronus: JobsWorld, monkeypatch: pytest.MonkeyPatch, scope: Scope
) -> None:
    monkeypatch.setattr(reader, "IDS_AT_ONCE", 1)
    nobody = cronus.erp.add("salesperson", code="XX", name="Not coupled")
    cronus.erp.add("customer", **customer("Contoso", salesperson_code=Ref("salesperson", nobody)))
    cronus.mapping().couplings.couple(cronus.add_customer("Blue Yonder"), cronus.add_account("Blue Yonder"))
    jobs.start(cronus.mapping(), TO_CRM, options=Options(scope=Scope.OPEN), inline=True)
    cronus.add_customer("Wingtip")
    cronus.add_customer("Zava")
    customers = sorted(every(cronus.erp, "customer", fields=["name"]), key=lambda one: str(one.values["name"]))
    ids = tuple(one.id for one in customers) if scope is Scope.IDS else ()
    job = jobs.start(cronus.mapping(), TO_CRM, options=Options(scope=scope, ids=ids, create=True))
    cronus.during_insert(lambda: cronus.mapping().require_full_run(), "Wingtip")
    jobs.run(job.pk)
    assert ran(job).status == Status.QUEUED
    jobs.run(job.pk)
    assert (ran(job).status, ran(job).records_done) == (Status.FINISHED, 7)
    assert ran(job).counters == Counters(inserted=5, failed=1, unchanged=1)


def test_a_run_of_chosen_records_that_was_interrupted_counts_each_once(
    cronus: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "IDS_AT_ONCE", 1)
    cronus.mapping().couplings.couple(cronus.erp.ids("customer")[0], cronus.add_account("Adatum"))
    jobs.start(cronus.mapping(), TO_CRM, options=Options(scope=Scope.OPEN), inline=True)
    options = Options(scope=Scope.IDS, ids=tuple(cronus.erp.ids("customer")), create=True)
    job = jobs.start(cronus.mapping(), TO_CRM, options=options)
    cronus.during_insert(PAUSE.set, "Fabrikam")
    jobs.run(job.pk)
    PAUSE.clear()
    assert ran(job).status == Status.QUEUED
    jobs.run(job.pk)
    assert (ran(job).status, ran(job).records_done, ran(job).records_total) == (Status.FINISHED, 3, 3)
    assert ran(job).counters == Counters(inserted=2, unchanged=1)


def test_a_run_during_which_a_policy_is_changed_ends_by_the_rule_it_began_with_and_says_so(cronus: JobsWorld) -> None:
    def change() -> None:
        mapping = cronus.mapping()
        mapping.conflict = "send"
        mapping.save()

    job = full(cronus)
    cronus.during_insert(change, "Adatum")
    jobs.run(job.pk)
    assert (ran(job).status, ran(job).message) == (Status.FINISHED, BY_THE_OLD_RULE)


def test_a_filter_widened_between_the_passes_of_a_line_leaves_a_full_run_needed(cronus: JobsWorld) -> None:
    FullSynchLine.objects.create(mapping=cronus.mapping(), direction="both")
    full_synch.start()
    line = FullSynchLine.objects.get(mapping=cronus.mapping())
    jobs.run(line.to_crm_job.pk)
    cronus.mapping().require_full_run()
    jobs.run(line.to_erp_job.pk)
    line.refresh_from_db()
    assert line.status == FullSynchLine.Status.FINISHED
    assert "changed while its passes ran" in line.message
    assert cronus.mapping().full_run_needed


def test_a_line_that_nobody_disturbed_needs_no_full_run_any_more(cronus: JobsWorld) -> None:
    cronus.mapping().require_full_run()
    FullSynchLine.objects.create(mapping=cronus.mapping(), direction="both")
    full_synch.start()
    line = FullSynchLine.objects.get(mapping=cronus.mapping())
    jobs.run(line.to_crm_job.pk)
    jobs.run(line.to_erp_job.pk)
    assert not cronus.mapping().full_run_needed


# --- the house --------------------------------------------------------------------------------------------


def test_the_jobs_of_the_house_are_there_and_run_while_the_connection_is_disabled(world: JobsWorld) -> None:
    ConnectionSetup.objects.update(is_enabled=False)
    scheduler.tick()
    house = JobQueueEntry.objects.filter(mapping=None)
    assert set(house.values_list("task", "status")) == {
        ("retention", "ready"),
        ("preflight", "ready"),
        ("new_day", "ready"),
        ("catalog", "ready"),
    }
    JobQueueEntry.objects.update(next_start="2026-01-01T00:00Z")
    assert {entry.task for entry in scheduler.start_due()} == {"retention", "preflight", "new_day", "catalog"}


def test_a_retention_period_below_a_week_is_refused_at_the_start(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import integration.project.settings"]
    env = environment(tmp_path, RETENTION_DAYS="6")
    ended = subprocess.run(command, env=env, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "RETENTION_DAYS is a whole number from 7 to 36500." in ended.stderr
