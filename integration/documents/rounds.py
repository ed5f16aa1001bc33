"""How the passes of documents read: what is still open, then what changed, in rounds and in pieces.

What is made of a document changes it, and may take it out of what is being read. Pages that are read meanwhile would
shift, and documents be passed over:

    read page 1 (1,000 candidates)     ask for page 2      make 1,000 orders: they are no candidates any more
    page 2 of the candidates left      would begin behind the first 1,000 of those: they are lost

So a round of headers is read to its end before anything is made of the first, the cursor moves behind a whole round
only, and the next round begins anew.
"""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace

from integration.documents.flow import DIRECTION, Flow, Noted, chunks
from integration.documents.lines import HEADER_TABLE
from integration.documents.lookups import Lookups
from integration.documents.noticing.deleted import note_deleted
from integration.documents.reading import SalesReader
from integration.documents.sources import Source
from integration.sync.memory.ledger import State
from integration.sync.run import ANOTHER_PAIR, Counters, Options, Scope
from integration.systems.errors import CursorExpired
from integration.systems.filters import Filter
from integration.systems.values import Page, Record, Side

AT_ONCE = 500
"""Documents that are read and planned in one go."""
ROUND = 5000
"""Headers that are held at once."""
MODIFIED = "modifiedon"


class DocumentPass(ABC):
    """One pass under way."""

    at_once = AT_ONCE

    def __init__(self, flow: Flow, source: Source) -> None:
        self.flow, self.source = flow, source
        self.reader = SalesReader(flow.crm, source)
        self.lookups = Lookups(flow.erp, flow.ledger, flow.context)
        self.total = Counters()
        self.delivered: dict[uuid.UUID, str] = {}
        """Those that were taken, with the version they had then; open ones may have changed as well."""
        self.again: list[uuid.UUID] = []
        """Those that somebody changed while they were read or written."""

    @abstractmethod
    def take(self, headers: Sequence[Record]) -> None:
        """Read, plan and write what belongs to these headers."""

    @abstractmethod
    def wanted(self, cursor: str | None) -> Filter:
        """Which of those that changed since the cursor are looked at; without one, where nothing was read before."""

    def go(self) -> Counters:
        flow = self.flow
        if flow.options.scope is Scope.IDS:
            flow.journal.begin(len(flow.options.ids))
        for headers, cursor in self._pages():
            for start in range(0, len(headers), self.at_once):
                flow.journal.go_on()
                self.take(headers[start : start + self.at_once])
            if cursor is not None:
                flow.journal.advance(cursor)
        again, self.again = list(dict.fromkeys(self.again)), []
        for ids in chunks(again, self.at_once):
            flow.journal.go_on()
            self.take(list(self.reader.headers(ids).values()))
        return self.total

    # --- reading ------------------------------------------------------------------------------------------------

    def _pages(self) -> Iterator[tuple[list[Record], str | None]]:
        """Headers, and the cursor behind them."""
        options = self.flow.options
        if options.scope is Scope.IDS:
            yield from self._of_ids(self._asked_about(options))
            return
        ledger = self.flow.ledger
        for headers, _ in self._of_ids(list(dict.fromkeys([*ledger.open(DIRECTION), *ledger.released(DIRECTION)]))):
            self.delivered.update((header.id, header.version) for header in headers)
            yield headers, None
        if options.scope is not Scope.OPEN:
            yield from self._changes()

    def _of_ids(self, ids: Sequence[uuid.UUID]) -> Iterator[tuple[list[Record], str | None]]:
        for some in chunks(ids, AT_ONCE):
            there = self.reader.headers(some)
            self._forget_gone([id for id in some if id not in there])
            yield list(there.values()), None

    def _asked_about(self, options: Options) -> list[uuid.UUID]:
        """The documents to look at; left out are those that a person asked about as coupled with another one."""
        ledger, asked = self.flow.ledger, options.coupled_with
        others = [pair for id, pair in ledger.pairs(Side.CRM, list(asked)).items() if pair.erp_id != asked[id]]
        if others:
            noted = Noted(done=len(others), counters=Counters(skipped=len(others)))
            for pair in others:
                noted.leave_out(pair, ANOTHER_PAIR, "")
            with ledger.page():
                noted.store(self.flow)
            self.total.add(noted.counters)
        return [id for id in options.ids if id not in {pair.crm_id for pair in others}]

    def _changes(self) -> Iterator[tuple[list[Record], str | None]]:
        """What changed, in rounds."""
        cursor = self.flow.journal.cursor()
        last = None
        while last is None:
            try:
                headers, last = self._round(cursor)
            except CursorExpired:
                if cursor is None:
                    raise
                cursor = None
                continue
            yield headers, last

    def _round(self, cursor: str | None) -> tuple[list[Record], str | None]:
        """Headers that were not delivered yet, and the cursor behind all of them; ``None`` where more follow."""
        found: list[Record] = []
        reached = None
        for page in self._changed(cursor):
            if len(found) >= ROUND:
                reached = None
                break
            found += [row for row in page.records if self.delivered.get(row.id) != row.version]
            reached = page.cursor
        self.delivered.update((header.id, header.version) for header in found)
        return found, reached

    def _changed(self, cursor: str | None) -> Iterator[Page]:
        columns, where = self.reader.columns, self.wanted(cursor)
        return self.flow.crm.changes(self.source.table, columns, cursor, where, MODIFIED)

    def _forget_gone(self, ids: Sequence[uuid.UUID]) -> None:
        """Documents of Sales that are not there any more: of those that never became one here nothing is left to do,
        of the others a person is told."""
        pairs = self.flow.ledger.pairs(Side.CRM, ids) if ids else {}
        intended = [pair for pair in pairs.values() if pair.state is State.INTENDED]
        made = self.flow.erp.get(HEADER_TABLE, [pair.erp_id for pair in intended], ()) if intended else {}
        over = [pair for pair in intended if pair.erp_id not in made]
        over += [pair for pair in pairs.values() if pair.state is State.RESERVED]
        noted = Noted(forgotten=over, done=len(ids))
        noted.remembered = [replace(pair, state=State.COUPLED) for pair in intended if pair.erp_id in made]
        noted.recovered = [pair.crm_id for pair in noted.forgotten]
        coupled = [pair for pair in pairs.values() if pair.state is State.COUPLED]
        note_deleted(self.flow, self.source, coupled, noted)
        if noted.forgotten or noted.remembered:
            with self.flow.ledger.page():
                noted.store(self.flow)
            self.total.add(noted.counters)
