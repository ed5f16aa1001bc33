"""One pass over one mapping in one direction: read a page, plan it, write it, remember it, go on.

    for page in pages:            rows since the cursor, oldest first (or the ids asked for, or everything)
        actions = plan(page)      nothing written yet
        intend(actions)           the ids that new rows are going to have are stored first
        results = write(actions)  in as few requests as the system allows
        remember(results)         versions, agreed values, errors, counters, cursor: one transaction

Where the destination is remote, up to ``IN_FLIGHT`` pages are being written while the next one is planned; they are
remembered in the order they were read. Where it is local, writing and remembering share one transaction.
Before the first page, what an interrupted run began is finished where a side gives its own ids (``recovery``).
A crash between any two lines repeats work and neither loses nor doubles a record. Contoso is new, and the process dies:

    before intend            nothing is stored; the cursor still stands before the row: it is read again and inserted
    after intend             the pair is intended with id 4711; the next run finds no 4711 and inserts it with that id
    after write              the next run finds 4711 in Sales and completes the pair: nobody is made twice
    after remember           the pair is coupled; the cursor comes last, so the row may be read again: unchanged
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from integration.sync.actions import Action, Insert
from integration.sync.approval.fingerprint import Expected
from integration.sync.approval.guard import Guard
from integration.sync.given_ids.landing import Landing
from integration.sync.given_ids.recovery import recover
from integration.sync.memory.ledger import Ledger
from integration.sync.memory.outpaced import Outpaced, as_stored, tell, without
from integration.sync.page_result import PageResult, counted, inside
from integration.sync.plan import Planner
from integration.sync.rare_collections import rare_collections
from integration.sync.reading.reader import Reader
from integration.sync.record.carry_back import CarryBack
from integration.sync.results import before_writing, collect_results
from integration.sync.rules import Context, Direction, TableRule
from integration.sync.run import Counters, Failure, Journal, Options, Scope
from integration.sync.special.base import Run
from integration.sync.write import Results, write
from integration.systems.errors import ConfigurationProblem
from integration.systems.system import COUNTED_AT_MOST, System
from integration.systems.values import Page

IN_FLIGHT = 4


def synchronize(
    rule: TableRule,
    direction: Direction,
    source: System,
    destination: System,
    ledger: Ledger,
    journal: Journal,
    options: Options,
    context: Context,
    expected: Expected | None = None,
) -> Counters:
    """Make one pass; with ``expected`` only what a plan has shown is done. Record errors are noted in the journal and
    the page goes on; a ``ConnectionProblem``, ``Fenced`` and ``Canceled`` end the run and are raised after what was
    written so far has been remembered."""
    run = _checked(Run(rule, direction, source, destination, ledger, options, context))
    with rare_collections():
        return _Pass(run, journal, expected).go()


def plan(
    rule: TableRule,
    direction: Direction,
    source: System,
    destination: System,
    ledger: Ledger,
    cursor: str | None,
    options: Options,
    context: Context,
) -> Iterator[Action]:
    """What such a pass would do, record by record, without writing anything anywhere."""
    run = _checked(Run(rule, direction, source, destination, ledger, options, context))
    planner = Planner(run)
    planner.unfinished = recover(run, planner.memories, planner.read_columns, writes=False)
    for page in Reader(run, planner).pages(cursor):
        yield from planner.plan(page)


def _checked(run: Run) -> Run:
    if not run.rule.direction.includes(run.direction) or run.direction is Direction.BOTH:
        raise ConfigurationProblem(f"{run.rule.name} is not configured to synchronize in this direction.")
    if run.source.side is not run.direction.source or run.destination.side is not run.direction.destination:
        raise ConfigurationProblem(f"Source and destination do not match the direction of {run.rule.name}.")
    return run


class _Pass:
    """One pass under way: pages in flight, counters so far."""

    def __init__(self, run: Run, journal: Journal, expected: Expected | None) -> None:
        self.run, self.journal, self.expected = run, journal, expected
        self.planner = Planner(run)
        self.reader = Reader(run, self.planner)
        self.guard = Guard(run, is_usual=self.planner.special.changes_daily)
        self.back = CarryBack(run, journal)
        self.landing = Landing(run, self.planner)
        self.total = Counters()
        self.first: dict[uuid.UUID, str] = {}
        """What rows that come again in the last round were counted as in the first."""
        self.outpaced: list[uuid.UUID] = []
        """Rows that somebody coupled or uncoupled before they were begun."""
        self.flying: deque[tuple[Page, list[Action], Future[Results]]] = deque()

    def go(self) -> Counters:
        self.journal.begin(self._expected())
        self.planner.unfinished = recover(self.run, self.planner.memories, self.planner.read_columns)
        if not self.run.is_apart:
            for page in self._all_pages():
                self._take_locally(page)
            return self.total
        with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="write") as writers:
            try:
                for page in self._all_pages(before_last_round=self._land_all):
                    self._launch(page, writers)
            finally:
                self._land_all()
        return self.total

    def _all_pages(self, before_last_round: Callable[[], None] | None = None) -> Iterator[Page]:
        for page in self.reader.pages(self.journal.cursor()):
            self.journal.go_on()
            yield page
        if before_last_round is not None:
            before_last_round()
        again = self.planner.last_round_of()
        if again:
            self.planner.last_round = True
            yield from self.reader.of_ids(again)

    def _expected(self) -> int | None:
        run = self.run
        if run.options.scope is Scope.IDS:
            return len(run.options.ids)
        if run.options.scope is not Scope.EVERYTHING:
            return None
        counted = run.source.count(run.source_table, run.rule.filter(run.direction.source))
        return counted if run.source.counts_all or counted < COUNTED_AT_MOST else None

    def _planned(self, page: Page) -> list[Action]:
        """The page's actions. Raises ``NeedsApproval`` before anything of it is written."""
        actions = self._plan(page)
        self.guard.look(actions, self._behind(page.cursor))
        return actions

    def _plan(self, page: Page) -> list[Action]:
        actions = self.planner.plan(page)
        return actions if self.expected is None else self.expected.only(actions)

    def _behind(self, cursor: str | None) -> Iterator[list[Action]]:
        """What the pages behind this one would do, planned apart and only if somebody asks."""
        planner = Planner(self.run)
        for page in Reader(self.run, planner).behind(cursor or self.journal.cursor()):
            yield planner.plan(page)

    # --- a local destination ------------------------------------------------------------------------------

    def _take_locally(self, page: Page) -> None:
        actions = self._planned(page)
        done, again = inside(actions), list[uuid.UUID]()
        page_result: PageResult | None = None
        while page_result is None:
            try:
                page_result = self._written_locally(page.cursor, done, actions)
            except Outpaced as outpaced:
                actions, others = without(actions, outpaced.lost)
                again += others
        page_result.overtaken += again
        self._again(page_result)
        self.back.page(actions)

    def _written_locally(self, cursor: str | None, done: int, actions: Sequence[Action]) -> PageResult:
        """Raises ``Outpaced`` where somebody has coupled one of its records meanwhile: then nothing is written."""
        with self.run.ledger.page():
            page_result = self._collected(actions, self._write(actions))
            self._store(cursor, done, page_result, or_none_of=actions)
        return page_result

    def _write(self, actions: Sequence[Action]) -> Results:
        return write(self.run, self.planner.special, actions, self.planner.destination_columns)

    def _collected(self, actions: Sequence[Action], results: Results, *, last_try: bool = False) -> PageResult:
        memory = self.planner.memories[self.run.direction.destination]
        return collect_results(self.run, actions, results, memory, last_try=last_try)

    # --- a remote destination -----------------------------------------------------------------------------

    def _launch(self, page: Page, writers: ThreadPoolExecutor) -> None:
        if self.planner.special.page_by_page or self._is_under_way(page):
            self._land_all()
        actions = self._intended(self._planned(page))
        while len(self.flying) >= IN_FLIGHT:
            self._land()
        self.flying.append((page, actions, writers.submit(self._write, actions)))

    def _is_under_way(self, page: Page) -> bool:
        """Does a row come again while it is being written, since somebody edited it meanwhile? It is judged by what has
        come of that write, not by a pair that is only intended."""
        flying = {record.id for flown, *_ in self.flying for record in flown.records}
        return not flying.isdisjoint([*(record.id for record in page.records), *page.deleted])

    def _intended(self, actions: list[Action]) -> list[Action]:
        """What is left to be written once it is stored what is going to be written."""
        intentions = before_writing(actions, self.run.direction)
        if not intentions:
            return actions
        replaced = [action.replaces for action in actions if isinstance(action, Insert) and action.replaces]
        with self.run.ledger.page():
            self.run.ledger.forget(replaced)
            lost = self.run.ledger.remember(intentions)
        left, again = without(actions, lost)
        self.outpaced += again
        return as_stored(left)

    def _land(self) -> None:
        page, actions, future = self.flying.popleft()
        try:
            results = future.result()
            actions = self.landing.finish(actions, results)
        except Exception:
            self._no_more_cursors()
            raise
        page_result = self._collected(actions, results)
        with self.run.ledger.page():
            self._store(page.cursor, inside(actions), page_result)
        page_result.overtaken += self.outpaced
        self.outpaced = []
        self._again(page_result)
        self.back.page(actions)

    def _land_all(self) -> None:
        """Remember every page under way; where one failed as a whole, the others are remembered before it is told."""
        first: BaseException | None = None
        while self.flying:
            try:
                self._land()
            except Exception as error:  # noqa: BLE001 - raised below, after the other pages are remembered
                first = first or error
        if first is not None:
            raise first

    def _no_more_cursors(self) -> None:
        """A page is missing: what is read behind it is remembered, but the cursor stays in front of it."""
        self.flying = deque((Page(p.records, p.deleted, None), actions, future) for p, actions, future in self.flying)

    # --- both ---------------------------------------------------------------------------------------------

    def _store(
        self, cursor: str | None, done: int, page_result: PageResult, *, or_none_of: Sequence[Action] = ()
    ) -> None:
        ledger, journal = self.run.ledger, self.journal
        ledger.forget(page_result.forgotten)
        lost = [*ledger.remember(page_result.remembered), *ledger.complete(page_result.completed)]
        if len(without(or_none_of, lost)[0]) < len(or_none_of):
            raise Outpaced(lost)
        tell(page_result, lost, self.run)
        ledger.side_written(page_result.besides)
        if page_result.failures:
            journal.fail(page_result.failures)
            self._not_again(page_result.failures)
        if page_result.left_out:
            journal.leave_out(page_result.left_out)
        if page_result.changed:
            journal.change(page_result.changed)
        if page_result.recovered:
            journal.succeed(self.run.direction, page_result.recovered)
        journal.outcomes(page_result.outcomes)
        again = self.planner.again.union(page_result.waiting)
        counters = counted(page_result, self.first, again, last_round=self.planner.last_round)
        self.total.add(counters)
        journal.note(counters, done)
        if cursor is not None and self.run.options.scope is not Scope.IDS:
            journal.advance(cursor)

    def _not_again(self, failures: Sequence[Failure]) -> None:
        """What failed is not tried a second time in the same run: that would count as failing twice in a row."""
        towards_crm = self.run.direction is Direction.TO_CRM
        ids = (failure.erp_id if towards_crm else failure.crm_id for failure in failures)
        self.planner.again.difference_update(id for id in ids if id is not None)

    def _again(self, page_result: PageResult) -> None:
        """Rows that somebody changed between our read and our write: read, decide and write once more."""
        if not page_result.overtaken:
            return
        for page in self.reader.of_ids(page_result.overtaken):
            actions = self._intended(self._plan(page))
            results = self._write(actions)
            second = self._collected(self.landing.finish(actions, results), results, last_try=True)
            with self.run.ledger.page():
                self._store(None, 0, second)
