"""Writing many rows: one bulk message where the table has it, single requests in batches where not.

A bulk message is all or nothing and does not name its bad row. So a refused one is sent again as single requests in
batches, which answer row by row. What took too long or was too large is cut in half. What concerns every row is raised
(``blame.py`` says what does).

Every row has an id of ours, so a request whose answer got lost is simply sent again, and a row that "is there already"
after that is the one we wrote.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from integration.dataverse import batch, rows
from integration.dataverse.metadata import Entity
from integration.dataverse.problems import MALFORMED, TooLarge, problem_of
from integration.dataverse.reading import query
from integration.dataverse.session import Session
from integration.dataverse.writing.blame import ABOUT_USER, ErrorAttribution
from integration.dataverse.writing.naming import named, unchangeable
from integration.http import Answer
from integration.systems.errors import (
    BadAnswer,
    DuplicateKey,
    FieldMissing,
    InvalidValue,
    NotFound,
    Problem,
    RecordProblem,
    TableMissing,
    TimedOut,
    VersionConflict,
)
from integration.systems.values import Row, Value, Written

CREATED_AT_ONCE = 500
ROUNDS = 4
"""How often a row whose answer is transient (locked, throttled) is sent inside one call."""
T = TypeVar("T")


@dataclass(slots=True)
class _Created:
    """What became of one bulk message: rows written, rows to be sent one by one, and whether those may be there."""

    done: list[Row] = field(default_factory=list)
    left: list[Row] = field(default_factory=list)
    repeated: set[uuid.UUID] = field(default_factory=set)

    def add(self, other: _Created) -> _Created:
        self.done += other.done
        self.left += other.left
        self.repeated |= other.repeated
        return self


class Writer:
    """Writes rows of one table."""

    def __init__(self, session: Session, entity: Entity) -> None:
        self.session, self.entity = session, entity
        self.outdated = False
        """Is the table another one than its description says? Then it is to be read again."""

    # --- create -------------------------------------------------------------------------------------------

    def create(self, wanted: Sequence[Row]) -> list[Written]:
        """Create rows with the ids given, answers in their order."""
        if "CreateMultiple" not in self.entity.messages or len(wanted) < 2:
            return self._create_singly(wanted, set(), 0)
        whole = _Created()
        for piece in self.session.each(self._create_bulk, list(chunks(wanted, CREATED_AT_ONCE))):
            whole.add(piece)
        answers = {row.id: Written(row.id) for row in whole.done}
        answers |= {one.id: one for one in self._create_singly(whole.left, whole.repeated, len(whole.done))}
        return [answers[row.id] for row in wanted]

    def _create_bulk(self, wanted: Sequence[Row]) -> _Created:
        path = f"{self.entity.set_name}/Microsoft.Dynamics.CRM.CreateMultiple"
        targets = [self._target(row) for row in wanted]
        try:
            answer = self.session.exchange("POST", path, body={"Targets": targets}, after_time_out=False)
        except TimedOut as late:
            return self._create_halves(wanted, late, may_exist=True)
        repeated = {row.id for row in wanted} if answer.repeated else set()
        if answer.ok:
            self._check_ids(wanted, answer)
            return _Created(done=list(wanted))
        problem = problem_of(answer)
        if isinstance(problem, TooLarge):
            return self._create_halves(wanted, problem, may_exist=False)
        if isinstance(problem, (RecordProblem, *ABOUT_USER)):
            return _Created(left=list(wanted), repeated=repeated)
        raise problem

    def _create_halves(self, wanted: Sequence[Row], problem: Problem, *, may_exist: bool) -> _Created:
        if len(wanted) < 2:
            raise problem
        middle = len(wanted) // 2
        both = self._create_bulk(wanted[:middle]).add(self._create_bulk(wanted[middle:]))
        if may_exist:
            both.repeated |= {row.id for row in both.left}
        return both

    def _check_ids(self, wanted: Sequence[Row], answer: Answer) -> None:
        """A service that gave ids of its own would make us create everything once more."""
        body = answer.json()
        ids = body.get("Ids") if isinstance(body, dict) else None
        if not isinstance(ids, list) or [str(id).lower() for id in ids] != [str(row.id) for row in wanted]:
            raise BadAnswer(f"{self.entity.table.label}: the organization did not keep the ids we gave.")

    def _target(self, row: Row) -> dict[str, Any]:
        return {"@odata.type": f"Microsoft.Dynamics.CRM.{self.entity.table.name}", **self._new(row)}

    def _new(self, row: Row) -> dict[str, Any]:
        return {self.entity.key: str(row.id), **rows.body(self.entity, row.values)}

    def _create_singly(self, wanted: Sequence[Row], repeated: Collection[uuid.UUID], written: int) -> list[Written]:
        answers, again = self._answered(wanted, self._post, written)
        return self._recognized(answers, {*repeated, *again})

    def _post(self, row: Row) -> batch.Part:
        path = f"{self.entity.set_name}?$select={self.entity.key}"
        return batch.Part("POST", path, {"Prefer": "return=representation"}, self._new(row))

    def _recognized(self, answers: list[Written], repeated: Collection[uuid.UUID]) -> list[Written]:
        """A row that is there already although it was sent before counts as created, if it is really this one and
        not another row with the same key."""
        doubtful = [a.id for a in answers if isinstance(a.error, DuplicateKey) and a.id in repeated]
        if not doubtful:
            return answers
        there = self._present(doubtful)
        return [Written(a.id, there[a.id]) if a.id in there and a.id in doubtful else a for a in answers]

    def _present(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str | None]:
        """Which of these rows are there, with their versions."""
        found: dict[uuid.UUID, str | None] = {}
        for chunk in query.chunks_of_ids(ids):
            options = query.options(select=self.entity.key, filter=query.any_of_ids(self.entity.key, chunk))
            answer = batch.read_one(self.session, self.entity.set_name + options)
            reader = rows.Reader(self.entity, ())
            found |= {record.id: record.version or None for record in reader.records(answer)}
        return found

    # --- update and delete --------------------------------------------------------------------------------

    def update(self, wanted: Sequence[Row]) -> list[Written]:
        """Change rows that are there, each only if it still has its version."""
        return _sorted_out(
            wanted,
            lambda row: unchangeable(self.entity, row),
            lambda fit: self._answered(fit, self._patch)[0],
        )

    def _patch(self, row: Row) -> batch.Part:
        return batch.Part(
            "PATCH",
            f"{self.entity.set_name}({row.id})?$select={query.select(self.entity, self._columns_to_read(row))}",
            {"If-Match": row.version or "*", "Prefer": "return=representation"},
            rows.body(self.entity, row.values),
        )

    def _columns_to_read(self, row: Row) -> list[str]:
        """The columns written of which the answer says what the row holds now. A reference that may point to several
        tables is none: without annotations nobody knows to which it does."""
        described = self.entity.table.fields
        return sorted(name for name in row.values if name in described and len(described[name].targets) < 2)

    def upsert(self, key: Sequence[str], wanted: Sequence[Row]) -> list[Written]:
        """Change the rows that have these values in the columns of an alternate key, create the others. An answer holds
        the id that the row really has. Sent again it does no harm: the key is the same."""
        return _sorted_out(
            wanted,
            lambda row: query.key_problem(key, row.values),
            lambda fit: self._answered(fit, lambda row: self._put(key, row))[0],
        )

    def _put(self, key: Sequence[str], row: Row) -> batch.Part:
        path = f"{self.entity.set_name}({query.key(self.entity, key, row.values)})?$select={self.entity.key}"
        return batch.Part("PATCH", path, {"Prefer": "return=representation"}, rows.body(self.entity, row.values))

    def delete(self, wanted: Sequence[Row]) -> list[Written]:
        """Remove rows; what is gone already counts as removed."""
        answers = self._answered(wanted, self._remove)[0]
        return [Written(a.id) if isinstance(a.error, NotFound) else a for a in answers]

    def _remove(self, row: Row) -> batch.Part:
        headers = {"If-Match": row.version} if row.version else {}
        return batch.Part("DELETE", f"{self.entity.set_name}({row.id})", headers)

    # --- batches of single writes -------------------------------------------------------------------------

    def _answered(
        self, wanted: Sequence[Row], part: Callable[[Row], batch.Part], written: int = 0
    ) -> tuple[list[Written], set[uuid.UUID]]:
        """One answer a row, and the rows that were sent more than once; ``written`` rows of the same page went well
        before. Raises what concerns every row."""
        answers: dict[int, Written] = {}
        repeated: set[uuid.UUID] = set()
        waiting = list(enumerate(wanted))
        for round_ in range(1, ROUNDS + 1):
            sent = self.session.each(lambda chunk: self._send(chunk, part), list(chunks(waiting, batch.WRITES_AT_ONCE)))
            transient: list[Problem] = []
            again = []
            for (place, row), answer in (pair for chunk in sent for pair in chunk):
                repeated |= {row.id} if answer.repeated else set()
                answers[place] = self._written(row, answer)
                error = answers[place].error
                if error is not None and error.retryable:
                    again.append((place, row))
                    transient.append(error)
            if not again or round_ == ROUNDS:
                break
            waiting = again
            repeated |= {row.id for _, row in again}
            self.session.wait(transient[0], round_)
        listed = [answers[place] for place in range(len(wanted))]
        attributed = ErrorAttribution(self.session, self.entity).page(wanted, listed, written)
        causes = [answer.error.__cause__ for answer in attributed if answer.error is not None]
        self.outdated |= any(isinstance(cause, FieldMissing | TableMissing) for cause in causes)
        return attributed, repeated

    def _send(
        self, numbered: Sequence[tuple[int, Row]], part: Callable[[Row], batch.Part]
    ) -> list[tuple[tuple[int, Row], Answer]]:
        try:
            answers = batch.send(self.session, [part(row) for _, row in numbered], after_time_out=False)
        except (TimedOut, TooLarge):
            if len(numbered) < 2:
                raise
            middle = len(numbered) // 2
            halves = self._send(numbered[:middle], part) + self._send(numbered[middle:], part)
            return [(pair, _again(answer)) for pair, answer in halves]
        return list(zip(numbered, answers, strict=True))

    def _id(self, answer: Answer) -> uuid.UUID | None:
        """The id an answer tells: after an upsert it may be another one than ours."""
        body = answer.json() if answer.body else None
        try:
            return uuid.UUID(body[self.entity.key]) if isinstance(body, dict) and self.entity.key in body else None
        except MALFORMED as error:
            raise BadAnswer(f"{self.entity.table.label}: the answer holds no id.") from error

    def _values(self, row: Row, answer: Answer) -> Mapping[str, Value] | None:
        """What the row holds now in the columns that were written, where the answer says it."""
        body = answer.json() if answer.body else None
        if not isinstance(body, dict):
            return None
        names = [name for name in self._columns_to_read(row) if self._is_in(name, body)]
        return rows.Reader(self.entity, names).record(body).values if names and self.entity.key in body else None

    def _is_in(self, name: str, body: Mapping[str, Any]) -> bool:
        return name in body or f"_{name}_value" in body

    def _written(self, row: Row, answer: Answer) -> Written:
        if answer.ok:
            return Written(self._id(answer) or row.id, _version(answer), values=self._values(row, answer))
        problem = problem_of(answer)
        if isinstance(problem, VersionConflict) and not row.version:
            # Without a version of ours the only condition was that the row exists.
            problem = NotFound(f"There is no {self.entity.table.label} with the id {row.id}.", raw=problem.raw)
        return Written(row.id, error=named(self.entity, row, problem))


def _sorted_out(
    wanted: Sequence[Row],
    unfit: Callable[[Row], InvalidValue | None],
    write: Callable[[Sequence[Row]], list[Written]],
) -> list[Written]:
    """The answers to all rows, of which those that are unfit are not sent."""
    reasons = {place: why for place, row in enumerate(wanted) if (why := unfit(row)) is not None}
    fit = [row for place, row in enumerate(wanted) if place not in reasons]
    answers = iter(write(fit) if fit else [])
    return [
        Written(row.id, error=reasons[place]) if place in reasons else next(answers) for place, row in enumerate(wanted)
    ]


def _again(answer: Answer) -> Answer:
    return Answer(answer.status, answer.headers, answer.body, repeated=True)


def _version(answer: Answer) -> str | None:
    etag = answer.headers.get("etag")
    if etag or not answer.body:
        return etag
    body = answer.json()
    return str(body[rows.ETAG]) if isinstance(body, dict) and rows.ETAG in body else None


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in pieces of at most that size."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
