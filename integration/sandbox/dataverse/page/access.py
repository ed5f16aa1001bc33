"""What the person who is signed in may do: nothing is offered that would be refused. Who sends a form all the same is
refused by the organization itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from integration.sandbox.dataverse.page.api_client import ApiClient, Row
from integration.sandbox.dataverse.page.fields import OWNER, Field
from integration.sandbox.dataverse.page.kinds import BY_SET, OPEN, Action, Kind
from integration.sandbox.dataverse.security.guard import Guard
from integration.sandbox.dataverse.security.privileges import Depth, named, verbs
from integration.sandbox.dataverse.security.rights import read_rights
from integration.sandbox.shell.refusal import Refusal

CHANGE, DELETE, ASSIGN, ADD_TO = "Write", "Delete", "Assign", "AppendTo"
NOTE = "annotation"


def rights_on(client: ApiClient, kind: Kind, row: str) -> frozenset[str]:
    """The verbs that may be done to one record."""
    table = client.organization.model[kind.table]
    return frozenset(verb for verb in verbs(table) if _may(client, verb, kind.table, row))


def _may(client: ApiClient, verb: str, table: str, row: str) -> bool:
    model, connection = client.organization.model, client.organization.database.connection()
    try:
        guard = Guard(client.person, (read_rights(connection, client.person),))
        guard.check_rows(verb, model, connection, model[table], [row])
    except Refusal:
        return False
    return True


def changeable(kind: Kind, record: Row, rights: frozenset[str]) -> tuple[Field, ...]:
    """The fields of a record that a person with these rights on it may change."""
    if not kind.new or CHANGE not in rights:
        return ()
    is_locked = kind.locks and record["statecode"] != OPEN
    return tuple(one for one in kind.fields if (ASSIGN in rights if one == OWNER else not is_locked))


def creatable(client: ApiClient) -> frozenset[str]:
    """The tables of which new rows may be made."""
    held = _depths(client)
    return frozenset(table.name for table in client.organization.model if named(table, "Create") in held)


def may_make_for_others(client: ApiClient, kind: Kind) -> bool:
    """May a new record belong to somebody else? Who makes only what is their own may not, though they may give it away
    afterwards."""
    held, table = _depths(client), client.organization.model[kind.table]
    return named(table, ASSIGN) in held and held.get(named(table, "Create")) not in (None, Depth.BASIC)


def _depths(client: ApiClient) -> Mapping[str, Depth]:
    """The privileges with how far they reach; none of somebody who is disabled or without roles."""
    try:
        return read_rights(client.organization.database.connection(), client.person).depths
    except Refusal:
        return {}


def possible(action: Action, rights: frozenset[str], new: frozenset[str]) -> bool:
    """May this be done to a document with these rights on it? ``new``: the tables of which rows may be made."""
    makes = made_by(action)
    return (CHANGE in rights or not action.changes) and (not makes or makes in new)


def made_by(action: Action) -> str:
    """The table of the row that it leaves behind: another document, or an activity; blank for none."""
    return BY_SET[action.target].table if action.target else action.parameter.lower()
