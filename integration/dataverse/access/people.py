"""The administrator who sets a connection up, and the user that the integration works as.

An administrator needs two roles and uses them during setup only. The integration has a user of its own, an application
user: a row of ``systemuser`` with an ``applicationid`` that needs no licence, holds the roles of the integration and is
no administrator. Roles are found by name in the user's own business unit, since every unit has its own copies;
System Administrator and System Customizer by their templates, whatever they are called.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from integration.dataverse.access.privileges import Need, missing_privileges
from integration.dataverse.access.users import (
    ROLE,
    USER,
    Role,
    User,
    read_id,
    roles_at,
    roles_of,
    roles_of_teams,
    rows,
    user_of,
    users_at,
)
from integration.dataverse.reading.query import literal, quoted
from integration.dataverse.session import Session
from integration.dataverse.solution import INTEGRATION_ROLES
from integration.dataverse.writing.links import Address, associate
from integration.systems.errors import BadAnswer, ConfigurationProblem, NotFound, RoleMissing
from integration.systems.findings import Finding, Severity

__all__ = [
    "Administrator", "FoundUser", "IntegrationUser", "Need", "check_administrator",
    "check_integration_user", "find_users", "missing_privileges", "prepare_integration_user",
]  # fmt: skip

SYSTEM_ADMINISTRATOR = uuid.UUID("627090ff-40a3-4053-8790-584edc5be201")
SYSTEM_CUSTOMIZER = uuid.UUID("119f245c-3cc8-4b62-b31c-d1a046ced15d")
REQUIRED = {SYSTEM_ADMINISTRATOR: "System Administrator", SYSTEM_CUSTOMIZER: "System Customizer"}
NON_INTERACTIVE, SUPPORT = 4, 3
ACCESS_MODES = {0: "Read-Write", 1: "Administrative", 2: "Read", 3: "Support User", 4: "Non-interactive",
                5: "Delegated Admin"}  # fmt: skip
MAILBOX, MAIL_DOMAIN, MOST_MAILS = "john", "contoso.com", 100
"""An application user must have an address, but nothing is sent there: the first that is free of john@, john1@, …"""
ASSIGN = "An administrator mends it under Assign Security Roles."
NAME = {"firstname": "Business Central", "lastname": "Integration"}


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who signed in to set up: allowed to import solutions and to assign roles."""

    id: uuid.UUID
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IntegrationUser:
    """The application user as it is now; ``created``: made just now. ``roles`` are all it holds itself."""

    id: uuid.UUID
    name: str
    created: bool
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundUser:
    """One user to choose from. ``application`` is ``None`` for a person."""

    id: uuid.UUID
    name: str
    mail: str
    application: uuid.UUID | None
    licensed: bool


# --- the administrator ------------------------------------------------------------------------------------------------


def check_administrator(session: Session) -> Administrator:
    """Who is signed in, if they may set up. Raises ``RoleMissing`` that names the missing roles,
    ``ConfigurationProblem`` for a disabled user, and what the organization says."""
    who = session.request("GET", "WhoAmI", tries=1).json()
    user = user_of(session, read_id(who, "UserId"))
    if user.disabled:
        raise ConfigurationProblem(f"The user {user.name} is disabled in Dynamics 365 Sales. Use another account.")
    roles = [*roles_of(session, user.id), *roles_of_teams(session, user.id)]
    templates = {role.template for role in roles}
    missing = [name for template, name in REQUIRED.items() if template not in templates]
    if missing:
        several = "the security role " if len(missing) == 1 else "the security roles "
        raise RoleMissing(
            f"{user.name} does not have {several}{' and '.join(missing)} in Dynamics 365 Sales. Assign what is "
            "missing, or sign in with an account that has both System Administrator and System Customizer."
        )
    return Administrator(user.id, user.name, tuple(dict.fromkeys(role.name for role in roles)))


# --- the integration user ---------------------------------------------------------------------------------------------


def prepare_integration_user(session: Session, application_id: uuid.UUID, roles: Sequence[str]) -> IntegrationUser:
    """The application's user with these roles: found or created, given what it lacks; done again it changes nothing.
    Raises ``ConfigurationProblem`` for a user who is disabled or an administrator and for roles that are not there,
    and what the organization says."""
    user = _of_application(session, application_id)
    created = user is None
    if user is None:
        user = _create(session, application_id)
    if user.disabled:
        raise ConfigurationProblem(
            f"The application user {user.name} is disabled in Dynamics 365 Sales. Enable it in the Power Platform "
            "admin center, or use another app registration."
        )
    has = roles_of(session, user.id)
    if any(role.template == SYSTEM_ADMINISTRATOR for role in has):
        raise ConfigurationProblem(_is_administrator(user))
    wanted = _roles_of_unit(session, user.unit, roles)
    owner = Address("systemusers", user.id)
    for role in wanted:
        if role.id not in {one.id for one in has}:
            associate(session, owner, "systemuserroles_association", Address("roles", role.id))
    given = [role.name for role in wanted]
    others = sorted(role.name for role in has if role.name not in given)
    return IntegrationUser(user.id, user.name, created, (*given, *others))


def find_users(session: Session) -> list[FoundUser]:
    """Everybody who could be the integration's user, by name: enabled, and not of the service itself."""
    where = f"isdisabled eq false and accessmode ne {SUPPORT}"
    path = f"systemusers?$select={USER}&$filter={quoted(where)}&$orderby=fullname"
    return [FoundUser(one.id, one.name, one.mail, one.application, one.licensed) for one in users_at(session, path)]


def check_integration_user(
    session: Session, user_id: uuid.UUID, roles: Sequence[str] = INTEGRATION_ROLES
) -> list[Finding]:
    """What is wrong with it; nothing: it can work. Raises what the organization says."""
    try:
        user = user_of(session, user_id)
    except NotFound:
        return [_unsuitable("", "The integration user does not exist in Dynamics 365 Sales.")]
    found = []
    if user.disabled:
        found.append(_unsuitable("", f"The user {user.name} is disabled in Dynamics 365 Sales."))
    own = roles_of(session, user_id)
    every = [*own, *roles_of_teams(session, user_id)]
    if any(role.template == SYSTEM_ADMINISTRATOR for role in every):
        found.append(_unsuitable(REQUIRED[SYSTEM_ADMINISTRATOR], _is_administrator(user)))
    has = {role.name for role in every}
    for name in roles:
        if name not in has:
            words = f"The user {user.name} does not have the security role “{name}”. Assign it in Dynamics 365 Sales."
            found.append(_unsuitable(name, words))
    mode = ACCESS_MODES.get(user.access_mode, str(user.access_mode))
    if user.access_mode not in (0, NON_INTERACTIVE) or (user.application and user.access_mode != NON_INTERACTIVE):
        words = f"The access mode of {user.name} is {mode}. Set it to Non-interactive in Dynamics 365 Sales."
        found.append(_unsuitable(mode, words))
    return found


def _unsuitable(name: str, message: str) -> Finding:
    return Finding("integration-user", Severity.ERROR, "Integration user", message, ASSIGN, name)


def _is_administrator(user: User) -> str:
    return (
        f"The user {user.name} has the security role System Administrator. The integration must not work as an "
        "administrator: take the role away, or use another user."
    )


def _of_application(session: Session, application: uuid.UUID) -> User | None:
    path = f"systemusers?$select={USER}&$filter={quoted(f'applicationid eq {application}')}"
    return next(iter(users_at(session, path)), None)


def _create(session: Session, application: uuid.UUID) -> User:
    root = rows(session, f"businessunits?$select=name&$filter={quoted('_parentbusinessunitid_value eq null')}")
    if not root:
        raise BadAnswer("The organization does not tell its business units.")
    row = uuid.uuid4()  # ours, so that a repeated request makes no second one
    body = {
        **NAME,
        "systemuserid": str(row),
        "applicationid": str(application),
        "internalemailaddress": _free_mail(session),
        "businessunitid@odata.bind": f"/businessunits({read_id(root[0], 'businessunitid')})",
    }
    session.request("POST", "systemusers", body=body)
    return user_of(session, row)


def _free_mail(session: Session) -> str:
    where = f"startswith(internalemailaddress,'{MAILBOX}') and endswith(internalemailaddress,'@{MAIL_DOMAIN}')"
    found = rows(session, f"systemusers?$select=internalemailaddress&$filter={quoted(where)}")
    used = {str(row.get("internalemailaddress") or "").lower() for row in found}
    for number in range(MOST_MAILS):
        mail = f"{MAILBOX}{number or ''}@{MAIL_DOMAIN}"
        if mail not in used:
            return mail
    raise ConfigurationProblem(
        "There are too many application users in Dynamics 365 Sales that nobody gave an address. Create the user in "
        "the Power Platform admin center."
    )


def _roles_of_unit(session: Session, unit: uuid.UUID, names: Sequence[str]) -> list[Role]:
    """The copies that a business unit has of these roles. Raises ``ConfigurationProblem`` where one is missing."""
    if not names:
        return []
    called = " or ".join(f"name eq {literal(name)}" for name in names)
    where = f"_businessunitid_value eq {unit} and ({called})"
    found = {role.name: role for role in roles_at(session, f"roles?{ROLE}&$filter={quoted(where)}")}
    lost = [name for name in names if name not in found]
    if lost:
        listed = ", ".join(f"“{name}”" for name in lost)
        raise ConfigurationProblem(
            f"There is no security role {listed} in the business unit of the user. Import the integration solution "
            "first."
        )
    return [found[name] for name in names]
