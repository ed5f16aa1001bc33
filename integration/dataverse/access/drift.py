"""Are the security roles of our solution still as it brought them? Redeploy Integration Solution restores them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from integration.dataverse.access.privileges import held_by_role
from integration.dataverse.access.users import ROLE, roles_at, rows
from integration.dataverse.problems import MALFORMED
from integration.dataverse.reading.query import literal, quoted
from integration.dataverse.session import Session
from integration.dataverse.solution import describe
from integration.dataverse.solution.description import Role
from integration.systems.errors import BadAnswer, PrivilegeMissing

UNREADABLE = "The organization tells its privileges in a way that cannot be read."
DEPTHS = ("Basic", "Local", "Deep", "Global")


@dataclass(frozen=True, slots=True)
class Drift:
    """``lost`` are privileges a role no longer has as far as it should; ``gone``: the role itself is not there."""

    role: str
    lost: tuple[str, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """``others`` says whether privileges that belong to no table could be compared as well."""

    drifts: tuple[Drift, ...] = ()
    others: bool = True


def drifted(session: Session) -> Compared:
    """Our roles that somebody weakened or deleted, in every business unit's copy; more privileges than ours do no
    harm, and one that the organization does not know at all is not missed. Where it does not tell which privileges
    it knows, those of its tables are compared alone. Raises what the organization says."""
    roles = describe().roles
    existing = _of_tables(session)
    others = _others(session, {name for role in roles for name in role.others})
    existing |= others or set()
    drifts = tuple(found for role in roles for found in _drift(session, role, existing))
    return Compared(drifts, others is not None)


def _drift(session: Session, role: Role, existing: Collection[str]) -> Iterator[Drift]:
    where = quoted(f"name eq {literal(role.name)}")
    copies = roles_at(session, f"roles?{ROLE}&$filter={where}")
    if not copies:
        yield Drift(role.name, gone=True)
    lost = sorted({name for copy in copies for name in _lost(session, copy.id, role) if name.lower() in existing})
    if lost:
        yield Drift(role.name, tuple(lost))


def _lost(session: Session, copy: uuid.UUID, role: Role) -> Iterator[str]:
    has = {name.lower(): depth for name, depth in held_by_role(session, copy).items()}
    for name, depth in role.privileges.items():
        if _reach(has.get(name.lower(), "")) < _reach(depth):
            yield name


def _of_tables(session: Session) -> set[str]:
    answer = session.request("GET", "EntityDefinitions?$select=LogicalName,Privileges", metadata=True).json()
    try:
        return {str(one["Name"]).lower() for table in answer["value"] for one in table["Privileges"]}
    except MALFORMED as error:
        raise BadAnswer(UNREADABLE) from error


def _others(session: Session, names: Collection[str]) -> set[str] | None:
    """Which of these the organization knows; ``None`` where we may not ask."""
    where = quoted(" or ".join(f"name eq {literal(name)}" for name in sorted(names)))
    try:
        answer = rows(session, f"privileges?$select=name&$filter={where}") if names else []
        return {str(one["name"]).lower() for one in answer}
    except PrivilegeMissing:
        return None
    except MALFORMED as error:
        raise BadAnswer(UNREADABLE) from error


def _reach(depth: str) -> int:
    return DEPTHS.index(depth) if depth in DEPTHS else -1
