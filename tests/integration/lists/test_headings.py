"""No two columns of a list have one heading: whoever reads a cell knows what it speaks of."""

from __future__ import annotations

import csv
import io

import pytest
from django.test.client import Client
from django.urls import reverse

LISTS = [
    "synch_skipped", "synch_errors", "synch_jobs", "plans", "job_queue", "mappings", "audit", "invoices", "shipments",
    "archive", "posted_credit_memos", "ledger_entries",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_each_heading_of_a_list_stands_once(admin: Client, name: str) -> None:
    answer = admin.get(reverse(name), {"format": "csv"})
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    headings = next(csv.reader(io.StringIO(text)))
    assert len(headings) > 2
    assert sorted(headings) == sorted(set(headings))
