"""``manage.py create_orders``: numbers, exit codes, JSON; and a changed order that is taken over."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integration.business_central.models import SalesHeader
from integration.business_central.posting.states import release
from integration.management.entry import main
from integration.models import AuditEntry, ConnectionSetup, SyncError
from integration.systems.values import Side
from tests.integration.flows.desk import Desk, desk, lines_of

__all__ = ["desk"]
D = Decimal


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return answer


def test_orders_are_made_of_those_that_are_named_or_of_all(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = desk.order(desk.line()), desk.order(desk.line())
    [number] = desk.sales(second, "ordernumber")

    main(["manage.py", "create_orders", number.lower(), "--json"])
    answer = said(capsys)
    entry = AuditEntry.objects.get(action="started", kind="run")
    assert (entry.who, entry.after["type"]) == ("command line", "Creation of Sales Orders")
    call_command("create_orders")

    assert (answer["status"], answer["counters"]["inserted"], answer["errors"]) == ("finished", 1, [])
    assert "Orders: Finished, inserted 1" in capsys.readouterr().out
    assert {desk.made(order).your_reference for order in (first, second)} == {"ORD-00001", number}


def test_it_ends_with_1_where_an_order_failed_and_says_which(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.order(desk.write_in("Crane hire"))

    with pytest.raises(SystemExit) as ended:
        call_command("create_orders", "--json")

    assert ended.value.code == 1
    [error] = said(capsys)["errors"]
    assert (error["code"], error["label"]) == ("write-in-missing", "ORD-00001 Order ORD-00001")


def test_it_ends_with_2_where_it_is_refused(desk: Desk) -> None:
    refusals = {("ORD-7",): "Dynamics 365 Sales has no order ORD-7.", ("--another",): "--another needs the numbers"}
    for words, sentence in refusals.items():
        with pytest.raises(CommandError, match=sentence) as refused:
            call_command("create_orders", *words)
        assert refused.value.returncode == 2
    ConnectionSetup.objects.update(order_integration_enabled=False)
    with pytest.raises(CommandError, match="Sales order integration is off") as refused:
        call_command("create_orders")
    assert refused.value.returncode == 2


def test_another_order_is_made_where_a_person_wants_one(desk: Desk) -> None:
    order = desk.order(desk.line())
    desk.run()
    desk.mapping.couplings.all().delete()
    call_command("create_orders", "ORD-00001", "--another")
    assert (SalesHeader.objects.count(), desk.made(order).no) == (2, "101002")


def test_a_changed_order_is_taken_over_with_its_comment_in_its_place(desk: Desk) -> None:
    order = desk.order(
        desk.line("DESK", 2, 100, description="Deliver to gate 3"), desk.line("LAMP", 1, 50), name="Gate 3"
    )
    desk.run()
    made = desk.made(order)
    assert made.amount == 250
    release(made.pk)
    line = desk.lines(order)[0]
    desk.crm.edit("salesorderdetail", line, quantity=D(3), extendedamount=D(300))
    desk.touch(order, statecode=0, statuscode=1, totalamountlessfreight=D(350))
    desk.touch(order, statecode=1, statuscode=3)
    desk.run()
    assert SyncError.objects.open().get().code == "order-changed"

    assert desk.run(order, winner=Side.CRM).failed == 0

    made = desk.made(order)
    assert (made.amount, made.status, SyncError.objects.open().count()) == (350, 0, 0)
    assert [(x.description, x.quantity) for x in lines_of(made)] == [("Desk", 3), ("Deliver to gate 3", 0), ("Lamp", 1)]
    assert desk.run().failed == 0
