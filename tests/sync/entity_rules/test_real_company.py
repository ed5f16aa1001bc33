"""The rules that the company itself keeps, with the embedded company at its end: numbers and codes of new rows."""

from __future__ import annotations

from typing import Any

import pytest

from integration.business_central.models import Contact, Customer, Item, Salesperson, UnitOfMeasure, Vendor
from integration.business_central.store import EmbeddedCompany
from integration.sync.rules import TableRule
from integration.sync.run import Counters
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import TO_CRM, TO_ERP, Cronus, changed

pytestmark = pytest.mark.django_db


@pytest.fixture
def real(cronus: Cronus) -> Cronus:
    """The same Sales organization, beside a company in the database."""
    company: Any = EmbeddedCompany()
    cronus.erp = company
    return cronus


def over(real: Cronus, name: str, **more: Any) -> TableRule:
    """A standard mapping that takes uncoupled rows too, over the company's own table."""
    table = changed(name).erp.name
    return changed(name, erp=real.erp.describe(table), only_coupled=False, **more)


@pytest.mark.scenario("CRMSynchRulesTest.NewCRMContactSyncedToNewNAVContactIfParentIsCoupled")
def test_a_new_person_from_sales_is_numbered_from_the_series_and_becomes_the_primary_contact(real: Cronus) -> None:
    adatum = Customer.objects.create(name="Adatum")
    account = real.account("Adatum")
    real.couple(over(real, "CUSTOMER"), adatum.pk, account)
    real.crm.add("contact", firstname="Helen", lastname="Ray", parentcustomerid=Ref("account", account))
    assert real.run(TO_ERP, over(real, "CONTACT")) == Counters(inserted=1)
    company, helen = Contact.objects.order_by("no")
    assert (company.no, helen.no, helen.name) == ("CT000001", "CT000002", "Helen Ray")
    assert helen.company_no == company
    adatum.refresh_from_db()
    assert adatum.primary_contact_no == helen


def test_users_become_salespeople_with_codes_one_after_the_other(real: Cronus) -> None:
    for name in ("Peter Saddow", "Anna Lidman"):
        real.crm.add("systemuser", fullname=name, isdisabled=False, islicensed=True, isintegrationuser=False)
    real.crm.remove("systemuser", real.jim_user)
    assert real.run(TO_ERP, over(real, "SALESPEOPLE")) == Counters(inserted=2)
    assert list(Salesperson.objects.values_list("code", "name")) == [
        ("SP NO. 00001", "Peter Saddow"),
        ("SP NO. 00002", "Anna Lidman"),
    ]


def test_a_new_item_from_sales_is_numbered_from_the_series_and_can_be_sold(real: Cronus) -> None:
    UnitOfMeasure.objects.create(pk=real.pieces, code="PCS")
    group = Ref("uomschedule", real.pieces_group)
    real.crm.add(
        "product", name="Bicycle", productnumber="B-1", producttypecode=1, statecode=0, defaultuomscheduleid=group
    )
    assert real.run(TO_ERP, over(real, "ITEM-PRODUCT")) == Counters(inserted=1)
    item = Item.objects.get()
    assert (item.no, item.blocked, item.base_unit_of_measure.code) == ("1000", False, "PCS")


def test_the_account_of_a_vendor_that_becomes_inactive_blocks_it_for_everything(real: Cronus) -> None:
    litware = Vendor.objects.create(name="Litware")
    every = over(real, "VENDOR", erp_filter="", crm_filter="customertypecode = Vendor", without=("ownerid",))
    assert real.run(TO_CRM, every) == Counters(inserted=1)
    real.crm.edit("account", real.pair(litware.pk, every).crm_id, statecode=1)
    assert real.run(TO_ERP, every) == Counters(modified=1)
    litware.refresh_from_db()
    assert litware.blocked == Vendor.Blocked.ALL
