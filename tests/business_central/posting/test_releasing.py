"""Orders and quotes released and reopened, and what keeps them open."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from integration.business_central.models import SalesHeader, SalesLine
from integration.business_central.posting.states import release, reopen
from integration.systems.errors import NotFound, VersionConflict
from integration.systems.refusals import LineRefused, VatSetupMissing
from tests.business_central.posting.shipments import events
from tests.business_central.trading import comment, freight, item, order

D = Decimal


def test_a_released_order_says_so_once() -> None:
    made = order(item())

    assert release(made.pk).status == SalesHeader.Status.RELEASED
    version = SalesHeader.objects.get(pk=made.pk).row_version
    release(made.pk)

    assert events() == [("released", "")]
    assert SalesHeader.objects.get(pk=made.pk).row_version == version


def test_a_quote_is_released_without_an_event() -> None:
    release(order(item(), document_type=0).pk)

    assert events() == []


def test_a_reopened_order_can_be_released_again() -> None:
    made = order(item())
    release(made.pk)

    assert reopen(made.pk).status == SalesHeader.Status.OPEN
    assert reopen(made.pk).status == SalesHeader.Status.OPEN
    release(made.pk)
    assert events() == [("released", "")] * 2


def test_an_order_that_sells_nothing_is_not_released() -> None:
    for made in (order(), order(comment("Thanks")), order(item(quantity=0))):
        with pytest.raises(LineRefused, match=f"Order {made.no} has no line with a type and a quantity"):
            release(made.pk)
    assert events() == []


def test_a_line_without_a_unit_keeps_an_order_open() -> None:
    made = order(item())
    SalesLine.objects.update(unit_of_measure_code=None)

    with pytest.raises(LineRefused, match="Line 10000 of Order 101001 has no unit of measure"):
        release(made.pk)
    assert release(order(freight(5)).pk).status == SalesHeader.Status.RELEASED


def test_a_rate_of_vat_that_is_gone_keeps_an_order_open() -> None:
    made = order(item())
    other = order(item("BOOK"))
    SalesLine.objects.filter(document_no=other).update(vat_prod_posting_group=None)

    assert release(made.pk)
    with pytest.raises(VatSetupMissing):
        release(other.pk)


def test_a_version_that_is_not_the_newest_is_refused() -> None:
    made = order(item())

    with pytest.raises(VersionConflict, match="Order 101001 was changed by another user"):
        release(made.pk, version="1")
    release(made.pk, version=str(made.row_version))


def test_what_is_not_there_cannot_be_released() -> None:
    with pytest.raises(NotFound):
        release(uuid.uuid4())
