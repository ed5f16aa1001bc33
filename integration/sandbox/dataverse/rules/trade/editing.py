"""Which documents may be changed: those in their first state. The others are read-only until they are set back to it;
some states are reached by a message of their own only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.sandbox.dataverse.rules.money import exact
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

EDITABLE = 0
FREE = frozenset(
    {
        "statecode",
        "statuscode",
        "modifiedon",
        "modifiedby",
        "modifiedonbehalfby",
        "ownerid",
        "owneridtype",
        "owninguser",
        "owningteam",
    }
    | {"owningbusinessunit"}
)
MESSAGES = {("quote", 2): ("Won", "WinQuote"), ("quote", 3): ("Closed", "CloseQuote")} | {
    ("opportunity", 1): ("Won", "WinOpportunity"),
    ("opportunity", 2): ("Lost", "LoseOpportunity"),
}
FROM_FIRST_ONLY = {
    ("quote", 1): ("0x80100003", "Only a draft of a quote can be activated."),
    ("invoice", 2): ("0x80100000", "Only an active invoice can be paid."),
    ("invoice", 3): ("0x80100001", "Only an active invoice can be canceled."),
}


def read_only() -> Refusal:
    return Refusal(400, "0x8004022e", "The record cannot be updated because it is read-only.")


def keep_closed(write: Write, table: Table, current: Values, values: Values) -> None:
    """A document that is not in its first state changes its state, or not at all."""
    before = current["statecode"]
    after = values.get("statecode", before)
    if after != before:
        check_move(table, before, after)
    if before == EDITABLE or table.name == "opportunity":
        return
    kept = exact(table, current)
    changed = {name for name in values if values[name] != kept[name]}
    if changed - FREE or (after == before and "statuscode" in changed):
        raise read_only()


def check_move(table: Table, before: int, after: int | None) -> None:
    """States that a plain update does not reach. Raises :class:`Refusal`."""
    if (table.name, after) in MESSAGES:
        label, message = MESSAGES[table.name, after or 0]
        raise Refusal(
            400,
            "0x80100005",
            f"This message can not be used to set the state of {table.name} to {label}. In order to set state of "
            f"{table.name} to {label}, use the {message} message instead.",
        )
    if before != EDITABLE and (table.name, after) in FROM_FIRST_ONLY:
        raise Refusal(400, *FROM_FIRST_ONLY[table.name, after or 0])


def check_new(write: Write, table: Table, rows: list[Values]) -> None:
    """Nothing is born in a state that only a message leads to."""
    for row in rows:
        if (table.name, row.get("statecode")) in MESSAGES:
            check_move(table, EDITABLE, row["statecode"])
