"""NUL in an address or a form has a defined answer on every page, and never leads to a page about a fault."""

from __future__ import annotations

import pytest
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from integration.models import TableMapping, User
from integration.systems.memory import MemorySystem
from integration.views.frame.nul import WithoutNul
from tests.people import ADMINISTRATOR, client_of, made

LISTS = (
    "/", "/mappings/", "/mappings/CUSTOMER/", "/mappings/CUSTOMER/count/", "/synch/jobs/", "/synch/errors/",
    "/synch/conflicts/", "/synch/skipped/", "/synch/plans/", "/job-queue/", "/full-synch/", "/audit/", "/users/",
    "/search/", "/records/erp/customer/", "/records/erp/salesperson/", "/records/crm/account/", "/records/crm/contact/",
    "/sales/orders/", "/sales/quotes/", "/documents/quotes/", "/documents/orders/", "/documents/invoices/",
    "/documents/shipments/", "/documents/archive/", "/documents/posted-invoices/", "/documents/posted-credit-memos/",
    "/ledger/", "/mappings/PAYMENT TERMS/options/", "/couplings/CUSTOMER/match/",
    "/couplings/CUSTOMER/match/ambiguous/", "/connection/", "/admin/integration/tablemapping/",
)  # fmt: skip
QUERIES = (
    "q=%00", "q=a%00b&format=csv", "format=csv&q=%00", "f-name=%00&o-name=contains", "f-no=%00", "order=%00",
    "after=%00", "columns=%00", "choose=%00", "state=%00", "mapping=%00", "name=%00", "kind=%00&who=%00", "since=%00",
    "page=%00", "selected=%00", "record=%00", "%00=x", "erp_filter=name = '%00'", "back=/%00",
)  # fmt: skip


@pytest.fixture
def annette(mapping: TableMapping, organization: MemorySystem) -> User:
    return made("annette", ADMINISTRATOR, is_staff=True, is_superuser=True)


@pytest.mark.django_db
@pytest.mark.parametrize("address", LISTS)
def test_a_list_is_that_of_the_rest_of_the_query(address: str, annette: User) -> None:
    client = client_of(annette)
    assert client.get(address, follow=True).status_code == 200
    for query in QUERIES:
        answer = client.get(f"{address}?{query}", follow=True)
        if answer.streaming:
            b"".join(answer.streaming_content)
        assert answer.status_code == 200 or query.startswith(("selected", "record")), (address, query)
        assert answer.status_code < 500


def seen(request: HttpRequest) -> HttpResponse:
    assert all("\0" not in text for name, values in request.GET.lists() for text in (name, *values))
    return HttpResponse(request.GET.urlencode())


@pytest.mark.parametrize("query", QUERIES)
def test_no_page_sees_it_in_the_query(query: str) -> None:
    answer = WithoutNul(seen)(RequestFactory().get(f"/mappings/?{query}&city=Leeds"))
    assert b"city=Leeds" in answer.content


@pytest.mark.parametrize("fault", [ValueError("A string literal cannot contain NUL (0x00) characters."), DataError()])
@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("/synch/plans/start/", {"mapping": "CUSTOMER\0"}, 400),
        ("/synch/plans/start/", {"mapping\0": "CUSTOMER"}, 400),
        ("/mappings/CUSTOMER\0/", {}, 400),
        ("/synch/plans/start/", {"mapping": "CUSTOMER"}, None),
    ],
)
def test_what_the_database_refuses_for_it_is_not_understood(
    path: str, sent: dict[str, str], status: int | None, fault: Exception
) -> None:
    request = RequestFactory().post(path.replace("\0", "%00"), sent)
    answer = WithoutNul(seen).process_exception(request, fault)
    assert (answer.status_code if answer is not None else None) == status


@pytest.mark.django_db
def test_a_view_and_columns_are_kept_without_it(annette: User) -> None:
    client: Client = client_of(annette)
    named = {"list": "records/erp/customer", "name": "Mine\0", "query": "q=a", "back": "/records/erp/customer/"}

    answer = client.post(reverse("list_views"), named, follow=True)
    assert "The view has a character that cannot be stored." in answer.content.decode()
    client.post(reverse("list_columns"), {"list": "records/erp/\0customer", "columns": ["no", "na\0me"]})

    annette.refresh_from_db()
    assert (annette.list_views, annette.list_columns) == ({}, {"records/erp/customer": ["no"]})
