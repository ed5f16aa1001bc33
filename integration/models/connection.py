"""The connection to the Sales organization: one row, the Microsoft Dynamics 365 Connection Setup page."""

from __future__ import annotations

from django.db import models

from integration.models.secret import SecretField


class ConnectionSetup(models.Model):
    """Addresses, credentials and switches of the one connection (``ConnectionSetup.current()``)."""

    class Authentication(models.TextChoices):
        CLIENT_SECRET = "client_secret", "OAuth 2.0, client secret"

    url = models.URLField("Dynamics 365 Sales URL", max_length=250, blank=True)
    authentication = models.CharField(
        "authentication type", max_length=20, choices=Authentication, default=Authentication.CLIENT_SECRET
    )
    tenant = models.CharField("tenant", max_length=100, blank=True)
    token_endpoint = models.URLField("token endpoint", max_length=250, blank=True)
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

    class Meta:
        verbose_name = "Microsoft Dynamics 365 Connection Setup"
        verbose_name_plural = verbose_name

    def __str__(self) -> str:
        return self.url or "not set up"

    @classmethod
    def current(cls) -> ConnectionSetup:
        """The one row, made when it is first asked for."""
        return cls.objects.get_or_create(pk=1)[0]
