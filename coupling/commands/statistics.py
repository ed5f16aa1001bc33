"""Update Account Statistics, as a person asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coupling.models import CouplingError
from integration import jobs
from integration.defaults.tasks import TASK_PASSES, Task
from integration.models import ConnectionSetup, SyncJob, TableMapping, User
from integration.sync.memory.ledger import Pair
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope

[RUN] = TASK_PASSES[Task.STATISTICS]
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
    way, kind = Direction(RUN.direction), SyncJob.Kind(RUN.kind)
    return [
        jobs.start(mapping, way, kind=kind, options=Options(scope=Scope.IDS, ids=some), user=user)
        for mapping, some in ids.items()
    ]
