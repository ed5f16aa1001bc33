"""The embedded Business Central company."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class BusinessCentralConfig(AppConfig):
    name = "integration.business_central"
    label = "business_central"
    verbose_name = "Business Central"

    def ready(self) -> None:
        connection_created.connect(_teach_casefold, dispatch_uid="business_central.casefold")


def _teach_casefold(connection: Any, **_: Any) -> None:
    """SQLite folds ASCII only. New connections have no other place where functions can be registered."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("CASEFOLD", 1, _casefold, deterministic=True)


def _casefold(text: str | None) -> str | None:
    return text.casefold() if isinstance(text, str) else text
