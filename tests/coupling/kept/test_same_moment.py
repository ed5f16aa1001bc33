"""Two couple one Sales record at the same moment: one pair is there, and the other one is an ordinary answer."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from coupling.ledger import COUPLED_ELSEWHERE, CouplingError
from integration import jobs
from integration.models import SyncJob
from integration.sync.memory.ledger import Pair, State
from integration.sync.run import Options
from integration.systems.values import Side
from tests.coupling.kept.adatum import during, ran
from tests.coupling.kept.rival import Rival
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]

pytestmark = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has one writer; PostgreSQL has to prove it"
)


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
    assert rival.was_waited_for
    assert lost == [late]
    assert set(couplings.values_list("erp_id", "crm_id")) == {(first, account), (third, other.crm_id)}


def test_the_second_of_two_people_is_answered_in_words(world: JobsWorld) -> None:
    account, (first, second) = uuid.uuid4(), _ids(2)
    rival = Rival(lambda: world.mapping().couplings.couple(first, account))
    rival.begin()
    with pytest.raises(CouplingError, match=COUPLED_ELSEWHERE[:20]):
        world.mapping().couplings.couple(second, account)
    rival.end()
    assert rival.was_waited_for
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
    assert rival.was_waited_for
    assert job.status == SyncJob.Status.FINISHED, job.message
    pairs = world.mapping().couplings.pairs(Side.CRM, [adatum, berta])
    assert pairs[adatum].erp_id == ours
    assert pairs[berta].state is State.COUPLED


def _ids(number: int) -> list[uuid.UUID]:
    return [uuid.uuid4() for _ in range(number)]
