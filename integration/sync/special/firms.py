"""Which customer or vendor a company contact belongs to in the ERP, and the account that is coupled with it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from integration.sync.memory.ledger import Ledger
from integration.sync.rules import Reference
from integration.systems.filters import AllOf, AnyOf, Comparison, OneOf, fields_of, parse, reason_outside
from integration.systems.system import System, every
from integration.systems.values import Ref, Side

CUSTOMER, VENDOR, ACCOUNT, CONTACT = "customer", "vendor", "account", "contact"
RELATION = "contact_business_relation"
LINKS = {1: CUSTOMER, 2: VENDOR}
FIRMS = tuple(Reference(table, ACCOUNT) for table in (CUSTOMER, VENDOR))


class Firms:
    """Answers both ways, for a page of ids at once; a customer goes before a vendor."""

    def __init__(self, erp: System, ledger: Ledger) -> None:
        self.erp, self.ledger = erp, ledger

    def of_contacts(self, company_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Ref]:
        """company contact -> its customer or vendor, where it has one."""
        if not company_ids:
            return {}
        where = OneOf("contact_no", tuple(company_ids))
        numbers: dict[str, dict[str, uuid.UUID]] = {CUSTOMER: {}, VENDOR: {}}
        for relation in every(self.erp, RELATION, where, ["contact_no", "link_to_table", "no"]):
            contact, table = relation.values.get("contact_no"), LINKS.get(_number(relation.values["link_to_table"]))
            if isinstance(contact, Ref) and table:
                numbers[table][str(relation.values["no"])] = contact.id
        return self._firms(VENDOR, numbers[VENDOR]) | self._firms(CUSTOMER, numbers[CUSTOMER])

    def _firms(self, table: str, numbers: dict[str, uuid.UUID]) -> dict[uuid.UUID, Ref]:
        if not numbers:
            return {}
        rows = every(self.erp, table, OneOf("no", tuple(numbers)), ["no"])
        return {numbers[str(row.values["no"])]: Ref(table, row.id, str(row.values["no"])) for row in rows}

    def accounts_of(self, firms: Collection[Ref]) -> dict[Ref, uuid.UUID]:
        """customer or vendor -> coupled account."""
        found: dict[Ref, uuid.UUID] = {}
        for reference in FIRMS:
            ids = [firm.id for firm in firms if firm.table == reference.erp_table]
            coupled = self.ledger.resolve(reference, Side.ERP, ids) if ids else {}
            found |= {Ref(reference.erp_table, erp_id): crm_id for erp_id, crm_id in coupled.items()}
        return found

    def of_accounts(self, account_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Ref]:
        """account -> coupled customer or vendor."""
        found: dict[uuid.UUID, Ref] = {}
        for reference in reversed(FIRMS):
            coupled = self.ledger.resolve(reference, Side.CRM, account_ids) if account_ids else {}
            found |= {crm_id: Ref(reference.erp_table, erp_id) for crm_id, erp_id in coupled.items()}
        return found

    def contacts_of(self, firms: Collection[Ref]) -> dict[Ref, Ref]:
        """customer or vendor -> its company contact."""
        found: dict[Ref, Ref] = {}
        for link, table in LINKS.items():
            ids = [firm.id for firm in firms if firm.table == table]
            if ids:
                found |= self._contacts(link, table, ids)
        return found

    def outside(
        self, table: str, ids: Collection[uuid.UUID], system: System, filters: Sequence[str]
    ) -> dict[uuid.UUID, str]:
        """Those of these rows that no mapping takes, and why: they are outside all of its filters, or gone."""
        if not ids or not filters:
            return {}
        described = system.describe(table)
        wanted = AnyOf(tuple(parse(text, described) for text in filters))
        rows = system.get(table, list(ids), sorted(fields_of(wanted)))
        gone = {id: "it is gone" for id in ids if id not in rows}
        reasons = {id: reason_outside(wanted, row, described) for id, row in rows.items()}
        return gone | {id: reason for id, reason in reasons.items() if reason}

    def people_of(self, firms: Collection[Ref]) -> dict[uuid.UUID, Ref]:
        """person contact -> the one of these customers and vendors it works for."""
        firm_of = {contact.id: firm for firm, contact in self.contacts_of(firms).items()}
        if not firm_of:
            return {}
        people = every(self.erp, CONTACT, OneOf("company_no", tuple(firm_of)), ["company_no"])
        company = {person.id: person.values["company_no"] for person in people}
        return {id: firm_of[ref.id] for id, ref in company.items() if isinstance(ref, Ref)}

    def _contacts(self, link: int, table: str, ids: Collection[uuid.UUID]) -> dict[Ref, Ref]:
        rows = self.erp.get(table, list(ids), ["no"])
        numbers = {str(row.values["no"]): row.id for row in rows.values()}
        where = AllOf((Comparison("link_to_table", "=", link), OneOf("no", tuple(numbers))))
        found: dict[Ref, Ref] = {}
        for relation in every(self.erp, RELATION, where, ["contact_no", "no"]):
            contact = relation.values.get("contact_no")
            if isinstance(contact, Ref):
                found[Ref(table, numbers[str(relation.values["no"])])] = contact
        return found


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
