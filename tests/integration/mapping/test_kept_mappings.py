"""Mappings that a flow keeps: people see them, and change nothing of them."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from coupling.commands import repair, synchronize
from coupling.models import CouplingError
from integration import jobs
from integration.mappings.standard import create_missing
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.sync.rules import Direction
from integration.sync.run import Scope
from setup_wizard.tables import choices

QUOTES = "SALESQUOTE-QUOTE"


@pytest.fixture
def kept(setup: ConnectionSetup) -> TableMapping:
    ConnectionSetup.objects.update(is_enabled=True)
    create_missing()
    return TableMapping.objects.get(name=QUOTES)


def test_it_stands_in_the_list_and_its_page_has_nothing_to_save(kept: TableMapping, admin: Client) -> None:
    assert QUOTES in admin.get(reverse("mappings")).content.decode()
    page = admin.get(reverse("mapping", args=[QUOTES])).content.decode()
    assert "A flow keeps its couplings here" in page
    assert "Save</button>" not in page


@pytest.mark.parametrize("name", ["mapping", "field_add", "mapping_templates"])
def test_it_takes_no_form(name: str, kept: TableMapping, admin: Client) -> None:
    assert admin.post(reverse(name, args=[QUOTES]), {"direction": "both"}).status_code == 404


def test_it_is_neither_synchronized_with_the_others_nor_offered_by_the_guide(kept: TableMapping) -> None:
    assert QUOTES not in {job.mapping.name for job in jobs.synchronize_modified()}
    assert QUOTES not in {choice.name for choice in choices({})}


def test_retry_starts_the_run_of_its_flow_alone(kept: TableMapping) -> None:
    pair = Pair(uuid.uuid4(), uuid.uuid4(), State.RESERVED, to_erp=Outcome(Result.SKIPPED, "item-blocked"))
    kept.couplings.remember([pair])

    repair.retry({kept: [pair]}, None)

    job = SyncJob.objects.get()
    assert (job.kind, job.direction, job.run_options.scope) == (SyncJob.Kind.PROCESS_QUOTES, "to_erp", Scope.OPEN)
    assert kept.couplings.pairs(Direction.TO_ERP.source, [pair.crm_id])[pair.crm_id].to_erp.result is Result.FAILURE


@pytest.mark.parametrize("way", ["get", "send"])
def test_its_pairs_are_not_synchronized_by_hand(way: str, kept: TableMapping) -> None:
    erp_id = uuid.uuid4()
    kept.couplings.remember([Pair(erp_id, uuid.uuid4(), State.COUPLED)])
    with pytest.raises(CouplingError, match="A flow makes the records"):
        synchronize(kept, [erp_id], way, None)


def test_its_done_pairs_count_neither_as_deleted_nor_to_be_restored(kept: TableMapping) -> None:
    pair = Pair(uuid.uuid4(), uuid.uuid4(), State.COUPLED)
    kept.couplings.remember([pair])
    with pytest.raises(CouplingError, match="Nothing is coupled yet"):
        repair.find_deleted(None)
    with pytest.raises(CouplingError, match="A flow makes these by itself"):
        repair.restore({kept: [pair]}, None)
