"""Writing many rows: one bulk message where the table has it, single requests in batches where not.

A bulk message is all or nothing and does not name its bad row. So a refused one is sent again as single requests in
batches, which answer row by row. One that took too long or was too large is cut in half. What concerns every row
(a missing table, column or privilege) is told at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from integration.dataverse import batch, rows
from integration.dataverse.metadata import Entity
from integration.dataverse.problems import TooLarge, problem_of
from integration.dataverse.session import Session
from integration.http import Answer
from integration.systems.base import Ref, Row, Written
from integration.systems.errors import (
    ConnectionProblem,
    DuplicateKey,
    InvalidValue,
    NotFound,
    Problem,
    RecordProblem,
    ReferenceMissing,
    TimedOut,
)

CREATED_AT_ONCE = 500
T = TypeVar("T")


class Writer:
    """Writes rows of one table."""

    def __init__(self, session: Session, entity: Entity) -> None:
        self.session, self.entity = session, entity

    def create(self, wanted: Sequence[Row]) -> list[Written]:
        """Create rows with the ids given."""
        if "CreateMultiple" in self.entity.messages and len(wanted) > 1:
            return _flat(self.session.each(self._create_bulk, list(_chunks(wanted, CREATED_AT_ONCE))))
        return self._create_singly(wanted)

    def _create_bulk(self, wanted: Sequence[Row]) -> list[Written]:
        targets = [self._target(row) for row in wanted]
        path = f"{self.entity.set_name}/Microsoft.Dynamics.CRM.CreateMultiple"
        try:
            self.session.request("POST", path, body={"Targets": targets})
        except (TimedOut, TooLarge) as problem:
            return self._halved(wanted, problem)
        except RecordProblem:
            return self._create_singly(wanted)
        return [Written(row.id) for row in wanted]

    def _target(self, row: Row) -> dict[str, Any]:
        kind = f"Microsoft.Dynamics.CRM.{self.entity.table.name}"
        return {"@odata.type": kind, self.entity.key: str(row.id), **rows.body(self.entity, row.values)}

    def _halved(self, wanted: Sequence[Row], problem: Problem) -> list[Written]:
        if len(wanted) < 2:
            raise problem
        middle = len(wanted) // 2
        return self._create_bulk(wanted[:middle]) + self._create_bulk(wanted[middle:])

    def _create_singly(self, wanted: Sequence[Row]) -> list[Written]:
        parts = [
            batch.Part(
                "POST",
                f"{self.entity.set_name}?$select={self.entity.key}",
                {"Prefer": "return=representation"},
                {self.entity.key: str(row.id), **rows.body(self.entity, row.values)},
            )
            for row in wanted
        ]
        return self._answered(wanted, self._sent(parts))

    def update(self, wanted: Sequence[Row]) -> list[Written]:
        """Change rows that are there, each only if it still has its version."""
        parts = [
            batch.Part(
                "PATCH",
                f"{self.entity.set_name}({row.id})?$select={self.entity.key}",
                {"If-Match": row.version or "*", "Prefer": "return=representation"},
                rows.body(self.entity, row.values),
            )
            for row in wanted
        ]
        return self._answered(wanted, self._sent(parts))

    def delete(self, wanted: Sequence[Row]) -> list[Written]:
        """Remove rows; what is gone already counts as removed."""
        parts = [
            batch.Part("DELETE", f"{self.entity.set_name}({row.id})", {"If-Match": row.version} if row.version else {})
            for row in wanted
        ]
        answers = self._answered(wanted, self._sent(parts))
        return [Written(a.id) if isinstance(a.error, NotFound) else a for a in answers]

    def _sent(self, parts: Sequence[batch.Part]) -> list[Answer]:
        chunks = list(_chunks(parts, batch.WRITES_AT_ONCE))
        return _flat(self.session.each(lambda chunk: batch.send(self.session, chunk), chunks))

    def _answered(self, wanted: Sequence[Row], answers: Sequence[Answer]) -> list[Written]:
        written = [self._written(row, answer) for row, answer in zip(wanted, answers, strict=True)]
        problems = [one.error for one in written if isinstance(one.error, ConnectionProblem)]
        if problems:
            raise problems[0]
        return written

    def _written(self, row: Row, answer: Answer) -> Written:
        if answer.status < 300:
            return Written(row.id, self._version(answer))
        problem = problem_of(answer)
        if answer.status == 412 and not row.version and isinstance(problem, RecordProblem):
            # Without a version of ours the only condition was that the row exists (or, creating, that it does not).
            return Written(row.id, error=problem if isinstance(problem, DuplicateKey) else NotFound(str(problem)))
        return Written(row.id, error=self._named(row, problem))

    def _named(self, row: Row, problem: Problem) -> Problem:
        """The problem with what only the row tells: which reference leads nowhere, which value is too long."""
        if isinstance(problem, NotFound) and str(row.id) not in problem.raw.lower():
            for name, value in row.values.items():
                if isinstance(value, Ref) and str(value.id) in problem.raw.lower():
                    label = self.entity.table.fields[name].label
                    return ReferenceMissing(f"{label} refers to a record that does not exist.", field=name)
        if isinstance(problem, InvalidValue) and problem.field in row.values:
            value = row.values[problem.field]
            label = self.entity.table.fields[problem.field].label
            words = f"{label} does not take “{value}”: {problem}"
            return InvalidValue(words, field=problem.field, value=value, raw=problem.raw)
        return problem

    def _version(self, answer: Answer) -> str | None:
        etag = answer.headers.get("etag")
        if etag or not answer.body:
            return etag
        told = answer.json()
        return str(told[rows.ETAG]) if rows.ETAG in told else None


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _flat(lists: Sequence[Sequence[T]]) -> list[T]:
    return [item for each in lists for item in each]
