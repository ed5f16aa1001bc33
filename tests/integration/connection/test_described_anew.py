"""What the systems said of their tables is asked once more before a value is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integration import jobs
from integration.models import SyncJob
from integration.sync.run import Options
from integration.systems.values import Field, FieldType, Side, Table
from tests.integration.jobs_world import TO_CRM, JobsWorld, world

__all__ = ["world"]

LONG = "Adatum Corporation of Great Britain and Northern Ireland"


def run(world: JobsWorld) -> SyncJob:
    world.couple_jim()
    return jobs.start(world.mapping(), TO_CRM, options=Options(create=True), inline=True)


@pytest.fixture
def narrow(world: JobsWorld, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> JobsWorld:
    """Account names take ten characters for all that is kept here of Sales; it may take a hundred by now."""
    live = world.crm.describe
    kept: dict[str, Table] = {}
    asked: list[str] = []
    is_wide_by_now = request.param

    def describe(name: str) -> Table:
        table = live(name)
        if name == "account":
            short = Field("name", FieldType.TEXT, "Account Name", max_length=10)
            kept.setdefault(name, replace(table, fields={**table.fields, "name": short}))
        return kept.setdefault(name, table)

    def forget(name: str) -> None:
        asked.append(name)
        if is_wide_by_now:
            kept[name] = live(name)

    monkeypatch.setattr(world.crm, "describe", describe)
    monkeypatch.setattr(world.crm, "forget", forget)
    world.asked = asked
    return world


@pytest.mark.parametrize("narrow", [True], indirect=True)
def test_a_name_that_only_the_cached_description_finds_too_long_arrives_in_the_same_run(narrow: JobsWorld) -> None:
    narrow.add_customer(LONG)
    job = run(narrow)
    assert (job.status, job.inserted, job.failed) == (SyncJob.Status.FINISHED, 1, 0)
    assert narrow.names(Side.CRM, "account") == [LONG]


@pytest.mark.parametrize("narrow", [False], indirect=True)
def test_a_name_that_is_too_long_for_the_live_description_too_fails_and_is_asked_about_once(narrow: JobsWorld) -> None:
    narrow.add_customer(LONG)
    narrow.add_customer("Fabrikam and all its many daughters")
    job = run(narrow)
    assert (job.status, job.inserted, job.failed) == (SyncJob.Status.FINISHED, 0, 2)
    assert "takes at most 10 characters" in job.errors.first().message
    assert narrow.asked == ["account"]
