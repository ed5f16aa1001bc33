"""Putting the standard mappings in place: only what is missing, or, asked for, back as they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from integration.defaults.shape import FieldDefault, MappingDefault, Part
from integration.defaults.standard import BY_NAME, STANDARD
from integration.mappings.numbers import COLUMNS
from integration.models.jobs.queue_entry import JobQueueEntry
from integration.models.mapping.field_mapping import FieldMapping
from integration.models.mapping.table_mapping import TableMapping
from integration.models.stored.audit import AuditEntry, record

TABLE_FIELDS = (
    "part",
    "position",
    "erp_table",
    "crm_table",
    "direction",
    "only_coupled",
    "erp_filter",
    "crm_filter",
    "conflict",
    "deletion",
    "dependencies",
    "internal",
)
FIELD_FIELDS = (
    "position",
    "direction",
    "constant",
    "is_enabled",
    "validate",
    "not_null",
    "clear_on_failed",
    "match_priority",
    "case_sensitive",
)
JOB_FIELDS = ("minutes", "inactivity_minutes", "max_attempts", "rerun_seconds")
SHOWN_IN_ORDER = {"position"}
"""Columns that a reset restores without anybody having to read about them."""
BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing a reset would change, in words: what is stored and what the standard says. A blank ``default`` is a
    pair that would be removed, a blank ``stored`` one that would be added."""

    field: str
    stored: str
    default: str


def default_for(mapping: TableMapping) -> MappingDefault | None:
    """The standard of this mapping; ``None`` for a person's own."""
    return None if mapping.user_defined else BY_NAME.get(mapping.name)


def create_missing(part: Part | None = None) -> list[TableMapping]:
    """Create the standard mappings (of one part) and job queue entries that are not there, the entries On Hold.
    What exists stays as it is, however it was changed."""
    with transaction.atomic():
        wanted = [default for default in STANDARD if part in (None, default.part)]
        there = {mapping.name: mapping for mapping in TableMapping.objects.all()}
        created = [_new(default) for default in wanted if default.name not in there]
        TableMapping.create_all(created)
        there |= {mapping.name: mapping for mapping in created}
        new = {mapping.name for mapping in created}
        FieldMapping.objects.bulk_create(
            field for default in wanted if default.name in new for field in _fields(there[default.name], default)
        )
        _create_entries([(there[default.name], default) for default in wanted if default.job is not None])
    return created


def missing() -> list[str]:
    """The names of standard mappings that are not there."""
    there = set(TableMapping.objects.values_list("name", flat=True))
    return [default.name for default in STANDARD if default.name not in there]


def changed() -> list[str]:
    """The names of standard mappings that people made something else of."""
    return [mapping.name for mapping in TableMapping.objects.all() if differences(mapping)]


def differences(mapping: TableMapping) -> list[Difference]:
    """What ``reset`` would change about a mapping; nothing for a person's own."""
    default = default_for(mapping)
    if default is None:
        return []
    found = _compare(mapping, _table_values(default), TABLE_FIELDS)
    stored = {(field.erp_field, field.crm_field): field for field in mapping.fields.prefetch_related("transformations")}
    for position, wanted in enumerate(default.fields, 1):
        field = stored.pop((wanted.erp_field, wanted.crm_field), None)
        pair = _pair(wanted.erp_field, wanted.crm_field)
        if field is None:
            found.append(Difference(pair, "", "added"))
        else:
            found += _compare(field, _field_values(wanted, position), FIELD_FIELDS, f"{pair}: ")
            rules = ", ".join(map(str, field.transformations.all()))
            found += [Difference(f"{pair}: transformation rules", rules, "nothing")] if rules else []
    found += [Difference(_pair(*key), "removed", "") for key in stored if key[1] not in COLUMNS]
    entry = mapping.queue_entries.first()
    if default.job is not None and entry is not None:
        found += _compare(entry, _job_values(default), JOB_FIELDS, "job: ")
    return found


def reset(mappings: Iterable[TableMapping]) -> list[TableMapping]:
    """Use Default Synchronization Setup: bring these mappings, their fields and jobs back to the standard. Couplings
    and a job's status stay; a mapping that changed needs a full run. Returns those that were reset."""
    done = []
    with transaction.atomic():
        for mapping in mappings:
            default = default_for(mapping)
            if default is None:
                continue
            if differences(mapping):
                _restore(mapping, default)
                mapping.require_full_run(look_again=True)
                record(AuditEntry.Action.RESET, "integration table mapping", mapping)
            done.append(mapping)
    return done


def _new(default: MappingDefault) -> TableMapping:
    return TableMapping(name=default.name, **_table_values(default))


def _fields(mapping: TableMapping, default: MappingDefault) -> Iterator[FieldMapping]:
    for n, field in enumerate(default.fields, 1):
        values = _field_values(field, n)
        yield FieldMapping(mapping=mapping, erp_field=field.erp_field, crm_field=field.crm_field, **values)


def _create_entries(standard: Iterable[tuple[TableMapping, MappingDefault]]) -> None:
    """Job queue entries, On Hold, of those standard mappings that have none."""
    have = set(JobQueueEntry.objects.values_list("mapping_id", flat=True))
    lack = [(mapping, default) for mapping, default in standard if not (mapping.user_defined or mapping.pk in have)]
    JobQueueEntry.create_all([JobQueueEntry(mapping=mapping, **_new_entry(default)) for mapping, default in lack])


def _restore(mapping: TableMapping, default: MappingDefault) -> None:
    for name, value in _table_values(default).items():
        setattr(mapping, name, value)
    mapping.save()
    kept = []
    carried = set(mapping.fields.filter(is_enabled=True, transformations=None).values_list("pk", flat=True))
    for position, field in enumerate(default.fields, 1):
        row, _ = mapping.fields.update_or_create(
            erp_field=field.erp_field,
            crm_field=field.crm_field,
            defaults={**_field_values(field, position), "user_defined": False},
        )
        row.transformations.all().delete()
        if row.is_enabled and row.pk not in carried:
            row.begin_anew()
        kept.append(row.pk)
    mapping.fields.exclude(pk__in=kept).exclude(crm_field__in=COLUMNS).delete()
    if default.job is not None:
        _job_entry(mapping, default)
        mapping.queue_entries.update(**_job_values(default))


def _job_entry(mapping: TableMapping, default: MappingDefault) -> None:
    JobQueueEntry.objects.get_or_create(mapping=mapping, defaults=_new_entry(default))


def _new_entry(default: MappingDefault) -> dict[str, Any]:
    return {"name": default.job_name, "held_status": JobQueueEntry.Status.READY, **_job_values(default)}


def _table_values(default: MappingDefault) -> dict[str, Any]:
    values = {name: getattr(default, name) for name in TABLE_FIELDS}
    plain = {name: getattr(default, name).value for name in ("direction", "conflict", "deletion")}
    return {**values, **plain, "dependencies": list(default.dependencies)}


def _field_values(field: FieldDefault, position: int) -> dict[str, Any]:
    return {
        "position": position * 10,
        "direction": field.direction.value,
        "constant": field.constant,
        "is_enabled": field.enabled,
        "validate": field.validate,
        "not_null": field.not_null,
        "clear_on_failed": field.clear_on_failed,
        "match_priority": field.match,
        "case_sensitive": False,
    }


def _job_values(default: MappingDefault) -> dict[str, int]:
    return {name: getattr(default.job, name) for name in JOB_FIELDS}


def _compare(row: Any, wanted: dict[str, Any], names: Iterable[str], before: str = "") -> list[Difference]:
    found = []
    for name in names:
        if name not in SHOWN_IN_ORDER and getattr(row, name) != wanted[name]:
            column = row._meta.get_field(name)
            shown = [_shown(column, value) for value in (getattr(row, name), wanted[name])]
            found.append(Difference(f"{before}{column.verbose_name}", *shown))
    return found


def _shown(column: Any, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value) or "nothing"
    return str(dict(column.flatchoices).get(value, value)) or BLANK


def _pair(erp_field: str, crm_field: str) -> str:
    return f"{erp_field or 'constant'} – {crm_field or 'constant'}"
