"""Two couple one Sales record at the same moment: one pair is there, and the other one is an ordinary answer."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from django.db import connection, connections, transaction

from coupling.ledger import COUPLED_ELSEWHERE, CouplingError
from integration import jobs
from integration.models import SyncJob
from integration.sync.memory.ledger import Pair, State
from integration.sync.run import Options
from integration.systems.values import Side
from tests.coupling.kept.adatum import during, ran
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]

pytestmark = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has one writer; PostgreSQL has to prove it"
)
PATIENCE = 20.0


class Rival:
    """Another process that has done ``what`` and commits as soon as somebody waits for it."""

    def __init__(self, what: Callable[[], Any]) -> None:
        self.what, self.holds = what, threading.Event()
        self.thread = threading.Thread(target=self._go)
        self.was_waited_for = False

    def begin(self) -> None:
        self.thread.start()
        assert self.holds.wait(PATIENCE)

    def _go(self) -> None:
        with closing(connections["default"]), transaction.atomic():
            self.what()
            self.holds.set()
            until = time.monotonic() + PATIENCE
            while not self.was_waited_for and time.monotonic() < until:
                self.was_waited_for = _waiting() > 0

    def end(self) -> None:
        self.thread.join(PATIENCE)
        assert self.was_waited_for


def _waiting() -> int:
    """How many others wait for what this one holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        (number,) = cursor.fetchone()
    return int(number)


def coupled(erp_id: uuid.UUID, crm_id: uuid.UUID) -> Pair:
    return Pair(erp_id, crm_id, State.COUPLED)


def test_the_second_of_two_new_pairs_is_lost_and_the_others_of_its_page_are_stored(world: JobsWorld) -> None:
    couplings, account, (first, second, third) = world.mapping().couplings, uuid.uuid4(), _ids(3)
    rival = Rival(lambda: world.mapping().couplings.remember([coupled(first, account)]))
    rival.begin()
    late, other = coupled(second, account), coupled(third, uuid.uuid4())
    with couplings.page():
        lost = couplings.remember([late, other])
    rival.end()
    assert lost == [late]
    assert set(couplings.values_list("erp_id", "crm_id")) == {(first, account), (third, other.crm_id)}


def test_the_second_of_two_people_is_answered_in_words(world: JobsWorld) -> None:
    account, (first, second) = uuid.uuid4(), _ids(2)
    rival = Rival(lambda: world.mapping().couplings.couple(first, account))
    rival.begin()
    with pytest.raises(CouplingError, match=COUPLED_ELSEWHERE[:20]):
        world.mapping().couplings.couple(second, account)
    rival.end()
    assert world.mapping().couplings.pairs(Side.CRM, [account])[account].erp_id == first


def test_a_run_goes_on_where_a_person_couples_at_the_same_moment_the_account_it_makes_a_customer_of(
    world: JobsWorld,
) -> None:
    world.couple_jim()
    adatum, berta = world.add_account("Adatum"), world.add_account("Berta")
    ours = world.add_customer("Adatum Berlin")
    rival = Rival(lambda: world.mapping().couplings.couple(ours, adatum))
    during(world.erp, "insert", rival.begin)
    job = ran(jobs.start(world.mapping(), "to_erp", options=Options(create=True)))
    rival.end()
    assert job.status == SyncJob.Status.FINISHED, job.message
    pairs = world.mapping().couplings.pairs(Side.CRM, [adatum, berta])
    assert pairs[adatum].erp_id == ours
    assert pairs[berta].state is State.COUPLED


def _ids(number: int) -> list[uuid.UUID]:
    return [uuid.uuid4() for _ in range(number)]
