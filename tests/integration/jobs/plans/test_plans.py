"""Dry runs that are kept: they write nothing, show everything, and can be carried out later."""

from __future__ import annotations

import pytest

from integration.jobs.dry_run import plans
from integration.models import FullSynchLine, Plan, PlannedChange, SyncJob
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction
from integration.systems.errors import Refused, SignInRefused
from integration.systems.values import Ref
from tests.integration.jobs.plans.planned import READS, account, agreed, done, one, planned, world
from tests.integration.jobs_world import JobsWorld

__all__ = ["agreed", "world"]


# --- what a plan tells ---------------------------------------------------------------------------------------


def test_a_plan_tells_each_change_with_old_and_new_values_and_writes_nothing(agreed: JobsWorld) -> None:
    agreed.erp.edit("customer", one(agreed, "Adatum"), phone_no="030 7")
    for system in (agreed.erp, agreed.crm):
        system.calls.clear()
    before = [(c.erp_id, c.seen_erp, c.seen_crm, c.agreed) for c in agreed.mapping().couplings.order_by("pk")]
    cursors = agreed.mapping().erp_cursor, agreed.mapping().crm_cursor
    plan = done(plans.plan_mapping(agreed.mapping()))
    assert plan.status == Plan.Status.READY
    (change,) = plan.changes.filter(action="update")
    old = account(agreed, "Adatum")["telephone1"]
    assert (change.label, change.fields) == ("Adatum", [["telephone1", old, "030 7"]])
    assert set(agreed.erp.calls) | set(agreed.crm.calls) <= READS
    after = [(c.erp_id, c.seen_erp, c.seen_crm, c.agreed) for c in agreed.mapping().couplings.order_by("pk")]
    assert (before, cursors) == (after, (agreed.mapping().erp_cursor, agreed.mapping().crm_cursor))


def test_conflicts_waiting_records_and_failures_are_told_apart(agreed: JobsWorld) -> None:
    adatum = one(agreed, "Adatum")
    agreed.erp.edit("customer", adatum, phone_no="030 7")
    pair = agreed.mapping().couplings.get(erp_id=adatum)
    agreed.crm.edit("account", pair.crm_id, telephone1="030 8")
    lost = agreed.erp.add("salesperson", code="XX", name="Nobody")
    agreed.erp.edit("customer", one(agreed, "Fabrikam"), salesperson_code=Ref("salesperson", lost), phone_no="030 9")
    plan = done(plans.plan_mapping(agreed.mapping()))
    to_crm = plan.changes.filter(direction="to_crm")
    assert {(c.action, c.label) for c in to_crm} == {("conflict", "Adatum"), ("waiting", "Fabrikam")}
    assert ("conflict", "Conflict", 2) in plan.counts()


def test_a_plan_of_chosen_records_tells_of_no_other(agreed: JobsWorld) -> None:
    for name in ("Adatum", "Fabrikam"):
        agreed.erp.edit("customer", one(agreed, name), phone_no="030 7")
    ids = {Direction.TO_CRM: [one(agreed, "Adatum")]}
    plan = done(plans.plan_mapping(agreed.mapping(), ids=ids))
    assert planned(plan) == [("update", "Adatum")]


def test_a_plan_of_everything_resolves_references_through_what_it_would_make_itself(world: JobsWorld) -> None:
    world.add_customer("Adatum")
    FullSynchLine.objects.all().delete()
    for name in ("SALESPEOPLE", "CUSTOMER"):
        mapping = world.mapping(name)
        kind = FullSynchLine.Recommendation.COUPLE if name == "SALESPEOPLE" else FullSynchLine.Recommendation.FULL
        FullSynchLine.objects.create(mapping=mapping, direction=mapping.direction, recommendation=kind)
    for system in (world.erp, world.crm):
        system.calls.clear()
    plan = done(plans.plan_full())
    told = {(c.mapping.name, c.action) for c in plan.changes.all()}
    assert ("SALESPEOPLE", "couple") in told
    assert ("CUSTOMER", "insert") in told
    assert not {action for _, action in told} & {"waiting", "fail"}
    assert set(world.erp.calls) | set(world.crm.calls) <= READS
    assert not world.mapping("SALESPEOPLE").couplings.exists()


def test_a_plan_that_cannot_be_made_is_not_ready_and_says_why(agreed: JobsWorld) -> None:
    agreed.crm.fail_on("changes", SignInRefused("The secret has expired."), times=9)
    plan = done(plans.plan_mapping(agreed.mapping()))
    assert plan.status == Plan.Status.FAILED
    assert "The secret has expired." in plan.message
    with pytest.raises(plans.PlanError):
        plans.apply(plan)


# --- carrying it out -----------------------------------------------------------------------------------------


def test_an_applied_plan_does_what_it_told_and_nothing_else(agreed: JobsWorld) -> None:
    agreed.erp.edit("customer", one(agreed, "Adatum"), phone_no="030 7")
    plan = done(plans.plan_mapping(agreed.mapping()))
    agreed.erp.edit("customer", one(agreed, "Fabrikam"), phone_no="030 9")
    plans.apply(plan)
    done(plan)
    assert plan.status == Plan.Status.APPLIED
    assert account(agreed, "Adatum")["telephone1"] == "030 7"
    assert account(agreed, "Fabrikam")["telephone1"] != "030 9"
    assert [c.outcome for c in plan.changes.all()] == ["applied"]


def test_a_record_that_has_changed_since_is_not_overwritten_but_planned_anew(agreed: JobsWorld) -> None:
    adatum = one(agreed, "Adatum")
    agreed.erp.edit("customer", adatum, phone_no="030 7")
    plan = done(plans.plan_mapping(agreed.mapping()))
    pair = agreed.mapping().couplings.get(erp_id=adatum)
    agreed.crm.edit("account", pair.crm_id, telephone1="030 8")
    plans.apply(plan)
    done(plan)
    assert account(agreed, "Adatum")["telephone1"] == "030 8"
    assert [c.outcome for c in plan.changes.all()] == ["changed"]
    anew = Plan.objects.get(follows=plan)
    assert (anew.status, planned(anew)) == (Plan.Status.READY, [("conflict", "Adatum")])


def test_of_two_people_who_apply_a_plan_one_does(agreed: JobsWorld) -> None:
    agreed.erp.edit("customer", one(agreed, "Adatum"), phone_no="030 7")
    plan = done(plans.plan_mapping(agreed.mapping()))
    same = Plan.objects.get(pk=plan.pk)
    plans.apply(plan)
    with pytest.raises(plans.PlanError, match="somebody has applied it"):
        plans.apply(same)
    assert SyncJob.objects.filter(kind=SyncJob.Kind.APPLY).count() == 1


def test_a_plan_of_a_week_ago_is_too_old_to_be_applied(agreed: JobsWorld) -> None:
    agreed.erp.edit("customer", one(agreed, "Adatum"), phone_no="030 7")
    plan = done(plans.plan_mapping(agreed.mapping()))
    Plan.objects.update(created_at="2026-01-01T00:00Z")
    plan.refresh_from_db()
    with pytest.raises(plans.PlanError, match="too old"):
        plans.apply(plan)


def test_a_whole_plan_is_carried_out_in_its_order_pairs_first(world: JobsWorld) -> None:
    adatum = world.add_customer("Adatum")
    for name in ("SALESPEOPLE", "CUSTOMER"):
        mapping = world.mapping(name)
        kind = FullSynchLine.Recommendation.COUPLE if name == "SALESPEOPLE" else FullSynchLine.Recommendation.FULL
        FullSynchLine.objects.create(mapping=mapping, direction=mapping.direction, recommendation=kind)
    plan = done(plans.plan_full())
    plans.apply(plan)
    done(plan)
    assert world.mapping("SALESPEOPLE").couplings.get().erp_id == world.jim
    pair = world.mapping().couplings.get()
    assert (pair.erp_id, pair.state) == (adatum, State.COUPLED)
    assert world.crm.values("account", pair.crm_id)["ownerid"] == Ref("systemuser", world.jim_user)
    assert {c.outcome for c in plan.changes.filter(action__in=["couple", "insert"])} == {"applied"}


def test_a_row_that_fails_while_it_is_applied_says_so_and_the_others_are_done(agreed: JobsWorld) -> None:
    for name in ("Adatum", "Fabrikam"):
        agreed.erp.edit("customer", one(agreed, name), phone_no="030 7")
    plan = done(plans.plan_mapping(agreed.mapping()))
    agreed.crm.fail_on("update", Refused("The account is under review."))
    plans.apply(plan)
    done(plan)
    assert sorted(c.outcome for c in plan.changes.all()) == ["applied", "failed"]


def test_a_plan_of_many_records_is_kept_in_pieces(agreed: JobsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integration.jobs.dry_run.planning.AT_ONCE", 3)
    monkeypatch.setattr("integration.jobs.dry_run.applying.AT_ONCE", 3)
    names = [f"Firm {number}" for number in range(10)]
    for name in names:
        agreed.add_customer(name)
    plan = done(plans.plan_mapping(agreed.mapping(), ids={Direction.TO_CRM: list(agreed.erp.ids("customer"))}))
    assert PlannedChange.objects.filter(plan=plan, action="insert").count() == 10
    plans.apply(plan)
    done(plan)
    assert len(agreed.crm.ids("account")) == 12
