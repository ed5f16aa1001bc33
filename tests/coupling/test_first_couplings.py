"""A person couples the first record of each table, or has its other record made."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test.client import Client
from django.urls import reverse

from integration.models import SyncJob
from integration.sync.memory.ledger import Result
from integration.systems.values import Ref, Side
from tests.coupling.conftest import page, press
from tests.coupling.standard_world import StandardWorld, standard_world

__all__ = ["standard_world"]


@pytest.fixture
def world(standard_world: StandardWorld) -> StandardWorld:
    return standard_world


def couple(client: Client, mapping: str, erp_id: uuid.UUID, **more: object) -> HttpResponse:
    return client.post(reverse("coupling_set", args=[mapping, erp_id]), more)


@pytest.mark.scenario("CRMCouplingTest.CoupleSalesperson")
def test_a_salesperson_coupled_with_a_user_takes_the_users_name_and_the_user_stays(
    world: StandardWorld, clerk: Client
) -> None:
    linda = world.erp.add("salesperson", code="LM", name="Linda")
    user = world.crm.add(
        "systemuser", fullname="Linda Martin", isdisabled=False, islicensed=True, isintegrationuser=False
    )
    couple(clerk, "SALESPEOPLE", linda, crm_id=user, after="get")
    world.run_all()
    assert world.erp.values("salesperson", linda)["name"] == "Linda Martin"
    assert world.crm.values("systemuser", user)["fullname"] == "Linda Martin"
    assert world.pair("SALESPEOPLE", Side.ERP, linda) == user


@pytest.mark.scenario("CRMCouplingTest.CoupleContact")
def test_contacts_coupled_without_synchronizing_keep_their_own_values(world: StandardWorld, clerk: Client) -> None:
    adatum = world.customer("Adatum", "C-1")
    account = world.crm.add("account", name="Adatum", customertypecode=3)
    world.stored("CUSTOMER").couplings.couple(adatum, account)
    company = next(id for id in world.erp.ids("contact") if world.erp.values("contact", id).get("type") == 0)
    helen = world.erp.add("contact", name="Helen Ray", first_name="Helen", type=1, company_no=Ref("contact", company))
    there = world.crm.add("contact", firstname="Nelly", lastname="Rey", parentcustomerid=Ref("account", account))
    couple(clerk, "CONTACT", helen, crm_id=there, after="")
    assert world.pair("CONTACT", Side.ERP, helen) == there
    assert world.erp.values("contact", helen)["first_name"] == "Helen"
    assert world.crm.values("contact", there)["firstname"] == "Nelly"
    assert not SyncJob.objects.exists()


@pytest.mark.scenario("CRMCouplingTest.CreateCustomerFromCRM")
def test_a_customer_is_made_of_an_account_whose_owner_is_coupled(world: StandardWorld, clerk: Client) -> None:
    account = world.crm.add(
        "account", name="Coho Winery", customertypecode=3, ownerid=Ref("systemuser", world.jim_user)
    )
    answer = press(clerk, "crm", "account", "create", account, mapping="CUSTOMER", confirmed="yes")
    assert "waits for its turn" in clerk.get(answer.url).content.decode()
    (job,) = world.run_all()
    assert (job.inserted, job.failed) == (1, 0)
    made = world.pair("CUSTOMER", Side.CRM, account)
    assert world.erp.values("customer", made)["name"] == "Coho Winery"


@pytest.mark.scenario("CRMCouplingTest.CreateContactFromCRM")
def test_a_contact_is_made_of_one_whose_account_is_coupled_with_a_customer(world: StandardWorld, clerk: Client) -> None:
    adatum = world.customer("Adatum", "C-1")
    account = world.crm.add("account", name="Adatum", customertypecode=3)
    world.stored("CUSTOMER").couplings.couple(adatum, account)
    owner = Ref("systemuser", world.jim_user)
    helen = world.crm.add(
        "contact", firstname="Helen", lastname="Ray", parentcustomerid=Ref("account", account), ownerid=owner
    )
    press(clerk, "crm", "contact", "create", helen, mapping="CONTACT", confirmed="yes")
    (job,) = world.run_all()
    assert (job.inserted, job.failed) == (1, 0)
    made = world.erp.values("contact", world.pair("CONTACT", Side.CRM, helen))
    assert made["surname"] == "Ray"


@pytest.mark.scenario("CRMCouplingTest.CoupleCurrency")
def test_a_new_currency_in_sales_has_the_code_and_a_precision(world: StandardWorld, clerk: Client) -> None:
    euro = world.erp.add("currency", code="EUR", description="Euro", iso_code="EUR", exchange_rate=Decimal("1.17"))
    couple(clerk, "CURRENCY", euro, create="yes")
    (job,) = world.run_all()
    assert (job.inserted, job.failed) == (1, 0)
    made = world.crm.values("transactioncurrency", world.pair("CURRENCY", Side.ERP, euro))
    assert made["isocurrencycode"] == "EUR"
    assert made["currencyprecision"] > 0
    assert world.stored("CURRENCY").couplings.get().to_crm_result == Result.SUCCESS


@pytest.mark.scenario("CRMCouplingTest.CoupleCustPriceGroup")
def test_a_price_list_coupled_with_a_price_group_takes_its_code_as_name(world: StandardWorld, clerk: Client) -> None:
    group = world.erp.add("customer_price_group", code="RETAIL", description="Shops")
    prices = world.crm.add(
        "pricelevel", name="Shop prices", transactioncurrencyid=Ref("transactioncurrency", world.gbp)
    )
    couple(clerk, "CUSTPRCGRP-PRICE", group, crm_id=prices, after="send")
    world.run_all()
    assert world.pair("CUSTPRCGRP-PRICE", Side.ERP, group) == prices
    assert world.crm.values("pricelevel", prices)["name"] == "RETAIL"


@pytest.mark.scenario("CRMCouplingRecord.GetCreateNewInCRM")
def test_create_new_makes_a_record_and_couple_alone_does_not(world: StandardWorld, clerk: Client) -> None:
    adatum = world.customer("Adatum", "C-1")
    assert "Create New" in page(clerk, "coupling", "CUSTOMER", adatum)
    couple(clerk, "CUSTOMER", adatum)
    assert not SyncJob.objects.exists()
    couple(clerk, "CUSTOMER", adatum, create="yes")
    (job,) = world.run_all()
    assert job.inserted == 1
