"""What people do besides typing: rules, couplings, decisions; and what another worker of ours writes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from integration.sync.memory.ledger import Pair, Result, SideWritten, State
from integration.sync.plan import Planner
from integration.sync.record.values import normalizer
from integration.sync.rules import ConflictPolicy, DeletionPolicy, Direction
from integration.sync.run import Options
from integration.sync.special.base import Run
from integration.systems.values import Row, Side
from tests.sync.lives.people import People
from tests.sync.lives.tables import (
    BY_NAME,
    CRM_TABLE,
    ERP_TABLE,
    MAPPED,
    PERSONS,
    SHIPPING,
    TABLE,
    Mapped,
    method_of,
)
from tests.sync.lives.wishes import NOTHING, expressed


class Deciding(People):
    """A life in which people decide."""

    # --- by our own hand -------------------------------------------------------------------------------------

    def side_write(self, side: Side, name: str, pick: int) -> None:
        """A write of ours beside the passes: of a mapped column (then it is an edit of that side), or of another."""
        pair = self.pair(name)
        if pair is None or not self.is_coupled(name):
            return
        self._tick()
        system, mapped = self.tables.system(side), BY_NAME["phone"]
        column = mapped.column(side) if pick % 2 else "note"
        id = pair.id(side)
        table = ERP_TABLE if side is Side.ERP else CRM_TABLE
        record = system.get(TABLE[side], [id], list(table.fields))[id]
        if pick % 2:
            self.wish(name, mapped).same = self._are_equal(name, mapped)
        answer = system.update(TABLE[side], [Row(id, {column: f"{column} {self.clock}"}, record.version)])[0]
        system.log.pop()  # It is no write of a pass.
        if pick % 2:
            self._typed(side, name, mapped)
        held = {name: normalizer(table.fields[name])(value) for name, value in record.values.items()}
        ours = side is Side.CRM and record.modified_by == self.tables.context.user_id
        version = answer.version or ""
        written = SideWritten(side, TABLE[side], id, frozenset({column}), record.version, version, held, ours)
        self.tables.ledger().side_written([written])

    # --- rules, couplings, decisions ---------------------------------------------------------------------------

    def couple_person(self, here: int, there: int) -> None:
        """A salesperson is coupled, perhaps with another user than before."""
        persons = self.tables.persons
        self._refer_anew(PERSONS, persons[Side.ERP][here], persons[Side.CRM][there])

    def couple_method(self, number: int) -> None:
        self._refer_anew(SHIPPING, self.tables.methods[number], method_of(number + 1))

    def _refer_anew(self, reference: Any, erp_id: Any, crm_id: Any) -> None:
        ledger = self.tables.other_ledger(reference)
        held = [*ledger.pairs(Side.ERP, [erp_id]).values(), *ledger.pairs(Side.CRM, [crm_id]).values()]
        if any((one.erp_id, one.crm_id) == (erp_id, crm_id) for one in held):
            return
        self.tables.couple(reference, erp_id, crm_id)
        if held:
            self._free(reference)
        known = (str(erp_id), str(crm_id))
        for pair in list(self.tables.ledger().rows.values()):
            if any(text in half for halves in pair.agreed.values() for half in halves for text in known):
                self._owe(pair)

    def _free(self, reference: Any) -> None:
        for mapped in MAPPED:
            if mapped.reference == reference:
                for name in self.names:
                    self.wish(name, mapped).free = True

    def _owe(self, pair: Pair, **more: Any) -> None:
        """As the application does where a person or a rule asks for a look."""
        owed = replace(pair, seen_erp="", seen_crm="", raised=pair.raised + 1, **more)
        for direction in self.mapping.settings.direction.passes:
            owed = owed.with_owed(direction.destination, True)
        ledger = self.tables.ledger()
        ledger.rows[owed.erp_id] = replace(owed, waits=ledger.rows[owed.erp_id].waits)

    def couple_by_hand(self, name: str) -> None:
        """The pair is uncoupled and coupled again: nothing is agreed any more."""
        erp_id, crm_id = self.tables.id(Side.ERP, name), self.tables.id(Side.CRM, name)
        if erp_id is None or crm_id is None:
            return
        ledger = self.tables.ledger()
        ledger.forget([*ledger.pairs(Side.ERP, [erp_id]).values(), *ledger.pairs(Side.CRM, [crm_id]).values()])
        ledger.remember([Pair(erp_id, crm_id, State.COUPLED)])
        self._owe(ledger.rows[erp_id])
        self.origin.pop(name, None)
        for mapped in MAPPED:
            self._unagreed(name, mapped)

    def strangers(self, pick: int) -> None:
        """The same firm was typed on both sides, and somebody couples the two."""
        name = self.add(Side.ERP, pick)
        self._insert(Side.CRM, name, pick * 7 + 1)
        self.couple_by_hand(name)

    def _unagreed(self, name: str, mapped: Mapped) -> None:
        wish = self.wish(name, mapped)
        self._tick()
        for side in Side:
            if self.tables.id(side, name) is not None:
                wish.typed[side] = (self.value(side, name, mapped), self.clock)
                if expressed(self.tables, mapped, wish.typed[side][0], side) == NOTHING:
                    wish.weak.add(side)
        wish.unagreed = True

    def choose_conflicts(self, policy: ConflictPolicy) -> None:
        self.mapping.conflict = policy
        self.policies.add(policy)
        self._rule_changed()

    def choose_deletions(self, policy: DeletionPolicy) -> None:
        self.mapping.deletion = policy
        self._rule_changed()

    def switch(self, mapped: Mapped, first: Side | None) -> None:
        """A field is switched off, or on again with the side that wins where both differ."""
        if mapped.name not in self.mapping.off:
            self.mapping.off.add(mapped.name)
        else:
            self.mapping.off.discard(mapped.name)
            self.mapping.revisions[mapped.name] = self.mapping.revisions.get(mapped.name, 0) + 1
            self.mapping.first[mapped.name] = first
            for name in self.names:
                self._unagreed(name, mapped)
                if all(self.tables.id(side, name) is not None for side in Side):
                    self.wish(name, mapped).spoken.update(Side)
        self._rule_changed()

    def _rule_changed(self) -> None:
        """Everybody is looked at once more."""
        ledger = self.tables.ledger()
        for erp_id, row in list(ledger.rows.items()):
            ledger.rows[erp_id] = replace(row, seen_erp="", seen_crm="", raised=row.raised + 1)
        self.tables.cursors.clear()

    def decide(self, name: str, winner: Side) -> None:
        """Compare and Decide: one side's values, for every field of which one side's value would go over."""
        pair = self.pair(name)
        direction = Direction.TO_CRM
        there = all(self.tables.id(side, name) is not None for side in Side)
        if pair is None or not there or self.mapping.settings.direction is not Direction.BOTH:
            return
        if pair.state is State.RESERVED:
            return
        self._tick()
        tables = self.tables
        planner = Planner(
            Run(self.mapping.rule(), direction, tables.erp, tables.crm, tables.ledger(), Options(), tables.context)
        )
        record = tables.erp.get("firm", [pair.erp_id], planner.source_columns)[pair.erp_id]
        twin = tables.crm.get("account", [pair.crm_id], planner.destination_columns)[pair.crm_id]
        [(verdicts, *_)] = planner.judged([(record, twin, pair)])
        keys = {key for key, verdict in verdicts.items() if verdict in ("write", "leave", "conflict")}
        decided = planner.decided(record, twin, dict.fromkeys(keys, winner))
        begun = pair.in_flight
        if begun is not None:
            left = {key: halves for key, halves in begun.fields.items() if key not in keys}
            begun = replace(begun, fields=left) if left else None
        self._owe(pair, agreed={**pair.agreed, **decided}, in_flight=begun)
        self.retry()
        for mapped in MAPPED:
            if self.mapping.field(mapped).key in decided:
                self._chosen(name, mapped, winner)

    def _chosen(self, name: str, mapped: Mapped, winner: Side) -> None:
        wish = self.wish(name, mapped)
        if mapped.not_null and self.value(winner, name, mapped) == "":
            wish.free = True  # A blank that never travels: the other value stays, and may go over when it is edited.
            return
        wish.chosen = winner
        wish.spoken.add(winner)
        wish.typed = {winner: (self.value(winner, name, mapped), self.clock)}
        wish.base[winner.other] = self.value(winner.other, name, mapped)

    def retry(self) -> None:
        """Skipped pairs are tried again."""
        ledger = self.tables.ledger()
        for erp_id, row in list(ledger.rows.items()):
            for direction in Direction.BOTH.passes:
                if row.outcome(direction).result is Result.SKIPPED:
                    row = row.with_outcome(direction, replace(row.outcome(direction), result=Result.FAILURE, code=""))
            ledger.rows[erp_id] = row
