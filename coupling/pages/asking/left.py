"""What a write leaves as it is on the other side since a value has no equal there, in whole sentences."""

from __future__ import annotations

from collections.abc import Iterator

from coupling.pages import records
from integration.connection.live_systems import NAMES
from integration.sync.actions import Insert, Update
from integration.sync.memory.halves import PARTNERLESS, column_of
from integration.sync.rules import Direction, TableRule
from integration.systems.values import Field, FieldType, Side
from integration.systems.wording import field_name

BLANK, AS_IT_IS = "stays blank", "stays as it is"
OPTION = "has no partner among the options of {}. Couple it on the Options page of its table mapping"
UNCOUPLED = "is not coupled with a record of {} yet. Couple it first"
SENTENCE = "{} {}: {} “{}” {}; then it follows by itself."


def left_of(rule: TableRule, direction: Direction, action: Insert | Update) -> list[str]:
    """One sentence a field: "Payment Terms stays blank: Payment Terms Code “COD” has no partner among the options of
    Dynamics 365 Sales. Couple it on the Options page of its table mapping; then it follows by itself." """
    written = {name for name, value in action.values.items() if value not in (None, "")}
    stays = BLANK if isinstance(action, Insert) else AS_IT_IS
    sentences = []
    for source, destination in _lacking(rule, direction, action):
        if isinstance(action, Insert) and destination.name in written:
            continue
        if isinstance(action, Update) and destination.name in action.values:
            continue  # The preview lists it with what it becomes.
        text = records.shown(action.record.values.get(source.name), source)
        why = (OPTION if destination.type is FieldType.OPTION else UNCOUPLED).format(NAMES[direction.destination])
        sentences.append(SENTENCE.format(field_name(destination), stays, field_name(source), text, why))
    return sentences


def _lacking(rule: TableRule, direction: Direction, action: Insert | Update) -> Iterator[tuple[Field, Field]]:
    """Source and destination of the fields that were seen without a partner."""
    place = list(Side).index(direction.source)
    for key, halves in action.pair.agreed.items():
        source = rule.table(direction.source).fields.get(column_of(key, direction.source))
        destination = rule.table(direction.destination).fields.get(column_of(key, direction.destination))
        if halves[place][:1] == PARTNERLESS and source is not None and destination is not None:
            yield source, destination
