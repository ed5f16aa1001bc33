"""Salespeople come from users; the user we work as is not one of them."""

from __future__ import annotations

from integration.sync.special.base import Special
from integration.systems.values import Record


class SalespeopleRules(Special):
    """SALESPEOPLE."""

    def leave_out(self, record: Record) -> str | None:
        ours = record.id == self.run.context.user_id
        return "The integration user is not a salesperson." if ours else None
