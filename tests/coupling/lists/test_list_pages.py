"""What a list page shows around its rows: its count, what narrows it, its columns, its pages."""

from __future__ import annotations

import csv
import io
import re
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from integration.models import SyncError, SyncJob, TableMapping, User
from integration.pages import rows
from integration.pages.lists.layout import keep_columns
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.systems.memory import MemorySystem
from integration.systems.values import Ref
from integration.systems.wording import NAMELESS
from tests.coupling.conftest import page
from tests.coupling.pages.shown import names


def text_of(shown: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown.partition("<main")[2]))


def heads(shown: str) -> list[str]:
    return re.findall(r'<th scope="col" title="([^"]+)"', shown)


def person(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def test_a_list_says_how_many_rows_there_are_and_how_many_are_coupled(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)

    assert "3 customers, 1 coupled by no" in text_of(page(clerk, "erp_list", "customer"))
    assert "1 customer by no" in text_of(page(clerk, "erp_list", "customer", q="ada"))
    query = {"state": "coupled", "order": "-name"}
    assert "1 customer by name, descending" in text_of(page(clerk, "erp_list", "customer", **query))


def test_conditions_on_fields_narrow_a_list_and_are_named_above_it(clerk: Client, mapping: TableMapping) -> None:
    query = {"o-name": "begins", "f-name": "ada | fab"}
    shown = page(clerk, "erp_list", "customer", **query)

    assert names(shown) == ["Adatum", "Fabrikam"]
    assert "begins with ada or fab" in shown
    assert names(page(clerk, "erp_list", "customer", **query, state="coupled")) == []
    assert names(page(clerk, "erp_list", "customer", **{"f-blocked": ["3"]})) == ["Litware"]


def test_a_person_sees_the_columns_they_have_chosen_on_the_page_and_in_the_file(
    clerk: Client, mapping: TableMapping
) -> None:
    keep_columns(person(clerk), "erp/customer", ["name", "no"])

    assert heads(page(clerk, "erp_list", "customer")) == ["name", "no", "Coupling"]
    answer = clerk.get(reverse("erp_list", args=["customer"]), {"format": "csv"})
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert lines[:2] == [["name", "no", "Coupling"], ["Adatum", "C-ADATUM", "Not coupled"]]


def test_a_page_says_which_rows_of_how_many_it_shows(
    clerk: Client, mapping: TableMapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS", 2)
    first = page(clerk, "erp_list", "customer")
    following = re.search(r'rel="next" href="(\?[^"]+)"', first)

    assert "1–2 of 3" in first
    assert following is not None
    second = clerk.get(reverse("erp_list", args=["customer"]) + following[1].replace("&amp;", "&")).content.decode()
    assert ("3–3 of 3" in second, "First page" in second, "Next page" in second) == (True, True, False)


def test_records_that_failed_or_wait_are_found_and_say_so(
    clerk: Client, mapping: TableMapping, company: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    fabrikam, litware = (id for id in company.ids("customer") if id != adatum)
    mapping.couplings.remember([Pair(adatum, adatum_account, State.COUPLED, to_crm=Outcome(Result.WAITING))])
    job = SyncJob.objects.create(mapping=mapping, direction="to_crm")
    SyncError.objects.create(job=job, mapping=mapping, direction="to_crm", erp_id=fabrikam, code="refused", message="-")

    assert names(page(clerk, "erp_list", "customer", state="open")) == ["Fabrikam"]
    shown = page(clerk, "erp_list", "customer")
    assert re.findall(r'class="status status-\w+"[^>]*>([^<]+)<', shown) == ["Waiting", "Failed", "Not coupled"]
    assert litware


def test_hostile_text_is_text_in_cells_titles_filters_and_names_of_views(
    clerk: Client, mapping: TableMapping, company: MemorySystem
) -> None:
    hostile = '"><script>alert(1)</script>' + "x" * 5000
    company.add("customer", name=hostile[:100], no="Z", blocked=0)
    someone = person(clerk)
    someone.list_views = {"erp/customer": {hostile[:40]: 'q="><b>'}}
    someone.save()

    shown = page(clerk, "erp_list", "customer", **{"f-name": hostile, "q": hostile, "o-no": hostile})
    assert "<script>alert" not in shown + page(clerk, "erp_list", "customer")


def test_accounts_that_are_not_coupled_say_who_owns_them_however_many_are_shown(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS", 150)
    jim = Ref("systemuser", organization.add("systemuser", fullname="Jim Olive"))
    for number in range(120):
        organization.add("account", name=f"Firm {number}", customertypecode=3, ownerid=jim)

    shown = text_of(page(clerk, "crm_list", "account", state="uncoupled"))

    assert shown.count("Jim Olive") >= 120
    assert NAMELESS not in shown
