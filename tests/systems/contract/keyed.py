"""Rows are found by a number of theirs while they are written."""

from __future__ import annotations

import uuid
from typing import cast

import pytest

from integration.systems.errors import InvalidValue
from integration.systems.system import KeyedSystem, System
from integration.systems.values import Row
from tests.systems.contract.ground import Contract, Ground, Rows, needs


class UpsertContract(Contract):
    @pytest.fixture
    def keyed(self, system: System, ground: Ground) -> KeyedSystem:
        needs(ground.key)
        return cast(KeyedSystem, system)

    def test_a_number_nobody_has_makes_a_row(self, keyed: KeyedSystem, ground: Ground, rows: Rows) -> None:
        row = rows.row("Adatum", **{ground.key: rows.mark})

        answer = keyed.upsert(ground.table, [ground.key], [row])[0]

        assert answer.ok
        assert rows.get(answer.id).values[ground.name] == f"{rows.mark} Adatum"

    def test_a_number_somebody_has_changes_that_row_and_tells_its_id(
        self, keyed: KeyedSystem, ground: Ground, rows: Rows
    ) -> None:
        id = rows.insert_one("Adatum", **{ground.key: rows.mark})

        answer = keyed.upsert(ground.table, [ground.key], [rows.row("Fabrikam", **{ground.key: rows.mark})])[0]

        assert answer.ok
        assert answer.id == id
        assert rows.names() == ["Fabrikam"]

    def test_a_repeated_upsert_makes_one_row(self, keyed: KeyedSystem, ground: Ground, rows: Rows) -> None:
        row = rows.row("Adatum", **{ground.key: rows.mark})

        first, second = (keyed.upsert(ground.table, [ground.key], [row])[0] for _ in range(2))

        assert first.id == second.id
        assert rows.names() == ["Adatum"]

    def test_a_row_without_its_number_is_refused_and_the_others_are_written(
        self, keyed: KeyedSystem, ground: Ground, rows: Rows
    ) -> None:
        given = [rows.row("Adatum", **{ground.key: rows.mark}), Row(uuid.uuid4(), {ground.name: rows.mark})]

        good, bad = keyed.upsert(ground.table, [ground.key], given)

        assert good.ok
        assert isinstance(bad.error, InvalidValue)
        assert bad.error.field == ground.key
