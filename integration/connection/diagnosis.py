"""Test Connection: step by step, what is right and what is wrong, in words a person can act on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from integration.connection import systems
from integration.connection.findings import Diagnosis, finding_of, right, wrong
from integration.connection.opening import open_either
from integration.connection.published import solution_version
from integration.dataverse.access.people import check_integration_user
from integration.dataverse.session import Gate
from integration.dataverse.signin.premises import check_sdk
from integration.dataverse.store import SalesOrganization
from integration.models.mapping.table_mapping import TableMapping
from integration.systems.errors import ConfigurationProblem, NotAMember, Problem, TimedOut
from integration.systems.findings import Finding
from integration.systems.system import System
from integration.systems.typed_address import AddressError
from integration.systems.values import Identity
from integration.systems.wording import sentence

if TYPE_CHECKING:
    from integration.models.connection.setup import ConnectionSetup

USER_TABLE = "systemuser"
COUPLINGS = "Couplings"
OLDEST, VERSION = (9, 0), "Organization version"


def examine(setup: ConnectionSetup, gate: Gate | None = None) -> Diagnosis:
    """Look at everything that has to be right before a connection is enabled: with the gate of the workers as a run
    does, else while a person waits. Never raises a ``Problem``."""
    found = Diagnosis()
    found.findings += _what_is_typed(setup)
    if not found.ok:
        return found
    try:
        with open_either(setup, gate, even_disabled=True, anybody=True) as connected:
            _ask(setup, connected.crm, found)
    except Problem as problem:
        found.findings.append(finding_of("Client secret", problem))
        return found
    if not systems.local_currency():
        found.findings.append(wrong("Local currency", "General Ledger Setup has no LCY Code. Enter one."))
    return found


def hindrances(setup: ConnectionSetup, identity: Identity | None) -> list[Finding]:
    """What keeps a connection from being enabled though it works."""
    off = [] if setup.dataverse_enabled else [wrong("Dataverse", "Switch the Dataverse (CDS) connection on.")]
    if identity is None:
        return off
    # While the connection is enabled, that stands among what the test found.
    strange = [] if setup.is_enabled else other_organization(setup, identity)
    return [*off, *too_old(identity.version), *strange]


def too_old(version: str) -> list[Finding]:
    """The oldest version whose Web API has everything that is asked of it; what cannot be read is not judged."""
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if numbers is None or tuple(map(int, numbers.groups())) >= OLDEST:
        return []
    words = f"The organization has version {version}. This application needs 9.0 or later. Update it first."
    return [wrong(VERSION, words)]


def other_organization(setup: ConnectionSetup, identity: Identity) -> list[Finding]:
    """Couplings belong to one organization; with another one they would point at strangers. So does a connection that
    is enabled."""
    if setup.organization_id in (None, identity.organization_id):
        return []
    coupled = TableMapping.objects.filter(couplings__isnull=False).values_list("name", flat=True).distinct()
    former = setup.organization_name or setup.organization_id
    if not coupled and not setup.is_enabled:
        return []
    if not coupled:
        message = sentence(f"This is {identity.name}, but the connection is enabled for {former}")
        return [wrong(COUPLINGS, f"{message} Disable it first.")]
    message = sentence(f"This is {identity.name}, but the couplings of {', '.join(coupled)} belong to {former}")
    return [wrong(COUPLINGS, f"{message} Connect to {former} again, or delete those couplings first.")]


def _what_is_typed(setup: ConnectionSetup) -> Iterator[Finding]:
    for label in setup.missing():
        yield wrong(label, "is missing.")
    for label in setup.unreadable_secrets():
        yield wrong(label, systems.UNREADABLE)
    for label, check in setup.address_checks():
        try:
            check()
        except AddressError as error:
            yield wrong(label, str(error))


def _ask(setup: ConnectionSetup, crm: System, found: Diagnosis) -> None:
    def sign_in() -> str:
        found.identity = crm.check()
        version = f", version {found.identity.version}" if found.identity.version else ""
        return f"{found.identity.name}{version} answers."

    if not _step(found, "Organization", sign_in):
        return
    if setup.is_enabled and found.identity is not None:
        found.findings += other_organization(setup, found.identity)
    if setup.kind.on_premises and not _step(found, "Dynamics 365 SDK version", lambda: _sdk(setup, found)):
        return
    if not _step(found, "Integration user", lambda: _user(crm, found)):
        return
    found.findings += _user_problems(crm, found)
    _step(found, "Security roles", lambda: _may_read(crm, ["account", "contact", "transactioncurrency"]))
    if setup.sales_enabled:
        _step(found, "Dynamics 365 Sales", lambda: _may_read(crm, ["product", "pricelevel", "opportunity"]))
        _step(found, "Integration solution", lambda: _solution(setup, crm, found))


def _step(found: Diagnosis, what: str, look: Callable[[], str]) -> bool:
    try:
        found.findings.append(right(what, look()))
    except Problem as problem:
        found.findings.append(finding_of(what, problem))
        found.late = isinstance(problem, TimedOut)
        return False
    return found.findings[-1].ok


def _user(crm: System, found: Diagnosis) -> str:
    user_id = found.identity.user_id if found.identity else None
    rows = crm.get(USER_TABLE, [user_id], ["fullname", "isdisabled"]) if user_id else {}
    user = rows.get(user_id) if user_id else None
    if user is None:
        raise NotAMember("The organization does not tell who we are signed in as.")
    found.user_name = str(user.values.get("fullname") or "")
    if user.values.get("isdisabled"):
        raise NotAMember(f"The user {found.user_name} is disabled in the organization. Enable it there.")
    return f"{found.user_name}. People should not change records as this user: its changes are not synchronized."


def _user_problems(crm: System, found: Diagnosis) -> list[Finding]:
    """What is wrong with the integration user as such: an administrator, a role or the access mode."""
    user_id = found.identity.user_id if found.identity else None
    if not isinstance(crm, SalesOrganization) or user_id is None:
        return []
    try:
        return check_integration_user(crm.session, user_id)
    except Problem as problem:
        return [finding_of("Integration user", problem)]


def _sdk(setup: ConnectionSetup, found: Diagnosis) -> str:
    version = found.identity.version if found.identity else ""
    why_not = check_sdk(setup.sdk_version, version)
    if why_not:
        raise ConfigurationProblem(why_not)
    return f"{setup.sdk_version} fits the organization's version {version}."


def _solution(setup: ConnectionSetup, crm: System, found: Diagnosis) -> str:
    """Without it records are synchronized all the same; orders, statistics and item availability need it."""
    found.solution_version = solution_version(crm)
    if found.solution_version:
        return f"Version {found.solution_version} is installed."
    if setup.order_integration_enabled or setup.item_availability_enabled:
        raise ConfigurationProblem("It is not installed, and sales orders and item availability need it. Import it.")
    return "It is not installed. Statistics, sales orders and item availability are not offered without it."


def _may_read(crm: System, tables: list[str]) -> str:
    """In words: "The user may read Account, Price List." """
    labels = []
    for name in tables:
        table = crm.describe(name)
        crm.find(name, fields=[table.name_field] if table.name_field else [], size=1)
        labels.append(table.label)
    return f"The user may read {', '.join(labels)}."
