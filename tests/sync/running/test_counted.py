"""What a pass costs, counted: queries to our database, requests to Sales."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integration import jobs
from integration.jobs import passes
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from tests.integration.jobs_world import TO_CRM, TO_ERP, JobsWorld, ran, world
from tests.makers import firms

__all__ = ["world"]

AT_MOST = 10
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
EVERYTHING = Options(scope=Scope.EVERYTHING, create=True)


class Counted:
    """Jobs in ``world``, with the queries of the last pass (without claiming and ending its job)."""

    def __init__(self, world: JobsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.queries = world, 0
        perform = passes.perform

        def counted(*arguments: Any) -> None:
            with CaptureQueriesContext(connection) as asked:
                perform(*arguments)
            self.queries = sum(not query["sql"].startswith(NOT_COUNTED) for query in asked)

        monkeypatch.setattr(passes, "perform", counted)

    def run(self, direction: Direction, options: Options | None = None) -> tuple[int, int]:
        """The queries of one pass, and its requests but those for metadata, which a client keeps."""
        before = self.requests
        job = jobs.start(self.world.mapping(), direction, options=options)
        jobs.run(job.pk)
        assert ran(job).status == "finished", job.message
        return self.queries, self.requests - before

    @property
    def requests(self) -> int:
        calls = self.world.crm.calls
        return calls.total() - calls["describe"]

    def grow(self, number: int) -> None:
        """So many customers more, coupled, and the echoes of our writes behind us."""
        for name in firms(number):
            self.world.add_customer(name)
        self.run(TO_CRM, EVERYTHING)
        self.run(TO_ERP)


@pytest.fixture
def counted(world: JobsWorld, monkeypatch: pytest.MonkeyPatch) -> Counted:
    world.couple_jim()
    return Counted(world, monkeypatch)


def test_a_pass_with_nothing_changed_asks_as_little_for_two_thousand_pairs_as_for_two_hundred(counted: Counted) -> None:
    counted.grow(200)
    few = [counted.run(direction) for direction in (TO_CRM, TO_ERP)]
    counted.grow(1800)
    assert [counted.run(direction) for direction in (TO_CRM, TO_ERP)] == few
    assert max(queries for queries, _ in few) <= AT_MOST
    assert sum(requests for _, requests in few) <= 2


def test_two_changed_customers_among_two_hundred_cost_no_request_for_the_others(counted: Counted) -> None:
    counted.grow(200)
    for customer in counted.world.erp.ids("customer")[:2]:
        counted.world.erp.edit("customer", customer, phone_no="030 7")
    _, requests = counted.run(TO_CRM)
    assert requests <= 3
    written = [call for call in counted.world.crm.log if call.verb == "update"]
    assert [len(call.rows) for call in written] == [2]
