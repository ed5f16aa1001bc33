"""Columns that a company has but does not show this way, and columns that one side only gives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integration.mappings.build_rule import build_rule
from integration.models import FieldMapping, TableMapping
from integration.sync.rules import Direction
from integration.systems.errors import ConfigurationProblem, FieldMissing
from integration.systems.memory.system import MemorySystem
from tests.makers import systems

pytestmark = pytest.mark.django_db

HOW = "Publish page 21 as BCI_Customer."


@pytest.fixture
def ends() -> tuple[MemorySystem, ...]:
    erp, crm = systems()
    erp.lacking = {"customer": {"phone_no": HOW}}
    return erp, crm


def customers(*pairs: tuple[str, str], direction: str = "both") -> TableMapping:
    mapping = TableMapping.objects.create(
        name="CUSTOMER", erp_table="customer", crm_table="account", direction=direction
    )
    for position, (ours, theirs) in enumerate(pairs):
        FieldMapping.objects.create(
            mapping=mapping, position=position, erp_field=ours, crm_field=theirs, direction=direction
        )
    return mapping


def test_a_pair_on_a_column_that_does_not_come_this_way_is_left_out_and_says_what_to_do(
    ends: tuple[MemorySystem, ...],
) -> None:
    erp, crm = ends
    mapping = customers(("name", "name"), ("phone_no", "telephone1"))
    assert [one.erp_field for one in build_rule(mapping, erp, crm).fields] == ["name"]
    assert erp.describe("customer").lacking == {"phone_no": HOW}


def test_a_mapping_all_of_whose_columns_are_lacking_says_so(ends: tuple[MemorySystem, ...]) -> None:
    with pytest.raises(ConfigurationProblem, match="come this way"):
        build_rule(customers(("phone_no", "telephone1")), *ends)


def test_a_column_that_neither_is_there_nor_lacking_is_missing(ends: tuple[MemorySystem, ...]) -> None:
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
