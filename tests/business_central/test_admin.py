"""Everything of the company can be seen and searched in the admin, and goes through the same door there."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from integration.business_central import demo
from integration.business_central.admin import CompanyAdmin
from integration.business_central.models import (
    Contact,
    ContactBusinessRelation,
    Customer,
    Deleted,
    GeneralLedgerSetup,
    PaymentTerms,
    Salesperson,
    SalesPrice,
    ShipmentMethod,
)
from integration.business_central.models.document_columns import WholeRow
from integration.models import User

pytestmark = pytest.mark.django_db
WRITTEN_BY_POSTING = [model for model in admin.site._registry if issubclass(model, WholeRow)]
OURS = [model for model, of in admin.site._registry.items() if isinstance(of, CompanyAdmin)]


@pytest.fixture
def annette(client: Client) -> Client:
    client.force_login(User.objects.create(username="annette", is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.slug())
def test_every_table_can_be_listed_searched_and_opened_for_a_new_row(annette: Client, model: type) -> None:
    listed = reverse(f"admin:business_central_{model.__name__.lower()}_changelist")

    assert annette.get(listed, {"q": "adatum"}).status_code == 200
    assert annette.get(f"{listed}add/").status_code == 200


@pytest.mark.parametrize("model", WRITTEN_BY_POSTING, ids=lambda model: model.slug())
def test_documents_and_ledgers_are_listed_and_searched_and_not_written(annette: Client, model: type) -> None:
    listed = reverse(f"admin:business_central_{model.__name__.lower()}_changelist")

    assert annette.get(listed, {"q": "adatum"}).status_code == 200
    assert annette.get(f"{listed}add/").status_code == 403


def test_a_customer_typed_in_gets_a_number_and_a_company_contact(annette: Client) -> None:
    page = annette.get(reverse("admin:business_central_customer_add"))
    form = {name: value for name, value in page.context["adminform"].form.initial.items() if value not in (None, False)}

    answer = annette.post(
        reverse("admin:business_central_customer_add"),
        {**form, "no": "", "name": "Adatum Corporation", "credit_limit_lcy": "0", "blocked": "0"},
    )

    assert answer.status_code == 302
    adatum = Customer.objects.get(name="Adatum Corporation")
    assert adatum.no == "C00010"
    assert ContactBusinessRelation.objects.get(no="C00010").contact_no.name == "Adatum Corporation"


def test_a_code_typed_in_small_letters_is_stored_in_capitals(annette: Client) -> None:
    annette.post(reverse("admin:business_central_shipmentmethod_add"), {"code": " exw ", "description": "Ex Works"})

    assert ShipmentMethod.objects.get().code == "EXW"


def test_a_wrong_value_is_told_beside_its_field(annette: Client) -> None:
    answer = annette.post(
        reverse("admin:business_central_salesperson_add"),
        {"code": "JO", "name": "Jim Olive", "e_mail": "jim at cronus", "commission_percent": "0"},
    )

    assert answer.status_code == 200
    assert "not a valid e-mail address" in answer.content.decode()
    assert not Salesperson.objects.exists()


def test_a_negative_price_is_refused(annette: Client) -> None:
    answer = annette.post(reverse("admin:business_central_item_add"), {"description": "Desk", "unit_price": "-1"})

    assert "unit_price" in answer.context["adminform"].form.errors


def test_two_prices_for_the_same_thing_are_refused(annette: Client) -> None:
    demo.fill()
    price = SalesPrice.objects.filter(sales_type=SalesPrice.SalesType.PRICE_GROUP).first()
    same = {"item_no": price.item_no_id, "sales_type": 1, "sales_code": price.sales_code_id,
            "currency_code": price.currency_code_id or "", "unit_of_measure_code": price.unit_of_measure_code_id,
            "minimum_quantity": "0", "unit_price": "1"}  # fmt: skip

    answer = annette.post(reverse("admin:business_central_salesprice_add"), same)

    assert "There is a sales price for this already." in answer.content.decode()


def test_the_delete_action_leaves_stones_behind(annette: Client) -> None:
    adatum, fabrikam = (Customer.objects.create(name=name) for name in ("Adatum", "Fabrikam"))
    chosen = {"action": "delete_selected", "_selected_action": [str(adatum.pk), str(fabrikam.pk)], "post": "yes"}

    annette.post(reverse("admin:business_central_customer_changelist"), chosen)

    assert not Customer.objects.exists()
    assert set(Deleted.objects.filter(table="customer").values_list("system_id", flat=True)) == {adatum.pk, fabrikam.pk}
    assert Contact.objects.count() == 2


def test_what_is_in_use_cannot_be_deleted_and_the_page_says_by_whom(annette: Client) -> None:
    terms = PaymentTerms.objects.create(code="NET 30")
    Customer.objects.create(name="Adatum", payment_terms_code=terms)

    page = annette.post(
        reverse("admin:business_central_paymentterms_changelist"),
        {"action": "delete_selected", "_selected_action": [str(terms.pk)]},
    )

    assert "C00010 Adatum" in page.content.decode()
    assert PaymentTerms.objects.exists()


def test_the_setup_has_one_row(annette: Client) -> None:
    GeneralLedgerSetup.current()

    assert annette.get(reverse("admin:business_central_generalledgersetup_add")).status_code == 403
