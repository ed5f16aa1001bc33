"""What happens in Sales to a quote that is one here is followed by the regular look at orders, whatever the switch says
that has new ones processed by themselves; the look makes no document that nobody asked for."""

from __future__ import annotations

import uuid

import pytest

from integration.business_central.models import SalesHeader
from integration.business_central.posting.changing import delete_document
from integration.models import ConnectionSetup, SyncError, SyncJob
from integration.systems.values import Row
from tests.integration.flows.orders.following import regular_look
from tests.integration.flows.quotes.quoting import CANCELED, DRAFT, LOST, REVISED, WON, Quoting, quoting

__all__ = ["quoting"]


@pytest.fixture(params=[False, True], ids=["processed by hand", "processed by themselves"])
def switch(request: pytest.FixtureRequest, quoting: Quoting) -> bool:
    """What Automatically Process Sales Quotes says."""
    ConnectionSetup.objects.update(auto_process_quotes=request.param)
    return bool(request.param)


def quoted(quoting: Quoting) -> uuid.UUID:
    quote = quoting.quote(quoting.line())
    assert quoting.process(quote).inserted == 1
    return quote


def runs() -> int:
    return SyncJob.objects.filter(kind=SyncJob.Kind.PROCESS_QUOTES).count()


@pytest.mark.parametrize("reason", [LOST, CANCELED])
def test_a_lost_or_canceled_quote_is_archived(quoting: Quoting, switch: bool, reason: int) -> None:
    quoting.close(quoted(quoting), reason)

    regular_look(quoting)

    assert (SalesHeader.objects.count(), len(quoting.archived("1001"))) == (0, 1)
    before = runs()
    regular_look(quoting)
    assert runs() == before


def test_a_revision_takes_the_place_of_the_quote_once_it_is_activated(quoting: Quoting, switch: bool) -> None:
    quote = quoted(quoting)
    later = quoting.revise(quote, quoting.line(quantity=3), statecode=DRAFT)
    for _ in range(2):
        regular_look(quoting)
    assert (quoting.here(quote).amount, quoting.archived("1001")) == (100, [])
    before = runs()
    regular_look(quoting)
    assert runs() == before

    quoting.change(later, statecode=1)
    regular_look(quoting)

    assert (quoting.here(later).no, quoting.here(later).amount, len(quoting.archived("1001"))) == ("1001", 300, 1)
    before = runs()
    regular_look(quoting)
    assert (runs(), SalesHeader.objects.count()) == (before, 1)


def test_a_revision_of_a_revision_counts(quoting: Quoting) -> None:
    second = quoting.revise(quoted(quoting), quoting.line(quantity=2))
    third = quoting.revise(second, quoting.line(quantity=3))

    regular_look(quoting)

    assert (quoting.here(third).amount, SalesHeader.objects.count()) == (300, 1)


def test_a_revision_that_is_refused_is_said_once(quoting: Quoting) -> None:
    quote = quoted(quoting)
    quoting.uncouple_customer("ADATUM")
    quoting.revise(quote, quoting.line(quantity=3))

    for _ in range(4):
        regular_look(quoting)

    assert [error.code for error in SyncError.objects.open()] == ["account-not-coupled"]
    assert quoting.here(quote).amount == 100
    before = runs()
    regular_look(quoting)
    assert runs() == before


def test_a_won_quote_is_released_and_its_order_left_to_a_person(quoting: Quoting) -> None:
    quote = quoted(quoting)
    order = quoting.win(quote, quoting.line())

    regular_look(quoting)

    assert (quoting.here(quote).status, SalesHeader.objects.filter(document_type=1).count()) == (1, 0)
    assert order is not None
    quoting.run(order)
    assert (quoting.made(order).quote_no, len(quoting.archived("1001"))) == ("1001", 1)


def test_the_orders_of_won_quotes_are_made_where_quotes_are_processed_by_themselves(quoting: Quoting) -> None:
    quote = quoted(quoting)
    quoting.win(quote, quoting.line())
    regular_look(quoting)

    quoting.process()
    quoting.work()

    assert SalesHeader.objects.get().quote_no == "1001"


def test_a_won_quote_whose_order_is_canceled_before_it_came_is_archived(quoting: Quoting) -> None:
    quote = quoted(quoting)
    order = quoting.win(quote, quoting.line())
    regular_look(quoting)
    assert order is not None
    quoting.touch(order, statecode=2, statuscode=4)

    regular_look(quoting)

    assert (SalesHeader.objects.count(), len(quoting.archived("1001"))) == (0, 1)


def test_a_deleted_quote_is_said_once(quoting: Quoting, switch: bool) -> None:
    quote = quoted(quoting)
    quoting.crm.delete("quote", [Row(quote)])

    for _ in range(3):
        regular_look(quoting)

    error = SyncError.objects.get()
    assert (error.code, error.message[:45]) == ("twin-gone", "Quote QUO-00001 was deleted in Sales after it")
    assert quoting.quotes.couplings.get().to_erp_result == "skipped"


def test_a_quote_that_was_deleted_here_is_not_made_anew(quoting: Quoting) -> None:
    quote = quoted(quoting)
    delete_document(quoting.here(quote).pk)
    quoting.revise(quote, quoting.line(quantity=3))

    regular_look(quoting)

    assert not SalesHeader.objects.exists()


def test_the_look_makes_no_quote_that_nobody_asked_for(quoting: Quoting) -> None:
    quoting.close(quoted(quoting), REVISED)
    quoting.quote(quoting.line())
    quoting.quote(quoting.line(), statecode=WON)

    regular_look(quoting)

    assert [header.no for header in SalesHeader.objects.all()] == ["1001"]
