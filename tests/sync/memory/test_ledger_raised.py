"""A flag that somebody raises while a pass is on its way is never lost: on both ledgers."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from integration.sync.memory.halves import DECIDED, unread
from integration.sync.memory.ledger import InFlight, Outcome, Pair, Result, SideWritten, State
from integration.systems.values import Side
from tests.sync.memory.ledgers import TABLES, Ledgers, coupled, kept, ledger, ledgers

__all__ = ["ledger", "ledgers"]

SIDES = pytest.mark.parametrize("side", list(Side))


def write(side: Side, pair: Pair, *columns: str, seen: str = "1", version: str = "2") -> SideWritten:
    table = TABLES["CUSTOMER"][0 if side is Side.ERP else 1]
    return SideWritten(side, table, pair.id(side), frozenset(columns), seen, version)


def besides(ledgers: Ledgers, pair: Pair, *writes: SideWritten) -> Pair:
    """The pair of customers after another mapping wrote its rows besides."""
    ledgers["CUSTOMER"].remember([pair])
    with ledgers["SALESPEOPLE"].page():
        ledgers["SALESPEOPLE"].side_written(writes)
    return kept(ledgers["CUSTOMER"], pair)


# --- raised -------------------------------------------------------------------------------------------------------


def test_a_pass_that_read_a_pair_before_somebody_raised_a_flag_clears_no_debt_and_has_seen_nothing(
    ledgers: Ledgers,
) -> None:
    read = coupled(owed_crm=True, seen_erp="1", seen_crm="1")
    besides(ledgers, read, write(Side.CRM, read, "name"))
    paid = replace(read, owed_crm=False, seen_erp="2", seen_crm="2", to_crm=Outcome(Result.SUCCESS))
    ledgers["CUSTOMER"].remember([replace(paid, agreed={"name:name": ("1", "1")})])
    after = kept(ledgers["CUSTOMER"], read)
    assert (after.owed_erp, after.owed_crm) == (True, True)
    assert (after.seen_erp, after.seen_crm, after.raised) == ("", "", 1)
    assert (after.agreed, after.to_crm) == ({"name:name": ("1", "1")}, Outcome(Result.SUCCESS))


def test_a_conflict_decided_while_a_pass_is_on_its_way_stays_decided(ledgers: Ledgers) -> None:
    read = coupled(agreed={"name:name": ("1", "1"), "city:city": ("a", "a")})
    decided = replace(read, agreed={**read.agreed, "name:name": (DECIDED, "1")})
    besides(ledgers, decided, write(Side.CRM, decided, "city"))
    begun = InFlight(Side.CRM, {"city:city": ("b", "b")})
    ledgers["CUSTOMER"].remember([replace(read, in_flight=begun)])
    assert kept(ledgers["CUSTOMER"], read).in_flight == begun
    ledgers["CUSTOMER"].remember([replace(read, agreed={**read.agreed, "city:city": ("b", "b")})])
    after = kept(ledgers["CUSTOMER"], read)
    assert (after.agreed["name:name"], after.in_flight) == ((DECIDED, "1"), begun)


def test_what_a_pass_itself_owes_adds_up_with_what_was_raised(ledgers: Ledgers) -> None:
    read = coupled()
    besides(ledgers, read, write(Side.CRM, read, "name"))
    ledgers["CUSTOMER"].remember([replace(read, owed_crm=True)])
    after = kept(ledgers["CUSTOMER"], read)
    assert (after.owed_erp, after.owed_crm) == (True, True)


def test_a_pass_that_read_the_pair_behind_the_flag_pays_the_debt(ledgers: Ledgers) -> None:
    pair = coupled()
    read = besides(ledgers, pair, write(Side.CRM, pair, "name"))
    ledgers["CUSTOMER"].remember([replace(read, owed_erp=False, seen_erp="3", seen_crm="3")])
    after = kept(ledgers["CUSTOMER"], pair)
    assert (after.owed_erp, after.seen_erp, after.seen_crm, after.raised) == (False, "3", "3", 1)


def test_what_one_pair_was_raised_by_is_no_matter_to_another_of_the_same_page(ledgers: Ledgers) -> None:
    adatum, fabrikam = coupled(owed_crm=True), coupled(owed_crm=True)
    ledgers["CUSTOMER"].remember([fabrikam])
    besides(ledgers, adatum, write(Side.ERP, adatum, "name"))
    ledgers["CUSTOMER"].remember([replace(one, owed_crm=False, seen_erp="9") for one in (adatum, fabrikam)])
    assert kept(ledgers["CUSTOMER"], adatum).owed_crm
    assert kept(ledgers["CUSTOMER"], fabrikam) == replace(fabrikam, owed_crm=False, seen_erp="9")


# --- written besides ----------------------------------------------------------------------------------------------


@SIDES
def test_a_row_written_besides_is_seen_in_its_new_version_where_the_old_one_was(ledgers: Ledgers, side: Side) -> None:
    pair = coupled(seen_erp="1", seen_crm="1")
    after = besides(ledgers, pair, write(side, pair, "primarycontactid"))
    assert after == replace(pair.with_seen(side, "2"), raised=1)


@SIDES
@pytest.mark.parametrize(("seen", "version"), [("9", "10"), ("1", ""), ("", "2")], ids=["an edit", "untold", "unread"])
def test_a_row_written_besides_over_something_else_is_not_seen_and_owed_to_nobody(
    ledgers: Ledgers, side: Side, seen: str, version: str
) -> None:
    pair = coupled(seen_erp="1", seen_crm="1")
    after = besides(ledgers, pair, write(side, pair, "primarycontactid", seen=seen, version=version))
    assert after == replace(pair.with_seen(side, ""), raised=1)


@SIDES
def test_a_mapped_column_written_besides_is_owed_to_the_other_side_as_anybodys_edit_is(
    ledgers: Ledgers, side: Side
) -> None:
    pair = coupled(seen_erp="1", seen_crm="1", agreed={"name:name": ("Adatum", "Adatum")})
    after = besides(ledgers, pair, write(side, pair, "name", "primarycontactid"))
    assert after == replace(pair.with_seen(side, "").with_owed(side.other, True), raised=1)


@SIDES
def test_a_write_besides_keeps_what_the_pair_had_to_carry(ledgers: Ledgers, side: Side) -> None:
    pair = coupled(owed_erp=True, owed_crm=True, to_crm=Outcome(Result.WAITING, "reference-not-coupled"))
    after = besides(ledgers, pair, write(side, pair, "name"))
    assert (after.owed_erp, after.owed_crm, after.to_crm) == (True, True, pair.to_crm)


def test_two_writes_besides_are_counted_and_the_second_one_is_seen_behind_the_first(ledgers: Ledgers) -> None:
    pair = coupled(seen_crm="1")
    first = write(Side.CRM, pair, "primarycontactid")
    after = besides(ledgers, pair, first, replace(first, seen="2", version="3"))
    assert (after.seen_crm, after.raised) == ("3", 2)


def test_what_was_unread_of_a_row_written_besides_counts_as_it_was_written(ledgers: Ledgers) -> None:
    pair = coupled(agreed={"name:name": ("Adatum", unread("Adatum"))})
    after = besides(ledgers, pair, write(Side.CRM, pair, "primarycontactid"))
    assert after.agreed == {"name:name": ("Adatum", "Adatum")}


def test_every_mapping_that_holds_the_row_is_owed_it_and_those_of_other_tables_are_not(ledgers: Ledgers) -> None:
    adatum, vendor = coupled(), coupled()
    vendor = replace(vendor, crm_id=adatum.crm_id, state=State.RESERVED)
    jim = replace(coupled(), crm_id=adatum.crm_id)
    ledgers["VENDOR"].remember([vendor])
    ledgers["SALESPEOPLE"].remember([jim])
    assert besides(ledgers, adatum, write(Side.CRM, adatum, "name")).owed_erp
    assert kept(ledgers["VENDOR"], vendor).owed_erp
    assert kept(ledgers["SALESPEOPLE"], jim) == jim


def test_a_row_that_nobody_coupled_may_be_written_besides(ledgers: Ledgers) -> None:
    ledgers["SALESPEOPLE"].side_written([SideWritten(Side.CRM, "account", uuid.uuid4(), frozenset({"name"}), "1", "2")])
    assert ledgers["CUSTOMER"].coupled() == 0
