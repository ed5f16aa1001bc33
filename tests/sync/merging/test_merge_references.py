"""Values that the other side cannot express: references that are not coupled, options without an equal."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import pytest

from integration.sync.memory.halves import partnerless, unread
from integration.sync.merging.merge import Merged
from integration.sync.rules import ConflictPolicy, Direction, Reference
from integration.systems.values import Ref, Value, option_id
from tests.makers import field_rule
from tests.sync.deciding.table_of_truth import TO_CRM, TO_ERP, Row, written

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
SALESPEOPLE = Reference("salesperson", "systemuser")
FREIGHT = Reference("shipment_method", "account.address1_freighttermscode")
NAMES = {
    "owner": ("salesperson_code", "ownerid"),
    "terms": ("shipment_method_code", "address1_freighttermscode"),
}
JIM, ANNA, JIMS_USER, ANNAS_USER, FOB, CIF = (uuid.UUID(int=number) for number in range(1, 7))
TABLES = {TO_CRM: ("salesperson", "systemuser"), TO_ERP: ("systemuser", "salesperson")}
PEOPLE = {TO_CRM: ((JIM, ANNA), (JIMS_USER, ANNAS_USER)), TO_ERP: ((JIMS_USER, ANNAS_USER), (JIM, ANNA))}


class Owners:
    """A field that refers to people, seen from one direction: ``jim`` and ``anna`` on the source's side, ``their_jim``
    and ``their_anna`` on the twin's. ``coupled`` says who of them is."""

    def __init__(
        self, direction: Direction, policy: ConflictPolicy = ConflictPolicy.NONE, *, one_way: bool = False
    ) -> None:
        self.direction, self.policy = direction, policy
        self.ways = direction if one_way else Direction.BOTH
        here, there = TABLES[direction]
        (jim, anna), (their_jim, their_anna) = PEOPLE[direction]
        self.jim, self.anna = Ref(here, jim), Ref(here, anna)
        self.their_jim, self.their_anna = Ref(there, their_jim), Ref(there, their_anna)

    def row(
        self,
        source: Ref | None,
        twin: Ref | None,
        agreed: tuple[str, str] | None,
        coupled: Sequence[tuple[Ref, Ref]] = (),
        **more: Any,
    ) -> Row:
        """``coupled`` are pairs of (source, twin)."""
        forth = {SALESPEOPLE: {ours.id: theirs.id for ours, theirs in coupled}}
        back = {SALESPEOPLE: {theirs.id: ours.id for ours, theirs in coupled}}
        fields = [field_rule(*NAMES["owner"], self.ways, reference=SALESPEOPLE, clear_on_failed=True)]
        known = {} if agreed is None else {"owner": agreed}
        return Row(
            self.direction,
            {"owner": source},
            {"owner": twin},
            known,
            names=NAMES,
            rule={"fields": fields, "conflict": self.policy},
            resolved=forth,
            resolved_back=back,
            **more,
        )

    def merge(self, *args: Any, **more: Any) -> Merged:
        return self.row(*args, **more).merge()


def half(ref: Ref) -> str:
    return str(ref.id)


# --- no partner ---------------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_a_change_to_a_reference_without_partner_clears_the_twin_and_is_remembered_as_partnerless(
    direction: Direction,
) -> None:
    who = Owners(direction)
    row = who.row(who.anna, who.their_jim, (half(who.jim), half(who.their_jim)), [(who.jim, who.their_jim)])
    found = row.merge()
    assert written(found) == [None]
    assert row.halves(found.agreed, "owner") == (partnerless(half(who.anna)), unread(""))


@BOTH_WAYS
def test_a_reference_without_partner_is_no_change_while_it_has_none(direction: Direction) -> None:
    who = Owners(direction)
    found = who.merge(who.anna, None, (partnerless(half(who.anna)), ""))
    assert (found.changes, found.owes, found.conflicts) == ([], False, [])


@BOTH_WAYS
def test_a_reference_without_partner_goes_over_as_soon_as_it_is_coupled(direction: Direction) -> None:
    who = Owners(direction)
    row = who.row(who.anna, None, (partnerless(half(who.anna)), ""), [(who.anna, who.their_anna)])
    found = row.merge()
    assert written(found) == [who.their_anna]
    assert row.halves(found.agreed, "owner") == (half(who.anna), unread(half(who.their_anna)))


@BOTH_WAYS
def test_a_reference_of_the_twin_that_can_be_expressed_by_now_is_owed_to_the_source(direction: Direction) -> None:
    who = Owners(direction)
    agreed = ("", partnerless(half(who.their_anna)))
    assert not who.merge(None, who.their_anna, agreed).owes
    assert who.merge(None, who.their_anna, agreed, [(who.anna, who.their_anna)]).owes


@BOTH_WAYS
def test_what_the_twin_holds_beside_a_reference_without_partner_comes_over_when_somebody_chooses_it_there(
    direction: Direction,
) -> None:
    who = Owners(direction)
    found = who.merge(who.anna, who.their_jim, (partnerless(half(who.anna)), ""), [(who.jim, who.their_jim)])
    assert (found.changes, found.owes, found.conflicts) == ([], True, [])


@BOTH_WAYS
def test_a_one_way_reference_without_partner_leaves_alone_what_was_chosen_there(direction: Direction) -> None:
    who = Owners(direction, one_way=True)
    found = who.merge(who.anna, who.their_jim, (partnerless(half(who.anna)), ""))
    assert (found.changes, found.owes) == ([], False)


# --- never agreed -------------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_of_two_references_that_never_agreed_the_one_that_can_be_expressed_wins(direction: Direction) -> None:
    who = Owners(direction)
    jims, annas = [(who.jim, who.their_jim)], [(who.anna, who.their_anna)]
    assert written(who.merge(who.jim, who.their_anna, None, jims)) == [who.their_jim]
    found = who.merge(who.jim, who.their_anna, None, annas)
    assert (found.changes, found.owes, found.conflicts) == ([], True, [])


@BOTH_WAYS
def test_two_references_that_never_agreed_and_cannot_be_expressed_stay_as_they_are_and_wait(
    direction: Direction,
) -> None:
    who = Owners(direction)
    row = who.row(who.jim, who.their_anna, None)
    found = row.merge()
    assert (found.changes, found.owes, found.conflicts) == ([], False, [])
    assert row.halves(found.agreed, "owner") == (partnerless(half(who.jim)), partnerless(half(who.their_anna)))


@BOTH_WAYS
def test_a_reference_that_never_agreed_and_has_no_partner_beside_a_blank_one_waits_alone(direction: Direction) -> None:
    who = Owners(direction)
    row = who.row(who.jim, None, None)
    assert row.halves(row.merge().agreed, "owner") == (partnerless(half(who.jim)), "")
    back = who.row(None, who.their_anna, None)
    assert back.halves(back.merge().agreed, "owner") == ("", partnerless(half(who.their_anna)))


@BOTH_WAYS
def test_two_references_that_are_coupled_with_each_other_are_equal(direction: Direction) -> None:
    who = Owners(direction)
    row = who.row(who.jim, who.their_jim, None, [(who.jim, who.their_jim)])
    found = row.merge()
    assert (found.changes, found.owes) == ([], False)
    assert row.halves(found.agreed, "owner") == (half(who.jim), half(who.their_jim))


# --- both changed -------------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_two_new_references_that_cannot_be_expressed_are_no_conflict(direction: Direction) -> None:
    who = Owners(direction)
    row = who.row(who.anna, who.their_anna, (half(who.jim), half(who.their_jim)))
    found = row.merge()
    assert (found.changes, found.owes, found.conflicts) == ([], False, [])
    assert row.halves(found.agreed, "owner") == (partnerless(half(who.anna)), partnerless(half(who.their_anna)))


@BOTH_WAYS
def test_two_new_references_of_which_one_can_be_expressed_are_a_conflict(direction: Direction) -> None:
    who = Owners(direction)
    agreed = (half(who.jim), half(who.their_jim))
    found = who.merge(who.anna, None, agreed, [(who.anna, who.their_anna)])
    assert len(found.conflicts) == 1


# --- coupled with another one -------------------------------------------------------------------------------------


@BOTH_WAYS
def test_a_reference_that_is_coupled_with_another_record_by_now_is_settled_by_the_policy(direction: Direction) -> None:
    who = Owners(direction)
    agreed = (half(who.jim), half(who.their_anna))
    coupled = [(who.jim, who.their_jim), (who.anna, who.their_anna)]
    wins = ConflictPolicy.SEND if direction is TO_CRM else ConflictPolicy.GET
    loses = ConflictPolicy.GET if direction is TO_CRM else ConflictPolicy.SEND
    assert len(who.merge(who.jim, who.their_anna, agreed, coupled).conflicts) == 1
    assert written(Owners(direction, wins).merge(who.jim, who.their_anna, agreed, coupled)) == [who.their_jim]
    assert Owners(direction, loses).merge(who.jim, who.their_anna, agreed, coupled).owes


@BOTH_WAYS
def test_a_reference_of_which_only_one_side_is_still_coupled_goes_from_there(direction: Direction) -> None:
    who = Owners(direction)
    agreed = (half(who.jim), half(who.their_anna))
    assert written(who.merge(who.jim, who.their_anna, agreed, [(who.jim, who.their_jim)])) == [who.their_jim]
    assert who.merge(who.jim, who.their_anna, agreed, [(who.anna, who.their_anna)]).owes
    neither = who.merge(who.jim, who.their_anna, agreed)
    assert (neither.changes, neither.owes, neither.conflicts) == ([], False, [])


@BOTH_WAYS
def test_a_one_way_reference_that_is_coupled_with_another_record_by_now_is_written(direction: Direction) -> None:
    who = Owners(direction, one_way=True)
    agreed = (half(who.jim), half(who.their_anna))
    assert written(who.merge(who.jim, who.their_anna, agreed, [(who.jim, who.their_jim)])) == [who.their_jim]


# --- options ------------------------------------------------------------------------------------------------------


def terms(
    source: Value, twin: Value, agreed: dict[str, tuple[str, str]], coupled: dict[uuid.UUID, uuid.UUID] | None = None
) -> Row:
    fields = [field_rule(*NAMES["terms"], reference=FREIGHT)]
    return Row(
        TO_CRM,
        {"terms": source},
        {"terms": twin},
        agreed,
        names=NAMES,
        rule={"fields": fields},
        resolved={FREIGHT: coupled or {}},
        resolved_back={FREIGHT: {theirs: ours for ours, theirs in (coupled or {}).items()}},
    )


def test_an_option_without_an_equal_leaves_what_the_twin_holds_and_is_remembered_as_partnerless() -> None:
    fob, cif = Ref("shipment_method", FOB), Ref("shipment_method", CIF)
    row = terms(cif, 1, {"terms": (half(fob), "1")}, {FOB: option_id(FREIGHT.crm_table, 1)})
    found = row.merge()
    assert (found.changes, found.owes) == ([], False)
    assert row.halves(found.agreed, "terms") == (partnerless(half(cif)), "1")


def test_an_option_without_an_equal_goes_over_once_it_has_one() -> None:
    cif = Ref("shipment_method", CIF)
    row = terms(cif, 1, {"terms": (partnerless(half(cif)), "1")}, {CIF: option_id(FREIGHT.crm_table, 2)})
    assert written(row.merge()) == [2]


def test_a_team_as_owner_is_left_alone_in_both_directions() -> None:
    team = Ref("team", uuid.uuid4())
    fields = [field_rule(*NAMES["owner"], reference=SALESPEOPLE)]
    resolved = {SALESPEOPLE: {JIM: JIMS_USER}}
    row = Row(
        TO_ERP,
        {"owner": team},
        {"owner": Ref("salesperson", JIM)},
        {"owner": (str(JIMS_USER), str(JIM))},
        names=NAMES,
        rule={"fields": fields},
        resolved={SALESPEOPLE: {JIMS_USER: JIM}},
        resolved_back=resolved,
    )
    found = row.merge()
    assert (found.changes, row.halves(found.agreed, "owner")) == ([], (partnerless(str(team.id)), str(JIM)))
