"""Create Invoice in Dynamics 365 Sales, and what an invoice needs there first: its customer, and what its lines sell.

invoice 103021 for Adatum over item 1100, neither of them coupled

pressed        run CUSTOMER of Adatum, behind it ITEM-PRODUCT of 1100, behind it POSTEDSALESINV-INV of 103021
by itself      POSTEDSALESINV-INV finds that 103021 waits, has the two made, and looks once more behind them; once
               tried in vain they are left to a person
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from integration.connection import systems
from integration.connection.document_passes import INVOICES
from integration.jobs.create import create
from integration.mappings.flows import find_mapping
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.sync.memory.ledger import Result, State
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.sync.special.documents.invoice_lines import LINES
from integration.sync.special.documents.sold import PRODUCT, TABLES
from integration.systems.filters import OneOf, fields_of, matches, parse
from integration.systems.system import System, every
from integration.systems.values import Ref, Side

ACCOUNT, CUSTOMER = "account", "customer"
NEEDED = ((CUSTOMER, ACCOUNT), *((table, PRODUCT) for table in TABLES.values()))
AT_ONCE = 500
T = TypeVar("T")
Needs = Mapping[TableMapping, Sequence[uuid.UUID]]


def needs_of(invoices: Sequence[uuid.UUID], erp: System) -> Needs:
    """The customers, items and resources of these posted invoices that are not coupled and that a mapping takes, in
    the order in which they are to be made."""
    needed = _referred(invoices, erp)
    found: dict[TableMapping, Sequence[uuid.UUID]] = {}
    for tables in NEEDED:
        mapping = find_mapping(tables)
        if mapping is None or not _may_run(mapping):
            continue
        ids = needed.get(tables[0], set()) - _coupled(mapping, needed.get(tables[0], set()))
        inside = _inside(mapping, ids, erp)
        if inside:
            found[mapping] = inside
    return found


def _may_run(mapping: TableMapping) -> bool:
    return Direction(mapping.direction).includes(Direction.TO_CRM) and ConnectionSetup.current().is_on(mapping)


def _referred(invoices: Sequence[uuid.UUID], erp: System) -> dict[str, set[uuid.UUID]]:
    """Who pays them and what they sell, by table."""
    found: dict[str, set[uuid.UUID]] = {}
    numbers: dict[str, set[str]] = {}
    for some in _chunks(invoices):
        headers = erp.get(INVOICES[0], some, ["sell_to_customer_no"])
        buyers = (header.values["sell_to_customer_no"] for header in headers.values())
        found.setdefault(CUSTOMER, set()).update(ref.id for ref in buyers if isinstance(ref, Ref))
        for line in every(erp, LINES, OneOf("document_no", tuple(some)), ["type", "no"]):
            table = TABLES.get(line.values["type"]) if isinstance(line.values["type"], int) else None
            if table is not None and line.values["no"]:
                numbers.setdefault(table, set()).add(str(line.values["no"]))
    for table, wanted in numbers.items():
        for named in _chunks(sorted(wanted)):
            found.setdefault(table, set()).update(
                row.id for row in every(erp, table, OneOf("no", tuple(named)), ["no"])
            )
    return found


def _coupled(mapping: TableMapping, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    pairs = mapping.couplings.pairs(Side.ERP, ids) if ids else {}
    return {id for id, pair in pairs.items() if pair.state is State.COUPLED}


def _inside(mapping: TableMapping, ids: Collection[uuid.UUID], erp: System) -> list[uuid.UUID]:
    """Those that the mapping takes and that are not blocked."""
    if not ids:
        return []
    described = erp.describe(mapping.erp_table)
    where = parse(mapping.erp_filter, described)
    columns = sorted(fields_of(where) | ({"blocked"} & described.fields.keys()))
    rows = erp.get(mapping.erp_table, sorted(ids), columns)
    return [id for id, row in rows.items() if matches(where, row) and not row.values.get("blocked")]


def runs_first(needs: Needs) -> Iterator[tuple[TableMapping, Options]]:
    """The runs that make what invoices need, one behind the other."""
    for mapping, ids in needs.items():
        yield mapping, Options(scope=Scope.IDS, ids=tuple(ids), create=True)


def follow_waiting(mapping: TableMapping) -> SyncJob | None:
    """After a pass over invoices: have made what those that wait need and nobody has tried to make yet, and look at
    them once more behind that. Answers the last run, if any is needed."""
    waiting = mapping.couplings.filter(to_crm_result=Result.WAITING.value).values_list("erp_id", flat=True)
    invoices = list(waiting[:AT_ONCE])
    if not invoices:
        return None
    last: SyncJob | None = None
    for needed, options in runs_first(_untried(needs_of(invoices, systems.open_erp()))):
        last = create(needed, Direction.TO_CRM, options=options, after=last)
    if last is None:
        return None
    again = Options(scope=Scope.IDS, ids=tuple(invoices), create=True)
    return create(mapping, Direction.TO_CRM, options=again, after=last)


def _untried(needs: Needs) -> Needs:
    """Without what failed before: that is a person's business by now."""
    found: dict[TableMapping, Sequence[uuid.UUID]] = {}
    for mapping, ids in needs.items():
        tried = set(mapping.couplings.filter(erp_id__in=list(ids)).values_list("erp_id", flat=True))
        left = [id for id in ids if id not in tried]
        if left:
            found[mapping] = left
    return found


def _chunks(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
