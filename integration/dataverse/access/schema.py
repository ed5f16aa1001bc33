"""Before a run: does the organization still have what the mappings need, and may the integration user do it?

    check_schema(organization, [Needed("CUSTOMER", "account", reads=..., writes=..., ...)]) -> [Finding, ...]

Other applications change tables: a column is removed, becomes another kind, loses an option, or has to be filled in all
of a sudden. Each such thing is one finding that names mapping, table and column. No findings: nothing is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from integration.dataverse.access.privileges import held, named
from integration.dataverse.metadata import Entity, Metadata
from integration.dataverse.session import Session
from integration.systems.errors import ConfigurationProblem, NotFound, PrivilegeMissing, TableMissing
from integration.systems.findings import Finding, Severity
from integration.systems.values import FieldType, Identity
from integration.systems.wording import field_name

OWNER = "ownerid"
EVERYWHERE = "Global"
REDEPLOY = "An administrator restores it: Redeploy Integration Solution on Connection Setup."
UNASKED = (ConfigurationProblem, NotFound, PrivilegeMissing)
"""How an organization refuses to list the privileges of a user: then a run will show them."""


class Kind(StrEnum):
    """The codes of what is wrong."""

    TABLE = "table-missing"
    COLUMN = "column-missing"
    TYPE = "type"
    READ_ONLY = "read-only"
    OPTION = "option-missing"
    REQUIRED = "required"
    PRIVILEGE = "privilege-missing"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Needed:
    """What one mapping needs of a table: columns it reads and writes, of which type and with which options where that
    counts, and whether it creates and deletes rows. ``required``: the columns that had to be filled in when the mapping
    was set up (``None``: not known, so not compared)."""

    mapping: str
    table: str
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    types: Mapping[str, FieldType] = field(default_factory=dict)
    options: Mapping[str, frozenset[int]] = field(default_factory=dict)
    inserts: bool = False
    deletes: bool = False
    required: frozenset[str] | None = None


class Organization(Protocol):
    """What is looked at."""

    session: Session
    metadata: Metadata

    def check(self) -> Identity: ...


def check_schema(organization: Organization, needed: Sequence[Needed]) -> list[Finding]:
    """All that is missing, in the order of ``needed``; tables are read afresh. Raises a ``ConnectionProblem`` where
    nothing can be asked at all."""
    found: list[Finding] = []
    there: list[tuple[Needed, Entity]] = []
    organization.metadata.forget(*dict.fromkeys(each.table for each in needed))
    for each in needed:
        try:
            entity = organization.metadata.entity(each.table)
        except TableMissing as problem:
            found.append(_finding(Kind.TABLE, each.mapping, each.table, problem.message))
            continue
        found += _columns(each, entity)
        there.append((each, entity))
    return found + _privileges(organization, there)


def _finding(kind: Kind, mapping: str, name: str, message: str) -> Finding:
    severity = Severity.WARNING if kind is Kind.UNCHECKED else Severity.ERROR
    if kind in (Kind.PRIVILEGE, Kind.UNCHECKED):
        fix = REDEPLOY
    else:
        fix = f"Restore it in Dynamics 365 Sales, or change the mapping {mapping}."
    return Finding(kind.value, severity, mapping, message, fix, name)


def _columns(needed: Needed, entity: Entity) -> Iterator[Finding]:
    described, label = entity.table.fields, entity.table.label

    def finding(kind: Kind, name: str, words: str) -> Finding:
        return _finding(kind, needed.mapping, name, words)

    for name in sorted(needed.reads | needed.writes | set(needed.types) | set(needed.options)):
        column = described.get(name)
        if column is None:
            yield finding(Kind.COLUMN, name, f"{label} has no column “{name}” any more.")
            continue
        shown = f"{label}: {field_name(column)}"
        wanted = needed.types.get(name, column.type)
        if column.type is not wanted:
            yield finding(Kind.TYPE, name, f"{shown} is now of type {column.type.value}; it was {wanted.value}.")
        if name in needed.writes and not (column.updatable or column.insertable):
            yield finding(Kind.READ_ONLY, name, f"{shown} can no longer be written.")
        for value in sorted(needed.options.get(name, frozenset()) - {option.value for option in column.options}):
            yield finding(Kind.OPTION, name, f"{shown} has no option {value} any more.")
    if needed.inserts and needed.required is not None:
        for name in sorted(n for n, column in described.items() if column.required and column.insertable):
            if name not in needed.required | needed.writes:
                words = f"{label}: {described[name].label} has to be filled in now. Map it, or give it a constant."
                yield finding(Kind.REQUIRED, name, words)


# --- privileges -----------------------------------------------------------------------------------------------


def _privileges(organization: Organization, there: Sequence[tuple[Needed, Entity]]) -> list[Finding]:
    if not there:
        return []
    try:
        depths = held(organization.session, organization.check().user_id)
        names = {name: named(organization.session, name) for name in _all_tables(there)}
    except UNASKED as problem:
        words = f"The privileges of the integration user cannot be looked up here: {problem.message}"
        return [_finding(Kind.UNCHECKED, there[0][0].mapping, "", words)]
    return [one for needed, entity in there for one in _lacking(needed, entity, depths, names)]


def _lacking(
    needed: Needed, entity: Entity, depths: Mapping[str, str], names: Mapping[str, Mapping[str, str]]
) -> Iterator[Finding]:
    for table, verb in _verbs(needed, entity):
        privilege = names.get(table, {}).get(verb)
        if privilege is None:
            continue  # the table knows no such privilege, so nobody needs it
        if privilege not in depths:
            words = f"The integration user lacks the privilege {privilege}. Add it to its security role."
            yield _finding(Kind.PRIVILEGE, needed.mapping, privilege, words)
        elif verb == "Read" and table == needed.table and entity.tracks_changes and depths[privilege] != EVERYWHERE:
            words = f"The privilege {privilege} must reach the whole organization, or changes cannot be followed."
            yield _finding(Kind.PRIVILEGE, needed.mapping, privilege, words)


def _verbs(needed: Needed, entity: Entity) -> Iterator[tuple[str, str]]:
    """(table, kind of privilege) for all that the mapping does: setting a lookup takes a privilege on both ends."""
    wanted: list[tuple[bool, str]] = [
        (True, "Read"),
        (bool(needed.writes), "Write"),
        (needed.inserts, "Create"),
        (needed.deletes, "Delete"),
        (OWNER in needed.writes, "Assign"),
        (bool(_lookups(needed, entity)), "Append"),
    ]
    yield from ((needed.table, verb) for yes, verb in wanted if yes)
    for target in _lookups(needed, entity):
        yield target, "AppendTo"


def _lookups(needed: Needed, entity: Entity) -> list[str]:
    """The tables that written lookups point to, where that is not a choice of several."""
    fields = (entity.table.fields[name] for name in sorted(needed.writes - {OWNER}) if name in entity.table.fields)
    return list(dict.fromkeys(field.targets[0] for field in fields if len(field.targets) == 1))


def _all_tables(there: Sequence[tuple[Needed, Entity]]) -> list[str]:
    return list(dict.fromkeys(table for needed, entity in there for table, _ in _verbs(needed, entity)))
