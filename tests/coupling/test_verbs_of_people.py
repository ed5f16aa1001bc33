"""What people do to the couplings of a mapping, in the ledger itself: retry, look again, couple, uncouple, erase."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from coupling.commands.erase import erase
from coupling.models import RESTS, CouplingError, Wait
from integration.models import AuditEntry, RecordChange, SyncError, SyncJob
from integration.models.mapping.table_mapping import TableMapping
from integration.sync.memory.halves import plain
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.sync.memory.ledger import Wait as Waited
from integration.sync.rules import Direction
from integration.sync.run import Failure
from integration.systems.values import Side

FAILED, RESTING = Outcome(Result.FAILURE, "refused"), Outcome(Result.SKIPPED, "refused")
ONE, TWO, THREE = (uuid.UUID(int=n) for n in (1, 2, 3))
THERE = {ONE: uuid.UUID(int=11), TWO: uuid.UUID(int=12), THREE: uuid.UUID(int=13)}


def pair(id: uuid.UUID = ONE, **more: Any) -> Pair:
    return Pair(id, THERE[id], more.pop("state", State.COUPLED), **more)


@pytest.fixture
def ledger(mapping: TableMapping) -> Any:
    return mapping.couplings


def stored(ledger: Any, id: uuid.UUID = ONE) -> Pair:
    return ledger.get(erp_id=id).pair


@pytest.mark.parametrize(
    ("to_crm", "to_erp", "expected"),
    [
        (RESTING, RESTING, (Result.FAILURE, Result.FAILURE)),
        (RESTING, FAILED, (Result.FAILURE, Result.FAILURE)),
        (FAILED, RESTING, (Result.FAILURE, Result.FAILURE)),
        (RESTING, Outcome(Result.SUCCESS), (Result.FAILURE, Result.SUCCESS)),
    ],
)
def test_a_retried_pair_rests_no_more_and_what_went_well_stays_so(
    ledger: Any, to_crm: Outcome, to_erp: Outcome, expected: tuple[Result, ...]
) -> None:
    ledger.remember([pair(to_crm=to_crm, to_erp=to_erp)])

    assert ledger.retry() == 1

    found = stored(ledger)
    assert (found.to_crm.result, found.to_erp.result) == expected
    assert not ledger.filter(RESTS).exists()


def test_only_the_chosen_pairs_are_retried_and_counted(ledger: Any) -> None:
    ledger.remember([pair(id, to_crm=RESTING) for id in (ONE, TWO)] + [pair(THREE)])

    assert ledger.retry([ONE, THREE]) == 1
    assert set(ledger.filter(RESTS).values_list("erp_id", flat=True)) == {TWO}
    assert ledger.retry([]) == 0


def test_looking_again_forgets_versions_of_coupled_pairs_and_nothing_that_was_agreed(ledger: Any) -> None:
    agreed = {"name:name": (plain("Adatum"), plain("Adatum"))}
    ledger.remember([pair(seen_erp="1", seen_crm="2", agreed=agreed), pair(TWO, state=State.RESERVED, seen_erp="1")])

    assert ledger.look_again() == 1

    assert (stored(ledger).seen_erp, stored(ledger).seen_crm, stored(ledger).agreed) == ("", "", agreed)
    assert stored(ledger, TWO).seen_erp == "1"
    assert stored(ledger).raised == 1


@pytest.mark.parametrize(
    ("direction", "owed"), [("both", (True, True)), ("to_crm", (False, True)), ("to_erp", (True, False))]
)
def test_a_pair_is_owed_to_the_sides_that_its_mapping_carries_to(
    mapping: TableMapping, direction: str, owed: tuple[bool, ...]
) -> None:
    mapping.direction = direction
    mapping.couplings.remember([pair(seen_erp="1", seen_crm="2")])

    mapping.couplings.owe([ONE])

    found = stored(mapping.couplings)
    assert (found.owed_erp, found.owed_crm) == owed
    assert (found.seen_erp, found.seen_crm, found.raised) == ("", "", 1)


def test_an_account_that_a_living_customer_holds_is_not_taken_and_a_dead_one_gives_way(ledger: Any) -> None:
    ledger.remember([pair()])

    with pytest.raises(CouplingError, match="already coupled with another record"):
        ledger.couple(TWO, THERE[ONE])
    assert stored(ledger) == pair(waits=None)

    ledger.couple(TWO, THERE[ONE], alive=lambda _side, held: held != ONE)
    assert list(ledger.values_list("erp_id", "crm_id")) == [(TWO, THERE[ONE])]


def test_a_customer_coupled_anew_leaves_its_former_account_and_place(ledger: Any) -> None:
    ledger.remember([pair(), pair(TWO, state=State.RESERVED)])

    ledger.couple(ONE, THERE[TWO])

    assert list(ledger.values_list("erp_id", "crm_id", "state")) == [(ONE, THERE[TWO], State.COUPLED.value)]


def test_pairs_that_refer_to_a_record_coupled_anew_are_looked_at_again(ledger: Any) -> None:
    agreed = {"parent:parentaccountid": (plain(str(TWO)), plain(str(THERE[TWO])))}
    ledger.remember([pair(agreed=agreed, seen_erp="1"), pair(THREE, seen_erp="1")])

    ledger.couple(TWO, THERE[TWO])

    assert (stored(ledger).owed_crm, stored(ledger).seen_erp) == (True, "")
    assert (stored(ledger, THREE).owed_crm, stored(ledger, THREE).seen_erp) == (False, "1")


def test_only_coupled_pairs_count_as_uncoupled_and_places_and_waits_go_with_them(ledger: Any) -> None:
    wait = Waited(Side.CRM, "salesperson", THREE)
    ledger.remember([pair(waits=frozenset({wait})), pair(TWO, state=State.RESERVED)])
    assert Wait.objects.count() == 1

    assert ledger.uncouple([ONE, TWO, THREE]) == 1

    assert (ledger.count(), Wait.objects.count()) == (0, 0)


def log(mapping: TableMapping, erp_id: uuid.UUID | None = None, crm_id: uuid.UUID | None = None) -> None:
    job = SyncJob.objects.create(mapping=mapping, direction="to_crm")
    SyncError.objects.log(job, [Failure(Direction.TO_CRM, erp_id, crm_id, "refused", "No.", "Adatum")])


@pytest.mark.parametrize("side", list(Side))
def test_erasing_a_person_clears_what_is_remembered_on_both_sides_and_of_nobody_else(
    mapping: TableMapping, side: Side
) -> None:
    agreed = {"name:name": (plain("Helen"), plain("Helen"))}
    mapping.couplings.remember([pair(agreed=agreed, seen_erp="1"), pair(TWO, agreed=agreed)])
    log(mapping, ONE)
    log(mapping, None, THERE[ONE])
    log(mapping, TWO)

    erased = erase(side, ONE if side is Side.ERP else THERE[ONE])

    assert (erased.agreed, erased.errors, erased.changes, erased.planned) == (1, 2, 0, 0)
    found = stored(mapping.couplings)
    assert (found.agreed, found.seen_erp, found.state, found.raised) == ({}, "", State.COUPLED, 1)
    assert stored(mapping.couplings, TWO).agreed == agreed
    assert list(SyncError.objects.values_list("erp_id", flat=True)) == [TWO]
    assert not RecordChange.objects.exists()


def test_erasing_is_recorded_with_the_id_and_how_much_and_never_with_a_value(mapping: TableMapping) -> None:
    mapping.couplings.remember([pair(agreed={"name:name": (plain("Helen"), plain("Helen"))})])

    erase(Side.ERP, ONE)

    entry = AuditEntry.objects.get(action=AuditEntry.Action.ERASED)
    assert entry.subject == f"erp {ONE}"
    assert entry.after["done"].startswith("Cleared: agreed values of 1 coupling(s), 0 change(s), 0 error(s)")
    assert "Helen" not in f"{entry.before} {entry.after}"


def test_erasing_what_nobody_remembers_clears_nothing_and_fails_not(mapping: TableMapping) -> None:
    erased = erase(Side.CRM, THREE)

    assert (erased.agreed, erased.changes, erased.errors, erased.planned) == (0, 0, 0, 0)
