"""Who answers, which tables there are and what they look like."""

from __future__ import annotations

import uuid

import pytest

from integration.systems.errors import (
    TableMissing,
)
from integration.systems.system import System
from integration.systems.values import FieldType
from tests.systems.contract.ground import (
    Contract,
    Ground,
)


class DescribeContract(Contract):
    def test_it_says_who_answers_and_always_the_same(self, system: System) -> None:
        first, second = system.check(), system.check()

        assert isinstance(first.organization_id, uuid.UUID)
        assert first.name
        assert first == second

    def test_it_is_a_system(self, system: System) -> None:
        assert isinstance(system, System)
        assert isinstance(system.remote, bool)

    def test_its_tables_are_listed_by_label(self, system: System, ground: Ground) -> None:
        listed = system.tables()

        assert ground.table in [name for name, _ in listed]
        assert [label.casefold() for _, label in listed] == sorted(label.casefold() for _, label in listed)

    def test_a_table_is_described_with_the_types_of_its_columns(self, system: System, ground: Ground) -> None:
        table = system.describe(ground.table)

        assert table.name == ground.table
        assert table.label
        expected = {ground.name: FieldType.TEXT, ground.text: FieldType.TEXT, ground.amount: FieldType.DECIMAL,
                    ground.option: FieldType.OPTION, ground.moment: FieldType.DATETIME, ground.day: FieldType.DATE,
                    ground.flag: FieldType.BOOLEAN, ground.code: FieldType.CODE,
                    ground.reference: FieldType.REFERENCE}  # fmt: skip
        for name, kind in expected.items():
            assert not name or table.fields[name].type is kind, name
        assert all(name == described.name for name, described in table.fields.items())
        assert not table.name_field or table.name_field in table.fields
        assert not table.number_field or table.number_field in table.fields

    def test_lengths_options_and_targets_are_described(self, system: System, ground: Ground) -> None:
        fields = system.describe(ground.table).fields

        assert 60 <= (fields[ground.name].max_length or 0) <= 4000
        if ground.option:
            described = fields[ground.option].options
            assert set(ground.option_values) <= {option.value for option in described}
            assert all(isinstance(option.label, str) for option in described)
        if ground.reference:
            assert ground.target is not None
            assert ground.target.table in fields[ground.reference].targets
        if ground.amount:
            assert (fields[ground.amount].scale or 0) >= 2

    def test_a_table_there_is_not_is_named_as_missing(self, system: System, ground: Ground) -> None:
        with pytest.raises(TableMissing, match=ground.missing_table):
            system.describe(ground.missing_table)
