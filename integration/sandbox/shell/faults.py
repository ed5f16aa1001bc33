"""Faults on purpose: what a network and a busy service do to a client, by plan or by (seeded) chance."""

from __future__ import annotations

import random
import threading
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import Any

DROPS = ("drop_before", "drop_after")
"""The connection ends without an answer: before anything is done, or when it is done and committed."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong (``kind``), with which ``probability`` (1: each time), how often at most (``count``; ``None``:
    without end), for which ``method`` (empty: any) and addresses that hold ``path``. ``seconds`` is the latency, or
    what ``Retry-After`` says."""

    kind: str
    probability: float = 1.0
    count: int | None = None
    method: str = ""
    path: str = ""
    seconds: float = 1.0

    def concerns(self, method: str, path: str) -> bool:
        return self.count != 0 and self.method in ("", method) and self.path in path


def parse_fault(given: Mapping[str, Any], kinds: Collection[str]) -> Fault:
    """A fault from names and values, as a command or a control address gets them; a service has the ``kinds``. Raises
    ``ValueError``."""
    names = {"kind", "probability", "count", "method", "path", "seconds"}
    if unknown := set(given) - names:
        raise ValueError(f"A fault has no “{min(unknown)}”; it has {', '.join(sorted(names))}.")
    kind = str(given.get("kind", ""))
    if kind not in kinds:
        raise ValueError(f"There is no fault “{kind}”; there are {', '.join(kinds)}.")
    try:
        probability, seconds = float(given.get("probability", 1)), float(given.get("seconds", 1))
        times = None if given.get("count") is None else int(given["count"])
    except (TypeError, ValueError) as error:
        raise ValueError("The probability, the count and the seconds of a fault are numbers.") from error
    if not 0 <= probability <= 1 or not 0 <= seconds <= 3600 or (times is not None and times < 0):
        raise ValueError("A probability is between 0 and 1, seconds between 0 and 3600, a count 0 or more.")
    return Fault(kind, probability, times, str(given.get("method", "")).upper(), str(given.get("path", "")), seconds)


def fault_from_text(text: str, kinds: Collection[str]) -> Fault:
    """``kind=drop_after,probability=0.05``. Raises ``ValueError``."""
    pairs = (part.partition("=") for part in text.split(","))
    return parse_fault({name.strip(): value.strip() for name, _, value in pairs}, kinds)


class Faults:
    """The faults in force, each with a number. The same seed and order of requests gives the same faults. ``kinds``
    are those of the service, each with the text that an address must hold for it (empty: any address)."""

    def __init__(self, kinds: Mapping[str, str], faults: tuple[Fault, ...] = (), seed: int = 0) -> None:
        self.kinds = kinds
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._faults: dict[int, Fault] = {}
        self.happened: dict[str, int] = {}
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> int:
        with self._lock:
            number = next(self._numbers)
            self._faults[number] = fault
            return number

    def clear(self, number: int | None = None) -> None:
        """Take one fault away, or all."""
        with self._lock:
            if number is None:
                self._faults.clear()
            else:
                self._faults.pop(number, None)

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [{"id": number, **asdict(fault)} for number, fault in self._faults.items()]

    def next_fault(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request: the first whose turn it is."""
        with self._lock:
            for number, fault in self._faults.items():
                if self.kinds.get(fault.kind, "") not in path or not fault.concerns(method, path):
                    continue
                if self._chance.random() < fault.probability:
                    if fault.count is not None:
                        self._faults[number] = replace(fault, count=fault.count - 1)
                    self.happened[fault.kind] = self.happened.get(fault.kind, 0) + 1
                    return fault
        return None
