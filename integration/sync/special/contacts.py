"""Contacts belong to a firm: to the account coupled with the customer or vendor behind their company, and back.

The first contact of a firm that has no primary contact becomes it, on the side where the contact is new.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from integration.sync.actions import Insert, Update
from integration.sync.ledger import Touch
from integration.sync.matching import Criterion
from integration.sync.special.base import Run, Special
from integration.sync.special.firms import ACCOUNT, CONTACT, Firms
from integration.sync.transfer import Draft, ReferenceNotCoupled
from integration.systems.base import Record, Ref, Row, Side
from integration.systems.errors import Problem, VersionConflict

COMPANY = 0


class ContactRules(Special):
    """CONTACT."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.firms = Firms(run.erp, run.ledger)
        self._firm_of: dict[uuid.UUID, Ref] = {}
        self._account_of: dict[Ref, uuid.UUID] = {}
        self._contact_of: dict[Ref, Ref] = {}
        self._outside: set[uuid.UUID] = set()
        self._touches: list[Touch] = []

    def columns(self, side: Side) -> Sequence[str]:
        return ("company_no", "type") if side is Side.ERP else ("parentcustomerid",)

    def leave_out(self, record: Record) -> str | None:
        if self.to_crm and record.values.get("type") == COMPANY:
            return "Company contacts belong to their customer or vendor and are not synchronized."
        return None

    def prepare(self, records: Sequence[Record]) -> None:
        parents = {ref.id for record in records if (ref := self._parent(record)) is not None}
        if self.to_crm:
            self._firm_of = self.firms.of_contacts(parents)
            self._account_of = self.firms.accounts_of(list(self._firm_of.values()))
            self._outside = self._firms_outside()
        else:
            self._firm_of = self.firms.of_accounts(parents)
            self._contact_of = self.firms.contacts_of(list(self._firm_of.values()))
            pairs = self.run.context.filters.items()
            filters = [crm for (_, table), both in pairs if table == ACCOUNT for _, crm in both]
            strangers = [id for id in parents if id not in self._firm_of]
            self._outside = self.firms.outside(ACCOUNT, strangers, self.run.crm, filters)

    def _firms_outside(self) -> set[uuid.UUID]:
        """Customers and vendors that are not coupled because their own mapping does not take them."""
        outside: set[uuid.UUID] = set()
        for (table, other), both in self.run.context.filters.items():
            if other == ACCOUNT:
                ids = [firm.id for firm in self._firm_of.values() if firm.table == table]
                uncoupled = [id for id in ids if Ref(table, id) not in self._account_of]
                outside |= self.firms.outside(table, uncoupled, self.run.erp, [erp for erp, _ in both])
        return outside

    def _parent(self, record: Record) -> Ref | None:
        value = record.values.get("company_no" if self.to_crm else "parentcustomerid")
        return value if isinstance(value, Ref) else None

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        parent = self._parent(record)
        firm = self._firm_of.get(parent.id) if parent else None
        target = self._target(firm)
        if target is not None:
            draft.extra["parentcustomerid" if self.to_crm else "company_no"] = target
        elif twin is None and parent is not None:
            if self._outside & {parent.id, firm.id if firm else parent.id}:
                draft.left_out = "Its company is outside the filters of the mappings for companies."
            elif self.to_crm and firm is None:
                draft.left_out = "Its company is neither a customer nor a vendor."
            else:
                draft.problem = self._parent_missing(parent, firm)

    def _target(self, firm: Ref | None) -> Ref | None:
        if firm is None:
            return None
        if self.to_crm:
            account = self._account_of.get(firm)
            return Ref(ACCOUNT, account) if account else None
        return self._contact_of.get(firm)

    def _parent_missing(self, parent: Ref, firm: Ref | None) -> Problem:
        if self.to_crm and firm is not None:
            return ReferenceNotCoupled(
                f"The company's {firm.table} {firm.label} is not coupled yet. Couple it first.",
                table=firm.table,
                id=firm.id,
            )
        named = parent.label or str(parent.id)
        table = CONTACT if self.to_crm else ACCOUNT
        return ReferenceNotCoupled(
            f"The company “{named}” of this contact does not exist on the other side. Couple it first.",
            table=table,
            id=parent.id,
        )

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
                ours = row.modified_by is not None and row.modified_by == self.run.context.user_id
                self._touches.append(Touch(Side.CRM, ACCOUNT, row.id, row.version, answer.version or "", ours))
        return {}

    def _fill_firms(self, fresh: Sequence[Insert | Update]) -> Mapping[uuid.UUID, Problem]:
        contact_by_company = self._first_by(fresh, "company_no")
        firm_by_company = {contact.id: firm for firm, contact in self._contact_of.items()}
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
        self._touches.append(Touch(Side.ERP, firm.table, firm.id, row.version, answer.version or ""))

    def _first_by(self, fresh: Sequence[Insert | Update], column: str) -> dict[uuid.UUID, uuid.UUID]:
        first: dict[uuid.UUID, uuid.UUID] = {}
        for action in fresh:
            parent = action.values.get(column) or (
                action.twin.values.get(column) if isinstance(action, Update) else None
            )
            if isinstance(parent, Ref):
                first.setdefault(parent.id, action.partner.id(self.run.direction.destination))
        return first

    def touches(self) -> Sequence[Touch]:
        taken, self._touches = self._touches, []
        return taken
