"""Who changed both records of pairs last, and which field as far as that was noted: of many pairs as cheaply as of one.

Business Central's side has notes about single fields (``authors``). Sales says of a record who wrote it last, of a
field nothing; so nothing is said of a field there.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from coupling.pages.comparison.authors import CONNECTION, Notes, at_time
from coupling.pages.comparison.judged import JudgedField
from integration.connection.live_systems import NAMES
from integration.connection.systems import Connected
from integration.sync.memory.halves import column_of
from integration.systems.naming import names_of
from integration.systems.values import Record, Ref, Side, Table

USER = "systemuser"


@dataclass(frozen=True, slots=True)
class Touched:
    """When a record was changed last, and by whom as far as that is known."""

    side: Side
    at: dt.datetime | None
    who: str

    @property
    def words(self) -> str:
        """Of the record, since which of its fields it was is not known; blank where the system does not say when."""
        if self.at is None:
            return ""
        record, when = f"The {NAMES[self.side]} record", at_time(self.at)
        if not self.who:
            return f"{record} was last changed{when}; by whom is not noted."
        return f"{record} was last changed by {self.who}{when}."


class LastChanges:
    """The last changes of these pairs, as (table of Business Central, its record, that of Sales): two queries, and one
    request for the names of people in Sales. Where that fails, they stay without a name."""

    def __init__(self, connected: Connected, pairs: Sequence[tuple[Table, Record, Record]]) -> None:
        self.notes = Notes({ours.id: table for table, ours, _ in pairs})
        self.us = connected.context.user_id
        people = {theirs.modified_by for *_, theirs in pairs} - {None, self.us}
        self.people = names_of(connected.crm, [Ref(USER, id) for id in people if id is not None])

    def of(self, ours: Record, theirs: Record) -> dict[Side, Touched]:
        """Of both records of a pair."""
        here = Touched(Side.ERP, ours.modified_at, self.notes.of_record(ours))
        return {Side.ERP: here, Side.CRM: Touched(Side.CRM, theirs.modified_at, self._in_sales(theirs))}

    def _in_sales(self, record: Record) -> str:
        if record.modified_by is None:
            return ""
        return CONNECTION if record.modified_by == self.us else self.people.get(record.modified_by, "")

    def noted(self, erp_id: uuid.UUID, key: str) -> str:
        """ "Annette Hill changed it at 14:02", of a field in Business Central; blank where nobody noted it."""
        author = self.notes.person(erp_id, column_of(key, Side.ERP))
        return author.changed_it if author is not None else ""

    def noted_at(self, erp_id: uuid.UUID, fields: Sequence[JudgedField]) -> list[JudgedField]:
        """These fields of a pair, with that."""
        return [replace(one, noted=self.noted(erp_id, one.key)) for one in fields]
