"""The pass of quotes dies anywhere, again and again: nothing is lost, and nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from coupling.ledger import CouplingManager
from integration.business_central.models import SalesHeader
from integration.business_central.store import EmbeddedCompany
from integration.jobs.journal import JobJournal
from integration.models import SyncError, SyncJob
from integration.systems.memory import MemorySystem
from tests.integration.flows.desk import lines_of
from tests.integration.flows.quotes.quoting import Quoting, quoting

__all__ = ["quoting"]
STEPS = (
    (EmbeddedCompany, ("insert_documents", "act", "get", "find")),
    (MemorySystem, ("find", "get", "update")),
    (CouplingManager, ("remember", "pairs", "forget", "resolve")),
    (JobJournal, ("advance", "note", "fail", "succeed", "change", "go_on")),
)
MOST = 400


class Killed(BaseException):
    """The worker is gone, with whatever it was doing."""


@contextmanager
def killed_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The process dies right behind the step of that number: what it has done inside a transaction is lost."""
    left = [step]

    def deadly(work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            answer = work(*args, **more)
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return answer

        return call

    with monkeypatch.context() as patch:
        for owner, names in STEPS:
            for name in names:
                patch.setattr(owner, name, deadly(getattr(owner, name)))
        yield left


def bury() -> None:
    """What the scheduler does with runs that died with their worker."""
    SyncJob.objects.filter(status=SyncJob.Status.RUNNING).update(status=SyncJob.Status.QUEUED, claim=None)


def attempt(quoting: Quoting, step: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """One life of a worker; whether it came to the end of all that was to be done."""
    with killed_at(step, monkeypatch):
        try:
            quoting.process()
            quoting.work()
        except Killed:
            bury()
            return False
    return not SyncJob.objects.filter(status__in=SyncJob.ACTIVE).exists()


def test_a_pass_that_is_killed_behind_every_step_ends_as_one_that_was_not(
    quoting: Quoting, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = quoting.line("DESK", 2, 100)
    new, revised, won, waiting, lost, unseen = (quoting.quote(line) for _ in range(6))
    quoting.process(revised, won, waiting, lost)
    numbers = {name: quoting.here(quote).no for name, quote in (("revised", revised), ("won", won), ("lost", lost))}
    second = quoting.revise(revised, quoting.line("BOOK", 10, 8))
    orders = quoting.win(won, line), quoting.win(unseen, line)
    quoting.win(waiting, ordered=False)
    quoting.close(lost)

    lives = next(step for step in range(1, MOST) if attempt(quoting, step, monkeypatch))

    assert lives > 20
    assert not SyncError.objects.open().exists()
    assert [line.no for line in lines_of(quoting.here(second))] == ["BOOK"]
    assert len(quoting.archived(numbers["revised"])) == 1
    assert quoting.made(orders[0]).quote_no == numbers["won"]
    assert quoting.made(orders[1]).quote_no
    assert len(quoting.archived(numbers["won"])) == len(quoting.archived(numbers["lost"])) == 1
    assert quoting.here(waiting).status == 1
    quotes = set(SalesHeader.objects.filter(document_type=0).values_list("pk", flat=True))
    assert quotes == {quoting.here(one).pk for one in (new, second, waiting)}
    assert SalesHeader.objects.filter(document_type=1).count() == 2
    assert transaction.get_autocommit()
