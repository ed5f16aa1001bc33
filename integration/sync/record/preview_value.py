"""What a field mapping makes of one value, step by step: for the person who sets it up. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integration.sync.record.values import constant, converter, text_of
from integration.sync.rules import Direction
from integration.sync.transformations import KINDS, Transformation, WrongParameter
from integration.sync.transformations.chain import steps
from integration.systems.errors import Problem
from integration.systems.values import Field, Value


@dataclass(frozen=True, slots=True)
class Preview:
    """``stations`` are (step, text after it); ``result`` what would be written, ``problem`` why nothing would."""

    before: str
    stations: tuple[tuple[str, str], ...] = ()
    result: str = ""
    problem: str = ""


def preview_value(
    transformations: Sequence[Transformation], direction: Direction, value: Value, source: Field, destination: Field
) -> Preview:
    """Take a value of the source field through the steps of this direction into the destination field. Raises
    nothing: what goes wrong is the result."""
    before = text = text_of(source)(value)
    stations: list[tuple[str, str]] = []
    try:
        for transformation, step in steps(transformations, direction):
            text = step(text)
            stations.append((KINDS[transformation.kind].label, text))
        written = _written(text, destination) if stations else converter(source, destination)(value)
    except (Problem, WrongParameter) as problem:
        return Preview(before, tuple(stations), problem=str(problem))
    return Preview(before, tuple(stations), "" if written is None else text_of(destination)(written))


def _written(text: str, destination: Field) -> Value:
    return constant(text, destination) if text.strip() or destination.type.textual else None
