"""Numbers of lines that keep a given order: those that are there keep theirs as long as there is room between them.

10000 Desk   new   20000 Lamp   new       ->  10000 Desk   15000   20000 Lamp   30000
10000 Desk   10001 new comment of it      ->  attached comments come right behind their line
20000 Lamp   10000 Desk   new             ->  10000 Lamp   20000 Desk   30000: out of order, so all of them are new
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from integration.business_central.documents.completion import LINE_STEP


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A line where it stands, and the line that it belongs to, if it belongs to one."""

    line: Any
    owner: Any = None
    is_new: bool = False


def put_numbers(places: Sequence[Place]) -> bool:
    """Give the lines numbers that ascend, and comments the number of the line they belong to. Answers whether lines
    that are stored got other numbers."""
    numbers = _filled([None if place.is_new else int(place.line.line_no) for place in places], places)
    renumbered = numbers is None
    for place, number in zip(places, numbers if numbers is not None else _anew(places), strict=True):
        place.line.line_no = number
    for place in places:
        place.line.attached_to_line_no = place.owner.line_no if place.owner is not None else 0
    return renumbered


def _filled(numbers: Sequence[int | None], places: Sequence[Place]) -> list[int] | None:
    """The numbers with those of new lines between them; ``None`` where there is no room, or they do not ascend."""
    filled: list[int] = []
    for at, number in enumerate(numbers):
        last = filled[-1] if filled else 0
        if number is None:
            number = _between(last, list(numbers[at:]), places[at])
        if number is None or number <= last:
            return None
        filled.append(number)
    return filled


def _between(last: int, coming: Sequence[int | None], place: Place) -> int | None:
    """A number for a new line behind ``last``; ``coming`` begins with it."""
    following = next((number for number in coming if number is not None), None)
    if following is None:
        return last + 1 if place.owner is not None else _next_step(last)
    new = next(at for at, number in enumerate(coming) if number is not None)
    found = last + 1 if place.owner is not None else last + (following - last) // (new + 1)
    return found if last < found and found + new <= following else None


def _anew(places: Sequence[Place]) -> list[int]:
    numbers: list[int] = []
    for place in places:
        last = numbers[-1] if numbers else 0
        numbers.append(last + 1 if place.owner is not None else _next_step(last))
    return numbers


def _next_step(last: int) -> int:
    return (last // LINE_STEP + 1) * LINE_STEP
