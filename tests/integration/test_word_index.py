"""A database that cannot make indexes of words says so once, and is searched all the same."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from integration import word_index
from integration.models import CatalogRow, CatalogTable
from integration.models.stored.catalog_words import INDEX, Part, with_words

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite always has its trigrams")
def test_without_trigrams_a_migration_says_so_once_and_whole_tables_are_read(caplog: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION pg_trgm CASCADE")
        cursor.execute("CREATE ROLE clerk")
        cursor.execute("GRANT USAGE ON SCHEMA public TO clerk")
        cursor.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk")
        cursor.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO clerk")
        cursor.execute("SET LOCAL ROLE clerk")
    word_index.enable()
    word_index.install([INDEX])
    assert [record.message for record in caplog.records] == [word_index.NO_TRIGRAMS]
    head = CatalogTable.objects.create(side="crm", name="account")
    CatalogRow.objects.create(table=head, record_id=uuid.UUID(int=1), words="adatum")
    rows, _ = with_words(head, Part.FREE, "datu", 5)
    assert [row.words for row in rows] == ["adatum"]


def test_a_migration_says_nothing_where_there_are_trigrams(caplog: pytest.LogCaptureFixture) -> None:
    word_index.enable()
    assert caplog.records == []
