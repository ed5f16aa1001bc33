"""What an organization answers about the rights of users and teams, and the actions that change what a role holds."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.http.messages import answer, empty
from integration.sandbox.dataverse.query.options import parse_query
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.dataverse.security import roles
from integration.sandbox.dataverse.security.guard import Guard
from integration.sandbox.dataverse.security.privileges import ALL_RIGHTS, Depth, depth, identity, verbs
from integration.sandbox.dataverse.security.rights import read_rights
from integration.sandbox.dataverse.security.role_checks import check_held
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.dataverse.store.payload import parse_address
from integration.sandbox.dataverse.store.values import guid
from integration.sandbox.shell.messages import Response
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.organization import Exchange

ASSIGNMENT = re.compile(r"(\w+)\s*=\s*(@\w+|'[^']*'|\[[^\]]*\]|\{[^}]*\}|[^,]*)")
KNOWN = "SELECT privilegeid, name, canbebasic FROM privilege"
OF_TEAM = (
    "SELECT p.privilegeid, p.name, MAX(h.privilegedepthmask), t.businessunitid FROM teamroles r "
    "JOIN team t ON t.teamid = r.teamid JOIN roleprivileges h ON h.roleid = r.roleid "
    "JOIN privilege p ON p.privilegeid = h.privilegeid WHERE r.teamid = ? GROUP BY p.privilegeid ORDER BY p.name"
)
OF_ROLE = (
    "SELECT p.privilegeid, p.name, h.privilegedepthmask, r.businessunitid FROM role r "
    "JOIN roleprivileges h ON h.roleid = r.roleid JOIN privilege p ON p.privilegeid = h.privilegeid "
    "WHERE r.roleid = ? ORDER BY p.name"
)


def retrieve_user_privileges(exchange: Exchange, table: Table, row: str, given: Mapping[str, str]) -> Response:
    """systemusers(id)/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"""
    return _privileges_answer(exchange, "RetrieveUserPrivilegesResponse", _of_user(exchange, row))


def retrieve_user_privilege_by_name(exchange: Exchange, table: Table, row: str, given: Mapping[str, str]) -> Response:
    """…/RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvReadAccount')"""
    wanted = _text(exchange, given, "PrivilegeName")
    found = [one for one in _of_user(exchange, row) if one["PrivilegeName"] == wanted]
    return _privileges_answer(exchange, "RetrieveUserPrivilegeByPrivilegeNameResponse", found)


def retrieve_user_privilege_by_id(exchange: Exchange, table: Table, row: str, given: Mapping[str, str]) -> Response:
    """…/RetrieveUserPrivilegeByPrivilegeId(PrivilegeId=…)"""
    wanted = _text(exchange, given, "PrivilegeId").lower()
    found = [one for one in _of_user(exchange, row) if one["PrivilegeId"] == wanted]
    return _privileges_answer(exchange, "RetrieveUserPrivilegeByPrivilegeIdResponse", found)


def retrieve_user_set_by_names(exchange: Exchange, table: Table, row: str, given: Mapping[str, str]) -> Response:
    """…/RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=['prvReadAccount','prvWriteAccount'])"""
    wanted = re.findall(r"[\w.]+", _text(exchange, given, "PrivilegeNames"))
    found = [one for one in _of_user(exchange, row) if one["PrivilegeName"] in wanted]
    return _privileges_answer(exchange, "RetrieveUserSetOfPrivilegesByNamesResponse", found)


def retrieve_team_privileges(exchange: Exchange, table: Table, row: str, given: Mapping[str, str]) -> Response:
    """teams(id)/Microsoft.Dynamics.CRM.RetrieveTeamPrivileges()"""
    return _privileges_answer(exchange, "RetrieveTeamPrivilegesResponse", _listed(exchange, OF_TEAM, row))


def retrieve_role_privileges(exchange: Exchange, arguments: str) -> Response:
    """RetrieveRolePrivilegesRole(RoleId=…)"""
    role = _text(exchange, assignments(exchange, arguments), "RoleId").lower()
    _present(exchange, exchange.model["role"], role)
    return _privileges_answer(exchange, "RetrieveRolePrivilegesRoleResponse", _listed(exchange, OF_ROLE, role))


def retrieve_principal_access(exchange: Exchange, table: Table, row: str, given: Mapping[str, str]) -> Response:
    """systemusers(id)/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t={'@odata.id':'accounts(…)'}"""
    address = re.search(r"@odata\.id[\"']\s*:\s*[\"']([^\"']+)", _text(exchange, given, "Target"))
    if address is None:
        raise odata("The parameter 'Target' must name a row in '@odata.id'.")
    name, target = parse_address(exchange.model, address[1])
    far = exchange.model[name]
    _present(exchange, far, target)
    _present(exchange, table, row)
    try:
        rights = read_rights(exchange.reading().connection, row)
    except Refusal:  # disabled, or without roles: such a user may do nothing
        may = []
    else:
        guard = Guard(rights.user, (rights,))
        may = [verb for verb in verbs(far) if verb != "Create" and _may(exchange, guard, verb, far, target)]
    context = f"{exchange.request.root}$metadata#Microsoft.Dynamics.CRM.RetrievePrincipalAccessResponse"
    shown = ", ".join(f"{verb}Access" for verb in ALL_RIGHTS if verb in may) or "None"
    return answer(json.dumps({"@odata.context": context, "AccessRights": shown}))


def _may(exchange: Exchange, guard: Guard, verb: str, table: Table, row: str) -> bool:
    try:
        guard.check_rows(verb, exchange.model, exchange.reading().connection, table, [row])
    except Refusal:
        return False
    return True


def add_privileges(exchange: Exchange, table: Table, row: str) -> Response:
    """roles(id)/Microsoft.Dynamics.CRM.AddPrivilegesRole {"Privileges": [{"PrivilegeId": …, "Depth": "Global"}]}"""
    return _change_role(exchange, table, row, anew=False)


def replace_privileges(exchange: Exchange, table: Table, row: str) -> Response:
    """roles(id)/Microsoft.Dynamics.CRM.ReplacePrivilegesRole, with the same body"""
    return _change_role(exchange, table, row, anew=True)


def remove_privilege(exchange: Exchange, table: Table, row: str) -> Response:
    """roles(id)/Microsoft.Dynamics.CRM.RemovePrivilegeRole {"PrivilegeId": …}"""
    given = exchange.request.json()
    gone = guid(given.get("PrivilegeId")) if isinstance(given, dict) else None
    if gone is None:
        raise refusals.invalid("The parameter 'PrivilegeId' is missing or no id.")
    with exchange.writing() as write:
        exchange.guard.check_rows("Write", write.model, write.connection, table, [row])
        check_held(write.connection, row)
        write.connection.execute("DELETE FROM roleprivileges WHERE roleid = ? AND privilegeid = ?", (row, gone))
        roles.repeat(write.connection, row)
    return empty()


def _change_role(exchange: Exchange, table: Table, row: str, anew: bool) -> Response:
    body = exchange.request.json()
    given = body.get("Privileges") if isinstance(body, dict) else None
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise refusals.invalid("The parameter 'Privileges' must be a list of privileges.")
    _present(exchange, table, row)
    with exchange.writing() as write:
        exchange.guard.check_rows("Write", write.model, write.connection, table, [row])
        check_held(write.connection, row)
        held = _held(write.connection, given)
        if not anew:
            write.connection.executemany(
                "DELETE FROM roleprivileges WHERE roleid = ? AND privilegeid = ?",
                [(row, identity(name)) for name in held],
            )
        roles.grant(write.connection, [row], held, anew)
        roles.repeat(write.connection, row)
    return empty()


def _held(connection: sqlite3.Connection, given: Iterable[Mapping[str, Any]]) -> dict[str, Depth]:
    """What a list of privileges asks for, each once and at a depth that it has."""
    known = {key: (name, basic) for key, name, basic in connection.execute(KNOWN)}
    held: dict[str, Depth] = {}
    for one in given:
        if one.get("PrivilegeId") is None:
            raise Refusal(400, "0x80041408", "The id of the privilege is missing.")
        try:
            reach = depth(str(one.get("Depth")))
        except ValueError as error:
            raise refusals.invalid(str(error)) from error
        name, has_depths = known.get(str(one["PrivilegeId"]).lower(), ("", 0))
        if not name:
            raise refusals.missing("privilege", str(one["PrivilegeId"]))
        if not has_depths and reach is not Depth.GLOBAL:
            raise Refusal(400, "0x8004140b", f"The depth {reach.label} is not one of {name}: its rows have no owners.")
        if name in held:
            raise Refusal(400, "0x8004140f", f"The privilege {name} is duplicated.")
        held[name] = reach
    return held


Bound = Callable[["Exchange", Table, str, Mapping[str, str]], Response]
FUNCTIONS: dict[str, Callable[[Exchange, str], Response]] = {"RetrieveRolePrivilegesRole": retrieve_role_privileges}
ROW_FUNCTIONS: dict[tuple[str, str], Bound] = {
    ("systemuser", "RetrieveUserPrivileges"): retrieve_user_privileges,
    ("systemuser", "RetrieveUserPrivilegeByPrivilegeName"): retrieve_user_privilege_by_name,
    ("systemuser", "RetrieveUserPrivilegeByPrivilegeId"): retrieve_user_privilege_by_id,
    ("systemuser", "RetrieveUserSetOfPrivilegesByNames"): retrieve_user_set_by_names,
    ("systemuser", "RetrievePrincipalAccess"): retrieve_principal_access,
    ("team", "RetrieveTeamPrivileges"): retrieve_team_privileges,
}
ROW_ACTIONS: dict[tuple[str, str], Callable[[Exchange, Table, str], Response]] = {
    ("role", "AddPrivilegesRole"): add_privileges,
    ("role", "ReplacePrivilegesRole"): replace_privileges,
    ("role", "RemovePrivilegeRole"): remove_privilege,
}


def assignments(exchange: Exchange, arguments: str) -> dict[str, str]:
    """The parameters of a function, aliases looked up in the query."""
    aliases = parse_query(exchange.request.query).aliases
    return {name: aliases.get(value, value) for name, value in ASSIGNMENT.findall(unquote(arguments))}


def _text(exchange: Exchange, given: Mapping[str, str], name: str) -> str:
    if name not in given:
        raise refusals.no_resource(exchange.request.uri)
    return given[name].strip().strip("'")


def _of_user(exchange: Exchange, row: str) -> list[dict[str, Any]]:
    _present(exchange, exchange.model["systemuser"], row)
    try:
        rights = read_rights(exchange.reading().connection, row)
    except Refusal:  # disabled, or without roles: such a user may do nothing
        return []
    return [_privilege(identity(name), name, reach, rights.unit) for name, reach in sorted(rights.depths.items())]


def _listed(exchange: Exchange, query: str, row: str) -> list[dict[str, Any]]:
    return [_privilege(*one) for one in exchange.reading().connection.execute(query, (row,))]


def _privilege(privilege: str, name: str, reach: int, unit: str) -> dict[str, Any]:
    return {
        "Depth": Depth(reach).label,
        "PrivilegeId": privilege,
        "BusinessUnitId": unit,
        "PrivilegeName": name,
        "RecordFilterId": "00000000-0000-0000-0000-000000000000",
        "RecordFilterUniqueName": None,
    }


def _present(exchange: Exchange, table: Table, row: str) -> None:
    reading = exchange.reading()
    exchange.guard.check_rows("Read", reading.model, reading.connection, table, [row])
    found = reading.connection.execute(
        f'SELECT 1 FROM "{table.name}" WHERE "{table.id}" = ?',  # noqa: S608 - names of the model
        (row,),
    ).fetchone()
    if found is None:
        raise refusals.missing(table.name, row)


def _privileges_answer(exchange: Exchange, name: str, held: Iterable[Mapping[str, Any]]) -> Response:
    context = f"{exchange.request.root}$metadata#Microsoft.Dynamics.CRM.{name}"
    return answer(json.dumps({"@odata.context": context, "RolePrivileges": list(held)}))
