"""Which records the passes behind a matching run take: the pairs it has made, and what has none where that is created.

Susan couples Adatum of all customers by its name     the matching: 1 coupled
Fabrikam's telephone number waits for the next run    the passes behind it: Adatum alone
"""

from __future__ import annotations

import uuid

from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import RecordChange, SyncJob, TableMapping
from integration.sync.given_ids.marks import is_marked
from integration.sync.memory.ledger import Ledger, State
from integration.sync.rules import Direction
from integration.systems.system import every

MAKES_PAIRS = (RecordChange.Action.COUPLED, RecordChange.Action.INSERTED)


def made_before(job: SyncJob) -> list[uuid.UUID]:
    """The source ids of the pairs that the matching run before this one, and the pass between them, have made."""
    runs, before = list[SyncJob](), job.after
    while before is not None:
        runs.append(before)
        before = None if before.kind == SyncJob.Kind.COUPLE else before.after
    made = RecordChange.objects.filter(job__in=runs, action__in=MAKES_PAIRS).order_by("pk")
    return list(made.values_list(f"{Direction(job.direction).source}_id", flat=True))


def free_records(mapping: TableMapping, direction: Direction, connected: Connected, ledger: Ledger) -> list[uuid.UUID]:
    """The ids of the records inside the mapping's filter that have no pair."""
    side, (source, _) = direction.source, connected.source_and_destination(direction)
    rule = build_rule(mapping, connected.erp, connected.crm)
    table = rule.table(side)
    columns = [table.mark_field] if table.mark_field else []
    found = every(source, table.name, rule.filter(side), columns)
    ids = [record.id for record in found if not is_marked(table, record)]
    pairs = ledger.pairs(side, ids)
    return [id for id in ids if id not in pairs or pairs[id].state is State.RESERVED]
