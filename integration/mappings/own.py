"""A person's own table mapping: what could be mapped, making it, and taking it away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from integration.mappings.build_rule import Pair, problem_of, reference_for
from integration.mappings.compatibility import compatible
from integration.models.jobs.queue_entry import JobQueueEntry
from integration.models.mapping.field_mapping import FieldMapping
from integration.models.mapping.table_mapping import TableMapping
from integration.sync.rules import Direction
from integration.systems.values import Field, FieldType, Table
from integration.systems.wording import field_name

PROPOSED_AT_MOST = 30
NOT_PROPOSED = {FieldType.UUID, FieldType.TABLE}
PREFIX = re.compile(r"^[a-z]+\d*_")


class StandardMapping(Exception):
    """A standard mapping is not removed; it is switched off or brought back to its default."""


@dataclass(frozen=True, slots=True)
class NewPair:
    """One pair of fields of a mapping to be made."""

    erp_field: str
    crm_field: str
    direction: Direction
    match_priority: int = 0


def id_problem(table: Table, name: str) -> str:
    """Why rows of this table of Sales cannot be known by this column; blank: they can."""
    field = table.fields.get(name)
    if name == table.id_field:
        return ""
    if field is None:
        return f"{table.label} has no column “{name}”."
    return (
        f"{field_name(field)} does not identify the rows for couplings: they keep the id (GUID) of a row"
        f"{f', which only “{table.id_field}” holds' if table.id_field else ''}. To find the same records by this "
        "column, give it a match priority below."
    )


def modified_problem(table: Table, name: str) -> str:
    """Why changes of this table of Sales cannot be read by this column; blank: they can."""
    field = table.fields.get(name)
    if not name:
        by_itself = table.tracks_changes or table.modified_field
        return "" if by_itself else f"{table.label} does not tell what changed; choose a date and time column."
    if field is None:
        return f"{table.label} has no column “{name}”."
    if field.type is FieldType.DATETIME:
        return ""
    return f"{field_name(field)} is no date and time column, so it cannot tell when a row was changed."


def proposals(erp: Table, crm: Table, direction: Direction, pairs: list[Pair]) -> list[NewPair]:
    """Pairs of fields that are called the same and fit, at most ``PROPOSED_AT_MOST``; where a pair does not fit in
    both directions, the one it fits in."""
    called: dict[str, list[Field]] = {}
    for field in crm.fields.values():
        for name in _names(field, crm):
            called.setdefault(name, []).append(field)
    found: dict[str, NewPair] = {}
    for field in erp.fields.values():
        candidates = [one for name in _names(field, erp) for one in called.get(name, ())]
        pair = next(filter(None, (_fitting(field, one, direction, crm.name, pairs) for one in candidates)), None)
        if field.type not in NOT_PROPOSED and pair is not None and pair.crm_field not in found:
            found[pair.crm_field] = pair
    return list(found.values())[:PROPOSED_AT_MOST]


def _names(field: Field, table: Table) -> set[str]:
    """What a field may be called on the other side: name and label without signs and publisher prefix, and that it
    is what records of its table are called or numbered by."""
    plain = {re.sub(r"[^a-z0-9]", "", text.lower()) for text in (field.name, field.label, PREFIX.sub("", field.name))}
    roles = {"name": table.name_field, "number": table.number_field}
    return (plain - {""}) | {f"the {role}" for role, name in roles.items() if name == field.name}


def _fitting(erp: Field, crm: Field, direction: Direction, crm_table: str, pairs: list[Pair]) -> NewPair | None:
    if crm.type in NOT_PROPOSED:
        return None
    for way in dict.fromkeys((direction, *direction.passes)):
        if not compatible(erp, crm, way) and not problem_of(erp, crm, way, crm_table, pairs):
            return NewPair(erp.name, crm.name, way)
    return None


def create_own(
    name: str, erp: Table, crm: Table, direction: Direction, pairs: Iterable[NewPair], modified_field: str = ""
) -> TableMapping:
    """Make a mapping with its fields, and its job On Hold. It synchronizes nothing by itself until a person sets the
    job Ready or runs it, and touches only coupled records until they say otherwise. ``modified_field``: the column of
    Sales that says when a row changed, where it is not the table's own way."""
    wanted = list(pairs)
    with transaction.atomic():
        last = TableMapping.objects.order_by("-position").first()
        mapping = TableMapping.objects.create(
            name=name,
            erp_table=erp.name,
            crm_table=crm.name,
            direction=direction.value,
            crm_modified_field=modified_field,
            position=(last.position if last else 0) + 10,
            dependencies=_referred(erp, crm, wanted),
            user_defined=True,
        )
        FieldMapping.objects.bulk_create(
            FieldMapping(
                mapping=mapping,
                erp_field=pair.erp_field,
                crm_field=pair.crm_field,
                direction=pair.direction.value,
                match_priority=pair.match_priority,
                position=place * 10,
                user_defined=True,
            )
            for place, pair in enumerate(wanted, 1)
        )
        JobQueueEntry.objects.create(mapping=mapping, name=f"{name} - Dataverse synchronization job")
    return mapping


def _referred(erp: Table, crm: Table, pairs: Iterable[NewPair]) -> list[str]:
    """The mappings that translate references of these fields: they run first."""
    names = {(one.erp_table, one.crm_table): one.name for one in reversed(TableMapping.objects.all())}
    references = (
        reference_for(erp.fields[pair.erp_field], crm.fields[pair.crm_field], crm.name, list(names))
        for pair in pairs
        if pair.erp_field and pair.crm_field
    )
    found = {names[one.erp_table, one.crm_table] for one in references if one is not None}
    return sorted(found - {names.get((erp.name, crm.name), "")})


def delete_own(mapping: TableMapping) -> int:
    """Take a person's own mapping away, with its fields, couplings, jobs and errors; the records stay on both sides.
    Answers how many records were coupled by it. Raises ``StandardMapping``."""
    if not mapping.user_defined:
        raise StandardMapping(f"{mapping} is a standard mapping: Use Default Synchronization Setup brings it back.")
    coupled = mapping.couplings.count()
    with transaction.atomic():
        for other in TableMapping.objects.exclude(pk=mapping.pk):
            if mapping.name in other.dependencies:
                other.dependencies = [name for name in other.dependencies if name != mapping.name]
                other.save(update_fields=["dependencies", "changed_at"])
        mapping.delete()
    return coupled
