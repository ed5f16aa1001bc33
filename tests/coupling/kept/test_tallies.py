"""How many couplings there are of each kind, kept by the database."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from coupling.models import Coupling, Tally
from coupling.tallies import KINDS, repair
from coupling.triggers import install
from integration.models import TableMapping
from integration.sync.memory.ledger import Outcome, Pair, Result, State

RESTING, FAILED = Outcome(Result.SKIPPED, "refused"), Outcome(Result.FAILURE, "refused")
Change = Callable[[TableMapping, Pair], object]


def tally(mapping: TableMapping) -> dict[str, int]:
    """What is kept, without zeros; it has to be what counting says."""
    assert repair() == 0
    kept = Tally.objects.filter(mapping=mapping).values(*KINDS).first() or {}
    return {kind: number for kind, number in kept.items() if number}


def coupled() -> Pair:
    return Pair(uuid.uuid4(), uuid.uuid4(), State.COUPLED)


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (lambda of, pair: None, {"coupled": 1}),
        (lambda of, pair: of.couplings.remember([pair, coupled()]), {"coupled": 2}),
        (lambda of, pair: of.couplings.remember([Pair(uuid.uuid4(), uuid.uuid4())]), {"coupled": 1}),
        (lambda of, pair: of.couplings.remember([replace(pair, to_crm=RESTING)]), {"coupled": 1, "resting": 1}),
        (
            lambda of, pair: of.couplings.remember([replace(pair, to_crm=RESTING, to_erp=FAILED)]),
            {"coupled": 1, "resting": 1, "failed": 1},
        ),
        (
            lambda of, pair: of.couplings.remember([replace(pair, to_erp=Outcome(Result.WAITING))]),
            {"coupled": 1, "waiting": 1},
        ),
        (lambda of, pair: of.couplings.remember([replace(pair, state=State.RESERVED)]), {}),
        (lambda of, pair: of.couplings.uncouple([pair.erp_id]), {}),
        (lambda of, pair: Coupling.objects.all().delete(), {}),
        (lambda of, pair: Coupling.objects.update(to_crm_result="failure"), {"coupled": 1, "failed": 1}),
        (lambda of, pair: Coupling.objects.update(owed_crm=True, seen_erp="7"), {"coupled": 1}),
    ],
)
def test_whoever_changes_couplings_changes_their_number(
    mapping: TableMapping, change: Change, kept: dict[str, int]
) -> None:
    pair = coupled()
    mapping.couplings.remember([pair])
    change(mapping, pair)
    assert tally(mapping) == kept


def test_a_pair_that_is_tried_again_rests_no_more(mapping: TableMapping) -> None:
    mapping.couplings.remember([replace(coupled(), to_crm=RESTING)])
    mapping.couplings.retry()
    assert tally(mapping) == {"coupled": 1, "failed": 1}


def test_a_mapping_goes_with_its_couplings_and_their_number(mapping: TableMapping) -> None:
    mapping.couplings.remember([coupled()])
    mapping.delete()
    assert not Tally.objects.exists()


def test_a_wrong_number_is_put_right_by_counting(mapping: TableMapping) -> None:
    mapping.couplings.remember([coupled()])
    Tally.objects.update(coupled=7, resting=2)
    assert repair() == 1
    assert tally(mapping) == {"coupled": 1}


def test_making_the_triggers_anew_counts_nothing_twice(mapping: TableMapping) -> None:
    install()
    mapping.couplings.remember([coupled()])
    assert tally(mapping) == {"coupled": 1}
