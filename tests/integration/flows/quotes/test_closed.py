"""Quotes that are lost, canceled, revised or past their day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from integration.business_central.models import SalesHeader
from integration.models import SyncError
from integration.systems.values import Row
from tests.integration.flows.orders.following import regular_look
from tests.integration.flows.quotes.quoting import CANCELED, REVISED, Quoting, counted, quoting

__all__ = ["quoting"]
D = Decimal


@pytest.mark.parametrize("reason", [5, CANCELED, 100123])
def test_a_lost_quote_is_archived_and_deleted(reason: int, quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line())
    quoting.process()
    quoting.close(quote, reason)

    assert counted(quoting.process()) == (0, 1, 0, 0)

    assert not SalesHeader.objects.exists()
    assert len(quoting.archived("1001")) == 1
    assert quoting.process(quote).unchanged == 1
    assert len(quoting.archived("1001")) == 1


def test_a_quote_that_is_being_revised_stays_until_the_new_revision_is_activated(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line())
    quoting.process()
    quoting.close(quote, REVISED)

    assert counted(quoting.process()) == (0, 0, 1, 0)
    assert quoting.here(quote).no == "1001"


def test_a_quote_that_is_merely_past_its_day_stays(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line(), effectiveto=dt.date(2026, 1, 1))
    quoting.process()
    quoting.change(quote)
    assert counted(quoting.process()) == (0, 0, 1, 0)
    assert quoting.here(quote).status == 0


def test_a_lost_quote_that_never_was_here_is_left_alone(quoting: Quoting) -> None:
    quoting.process()
    quote = quoting.quote(quoting.line())
    quoting.close(quote)
    assert counted(quoting.process()) == (0, 0, 0, 0)
    assert not SalesHeader.objects.exists()


def test_a_quote_that_a_person_deleted_here_is_not_made_anew(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line())
    quoting.process()
    quoting.erp.delete("sales_header", [Row(quoting.here(quote).pk)])
    quoting.change(quote)
    assert counted(quoting.process()) == (0, 0, 1, 0)
    assert not SalesHeader.objects.exists()


def test_a_quote_that_was_uncoupled_is_coupled_again_with_the_one_that_is_here(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line())
    quoting.process()
    quoting.quotes.couplings.all().delete()

    assert quoting.process(quote).coupled == 1

    assert quoting.here(quote).no == "1001"
    assert SalesHeader.objects.count() == 1


def test_a_quote_deleted_in_sales_stays_here_and_rests_with_the_reason(quoting: Quoting) -> None:
    deleted, kept = (quoting.quote(quoting.line()) for _ in range(2))
    quoting.process()
    number, reference = quoting.here(deleted).no, quoting.here(deleted).your_reference
    quoting.crm.remove("quote", deleted)

    for _ in range(2):
        regular_look(quoting)
    job = quoting.process()

    [error] = SyncError.objects.open()
    assert (error.code, error.crm_id) == ("twin-gone", deleted)
    assert f"Quote {reference} was deleted in Sales after it became quote {number}, which stays." in error.message
    assert quoting.quotes.couplings.get(crm_id=deleted).to_erp_result == "skipped"
    assert (job.failed, quoting.here(deleted).no, quoting.here(kept).status) == (0, number, 0)
    put_back = quoting.crm.add("quote", deleted, quotenumber=reference, statecode=1, revisionnumber=0)
    quoting.change(put_back)
    quoting.process()
    assert not SyncError.objects.open().exists()
