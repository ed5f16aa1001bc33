"""Dry runs of pairs that matching makes: both passes are seen at once."""

from __future__ import annotations

import pytest

from integration import jobs
from integration.jobs.dry_run import plans
from integration.models import FieldMapping, FullSynchLine, Plan, SyncJob, TableMapping
from integration.systems.values import Ref, Side
from tests.integration.jobs.plans.planned import account, agreed, done, one, run_all, world
from tests.integration.jobs_world import JobsWorld

__all__ = ["agreed", "world"]


# --- pairs that matching makes -------------------------------------------------------------------------------


@pytest.fixture
def matching(world: JobsWorld) -> JobsWorld:
    """Adatum and Fabrikam on both sides, not coupled yet, and each side knows something the other does not."""
    world.couple_jim()
    FieldMapping.objects.create(
        mapping=world.mapping(), erp_field="e_mail", crm_field="emailaddress1", direction="both"
    )
    for name in ("Adatum", "Fabrikam"):
        customer = world.add_customer(name)
        account = world.add_account(name, ownerid=Ref("systemuser", world.jim_user))
        world.erp.edit("customer", customer, phone_no="030 1", e_mail="")
        world.crm.edit("account", account, telephone1="030 2", emailaddress1=f"info@{name.lower()}.example")
    couple = FullSynchLine.Recommendation.COUPLE
    FullSynchLine.objects.create(mapping=world.mapping(), direction="both", recommendation=couple, winner="erp")
    return world


def counters(plan: Plan, kind: SyncJob.Kind) -> list[tuple[str, int, int, int, int]]:
    rows = SyncJob.objects.filter(plan=plan, kind=kind).order_by("queued_at")
    return [(one.direction, one.coupled, one.inserted, one.modified, one.failed) for one in rows]


def test_a_plan_tells_both_passes_of_a_pair_that_it_would_make_by_matching(matching: JobsWorld) -> None:
    plan = done(plans.plan_full())
    updates = {(c.direction, c.label.split()[-1]): c.fields for c in plan.changes.filter(action="update")}
    assert updates["to_crm", "Adatum"] == [["telephone1", "030 2", "030 1"]]
    assert updates["to_erp", "Adatum"] == [["e_mail", "", "info@adatum.example"]]
    assert len(updates) == 4
    assert set(plan.changes.values_list("action", flat=True)) == {"couple", "update"}


def test_a_run_that_applies_a_plan_with_matched_pairs_counts_what_the_plan_counted(matching: JobsWorld) -> None:
    plan = done(plans.plan_full())
    plans.apply(plan)
    done(plan)
    told = [("both", 2, 0, 0, 0), ("to_crm", 0, 0, 2, 0), ("to_erp", 0, 0, 2, 0)]
    assert counters(plan, SyncJob.Kind.PLAN) == told
    assert counters(plan, SyncJob.Kind.APPLY) == told
    assert set(plan.changes.values_list("outcome", flat=True)) == {"applied"}
    assert not Plan.objects.filter(follows=plan).exists()
    assert account(matching, "Adatum")["telephone1"] == "030 1"
    assert matching.erp.values("customer", one(matching, "Adatum"))["e_mail"] == "info@adatum.example"


def test_the_full_synchronization_itself_does_what_its_plan_has_told(matching: JobsWorld) -> None:
    told = counters(done(plans.plan_full()), SyncJob.Kind.PLAN)
    jobs.full_synch.start()
    run_all()
    line = FullSynchLine.objects.get(mapping=matching.mapping())
    assert [(j.coupled, j.inserted, j.modified, j.failed) for j in line.jobs] == [row[1:] for row in told]


def test_without_a_winner_a_field_that_both_have_filled_differently_is_a_conflict_of_the_plan(
    matching: JobsWorld,
) -> None:
    FullSynchLine.objects.get().choose_winner(None)
    plan = done(plans.plan_full())
    told = {(c.direction, c.action) for c in plan.changes.all() if c.label.endswith("Adatum")}
    assert told == {("both", "couple"), ("to_crm", "conflict"), ("to_erp", "conflict")}


def test_where_a_person_chose_sales_the_full_synchronization_writes_to_business_central_only(
    matching: JobsWorld,
) -> None:
    FullSynchLine.objects.get().choose_winner(Side.CRM)
    jobs.full_synch.start()
    run_all()
    customer = matching.erp.values("customer", one(matching, "Adatum"))
    assert (customer["phone_no"], customer["e_mail"]) == ("030 2", "info@adatum.example")
    assert account(matching, "Adatum")["telephone1"] == "030 2"


def test_the_policy_of_the_mapping_says_who_wins_where_nobody_was_chosen(matching: JobsWorld) -> None:
    FullSynchLine.objects.get().choose_winner(None)
    TableMapping.objects.filter(name="CUSTOMER").update(conflict="send")
    plan = done(plans.plan_full())
    assert not plan.changes.filter(action="conflict").exists()
    (change,) = [c for c in plan.changes.filter(action="update", direction="to_crm") if c.label.endswith("Adatum")]
    assert change.fields == [["telephone1", "030 2", "030 1"]]


def test_where_sales_wins_the_plan_of_a_matched_pair_writes_to_business_central_only(matching: JobsWorld) -> None:
    FullSynchLine.objects.get().choose_winner(None)
    TableMapping.objects.filter(name="CUSTOMER").update(conflict="get")
    plan = done(plans.plan_full())
    (change, _) = plan.changes.filter(action="update").order_by("label")
    assert change.direction == "to_erp"
    assert sorted(change.fields) == [["e_mail", "", "info@adatum.example"], ["phone_no", "030 1", "030 2"]]


def test_a_matched_account_that_is_changed_while_the_plan_is_applied_is_planned_anew(matching: JobsWorld) -> None:
    plan = done(plans.plan_full())
    adatum = next(c for c in plan.changes.filter(action="couple") if c.label.endswith("Adatum"))
    plans.apply(plan)
    while job := SyncJob.objects.ready().first():
        if job.direction == "to_erp":
            matching.crm.edit("account", adatum.crm_id, emailaddress1="new@adatum.example")
        jobs.run(job.pk)
    last = plan.changes.get(direction="to_erp", erp_id=adatum.erp_id)
    assert last.outcome == "changed"
    assert matching.erp.values("customer", adatum.erp_id)["e_mail"] == ""


def test_a_pair_whose_first_pass_fails_is_not_taken_for_synchronized_in_the_second(matching: JobsWorld) -> None:
    lost = matching.erp.add("salesperson", code="XX", name="Nobody")
    matching.erp.edit("customer", one(matching, "Adatum"), salesperson_code=Ref("salesperson", lost))
    plan = done(plans.plan_full())
    told = {(c.direction, c.action) for c in plan.changes.all() if c.label.endswith("Adatum")}
    assert ("to_crm", "waiting") in told
    assert ("to_erp", "update") in told
