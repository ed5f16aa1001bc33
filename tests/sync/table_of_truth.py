"""One record, its twin and what both agreed on last, for trying the decision of a single row in either direction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from integration.sync.actions import Action, Update
from integration.sync.decide import Judge
from integration.sync.ledger import Partner, State
from integration.sync.merge import Merger
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Options
from integration.sync.transfer import Draft, Transfer
from integration.systems.base import Record, Side
from tests.makers import customer_rule, pair

TO_CRM, TO_ERP = Direction.TO_CRM, Direction.TO_ERP
NAMES = {"phone": ("phone_no", "telephone1"), "city": ("city", "address1_city")}
ONE_WAY = {"street": ("address", "address1_line1"), "mail": ("e_mail", "emailaddress1")}
US = uuid.UUID("00000000-0000-4000-8000-0000000000aa")
KEYS = {name: ":".join(fields) for name, fields in (NAMES | ONE_WAY).items()}


def rule(**more: Any) -> TableRule:
    """Customers with two fields that go both ways, a street that goes to Sales and an e-mail that comes from there."""
    fields = [pair(*fields) for fields in NAMES.values()]
    fields += [pair(*ONE_WAY["street"], TO_CRM), pair(*ONE_WAY["mail"], TO_ERP)]
    return customer_rule(more.pop("fields", fields), **more)


@dataclass
class Row:
    """``Row(TO_CRM, source={...}, twin={...}, agreed={...})`` with the fields phone, city, street and mail.
    ``agreed=None``: never agreed. ``seen``: the twin still has the version that is remembered."""

    direction: Direction
    source: dict[str, str] = field(default_factory=dict)
    twin: dict[str, str] | None = None
    agreed: dict[str, str] | None = None
    seen: bool = False
    force: bool = False
    partner: dict[str, Any] = field(default_factory=dict)
    rule: dict[str, Any] = field(default_factory=dict)
    options: Options = field(default_factory=Options)
    modified_by: uuid.UUID | None = None
    erp_id: uuid.UUID = field(default_factory=uuid.uuid4)
    crm_id: uuid.UUID = field(default_factory=uuid.uuid4)

    def __post_init__(self) -> None:
        self.table_rule = rule(**self.rule)
        self.transfer = Transfer(self.table_rule, self.direction)
        self.merger = Merger(self.table_rule, self.transfer, user_id=US)
        options = replace(self.options, force=True) if self.force else self.options
        ours = US if self.direction.source is Side.CRM else None
        self.judge = Judge(self.table_rule, self.direction, options, self.merger, user_id=ours)

    # --- the pieces ---------------------------------------------------------------------------------------

    def record(self, side: Side, values: dict[str, str], version: str) -> Record:
        place = 0 if side is Side.ERP else 1
        named = {(NAMES | ONE_WAY)[name][place]: value for name, value in values.items()}
        id = self.erp_id if side is Side.ERP else self.crm_id
        return Record(self.table_rule.table(side).name, id, named, version, modified_by=self.modified_by)

    @property
    def source_record(self) -> Record:
        return self.record(self.direction.source, self.source, "source now")

    @property
    def twin_record(self) -> Record | None:
        if self.twin is None:
            return None
        return self.record(self.direction.destination, self.twin, "twin before" if self.seen else "twin now")

    @property
    def coupling(self) -> Partner:
        agreed = {KEYS[name]: (value, value) for name, value in (self.agreed or {}).items()}
        made = Partner(self.erp_id, self.crm_id, State.COUPLED, agreed=agreed)
        made = made.with_version(self.direction.source, "source before")
        return replace(made.with_version(self.direction.destination, "twin before"), **self.partner)

    @property
    def draft(self) -> Draft:
        return self.transfer.draft(self.source_record, {})

    # --- the answers --------------------------------------------------------------------------------------

    def decide(self) -> Action:
        return self.judge.decide(self.source_record, self.coupling, self.twin_record, self.draft)

    def dismiss(self, version: str = "source now") -> Action | None:
        record = self.record(self.direction.source, self.source, version)
        return self.judge.dismiss(record, self.coupling)

    def dismiss_uncoupled(self, partner: Partner | None = None) -> Action | None:
        return self.judge.dismiss(self.source_record, partner)

    def deleted(self) -> Action:
        return self.judge.deleted(self.coupling, self.twin_record)

    def written(self, action: Action) -> dict[str, Any]:
        """The fields an update writes, by their names here."""
        assert isinstance(action, Update)
        place = 0 if self.direction.destination is Side.ERP else 1
        named = {fields[place]: name for name, fields in (NAMES | ONE_WAY).items()}
        return {named[name]: value for name, value in action.values.items()}
