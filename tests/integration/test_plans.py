"""Dry runs that are kept: they write nothing, tell everything, and can be carried out later."""

from __future__ import annotations

import pytest

from integration import jobs
from integration.jobs import plans
from integration.models import FieldMapping, FullSynchLine, Plan, PlannedChange, SyncJob, TableMapping
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction
from integration.systems.errors import Refused, SignInRefused
from integration.systems.values import Ref, Side
from tests.integration.jobs_world import world

__all__ = ["world"]

READS = {"check", "describe", "tables", "changes", "get", "find", "count"}


def run_all() -> None:
    while job := SyncJob.objects.ready().first():
        jobs.run(job.pk)


def planned(plan: Plan) -> list[tuple[str, str]]:
    return [(change.action, change.label) for change in plan.changes.all()]


def done(plan: Plan) -> Plan:
    run_all()
    plan.refresh_from_db()
    return plan


@pytest.fixture
def agreed(world):
    """Adatum and Fabrikam on both sides and equal; Jim is coupled."""
    world.couple_jim()
    for name in ("Adatum", "Fabrikam"):
        world.mapping().couplings.couple(world.add_customer(name), world.add_account(name))
    for way in ("to_crm", "to_erp", "to_crm"):
        jobs.run(jobs.start(world.mapping(), way).pk)
    return world


def one(world, name: str):
    return next(id for id in world.erp.ids("customer") if world.erp.values("customer", id)["name"] == name)


def account(world, name: str):
    return world.crm.values("account", world.mapping().couplings.get(erp_id=one(world, name)).crm_id)


# --- what a plan tells ---------------------------------------------------------------------------------------


def test_a_plan_tells_each_change_with_old_and_new_values_and_writes_nothing(agreed):
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


def test_conflicts_waiting_records_and_failures_are_told_apart(agreed):
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


def test_a_plan_of_chosen_records_tells_of_no_other(agreed):
    for name in ("Adatum", "Fabrikam"):
        agreed.erp.edit("customer", one(agreed, name), phone_no="030 7")
    ids = {Direction.TO_CRM: [one(agreed, "Adatum")]}
    plan = done(plans.plan_mapping(agreed.mapping(), ids=ids))
    assert planned(plan) == [("update", "Adatum")]


def test_a_plan_of_everything_resolves_references_through_what_it_would_make_itself(world):
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


def test_a_plan_that_cannot_be_made_is_not_ready_and_says_why(agreed):
    agreed.crm.fail_on("changes", SignInRefused("The secret has expired."), times=9)
    plan = done(plans.plan_mapping(agreed.mapping()))
    assert plan.status == Plan.Status.FAILED
    assert "The secret has expired." in plan.message
    with pytest.raises(plans.PlanError):
        plans.apply(plan)


# --- carrying it out -----------------------------------------------------------------------------------------


def test_an_applied_plan_does_what_it_told_and_nothing_else(agreed):
    agreed.erp.edit("customer", one(agreed, "Adatum"), phone_no="030 7")
    plan = done(plans.plan_mapping(agreed.mapping()))
    agreed.erp.edit("customer", one(agreed, "Fabrikam"), phone_no="030 9")
    plans.apply(plan)
    done(plan)
    assert plan.status == Plan.Status.APPLIED
    assert account(agreed, "Adatum")["telephone1"] == "030 7"
    assert account(agreed, "Fabrikam")["telephone1"] != "030 9"
    assert [c.outcome for c in plan.changes.all()] == ["applied"]


def test_a_record_that_has_changed_since_is_not_overwritten_but_planned_anew(agreed):
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


def test_of_two_people_who_apply_a_plan_one_does(agreed):
    agreed.erp.edit("customer", one(agreed, "Adatum"), phone_no="030 7")
    plan = done(plans.plan_mapping(agreed.mapping()))
    same = Plan.objects.get(pk=plan.pk)
    plans.apply(plan)
    with pytest.raises(plans.PlanError, match="somebody has applied it"):
        plans.apply(same)
    assert SyncJob.objects.filter(kind=SyncJob.Kind.APPLY).count() == 1


def test_a_plan_of_a_week_ago_is_too_old_to_be_applied(agreed):
    agreed.erp.edit("customer", one(agreed, "Adatum"), phone_no="030 7")
    plan = done(plans.plan_mapping(agreed.mapping()))
    Plan.objects.update(created_at="2026-01-01T00:00Z")
    plan.refresh_from_db()
    with pytest.raises(plans.PlanError, match="too old"):
        plans.apply(plan)


def test_a_whole_plan_is_carried_out_in_its_order_pairs_first(world):
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


def test_a_row_that_fails_while_it_is_applied_says_so_and_the_others_are_done(agreed):
    for name in ("Adatum", "Fabrikam"):
        agreed.erp.edit("customer", one(agreed, name), phone_no="030 7")
    plan = done(plans.plan_mapping(agreed.mapping()))
    agreed.crm.fail_on("update", Refused("The account is under review."))
    plans.apply(plan)
    done(plan)
    assert sorted(c.outcome for c in plan.changes.all()) == ["applied", "failed"]


def test_a_plan_of_many_records_is_kept_in_pieces(agreed, monkeypatch):
    monkeypatch.setattr("integration.jobs.planning.AT_ONCE", 3)
    monkeypatch.setattr("integration.jobs.applying.AT_ONCE", 3)
    names = [f"Firm {number}" for number in range(10)]
    for name in names:
        agreed.add_customer(name)
    plan = done(plans.plan_mapping(agreed.mapping(), ids={Direction.TO_CRM: list(agreed.erp.ids("customer"))}))
    assert PlannedChange.objects.filter(plan=plan, action="insert").count() == 10
    plans.apply(plan)
    done(plan)
    assert len(agreed.crm.ids("account")) == 12


# --- pairs that matching makes -------------------------------------------------------------------------------


@pytest.fixture
def matching(world):
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


def test_a_plan_tells_both_passes_of_a_pair_that_it_would_make_by_matching(matching):
    plan = done(plans.plan_full())
    updates = {(c.direction, c.label.split()[-1]): c.fields for c in plan.changes.filter(action="update")}
    assert updates["to_crm", "Adatum"] == [["telephone1", "030 2", "030 1"]]
    assert updates["to_erp", "Adatum"] == [["e_mail", "", "info@adatum.example"]]
    assert len(updates) == 4
    assert set(plan.changes.values_list("action", flat=True)) == {"couple", "update"}


def test_a_run_that_applies_a_plan_with_matched_pairs_counts_what_the_plan_counted(matching):
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


def test_the_full_synchronization_itself_does_what_its_plan_has_told(matching):
    told = counters(done(plans.plan_full()), SyncJob.Kind.PLAN)
    jobs.full.start()
    run_all()
    line = FullSynchLine.objects.get(mapping=matching.mapping())
    assert [(j.coupled, j.inserted, j.modified, j.failed) for j in line.jobs] == [row[1:] for row in told]


def test_without_a_winner_a_field_that_both_have_filled_differently_is_a_conflict_of_the_plan(matching):
    FullSynchLine.objects.get().choose_winner(None)
    plan = done(plans.plan_full())
    told = {(c.direction, c.action) for c in plan.changes.all() if c.label.endswith("Adatum")}
    assert told == {("both", "couple"), ("to_crm", "conflict"), ("to_erp", "conflict")}


def test_where_a_person_chose_sales_the_full_synchronization_writes_to_business_central_only(matching):
    FullSynchLine.objects.get().choose_winner(Side.CRM)
    jobs.full.start()
    run_all()
    customer = matching.erp.values("customer", one(matching, "Adatum"))
    assert (customer["phone_no"], customer["e_mail"]) == ("030 2", "info@adatum.example")
    assert account(matching, "Adatum")["telephone1"] == "030 2"


def test_the_policy_of_the_mapping_says_who_wins_where_nobody_was_chosen(matching):
    FullSynchLine.objects.get().choose_winner(None)
    TableMapping.objects.filter(name="CUSTOMER").update(conflict="send")
    plan = done(plans.plan_full())
    assert not plan.changes.filter(action="conflict").exists()
    (change,) = [c for c in plan.changes.filter(action="update", direction="to_crm") if c.label.endswith("Adatum")]
    assert change.fields == [["telephone1", "030 2", "030 1"]]


def test_where_sales_wins_the_plan_of_a_matched_pair_writes_to_business_central_only(matching):
    FullSynchLine.objects.get().choose_winner(None)
    TableMapping.objects.filter(name="CUSTOMER").update(conflict="get")
    plan = done(plans.plan_full())
    (change, _) = plan.changes.filter(action="update").order_by("label")
    assert change.direction == "to_erp"
    assert sorted(change.fields) == [["e_mail", "", "info@adatum.example"], ["phone_no", "030 1", "030 2"]]


def test_a_matched_account_that_is_changed_while_the_plan_is_applied_is_planned_anew(matching):
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


def test_a_pair_whose_first_pass_fails_is_not_taken_for_synchronized_in_the_second(matching):
    lost = matching.erp.add("salesperson", code="XX", name="Nobody")
    matching.erp.edit("customer", one(matching, "Adatum"), salesperson_code=Ref("salesperson", lost))
    plan = done(plans.plan_full())
    told = {(c.direction, c.action) for c in plan.changes.all() if c.label.endswith("Adatum")}
    assert ("to_crm", "waiting") in told
    assert ("to_erp", "update") in told
