"""What a filter states, as values."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal

from integration.business_central.published.properties import Property, Type


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that was typed."""

    value: str | Decimal | uuid.UUID | bool | None
    type: Type


Operand = Property | Literal


@dataclass(frozen=True, slots=True)
class Compare:
    """``left operator right``, both of one type; ``null`` compares with anything."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Search:
    """``contains(text,part)`` or ``startswith(text,part)``, with regard to case."""

    function: str
    text: Operand
    part: Operand


@dataclass(frozen=True, slots=True)
class Always:
    """``true`` or ``false`` as a condition of its own."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Opposite:
    part: Expression


Expression = Compare | Search | Always | Every | Some | Opposite
