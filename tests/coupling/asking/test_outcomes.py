"""An action ends where it began, with a notice that says what happened to this record."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from coupling.pages.asking.outcome import outcome
from coupling.views import outcomes
from integration import jobs
from integration.jobs.queue import QueueState
from integration.models import SyncJob, TableMapping
from integration.systems.memory.system import MemorySystem
from tests.coupling.conftest import id_of, page, press, told

FILTERED = "/records/erp/customer/?q=ada&state=coupled"


def run_all() -> None:
    for job in SyncJob.objects.order_by("queued_at"):
        jobs.run(job.pk)


def words() -> str:
    """What is said of the first job."""
    return outcome(SyncJob.objects.order_by("queued_at")[0]).words


@pytest.fixture
def coupled(mapping: TableMapping, adatum: UUID, adatum_account: UUID) -> TableMapping:
    mapping.couplings.couple(adatum, adatum_account)
    return mapping


def test_an_action_of_a_list_ends_at_the_list_with_its_filters(
    clerk: Client, coupled: TableMapping, adatum: UUID
) -> None:
    answer = press(clerk, "erp", "customer", "synchronize", adatum, way="merge", back=FILTERED)

    assert answer.url == FILTERED
    assert "C-ADATUM Adatum:" in told(answer)[0]
    assert "waits for its turn" in told(answer)[0]


def test_a_single_record_is_waited_for_where_a_worker_is_there(
    clerk: Client, coupled: TableMapping, company: MemorySystem, adatum: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.edit("customer", adatum, phone_no="030 99")
    monkeypatch.setattr(outcomes.jobs, "queue_state", lambda: QueueState(workers=1))
    monkeypatch.setattr(outcomes.time, "sleep", lambda _: run_all())

    answer = press(clerk, "erp", "customer", "synchronize", adatum, way="send")

    assert "1 field sent, nothing in conflict." in told(answer)[0]
    assert "hx-get" not in told(answer)[0]


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ({"phone_no": "030 99"}, {"address1_city": "Oslo"}, "1 field sent, 1 fetched, nothing in conflict."),
        ({"phone_no": "030 99"}, {}, "1 field sent, none fetched, nothing in conflict."),
        ({}, {"address1_city": "Oslo"}, "no field sent, 1 fetched, nothing in conflict."),
        ({}, {}, "Nothing had to be written: both records agree."),
        (
            {"phone_no": "030 99"},
            {"telephone1": "030 98"},
            "no field sent, none fetched, a conflict is left to decide.",
        ),
    ],
)
def test_a_merge_says_how_many_fields_went_each_way(
    clerk: Client,
    coupled: TableMapping,
    company: MemorySystem,
    organization: MemorySystem,
    adatum: UUID,
    adatum_account: UUID,
    ours: dict[str, Any],
    theirs: dict[str, Any],
    said: str,
) -> None:
    for direction in ("to_crm", "to_erp"):
        jobs.run(jobs.start(coupled, direction).pk)
    SyncJob.objects.all().delete()
    company.edit("customer", adatum, **ours)
    organization.edit("account", adatum_account, **theirs)

    press(clerk, "erp", "customer", "synchronize", adatum, way="merge")
    run_all()

    assert words() == said


def test_a_conflict_leads_to_where_it_is_decided(
    clerk: Client,
    coupled: TableMapping,
    company: MemorySystem,
    organization: MemorySystem,
    adatum: UUID,
    adatum_account: UUID,
) -> None:
    company.edit("customer", adatum, phone_no="030 99")
    organization.edit("account", adatum_account, telephone1="030 98")
    press(clerk, "erp", "customer", "synchronize", adatum, way="merge")
    run_all()

    shown = page(clerk, "job_outcome", SyncJob.objects.order_by("queued_at")[0].pk)

    assert reverse("conflict", args=["CUSTOMER", adatum]) in shown


def test_the_conflicts_of_many_records_are_counted_once_a_pair_and_lead_to_where_they_are_decided(
    clerk: Client,
    coupled: TableMapping,
    company: MemorySystem,
    organization: MemorySystem,
    adatum: UUID,
    adatum_account: UUID,
) -> None:
    fabrikam, coho = id_of(company, "Fabrikam"), id_of(organization, "Coho Winery")
    coupled.couplings.couple(fabrikam, coho)
    for ours, theirs in ((adatum, adatum_account), (fabrikam, coho)):
        company.edit("customer", ours, phone_no="030 99")
        organization.edit("account", theirs, telephone1="030 98")
    press(clerk, "erp", "customer", "synchronize", adatum, fabrikam, way="merge")
    run_all()

    shown = page(clerk, "job_outcome", SyncJob.objects.order_by("queued_at")[0].pk)
    address, number = re.findall(r'<a href="([^"]+)">Decide (\d+) Conflicts</a>', shown)[0]

    assert number == "2"
    assert clerk.get(address.replace("&amp;", "&")).content.decode().count("<fieldset") == 2


def test_a_new_account_is_named_with_the_link_to_it(clerk: Client, mapping: TableMapping, adatum: UUID) -> None:
    press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER", confirmed="yes")
    run_all()
    job = SyncJob.objects.get()

    shown = page(clerk, "job_outcome", job.pk, back=FILTERED)

    assert "Account created in Dynamics 365 Sales with" in shown
    assert reverse("crm_card", args=["account", mapping.couplings.get().crm_id]) in shown
    assert 'href="/records/erp/customer/?q=ada&amp;state=coupled"' in shown


def test_several_records_are_counted(clerk: Client, mapping: TableMapping, company: MemorySystem, adatum: UUID) -> None:
    press(clerk, "erp", "customer", "create", adatum, id_of(company, "Fabrikam"), mapping="CUSTOMER", confirmed="yes")
    run_all()

    found = outcome(SyncJob.objects.get())

    assert (found.what, found.words) == ("2 Customers", "2 created.")


def test_a_deleted_coupling_is_said_at_the_record(clerk: Client, coupled: TableMapping, adatum: UUID) -> None:
    press(clerk, "erp", "customer", "uncouple", adatum, confirmed="yes")
    run_all()

    assert words() == "1 coupling deleted."


def test_why_a_record_was_left_out_or_failed_is_the_notice_itself(
    clerk: Client, coupled: TableMapping, company: MemorySystem, adatum: UUID
) -> None:
    press(clerk, "erp", "customer", "synchronize", adatum, way="send")
    company.edit("customer", adatum, blocked=3)
    run_all()

    found = outcome(SyncJob.objects.get())

    assert found.words == "Left out: It is outside the mapping's filter: blocked is All, must be blank."
    assert not found.is_well


def test_the_notice_renews_itself_while_the_job_runs_and_stops_afterwards(
    clerk: Client, coupled: TableMapping, adatum: UUID
) -> None:
    press(clerk, "erp", "customer", "synchronize", adatum, way="send")
    job = SyncJob.objects.get()
    address = reverse("job_outcome", args=[job.pk])

    assert f'hx-get="{address}"' in page(clerk, "job_outcome", job.pk)
    run_all()
    over = clerk.get(address)
    assert "hx-get" not in over.content.decode()
    assert over["HX-Trigger"] == '{"ended": {}}'


def test_who_may_only_look_sees_what_became_of_a_job(visitor: Client, coupled: TableMapping) -> None:
    job = jobs.start(coupled, "to_crm")

    assert visitor.get(reverse("job_outcome", args=[job.pk])).status_code == 200


def test_a_notice_never_leads_elsewhere(clerk: Client, coupled: TableMapping) -> None:
    job = jobs.start(coupled, "to_crm")
    run_all()

    assert "example.com" not in page(clerk, "job_outcome", job.pk, back="//example.com/")


def test_the_notice_of_a_hostile_name_is_text(
    clerk: Client, coupled: TableMapping, company: MemorySystem, adatum: UUID
) -> None:
    company.edit("customer", adatum, name="<img src=x>")

    answer = press(clerk, "erp", "customer", "synchronize", adatum, way="send")

    assert "<img" not in told(answer)[0]
    assert "&lt;img" in told(answer)[0]
