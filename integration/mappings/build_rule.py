"""A stored mapping -> the frozen rule of the engine, checked against both tables as their systems describe them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects

from integration.mappings.compatibility import types_differ, unwritable
from integration.mappings.templates import templates_of
from integration.sync.rules import ConflictPolicy, DeletionPolicy, Direction, FieldRule, Limits, Reference, TableRule
from integration.sync.transformations import Transformation
from integration.systems.errors import ConfigurationProblem, FieldMissing
from integration.systems.filters import Filter, FilterError, parse
from integration.systems.system import System
from integration.systems.values import Field, FieldType, Table, is_option_table
from integration.systems.wording import field_name

if TYPE_CHECKING:
    from integration.models.mapping.field_mapping import FieldMapping
    from integration.models.mapping.table_mapping import TableMapping

Pair = tuple[str, str]


NEEDED = ("fields__transformations", "templates__template__values")
"""What the rule of a mapping is made of: for ``prefetch_related`` where many rules are made."""


def build_rule(mapping: TableMapping, erp: System, crm: System, pairs: Sequence[Pair] | None = None) -> TableRule:
    """The rule of a mapping. ``pairs``: the ``translated_pairs``, where they are read already. Raises
    ``ConfigurationProblem`` where every row would fail."""
    erp_table, crm_table = erp.describe(mapping.erp_table), crm.describe(mapping.crm_table)
    stored = [field for field in mapping.fields.all() if field.is_enabled]
    if not stored:
        raise ConfigurationProblem(f"{mapping.name} has no field mapping rows that are enabled.")
    prefetch_related_objects(stored, "transformations")
    pairs = translated_pairs(mapping) if pairs is None else pairs
    ways = {field.pk: way_of(field, erp_table, crm_table) for field in stored}
    carried = [field for field in stored if ways[field.pk] is not None]
    if not carried:
        raise ConfigurationProblem(f"{mapping.name} has no field mapping rows whose columns come this way.")
    return TableRule(
        name=mapping.name,
        erp=erp_table,
        crm=crm_table,
        direction=Direction(mapping.direction),
        fields=tuple(
            _field_rule(mapping, field, ways[field.pk] or Direction.BOTH, erp_table, crm_table, pairs)
            for field in carried
        ),
        only_coupled=mapping.only_coupled,
        erp_filter=_filter(mapping, mapping.erp_filter, erp_table),
        crm_filter=_filter(mapping, mapping.crm_filter, crm_table),
        conflict=ConflictPolicy(mapping.conflict),
        deletion=DeletionPolicy(mapping.deletion),
        templates=templates_of(mapping, erp_table, crm_table),
        limits=Limits(mapping.changed_percent, mapping.changed_at_least, mapping.blanked),
        crm_modified=mapping.crm_modified_field,
    )


def way_of(stored: FieldMapping, erp: Table, crm: Table) -> Direction | None:
    """The direction in which this row is carried: not at all where a column of it is lacking, and of both only the one
    whose destination can be written."""
    if stored.erp_field in erp.lacking or stored.crm_field in crm.lacking:
        return None
    direction = Direction(stored.direction)
    erp_field, crm_field = erp.fields.get(stored.erp_field), crm.fields.get(stored.crm_field)
    if direction is not Direction.BOTH or erp_field is None or crm_field is None:
        return direction
    able = [way for way in direction.passes if unwritable(erp_field, crm_field, way) is None]
    return able[0] if len(able) == 1 else direction


def translated_pairs(mapping: TableMapping) -> list[Pair]:
    """(erp_table, crm_table) of every mapping, those that run first in front."""
    return list(type(mapping).objects.order_by("position", "name").values_list("erp_table", "crm_table"))


def reference_for(erp: Field, crm: Field, crm_table: str, pairs: Sequence[Pair]) -> Reference | None:
    """The mapping that translates between these two fields: by both tables for two references, by the option
    column for a reference and an option. ``None``: nothing to translate, or nobody who can."""
    if erp.type is not FieldType.REFERENCE:
        return None
    ours = [pair for pair in pairs if pair[0] in erp.targets]
    if crm.type is FieldType.REFERENCE:
        fitting = [pair for pair in ours if pair[1] in crm.targets]
    elif crm.type is FieldType.OPTION:
        # Orders and invoices have option columns of their own; the account's option mapping serves them all.
        fitting = [pair for pair in ours if is_option_table(pair[1])]
        fitting.sort(key=lambda pair: pair[1] != f"{crm_table}.{crm.name}")
    else:
        fitting = []
    return Reference(*fitting[0]) if fitting else None


def problem_of(
    erp: Field | None,
    crm: Field | None,
    direction: Direction,
    crm_table: str,
    pairs: Sequence[Pair],
    steps: Sequence[Transformation] = (),
) -> str:
    """Why values cannot go between these two fields this way, in words; blank where they can."""
    if erp is None or crm is None:
        return ""
    transformed = {one for one in direction.passes if any(step.direction.includes(one) for step in steps)}
    reason = types_differ(erp, crm, direction, transformed)
    if reason is not None:
        return reason
    needs_translation = crm.type in (FieldType.REFERENCE, FieldType.OPTION) and erp.type is FieldType.REFERENCE
    if needs_translation and reference_for(erp, crm, crm_table, pairs) is None:
        return f"No mapping translates what {field_name(erp)} refers to into what {field_name(crm)} holds."
    return ""


def _field_rule(
    mapping: TableMapping, stored: FieldMapping, direction: Direction, erp: Table, crm: Table, pairs: Sequence[Pair]
) -> FieldRule:
    erp_field = _field(mapping, erp, stored.erp_field, "Business Central")
    crm_field = _field(mapping, crm, stored.crm_field, "Dynamics 365 Sales")
    steps = tuple(one.step for one in stored.transformations.all())
    problem = problem_of(erp_field, crm_field, direction, mapping.crm_table, pairs, steps)
    if problem:
        constant = f"constant “{stored.constant}”"
        pair = " – ".join(field_name(one) if one is not None else constant for one in (erp_field, crm_field))
        raise ConfigurationProblem(f"{mapping.name}, {pair}: {problem}")
    reference = None
    if erp_field is not None and crm_field is not None:
        reference = reference_for(erp_field, crm_field, mapping.crm_table, pairs)
    return FieldRule(
        direction=direction,
        erp_field=stored.erp_field,
        crm_field=stored.crm_field,
        constant=stored.constant,
        validate=stored.validate,
        not_null=stored.not_null,
        clear_on_failed=stored.clear_on_failed,
        reference=reference,
        transformations=steps,
        revision=stored.revision,
        first_wins=stored.winner,
    )


def _field(mapping: TableMapping, table: Table, name: str, system: str) -> Field | None:
    if not name:
        return None
    if name not in table.fields:
        raise FieldMissing(f"{mapping.name} maps the field “{name}”, which {table.label} ({system}) does not have.")
    return table.fields[name]


def _filter(mapping: TableMapping, text: str, table: Table) -> Filter:
    try:
        return parse(text, table)
    except FilterError as error:
        raise ConfigurationProblem(f"{mapping.name}, filter of {table.label}: {error}") from error
