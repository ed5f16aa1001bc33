"""Which mapping before which: from dependencies to waves. Pure.

All mappings of a wave may run side by side; each depends only on mappings of earlier waves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping


class DependencyLoop(ValueError):
    """Mappings that wait for each other. ``names`` walks the loop and ends where it began."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"These mappings depend on each other: {' -> '.join(names)}. Remove one of the dependencies.")
        self.names = names


def waves(dependencies: Mapping[str, Collection[str]]) -> list[list[str]]:
    """name -> names it depends on, as waves; within a wave the order of ``dependencies`` is kept. What is depended on
    but not listed itself (switched off, left out) holds nobody up. Raises :class:`DependencyLoop`."""
    waiting = {name: {need for need in needs if need in dependencies} for name, needs in dependencies.items()}
    found: list[list[str]] = []
    while waiting:
        ready = [name for name, needs in waiting.items() if not needs & waiting.keys()]
        if not ready:
            raise DependencyLoop(_loop(waiting))
        found.append(ready)
        for name in ready:
            del waiting[name]
    return found


def _loop(waiting: Mapping[str, Collection[str]]) -> list[str]:
    """One loop among names that all wait for another of them, found by walking until a name comes again."""
    walked = [next(iter(waiting))]
    while walked.count(walked[-1]) == 1:
        walked.append(next(name for name in waiting if name in waiting[walked[-1]]))
    return walked[walked.index(walked[-1]) :]
