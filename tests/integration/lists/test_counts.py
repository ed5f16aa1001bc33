"""Counts are written as the person who looks writes numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from integration.business_central.models import Customer
from integration.systems.formats import Formats, reading, whole
from integration.views.cues import Cue
from tests.people import VIEWER, client_of, made

ROOT = Path(__file__).parents[3]
PAGES = ("integration/pages", "integration/views", "integration/connection", "integration/models", "coupling")
BY_ITSELF = re.compile(r":,\}")


@pytest.mark.parametrize(("choice", "shown"), [("point", "1,234"), ("comma", "1.234"), ("space", "1\u00a0234")])
def test_a_counter_is_written_as_its_reader_writes_numbers(choice: str, shown: str) -> None:
    with reading(Formats(numbers=choice)):
        assert (whole(1234), Cue(1234, "Conflicts", "/").shown) == (shown, shown)


@pytest.mark.django_db
def test_a_list_counts_as_its_reader_writes_numbers() -> None:
    Customer.objects.bulk_create([Customer(no=f"C{number:05}", name="Adatum") for number in range(1234)])
    vera = made("vera", VIEWER)
    vera.number_format = "comma"
    vera.save()
    client: Client = client_of(vera)

    shown = client.get("/records/erp/customer/").content.decode()

    assert "1.234 customers" in shown
    assert "1,234" not in shown


def test_no_page_puts_commas_between_thousands_by_itself() -> None:
    files = [file for folder in PAGES for file in (ROOT / folder).rglob("*.py")]
    assert [file.name for file in files if BY_ITSELF.search(file.read_text())] == []
