"""Contacts belong to a firm: to the account coupled with the customer or vendor behind their company, and back.

The first contact of a firm that has no primary contact becomes it, on the side where the contact is new.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence

from integration.sync.actions import Change, Insert, SideWrite, Update
from integration.sync.matching.pairs import Criterion
from integration.sync.record.meaning import MeaningField
from integration.sync.special.base import Run, Special
from integration.sync.special.company import COLUMN, Company
from integration.sync.special.firms import ACCOUNT, CONTACT, CUSTOMER, VENDOR
from integration.systems.values import Record, Ref, Side
from integration.systems.wording import record_name

COMPANY = 0
TABLES = (CUSTOMER, VENDOR)
PRIMARY = {Side.ERP: "primary_contact_no", Side.CRM: "primarycontactid"}


class ContactRules(Special):
    """CONTACT."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.company = Company(run)
        self.firms = self.company.firms
        self._accounts: dict[Ref, uuid.UUID] = {}

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
        by_mail = {criterion.priority for criterion in chosen if criterion.erp_field == "e_mail"}
        others = {criterion.priority for criterion in chosen} - by_mail
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

    def besides(self, planned: Sequence[Insert | Update]) -> Sequence[SideWrite]:
        """The first new contact of a firm becomes its primary contact, where neither side has chosen one."""
        side = self.run.direction.destination
        first: dict[uuid.UUID, Insert | Update] = {}
        for action in planned:
            if isinstance(action, Insert) or action.completes:
                parent = self._parent(action)
                if parent is not None:
                    first.setdefault(parent.id, action)
        firms = self._firms(list(first)) if first else {}
        if not firms:
            return []
        here = {table: self._rows(Side.ERP, table, {firm.id for firm in firms.values()}) for table in TABLES}
        there = self._rows(Side.CRM, ACCOUNT, {account for _, account in self._pairs(firms)})
        return [
            one
            for parent, firm in firms.items()
            if (one := self._primary(first[parent], firm, here[firm.table], there, side)) is not None
        ]

    def _parent(self, action: Insert | Update) -> Ref | None:
        column = COLUMN[self.run.direction.destination]
        value = action.values.get(column) or (action.twin.values.get(column) if isinstance(action, Update) else None)
        return value if isinstance(value, Ref) else None

    def _firms(self, parents: Sequence[uuid.UUID]) -> dict[uuid.UUID, Ref]:
        """The customers and vendors behind these accounts, or company contacts."""
        return self.firms.of_accounts(parents) if self.to_crm else self.firms.of_contacts(parents)

    def _pairs(self, firms: Mapping[uuid.UUID, Ref]) -> list[tuple[Ref, uuid.UUID]]:
        if not self._accounts.keys() >= set(firms.values()):
            self._accounts |= self.firms.accounts_of(list(firms.values()))
        return [(firm, self._accounts[firm]) for firm in firms.values() if firm in self._accounts]

    def _rows(self, side: Side, table: str, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Record]:
        system = self.run.system(side)
        described = system.describe(table)
        names = [described.number_field, described.name_field, PRIMARY[side]]
        return system.get(table, list(ids), [name for name in names if name in described.fields]) if ids else {}

    def _primary(
        self,
        action: Insert | Update,
        firm: Ref,
        here: Mapping[uuid.UUID, Record],
        there: Mapping[uuid.UUID, Record],
        side: Side,
    ) -> SideWrite | None:
        account = self._accounts.get(firm)
        rows = {Side.ERP: here.get(firm.id), Side.CRM: there.get(account) if account else None}
        row = rows[side]
        if row is None or account is None or any(one and one.values.get(PRIMARY[s]) for s, one in rows.items()):
            return None  # Somebody has chosen one, or will be heard first.
        contact = Ref(
            CONTACT, action.pair.id(side), record_name(self.run.rule.table(self.run.direction.source), action.record)
        )
        system = self.run.system(side)
        label = record_name(system.describe(row.table), row)
        change = Change(PRIMARY[side], None, contact)
        return SideWrite(action.record, row.table, row.id, (change,), row.version, firm.id, account, label)
