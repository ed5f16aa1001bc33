"""Bars over days as an inline picture: where each bar stands and what the axes say. Pure; ``{% bars %}`` draws it.

Lengths are units of the picture, which is ``WIDTH`` by ``HEIGHT``; y grows downwards.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from integration.systems.formats import whole

WIDTH, HEIGHT = 300, 130
LEFT, RIGHT, TOP, BOTTOM = 38, 18, 10, 22
"""Room for the numbers at the left, half a day's name at the right, above the highest bar, and for the days below."""
LABELS = 5
"""At most so many days are written below the axis."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day: how the axis writes it, how it is read out, and the number of each series from the bottom up."""

    label: str
    spoken: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of one bar."""

    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across with its number, or a day below."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """``series`` are (what it is, how it looks); ``days`` the oldest first, all with as many numbers as series."""

    title: str
    series: Sequence[tuple[str, str]]
    days: Sequence[Day]
    width: int = field(default=WIDTH, init=False)
    height: int = field(default=HEIGHT, init=False)
    left: int = field(default=LEFT, init=False)

    @property
    def is_empty(self) -> bool:
        return not any(any(day.numbers) for day in self.days)

    @property
    def summary(self) -> str:
        """What the picture shows, in a sentence."""
        numbers = [sum(day.numbers[place] for day in self.days) for place in range(len(self.series))]
        said = [f"{whole(number)} {name}" for number, (name, _) in zip(numbers, self.series, strict=True)]
        return f"{self.title}, {self.days[0].spoken} to {self.days[-1].spoken}: {', '.join(said)}."

    @property
    def ground(self) -> float:
        """Where the bars stand."""
        return HEIGHT - BOTTOM

    @property
    def most(self) -> int:
        """The number at the top of the axis: a round one."""
        return rounded_up(max((sum(day.numbers) for day in self.days), default=0))

    @property
    def lines(self) -> list[Tick]:
        """Nothing, half and all of it; no half where that is no whole number."""
        marks = [0, self.most // 2, self.most] if self.most % 2 == 0 else [0, self.most]
        return [Tick(self.ground - self._length(mark), whole(mark)) for mark in marks]

    @property
    def dates(self) -> list[Tick]:
        """The days that are written, today among them."""
        every = math.ceil(len(self.days) / LABELS)
        last = len(self.days) - 1
        return [
            Tick(self._step * (place + 0.5) + LEFT, day.label)
            for place, day in enumerate(self.days)
            if (last - place) % every == 0
        ]

    @property
    def bars(self) -> list[tuple[Day, list[Bar]]]:
        """Each day with the parts of its bar."""
        return [(day, self._bar(place, day)) for place, day in enumerate(self.days)]

    @property
    def _step(self) -> float:
        return (WIDTH - LEFT - RIGHT) / max(1, len(self.days))

    def _length(self, number: int) -> float:
        return (self.ground - TOP) * number / self.most

    def _bar(self, place: int, day: Day) -> list[Bar]:
        found: list[Bar] = []
        y, width = self.ground, self._step * 0.7
        for number, (_, look) in zip(day.numbers, self.series, strict=True):
            height = self._length(number)
            y -= height
            if number:
                found.append(Bar(LEFT + self._step * (place + 0.15), y, width, height, look))
        return found


def rounded_up(number: int) -> int:
    """The next number of 1, 2, 4, 5, 10, 20, 40, 50, 100, …; at least 1."""
    scale = 10 ** (len(str(max(1, number))) - 1)
    return next(step * scale for step in (1, 2, 4, 5, 10) if step * scale >= number)
