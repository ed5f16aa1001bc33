"""What is left of deleted rows: told to every mapping that follows the table, then removed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from integration.business_central.models import Deleted, ShipmentMethod
from integration.business_central.row_versions import committed_version
from integration.business_central.store import EmbeddedCompany
from integration.jobs.tasks import retention
from integration.models import SyncJob, TableMapping

pytestmark = pytest.mark.django_db
company = EmbeddedCompany()


def follows(name: str, cursor: str, table: str = "shipment_method") -> TableMapping:
    return TableMapping.objects.create(name=name, erp_table=table, crm_table="new_method", erp_cursor=cursor)


def deleted(code: str, days_ago: int) -> int:
    """A shipment method deleted that long ago; answers the version of its deletion."""
    ShipmentMethod.objects.create(code=code).delete()
    stone = Deleted.objects.latest("row_version")
    Deleted.objects.filter(pk=stone.pk).update(deleted_at=timezone.now() - dt.timedelta(days=days_ago))
    return stone.row_version


def clean() -> int:
    return retention.clean()["deletions"]


def test_an_old_deletion_that_every_mapping_has_read_is_forgotten_and_a_young_one_is_not(
    settings: Settings,
) -> None:
    settings.RETENTION_DAYS = 30
    deleted("EXW", 31)
    young = deleted("FOB", 29)
    follows("METHODS", str(committed_version()))
    assert clean() == 1
    assert Deleted.objects.get().row_version == young


def test_a_deletion_that_one_of_two_mappings_has_not_read_yet_stays_however_old_it_is() -> None:
    gone = deleted("EXW", 4000)
    follows("METHODS", str(gone))
    slow = follows("SLOW METHODS", str(gone - 1))
    assert clean() == 0
    [page] = company.changes("shipment_method", ["code"], slow.erp_cursor)
    assert len(page.deleted) == 1
    TableMapping.objects.filter(pk=slow.pk).update(erp_cursor=page.cursor)
    assert clean() == 1


def test_a_cursor_in_the_middle_of_a_page_keeps_the_deletions_of_its_own_version() -> None:
    gone = deleted("EXW", 4000)
    follows("METHODS", f"{gone}/6d1c7a5e-6f0b-5d1c-9a53-0b1f5f6f2a10")
    assert clean() == 0


def test_a_deletion_in_a_table_that_nobody_follows_is_forgotten() -> None:
    gone = deleted("EXW", 4000)
    follows("CUSTOMERS", str(gone - 1), "customer")
    follows("METHODS", "")
    assert clean() == 1


def test_a_run_under_way_is_told_before_a_deletion_is_forgotten() -> None:
    gone = deleted("EXW", 4000)
    mapping = follows("METHODS", str(gone))
    job = SyncJob.objects.create(mapping=mapping, direction="to_crm", cursor=str(gone - 1))
    assert clean() == 0
    SyncJob.objects.filter(pk=job.pk).update(status=SyncJob.Status.FINISHED)
    assert clean() == 1


def test_a_cursor_of_another_database_keeps_nothing_since_all_is_read_again() -> None:
    gone = deleted("EXW", 4000)
    follows("METHODS", str(gone + 1000))
    assert clean() == 1
