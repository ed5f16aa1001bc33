"""The search of the top bar: what it finds for whom, and that a silent Sales holds up nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Never

import pytest
from django.urls import reverse

from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.pages.frame import search
from integration.systems.errors import Unreachable
from integration.systems.memory import MemorySystem
from tests.people import ADMINISTRATOR, AVAILABILITY, INTEGRATOR, ORDER_PROCESSOR, VIEWER, signed_in

pytestmark = pytest.mark.django_db
Ends = tuple[MemorySystem, MemorySystem]
HIT = re.compile(r'<li><a href="([^"]*)"><span>([^<]*)</span>')


@pytest.fixture(autouse=True)
def connected(setup: ConnectionSetup) -> None:
    ConnectionSetup.objects.update(is_enabled=True)
    TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account")


def found(group: str, text: str, address: str = "search") -> list[str]:
    """The names of what somebody of this group finds."""
    page = signed_in("Ines", group).get(reverse(address), {"q": text}, headers={"HX-Request": "true"})
    return [name for _, name in HIT.findall(page.content.decode())]


@pytest.mark.parametrize(
    ("group", "text", "finds"),
    [
        (VIEWER, "table map", ["Table Mappings"]),
        (VIEWER, "audit", []),
        (ADMINISTRATOR, "audit", ["Audit Log"]),
        (VIEWER, "assisted", []),
        (INTEGRATOR, "assisted", []),
        (ADMINISTRATOR, "assisted", ["Assisted Setup"]),
        (VIEWER, "new user", []),
        (ADMINISTRATOR, "new user", ["New User"]),
        (VIEWER, "new sales order", []),
        (ORDER_PROCESSOR, "new sales order", ["New Sales Order"]),
        (INTEGRATOR, "new sales order", []),
        (VIEWER, "time zone", ["My Settings"]),
        (VIEWER, "ADATUM", ["Adatum"]),
        (VIEWER, "xyzzy", []),
        (VIEWER, "", []),
    ],
)
def test_a_person_finds_what_they_may_open_and_nothing_else(group: str, text: str, finds: list[str]) -> None:
    assert found(group, text) == finds


def test_every_result_opens_for_who_finds_it() -> None:
    client = signed_in("Vera", VIEWER)
    pages = [client.get(reverse("search"), {"q": text}).content.decode() for text in ("s", "e", "a", "new", "r")]
    addresses = {url for page in pages for url, _ in HIT.findall(page) if not url.startswith("/records/")}

    assert len(addresses) > 15
    assert [url for url in sorted(addresses) if client.get(url).status_code == 403] == []


def test_who_sees_no_page_searches_nothing() -> None:
    client = signed_in("Agnes", AVAILABILITY)

    assert [client.get(reverse(name), {"q": "adatum"}).status_code for name in ("search", "search_sales")] == [403] * 2


def test_a_job_is_found_by_its_mapping_and_opens() -> None:
    mapping = TableMapping.objects.get(name="CUSTOMER")
    job = SyncJob.objects.create(mapping=mapping, direction="to_crm", queued_at=dt.datetime(2026, 3, 7, tzinfo=dt.UTC))
    page = signed_in("Vera", VIEWER).get(reverse("search"), {"q": "customer"}).content.decode()

    assert reverse("synch_job", args=[job.pk]) in page


def test_records_of_sales_are_asked_apart(ends: Ends) -> None:
    assert found(VIEWER, "coho") == []
    assert ("account", "Coho Winery") in [
        (hit.kind.lower(), hit.label) for hit in search.records_of_sales("coho").found
    ]


def test_the_page_asks_sales_when_it_is_shown_and_by_a_link_without_scripts() -> None:
    client = signed_in("Vera", VIEWER)
    page = client.get(reverse("search"), {"q": "coho"}).content.decode()
    link = "/search/?q=coho&amp;sales=yes"

    assert ('hx-get="/search/sales/?q=coho"' in page, link in page, "Coho Winery" in page) == (True, True, False)
    assert "Coho Winery" in client.get(link.replace("&amp;", "&")).content.decode()


def test_a_silent_sales_is_said_in_its_place_and_the_rest_is_found(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object, **__: object) -> Never:
        raise Unreachable("Sales does not answer.")

    monkeypatch.setattr(ends[1], "find", silent)
    client = signed_in("Vera", VIEWER)

    assert "Sales does not answer." in client.get(reverse("search_sales"), {"q": "adatum"}).content.decode()
    assert "Adatum" in client.get(reverse("search"), {"q": "adatum"}).content.decode()


def test_sales_is_not_asked_while_the_connection_is_disabled() -> None:
    ConnectionSetup.objects.update(is_enabled=False)

    assert "disabled" in search.records_of_sales("adatum").problem


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "\N{RIGHT-TO-LEFT OVERRIDE}mutadA",
        "%_%",
        "'; DROP TABLE user; --",
        "ä" * 10_000,
        "ada\0tum",
    ],
)
def test_hostile_text_is_only_text(text: str) -> None:
    client = signed_in("Vera", VIEWER)
    pages: Sequence[str] = [
        client.get(reverse(name), {"q": text}, headers={"HX-Request": "true"}).content.decode()
        for name in ("search", "search_sales")
    ]

    assert not any("<script>alert" in page for page in pages)
    assert len(search.typed(text)) <= search.LONGEST
