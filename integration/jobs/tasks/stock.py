"""The quantity on hand of products. The inventory of an item is a sum of its ledger: it changes, and the item does not,
so that no change feed of items says so.

Every run looks at the entries of the item ledger since the last one. Once a day the inventory of every coupled item is
compared with what was sent last, which finds what changed without an entry (an item ledger that was restored or moved,
a run whose cursor came from a later state). What is found goes over by the pass of ITEM-PRODUCT, as any other change.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence

from django.db import transaction

from integration.business_central.fields import today
from integration.connection import systems
from integration.defaults.tasks import Task
from integration.jobs.create import create
from integration.models import ConnectionSetup, FieldMapping, JobQueueEntry, TableMapping
from integration.models.jobs.flows import FlowCursor
from integration.sync.memory.halves import changed
from integration.sync.memory.ledger import Pair, Result, State
from integration.sync.record.values import Normalize, normalizer
from integration.sync.rules import Direction, FieldRule
from integration.sync.run import Options, Scope
from integration.sync.special.prices.default_list import not_negative
from integration.sync.special.products import NEVER_NEGATIVE
from integration.systems.errors import CursorExpired
from integration.systems.filters import fields_of, matches, parse
from integration.systems.system import System
from integration.systems.values import Record, Ref

TASK = Task.AVAILABILITY
ITEM, ENTRIES, INVENTORY = "item", "item_ledger_entry", "inventory"
MAPPING = "ITEM-PRODUCT"
AT_ONCE = 500
IN_ONE_JOB = 5000


def look() -> dict[str, int]:
    """Start a pass over the coupled items whose inventory moved; how many those are. Raises ``Problem``."""
    mapping = _mapping()
    if mapping is None:
        return {"items": 0}
    erp = systems.open_erp()
    cursor = FlowCursor.objects.get_or_create(name=TASK.value, defaults={"cursor": mapping.erp_cursor})[0]
    moved, read_up_to = moved_since(erp, cursor.cursor)
    day = today()
    chosen = set(_found(mapping, erp, moved))
    if cursor.date != day:
        chosen |= set(_found(mapping, erp, None))
    ids = sorted(chosen)
    with transaction.atomic():
        for start in range(0, len(ids), IN_ONE_JOB):
            options = Options(scope=Scope.IDS, ids=tuple(ids[start : start + IN_ONE_JOB]), force=True)
            create(mapping, Direction.TO_CRM, options=options)
        FlowCursor.objects.filter(pk=cursor.pk).update(cursor=read_up_to, date=day)
    return {"items": len(ids)}


def _mapping() -> TableMapping | None:
    """The mapping of items, unless it is off, held by a person, or brings nothing to Sales."""
    mapping = TableMapping.objects.filter(name=MAPPING, erp_table=ITEM).first()
    if mapping is None or not ConnectionSetup.current().is_on(mapping):
        return None
    held = JobQueueEntry.objects.filter(mapping=mapping, status=JobQueueEntry.Status.ON_HOLD)
    return mapping if mapping.carries(Direction.TO_CRM) and not held.exists() else None


def moved_since(erp: System, cursor: str) -> tuple[set[uuid.UUID], str]:
    """The items with entries behind a cursor, and the cursor behind those. One that is not known any more begins anew,
    which finds every item that has an entry."""
    try:
        return _moved(erp, cursor or None)
    except CursorExpired:
        return _moved(erp, None)


def _moved(erp: System, since: str | None) -> tuple[set[uuid.UUID], str]:
    items: set[uuid.UUID] = set()
    behind = since or ""
    for page in erp.changes(ENTRIES, ["item_no"], since):
        items |= {value.id for record in page.records if isinstance(value := record.values["item_no"], Ref)}
        behind = page.cursor or behind
    return items, behind


def _found(mapping: TableMapping, erp: System, among: Collection[uuid.UUID] | None) -> Iterator[uuid.UUID]:
    """The coupled items that are inside the filter, are not skipped, and have another inventory than was sent last.
    ``among``: only of these; ``None``: of all."""
    where = parse(mapping.erp_filter, erp.describe(ITEM))
    fields = [INVENTORY, *sorted(fields_of(where) - {INVENTORY})]
    rules = _rules(mapping)
    normal = normalizer(erp.describe(ITEM).fields[INVENTORY])
    for pairs in _pairs(mapping, among):
        records = erp.get(ITEM, [pair.erp_id for pair in pairs], fields)
        for pair in pairs:
            record = records.get(pair.erp_id)
            if record is not None and matches(where, record) and _differs(pair, record, rules, normal):
                yield pair.erp_id


def _differs(pair: Pair, record: Record, rules: Sequence[FieldRule], normal: Normalize) -> bool:
    inventory = record.values[INVENTORY]
    for rule in rules:
        value = not_negative(inventory) if rule.crm_field in NEVER_NEGATIVE else inventory
        half = pair.agreed.get(rule.key)
        if half is None or changed(half[0], normal(value)):
            return True
    return False


def _rules(mapping: TableMapping) -> list[FieldRule]:
    """The field mappings that carry the inventory; none where a person took them away."""
    fields: list[FieldMapping] = [one for one in mapping.fields.filter(erp_field=INVENTORY) if one.is_enabled]
    return [
        FieldRule(direction=Direction(one.direction), erp_field=one.erp_field, crm_field=one.crm_field,
                  revision=one.revision)
        for one in fields
    ]  # fmt: skip


def _pairs(mapping: TableMapping, among: Collection[uuid.UUID] | None) -> Iterator[list[Pair]]:
    """The coupled pairs that do not rest, some at a time."""
    rows = mapping.couplings.filter(state=State.COUPLED.value).exclude(to_crm_result=Result.SKIPPED.value)
    ids = list(rows.values_list("erp_id", flat=True)) if among is None else list(among)
    for start in range(0, len(ids), AT_ONCE):
        yield [row.pair for row in rows.filter(erp_id__in=ids[start : start + AT_ONCE])]
