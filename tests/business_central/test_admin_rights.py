"""Who may do what in the admin of the company's tables, and what nobody may do there."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integration.business_central.models import (
    CompanyInformation,
    Customer,
    Deleted,
    NoSeries,
    NoSeriesLine,
    RowCounter,
    ShipmentMethod,
)
from integration.models import User
from tests.people import VIEWER, made

pytestmark = pytest.mark.django_db


def signed_in(client: Client, *codenames: str, staff: bool = True) -> Client:
    """A browser of Amy, a Viewer who has these permissions besides."""
    client.force_login(made("amy", VIEWER, rights=codenames, is_staff=staff))
    return client


def address(page: str, model: type, *arguments: Any) -> str:
    return reverse(f"admin:business_central_{model.__name__.lower()}_{page}", args=arguments)


@pytest.mark.parametrize(
    ("permissions", "opens"),
    [([], 403), (["view_customer"], 200), (["change_customer"], 200), (["add_customer"], 403), (["view_item"], 403)],
)
def test_customers_are_listed_for_who_may_see_them(client: Client, permissions: list[str], opens: int) -> None:
    assert signed_in(client, *permissions).get(address("changelist", Customer)).status_code == opens


def test_who_is_no_member_of_staff_is_asked_to_sign_in(client: Client) -> None:
    answer = signed_in(client, "view_customer", staff=False).get(address("changelist", Customer))

    assert answer.status_code == 302
    assert "login" in answer.headers["Location"]


def test_who_may_only_look_changes_nothing(client: Client) -> None:
    exw = ShipmentMethod.objects.create(code="EXW", description="Ex Works")
    amy = signed_in(client, "view_shipmentmethod")

    assert amy.post(address("change", ShipmentMethod, exw.pk), {"code": "X", "description": "X"}).status_code == 403
    assert amy.post(address("delete", ShipmentMethod, exw.pk), {"post": "yes"}).status_code == 403
    assert amy.get(address("add", ShipmentMethod)).status_code == 403
    exw.refresh_from_db()
    assert exw.description == "Ex Works"


def test_who_may_change_but_not_delete_is_offered_no_deletion(client: Client) -> None:
    exw = ShipmentMethod.objects.create(code="EXW")
    amy = signed_in(client, "view_shipmentmethod", "change_shipmentmethod")
    chosen = {"action": "delete_selected", "_selected_action": [str(exw.pk)], "post": "yes"}

    amy.post(address("changelist", ShipmentMethod), chosen)

    assert ShipmentMethod.objects.exists()


def test_a_customer_is_deleted_with_the_permission_for_customers_alone(client: Client) -> None:
    """Its business relation goes by the company's own rules."""
    adatum = Customer.objects.create(name="Adatum")
    amy = signed_in(client, "view_customer", "delete_customer")

    amy.post(address("delete", Customer, adatum.pk), {"post": "yes"})

    assert not Customer.objects.exists()


@pytest.mark.parametrize("model", [Deleted, RowCounter])
def test_nobody_writes_what_only_the_company_writes(client: Client, model: type) -> None:
    ShipmentMethod.objects.create(code="EXW").delete()
    client.force_login(User.objects.create(username="annette", is_staff=True, is_superuser=True))
    row = model.objects.get()

    assert client.get(address("changelist", model)).status_code == 200
    assert client.get(address("add", model)).status_code == 403
    assert client.post(address("change", model, row.pk), {}).status_code == 403
    assert client.post(address("delete", model, row.pk), {"post": "yes"}).status_code == 403


def test_nobody_deletes_the_company(client: Client) -> None:
    cronus = CompanyInformation.current()
    client.force_login(User.objects.create(username="annette", is_staff=True, is_superuser=True))

    assert client.post(address("delete", CompanyInformation, cronus.pk), {"post": "yes"}).status_code == 403


def test_the_ids_times_and_versions_of_a_row_are_shown_and_not_typed(client: Client) -> None:
    exw = ShipmentMethod.objects.create(code="EXW")
    amy = signed_in(client, "view_shipmentmethod", "change_shipmentmethod")

    amy.post(address("change", ShipmentMethod, exw.pk), {"code": "EXW", "description": "Ex Works", "row_version": "7"})

    exw.refresh_from_db()
    assert exw.description == "Ex Works"
    assert exw.row_version != 7


def test_a_used_up_number_series_is_named_beside_the_number_and_nothing_is_stored(client: Client) -> None:
    series = NoSeries.objects.create(code="CUST")
    NoSeriesLine.objects.create(series_code=series, starting_no="C1", ending_no="C1", last_no_used="C1")
    amy = signed_in(client, "view_customer", "add_customer")

    answer = amy.post(address("add", Customer), {"name": "Adatum", "blocked": "0", "credit_limit_lcy": "0"})

    assert answer.status_code == 200
    assert "CUST is used up" in str(answer.context["adminform"].form.errors["no"])
    assert not Customer.objects.exists()


def test_a_name_that_is_markup_is_shown_as_text(client: Client) -> None:
    Customer.objects.create(name="<script>alert(1)</script>")

    page = signed_in(client, "view_customer").get(address("changelist", Customer)).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
