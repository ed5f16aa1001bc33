"""What the connection holds: what mappings need, the mappings themselves, roles, the solution, clocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from email.utils import parsedate_to_datetime

from django.utils import timezone

from integration.connection.systems import Connected
from integration.dataverse.access.drift import drifted
from integration.dataverse.access.schema import REDEPLOY
from integration.dataverse.solution import describe, is_older
from integration.dataverse.store import SalesOrganization
from integration.mappings.build_rule import build_rule
from integration.mappings.requirements import WHAT, missing_requirements
from integration.models import ConnectionSetup, TableMapping
from integration.systems.errors import ConfigurationProblem, NotFound, PrivilegeMissing, TableMissing
from integration.systems.findings import Finding, Severity

ERROR, WARNING, FINE = Severity.ERROR, Severity.WARNING, Severity.FINE
SKEW = dt.timedelta(seconds=60)
UNANSWERED = (ConfigurationProblem, NotFound, PrivilegeMissing, TableMissing)


def mappings(setup: ConnectionSetup, connected: Connected) -> Iterator[Finding]:
    """Tables, columns, types, options and the privileges of the integration user."""
    if not isinstance(connected.crm, SalesOrganization):
        return
    found = list(dict.fromkeys(missing_requirements(setup, connected.crm)))
    yield from found
    if not found:
        yield Finding("mappings", FINE, WHAT, "All that the table mappings need is there.")


def rules(setup: ConnectionSetup, connected: Connected) -> Iterator[Finding]:
    """Does every stored mapping still fit both systems, and have all coupled options stayed?"""
    for mapping in TableMapping.objects.filter(part__in=setup.parts()):
        if mapping.internal and not mapping.fields.exists():
            continue  # Its flow carries documents as wholes, so there is no rule of fields.
        try:
            build_rule(mapping, connected.erp, connected.crm)
        except ConfigurationProblem as problem:
            fix = f"Correct the mapping {mapping.name}, or restore what it names."
            # A table that Sales lacks is listed as an error among what the mappings need.
            severity = WARNING if isinstance(problem, TableMissing) else ERROR
            yield Finding("mapping-broken", severity, mapping.name, problem.message, fix)
            continue
        if mapping.is_option:
            yield from _options(mapping, connected)


def _options(mapping: TableMapping, connected: Connected) -> Iterator[Finding]:
    coupled = set(mapping.couplings.values_list("crm_id", flat=True))
    gone = coupled - {one.id for one in connected.crm.find(mapping.crm_table).records} if coupled else set()
    if gone:
        options = connected.crm.describe(mapping.crm_table).label
        number, verb = ("1 coupled option", "is") if len(gone) == 1 else (f"{len(gone)} coupled options", "are")
        words = f"{number} of {options} {verb} not there any more."
        fix = f"Add them again in Dynamics 365 Sales, or delete the couplings of {mapping.name}."
        yield Finding("option-missing", ERROR, mapping.name, words, fix)


def roles(setup: ConnectionSetup, connected: Connected) -> Iterator[Finding]:
    """Privileges that somebody took from our roles."""
    if not setup.solution_version or not isinstance(connected.crm, SalesOrganization):
        return
    try:
        found = drifted(connected.crm.session)
    except UNANSWERED as problem:
        fix = "Let the integration user read security roles."
        yield Finding("roles-unchecked", WARNING, "Security roles", problem.message, fix)
        return
    for one in found.drifts:
        words = "It is not there any more." if one.gone else f"It lacks {_some(one.lost)}."
        yield Finding("role-drift", ERROR, one.role, words, REDEPLOY)
    if not found.drifts:
        words = "Our roles have all privileges they came with."
        words += "" if found.others else " The organization does not tell which ones there are beside those of tables."
        yield Finding("role-drift", FINE, "Security roles", words)


def solution(setup: ConnectionSetup, connected: Connected) -> Iterator[Finding]:
    """Is the installed solution as new as the one that came with this release?"""
    wanted = describe().version
    if setup.solution_version and is_older(setup.solution_version, wanted):
        words = f"Version {setup.solution_version} is installed; {wanted} came with this release."
        yield Finding("solution-outdated", WARNING, "Integration solution", words, REDEPLOY)


def clocks(
    setup: ConnectionSetup, connected: Connected, now: Callable[[], dt.datetime] = timezone.now
) -> Iterator[Finding]:
    """How far our clock is from that of the organization, by the header of an answer (whole seconds)."""
    if not isinstance(connected.crm, SalesOrganization):
        return
    date = connected.crm.session.request("GET", "WhoAmI").headers.get("date", "")
    try:
        apart = now() - parsedate_to_datetime(date)
    except (TypeError, ValueError):
        yield Finding("clock-unknown", WARNING, "Clock", "The organization does not tell the time.", "Look at a proxy.")
        return
    seconds = round(abs(apart.total_seconds()))
    if abs(apart) > SKEW:
        words = (
            f"Our clock is {seconds} seconds {'ahead of' if apart > dt.timedelta() else 'behind'} the organization's."
        )
        yield Finding("clock-skew", ERROR, "Clock", words, "Synchronize the clock of this machine (NTP).")
    else:
        yield Finding("clock", FINE, "Clock", f"Both clocks agree within {max(seconds, 1)} s.")


def _some(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
