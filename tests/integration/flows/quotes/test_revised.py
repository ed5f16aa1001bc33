"""A later revision of a quote takes the place of the former one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal

import pytest

from coupling.engine_ledger import EngineLedger
from integration.business_central.models import Item, Note, SalesHeader
from integration.models import SyncError
from integration.sync.memory.ledger import Pair, Result
from integration.systems.values import Ref
from tests.integration.flows.desk import lines_of
from tests.integration.flows.quotes.quoting import Quoting, counted, quoting

__all__ = ["quoting"]
D = Decimal


def test_a_new_revision_rebuilds_the_same_quote_and_archives_the_former_version(quoting: Quoting) -> None:
    first = quoting.quote(quoting.line("DESK", 3, 100), quoting.line("LAMP"))
    quoting.crm.add("annotation", objectid=Ref("quote", first), notetext="Old", isdocument=False)
    quoting.process()
    before = quoting.here(first)
    second = quoting.revise(first, quoting.line("BOOK", 10, 8), effectiveto=dt.date(2027, 6, 30))
    quoting.crm.add("annotation", objectid=Ref("quote", second), notetext="New", isdocument=False)

    assert counted(quoting.process()) == (0, 1, 0, 0)

    made = quoting.here(second)
    assert (made.pk, made.no, made.status) == (before.pk, before.no, 0)
    assert [(line.no, line.quantity, line.unit_price) for line in lines_of(made)] == [("BOOK", 10, 8)]
    assert (made.amount, made.quote_valid_until_date) == (80, dt.date(2027, 6, 30))
    assert [note.text for note in Note.objects.filter(record_id=made.pk)] == ["New"]
    assert [(one.version_no, one.amount) for one in quoting.archived(made.no)] == [(1, before.amount)]
    assert quoting.quotes.couplings.filter(crm_id=first).count() == 0


def test_a_second_pass_over_a_revision_archives_nothing_more(quoting: Quoting) -> None:
    first = quoting.quote(quoting.line())
    quoting.process()
    second = quoting.revise(first, quoting.line("LAMP"))
    quoting.process()

    assert quoting.process(second, first).modified == 0
    assert len(quoting.archived("1001")) == 1


def test_a_released_quote_is_open_again_once_it_is_revised(quoting: Quoting) -> None:
    first = quoting.quote(quoting.line())
    quoting.process()
    quoting.erp.act("sales_header", quoting.here(first).pk, "release")
    second = quoting.revise(first, quoting.line("LAMP"))
    quoting.process()
    assert quoting.here(second).status == 0


def test_a_refused_revision_keeps_what_is_here_until_it_can_be_taken(quoting: Quoting) -> None:
    first = quoting.quote(quoting.line("DESK", 3, 100))
    quoting.process()
    second = quoting.revise(first, quoting.line("LAMP"))
    Item.objects.filter(no="LAMP").update(blocked=True)

    quoting.process()

    assert quoting.problem().code == "item-blocked"
    assert [line.no for line in lines_of(quoting.here(first))] == ["DESK"]
    assert not quoting.archived("1001")

    Item.objects.filter(no="LAMP").update(blocked=False)
    quoting.process(second)
    assert [line.no for line in lines_of(quoting.here(second))] == ["LAMP"]
    assert not SyncError.objects.open().exists()
    assert quoting.quotes.couplings.count() == 1


def test_a_revision_of_a_quote_that_never_was_here_becomes_a_quote(quoting: Quoting) -> None:
    first = quoting.quote(quoting.line())
    second = quoting.revise(first, quoting.line("LAMP"))
    assert quoting.process().inserted == 1
    assert quoting.here(second).no == "1001"
    assert SalesHeader.objects.count() == 1


def test_two_revisions_between_two_runs_come_as_the_newest(quoting: Quoting) -> None:
    first = quoting.quote(quoting.line())
    quoting.process()
    third = quoting.revise(quoting.revise(first, quoting.line("LAMP")), quoting.line("BOOK"))
    quoting.process()
    assert [line.no for line in lines_of(quoting.here(third))] == ["BOOK"]
    assert len(quoting.archived("1001")) == 1


def test_a_revision_that_is_won_at_once_is_rebuilt_and_becomes_the_order(quoting: Quoting) -> None:
    first = quoting.quote(quoting.line())
    quoting.process()
    line = quoting.line("BOOK", 10, 8)
    second = quoting.revise(first, line)
    order = quoting.win(second, line)

    quoting.process()
    quoting.work()

    assert (quoting.made(order).quote_no, quoting.made(order).amount) == ("1001", 80)
    assert [one.amount for one in quoting.archived("1001")] == [100, 80]


def test_a_revision_that_is_lost_before_it_was_seen_takes_the_quote_along(quoting: Quoting) -> None:
    first = quoting.quote(quoting.line())
    quoting.process()
    second = quoting.revise(first, quoting.line("LAMP"))
    quoting.close(second)
    quoting.process()
    assert not SalesHeader.objects.exists()
    assert quoting.quotes.couplings.get().crm_id == second


def test_a_lost_quote_that_is_revised_later_becomes_a_quote_of_its_own(quoting: Quoting) -> None:
    first = quoting.quote(quoting.line())
    quoting.process()
    quoting.close(first)
    quoting.process()
    second = quoting.revise(first, quoting.line("LAMP"))
    quoting.change(first, statuscode=5)
    quoting.process()
    assert quoting.here(second).no == "1002"


def test_a_lost_quote_whose_revision_comes_in_the_same_run_goes_on(quoting: Quoting) -> None:
    first = quoting.quote(quoting.line())
    quoting.process()
    second = quoting.revise(first, quoting.line("LAMP"))
    quoting.change(first, statuscode=5)
    quoting.process()
    assert quoting.here(second).no == "1001"
    assert len(quoting.archived("1001")) == 1


def test_of_revisions_that_were_lost_and_revised_between_two_runs_the_last_counts(quoting: Quoting) -> None:
    first = quoting.quote(quoting.line())
    quoting.process()
    second = quoting.revise(first, quoting.line("LAMP"))
    third = quoting.revise(second, quoting.line("BOOK"))
    quoting.change(first, statuscode=5)
    quoting.change(second, statuscode=5)

    assert counted(quoting.process()) == (0, 1, 0, 0)

    assert [line.no for line in lines_of(quoting.here(third))] == ["BOOK"]
    assert len(quoting.archived("1001")) == 1
    assert quoting.quotes.couplings.get().crm_id == third


def test_a_quote_is_remembered_once_though_both_its_revisions_are_read(quoting: Quoting) -> None:
    """One row twice in one statement is more than PostgreSQL takes."""
    first = quoting.quote(quoting.line())
    quoting.process()
    quoting.quotes.couplings.update(to_erp_result=Result.FAILURE.value, to_erp_code="locked")
    second = quoting.revise(first, quoting.line("LAMP"))
    quoting.close(second)
    remembered: list[uuid.UUID] = []
    plain = EngineLedger.remember

    def remember(ledger: EngineLedger, pairs: Iterable[Pair]) -> list[Pair]:
        looked = list(pairs)
        ids = [pair.erp_id for pair in looked]
        assert len(ids) == len(set(ids))
        remembered.extend(ids)
        return plain(ledger, looked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EngineLedger, "remember", remember)
        quoting.process(first, second)

    assert remembered
    assert quoting.quotes.couplings.get().crm_id == second
    assert not SalesHeader.objects.exists()
