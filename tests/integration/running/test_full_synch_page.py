"""The Full Synch. Review page: its lines, where its statuses lead, and who may press what."""

from __future__ import annotations

import re

import pytest
from django.test.client import Client
from django.urls import reverse

from integration.jobs.full_synch import dependencies
from integration.mappings.standard import create_missing
from integration.models import ConnectionSetup, FullSynchLine, SyncJob, TableMapping

WAITS_FOR = {
    "SALESPEOPLE": set(),
    "CURRENCY": set(),
    "UNIT OF MEASURE": set(),
    "CUSTOMER": {"SALESPEOPLE", "CURRENCY", "PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT"},
    "CONTACT": {"CUSTOMER", "VENDOR"},
    "OPPORTUNITY": {"CONTACT"},
    "ITEM-PRODUCT": {"UNIT OF MEASURE"},
    "RESOURCE-PRODUCT": {"UNIT OF MEASURE"},
    "CUSTPRCGRP-PRICE": {"CURRENCY", "ITEM-PRODUCT"},
    "SALESPRC-PRODPRICE": {"CUSTPRCGRP-PRICE", "ITEM-PRODUCT"},
    "POSTEDSALESINV-INV": {"ITEM-PRODUCT", "RESOURCE-PRODUCT", "OPPORTUNITY"},
}


@pytest.fixture
def lines(db: None) -> list[FullSynchLine]:
    """A line for every standard mapping."""
    for part in TableMapping.Part.values:
        create_missing(part)
    return [
        FullSynchLine.objects.create(mapping=mapping, direction=mapping.direction)
        for mapping in TableMapping.objects.all()
    ]


@pytest.mark.scenario("CRMFullSynchronization.T101_Wave1PlusHaveNotBlankDependencyFilter")
@pytest.mark.parametrize("name", WAITS_FOR)
def test_a_line_waits_for_the_lines_its_mapping_depends_on(lines: list[FullSynchLine], name: str) -> None:
    line = next(line for line in lines if line.mapping.name == name)
    assert {other.mapping.name for other in dependencies(line, lines)} == WAITS_FOR[name]


@pytest.mark.scenario("CRMFullSynchronization.T150_CRMFullSynchReviewPageOpenOnFullSyncActionInCRMConnSetup")
def test_connection_setup_leads_to_the_review_whose_lines_cannot_be_typed_into(
    admin: Client, lines: list[FullSynchLine]
) -> None:
    assert reverse("full_synch") in admin.get(reverse("connection")).content.decode()
    shown = admin.get(reverse("full_synch")).content.decode()
    assert "Dynamics 365 Sales Full Synch. Review" in shown
    typed_into = re.findall(r"<(?:input(?! type=\"hidden\")|select|textarea)[^>]*>", shown.partition("<main")[2])
    assert typed_into == []


@pytest.mark.scenario("CRMFullSynchronization.T161_LookupToIntTableStatusShowsSynchLog")
def test_the_status_of_a_direction_leads_to_just_that_job(admin: Client, lines: list[FullSynchLine]) -> None:
    line = next(line for line in lines if line.mapping.name == "CUSTOMER")
    jobs = [
        SyncJob.objects.create(
            mapping=line.mapping, direction="to_crm", status=SyncJob.Status.FINISHED, inserted=number
        )
        for number in (1, 52, 3)
    ]
    line.start(to_crm_job=jobs[1])
    line.finish()
    shown = admin.get(reverse("full_synch")).content.decode()
    address = reverse("synch_job", args=[jobs[1].pk])
    assert address in shown
    assert reverse("synch_job", args=[jobs[0].pk]) not in shown
    assert "Inserted (52)" in admin.get(address).content.decode()


def test_the_page_polls_while_a_line_is_active_and_stops_when_none_is(
    admin: Client, lines: list[FullSynchLine]
) -> None:
    lines[0].start()
    assert "hx-trigger" in admin.get(reverse("full_synch"), headers={"HX-Request": "true"}).content.decode()
    lines[0].finish()
    assert "hx-trigger" not in admin.get(reverse("full_synch"), headers={"HX-Request": "true"}).content.decode()


def test_a_job_s_page_polls_until_the_job_has_ended(admin: Client, lines: list[FullSynchLine]) -> None:
    job = SyncJob.objects.create(mapping=lines[0].mapping, direction="to_erp")
    address = reverse("synch_job", args=[job.pk])
    assert "hx-trigger" in admin.get(address, headers={"HX-Request": "true"}).content.decode()
    job.cancel()
    assert "hx-trigger" not in admin.get(address, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize("name", ["full_synch_start", "full_synch_reset"])
def test_who_may_only_look_starts_and_resets_nothing(reader: Client, lines: list[FullSynchLine], name: str) -> None:
    ConnectionSetup.objects.update(is_enabled=True)
    assert reader.post(reverse(name)).status_code == 403
    assert reader.get(reverse("full_synch")).status_code == 200
    assert FullSynchLine.objects.count() == len(lines)


@pytest.mark.parametrize(
    "name", ["home", "synch_jobs", "synch_errors", "synch_skipped", "full_synch", "job_queue", "connection", "mappings"]
)
def test_every_page_forbids_scripts_and_styles_from_elsewhere_and_asks_strangers_to_sign_in(
    admin: Client, client: Client, lines: list[FullSynchLine], name: str
) -> None:
    answer = admin.get(reverse(name))
    assert answer.status_code == 200
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert " style=" not in answer.content.decode()
    assert client.get(reverse(name)).url.startswith(reverse("login"))


def test_a_name_from_outside_is_never_markup(admin: Client, lines: list[FullSynchLine]) -> None:
    job = SyncJob.objects.create(mapping=lines[0].mapping, direction="to_erp", status=SyncJob.Status.FAILED)
    job.errors.create(mapping=lines[0].mapping, direction="to_erp", label="<script>alert(1)</script>", code="refused")
    shown = admin.get(reverse("synch_errors")).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown
