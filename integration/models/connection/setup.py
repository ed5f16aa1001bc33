"""The connection to the Sales organization: one row, the Microsoft Dynamics 365 Connection Setup page."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models, transaction

from integration import defaults
from integration.connection.diagnosis import examine, hindrances
from integration.connection.findings import Diagnosis, Finding, NotReady
from integration.connection.installation import home
from integration.connection.notifying import Untold, tell
from integration.dataverse.session import Gate
from integration.models.connection.moving import Moving
from integration.models.connection.switches import Switches
from integration.models.mapping.table_mapping import TableMapping
from integration.models.release import hold_jobs, release_jobs
from integration.models.stored.audit import AuditEntry, record
from integration.models.stored.cache import metadata_cache, note_broken_off, token_cache, was_broken_off
from integration.systems.values import Identity

SALES_ALONE = "The Sales connection needs the Dataverse connection: enable both."


class ConnectionSetup(Moving, Switches):
    """Addresses, credentials and switches of the one connection (``ConnectionSetup.current()``)."""

    is_enabled = models.BooleanField("enabled", default=False, editable=False)
    dataverse_enabled = models.BooleanField("Dataverse (CDS) connection enabled", default=True)
    sales_enabled = models.BooleanField("Sales connection enabled", default=True)
    organization_name = models.CharField("organization", max_length=160, blank=True, editable=False)
    organization_version = models.CharField("Dynamics 365 Sales version", max_length=30, blank=True, editable=False)
    user_id = models.UUIDField("integration user id", null=True, editable=False)
    user_name = models.CharField("integration user", max_length=200, blank=True, editable=False)
    last_error = models.TextField("last error", blank=True, editable=False)
    disable_reason = models.CharField("disable reason", max_length=250, blank=True, editable=False)
    changed_at = models.DateTimeField("changed", auto_now=True)
    home = models.CharField(max_length=32, blank=True, editable=False)

    class Meta:
        verbose_name = "Microsoft Dynamics 365 Connection Setup"
        verbose_name_plural = verbose_name

    def __str__(self) -> str:
        return self.url or "not set up"

    @classmethod
    def current(cls) -> ConnectionSetup:
        """The one row, made when it is first asked for."""
        return cls.objects.get_or_create(pk=1)[0]

    def clean(self) -> None:
        """Bring all addresses into their one spelling. Raises ``ValidationError`` by field."""
        super().clean()
        wrong = {**self.sign_in_problems(), **self.feature_problems()}
        if self.sales_enabled and not self.dataverse_enabled:
            wrong["sales_enabled"] = ValidationError(SALES_ALONE)
        if wrong:
            raise ValidationError(wrong)

    def test(self) -> list[Finding]:
        """What is right and what is wrong right now, in words; enabled or not."""
        return self._examine(None).findings

    def readiness(self, gate: Gate | None = None) -> Diagnosis:
        """What :meth:`enable` asks for: the same, and whether it is the organization whose records are coupled. With
        the gate of the workers it is asked with the patience of a run, else while a person waits."""
        found = self._examine(gate)
        found.findings += hindrances(self, found.identity)
        return found

    def enable(self) -> list[TableMapping]:
        """Check, remember who answered, create what is missing of mappings and jobs, and release the jobs. Returns
        the mappings created. Raises :class:`NotReady`."""
        found = self.readiness()
        if not found.ok or found.identity is None:
            raise NotReady(found.findings)
        with transaction.atomic():
            self.refuse_if_overtaken()
            self._remember(found.identity, found.user_name)
            created = self.create_missing()
            release_jobs(self.parts())
            record(AuditEntry.Action.ENABLED, "connection", self, after={"organization": self.organization_name})
        self.tell_sales()
        return created

    def create_missing(self) -> list[TableMapping]:
        """Create what is missing of the standard mappings and jobs of the parts that are on; existing ones stay."""
        created = [mapping for part in self.parts() for mapping in defaults.create_missing(part)]
        defaults.write_numbers(self.parts() if self.solution_version else [])
        defaults.settle_extra_jobs(self.features() if self.sales_enabled else set(), enabled=self.is_enabled)
        release_jobs([], created if self.is_enabled else [])
        return created

    def apply_switches(self, newly_on: list[defaults.Part]) -> None:
        """While enabled: what came on gets its mappings and released jobs, what is off has its jobs On Hold."""
        if self.is_enabled:
            self.create_missing()
            hold_jobs(except_parts=self.parts())
            release_jobs(newly_on)

    def disable(self, reason: str = "") -> None:
        """Stop using the connection: every recurring job goes On Hold. Couplings, cursors and mappings stay."""
        was_enabled = self.is_enabled
        with transaction.atomic():
            self.note(is_enabled=False, disable_reason=reason[:250])
            hold_jobs()
            record(AuditEntry.Action.DISABLED, "connection", self, after={"reason": reason})
        if was_enabled and not reason:
            self.tell_sales(withdrawn=True)

    def tell_sales(self, *, withdrawn: bool = False) -> bool:
        """Write into Sales where we are, or take it back: now if that goes soon, else later by a worker."""
        return tell(self, Untold.WITHDRAWAL if withdrawn else Untold.ADDRESSES)

    def reset_addresses(self, base: str) -> bool:
        """Reset Web Client URL: both addresses back to what follows from ``base``, if anything; Sales is told."""
        self.use_default_addresses(base)
        self.save(update_fields=["web_client_url", "odata_url", "changed_at"])
        if self.is_enabled:
            self.tell_sales()
        return bool(self.web_client_url)

    def order_integration_switched(self, on: bool) -> None:
        """The organization's switch was set by an administrator: remember it, and let its jobs follow."""
        self.switch_order_integration(on)
        if self.is_enabled:
            self.create_missing()

    def _examine(self, gate: Gate | None) -> Diagnosis:
        if not was_broken_off():
            metadata_cache().clear()
        token_cache().clear()
        place, found = self.place, examine(self, gate)
        note_broken_off(found.late)
        if not self.is_at(place):
            return found  # it is about another place than the one that is stored now
        if found.identity is not None and not self.is_enabled:
            self.recognize(found.identity.organization_id)
        known = {} if found.solution_version is None else {"solution_version": found.solution_version[:30]}
        self.note(last_error=found.message, **known)
        return found

    def _remember(self, identity: Identity, user_name: str) -> None:
        if self.organization_id != identity.organization_id:
            TableMapping.objects.update(crm_cursor="", erp_cursor="")
        self.note(
            is_enabled=True,
            home=home(),
            organization_id=identity.organization_id,
            organization_name=identity.name[:160],
            organization_version=identity.version[:30],
            user_id=identity.user_id,
            user_name=user_name[:200],
            last_error="",
            disable_reason="",
        )
