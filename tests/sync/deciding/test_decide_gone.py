"""The truth table for pairs of which one record, or both, are gone."""

from __future__ import annotations

import pytest

from integration.sync.actions import Fail, Insert, Restore, SourceDeleted, Uncouple
from integration.sync.direction import Direction
from integration.sync.rules import DeletionPolicy
from tests.sync.deciding.table_of_truth import TO_CRM, TO_ERP, Row

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
AGREED = {"phone": "1", "city": "Berlin"}


@BOTH_WAYS
def test_a_twin_that_is_gone_fails_is_made_anew_or_uncouples_as_the_policy_says(direction: Direction) -> None:
    failing = Row(direction, AGREED, None, AGREED).decide()
    assert isinstance(failing, Fail)
    assert failing.problem.code == "twin-gone"
    restoring = Row(direction, AGREED, None, AGREED, rule={"deletion": DeletionPolicy.RESTORE})
    restored = restoring.decide()
    assert isinstance(restored, Insert)
    assert restored.replaces == restoring.coupling
    assert restored.pair.id(direction.destination) != restoring.coupling.id(direction.destination)
    removed = Row(direction, AGREED, None, AGREED, rule={"deletion": DeletionPolicy.REMOVE}).decide()
    assert isinstance(removed, Uncouple)
    assert removed.counted


@BOTH_WAYS
def test_a_source_that_is_gone_breaks_the_coupling_comes_back_or_uncouples_as_the_policy_says(
    direction: Direction,
) -> None:
    broken = Row(direction, twin=AGREED).deleted()
    assert isinstance(broken, SourceDeleted)
    assert broken.problem.code == "twin-gone"
    restoring = Row(direction, twin=AGREED, rule={"deletion": DeletionPolicy.RESTORE})
    restored = restoring.deleted()
    assert isinstance(restored, Restore)
    replacement = restored.replacement
    assert (replacement.owed(direction.source), replacement.owed(direction.destination)) == (True, False)
    assert replacement.id(direction.destination) == restoring.coupling.id(direction.destination)
    assert isinstance(Row(direction, twin=AGREED, rule={"deletion": DeletionPolicy.REMOVE}).deleted(), Uncouple)


@BOTH_WAYS
def test_a_source_that_is_gone_cannot_come_back_where_the_mapping_has_no_way_back(direction: Direction) -> None:
    row = Row(direction, twin=AGREED, rule={"deletion": DeletionPolicy.RESTORE, "direction": direction})
    assert isinstance(row.deleted(), SourceDeleted)


@BOTH_WAYS
@pytest.mark.parametrize("policy", list(DeletionPolicy))
def test_when_both_are_gone_the_coupling_goes_silently_under_any_policy(
    direction: Direction, policy: DeletionPolicy
) -> None:
    action = Row(direction, twin=None, rule={"deletion": policy}).deleted()
    assert isinstance(action, Uncouple)
    assert not action.counted
