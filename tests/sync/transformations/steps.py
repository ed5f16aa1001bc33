"""One step of a transformation, and text sent through several."""

from __future__ import annotations

from integration.sync.rules import Direction
from integration.sync.transformations import Transformation

BOTH = Direction.BOTH

CATASTROPHE = {"pattern": r"(a|aa|aab?)+$(?<=b)", "instead": ""}


def step(kind: str, direction: Direction = BOTH, **parameters: str) -> Transformation:
    return Transformation(kind, direction, parameters)
