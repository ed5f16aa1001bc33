"""What the buttons of orders and quotes of Dynamics 365 Sales start."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from integration.business_central.models import SalesHeader
from integration.models import AuditEntry, ConnectionSetup, SyncJob, TableMapping
from integration.pages import rows
from integration.pages.lists import every
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.values import Side
from tests.business_central import trading
from tests.business_central.trading import item
from tests.integration.sales.conftest import Maker
from tests.pages import pressed


def press(client: Client, action: str, *ids: object, kind: str = "sales_orders", **more: str) -> HttpResponse:
    address = reverse(f"{kind}_action", args=[action])
    return pressed(client, address, {"selected": ids, "back": reverse(kind)} | more)


def words(answer: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_chosen_orders_are_created_by_one_run_that_is_shown_live(
    orders: TableMapping, sells: Maker, integrator: Client
) -> None:
    ids = tuple(sells(number=f"ORD-{number}") for number in range(3))

    answer = press(integrator, "create", *ids)

    job = SyncJob.objects.get()
    assert answer["Location"] == reverse("synch_job", args=[job.pk])
    assert (job.mapping, job.kind, job.direction) == (orders, SyncJob.Kind.CREATE_ORDERS, "to_erp")
    assert job.run_options == Options(scope=Scope.IDS, ids=ids)
    assert job.started_by.username == "susan"


def test_the_orders_on_all_pages_are_those_that_the_list_shows(
    orders: TableMapping, sells: Maker, integrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS", 2)
    ids = {sells(number=f"ORD-{number}") for number in range(3)}
    sells(number="RUSH-1")
    shown = integrator.get(reverse("sales_orders"), {"q": "ORD"}).content.decode()
    assert 'name="every"' in shown

    other = press(integrator, "create", every="yes", back=reverse("sales_quotes"))
    press(integrator, "create", every="yes", back=f"{reverse('sales_orders')}?q=ORD")

    assert words(other) == [every.OTHER_LIST]
    assert set(SyncJob.objects.get().run_options.ids) == ids


def test_pressing_twice_asks_for_one_run(orders: TableMapping, sells: Maker, integrator: Client) -> None:
    id = sells()
    press(integrator, "create", id)
    press(integrator, "create", id)
    assert SyncJob.objects.count() == 1


def test_an_order_that_is_there_already_is_no_error(orders: TableMapping, sells: Maker, integrator: Client) -> None:
    id = sells()
    header = trading.order(item(), your_reference="ORD-1")
    orders.couplings.couple(header.pk, id)

    answer = press(integrator, "create", id)

    assert words(answer) == [f"ORD-1 is order {header.no} already."]
    assert answer["Location"] == reverse("sales_orders")
    assert not SyncJob.objects.exists()


def test_an_order_that_rests_is_tried_again(orders: TableMapping, sells: Maker, integrator: Client) -> None:
    id, erp_id = sells(), uuid.uuid4()
    resting = Pair(erp_id, id, State.RESERVED, to_erp=Outcome(Result.SKIPPED, "item-blocked"))
    orders.couplings.remember([resting])

    press(integrator, "retry", id)

    assert orders.couplings.pairs(Side.CRM, [id])[id].outcome(Direction.TO_ERP).result is Result.FAILURE
    assert SyncJob.objects.get().run_options.ids == (id,)


def test_another_order_is_made_although_one_refers_to_it(
    orders: TableMapping, sells: Maker, integrator: Client
) -> None:
    id = sells()
    press(integrator, "another", id)
    assert SyncJob.objects.get().run_options == Options(scope=Scope.IDS, ids=(id,), another=True)


@pytest.mark.parametrize(("decision", "winner"), [("keep", Side.ERP), ("takeover", Side.CRM)])
def test_a_decision_says_who_wins_and_is_on_record(
    decision: str, winner: Side, orders: TableMapping, sells: Maker, integrator: Client
) -> None:
    id = sells()
    order = trading.order(item()).pk
    orders.couplings.couple(order, id)

    press(integrator, decision, id)

    asked = Options(scope=Scope.IDS, ids=(id,), twins=(order,), force=True, winner=winner)
    assert SyncJob.objects.get().run_options == asked
    entry = AuditEntry.objects.get(action=AuditEntry.Action.DECIDED)
    assert (entry.who, entry.kind, entry.after["decision"]) == ("susan", "sales order", decision)


def test_nothing_can_be_kept_of_an_order_that_nothing_became_of(
    orders: TableMapping, sells: Maker, integrator: Client
) -> None:
    answer = press(integrator, "keep", sells())
    assert "nothing in Business Central that could be kept" in words(answer)[0]
    assert not SyncJob.objects.exists()


def test_an_order_is_deleted_here_once_a_person_has_said_yes(
    orders: TableMapping, sells: Maker, integrator: Client
) -> None:
    id = sells()
    header = trading.order(item())
    orders.couplings.couple(header.pk, id)

    asked = press(integrator, "delete", id)
    assert "will be deleted with its lines and notes" in asked.content.decode()
    assert SalesHeader.objects.filter(pk=header.pk).exists()

    press(integrator, "delete", id, confirmed="yes")
    assert not SalesHeader.objects.filter(pk=header.pk).exists()
    job = SyncJob.objects.get()
    assert (job.mapping, job.kind, job.direction) == (orders, SyncJob.Kind.SYNCHRONIZE, "to_crm")
    assert AuditEntry.objects.filter(action=AuditEntry.Action.DELETED, kind="sales order").exists()


@pytest.mark.parametrize("action", ["create", "retry"])
def test_of_an_order_that_was_deleted_here_sales_is_told_and_the_person_too(
    action: str, orders: TableMapping, sells: Maker, integrator: Client
) -> None:
    id = sells()
    orders.couplings.couple(uuid.uuid4(), id)

    answer = press(integrator, action, id)

    job = SyncJob.objects.get()
    assert (job.kind, job.direction) == (SyncJob.Kind.SYNCHRONIZE, "to_crm")
    if action == "create":
        assert "was deleted in Business Central. A run makes them active in Dynamics 365 Sales" in words(answer)[0]


def test_of_several_the_new_ones_are_made_and_sales_is_told_of_the_one_deleted_here(
    orders: TableMapping, sells: Maker, integrator: Client
) -> None:
    deleted, new = sells(number="ORD-1"), sells(number="ORD-2")
    orders.couplings.couple(uuid.uuid4(), deleted)

    answer = press(integrator, "create", deleted, new)

    told, made = SyncJob.objects.order_by("direction")
    assert (told.kind, told.direction) == (SyncJob.Kind.SYNCHRONIZE, "to_crm")
    assert (made.kind, made.run_options.ids) == (SyncJob.Kind.CREATE_ORDERS, (new,))
    assert answer["Location"] == reverse("synch_job", args=[made.pk])


def test_an_order_that_is_there_already_is_named_and_nothing_is_started(
    orders: TableMapping, sells: Maker, integrator: Client
) -> None:
    id, header = sells(), trading.order(item(), your_reference="ORD-1")
    orders.couplings.couple(header.pk, id)

    assert words(press(integrator, "create", id)) == [f"ORD-1 is order {header.no} already."]
    assert not SyncJob.objects.exists()


def test_what_is_shipped_is_not_deleted_and_says_why(orders: TableMapping, sells: Maker, integrator: Client) -> None:
    trading.stock()
    id = sells()
    header = trading.order(item(quantity=2))
    orders.couplings.couple(header.pk, id)
    trading.company.act("sales_header", header.pk, "ship", posting_date=trading.DAY)

    answer = press(integrator, "delete", id, confirmed="yes")

    assert "is shipped and not invoiced, so it cannot be deleted" in words(answer)[0]
    assert not SyncJob.objects.exists()


def test_quotes_are_processed_by_a_run_of_their_own(quotes: TableMapping, sells: Maker, integrator: Client) -> None:
    id = sells("quote", number="QUO-1")
    press(integrator, "create", id, kind="sales_quotes")
    job = SyncJob.objects.get()
    assert (job.mapping, job.kind, job.run_options.ids) == (quotes, SyncJob.Kind.PROCESS_QUOTES, (id,))


@pytest.mark.parametrize("action", ["keep", "takeover", "delete", "another", "nonsense"])
def test_a_quote_has_no_such_button(action: str, quotes: TableMapping, sells: Maker, integrator: Client) -> None:
    assert press(integrator, action, sells("quote", number="QUO-1"), kind="sales_quotes").status_code == 404


@pytest.mark.parametrize(
    ("off", "reason"),
    [
        ({"order_integration_enabled": False}, "Sales order integration is off."),
        ({"is_enabled": False}, "The connection to Dynamics 365 Sales is disabled."),
        ({"sales_enabled": False}, "The Sales part of the connection is switched off"),
    ],
)
def test_nothing_is_started_while_it_is_switched_off(
    off: dict[str, bool], reason: str, orders: TableMapping, sells: Maker, integrator: Client
) -> None:
    ConnectionSetup.objects.update(**off)
    answer = press(integrator, "create", sells())
    assert reason in words(answer)[0]
    assert not SyncJob.objects.exists()


@pytest.mark.parametrize(
    ("ids", "sentence"), [((), "Choose at least one order."), (("x",), "This page is incomplete.")]
)
def test_a_button_without_orders_says_what_is_missing(
    ids: tuple[str, ...], sentence: str, orders: TableMapping, integrator: Client
) -> None:
    assert words(press(integrator, "create", *ids))[0].startswith(sentence)


def test_nobody_is_led_to_another_host(orders: TableMapping, sells: Maker, integrator: Client) -> None:
    answer = press(integrator, "create", back="https://evil.example/")
    assert answer["Location"] == reverse("sales_orders")


def test_who_only_looks_can_press_nothing(orders: TableMapping, sells: Maker, viewer: Client) -> None:
    assert press(viewer, "create", sells()).status_code == 403
