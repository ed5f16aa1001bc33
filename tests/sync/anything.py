"""A machine that does anything to two systems, in any order: people, policies, clocks, runs that end in every way.

What it holds to be always true: nobody is there twice, no edit of a person is lost without a conflict having been
shown or a policy having said so, and the counters tell what happened. At the end nothing goes wrong any more, and both
sides come to hold the same.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from integration.sync.given_ids.marks import reserved_of
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.sync.reading.reader import SourceEmpty
from integration.sync.rules import ConflictPolicy, DeletionPolicy, Direction, TableRule
from integration.sync.run import Counters, Options, Scope
from integration.systems.errors import Throttled, TimedOut
from integration.systems.memory import MemorySystem
from integration.systems.values import Ref, Side
from tests.makers import account, customer_rule, firms
from tests.sync.mortal import run_until
from tests.sync.world import TO_CRM, TO_ERP, World

FIELDS = {"phone_no": "telephone1", "city": "address1_city", "address": "address1_line1"}
FIRMS = 3
"""Few, so that people and runs meet at the same one."""
DIRECTIONS = st.sampled_from([TO_CRM, TO_ERP])
SIDES, COLUMNS = st.sampled_from(list(Side)), st.sampled_from(sorted(FIELDS))


@dataclass
class Edit:
    """What a person typed into one field. ``rival``: since then, the other side held something else that a person
    wants, too; ``first``: or nothing was agreed yet, where blank loses."""

    value: str
    rival: bool = False
    first: bool = False


class Anything(RuleBasedStateMachine):
    """Rows are customers and accounts, named by their firm. ``make_world`` says which systems they are in."""

    def __init__(self) -> None:
        super().__init__()
        self.world = self.make_world()
        self.policies = {"conflict": ConflictPolicy.NONE, "deletion": DeletionPolicy.NONE}
        self.names = iter(firms(1000))
        self.numbers = iter(range(10**6))
        self.made: list[str] = []
        self.edits: dict[tuple[Side, str, str], Edit] = {}
        self.shown: set[str] = set()
        self.unagreed: set[tuple[str, str]] = set()
        self.somebody_adds_a_firm(Side.ERP)
        for direction in (TO_CRM, TO_ERP):
            self._run(direction, Options())

    def make_world(self) -> World:
        raise NotImplementedError

    @property
    def mapping(self) -> TableRule:
        return customer_rule(only_coupled=False, **self.policies)

    # --- people -------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.made) < FIRMS)
    @rule(side=SIDES)
    def somebody_adds_a_firm(self, side: Side) -> None:
        name = next(self.names)
        self.made.append(name)
        if side is Side.ERP:
            self.world.add_customer(name)
        else:
            self.world.crm.add("account", **account(name, ownerid=Ref("systemuser", self.world.jim_user)))

    @rule(side=SIDES, column=COLUMNS, which=st.integers(0, FIRMS), blank=st.booleans())
    def somebody_changes_a_firm(self, side: Side, column: str, which: int, blank: bool) -> None:
        name = self._one(which)
        id = self._rows(side).get(name)
        if id is None:
            return
        system, table = self._end(side)
        value = "" if blank else f"030 {next(self.numbers)}"
        system.edit(table, id, **{_column(side, column): value})
        self.edits[side, name, column] = Edit(value)
        self._rivals()

    @rule(columns=st.permutations(sorted(FIELDS)), which=st.integers(0, FIRMS))
    def two_people_change_different_fields_of_one_firm(self, columns: list[str], which: int) -> None:
        here, there = columns[:2]
        self.somebody_changes_a_firm(Side.ERP, here, which, False)
        self.somebody_changes_a_firm(Side.CRM, there, which, False)

    @rule(side=SIDES, which=st.integers(0, FIRMS))
    def somebody_deletes_a_firm(self, side: Side, which: int) -> None:
        system, table = self._end(side)
        id = self._rows(side).get(self._one(which))
        if id is None:
            return
        system.remove(table, id)
        self.edits = {key: edit for key, edit in self.edits.items() if key[:2] != (side, self._one(which))}

    @rule(which=st.integers(0, FIRMS))
    def somebody_couples_a_pair_anew(self, which: int) -> None:
        """By hand: nothing is known about what both sides agreed on."""
        name = self._one(which)
        ours, theirs = self._rows(Side.ERP).get(name), self._rows(Side.CRM).get(name)
        if ours is None or theirs is None or self._is_marked(Side.ERP, ours) or self._is_marked(Side.CRM, theirs):
            return
        ledger = self.world.ledger(self.mapping)
        ledger.forget([*ledger.pairs(Side.ERP, [ours]).values(), *ledger.pairs(Side.CRM, [theirs]).values()])
        ledger.remember([Pair(ours, theirs, State.COUPLED)])
        self.unagreed |= {(name, column) for column in FIELDS}
        self._rivals()

    @rule(conflict=st.sampled_from(list(ConflictPolicy)), deletion=st.sampled_from(list(DeletionPolicy)))
    def somebody_changes_the_policies(self, conflict: ConflictPolicy, deletion: DeletionPolicy) -> None:
        self.policies = {"conflict": conflict, "deletion": deletion}

    @rule(which=st.integers(0, FIRMS), direction=DIRECTIONS)
    def somebody_lets_one_side_win(self, which: int, direction: Direction) -> None:
        """Synchronize Now with the values of one side: whoever presses that has seen both."""
        id = self._rows(direction.source).get(self._one(which))
        if id is None:
            return
        for (_, name, _), edit in self.edits.items():
            if name == self._one(which):
                edit.rival = True
                self.shown.add(name)
        self._run(direction, Options(scope=Scope.IDS, ids=(id,), force=True, winner=direction.source))

    @rule(minutes=st.sampled_from([5, 20]))
    def time_passes(self, minutes: int) -> None:
        self.world.wait(minutes=minutes)

    # --- runs ---------------------------------------------------------------------------------------------

    @rule(direction=DIRECTIONS, scope=st.sampled_from([Scope.CHANGED, Scope.EVERYTHING]))
    def a_run(self, direction: Direction, scope: Scope) -> None:
        before, intended = len(self._rows(direction.destination)), self._intended()
        counters = self._run(direction, Options(scope=scope))
        if counters is not None:
            made = len(self._rows(direction.destination)) - before
            assert made <= counters.inserted <= made + intended

    @rule(direction=DIRECTIONS, step=st.integers(1, 30))
    def a_run_that_is_killed(self, direction: Direction, step: int) -> None:
        self._run(direction, Options(), step)

    def _run(self, direction: Direction, options: Options, last: int = 10**6) -> Counters | None:
        self.world.wait(minutes=1)
        try:
            counters = run_until(self.world, last, direction, self.mapping, options)
        except (TimedOut, Throttled, SourceEmpty):
            counters = None
        finally:
            self._mend()
        self._look(direction, ended=counters is not None)
        return counters

    def _mend(self) -> None:
        """Faults that were planned and did not happen are forgotten."""

    # --- what is always true ------------------------------------------------------------------------------

    @invariant()
    def nobody_is_there_twice(self) -> None:
        for side in Side:
            found = [row["name"] for row in self._values(side).values()]
            assert len(found) == len(set(found)), found
            assert set(found) <= set(self.made)

    def _look(self, direction: Direction, *, ended: bool) -> None:
        """No edit was lost unless both sides wanted something and somebody, or a policy, has decided."""
        self._see_conflicts()
        held = {side: {row["name"]: row for row in self._values(side).values()} for side in Side}
        for (side, name, column), edit in list(self.edits.items()):
            mine, other = held[side].get(name), held[side.other].get(name)
            if mine is None:
                del self.edits[side, name, column]
            elif _text(mine, side, column) != edit.value:
                decided = self.policies["conflict"] is not ConflictPolicy.NONE or name in self.shown
                decided = decided or (edit.first and not edit.value)
                assert (edit.rival, decided) == (True, True), (side, name, column, edit, _text(mine, side, column))
                del self.edits[side, name, column]
            elif self._has_arrived(side, name, column, edit.value, other, ended and direction.source is side):
                del self.edits[side, name, column]
        self._rivals()

    def _has_arrived(
        self, side: Side, name: str, column: str, value: str, other: dict[str, object] | None, carried: bool
    ) -> bool:
        """The other side holds it, and a run lived to remember that."""
        if other is None or _text(other, side.other, column) != value:
            return False
        if carried:
            return True
        id = self._rows(side)[name]
        pair = self.world.ledger(self.mapping).pairs(side, [id]).get(id)
        return pair is not None and pair.agreed.get(f"{column}:{FIELDS[column]}") == (value, value)

    def _see_conflicts(self) -> None:
        names = {id: str(row["name"]) for side in Side for id, row in self._values(side).items()}
        for pair in self.world.ledger(self.mapping).rows.values():
            agreed = {column for column, theirs in FIELDS.items() if f"{column}:{theirs}" in pair.agreed}
            self.unagreed -= {(names.get(pair.erp_id, ""), column) for column in agreed}
            if "conflict" in (pair.to_crm.code, pair.to_erp.code):
                self.shown |= {names[id] for id in (pair.erp_id, pair.crm_id) if id in names}

    def _rivals(self) -> None:
        for (side, name, column), edit in self.edits.items():
            other = self.edits.get((side.other, name, column))
            edit.first = edit.first or (name, column) in self.unagreed
            if edit.first or (other is not None and other.value != edit.value):
                edit.rival = True

    # --- the end ------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """Nothing goes wrong any more, and somebody has decided what is to become of conflicts and deletions."""
        self.policies = {"conflict": ConflictPolicy.SEND, "deletion": DeletionPolicy.RESTORE}
        for scope in (Scope.CHANGED, Scope.EVERYTHING) * 3:
            self.world.wait(minutes=11)
            for direction in (TO_CRM, TO_ERP):
                self._run(direction, Options(scope=scope, approved=True))
                self._retry_skipped(direction)
        erp, crm = ({row["name"]: row for row in self._values(side).values()} for side in Side)
        alone = {name for side in Side for name, id in self._rows(side).items() if self._is_left_alone(side, id)}
        assert set(erp) - alone == set(crm) - alone
        for name in set(erp) & set(crm):
            for column in FIELDS:
                ours, theirs = _text(erp[name], Side.ERP, column), _text(crm[name], Side.CRM, column)
                assert ours == theirs, (name, column, ours, theirs)
        self._nothing_left_to_do()

    def _retry_skipped(self, direction: Direction) -> None:
        """A person looks at what was skipped and retries it."""
        ledger = self.world.ledger(self.mapping)
        for pair in [pair for pair in ledger.rows.values() if pair.skipped]:
            for way in Direction.BOTH.passes:
                if pair.outcome(way).result is Result.SKIPPED:
                    pair = pair.with_outcome(way, Outcome(Result.FAILURE))
            ledger.remember([pair])
            ids = (pair.id(direction.source),)
            self._run(direction, Options(scope=Scope.IDS, ids=ids, create=True))

    def _nothing_left_to_do(self) -> None:
        for direction in (TO_CRM, TO_ERP):
            counters = self._run(direction, Options(scope=Scope.EVERYTHING, approved=True))
            assert counters is not None
            assert counters.changed == 0, counters

    # --- looking ------------------------------------------------------------------------------------------

    def _end(self, side: Side) -> tuple[MemorySystem, str]:
        return (self.world.erp, "customer") if side is Side.ERP else (self.world.crm, "account")

    def _values(self, side: Side) -> dict[uuid.UUID, dict[str, object]]:
        system, table = self._end(side)
        return {id: system.values(table, id) for id in system.ids(table)}

    def _rows(self, side: Side) -> dict[str, uuid.UUID]:
        return {str(row["name"]): id for id, row in self._values(side).items()}

    def _is_marked(self, side: Side, id: uuid.UUID) -> bool:
        """Is it nobody's yet? Then no page offers it."""
        system, table = self._end(side)
        column = self.mapping.table(side).mark_field
        return bool(column) and reserved_of(system.values(table, id)[column]) is not None

    def _is_left_alone(self, side: Side, id: uuid.UUID) -> bool:
        """Uncoupled when its other record was deleted, and untouched by anybody since."""
        system, table = self._end(side)
        record = system.get(table, [id], [])[id]
        return not self.world.ledger(self.mapping).pairs(side, [id]) and record.modified_by == system.check().user_id

    def _intended(self) -> int:
        """How many rows runs began to make that did not live to tell whether they are there."""
        rows = self.world.ledger(self.mapping).rows.values()
        return sum(pair.state is State.INTENDED for pair in rows)

    def _one(self, which: int) -> str:
        return self.made[which % len(self.made)]


def _column(side: Side, column: str) -> str:
    return column if side is Side.ERP else FIELDS[column]


def _text(row: dict[str, object], side: Side, column: str) -> str:
    return str(row.get(_column(side, column)) or "")
