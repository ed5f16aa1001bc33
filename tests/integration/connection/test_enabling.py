"""Enabling and disabling: what is created, held and remembered, and for which organization."""

from __future__ import annotations

import uuid

import pytest
from django.core.exceptions import ValidationError

from coupling.models import Coupling
from integration import defaults, scheduler
from integration.connection.enabling import apply_switches, disable, enable
from integration.connection.findings import NotReady
from integration.models import ConnectionSetup, JobQueueEntry, TableMapping
from integration.systems.errors import (
    ConfigurationProblem,
    SignInRefused,
)
from integration.systems.memory.system import MemorySystem
from tests.opened import opened

pytestmark = pytest.mark.django_db


# --- enabling and disabling ----------------------------------------------------------------------------------


def test_enabling_remembers_who_answered_and_creates_mappings_and_ready_jobs(
    setup: ConnectionSetup, organization: MemorySystem
) -> None:
    created = enable(setup)
    setup.refresh_from_db()
    assert setup.is_enabled
    assert (setup.organization_id, setup.organization_name) == (organization.organization_id, "Twin crm")
    assert (setup.organization_version, setup.user_name) == ("memory", "BC Integration")
    assert len(created) == len(defaults.STANDARD) == TableMapping.objects.count()
    assert set(JobQueueEntry.objects.values_list("status", flat=True)) == {"ready"}


def test_enabling_what_is_wrong_changes_nothing_but_the_last_error(
    setup: ConnectionSetup, organization: MemorySystem
) -> None:
    organization.fail_on("check", SignInRefused("The secret is over.", part="secret"))
    with pytest.raises(NotReady, match="Client secret: The secret is over"):
        enable(setup)
    setup.refresh_from_db()
    assert (setup.is_enabled, setup.organization_id) == (False, None)
    assert setup.last_error == "Client secret: The secret is over."
    assert not TableMapping.objects.exists()


def test_enabling_again_keeps_what_a_person_changed(setup: ConnectionSetup) -> None:
    enable(setup)
    TableMapping.objects.filter(name="CUSTOMER").update(direction="to_crm", crm_cursor="delta")
    disable(setup)
    assert enable(setup) == []
    customer = TableMapping.objects.get(name="CUSTOMER")
    assert (customer.direction, customer.crm_cursor) == ("to_crm", "delta")


def test_without_sales_only_the_base_mappings_are_created(setup: ConnectionSetup) -> None:
    setup.sales_enabled = False
    setup.save()
    enable(setup)
    assert set(TableMapping.objects.values_list("part", flat=True)) == {"dataverse"}


def test_switching_sales_off_holds_its_jobs_and_on_again_releases_them_alone(setup: ConnectionSetup) -> None:
    enable(setup)
    JobQueueEntry.objects.filter(mapping__name="CUSTOMER").update(status="on_hold")
    setup.sales_enabled = False
    apply_switches(setup, [])
    held = set(JobQueueEntry.objects.filter(status="on_hold").values_list("mapping__part", "mapping__name"))
    assert {part for part, _ in held} == {"sales", "dataverse"}
    assert {name for part, name in held if part == "dataverse"} == {"CUSTOMER"}
    setup.sales_enabled = True
    apply_switches(setup, ["sales"])
    assert list(JobQueueEntry.objects.filter(status="on_hold").values_list("mapping__name", flat=True)) == ["CUSTOMER"]


def test_disabling_puts_jobs_on_hold_and_keeps_the_reason(setup: ConnectionSetup) -> None:
    enable(setup)
    disable(setup, "The organization was deleted.")
    setup.refresh_from_db()
    assert (setup.is_enabled, setup.disable_reason) == (False, "The organization was deleted.")
    of_tables = JobQueueEntry.objects.exclude(mapping=None)
    assert set(of_tables.values_list("status", flat=True)) == {"on_hold"}
    enable(setup)
    assert setup.disable_reason == ""


def test_couplings_of_one_organization_are_not_taken_to_another(
    setup: ConnectionSetup, organization: MemorySystem
) -> None:
    enable(setup)
    customer = TableMapping.objects.get(name="CUSTOMER")
    Coupling.objects.create(mapping=customer, erp_id=uuid.uuid4(), crm_id=uuid.uuid4(), state="coupled")
    disable(setup)
    organization.organization_id = uuid.uuid4()
    with pytest.raises(NotReady, match="the couplings of CUSTOMER belong to Twin crm"):
        enable(setup)
    customer.couplings.all().delete()
    TableMapping.objects.update(crm_cursor="delta of the former")
    enable(setup)
    assert not TableMapping.objects.exclude(crm_cursor="").exists()


def test_sales_needs_dataverse(setup: ConnectionSetup) -> None:
    setup.dataverse_enabled = False
    with pytest.raises(ValidationError, match="enable both"):
        setup.full_clean()
    setup.sales_enabled = False
    with pytest.raises(NotReady, match="Dataverse"):
        enable(setup)


def test_what_the_machine_found_out_is_no_change_of_a_person(setup: ConnectionSetup) -> None:
    before = ConnectionSetup.objects.get().changed_at
    enable(setup)
    disable(setup, "x")
    assert ConnectionSetup.objects.get().changed_at == before


def test_a_copy_of_the_database_that_wakes_up_elsewhere_is_disabled_and_says_why(
    setup: ConnectionSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    enable(setup)
    monkeypatch.setattr("integration.connection.installation.installation_id", lambda: "another server")
    with pytest.raises(ConfigurationProblem, match="restored from a copy"), opened():
        pass
    scheduler.start_due()
    now = ConnectionSetup.current()
    assert not now.is_enabled
    assert "restored from a copy" in now.disable_reason


def test_a_copy_that_is_enabled_again_works_where_it_is(
    setup: ConnectionSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    enable(setup)
    ConnectionSetup.objects.update(installation_id="the server of last year")
    scheduler.start_due()
    assert not ConnectionSetup.current().is_enabled
    enable(ConnectionSetup.current())
    scheduler.start_due()
    assert ConnectionSetup.current().is_enabled
