"""The verbs beyond create, change and delete are listed, do what they say, and say what they do not do."""

from __future__ import annotations

import pytest

from integration.systems.errors import NotFound, Refused
from integration.systems.system import System
from tests.systems.contract.ground import NOWHERE, Contract, Ground, Rows, needs


class ActContract(Contract):
    def test_the_verbs_of_a_table_are_described(self, system: System, ground: Ground) -> None:
        actions = system.describe(ground.table).actions

        assert isinstance(actions, tuple)
        assert not ground.action or ground.action in actions

    def test_a_verb_does_what_it_says_and_changes_the_version(self, system: System, ground: Ground, rows: Rows) -> None:
        verb, id = needs(ground.action), rows.insert_one("Adatum")
        before = rows.get(id).version

        system.act(ground.table, id, verb)

        record = system.get(ground.table, [id], list(ground.acted))[id]
        assert dict(record.values) == dict(ground.acted)
        assert record.version != before

    def test_a_verb_on_a_row_that_is_not_there_says_so(self, system: System, ground: Ground) -> None:
        with pytest.raises(NotFound):
            system.act(ground.table, NOWHERE, needs(ground.action))

    def test_a_verb_that_is_not_described_is_refused_by_name(self, system: System, ground: Ground, rows: Rows) -> None:
        id = rows.insert_one("Adatum")
        before = rows.get(id)

        with pytest.raises(Refused, match="fly_away"):
            system.act(ground.table, id, "fly_away")

        assert rows.get(id) == before
