"""The rows of a plan: each action of a pass as it is kept and shown."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from integration.jobs.dry_run.plan_ledger import LABEL, Kind
from integration.models import PlannedChange, SyncJob
from integration.sync.actions import (
    Action,
    Fail,
    Ignore,
    Insert,
    Restore,
    SideWrite,
    Skip,
    SourceDeleted,
    Unchanged,
    Uncouple,
    Update,
)
from integration.sync.approval.fingerprint import fingerprints, source_of
from integration.sync.memory.ledger import Pair, State
from integration.sync.problems import Conflict
from integration.sync.record.transfer import ReferenceNotCoupled
from integration.sync.results import in_words, label_of
from integration.sync.rules import Direction, TableRule
from integration.sync.undo.exact import packed
from integration.systems.values import Ref, Side
from integration.systems.wording import sentence

GIVEN = "given by Business Central"
GONE = "The coupled record was deleted."
Described = tuple[Kind | None, Pair | None, str, list[tuple[str, Any, Any]]]
"""(what it is, which pair it is about, why, its fields as name, old, new)"""


def rows_of(job: SyncJob, direction: Direction, rule: TableRule, actions: Iterable[Action]) -> list[PlannedChange]:
    rows: list[PlannedChange] = []
    planned = list(actions)
    prints = fingerprints(planned, direction)
    with_record: dict[uuid.UUID, PlannedChange] = {}
    for action in planned:
        row = _row_of(job, direction, rule, action)
        if isinstance(action, SideWrite) and action.must and row is not None:
            rows += _with_its_record(action, row, with_record)
        elif row is not None:
            row.fingerprint = prints.get(source_of(action, direction), "")
            rows += [row, *_given_back(job, rule, direction, action)]
            with_record[source_of(action, direction)] = row
    for id, row in with_record.items():
        row.fingerprint = prints.get(id, row.fingerprint)
    return rows


def _with_its_record(
    write: SideWrite, row: PlannedChange, with_record: dict[uuid.UUID, PlannedChange]
) -> list[PlannedChange]:
    """What belongs to a record stands in its row; a record of which nothing else is written gets one for it."""
    fields = [(f"{name} ({write.label})" if write.label else name, old, new) for name, old, new in row.fields]
    of_record = with_record.get(write.record.id)
    if of_record is not None:
        of_record.fields = [*of_record.fields, *fields]
        return []
    row.action, row.fields, row.reason = Kind.UPDATE, fields, "Only what belongs to the record is written."
    row.erp_id, row.crm_id = write.erp_id, write.crm_id
    with_record[write.record.id] = row
    return [row]


def _given_back(job: SyncJob, rule: TableRule, direction: Direction, action: Action) -> list[PlannedChange]:
    """What a record that is made in Business Central gives the one it comes from: its number, above all."""
    if not (isinstance(action, Insert) and direction is Direction.TO_ERP and action.pair.owed(Side.CRM)):
        return []
    number = rule.erp.number_field
    given = [one for one in rule.fields if one.direction is Direction.TO_CRM and one.erp_field in (number, "")]
    fields = [(one.crm_field, "", one.constant or GIVEN) for one in given]
    row = PlannedChange(
        plan=job.plan, mapping=job.mapping, direction=direction.back.value, action=Kind.BESIDES, fields=fields,
        erp_id=action.pair.erp_id, crm_id=action.record.id, label=label_of(rule.crm, action.record)[:LABEL],
        reason="Goes back as soon as the record is there.",
    )  # fmt: skip
    return [row] if fields else []


def _row_of(job: SyncJob, direction: Direction, rule: TableRule, action: Action) -> PlannedChange | None:
    """The action of a pass as it is kept; ``None`` where there is nothing to show."""
    kind, pair, reason, fields = _described(action)
    if kind is None:
        return None
    row = PlannedChange(plan=job.plan, mapping=job.mapping, direction=direction.value, action=kind, reason=reason)
    written = rule.table(direction.destination)
    columns = {} if isinstance(action, SideWrite) and action.table != written.name else written.fields
    row.fields = [
        (name, in_words(old, columns.get(name)), in_words(new, columns.get(name))) for name, old, new in fields
    ]
    row.exact = packed({name: (old, new) for name, old, new in fields if Ref in (type(old), type(new))})
    record = getattr(action, "record", None)
    if record is not None:
        setattr(row, f"{direction.source}_id", record.id)
        row.label = label_of(rule.table(direction.source), record)[:LABEL]
    else:
        row.label = str(getattr(action, "label", ""))[:LABEL]
    if pair is not None:
        row.erp_id, row.crm_id = pair.erp_id, pair.crm_id
    return row


def _described(action: Action) -> Described:
    match action:
        case Insert(pair=pair, values=values):
            written = [(name, None, new) for name, new in values.items() if new not in (None, "")]
            return Kind.INSERT, pair, "", written
        case Update(pair=pair, changes=changes):
            fields = [(change.field, change.old, change.new) for change in changes]
            reason = "Couples a natural match." if action.coupled else ""
            return (Kind.UPDATE, pair, reason, fields) if fields or action.coupled else (None, None, "", [])
        case Fail(problem=problem, pair=pair):
            coupled = pair if pair is not None and pair.state is not State.RESERVED else None
            return _failing(problem), coupled, str(problem), []
        case Skip(reason=reason):
            return Kind.SKIP, None, reason, []
        case SourceDeleted(pair=pair, problem=problem):
            return Kind.FAIL, pair, str(problem), []
        case Uncouple(pair=pair, reason=reason, twin=twin, again=again):
            what = reason or "It moved, and gets another one there."
            gone = f"{what} Its record in Dynamics 365 Sales is deleted."
            return Kind.UNCOUPLE, pair, gone if twin else what if reason or again else GONE, []
        case Restore(pair=pair):
            return Kind.RESTORE, pair, GONE, []
        case SideWrite(changes=changes, label=label):
            fields = [(change.field, change.old, change.new) for change in changes]
            return Kind.BESIDES, None, sentence(f"Written along with it: {label}"), fields
        case Ignore() | Unchanged():
            return None, None, "", []


def _failing(problem: Exception) -> Kind:
    if isinstance(problem, Conflict):
        return Kind.CONFLICT
    return Kind.WAITING if isinstance(problem, ReferenceNotCoupled) else Kind.FAIL
