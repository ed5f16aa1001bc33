"""The connection: the same steps as Test Connection, each with a code and the way to mend it."""

from __future__ import annotations

from integration.connection.enabling import readiness
from integration.gate import Gate
from integration.models import ConnectionSetup
from integration.systems.findings import Finding, Severity


def connection(setup: ConnectionSetup, gate: Gate | None = None) -> tuple[list[Finding], bool]:
    """(what was found, is there any use in looking further); without the gate of the workers a person waits."""
    if setup.missing():
        words = f"{', '.join(setup.missing())} missing."
        fix = "Fill in Connection Setup, or go through Assisted Setup."
        return [Finding("not-set-up", Severity.ERROR, "Connection Setup", words, fix)], False
    found = readiness(setup, gate).findings
    reached = any(one.ok and one.what == "Organization" for one in found)
    if not setup.is_enabled:
        words = f"The connection is disabled. {setup.disable_reason}".strip()
        found.append(Finding("disabled", Severity.WARNING, "Connection", words, "Enable it on Connection Setup."))
    return found, reached
