"""What is switched on beside the plain synchronization: orders, quotes, item availability, and where Sales finds us."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from integration.dataverse.reading.zones import zone
from integration.models.connection.availability import address_of, may_ask
from integration.models.stored.audit import AuditEntry, record
from integration.models.stored.secret import SecretField
from integration.systems.errors import ConfigurationProblem
from integration.systems.typed_address import AddressError, Kind, clean_address

ADDRESSES = ("web_client_url", "odata_url")


class Features(models.Model):
    """Switches and addresses of the Sales part. They need the integration solution in the organization."""

    solution_version = models.CharField("integration solution", max_length=30, blank=True, editable=False)
    order_integration_enabled = models.BooleanField("Sales Order Integration is Enabled", default=False, editable=False)
    order_user_id = models.UUIDField("user that handles orders", null=True, blank=True, editable=False)
    order_user_name = models.CharField("sales order user", max_length=200, blank=True, editable=False)
    auto_create_orders = models.BooleanField("Automatically Create Sales Orders", default=False)
    auto_process_quotes = models.BooleanField("Automatically Process Sales Quotes", default=False)
    time_zone = models.CharField("time zone of dates in Sales", max_length=64, blank=True)
    item_availability_enabled = models.BooleanField("Item Availability Web Service Enabled", default=False)
    web_client_url = models.CharField("Dynamics 365 Business Central Web Client URL", max_length=250, blank=True)
    odata_url = models.CharField("Dynamics 365 Business Central OData Web Service URL", max_length=250, blank=True)
    odata_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="Dynamics 365 Business Central OData Web Service Username",
        null=True,
        blank=True,
        related_name="+",
    )
    odata_key = SecretField("Dynamics 365 Business Central OData Web Service Accesskey", blank=True, default="")

    class Meta:
        abstract = True

    def use_default_addresses(self, base: str, company: str, *, only_blank: bool = False) -> None:
        """Reset Web Client URL: both addresses as they follow from where this application answers (``base``) and what
        the company is called; blank where that is no address to be written down, such as one without https."""
        base = (settings.PUBLIC_URL or base).rstrip("/")
        for name, address in zip(ADDRESSES, (base, base + address_of(company)), strict=True):
            if not only_blank or not getattr(self, name):
                setattr(self, name, _or_blank(address))

    def solution_found(self, version: str) -> None:
        """The integration solution has this version in the organization; without counting as a person's change."""
        self.solution_version = version[:30]
        type(self)._default_manager.filter(pk=self.pk).update(solution_version=self.solution_version)

    def switch_order_integration(self, on: bool) -> None:
        """The organization has been told; without it nothing is created from orders and quotes by itself."""
        before, after = ({"enabled": "yes" if one else "no"} for one in (self.order_integration_enabled, on))
        self.order_integration_enabled = on
        if not on:
            self.auto_create_orders = self.auto_process_quotes = False
        self.save(update_fields=["order_integration_enabled", "auto_create_orders", "auto_process_quotes"])
        record(AuditEntry.Action.CHANGED, "sales order integration", self, before, after)

    def choose_order_user(self, user_id: uuid.UUID | None, name: str) -> None:
        """Who handles sales orders in Sales; ``None``: the integration user."""
        if (user_id, name[:200]) == (self.order_user_id, self.order_user_name):
            return
        before = self.order_user_name
        self.order_user_id, self.order_user_name = user_id, name[:200]
        self.save(update_fields=["order_user_id", "order_user_name"])
        users = {"sales order user": before}, {"sales order user": self.order_user_name}
        record(AuditEntry.Action.CHANGED, "sales order integration", self, *users)

    @property
    def publishes_availability(self) -> bool:
        """Has Sales everything it needs to ask for item availability?"""
        return self.item_availability_enabled and may_ask(self.odata_user)

    def features(self) -> set[str]:
        """Which of the extra jobs there should be, by the switch that asks for them."""
        switches = {
            "solution": bool(self.solution_version),
            "orders": self.order_integration_enabled,
            "auto_create_orders": self.auto_create_orders,
            "auto_process_quotes": self.auto_process_quotes,
            "item_availability": self.item_availability_enabled,
        }
        return {name for name, on in switches.items() if on}

    def feature_problems(self) -> dict[str, ValidationError]:
        """Brings both addresses into their one spelling; what is wrong, by field."""
        wrong = self._zone_problem()
        for name in ADDRESSES:
            try:
                setattr(self, name, _clean(getattr(self, name)))
            except AddressError as error:
                wrong[name] = ValidationError(str(error), params={"suggestion": error.suggestion})
        if not self.order_integration_enabled:
            for name in ("auto_create_orders", "auto_process_quotes"):
                if getattr(self, name):
                    wrong[name] = ValidationError("Sales order integration is off. Switch it on first.")
        if self.item_availability_enabled and self.odata_user is None:
            wrong["odata_user"] = ValidationError("Choose the user in whose name Dynamics 365 Sales asks.")
        return wrong

    def _zone_problem(self) -> dict[str, ValidationError]:
        self.time_zone = self.time_zone.strip()
        try:
            zone(self.time_zone or "UTC")
        except ConfigurationProblem as problem:
            return {"time_zone": ValidationError(problem.message)}
        return {}


def _clean(address: str) -> str:
    """These addresses are only written down for people's browsers, so they may be inside a firm's network."""
    return clean_address(address, Kind(path=True, loopback=settings.DEVELOPMENT, private=True))


def _or_blank(address: str) -> str:
    try:
        return _clean(address)
    except AddressError:
        return ""
