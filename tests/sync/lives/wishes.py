"""What people want of each field: a plain statement, independent of how the engine remembers.

A value that somebody typed stands until both sides hold it and a run has lived to know that. Then it is what was
agreed (``base``). Two values that stand at the same time, one on each side, are rivals.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integration.sync.memory.ledger import State
from integration.systems.values import Ref, Side, Value, option_id
from tests.sync.lives.tables import COLOURS, OWN, SHIPPING, Mapped, TablePair

NOTHING = "nothing"
"""There is no value for it on the other side."""


@dataclass
class Wish:
    """One field of one firm. ``typed``: side -> (value, when), what stands. ``base``: what each side holds otherwise.
    ``unagreed``: the pair was made by hand or the field is new, so that blank loses. ``chosen``: the side that a
    person decided for. ``spoken``: sides on which somebody typed since the pair came to be. ``free``: what it refers
    to was coupled anew. ``same``: both
    sides were equal when somebody typed last. ``weak``: sides whose standing value had no partner at some time."""

    typed: dict[Side, tuple[Any, int]] = field(default_factory=dict)
    base: dict[Side, Any] = field(default_factory=dict)
    unagreed: bool = False
    chosen: Side | None = None
    spoken: set[Side] = field(default_factory=set)
    free: bool = False
    same: bool = False
    weak: set[Side] = field(default_factory=set)

    def rivals(self) -> bool:
        return len(self.typed) == 2

    def reached(self, values: dict[Side, Any]) -> None:
        """Both sides have come together, and a run knows."""
        self.typed.clear()
        self.weak.clear()
        self.base = dict(values)
        self.unagreed = self.free = False
        self.chosen = None


def normal(value: Value) -> Any:
    """Comparable: blank is ``""``."""
    if value is None:
        return ""
    if isinstance(value, Ref):
        return value.id
    if isinstance(value, Decimal):
        return value.normalize()
    return value.strip() if isinstance(value, str) else value


def expressed(pair: TablePair, mapped: Mapped, value: Any, side: Side) -> Any:
    """A value of this side in the terms of the other one, or ``NOTHING``."""
    if value == "":
        return NOTHING if mapped.not_null else ""
    match mapped.kind:
        case "person":
            return _partner(pair, ("person", "user"), side, value)
        case "firm":
            return _partner(pair, (OWN.erp_table, OWN.crm_table), side, value)
        case "method":
            return _method(pair, side, value)
        case "colour":
            label = COLOURS[side][value - 1]
            other = COLOURS[side.other]
            return other.index(label) + 1 if label in other else NOTHING
    return value


def _partner(pair: TablePair, tables: tuple[str, str], side: Side, id: uuid.UUID) -> Any:
    ledger = pair.ledgers.get(tables)
    found = ledger.pairs(side, [id]).get(id) if ledger is not None else None
    return found.id(side.other) if found is not None and found.state is State.COUPLED else NOTHING


def _method(pair: TablePair, side: Side, value: Any) -> Any:
    tables = (SHIPPING.erp_table, SHIPPING.crm_table)
    if side is Side.ERP:
        id = _partner(pair, tables, side, value)
        options = {option_id(SHIPPING.crm_table, n): n for n in (1, 2, 3)}
        return NOTHING if id == NOTHING else options.get(id, NOTHING)
    return _partner(pair, tables, side, option_id(SHIPPING.crm_table, value))


def equal(pair: TablePair, mapped: Mapped, values: dict[Side, Any]) -> bool:
    """Do both sides say the same, read in either direction or rounded?"""
    erp, crm = values[Side.ERP], values[Side.CRM]
    if erp == crm == "":
        return True
    if expressed(pair, mapped, erp, Side.ERP) == crm or expressed(pair, mapped, crm, Side.CRM) == erp:
        return True
    if isinstance(erp, Decimal) and isinstance(crm, Decimal):
        return erp.quantize(Decimal("0.01"), ROUND_HALF_UP) == crm
    return False
