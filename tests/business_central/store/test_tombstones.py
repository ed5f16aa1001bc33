"""Tombstones are pruned when they are old and everybody who follows their table has read them."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from integration.business_central import tombstones
from integration.business_central.models import Deleted, PaymentTerms, ShipmentMethod
from tests.business_central.embedded import cursor

pytestmark = pytest.mark.django_db
LATER = dt.timedelta(days=1)


def deleted(code: str) -> Deleted:
    """The tombstone of a shipment method that was there for a moment."""
    ShipmentMethod.objects.create(code=code).delete()
    return Deleted.objects.latest("row_version")


def test_an_old_tombstone_that_nobody_follows_goes() -> None:
    deleted("EXW")

    assert tombstones.prune(timezone.now() + LATER, []) == 1
    assert not Deleted.objects.exists()


def test_a_tombstone_that_is_not_old_stays_though_everybody_has_read_it() -> None:
    deleted("EXW")

    assert tombstones.prune(timezone.now() - LATER, [("shipment_method", cursor("shipment_method"))]) == 0


@pytest.mark.parametrize(
    ("behind", "pruned"), [("{0}", 1), ("{1}", 2), ("{2}", 3), ("0", 0), ("{1}/" + str(uuid.UUID(int=1)), 1)]
)
def test_only_tombstones_behind_the_cursor_of_a_follower_go(behind: str, pruned: int) -> None:
    versions = [deleted(code).row_version for code in ("EXW", "FOB", "CIF")]

    assert tombstones.prune(timezone.now() + LATER, [("shipment_method", behind.format(*versions))]) == pruned


def test_the_slowest_follower_of_a_table_decides() -> None:
    exw, fob = deleted("EXW"), deleted("FOB")
    followers = [("shipment_method", str(fob.row_version)), ("shipment_method", str(exw.row_version))]

    assert tombstones.prune(timezone.now() + LATER, followers) == 1
    assert Deleted.objects.get() == fob


@pytest.mark.parametrize("cursor", ["", "nonsense", "99999"])
def test_a_follower_that_reads_everything_again_keeps_no_tombstone(cursor: str) -> None:
    deleted("EXW")

    assert tombstones.prune(timezone.now() + LATER, [("shipment_method", cursor)]) == 1


def test_a_follower_keeps_the_tombstones_of_its_own_table_only() -> None:
    deleted("EXW")
    PaymentTerms.objects.create(code="COD").delete()

    assert tombstones.prune(timezone.now() + LATER, [("payment_terms", "0")]) == 1
    assert Deleted.objects.get().table == "payment_terms"


def test_more_tombstones_than_a_batch_go_in_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tombstones, "BATCH_SIZE", 2)
    ShipmentMethod.objects.bulk_create(ShipmentMethod(code=f"M{number}") for number in range(5))
    ShipmentMethod.objects.all().delete()

    assert tombstones.prune(timezone.now() + LATER, []) == 5
