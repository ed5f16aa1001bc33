"""Adatum, its account and a free one, and what happens while a system is asked something."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connections

from integration import jobs
from integration.models import SyncJob
from integration.systems.memory import MemorySystem
from integration.systems.values import Side
from tests.coupling.errors.clashing import both
from tests.integration.jobs_world import JobsWorld


def during(system: MemorySystem, verb: str, what: Callable[[], Any]) -> None:
    """Somebody does this while the system answers that question for the first time."""
    answer, done = getattr(system, verb), []

    def call(*args: Any, **more: Any) -> Any:
        if not done:
            done.append(True)
            what()
            if threading.current_thread() is not threading.main_thread():
                connections.close_all()  # Sales is asked by a thread that has no database of its own
        return answer(*args, **more)

    setattr(system, verb, call)


def ran(job: SyncJob) -> SyncJob:
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def adatum_of(world: JobsWorld) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    """Adatum and its account, which agree, and another account that is free."""
    world.couple_jim()
    ours, theirs = world.add_customer("Adatum", phone_no="030 1"), world.add_account("Adatum", telephone1="030 1")
    world.mapping().couplings.couple(ours, theirs)
    both(world)
    return ours, theirs, world.add_account("Adatum Berlin")


def twin_of(world: JobsWorld, ours: uuid.UUID) -> uuid.UUID:
    pair = world.mapping().couplings.pairs(Side.ERP, [ours])[ours]
    assert pair.state == "coupled"
    return pair.crm_id
