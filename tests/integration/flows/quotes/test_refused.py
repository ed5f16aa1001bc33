"""Why a quote of Sales does not become one, and what happens then."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from integration import jobs
from integration.business_central.models import Item
from integration.jobs.flows.following import MendedLook
from integration.models import ConnectionSetup, SyncError
from integration.sync.memory.ledger import Result
from tests.integration.flows.quotes.quoting import Quoting, counted, quoting

__all__ = ["quoting"]
D = Decimal


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


def test_a_quote_that_was_asked_for_follows_without_the_automatic_job(quoting: Quoting) -> None:
    quote, look = quoting.quote(quoting.line(), whose="CONTOSO"), MendedLook()
    held = quoting.uncouple_customer("CONTOSO")
    quoting.process(quote)
    assert look() == []

    quoting.couple("CUSTOMER", held.erp_id, held.crm_id)
    [job] = look()
    jobs.run(job.pk)

    assert (job.kind, quoting.here(quote).no) == ("process-quotes", "1001")


def test_a_quote_that_rests_is_tried_again_once_its_item_is_unblocked(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line())
    desk = Item.objects.get(no="DESK")
    desk.blocked = True
    desk.save()
    for _ in range(4):
        quoting.process()
    assert quoting.quotes.couplings.get(crm_id=quote).to_erp_result == Result.SKIPPED.value

    desk.blocked = False
    desk.save()
    assert quoting.process().inserted == 1


def test_a_resting_quote_comes_once_its_item_is_unblocked_though_orders_looked_first(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line())
    order = quoting.order(quoting.line())
    desk = Item.objects.get(no="DESK")
    desk.blocked = True
    desk.save()
    for _ in range(4):  # The first look at a table counts as a change of it.
        job = quoting.process()
        quoting.run()
    assert (job.failed, SyncError.objects.open().count()) == (0, 2)
    desk.blocked = False
    desk.save()

    assert quoting.run().inserted == 1
    assert quoting.process().inserted == 1

    assert (quoting.made(order).amount, quoting.here(quote).amount) == (100, 100)
    assert not SyncError.objects.open().exists()


def test_a_won_quote_of_nothing_cannot_be_released_and_says_why(quoting: Quoting) -> None:
    quote = quoting.quote()
    quoting.win(quote, ordered=False)

    job = quoting.process()

    assert (job.inserted, job.failed) == (1, 1)
    assert quoting.problem().code == "line-refused"
    assert quoting.here(quote).status == 0


def test_a_quote_that_changes_while_it_is_read_comes_as_it_is_then(
    quoting: Quoting, monkeypatch: pytest.MonkeyPatch
) -> None:
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
