"""The embedded Business Central company."""

import sqlite3
from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class BusinessCentralConfig(AppConfig):
    name = "integration.business_central"
    label = "business_central"
    verbose_name = "Business Central"

    def ready(self) -> None:
        post_migrate.connect(
            import_string("integration.business_central.words.install"),
            sender=self,
            dispatch_uid="business_central.words",
        )
        connection_created.connect(_prepare_sqlite, dispatch_uid="business_central.sqlite")


def _prepare_sqlite(connection: Any, **_: Any) -> None:
    """Prepare a new SQLite connection. SQLite folds ASCII only, and takes many more parameters than Django believes: a
    page of 500 rows is one statement instead of eighteen. Django offers no other place to set up a connection."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("CASEFOLD", 1, _casefold, deterministic=True)
        connection.features.max_query_params = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)


def _casefold(text: str | None) -> str | None:
    return text.casefold() if isinstance(text, str) else text
