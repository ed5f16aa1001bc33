"""*Open in Dynamics 365 Sales* from lists and cards: the coupled record, or what stands in the way, in words."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from integration.models import ConnectionSetup, TableMapping
from integration.systems.memory import MemorySystem
from tests.coupling.conftest import ends, organization, setup, told

__all__ = ["ends", "organization", "setup"]

ID = uuid.UUID(int=9)


def address(table: str, id: uuid.UUID, side: str = "erp") -> str:
    return reverse("open_in_sales", args=[side, table, id])


def shown_in_sales(entity: str, id: uuid.UUID) -> str:
    return f"{ConnectionSetup.current().url}/main.aspx?pagetype=entityrecord&etn={entity}&id={id}"


@pytest.mark.scenario(
    "NavigatetoCRMfromNAVTest.TestNavigateToCRMAccountFromCustomerList",
    "NavigatetoCRMfromNAVTest.TestNavigateToCRMTransactionCurrencyFromCurrencyCard",
    "NavigatetoCRMfromNAVTest.TestNavigateToCRMTransactionCurrencyFromCurrencyList",
)
@pytest.mark.parametrize(("table", "entity"), [("customer", "account"), ("currency", "transactioncurrency")])
def test_a_coupled_record_opens_its_record_in_sales(
    visitor: Client, connected: ConnectionSetup, table: str, entity: str
) -> None:
    mapping, _ = TableMapping.objects.get_or_create(erp_table=table, crm_table=entity, defaults={"name": "CURRENCY"})
    mapping.couplings.couple(ID, theirs := uuid.uuid4())
    assert visitor.get(address(table, ID)).url == shown_in_sales(entity, theirs)


@pytest.mark.scenario(
    "CRMIntegrationMgtTest.HyperlinkForSalesPerson",
    "CRMIntegrationMgtTest.HyperlinkForContact",
)
@pytest.mark.parametrize(
    ("table", "entity", "noun"),
    [("salesperson", "systemuser", "salesperson/purchaser"), ("contact", "contact", "contact")],
)
def test_once_it_is_uncoupled_there_is_nothing_to_open(
    visitor: Client, connected: ConnectionSetup, table: str, entity: str, noun: str
) -> None:
    mapping = TableMapping.objects.create(name="PEOPLE", erp_table=table, crm_table=entity)
    mapping.couplings.couple(ID, theirs := uuid.uuid4())
    assert visitor.get(address(table, ID)).url == shown_in_sales(entity, theirs)
    mapping.couplings.all().delete()
    answer = visitor.get(address(table, ID))
    assert answer.url == reverse("erp_card", args=[table, ID])
    assert told(answer) == [f"This {noun} is not coupled, so there is nothing to open in Dynamics 365 Sales."]


@pytest.mark.scenario(
    "CRMIntegrationMgtTest.ShowCoupleCRMEntityAsksIfNotCoupled",
    "CRMIntegrationMgtTest.ShowCoupledCRMEntityReturnsIfCouplingIsCancelled",
)
def test_who_may_couple_is_asked_whether_to_and_may_go_back(
    clerk: Client, mapping: TableMapping, adatum: uuid.UUID
) -> None:
    answer = clerk.get(address("customer", adatum))
    assert answer.url == reverse("coupling", args=["CUSTOMER", adatum])
    dialog = clerk.get(answer.url).content.decode()
    assert "This customer is not coupled yet. Choose its record in Dynamics 365 Sales, or go back." in dialog
    assert reverse("erp_card", args=["customer", adatum]) in dialog
    assert not mapping.couplings.exists()


@pytest.mark.scenario(
    "CRMIntegrationMgtTest.DontShowCoupledCRMEntityIfTableNotMapped",
    "CRMIntegrationMgtTest.HyperlinkForUnsupportedEntity",
)
def test_a_table_that_is_mapped_with_nothing_is_said(clerk: Client, connected: ConnectionSetup) -> None:
    TableMapping.objects.all().delete()
    answer = clerk.get(address("customer", ID))
    assert answer.url == reverse("erp_card", args=["customer", ID])
    [said] = told(answer)
    assert said.startswith("This customer cannot be coupled: its table has no table mapping, so there is nothing")


@pytest.mark.scenario("NavigatetoCRMfromNAVTest.TestNavigateToCRMOpportunityFromOpportunitiesList")
def test_a_record_of_sales_opens_there(visitor: Client, connected: ConnectionSetup) -> None:
    assert visitor.get(address("opportunity", ID, "crm")).url == shown_in_sales("opportunity", ID)


def test_a_list_offers_it_for_the_one_record_that_is_selected(
    clerk: Client, mapping: TableMapping, company: MemorySystem
) -> None:
    shown = clerk.get(reverse("erp_list", args=["customer"])).content.decode()
    assert f'hidden data-of-one="{address("customer", uuid.UUID(int=0))}">Open in Dynamics 365 Sales</a>' in shown


@pytest.mark.parametrize(("side", "table"), [("erp", "customer"), ("crm", "account")])
def test_while_nobody_has_named_the_organization_there_is_no_place_to_go(
    visitor: Client, mapping: TableMapping, side: str, table: str
) -> None:
    mapping.couplings.couple(ID, ID)
    ConnectionSetup.objects.update(url="")
    answer = visitor.get(address(table, ID, side))
    assert answer.url == reverse(f"{side}_card", args=[table, ID])
    assert told(answer) == ["Connection Setup does not say yet where Dynamics 365 Sales is."]
