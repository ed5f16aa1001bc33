"""A deal from the opportunity to the paid invoice, by the client's verbs against the sandbox."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integration.dataverse.store import SalesOrganization
from integration.systems.errors import Refused
from integration.systems.values import Ref, Row
from tests.dataverse.joined import joined

numbers = itertools.count(1)


@pytest.fixture
def sales(sandbox: dict[str, Any]) -> Iterator[SalesOrganization]:
    found = joined(sandbox)
    yield found
    found.close()


def insert(sales: SalesOrganization, table: str, **values: Any) -> uuid.UUID:
    (written,) = sales.insert(table, [Row(uuid.uuid4(), values)])
    assert written.error is None, written.error
    return written.id


def update(sales: SalesOrganization, table: str, id: uuid.UUID, **values: Any) -> Any:
    (written,) = sales.update(table, [Row(id, values)])
    return written.error


def values(sales: SalesOrganization, table: str, id: uuid.UUID, *fields: str) -> tuple[Any, ...]:
    found = sales.get(table, [id], fields)[id].values
    return tuple(found[field] for field in fields)


def opportunity(sales: SalesOrganization) -> uuid.UUID:
    """An opportunity for two bicycles at 300."""
    deal = insert(sales, "opportunity", name=f"Bicycles for Fabrikam {next(numbers)}")
    of_deal = {"opportunityid": Ref("opportunity", deal)}
    price = {"quantity": Decimal(2), "priceperunit": Decimal(300)}
    insert(sales, "opportunityproduct", productdescription="Bicycle", **of_deal, **price)
    return deal


def test_a_deal_goes_from_the_opportunity_to_the_paid_invoice(sales: SalesOrganization) -> None:
    deal = opportunity(sales)

    quote = sales.act("opportunity", deal, "generate_quote")
    sales.act("quote", quote, "activate")
    sales.act("quote", quote, "win_quote", subject="Fabrikam signed")
    order = sales.act("quote", quote, "convert_quote")
    sales.act("opportunity", deal, "win_opportunity")
    assert update(sales, "salesorder", order, statecode=1, statuscode=3) is None
    bill = sales.act("salesorder", order, "convert_order")
    sales.act("salesorder", order, "fulfill_order")
    sales.act("invoice", bill, "lock_pricing")
    assert update(sales, "invoice", bill, statecode=2, statuscode=100001) is None

    assert values(sales, "opportunity", deal, "statecode", "statuscode") == (1, 3)
    assert values(sales, "quote", quote, "statecode", "statuscode") == (2, 4)
    assert values(sales, "salesorder", order, "statecode", "totalamount") == (3, Decimal(600))
    assert values(sales, "invoice", bill, "statecode", "totalamount", "ispricelocked") == (2, Decimal(600), True)


def test_a_quote_is_revised_until_it_is_lost(sales: SalesOrganization) -> None:
    deal = opportunity(sales)
    first = sales.act("opportunity", deal, "generate_quote")
    sales.act("quote", first, "activate")

    second = sales.act("quote", first, "revise_quote")
    with pytest.raises(Refused, match="Another revision"):
        sales.act("quote", first, "revise_quote")
    sales.act("quote", second, "activate")
    sales.act("quote", second, "close_quote", status=5, subject="Too dear")
    sales.act("opportunity", deal, "lose_opportunity", status=5)

    assert values(sales, "quote", first, "statuscode") == (7,)
    assert values(sales, "quote", second, "revisionnumber", "statuscode") == (1, 5)
    assert values(sales, "opportunity", deal, "statuscode") == (5,)


def test_orders_and_invoices_come_from_an_opportunity_directly(sales: SalesOrganization) -> None:
    deal = opportunity(sales)

    order = sales.act("opportunity", deal, "generate_order")
    bill = sales.act("opportunity", deal, "generate_invoice")
    for verb in ("lock_pricing", "unlock_pricing"):
        sales.act("salesorder", order, verb)
    sales.act("salesorder", order, "cancel_order", subject="Changed their mind")

    assert values(sales, "salesorder", order, "statecode", "ispricelocked") == (2, False)
    assert values(sales, "invoice", bill, "totalamount", "opportunityid") == (Decimal(600), Ref("opportunity", deal))


def test_what_the_organization_refuses_is_told_in_its_words(sales: SalesOrganization) -> None:
    deal = opportunity(sales)
    sales.act("opportunity", deal, "win_opportunity")
    order = sales.act("opportunity", deal, "generate_order")
    update(sales, "salesorder", order, statecode=1, statuscode=3)

    with pytest.raises(Refused, match="closed already"):
        sales.act("opportunity", deal, "lose_opportunity")
    assert "read-only" in str(update(sales, "salesorder", order, description="Hurry"))
