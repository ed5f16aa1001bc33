"""Who may edit, and that nobody meets a button that refuses."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from integration.business_central.models import Customer
from tests.people import ADMINISTRATOR, BOOKKEEPER, INTEGRATOR, ORDER_PROCESSOR, VIEWER, signed_in

MAY = {ADMINISTRATOR: True, INTEGRATOR: True, ORDER_PROCESSOR: False, BOOKKEEPER: False, VIEWER: False}


@pytest.mark.parametrize(("group", "may"), MAY.items(), ids=MAY)
def test_who_may_not_edit_sees_no_button_and_is_refused(group: str, may: bool, adatum: Customer) -> None:
    client = signed_in("pat", group)
    card = client.get(f"/records/erp/customer/{adatum.pk}/").content.decode()
    listed = client.get("/records/erp/customer/").content.decode()

    buttons = ("customer/new/", f"{adatum.pk}/edit/", f"{adatum.pk}/delete/")
    assert [button in card for button in buttons] == [may] * 3
    assert ("/customer/new/" in listed) is may
    for address in ("new/", f"{adatum.pk}/edit/", f"{adatum.pk}/delete/", "lookup/salesperson_code/"):
        answer = client.get(f"/records/erp/customer/{address}")
        assert answer.status_code == (200 if may else 403)
    sent = client.post(f"/records/erp/customer/{adatum.pk}/delete/", {"version": adatum.row_version})
    assert sent.status_code == (302 if may else 403)
    assert Customer.objects.exists() is not may


@pytest.mark.django_db
def test_the_groups_of_vat_need_the_right_of_their_setup() -> None:
    assert signed_in("ada", ADMINISTRATOR).get("/records/erp/vat_business_posting_group/new/").status_code == 200
    integrator = signed_in("susan", INTEGRATOR)
    assert integrator.get("/records/erp/vat_business_posting_group/new/").status_code == 403
    assert "/new/" not in integrator.get("/records/erp/vat_business_posting_group/").content.decode()


@pytest.mark.parametrize("address", ["customer/{}/edit/", "customer/{}/delete/", "vessel/{}/edit/", "vessel/new/"])
def test_an_unknown_record_or_table_is_not_found(susan: Client, address: str) -> None:
    assert susan.get(f"/records/erp/{address.format(uuid.uuid4())}").status_code == 404
