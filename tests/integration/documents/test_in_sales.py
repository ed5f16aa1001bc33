"""Statistics and posts with both real ends: the embedded company, and a Sales organization behind its Web API, with the
page that a salesperson looks at."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from integration.documents.posts import PostsRun
from integration.documents.statistics import LINK, STATISTICS, row_id
from pytest_django.fixtures import Settings

from integration import jobs
from integration.business_central.models import Customer
from integration.business_central.posting.payments import Payment, register_payment
from integration.business_central.posting.states import release
from integration.connection.enabling import enable
from integration.dataverse import solution
from integration.dataverse.session import Credentials, Session
from integration.dataverse.store import SalesOrganization
from integration.jobs import queue
from integration.mappings.standard import create_missing
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.sandbox import Sandbox
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.filters import Comparison
from integration.systems.system import every
from integration.systems.values import Ref, Row
from tests.business_central import trading
from tests.business_central.trading import item, order
from tests.integration.documents.statistics_world import counted, invoice
from tests.opened import opened
from tests.organization import demo_organization, fill_in
from tests.sandbox.conftest import Caller
from tests.sandbox.salesperson import Browser, allow
from tests.sync.world import MemoryJournal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def running(settings: Settings, tmp_path: Path) -> Iterator[Sandbox]:
    """An organization with the integration solution, and a company with customers."""
    settings.REDIS_URL, settings.DEVELOPMENT = "", True
    queue.redis.cache_clear()
    with demo_organization(tmp_path) as running:
        ready = running.ready
        setup = fill_in(ready)
        own = ready["clients"]["administrator"]
        credentials = Credentials(ready["tenant"], own["client_id"], own["client_secret"], ready["token_endpoint"])
        with closing(Session(ready["url"], credentials)) as administrator:
            solution.import_into(administrator, redeploy=True)
        enable(setup)
        create_missing()
        trading.open_company()
        yield running


def start(**options: object) -> SyncJob:
    mapping = TableMapping.objects.get(name="CUSTOMER")
    chosen = Options(**options)  # type: ignore[arg-type]
    return jobs.start(mapping, Direction.TO_CRM, kind=SyncJob.Kind.STATISTICS, options=chosen, inline=True)


def test_a_salesperson_sees_the_statistics_of_an_account_and_a_repeat_changes_nothing(running: Sandbox) -> None:
    customers = TableMapping.objects.get(name="CUSTOMER")
    with opened() as connected:
        account = next(iter(every(connected.crm, "account", Comparison("name", "begins with", "A"), ["name"])))
        customers.couplings.couple(Customer.objects.get(no="ADATUM").pk, account.id)
        posted = invoice("354.72")
        register_payment(Payment(Decimal("54.72"), invoice=posted.pk))
        order(item(price="1000"))

        job = start()
        assert (job.status, job.inserted, job.failed) == (SyncJob.Status.FINISHED, 1, 0), job.message
        row = row_id(ConnectionSetup.current().organization_id, account.id)
        assert row in connected.crm.get(STATISTICS, [row], [])
        linked = connected.crm.get("account", [account.id], [LINK])[account.id]
        assert linked.values[LINK].id == row

        allow(Caller(running.ready, "administrator"), "Peter Saddow", "Product Availability User")
        shown = Browser(running.ready).sign_in("Peter Saddow").get(f"/sales/accounts/{account.id}").text
        for figure in ("Balance (LCY)", "300.00", "Outstanding Orders (LCY)", "1,200.00", "Total (LCY)", "1,500.00"):
            assert figure in shown

        again = start(scope=Scope.IDS, ids=(Customer.objects.get(no="ADATUM").pk,))
        assert (again.unchanged, again.modified, again.requests) == (1, 0, 4)


def test_counts_of_several_tables_are_one_request(running: Sandbox) -> None:
    with opened() as connected:
        crm = connected.crm
        assert isinstance(crm, SalesOrganization)
        asked = [(table, Comparison("statecode", "=", state)) for table, state in (("opportunity", 0), ("quote", 1))]
        wanted = [crm.count(table, where) for table, where in asked]
        before = crm.requests
        assert crm.count_each(asked) == wanted
        assert crm.requests - before == 1
        assert crm.count_each([]) == []


def test_a_post_stands_on_the_timeline_and_is_the_order_user_s(running: Sandbox) -> None:
    orders = TableMapping.objects.get(name="SALESORDER-ORDER")
    with opened() as connected:
        crm = connected.crm
        assert isinstance(crm, SalesOrganization)
        account = next(iter(every(crm, "account", Comparison("name", "<>", ""), ["name"])))
        sold, sales_order = order(item()), uuid.uuid4()
        made = crm.insert(
            "salesorder", [Row(sales_order, {"name": "Spring", "customerid": Ref("account", account.id)})]
        )
        assert made[0].ok, made[0].error
        orders.couplings.couple(sold.pk, sales_order)
        release(sold.pk)
        peter = next(iter(every(crm, "systemuser", Comparison("fullname", "=", "Peter Saddow"), ["fullname"])))

        def run() -> dict[str, int]:
            acting = crm.acting_as(peter.id)
            return counted(PostsRun(connected.erp, acting, orders.couplings, MemoryJournal(), crm_id()).make())

        assert run() == {"inserted": 1}
        [post] = every(crm, "post", Comparison("regardingobjectid", "=", sales_order), ["text", "createdby"])
        assert post.values["text"] == f"Order {sold.no}: status changed to Released."
        assert post.values["createdby"].id == peter.id
        allow(Caller(running.ready, "administrator"), "Peter Saddow", "Product Availability User")
        shown = Browser(running.ready).sign_in("Peter Saddow").get(f"/sales/salesorders/{sales_order}").text
        assert f"Order {sold.no}: status changed to Released." in shown


def crm_id() -> uuid.UUID | None:
    return ConnectionSetup.current().organization_id
