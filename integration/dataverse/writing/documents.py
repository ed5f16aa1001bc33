"""Documents as wholes: a header with its lines in one change set, many documents in one batch.

A document of more than 300 rows is too long for one transaction. It goes in slices, totals last, and is not there
before they are: a slice that is refused takes the document away again, and one that a crash left in the middle is
completed when it comes again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from integration.dataverse import batch, rows
from integration.dataverse.batch import Together
from integration.dataverse.metadata import Entity
from integration.dataverse.reading import query
from integration.dataverse.session import Session
from integration.dataverse.writing import changesets
from integration.dataverse.writing.blame import ErrorAttribution
from integration.dataverse.writing.changesets import ChangeSet
from integration.dataverse.writing.papers import STATE_COLUMNS, Paper, paper, totals
from integration.http import Answer
from integration.systems.errors import DuplicateKey, Problem, Refused, TimedOut
from integration.systems.values import Document, Record, Row, Written

UNCERTAIN = (DuplicateKey, TimedOut)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a document: the answer that shows its header as it is now, or the problem, which row it is about
    and whether that is the header. ``repeated``: an earlier attempt may have made it."""

    header: Answer | None = None
    problem: Problem | None = None
    row: Row | None = None
    about_header: bool = False
    repeated: bool = False


class DocumentWriter:
    """Inserts documents of one table; ``entity_of`` describes the tables of their rows."""

    def __init__(self, session: Session, entity: Entity, entity_of: Callable[[str], Entity]) -> None:
        self.session, self.entity, self._entity_of = session, entity, entity_of

    def insert(self, documents: Sequence[Document]) -> list[Written]:
        """Create each with all its rows or not at all, answers in their order. Raises what concerns all of them."""
        papers: dict[uuid.UUID, Paper] = {}
        for document in documents:
            papers.setdefault(document.header.id, paper(self.entity, self._entity_of, document))
        short = [each for each in papers.values() if not each.is_long]
        sent = changesets.send(self.session, [each.whole() for each in short])
        outcomes = {each.id: _outcome(each, each.whole(), answer) for each, answer in zip(short, sent, strict=True)}
        outcomes |= {each.id: self._in_slices(each) for each in papers.values() if each.is_long}
        written = self._written(papers, outcomes)
        answers, seen = [], set[uuid.UUID]()
        for document in documents:
            id = document.header.id
            answers.append(self._twice(document) if id in seen else written[id])
            seen.add(id)
        return answers

    def _twice(self, document: Document) -> Written:
        words = f"{self.entity.table.label} {document.header.id} is in the list twice."
        return Written(document.header.id, error=DuplicateKey(words))

    # --- long ones ----------------------------------------------------------------------------------------

    def _in_slices(self, paper: Paper) -> Outcome:
        """One after the other. A document of which one is refused is gone again."""
        first, *others = paper.slices()
        outcome = _outcome(paper, first, changesets.send(self.session, [first])[0])
        if isinstance(outcome.problem, UNCERTAIN):
            missing = self._missing(paper)
            if missing is None:
                return outcome
            others, outcome = missing, Outcome(repeated=True)
        for operations in others if outcome.problem is None else ():
            outcome = _outcome(paper, operations, changesets.send(self.session, [operations])[0])
            if outcome.problem is not None:
                if outcome.problem.scope == "record":
                    self.session.request("DELETE", f"{self.entity.set_name}({paper.id})", accept=(404,))
                # Whether the document is there does not say whether this slice is.
                return Outcome(problem=outcome.problem, row=outcome.row, about_header=True)
        return outcome

    def _missing(self, paper: Paper) -> list[ChangeSet] | None:
        """What a crash left out of a document that is there: lines, then the totals. ``None``: it is not there, or it
        is complete. Totals say so, since they are written last; where none are written, the lines do."""
        wanted = totals(self.entity, paper.document.header)
        states = [name for name in STATE_COLUMNS[:1] if name in self.entity.table.fields]
        found = read(self.session, self.entity, [paper.id], [*wanted, *states]).get(paper.id)
        if found is None or any(found.values[name] for name in states):
            return None
        if wanted and all(found.values[name] == value for name, value in wanted.items()):
            return None
        there = self._lines_there(paper)
        lines = [line for line in paper.lines if line.row.id not in there]
        return paper.slices_of(lines) if lines or wanted else None

    def _lines_there(self, paper: Paper) -> set[uuid.UUID]:
        found: set[uuid.UUID] = set()
        for name, some in paper.document.children.items():
            found |= set(read(self.session, self._entity_of(name), [row.id for row in some], ()))
        return found

    # --- what came of it ----------------------------------------------------------------------------------

    def _written(
        self, papers: Mapping[uuid.UUID, Paper], outcomes: Mapping[uuid.UUID, Outcome]
    ) -> dict[uuid.UUID, Written]:
        """The answers by id of the document. One whose answer got lost is asked for."""
        failed = {id: outcome for id, outcome in outcomes.items() if outcome.problem is not None}
        doubtful = [id for id, outcome in failed.items() if isinstance(outcome.problem, UNCERTAIN)]
        there = read(self.session, self.entity, doubtful, ())
        problems = {id: problem for id, one in failed.items() if (problem := _judged(one, id in there)) is not None}
        listed = [Written(id, error=problem) for id, problem in problems.items()]
        guilty = [failed[id].row or papers[id].document.header for id in problems]
        judged = ErrorAttribution(self.session, self.entity).page(guilty, listed, len(outcomes) - len(listed))
        done = [papers[id] for id in outcomes if id not in problems]
        return {one.id: one for one in judged} | self._read_back(done, outcomes)

    def _read_back(self, papers: Sequence[Paper], outcomes: Mapping[uuid.UUID, Outcome]) -> dict[uuid.UUID, Written]:
        """With what the headers hold now: as the last answer shows it, else as they are found."""
        written = {}
        for each in papers:
            answer = outcomes[each.id].header
            body = answer.json() if answer is not None and answer.body else None
            if isinstance(body, dict) and self.entity.key in body:
                record = rows.Reader(self.entity, each.shown).record(body)
                written[each.id] = Written(each.id, record.version, values=record.values)
        return written | self._found([each for each in papers if each.id not in written])

    def _found(self, papers: Sequence[Paper]) -> dict[uuid.UUID, Written]:
        """The version only where we wrote last: what somebody changed since is not ours."""
        names = sorted({name for each in papers for name in each.shown})
        found = read(self.session, self.entity, [each.id for each in papers], names)
        ours = self.session.ours() if found else frozenset()
        return {each.id: _as_found(each, found.get(each.id), ours) for each in papers}


def _outcome(paper: Paper, operations: ChangeSet, answer: Together) -> Outcome:
    if answer.problem is None:
        shown = _showing(paper, operations, answer.answers)
        return Outcome(shown, repeated=answer.repeated)
    row = None if answer.culprit is None else operations[answer.culprit].row
    problem = changesets.problem_of(operations, answer)
    return Outcome(None, problem, row, row is paper.document.header, answer.repeated)


def _showing(paper: Paper, operations: ChangeSet, answers: Sequence[Answer]) -> Answer | None:
    """The answer that shows the header as it is now: lines that come after it may change it."""
    last = operations[-1]
    return answers[-1] if last.row is paper.document.header else None


def _judged(outcome: Outcome, is_there: bool) -> Problem | None:
    """The problem, or none where the document is there because an attempt made it whose answer never came."""
    if isinstance(outcome.problem, UNCERTAIN) and is_there and outcome.repeated:
        return None
    if isinstance(outcome.problem, DuplicateKey) and not is_there and not outcome.about_header:
        words = "Its number or one of its lines is there already, in another document."
        return Refused(words, raw=outcome.problem.raw)
    return outcome.problem


def _as_found(paper: Paper, record: Record | None, ours: frozenset[uuid.UUID]) -> Written:
    if record is None:
        return Written(paper.id)
    values = {name: record.values[name] for name in paper.shown}
    return Written(paper.id, record.version if record.modified_by in ours else None, values=values)


def read(session: Session, entity: Entity, ids: Sequence[uuid.UUID], names: Sequence[str]) -> dict[uuid.UUID, Record]:
    """Those of the rows that are there, with these columns."""
    select = query.select(entity, rows.columns(entity, names))
    paths = [
        entity.set_name + query.options(select=select, filter=query.any_of_ids(entity.key, some))
        for some in query.chunks_of_ids(ids)
    ]
    headers = {"Prefer": rows.KINDS_ONLY}
    if len(paths) == 1:
        answers = [batch.read_one(session, paths[0], headers)]
    else:
        answers = batch.read_each(session, paths, headers)
    reader = rows.Reader(entity, names)
    return {record.id: record for answer in answers for record in reader.records(answer)}
