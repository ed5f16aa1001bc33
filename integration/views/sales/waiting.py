"""Why nothing has become of a document of Dynamics 365 Sales yet, before a run says so: what is switched off or left to
a person, and the account that nobody has coupled."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field

from django.utils import timezone

from integration.defaults.tasks import Task
from integration.models import ConnectionSetup, JobQueueEntry, TableMapping
from integration.sync.memory.ledger import State
from integration.systems.values import Ref, Side, Value
from integration.views.sales.kinds import ORDERS, Kind

ACCOUNT, CUSTOMER = "account", "customer"
OFF = "Sales order integration is off. Connection Setup switches it on."
BY_HAND = "It is not done automatically. Select it, then {}."
BY_ITSELF = "The automatic job does it at {}, or {} does it now."
ON_HOLD = "The automatic job does not run: set it Ready under Job Queue Entries. {} does it now."
UNCOUPLED = "Account {} is not coupled with a customer: create or couple the customer first."
DUE = (JobQueueEntry.Status.READY, JobQueueEntry.Status.IN_PROCESS, JobQueueEntry.Status.INACTIVE)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What holds for all documents of one kind, and which of their accounts are coupled with customers."""

    why: str
    coupled: Collection[uuid.UUID] = field(default_factory=frozenset)

    def reason(self, account: Value) -> str:
        """Why a document for this account waits, in whole sentences with what to do."""
        parts = [self.why]
        if isinstance(account, Ref) and account.table == ACCOUNT and account.id not in self.coupled:
            parts.append(UNCOUPLED.format(account.label))
        return " ".join(parts)


def waiting(kind: Kind, accounts: Collection[Value]) -> Waiting:
    """At most three queries, however many documents there are."""
    ids = {one.id for one in accounts if isinstance(one, Ref) and one.table == ACCOUNT}
    coupled: set[uuid.UUID] = set()
    for mapping in TableMapping.objects.filter(erp_table=CUSTOMER, crm_table=ACCOUNT) if ids else ():
        pairs = mapping.couplings.pairs(Side.CRM, list(ids))
        coupled |= {id for id, pair in pairs.items() if pair.state is not State.RESERVED}
    return Waiting(_why(kind, ConnectionSetup.current()), frozenset(coupled))


def _why(kind: Kind, setup: ConnectionSetup) -> str:
    if not setup.order_integration_enabled:
        return OFF
    task = Task.CREATE_ORDERS if kind is ORDERS else Task.PROCESS_QUOTES
    if not (setup.auto_create_orders if kind is ORDERS else setup.auto_process_quotes):
        return BY_HAND.format(kind.verb)
    entry = JobQueueEntry.objects.filter(task=task.value).first()
    if entry is None or entry.status not in DUE:
        return ON_HOLD.format(kind.verb)
    at = timezone.localtime(max(entry.next_start or timezone.now(), timezone.now()))
    return BY_ITSELF.format(f"{at:%H:%M}", kind.verb)
