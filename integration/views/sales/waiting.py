"""Why nothing has become of a document of Dynamics 365 Sales yet, as far as that is known without a run: what is
switched off, else what is wrong with the document as it is now, else that it is left to a person or to a job."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from integration.connection.systems import Connected
from integration.defaults.tasks import Task
from integration.documents.reading import outlook
from integration.documents.sources import ORDER, QUOTE
from integration.models import ConnectionSetup, JobQueueEntry, TableMapping
from integration.systems.errors import Problem
from integration.systems.values import Ref
from integration.views.sales.kinds import ORDERS, Kind

OFF = "Sales order integration is off. Connection Setup switches it on."
BY_HAND = "It is not done automatically. Select it, then {}."
BY_ITSELF = "The automatic job does it at {}, or {} does it now."
ON_HOLD = "The automatic job does not run: set it Ready under Job Queue Entries. {} does it now."
DUE = (JobQueueEntry.Status.READY, JobQueueEntry.Status.IN_PROCESS, JobQueueEntry.Status.INACTIVE)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What holds for all documents of one kind; of those that were ``looked_at`` what is wrong with some, and the
    records of Business Central that are ``in_the_way``."""

    why: str
    looked_at: Collection[uuid.UUID] = ()
    wrong: Mapping[uuid.UUID, str] = field(default_factory=dict)
    in_the_way: Mapping[uuid.UUID, Sequence[Ref]] = field(default_factory=dict)

    def reason(self, document: uuid.UUID) -> str:
        """Why a document waits, in whole sentences with what to do. Of one that a run would refuse only what is wrong
        with it: to create it would be in vain."""
        return self.wrong.get(document, self.why)


def waiting(
    kind: Kind, mapping: TableMapping | None, connected: Connected, documents: Collection[uuid.UUID]
) -> Waiting:
    """A fixed number of questions, however many documents there are; none to Sales where there is none. Where these are
    not answered the page shows what it has: no more is known than that nothing became of them."""
    setup = ConnectionSetup.current()
    if not setup.order_integration_enabled or mapping is None:
        return Waiting(OFF)
    source = ORDER if kind is ORDERS else QUOTE
    systems = connected.erp, connected.crm, mapping.couplings, connected.context
    try:
        plans = outlook(source, *systems, list(documents)) if documents else {}
    except Problem:
        plans = {}
    wrong = {id: str(one.problem) for id, one in plans.items() if one.problem is not None}
    return Waiting(_why(kind, setup), plans.keys(), wrong, {id: one.records for id, one in plans.items()})


def _why(kind: Kind, setup: ConnectionSetup) -> str:
    task = Task.CREATE_ORDERS if kind is ORDERS else Task.PROCESS_QUOTES
    if not (setup.auto_create_orders if kind is ORDERS else setup.auto_process_quotes):
        return BY_HAND.format(kind.verb)
    entry = JobQueueEntry.objects.filter(task=task.value).first()
    if entry is None or entry.status not in DUE:
        return ON_HOLD.format(kind.verb)
    at = timezone.localtime(max(entry.next_start or timezone.now(), timezone.now()))
    return BY_ITSELF.format(f"{at:%H:%M}", kind.verb)
