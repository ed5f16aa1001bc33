"""What a person couples or uncouples while a page is under way stands: on both ledgers."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from integration.sync.memory.ledger import KEPT, Ledger, Pair, State, Wait
from integration.systems.values import Side
from tests.sync.memory.ledgers import coupled, kept, ledger, ledgers

__all__ = ["ledger", "ledgers"]


def read(ledger: Ledger, pair: Pair) -> Pair:
    """The pair as a run has it that has read it from the ledger."""
    ledger.remember([pair])
    found = kept(ledger, pair)
    assert found is not None
    return found


def coupled_with(ledger: Ledger, pair: Pair, crm_id: uuid.UUID) -> Pair:
    """What a person does: the old pair goes, and there is another one."""
    ledger.forget([pair])
    anew = replace(coupled(erp_id=pair.erp_id, crm_id=crm_id), owed_erp=True, owed_crm=True)
    assert ledger.remember([anew]) == []
    return anew


def test_a_pair_that_was_coupled_with_another_record_meanwhile_is_not_stored_and_told(ledger: Ledger) -> None:
    adatum, litware = read(ledger, coupled()), read(ledger, coupled())
    anew = coupled_with(ledger, adatum, uuid.uuid4())
    looked = [replace(one, seen_erp="2", owed_erp=False) for one in (adatum, litware)]
    assert ledger.remember(looked) == [looked[0]]
    assert kept(ledger, adatum) == anew
    assert kept(ledger, litware) == looked[1]


def test_a_pair_that_was_coupled_with_the_same_record_anew_owes_what_it_owes(ledger: Ledger) -> None:
    adatum = read(ledger, coupled(agreed={"name:name": ("Adatum", "Adatum")}))
    anew = coupled_with(ledger, adatum, adatum.crm_id)
    assert ledger.remember([replace(adatum, seen_erp="2")])
    assert kept(ledger, adatum) == anew


@pytest.mark.parametrize("stored_as", ["read", "intended"])
def test_a_pair_that_was_uncoupled_meanwhile_does_not_come_back(ledger: Ledger, stored_as: str) -> None:
    adatum = read(ledger, coupled(state=State.INTENDED))
    ledger.forget([adatum])
    wait = Wait(Side.CRM, "salesperson", uuid.uuid4())
    late = replace(adatum, waits=frozenset({wait}), stored_as=adatum.stored_as if stored_as == "read" else KEPT)
    assert ledger.remember([late]) == [late]
    assert kept(ledger, adatum) is None
    assert ledger.complete([late]) == [late]


def test_a_new_pair_is_not_stored_over_one_that_somebody_coupled_meanwhile(ledger: Ledger) -> None:
    adatum = read(ledger, coupled())
    for new in (coupled(erp_id=adatum.erp_id), coupled(crm_id=adatum.crm_id)):
        assert ledger.remember([new]) == [new]
    assert kept(ledger, adatum) == adatum
    assert ledger.coupled() == 1


def test_a_run_stores_what_has_come_of_its_own_new_pair_and_of_a_place_set_aside(ledger: Ledger) -> None:
    place = read(ledger, coupled(state=State.RESERVED))
    fresh = coupled(state=State.INTENDED)
    assert ledger.remember([fresh, replace(place, state=State.INTENDED)]) == []
    made = [replace(one, state=State.COUPLED, stored_as=KEPT) for one in (fresh, place)]
    assert ledger.remember(made) == []
    assert [kept(ledger, one) for one in made] == made


def test_what_a_run_forgets_is_its_own_pair_and_not_the_one_of_a_person(ledger: Ledger) -> None:
    adatum = read(ledger, coupled())
    anew = coupled_with(ledger, adatum, uuid.uuid4())
    ledger.forget([adatum])
    assert kept(ledger, adatum) == anew
    assert ledger.complete([adatum]) == [adatum]
