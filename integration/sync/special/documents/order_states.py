"""What becomes of a Sales order as its order in Business Central goes on."""

from __future__ import annotations

from collections.abc import Sequence

from integration.sync.direction import Direction
from integration.sync.memory.halves import value_of
from integration.sync.memory.ledger import Pair
from integration.sync.record.meaning import Expressed, MeaningField, Meant
from integration.systems.values import Record, Side, Value

ACTIVE, SUBMITTED, CANCELED, FULFILLED, INVOICED = range(5)
PENDING, IN_PROGRESS, ALL_INVOICED = 2, 3, 100003
STATES = {ACTIVE: "active", SUBMITTED: "submitted", CANCELED: "canceled", FULFILLED: "fulfilled", INVOICED: "invoiced"}
WRITTEN: dict[str, dict[str, Value]] = {
    "submitted": {"statecode": SUBMITTED, "statuscode": IN_PROGRESS},
    "invoiced": {"statecode": INVOICED, "statuscode": ALL_INVOICED},
}
NEVER_SENT: dict[str, Value] = {"lastbackofficesubmit": None, "bci_number": ""}
"""Of an order that is none any more in Business Central, and that a salesperson has taken back already."""
REOPENED: dict[str, Value] = {"statecode": ACTIVE, "statuscode": PENDING, **NEVER_SENT}
"""Of an order that is none any more in Business Central: it may be submitted once more."""


class OrderState(MeaningField):
    """An order that is completely invoiced is an invoiced Sales order; any other one stays submitted, also when it is
    shipped. What is agreed about it is the state that we have set."""

    key = "@state"
    direction = Direction.TO_CRM

    def label(self, side: Side) -> str:
        return "Completely Invoiced" if side is Side.ERP else "Status"

    def columns(self, side: Side) -> Sequence[str]:
        return ("completely_invoiced",) if side is Side.ERP else ("statecode", "statuscode")

    def read(self, side: Side, record: Record) -> str:
        if side is Side.ERP:
            return "invoiced" if record.values.get("completely_invoiced") else "submitted"
        state = record.values.get("statecode")
        return STATES.get(state, str(state)) if isinstance(state, int) else ""

    def shown(self, side: Side, record: Record) -> str:
        return self.read(side, record).capitalize()

    def express(self, side: Side, record: Record, twin: Record | None) -> Expressed:
        text = self.read(side, record)
        return Meant(text, WRITTEN.get(text, {}))


def is_left_alone(pair: Pair, twin: Record) -> bool:
    """Did a person put the Sales order into a state that is not ours to change? Invoiced is one that we set ourselves,
    as far as we remember it."""
    state = twin.values.get("statecode")
    return state != SUBMITTED and not (state == INVOICED and _we_invoiced(pair))


def _we_invoiced(pair: Pair) -> bool:
    remembered = [pair.agreed.get(OrderState.key)]
    if pair.in_flight is not None:
        remembered.append(pair.in_flight.fields.get(OrderState.key))
    return any(halves is not None and value_of(halves[1]) == "invoiced" for halves in remembered)
