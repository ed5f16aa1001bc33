"""A plan is what was shown: whatever changes between the dry run and Apply is planned anew, unwritten."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test.client import Client
from django.urls import reverse

from integration import jobs
from integration.connection.enabling import disable
from integration.jobs.dry_run import plans
from integration.models import ConnectionSetup, FieldMapping, Plan, RecordTemplate, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.systems.errors import Refused
from integration.systems.values import Ref
from tests.integration.jobs.plans.planned import account, agreed, done, one, run_all
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["agreed", "world"]


@pytest.fixture
def plan(agreed: JobsWorld) -> Plan:
    """Ready: Adatum has another telephone number and another name."""
    agreed.erp.edit("customer", one(agreed, "Adatum"), phone_no="030 7", name="Adatum AG")
    return done(plans.plan_mapping(agreed.mapping()))


def switch_off_the_telephone(world: JobsWorld) -> None:
    world.mapping().fields.filter(erp_field="phone_no").update(is_enabled=False)


def add_a_constant(world: JobsWorld) -> None:
    FieldMapping.objects.create(
        mapping=world.mapping(), crm_field="address1_city", constant="Berlin", direction="to_crm"
    )


def couple_jim_with_somebody_else(world: JobsWorld) -> None:
    ida = world.crm.add("systemuser", fullname="Ida", internalemailaddress="ida@cronus.example", isdisabled=False)
    couplings = world.mapping("SALESPEOPLE").couplings
    couplings.uncouple([world.jim])
    couplings.couple(world.jim, ida)


def narrow_the_filter(world: JobsWorld) -> None:
    TableMapping.objects.filter(name="CUSTOMER").update(erp_filter="name = Fabrikam")


def turn_the_direction(world: JobsWorld) -> None:
    TableMapping.objects.filter(name="CUSTOMER").update(direction="to_erp")


CHANGES = [
    switch_off_the_telephone,
    add_a_constant,
    couple_jim_with_somebody_else,
    narrow_the_filter,
    turn_the_direction,
]


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_of_a_row_is_written_whose_rule_has_changed_since_it_was_shown(
    agreed: JobsWorld, plan: Plan, change: Callable[[JobsWorld], None]
) -> None:
    before = account(agreed, "Adatum AG")
    change(agreed)
    plans.apply(plan)
    done(plan)
    assert account(agreed, "Adatum AG") == before
    assert [row.outcome for row in plan.changes.filter(action="update")] == ["changed"]


def test_what_has_changed_is_shown_anew_as_it_would_be_now_and_can_be_applied_then(
    agreed: JobsWorld, plan: Plan
) -> None:
    switch_off_the_telephone(agreed)
    plans.apply(plan)
    done(plan)
    anew = Plan.objects.get(follows=plan)
    (row,) = anew.changes.filter(action="update")
    assert [field for field, *_ in row.fields] == ["name"]
    plans.apply(anew)
    done(anew)
    assert account(agreed, "Adatum AG")["name"] == "Adatum AG"
    assert account(agreed, "Adatum AG")["telephone1"] != "030 7"


def test_a_changed_template_makes_the_new_record_be_shown_anew(agreed: JobsWorld) -> None:
    agreed.add_customer("Coho Winery")
    ids = {Direction.TO_CRM: [one(agreed, "Coho Winery")]}
    plan = done(plans.plan_mapping(agreed.mapping(), ids=ids))
    template = RecordTemplate.objects.create(name="Berliners", side="crm", table="account")
    template.values.create(field="address1_city", value="Berlin")
    agreed.mapping().templates.create(template=template)
    plans.apply(plan)
    done(plan)
    assert [row.outcome for row in plan.changes.filter(action="insert")] == ["changed"]
    assert "Coho Winery" not in {agreed.crm.values("account", id)["name"] for id in agreed.crm.ids("account")}


# --- not to the end ------------------------------------------------------------------------------------------


def cancel(plan: Plan) -> None:
    for job in plan.jobs.filter(kind=SyncJob.Kind.APPLY):
        jobs.cancel(job)


def switch_off(plan: Plan) -> None:
    disable(ConnectionSetup.current())


@pytest.mark.parametrize("stop", [cancel, switch_off])
def test_a_plan_that_was_canceled_or_whose_connection_was_disabled_is_not_applied_and_says_so(
    agreed: JobsWorld, plan: Plan, admin: Client, stop: Callable[[Plan], None]
) -> None:
    before = account(agreed, "Adatum AG")
    plans.apply(plan)
    stop(plan)
    done(plan)
    assert plan.status == Plan.Status.STOPPED
    assert "1 row was not tried." in plan.message
    assert account(agreed, "Adatum AG") == before
    page = admin.get(reverse("plan", args=[plan.pk])).content.decode()
    assert "Not Applied to the End" in page
    assert "Applied 2" not in page


def test_a_pass_with_failed_rows_says_so_on_the_page_of_the_plan_with_the_reason_beside_the_row(
    agreed: JobsWorld, plan: Plan, admin: Client
) -> None:
    agreed.crm.fail_on("update", Refused("The account is under review."))
    plans.apply(plan)
    done(plan)
    assert (plan.status, plan.message) == (Plan.Status.APPLIED, "1 row failed; the reason stands beside each.")
    page = admin.get(reverse("plan", args=[plan.pk])).content.decode()
    assert "The account is under review." in page
    assert "Finished, 1 failed" in page


def test_a_reference_that_was_coupled_since_makes_the_row_be_shown_anew(agreed: JobsWorld) -> None:
    ida = agreed.erp.add("salesperson", code="IDA", name="Ida")
    agreed.erp.edit("customer", one(agreed, "Adatum"), salesperson_code=Ref("salesperson", ida), phone_no="030 7")
    plan = done(plans.plan_mapping(agreed.mapping()))
    assert [row.action for row in plan.changes.all()] == ["waiting"]
    plans.apply(plan)
    run_all()
    assert account(agreed, "Adatum")["telephone1"] != "030 7"
