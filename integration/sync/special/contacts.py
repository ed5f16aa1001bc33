"""Contacts belong to a firm: to the account coupled with the customer or vendor behind their company, and back.

The first contact of a firm that has no primary contact becomes it, on the side where the contact is new.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from integration.sync.actions import Insert, Update
from integration.sync.ledger import SideWritten
from integration.sync.matching import Criterion
from integration.sync.meaning import MeaningField
from integration.sync.special.base import Run, Special
from integration.sync.special.company import Company
from integration.sync.special.firms import ACCOUNT, CONTACT
from integration.systems.base import Record, Ref, Row, Side
from integration.systems.errors import Problem, VersionConflict

COMPANY = 0


class ContactRules(Special):
    """CONTACT."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.company = Company(run)
        self.firms = self.company.firms
        self._side_written: list[SideWritten] = []

    def fields(self) -> Sequence[MeaningField]:
        return (self.company,)

    def columns(self, side: Side) -> Sequence[str]:
        return ("type",) if side is Side.ERP else ()

    def leave_out(self, record: Record) -> str | None:
        if self.to_crm and record.values.get("type") == COMPANY:
            return "Company contacts belong to their customer or vendor and are not synchronized."
        return None

    def waits_for(self, side: Side) -> Sequence[str]:
        return (CONTACT,) if side is Side.ERP else ()

    def come(self, table: str, ids: Sequence[uuid.UUID]) -> Sequence[uuid.UUID]:
        return self.company.come(ids) if ids else ()

    # --- matching -----------------------------------------------------------------------------------------

    def criteria(self, chosen: Sequence[Criterion]) -> Sequence[Criterion]:
        """People of the same name in different firms are strangers: without an e-mail address the firm must match."""
        telling = {criterion.priority for criterion in chosen if criterion.erp_field == "e_mail"}
        others = {criterion.priority for criterion in chosen} - telling
        return [*chosen, *(Criterion("company_no", "parentcustomerid", priority) for priority in sorted(others))]

    def translated(self, field: str, records: Sequence[Record]) -> Mapping[uuid.UUID, uuid.UUID]:
        if field != "company_no":
            return {}
        parents = {record.id: ref.id for record in records if isinstance(ref := record.values.get(field), Ref)}
        firms = self.firms.of_contacts(set(parents.values()))
        accounts = self.firms.accounts_of(list(firms.values()))
        return {
            id: accounts[firms[parent]]
            for id, parent in parents.items()
            if parent in firms and firms[parent] in accounts
        }

    # --- the primary contact ------------------------------------------------------------------------------

    def after(self, done: Sequence[Insert | Update]) -> Mapping[uuid.UUID, Problem]:
        fresh = [action for action in done if isinstance(action, Insert) or action.completes]
        return (self._fill_accounts(fresh) if self.to_crm else self._fill_firms(fresh)) if fresh else {}

    def _fill_accounts(self, fresh: Sequence[Insert | Update]) -> Mapping[uuid.UUID, Problem]:
        first = self._first_by(fresh, "parentcustomerid")
        there = self.run.crm.get(ACCOUNT, list(first), ["primarycontactid"])
        empty = [row for row in there.values() if row.values.get("primarycontactid") is None]
        rows = [Row(row.id, {"primarycontactid": Ref(CONTACT, first[row.id])}, row.version) for row in empty]
        for row, answer in zip(empty, self.run.crm.update(ACCOUNT, rows) if rows else [], strict=True):
            # Somebody else being faster is fine: the field has a value then, or the next contact fills it.
            if answer.error is not None and not isinstance(answer.error, VersionConflict):
                raise answer.error
            if answer.ok:
                columns = frozenset(("primarycontactid",))
                self._side_written.append(
                    SideWritten(Side.CRM, ACCOUNT, row.id, columns, row.version, answer.version or "")
                )
        return {}

    def _fill_firms(self, fresh: Sequence[Insert | Update]) -> Mapping[uuid.UUID, Problem]:
        contact_by_company = self._first_by(fresh, "company_no")
        firm_by_company = self.firms.of_contacts(list(contact_by_company))
        for company_id, contact_id in contact_by_company.items():
            firm = firm_by_company.get(company_id)
            if firm is not None:
                self._fill_firm(firm, contact_id)
        return {}

    def _fill_firm(self, firm: Ref, contact_id: uuid.UUID) -> None:
        row = self.run.erp.get(firm.table, [firm.id], ["primary_contact_no"]).get(firm.id)
        if row is None or row.values.get("primary_contact_no") is not None:
            return
        answer = self.run.erp.update(firm.table, [Row(firm.id, {"primary_contact_no": Ref(CONTACT, contact_id)})])[0]
        if answer.error is not None:
            raise answer.error
        columns = frozenset(("primary_contact_no",))
        self._side_written.append(
            SideWritten(Side.ERP, firm.table, firm.id, columns, row.version, answer.version or "")
        )

    def _first_by(self, fresh: Sequence[Insert | Update], column: str) -> dict[uuid.UUID, uuid.UUID]:
        first: dict[uuid.UUID, uuid.UUID] = {}
        for action in fresh:
            parent = action.values.get(column) or (
                action.twin.values.get(column) if isinstance(action, Update) else None
            )
            if isinstance(parent, Ref):
                first.setdefault(parent.id, action.partner.id(self.run.direction.destination))
        return first

    def side_written(self) -> Sequence[SideWritten]:
        written, self._side_written = self._side_written, []
        return written
