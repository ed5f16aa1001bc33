"""The panel of a customer: what is open for it in Dynamics 365 Sales, asked live."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.systems.errors import Unreachable
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Option, Ref
from tests.coupling.conftest import id_of, page, press, told
from tests.makers import option, reference, table, text

STATE = (Option(0, "Open"), Option(1, "Won"), Option(2, "Lost"), Option(3, "Closed"))


@pytest.fixture
def coupled(
    mapping: TableMapping, company: MemorySystem, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> UUID:
    """Adatum, with 2 open opportunities and 3 active quotes; others are closed, or of somebody else."""
    mapping.couplings.couple(adatum, adatum_account)
    for name in ("opportunity", "quote"):
        columns = [text("name"), reference("customerid", "account"), option("statecode", STATE)]
        organization.add_table(table(name, name.title(), columns))
    other = organization.add("account", name="Somebody else", statecode=0, customertypecode=3)
    ours, theirs = Ref("account", adatum_account), Ref("account", other)
    for number, (state, whose) in enumerate([(0, ours), (0, ours), (1, ours), (2, ours), (0, theirs)]):
        organization.add("opportunity", name=f"Chance {number}", customerid=whose, statecode=state)
    for number, (state, whose) in enumerate([(1, ours), (1, ours), (1, ours), (0, ours), (3, ours), (1, theirs)]):
        organization.add("quote", name=f"Quote {number}", customerid=whose, statecode=state)
    return adatum_account


def with_cases(organization: MemorySystem, account: UUID) -> None:
    columns = [text("title"), reference("customerid", "account"), option("statecode", STATE)]
    organization.add_table(table("incident", "Case", columns, named="title"))
    for number, state in enumerate((0, 0, 2, 1)):
        organization.add("incident", title=f"Case {number}", customerid=Ref("account", account), statecode=state)


def numbers(shown: str) -> list[str]:
    """Caption and number of each count."""
    terms = shown.split('<dt class="fw-normal">')[1:]
    return [
        f"{one.partition('</dt>')[0]}: {one.partition('<a href')[2].partition('>')[2].partition('<')[0]}"
        for one in terms
    ]


@pytest.mark.scenario(
    "CRMIntegrationMgtTest.GetNoOfCRMOpportunities",
    "CRMIntegrationMgtTest.GetNoOfCRMQuotes",
    "CRMStatisticsFactBoxTest.CRMOpportunitiesFromCRMStatisticsFactBoxCustomerCard",
)
def test_the_panel_counts_what_is_open_and_leads_to_a_list_of_just_that(
    clerk: Client, coupled: UUID, adatum: UUID
) -> None:
    assert reverse("customer_in_sales", args=[adatum]) in page(clerk, "erp_card", "customer", adatum)
    shown = page(clerk, "customer_in_sales", adatum)
    assert numbers(shown) == ["Open Opportunities: 2", "Active Quotes: 3"]
    assert "https://contoso.crm4.dynamics.com/main.aspx?pagetype=entitylist&amp;etn=opportunity" in shown
    listed = page(clerk, "crm_list", "opportunity", of=str(coupled))
    assert ("Chance 0" in listed, "Chance 1" in listed) == (True, True)
    assert not any(f"Chance {number}" in listed for number in (2, 3, 4))


def test_cases_are_counted_where_the_organization_has_them(
    clerk: Client, organization: MemorySystem, coupled: UUID, adatum: UUID
) -> None:
    with_cases(organization, coupled)
    assert numbers(page(clerk, "customer_in_sales", adatum))[2:] == ["Active Cases: 2"]
    listed = page(clerk, "crm_list", "incident", of=str(coupled))
    assert "<title>Case" in listed
    assert [f"Case {number}" in listed for number in range(4)] == [True, True, False, False]


@pytest.mark.scenario("CRMStatisticsFactBoxTest.CRMStatisticsFactBoxNotVisibleOnCustomerCard")
def test_a_customer_that_is_not_coupled_has_no_panel(clerk: Client, mapping: TableMapping, adatum: UUID) -> None:
    address = reverse("customer_in_sales", args=[adatum])
    assert address not in page(clerk, "erp_card", "customer", adatum)
    assert clerk.get(address).status_code == 404


@pytest.mark.scenario("CRMStatisticsFactBoxTest.CRMStatisticsFactBoxNotVisibleOnCustomerCardNoCRM")
def test_without_an_enabled_connection_there_is_no_panel(clerk: Client, coupled: UUID, adatum: UUID) -> None:
    ConnectionSetup.objects.update(is_enabled=False)
    address = reverse("customer_in_sales", args=[adatum])
    assert address not in page(clerk, "erp_card", "customer", adatum)
    assert clerk.get(address).status_code == 404


def test_the_panel_says_so_when_sales_does_not_answer(
    clerk: Client, organization: MemorySystem, coupled: UUID, adatum: UUID
) -> None:
    organization.fail_on("count", Unreachable("The organization cannot be reached."))
    answer = clerk.get(reverse("customer_in_sales", args=[adatum]), headers={"HX-Request": "true"})
    shown = answer.content.decode()
    assert "The organization cannot be reached." in shown
    assert "Ask again" in shown
    assert "<html" not in shown, "it is a part of the card"


def test_a_list_of_one_account_shows_everything_again_without_its_filter(clerk: Client, coupled: UUID) -> None:
    assert "open ones of one account" in page(clerk, "crm_list", "quote", of=str(coupled))
    assert "Quote 3" in page(clerk, "crm_list", "quote", of="nonsense")


# --- beside the list ------------------------------------------------------------------------------------------------


@pytest.mark.scenario(
    "CRMStatisticsFactBoxTest.CRMOpportunitiesFromCRMStatisticsFactBoxCustomerList",
    "CRMStatisticsFactBoxTest.CRMCasesFromCRMStatisticsFactBoxCustomerList",
)
def test_the_panel_beside_the_list_counts_for_the_customer_that_is_ticked(
    clerk: Client, company: MemorySystem, organization: MemorySystem, coupled: UUID, adatum: UUID
) -> None:
    with_cases(organization, coupled)
    address = reverse("customers_in_sales")
    assert address in page(clerk, "erp_list", "customer")
    shown = page(clerk, "customers_in_sales", selected=str(adatum))
    assert numbers(shown) == ["Open Opportunities: 2", "Active Quotes: 3", "Active Cases: 2"]
    fabrikam = id_of(company, "Fabrikam")
    for ticked in ([], [fabrikam], [adatum, fabrikam], ["nonsense"]):
        assert "Tick one coupled customer" in clerk.get(address, {"selected": ticked}).content.decode()


@pytest.mark.scenario("CRMStatisticsFactBoxTest.CRMStatisticsFactBoxNotVisibleOnCustomerList")
def test_a_list_without_a_coupled_customer_has_no_panel(clerk: Client, mapping: TableMapping) -> None:
    assert reverse("customers_in_sales") not in page(clerk, "erp_list", "customer")


@pytest.mark.scenario("CRMStatisticsFactBoxTest.CRMStatisticsFactBoxNotVisibleOnCustomerListNoCRM")
def test_the_list_has_no_panel_while_the_connection_is_disabled(clerk: Client, coupled: UUID) -> None:
    ConnectionSetup.objects.update(is_enabled=False)
    assert reverse("customers_in_sales") not in page(clerk, "erp_list", "customer")


# --- Update Account Statistics -------------------------------------------------------------------------------------


def test_update_account_statistics_starts_a_run_of_the_customers_that_are_coupled(
    clerk: Client, company: MemorySystem, coupled: UUID, adatum: UUID
) -> None:
    ConnectionSetup.objects.update(solution_version="1.0.0.0")
    assert "Update Account Statistics" in page(clerk, "erp_card", "customer", adatum)
    answer = press(clerk, "erp", "customer", "statistics", adatum, id_of(company, "Fabrikam"))
    job = SyncJob.objects.get()
    assert (job.kind, job.run_options.ids, job.urgent) == (SyncJob.Kind.STATISTICS, (adatum,), True)
    assert job.started_by is not None
    assert answer.url == "/records/erp/customer/"
    assert reverse("synch_job", args=[job.pk]) in told(answer)[-1]
    assert told(answer)[0] == "1 of the chosen records is not coupled and left out."


def test_update_account_statistics_says_what_is_missing(clerk: Client, coupled: UUID, adatum: UUID) -> None:
    answer = press(clerk, "erp", "customer", "statistics", adatum)
    assert ["The integration solution is not installed" in one for one in told(answer)] == [True]
    assert not SyncJob.objects.exists()


def test_who_may_only_look_updates_no_statistics(visitor: Client, coupled: UUID, adatum: UUID) -> None:
    assert press(visitor, "erp", "customer", "statistics", adatum).status_code == 403
    shown = page(visitor, "erp_card", "customer", adatum)
    assert "Update Account Statistics" not in shown
    assert numbers(page(visitor, "customer_in_sales", adatum))[:1] == ["Open Opportunities: 2"]
