"""Runs over a life: passes that end or die, with people about meanwhile, and rest."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from integration.sync.actions import Insert, Update
from integration.sync.engine import plan
from integration.sync.memory.ledger import Result, State
from integration.sync.rules import Direction
from integration.sync.run import Counters, Options, Scope
from integration.systems.values import Side
from tests.sync.lives.deciding import Deciding
from tests.sync.lives.invariants import Broken, at_rest, field_problem
from tests.sync.lives.tables import MAPPED, PEOPLE, TABLE, Settings, Watched
from tests.sync.lives.wishes import Wish, equal
from tests.sync.mortal import Killed, run_until
from tests.sync.mortal import Life as Death

NEVER = 10**6
ROUNDS = 14
OURS_AS_WELL = 0.25
"""How often it is another worker of ours that acts between read and write."""
WRITES = ("insert", "update", "delete")


class Runs(Deciding):
    """A life with runs."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.passes = self.deaths = self.meanwhile = 0

    def run(
        self,
        direction: Direction,
        options: Options | None = None,
        last: int = NEVER,
        seed: int = 0,
        *,
        dies_written: bool = False,
    ) -> bool:
        """One pass; false where it died: at its ``last`` step, or as soon as an update has arrived. ``seed`` not 0:
        people may be about."""
        options = options or Options(approved=True)
        if not self.mapping.settings.direction.includes(direction):
            return True
        self.note_weak()
        since = self._tick()
        marks = {side: len(self.tables.system(side).log) for side in Side}
        intended = self._state_of_rows(direction.destination)
        busy = self.meanwhile
        before = self._values(direction.destination)
        with self._people_about(seed):
            end = UntilWritten(self.tables.system(direction.destination)) if dies_written else None
            counters = run_until(self.tables, last, direction, self.mapping.rule(), options, end)  # type: ignore[arg-type]
        self.passes += 1
        self.deaths += counters is None
        self._note_overwritten(direction.destination, before, died=counters is None)
        self._source_untouched(direction, marks[direction.source])
        whole = options.scope in (Scope.CHANGED, Scope.EVERYTHING) and counters is not None
        self.note_reached(direction.source if whole else None, since)
        if counters is not None and busy == self.meanwhile:
            self._counted(direction, counters, intended)
        return counters is not None

    def _values(self, side: Side) -> dict[tuple[str, str, Side], Any]:
        there = [name for name in self.names if self.tables.id(side, name) is not None]
        return {(name, mapped.name, side): self.value(side, name, mapped) for name in there for mapped in MAPPED}

    def _note_overwritten(self, side: Side, before: dict[tuple[str, str, Side], Any], *, died: bool) -> None:
        now = self._values(side)
        if died:
            self.overwritten |= {key: before.get(key, "") for key in now if now[key] != before.get(key, "")}
            self._note_left({key: now[key] for key in now.keys() - before.keys()})
        else:
            self.overwritten.clear()
            for one in Side:
                self._note_left(self._values(one))

    def _note_left(self, values: dict[tuple[str, str, Side], Any]) -> None:
        self.left |= {key: it for key, it in values.items() if key[2] not in self.wishes.get(key[:2], Wish()).typed}

    def note_reached(self, carried: Side | None, since: int) -> None:
        """Fields in which both sides have come together and a run knows: it has ended (``carried`` is the side it read,
        ``since`` when it began), or the memory says so. They must have come together by right."""
        for name in self.names:
            pair = self.pair(name)
            if pair is None or not self.is_coupled(name):
                continue
            rests = Result.SKIPPED in (pair.to_crm.result, pair.to_erp.result)
            stopped = carried is None or self.is_stopped(carried, name)
            for mapped in MAPPED:
                wish = self.wish(name, mapped)
                if not (wish.typed or wish.unagreed or wish.free):
                    continue
                values = {side: self.value(side, name, mapped) for side in Side}
                rounded = mapped.kind == "number" and len(set(values.values())) > 1
                if not equal(self.tables, mapped, values) or (rounded and wish.chosen is not None):
                    continue
                typed = wish.typed.get(carried) if carried is not None else None
                seen = typed is not None and len(wish.typed) == 1 and typed[1] < since and not rests
                if (seen and not stopped) or self.is_known(pair, mapped, name):
                    wrong = field_problem(self, name, mapped, dict.fromkeys(Side, False))
                    if wrong and mapped.name not in self.mapping.off:
                        raise Broken(f"{name}.{mapped.name} came together by no right: {wrong}; {values}, {wish}")
                    wish.reached(values)

    @contextmanager
    def _people_about(self, seed: int) -> Iterator[None]:
        dice = random.Random(seed)
        left = [2 if seed else 0]

        def act(_: Side) -> None:
            if self.tables.erp.inside or not left[0] or dice.random() >= self.mapping.settings.between:
                return
            left[0] -= 1
            side, mapped, name = dice.choice(list(Side)), dice.choice(MAPPED), dice.choice(self.names)
            if dice.random() < OURS_AS_WELL:
                self._another_run(side, name, dice)
            else:
                self.meanwhile += self.edit(side, name, mapped, dice.randrange(1000))

        self.tables.erp.between = self.tables.crm.between = act
        try:
            yield
        finally:
            self.tables.erp.between = self.tables.crm.between = None

    def _another_run(self, side: Side, name: str, dice: random.Random) -> None:
        """Another worker writes a row besides, or a reference is coupled anew: flags are raised during the pass."""
        between = self.tables.erp.between, self.tables.crm.between
        self.tables.erp.between = self.tables.crm.between = None
        self.meanwhile += 1
        if dice.random() < 0.5:
            self.side_write(side, name, dice.randrange(1000))
        else:
            self.couple_person(dice.randrange(2), dice.randrange(PEOPLE))
        self.tables.erp.between, self.tables.crm.between = between

    def written(self, side: Side, since: int = 0) -> list[Any]:
        log = self.tables.system(side).log[since:]
        return [call for call in log if call.verb in WRITES and call.rows and call.table == TABLE[side]]

    def _source_untouched(self, direction: Direction, since: int) -> None:
        """A pass writes nothing where it reads; but what a birth was given goes back at once."""
        for call in self.written(direction.source, since):
            back = direction is Direction.TO_ERP and call.verb == "update"
            columns = {name for row in call.rows for name in row.values}
            if not back or (columns - {"accountnumber"} and not self.mapping.settings.between):
                raise Broken(f"the pass {direction} wrote {columns} of its own source ({call.verb})")

    def _state_of_rows(self, side: Side) -> set[uuid.UUID]:
        return set(self.tables.system(side)._tables[TABLE[side]].rows)

    def _counted(self, direction: Direction, counters: Counters, before: set[uuid.UUID]) -> None:
        side = direction.destination
        made = len(self._state_of_rows(side) - before)
        told = [one for one in self.tables.journal.changed if one.action == "inserted"]
        if not made <= counters.inserted == len(told):
            raise Broken(f"{made} rows were made, {counters.inserted} counted, {len(told)} in the history")

    # --- a plan and its run -----------------------------------------------------------------------------------

    def as_planned(self, direction: Direction) -> None:
        """What a dry run shows is what the run does; later rows and rounds may add to it."""
        if not self.mapping.settings.direction.includes(direction):
            return
        pair, rule = self.tables, self.mapping.rule()
        ends = (pair.erp, pair.crm) if direction is Direction.TO_CRM else (pair.crm, pair.erp)
        cursor = pair.cursors.get((rule.name, direction))
        options = Options(dry_run=True)
        actions = list(plan(rule, direction, *ends, pair.ledger(), cursor, options, pair.context))
        inserts = {action.record.id for action in actions if isinstance(action, Insert)}
        changes = {
            (action.twin.id, change.field)
            for action in actions
            if isinstance(action, Update)
            for change in action.changes
        }
        mark = len(pair.system(direction.destination).log)
        self.run(direction)
        done = pair.journal.changed
        source = [one.erp_id if direction is Direction.TO_CRM else one.crm_id for one in done]
        missing = inserts - {id for id, one in zip(source, done, strict=True) if one.action == "inserted"}
        missing -= self._refer_to_nothing(direction)
        written = {
            (row.id, name)
            for call in self.written(direction.destination, mark)
            if call.verb == "update"
            for row in call.rows
            for name in row.values
        }
        if missing or changes - written:
            raise Broken(f"shown and not done: {missing or changes - written}")

    def _refer_to_nothing(self, direction: Direction) -> set[uuid.UUID]:
        """Rows that were refused since what they refer to was deleted there: a dry run asks for no row that is neither
        read nor written."""
        rows = self.tables.ledger().rows.values()
        return {row.id(direction.source) for row in rows if row.outcome(direction).code == "reference-missing"}

    # --- one record -------------------------------------------------------------------------------------------

    def by_ids(self, direction: Direction, name: str, winner: bool, force: bool, seed: int = 0) -> None:
        """Synchronize Now; with ``winner`` Send or Get."""
        id = self.tables.id(direction.source, name)
        if id is None or not self.mapping.settings.direction.includes(direction):
            return
        side = direction.source
        before = self.tables.system(side).values(TABLE[side], id)
        known = self.pair(name)
        both = all(self.tables.id(one, name) is not None for one in Side)
        coupled = known is not None and known.state is not State.RESERVED and both
        options = Options(scope=Scope.IDS, ids=(id,), force=force, winner=side if winner else None)
        if not winner:
            self.run(direction, options, seed=seed)
            return
        wished = {key: deepcopy(wish) for key, wish in self.wishes.items()}
        if coupled:
            self._tick()
            for mapped in MAPPED:
                if mapped.name not in self.mapping.off and self.mapping.way(mapped).includes(direction):
                    self._chosen(name, mapped, side)
        self.run(direction, options)
        if self.tables.system(side).values(TABLE[side], id) != before and coupled:
            raise Broken(f"the chosen side of {name} was touched")
        pair = self.pair(name)
        if pair is None or not coupled or self.is_stopped(side, name):
            self.wishes = wished
            return
        if pair.outcome(direction).code == "conflict":
            raise Broken(f"a conflict of {name} though a person had decided")
        if pair.outcome(direction).result is not Result.SUCCESS:
            self.wishes = wished

    # --- rest ---------------------------------------------------------------------------------------------------

    def rest(self, *, all_coupled: bool = False, create: bool = False) -> None:
        """Passes until nothing moves; then look whether all is well, and whether a full round finds nothing more."""
        if create:
            self._until_still(Options(scope=Scope.EVERYTHING, create=True, approved=True))
        self._until_still(Options(approved=True))
        at_rest(self, all_coupled=all_coupled)
        marks = {side: len(self.tables.system(side).log) for side in Side}
        self._until_still(Options(scope=Scope.EVERYTHING, approved=True))
        found = [(side, call.verb, call.rows) for side in Side for call in self.written(side, marks[side])]
        if found and not self.bereaved:
            raise Broken(f"a full round at rest wrote {found}")
        at_rest(self, all_coupled=all_coupled)
        self._agree()

    def _until_still(self, options: Options) -> None:
        for _ in range(ROUNDS):
            before = self._everything()
            for direction in self.mapping.settings.direction.passes:
                self.run(direction, options)
            if self._everything() == before:
                return
        raise Broken(f"still moving after {ROUNDS} rounds")

    def _everything(self) -> Any:
        versions = {side: self.tables.system(side)._sequence for side in Side}
        return versions, dict(self.tables.ledger().rows)

    def _agree(self) -> None:
        """What both sides hold at rest and nobody wants otherwise is what they hold by right."""
        for name in self.names:
            for mapped in MAPPED:
                wish = self.wish(name, mapped)
                for side in Side:
                    if self.tables.id(side, name) is not None and side not in wish.typed:
                        wish.base[side] = self.value(side, name, mapped)


class UntilWritten(Death):
    """Ends as soon as an update has reached a system, before anything of it is remembered."""

    def __init__(self, system: Watched) -> None:
        super().__init__(NEVER)
        self.system, self.before = system, system.updates

    def step(self) -> None:
        if self.system.updates > self.before:
            raise Killed
