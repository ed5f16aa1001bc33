"""No page asks the database more than twenty times, however many tables and fields it shows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integration.business_central.models import Customer, Salesperson
from integration.business_central.store import EmbeddedCompany
from integration.connection import systems
from integration.connection.systems import company_name, local_currency
from integration.models import ConnectionSetup, SyncError, SyncJob, TableMapping
from integration.systems.memory import MemorySystem
from integration.systems.system import every

AT_MOST = 20
Named = tuple[str, tuple[object, ...]]
LISTS = (
    "/", "/mappings/", "/synch/jobs/", "/synch/errors/", "/synch/skipped/", "/full-synch/", "/connection/", "/audit/",
    "/search/?q=ad", "/records/erp/customer/", "/records/erp/customer/?q=ad", "/records/erp/customer/?state=uncoupled",
    "/records/erp/customer/?state=coupled", "/records/erp/customer/?order=-city", "/records/crm/account/",
    "/records/crm/account/?state=open", "/documents/orders/", "/documents/shipments/", "/documents/posted-invoices/",
    "/ledger/", "/mappings/CUSTOMER/", "/mappings/CUSTOMER/fields/", "/couplings/CUSTOMER/match/",
)  # fmt: skip


@pytest.fixture
def pairs(setup: ConnectionSetup, organization: MemorySystem, monkeypatch: pytest.MonkeyPatch) -> list[Named]:
    """Three customers of JO, the first coupled and its last pass failed; the addresses of the pages about single
    ones."""
    for name, real in {
        "open_erp": EmbeddedCompany,
        "local_currency": local_currency,
        "company_name": company_name,
    }.items():
        monkeypatch.setattr(systems, name, real)
    ConnectionSetup.objects.update(is_enabled=True)
    mapping = TableMapping.objects.create(
        name="CUSTOMER", erp_table="customer", crm_table="account", direction="both", erp_filter="blocked = ' '"
    )
    for position, (erp, crm) in enumerate((("name", "name"), ("phone_no", "telephone1"), ("city", "address1_city"))):
        mapping.fields.create(erp_field=erp, crm_field=crm, direction="both", position=position)
    john = Salesperson.objects.create(code="JO", name="Jim Olive")
    names = ("Adatum", "Fabrikam", "Litware")
    firms = Customer.objects.bulk_create([Customer(name=name, salesperson_code=john) for name in names])
    account = next(every(organization, "account", fields=("name",)))
    mapping.couplings.couple(firms[0].pk, account.id)
    job = SyncJob.objects.create(mapping=mapping, direction="to_crm")
    SyncError.objects.create(job=job, mapping=mapping, direction="to_crm", erp_id=firms[0].pk, code="refused")
    free = firms[1].pk
    return [
        ("erp_card", ("customer", firms[0].pk)), ("erp_card", ("customer", free)),
        ("crm_card", ("account", account.id)), ("coupling", ("CUSTOMER", firms[0].pk)),
        ("coupling", ("CUSTOMER", free)),
        ("record_comparison", ("erp", "customer", firms[0].pk)),
        ("record_log", ("erp", "customer", firms[0].pk)),
        ("synch_job", (job.pk,)),
    ]  # fmt: skip


def test_no_page_asks_the_database_more_than_twenty_times(pairs: list[Named], admin: Client) -> None:
    asked = {}
    for address in (*LISTS, *(reverse(name, args=args) for name, args in pairs)):
        admin.get(address)  # the first look at a list fills its catalog
        with CaptureQueriesContext(connection) as queries:
            assert admin.get(address).status_code == 200, address
        asked[address] = len(queries)
    assert {address: number for address, number in asked.items() if number > AT_MOST} == {}
