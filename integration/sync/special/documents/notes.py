"""SALESORDER-NOTES: notes of orders, both ways.

A note has the same id on both sides, so the flow that makes orders and this pass can never make it twice. What is
compared is what a reader sees: our own plain text does not come back as HTML. Deletions are not carried.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from integration.sync.record.draft import Draft
from integration.sync.record.meaning import Expressed, MeaningField, Meant
from integration.sync.rules import Reference
from integration.sync.special.base import Exclusion, Run, Special
from integration.sync.special.documents.note_text import as_html, plain_text, tidy_text
from integration.systems.values import Record, Ref, Side

ORDER, SALES_ORDER = "sales_header", "salesorder"
ORDERS = Reference(ORDER, SALES_ORDER)
OWNED_BY, OWNER_ID, ABOUT, IS_FILE = "record_table", "record_id", "objectid", "isdocument"
OF_NO_ORDER = Exclusion("It is about no order that is coupled.", silent=True)


class NoteText(MeaningField):
    """What a reader sees of a note."""

    key = "text:notetext"

    def label(self, side: Side) -> str:
        return "Text" if side is Side.ERP else "Note Text"

    def columns(self, side: Side) -> Sequence[str]:
        return ("text",) if side is Side.ERP else ("notetext",)

    def read(self, side: Side, record: Record) -> str:
        if side is Side.ERP:
            return tidy_text(str(record.values.get("text") or ""))
        return plain_text(str(record.values.get("notetext") or ""))

    def express(self, side: Side, record: Record, twin: Record | None) -> Expressed:
        text = self.read(side, record)
        return Meant(text, {"notetext": as_html(text)} if side is Side.ERP else {"text": text})


class NoteRules(Special):
    """SALESORDER-NOTES."""

    changes_daily = True
    ignores_deletions = True

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._orders: Mapping[uuid.UUID, uuid.UUID] = {}

    def fields(self) -> Sequence[MeaningField]:
        return (NoteText(),)

    def columns(self, side: Side) -> Sequence[str]:
        return (OWNED_BY, OWNER_ID) if side is Side.ERP else (ABOUT, IS_FILE)

    def new_id(self, record: Record) -> uuid.UUID:
        return record.id

    def prepare(self, records: Sequence[Record]) -> None:
        orders = {id for record in records if (id := _order_of(record)) is not None}
        self._orders = self.run.ledger.resolve(ORDERS, self.run.direction.source, orders) if orders else {}

    def exclude(self, record: Record) -> Exclusion | None:
        is_file = not self.to_crm and bool(record.values.get(IS_FILE))
        return OF_NO_ORDER if is_file or _order_of(record) not in self._orders else None

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        order = _order_of(record)
        if twin is not None or order is None:
            return
        there = self._orders[order]
        if self.to_crm:
            draft.on_insert |= {ABOUT: Ref(SALES_ORDER, there), IS_FILE: False}
        else:
            draft.on_insert |= {OWNED_BY: ORDER, OWNER_ID: there}


def _order_of(record: Record) -> uuid.UUID | None:
    """The order that a note of either side is about, on its own side."""
    if OWNED_BY in record.values:
        id = record.values.get(OWNER_ID)
        return id if record.values[OWNED_BY] == ORDER and isinstance(id, uuid.UUID) else None
    about = record.values.get(ABOUT)
    return about.id if isinstance(about, Ref) and about.table == SALES_ORDER else None
