"""Actions on a row: block and unblock."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from integration.business_central.models import Customer, Item, Resource, Salesperson, Vendor
from integration.systems.errors import NotFound, Refused
from tests.business_central.embedded import company, cursor, listed, pages_since

pytestmark = pytest.mark.django_db


def test_blocking_without_a_choice_takes_the_strictest() -> None:
    adatum = Customer.objects.create(name="Adatum")

    company.act("customer", adatum.pk, "block")
    assert listed("customer", "blocked = All") == ["Adatum"]
    company.act("customer", adatum.pk, "block", option=Customer.Blocked.SHIP)
    assert listed("customer", "blocked = Ship") == ["Adatum"]
    company.act("customer", adatum.pk, "unblock")
    assert listed("customer", "blocked = ' '") == ["Adatum"]


def test_an_unknown_action_and_a_row_that_is_gone_are_refused() -> None:
    with pytest.raises(Refused, match="Customer has no action “publish”"):
        company.act("customer", uuid.uuid4(), "publish")
    with pytest.raises(Refused, match="no action"):
        company.act("currency", uuid.uuid4(), "block")
    with pytest.raises(NotFound):
        company.act("customer", uuid.uuid4(), "block")


@pytest.mark.parametrize("option", [0, 4, "Ship"])
def test_a_customer_is_blocked_with_one_of_the_blockings_there_are(option: Any) -> None:
    adatum = Customer.objects.create(name="Adatum")

    with pytest.raises(Refused, match="cannot be blocked with"):
        company.act("customer", adatum.pk, "block", option=option)

    assert listed("customer", "blocked = ' '") == ["Adatum"]


@pytest.mark.parametrize(
    ("model", "blocked"), [(Customer, 3), (Vendor, 2), (Item, True), (Resource, True), (Salesperson, True)]
)
def test_blocking_and_unblocking_are_changes_that_a_reader_sees(model: Any, blocked: Any) -> None:
    row = model.objects.create(**{model.name_field: "X"})
    before = cursor(model.slug())

    company.act(model.slug(), row.pk, "block")
    [page] = pages_since(model.slug(), before, "blocked")
    assert [record.values["blocked"] for record in page.records] == [blocked]

    company.act(model.slug(), row.pk, "unblock")
    [page] = pages_since(model.slug(), before, "blocked")
    assert [record.values["blocked"] for record in page.records] == [type(blocked)(0)]
