"""Posts on timelines as the run of a claimed job."""

from __future__ import annotations

from integration.connection.systems import Connected
from integration.dataverse.store import SalesOrganization
from integration.documents.posts import PostsRun
from integration.jobs.journal import JobJournal
from integration.models import ConnectionSetup, SyncJob
from integration.sync.run import Counters
from integration.systems.system import System


def write_posts(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    """What happened to orders, on the timelines of their Sales orders. Raises ``ConnectionProblem``."""
    journal.count_anew()
    couplings = job.mapping.couplings.fenced(journal.fence)
    context = connected.context
    crm = _as_order_user(connected.crm, ConnectionSetup.current())
    return PostsRun(connected.erp, crm, couplings, journal, context.organization_id, context.local_currency).make()


def _as_order_user(crm: System, setup: ConnectionSetup) -> System:
    """What is written counts as written by the user that handles orders."""
    if setup.order_user_id is None or not isinstance(crm, SalesOrganization):
        return crm
    return crm.acting_as(setup.order_user_id)
