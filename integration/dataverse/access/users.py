"""Users and their security roles as an organization tells them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from integration.dataverse.problems import MALFORMED
from integration.dataverse.session import Session
from integration.systems.errors import BadAnswer

ROLE = "$select=name,_roletemplateid_value"
USER = "fullname,isdisabled,islicensed,accessmode,applicationid,internalemailaddress,_businessunitid_value"


@dataclass(frozen=True, slots=True)
class User:
    """One row of ``systemuser``; ``unit`` is its business unit. Applications have an ``application``."""

    id: uuid.UUID
    name: str
    mail: str
    unit: uuid.UUID
    application: uuid.UUID | None
    disabled: bool
    licensed: bool
    access_mode: int


@dataclass(frozen=True, slots=True)
class Role:
    """One row of ``role``; ``template`` says which of the service's own it is."""

    id: uuid.UUID
    name: str
    template: uuid.UUID | None


def roles_of(session: Session, user: uuid.UUID) -> list[Role]:
    """Those the user holds itself. Raises what the organization says, like all below."""
    return roles_at(session, f"systemusers({user})/systemuserroles_association?{ROLE}")


def roles_of_teams(session: Session, user: uuid.UUID) -> list[Role]:
    """Those the user holds as a member of teams."""
    path = f"systemusers({user})/teammembership_association?$select=name&$expand=teamroles_association({ROLE})"
    try:
        return [_read_role(row) for team in rows(session, path) for row in team["teamroles_association"]]
    except MALFORMED as error:
        raise unreadable() from error


def roles_at(session: Session, path: str) -> list[Role]:
    """What a query of roles finds; it selects ``ROLE``."""
    return [_read_role(row) for row in rows(session, path)]


def _read_role(row: dict[str, Any]) -> Role:
    return Role(read_id(row, "roleid"), str(row.get("name") or ""), _maybe_id(row, "_roletemplateid_value"))


def user_of(session: Session, user: uuid.UUID) -> User:
    """Raises ``NotFound``."""
    return _read_user(session.request("GET", f"systemusers({user})?$select={USER}").json())


def users_at(session: Session, path: str) -> list[User]:
    """What a query of users finds; it selects ``USER``."""
    return [_read_user(row) for row in rows(session, path)]


def _read_user(row: Any) -> User:
    try:
        return User(
            id=read_id(row, "systemuserid"),
            name=str(row.get("fullname") or row["systemuserid"]),
            mail=str(row.get("internalemailaddress") or ""),
            unit=read_id(row, "_businessunitid_value"),
            application=_maybe_id(row, "applicationid"),
            disabled=bool(row["isdisabled"]),
            licensed=bool(row.get("islicensed")),
            access_mode=int(row["accessmode"]),
        )
    except MALFORMED as error:
        raise unreadable() from error


def rows(session: Session, path: str) -> list[dict[str, Any]]:
    """All rows of all pages."""
    found: list[dict[str, Any]] = []
    onward: str | None = path
    while onward:
        answer = session.request("GET", onward).json()
        if not isinstance(answer, dict) or not isinstance(answer.get("value"), list):
            raise unreadable()
        found += (row for row in answer["value"] if isinstance(row, dict))
        onward = answer.get("@odata.nextLink")
    return found


def read_id(row: Any, name: str) -> uuid.UUID:
    """A column that always holds an id. Raises ``BadAnswer``."""
    try:
        return uuid.UUID(row[name])
    except MALFORMED as error:
        raise unreadable() from error


def _maybe_id(row: dict[str, Any], name: str) -> uuid.UUID | None:
    return None if row.get(name) is None else read_id(row, name)


def unreadable() -> BadAnswer:
    return BadAnswer("The organization tells its users in a way that cannot be read.")
