"""The integration solution, and the jobs of orders and quotes that need it."""

from __future__ import annotations

import pytest
from django.test.client import Client

from integration import scheduler
from integration.connection.enabling import enable, findings_of, order_integration_switched
from integration.defaults.standard import BY_NAME
from integration.defaults.tasks import HOUSE_TASKS, TASK_PASSES, Task
from integration.jobs.tasks import TASKS
from integration.models import ConnectionSetup, JobQueueEntry, SyncJob
from integration.sync.rules import Direction
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Table
from tests.integration.connection.page import save, shown
from tests.integration.features.solution import https, solution, wrong
from tests.people import AVAILABILITY, made

__all__ = ["https", "solution"]

pytestmark = pytest.mark.django_db

HOUSE_FIRST = "Catalogs that lists find records by"
EXTRA = [
    HOUSE_FIRST,
    "Customer Statistics - Dynamics 365 Sales synchronization job",
    "Delete old jobs, errors and history",
    "Exchange rates and prices that are valid from today",
    "Preflight: look at everything that has to be right",
]


def jobs() -> list[str]:
    return sorted(JobQueueEntry.objects.filter(mapping=None).values_list("name", flat=True))


# --- the integration solution --------------------------------------------------------------------------------


@pytest.mark.scenario(
    "CDSIntegrationMgtTest.CheckBaseSolutionInstalled",
    "CDSIntegrationMgtTest.CheckSolutionInstalled",
    "CRMSetupTest.NAVSolutionIsInstalledDrillDown",
)
def test_an_installed_solution_is_told_with_its_version(setup: ConnectionSetup, solution: Table, admin: Client) -> None:
    page = admin.post("/connection/test/").content.decode()
    assert "Integration solution:</strong> Version 1.0.0.0 is installed." in page
    assert "<dt>Integration Solution</dt><dd>1.0.0.0</dd>" in page


@pytest.mark.scenario(
    "CDSIntegrationMgtTest.CheckBaseSolutionNotInstalled",
    "CDSIntegrationMgtTest.CheckSolutionNotInstalled",
    "CDSConnectionSetupTest.SolutionVersionDrillDownNotInstalled",
)
def test_a_solution_that_is_not_installed_is_told(
    setup: ConnectionSetup, solution: Table, admin: Client, organization: MemorySystem
) -> None:
    enable(setup)
    organization.remove("solution", organization.ids("solution")[0])
    page = admin.post("/connection/test/").content.decode()
    assert "Integration solution:</strong> It is not installed." in page
    assert "<dt>Integration Solution</dt><dd>not installed</dd>" in page


@pytest.mark.scenario("CDSConnectionSetupTest.ActionIntegrationUserRoles")
def test_an_integration_user_that_is_gone_from_the_organization_is_told(
    setup: ConnectionSetup, admin: Client, organization: MemorySystem
) -> None:
    enable(setup)
    organization.remove("systemuser", organization.user_id)
    page = admin.post("/connection/test/").content.decode()
    assert "Integration user:</strong> The organization does not tell who we are signed in as." in page


# --- orders and quotes ---------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMSetupTest.AutoCreateSalesOrdersNotEditableIfOrdersIntegrationDisabled")
def test_automatic_orders_wait_for_sales_order_integration(setup: ConnectionSetup, admin: Client) -> None:
    assert admin.get("/connection/").context["form"].fields["auto_create_orders"].disabled
    save(admin, auto_create_orders="on")
    assert ConnectionSetup.current().auto_create_orders is False


def test_nothing_has_an_entry_that_it_could_never_keep(setup: ConnectionSetup, solution: Table) -> None:
    enable(setup)
    order_integration_switched(setup, True)
    made = set(JobQueueEntry.objects.filter(mapping=None).values_list("task", flat=True))
    assert made - set(HOUSE_TASKS) == {Task.STATISTICS, Task.ORDER_STATUS, Task.ORDER_NOTES}


@pytest.mark.parametrize("enabled", [True, False])
def test_a_task_that_a_release_brings_gets_its_entry_while_its_feature_is_on(
    setup: ConnectionSetup, solution: Table, enabled: bool
) -> None:
    enable(setup)
    JobQueueEntry.objects.filter(mapping=None).delete()
    ConnectionSetup.objects.update(is_enabled=enabled)

    scheduler.have_jobs_of_tasks()

    made = JobQueueEntry.objects.filter(mapping=None, status=JobQueueEntry.Status.READY)
    assert set(made.values_list("task", flat=True)) - set(HOUSE_TASKS) == ({Task.STATISTICS} if enabled else set())


def test_every_task_is_done_by_something() -> None:
    assert not set(TASKS) & set(TASK_PASSES)
    assert set(TASKS) | set(TASK_PASSES) == set(Task)


def test_every_pass_of_a_task_is_a_run_over_a_standard_mapping() -> None:
    for passes in TASK_PASSES.values():
        assert 1 <= len(passes) <= 2, "an entry shows the runs of two jobs at most"
        for one in passes:
            assert one.mapping in BY_NAME
            assert one.kind in SyncJob.Kind.values
            if one.kind == SyncJob.Kind.SYNCHRONIZE:
                assert Direction(BY_NAME[one.mapping].direction).includes(Direction(one.direction))


@pytest.mark.scenario(
    "CRMSetupTest.AutoCreateSalesOrdersJobQueueEntryCreatedOnResetConfiguration",
    "CRMSetupTest.AutoCreateSalesOrdersJobQueueEntryIsNotCreatedOnResetConfiguration",
    "CRMSetupTest.AutoProcessSalesQuotesJobQueueEntryCreatedOnResetConfiguration",
    "CRMSetupTest.AutoProcessSalesQuotesJobQueueEntryIsNotCreatedOnResetConfiguration",
    "CRMSetupTest.EnablingAutoCreateSalesOrdersMakesJobQueueEntryCreated",
    "CRMSetupTest.DisablingAutoProcessSalesQuotesMakesJobQueueEntryDeleted",
    "CRMSetupTest.AutoCreateSalesOrdersEditableIfOrdersIntegrationEnabled",
)
def test_switching_automatic_orders_and_quotes_creates_and_deletes_their_jobs(
    setup: ConnectionSetup, solution: Table, admin: Client
) -> None:
    enable(setup)
    assert jobs() == EXTRA
    order_integration_switched(setup, True)
    save(admin, auto_create_orders="on", auto_process_quotes="on")
    made = set(jobs()) - set(EXTRA)
    assert {name.split(" - ")[0] for name in made} == {
        "Automatic creation of sales orders",
        "Automatic processing of sales quotes",
        "Sales Order Notes",
        "Sales Order Status",
    }
    values = {name: value for name, value in shown(admin).items() if name != "auto_create_orders"}
    admin.post("/connection/", values)
    assert not [name for name in jobs() if "creation of sales orders" in name]
    order_integration_switched(ConnectionSetup.current(), False)
    assert jobs() == EXTRA
    assert ConnectionSetup.current().auto_process_quotes is False


@pytest.mark.scenario("CRMSetupTest.EnableDisableCRMItemAvailabilityWebService")
def test_the_job_of_item_availability_is_there_while_that_is_switched_on(
    setup: ConnectionSetup, solution: Table, admin: Client
) -> None:
    enable(setup)
    assert not [name for name in jobs() if name.startswith("Item Availability")]
    save(admin, item_availability_enabled="on", odata_user=str(made("phyllis", AVAILABILITY).pk))
    assert [name for name in jobs() if name.startswith("Item Availability")]
    values = {name: value for name, value in shown(admin).items() if name != "item_availability_enabled"}
    admin.post("/connection/", values)
    assert not [name for name in jobs() if name.startswith("Item Availability")]


def test_a_job_that_a_person_changed_stays_as_it_is_when_others_come_and_go(
    setup: ConnectionSetup, solution: Table
) -> None:
    enable(setup)
    JobQueueEntry.objects.filter(task="customer_statistics").update(minutes=7, status=JobQueueEntry.Status.ON_HOLD)
    order_integration_switched(setup, True)
    entry = JobQueueEntry.objects.get(task="customer_statistics")
    assert (entry.minutes, entry.status) == (7, JobQueueEntry.Status.ON_HOLD)


def test_without_the_solution_there_is_no_statistics_job_and_its_absence_is_no_fault(setup: ConnectionSetup) -> None:
    assert wrong(setup) == {}
    enable(setup)
    assert jobs() == [HOUSE_FIRST, *EXTRA[2:]]


@pytest.mark.scenario("CRMSalesOrderIntegrTest.EnableCRMSalesOrderIntegrationWhenNoCRMSolutionInstalled")
def test_what_needs_the_solution_stands_against_enabling_where_it_is_gone(setup: ConnectionSetup) -> None:
    order_integration_switched(setup, True)
    assert "Import it" in wrong(setup)["Integration solution"]


def test_the_user_that_handles_orders_is_looked_up_and_a_stranger_is_refused(
    setup: ConnectionSetup, solution: Table, admin: Client, organization: MemorySystem
) -> None:
    findings_of(setup)
    order_integration_switched(setup, True)
    peter = organization.add("systemuser", fullname="Peter Saddow", isdisabled=False)
    organization.add("systemuser", fullname="Lina Left", isdisabled=True)
    save(admin, order_user="Peter Saddow")
    setup.refresh_from_db()
    assert (setup.order_user_id, setup.order_user_name) == (peter, "Peter Saddow")
    answer = save(admin, order_user="Lina Left")
    assert "No enabled user is called “Lina Left”" in answer.context["form"].errors["order_user"][0]
    values = {name: value for name, value in shown(admin).items() if name != "order_user"}
    admin.post("/connection/", values)
    assert ConnectionSetup.current().order_user_id is None
