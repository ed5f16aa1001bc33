"""The audit log says tables, fields, tasks and records as people call them; its file keeps them as they are stored."""

from __future__ import annotations

import csv
import io
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from coupling import commands
from integration import jobs
from integration.business_central.models import SalesHeader
from integration.defaults.tasks import Task
from integration.jobs import tasks
from integration.mappings.standard import create_missing
from integration.models import AuditEntry, FieldMapping, RecordTemplate, User
from integration.models.stored.audit import acting, record
from integration.pages.audited_records import EntriesInWords
from integration.sync.problems import TwinGone
from integration.sync.rules import Direction
from tests.integration.jobs_world import JobsWorld, world
from tests.people import ADMINISTRATOR, client_of, made

__all__ = ["world"]

pytestmark = pytest.mark.django_db
Action = AuditEntry.Action
RAW = re.compile(r"\w+_\w+|[0-9a-f]{8}-[0-9a-f]{4}-|\b(salesorder|invoicedetail|systemuser|pricelevel)\b")
"""What no person reads: a name of the database, an id, a table of Sales."""


@pytest.fixture
def annette(db: None) -> User:
    return made("annette", ADMINISTRATOR)


def shown(person: User, **query: object) -> list[tuple[str, str]]:
    """(which, values) of each line of the page, newest first."""
    page = client_of(person).get(reverse("audit"), query).context["list"]
    names = [column.name for column in page.columns]
    which, values = names.index("subject"), names.index("values")
    return [(line.cells[which].text, line.cells[values].text) for line in page.lines]


def test_all_standard_mappings_and_their_fields_are_recorded_in_words(annette: User) -> None:
    with acting(annette):
        create_missing()
        for field in FieldMapping.objects.all():
            field.delete()

    entries = list(AuditEntry.objects.filter(user=annette))
    words = EntriesInWords(entries)
    said = [text for one in entries for text in (words.subject(one).text, *map(str, words.changes(one)))]

    assert {one.kind for one in entries} >= {"integration table mapping", "integration field mapping"}
    assert [text for text in said if RAW.search(text)] == []


def test_the_filter_and_the_tables_of_a_mapping_are_said_by_their_captions(annette: User) -> None:
    with acting(annette):
        create_missing("sales")

    said = dict(shown(annette, kind="integration table mapping", q="SALESORDER-NOTES"))["SALESORDER-NOTES"]

    assert "Table filter: Record Table is Sales Header" in said
    assert "Table: Note" in said
    assert "Integration table: Note" in said


def test_a_task_that_a_person_starts_is_called_as_its_entry_is(annette: User) -> None:
    with acting(annette):
        tasks.start(Task.STATISTICS, annette)

    assert shown(annette, kind="task") == [("Customer Statistics - Dynamics 365 Sales synchronization job", "")]


def test_changed_fields_of_an_order_are_said_by_their_captions(annette: User) -> None:
    with acting(annette):
        record(Action.CHANGED, "sales order", "1001", after={"fields": "order_date, your_reference"})

    assert shown(annette, kind="sales order") == [("1001", "Fields: Order Date, Your Reference")]
    assert SalesHeader._meta.get_field("order_date").verbose_name == "Order Date"


def test_the_values_of_a_template_are_said_by_the_fields_of_its_table(annette: User) -> None:
    with acting(annette):
        template = RecordTemplate.objects.create(name="Standard", side="erp", table="customer")
        record(Action.CHANGED, "configuration template", template, {}, {"payment_terms_code": "14 DAYS"})

    assert shown(annette, kind="configuration template") == [
        ("Standard", "Payment Terms Code: 14 DAYS"),
        ("Standard", "Name: Standard; System: Business Central; Table: Customer"),
    ]


def test_coupled_records_are_called_by_name_and_a_run_is_a_link(world: JobsWorld, annette: User) -> None:
    world.couple_jim()
    adatum, account = world.add_customer("Adatum"), world.add_account("Adatum")
    with acting(annette):
        commands.couple(world.mapping(), adatum, account)
        record(Action.DECIDED, "coupling", "CUSTOMER", after={"erp_id": adatum, "phone_no:telephone1": "erp"})
        job = jobs.start(world.mapping(), Direction.TO_CRM, user=annette)

    decided, coupled = shown(annette, kind="coupling")
    assert "Business Central: Adatum" in coupled[1]
    assert decided[1] == "Business Central: Adatum; phone_no: Business Central"
    page = client_of(annette).get(reverse("audit"), {"kind": "run"}).content.decode()
    assert f'<a href="{reverse("synch_job", args=[job.pk])}">open it</a>' in page


def test_a_record_that_nobody_names_any_more_is_no_id(annette: User) -> None:
    with acting(annette):
        record(Action.UNCOUPLED, "coupling", "CUSTOMER", {"Business Central id": uuid.uuid4()}, {"couplings": 1})
        record(Action.CHANGED, "integration synch. error", f"CUSTOMER {uuid.uuid4()} {TwinGone.code}", after={"x": "y"})

    assert [text for line in shown(annette) for text in line if RAW.search(text)] == []


def test_the_file_keeps_names_and_ids_as_they_are_stored(annette: User) -> None:
    with acting(annette):
        record(Action.CHANGED, "sales order", "1001", after={"fields": "order_date"})

    assert rows_of(client_of(annette), kind="sales order")[1][5:] == ["fields", "", "order_date"]


def rows_of(client: Client, **query: object) -> list[list[str]]:
    answer = client.get(reverse("audit"), {**query, "format": "csv"})
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
