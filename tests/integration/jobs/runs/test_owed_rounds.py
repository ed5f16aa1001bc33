"""What a run of what changed leaves to a mapping whose own run is over: it goes over at once, and no round makes
another."""

from __future__ import annotations

import pytest

from integration import jobs, scheduler
from integration.models import JobQueueEntry, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.values import Ref, Side, Value
from tests.coupling.standard_world import StandardWorld, standard_world
from tests.integration.jobs.full_synch.review import work

__all__ = ["standard_world"]


class Firm:
    """Adatum agrees with its account; then Cleo is entered in Sales, who becomes its primary contact here."""

    def __init__(self, world: StandardWorld) -> None:
        self.world = world
        TableMapping.objects.filter(name="CONTACT").update(only_coupled=False)
        JobQueueEntry.objects.update(status=JobQueueEntry.Status.READY, held_status="")
        self.adatum, self.account = world.customer("Adatum", "C10"), world.account("Adatum", customertypecode=3)
        world.stored("CUSTOMER").couplings.couple(self.adatum, self.account)
        for scope in (Scope.EVERYTHING, Scope.CHANGED):
            for name in ("CUSTOMER", "CONTACT"):
                for way in Direction.BOTH.passes:
                    jobs.start(world.stored(name), way, options=Options(scope=scope, create=True, force=True))
            work()
        SyncJob.objects.all().delete()
        world.crm.add("contact", firstname="Cleo", lastname="Nyberg", parentcustomerid=Ref("account", self.account))

    @property
    def contact_there(self) -> Value:
        return self.world.crm.values("account", self.account)["primarycontactid"]

    @property
    def cleo(self) -> Ref:
        """Cleo in Sales, as the primary contact of Adatum here."""
        here = self.world.erp.values("customer", self.adatum)["primary_contact_no"]
        assert isinstance(here, Ref)
        return Ref("contact", self.world.pair("CONTACT", Side.ERP, here.id))


@pytest.fixture
def firm(standard_world: StandardWorld) -> Firm:
    return Firm(standard_world)


def rounds() -> list[tuple[str, str]]:
    made = SyncJob.objects.order_by("queued_at")
    return [(one.mapping.name, one.direction) for one in made if one.run_options.scope is Scope.OWED]


def test_synchronize_modified_leaves_no_primary_contact_to_the_next_run(firm: Firm) -> None:
    jobs.synchronize_modified()
    work()
    assert firm.contact_there == firm.cleo
    assert [one for one in rounds() if "CUSTOMER" in one] == [("CUSTOMER", "to_crm"), ("CUSTOMER", "to_erp")]


def test_a_job_of_the_schedule_leaves_none_either(firm: Firm) -> None:
    scheduler.run_now(JobQueueEntry.objects.get(mapping__name="CONTACT"))
    work()
    assert firm.contact_there == firm.cleo


def test_nothing_is_carried_for_a_mapping_whose_job_a_person_has_put_on_hold(firm: Firm) -> None:
    JobQueueEntry.objects.filter(mapping__name="CUSTOMER").update(status=JobQueueEntry.Status.ON_HOLD)
    scheduler.run_now(JobQueueEntry.objects.get(mapping__name="CONTACT"))
    work()
    assert firm.contact_there is None
    assert "CUSTOMER" not in [name for name, _ in rounds()]


def test_a_run_that_writes_nothing_and_a_round_itself_make_no_round(firm: Firm) -> None:
    jobs.synchronize_modified()
    work()
    before = rounds()
    firm.world.stored("CUSTOMER").couplings.owe([firm.adatum])
    jobs.start(firm.world.stored("CONTACT"), Direction.TO_ERP)
    work()
    assert rounds() == before
    jobs.full_synch.carry_owed(firm.world.stored("CONTACT"))
    work()
    assert rounds() == [*before, ("CONTACT", "to_crm"), ("CONTACT", "to_erp")]


def test_a_conflict_is_not_tried_again_by_the_round(firm: Firm) -> None:
    firm.world.erp.edit("customer", firm.adatum, phone_no="030 1")
    firm.world.crm.edit("account", firm.account, telephone1="030 2")
    jobs.synchronize_modified()
    work()
    (pair,) = firm.world.stored("CUSTOMER").couplings.pairs(Side.ERP, [firm.adatum]).values()
    assert (pair.to_crm.code, pair.skipped) == ("conflict", False)
    assert sum(job.failed for job in SyncJob.objects.all() if job.run_options.scope is Scope.OWED) == 0


def test_a_round_that_would_change_unusually_much_asks_first(firm: Firm) -> None:
    mapping = firm.world.stored("CUSTOMER")
    TableMapping.objects.filter(pk=mapping.pk).update(changed_at_least=0, changed_percent=0)
    jobs.synchronize_modified()
    work()
    assert firm.contact_there is None
    assert [job.mapping.name for job in SyncJob.objects.waiting()] == ["CUSTOMER"]
