"""Connection Setup says how many recurring jobs are active, of how many there are."""

from __future__ import annotations

import pytest
from django.test.client import Client

from integration.connection.recurring_jobs import follow_features
from integration.defaults.tasks import Task
from integration.models import ConnectionSetup, JobQueueEntry
from tests.people import ADMINISTRATOR, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_jobs() -> Client:
    ConnectionSetup.current()
    ConnectionSetup.objects.update(is_enabled=True)
    for name, status in (("ITEM", "ready"), ("CUSTOMER", "in_process"), ("CONTACT", "inactive")):
        JobQueueEntry.objects.create(name=name, task=name, status=status)
    return signed_in("annette", ADMINISTRATOR)


def counter(client: Client) -> tuple[int, int, str]:
    jobs = client.get("/connection/").context["jobs"]
    return jobs.active, jobs.total, jobs.words


@pytest.mark.scenario("CRMSetupTest.AllJobsActive")
def test_all_jobs_are_active(three_jobs: Client) -> None:
    assert counter(three_jobs) == (3, 3, "All of them are ready or in process.")
    assert 'href="/job-queue/?about=synchronization">3 of 3</a>' in three_jobs.get("/connection/").content.decode()


@pytest.mark.scenario("CRMSetupTest.NoActiveJobs")
def test_no_job_is_active_while_the_connection_is_disabled(three_jobs: Client) -> None:
    ConnectionSetup.objects.update(is_enabled=False)
    assert counter(three_jobs) == (0, 0, "No recurring job is started.")


@pytest.mark.scenario("CRMSetupTest.NotAllJobsActive")
def test_a_job_that_an_error_stopped_is_not_active(three_jobs: Client) -> None:
    JobQueueEntry.objects.create(name="VENDOR", task="VENDOR", status="error")
    assert counter(three_jobs) == (3, 4, "1 is on hold, or stopped by an error.")


@pytest.mark.scenario("CRMSetupTest.CRMStatJobExcludedIfSolutionNotInstalled")
def test_the_statistics_job_is_there_only_with_the_integration_solution(three_jobs: Client) -> None:
    follow_features({"solution"}, enabled=True)
    assert counter(three_jobs)[:2] == (4, 4)
    follow_features(set(), enabled=True)
    assert counter(three_jobs)[:2] == (3, 3)
    assert not JobQueueEntry.objects.filter(task=Task.STATISTICS).exists()
