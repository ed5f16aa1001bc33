"""May every salesperson of Sales see what Business Central shows there?"""

from __future__ import annotations

from collections.abc import Iterator

from integration.connection.systems import Connected
from integration.dataverse.access.salespeople import SEES_BUSINESS_CENTRAL, salespeople
from integration.dataverse.store import SalesOrganization
from integration.models import ConnectionSetup
from integration.systems.errors import ConfigurationProblem, NotFound, PrivilegeMissing, TableMissing
from integration.systems.findings import Finding, Severity

WHAT, NAMED = "Salespeople in Sales", 5
ASSIGN = "Assign Security Roles on Connection Setup gives it to all of them."


def salespeople_role(setup: ConnectionSetup, connected: Connected) -> Iterator[Finding]:
    """Those without the role by which they open records in Business Central. Nothing without our solution: it brings
    the role."""
    if not setup.solution_version or not isinstance(connected.crm, SalesOrganization):
        return
    try:
        found = salespeople(connected.crm.session)
    except (ConfigurationProblem, NotFound, PrivilegeMissing, TableMissing) as problem:
        fix = "Let the integration user read users and security roles."
        yield Finding("roles-unchecked", Severity.WARNING, WHAT, problem.message, fix)
        return
    if found.lacking and found.is_there:
        names = [one.name for one in found.lacking]
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        words = (
            f"{', '.join(names[:NAMED])}{more} cannot open records in Business Central, nor see statistics and "
            f"availability: the security role “{SEES_BUSINESS_CENTRAL}” is missing."
        )
        yield Finding("salespeople-role", Severity.WARNING, WHAT, words, ASSIGN)
    elif found.is_there:
        words = f"All {found.total} of them may open records in Business Central."
        yield Finding("salespeople-role", Severity.FINE, WHAT, words)
