"""A pass in pages: side by side, stopped from outside, overtaken by people."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Never

import pytest

from integration.sync.engine import IN_FLIGHT
from integration.sync.memory.ledger import Fenced, Outcome, Result, State
from integration.sync.rules import Direction
from integration.sync.run import Canceled, Counters
from integration.systems.errors import (
    Locked,
    Refused,
    Unreachable,
    VersionConflict,
)
from integration.systems.values import Row, Written
from tests.makers import account, customer_rule
from tests.sandbox.conftest import Caller
from tests.sync.running.passes import PAGE, accounts, keep_cursor, ten_customers, world
from tests.sync.world import TO_CRM, TO_ERP, MemoryJournal, World

__all__ = ["world"]


class Watching(MemoryJournal):
    """A journal that is looked at each time a page is done."""

    def __init__(
        self,
        position: str | None = None,
        on_note: Callable[[Any], object] = lambda journal: None,
        on_advance: Callable[[Any], object] = lambda journal: None,
    ) -> None:
        super().__init__(position)
        self.cursors, self._on_note, self._on_advance = [], on_note, on_advance

    def note(self, counters: Counters, done: int) -> None:
        super().note(counters, done)
        self._on_note(self)

    def advance(self, cursor: str) -> None:
        super().advance(cursor)
        self.cursors.append(cursor)
        self._on_advance(self)


def run_with(
    world: World, monkeypatch: pytest.MonkeyPatch, journal: MemoryJournal, direction: Direction = TO_CRM, **more: Any
) -> Counters:
    monkeypatch.setattr("tests.sync.world.MemoryJournal", lambda _position: journal)
    return world.run(direction, create=True, **more)


# --- pages in flight -----------------------------------------------------------------------------------------


def test_pages_are_written_side_by_side_while_the_next_one_is_planned(world: World) -> None:
    ten_customers(world)
    together = threading.Barrier(IN_FLIGHT)

    def meets(call: Caller) -> bool:
        if call.table == "account" and not together.broken:
            together.wait(timeout=20)
        return False

    world.erp.page_size = 10 // IN_FLIGHT + 1
    world.crm.fail_on("insert", RuntimeError("never raised"), when=meets)
    assert world.run(TO_CRM, create=True) == Counters(inserted=10)


def test_never_more_pages_are_under_way_than_allowed(world: World) -> None:
    ten_customers(world)
    under_way, most, lock = 0, 0, threading.Lock()
    insert = world.crm.insert

    def counted(table: str, rows: Sequence[Row]) -> list[Written]:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        answers = insert(table, rows)
        with lock:
            under_way -= 1
        return answers

    world.crm.insert, world.erp.page_size = counted, 1
    assert world.run(TO_CRM, create=True) == Counters(inserted=10)
    assert most <= IN_FLIGHT


def test_cursors_advance_in_the_order_the_pages_were_read_and_only_after_the_page_is_remembered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ten_customers(world)
    ledger = world.ledger(customer_rule())
    coupled: list[int] = []

    def look(journal: MemoryJournal) -> None:
        coupled.append(sum(pair.state is State.COUPLED for pair in ledger.rows.values()))

    journal = Watching(on_advance=look)
    run_with(world, monkeypatch, journal)
    positions = [int(cursor.split("-")[1]) for cursor in journal.cursors]
    assert positions == sorted(positions)
    assert [least <= there for least, there in zip((2, 4, 6, 8, 10), coupled, strict=True)] == [True] * 5


def test_a_page_that_fails_as_a_whole_keeps_the_others_and_holds_the_cursor_in_front_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ten_customers(world)
    third = names[4]
    world.crm.fail_on(
        "insert", Unreachable("No answer."), when=lambda call: third in {r.values["name"] for r in call.rows}
    )
    journal = Watching()
    with pytest.raises(Unreachable):
        run_with(world, monkeypatch, journal)
    monkeypatch.undo()
    keep_cursor(world)
    assert len(journal.cursors) == 2
    assert third not in accounts(world)
    assert world.run(TO_CRM, create=True).failed == 0
    assert accounts(world) == sorted(names)


def test_one_bad_row_never_fails_its_page(world: World) -> None:
    names = ten_customers(world)
    world.crm.fail_on("insert", Refused("No."), when=lambda call: call.rows[0].values["name"] == names[3])
    assert world.run(TO_CRM, create=True) == Counters(inserted=9, failed=1)
    assert [failure.label for failure in world.journal.failures] == [f"C00004 {names[3]}"]
    assert world.run(TO_CRM, create=True) == Counters(inserted=1)
    assert accounts(world) == sorted(names)


# --- stopped from outside ------------------------------------------------------------------------------------


def test_a_canceled_run_stops_between_pages_keeps_what_is_written_and_is_finished_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ten_customers(world)

    asked: list[int] = []

    class Stopping(MemoryJournal):
        def go_on(self) -> None:
            asked.append(1)
            if len(asked) == 3:
                raise Canceled

    journal = Stopping()
    with pytest.raises(Canceled):
        run_with(world, monkeypatch, journal)
    monkeypatch.undo()
    keep_cursor(world)
    assert 0 < len(accounts(world)) < 10
    world.run(TO_CRM, create=True)
    assert accounts(world) == sorted(names)


def test_a_run_that_lost_its_claim_writes_nothing_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ten_customers(world)
    ledger, pages = world.ledger(customer_rule()), []
    page = ledger.page

    def fenced() -> Any:
        pages.append(1)
        if len(pages) > 1:
            raise Fenced
        return page()

    monkeypatch.setattr(ledger, "page", fenced)
    with pytest.raises(Fenced):
        world.run(TO_CRM, create=True)
    assert len(accounts(world)) <= PAGE
    assert world.journal.position is None


def test_a_run_to_business_central_that_lost_its_claim_does_not_touch_its_rows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.crm.add("account", **account("Coho Winery"))

    def fenced() -> Never:
        raise Fenced

    monkeypatch.setattr(world.ledger(customer_rule()), "page", fenced)
    with pytest.raises(Fenced):
        world.run(TO_ERP, create=True)
    assert world.erp.ids("customer") == []


# --- overtaken -----------------------------------------------------------------------------------------------


def test_a_row_overtaken_twice_fails_and_is_taken_up_by_the_next_run(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, address="Main Street 5")
    overtaken = VersionConflict("Somebody changed the record in the meantime.")
    world.crm.fail_on("update", overtaken, times=2)
    assert world.run(TO_CRM) == Counters(failed=1)
    assert [failure.code for failure in world.journal.failures] == ["version-conflict"]
    assert world.run(TO_CRM) == Counters(modified=1)
    assert world.account_of(adatum).values["address1_line1"] == "Main Street 5"


def test_a_persons_edit_between_our_read_and_our_write_is_not_lost(world: World) -> None:
    adatum = world.synchronized()
    crm_id = world.pair(adatum).crm_id
    world.erp.edit("customer", adatum, address="Main Street 5")

    def types_meanwhile(call: Caller) -> bool:
        if world.crm.values("account", crm_id)["telephone1"] != "030 99":
            world.crm.edit("account", crm_id, telephone1="030 99")
        return False

    # The faults are looked at right before the row is written: after our read.
    world.crm.fail_on("update", Locked("never raised"), when=types_meanwhile)
    assert world.run(TO_CRM) == Counters(modified=1)
    world.run(TO_ERP)
    assert world.customer_of(adatum).values["phone_no"] == "030 99"
    assert world.account_of(adatum).values["address1_line1"] == "Main Street 5"


@pytest.mark.parametrize("first", [TO_CRM, TO_ERP])
def test_a_persons_edit_in_sales_survives_a_run_that_ended_right_after_its_write(
    world: World, first: Direction
) -> None:
    adatum = world.synchronized()
    world.crm.edit("account", world.pair(adatum).crm_id, telephone1="030 99")
    world.erp.edit("customer", adatum, address="Main Street 5")
    world.crm.fail_on("update", Unreachable("The answer was lost."), done=None)
    with pytest.raises(Unreachable):
        world.run(TO_CRM)
    for direction in (first, first.back, first):
        assert world.run(direction).failed == 0
    assert world.customer_of(adatum).values["phone_no"] == "030 99"
    assert world.account_of(adatum).values["telephone1"] == "030 99"
    assert world.account_of(adatum).values["address1_line1"] == "Main Street 5"


def test_locked_rows_fail_again_and_again_without_being_skipped(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, address="Main Street 5")
    world.crm.fail_on("update", Locked("The row is locked."), times=3)
    assert [world.run(TO_CRM).failed for _ in range(3)] == [1, 1, 1]
    assert world.run(TO_CRM) == Counters(modified=1)


def test_a_success_closes_the_errors_of_its_own_direction_only(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, address="Main Street 5")
    world.crm.fail_on("update", Refused("No."))
    world.run(TO_CRM)
    assert world.pair(adatum).to_crm == Outcome(Result.FAILURE, "refused")
    world.ids(TO_ERP, world.pair(adatum).crm_id)
    assert adatum not in world.journal.recovered
    assert world.pair(adatum).to_crm.result is Result.FAILURE
    world.run(TO_CRM)
    assert world.journal.recovered == [adatum]
    assert world.pair(adatum).to_crm.result is Result.SUCCESS
