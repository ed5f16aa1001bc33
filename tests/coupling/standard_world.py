"""The standard mappings, as they are stored, over the twins that know what the special rules look at."""

from __future__ import annotations

import uuid

import pytest

from integration import jobs
from integration.connection import systems
from integration.mappings.standard import create_missing
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.systems.values import Side
from tests.sync.entity_rules.cronus import CRM, ERP, MAPPED, Cronus


class StandardWorld(Cronus):
    """Cronus with jobs: ``stored(name)`` is the mapping, ``run_all`` does what is queued."""

    def __init__(self) -> None:
        super().__init__()
        create_missing()
        TableMapping.objects.exclude(name__in=[default.name for default in MAPPED]).delete()
        for mapping in TableMapping.objects.all():
            _without_unknown_columns(mapping)
        setup = ConnectionSetup.current()
        ConnectionSetup.objects.filter(pk=setup.pk).update(
            is_enabled=True, organization_id=self.crm.organization_id, user_id=self.crm.user_id
        )
        self.stored("SALESPEOPLE").couplings.couple(self.jim, self.jim_user)
        self.stored("UNIT OF MEASURE").couplings.couple(self.pieces, self.pieces_group)

    def stored(self, name: str) -> TableMapping:
        return TableMapping.objects.get(name=name)

    def pair(self, name: str, side: Side, id: uuid.UUID) -> uuid.UUID:
        """The other record of a pair."""
        return self.stored(name).couplings.pairs(side, [id])[id].id(side.other)

    def run_all(self) -> list[SyncJob]:
        for job in SyncJob.objects.filter(status=SyncJob.Status.QUEUED).order_by("queued_at"):
            jobs.run(job.pk)
        return list(SyncJob.objects.order_by("queued_at"))


def _without_unknown_columns(mapping: TableMapping) -> None:
    for field in mapping.fields.all():
        ours, theirs = ERP[mapping.erp_table].fields, CRM[mapping.crm_table].fields
        if (field.erp_field and field.erp_field not in ours) or (field.crm_field and field.crm_field not in theirs):
            field.delete()


@pytest.fixture
def standard_world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> StandardWorld:
    made = StandardWorld()
    monkeypatch.setattr(systems, "open_erp", lambda: made.erp)
    monkeypatch.setattr(systems, "open_crm", lambda setup, **_: made.crm)
    monkeypatch.setattr(systems, "local_currency", lambda: "GBP")
    monkeypatch.setattr(systems, "company_name", lambda: "CRONUS")
    return made
