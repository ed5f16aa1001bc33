"""Every write gets a row version, and row versions order commits."""

from __future__ import annotations

import uuid

import pytest
from django.core import serializers
from django.db import NotSupportedError, transaction
from django.db.models import ProtectedError
from django.db.transaction import TransactionManagementError
from hypothesis import given
from hypothesis import strategies as st

from integration.business_central import row_versions
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
from integration.business_central.row_versions import allocate, committed_version, lock_company, reserve
from integration.business_central.rows import Change
from tests.examples import examples

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


def test_a_deleted_row_leaves_a_tombstone() -> None:
    exw, fob = (ShipmentMethod.objects.create(code=code) for code in ("EXW", "FOB"))

    exw.delete()
    ShipmentMethod.objects.filter(code="FOB").delete()

    tombstones = Deleted.objects.order_by("row_version").values_list("table", "system_id", flat=False)
    assert list(tombstones) == [("shipment_method", exw.pk), ("shipment_method", fob.pk)]


def test_relations_deleted_along_with_their_customer_leave_tombstones_too() -> None:
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


def test_the_counter_is_the_table_of_its_model() -> None:
    assert RowCounter._meta.db_table == row_versions.TABLE


def test_locking_the_company_uses_up_no_version() -> None:
    before = committed_version()

    with transaction.atomic():
        lock_company()
        assert allocate() == before + 1


def test_the_company_is_locked_inside_a_transaction_only(transactional_db: None) -> None:
    with pytest.raises(TransactionManagementError):
        lock_company()


@given(counts=st.lists(st.integers(1, 500), min_size=1, max_size=6))
@examples(30)
def test_versions_given_out_one_after_the_other_never_overlap(counts: list[int]) -> None:
    with transaction.atomic():
        firsts = [allocate(count) for count in counts]

    given_out = [first + step for first, count in zip(firsts, counts, strict=True) for step in range(count)]
    assert given_out == list(range(firsts[0], firsts[0] + sum(counts)))
    assert committed_version() == given_out[-1]


def test_rows_of_several_tables_share_one_order() -> None:
    terms = PaymentTerms.objects.create(code="NET 30")
    exw = ShipmentMethod.objects.create(code="EXW")
    terms.save()

    assert PaymentTerms.objects.get().row_version > exw.row_version > 0


def test_an_empty_change_list_and_an_empty_insert_use_up_no_version() -> None:
    before = committed_version()

    ShipmentMethod.objects.write_changes([])
    assert ShipmentMethod.objects.bulk_create([]) == []

    assert committed_version() == before


def test_a_write_fails_whole_where_what_follows_from_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the contact cannot be written")

    monkeypatch.setattr(Contact.objects.__class__, "bulk_create", fail)
    before = committed_version()

    with pytest.raises(RuntimeError), transaction.atomic():
        Customer.objects.create(name="Adatum")

    assert not Customer.objects.exists()
    assert committed_version() == before


def test_reserved_versions_are_given_out_without_asking_again() -> None:
    with transaction.atomic(), reserve(10):
        first = allocate(4)
        assert allocate(6) == first + 4
        behind = allocate(1)
        assert behind == first + 10
    with transaction.atomic():
        assert allocate() == behind + 1


def test_what_was_reserved_and_not_used_is_never_given_out() -> None:
    with transaction.atomic(), reserve(10):
        first = allocate()
    with transaction.atomic():
        assert allocate() == first + 10
    with pytest.raises(ZeroDivisionError), transaction.atomic(), reserve(10):
        raise ZeroDivisionError
    with transaction.atomic():
        assert allocate() == first + 11
