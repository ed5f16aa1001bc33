"""The connection: the same steps as Test Connection, each with a code and the way to mend it."""

from __future__ import annotations

from integration.connection.enabling import readiness
from integration.connection.findings import Finding
from integration.gate import Gate
from integration.models import ConnectionSetup
from integration.models.stored.preflight import Severity, Verdict

SETUP = "Correct it on Connection Setup, then Test Connection."
CODES: dict[str, tuple[str, str]] = {
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


def connection(setup: ConnectionSetup, gate: Gate | None = None) -> tuple[list[Verdict], bool]:
    """(what was found, is there any use in looking further); without the gate of the workers a person waits."""
    if setup.missing():
        words = f"{', '.join(setup.missing())} missing."
        fix = "Fill in Connection Setup, or go through Assisted Setup."
        return [Verdict("not-set-up", Severity.ERROR, "Connection Setup", words, fix)], False
    findings = readiness(setup, gate).findings
    found = [_verdict(one) for one in findings]
    if not setup.is_enabled:
        words = f"The connection is disabled. {setup.disable_reason}".strip()
        found.append(Verdict("disabled", Severity.WARNING, "Connection", words, "Enable it on Connection Setup."))
    reached = any(one.ok and one.what == "Organization" for one in findings)
    return found, reached


def _verdict(one: Finding) -> Verdict:
    code, fix = CODES.get(one.what, ("setup", SETUP))
    if one.ok:
        return Verdict(code.removesuffix("-missing"), Severity.FINE, one.what, one.message)
    return Verdict(code, Severity.ERROR, one.what, one.message, fix)
