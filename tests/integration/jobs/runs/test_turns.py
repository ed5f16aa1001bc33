"""Whose turn it is: all that is asked for is done, whatever else is asked for, with any number of workers that may die.

The rows, the claims and the journal are the real ones; only the pages of a run are played, one step at a time, so that
runs can be interleaved, killed and left alone in every order.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration import jobs, scheduler
from integration.jobs.endings import Paused
from integration.jobs.job_endings import JobEndings
from integration.jobs.journal import JobJournal
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.sync.run import Counters, Options, Scope
from tests.integration.jobs_world import TO_CRM, TO_ERP

EVERYTHING = Options(scope=Scope.EVERYTHING)
LONG_AGO = dt.timedelta(hours=1)
AT_MOST = 2000
Status = SyncJob.Status


class House:
    """One mapping, a queue of ids, workers that each hold a run or none."""

    def __init__(self, workers: int) -> None:
        SyncJob.objects.all().delete()
        ConnectionSetup.objects.filter(pk=ConnectionSetup.current().pk).update(is_enabled=True)
        self.mapping = TableMapping.objects.get_or_create(name="CUSTOMER", erp_table="customer", crm_table="account")[0]
        self.queue: list[str] = []
        self.workers: list[Iterator[None] | None] = [None] * workers
        self.pages: dict[uuid.UUID, int] = {}
        self.written: Counter[tuple[uuid.UUID, int]] = Counter()
        self.asked: list[SyncJob] = []

    def send(self, sent: list[SyncJob]) -> None:
        self.queue += [str(job.pk) for job in sent]

    def ask(self, pages: int, urgent: bool) -> None:
        options = Options(scope=Scope.IDS, ids=(uuid.uuid4(),)) if urgent else EVERYTHING
        direction = TO_CRM if urgent or len(self.asked) % 2 else TO_ERP
        job = jobs.start(self.mapping, direction, options=options)
        if job.pk not in self.pages:
            self.asked.append(job)
            self.pages[job.pk] = pages

    def step(self, number: int) -> bool:
        """A worker takes an id, or does one page. ``False``: it has nothing to do."""
        run = self.workers[number]
        if run is not None:
            if next(run, "over") == "over":
                self.workers[number] = None
            return True
        while self.queue:
            turn = SyncJob.objects.turn(uuid.UUID(self.queue.pop(0)))
            job = turn and SyncJob.objects.claim(turn)
            if job:
                self.workers[number] = self.run(job)
                return True
        return False

    def run(self, job: SyncJob) -> Iterator[None]:
        journal = JobJournal(job, job.direction)
        try:
            for page in range(int(job.cursor or 0), self.pages[job.pk]):
                journal.go_on()
                yield
                self.written[job.pk, page] += 1
                assert job.note(Counters(modified=1), 1)
                assert job.beat(cursor=str(page + 1))
        except Paused as pause:
            JobEndings(job, journal).pause(pause)
        else:
            JobEndings(job, journal).write(job.finish)
        assert SyncJob.objects.filter(status=Status.RUNNING).count() <= 1

    def kill(self, number: int) -> None:
        """The worker and its run are gone; nobody hears of them again."""
        self.workers[number] = None
        alive = [run for run in self.workers if run is not None]
        if not alive:
            SyncJob.objects.filter(status=Status.RUNNING).update(heartbeat_at=timezone.now() - LONG_AGO)

    def look(self) -> None:
        """A tick of the scheduler, long after whatever was sent."""
        SyncJob.objects.update(sent_at=timezone.now() - LONG_AGO)
        scheduler.resend()

    def finish(self) -> None:
        """Let the workers work until nothing is left."""
        for _ in range(AT_MOST):
            busy = [self.step(number) for number in range(len(self.workers))]
            if not any(busy):
                if not SyncJob.objects.active().exists():
                    return
                self.look()
        raise AssertionError(f"Still going on: {list(SyncJob.objects.active())}")


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("urgent"), st.integers(1, 3)),
        st.tuples(st.just("long"), st.integers(1, 6)),
        st.tuples(st.just("work"), st.integers(0, 7)),
        st.tuples(st.just("work"), st.integers(0, 7)),
        st.tuples(st.just("kill"), st.integers(0, 7)),
        st.tuples(st.just("empty"), st.just(0)),
        st.tuples(st.just("look"), st.just(0)),
    ),
    max_size=40,
)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> dict[str, House]:
    here: dict[str, House] = {}
    for module in ("integration.scheduler", "integration.jobs.create"):
        monkeypatch.setattr(f"{module}.send", lambda jobs: here["house"].send(list(jobs)))
    return here


def lived(house: House, steps: list[tuple[str, int]]) -> None:
    for what, number in steps:
        match what:
            case "urgent" | "long":
                house.ask(number, what == "urgent")
            case "work":
                house.step(number % len(house.workers))
            case "kill":
                house.kill(number % len(house.workers))
            case "empty":
                house.queue.clear()
            case "look":
                house.look()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, workers=st.integers(1, 8))
def test_whatever_is_asked_for_is_done_and_no_page_of_it_is_written_twice(
    sent: dict[str, House], steps: list[tuple[str, int]], workers: int
) -> None:
    house = sent["house"] = House(workers)
    lived(house, steps)
    house.finish()
    assert {job.pk: SyncJob.objects.get(pk=job.pk).status for job in house.asked} == dict.fromkeys(
        house.pages, Status.FINISHED
    )
    wanted = {(id, page): 1 for id, pages in house.pages.items() for page in range(pages)}
    assert dict(house.written) == wanted


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(pages=st.lists(st.integers(1, 3), min_size=2, max_size=6), workers=st.integers(1, 8))
def test_runs_that_people_wait_for_follow_one_another_in_the_order_of_asking(
    sent: dict[str, House], pages: list[int], workers: int
) -> None:
    house = sent["house"] = House(workers)
    house.ask(4, urgent=False)
    house.step(0)
    for number in pages:
        house.ask(number, urgent=True)
    house.finish()
    ended = SyncJob.objects.filter(urgent=True).order_by("finished_at").values_list("pk", flat=True)
    assert list(ended) == [job.pk for job in house.asked if job.urgent]


def test_a_long_run_goes_on_however_many_runs_of_one_record_are_asked_for(sent: dict[str, Any]) -> None:
    house = sent["house"] = House(2)
    house.ask(5, urgent=False)
    for _ in range(40):
        for _ in range(2):
            house.ask(1, urgent=True)
        for number in (0, 1) * 5:
            house.step(number)
    assert SyncJob.objects.get(pk=house.asked[0].pk).status == Status.FINISHED


def test_two_runs_of_one_record_of_the_same_mapping_never_give_way_to_each_other(sent: dict[str, Any]) -> None:
    house = sent["house"] = House(2)
    for _ in range(2):
        house.ask(2, urgent=True)
    house.finish()
    assert set(house.written.values()) == {1}


def test_an_id_given_to_a_worker_out_of_turn_makes_the_run_whose_turn_it_is(sent: dict[str, Any]) -> None:
    house = sent["house"] = House(1)
    house.ask(1, urgent=False)
    house.ask(1, urgent=True)
    assert SyncJob.objects.turn(house.asked[0].pk) == house.asked[1].pk
