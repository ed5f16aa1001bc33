"""What pairs wait for, who holds a record already: on both ledgers."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from integration.sync.memory.halves import partnerless
from integration.sync.memory.ledger import Outcome, Pair, Result, State, Wait
from integration.sync.rules import Direction
from integration.systems.values import Side
from tests.sync.memory.ledgers import TO_CRM, TO_ERP, Ledgers, coupled, kept, ledger, ledgers, salesperson

__all__ = ["ledger", "ledgers"]

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])


def waiting(direction: Direction, *pairs: Pair, **more: Any) -> Pair:
    """A customer whose pass in this direction waits for these salespeople."""
    return coupled(waits=frozenset(salesperson(direction, pair) for pair in pairs), **more)


def released(ledgers: Ledgers, direction: Direction) -> list[uuid.UUID]:
    return list(ledgers["CUSTOMER"].released(direction))


def waited_for(ledgers: Ledgers, direction: Direction) -> set[uuid.UUID]:
    table = "salesperson" if direction is TO_CRM else "systemuser"
    return set(ledgers["CUSTOMER"].waited_for(direction, table))


@BOTH_WAYS
def test_a_pair_is_released_when_the_record_it_waits_for_is_coupled_and_only_in_that_direction(
    ledgers: Ledgers, direction: Direction
) -> None:
    jim = coupled(state=State.INTENDED)
    adatum = waiting(direction, jim)
    ledgers["CUSTOMER"].remember([adatum, coupled()])
    ledgers["SALESPEOPLE"].remember([jim])
    assert (released(ledgers, direction), waited_for(ledgers, direction)) == ([], {jim.id(direction.source)})
    ledgers["SALESPEOPLE"].complete([jim])
    assert (released(ledgers, direction), waited_for(ledgers, direction)) == ([adatum.id(direction.source)], set())
    assert released(ledgers, direction.back) == []


@BOTH_WAYS
def test_a_wait_that_is_stored_behind_the_coupling_it_waits_for_is_released_all_the_same(
    ledgers: Ledgers, direction: Direction
) -> None:
    jim = coupled()
    ledgers["SALESPEOPLE"].remember([jim])
    adatum = waiting(direction, jim)
    ledgers["CUSTOMER"].remember([adatum])
    assert released(ledgers, direction) == [adatum.id(direction.source)]


@BOTH_WAYS
def test_a_pair_that_waits_for_several_records_is_released_by_the_first_of_them(
    ledgers: Ledgers, direction: Direction
) -> None:
    jim, linda = coupled(), coupled(state=State.RESERVED)
    adatum = waiting(direction, jim, linda)
    ledgers["CUSTOMER"].remember([adatum])
    ledgers["SALESPEOPLE"].remember([jim, linda])
    assert released(ledgers, direction) == [adatum.id(direction.source)]
    assert waited_for(ledgers, direction) == {linda.id(direction.source)}


@BOTH_WAYS
def test_a_record_that_is_not_written_yet_has_waits_too(ledgers: Ledgers, direction: Direction) -> None:
    jim = coupled()
    ledgers["SALESPEOPLE"].remember([jim])
    place = waiting(direction, jim, state=State.RESERVED)
    ledgers["CUSTOMER"].remember([place])
    assert released(ledgers, direction) == [place.id(direction.source)]


@BOTH_WAYS
def test_a_skipped_pair_is_released_by_nobody_and_waits_in_its_other_direction_all_the_same(
    ledgers: Ledgers, direction: Direction
) -> None:
    jim = coupled()
    ledgers["SALESPEOPLE"].remember([jim])
    both = frozenset({salesperson(TO_CRM, jim), salesperson(TO_ERP, jim)})
    adatum = coupled(waits=both).with_outcome(direction, Outcome(Result.SKIPPED, "refused"))
    ledgers["CUSTOMER"].remember([adatum])
    assert released(ledgers, direction) == []
    assert released(ledgers, direction.back) == [adatum.id(direction.back.source)]


@BOTH_WAYS
def test_who_waits_for_a_record_is_named_by_table_and_id(ledgers: Ledgers, direction: Direction) -> None:
    jim, linda = coupled(), coupled()
    adatum, fabrikam = waiting(direction, jim), waiting(direction, linda)
    ledgers["CUSTOMER"].remember([adatum, fabrikam])
    wait = salesperson(direction, jim)
    asked = ledgers["CUSTOMER"].waiting(direction, wait.table, [wait.id])
    assert list(asked) == [adatum.id(direction.source)]
    assert list(ledgers["CUSTOMER"].waiting(direction, "currency", [wait.id])) == []
    assert list(ledgers["CUSTOMER"].waiting(direction.back, wait.table, [wait.id])) == []
    assert list(ledgers["CUSTOMER"].waiting(direction, wait.table, [])) == []


def test_every_look_writes_the_waits_anew_and_a_look_that_found_out_nothing_leaves_them(ledgers: Ledgers) -> None:
    jim, linda = coupled(), coupled()
    agreed = {"owner:ownerid": (partnerless(str(jim.erp_id)), "")}
    adatum = waiting(TO_CRM, jim, agreed=agreed)
    ledgers["CUSTOMER"].remember([adatum])
    stored = kept(ledgers["CUSTOMER"], adatum)
    assert stored.waits is None
    ledgers["CUSTOMER"].remember([replace(stored, seen_erp="2")])
    assert waited_for(ledgers, TO_CRM) == {jim.erp_id}
    ledgers["CUSTOMER"].remember([replace(stored, waits=frozenset({salesperson(TO_CRM, linda)}))])
    assert waited_for(ledgers, TO_CRM) == {linda.erp_id}
    ledgers["CUSTOMER"].remember([replace(stored, waits=frozenset(), agreed={})])
    assert waited_for(ledgers, TO_CRM) == set()


def test_the_waits_of_a_pair_go_though_nothing_else_about_it_says_that_it_had_some(ledgers: Ledgers) -> None:
    jim = coupled()
    ledgers["SALESPEOPLE"].remember([jim])
    failed = Outcome(Result.FAILURE, "conflict")
    adatum = waiting(TO_CRM, jim, agreed={"name:name": ("Adatum", "Adatum")}, to_crm=failed)
    ledgers["CUSTOMER"].remember([adatum])
    ledgers["CUSTOMER"].remember([replace(kept(ledgers["CUSTOMER"], adatum), waits=frozenset())])
    assert released(ledgers, TO_CRM) == []


def test_the_waits_of_a_forgotten_pair_go_with_it(ledgers: Ledgers) -> None:
    jim = coupled()
    adatum, fabrikam = waiting(TO_CRM, jim), waiting(TO_CRM, jim)
    ledgers["SALESPEOPLE"].remember([jim])
    ledgers["CUSTOMER"].remember([adatum, fabrikam])
    ledgers["CUSTOMER"].forget([adatum])
    assert released(ledgers, TO_CRM) == [fabrikam.erp_id]


def test_what_one_mapping_waits_for_is_no_business_of_another(ledgers: Ledgers) -> None:
    jim = coupled()
    ledgers["SALESPEOPLE"].remember([jim])
    ledgers["CUSTOMER"].remember([waiting(TO_CRM, jim)])
    assert list(ledgers["VENDOR"].released(TO_CRM)) == []


def test_a_pair_waits_for_an_option_by_the_name_of_its_column(ledgers: Ledgers) -> None:
    option = Wait(Side.ERP, "account.paymenttermscode", uuid.uuid4())
    adatum = coupled(waits=frozenset({option}))
    ledgers["CUSTOMER"].remember([adatum])
    assert list(ledgers["CUSTOMER"].waited_for(TO_ERP, option.table)) == [option.id]
    assert list(ledgers["CUSTOMER"].waiting(TO_ERP, option.table, [option.id])) == [adatum.crm_id]


def test_what_is_released_is_asked_apart_from_what_is_open(ledgers: Ledgers) -> None:
    jim = coupled()
    ledgers["SALESPEOPLE"].remember([jim])
    ledgers["CUSTOMER"].remember([waiting(TO_CRM, jim)])
    assert list(ledgers["CUSTOMER"].open(TO_CRM)) == []


# --- who holds a record -------------------------------------------------------------------------------------------


def test_an_account_that_another_mapping_couples_is_held_there_and_a_reserved_one_is_free(ledgers: Ledgers) -> None:
    fabrikam, coming, aside = coupled(), coupled(state=State.INTENDED), coupled(state=State.RESERVED)
    ledgers["VENDOR"].remember([fabrikam, coming, aside])
    asked = [fabrikam.crm_id, coming.crm_id, aside.crm_id, uuid.uuid4()]
    assert set(ledgers["CUSTOMER"].held(Side.CRM, asked)) == {fabrikam.crm_id, coming.crm_id}
    assert all(ledgers["CUSTOMER"].held(Side.CRM, asked).values())


def test_neither_the_own_mapping_nor_one_of_another_table_holds_a_record(ledgers: Ledgers) -> None:
    fabrikam, jim = coupled(), coupled()
    ledgers["VENDOR"].remember([fabrikam])
    ledgers["SALESPEOPLE"].remember([jim])
    assert ledgers["VENDOR"].held(Side.CRM, [fabrikam.crm_id]) == {}
    assert ledgers["CUSTOMER"].held(Side.ERP, [fabrikam.erp_id]) == {}
    assert ledgers["CUSTOMER"].held(Side.CRM, [jim.crm_id]) == {}
    assert ledgers["CUSTOMER"].held(Side.CRM, []) == {}
