"""The audit log: who did what, from which value to which, and that nobody takes it back."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from coupling import commands
from integration import jobs
from integration.connection.enabling import disable, enable
from integration.mappings.standard import reset
from integration.models import (
    AuditEntry,
    ConnectionSetup,
    FieldTransformation,
    FullSynchLine,
    JobQueueEntry,
    RecordTemplate,
    SyncJob,
    TableMapping,
    User,
)
from integration.models.stored.audit import NeverChanged, acting, record
from integration.sync.rules import Direction
from tests.integration.jobs_world import JobsWorld, world
from tests.people import ADMINISTRATOR, INTEGRATOR, client_of, made, signed_in

__all__ = ["world"]

pytestmark = pytest.mark.django_db
Action = AuditEntry.Action


@pytest.fixture
def annette(db: None) -> User:
    return made("annette", ADMINISTRATOR)


def only(**wanted: Any) -> AuditEntry:
    """The one entry of this kind."""
    return AuditEntry.objects.get(**wanted)


# --- what is recorded ----------------------------------------------------------------------------------------


def test_a_change_of_the_setup_says_who_when_before_and_after_and_never_the_secret(
    setup: ConnectionSetup, annette: User
) -> None:
    setup = ConnectionSetup.current()
    setup.url, setup.client_secret = "https://fabrikam.crm4.dynamics.com", "the secret of Fabrikam"
    with acting(annette):
        setup.save()

    entry = AuditEntry.objects.latest("pk")

    assert (entry.user, entry.who, entry.action) == (annette, "annette", Action.CHANGED)
    assert timezone.now() - entry.at < dt.timedelta(minutes=1)
    assert entry.changes == [
        ("Dynamics 365 Sales URL", "https://contoso.crm4.dynamics.com", "https://fabrikam.crm4.dynamics.com"),
        ("client secret", "••••••••", "•••••••• (changed)"),
    ]


def test_enabling_and_disabling_the_connection_is_recorded_with_the_reason(
    setup: ConnectionSetup, annette: User
) -> None:
    with acting(annette):
        enable(setup)
    disable(setup, "The secret was revoked.")

    assert only(action=Action.ENABLED).who == "annette"
    stopped = only(action=Action.DISABLED, kind="connection")
    assert (stopped.who, stopped.after) == ("", {"reason": "The secret was revoked."})


def test_what_a_person_saves_on_a_page_is_recorded_with_their_name(mapping: TableMapping, annette: User) -> None:
    mapping.direction = "to_crm"
    with acting(annette):
        mapping.save()

    assert only(action=Action.CHANGED, subject="CUSTOMER").changes == [("direction", "both ways", "BC → Sales")]


def test_what_the_machine_keeps_in_a_row_is_not_recorded(mapping: TableMapping) -> None:
    before = AuditEntry.objects.count()
    mapping.erp_cursor = "42"
    mapping.save()
    entry = JobQueueEntry.objects.create(name="CUSTOMER job", mapping=mapping)
    created = AuditEntry.objects.count()
    entry.schedule_next(active=True)

    assert (created - before, AuditEntry.objects.count()) == (1, created)


def test_saving_without_a_change_and_what_another_one_changed_meanwhile_is_not_recorded(mapping: TableMapping) -> None:
    before = AuditEntry.objects.count()
    TableMapping.objects.filter(pk=mapping.pk).update(direction="to_crm")
    mapping.save()
    mapping.refresh_from_db()
    mapping.save()

    assert AuditEntry.objects.count() == before


def test_fields_steps_templates_and_their_end_are_recorded(mapping: TableMapping, annette: User) -> None:
    field = mapping.fields.get(erp_field="name")
    with acting(annette):
        field.is_enabled = False
        field.save()
        step = FieldTransformation.objects.create(field=field, kind="upper")
        step.delete()
        RecordTemplate.objects.create(name="Standard", side="erp", table="customer")

    done = [(one.get_action_display(), one.kind, one.subject) for one in AuditEntry.objects.filter(user=annette)]

    assert done == [
        ("Created", "configuration template", "Standard"),
        ("Deleted", "transformation rule", f"CUSTOMER: name – name: {step}"),
        ("Created", "transformation rule", f"CUSTOMER: name – name: {step}"),
        ("Changed", "integration field mapping", "CUSTOMER: name – name"),
    ]


def test_a_run_that_a_person_starts_is_recorded_and_one_of_the_scheduler_is_not(
    mapping: TableMapping, annette: User
) -> None:
    jobs.start(mapping, Direction.TO_CRM)
    with acting(annette):
        job = jobs.start(mapping, Direction.TO_ERP, user=annette)
        jobs.cancel(job)

    started, canceled = only(action=Action.STARTED), only(action=Action.CANCELED)

    assert (started.who, started.kind, started.subject, started.after["job"]) == (
        "annette", "run", "CUSTOMER", str(job.pk),
    )  # fmt: skip
    assert canceled.after["job"] == str(job.pk)


def test_the_buttons_of_the_pages_are_recorded_with_the_person_who_pressed(world: JobsWorld) -> None:
    susan = signed_in("susan", INTEGRATOR)
    ConnectionSetup.objects.update(is_enabled=True)
    FullSynchLine.objects.create(mapping=world.mapping(), direction="both")

    susan.post(reverse("full_synch_line", args=["CUSTOMER", "create-unmatched"]))
    susan.post(reverse("plan_start"), {"mapping": "CUSTOMER"})
    SyncJob.objects.all().delete()
    susan.post(reverse("full_synch_start"))

    done = AuditEntry.objects.filter(who="susan").values_list("action", "kind").order_by("pk")
    assert list(done) == [
        ("changed", "full synchronization"),
        ("started", "dry run"),
        ("started", "full synchronization"),
    ]


def test_couplings_by_hand_are_recorded_with_their_ids_and_no_names(world: JobsWorld, annette: User) -> None:
    world.couple_jim()
    adatum, account = world.add_customer("Adatum"), world.add_account("Adatum")
    with acting(annette):
        commands.couple(world.mapping(), adatum, account)

    entry = only(action=Action.COUPLED)
    assert entry.after == {"Business Central id": str(adatum), "Dynamics 365 Sales id": str(account)}
    assert "Adatum" not in f"{entry.subject}{entry.before}{entry.after}"


def test_mappings_set_back_to_their_default_are_recorded(mapping: TableMapping, annette: User) -> None:
    mapping.only_coupled = not mapping.only_coupled
    mapping.save()
    with acting(annette):
        reset([mapping])

    assert only(action=Action.RESET).subject == "CUSTOMER"
    assert only(action=Action.CHANGED, user=annette, kind="integration table mapping").changes[0][0] == (
        "synch. only coupled records"
    )


def test_a_command_is_recorded_as_the_command_line(world: JobsWorld, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("synchronize", "CUSTOMER", "--json")

    assert {entry.who for entry in AuditEntry.objects.filter(action=Action.STARTED)} == {"command line"}


def test_a_very_long_value_is_cut_and_a_change_that_is_rolled_back_leaves_no_entry(mapping: TableMapping) -> None:
    record(Action.CHANGED, "x" * 99, "y" * 999, after={"filter": "z" * 9999})
    entry = AuditEntry.objects.latest("pk")
    assert (len(entry.kind), len(entry.subject), len(entry.after["filter"])) == (60, 250, 500)


# --- nobody takes it back ------------------------------------------------------------------------------------


def test_an_entry_is_neither_changed_nor_deleted(annette: User) -> None:
    with acting(annette):
        record(Action.ERASED, "thing")
    entry = only(kind="thing")
    attempts = (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        AuditEntry.objects.filter(pk=entry.pk).delete,
        lambda: AuditEntry.objects.update(who="otto"),
        lambda: AuditEntry.objects.bulk_update([entry], ["who"]),
        lambda: AuditEntry._base_manager.all().delete(),
    )
    for attempt in attempts:
        with pytest.raises(NeverChanged, match="neither changed nor deleted"):
            attempt()

    assert only(kind="thing").who == "annette"


def test_the_administration_shows_entries_and_changes_none(annette: User) -> None:
    annette.is_staff = True
    annette.save()
    client = client_of(annette)
    with acting(annette):
        record(Action.ERASED, "thing")
    address = reverse("admin:integration_auditentry_change", args=[only(kind="thing").pk])

    assert client.get(address).status_code == 200
    assert client.post(address, {"who": "otto"}).status_code == 403
    assert client.post(address.replace("change", "delete"), {"post": "yes"}).status_code == 403


# --- the page ------------------------------------------------------------------------------------------------


@pytest.fixture
def entries(annette: User) -> None:
    """Annette changed a mapping with a name that is code; the application disabled the connection."""
    with acting(annette):
        record(Action.CHANGED, "integration table mapping", "CUSTOMER", {"filter": "<b>old</b>"}, {"filter": "=1+1"})
    record(Action.DISABLED, "connection", "contoso", after={"reason": "The secret was revoked."})


def listed(client: Client, **query: object) -> list[str]:
    shown = client.get(reverse("audit"), query).context["list"]
    which = [column.name for column in shown.columns].index("subject")
    return [line.cells[which].text for line in shown.lines]


def test_the_page_is_narrowed_by_person_action_thing_day_and_text(entries: None, annette: User) -> None:
    client, today = client_of(annette), timezone.localdate()
    tomorrow = today + dt.timedelta(days=1)

    assert listed(client, kind="connection") == ["contoso"]
    assert listed(client, who="annette", action="changed", kind="integration table mapping") == ["CUSTOMER"]
    assert listed(client, q="conto") == ["contoso"]
    assert {"contoso", "CUSTOMER"} <= set(listed(client, since=str(today), until=str(today)))
    assert listed(client, since=str(tomorrow)) == []
    assert listed(client, kind="connection", since="9999-99-99", until="9999-12-31") == ["contoso"]


def test_the_page_shows_what_was_typed_as_text(entries: None, annette: User) -> None:
    shown = client_of(annette).get(reverse("audit")).content.decode()

    assert "&lt;b&gt;old&lt;/b&gt;" in shown
    assert "The application" in shown


def test_the_log_is_a_file_for_a_spreadsheet_too(entries: None, annette: User) -> None:
    answer = client_of(annette).get(reverse("audit"), {"kind": "integration table mapping", "format": "csv"})
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))

    assert lines[0][-3:] == ["Value", "Before", "After"]
    assert lines[1][1:] == [
        "annette", "Changed", "integration table mapping", "CUSTOMER", "filter", "<b>old</b>", "'=1+1",
    ]  # fmt: skip


def test_the_log_is_in_the_navigation_of_those_who_may_read_it(annette: User) -> None:
    assert reverse("audit") in client_of(annette).get(reverse("home")).content.decode()
    assert reverse("audit") not in signed_in("otto").get(reverse("home")).content.decode()
