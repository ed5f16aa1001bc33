"""What was done at the queue and in Django's administration is said in words on the page of the audit log."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integration.business_central.models import CompanyInformation, NoSeries, Note
from integration.models import AuditEntry, User
from integration.models.stored.audit import acting, record
from tests.people import ADMINISTRATOR, client_of, made

pytestmark = pytest.mark.django_db
Action = AuditEntry.Action


@pytest.fixture
def annette(db: None) -> User:
    return made("annette", ADMINISTRATOR)


def listed(person: User, **query: object) -> list[tuple[str, str]]:
    """(which, values) of each line of the page, oldest first, but for the one about the person herself."""
    page = client_of(person).get(reverse("audit"), {"order": "at", **query}).context["list"]
    names = [column.name for column in page.columns]
    which, values = names.index("subject"), names.index("values")
    return [
        (line.cells[which].text, line.cells[values].text) for line in page.lines if line.cells[which].text != "annette"
    ]


def did(person: User, kind: str, subject: object, what: Action = Action.CHANGED, **after: object) -> None:
    with acting(person):
        record(what, kind, subject, after=after)


@pytest.mark.parametrize(
    ("view", "more", "action", "said"),
    [
        ("clear", (), "", ("all waiting jobs", "Done: deleted")),
        ("delete_failed_jobs", (), "", ("all failed jobs", "Done: deleted")),
        ("requeue_all", (), "", ("all failed jobs", "Done: put back into the queue")),
        ("actions", (), "stop", ("the selected jobs", "Done: stopped")),
        ("actions", (), "requeue", ("the selected jobs", "Done: put back into the queue")),
        ("actions", (), "", ("the selected jobs", "")),
        ("delete_job", (f"{uuid.uuid4()}",), "", ("a job of the queue", "Done: deleted")),
        (
            "requeue_job",
            (f"retention-{uuid.uuid4()}",),
            "",
            ("Delete old jobs, errors and history", "Done: put back into the queue"),
        ),
        ("enqueue_job", (f"{uuid.uuid4()}",), "", ("a job of the queue", "Done: put into the queue")),
        ("stop_job", (f"{uuid.uuid4()}",), "", ("a job of the queue", "Done: stopped")),
        ("confirm_action", (), "delete", ("the queue", "Done: deleted")),
    ],
)
def test_what_was_done_at_the_queue_is_no_address(
    annette: User, view: str, more: tuple[str, ...], action: str, said: tuple[str, str]
) -> None:
    did(annette, "queue", reverse(f"django_rq:{view}", args=[0, *more]), action=action)
    assert listed(annette, kind="queue") == [said]


def test_the_address_of_the_queue_stands_in_the_title_and_in_the_file(annette: User) -> None:
    address = reverse("django_rq:clear", args=[0])
    did(annette, "queue", address, action="")
    browser = client_of(annette)
    assert f'title="{address}"' in browser.get(reverse("audit")).content.decode()
    answer: Any = browser.get(reverse("audit"), {"kind": "queue", "format": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert rows[1][4:] == [address, "action", "", ""]


def test_what_has_a_number_in_the_administration_is_called_by_its_name(annette: User) -> None:
    group = Group.objects.create(name="Sales people of Contoso")
    did(annette, "group", group.pk)
    did(annette, "group", 4711, Action.DELETED)
    did(annette, "cached text", "metadata:tables of Contoso", Action.DELETED)
    assert [which for which, _ in listed(annette)] == [
        "Sales people of Contoso", "one that is deleted", "an answer of Dynamics 365 Sales",
    ]  # fmt: skip


def test_a_mapping_or_a_person_with_a_number_for_a_name_keeps_it(annette: User) -> None:
    did(annette, "user", "1")
    did(annette, "integration table mapping", "1")
    assert [which for which, _ in listed(annette)] == ["1", "1"]


def test_rows_of_the_company_without_a_card_are_called_by_name_too(annette: User) -> None:
    company = CompanyInformation.current()
    series = NoSeries.objects.create(code="CUST", description="Customers")
    note = Note.objects.create(record_table="sales_header", record_id=uuid.uuid4(), text="Call Adatum")
    did(annette, "Company Information", company.pk)
    did(annette, "No. Series", series.pk)
    did(annette, "note", note.pk)
    assert [which for which, _ in listed(annette)] == [str(company), str(series), str(note)]


def test_many_of_a_kind_cost_as_many_queries_as_one(annette: User) -> None:
    browser, counts = client_of(annette), []
    for number in range(3):
        did(annette, "group", Group.objects.create(name=f"Contoso {number}").pk)
        browser.get(reverse("audit"))
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("audit"))
        counts.append(len(queries))
    assert len(set(counts)) == 1
