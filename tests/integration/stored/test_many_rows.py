"""Many narrow rows are written at once."""

from __future__ import annotations

import uuid

import pytest

from integration.models import CatalogRow, CatalogTable
from integration.models.stored import rows

pytestmark = pytest.mark.django_db
NAMES = ("table", "record_id", "position", "words", "inside", "coupled")


def test_rows_beyond_one_statement_come_too_and_those_that_are_there_are_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rows, "AT_ONCE", 2)
    head = CatalogTable.objects.create(side="erp", name="customer")

    def write(numbers: range, words: str) -> None:
        values = [(head.pk, uuid.UUID(int=n), "", words, True, False) for n in numbers]
        rows.insert_rows(CatalogRow, NAMES, values, key=("table", "record_id"))

    write(range(5), "adatum")
    write(range(0), "nobody")
    write(range(4, 7), "litware")
    assert list(head.rows.order_by("record_id").values_list("words", flat=True)) == ["adatum"] * 4 + ["litware"] * 3
