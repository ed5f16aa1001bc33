"""Every write passes the door and gets a row version, and row versions order commits."""

from __future__ import annotations

import uuid

import pytest
from django.core import serializers
from django.db import NotSupportedError, transaction
from django.db.models import ProtectedError
from django.db.transaction import TransactionManagementError

from integration.business_central.models import (
    Contact,
    ContactBusinessRelation,
    CountryRegion,
    Customer,
    Deleted,
    PaymentTerms,
    RowCounter,
    ShipmentMethod,
)
from integration.business_central.row_versions import allocate, committed_version
from integration.business_central.rows import Change

pytestmark = pytest.mark.django_db


def version_of(row: ShipmentMethod) -> int:
    return ShipmentMethod.objects.values_list("row_version", flat=True).get(pk=row.pk)


def test_versions_are_only_given_out_inside_a_transaction(transactional_db: None) -> None:
    with pytest.raises(TransactionManagementError):
        allocate()


def test_an_emptied_database_counts_from_one_again() -> None:
    RowCounter.objects.all().delete()

    assert committed_version() == 0
    with transaction.atomic():
        assert allocate(3) == 1
        assert allocate() == 4
    assert committed_version() == 4


def test_every_way_of_writing_gives_a_newer_version() -> None:
    exw = ShipmentMethod.objects.create(code="EXW", description="Ex works")
    versions = [version_of(exw)]

    exw.description = "Ex Works"
    exw.save()
    versions.append(version_of(exw))
    exw.description = "Ex  Works"
    exw.save(update_fields=["description"])
    versions.append(version_of(exw))
    ShipmentMethod.objects.filter(code="EXW").update(description="From the works")
    versions.append(version_of(exw))
    exw.description = "Off works"
    ShipmentMethod.objects.bulk_update([exw], ["description"])
    versions.append(version_of(exw))
    change = Change(exw, exw.columns())
    exw.description = "Works"
    ShipmentMethod.objects.write_changes([change])
    versions.append(version_of(exw))
    ShipmentMethod.objects.update_or_create(code="EXW", defaults={"description": "Ex works"})
    versions.append(version_of(exw))

    assert versions == sorted(set(versions))
    assert versions[-1] == committed_version()


def test_rows_inserted_in_bulk_get_versions_in_their_order() -> None:
    made = ShipmentMethod.objects.bulk_create(ShipmentMethod(code=code) for code in ("EXW", "FOB", "CIF"))

    assert [row.row_version for row in made] == list(range(committed_version() - 2, committed_version() + 1))
    assert list(ShipmentMethod.objects.order_by("row_version").values_list("code", flat=True)) == ["EXW", "FOB", "CIF"]


def test_a_fixture_does_not_bring_its_old_version_along() -> None:
    exw = ShipmentMethod.objects.create(code="EXW")
    fixture = serializers.serialize("json", [exw])
    before = committed_version()

    for loaded in serializers.deserialize("json", fixture):
        loaded.save()

    assert version_of(exw) == before + 1


def test_a_deleted_row_leaves_a_stone_behind() -> None:
    exw, fob = (ShipmentMethod.objects.create(code=code) for code in ("EXW", "FOB"))

    exw.delete()
    ShipmentMethod.objects.filter(code="FOB").delete()

    stones = Deleted.objects.order_by("row_version").values_list("table", "system_id", flat=False)
    assert list(stones) == [("shipment_method", exw.pk), ("shipment_method", fob.pk)]


def test_relations_deleted_along_with_their_customer_leave_stones_too() -> None:
    adatum = Customer.objects.create(name="Adatum Corporation")
    link = ContactBusinessRelation.objects.get(no=adatum.no)

    adatum.delete()

    assert set(Deleted.objects.values_list("system_id", flat=True)) == {adatum.pk, link.pk}
    assert Contact.objects.filter(name="Adatum Corporation").exists()


def test_a_row_others_point_to_is_not_deleted_and_nothing_is_noted() -> None:
    terms = PaymentTerms.objects.create(code="NET 30")
    Customer.objects.create(name="Fabrikam", payment_terms_code=terms)
    before = committed_version()

    with pytest.raises(ProtectedError):
        terms.delete()

    assert not Deleted.objects.exists()
    assert committed_version() == before


def test_inserting_or_else_updating_in_bulk_is_refused_because_nobody_knows_which_it_was() -> None:
    with pytest.raises(NotSupportedError):
        CountryRegion.objects.bulk_create([CountryRegion(code="DK")], ignore_conflicts=True)


def test_what_is_rolled_back_uses_up_no_version() -> None:
    before = committed_version()
    with transaction.atomic():
        ShipmentMethod.objects.create(code="EXW")
        transaction.set_rollback(True)

    assert committed_version() == before


def test_the_id_a_client_chose_is_kept() -> None:
    chosen = uuid.uuid4()

    assert Customer.objects.create(system_id=chosen, name="Coho Winery").pk == chosen
