"""A page about one record answers 404 in the frame where nobody knows such a record."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integration.models import ConnectionSetup, RecordChange, SyncJob, TableMapping
from integration.systems.errors import TimedOut
from integration.systems.memory.system import MemorySystem
from tests.integration.people.addresses import ID, PAGES
from tests.people import ADMINISTRATOR, signed_in

ELSEWHERE = {"open_in_sales", "sales_order", "sales_quote"}
"""It leads to Sales itself; their tables are not in this organization (``tests/integration/sales``)."""
NAMED = sorted({name for name, page in PAGES.items() if ID in page.where.values()} - ELSEWHERE)
ANSWERS = (404, 405)
"""A button's address has no page of its own."""


@pytest.fixture
def admin(setup: ConnectionSetup) -> Client:
    """The connection is enabled, with one mapping between customers and accounts."""
    ConnectionSetup.objects.update(is_enabled=True)
    TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account", user_defined=True)
    return signed_in("susan", ADMINISTRATOR)


@pytest.mark.parametrize("name", NAMED)
def test_a_page_about_an_unknown_record_is_not_found(admin: Client, name: str) -> None:
    answer = admin.get(reverse(name, kwargs=PAGES[name].where), follow=True)
    assert answer.status_code in ANSWERS, (name, answer.status_code, answer.headers.get("Location"))


@pytest.mark.parametrize("name", ["record_log", "record_history", "erase"])
@pytest.mark.parametrize(("side", "table"), [("erp", "customer"), ("crm", "account")])
def test_of_a_deleted_record_what_is_remembered_is_shown(admin: Client, name: str, side: str, table: str) -> None:
    job = SyncJob.objects.create(mapping=TableMapping.objects.get(), direction="to_crm", status="finished")
    about = {
        "erp_id": ID,
        "crm_id": ID,
        "label": "10000 Adatum",
        "side": "crm",
        "action": "deleted",
        "created_at": timezone.now(),
    }
    RecordChange.objects.create(job=job, **about)

    answer = admin.get(reverse(name, args=[side, table, ID]))

    assert answer.status_code == 200
    assert name == "erase" or "10000 Adatum" in answer.content.decode()


@pytest.mark.parametrize("name", ["record_log", "record_history", "erase"])
def test_a_silent_sales_leaves_the_page_of_a_record_nobody_knows(
    admin: Client, organization: MemorySystem, name: str
) -> None:
    organization.fail_on("get", TimedOut("contoso did not answer in time."), times=9)

    assert admin.get(reverse(name, args=["crm", "account", ID])).status_code == 200


def test_a_card_whose_record_no_run_has_written_shows_no_history(admin: Client, company: MemorySystem) -> None:
    address = reverse("record_history", args=["erp", "customer", ID])

    assert admin.get(address, headers={"HX-Request": "true"}).status_code == 200


@pytest.mark.parametrize("page", ["erase", "history", "comparison", "open-in-sales"])
def test_what_only_looks_like_an_id_is_not_found(admin: Client, page: str) -> None:
    assert admin.get(f"/records/erp/customer/{'-' * 36}/{page}/").status_code == 404
