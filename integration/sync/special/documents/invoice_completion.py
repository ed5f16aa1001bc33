"""What an interrupted run left out of an invoice: lines, amounts of lines, sums. Each step can be repeated harmlessly.

A short invoice is made in one transaction: there is nothing to complete. A long one goes in slices, and the process
may die between them::

    header, lines 1..300 with amounts         lines 301..320 without amounts          sums
                                      ^                                       ^
                                      line 301 is missing: added              its amounts are missing: written
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from integration.sync.special.documents.invoice_lines import INVOICE, LINES_THERE
from integration.systems.errors import Problem
from integration.systems.system import System
from integration.systems.values import Row, Value, Written


def complete_invoice(crm: System, id: uuid.UUID, rows: Sequence[Row], sums: Mapping[str, Value]) -> Problem | None:
    """Bring an active invoice of Sales to these lines and sums; ``None``: all of it is there. Raises a
    ``ConnectionProblem``."""
    fields = crm.describe(LINES_THERE).fields
    late = [name for name, field in fields.items() if field.updatable and not field.insertable]
    there = crm.get(LINES_THERE, [row.id for row in rows], late) if rows else {}
    missing = [row for row in rows if row.id not in there]
    refused = _first_error(crm.insert(LINES_THERE, [_without(row, late) for row in missing]) if missing else ())
    if refused is not None:
        return refused
    changes = [
        Row(row.id, wanted)
        for row in rows
        if (wanted := {name: row.values[name] for name in late if name in row.values})
        and (row.id not in there or any(there[row.id].values[name] != value for name, value in wanted.items()))
    ]
    refused = _first_error(crm.update(LINES_THERE, changes) if changes else ())
    if refused is not None or not (missing or changes):
        return refused
    return _first_error(crm.update(INVOICE, [Row(id, sums)]))  # The sums come last: a line may have changed them.


def _without(row: Row, names: Sequence[str]) -> Row:
    return Row(row.id, {name: value for name, value in row.values.items() if name not in names})


def _first_error(answers: Sequence[Written]) -> Problem | None:
    return next((answer.error for answer in answers if answer.error is not None), None)
