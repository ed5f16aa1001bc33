"""No list of a state, and no card, asks the database more than twenty times, however much is going on in the company.

Runs have read everything once, people have changed records on both sides since, and there is every kind of pair.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from integration.business_central.models import Vendor
from integration.business_central.store import EmbeddedCompany
from integration.connection import systems
from integration.connection.systems import company_name, local_currency
from integration.models import ConnectionSetup
from integration.pages import rows
from integration.systems.memory import MemorySystem
from tests.integration.together.company_of_states import KINDS, Firms, filled

AT_MOST = 20
LISTS = {"/records/erp/customer/": "city", "/records/crm/account/": "address1_city"}
PAGES = 3
STATES = ("differing", "coupled", "uncoupled", "waiting", "open", "skipped", "undone", "")
NEXT = re.compile(r'href="\?([^"]*after=[^"]+)"[^>]*>\s*Next page')


@pytest.fixture
def firms(setup: ConnectionSetup, organization: MemorySystem, monkeypatch: pytest.MonkeyPatch) -> list[Firms]:
    for name, real in (
        ("open_erp", EmbeddedCompany),
        ("local_currency", local_currency),
        ("company_name", company_name),
    ):
        monkeypatch.setattr(systems, name, real)
    monkeypatch.setattr(rows, "ROWS", 2)
    ConnectionSetup.objects.update(is_enabled=True)
    return filled(organization)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements inside; the savepoints of a test are the begin and commit of everyday."""
    statements: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE")):
            statements.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(note):
        yield statements


def queries(client: Client, address: str) -> tuple[int, str]:
    """How many a page takes just after somebody has saved something, and the page."""
    Vendor.objects.latest("no").save()
    with counted() as statements:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(statements), answer.content.decode()


@pytest.mark.parametrize("address", LISTS)
def test_no_page_of_a_list_of_a_state_asks_more_than_twenty_times(
    firms: list[Firms], admin: Client, address: str
) -> None:
    admin.get(f"{address}?state=uncoupled")  # fills the catalog
    asked = {}
    for state in STATES:
        for narrowed in ("", f"&q=ad&f-{LISTS[address]}=Rome"):
            page: str | None = f"{address}?state={state}{narrowed}"
            for place in range(1, PAGES + 1):
                if page is not None:
                    asked[f"{state}{narrowed}, page {place}"], shown = queries(admin, page)
                    following = NEXT.search(shown)
                    page = f"{address}?{unescape(following[1])}" if following is not None else None
    assert "differing, page 3" in asked
    assert {page: number for page, number in asked.items() if number > AT_MOST} == {}


def test_no_card_and_no_comparison_asks_more_than_twenty_times_whatever_the_state_of_its_pair(
    firms: list[Firms], admin: Client
) -> None:
    pages = {}
    for one in firms:
        table = one.mapping.erp_table
        pages |= {f"{table} free": reverse("erp_card", args=[table, one.free])}
        pages |= {f"account of no {table}": reverse("crm_card", args=["account", one.free_there])}
        for kind, (pair, *_) in one.pairs.items():
            for side, name, id in (("erp", table, pair.erp_id), ("crm", "account", pair.crm_id)):
                pages[f"{name} {kind} in {one.mapping}"] = reverse(f"{side}_card", args=[name, id])
                pages[f"{name} {kind} in {one.mapping}, compared"] = reverse("record_comparison", args=[side, name, id])
    for address in pages.values():
        admin.get(address)  # what a process keeps for good is read now
    asked = {page: queries(admin, address)[0] for page, address in pages.items()}
    assert len(asked) == 4 + 8 * len(KINDS)
    assert {page: number for page, number in asked.items() if number > AT_MOST} == {}


def test_the_list_of_differing_customers_holds_what_was_changed_on_either_side_and_what_is_owed_or_in_conflict(
    firms: list[Firms], admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS", 50)
    for side, table in (("erp", "customer"), ("crm", "account")):
        shown = admin.get(f"/records/{side}/{table}/?state=differing").content.decode()
        seen = set(re.findall(r'aria-label="Select (?!all)[^"]*Adatum ([a-z ]+) \d"', shown))
        assert seen == {"owed", "changed", "changed there", "changed on both sides", "in conflict"}
