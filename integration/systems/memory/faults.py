"""Which calls a twin has seen, and which of them it was told to fail."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from integration.systems.errors import RecordProblem
from integration.systems.values import Row


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a verb: ``rows`` for the writing verbs, ``ids`` for ``get`` and ``act``."""

    verb: str
    table: str = ""
    rows: tuple[Row, ...] = ()
    ids: tuple[uuid.UUID, ...] = ()
    action: str = ""


@dataclass(slots=True)
class Fault:
    """An error to come. ``done`` rows of the call take effect before it is raised, ``None``: all of them."""

    verb: str
    error: BaseException
    times: int = 1
    when: Callable[[Call], bool] | None = None
    done: int | None = 0

    @property
    def concerns_rows(self) -> bool:
        return isinstance(self.error, RecordProblem)

    def hits(self, call: Call) -> bool:
        return self.times > 0 and self.verb == call.verb and (self.when is None or self.when(call))


@dataclass(slots=True)
class Faults:
    """The log of calls and the faults still to come."""

    calls: Counter[str] = field(default_factory=Counter)
    log: list[Call] = field(default_factory=list)
    planned: list[Fault] = field(default_factory=list)

    def enter(self, call: Call) -> None:
        """Count a reading call. Raises the error planned for it."""
        self.count(call)
        fault = self.take(call)
        if fault is not None:
            raise fault.error

    def count(self, call: Call) -> None:
        self.calls[call.verb] += 1
        self.log.append(call)

    def take(self, call: Call, *, rowwise: bool | None = None) -> Fault | None:
        """The fault that hits this call, used up by one; ``rowwise`` looks only at those that concern rows, or not."""
        for fault in self.planned:
            if rowwise in (None, fault.concerns_rows) and fault.hits(call):
                fault.times -= 1
                return fault
        return None
