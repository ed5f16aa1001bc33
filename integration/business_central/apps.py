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
        connection_created.connect(_prepare, dispatch_uid="business_central.connection")


def _prepare(connection: Any, **_: Any) -> None:
    """Prepare a new connection; Django offers no other place for it. SQLite folds ASCII only, and takes many more
    parameters than Django believes: a page of 500 rows is one statement instead of eighteen. PostgreSQL plans for
    disks that turn, and would rather read all 100,000 rows of a table than look up the 1,000 that a list asks for."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("CASEFOLD", 1, _casefold, deterministic=True)
        connection.features.max_query_params = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET random_page_cost TO 1.1")


def _casefold(text: str | None) -> str | None:
    return text.casefold() if isinstance(text, str) else text
