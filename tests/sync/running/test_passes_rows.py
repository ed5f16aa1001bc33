"""Which rows a pass reads: expired cursors, references into the own table, single records, refusals."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from integration.sync.direction import Direction
from integration.sync.engine import synchronize
from integration.sync.memory.ledger import Result, State
from integration.sync.reading.reader import IDS_AT_ONCE
from integration.sync.rules import Reference
from integration.sync.run import Counters, Options, Scope
from integration.systems.errors import (
    ConfigurationProblem,
    FieldMissing,
    Refused,
    Unreachable,
)
from integration.systems.values import Page, Ref
from tests.makers import CUSTOMER_FIELDS, customer_rule, field_rule, firms
from tests.sandbox.conftest import Caller
from tests.sync.running.passes import accounts, keep_cursor, ten_customers, world
from tests.sync.world import TO_CRM, TO_ERP, World

__all__ = ["world"]


# --- expired cursors -----------------------------------------------------------------------------------------


def test_after_an_expired_cursor_everything_is_read_again_nothing_doubled_and_deletions_are_found(world: World) -> None:
    adatum, fabrikam = world.synchronized("Adatum"), world.synchronized("Fabrikam")
    gone = world.pair(fabrikam).crm_id
    world.crm.edit("account", world.pair(adatum).crm_id, telephone1="030 1")
    world.crm.remove("account", gone)
    world.crm.expire_cursors()
    assert world.run(TO_ERP, create=True) == Counters(modified=1, failed=1)
    assert [failure.code for failure in world.journal.failures] == ["twin-gone"]
    assert len(world.erp.ids("customer")) == 2
    assert world.run(TO_ERP) == Counters(skipped=1)


def test_after_an_expired_cursor_a_row_that_left_the_filter_is_not_taken_for_deleted(world: World) -> None:
    adatum = world.synchronized("Adatum")
    world.crm.filters_changes = True
    world.crm.edit("account", world.pair(adatum).crm_id, statecode=1)
    world.crm.expire_cursors()
    assert world.run(TO_ERP) == Counters()
    assert world.pair(adatum).state is State.COUPLED


# --- references into the own table ---------------------------------------------------------------------------

SELF = customer_rule(
    [*CUSTOMER_FIELDS, field_rule("bill_to_customer_no", "parentaccountid", reference=Reference("customer", "account"))]
)


def test_customers_that_refer_to_each_other_are_all_made_and_then_joined(world: World) -> None:
    adatum = world.add_customer("Adatum")
    fabrikam = world.add_customer("Fabrikam", bill_to_customer_no=Ref("customer", adatum))
    coho = world.add_customer("Coho Winery")
    world.erp.edit("customer", adatum, bill_to_customer_no=Ref("customer", coho))
    world.erp.edit("customer", coho, bill_to_customer_no=Ref("customer", coho))
    assert world.run(TO_CRM, SELF, create=True) == Counters(inserted=3)
    parent = {id: world.account_of(id).values["parentaccountid"] for id in (adatum, fabrikam, coho)}
    twin = {id: Ref("account", world.pair(id).crm_id) for id in parent}
    assert parent == {adatum: twin[coho], fabrikam: twin[adatum], coho: twin[coho]}
    world.both(SELF)
    assert world.both(SELF) == (Counters(), Counters())


def test_a_reference_to_a_customer_that_is_never_coupled_waits_after_the_second_round(world: World) -> None:
    blocked = world.add_customer("Litware")
    world.erp.edit("customer", blocked, blocked=3)
    world.add_customer("Adatum", bill_to_customer_no=Ref("customer", blocked))
    counters = world.run(TO_CRM, SELF, create=True)
    assert counters.failed == 1
    assert [failure.code for failure in world.journal.failures] == ["reference-not-coupled"]


def test_a_run_that_ends_before_the_second_round_leaves_the_reference_to_the_next(world: World) -> None:
    adatum = world.add_customer("Adatum")
    fabrikam = world.add_customer("Fabrikam")
    world.erp.edit("customer", adatum, bill_to_customer_no=Ref("customer", fabrikam))
    world.erp.fail_on("get", Unreachable("The power went."), when=lambda call: call.table == "customer")
    with pytest.raises(Unreachable):
        world.run(TO_CRM, SELF, create=True)
    keep_cursor(world)
    assert world.account_of(adatum).values["parentaccountid"] is None
    world.run(TO_CRM, SELF)
    assert world.account_of(adatum).values["parentaccountid"] == Ref("account", world.pair(fabrikam).crm_id)


def test_a_row_that_fails_in_the_first_round_is_not_tried_and_skipped_in_the_second(world: World) -> None:
    adatum = world.add_customer("Adatum")
    world.erp.edit("customer", adatum, bill_to_customer_no=Ref("customer", adatum))
    world.crm.fail_on("insert", Refused("No."), times=5)
    assert world.run(TO_CRM, SELF, create=True) == Counters(failed=1)
    assert not world.pair(adatum).skipped


# --- which rows ----------------------------------------------------------------------------------------------


def test_a_run_of_single_records_touches_only_these_and_leaves_the_cursor_alone(world: World) -> None:
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
def test_single_records_are_asked_for_in_chunks_and_all_synchronized(number: int, questions: int) -> None:
    world = World()
    ids = [world.add_customer(name) for name in firms(number)]
    assert world.ids(TO_CRM, *ids, create=True) == Counters(inserted=number)
    assert world.erp.calls["get"] == questions


def test_a_run_over_everything_says_beforehand_how_many_rows_there_are_and_comes_to_exactly_that(world: World) -> None:
    ten_customers(world)
    blocked = world.add_customer("Litware")
    world.erp.edit("customer", blocked, blocked=3)
    world.run(TO_CRM, scope=Scope.EVERYTHING, create=True)
    assert (world.journal.total, world.journal.done) == (10, 10)


def test_a_row_that_was_open_and_changed_as_well_is_counted_once(world: World) -> None:
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, address="Main Street 5")
    world.crm.fail_on("update", Refused("No."))
    world.run(TO_CRM)
    world.erp.edit("customer", adatum, address="Main Street 6")
    assert world.run(TO_CRM) == Counters(modified=1)


def test_a_row_committed_while_the_run_reads_is_seen_by_the_next(world: World) -> None:
    names = ten_customers(world)
    once = threading.Lock()  # several writers insert at the same time

    def arrives(call: Caller) -> bool:
        if call.table == "account" and once.acquire(blocking=False):
            world.add_customer("Wingtip Toys")
        return False

    world.crm.fail_on("insert", Unreachable("never raised"), when=arrives)
    world.run(TO_CRM, create=True)
    world.run(TO_CRM, create=True)
    assert accounts(world) == sorted([*names, "Wingtip Toys"])


# --- refused before it begins --------------------------------------------------------------------------------


@pytest.mark.scenario("IntegrationTableSynchTest.CannotSynchAgainstMappingDirection")
@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_a_mapping_that_does_not_go_this_way_is_refused(world: World, direction: Direction) -> None:
    with pytest.raises(ConfigurationProblem, match="not configured to synchronize in this direction"):
        world.run(direction, customer_rule(direction=direction.back))


@pytest.mark.scenario("IntegrationTableSynchTest.SynchRecordsMustBeToOrFromIntegrationTable")
def test_systems_that_are_not_the_ends_of_the_direction_are_refused(world: World) -> None:
    world.erp, world.crm = world.crm, world.erp
    with pytest.raises(ConfigurationProblem, match="Source and destination do not match the direction of CUSTOMER"):
        synchronize(
            customer_rule(), TO_CRM, world.erp, world.crm, world.ledger(customer_rule()), world.journal, Options(),
            world.context,
        )  # fmt: skip


@pytest.mark.scenario("IntegrationTableSynchTest.MissingFieldMappingFailsHard")
def test_a_mapping_without_fields_is_refused(world: World) -> None:
    with pytest.raises(ConfigurationProblem, match="no enabled field mapping rows"):
        world.run(TO_CRM, customer_rule([]))


def test_a_mapped_field_that_is_gone_from_its_table_is_refused_by_name(world: World) -> None:
    with pytest.raises(FieldMissing, match=r"fax_no.*Customer"):
        world.run(TO_CRM, customer_rule([field_rule("fax_no", "telephone1")]))


def test_a_failure_of_the_other_system_during_planning_ends_the_run_and_keeps_what_was_written(world: World) -> None:
    names = ten_customers(world)
    world.erp.fail_on("changes", Unreachable("No answer."), when=lambda call: len(accounts(world)) > 0)
    with pytest.raises(Unreachable):
        world.run(TO_CRM, create=True)
    keep_cursor(world)
    world.run(TO_CRM, create=True)
    assert accounts(world) == sorted(names)


def test_a_row_that_comes_again_while_it_is_being_written_is_judged_by_what_came_of_that(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    adatum = world.add_customer("Adatum")
    anna = world.erp.add("salesperson", code="AL", name="Anna Lidman")
    world.crm.fail_on("insert", Refused("Not today."))
    assert world.run(TO_CRM, create=True) == Counters(failed=1)
    reading, is_read = world.erp.changes, threading.Event()

    def edited_meanwhile(*arguments: Any, **more: Any) -> Iterator[Page]:
        """Its account is being made when Adatum gets a salesperson who is nobody in Sales."""
        world.erp.edit("customer", adatum, salesperson_code=Ref("salesperson", anna))
        for page in reading(*arguments, **more):
            is_read.set()
            yield page

    monkeypatch.setattr(world.erp, "changes", edited_meanwhile)
    world.crm.fail_on("insert", Unreachable("never raised"), when=lambda call: not is_read.wait(10))
    assert world.run(TO_CRM) == Counters(inserted=1, failed=1)

    pair = world.pair(adatum)
    assert (pair.state, pair.to_crm.result) == (State.COUPLED, Result.WAITING)
    assert pair.agreed["name:name"], "what was written is remembered"
