"""A bulk action over a mixed selection: every part is done, or it is said what was left out and why.

One mapping is one part. What stands in the way of one keeps no other from being done::

    parts = Parts()
    for mapping, pairs in chosen.items():
        parts.do(mapping, len(pairs), partial(verbs.synchronize, mapping, ids, way, user))
    parts.say(request)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from django.contrib import messages
from django.http import HttpRequest

from coupling.commands import Blocked
from coupling.models import CouplingError
from coupling.views.access import show_problem
from integration.models import TableMapping
from integration.systems.errors import Problem

Done = TypeVar("Done")


class Parts(Generic[Done]):
    """What came of each part: ``done`` are the answers of those that went well."""

    def __init__(self) -> None:
        self.done: list[Done] = []
        self._left: list[tuple[str, CouplingError | Problem | None]] = []

    def do(self, mapping: TableMapping, number: int, act: Callable[[], Done], names: str = "") -> bool:
        """Do it with so many records of a mapping; ``names`` says which. Answers whether it was done."""
        try:
            self.done.append(act())
        except (CouplingError, Problem) as problem:
            which = f" ({names})" if names else ""
            self.leave(f"{mapping.name}, {records(number)} left out{which}: {problem}", problem)
            return False
        return True

    def leave(self, reason: str, problem: CouplingError | Problem | None = None) -> None:
        """Something of the selection is not done, for this reason."""
        self._left.append((reason, problem))

    def say(self, request: HttpRequest) -> None:
        """One message for each part that was left out: a note beside what was done, an error where nothing was."""
        for reason, problem in self._left:
            if self.done:
                messages.warning(request, reason)
            elif isinstance(problem, Blocked):
                show_problem(request, problem)
            else:
                messages.error(request, reason)


def records(number: int) -> str:
    """ "1 record", "3 records"."""
    return f"{number} record{'s' if number != 1 else ''}"
