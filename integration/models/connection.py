"""The connection to the Sales organization: one row, the Microsoft Dynamics 365 Connection Setup page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction

from integration import defaults
from integration.models import systems
from integration.models.address import AddressError, Kind, clean_address
from integration.models.audit import AuditEntry, record
from integration.models.audited import Audited
from integration.models.cache import metadata_cache, token_cache
from integration.models.diagnosis import Diagnosis, Finding, NotReady, examine, other_organization
from integration.models.home import COPY, home, is_copy
from integration.models.mapping import TableMapping
from integration.models.release import hold_jobs, release_jobs
from integration.models.secret import SecretField
from integration.models.systems import Connected
from integration.sync.rules import Context
from integration.systems.base import Identity
from integration.systems.errors import ConfigurationProblem

SALES_ALONE = "The Sales connection needs the Dataverse connection: enable both."
DISABLED = "The connection to Dynamics 365 Sales is disabled. Enable it on the Connection Setup page."


class ConnectionSetup(Audited):
    """Addresses, credentials and switches of the one connection (``ConnectionSetup.current()``)."""

    class Authentication(models.TextChoices):
        CLIENT_SECRET = "client_secret", "OAuth 2.0, client secret"

    IDENTIFYING = ("url", "authentication", "tenant", "token_endpoint", "client_id", "client_secret")
    """What says which organization this is and who we are there: only changed while disabled."""

    url = models.CharField("Dynamics 365 Sales URL", max_length=250, blank=True)
    authentication = models.CharField(
        "authentication type", max_length=20, choices=Authentication, default=Authentication.CLIENT_SECRET
    )
    tenant = models.CharField("tenant", max_length=100, blank=True)
    token_endpoint = models.CharField("token endpoint", max_length=250, blank=True)
    client_id = models.CharField("client id", max_length=100, blank=True)
    client_secret = SecretField("client secret", blank=True, default="")
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

    def missing(self) -> list[str]:
        """The captions of what has to be filled in before anything can be asked."""
        wanted = {"URL": self.url, "Client id": self.client_id, "Client secret": self.client_secret}
        if not self.token_endpoint:
            wanted["Tenant"] = self.tenant
        return [label for label, value in wanted.items() if not value]

    def address_checks(self) -> list[tuple[str, Callable[[], str]]]:
        """(caption, check) of both addresses; a check gives the clean address or raises ``AddressError``."""
        loopback = settings.DEVELOPMENT
        return [
            ("URL", partial(clean_address, self.url, Kind(loopback=loopback))),
            ("Token endpoint", partial(clean_address, self.token_endpoint, Kind(path=True, loopback=loopback))),
        ]

    def clean(self) -> None:
        """Bring both addresses into their one spelling. Raises ``ValidationError`` by field, with the suggestion as
        its parameter."""
        wrong: dict[str, ValidationError] = {}
        for name, (_, check) in zip(("url", "token_endpoint"), self.address_checks(), strict=True):
            try:
                setattr(self, name, check())
            except AddressError as error:
                wrong[name] = ValidationError(str(error), params={"suggestion": error.suggestion})
        self.tenant, self.client_id = self.tenant.strip(), self.client_id.strip()
        if self.sales_enabled and not self.dataverse_enabled:
            wrong["sales_enabled"] = ValidationError(
                "The Sales connection needs the Dataverse connection: enable both."
            )
        if wrong:
            raise ValidationError(wrong)

    def open(self, *, gate: Any = None, concurrency: int = 4, even_disabled: bool = False) -> Connected:
        """Both systems and the context of a run; nothing is asked of the network yet. Raises
        ``ConfigurationProblem`` while the connection is disabled or not set up, and where the secret is unreadable."""
        if not self.is_enabled and not even_disabled:
            raise ConfigurationProblem(DISABLED)
        if is_copy(self.home) and not even_disabled:
            raise ConfigurationProblem(COPY)
        crm = systems.open_crm(self, gate=gate, concurrency=concurrency)
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

    def enable(self) -> list[TableMapping]:
        """Check, remember who answered, create what is missing of mappings and jobs, and release the jobs. Returns
        the mappings created. Raises :class:`NotReady`."""
        found = self._examine()
        if not self.dataverse_enabled:
            found.findings.append(Finding(False, "Dataverse", "Switch the Dataverse (CDS) connection on."))
        identity = found.identity
        if identity is not None:
            found.findings += other_organization(self, identity)
        if not found.ok or identity is None:
            raise NotReady(found.findings)
        with transaction.atomic():
            self._remember(identity, found.user_name)
            created = self.create_missing()
            release_jobs(self.parts())
            record(AuditEntry.Action.ENABLED, "connection", self, after={"organization": self.organization_name})
        return created

    def create_missing(self) -> list[TableMapping]:
        """Create what is missing of the standard mappings and jobs of the parts that are on; existing ones stay."""
        created = [mapping for part in self.parts() for mapping in defaults.create_missing(part)]
        if self.is_enabled:
            release_jobs([], created)
        return created

    def apply_switches(self, newly_on: list[defaults.Part]) -> None:
        """While enabled: what came on gets its mappings and released jobs, what is off has its jobs On Hold."""
        if self.is_enabled:
            self.create_missing()
            hold_jobs(except_parts=self.parts())
            release_jobs(newly_on)

    def disable(self, reason: str = "") -> None:
        """Stop using the connection: every recurring job goes On Hold. Couplings, cursors and mappings stay."""
        with transaction.atomic():
            self._store(is_enabled=False, disable_reason=reason[:250])
            hold_jobs()
            record(AuditEntry.Action.DISABLED, "connection", self, after={"reason": reason})

    def parts(self) -> list[defaults.Part]:
        """The parts that are switched on."""
        switches: dict[defaults.Part, bool] = {"dataverse": self.dataverse_enabled, "sales": self.sales_enabled}
        return [part for part, on in switches.items() if on]

    def _examine(self) -> Diagnosis:
        metadata_cache().clear()
        token_cache().clear()
        found = examine(self)
        self._store(last_error=found.message)
        return found

    def _remember(self, identity: Identity, user_name: str) -> None:
        if self.organization_id != identity.organization_id:
            TableMapping.objects.update(crm_cursor="", erp_cursor="")
        self._store(
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

    def _store(self, **values: Any) -> None:
        """Write what the machine found out, without counting as a person's change."""
        type(self).objects.filter(pk=self.pk).update(**values)
        for name, value in values.items():
            setattr(self, name, value)
