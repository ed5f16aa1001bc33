"""What every ledger does: the one in memory and the one in the database."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import pytest

from integration.sync.memory.halves import DECIDED, DEFAULT, partnerless, unread
from integration.sync.memory.ledger import InFlight, Outcome, Pair, Result, State, Wait
from integration.sync.memory.pair_states import is_open
from integration.sync.rules import Reference
from integration.systems.values import Side
from tests.sync.memory.ledgers import TO_CRM, TO_ERP, Ledgers, coupled, kept, ledger, ledgers

__all__ = ["ledger", "ledgers"]

SALESPEOPLE = Reference("salesperson", "systemuser")
FULL = Pair(
    uuid.uuid4(),
    uuid.uuid4(),
    State.COUPLED,
    "0000002A",
    'W/"4711"',
    {
        "name:name": ("Adatum", unread("Adatum")),
        "city:address1_city": ("Zürich", "ZÜRICH"),
        "no:number": (DECIDED, "7"),
        "fax:fax": ("", DEFAULT),
    },
    owed_erp=True,
    to_crm=Outcome(Result.SKIPPED, "refused"),
    to_erp=Outcome(Result.FAILURE, "locked"),
    in_flight=InFlight(Side.ERP, {"name:name": ("Fabrikam", "Fabrikam"), "fax:fax": ("1", "+1")}),
)


def test_a_pair_is_found_from_both_sides_exactly_as_it_was_remembered(ledger: Any) -> None:
    ledger.remember([FULL])
    assert ledger.pairs(Side.ERP, [FULL.erp_id, uuid.uuid4()]) == {FULL.erp_id: FULL}
    assert ledger.pairs(Side.CRM, [FULL.crm_id]) == {FULL.crm_id: FULL}


def test_nobody_asked_for_is_nobody_found(ledger: Any) -> None:
    ledger.remember([FULL])
    assert ledger.pairs(Side.ERP, []) == {}


def test_remembering_again_replaces_what_was_known_of_a_place_set_aside(ledger: Any) -> None:
    ledger.remember([replace(FULL, state=State.RESERVED)])
    changed = Pair(FULL.erp_id, uuid.uuid4(), State.INTENDED, "2", "3", {"name:name": ("Fabrikam", "Fabrikam")})
    assert ledger.remember([changed]) == []
    assert kept(ledger, FULL) == changed
    assert ledger.pairs(Side.CRM, [FULL.crm_id]) == {}


def test_more_pairs_than_one_statement_takes_are_remembered_and_found(ledger: Any) -> None:
    many = [coupled() for _ in range(1200)]
    ledger.remember(many)
    assert (len(ledger.pairs(Side.CRM, [pair.crm_id for pair in many])), ledger.coupled()) == (1200, 1200)
    ledger.forget(many[:1100])
    assert len(ledger.pairs(Side.ERP, [pair.erp_id for pair in many])) == 100


def test_completing_an_intended_pair_changes_nothing_else_about_it(ledger: Any) -> None:
    intended = replace(FULL, state=State.INTENDED)
    ledger.remember([intended])
    ledger.complete([intended])
    assert kept(ledger, FULL) == FULL


def test_completing_a_pair_that_somebody_uncoupled_meanwhile_does_no_harm(ledger: Any) -> None:
    ledger.complete([coupled()])
    assert ledger.coupled() == 0


def test_a_forgotten_pair_is_gone_and_forgetting_it_twice_is_fine(ledger: Any) -> None:
    ledger.remember([FULL])
    ledger.forget([FULL])
    ledger.forget([FULL])
    assert kept(ledger, FULL) is None


@pytest.mark.parametrize(
    ("what", "opens"),
    [
        ({}, set()),
        ({"owed_crm": True}, {TO_CRM}),
        ({"owed_erp": True}, {TO_ERP}),
        ({"owed_erp": True, "owed_crm": True}, {TO_CRM, TO_ERP}),
        ({"state": State.INTENDED}, {TO_CRM, TO_ERP}),
        ({"in_flight": InFlight(Side.CRM, {})}, {TO_CRM}),
        ({"in_flight": InFlight(Side.ERP, {"name:name": ("1", "1")})}, {TO_ERP}),
        ({"to_crm": Outcome(Result.FAILURE, "refused")}, {TO_CRM}),
        ({"to_erp": Outcome(Result.WAITING, "reference-not-coupled")}, {TO_ERP}),
        ({"to_crm": Outcome(Result.SUCCESS)}, set()),
        ({"to_crm": Outcome(Result.LEFT_OUT, "left-out")}, set()),
        ({"to_crm": Outcome(Result.SKIPPED, "refused")}, set()),
        ({"to_crm": Outcome(Result.SKIPPED, "refused"), "owed_crm": True, "owed_erp": True}, {TO_ERP}),
        ({"state": State.INTENDED, "to_crm": Outcome(Result.SKIPPED, "refused")}, {TO_ERP}),
        ({"state": State.RESERVED, "to_crm": Outcome(Result.FAILURE, "refused")}, {TO_CRM}),
        ({"state": State.RESERVED, "owed_erp": True}, {TO_ERP}),
        ({"state": State.RESERVED}, set()),
        ({"agreed": {"name:name": (partnerless("x"), "")}}, set()),
    ],
)
def test_what_is_open_for_a_direction_is_listed_by_its_source_id(
    ledger: Any, what: dict[str, Any], opens: set[Any]
) -> None:
    pair = coupled(**what)
    ledger.remember([pair, coupled()])
    for direction in (TO_CRM, TO_ERP):
        assert list(ledger.open(direction)) == ([pair.id(direction.source)] if direction in opens else [])
        assert is_open(pair, direction) is (direction in opens)


def test_references_are_resolved_through_the_ledger_of_the_other_mapping(ledgers: Ledgers) -> None:
    jim, coming = coupled(), coupled(state=State.INTENDED)
    ledgers["SALESPEOPLE"].remember([jim, coming])
    asked = ledgers["CUSTOMER"].resolve(SALESPEOPLE, Side.ERP, {jim.erp_id, coming.erp_id, uuid.uuid4()})
    assert asked == {jim.erp_id: jim.crm_id}
    assert ledgers["CUSTOMER"].resolve(SALESPEOPLE, Side.CRM, {jim.crm_id}) == {jim.crm_id: jim.erp_id}
    assert ledgers["CUSTOMER"].resolve(Reference("item", "product"), Side.ERP, {jim.erp_id}) == {}


def test_one_mapping_does_not_see_the_pairs_of_another(ledgers: Ledgers) -> None:
    ledgers["SALESPEOPLE"].remember([FULL])
    assert kept(ledgers["CUSTOMER"], FULL) is None
    ledgers["CUSTOMER"].forget([FULL])
    assert kept(ledgers["SALESPEOPLE"], FULL) == FULL


def test_coupled_pairs_that_a_full_read_did_not_show_are_named_and_unfinished_ones_are_not(ledger: Any) -> None:
    seen, gone, coming = coupled(), coupled(), coupled(state=State.INTENDED)
    ledger.remember([seen, gone, coming])
    for side in Side:
        assert ledger.unseen(side, {seen.id(side)}) == [gone]


def test_all_coupled_pairs_come_in_pages_and_unfinished_ones_do_not(ledger: Any) -> None:
    many = [coupled() for _ in range(600)]
    ledger.remember([*many, coupled(state=State.INTENDED), coupled(state=State.RESERVED)])
    listed = [pair for page in ledger.pages() for pair in page]
    assert sorted(pair.erp_id for pair in listed) == sorted(pair.erp_id for pair in many)


def test_a_page_that_breaks_off_leaves_no_trace(ledger: Any) -> None:
    waits = frozenset({Wait(Side.CRM, "salesperson", uuid.uuid4())})
    ledger.remember([replace(FULL, to_crm=Outcome(), waits=waits)])
    before = kept(ledger, FULL)

    def half_a_page() -> None:
        with ledger.page():
            ledger.forget([FULL])
            ledger.remember([coupled()])
            raise RuntimeError("The power went.")

    with pytest.raises(RuntimeError):
        half_a_page()
    assert ledger.unseen(Side.ERP, ()) == [before]
    assert len(list(ledger.waited_for(TO_CRM, "salesperson"))) == 1


def test_a_named_pair_keeps_all_else_that_is_remembered_of_it(ledgers: Ledgers) -> None:
    ledger, other = ledgers["CUSTOMER"], ledgers["SALESPEOPLE"]
    jim, real = coupled(), uuid.uuid4()
    wait = Wait(Side.CRM, "salesperson", jim.erp_id)
    pair = replace(FULL, state=State.INTENDED, to_crm=Outcome(Result.WAITING), waits=frozenset({wait}))
    ledger.remember([pair])
    ledger.identify(Side.ERP, {pair.erp_id: real, uuid.uuid4(): uuid.uuid4()})
    assert kept(ledger, pair) is None
    assert ledger.pairs(Side.ERP, [real])[real] == replace(pair, erp_id=real, waits=None)
    other.remember([jim])
    assert list(ledger.released(TO_CRM)) == [real]
    ledger.identify(Side.CRM, {pair.crm_id: jim.crm_id})
    assert ledger.pairs(Side.ERP, [real])[real].crm_id == jim.crm_id


def test_a_pair_that_has_its_real_id_already_may_be_named_again(ledger: Any) -> None:
    ledger.remember([FULL])
    ledger.identify(Side.ERP, {FULL.erp_id: FULL.erp_id})
    assert kept(ledger, FULL) == FULL


def test_intended_pairs_come_with_the_moment_they_were_stored(ledger: Any) -> None:
    before = dt.datetime.now(dt.UTC)
    intended = replace(FULL, state=State.INTENDED)
    ledger.remember([intended, coupled()])
    [(pair, since)] = ledger.intended()
    assert pair == intended
    assert before <= since <= dt.datetime.now(dt.UTC)
