"""The two systems of a life and the mapping between them: a field of every kind, and what a life may be made of."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integration.sync.memory.ledger import Pair, State
from integration.sync.memory.memory_ledger import MemoryLedger
from integration.sync.rules import ConflictPolicy, Context, DeletionPolicy, Direction, FieldRule, Reference, TableRule
from integration.systems.filters import parse
from integration.systems.memory import MemorySystem
from integration.systems.values import Field, FieldType, Option, Ref, Side, Value, option_id
from tests.makers import code, option, reference, table, text
from tests.sync.world import MemoryJournal

COLOURS = {Side.ERP: ("Red", "Green", "Blue"), Side.CRM: ("Black", "Blue", "Green")}
"""Red has no partner in Sales, Black none here."""
METHODS = ("AIR", "ROAD", "SEA")
PEOPLE = 4
STATE = (Option(0, "Active"), Option(1, "Resting"))
STOPPED = {Side.ERP: "blocked", Side.CRM: "statecode"}
TABLE = {Side.ERP: "firm", Side.CRM: "account"}
PERSONS = Reference("person", "user")
OWN = Reference("firm", "account")
SHIPPING = Reference("method", "account.shipping")


@dataclass(frozen=True)
class Mapped:
    """One pair of columns. ``kind``: text, number, person, firm, method or colour."""

    name: str
    erp: str
    crm: str
    kind: str
    reference: Reference | None = None
    not_null: bool = False

    def column(self, side: Side) -> str:
        return self.erp if side is Side.ERP else self.crm


MAPPED = (
    Mapped("phone", "phone", "telephone", "text"),
    Mapped("city", "city", "town", "text"),
    Mapped("street", "street", "line1", "text", not_null=True),
    Mapped("size", "size", "quantity", "number"),
    Mapped("boss", "boss", "ownerid", "person", PERSONS),
    Mapped("friend", "friend", "friendid", "person", PERSONS),
    Mapped("payer", "payer", "parentid", "firm", OWN),
    Mapped("method", "method", "shipping", "method", SHIPPING),
    Mapped("colour", "colour", "colour", "colour"),
)
BY_NAME = {mapped.name: mapped for mapped in MAPPED}


@dataclass(frozen=True)
class Settings:
    """What is drawn once for a life. ``ways`` and ``clears`` are by field, ``between`` is how often somebody edits a
    row between our read and our write."""

    direction: Direction = Direction.BOTH
    conflict: ConflictPolicy = ConflictPolicy.NONE
    deletion: DeletionPolicy = DeletionPolicy.NONE
    only_coupled: bool = False
    erp_remote: bool = False
    erp_versions: bool = True
    crm_versions: bool = True
    crm_values: bool = True
    rounds: bool = False
    page: int = 2
    between: float = 0.0
    rows: int = 3
    ways: dict[str, Direction] = field(default_factory=dict)
    clears: dict[str, bool] = field(default_factory=dict)


class Watched(MemorySystem):
    """Somebody may act between any two requests: ``between`` is called there."""

    between: Any = None
    tells_values = False
    updates = 0
    inside = False
    """Is a transaction open?"""

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Like its base, but cheap; over the network there are no transactions."""
        if self.remote:
            yield
            return
        before = {name: (dict(t.rows), dict(t.tombstones), t.numbered) for name, t in self._tables.items()}
        sequence, self.inside = self._sequence, True
        try:
            yield
        except BaseException:
            for name, (rows, tombstones, numbered) in before.items():
                table = self._tables[name]
                table.rows, table.tombstones, table.numbered = rows, tombstones, numbered
            self._sequence = sequence
            raise
        finally:
            self.inside = False

    def _meanwhile(self, table: str) -> None:
        if self.between is not None and table in TABLE.values():
            self.between(self.side)

    def changes(self, table: str, *more: Any) -> Any:
        for page in super().changes(table, *more):
            self._meanwhile(table)
            yield page

    def get(self, table: str, *more: Any) -> Any:
        found = super().get(table, *more)
        self._meanwhile(table)
        return found

    def insert(self, table: str, rows: Any) -> Any:
        if self.remote:
            self._meanwhile(table)
        return super().insert(table, rows)

    def update(self, table: str, rows: Any) -> Any:
        if self.remote:
            self._meanwhile(table)
        answers = super().update(table, rows)
        self.updates += 1
        if not self.tells_values:
            return answers
        held = {row.id: self.values(table, row.id) for row in rows if row.id in self.ids(table)}
        asked = {row.id: row.values for row in rows}
        return [
            replace(answer, values={name: held[answer.id][name] for name in asked[answer.id]}) if answer.ok else answer
            for answer in answers
        ]


class TablePair:
    """Both systems, the ledgers, the cursors: what the machinery of deaths needs of a world."""

    def __init__(self, settings: Settings) -> None:
        self.erp = Watched(Side.ERP, _erp_tables(), remote=settings.erp_remote, page_size=settings.page)
        self.crm = Watched(Side.CRM, _crm_tables(), page_size=settings.page)
        self.erp.numbers, self.erp.unique = {"firm": "F"}, {"firm": [("no",)]}
        self.erp.tells_versions, self.crm.tells_versions = settings.erp_versions, settings.crm_versions
        self.crm.tells_values = settings.crm_values
        if settings.rounds:
            self.crm.plug_ins["account"] = _rounds
        self.ledgers: dict[tuple[str, str], MemoryLedger] = {}
        self.cursors: dict[tuple[str, Direction], str | None] = {}
        self.context = Context(user_id=self.crm.check().user_id)
        self.journal = MemoryJournal()
        self.persons = {Side.ERP: [self.erp.add("person", name=f"P{n}") for n in range(PEOPLE)]}
        self.persons[Side.CRM] = [self.crm.add("user", name=f"P{n}") for n in range(PEOPLE)]
        self.methods = [self.erp.add("method", code=name) for name in METHODS]

    def ledger(self, rule: TableRule | None = None) -> MemoryLedger:
        tables = (rule.erp.name, rule.crm.name) if rule is not None else ("firm", "account")
        mapped = {side: [one.column(side) for one in MAPPED] for side in Side} if tables == ("firm", "account") else {}
        return self.ledgers.setdefault(tables, MemoryLedger(self.ledgers, mapped))

    def other_ledger(self, reference: Reference) -> MemoryLedger:
        tables = (reference.erp_table, reference.crm_table)
        return self.ledgers.setdefault(tables, MemoryLedger(self.ledgers))

    def couple(self, reference: Reference, erp_id: uuid.UUID, crm_id: uuid.UUID) -> None:
        ledger = self.other_ledger(reference)
        before = [*ledger.pairs(Side.ERP, [erp_id]).values(), *ledger.pairs(Side.CRM, [crm_id]).values()]
        ledger.forget(before)
        ledger.remember([Pair(erp_id, crm_id, State.COUPLED)])

    def system(self, side: Side) -> Watched:
        return self.erp if side is Side.ERP else self.crm

    def id(self, side: Side, name: str) -> uuid.UUID | None:
        """The row of a firm."""
        rows = self.system(side)._tables[TABLE[side]].rows
        return next((id for id, row in rows.items() if row.values["name"] == name), None)

    def value(self, side: Side, name: str, column: str) -> Value:
        id = self.id(side, name)
        assert id is not None
        held = self.system(side)._tables[TABLE[side]]
        return held.value(held.rows[id], column)


def _rounds(values: dict[str, Value]) -> dict[str, Value]:
    """Sales keeps two decimals and trims the town."""
    made = dict(values)
    if isinstance(made.get("quantity"), Decimal):
        made["quantity"] = made["quantity"].quantize(Decimal("0.01"), ROUND_HALF_UP)  # type: ignore[union-attr]
    if isinstance(made.get("town"), str):
        made["town"] = str(made["town"]).strip()
    return made


def _erp_tables() -> list[Any]:
    firm = [
        code("no"), text("name"), text("phone"), text("city"), text("street"),
        Field("size", FieldType.DECIMAL, scale=4),
        reference("boss", "person"), reference("friend", "person"), reference("payer", "firm"),
        reference("method", "method"), _colours(Side.ERP), option("blocked", STATE), text("note"),
    ]  # fmt: skip
    return [
        table("firm", "Firm", firm, numbered="no"),
        table("person", "Person", [text("name")]),
        table("method", "Method", [code("code")], named="code"),
    ]


def _crm_tables() -> list[Any]:
    shipping = tuple(Option(n, label) for n, label in enumerate(METHODS, 1))
    account = [
        text("accountnumber"), text("name", required=True), text("telephone"), text("town"), text("line1"),
        Field("quantity", FieldType.DECIMAL, scale=4), reference("ownerid", "user"), reference("friendid", "user"),
        reference("parentid", "account"), option("shipping", shipping), _colours(Side.CRM),
        option("statecode", STATE), text("note"),
    ]  # fmt: skip
    return [table("account", "Account", account), table("user", "User", [text("name")])]


def _colours(side: Side) -> Field:
    return option("colour", tuple(Option(n, label) for n, label in enumerate(COLOURS[side], 1)))


ERP_TABLE = _erp_tables()[0]
CRM_TABLE = _crm_tables()[0]


@dataclass
class Mapping:
    """The mapping as people keep it: its rule may change during a life."""

    settings: Settings
    conflict: ConflictPolicy
    deletion: DeletionPolicy
    off: set[str] = field(default_factory=set)
    revisions: dict[str, int] = field(default_factory=dict)
    first: dict[str, Side | None] = field(default_factory=dict)

    def rule(self) -> TableRule:
        fields = [FieldRule(Direction.BOTH, "name", "name"), FieldRule(Direction.TO_CRM, "no", "accountnumber")]
        fields += [self.field(mapped) for mapped in MAPPED if mapped.name not in self.off]
        return TableRule(
            "FIRM",
            ERP_TABLE,
            CRM_TABLE,
            self.settings.direction,
            tuple(fields),
            only_coupled=self.settings.only_coupled,
            erp_filter=parse("blocked <> Resting", ERP_TABLE),
            crm_filter=parse("statecode <> Resting", CRM_TABLE),
            conflict=self.conflict,
            deletion=self.deletion,
        )

    def field(self, mapped: Mapped) -> FieldRule:
        return FieldRule(
            self.settings.ways.get(mapped.name, Direction.BOTH),
            mapped.erp,
            mapped.crm,
            not_null=mapped.not_null,
            clear_on_failed=self.settings.clears.get(mapped.name, False),
            reference=mapped.reference,
            revision=self.revisions.get(mapped.name, 0),
            first_wins=self.first.get(mapped.name),
        )

    def way(self, mapped: Mapped) -> Direction:
        """Where the field goes: its own direction, within the mapping's."""
        way = self.settings.ways.get(mapped.name, Direction.BOTH)
        if self.settings.direction is Direction.BOTH or way is Direction.BOTH:
            return self.settings.direction if way is Direction.BOTH else way
        return way


def method_of(value: int) -> uuid.UUID:
    return option_id("account.shipping", value)


def ref(side: Side, mapped: Mapped, id: uuid.UUID) -> Ref:
    assert mapped.reference is not None
    return Ref(mapped.reference.table(side), id)
