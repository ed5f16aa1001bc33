"""CRONUS: what the demo company holds, and that filling it again doubles nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from integration.business_central import demo
from integration.business_central.demo.firms import firm_at
from integration.business_central.models import (
    Contact,
    ContactBusinessRelation,
    Currency,
    Customer,
    CustomerPriceGroup,
    Item,
    Opportunity,
    PaymentTerms,
    Resource,
    Salesperson,
    SalesPrice,
    ShipmentMethod,
    Vendor,
)
from integration.business_central.store import EmbeddedCompany, committed_version
from integration.business_central.tables import MODELS
from integration.defaults import STANDARD
from integration.systems.filters import parse
from integration.systems.system import every

pytestmark = pytest.mark.django_db


@pytest.fixture
def cronus(db: None) -> None:
    demo.fill()


@pytest.mark.usefixtures("cronus")
def test_cronus_has_what_the_documents_promise() -> None:
    counted = {model.slug(): model.objects.count() for model in MODELS.values()}

    assert counted["customer"] == 60
    assert counted["vendor"] == 5
    assert counted["contact"] == 120
    assert counted["contact_business_relation"] == 65
    assert counted["salesperson"] == 15
    assert counted["item"] == 150
    assert counted["resource"] == 20
    assert counted["customer_price_group"] == 4
    assert counted["sales_price"] == 157
    assert counted["opportunity"] == 12
    assert counted["currency"] == 13
    assert all(counted.values())


@pytest.mark.usefixtures("cronus")
def test_filling_again_changes_nothing() -> None:
    before = committed_version()

    demo.fill()
    demo.fill(customers=60)

    assert committed_version() == before


@pytest.mark.usefixtures("cronus")
def test_more_customers_are_added_up_to_the_total_and_never_taken_away() -> None:
    demo.fill(customers=75)
    assert Customer.objects.count() == 75
    assert Customer.objects.values("name").distinct().count() == 75
    assert ContactBusinessRelation.objects.filter(link_to_table=1).count() == 75

    demo.fill(customers=10)
    assert Customer.objects.count() == 75


def test_a_smaller_company_can_be_asked_for() -> None:
    demo.fill(customers=7)

    assert Customer.objects.count() == 7
    assert Opportunity.objects.count() == 7


def test_the_same_position_is_always_the_same_firm_and_no_two_share_a_name() -> None:
    firms = [firm_at(position) for position in range(25_000)]

    assert firm_at(20_123) == firms[20_123]
    assert len({firm.name for firm in firms}) == 25_000
    assert max(len(firm.name) for firm in firms) <= 50


@pytest.mark.parametrize(
    ("name", "post_code"),
    [("Adatum Corporation", "B31 2AL"), ("Trey Research", "SE1 0AX"), ("School of Fine Art", "GU3 2SE"),
     ("Alpine Ski House", "EH16 8JS"), ("Relecloud", "BS3 2FH")],
)  # fmt: skip
@pytest.mark.usefixtures("cronus")
def test_five_customers_are_firms_that_sales_knows_too(name: str, post_code: str) -> None:
    assert Customer.objects.get(name=name).post_code == post_code


@pytest.mark.usefixtures("cronus")
def test_salespeople_have_the_addresses_of_the_users() -> None:
    assert Salesperson.objects.get(code="PS").e_mail == "psaddow@cronus-demo.example"
    assert Salesperson.objects.get(code="CF").e_mail == "cfitzgerald@cronus-demo.example"
    assert Customer.objects.filter(salesperson_code=None).count() == 0
    assert Vendor.objects.filter(purchaser_code=None).count() == 0
    assert Contact.objects.filter(type=Contact.Type.PERSON, salesperson_code=None).count() == 0


@pytest.mark.usefixtures("cronus")
def test_some_codes_are_options_of_sales_and_some_are_not() -> None:
    terms = set(PaymentTerms.objects.values_list("code", flat=True))

    assert {"NET 30", "NET 45", "NET 60", "14 DAYS", "CM", "COD"} == terms
    assert set(ShipmentMethod.objects.values_list("code", flat=True)) == {"FOB", "NO CHARGE", "EXW", "CIF"}
    assert Currency.objects.get(iso_code="").code == "POINTS"
    assert not Currency.objects.filter(exchange_rate=0).exists()


@pytest.mark.usefixtures("cronus")
def test_each_price_list_has_one_currency_and_each_item_once() -> None:
    for group in CustomerPriceGroup.objects.all():
        prices = SalesPrice.objects.filter(sales_code=group)
        assert prices.values("currency_code").distinct().count() == 1
        assert prices.count() == prices.values("item_no").distinct().count()
    assert not Item.objects.filter(base_unit_of_measure=None).exists()
    assert not Resource.objects.filter(base_unit_of_measure=None).exists()


@pytest.mark.usefixtures("cronus")
def test_every_person_works_for_a_customer_and_is_its_primary_contact() -> None:
    people = Contact.objects.filter(type=Contact.Type.PERSON)

    assert people.count() == 55
    assert not people.filter(company_no=None).exists()
    assert Customer.objects.exclude(primary_contact_no=None).count() == 55
    assert Customer.objects.get(no="C00010").contact == "Robert Townes"


@pytest.mark.usefixtures("cronus")
def test_every_row_obeys_the_rules_that_a_person_is_held_to() -> None:
    wrong: list[Any] = []
    for model in MODELS.values():
        for row in model.objects.all():
            try:
                row.full_clean(validate_unique=False, validate_constraints=False)
            except ValidationError as error:
                wrong.append((row, error))

    assert wrong == []


@pytest.mark.usefixtures("cronus")
def test_nearly_all_of_it_is_inside_the_filters_of_the_standard_mappings() -> None:
    company = EmbeddedCompany()

    inside = {
        mapping.name: len(
            list(every(company, mapping.erp_table, parse(mapping.erp_filter, company.describe(mapping.erp_table))))
        )
        for mapping in STANDARD
        if mapping.erp_table in MODELS
    }

    assert inside["CUSTOMER"] == 58
    assert inside["CONTACT"] == 55
    assert inside["SALESPRC-PRODPRICE"] == 155
    assert inside["OPPORTUNITY"] == 10
    assert min(inside.values()) > 0
