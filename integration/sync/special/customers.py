"""Customers and vendors: which relationship type their account gets, whose they are, and what an inactive account
means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from integration.sync.record.transfer import Draft
from integration.sync.special.base import Run, Special
from integration.sync.special.owners import Owners
from integration.systems.values import Record, Side

INACTIVE = 1


class FirmRules(Special):
    """CUSTOMER and VENDOR."""

    relationship: ClassVar[int]
    blocked_all: ClassVar[int]
    needs_salesperson: ClassVar[bool] = False

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.owners = Owners(run, required=self.needs_salesperson)

    def columns(self, side: Side) -> Sequence[str]:
        return ("blocked",) if side is Side.ERP else ("statecode",)

    def prepare(self, records: Sequence[Record]) -> None:
        if not self.to_crm:
            self.owners.read(records)

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        if not self.to_crm and twin is None:
            self.owners.give(record, draft)
        if self.to_crm:
            draft.on_insert["customertypecode"] = self.relationship
        elif record.values.get("statecode") == INACTIVE and self._open(twin):
            # Only ever blocked, never unblocked: an administrator may have had reasons of his own.
            draft.extra["blocked"] = self.blocked_all

    def _open(self, twin: Record | None) -> bool:
        return twin is None or not twin.values.get("blocked")


class CustomerRules(FirmRules):
    needs_salesperson = True
    relationship = 3
    blocked_all = 3


class VendorRules(FirmRules):
    relationship = 11
    blocked_all = 2
