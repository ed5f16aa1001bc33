"""What both sides agreed on about a field, in words: remembered are comparable values, not what people read."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from coupling.pages.comparison.judged import undecided
from integration.connection.live_systems import NAMES
from integration.connection.systems import Connected
from integration.models import RecordChange, SyncJob
from integration.sync.memory.halves import DECIDED, column_of, value_of
from integration.sync.memory.ledger import Pair
from integration.sync.rules import TableRule
from integration.systems.naming import names_of
from integration.systems.values import Field, FieldType, Record, Ref, Side, Table
from integration.systems.wording import field_name, value_text

LONG, ANOTHER = "a long text", "a record that is not there any more"
DECIDED_FOR = "decided: {}'s value stays, and no run has carried it yet"
MAPPED_ANEW = "not since this field was mapped anew"
NOT_YET = "not since the two records were coupled"
UNDONE = "not since a run that carried the field was undone"
BEGUN_WITH = "never: a new record began with what it holds"
LOOKED_THROUGH = 50
"""So many of the latest writes of a record are looked through for the one that wrote a field."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was agreed last about one field. ``apart``: both sides were left to hold something different. ``at`` and
    ``job``: when a run wrote it last, and which, as far as that is remembered."""

    erp_text: str
    crm_text: str
    at: dt.datetime | None = None
    job: SyncJob | None = None

    @property
    def apart(self) -> bool:
        return self.erp_text.casefold() != self.crm_text.casefold()


def last_known(pair: Pair, ours: Table, theirs: Table | None, side: Side) -> list[tuple[str, str, str]]:
    """(column, label, text) of what is remembered of a record, for as long as its system does not answer. ``ours`` is
    the table of Business Central, ``theirs`` that of Sales where it is known: else columns are called as ours are. What
    only its system can put in words (another record, an option) is left out."""
    shown = []
    for key, halves in pair.agreed.items():
        half, column = dict(zip(Side, halves, strict=True))[side], column_of(key, side)
        own = ours.fields.get(column_of(key, Side.ERP))
        described = (ours if side is Side.ERP else theirs or ours).fields.get(column) or own
        text = value_of(half)
        if described is None or own is None or not text or text.startswith("sha256:"):
            continue
        if described.type.textual and own.type.textual:
            shown.append((column, field_name(described), text))
    return shown


def last_name(pair: Pair, ours: Table, side: Side) -> str:
    """What the record of this side was called when both agreed last; blank where nobody knows."""
    columns = {column_of(key, side) for key in pair.agreed if column_of(key, Side.ERP) == ours.name_field}
    return next((text for column, _, text in last_known(pair, ours, None, side) if column in columns), "")


class Agreements:
    """The agreed values of one pair."""

    def __init__(self, connected: Connected, rule: TableRule, pair: Pair, rows: Sequence[Record]) -> None:
        self.connected, self.rule, self.pair = connected, rule, pair
        self.rows = dict(zip(Side, rows, strict=True))
        about = RecordChange.objects.filter(erp_id=pair.erp_id, crm_id=pair.crm_id)
        self.writes = list(about.select_related("job")[:LOOKED_THROUGH])

    def of(self, key: str, halves: tuple[str, str] | None) -> Agreement | None:
        """``None``: both sides never agreed on it, or only on something that was undone."""
        if halves is None or DECIDED in halves:
            return None
        texts = self._texts(key, halves)
        if undecided(halves) is not None and texts[0].casefold() != texts[1].casefold():
            return None
        written = next((row for row in self.writes if self._is_about(row, key)), None)
        if written is None:
            return Agreement(texts[0], texts[1])
        return Agreement(texts[0], texts[1], written.created_at, written.job)

    def why_none(self, key: str, halves: tuple[str, str] | None) -> str:
        """Why nothing counts as agreed about a field, in words; blank where something does."""
        if halves is not None:
            winner = next((side for side, half in zip(Side, halves, strict=True) if half == DECIDED), None)
            if winner is not None:
                return DECIDED_FOR.format(NAMES[winner])
            is_apart = undecided(halves) is not None and self.of(key, halves) is None
            return self._why_undecided(key) if is_apart else ""
        bare = key.partition("#")[0]
        renewed = any(one.partition("#")[0] == bare for one in self.pair.agreed)
        return MAPPED_ANEW if renewed else NOT_YET

    def _why_undecided(self, key: str) -> str:
        written = next((row for row in self.writes if self._is_about(row, key)), None)
        return UNDONE if written is not None and written.job.kind == SyncJob.Kind.UNDO else BEGUN_WITH

    def _texts(self, key: str, halves: tuple[str, str]) -> list[str]:
        return [self._text(side, column_of(key, side), half) for side, half in zip(Side, halves, strict=True)]

    def _is_about(self, row: RecordChange, key: str) -> bool:
        """Did this write concern the field?"""
        columns = {side.value: column_of(key, side) for side in Side}
        names = set(columns.values()) if not row.side else {columns[row.side]}
        labels = {self._label(side, columns[side.value]) for side in Side if row.side in ("", side.value)}
        return not names.isdisjoint(row.exact or ()) or any(one[0] in names | labels for one in row.fields)

    def _label(self, side: Side, column: str) -> str:
        described = self.rule.table(side).fields.get(column)
        return described.label if described is not None and described.label else column

    def _text(self, side: Side, column: str, half: str) -> str:
        value, described = value_of(half), self.rule.table(side).fields.get(column)
        if described is None or not value:
            return value
        if value.startswith("sha256:"):
            return LONG
        with suppress(ValueError):  # The column is of another type by now.
            return self._read(side, described, value)
        return value

    def _read(self, side: Side, described: Field, value: str) -> str:
        match described.type:
            case FieldType.REFERENCE:
                return self._name(side, described, uuid.UUID(value))
            case FieldType.BOOLEAN:
                return value_text(value == "True", described)
            case FieldType.OPTION | FieldType.INTEGER:
                return value_text(int(value), described)
            case FieldType.DATETIME:
                return value_text(dt.datetime.fromisoformat(value), described, dt.UTC)
        return value

    def _name(self, side: Side, described: Field, id: uuid.UUID) -> str:
        """The name of a record by its id: a value that either row still holds says it, else its system is asked."""
        held = self.rows[side].values.get(described.name)
        if isinstance(held, Ref) and held.id == id and held.label:
            return held.label
        asked = [Ref(target, id) for target in described.targets]
        return names_of(self.connected.system(side), asked).get(id, ANOTHER)
