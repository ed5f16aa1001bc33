"""One record, its twin and what both agreed on last, for trying the decision of a single row in either direction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from integration.sync.actions import Action, Update
from integration.sync.decide import Decider
from integration.sync.memory.halves import plain
from integration.sync.memory.ledger import Pair, State
from integration.sync.memory.side_memory import SideMemory
from integration.sync.merging.merge import Look, Merged, Merger
from integration.sync.record.meaning import MeaningField
from integration.sync.record.transfer import Draft, Resolved, Transfer
from integration.sync.record.values import normalizer
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Options
from integration.systems.values import Record, Side
from tests.makers import customer_rule, field_rule

TO_CRM, TO_ERP = Direction.TO_CRM, Direction.TO_ERP
NAMES = {"phone": ("phone_no", "telephone1"), "city": ("city", "address1_city")}
ONE_WAY = {"street": ("address", "address1_line1"), "mail": ("e_mail", "emailaddress1")}
US = uuid.UUID("00000000-0000-4000-8000-0000000000aa")
BLANK = {"city": "", "street": "", "mail": ""}
KEYS = {name: ":".join(fields) for name, fields in (NAMES | ONE_WAY).items()}


def rule(**more: Any) -> TableRule:
    """Customers with two fields that go both ways, a street that goes to Sales and an e-mail that comes from there."""
    fields = [field_rule(*fields) for fields in NAMES.values()]
    fields += [field_rule(*ONE_WAY["street"], TO_CRM), field_rule(*ONE_WAY["mail"], TO_ERP)]
    return customer_rule(more.pop("fields", fields), **more)


def memory_of(
    rule: TableRule, side: Side, user_id: uuid.UUID | None = None, meanings: Sequence[MeaningField] = ()
) -> SideMemory:
    """What reads the rows of one side of a mapping."""
    fields = rule.table(side).fields
    named = [(one.key, one.field(side)) for one in rule.fields if one.field(side)]

    def reader(name: str) -> Any:
        normal = normalizer(fields[name])
        return lambda record: normal(record.values.get(name))

    readers = [(key, reader(name)) for key, name in named]
    return SideMemory(side, readers + [(one.key, partial(one.read, side)) for one in meanings], user_id)


@dataclass
class Row:
    """``Row(TO_CRM, source={...}, twin={...}, agreed={...})`` with the fields phone, city, street and mail.
    ``agreed`` are plain values that both sides were content with, or the two halves as (source, twin); no entry:
    never agreed. ``seen``: the twin still has the version that is remembered. ``winner``: what Send or Get says."""

    direction: Direction
    source: dict[str, Any] = field(default_factory=dict)
    twin: dict[str, Any] | None = None
    agreed: dict[str, str | tuple[str, str]] | None = None
    seen: bool = False
    winner: Side | None = None
    pair: dict[str, Any] = field(default_factory=dict)
    rule: dict[str, Any] = field(default_factory=dict)
    options: Options = field(default_factory=Options)
    resolved: Resolved = field(default_factory=dict)
    resolved_back: Resolved = field(default_factory=dict)
    meanings: Sequence[MeaningField] = ()
    names: dict[str, tuple[str, str]] = field(default_factory=lambda: NAMES | ONE_WAY)
    modified_by: uuid.UUID | None = None
    erp_id: uuid.UUID = field(default_factory=uuid.uuid4)
    crm_id: uuid.UUID = field(default_factory=uuid.uuid4)

    def __post_init__(self) -> None:
        self.table_rule = rule(**self.rule)
        self.transfer = Transfer(self.table_rule, self.direction, self.meanings)
        two_ways = self.table_rule.direction is Direction.BOTH
        back = self.direction.back
        self.back_transfer = Transfer(self.table_rule, back, self.meanings) if two_ways else None
        self.merger = Merger(self.table_rule, self.transfer, self.back_transfer)
        self.options = replace(self.options, winner=self.winner or self.options.winner)
        ours = US if self.direction.source is Side.CRM else None
        self.memories = {
            side: memory_of(self.table_rule, side, US if side is Side.CRM else None, self.meanings) for side in Side
        }
        self.decider = Decider(self.table_rule, self.direction, self.options, self.merger, self.memories, user_id=ours)

    # --- the pieces ---------------------------------------------------------------------------------------

    def record(self, side: Side, values: dict[str, Any], version: str) -> Record:
        place = 0 if side is Side.ERP else 1
        named = {self.names[name][place]: value for name, value in values.items()}
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

    def key(self, name: str) -> str:
        return ":".join(self.names[name]) if name in self.names else name

    def _halves(self, agreed: str | tuple[str, str]) -> tuple[str, str]:
        return (plain(agreed), plain(agreed)) if isinstance(agreed, str) else self.merger.pair(*agreed)

    @property
    def coupling(self) -> Pair:
        agreed = {self.key(name): self._halves(one) for name, one in (self.agreed or {}).items()}
        made = Pair(self.erp_id, self.crm_id, State.COUPLED, agreed=agreed)
        made = made.with_seen(self.direction.source, "source before")
        return replace(made.with_seen(self.direction.destination, "twin before"), **self.pair)

    @property
    def draft(self) -> Draft:
        return self.transfer.draft(self.source_record, self.resolved)

    @property
    def back(self) -> Draft | None:
        """What the twin would make of the record, as far as the planner asks for it."""
        twin = self.twin_record
        if self.back_transfer is None or twin is None:
            return None
        if not self.merger.needs_back(self.draft, twin, self.coupling):
            return None
        return self.back_transfer.draft(twin, self.resolved_back)

    # --- the answers --------------------------------------------------------------------------------------

    def merge(self) -> Merged:
        """Both rows are read against what is remembered, then merged."""
        twin = self.twin_record
        assert twin is not None
        read = self.memories[self.direction.source].read(self.coupling, self.source_record)
        read = self.memories[self.direction.destination].read(read, twin)
        return self.merger.merge(Look(self.draft, self.source_record, twin, read, self.back, self.options.winner))

    def decide(self) -> Action:
        return self.decider.decide(self.source_record, self.coupling, self.twin_record, self.draft, back=self.back)

    def shortcut(self, version: str = "source now") -> Action | None:
        record = self.record(self.direction.source, self.source, version)
        return self.decider.shortcut(record, self.coupling)

    def shortcut_uncoupled(self, pair: Pair | None = None) -> Action | None:
        return self.decider.shortcut(self.source_record, pair)

    def deleted(self) -> Action:
        return self.decider.deleted(self.coupling, self.twin_record)

    def halves(self, agreed: Mapping[str, tuple[str, str]], name: str) -> tuple[str, str] | None:
        """What is agreed about a field, as (source, twin)."""
        found = agreed.get(self.key(name))
        return None if found is None else self.merger.split(found)

    def written(self, action: Action) -> dict[str, Any]:
        """The fields an update writes, by their names here."""
        assert isinstance(action, Update)
        place = 0 if self.direction.destination is Side.ERP else 1
        named = {fields[place]: name for name, fields in self.names.items()}
        return {named[name]: value for name, value in action.values.items()}


# --- one field ----------------------------------------------------------------------------------------------------


def phones(direction: Direction, source: str, twin: str, agreed: str | tuple[str, str] | None, **more: Any) -> Merged:
    """What becomes of one two-way field, all else blank and agreed. ``agreed`` may be the halves, source first."""
    known = dict(BLANK) if agreed is None else {**BLANK, "phone": agreed}
    return Row(direction, {**BLANK, "phone": source}, {**BLANK, "phone": twin}, known, **more).merge()


def own(direction: Direction, source: str, twin: str, agreed: str | tuple[str, str] | None, **more: Any) -> Merged:
    """The same of a field that goes only in this direction."""
    name = "street" if direction is TO_CRM else "mail"
    known = {**BLANK, "phone": "", name: agreed}
    if agreed is None:
        del known[name]
    blank = {**BLANK, "phone": ""}
    return Row(direction, {**blank, name: source}, {**blank, name: twin}, known, **more).merge()


def written(merged: Merged) -> list[str]:
    return [change.new for change in merged.changes]


def after(direction: Direction, merged: Merged, key: str = KEYS["phone"]) -> tuple[str, str]:
    """The halves that are agreed from now on, source first."""
    erp, crm = merged.agreed[key]
    return (erp, crm) if direction is TO_CRM else (crm, erp)
