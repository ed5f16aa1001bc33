"""Which field can go into which: the whole table of types, in both directions, with and without transformations."""

from __future__ import annotations

from typing import Any

import pytest

from integration.mappings.compatibility import (
    MOMENTS,
    NUMBERS,
    SOURCES,
    TEXTS,
    TRANSFORMED,
    compatible,
    constant_problem,
    types_differ,
    unwritable,
)
from integration.sync.rules import Direction
from integration.systems.values import Field, FieldType, Option

T = FieldType
TO_CRM, TO_ERP, BOTH = Direction.TO_CRM, Direction.TO_ERP, Direction.BOTH
STATES = (Option(0, "Active"), Option(1, "Inactive"))


def field(type: FieldType, name: str = "phone", **more: Any) -> Field:
    return Field(name, type, label=name.title(), **more)


def into(source: FieldType, destination: FieldType, direction: Direction = TO_CRM, **more: Any) -> str | None:
    """Can a value go from a source of this type into a destination of that one?"""
    ends = (field(source), field(destination, "telephone1"))
    erp, crm = ends if direction is TO_CRM else reversed(ends)
    return types_differ(erp, crm, direction, **more)


@pytest.mark.parametrize("source", list(T))
@pytest.mark.parametrize("destination", sorted(TEXTS))
def test_text_takes_everything_but_a_table(source: FieldType, destination: FieldType) -> None:
    assert (into(source, destination) is None) is (source is not T.TABLE)


@pytest.mark.parametrize("group", [NUMBERS, MOMENTS, {T.BOOLEAN}, {T.UUID}], ids=lambda one: "-".join(sorted(one)))
@pytest.mark.parametrize("source", list(T))
def test_numbers_moments_switches_and_ids_take_their_own_kind(group: set[FieldType], source: FieldType) -> None:
    for destination in group:
        for direction in (TO_CRM, TO_ERP):
            assert (into(source, destination, direction) is None) is (source in group)


@pytest.mark.parametrize("source", list(T))
def test_an_option_takes_options_numbers_texts_and_references(source: FieldType) -> None:
    fits = source in {T.OPTION, T.INTEGER, T.REFERENCE} | TEXTS

    assert (into(source, T.OPTION) is None) is fits


@pytest.mark.parametrize("source", list(T))
def test_a_relation_of_business_central_also_goes_by_a_code(source: FieldType) -> None:
    assert (into(source, T.REFERENCE, TO_CRM) is None) is (source in {T.REFERENCE, T.OPTION})
    assert (into(source, T.REFERENCE, TO_ERP) is None) is (source in {T.REFERENCE, T.OPTION} | TEXTS)


@pytest.mark.parametrize("source", list(T))
def test_nothing_goes_into_a_table(source: FieldType) -> None:
    assert into(source, T.TABLE) is not None


@pytest.mark.parametrize("kind", list(T))
def test_every_type_has_its_sources(kind: FieldType) -> None:
    assert kind in SOURCES


def test_the_refusal_names_both_fields_with_their_types_from_source_to_destination() -> None:
    erp, crm = field(T.BOOLEAN), field(T.DATE, "telephone1")

    assert types_differ(erp, crm, TO_CRM) == "Phone (boolean) cannot go into Telephone1 (date)."
    assert types_differ(erp, crm, TO_ERP) == "Telephone1 (date) cannot go into Phone (boolean)."
    assert types_differ(erp, crm, BOTH) == "Phone (boolean) cannot go into Telephone1 (date)."


@pytest.mark.parametrize(
    ("erp", "crm", "way", "fits"),
    [
        (T.TEXT, T.TEXT, BOTH, True), (T.DECIMAL, T.TEXT, TO_CRM, True), (T.DECIMAL, T.TEXT, BOTH, False),
        (T.DATE, T.DATETIME, BOTH, True), (T.OPTION, T.INTEGER, TO_ERP, True), (T.OPTION, T.INTEGER, BOTH, False),
        (T.REFERENCE, T.REFERENCE, BOTH, True), (T.CODE, T.MEMO, BOTH, True), (T.BOOLEAN, T.OPTION, TO_CRM, False),
    ],
)  # fmt: skip
def test_a_two_way_pair_has_to_fit_both_ways(erp: FieldType, crm: FieldType, way: Direction, fits: bool) -> None:
    assert (types_differ(field(erp), field(crm, "telephone1"), way) is None) is fits


@pytest.mark.parametrize("destination", [one for one in T if one not in (T.TABLE, T.REFERENCE)])
def test_what_a_transformation_makes_is_text_that_goes_into_anything_of_value(destination: FieldType) -> None:
    assert into(T.TEXT, destination, TO_CRM, transformed=[TO_CRM]) is None
    assert into(T.TEXT, destination, TO_ERP, transformed=[TO_ERP]) is None


@pytest.mark.parametrize(("direction", "fits"), [(TO_CRM, False), (TO_ERP, True)])
def test_text_of_a_transformation_makes_a_relation_in_business_central_only(direction: Direction, fits: bool) -> None:
    found = into(T.TEXT, T.REFERENCE, direction, transformed=[direction])

    assert (found is None) is fits
    if not fits:
        assert found == "Telephone1 (reference) cannot be made of text."


@pytest.mark.parametrize(
    ("erp", "crm", "refused"),
    [
        (T.REFERENCE, T.REFERENCE, True), (T.REFERENCE, T.OPTION, True), (T.OPTION, T.REFERENCE, True),
        (T.OPTION, T.OPTION, False), (T.TEXT, T.OPTION, False),
    ],
)  # fmt: skip
def test_a_reference_is_translated_by_its_coupling_and_not_by_rules(
    erp: FieldType, crm: FieldType, refused: bool
) -> None:
    found = types_differ(field(erp), field(crm, "telephone1"), TO_CRM, [TO_CRM])

    assert (found == TRANSFORMED) is refused


def test_only_the_direction_that_is_transformed_takes_text() -> None:
    erp, crm = field(T.DATE), field(T.TEXT, "telephone1")

    assert types_differ(erp, crm, BOTH, [TO_ERP]) is None
    assert types_differ(erp, crm, BOTH, [TO_CRM]) is not None


@pytest.mark.parametrize(
    ("insertable", "updatable", "reads_only"), [(True, True, False), (True, False, False), (False, True, False),
                                                (False, False, True)],
)  # fmt: skip
@pytest.mark.parametrize("direction", list(Direction))
def test_a_destination_that_is_never_written_is_named(
    insertable: bool, updatable: bool, reads_only: bool, direction: Direction
) -> None:
    free, fixed = field(T.TEXT), field(T.TEXT, "telephone1", insertable=insertable, updatable=updatable)
    goes_there = direction is not TO_ERP

    found = unwritable(free, fixed, direction)

    assert found == ("Telephone1 is read only." if reads_only and goes_there else None)
    assert compatible(free, fixed, direction) == found


@pytest.mark.parametrize(
    ("text", "destination", "fits"),
    [
        ("Person", field(T.TEXT), True), ("x" * 11, field(T.TEXT, max_length=10), False),
        ("Active", field(T.OPTION, options=STATES), True), ("Sleeping", field(T.OPTION, options=STATES), False),
        ("12", field(T.INTEGER), True), ("many", field(T.INTEGER), False), ("1.5", field(T.DECIMAL, scale=2), True),
        ("no number", field(T.DECIMAL, scale=2), False), ("anything", None, True),
    ],
)  # fmt: skip
def test_a_constant_has_to_be_what_its_field_takes(text: str, destination: Field | None, fits: bool) -> None:
    found = constant_problem(text, destination)

    assert (found == "") is fits
    if not fits:
        assert found.endswith(".")
