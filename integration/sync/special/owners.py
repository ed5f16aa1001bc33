"""Who a record from Sales belongs to: its owner's salesperson, which the documents ask of every customer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from integration.sync.record.transfer import Draft, ReferenceNotCoupled
from integration.sync.rules import FieldRule, Reference, TableRule
from integration.sync.special.base import Run
from integration.systems.values import Record, Ref, Side

OWNER = "ownerid"
SALESPEOPLE = Reference("salesperson", "systemuser")


def owner_rule(rule: TableRule) -> FieldRule | None:
    """The field mapping between a salesperson and the owner; without one the owner means nothing here."""
    return next((one for one in rule.fields if one.crm_field == OWNER and one.erp_field), None)


class Owners:
    """For records that are made in Business Central. ``required``: such a record waits for its salesperson, unless the
    field mapping says that an owner nobody knows is left blank (clear value on failed synchronization)."""

    def __init__(self, run: Run, *, required: bool) -> None:
        self.run, self.rule = run, owner_rule(run.rule)
        self.required = required and self.rule is not None and not self.rule.clear_on_failed
        self._people: Mapping[uuid.UUID, uuid.UUID] = {}

    def read(self, records: Sequence[Record]) -> None:
        """Look up the salespeople of these records' owners."""
        owners = {ref.id for record in records if (ref := self._owner(record)) and ref.table == SALESPEOPLE.crm_table}
        self._people = self.run.ledger.resolve(SALESPEOPLE, Side.CRM, owners) if owners else {}

    def give(self, record: Record, draft: Draft) -> None:
        """Give a new record its owner's salesperson, or say whose salesperson it waits for."""
        owner = self._owner(record)
        if owner is None or self.rule is None:
            return
        person = self._people.get(owner.id) if owner.table == SALESPEOPLE.crm_table else None
        if person is not None:
            draft.on_insert[self.rule.erp_field] = Ref(SALESPEOPLE.erp_table, person)
        elif self.required:
            # A team is coupled with nobody: the record itself has to go to somebody else.
            coupled_later = owner.table == SALESPEOPLE.crm_table
            table, id = (owner.table, owner.id) if coupled_later else (record.table, record.id)
            draft.problem = ReferenceNotCoupled(_words(owner), table=table, id=id)

    def _owner(self, record: Record) -> Ref | None:
        owner = record.values.get(OWNER) if self.rule is not None else None
        return owner if isinstance(owner, Ref) else None


def _words(owner: Ref) -> str:
    called = f"“{owner.label or owner.id}”"
    if owner.table == SALESPEOPLE.crm_table:
        return (
            f"The owner {called} is not coupled with a salesperson, and a customer needs one. Couple the user with a "
            "salesperson, or assign the record to another user in Dynamics 365 Sales."
        )
    return (
        f"The owner is the team {called}, and a customer needs a salesperson. Assign the record to a user in Dynamics "
        "365 Sales who is coupled with a salesperson."
    )
