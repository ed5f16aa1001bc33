"""Opportunities: their account is the one coupled with the firm behind the contact's company."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from integration.sync.record.transfer import Draft
from integration.sync.special.base import Run, Special
from integration.sync.special.firms import ACCOUNT, Firms
from integration.systems.values import Record, Ref, Side


class OpportunityRules(Special):
    """OPPORTUNITY."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.firms = Firms(run.erp, run.ledger)
        self._firm_of: dict[uuid.UUID, Ref] = {}
        self._account_of: dict[Ref, uuid.UUID] = {}

    def columns(self, side: Side) -> Sequence[str]:
        return ("contact_company_no",) if side is Side.ERP else ("parentaccountid",)

    def prepare(self, records: Sequence[Record]) -> None:
        if self.to_crm:
            companies = {ref.id for r in records if isinstance(ref := r.values.get("contact_company_no"), Ref)}
            self._firm_of = self.firms.of_contacts(companies)
            self._account_of = self.firms.accounts_of(list(self._firm_of.values()))

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        if not self.to_crm:
            return
        company = record.values.get("contact_company_no")
        firm = self._firm_of.get(company.id) if isinstance(company, Ref) else None
        account = self._account_of.get(firm) if firm else None
        draft.values.pop("parentaccountid", None)
        if account:
            draft.extra["parentaccountid"] = Ref(ACCOUNT, account)
