"""Switching the connection on and off, and what follows: mappings, recurring jobs, and what Sales knows of us.

findings_of(setup)          Test Connection: what is right and what is wrong right now, in words
enable(setup)               check, remember who answered, create what is missing, release the jobs
disable(setup, reason)      every recurring job On Hold; couplings, cursors and mappings stay
apply_switches(setup, on)   while enabled: a part, or a feature, was switched on or off
"""

from __future__ import annotations

from django.db import transaction

from integration.connection.diagnosis import examine, hindrances
from integration.connection.findings import Diagnosis, NotReady, wrong
from integration.connection.installation import installation_id
from integration.connection.notifying import notify_sales
from integration.connection.recurring_jobs import follow_features, hold_jobs, release_jobs
from integration.connection.systems import company_name
from integration.dataverse.session import Gate
from integration.defaults import Part
from integration.mappings import numbers, standard
from integration.models import AuditEntry, ConnectionSetup, TableMapping
from integration.models.stored.audit import record
from integration.models.stored.cache import metadata_cache, note_broken_off, token_cache, was_broken_off
from integration.systems.findings import Finding
from integration.systems.values import Identity

CHANGED_MEANWHILE = (
    "Somebody else saved another address or sign-in while this one was checked. Look at it, then enable it again."
)


def findings_of(setup: ConnectionSetup) -> list[Finding]:
    """What is right and what is wrong right now, in words; enabled or not."""
    return _examine(setup, None).findings


def readiness(setup: ConnectionSetup, gate: Gate | None = None) -> Diagnosis:
    """What :func:`enable` asks for: the same, and whether it is the organization whose records are coupled. With the
    gate of the workers it is asked with the patience of a run, else while a person waits."""
    found = _examine(setup, gate)
    found.findings += hindrances(setup, found.identity)
    return found


def enable(setup: ConnectionSetup) -> list[TableMapping]:
    """Check, remember who answered, create what is missing of mappings and jobs, and release the jobs. Returns the
    mappings created. Raises :class:`NotReady`."""
    found = readiness(setup)
    if not found.ok or found.identity is None:
        raise NotReady(found.findings)
    with transaction.atomic():
        if setup.is_overtaken():
            raise NotReady([wrong("Connection Setup", CHANGED_MEANWHILE)])
        _remember(setup, found.identity, found.user_name)
        created = create_missing(setup)
        release_jobs(setup.parts())
        record(AuditEntry.Action.ENABLED, "connection", setup, after={"organization": setup.organization_name})
    notify_sales(setup)
    return created


def create_missing(setup: ConnectionSetup) -> list[TableMapping]:
    """Create what is missing of the standard mappings and jobs of the parts that are on; existing ones stay."""
    created = [mapping for part in setup.parts() for mapping in standard.create_missing(part)]
    numbers.write_numbers(setup.parts() if setup.solution_version else [])
    follow_features(setup.features() if setup.sales_enabled else set(), enabled=setup.is_enabled)
    release_jobs([], created if setup.is_enabled else [])
    return created


def apply_switches(setup: ConnectionSetup, newly_on: list[Part]) -> None:
    """While enabled: what came on gets its mappings and released jobs, what is off has its jobs On Hold."""
    if setup.is_enabled:
        create_missing(setup)
        hold_jobs(except_parts=setup.parts())
        release_jobs(newly_on)


def disable(setup: ConnectionSetup, reason: str = "") -> None:
    """Stop using the connection: every recurring job goes On Hold. Couplings, cursors and mappings stay."""
    was_enabled = setup.is_enabled
    with transaction.atomic():
        setup.note(is_enabled=False, disable_reason=reason[:250])
        hold_jobs()
        record(AuditEntry.Action.DISABLED, "connection", setup, after={"reason": reason})
    if was_enabled and not reason:
        notify_sales(setup, withdrawn=True)


def reset_addresses(setup: ConnectionSetup, base: str) -> bool:
    """Reset Web Client URL: both addresses back to what follows from ``base``, if anything; Sales is given notice."""
    setup.use_default_addresses(base, company_name())
    setup.save(update_fields=["web_client_url", "odata_url", "changed_at"])
    if setup.is_enabled:
        notify_sales(setup)
    return bool(setup.web_client_url)


def order_integration_switched(setup: ConnectionSetup, on: bool) -> None:
    """The organization's switch was set by an administrator: remember it, and let its jobs follow."""
    setup.switch_order_integration(on)
    if setup.is_enabled:
        create_missing(setup)


def _examine(setup: ConnectionSetup, gate: Gate | None) -> Diagnosis:
    if not was_broken_off():
        metadata_cache().clear()
    token_cache().clear()
    place, found = setup.place, examine(setup, gate)
    note_broken_off(found.late)
    if not setup.is_at(place):
        return found  # it is about another place than the one that is stored now
    if found.identity is not None and not setup.is_enabled:
        setup.recognize(found.identity.organization_id)
    solution = {} if found.solution_version is None else {"solution_version": found.solution_version[:30]}
    setup.note(last_error=found.message, **solution)
    return found


def _remember(setup: ConnectionSetup, identity: Identity, user_name: str) -> None:
    if setup.organization_id != identity.organization_id:
        TableMapping.objects.update(crm_cursor="", erp_cursor="")
    setup.note(
        is_enabled=True,
        installation_id=installation_id(),
        organization_id=identity.organization_id,
        organization_name=identity.name[:160],
        organization_version=identity.version[:30],
        user_id=identity.user_id,
        user_name=user_name[:200],
        last_error="",
        disable_reason="",
    )
