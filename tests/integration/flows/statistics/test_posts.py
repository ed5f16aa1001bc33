"""Posts on the timeline of a Sales order: what they say, that each is there once, and what becomes of a refused one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from integration.business_central.models import DocumentEvent, SalesShipmentHeader
from integration.business_central.posting.crediting import cancel
from integration.business_central.posting.invoicing import ship_and_invoice
from integration.business_central.posting.shipping import ship, undo_shipment
from integration.business_central.posting.states import release
from integration.business_central.store import EmbeddedCompany
from integration.documents.timeline.events import Event, Kind, words
from integration.documents.timeline.posts import CURSOR, PostsRun, post_id, retry
from integration.models import TableMapping
from integration.models.jobs.flows import FlowCursor, PendingPost
from integration.systems.errors import Refused, Unreachable
from integration.systems.memory import MemorySystem
from integration.systems.values import Side
from tests.business_central import trading
from tests.business_central.posting.shipments import to_ship
from tests.business_central.trading import item, order
from tests.integration.flows.statistics.statistics_world import counted
from tests.makers import reference, table, text
from tests.sync.world import MemoryJournal

D = Decimal


class PostsWorld:
    """``sell(...)`` makes an order that came from Sales; ``run()`` is what the recurring job does."""

    def __init__(self) -> None:
        self.erp, self.crm = EmbeddedCompany(), MemorySystem(Side.CRM, [])
        self.crm.remote = True
        self.crm.add_table(table("salesorder", "Order", [text("name")]))
        post = [text("text", 1000), reference("regardingobjectid", "salesorder")]
        self.crm.add_table(table("post", "Post", post, named="text"))
        self.mapping = TableMapping.objects.create(
            name="SALESORDER-ORDER", erp_table="sales_header", crm_table="salesorder"
        )
        self.journal = MemoryJournal()

    def sell(self, *lines: Any, **header: Any) -> Any:
        made = order(*lines, **header)
        self.mapping.couplings.couple(made.pk, self.crm.add("salesorder", name=made.no))
        return made

    def run(self) -> dict[str, int]:
        self.journal = MemoryJournal()
        ledger, organization = self.mapping.couplings, self.crm.organization_id
        return counted(PostsRun(self.erp, lambda: self.crm, ledger, self.journal, organization, "GBP").make())

    def texts(self) -> list[str]:
        return [str(self.crm.values("post", id)["text"]) for id in self.crm.ids("post")]


@pytest.fixture
def world(db: None) -> Iterator[PostsWorld]:
    with time_machine.travel("2027-01-15T09:00:00Z", tick=False):
        trading.open_company()
        yield PostsWorld()


@pytest.mark.scenario("CRMSalesOrderIntegrTest.PostToCRMSalesOrderWhenSalesOrderIsReleased")
def test_a_released_order_gets_exactly_one_post(world: PostsWorld) -> None:
    sold = world.sell(item())
    release(sold.pk)
    assert world.run() == {"inserted": 1}
    assert world.texts() == [f"Order {sold.no}: status changed to Released."]
    [post] = world.crm.ids("post")
    assert world.crm.values("post", post)["regardingobjectid"].id == world.mapping.couplings.get().crm_id
    assert world.run() == {}


@pytest.mark.scenario("CRMSalesOrderIntegrTest.PostToAccountWhenSalesOrderIsPosted")
def test_an_open_order_that_is_shipped_leaves_two_facts(world: PostsWorld) -> None:
    sold = world.sell(item(quantity=2))
    shipment = ship(sold.pk)
    assert world.run() == {"inserted": 2}
    assert world.texts() == [
        f"Order {sold.no}: status changed to Released.",
        f"Order {sold.no}: shipment {shipment.no} was posted. It is completely shipped.",
    ]


def test_only_the_shipment_that_completes_an_order_says_so(world: PostsWorld) -> None:
    sold = world.sell(item(quantity=3))
    to_ship(sold, 1)
    first, second = ship(sold.pk), ship(sold.pk)
    world.run()
    said = [text for text in world.texts() if "shipment" in text]
    assert said == [
        f"Order {sold.no}: shipment {first.no} was posted.",
        f"Order {sold.no}: shipment {second.no} was posted. It is completely shipped.",
    ]


def test_a_shipment_that_was_undone_is_told_and_completes_nothing(world: PostsWorld) -> None:
    sold = world.sell(item())
    shipment = ship(sold.pk)
    undo_shipment(SalesShipmentHeader.objects.get(no=shipment.no).pk)
    world.run()
    assert world.texts()[1:] == [
        f"Order {sold.no}: shipment {shipment.no} was posted.",
        f"Order {sold.no}: shipment {shipment.no} was undone.",
    ]


def test_an_invoice_and_its_cancellation_name_their_documents(world: PostsWorld) -> None:
    sold = world.sell(item(price="295.60"))
    posted = ship_and_invoice(sold.pk)
    memo = cancel(posted.pk)
    world.run()
    assert world.texts()[2:] == [
        f"Order {sold.no}: invoice {posted.no} over 354.72 GBP was posted.",
        f"Order {sold.no}: invoice {posted.no} was canceled by credit memo {memo.no}.",
    ]


@pytest.mark.parametrize(
    ("code", "price", "over"),
    [("EUR", "100.50", "120.60 EUR"), ("JPY", "4000", "4800 JPY"), ("KWD", "8.694", "10.433 KWD")],
)
def test_an_amount_has_the_decimals_of_its_currency(world: PostsWorld, code: str, price: str, over: str) -> None:
    sold = world.sell(item(price=price), currency_code=trading.currency(code))
    posted = ship_and_invoice(sold.pk)
    world.run()
    assert world.texts()[-1] == f"Order {sold.no}: invoice {posted.no} over {over} was posted."


@pytest.mark.scenario("CRMSalesOrderIntegrTest.DontPostToAccountWhenUncoupledInvoiceIsPosted")
def test_orders_that_did_not_come_from_sales_are_passed_over(world: PostsWorld) -> None:
    ship_and_invoice(order(item()).pk)
    assert world.run() == {}
    assert world.texts() == []
    assert FlowCursor.objects.get(name=CURSOR).cursor, "and not read again"


@pytest.mark.scenario("CRMSalesOrderIntegrTest.PostToAccountWhenAccountDeleted")
def test_posting_works_though_the_sales_order_is_gone_and_its_posts_rest(world: PostsWorld) -> None:
    sold = world.sell(item())
    world.crm.remove("salesorder", world.mapping.couplings.get().crm_id)
    ship_and_invoice(sold.pk)
    world.run(), world.run()
    assert world.texts() == []
    assert all(PendingPost.objects.values_list("skipped", flat=True))


def test_a_repeat_after_a_kill_writes_no_second_post(world: PostsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    sold = world.sell(item())
    release(sold.pk)
    with monkeypatch.context() as killed:
        killed.setattr(FlowCursor.objects, "update_or_create", _killed)
        with pytest.raises(KeyboardInterrupt):
            world.run()
    assert len(world.texts()) == 1
    assert world.run() == {"unchanged": 1}
    assert len(world.texts()) == 1


def _killed(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def test_the_cursor_stops_for_a_connection_problem(world: PostsWorld) -> None:
    release(world.sell(item()).pk)
    world.crm.fail_on("insert", Unreachable("Gone."))
    with pytest.raises(Unreachable):
        world.run()
    assert not FlowCursor.objects.filter(name=CURSOR).exists()
    assert world.run() == {"inserted": 1}


def test_a_refused_post_is_tried_again_and_rests_after_the_same_code_twice(world: PostsWorld) -> None:
    sold, other = world.sell(item()), world.sell(item())
    event = _event(release(sold.pk))
    refused = post_id(world.crm.organization_id, event)
    release(other.pk)
    for _ in range(2):
        world.crm.fail_on("insert", Refused("Not now."), when=lambda call: any(row.id == refused for row in call.rows))

    assert world.run() == {"inserted": 1, "failed": 1}
    kept = PendingPost.objects.get()
    assert (kept.event_id, kept.code, kept.tries, kept.skipped) == (event, "refused", 1, False)
    assert [one.code for one in world.journal.left_out] == ["refused"], "the job says why"
    assert world.run() == {"skipped": 1}
    assert (PendingPost.objects.get().tries, PendingPost.objects.get().skipped) == (2, True)
    assert world.run() == {}
    assert retry([event]) == 1
    assert world.run() == {"inserted": 1}
    assert not PendingPost.objects.exists()
    assert len(world.texts()) == 2


def _event(released: Any) -> uuid.UUID:
    return DocumentEvent.objects.order_by("-entry_no").values_list("pk", flat=True)[0]


def test_a_refused_post_of_an_order_that_was_uncoupled_is_forgotten(world: PostsWorld) -> None:
    sold = world.sell(item())
    release(sold.pk)
    world.crm.fail_on("insert", Refused("Not now."))
    world.run()
    world.mapping.couplings.uncouple([sold.pk])
    world.run()
    assert not PendingPost.objects.exists()


def test_a_thousand_events_take_a_request_a_page_not_one_each(world: PostsWorld) -> None:
    world.erp.page_size = 50
    sold = world.sell(item(quantity=40))
    for _ in range(20):
        to_ship(sold, 1)
        ship(sold.pk)
    world.run()
    assert world.crm.calls["insert"] == 1
    assert len(world.texts()) == 21


def test_hostile_numbers_are_only_text() -> None:
    event = Event(uuid.uuid4(), uuid.uuid4(), uuid.uuid4(), "<b>1</b>", Kind.SHIPPED, "'; --")
    assert words(event) == "Order <b>1</b>: shipment '; -- was posted."
    assert words(Event(event.id, event.order_id, event.sales_order_id, "1", 77, "X")) == "Order 1: X was posted."
