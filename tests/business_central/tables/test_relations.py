"""Relations: what a row may point to, and what cannot be deleted because something points to it."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import ProtectedError

from integration.business_central.models import (
    Contact,
    CountryRegion,
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
    ShippingAgent,
    UnitOfMeasure,
    Vendor,
)
from integration.systems.errors import InvalidValue, ReferenceMissing, Refused
from integration.systems.filters import parse
from integration.systems.values import FieldType, Ref, Row
from tests.business_central.embedded import company, delete, insert, listed, reference, update

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("given", ["DE", "de", "Germany", "germany "])
def test_a_country_is_given_by_code_or_by_name(given: str) -> None:
    CountryRegion.objects.create(code="DE", iso_code="DE", name="Germany")

    assert insert("customer", name="Coho Winery", country_region_code=given) is None

    assert listed("customer", "country_region_code = de", "country_region_code") == ["DE"]


def test_a_country_nobody_knows_is_refused_with_its_name() -> None:
    error = insert("customer", name="Coho Winery", country_region_code="Atlantis")

    assert isinstance(error, ReferenceMissing)
    assert "Atlantis" in error.message
    assert error.field == "country_region_code"


def test_a_reference_into_the_wrong_table_is_refused() -> None:
    jim = Salesperson.objects.create(code="JO", name="Jim Olive")

    assert isinstance(insert("customer", name="Adatum", currency_code=Ref("salesperson", jim.pk)), InvalidValue)


def test_a_blocked_salesperson_gets_no_new_customers_but_keeps_the_old_ones() -> None:
    jim = Salesperson.objects.create(code="JO", name="Jim Olive")
    adatum = Customer.objects.create(name="Adatum", salesperson_code=jim)
    company.act("salesperson", jim.pk, "block")

    error = insert("customer", name="Fabrikam", salesperson_code=Ref("salesperson", jim.pk))

    assert isinstance(error, Refused)
    assert error.message == "Salesperson Code JO is blocked."
    assert company.update("customer", [Row(adatum.pk, {"phone_no": "1"})])[0].ok


def test_what_is_in_use_is_not_deleted_and_the_answer_says_by_what() -> None:
    terms, free = (PaymentTerms.objects.create(code=code) for code in ("NET 30", "COD"))
    Customer.objects.create(name="Adatum", payment_terms_code=terms)

    answers = company.delete("payment_terms", [Row(terms.pk), Row(free.pk)])

    assert isinstance(answers[0].error, Refused)
    assert "Customer" in answers[0].error.message
    assert answers[1].ok
    assert list(PaymentTerms.objects.all()) == [terms]


def test_a_price_points_to_its_group_as_to_a_table() -> None:
    group = CustomerPriceGroup.objects.create(code="RETAIL")
    desk = Item.objects.create(description="Desk")
    values = {"item_no": Ref("item", desk.pk), "unit_price": Decimal(9)}

    assert insert("sales_price", **values, sales_type=1, sales_code=Ref("customer_price_group", group.pk)) is None
    assert isinstance(insert("sales_price", **values, sales_type=1), InvalidValue)
    page = company.find("sales_price", parse("sales_code = retail", company.describe("sales_price")), ["sales_code"])
    assert [record.values["sales_code"].label for record in page.records] == ["RETAIL"]


POINTING = [
    (Customer, "salesperson_code", Salesperson), (Customer, "currency_code", Currency),
    (Customer, "payment_terms_code", PaymentTerms), (Customer, "shipment_method_code", ShipmentMethod),
    (Customer, "shipping_agent_code", ShippingAgent), (Customer, "customer_price_group", CustomerPriceGroup),
    (Customer, "country_region_code", CountryRegion), (Customer, "primary_contact_no", Contact),
    (Vendor, "purchaser_code", Salesperson), (Vendor, "currency_code", Currency),
    (Vendor, "payment_terms_code", PaymentTerms), (Contact, "salesperson_code", Salesperson),
    (Contact, "currency_code", Currency), (Contact, "country_region_code", CountryRegion),
    (Item, "base_unit_of_measure", UnitOfMeasure), (Item, "vendor_no", Vendor),
    (Resource, "base_unit_of_measure", UnitOfMeasure), (Resource, "vendor_no", Vendor),
    (Opportunity, "salesperson_code", Salesperson), (Opportunity, "contact_no", Contact),
    (Opportunity, "contact_company_no", Contact),
]  # fmt: skip


def stored(model: Any) -> Any:
    """A row of a table, with a key of its own."""
    return model.objects.create(**{model.number_field: "X-1"})


@pytest.mark.parametrize(("model", "column", "target"), POINTING)
def test_what_a_row_points_to_cannot_be_deleted_until_it_points_elsewhere(model: Any, column: str, target: Any) -> None:
    pointed_to = stored(target)
    row = model.objects.create(**{column: pointed_to})

    [error] = delete(target.slug(), pointed_to)

    assert isinstance(error, Refused)
    assert error.message.startswith(f"The {target._meta.verbose_name} is in use (")
    assert str(model._meta.verbose_name) in error.message
    with pytest.raises(ProtectedError):
        pointed_to.delete()
    setattr(row, column, None)
    row.save()
    assert delete(target.slug(), pointed_to) == [None]


@pytest.mark.parametrize(("model", "column", "target"), POINTING)
def test_a_row_that_does_not_exist_is_not_pointed_to(model: Any, column: str, target: Any) -> None:
    by_name = company.describe(model.slug()).fields[column].type is FieldType.TEXT
    missing = "Atlantis" if by_name else Ref(target.slug(), uuid.UUID(int=7))

    error = insert(model.slug(), **{column: missing})

    assert isinstance(error, ReferenceMissing)
    assert error.field == column
    assert not model.objects.exists()


@pytest.mark.parametrize(("model", "column", "target"), POINTING)
def test_a_relation_is_set_and_taken_away_again(model: Any, column: str, target: Any) -> None:
    pointed_to = stored(target)
    by_name = company.describe(model.slug()).fields[column].type is FieldType.TEXT
    assert insert(model.slug(), **{column: "X-1" if by_name else reference(pointed_to)}) is None
    row = model.objects.filter(**{column: pointed_to}).first()

    assert update(model.slug(), row, **{column: None}) is None

    row.refresh_from_db()
    assert getattr(row, column) is None


@pytest.mark.parametrize(
    ("table", "column"),
    [("customer", "salesperson_code"), ("vendor", "purchaser_code"), ("contact", "salesperson_code"),
     ("opportunity", "salesperson_code")],
)  # fmt: skip
def test_nobody_gets_a_blocked_salesperson(table: str, column: str) -> None:
    jim = Salesperson.objects.create(code="JO", name="Jim Olive", blocked=True)

    error = insert(table, **{column: reference(jim)})

    assert isinstance(error, Refused)
    assert error.message.endswith(" JO is blocked.")


def test_a_reference_is_read_with_the_code_of_the_row_it_points_to() -> None:
    retail = CustomerPriceGroup.objects.create(code="RETAIL")
    Customer.objects.create(name="Adatum", customer_price_group=retail)

    assert listed("customer", "", "customer_price_group") == [Ref("customer_price_group", retail.pk, "RETAIL")]


def test_a_price_keeps_its_item_from_being_deleted_and_goes_before_it() -> None:
    desk = Item.objects.create(description="Desk")
    price = SalesPrice.objects.create(item_no=desk, sales_type=SalesPrice.SalesType.ALL_CUSTOMERS)
    assert isinstance(delete("item", desk)[0], Refused)

    assert delete("sales_price", price) == [None]
    assert delete("item", desk) == [None]


def test_of_two_countries_the_code_wins_over_the_iso_code_and_that_over_the_name() -> None:
    CountryRegion.objects.create(code="GE", iso_code="DE", name="Germany")
    CountryRegion.objects.create(code="DE", iso_code="XX", name="Somewhere")
    CountryRegion.objects.create(code="YY", iso_code="YY", name="GE")

    for typed in ("DE", "GE", "XX", "germany"):
        assert insert("customer", name=typed, country_region_code=typed) is None

    codes = dict(Customer.objects.values_list("name", "country_region_code__code"))
    assert codes == {"DE": "DE", "GE": "GE", "XX": "DE", "germany": "GE"}


def test_a_missing_relation_fails_its_own_row_of_a_page_only() -> None:
    jim = Salesperson.objects.create(code="JO", name="Jim Olive")
    rows = [
        Row(uuid.uuid4(), {"name": "Adatum", "salesperson_code": reference(jim)}),
        Row(uuid.uuid4(), {"name": "Fabrikam", "salesperson_code": Ref("salesperson", uuid.UUID(int=7))}),
        Row(uuid.uuid4(), {"name": "Contoso"}),
    ]

    assert [answer.ok for answer in company.insert("customer", rows)] == [True, False, True]
    assert listed("customer") == ["Adatum", "Contoso"]
