"""Quotes of Sales become quotes, and are followed until they are won or lost."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from integration.business_central.models import Item, Note, SalesHeader
from integration.models import ConnectionSetup, SyncError, SyncJob
from integration.sync.memory.ledger import Result
from integration.systems.values import Ref, Row
from tests.integration.flows.desk import freight_account, lines_of
from tests.integration.flows.quoting import CANCELED, DRAFT, REVISED, VALID, Quoting, quoting

__all__ = ["quoting"]
D = Decimal


def counted(job: SyncJob) -> tuple[int, int, int, int]:
    assert (job.status, job.message) == ("finished", "")
    return job.inserted, job.modified, job.unchanged, job.failed


@pytest.mark.scenario("CRMQuotesIntegrTest.CreateSalesQuoteInNAVWithJobQueueSunshine")
def test_an_activated_quote_becomes_a_quote(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line("DESK", 3, "64.99"))

    assert counted(quoting.process()) == (1, 0, 0, 0)

    made = quoting.here(quote)
    assert (made.document_type, made.no, made.status) == (0, "1001", 0)
    assert (made.your_reference, made.external_document_no) == ("QUO-00001", "QUOTE QUO-00001")
    assert made.quote_valid_until_date == VALID
    assert (made.amount, made.amount_including_vat) == (D("194.97"), D("233.96"))
    assert counted(quoting.process()) == (0, 0, 1, 0)
    assert SalesHeader.objects.count() == 1


def test_a_quote_has_discount_freight_description_and_notes_as_an_order_has(quoting: Quoting) -> None:
    freight_account()
    quote = quoting.quote(
        quoting.line("DESK", 2, 149, description="Deliver to gate 3"), discountamount=D("14.90"),
        freightamount=D("12.50"), description="For Leeds",
    )  # fmt: skip
    quoting.crm.add("annotation", objectid=Ref("quote", quote), notetext="<p>Ring twice</p>", isdocument=False)

    quoting.process()

    made = quoting.here(quote)
    assert (made.amount, made.amount_including_vat, made.invoice_discount_value) == (
        D("295.60"),
        D("354.72"),
        D("14.90"),
    )
    assert [line.description for line in lines_of(made)] == ["Desk", "Deliver to gate 3", "Freight"]
    assert made.work_description == "For Leeds"
    assert [note.text for note in Note.objects.filter(record_id=made.pk)] == ["Ring twice"]


def test_a_draft_is_not_read_and_says_so_to_whom_asks_for_it(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line(), statecode=DRAFT)

    assert counted(quoting.process()) == (0, 0, 0, 0)
    job = quoting.process(quote)

    assert [error.message for error in job.errors.all()] == ["Quote QUO-00001 is a draft in Sales."]
    assert not SyncError.objects.open().exists()


# --- won -----------------------------------------------------------------------------------------------------------


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


# --- lost, closed, expired -----------------------------------------------------------------------------------------


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


# --- failures ------------------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMQuotesIntegrTest.CreateSalesQuoteInNAVWithJobQueueAfterFail")
def test_a_quote_that_fails_stops_no_other(quoting: Quoting) -> None:
    failing = quoting.quote(quoting.line(), whose="CONTOSO")
    good = quoting.quote(quoting.line())
    quoting.uncouple_customer("CONTOSO")

    assert counted(quoting.process()) == (1, 0, 0, 1)

    error = quoting.problem()
    assert (error.code, error.crm_id) == ("account-not-coupled", failing)
    assert "Account “Contoso” is not coupled with a customer." in error.message
    assert quoting.here(good).no == "1001"


def test_a_quote_that_waited_for_its_customer_comes_once_that_is_coupled(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line(), whose="CONTOSO")
    held = quoting.uncouple_customer("CONTOSO")
    quoting.process()
    assert quoting.quotes.couplings.get(crm_id=quote).to_erp_result == Result.WAITING.value

    quoting.couple("CUSTOMER", held.erp_id, held.crm_id)
    assert quoting.process().inserted == 1

    assert not SyncError.objects.open().exists()
    assert quoting.here(quote).no == "1001"


@pytest.mark.scenario("CRMQuotesIntegrTest.CRMQuoteFCYNotExists")
def test_a_quote_in_a_currency_that_is_not_here_says_which(quoting: Quoting) -> None:
    quoting.currencies["XYZ"] = quoting.crm.add("transactioncurrency", isocurrencycode="XYZ", currencyname="XYZ")
    quoting.quote(quoting.line(), currency="XYZ")
    quoting.process()
    assert (quoting.problem().code, "XYZ" in quoting.problem().message) == ("currency-unknown", True)


@pytest.mark.scenario("CRMQuotesIntegrTest.ErrorOnFreightAccountIsEmpty")
def test_a_quote_with_freight_needs_the_account_of_freight(quoting: Quoting) -> None:
    quoting.quote(quoting.line(), freightamount=D(10))
    quoting.process()
    assert quoting.problem().code == "freight-account-missing"
    assert "Quote QUO-00001 has freight" in quoting.problem().message


@pytest.mark.scenario("CRMQuotesIntegrTest.NotDefinedWriteInProductNo")
def test_a_quote_with_a_write_in_product_needs_one_in_the_setup(quoting: Quoting) -> None:
    quoting.quote(quoting.write_in("Crane hire"))
    quoting.process()
    assert quoting.problem().code == "write-in-missing"
    assert "Quote QUO-00001 has a write-in product" in quoting.problem().message


def test_a_quote_that_fails_twice_the_same_way_rests_until_it_changes_or_a_person_asks(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line())
    Item.objects.filter(no="DESK").update(blocked=True)
    quoting.process()
    assert quoting.problem().code == "item-blocked"
    quoting.process()
    assert quoting.quotes.couplings.get(crm_id=quote).to_erp_result == Result.SKIPPED.value
    quoting.process()

    Item.objects.filter(no="DESK").update(blocked=False)
    assert quoting.process(quote).inserted == 1
    assert not SyncError.objects.open().exists()


def test_a_won_quote_of_nothing_cannot_be_released_and_says_why(quoting: Quoting) -> None:
    quote = quoting.quote()
    quoting.win(quote, ordered=False)

    job = quoting.process()

    assert (job.inserted, job.failed) == (1, 1)
    assert quoting.problem().code == "line-refused"
    assert quoting.here(quote).status == 0


def test_a_quote_that_changes_while_it_is_read_comes_as_it_is_then(quoting: Quoting, monkeypatch) -> None:
    quote = quoting.quote(quoting.line())
    read, changed = quoting.crm.find, []

    def find(table: str, *args: object, **more: object) -> object:
        answer = read(table, *args, **more)
        if table == "quotedetail" and not changed:
            changed.append(True)
            quoting.change(quote, description="Now in green")
        return answer

    monkeypatch.setattr(quoting.crm, "find", find)
    quoting.process()
    assert quoting.here(quote).work_description == "Now in green"


def test_while_order_integration_is_off_nothing_is_read(quoting: Quoting) -> None:
    quoting.quote(quoting.line())
    ConnectionSetup.objects.update(order_integration_enabled=False)
    job = quoting.process()
    assert (job.status, "Sales order integration is off" in job.message) == ("failed", True)


def test_ids_that_are_not_there_are_left_alone(quoting: Quoting) -> None:
    assert counted(quoting.process(uuid.uuid4())) == (0, 0, 0, 0)


# --- revised -------------------------------------------------------------------------------------------------------


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
