"""The connection to the Sales organization: one row, the Microsoft Dynamics 365 Connection Setup page."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from integration.models.connection.moving import Moving
from integration.models.connection.switches import Switches

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
    installation_id = models.CharField(max_length=32, blank=True, editable=False)

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
