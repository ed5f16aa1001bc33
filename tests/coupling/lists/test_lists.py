"""Lists of the records of either side."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from integration.models import ConnectionSetup, TableMapping
from integration.pages import rows
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.systems.errors import Unreachable
from integration.systems.memory.system import MemorySystem
from tests.coupling.conftest import id_of, page
from tests.coupling.pages.shown import names


def following(shown: str) -> str:
    return unquote(re.search(r'after=([^"&]+)"[^>]*>Next page', shown)[1])


def walk(client: Client, name: str, *args: object, **query: object) -> list[str]:
    """The firms of all pages of a list, from the first to the last."""
    shown = page(client, name, *args, **query)
    seen = names(shown)
    for _ in range(30):
        if "Next page" not in shown:
            return seen
        shown = page(client, name, *args, **query, after=following(shown))
        assert "First page" in shown
        seen += names(shown)
    raise AssertionError("The pages of the list do not end.")


def exported(client: Client, *args: object, **query: object) -> list[list[str]]:
    answer = client.get(reverse("erp_list", args=args), {"format": "csv", **query})
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_the_customer_list_tells_who_is_coupled_and_who_is_not(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    assert names(page(clerk, "erp_list", "customer", state="coupled")) == ["Adatum"]
    assert names(page(clerk, "erp_list", "customer", state="uncoupled")) == ["Fabrikam", "Litware"]
    assert names(page(clerk, "erp_list", "customer")) == ["Adatum", "Fabrikam", "Litware"]


def test_a_customer_whose_account_was_never_written_counts_as_not_coupled(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.remember([Pair(adatum, adatum_account, State.RESERVED, to_crm=Outcome(Result.SKIPPED))])
    assert names(page(clerk, "erp_list", "customer", state="coupled")) == []
    assert "Adatum" in names(page(clerk, "erp_list", "customer", state="uncoupled"))
    assert names(page(clerk, "erp_list", "customer", state="skipped")) == ["Adatum"]
    assert '<span class="status status-unfavorable">Skipped</span>' in page(clerk, "erp_list", "customer")


def test_a_search_finds_customers_by_a_part_of_their_name_without_regard_to_case(
    clerk: Client, mapping: TableMapping
) -> None:
    assert names(page(clerk, "erp_list", "customer", q="fabri")) == ["Fabrikam"]


def test_a_search_finds_customers_by_a_part_of_their_number(clerk: Client, mapping: TableMapping) -> None:
    assert names(page(clerk, "erp_list", "customer", q="c-lit")) == ["Litware"]


def test_a_search_works_together_with_the_coupled_ones(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    assert names(page(clerk, "erp_list", "customer", state="coupled", q="fabri")) == []
    assert names(page(clerk, "erp_list", "customer", state="coupled", q="ADA")) == ["Adatum"]


def test_a_column_sorts_and_sorts_the_other_way_round_at_the_second_press(clerk: Client, mapping: TableMapping) -> None:
    shown = page(clerk, "erp_list", "customer", order="name")
    assert names(shown) == ["Adatum", "Fabrikam", "Litware"]
    assert "order=-name" in shown
    assert 'aria-sort="ascending"' in shown
    assert names(page(clerk, "erp_list", "customer", order="-name")) == ["Litware", "Fabrikam", "Adatum"]


def test_coupled_ones_sort_by_the_column_too(
    clerk: Client,
    mapping: TableMapping,
    company: MemorySystem,
    organization: MemorySystem,
    adatum: UUID,
    adatum_account: UUID,
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    mapping.couplings.couple(id_of(company, "Fabrikam"), id_of(organization, "Coho Winery"))
    shown = page(clerk, "erp_list", "customer", state="coupled", order="-name")
    assert names(shown) == ["Fabrikam", "Adatum"]


def test_a_column_that_does_not_exist_sorts_nothing(clerk: Client, mapping: TableMapping) -> None:
    assert len(names(page(clerk, "erp_list", "customer", order="-nonsense"))) == 3


@pytest.mark.parametrize("state", ["", "uncoupled"])
def test_all_pages_together_show_every_customer_once(
    clerk: Client, mapping: TableMapping, company: MemorySystem, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setattr(rows, "ROWS", 7)
    monkeypatch.setattr(rows, "SCANNED", 7)
    for number in range(20):
        company.add("customer", name=f"Wingtip Branch {number}", no=f"W-{number:02}", blocked=0)
    seen = walk(clerk, "erp_list", "customer", state=state)
    assert len(seen) == len(set(seen)) == 23


def test_many_coupled_customers_page_as_few_do(
    clerk: Client, mapping: TableMapping, company: MemorySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS", 5)
    added = [company.add("customer", name=f"Wingtip Branch {n}", no=f"W-{n:02}", blocked=0) for n in range(12)]
    mapping.couplings.remember(Pair(id, id, State.COUPLED) for id in added)

    few = walk(clerk, "erp_list", "customer", state="coupled")
    monkeypatch.setattr(rows, "BY_ID", 3)
    assert walk(clerk, "erp_list", "customer", state="coupled") == few
    assert len(few) == 12


def test_a_list_that_looks_in_vain_for_long_says_so_and_goes_on(
    clerk: Client, mapping: TableMapping, company: MemorySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "SCANNED", 2)
    monkeypatch.setattr(rows, "SCANS", 2)
    monkeypatch.setattr(rows, "BY_ID", 0)
    company.add("customer", name="Wingtip Toys", no="Z-1", blocked=0)
    last = company.add("customer", name="Zava", no="Z-2", blocked=0)
    mapping.couplings.remember([Pair(last, last, State.COUPLED)])
    query = {"state": "coupled", "order": "name"}
    shown = page(clerk, "erp_list", "customer", **query)
    assert "4 customers looked through" in shown
    assert names(page(clerk, "erp_list", "customer", **query, after=following(shown))) == ["Zava"]


def test_a_bookmark_of_another_list_or_a_made_up_one_opens_the_first_page(
    clerk: Client, mapping: TableMapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS", 2)
    bookmark = following(page(clerk, "erp_list", "customer"))
    shown = page(clerk, "crm_list", "account", after=bookmark)
    assert names(shown) == names(page(clerk, "crm_list", "account", after="https://example.com/"))
    assert names(shown) == ["Adatum", "Coho Winery"]


def test_a_list_asks_our_database_the_same_for_few_rows_and_for_many(
    clerk: Client,
    mapping: TableMapping,
    vendors: TableMapping,
    company: MemorySystem,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    with django_assert_num_queries(10) as few:
        page(clerk, "erp_list", "customer")
    for number in range(20):
        id = company.add("customer", name=f"Wingtip Branch {number}", blocked=0)
        mapping.couplings.remember([Pair(id, id, State.COUPLED)])
    with django_assert_num_queries(len(few.captured_queries)):
        page(clerk, "erp_list", "customer")
    page(clerk, "erp_list", "customer", state="coupled")
    with django_assert_num_queries(12):
        page(clerk, "erp_list", "customer", state="coupled")


def test_the_csv_of_a_list_lets_no_name_become_a_formula(
    clerk: Client, mapping: TableMapping, company: MemorySystem
) -> None:
    for name in ("=HYPERLINK(1)", "+49 30", "-1+1", "@SUM(A1)", "\t=1"):
        company.add("customer", name=name, blocked=0)
    written = {row[1] for row in exported(clerk, "customer")}
    assert {"'=HYPERLINK(1)", "'+49 30", "'-1+1", "'@SUM(A1)", "'\t'=1"} <= written


def test_the_csv_holds_all_rows_of_the_list_and_not_those_of_one_page(
    clerk: Client, mapping: TableMapping, company: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    for number in range(60):
        company.add("customer", name=f"Wingtip Branch {number}", blocked=0)
    mapping.couplings.couple(adatum, adatum_account)
    written = exported(clerk, "customer")
    assert len(written) == 64
    assert written[0][-1] == "Coupling"
    assert [row[1] for row in written if row[-1] == "Coupled"] == ["Adatum"]
    assert len(exported(clerk, "customer", state="coupled")) == 2
    assert len(exported(clerk, "customer", q="branch 1")) == 12


def test_a_csv_that_breaks_off_says_so_in_its_last_row(
    clerk: Client, mapping: TableMapping, company: MemorySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "AT_ONCE", 2)
    read: list[bool] = []
    company.fail_on("find", Unreachable("The line is dead."), when=lambda call: bool(read) or read.append(True))
    written = exported(clerk, "customer")
    assert written[-1] == ["This list is incomplete: The line is dead."]
    assert len(written) == 4


def test_a_csv_that_cannot_begin_leads_back_to_the_list(
    clerk: Client, mapping: TableMapping, organization: MemorySystem
) -> None:
    organization.fail_on("find", Unreachable("The line is dead."))
    answer = clerk.get(reverse("crm_list", args=["account"]), {"format": "csv"}, follow=True)
    assert "The line is dead." in answer.content.decode()


def test_a_list_says_so_when_sales_does_not_answer(
    clerk: Client, mapping: TableMapping, organization: MemorySystem
) -> None:
    organization.fail_on("describe", Unreachable("The organization cannot be reached."))
    assert "The organization cannot be reached." in page(clerk, "crm_list", "account")


def test_business_central_can_be_looked_at_while_the_connection_is_disabled(
    clerk: Client, mapping: TableMapping
) -> None:
    ConnectionSetup.objects.update(is_enabled=False)
    shown = page(clerk, "erp_list", "customer")
    assert len(names(shown)) == 3
    assert "is disabled" in page(clerk, "crm_list", "account")


@pytest.mark.scenario("CRMCouplingRecord.CustomerListCRMControlsVisibility")
def test_the_list_has_its_buttons_for_sales_only_while_the_connection_is_enabled(
    clerk: Client, mapping: TableMapping
) -> None:
    shown = page(clerk, "erp_list", "customer")
    assert "Create Account in Dynamics 365 Sales" in shown
    assert "Synchronize Now" in shown
    ConnectionSetup.objects.update(is_enabled=False)
    shown = page(clerk, "erp_list", "customer")
    assert "Create Account" not in shown
    assert "Synchronize Now" not in shown


def test_accounts_can_become_customers_or_vendors(clerk: Client, mapping: TableMapping, vendors: TableMapping) -> None:
    shown = page(clerk, "crm_list", "account")
    assert "Create Customer in Business Central" in shown
    assert "Create Vendor in Business Central" in shown


def test_a_table_without_a_mapping_is_shown_without_anything_about_couplings(
    clerk: Client, mapping: TableMapping
) -> None:
    shown = page(clerk, "erp_list", "currency")
    assert "Currencies" in shown
    assert "Coupled" not in shown


def test_a_table_that_is_not_there_is_not_found(clerk: Client, mapping: TableMapping) -> None:
    assert clerk.get(reverse("erp_list", args=["unicorn"])).status_code == 404
    assert clerk.get(reverse("crm_list", args=["unicorn"])).status_code == 404
    assert clerk.get(reverse("crm_list", args=["unicorn"]), {"format": "csv"}).status_code == 404


def test_who_may_only_look_sees_no_buttons(visitor: Client, mapping: TableMapping) -> None:
    shown = page(visitor, "erp_list", "customer")
    assert len(names(shown)) == 3
    assert "Delete Coupling" not in shown


def test_nobody_gets_in_without_signing_in(client: Client, mapping: TableMapping, adatum: UUID) -> None:
    for name, args in (("erp_list", ["customer"]), ("erp_card", ["customer", adatum]), ("match", ["CUSTOMER"])):
        assert client.get(reverse(name, args=args)).url.startswith(reverse("login"))


@pytest.mark.scenario("CRMCouplingTest.CRMSystemUserPageShowsCoupledSalesperson")
def test_the_list_of_users_shows_which_salesperson_each_is_coupled_with(
    clerk: Client, connected: ConnectionSetup, company: MemorySystem, organization: MemorySystem
) -> None:
    salespeople = TableMapping.objects.create(
        name="SALESPEOPLE", erp_table="salesperson", crm_table="systemuser", direction="to_erp"
    )
    salespeople.fields.create(erp_field="name", crm_field="fullname", direction="to_erp", position=1)
    peter = company.add("salesperson", code="PS", name="Peter Saddow")
    user = organization.add("systemuser", fullname="Peter Saddow", isdisabled=False)
    salespeople.couplings.couple(peter, user)
    shown = page(clerk, "crm_list", "systemuser")
    row = re.search(r"<tr[^>]*>(?:(?!</tr>).)*Peter Saddow(?:(?!</tr>).)*</tr>", shown, re.DOTALL)[0]
    assert ">Coupled</a>" in row
    assert "Peter Saddow" in page(clerk, "crm_list", "systemuser", state="coupled")
