"""Change sets: several writes that happen all or not at all. Many of them travel in one batch, and a refused one stops
no other.

What is transient is sent again, a batch that took too long or was too large in halves. Whoever sends a change set says
afterwards whether one that may have been done twice was done: its answer says ``repeated``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from integration.dataverse import batch
from integration.dataverse.batch import Together
from integration.dataverse.metadata import Entity
from integration.dataverse.problems import TooLarge
from integration.dataverse.session import Session
from integration.dataverse.writing.naming import named
from integration.systems.errors import Problem, TimedOut
from integration.systems.values import Row

OPERATIONS_AT_ONCE = 300
"""So many writes travel together; a change set that has more travels alone."""
ROUNDS = 4
"""How often a change set whose answer is transient (locked, throttled) is sent inside one call."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One write, and the row it writes."""

    part: batch.Part
    entity: Entity
    row: Row


ChangeSet = Sequence[Operation]


def send(session: Session, sets: Sequence[ChangeSet]) -> list[Together]:
    """Send them, answers in their order. What is wrong with the request as a whole (no line, no sign-in) is raised, but
    a set that alone took too long answers with ``TimedOut``: nobody knows whether it was done."""
    answers: dict[int, Together] = {}
    waiting = list(enumerate(sets))
    for round_ in range(1, ROUNDS + 1):
        sent = session.each(lambda some: _send(session, some), _packed(waiting))
        again: dict[int, Problem] = {}
        for place, answer in (pair for some in sent for pair in some):
            answers[place] = replace(answer, repeated=True) if place in answers else answer
            problem = answer.problem
            if problem is not None and problem.retryable and not isinstance(problem, TimedOut):
                again[place] = problem
        if not again or round_ == ROUNDS:
            break
        waiting = [(place, sets[place]) for place in again]
        session.wait(next(iter(again.values())), round_)
    return [answers[place] for place in range(len(sets))]


def problem_of(operations: ChangeSet, answer: Together) -> Problem | None:
    """Why the set was not done, naming the field as people know it; ``None`` where it was done."""
    if answer.problem is None or answer.culprit is None:
        return answer.problem
    guilty = operations[answer.culprit]
    return named(guilty.entity, guilty.row, answer.problem)


Numbered = Sequence[tuple[int, ChangeSet]]


def _packed(waiting: Numbered) -> list[Numbered]:
    """The sets in groups that travel together."""
    groups: list[list[tuple[int, ChangeSet]]] = []
    room = 0
    for place, operations in waiting:
        if len(operations) > room:
            groups.append([])
            room = OPERATIONS_AT_ONCE
        groups[-1].append((place, operations))
        room -= len(operations)
    return list(groups)


def _send(session: Session, some: Numbered) -> list[tuple[int, Together]]:
    sets = [[operation.part for operation in operations] for _, operations in some]
    try:
        answers = batch.together(session, sets, after_time_out=False)
    except (TimedOut, TooLarge) as problem:
        if len(some) < 2:
            return [(some[0][0], Together(problem=problem, repeated=True))]
        middle = len(some) // 2
        halves = _send(session, some[:middle]) + _send(session, some[middle:])
        return [(place, replace(answer, repeated=True)) for place, answer in halves]
    return [(place, answer) for (place, _), answer in zip(some, answers, strict=True)]
