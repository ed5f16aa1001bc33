"""What Test Connection finds: one line for each thing that was looked at, and problems put into such lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from integration.systems.errors import (
    AddressRefused,
    BadAnswer,
    NotAMember,
    PrivilegeMissing,
    Problem,
    RoleMissing,
    SignInRefused,
    TableMissing,
    Throttled,
    TimedOut,
    TlsFailed,
    Unreachable,
)
from integration.systems.findings import Finding, Severity
from integration.systems.values import Identity

ABOUT_ADDRESS = (Unreachable, TimedOut, TlsFailed, AddressRefused, BadAnswer)
ABOUT_ROLES = (RoleMissing, PrivilegeMissing)
SIGN_IN_PARTS = {
    "tenant": "Tenant",
    "client": "Client id",
    "secret": "Client secret",
    "certificate": "Certificate",
    "user": "User name",
    "resource": "Address",
}


SETUP = "Correct it on Connection Setup, then Test Connection."
CODES: Mapping[str, tuple[str, str]] = {
    "Address": ("unreachable", "Check the address on Connection Setup, and the network of this machine."),
    "Organization": ("organization", "See whether Dynamics 365 Sales answers in a browser at the same address."),
    "Integration user": ("integration-user", "An administrator mends it under Assign Security Roles."),
    "Roles": ("roles-missing", "An administrator assigns the roles under Assign Security Roles."),
    "Security roles": ("roles-missing", "An administrator assigns the roles under Assign Security Roles."),
    "Dynamics 365 Sales": ("sales-missing", "Install Dynamics 365 Sales, or switch the Sales connection off."),
    "Integration solution": ("solution", "An administrator imports it under Redeploy Integration Solution."),
    "Dataverse": ("dataverse-off", "Switch it on among the connections of Connection Setup."),
    "Couplings": ("other-organization", "Connect to that organization, or delete the couplings first."),
    "Local currency": ("local-currency", "Enter LCY Code in General Ledger Setup."),
    "Dynamics 365 SDK version": ("sdk-version", SETUP),
    "Organization version": ("version-too-old", "Update the organization, or connect to another one."),
    "Tenant": ("sign-in-refused", SETUP),
    "Client id": ("sign-in-refused", SETUP),
    "Client secret": ("sign-in-refused", SETUP),
    "Certificate": ("sign-in-refused", SETUP),
    "User name": ("sign-in-refused", SETUP),
    "Sign-in": ("sign-in-refused", SETUP),
}
"""What is looked at -> (code, way to mend it)."""


@dataclass(slots=True)
class Diagnosis:
    """All findings up to the first that makes looking on pointless, and who answered. ``solution_version`` is blank
    where the integration solution is not installed, ``None`` where nobody could be asked; ``late``: the time of a page
    was over before everything was looked at."""

    findings: list[Finding] = field(default_factory=list)
    identity: Identity | None = None
    user_name: str = ""
    solution_version: str | None = None
    late: bool = False

    @property
    def ok(self) -> bool:
        return all(finding.ok for finding in self.findings)

    @property
    def message(self) -> str:
        """What is wrong, on one line each; blank where nothing is."""
        return "\n".join(f"{finding.what}: {finding.message}" for finding in self.findings if not finding.ok)


class NotReady(Exception):
    """The connection cannot be enabled; ``findings`` say why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(f"{finding.what}: {finding.message}" for finding in findings if not finding.ok))
        self.findings = findings


def right(what: str, message: str) -> Finding:
    """Nothing is wrong with this field or thing."""
    code, _ = CODES.get(what, ("setup", SETUP))
    return Finding(code.removesuffix("-missing"), Severity.FINE, what, message)


def wrong(what: str, message: str) -> Finding:
    """Something is wrong with this field or thing."""
    code, fix = CODES.get(what, ("setup", SETUP))
    return Finding(code, Severity.ERROR, what, message, fix)


def finding_of(what: str, problem: Problem) -> Finding:
    """A problem as a finding, named after the field or thing that is to be mended."""
    if isinstance(problem, SignInRefused):
        return wrong(SIGN_IN_PARTS.get(problem.part, "Sign-in"), problem.message)
    if isinstance(problem, Throttled):
        return wrong(what, f"{problem.message} Try again in {round(problem.retry_after)} seconds.")
    for kinds, named in ((ABOUT_ADDRESS, "Address"), ((NotAMember,), "Integration user"), (ABOUT_ROLES, "Roles")):
        if isinstance(problem, kinds):
            return wrong(named, problem.message)
    if isinstance(problem, TableMissing):
        return wrong(what, f"{problem.message} Is it installed in this organization?")
    return wrong(what, problem.message)
