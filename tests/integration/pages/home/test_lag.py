"""Up to date as of: what Home says of each mapping."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from integration.defaults.tasks import Task
from integration.models import JobQueueEntry, SyncJob, TableMapping
from integration.pages.home.lag import lags
from integration.sync.run import Options, Scope

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ran(mapping: TableMapping, minutes_ago: int, **options: object) -> dt.datetime:
    """A run of this mapping to Sales; answers when it began."""
    at = NOW - dt.timedelta(minutes=minutes_ago)
    stored = Options(**options).as_dict() if options else {}  # type: ignore[arg-type]
    SyncJob.objects.create(
        mapping=mapping, direction="to_crm", status="finished", started_at=at, finished_at=at, options=stored
    )
    return at


@pytest.mark.parametrize("scope", [Scope.CHANGED, Scope.EVERYTHING])
def test_a_mapping_is_up_to_date_as_of_the_last_run_over_all_of_it(scope: Scope) -> None:
    mapping = TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account")
    ran(mapping, 30)
    whole = ran(mapping, 20, scope=scope)
    ran(mapping, 5, scope=Scope.IDS, ids=(uuid.uuid4(),))
    ran(mapping, 2, scope=Scope.OPEN)

    assert [one.to_crm for one in lags(TableMapping.objects.all())] == [whole]


def test_a_mapping_that_a_task_synchronizes_stands_with_the_job_of_that_task() -> None:
    notes = TableMapping.objects.create(name="SALESORDER-NOTES", erp_table="note", crm_table="annotation")
    customers = TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account")
    ran(customers, 20, scope=Scope.CHANGED)
    task = JobQueueEntry.objects.create(name="Sales Order Notes", task=Task.ORDER_NOTES, minutes=5)
    JobQueueEntry.objects.create(name="Customer Statistics", task=Task.STATISTICS, minutes=30)

    found = {one.mapping: one for one in lags(TableMapping.objects.all())}

    assert found[notes].entry == task
    assert found[customers].state.label == "No recurring job"  # Statistics are not its records.
