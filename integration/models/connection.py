"""The connection to the Sales organization: one row, the Microsoft Dynamics 365 Connection Setup page."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from integration import defaults
from integration.dataverse.session import Patience
from integration.models import systems
from integration.models.audit import AuditEntry, record
from integration.models.audited import Audited
from integration.models.cache import metadata_cache, token_cache
from integration.models.diagnosis import examine, hindrances
from integration.models.features import Features
from integration.models.findings import Diagnosis, Finding, NotReady
from integration.models.home import COPY, home, is_copy
from integration.models.mapping import TableMapping
from integration.models.release import hold_jobs, release_jobs
from integration.models.sign_in import SignIn
from integration.models.systems import Connected
from integration.models.telling import Untold, tell
from integration.sync.rules import Context
from integration.systems.base import Identity
from integration.systems.errors import ConfigurationProblem

SALES_ALONE = "The Sales connection needs the Dataverse connection: enable both."
DISABLED = "The connection to Dynamics 365 Sales is disabled. Enable it on the Connection Setup page."


class ConnectionSetup(Audited, SignIn, Features):
    """Addresses, credentials and switches of the one connection (``ConnectionSetup.current()``)."""

    is_enabled = models.BooleanField("enabled", default=False, editable=False)
    dataverse_enabled = models.BooleanField("Dataverse (CDS) connection enabled", default=True)
    sales_enabled = models.BooleanField("Sales connection enabled", default=True)
    organization_id = models.UUIDField("organization id", null=True, editable=False)
    organization_name = models.CharField("organization", max_length=160, blank=True, editable=False)
    organization_version = models.CharField("Dynamics 365 Sales version", max_length=30, blank=True, editable=False)
    user_id = models.UUIDField("integration user id", null=True, editable=False)
    user_name = models.CharField("integration user", max_length=200, blank=True, editable=False)
    last_error = models.TextField("last error", blank=True, editable=False)
    disable_reason = models.CharField("disable reason", max_length=250, blank=True, editable=False)
    untold = models.CharField(
        "what Sales is still to be told", max_length=10, choices=Untold, blank=True, editable=False
    )
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

    def open(
        self,
        *,
        gate: Any = None,
        concurrency: int = 4,
        even_disabled: bool = False,
        patience: Patience | None = None,
    ) -> Connected:
        """Both systems and the context of a run; nothing is asked of the network yet. ``patience`` where a person
        waits (``OF_A_PERSON``). Raises
        ``ConfigurationProblem`` while the connection is disabled or not set up, and where the secret is unreadable."""
        if not self.is_enabled and not even_disabled:
            raise ConfigurationProblem(DISABLED)
        if is_copy(self.home) and not even_disabled:
            raise ConfigurationProblem(COPY)
        crm = systems.open_crm(self, gate=gate, concurrency=concurrency, patience=patience)
        context = Context(
            local_currency=systems.local_currency(),
            company=systems.company_name(),
            organization_id=self.organization_id,
            user_id=self.user_id,
            filters=TableMapping.objects.filters(),
        )
        return Connected(systems.open_erp(), crm, context)

    def test(self) -> list[Finding]:
        """What is right and what is wrong right now, in words; enabled or not."""
        return self._examine().findings

    def readiness(self) -> Diagnosis:
        """What :meth:`enable` asks for: the same, and whether it is the organization whose records are coupled."""
        found = self._examine()
        found.findings += hindrances(self, found.identity)
        return found

    def enable(self) -> list[TableMapping]:
        """Check, remember who answered, create what is missing of mappings and jobs, and release the jobs. Returns
        the mappings created. Raises :class:`NotReady`."""
        found = self.readiness()
        if not found.ok or found.identity is None:
            raise NotReady(found.findings)
        with transaction.atomic():
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

    def parts(self) -> list[defaults.Part]:
        """The parts that are switched on."""
        switches: dict[defaults.Part, bool] = {"dataverse": self.dataverse_enabled, "sales": self.sales_enabled}
        return [part for part, on in switches.items() if on]

    def _examine(self) -> Diagnosis:
        metadata_cache().clear()
        token_cache().clear()
        found = examine(self)
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

    def note(self, **values: Any) -> None:
        """Write what the machine found out, without counting as a person's change."""
        type(self).objects.filter(pk=self.pk).update(**values)
        for name, value in values.items():
            setattr(self, name, value)
