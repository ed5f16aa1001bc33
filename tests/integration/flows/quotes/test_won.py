"""A quote that is won becomes the order that Sales makes of it, now or later."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from integration.business_central.models import Note, SalesHeader
from integration.models import SyncError, SyncJob
from integration.systems.values import Ref
from tests.integration.flows.quotes.quoting import Quoting, counted, quoting

__all__ = ["quoting"]
D = Decimal


@pytest.mark.scenario("CRMQuotesIntegrTest.CRMExistingQuoteWonMultipleJobs")
def test_a_won_quote_with_a_submitted_order_becomes_the_order_and_is_archived(quoting: Quoting) -> None:
    line = quoting.line("DESK", 2, 100)
    quote = quoting.quote(line)
    quoting.process()
    number = quoting.here(quote).no
    order = quoting.win(quote, line)

    quoting.process()
    quoting.work()

    made = quoting.made(order)
    assert (made.document_type, made.quote_no, made.amount) == (1, number, D(200))
    assert not SalesHeader.objects.filter(document_type=0).exists()
    assert [version.version_no for version in quoting.archived(number)] == [1]
    assert quoting.process(quote).unchanged == 1
    quoting.work()
    assert (SalesHeader.objects.count(), len(quoting.archived(number))) == (1, 1)


@pytest.mark.scenario("CRMQuotesIntegrTest.CRMNewQuoteWon")
def test_a_quote_that_was_won_before_it_was_ever_seen_comes_with_its_order(quoting: Quoting) -> None:
    line = quoting.line("DESK", 2, 100)
    quote = quoting.quote(line)
    order = quoting.win(quote, line)

    assert counted(quoting.process()) == (1, 0, 0, 0)
    quoting.work()

    made = quoting.made(order)
    assert made.quote_no == "1001"
    assert len(quoting.archived("1001")) == 1
    assert not SalesHeader.objects.filter(document_type=0).exists()


def test_a_won_quote_without_an_order_is_released_and_waits(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line())
    quoting.process()
    quoting.win(quote, ordered=False)

    assert counted(quoting.process()) == (0, 1, 0, 0)

    assert quoting.here(quote).status == 1
    assert not SyncError.objects.open().exists()
    assert quoting.process(quote).unchanged == 1


def test_the_order_that_is_submitted_later_takes_the_place_of_its_quote(quoting: Quoting) -> None:
    line = quoting.line("DESK", 2, 100)
    quote = quoting.quote(line)
    order = quoting.win(quote, line, statecode=0, statuscode=2)
    quoting.process()
    assert quoting.here(quote).status == 1

    quoting.touch(order, statecode=1, statuscode=3)
    quoting.run()

    assert quoting.made(order).quote_no == "1001"
    assert len(quoting.archived("1001")) == 1
    assert not SalesHeader.objects.filter(document_type=0).exists()


def test_an_order_that_is_here_already_is_linked_whatever_its_state(quoting: Quoting) -> None:
    line = quoting.line("DESK", 2, 100)
    quote = quoting.quote(line)
    order = quoting.win(quote, line)
    quoting.run()
    quoting.erp.act("sales_header", quoting.made(order).pk, "release")
    assert quoting.made(order).quote_no == ""

    quoting.process()

    assert quoting.made(order).quote_no == "1001"
    assert len(quoting.archived("1001")) == 1


def test_both_passes_at_once_still_link_order_and_quote(quoting: Quoting) -> None:
    """Neither saw the other: the order was made before the quote was here, and the quote asked for the order."""
    line = quoting.line("DESK", 2, 100)
    quote = quoting.quote(line)
    order = quoting.win(quote, line)
    quoting.process()  # asks for the order
    asked = SyncJob.objects.get(status="queued")
    SyncJob.objects.filter(pk=asked.pk).update(status="canceled")
    quoting.quotes.couplings.all().update(state="reserved")  # the pass of orders does not see it yet
    quoting.run()
    quoting.quotes.couplings.all().update(state="coupled")
    assert quoting.made(order).quote_no == ""

    SyncJob.objects.filter(pk=asked.pk).update(status="queued")
    quoting.work()

    assert quoting.made(order).quote_no == "1001"
    assert not SalesHeader.objects.filter(document_type=0).exists()


def test_an_order_that_was_sent_elsewhere_is_not_asked_for(quoting: Quoting) -> None:
    line = quoting.line()
    quote = quoting.quote(line)
    quoting.win(quote, line, lastbackofficesubmit=dt.datetime(2027, 1, 10, tzinfo=dt.UTC))

    quoting.process()

    assert not SyncJob.objects.filter(status="queued").exists()
    assert quoting.here(quote).status == 1


@pytest.mark.parametrize("seen", ["", "quotes", "orders"])
def test_a_won_quote_ends_once_its_last_order_is_canceled_before_it_was_made(quoting: Quoting, seen: str) -> None:
    """``seen``: which pass ran while the order was still being changed."""
    line = quoting.line()
    quote = quoting.quote(line)
    quoting.process()
    quoting.run()
    number = quoting.here(quote).no
    first = quoting.win(quote, line, statecode=0)
    second = quoting.order(line, quoteid=Ref("quote", quote), statecode=0)
    if seen:
        quoting.process() if seen == "quotes" else quoting.run()
    assert first is not None
    quoting.touch(first, statecode=2, statuscode=4)
    quoting.run()
    assert quoting.here(quote).no == number

    quoting.touch(second, statecode=2, statuscode=4)
    quoting.run() if seen else quoting.process()

    assert not SalesHeader.objects.exists()
    assert len(quoting.archived(number)) == 1
    assert (counted(quoting.process(quote)), SyncError.objects.open().count()) == ((0, 0, 1, 0), 0)


def test_notes_of_a_quote_go_on_with_its_order(quoting: Quoting) -> None:
    line = quoting.line()
    quote = quoting.quote(line)
    theirs = quoting.crm.add("annotation", objectid=Ref("quote", quote), notetext="Ring twice", isdocument=False)
    order = quoting.win(quote, line)

    quoting.process()
    quoting.work()

    [note] = Note.objects.filter(record_id=quoting.made(order).pk)
    # Under the id of the quote's note Sales could not take it as a note of the order as well.
    assert (note.text, note.pk == theirs) == ("Ring twice", False)
