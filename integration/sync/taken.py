"""A new record that Sales refuses because another one has its number of Business Central already.

That is what remains where a coupling was deleted: the other record keeps the number, and no second one can be made
beside it. Which one it is is looked up only then.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from integration.sync.actions import Insert
from integration.sync.problems import NumberTaken
from integration.sync.special.base import Run
from integration.systems.base import Record, Value, every
from integration.systems.filters import OneOf
from integration.systems.text import fold

NUMBER, TABLE = "bci_number", "bci_table"
"""The columns of Sales that together are the alternate key of a record of Business Central."""


def taken_by(run: Run, refused: Sequence[Insert]) -> dict[uuid.UUID, NumberTaken]:
    """The records that hold the numbers of these new ones, by source id; one question for all of them."""
    numbers = {str(action.values[NUMBER]) for action in refused if action.values.get(NUMBER)}
    if not numbers:
        return {}
    table = run.rule.table(run.direction.destination)
    columns = [name for name in (NUMBER, TABLE, table.number_field, table.name_field) if name in table.fields]
    where = OneOf(NUMBER, tuple(sorted(numbers)))
    holders = {_key(row.values): row for row in every(run.destination, table.name, where, sorted(set(columns)))}
    found: dict[uuid.UUID, NumberTaken] = {}
    for action in refused:
        holder = holders.get(_key(action.values))
        if holder is not None:
            found[action.record.id] = _problem(run, action, holder)
    return found


def _problem(run: Run, action: Insert, holder: Record) -> NumberTaken:
    table = run.rule.table(run.direction.destination)
    return NumberTaken(table.label, str(action.values[NUMBER]), table.called(holder), table.name, holder.id)


def _key(values: Mapping[str, Value]) -> tuple[str, str]:
    return fold(str(values.get(TABLE) or "")), fold(str(values.get(NUMBER) or ""))
