"""Which firm a contact belongs to: a company contact here, an account there."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from integration.sync.record.meaning import Expressed, Lack, Lacking, LeftOut, MeaningField, Meant
from integration.sync.record.transfer import ReferenceNotCoupled
from integration.sync.special.base import Run
from integration.sync.special.firms import ACCOUNT, CONTACT, Firms
from integration.systems.errors import Problem
from integration.systems.values import Record, Ref, Side
from integration.systems.wording import sentence

COLUMN = {Side.ERP: "company_no", Side.CRM: "parentcustomerid"}
OUTSIDE = "Its company {name} is outside the filters of the mappings for companies: {why}"
NO_FIRM = "Its company is neither a customer nor a vendor."


class Company(MeaningField):
    """The account coupled with the customer or vendor behind the contact's company, and back."""

    key = "@company"
    not_null = True

    def __init__(self, run: Run) -> None:
        self.run = run
        self.firms = Firms(run.erp, run.ledger)
        self._firm_of: dict[uuid.UUID, Ref] = {}
        self._account_of: dict[Ref, uuid.UUID] = {}
        self._contact_of: dict[Ref, Ref] = {}
        self._outside: dict[uuid.UUID, str] = {}

    def label(self, side: Side) -> str:
        return "Company" if side is Side.ERP else "Account"

    def columns(self, side: Side) -> Sequence[str]:
        return (COLUMN[side],)

    def read(self, side: Side, record: Record) -> str:
        parent = parent_of(side, record)
        return str(parent.id) if parent else ""

    def shown(self, side: Side, record: Record) -> str:
        parent = parent_of(side, record)
        return (parent.label or str(parent.id)) if parent else ""

    def prepare(self, side: Side, records: Sequence[Record]) -> None:
        parents = {ref.id for record in records if (ref := parent_of(side, record)) is not None}
        if side is Side.ERP:
            self._firm_of |= self.firms.of_contacts(parents)
            self._account_of |= self.firms.accounts_of([self._firm_of[id] for id in parents if id in self._firm_of])
            self._outside |= self._firms_outside(parents)
        else:
            self._firm_of |= self.firms.of_accounts(parents)
            self._contact_of |= self.firms.contacts_of([self._firm_of[id] for id in parents if id in self._firm_of])
            self._outside |= self._accounts_outside([id for id in parents if id not in self._firm_of])

    def _firms_outside(self, companies: set[uuid.UUID]) -> dict[uuid.UUID, str]:
        """Customers and vendors that are not coupled because no mapping takes them, and why."""
        firms = [firm for id in companies if (firm := self._firm_of.get(id)) and firm not in self._account_of]
        outside: dict[uuid.UUID, str] = {}
        for table in {firm.table for firm in firms}:
            filters = self.run.context.filters_of(Side.ERP, table, ACCOUNT)
            ids = [firm.id for firm in firms if firm.table == table]
            outside |= self.firms.outside(table, ids, self.run.erp, filters)
        return outside

    def _accounts_outside(self, accounts: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
        return self.firms.outside(ACCOUNT, accounts, self.run.crm, self.run.context.filters_of(Side.CRM, ACCOUNT))

    # --- in the terms of the other side ----------------------------------------------------------------------------

    def express(self, side: Side, record: Record, twin: Record | None) -> Expressed:
        parent = parent_of(side, record)
        if parent is None:
            return Lacking(Lack.LEAVE, self.label(side))
        target = self._target(side, parent)
        if target is not None:
            return Meant(str(target.id), {COLUMN[side.other]: target})
        firm = self._firm_of.get(parent.id)
        waits = [(parent.table, parent.id), *([(firm.table, firm.id)] if firm else [])]
        why = self._outside.get(firm.id if firm else parent.id) or self._outside.get(parent.id)
        if why:
            return LeftOut(sentence(OUTSIDE.format(name=parent.label, why=why).replace("  ", " ")), waits)
        if side is Side.ERP and firm is None:
            return LeftOut(NO_FIRM, waits)
        return self._missing(side, parent, firm)

    def _target(self, side: Side, parent: Ref) -> Ref | None:
        firm = self._firm_of.get(parent.id)
        if firm is None:
            return None
        if side is Side.CRM:
            return self._contact_of.get(firm)
        account = self._account_of.get(firm)
        return Ref(ACCOUNT, account, parent.label) if account else None

    def _missing(self, side: Side, parent: Ref, firm: Ref | None) -> Problem:
        if side is Side.ERP and firm is not None:
            return ReferenceNotCoupled(
                f"The company's {firm.table} {firm.label} is not coupled yet. Couple it first.",
                table=firm.table,
                id=firm.id,
            )
        named = parent.label or str(parent.id)
        return ReferenceNotCoupled(
            f"The company “{named}” of this contact does not exist on the other side. Couple it first.",
            table=CONTACT if side is Side.ERP else ACCOUNT,
            id=parent.id,
        )

    def come(self, ids: Sequence[uuid.UUID]) -> Sequence[uuid.UUID]:
        """Those of these company contacts whose firm is coupled by now."""
        firm_of = self.firms.of_contacts(ids)
        accounts = self.firms.accounts_of(list(firm_of.values()))
        return [id for id, firm in firm_of.items() if firm in accounts]


def parent_of(side: Side, record: Record) -> Ref | None:
    """What the record says about its company. A contact of a contact in Sales has no company."""
    value = record.values.get(COLUMN[side])
    if not isinstance(value, Ref) or (side is Side.CRM and value.table != ACCOUNT):
        return None
    return value
