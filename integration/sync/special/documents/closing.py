"""Documents of Sales that are closed to changes: an update says from which state it is made, and names the whole state
that its row is left in."""

from __future__ import annotations

from dataclasses import replace

from integration.sync.actions import Update
from integration.systems.values import Row

STATE, STATUS = "statecode", "statuscode"


def reclosed(action: Update, row: Row) -> Row:
    """The update from the state that the twin was read in; a state goes with its reason."""
    values = {**action.twin.values, **row.values}
    state = action.twin.values.get(STATE)
    from_states = frozenset((state,)) if isinstance(state, int) else frozenset[int]()
    whole = {name: values[name] for name in (STATE, STATUS) if values.get(name) is not None}
    return replace(row, values={**row.values, **whole}, from_states=from_states)
