"""What Test Connection finds: one line for each thing that was looked at, and problems put into such lines."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``what`` names the field or thing, ``message`` says what is right or wrong."""

    ok: bool
    what: str
    message: str


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


def wrong(what: str, problem: Problem) -> Finding:
    """A problem as a finding, named after the field or thing that is to be mended."""
    if isinstance(problem, SignInRefused):
        return Finding(False, SIGN_IN_PARTS.get(problem.part, "Sign-in"), problem.message)
    if isinstance(problem, Throttled):
        return Finding(False, what, f"{problem.message} Try again in {round(problem.retry_after)} seconds.")
    for kinds, named in ((ABOUT_ADDRESS, "Address"), ((NotAMember,), "Integration user"), (ABOUT_ROLES, "Roles")):
        if isinstance(problem, kinds):
            return Finding(False, named, problem.message)
    if isinstance(problem, TableMissing):
        return Finding(False, what, f"{problem.message} Is it installed in this organization?")
    return Finding(False, what, problem.message)
