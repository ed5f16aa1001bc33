"""Each customer and vendor has a company contact, which follows it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from integration.business_central.models import (
    Contact,
    ContactBusinessRelation,
    CountryRegion,
    Currency,
    Customer,
    Salesperson,
    Vendor,
)
from integration.business_central.models.firms import COPIED
from integration.systems.values import Ref, Row
from tests.business_central.embedded import company, cursor, delete, pages_since, update

pytestmark = pytest.mark.django_db


def contact_of(firm: Customer | Vendor) -> Contact:
    link = ContactBusinessRelation.objects.select_related("contact_no").get(no=firm.no)
    return link.contact_no  # type: ignore[no-any-return]


@pytest.mark.parametrize(("firm", "link"), [(Customer, 1), (Vendor, 2)])
def test_a_new_customer_or_vendor_gets_its_company_contact(firm: type[Customer] | type[Vendor], link: int) -> None:
    adatum = firm.objects.create(name="Adatum", city="Birmingham", phone_no="030 1", e_mail="office@adatum.example")

    contact = contact_of(adatum)

    assert contact.type == Contact.Type.COMPANY
    assert (contact.name, contact.city, contact.phone_no) == ("Adatum", "Birmingham", "030 1")
    assert contact.no == "CT000001"
    assert ContactBusinessRelation.objects.get().link_to_table == link


def test_a_changed_customer_takes_its_company_contact_along_whoever_changed_it() -> None:
    jim = Salesperson.objects.create(code="JO", name="Jim Olive")
    adatum, fabrikam = (Customer.objects.create(name=name) for name in ("Adatum", "Fabrikam"))
    person = Contact.objects.create(type=Contact.Type.PERSON, name="Amy Alberts", company_no=contact_of(adatum))

    adatum.name = "Adatum Corporation"
    adatum.save()
    rows = [
        Row(firm.pk, {"city": "London", "salesperson_code": Ref("salesperson", jim.pk)}) for firm in (adatum, fabrikam)
    ]
    assert all(answer.ok for answer in company.update("customer", rows))

    assert (contact_of(adatum).name, contact_of(adatum).city) == ("Adatum Corporation", "London")
    assert contact_of(fabrikam).salesperson_code == jim
    person.refresh_from_db()
    assert person.company_name == "Adatum Corporation"


def test_a_change_that_is_not_the_company_contacts_business_leaves_it_alone() -> None:
    adatum = Customer.objects.create(name="Adatum")
    before = contact_of(adatum).row_version

    company.update("customer", [Row(adatum.pk, {"credit_limit_lcy": Decimal(500)})])

    assert contact_of(adatum).row_version == before


def test_a_renumbered_customer_keeps_its_company_contact() -> None:
    adatum = Customer.objects.create(name="Adatum")
    contact = contact_of(adatum)

    company.update("customer", [Row(adatum.pk, {"no": "A-1"})])

    adatum.refresh_from_db()
    assert contact_of(adatum) == contact


def test_a_validated_primary_contact_fills_in_the_contacts_name() -> None:
    adatum = Customer.objects.create(name="Adatum")
    amy = Contact.objects.create(type=Contact.Type.PERSON, first_name="Amy", surname="Alberts")
    chosen = {"primary_contact_no": Ref("contact", amy.pk)}

    company.update("customer", [Row(adatum.pk, chosen)])
    adatum.refresh_from_db()
    assert adatum.contact == ""

    company.update("customer", [Row(adatum.pk, {"primary_contact_no": None})])
    company.update("customer", [Row(adatum.pk, chosen, validate=frozenset({"primary_contact_no"}))])
    adatum.refresh_from_db()
    assert adatum.contact == "Amy Alberts"


@pytest.mark.parametrize("firm", [Customer, Vendor])
def test_every_shared_column_arrives_at_the_company_contact_and_follows_a_change(
    firm: type[Customer] | type[Vendor],
) -> None:
    germany, euro = CountryRegion.objects.create(code="DE"), Currency.objects.create(code="EUR")
    pointed_to = {"country_region_code_id": germany.pk, "currency_code_id": euro.pk}
    given = {name: pointed_to.get(name, f"{number}") for number, name in enumerate(COPIED)}

    adatum = firm.objects.create(**given)
    assert {name: getattr(contact_of(adatum), name) for name in COPIED} == given

    changed = {name: None if name in pointed_to else f"X{value}" for name, value in given.items()}
    for name, value in changed.items():
        setattr(adatum, name, value)
    adatum.save()
    assert {name: getattr(contact_of(adatum), name) for name in COPIED} == changed


def test_a_vendors_company_contact_has_its_purchaser_as_salesperson() -> None:
    jim = Salesperson.objects.create(code="JO", name="Jim Olive")

    postmaster = Vendor.objects.create(name="London Postmaster", purchaser_code=jim)

    assert contact_of(postmaster).salesperson_code == jim


def test_a_customer_and_a_vendor_of_one_number_have_contacts_of_their_own() -> None:
    adatum = Customer.objects.create(no="10000", name="Adatum Corporation")
    Vendor.objects.create(no="10000", name="London Postmaster")

    update("customer", adatum, city="London")

    names = dict(ContactBusinessRelation.objects.values_list("business_relation_code", "contact_no__name"))
    assert names == {"CUST": "Adatum Corporation", "VEND": "London Postmaster"}
    assert list(Contact.objects.filter(city="London").values_list("name", flat=True)) == ["Adatum Corporation"]


def test_a_deleted_customer_leaves_its_contact_as_a_company_without_a_business_relation() -> None:
    adatum = Customer.objects.create(name="Adatum")

    assert delete("customer", adatum) == [None]

    assert Contact.objects.get().name == "Adatum"
    assert not ContactBusinessRelation.objects.exists()


def test_a_deleted_contact_takes_its_business_relation_along_and_leaves_the_customer() -> None:
    adatum = Customer.objects.create(name="Adatum")

    assert delete("contact", contact_of(adatum)) == [None]

    assert not ContactBusinessRelation.objects.exists()
    assert update("customer", adatum, city="London") is None


def test_the_company_contacts_of_a_page_are_written_with_a_few_statements(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    made = Customer.objects.bulk_create(Customer(name=f"Firm {number}") for number in range(200))

    with django_assert_max_num_queries(16):
        answers = company.update("customer", [Row(customer.pk, {"city": "London"}) for customer in made])

    assert all(answer.ok for answer in answers)
    assert Contact.objects.filter(city="London").count() == 200


def test_a_customer_that_changes_is_a_change_of_its_company_contact_too() -> None:
    adatum = Customer.objects.create(name="Adatum")
    before = cursor("contact")

    update("customer", adatum, phone_no="030 1")

    [page] = pages_since("contact", before, "phone_no")
    assert [record.values["phone_no"] for record in page.records] == ["030 1"]
