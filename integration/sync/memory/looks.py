"""What both sides and the ledger say about the records of a page, before anything is decided. Reads, writes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from integration.sync.decide import MASTER, Decider
from integration.sync.given_ids.marks import is_marked
from integration.sync.matching.number_conflicts import find_number_holders
from integration.sync.memory.history import naming_columns
from integration.sync.memory.ledger import Pair, State
from integration.sync.memory.side_memory import SideMemory
from integration.sync.merging.merge import Merger
from integration.sync.record.case import Case
from integration.sync.record.draft import Draft, Resolved, ResolvedIds, resolved_ids
from integration.sync.record.transfer import Transfer
from integration.sync.record.values import Normalize, normalizer
from integration.sync.rules import Direction, Reference
from integration.sync.special import special_for
from integration.sync.special.base import Run
from integration.sync.special.money.currency import LocalCurrency
from integration.sync.special.money.local_amounts import local_amounts
from integration.systems.errors import ConfigurationProblem, Problem
from integration.systems.filters import matches
from integration.systems.values import Record, Side, Value

CURRENCY = Reference("currency", "transactioncurrency")


class Looks:
    """Looks for one run. ``again`` collects the records that refer to another record of their own table which is not
    coupled yet: the engine plans them once more at the end (``last_round``)."""

    def __init__(self, run: Run) -> None:
        if not run.rule.fields:
            raise ConfigurationProblem(f"{run.rule.name} has no enabled field mapping rows.")
        self.run = run
        self.read_table = run.rule.table(run.direction.source)
        self.read_filter = run.rule.filter(run.direction.source)
        self.special = special_for(run)
        self.meanings = [*self.special.fields(), *local_amounts(run)]
        self.transfer = Transfer(run.rule, run.direction, self.meanings)
        self.back = self._back() if run.rule.direction is Direction.BOTH else None
        user = run.context.user_id
        self.merger = Merger(run.rule, self.transfer, self.back, self.special.kept, user)
        self.memories = {
            side: SideMemory(side, self._readers(side), user if side is Side.CRM else None, self._held(side))
            for side in Side
        }
        self.decider = Decider(
            run.rule,
            run.direction,
            run.options,
            self.merger,
            self.memories,
            user_id=user if run.direction.source is Side.CRM else None,
            creates=self.special.creates,
            takes_over=self.special.takes_over,
            ignores_deletions=self.special.ignores_deletions,
            new_id=self.special.new_id,
        )
        self.templates = run.rule.templates_for(run.direction.destination)
        self.local_currency = LocalCurrency(run)
        self.asked = run.options.coupled_with
        self.again: set[uuid.UUID] = set()
        self.unfinished: dict[uuid.UUID, Problem] = {}
        """Source records that have to wait for what an interrupted run began, with the reason."""
        self.last_round = False
        self.makes_pairs = False
        self._looked_at: tuple[Sequence[Record], Resolved] = [], {}

    def _back(self) -> Transfer:
        """The other direction, to know what the twin has for the source. What is wrong with it is the other pass's."""
        return Transfer(self.run.rule, self.run.direction.back, self.meanings)

    def _readers(self, side: Side) -> list[tuple[str, Callable[[Record], str]]]:
        """Of every field of this side: its key, and what makes its values comparable."""
        fields = self.run.rule.table(side).fields
        meant = {meaning.key for meaning in self.meanings}
        rules = [one for one in self.run.rule.fields if one.key not in meant]
        named = [(one.key, one.field(side)) for one in rules if one.field(side) in fields]
        readers = [(key, _reader(name, normalizer(fields[name]))) for key, name in named]
        return readers + [(meaning.key, partial(meaning.read, side)) for meaning in self.meanings]

    def _held(self, side: Side) -> dict[str, str]:
        """Of every field that is one column of this side: its key, and that column."""
        meant = {meaning.key for meaning in self.meanings}
        return {one.key: one.field(side) for one in self.run.rule.fields if one.key not in meant}

    @property
    def source_columns(self) -> list[str]:
        return self._columns(self.run.direction.source)

    @property
    def destination_columns(self) -> list[str]:
        return self._columns(self.run.direction.destination)

    @property
    def read_columns(self) -> dict[Side, list[str]]:
        return {side: self._columns(side) for side in Side}

    def _columns(self, side: Side) -> list[str]:
        """What is read of each record; its name, too, which the log calls it by."""
        named = naming_columns(self.run.rule.table(side))
        columns = {*self.run.rule.columns(side), *self.special.columns(side), *named}
        columns.update(*(meaning.columns(side) for meaning in self.meanings))
        if side is self.run.direction.destination and MASTER in self.run.rule.table(side).fields:
            columns.add(MASTER)
        if self.run.rule.table(side).mark_field:
            columns.add(self.run.rule.table(side).mark_field)
        return sorted(columns)

    def _refuse_doubles(self, alone: Sequence[Case]) -> None:
        """A record that carries the number of one that is there already was coupled with it once."""
        found = find_number_holders(self.run, [case.record for case in alone]) if alone else {}
        for case in alone if found else ():
            case.draft.problem = case.draft.problem or found.get(case.record.id)

    def _prepare(self, records: Sequence[Record]) -> None:
        self.special.prepare(records)
        for meaning in self.meanings:
            meaning.prepare(self.run.direction.source, records)

    def _look_back(self, cases: Sequence[Case]) -> None:
        """What the twins would make of these records: only where it matters that a value of theirs can be expressed
        here. That is seldom, so most pages ask nothing for it."""
        if self.back is None:
            return
        wanted = [case for case in cases if self._needs_back(case)]
        rows = [case.twin for case in wanted if case.twin is not None]
        if not rows:
            return
        for meaning in self.meanings:
            meaning.prepare(self.run.direction.destination, rows)
        resolved = self._resolve(self.back, rows)
        for case, twin in zip(wanted, rows, strict=True):
            case.back = self.back.draft(twin, resolved, case.record)

    def _needs_back(self, case: Case) -> bool:
        if case.twin is None or case.pair is None:
            return False
        return self.merger.needs_back(case.draft, case.twin, case.pair)

    def _holders(self, alone: Sequence[Case], found: Mapping[uuid.UUID, Sequence[Record]]) -> dict[uuid.UUID, str]:
        """Which of the uncoupled records, or their matches, another mapping of the same table holds."""
        if not alone:
            return {}
        held = self.run.ledger.held(self.run.direction.source, [case.record.id for case in alone])
        matches = {match.id: id for id, candidates in found.items() for match in candidates}
        held_matches = self.run.ledger.held(self.run.direction.destination, list(matches)) if matches else {}
        return {**{matches[id]: name for id, name in held_matches.items()}, **held}

    def _natural_matches(self, alone: Sequence[Case]) -> Mapping[uuid.UUID, Sequence[Record]]:
        """Of those of the uncoupled records that can go."""
        going = [case.record for case in alone if not (case.draft.problem or case.draft.left_out)]
        found = self.special.candidates(going) if going else {}
        return self._without_marked(found) if found else {}

    def _without_marked(self, found: Mapping[uuid.UUID, Sequence[Record]]) -> dict[uuid.UUID, Sequence[Record]]:
        """A row that carries a mark is nobody's yet, so it is nobody's match."""
        table = self.run.rule.table(self.run.direction.destination)
        ids = sorted({match.id for matches in found.values() for match in matches})
        rows = self.run.destination.get(table.name, ids, [table.mark_field]) if table.mark_field and ids else {}
        marked = {id for id, row in rows.items() if is_marked(table, row)}
        return {id: [match for match in matches if match.id not in marked] for id, matches in found.items()}

    def _draft(self, record: Record, resolved: Resolved, twin: Record | None) -> Draft:
        excluded = self.special.exclude(record)
        if excluded is not None:
            return Draft(left_out=excluded.reason, unpairs=excluded.unpairs, silent=excluded.silent)
        seen = self.special.adjusted(record)
        draft = self.transfer.draft(seen, resolved, twin, own_put_off=not self.last_round)
        if draft.problem is None:
            self.special.complete(record, draft, twin)
        if twin is None and self.templates:
            draft.filled = self._template(seen)
        return draft

    def _template(self, record: Record) -> Mapping[str, Value]:
        """The values of the first template whose condition this record meets."""
        fitting = (template.values for template in self.templates if matches(template.condition, record))
        return next(fitting, {})

    def _resolve(self, transfer: Transfer, records: Sequence[Record]) -> dict[Reference, ResolvedIds]:
        """Ids of the other side for everything these records refer to, asked at once."""
        found = self.run.ledger.resolve_each(transfer.wanted(records), transfer.direction.source)
        resolved: dict[Reference, ResolvedIds] = {reference: resolved_ids(ids) for reference, ids in found.items()}
        if CURRENCY in resolved:
            self.local_currency.add_to(resolved[CURRENCY], transfer.direction)
        return resolved

    def _twins(self, pairs: Sequence[Pair]) -> dict[uuid.UUID, Record]:
        side = self.run.direction.destination
        ids = [pair.id(side) for pair in pairs if pair.state is not State.RESERVED]
        if not ids:
            return {}
        return self.run.destination.get(self.run.destination_table, ids, self.destination_columns)

    def _coupled(self, pair: Pair | None) -> bool:
        return pair is not None and pair.state is not State.RESERVED

    def _pairs_of_matches(self, found: Mapping[uuid.UUID, Sequence[Record]]) -> dict[uuid.UUID, Pair]:
        ids = {match.id for candidates in found.values() for match in candidates}
        return self.run.ledger.pairs(self.run.direction.destination, ids) if ids else {}


def _reader(name: str, normal: Normalize) -> Callable[[Record], str]:
    return lambda record: normal(record.values.get(name))
