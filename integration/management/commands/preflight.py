"""``manage.py preflight``: look at everything that has to be right. Ends with 1 where there is an error."""

from __future__ import annotations

from typing import Any

from integration import checks
from integration.management.console import ConsoleCommand
from integration.systems.findings import Severity


class Command(ConsoleCommand):
    help = (
        "Checks installation, connection, roles, mappings, rates, owners and clocks, and says how to mend what fails."
    )
    # What the checks of Django say is no reason not to look at all the rest.
    requires_system_checks: list[str] = []

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        found = checks.run()
        for one in found.verdicts:
            self.say(f"{one['severity']:8} {one['code']:20} {one['what']}: {one['message']}", options)
            if one["fix"]:
                self.say(f"{'':29} {one['fix']}", options)
        counts = {f"{severity.value}s": found.count(severity) for severity in (Severity.ERROR, Severity.WARNING)}
        return {"ran_at": found.ran_at, **counts, "findings": found.verdicts}, not found.errors
