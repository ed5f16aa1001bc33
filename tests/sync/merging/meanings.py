"""A field whose meaning two systems say in different columns."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from integration.sync.record.meaning import Expressed, Lack, Lacking, MeaningField, Meant
from integration.sync.rules import Direction
from integration.systems.values import Record, Side

COLUMNS = {Side.ERP: "blocked", Side.CRM: "statecode"}


@dataclass
class Blocked(MeaningField):
    """Blocked (3) here is inactive (1) there; everything else is not. ``lacking`` sides have no word for blocked."""

    direction: Direction = Direction.BOTH
    edge: bool = False
    lacking: Side | None = None
    key: str = "!blocked"

    def label(self, side: Side) -> str:
        return "Blocked" if side is Side.ERP else "Status"

    def columns(self, side: Side) -> list[str]:
        return [COLUMNS[side]]

    def read(self, side: Side, record: Record) -> str:
        return "yes" if record.values.get(COLUMNS[side]) == (3 if side is Side.ERP else 1) else "no"

    def express(self, side: Side, record: Record, twin: Record | None) -> Expressed:
        said = self.read(side, record)
        if self.lacking is side and said == "yes":
            return Lacking(Lack.LEAVE, self.label(side), "reason", uuid.UUID(int=9))
        word = {Side.CRM: 3, Side.ERP: 1}[side] if said == "yes" else 0
        return Meant(said, {COLUMNS[side.other]: word})
