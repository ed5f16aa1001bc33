"""``/open/<entity>/<id>/``: from Sales to the record in Business Central, with the sign-in in between."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from integration.dataverse.solution import describe
from integration.models import ConnectionSetup, TableMapping
from integration.systems.memory import MemorySystem
from tests.coupling.conftest import ends, organization, setup
from tests.people import VIEWER, made

__all__ = ["ends", "organization", "setup"]

KINDS = {
    "customer": ("customer", "account"),
    "contact": ("contact", "contact"),
    "item": ("item", "product"),
    "opportunity": ("opportunity", "opportunity"),
    "quote": ("sales_header", "quote"),
    "order": ("sales_header", "salesorder"),
    "invoice": ("sales_invoice_header", "invoice"),
}
"""What the command in Sales says -> the two tables."""


@pytest.mark.parametrize(
    ("entity", "table"),
    [
        pytest.param("contact", "contact",
                     marks=pytest.mark.scenario("CRMIntegrationMgtTest.OpenContactCardPageForCoupledCRMContact")),
        pytest.param("transactioncurrency", "currency",
                     marks=pytest.mark.scenario("CRMIntegrationMgtTest.OpenCurrencyCardPageForCoupledCRMCurrency")),
        pytest.param("pricelevel", "customer_price_group",
                     marks=pytest.mark.scenario(
                         "CRMIntegrationMgtTest.OpenCustPriceGroupListPageForCoupledCRMPricelevel")),
        pytest.param("uomschedule", "unit_of_measure",
                     marks=pytest.mark.scenario("CRMIntegrationMgtTest.OpenUOMListPageForCoupledCRMUOM")),
    ],
)  # fmt: skip
def test_a_coupled_record_of_sales_opens_its_record_here(
    clerk: Client, connected: ConnectionSetup, entity: str, table: str
) -> None:
    made_ = TableMapping.objects.create(name=entity.upper(), erp_table=table, crm_table=entity, direction="to_crm")
    ours, theirs = uuid.uuid4(), uuid.uuid4()
    made_.couplings.couple(ours, theirs)
    assert clerk.get(reverse("open", args=[entity, theirs])).url == reverse("erp_card", args=[table, ours])


def test_every_word_that_the_command_in_sales_says_is_understood(clerk: Client, connected: ConnectionSetup) -> None:
    said = {table.command for table in describe().tables if table.command}
    assert said == set(KINDS)
    for word in said - {"quote", "order"}:
        erp_table, crm_table = KINDS[word]
        mapping, _ = TableMapping.objects.get_or_create(
            name=word.upper(), defaults={"erp_table": erp_table, "crm_table": crm_table}
        )
        ours, theirs = uuid.uuid4(), uuid.uuid4()
        mapping.couplings.couple(ours, theirs)
        assert str(ours) in clerk.get(reverse("open", args=[word, theirs])).url


def test_the_address_without_a_slash_at_its_end_as_sales_calls_it_works(clerk: Client, mapping: TableMapping) -> None:
    ours, theirs = uuid.uuid4(), uuid.uuid4()
    mapping.couplings.couple(ours, theirs)
    answer = clerk.get(f"/open/customer/{theirs}", follow=False)
    assert (answer.status_code, answer.url) == (301, f"/open/customer/{theirs}/")


@pytest.mark.parametrize("address", [f"/open/account/{uuid.UUID(int=9)}/", f"/open/bicycle/{uuid.UUID(int=9)}/"])
def test_an_id_or_table_that_nobody_knows_is_not_found(clerk: Client, mapping: TableMapping, address: str) -> None:
    assert clerk.get(address, follow=True).status_code == 404


@pytest.mark.parametrize("address", ["/open/account/7/", "/open/account/", "/open/"])
def test_what_is_no_such_address_is_not_found(clerk: Client, db: None, address: str) -> None:
    assert clerk.get(address).status_code == 404


def test_who_signs_in_on_the_way_comes_to_the_record(
    connected: ConnectionSetup, mapping: TableMapping, company: MemorySystem, organization: MemorySystem
) -> None:
    ours, theirs = company.ids("customer")[0], organization.ids("account")[0]
    mapping.couplings.couple(ours, theirs)
    made("otto", VIEWER, password="a Long one 4711")
    stranger, address = Client(), reverse("open", args=["account", theirs])
    asked = stranger.get(address).url
    assert asked == f"{reverse('login')}?next={address}"
    answer = stranger.post(asked, {"username": "otto", "password": "a Long one 4711"})
    assert answer.url == address
    assert stranger.get(address).url == reverse("erp_card", args=["customer", ours])


@pytest.mark.parametrize(
    "next_page", ["https://evil.example/", "//evil.example/open/", "/\\evil.example", "javascript:1"]
)
def test_the_sign_in_leads_to_no_other_place(db: None, next_page: str) -> None:
    made("otto", VIEWER, password="a Long one 4711")
    answer = Client().post(
        f"{reverse('login')}?next={next_page}", {"username": "otto", "password": "a Long one 4711", "next": next_page}
    )
    assert answer.url == "/"
