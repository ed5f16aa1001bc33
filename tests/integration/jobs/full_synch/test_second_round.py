"""The second round of a full synchronization: what a table behind another one has left to its records."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.urls import reverse

from integration import jobs
from integration.jobs.dry_run import plans
from integration.models import FullSynchLine, SyncJob
from integration.pages.standings import Standing, ids_in
from integration.sync.memory.ledger import Outcome, Result
from integration.sync.rules import Direction
from integration.sync.run import Scope
from integration.systems.errors import SignInRefused
from integration.systems.memory.faults import Call
from integration.systems.values import Ref, Side, Value
from tests.coupling.standard_world import StandardWorld, standard_world
from tests.integration.jobs.full_synch.review import Line, lines, refresh, statuses, work
from tests.people import INTEGRATOR, signed_in

__all__ = ["standard_world"]


class Firms:
    """Adatum is on both sides, and Cleo only in Sales. Fabrikam and its primary contact Anna are only here."""

    def __init__(self, world: StandardWorld) -> None:
        self.world = world
        self.adatum, self.account = world.customer("Adatum", "C10"), world.account("Adatum", customertypecode=3)
        world.crm.add("contact", firstname="Cleo", lastname="Nyberg", parentcustomerid=Ref("account", self.account))
        self.fabrikam = world.customer("Fabrikam", "C20")
        self.anna = world.person(self.fabrikam, "Anna Lidman")
        world.erp.edit("customer", self.fabrikam, primary_contact_no=Ref("contact", self.anna))

    def synchronize(self) -> list[str]:
        FullSynchLine.objects.reset()
        for line in refresh().values():
            line.choose_create_unmatched(True)
        jobs.full_synch.start()
        return work()

    def contact_of(self, account: UUID) -> Value:
        return self.world.crm.values("account", account)["primarycontactid"]

    def differing(self) -> list[UUID]:
        return list(ids_in(Standing.DIFFERING, Side.ERP, [line.mapping for line in lines().values()]))


@pytest.fixture
def firms(standard_world: StandardWorld) -> Firms:
    return Firms(standard_world)


def second_rounds() -> list[SyncJob]:
    return [job for job in SyncJob.objects.order_by("queued_at") if job.run_options.scope is Scope.OWED]


def test_after_the_full_synchronization_every_primary_contact_is_on_both_sides_and_nothing_differs(
    firms: Firms,
) -> None:
    done = firms.synchronize()

    cleo = firms.world.erp.values("customer", firms.adatum)["primary_contact_no"]
    assert firms.contact_of(firms.account) == Ref("contact", firms.world.pair("CONTACT", Side.ERP, cleo.id))
    anna = firms.world.pair("CONTACT", Side.ERP, firms.anna)
    assert firms.contact_of(firms.world.pair("CUSTOMER", Side.ERP, firms.fabrikam)) == Ref("contact", anna)
    assert firms.differing() == []
    assert done[-2:] == ["CUSTOMER to_crm", "CUSTOMER to_erp"]
    assert set(statuses().values()) == {Line.FINISHED}
    assert [job.mapping.name for job in second_rounds()] == ["CUSTOMER", "CUSTOMER"]


def test_behind_the_second_round_neither_a_run_nor_another_full_synchronization_has_anything_to_do(
    firms: Firms,
) -> None:
    firms.synchronize()
    rounds = len(second_rounds())
    for direction in (Direction.TO_CRM, Direction.TO_ERP):
        assert jobs.start(firms.world.stored("CUSTOMER"), direction, inline=True).counters.changed == 0
    firms.synchronize()
    assert all(job.counters.changed == 0 for line in lines().values() for job in line.jobs)
    assert len(second_rounds()) == rounds


def test_a_full_synchronization_that_leaves_nothing_makes_no_second_round(standard_world: StandardWorld) -> None:
    standard_world.customer("Fabrikam", "C20")
    refresh()
    jobs.full_synch.start()
    work()
    assert set(statuses().values()) == {Line.FINISHED}
    assert second_rounds() == []


def test_a_dry_run_of_everything_says_that_it_shows_no_second_round_and_one_of_a_mapping_does_not(firms: Firms) -> None:
    refresh()
    everything, one = plans.plan_full(), plans.plan_mapping(firms.world.stored("CONTACT"))
    work()
    viewer = signed_in("vera", INTEGRATOR)
    pages = [viewer.get(reverse("plan", args=[plan.pk])).content.decode() for plan in (everything, one)]
    assert ["in a second round over just those records" in page for page in pages] == [True, False]


def test_a_conflict_is_left_to_a_person_and_not_tried_again_while_the_other_firms_go_on(firms: Firms) -> None:
    firms.world.erp.edit("customer", firms.adatum, phone_no="030 1")
    firms.world.crm.edit("account", firms.account, telephone1="030 2")

    firms.synchronize()

    assert firms.differing() == [firms.adatum]
    [pair] = firms.world.stored("CUSTOMER").couplings.pairs(Side.ERP, [firms.adatum]).values()
    assert pair.to_crm == Outcome(Result.FAILURE, "conflict")
    assert firms.contact_of(firms.account) is None
    assert firms.contact_of(firms.world.pair("CUSTOMER", Side.ERP, firms.fabrikam)) is not None
    assert sum(job.failed for job in second_rounds()) == 0


def test_a_second_round_that_sales_refuses_leaves_the_line_finished_with_a_word_about_it(firms: Firms) -> None:
    def gives_a_contact(call: Call) -> bool:
        return call.table == "account" and any("primarycontactid" in row.values for row in call.rows)

    firms.world.crm.fail_on("update", SignInRefused("Nobody answers."), when=gives_a_contact)
    firms.synchronize()

    line = lines()["CUSTOMER"]
    assert line.status == Line.FINISHED
    assert line.message == "What later tables gave to these records is left to the next run: Nobody answers."
    assert jobs.start(line.mapping, Direction.TO_CRM, inline=True).counters.modified == 2
    assert firms.differing() == []


def test_the_review_says_how_many_records_got_something_in_the_second_round_and_leads_to_them(firms: Firms) -> None:
    firms.synchronize()
    page = signed_in("susan", INTEGRATOR).get(reverse("full_synch"), headers={"HX-Request": "true"})
    there = lines()["CUSTOMER"].second_to_crm_job
    said = r'href="([^"]+)"[^>]* aria-label="2 written in a second round in CUSTOMER, BC → Sales"'
    row = re.search(said, page.content.decode())
    assert row is not None
    assert row[1] == reverse("synch_job", args=[there.pk])
    assert "what other tables have left to carry" in signed_in("vera", INTEGRATOR).get(row[1]).content.decode()
