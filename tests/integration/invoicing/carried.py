"""What tests of invoices do over HTTP: carry what was posted to Sales, and look what stands there."""

from __future__ import annotations

import uuid
from typing import Any

from integration import jobs
from integration.business_central.models import GLAccount, SalesInvoiceHeader, SalesReceivablesSetup
from integration.models import SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from tests.integration.flows.organization import Organization

ORDER, INVOICE = "SALESORDER-ORDER", "POSTEDSALESINV-INV"


def carry(name: str, *ids: uuid.UUID, direction: Direction = Direction.TO_CRM) -> SyncJob:
    """One pass of a mapping, of what changed or of these records."""
    options = Options(scope=Scope.IDS, ids=ids, create=True) if ids else Options()
    job = jobs.start(TableMapping.objects.get(name=name), direction, options=options, inline=True)
    assert (job.status, job.failed, job.skipped) == (SyncJob.Status.FINISHED, 0, 0), [str(e) for e in job.errors.all()]
    return job


def twin(organization: Organization, invoice: SalesInvoiceHeader, *names: str) -> tuple[Any, ...]:
    id = TableMapping.objects.get(name=INVOICE).couplings.get(erp_id=invoice.pk).crm_id
    found = organization.crm.get("invoice", [id], names)[id].values
    return tuple(found[name] for name in names)


def with_freight() -> None:
    setup = SalesReceivablesSetup.current()
    setup.freight_g_l_account_no = GLAccount.objects.get(no="6810")
    setup.save()
