"""Which rows a run reads, page by page."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from itertools import islice

from integration.sync.plan import Planner
from integration.sync.reading.seen_ids import SeenIds
from integration.sync.run import Scope
from integration.sync.special.base import Run
from integration.systems.errors import ConfigurationProblem, CursorExpired
from integration.systems.filters import EVERYTHING
from integration.systems.values import Page

IDS_AT_ONCE = 500


class SourceEmpty(ConfigurationProblem):
    """A system that held all the coupled rows yesterday shows none today."""

    code = "source-empty"


class Reader:
    """Which pages a run reads. A row that was open and changed, or is gone, as well is taken once."""

    def __init__(self, run: Run, planner: Planner) -> None:
        self.run, self.planner = run, planner

    def pages(self, cursor: str | None) -> Iterator[Page]:
        match self.run.options.scope:
            case Scope.IDS:
                yield from self.of_ids(self.run.options.ids)
            case Scope.OPEN:
                yield from self.of_ids(self.planner.open())
            case Scope.OWED:
                yield from self.of_ids(self._owed())
            case Scope.EVERYTHING:
                self.planner.note_released()
                yield from self._everything(None)
            case Scope.CHANGED:
                delivered: dict[uuid.UUID, str] = {}
                gone: set[uuid.UUID] = set()
                for page in self.of_ids(self.planner.open()):
                    delivered.update((record.id, record.version) for record in page.records)
                    gone.update(page.deleted)
                    yield page
                pages = self._everything(cursor) if self.run.options.compare else self._changes(cursor)
                for page in pages:
                    yield _without(page, delivered, gone) if delivered or gone else page

    def _owed(self) -> Iterator[uuid.UUID]:
        """What is open and can be carried now. What failed the last time is left to the next run: failing twice in a
        row would have it rest."""
        side = self.run.direction.source
        for chunk in _chunks(list(self.planner.open())):
            pairs = self.run.ledger.pairs(side, chunk)
            yield from (id for id in chunk if id in pairs and self.planner.can_go(pairs[id]))

    def _everything(self, cursor: str | None) -> Iterator[Page]:
        """All rows (those behind the cursor, where a full reading was broken off); then, by id, those that moved behind
        the bound of this reading before they were reached. Later runs may look at coupled rows only, so whoever was
        edited meanwhile must not be left to them. The cursor stays at the bound."""
        with SeenIds() as seen:
            for page in self._changes(cursor, compare=True, seen=seen):
                cursor = page.cursor or cursor
                yield page
            while cursor is not None:
                moved = {record.id for page in self._read(cursor) for record in page.records if record.id not in seen}
                if not moved:
                    return
                seen.add(moved)
                yield from self.of_ids(sorted(moved))

    def behind(self, cursor: str | None) -> Iterator[Page]:
        """The rest of what ``pages`` is reading; of what is owed each page is judged by itself."""
        if self.run.options.scope is Scope.OWED:
            return iter(())
        everything = self.run.options.scope is Scope.EVERYTHING
        return self._changes(cursor, compare=everything or self.run.options.compare)

    def of_ids(self, ids: Iterable[uuid.UUID]) -> Iterator[Page]:
        """These rows; the ones that are not there count as deleted."""
        source, columns = self.run.source, self.planner.source_columns
        remaining = iter(list(ids))
        while chunk := list(islice(remaining, IDS_AT_ONCE)):
            there = source.get(self.run.source_table, chunk, columns)
            yield Page([there[id] for id in chunk if id in there], [id for id in chunk if id not in there])

    def _changes(self, cursor: str | None, *, compare: bool = False, seen: SeenIds | None = None) -> Iterator[Page]:
        """Rows changed since the cursor; all of them where it is none, or too old. With ``compare``, and where all rows
        are read, their ids are gathered in ``seen``, and coupled rows that are not among them are looked for."""
        with nullcontext(seen) if seen is not None else SeenIds() as met:
            try:
                pages = self._read(cursor)
                yield from self._compared(pages, met) if compare or cursor is None else pages
            except CursorExpired:
                if cursor is None:
                    raise
                yield from self._compared(self._read(None), met)

    def _read(self, cursor: str | None) -> Iterator[Page]:
        run = self.run
        side = run.direction.source
        where = EVERYTHING if self.planner.special.reads_outside else run.rule.filter(side)
        by = run.rule.modified(side)
        return run.source.changes(run.source_table, self.planner.source_columns, cursor, where, by)

    def _compared(self, pages: Iterable[Page], seen: SeenIds) -> Iterator[Page]:
        """The same pages, then the coupled rows that are in none of them and are gone: whoever reads without a cursor
        is told of no deletion. The last cursor comes behind those, so that no crash can lose one."""
        gone, last = set[uuid.UUID](), Page(())
        for number, page in enumerate(pages):
            if number:
                yield last
            seen.add(record.id for record in page.records)
            gone.update(page.deleted)
            last = page
        side = self.run.direction.source
        unseen = [id for pair in self.run.ledger.unseen(side, seen) if (id := pair.id(side)) not in gone]
        if unseen and not seen and not self.run.options.approved:
            self._refuse_nothing(len(unseen))
        if not unseen:
            yield last
            return
        yield Page(last.records, last.deleted)
        for chunk in _chunks(unseen):
            there = self.run.source.get(self.run.source_table, chunk, ())
            yield Page((), [id for id in chunk if id not in there])
        yield Page((), cursor=last.cursor)

    def _refuse_nothing(self, coupled: int) -> None:
        """Nobody deletes everything by accident and wants it done on the other side, too."""
        table = self.run.rule.table(self.run.direction.source)
        if not self.run.source.count(table.name):
            raise SourceEmpty(
                f"{table.label} is empty, though {coupled} of its records are coupled. If they were deleted on "
                "purpose, approve this run; else see whether this is the right company, organization and user."
            )


def _without(page: Page, delivered: Mapping[uuid.UUID, str], gone: Collection[uuid.UUID]) -> Page:
    fresh = [record for record in page.records if delivered.get(record.id) != record.version]
    return Page(fresh, [id for id in page.deleted if id not in gone], page.cursor)


def _chunks(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield ids[start : start + IDS_AT_ONCE]
