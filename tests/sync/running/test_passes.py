"""How a pass goes on: pages in flight, cursors, interruptions, second rounds."""

from __future__ import annotations

import threading

import pytest

from integration.sync.engine import IN_FLIGHT, synchronize
from integration.sync.memory.ledger import Fenced, Outcome, Result, State
from integration.sync.reading.reader import IDS_AT_ONCE
from integration.sync.rules import Direction, Reference
from integration.sync.run import Canceled, Counters, Options, Scope
from integration.systems.errors import (
    ConfigurationProblem,
    FieldMissing,
    Locked,
    Refused,
    Unreachable,
    VersionConflict,
)
from integration.systems.values import Ref
from tests.makers import CUSTOMER_FIELDS, account, customer_rule, firms, pair
from tests.sync.world import TO_CRM, TO_ERP, MemoryJournal, World

PAGE = 2


@pytest.fixture
def world() -> World:
    """Pages of two rows."""
    made = World()
    made.erp.page_size = made.crm.page_size = PAGE
    return made


def ten_customers(world: World) -> list[str]:
    names = firms(10)
    for name in names:
        world.add_customer(name)
    return names


def accounts(world: World) -> list[object]:
    return sorted(world.crm.values("account", id)["name"] for id in world.crm.ids("account"))


def keep_cursor(world: World, direction: Direction = TO_CRM) -> None:
    """A run broke off: what its journal says is where the next one starts."""
    world.cursors["CUSTOMER", direction] = world.journal.position


class Watching(MemoryJournal):
    """A journal that is looked at each time a page is done."""

    def __init__(self, position=None, on_note=lambda journal: None, on_advance=lambda journal: None) -> None:
        super().__init__(position)
        self.cursors, self._on_note, self._on_advance = [], on_note, on_advance

    def note(self, counters, done) -> None:
        super().note(counters, done)
        self._on_note(self)

    def advance(self, cursor) -> None:
        super().advance(cursor)
        self.cursors.append(cursor)
        self._on_advance(self)


def run_with(world: World, monkeypatch, journal: MemoryJournal, direction: Direction = TO_CRM, **more) -> Counters:
    monkeypatch.setattr("tests.sync.world.MemoryJournal", lambda _position: journal)
    return world.run(direction, create=True, **more)


# --- pages in flight ----------------------------------------------------------------------------------------------


def test_pages_are_written_side_by_side_while_the_next_one_is_planned(world):
    ten_customers(world)
    together = threading.Barrier(IN_FLIGHT)

    def meets(call) -> bool:
        if call.table == "account" and not together.broken:
            together.wait(timeout=20)
        return False

    world.erp.page_size = 10 // IN_FLIGHT + 1
    world.crm.fail_on("insert", RuntimeError("never raised"), when=meets)
    assert world.run(TO_CRM, create=True) == Counters(inserted=10)


def test_never_more_pages_are_under_way_than_allowed(world):
    ten_customers(world)
    under_way, most, lock = 0, 0, threading.Lock()
    insert = world.crm.insert

    def counted(table, rows):
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


def test_cursors_advance_in_the_order_the_pages_were_read_and_only_after_the_page_is_remembered(world, monkeypatch):
    ten_customers(world)
    ledger = world.ledger(customer_rule())
    coupled: list[int] = []

    def look(journal: MemoryJournal) -> None:
        coupled.append(sum(partner.state is State.COUPLED for partner in ledger.rows.values()))

    journal = Watching(on_advance=look)
    run_with(world, monkeypatch, journal)
    positions = [int(cursor.split("-")[1]) for cursor in journal.cursors]
    assert positions == sorted(positions)
    assert [least <= there for least, there in zip((2, 4, 6, 8, 10), coupled, strict=True)] == [True] * 5


def test_a_page_that_fails_as_a_whole_keeps_the_others_and_holds_the_cursor_in_front_of_it(world, monkeypatch):
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


def test_one_bad_row_never_fails_its_page(world):
    names = ten_customers(world)
    world.crm.fail_on("insert", Refused("No."), when=lambda call: call.rows[0].values["name"] == names[3])
    assert world.run(TO_CRM, create=True) == Counters(inserted=9, failed=1)
    assert [failure.label for failure in world.journal.failures] == [names[3]]
    assert world.run(TO_CRM, create=True) == Counters(inserted=1)
    assert accounts(world) == sorted(names)


# --- stopped from outside -----------------------------------------------------------------------------------------


def test_a_canceled_run_stops_between_pages_keeps_what_is_written_and_is_finished_by_the_next(world, monkeypatch):
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


def test_a_run_that_lost_its_claim_writes_nothing_more(world, monkeypatch):
    ten_customers(world)
    ledger, pages = world.ledger(customer_rule()), []
    page = ledger.page

    def fenced():
        pages.append(1)
        if len(pages) > 1:
            raise Fenced
        return page()

    monkeypatch.setattr(ledger, "page", fenced)
    with pytest.raises(Fenced):
        world.run(TO_CRM, create=True)
    assert len(accounts(world)) <= PAGE
    assert world.journal.position is None


def test_a_run_to_business_central_that_lost_its_claim_does_not_touch_its_rows(world, monkeypatch):
    world.crm.add("account", **account("Coho Winery"))

    def fenced():
        raise Fenced

    monkeypatch.setattr(world.ledger(customer_rule()), "page", fenced)
    with pytest.raises(Fenced):
        world.run(TO_ERP, create=True)
    assert world.erp.ids("customer") == []


# --- overtaken ----------------------------------------------------------------------------------------------------


def test_a_row_overtaken_twice_fails_and_is_taken_up_by_the_next_run(world):
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, address="Main Street 5")
    overtaken = VersionConflict("Somebody changed the record in the meantime.")
    world.crm.fail_on("update", overtaken, times=2)
    assert world.run(TO_CRM) == Counters(failed=1)
    assert [failure.code for failure in world.journal.failures] == ["version-conflict"]
    assert world.run(TO_CRM) == Counters(modified=1)
    assert world.account_of(adatum).values["address1_line1"] == "Main Street 5"


def test_a_persons_edit_between_our_read_and_our_write_is_not_lost(world):
    adatum = world.synchronized()
    crm_id = world.partner(adatum).crm_id
    world.erp.edit("customer", adatum, address="Main Street 5")

    def types_meanwhile(call) -> bool:
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
def test_a_persons_edit_in_sales_survives_a_run_that_ended_right_after_its_write(world, first):
    adatum = world.synchronized()
    world.crm.edit("account", world.partner(adatum).crm_id, telephone1="030 99")
    world.erp.edit("customer", adatum, address="Main Street 5")
    world.crm.fail_on("update", Unreachable("The answer was lost."), done=None)
    with pytest.raises(Unreachable):
        world.run(TO_CRM)
    for direction in (first, first.back, first):
        assert world.run(direction).failed == 0
    assert world.customer_of(adatum).values["phone_no"] == "030 99"
    assert world.account_of(adatum).values["telephone1"] == "030 99"
    assert world.account_of(adatum).values["address1_line1"] == "Main Street 5"


def test_locked_rows_fail_again_and_again_without_being_skipped(world):
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, address="Main Street 5")
    world.crm.fail_on("update", Locked("The row is locked."), times=3)
    assert [world.run(TO_CRM).failed for _ in range(3)] == [1, 1, 1]
    assert world.run(TO_CRM) == Counters(modified=1)


def test_a_success_closes_the_errors_of_its_own_direction_only(world):
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, address="Main Street 5")
    world.crm.fail_on("update", Refused("No."))
    world.run(TO_CRM)
    assert world.partner(adatum).to_crm == Outcome(Result.FAILURE, "refused")
    world.ids(TO_ERP, world.partner(adatum).crm_id)
    assert adatum not in world.journal.recovered
    assert world.partner(adatum).to_crm.result is Result.FAILURE
    world.run(TO_CRM)
    assert world.journal.recovered == [adatum]
    assert world.partner(adatum).to_crm.result is Result.SUCCESS


# --- expired cursors ----------------------------------------------------------------------------------------------


def test_after_an_expired_cursor_everything_is_read_again_nothing_doubled_and_deletions_are_found(world):
    adatum, fabrikam = world.synchronized("Adatum"), world.synchronized("Fabrikam")
    gone = world.partner(fabrikam).crm_id
    world.crm.edit("account", world.partner(adatum).crm_id, telephone1="030 1")
    world.crm.remove("account", gone)
    world.crm.expire_cursors()
    assert world.run(TO_ERP, create=True) == Counters(modified=1, failed=1)
    assert [failure.code for failure in world.journal.failures] == ["twin-gone"]
    assert len(world.erp.ids("customer")) == 2
    assert world.run(TO_ERP) == Counters(skipped=1)


def test_after_an_expired_cursor_a_row_that_left_the_filter_is_not_taken_for_deleted(world):
    adatum = world.synchronized("Adatum")
    world.crm.filters_changes = True
    world.crm.edit("account", world.partner(adatum).crm_id, statecode=1)
    world.crm.expire_cursors()
    assert world.run(TO_ERP) == Counters()
    assert world.partner(adatum).state is State.COUPLED


# --- references into the own table --------------------------------------------------------------------------------

SELF = customer_rule(
    [*CUSTOMER_FIELDS, pair("bill_to_customer_no", "parentaccountid", reference=Reference("customer", "account"))]
)


def test_customers_that_refer_to_each_other_are_all_made_and_then_joined(world):
    adatum = world.add_customer("Adatum")
    fabrikam = world.add_customer("Fabrikam", bill_to_customer_no=Ref("customer", adatum))
    coho = world.add_customer("Coho Winery")
    world.erp.edit("customer", adatum, bill_to_customer_no=Ref("customer", coho))
    world.erp.edit("customer", coho, bill_to_customer_no=Ref("customer", coho))
    assert world.run(TO_CRM, SELF, create=True) == Counters(inserted=3)
    parent = {id: world.account_of(id).values["parentaccountid"] for id in (adatum, fabrikam, coho)}
    twin = {id: Ref("account", world.partner(id).crm_id) for id in parent}
    assert parent == {adatum: twin[coho], fabrikam: twin[adatum], coho: twin[coho]}
    world.both(SELF)
    assert world.both(SELF) == (Counters(), Counters())


def test_a_reference_to_a_customer_that_is_never_coupled_waits_after_the_second_round(world):
    blocked = world.add_customer("Litware")
    world.erp.edit("customer", blocked, blocked=3)
    world.add_customer("Adatum", bill_to_customer_no=Ref("customer", blocked))
    counters = world.run(TO_CRM, SELF, create=True)
    assert counters.failed == 1
    assert [failure.code for failure in world.journal.failures] == ["reference-not-coupled"]


def test_a_run_that_ends_before_the_second_round_leaves_the_reference_to_the_next(world):
    adatum = world.add_customer("Adatum")
    fabrikam = world.add_customer("Fabrikam")
    world.erp.edit("customer", adatum, bill_to_customer_no=Ref("customer", fabrikam))
    world.erp.fail_on("get", Unreachable("The power went."), when=lambda call: call.table == "customer")
    with pytest.raises(Unreachable):
        world.run(TO_CRM, SELF, create=True)
    keep_cursor(world)
    assert world.account_of(adatum).values["parentaccountid"] is None
    world.run(TO_CRM, SELF)
    assert world.account_of(adatum).values["parentaccountid"] == Ref("account", world.partner(fabrikam).crm_id)


def test_a_row_that_fails_in_the_first_round_is_not_tried_and_skipped_in_the_second(world):
    adatum = world.add_customer("Adatum")
    world.erp.edit("customer", adatum, bill_to_customer_no=Ref("customer", adatum))
    world.crm.fail_on("insert", Refused("No."), times=5)
    assert world.run(TO_CRM, SELF, create=True) == Counters(failed=1)
    assert not world.partner(adatum).skipped


# --- which rows ---------------------------------------------------------------------------------------------------


def test_a_run_of_single_records_touches_only_these_and_leaves_the_cursor_alone(world):
    adatum, fabrikam = world.synchronized("Adatum"), world.synchronized("Fabrikam")
    before = world.cursors["CUSTOMER", TO_CRM]
    for id in (adatum, fabrikam):
        world.erp.edit("customer", id, address="Main Street 5")
    assert world.ids(TO_CRM, adatum) == Counters(modified=1)
    assert world.cursors["CUSTOMER", TO_CRM] == before
    assert world.run(TO_CRM) == Counters(modified=1, unchanged=1)


@pytest.mark.scenario(
    "CRMEntitySynchTest.SplitTableFilterNothingToSplit", "CRMEntitySynchTest.SplitTableFilterIntoChunks"
)
@pytest.mark.parametrize(("number", "questions"), [(IDS_AT_ONCE, 1), (2 * IDS_AT_ONCE + 100, 3)])
def test_single_records_are_asked_for_in_chunks_and_all_synchronized(number, questions):
    world = World()
    ids = [world.add_customer(name) for name in firms(number)]
    assert world.ids(TO_CRM, *ids, create=True) == Counters(inserted=number)
    assert world.erp.calls["get"] == questions


def test_a_run_over_everything_says_beforehand_how_many_rows_there_are_and_comes_to_exactly_that(world):
    ten_customers(world)
    blocked = world.add_customer("Litware")
    world.erp.edit("customer", blocked, blocked=3)
    world.run(TO_CRM, scope=Scope.EVERYTHING, create=True)
    assert (world.journal.total, world.journal.done) == (10, 10)


def test_a_row_that_was_open_and_changed_as_well_is_counted_once(world):
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, address="Main Street 5")
    world.crm.fail_on("update", Refused("No."))
    world.run(TO_CRM)
    world.erp.edit("customer", adatum, address="Main Street 6")
    assert world.run(TO_CRM) == Counters(modified=1)


def test_a_row_committed_while_the_run_reads_is_seen_by_the_next(world):
    names = ten_customers(world)
    once = threading.Lock()  # several writers insert at the same time

    def arrives(call) -> bool:
        if call.table == "account" and once.acquire(blocking=False):
            world.add_customer("Wingtip Toys")
        return False

    world.crm.fail_on("insert", Unreachable("never raised"), when=arrives)
    world.run(TO_CRM, create=True)
    world.run(TO_CRM, create=True)
    assert accounts(world) == sorted([*names, "Wingtip Toys"])


# --- refused before it begins -------------------------------------------------------------------------------------


@pytest.mark.scenario("IntegrationTableSynchTest.CannotSynchAgainstMappingDirection")
@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_a_mapping_that_does_not_go_this_way_is_refused(world, direction):
    with pytest.raises(ConfigurationProblem, match="not configured to synchronize in this direction"):
        world.run(direction, customer_rule(direction=direction.back))


@pytest.mark.scenario("IntegrationTableSynchTest.SynchRecordsMustBeToOrFromIntegrationTable")
def test_systems_that_are_not_the_ends_of_the_direction_are_refused(world):
    world.erp, world.crm = world.crm, world.erp
    with pytest.raises(ConfigurationProblem, match="Source and destination do not match the direction of CUSTOMER"):
        synchronize(
            customer_rule(), TO_CRM, world.erp, world.crm, world.ledger(customer_rule()), world.journal, Options(),
            world.context,
        )  # fmt: skip


@pytest.mark.scenario("IntegrationTableSynchTest.MissingFieldMappingFailsHard")
def test_a_mapping_without_fields_is_refused(world):
    with pytest.raises(ConfigurationProblem, match="no enabled field mapping rows"):
        world.run(TO_CRM, customer_rule([]))


def test_a_mapped_field_that_is_gone_from_its_table_is_refused_by_name(world):
    with pytest.raises(FieldMissing, match=r"fax_no.*Customer"):
        world.run(TO_CRM, customer_rule([pair("fax_no", "telephone1")]))


def test_a_failure_of_the_other_system_during_planning_ends_the_run_and_keeps_what_was_written(world):
    names = ten_customers(world)
    world.erp.fail_on("changes", Unreachable("No answer."), when=lambda call: len(accounts(world)) > 0)
    with pytest.raises(Unreachable):
        world.run(TO_CRM, create=True)
    keep_cursor(world)
    world.run(TO_CRM, create=True)
    assert accounts(world) == sorted(names)
