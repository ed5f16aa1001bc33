"""A page of source records -> a list of actions. Reads both sides and the ledger, writes nothing: this is the plan."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from integration.sync.actions import Action, Fail, Ignore, Insert, Skip, Unchanged, Uncouple, Update
from integration.sync.given_ids.marks import is_marked
from integration.sync.memory.halves import DECIDED, plain
from integration.sync.memory.ledger import RESTING, Agreed, Pair, Result, State
from integration.sync.memory.looks import Looks
from integration.sync.memory.pair_states import is_awaited
from integration.sync.merging.verdict import Look
from integration.sync.record.case import Case
from integration.sync.record.draft import DescriptionDoubtful, Draft, ReferenceNotCoupled, Resolved
from integration.sync.record.meaning import Lack
from integration.sync.run import ANOTHER_PAIR, Scope
from integration.systems.errors import Problem
from integration.systems.filters import matches, reason_outside
from integration.systems.values import Page, Record, Row, Side
from integration.systems.wording import sentence

Judged = tuple[dict[str, str], Draft, Agreed]


class Planner(Looks):
    """Plans page after page of one run."""

    def open(self) -> Iterator[uuid.UUID]:
        """Source ids that this pass has to look at though nobody changed them."""
        self.note_released()
        listed = dict.fromkeys(self.run.ledger.open(self.run.direction))
        return iter([*listed, *(id for id in self.decider.released if id not in listed)])

    def can_go(self, pair: Pair) -> bool:
        """Of an open pair: is there something to carry that neither failed the last time nor waits?"""
        result = pair.outcome(self.run.direction).result
        if pair.id(self.run.direction.source) in self.decider.released:
            return result not in (Result.FAILURE, *RESTING)
        return pair.owed(self.run.direction.destination) and result in (Result.NONE, Result.SUCCESS)

    def note_released(self) -> None:
        """Find out which pairs wait for something that is there by now."""
        self.decider.released.update(self._released())

    def last_round_of(self) -> list[uuid.UUID]:
        """Source ids of what this pass put off, and of what it has made possible itself."""
        came: set[uuid.UUID] = set()
        if self.makes_pairs and self.run.options.scope is not Scope.IDS:
            came = self._released() - self.decider.released
            self.decider.released.update(came)
        return sorted(self.again | came)

    def _released(self) -> set[uuid.UUID]:
        """Source ids that wait for a record which is coupled by now, or has by now what else it is waited for."""
        ledger, direction = self.run.ledger, self.run.direction
        released = set(ledger.released(direction))
        for table in self.special.waits_for(direction.source):
            there = self.special.come(table, list(ledger.waited_for(direction, table)))
            released |= set(ledger.waiting(direction, table, there)) if there else set()
        return released

    def plan(self, page: Page) -> list[Action]:
        """One action per record and per deletion, in the page's order."""
        run, side = self.run, self.run.direction.source
        pairs = run.ledger.pairs(side, [record.id for record in page.records] + list(page.deleted))
        actions: dict[uuid.UUID, Action] = {}
        ahead: list[Record] = []
        for record in page.records:
            action = self._before(record, pairs.get(record.id))
            if action is None:
                ahead.append(record)
            else:
                actions[record.id] = action
        actions.update(self._look(ahead, pairs))
        planned = [actions[record.id] for record in page.records if record.id in actions]
        written = [action for action in planned if isinstance(action, Insert | Update)]
        for action in written if self.asked else ():
            if _makes_a_pair(action):
                self.asked.pop(action.record.id, None)
        self.makes_pairs = self.makes_pairs or any(_makes_a_pair(action) for action in written)
        besides = list(self.special.besides(written)) if written else []
        return planned + self._deletions(page.deleted, pairs) + besides

    def _before(self, record: Record, pair: Pair | None) -> Action | None:
        if self._is_another(record.id, pair):
            return Skip(record, ANOTHER_PAIR, pair)
        if self.unfinished and record.id in self.unfinished:
            return Fail(record, self.unfinished[record.id], pair)
        if self.read_table.mark_field and is_marked(self.read_table, record):
            asked = self.run.options.scope is Scope.IDS
            return Skip(record, "It is being made at the moment.", pair) if asked else Ignore(record)
        if not matches(self.read_filter, record):
            if pair is not None and self._coupled(pair) and self.special.excludes_outside(record):
                return None
            asked = self.run.options.scope is Scope.IDS
            return Skip(record, self._outside(record), pair) if asked else Ignore(record, outside=True)
        if self.special.only_pairs and (pair is None or not self._coupled(pair)):
            return self._without_pair(record)
        concerned = self.last_round and record.id in self.again
        looks_anyway = concerned or self.special.always_looks(record)
        looks = looks_anyway and pair is not None and self._coupled(pair) and not pair.rests
        action = None if looks else self.decider.shortcut(record, pair)
        if action is not None:
            return action
        reason = self.special.leave_out(record)
        return Skip(record, reason, pair) if reason else None

    def _is_another(self, id: uuid.UUID, pair: Pair | None) -> bool:
        """Is this record, by now, not in the pair that a person has asked about? A pair that a run has begun to make is
        nobody's decision, and what this run has made itself neither."""
        if id not in self.asked or (pair is not None and pair.state is State.INTENDED):
            return False
        return pair is None or not self._coupled(pair) or pair.id(self.run.direction.destination) != self.asked[id]

    def _outside(self, record: Record) -> str:
        """Which condition of the filter keeps the record out."""
        why = reason_outside(self.read_filter, record, self.read_table)
        return sentence(f"It is outside the mapping's filter: {why}")

    def _without_pair(self, record: Record) -> Skip | Ignore:
        if self.run.options.scope is Scope.IDS:
            return Skip(record, "It is not coupled, and this mapping makes no new records.")
        return Ignore(record)

    # --- records that need the other side ----------------------------------------------------------------

    def _look(self, records: Sequence[Record], pairs: Mapping[uuid.UUID, Pair]) -> dict[uuid.UUID, Action]:
        if not records:
            return {}
        run = self.run
        self._prepare(records)
        self.again |= self.special.concerned()
        resolved = self._resolve(self.transfer, records)
        in_order = [pairs.get(record.id) for record in records]
        twins = self._twins([pair for pair in in_order if pair is not None])
        cases = [self._case(record, pair, twins, resolved) for record, pair in zip(records, in_order, strict=True)]
        if run.options.doubts and any(case.draft.is_doubtful for case in cases):
            raise DescriptionDoubtful
        self._look_back(cases)
        alone = [case for case in cases if case.is_alone]
        self._refuse_doubles(alone)
        found = self._natural_matches(alone)
        twin_pairs, holders = self._pairs_of_matches(found), self._holders(alone, found)
        self.again.update([case.record.id for case in cases if case.draft.is_put_off])
        actions = [self._decided(case, found, twin_pairs, holders) for case in cases]
        return self._with_special_rules(cases, actions)

    def _case(self, record: Record, pair: Pair | None, twins: Mapping[uuid.UUID, Record], resolved: Resolved) -> Case:
        twin = None if pair is None else twins.get(pair.id(self.run.direction.destination))
        return Case(record, pair, twin, self._draft(record, resolved, twin))

    def _decided(
        self,
        case: Case,
        found: Mapping[uuid.UUID, Sequence[Record]],
        twin_pairs: Mapping[uuid.UUID, Pair],
        holders: Mapping[uuid.UUID, str],
    ) -> Action:
        """What the truth table says; matches and another mapping that holds it are only asked of what is alone."""
        matched, holder = [], ""
        if case.is_alone:
            matched = [(match, twin_pairs.get(match.id)) for match in found.get(case.record.id, ())]
            holder = holders.get(case.record.id, "")
        return self.decider.decide(case.record, case.pair, case.twin, case.draft, matched, case.back, holder)

    def _with_special_rules(self, cases: Sequence[Case], actions: Sequence[Action]) -> dict[uuid.UUID, Action]:
        """The actions by source id, with what a special rule wants of unchanged records, and of twins that change
        hands."""
        self._once_more(cases, actions)
        coupled_twins = {action.twin.id for action in actions if isinstance(action, Update) and action.coupled}
        looked = (self._with_side_writes(action, case.twin) for case, action in zip(cases, actions, strict=True))
        return {
            case.record.id: _without_twins(action, coupled_twins) for case, action in zip(cases, looked, strict=True)
        }

    def _with_side_writes(self, action: Action, twin: Record | None) -> Action:
        """A record that has not changed and whose rows besides are looked at: an update of nothing."""
        if not isinstance(action, Unchanged) or action.pair is None or twin is None:
            return action
        if not self.special.always_looks(action.record):
            return action
        return Update(action.record, twin, action.pair, before=action.before, refused=action.refused)

    def _once_more(self, cases: Sequence[Case], actions: Sequence[Action]) -> None:
        """What moved gets its new twin at the end of the run, and so does whoever inherits the place it had."""
        gone = [(case, one) for case, one in zip(cases, actions, strict=True) if isinstance(one, Uncouple)]
        twins = [action.twin for _, action in gone if action.twin is not None]
        self.again |= {case.record.id for case, action in gone if action.again is not None}
        self.again |= set(self.special.heirs(twins).values() if twins else ())

    def judged(self, rows: Sequence[tuple[Record, Record, Pair]]) -> list[Judged]:
        """What a pass would do with each field of these pairs (record, twin and pair), by key (``Merger.judged``); the
        draft with what keeps the record as a whole from going; and what counts as agreed once both rows are read. Many
        pairs ask no more often than one."""
        resolved = self._resolved([record for record, *_ in rows])
        for meaning in self.meanings:
            meaning.prepare(self.run.direction.destination, [twin for _, twin, _ in rows])
        cases = [
            self._case(record, self._once_read(record, twin, pair), {twin.id: twin}, resolved)
            for record, twin, pair in rows
        ]
        self._look_back(cases)
        return [
            (self.merger.judged(Look(case.draft, record, twin, case.pair, case.back)), case.draft, case.pair.agreed)
            for case, (record, twin, _) in zip(cases, rows, strict=True)
            if case.pair is not None
        ]

    def _once_read(self, record: Record, twin: Record, pair: Pair) -> Pair:
        """The pair once both rows are read."""
        sides = self.run.direction.source, self.run.direction.destination
        for side, row in zip(sides, (record, twin), strict=True):
            pair = self.memories[side].read(pair, row)
        return pair

    def decided(self, record: Record, twin: Record, winners: Mapping[str, Side]) -> Agreed:
        """The halves of these fields once a person decided for one side: that side's value goes over whatever the other
        one holds, so long as the other one stays as it was when the person looked."""
        agreed: dict[str, tuple[str, str]] = {}
        for field in self.transfer.fields:
            winner = winners.get(field.key)
            if winner is not None and field.two_way:
                source, have = plain(field.reads(record)), plain(field.has(twin))
                wins = winner is self.run.direction.source
                agreed[field.key] = self.merger.pair(DECIDED if wins else source, have if wins else DECIDED)
        return agreed

    def problem(self, record: Record) -> Problem | None:
        """What keeps this record from being synchronized, without looking at the other side."""
        return self._draft(record, self._resolved([record]), None).problem

    def _resolved(self, records: Sequence[Record]) -> Resolved:
        """What these records refer to; asked once for those that are looked at again."""
        looked_at, resolved = self._looked_at
        if not all(any(one is record for one in looked_at) for record in records):
            looked_at = list({record.id: record for record in records}.values())
            self._prepare(looked_at)
            resolved = self._resolve(self.transfer, looked_at)
            self._looked_at = looked_at, resolved
        return resolved

    def missing(self, records: Sequence[Record]) -> list[tuple[str, uuid.UUID]]:
        """The records of the source side (table, id) that have to be coupled before these can go, in the order of the
        fields that refer to them."""
        self._prepare(records)
        resolved = self._resolve(self.transfer, records)
        drafts = [self._draft(record, resolved, None) for record in records]
        stopped = [draft for draft in drafts if isinstance(draft.problem, ReferenceNotCoupled)]
        lacking = [one for draft in stopped for one in draft.lacking.values() if one.kind is Lack.MANDATORY]
        found = [(one.table, one.id) for one in lacking if one.id is not None]
        named = [
            (problem.table, problem.id)
            for draft in stopped
            if isinstance(problem := draft.problem, ReferenceNotCoupled)
        ]
        return list(dict.fromkeys([*found, *named]))

    # --- deletions ----------------------------------------------------------------------------------------

    def _deletions(self, ids: Sequence[uuid.UUID], pairs: Mapping[uuid.UUID, Pair]) -> list[Action]:
        gone = [pairs[id] for id in ids if id in pairs and not self._is_to_come(id, pairs[id])]
        if not gone:
            return []
        side, twins = self.run.direction.destination, self._twins(gone)
        heirs = self.special.heirs(list(twins.values())) if twins else {}
        self.again |= set(heirs.values())
        left = [pair for pair in gone if pair.id(side) not in heirs]
        last = self.special.last_words(left, twins) if left else {}
        return [action for pair in left if (action := self._deletion(pair, twins, last)) is not None]

    def _deletion(
        self, pair: Pair, twins: Mapping[uuid.UUID, Record], last: Mapping[uuid.UUID, Row | None]
    ) -> Action | None:
        twin = twins.get(pair.id(self.run.direction.destination))
        if twin is None or twin.id not in last:
            return self.decider.deleted(pair, twin)
        row = last[twin.id]
        return Uncouple(pair) if row is None else Uncouple(pair, twin=twin, last=row)

    def _is_to_come(self, id: uuid.UUID, pair: Pair) -> bool:
        """Is this row not gone, but not there yet? Under an id set aside nobody finds it."""
        side = self.run.direction.source
        return id in self.unfinished or is_awaited(pair, side)


def _without_twins(action: Action, coupled_twins: Collection[uuid.UUID]) -> Action:
    """What loses its twin to another record of the same page does not have it deleted."""
    if isinstance(action, Uncouple) and action.twin is not None and action.twin.id in coupled_twins:
        return replace(action, twin=None)
    return action


def _makes_a_pair(action: Insert | Update) -> bool:
    """May something that waits go on behind it?"""
    return isinstance(action, Insert) or action.coupled or action.completes
