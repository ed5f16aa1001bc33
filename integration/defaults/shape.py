"""The shape of the standard mappings: frozen values, written down in the modules beside this one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from integration.sync.rules import ConflictPolicy, DeletionPolicy, Direction

Part = Literal["dataverse", "sales"]


@dataclass(frozen=True, slots=True)
class FieldDefault:
    """One standard pair of fields. ``match``: the priority in match-based coupling, 0 for none; a pair that is not
    ``enabled`` can still be matched by."""

    erp_field: str
    crm_field: str
    direction: Direction = Direction.BOTH
    constant: str = ""
    enabled: bool = True
    validate: bool = True
    not_null: bool = False
    clear_on_failed: bool = False
    match: int = 0


@dataclass(frozen=True, slots=True)
class JobDefault:
    """How often a recurring job runs and how long it sleeps after a run that changed nothing."""

    minutes: int = 30
    inactivity_minutes: int = 720
    max_attempts: int = 10
    rerun_seconds: int = 30


DAILY = JobDefault(inactivity_minutes=1440)


@dataclass(frozen=True, slots=True)
class MappingDefault:
    """One standard mapping. ``job`` is ``None`` where the documents name no recurring job for it. ``internal``: a flow
    keeps its couplings in it and makes its runs; people see both, and change nothing of it."""

    name: str
    part: Part
    position: int
    erp_table: str
    crm_table: str
    direction: Direction
    fields: tuple[FieldDefault, ...]
    erp_filter: str = ""
    crm_filter: str = ""
    only_coupled: bool = True
    dependencies: tuple[str, ...] = ()
    job: JobDefault | None = JobDefault()
    conflict: ConflictPolicy = ConflictPolicy.NONE
    deletion: DeletionPolicy = DeletionPolicy.NONE
    internal: bool = False

    @property
    def job_name(self) -> str:
        product = "Dataverse" if self.part == "dataverse" else "Dynamics 365 Sales"
        return f"{self.name} - {product} synchronization job"


def both(erp: str, crm: str, *, match: int = 0, validate: bool = True, clear_on_failed: bool = False) -> FieldDefault:
    return FieldDefault(erp, crm, match=match, validate=validate, clear_on_failed=clear_on_failed)


def to_crm(erp: str, crm: str, *, match: int = 0, validate: bool = True, not_null: bool = False) -> FieldDefault:
    return FieldDefault(erp, crm, Direction.TO_CRM, match=match, validate=validate, not_null=not_null)


def to_erp(erp: str, crm: str, *, match: int = 0) -> FieldDefault:
    return FieldDefault(erp, crm, Direction.TO_ERP, match=match)


def constant_to_crm(crm: str, value: str, *, validate: bool = True) -> FieldDefault:
    return FieldDefault("", crm, Direction.TO_CRM, constant=value, validate=validate)


def constant_to_erp(erp: str, value: str) -> FieldDefault:
    return FieldDefault(erp, "", Direction.TO_ERP, constant=value)


def offered(erp: str, crm: str, direction: Direction = Direction.BOTH) -> FieldDefault:
    """A pair that is there to be switched on."""
    return FieldDefault(erp, crm, direction, enabled=False)
