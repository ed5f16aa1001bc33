"""Salespeople of an organization, and the role by which they see what Business Central shows there: the command Open
in Business Central, account statistics, item availability.

A salesperson is whom the integration couples: a user who is enabled and licensed, works with records, and is no
application. Who administers sees everything and needs no role.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from integration.dataverse.access.people import SYSTEM_ADMINISTRATOR
from integration.dataverse.access.users import ROLE, USER, Role, read_id, roles_at, rows, unreadable
from integration.dataverse.problems import MALFORMED
from integration.dataverse.reading.query import literal, quoted
from integration.dataverse.session import Session
from integration.dataverse.solution import ROLES
from integration.dataverse.writing.links import Address, associate

SEES_BUSINESS_CENTRAL = ROLES[2]
WORKS = "isdisabled eq false and islicensed eq true and accessmode eq 0 and applicationid eq null"


@dataclass(frozen=True, slots=True)
class Salesperson:
    """One of them; ``unit`` is their business unit."""

    id: uuid.UUID
    name: str
    unit: uuid.UUID


@dataclass(frozen=True, slots=True)
class Found:
    """``lacking`` are those of the ``total`` salespeople who do not hold the role; ``is_there``: the organization has
    the role at all."""

    lacking: Sequence[Salesperson]
    total: int
    is_there: bool


def salespeople(session: Session) -> Found:
    """Who lacks the role, held directly or by a team. Raises what the organization says."""
    copies = {role.id for role in _copies(session)}
    by_team = {user for role in copies for user in _members(session, role)}
    expand = f"$expand=systemuserroles_association({ROLE})"
    found = rows(session, f"systemusers?$select={USER}&$filter={quoted(WORKS)}&$orderby=fullname&{expand}")
    try:
        lacking = [
            _read(row) for row in found if not _sees(row, copies) and read_id(row, "systemuserid") not in by_team
        ]
    except MALFORMED as error:
        raise unreadable() from error
    return Found(lacking, len(found), bool(copies))


def let_see(session: Session, people: Sequence[Salesperson]) -> list[str]:
    """Give them the role, each the copy of their own business unit; who gets it already keeps it. Answers their names.
    Raises what the organization says."""
    copies = _by_unit(session)
    given = []
    for person in people:
        if (role := copies.get(person.unit)) is not None:
            owner = Address("systemusers", person.id)
            associate(session, owner, "systemuserroles_association", Address("roles", role))
            given.append(person.name)
    return given


def _copies(session: Session) -> Sequence[Role]:
    where = quoted(f"name eq {literal(SEES_BUSINESS_CENTRAL)}")
    return roles_at(session, f"roles?{ROLE}&$filter={where}")


def _by_unit(session: Session) -> dict[uuid.UUID, uuid.UUID]:
    """Business unit -> its copy of the role."""
    where = quoted(f"name eq {literal(SEES_BUSINESS_CENTRAL)}")
    found = rows(session, f"roles?$select=name,_businessunitid_value&$filter={where}")
    return {read_id(row, "_businessunitid_value"): read_id(row, "roleid") for row in found}


def _members(session: Session, role: uuid.UUID) -> set[uuid.UUID]:
    """Who holds this role by a team."""
    expand = "$expand=teammembership_association($select=fullname)"
    teams = rows(session, f"roles({role})/teamroles_association?$select=name&{expand}")
    try:
        return {read_id(user, "systemuserid") for team in teams for user in team["teammembership_association"]}
    except MALFORMED as error:
        raise unreadable() from error


def _sees(row: dict[str, object], copies: set[uuid.UUID]) -> bool:
    held = row["systemuserroles_association"]
    if not isinstance(held, list):
        raise TypeError("roles of a user are no list")
    administers = any(str(one.get("_roletemplateid_value")) == str(SYSTEM_ADMINISTRATOR) for one in held)
    return administers or any(read_id(one, "roleid") in copies for one in held)


def _read(row: dict[str, object]) -> Salesperson:
    id = read_id(row, "systemuserid")
    return Salesperson(id, str(row.get("fullname") or id), read_id(row, "_businessunitid_value"))
