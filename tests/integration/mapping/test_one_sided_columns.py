"""Columns that are missing, and columns that one side only gives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integration.mappings.build_rule import build_rule
from integration.models import FieldMapping, TableMapping
from integration.sync.rules import Direction
from integration.systems.errors import FieldMissing
from integration.systems.memory.system import MemorySystem
from tests.makers import systems

pytestmark = pytest.mark.django_db


@pytest.fixture
def ends() -> tuple[MemorySystem, ...]:
    return systems()


def customers(*pairs: tuple[str, str], direction: str = "both") -> TableMapping:
    mapping = TableMapping.objects.create(
        name="CUSTOMER", erp_table="customer", crm_table="account", direction=direction
    )
    for position, (ours, theirs) in enumerate(pairs):
        FieldMapping.objects.create(
            mapping=mapping, position=position, erp_field=ours, crm_field=theirs, direction=direction
        )
    return mapping


def test_a_column_that_is_not_there_is_missing(ends: tuple[MemorySystem, ...]) -> None:
    with pytest.raises(FieldMissing):
        build_rule(customers(("name", "name"), ("pager", "telephone1")), *ends)


@pytest.mark.parametrize(
    ("ours", "theirs", "way"),
    [(True, True, Direction.BOTH), (False, True, Direction.TO_CRM), (True, False, Direction.TO_ERP)],
)
def test_a_two_way_pair_goes_only_where_it_can_be_written(
    ends: tuple[MemorySystem, ...], ours: bool, theirs: bool, way: Direction
) -> None:
    erp, crm = ends
    for system, table, column, able in ((erp, "customer", "city", ours), (crm, "account", "address1_city", theirs)):
        fields = system.describe(table).fields
        changed = {**fields, column: replace(fields[column], insertable=able, updatable=able)}
        system.add_table(replace(system.describe(table), fields=changed))
    mapping = customers(("name", "name"), ("city", "address1_city"))
    assert build_rule(mapping, erp, crm).fields[1].direction is way
    assert build_rule(mapping, erp, crm).fields[0].direction is Direction.BOTH
