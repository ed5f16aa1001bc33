"""Orders and quotes that rest since the setup did not allow them are tried again when what kept them out has changed.

10:00  ORD-7 has freight, no account is set up: freight-account-missing
10:30  the same: it rests
10:40  a person enters the account on Sales & Receivables Setup
11:00  the pass finds the setup changed since it looked last, and takes ORD-7 out of its rest
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from integration.models import FlowCursor, TableMapping
from integration.sync.memory.ledger import Result
from integration.sync.rules import Direction
from integration.systems.errors import CursorExpired
from integration.systems.system import System

NAME = "{} tried again"
RESTING = {"to_erp_result": Result.SKIPPED.value}
FAILED = (Result.FAILURE.value, Result.SKIPPED.value)
SETUP = ("sales_receivables_setup",)
SOLD = ("item", "resource", "g_l_account")
CAUSES: Mapping[str, tuple[str, ...]] = {
    "write-in-missing": (*SETUP, "item", "resource"),
    "write-in-coupled": SETUP,
    "write-in-type": (*SETUP, "item"),
    "freight-account-missing": SETUP,
    "vat-setup-missing": ("vat_posting_setup", "customer", *SOLD),
    "customer-blocked": ("customer",),
    "item-blocked": SOLD,
    "discount-out-of-range": ("item",),
    "rate-missing": ("currency_exchange_rate",),
    "currency-unknown": ("currency",),
    "order-exists": ("sales_header",),
}
"""Code of a failure -> the tables whose change may mend it."""


def reopen(mapping: TableMapping, erp: System) -> int:
    """Take orders or quotes out of their rest whose cause may be gone. Answers how many. Raises a
    ``ConnectionProblem``."""
    number = reopen_waiting(mapping)
    codes = failing(mapping) if mapping.couplings.filter(**RESTING).exists() else set()
    if not codes:
        return number
    changed = _changed(NAME.format(mapping.name), erp, sorted({table for code in codes for table in CAUSES[code]}))
    return number + reopen_mended(mapping, changed)


def reopen_waiting(mapping: TableMapping) -> int:
    """The same of those that waited, beside what keeps them out, for a record that is coupled by now."""
    ids = mapping.couplings.resting_in_vain(Direction.TO_ERP)
    return int(mapping.couplings.retry(ids)) if ids else 0


def reopen_mended(mapping: TableMapping, changed: Collection[str]) -> int:
    """The same of those whose cause may be gone since these tables changed."""
    mended = [code for code in failing(mapping) if not set(CAUSES[code]).isdisjoint(changed)]
    ids = list(mapping.couplings.filter(**RESTING, to_erp_code__in=mended).values_list("erp_id", flat=True))
    return int(mapping.couplings.retry(ids)) if ids else 0


def failing(mapping: TableMapping) -> set[str]:
    """The causes among ``CAUSES`` that keep an order or quote out, whether it rests or has failed once."""
    rows = mapping.couplings.filter(to_erp_result__in=FAILED, to_erp_code__in=list(CAUSES))
    return set(rows.values_list("to_erp_code", flat=True).distinct())


def _changed(name: str, erp: System, tables: list[str]) -> set[str]:
    """The tables that changed since this was asked last; one that was never looked at counts as changed."""
    stored, _ = FlowCursor.objects.get_or_create(name=name)
    cursors: dict[str, str] = json.loads(stored.cursor) if stored.cursor else {}
    changed = {table for table in tables if _has_changed(erp, table, cursors)}
    FlowCursor.objects.filter(name=name).update(cursor=json.dumps(cursors))
    return changed


def _has_changed(erp: System, table: str, cursors: dict[str, str]) -> bool:
    since = cursors.get(table)
    try:
        pages = list(erp.changes(table, (), since))
    except CursorExpired:
        since, pages = None, list(erp.changes(table, ()))
    if pages[-1].cursor is not None:
        cursors[table] = pages[-1].cursor
    return since is None or any(page.records or page.deleted for page in pages)
