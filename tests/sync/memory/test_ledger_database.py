"""What only the ledger in the database does: constraints, fences, the number of queries, the verbs of people."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection

from coupling.ledger import CouplingError
from integration.models import TableMapping
from integration.sync.memory.ledger import Fenced, Outcome, Pair, Result, SideWritten, State, Wait
from integration.sync.rules import Reference
from integration.systems.values import Side
from tests.sync.memory.ledgers import TO_CRM, Ledgers, coupled, kept

pytestmark = pytest.mark.django_db
REFUSED = Outcome(Result.SKIPPED, "refused")


@pytest.fixture
def ledgers() -> Ledgers:
    return Ledgers(database=True)


@pytest.fixture
def stored(ledgers: Ledgers) -> Any:
    return ledgers["CUSTOMER"]


def test_the_database_refuses_to_couple_one_sales_record_twice(stored: Any) -> None:
    first = coupled()
    stored.remember([first])
    with pytest.raises(IntegrityError), stored.page():
        stored.create(erp_id=uuid.uuid4(), crm_id=first.crm_id)


def test_a_run_that_lost_its_claim_cannot_begin_a_page(stored: Any) -> None:
    def lost() -> None:
        raise Fenced

    with pytest.raises(Fenced), stored.fenced(lost).page():
        pytest.fail("The page began.")


@pytest.mark.parametrize("number", [20, 400])
def test_a_page_costs_the_same_queries_for_twenty_and_for_four_hundred_pairs(
    stored: Any, number: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    many = [coupled() for _ in range(number)]
    looked = [replace(one, waits=frozenset({Wait(Side.CRM, "salesperson", uuid.uuid4())})) for one in many]
    savepoint = 2 * connection.features.has_select_for_update
    with django_assert_num_queries(1 + savepoint):
        stored.remember(many)
    with django_assert_num_queries(3 + savepoint):  # old waits go, new ones come
        stored.remember(looked)
    with django_assert_num_queries(1):
        assert len(stored.pairs(Side.ERP, [pair.erp_id for pair in many])) == number
    with django_assert_num_queries(1):
        stored.complete(many)
    with django_assert_num_queries(1):
        assert len(stored.resolve(Reference("customer", "account"), Side.ERP, {p.erp_id for p in many})) == number
    with django_assert_num_queries(1):
        assert list(stored.open(TO_CRM)) == []
    with django_assert_num_queries(1):
        assert list(stored.released(TO_CRM)) == []
    with django_assert_num_queries(2):  # once a ledger: which mappings are there beside this one?
        assert stored.held(Side.CRM, [pair.crm_id for pair in many]) == {}
    with django_assert_num_queries(1):
        assert stored.held(Side.CRM, [pair.crm_id for pair in many]) == {}


def test_who_holds_a_record_is_named_as_people_call_the_mapping(ledgers: Ledgers) -> None:
    fabrikam = coupled()
    ledgers["VENDOR"].remember([fabrikam])
    assert ledgers["CUSTOMER"].held(Side.CRM, [fabrikam.crm_id]) == {fabrikam.crm_id: "VENDOR"}


def test_a_column_that_is_written_besides_and_is_no_longer_mapped_is_owed_to_nobody(ledgers: Ledgers) -> None:
    pair = coupled()
    ledgers["CUSTOMER"].remember([pair])
    TableMapping.objects.get(name="CUSTOMER").fields.update(is_enabled=False)
    ledgers["SALESPEOPLE"].side_written([SideWritten(Side.CRM, "account", pair.crm_id, frozenset({"name"}))])
    assert not kept(ledgers["CUSTOMER"], pair).owed_erp


def test_nothing_is_owed_to_a_side_that_the_mapping_never_writes(ledgers: Ledgers) -> None:
    pair = coupled(seen_crm="1")
    ledgers["CUSTOMER"].remember([pair])
    TableMapping.objects.filter(name="CUSTOMER").update(direction="to_crm")
    ledgers["SALESPEOPLE"].side_written([SideWritten(Side.CRM, "account", pair.crm_id, frozenset({"name"}), "1", "2")])
    after = kept(ledgers["CUSTOMER"], pair)
    assert (after.owed_erp, after.owed_crm, after.seen_crm) == (False, False, "")


# --- verbs of people ----------------------------------------------------------------------------------------------


def test_looking_again_forgets_what_was_seen_of_every_pair_also_under_a_pass_on_its_way(stored: Any) -> None:
    read = coupled(seen_erp="1", seen_crm="2", agreed={"name:name": ("1", "1")})
    stored.remember([read, coupled(state=State.INTENDED)])
    assert stored.look_again() == 1
    assert kept(stored, read) == replace(read, seen_erp="", seen_crm="", raised=1)
    stored.remember([read])
    assert (kept(stored, read).seen_erp, kept(stored, read).seen_crm) == ("", "")


@pytest.mark.parametrize(("direction", "owed"), [("both", (True, True)), ("to_crm", (False, True))])
def test_what_somebody_asks_to_be_compared_is_owed_in_each_direction_of_the_mapping(
    stored: Any, direction: str, owed: tuple[bool, ...]
) -> None:
    TableMapping.objects.filter(name="CUSTOMER").update(direction=direction)
    ledger = TableMapping.objects.get(name="CUSTOMER").couplings
    pair, other = coupled(seen_erp="1"), coupled(seen_erp="1")
    ledger.remember([pair, other])
    ledger.owe([pair.erp_id])
    after = kept(ledger, pair)
    assert ((after.owed_erp, after.owed_crm), after.seen_erp, after.raised) == (owed, "", 1)
    assert kept(ledger, other) == other


def test_a_skipped_pair_is_taken_out_of_its_rest_in_the_direction_in_which_it_rests(stored: Any) -> None:
    pair = coupled(to_crm=REFUSED, to_erp=Outcome(Result.SUCCESS))
    other = coupled(to_erp=REFUSED)
    stored.remember([pair, other])
    assert stored.retry([pair.erp_id]) == 1
    after = kept(stored, pair)
    assert (after.to_crm, after.to_erp) == (Outcome(Result.FAILURE), Outcome(Result.SUCCESS))
    assert list(stored.open(TO_CRM)) == [pair.erp_id]
    assert stored.retry() == 1
    assert kept(stored, other).to_erp == Outcome(Result.FAILURE)


def test_two_records_coupled_by_hand_never_agreed_and_are_owed_both_ways(stored: Any) -> None:
    adatum, account = uuid.uuid4(), uuid.uuid4()
    stored.couple(adatum, account)
    expected = Pair(adatum, account, State.COUPLED, owed_erp=True, owed_crm=True)
    assert stored.pairs(Side.ERP, [adatum]) == {adatum: expected}


def test_coupling_anew_forgets_what_the_old_pair_agreed_and_waited_for(stored: Any) -> None:
    wait = Wait(Side.CRM, "salesperson", uuid.uuid4())
    before = coupled(agreed={"name:name": ("1", "1")}, waits=frozenset({wait}), owed_erp=True, to_crm=REFUSED)
    stored.remember([before])
    account = uuid.uuid4()
    stored.couple(before.erp_id, account)
    after = kept(stored, before)
    assert (after.crm_id, after.agreed, after.to_crm) == (account, {}, Outcome())
    assert list(stored.waited_for(TO_CRM, "salesperson")) == []


def test_a_sales_record_that_a_living_record_holds_is_not_coupled_with_another(stored: Any) -> None:
    held = coupled()
    stored.remember([held])
    with pytest.raises(CouplingError):
        stored.couple(uuid.uuid4(), held.crm_id)
    assert kept(stored, held) == held


def test_pairs_that_refer_to_a_record_which_is_coupled_anew_are_looked_at_once_more(ledgers: Ledgers) -> None:
    jim, user = uuid.uuid4(), uuid.uuid4()
    referring = coupled(seen_erp="1", agreed={"owner:ownerid": (str(jim), str(uuid.uuid4()))})
    other = coupled(seen_erp="1", agreed={"owner:ownerid": (str(uuid.uuid4()), "")})
    ledgers["CUSTOMER"].remember([referring, other])
    ledgers["SALESPEOPLE"].couple(jim, user)
    after = kept(ledgers["CUSTOMER"], referring)
    assert (after.owed_erp, after.owed_crm, after.seen_erp) == (True, True, "")
    assert kept(ledgers["CUSTOMER"], other) == other


def test_an_uncoupled_pair_is_gone_with_its_waits_and_only_coupled_ones_count(stored: Any) -> None:
    waits = frozenset({Wait(Side.CRM, "salesperson", uuid.uuid4())})
    pair, place = coupled(waits=waits), coupled(state=State.RESERVED)
    stored.remember([pair, place])
    assert stored.uncouple([pair.erp_id, place.erp_id]) == 1
    assert (kept(stored, pair), kept(stored, place)) == (None, None)
    assert list(stored.waited_for(TO_CRM, "salesperson")) == []
