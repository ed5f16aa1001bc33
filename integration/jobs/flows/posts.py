"""Posts on timelines as the run of a claimed job."""

from __future__ import annotations

from integration.connection.order_user import as_order_user
from integration.connection.systems import Connected
from integration.documents.posts import PostsRun
from integration.jobs.journal import JobJournal
from integration.models import ConnectionSetup, SyncJob
from integration.sync.run import Counters


def write_posts(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    """What happened to orders, on the timelines of their Sales orders. Raises ``ConnectionProblem``."""
    journal.count_anew()
    couplings = job.mapping.couplings.fenced(journal.fence)
    context = connected.context
    crm = as_order_user(connected.crm, ConnectionSetup.current())
    return PostsRun(connected.erp, crm, couplings, journal, context.organization_id, context.local_currency).make()
