"""Posts on timelines as the run of a claimed job."""

from __future__ import annotations

from integration.connection.order_writers import order_writers
from integration.connection.systems import Connected
from integration.documents.timeline.posts import PostsRun
from integration.jobs.journal import JobJournal
from integration.models import ConnectionSetup, SyncJob
from integration.sync.run import Counters
from integration.systems.system import System


def write_posts(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    """What happened to orders, on the timelines of their Sales orders. Raises ``ConnectionProblem``."""
    journal.count_anew()
    order_user, context = ConnectionSetup.current().order_user_id, connected.context

    def writer() -> System:
        return order_writers(connected, order_user).orders

    couplings = job.mapping.couplings.fenced(journal.fence)
    return PostsRun(connected.erp, writer, couplings, journal, context.organization_id, context.local_currency).make()
