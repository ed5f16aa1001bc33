"""Update Account Statistics, and posts that Sales refused once more: what a person asks for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from coupling.models import CouplingError
from integration import jobs
from integration.defaults.tasks import TASK_PASSES, Task, TaskPass
from integration.documents.timeline import posts
from integration.models import ConnectionSetup, SyncJob, TableMapping, User
from integration.sync.memory.ledger import Pair
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope

[RUN] = TASK_PASSES[Task.STATISTICS]
POSTS: TaskPass = TASK_PASSES[Task.ORDER_STATUS][0]
NO_CUSTOMERS = "Account statistics are those of customers that are coupled with an account."
NO_PLACE = (
    "The integration solution is not installed in Dynamics 365 Sales, so there is no place for account statistics. "
    "Import it on the Connection Setup page."
)


def update_statistics(pairs: Mapping[TableMapping, Sequence[Pair]], user: User | None) -> list[SyncJob]:
    """Have the statistics of coupled customers brought into Sales, and the states of their invoices. Raises
    :class:`CouplingError`."""
    if "solution" not in ConnectionSetup.current().features():
        raise CouplingError(NO_PLACE)
    ids = {
        mapping: tuple(pair.erp_id for pair in held) for mapping, held in pairs.items() if mapping.name == RUN.mapping
    }
    if not ids:
        raise CouplingError(NO_CUSTOMERS)
    direction, kind = Direction(RUN.direction), SyncJob.Kind(RUN.kind)
    return [
        jobs.start(mapping, direction, kind=kind, options=Options(scope=Scope.IDS, ids=some), user=user)
        for mapping, some in ids.items()
    ]


def retry_posts(user: User | None, event_ids: Sequence[uuid.UUID] | None = None) -> int:
    """Have refused posts that rest, all or these, tried again at once. Answers how many."""
    number = posts.retry(event_ids)
    mapping = TableMapping.objects.filter(name=POSTS.mapping).first()
    if number and mapping is not None and ConnectionSetup.current().is_on(mapping):
        jobs.start(mapping, Direction(POSTS.direction), kind=SyncJob.Kind(POSTS.kind), user=user)
    return number
