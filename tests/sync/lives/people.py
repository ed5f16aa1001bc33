"""What people do in a life, and what they want by it. Nothing in here knows how the engine remembers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integration.sync.memory.halves import value_of
from integration.sync.memory.ledger import Pair, State
from integration.sync.record.values import normalizer
from integration.systems.values import Side, Value
from tests.sync.lives.tables import (
    BY_NAME,
    CRM_TABLE,
    ERP_TABLE,
    MAPPED,
    METHODS,
    PEOPLE,
    PERSONS,
    SHIPPING,
    STOPPED,
    TABLE,
    Mapped,
    Mapping,
    Settings,
    TablePair,
    method_of,
    ref,
)
from tests.sync.lives.wishes import NOTHING, Wish, equal, expressed, normal

COMPARABLE = {
    Side.ERP: {mapped.name: normalizer(ERP_TABLE.fields[mapped.erp]) for mapped in MAPPED},
    Side.CRM: {mapped.name: normalizer(CRM_TABLE.fields[mapped.crm]) for mapped in MAPPED},
}


class People:
    """One life: the pair of systems, the mapping, and what people want."""

    def __init__(self, settings: Settings) -> None:
        self.tables, self.mapping = TablePair(settings), Mapping(settings, settings.conflict, settings.deletion)
        self.clock = 0
        self.names: list[str] = []
        self.wishes: dict[tuple[str, str], Wish] = {}
        self.origin: dict[str, Side] = {}
        self.bereaved: set[str] = set()
        """Firms that lost a row, by anybody's hand."""
        self.overwritten: dict[tuple[str, str, Side], Any] = {}
        """What stood in a field before a run that died right after writing it. Whoever puts that back leaves what was
        there if nothing had been written: nobody can tell the two apart, and the write is made again."""
        self.left: dict[tuple[str, str, Side], Any] = {}
        """What the last run that ended left in a field of which nobody wanted anything else. Whoever types something
        and then that again before the next run has changed nothing, as far as anybody can see."""
        self.policies = {settings.conflict}
        for number in (0, 1):
            self.tables.couple(PERSONS, self.tables.persons[Side.ERP][number], self.tables.persons[Side.CRM][number])
        self.tables.couple(SHIPPING, self.tables.methods[0], method_of(1))

    # --- looking ---------------------------------------------------------------------------------------------

    def wish(self, name: str, mapped: Mapped) -> Wish:
        return self.wishes.setdefault((name, mapped.name), Wish())

    def wishes_of(self, name: str) -> dict[str, Wish]:
        return {mapped.name: self.wish(name, mapped) for mapped in MAPPED if self.wish(name, mapped).typed}

    def value(self, side: Side, name: str, mapped: Mapped) -> Any:
        return normal(self.tables.value(side, name, mapped.column(side)))

    def pair(self, name: str) -> Pair | None:
        """The pair, or the place set aside for one, of a firm."""
        ledger = self.tables.ledger()
        for side in Side:
            id = self.tables.id(side, name)
            found = ledger.pairs(side, [id]).get(id) if id is not None else None
            if found is not None:
                return found
        return None

    def name_of(self, pair: Pair) -> str:
        for name in self.names:
            if pair.erp_id == self.tables.id(Side.ERP, name) or pair.crm_id == self.tables.id(Side.CRM, name):
                return name
        return ""

    def is_stopped(self, side: Side, name: str) -> bool:
        id = self.tables.id(side, name)
        return id is not None and self.tables.value(side, name, STOPPED[side]) == 1

    def is_coupled(self, name: str) -> bool:
        pair = self.pair(name)
        return pair is not None and pair.state is State.COUPLED and all(self.tables.id(s, name) for s in Side)

    def _tick(self) -> int:
        self.clock += 1
        return self.clock

    # --- typing ----------------------------------------------------------------------------------------------

    def add(self, side: Side, pick: int) -> str:
        """A new firm with some of its fields filled."""
        name = f"Firm {len(self.names)}"
        self.names.append(name)
        self.origin[name] = side
        self._insert(side, name, pick)
        return name

    def _insert(self, side: Side, name: str, pick: int) -> None:
        self._tick()
        values: dict[str, Value] = {"name": name}
        for place, mapped in enumerate(MAPPED):
            if (pick >> place) & 1:
                values[mapped.column(side)] = self._drawn(side, mapped, pick // 3 + place)
        self.tables.system(side).add(TABLE[side], **values)
        for mapped in MAPPED:
            self._typed(side, name, mapped)

    def edit(self, side: Side, name: str, mapped: Mapped, pick: int) -> bool:
        """Somebody types a value. Answers whether that changed anything."""
        id = self.tables.id(side, name)
        if id is None:
            return False
        self._tick()
        before, value = self.value(side, name, mapped), self._drawn(side, mapped, pick)
        if normal(value) == before:
            return False
        self.wish(name, mapped).same = self._are_equal(name, mapped)
        self.tables.system(side).edit(TABLE[side], id, **{mapped.column(side): value})
        if self.value(side, name, mapped) != before:
            self._typed(side, name, mapped)
        return True

    def _are_equal(self, name: str, mapped: Mapped) -> bool:
        if any(self.tables.id(side, name) is None for side in Side):
            return False
        return equal(self.tables, mapped, {side: self.value(side, name, mapped) for side in Side})

    def _typed(self, side: Side, name: str, mapped: Mapped) -> None:
        wish, value = self.wish(name, mapped), self.value(side, name, mapped)
        wish.typed[side] = (value, self.clock)
        wish.spoken.add(side)
        wish.weak.discard(side)
        key = (name, mapped.name, side)
        as_before = value in (self.overwritten.get(key, NOTHING), self.left.get(key, NOTHING))
        if expressed(self.tables, mapped, value, side) == NOTHING or as_before:
            wish.weak.add(side)

    def _drawn(self, side: Side, mapped: Mapped, pick: int) -> Value:
        match mapped.kind:
            case "text":
                end = " " if pick % 11 == 0 and self.mapping.settings.rounds and side is Side.ERP else ""
                return "" if pick % 7 == 0 else f"{mapped.name} {self.clock}{end}"
            case "number":
                return None if pick % 7 == 0 else Decimal(self.clock * 100 + pick % 100) / 10000
            case "person":
                number = pick % (PEOPLE + 1)
                return None if number == PEOPLE else ref(side, mapped, self.tables.persons[side][number])
            case "firm":
                ids = [self.tables.id(side, name) for name in self.names]
                id = [*ids, None][pick % (len(ids) + 1)]
                return None if id is None else ref(side, mapped, id)
            case "method":
                number = pick % (len(METHODS) + 1)
                if number == len(METHODS):
                    return None
                return ref(side, mapped, self.tables.methods[number]) if side is Side.ERP else number + 1
        return None if pick % 4 == 3 else pick % 4 + 1

    def stop(self, side: Side, name: str, stopped: bool) -> None:
        """The row leaves the mapping's filter, or comes back."""
        id = self.tables.id(side, name)
        if id is not None and self.is_stopped(side, name) is not stopped:
            self.tables.system(side).edit(TABLE[side], id, **{STOPPED[side]: int(stopped)})

    def delete(self, side: Side, name: str) -> None:
        """The row goes; what referred to it is blank from now on."""
        id = self.tables.id(side, name)
        if id is None:
            return
        self._tick()
        payer = BY_NAME["payer"]
        for other in self.names:
            if self.tables.id(side, other) is not None and self.value(side, other, payer) == id:
                other_id = self.tables.id(side, other)
                assert other_id is not None
                self.tables.system(side).edit(TABLE[side], other_id, **{payer.column(side): None})
                self._typed(side, other, payer)
        self.tables.system(side).remove(TABLE[side], id)
        self.bereaved.add(name)
        survivor = self.tables.id(side.other, name) is not None
        for mapped in MAPPED:
            wish = Wish(spoken={side.other})
            if survivor:
                wish.typed[side.other] = (self.value(side.other, name, mapped), self.clock)
            self.wishes[name, mapped.name] = wish
        self.origin[name] = side.other

    # --- after a run --------------------------------------------------------------------------------------------

    def note_weak(self) -> None:
        """Which of the values that stand cannot be expressed now: another value may win over them by right."""
        for (_, field), wish in self.wishes.items():
            for side, (value, _) in wish.typed.items():
                if expressed(self.tables, BY_NAME[field], value, side) == NOTHING:
                    wish.weak.add(side)

    def is_known(self, pair: Pair, mapped: Mapped, name: str) -> bool:
        halves = pair.agreed.get(self.mapping.field(mapped).key)
        if halves is None:
            return False
        for side, half in zip((Side.ERP, Side.CRM), halves, strict=True):
            value = COMPARABLE[side][mapped.name](self.tables.value(side, name, mapped.column(side)))
            if half[:1] in ("?", "*", "~") or value_of(half) != value:
                return False
        return True
