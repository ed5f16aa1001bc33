"""Actions of a team: take members in, let members go."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from integration.sandbox.dataverse.http.links import connect, disconnect
from integration.sandbox.dataverse.http.messages import empty
from integration.sandbox.dataverse.refusals import invalid
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.dataverse.store.values import guid
from integration.sandbox.shell.messages import Response
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.organization import Exchange

DUPLICATE = "0x80040237"
MEMBERS = "teammembership_association"


def add_members(exchange: Exchange, table: Table, row: str) -> Response:
    """teams(id)/Microsoft.Dynamics.CRM.AddMembersTeam {"Members": [{"systemuserid": …}]}; who is in, stays in"""
    with exchange.writing() as write:
        for user in _members(exchange):
            try:
                connect(exchange.guard, write, table, row, table.collections[MEMBERS], user)
            except Refusal as refusal:
                if refusal.code != DUPLICATE:
                    raise
    return empty()


def remove_members(exchange: Exchange, table: Table, row: str) -> Response:
    """teams(id)/Microsoft.Dynamics.CRM.RemoveMembersTeam, with the same body"""
    with exchange.writing() as write:
        for user in _members(exchange):
            disconnect(exchange.guard, write, table, row, table.collections[MEMBERS], user)
    return empty()


def _members(exchange: Exchange) -> list[str]:
    body = exchange.request.json()
    given = body.get("Members") if isinstance(body, dict) else None
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise invalid("The parameter 'Members' must be a list of users.")
    ids = [guid(one.get("systemuserid", one.get("ownerid"))) for one in given]
    if None in ids:
        raise invalid("Every member needs its 'systemuserid'.")
    return [row for row in ids if row]


ROW_ACTIONS: dict[tuple[str, str], Callable[[Exchange, Table, str], Response]] = {
    ("team", "AddMembersTeam"): add_members,
    ("team", "RemoveMembersTeam"): remove_members,
}
