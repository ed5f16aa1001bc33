"""Payment terms, shipment methods and shipping agents: codes are linked to the options that exist, by label.

The rows on the Sales side are the values of an option column. They are never made or renamed by a run: adding an
option is a person's decision. Codes without an option are left out and listed.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from integration.sync.matching.pairs import by_name
from integration.sync.record.transfer import Draft
from integration.sync.special.base import Special
from integration.systems.system import every
from integration.systems.values import Record, Side


class OptionRules(Special):
    """PAYMENT TERMS, SHIPMENT METHOD, SHIPPING AGENT."""

    creates = False
    without_match = "There is no matching option on the other side."

    def columns(self, side: Side) -> Sequence[str]:
        return ("code",) if side is Side.ERP else ("label",)

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        draft.values.clear()
        draft.sources.clear()
        draft.lacking.clear()

    def candidates(self, records: Sequence[Record]) -> Mapping[uuid.UUID, Sequence[Record]]:
        codes = {record.id: str(record.values.get("code") or "").strip() for record in records}
        return by_name(codes, every(self.run.crm, self.run.rule.crm.name, fields=[*self.columns(Side.CRM)]), "label")
