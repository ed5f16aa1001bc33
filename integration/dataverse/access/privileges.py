"""What a user may do in an organization, as it tells: privileges held by all roles, and what tables call theirs."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from integration.dataverse.problems import MALFORMED
from integration.dataverse.session import Session
from integration.systems.errors import BadAnswer


@dataclass(frozen=True, slots=True)
class Need:
    """Something to be done with rows of a table; ``verb`` is Create, Read, Write, Delete, Assign, Append or
    AppendTo."""

    table: str
    verb: str


def held(session: Session, user: uuid.UUID | None) -> dict[str, str]:
    """The privileges of a user by all their roles: name -> depth. Raises what the organization says."""
    path = f"systemusers({user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"
    answer = session.request("GET", path, metadata=True).json()
    return _read(answer, "RolePrivileges", lambda row: (str(row["PrivilegeName"]), str(row["Depth"])))


def held_by_role(session: Session, role: uuid.UUID) -> dict[str, str]:
    """The privileges of one security role: name -> depth. Raises what the organization says."""
    answer = session.request("GET", f"RetrieveRolePrivilegesRole(RoleId={role})", metadata=True).json()
    return _read(answer, "RolePrivileges", lambda row: (str(row["PrivilegeName"]), str(row["Depth"])))


def named(session: Session, table: str) -> dict[str, str]:
    """What the privileges of a table are called: verb -> name. Raises what the organization says."""
    path = f"EntityDefinitions(LogicalName='{table}')?$select=LogicalName,Privileges"
    answer = session.request("GET", path, metadata=True).json()
    return _read(answer, "Privileges", lambda row: (str(row["PrivilegeType"]), str(row["Name"])))


def missing_privileges(session: Session, user: uuid.UUID, needs: Iterable[Need]) -> list[str]:
    """The names of those that the user lacks, in the order of ``needs``. A table that knows no privilege for a verb
    lets everybody do it. Raises what the organization says."""
    needs = list(needs)
    has = held(session, user)
    names: Mapping[str, Mapping[str, str]] = {
        table: named(session, table) for table in dict.fromkeys(need.table for need in needs)
    }
    wanted = [names[need.table].get(need.verb) for need in needs]
    return list(dict.fromkeys(name for name in wanted if name is not None and name not in has))


def _read(answer: Any, name: str, pair: Callable[[Any], tuple[str, str]]) -> dict[str, str]:
    try:
        return dict(pair(row) for row in answer[name])
    except MALFORMED as error:
        raise BadAnswer("The organization tells its privileges in a way that cannot be read.") from error
