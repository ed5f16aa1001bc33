"""Pages of rows written at once: each row has an answer of its own, and a page does what its rows would do alone."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from integration.business_central.models import (
    Contact,
    ContactBusinessRelation,
    Currency,
    Customer,
    CustomerPriceGroup,
    Item,
    PaymentTerms,
    Salesperson,
    SalesPrice,
    ShipmentMethod,
)
from integration.business_central.tables import columns_of
from integration.business_central.writing import batches
from integration.systems.errors import DuplicateKey, FieldMissing, Locked, NotFound, VersionConflict
from integration.systems.values import Ref, Row, Written
from tests.business_central.embedded import company, delete, listed, update
from tests.examples import examples

pytestmark = pytest.mark.django_db


def test_a_batch_takes_a_few_queries_and_never_one_a_row(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    jim = Ref("salesperson", Salesperson.objects.create(code="JO", name="Jim Olive").pk)
    Customer.objects.create(name="Adatum")
    for size in (2, 300):
        rows = [Row(uuid.uuid4(), {"name": f"Firm {at}", "salesperson_code": jim}) for at in range(size)]
        with django_assert_max_num_queries(32 + size // 10):
            answers = company.insert("customer", rows)
        changed = [
            Row(row.id, {"phone_no": "030 1"}, answer.version) for row, answer in zip(rows, answers, strict=True)
        ]
        with django_assert_max_num_queries(20):
            assert all(answer.ok for answer in company.update("customer", changed))


def test_a_key_that_is_used_is_a_duplicate_also_inside_one_batch() -> None:
    ShipmentMethod.objects.create(code="FOB")
    rows = [Row(uuid.uuid4(), {"code": code}) for code in ("fob", "EXW", " exw", "CIF")]

    answers = company.insert("shipment_method", rows)

    assert [type(answer.error) for answer in answers] == [DuplicateKey, type(None), DuplicateKey, type(None)]
    assert "FOB" in str(answers[0].error)


def test_a_combined_key_that_is_used_fails_its_row_only() -> None:
    desk = Ref("item", Item.objects.create(description="Desk").pk)
    group = Ref("customer_price_group", CustomerPriceGroup.objects.create(code="RETAIL").pk)
    price = {"item_no": desk, "sales_type": 1, "sales_code": group}
    rows = [
        Row(uuid.uuid4(), {**price, "unit_price": Decimal(9)}),
        Row(uuid.uuid4(), {**price, "unit_price": Decimal(8)}),
    ]
    rows.append(Row(uuid.uuid4(), {**price, "starting_date": dt.date(2026, 1, 1)}))

    answers = company.insert("sales_price", rows)

    assert [type(answer.error) for answer in answers] == [type(None), DuplicateKey, type(None)]
    assert SalesPrice.objects.count() == 2


def test_a_refused_change_leaves_no_trace_on_the_row_it_came_with() -> None:
    adatum = Customer.objects.create(name="Adatum", e_mail="office@adatum.example")
    rows = [Row(adatum.pk, {"e_mail": "nonsense", "city": "Berlin"}), Row(adatum.pk, {"phone_no": "030 1"})]

    answers = company.update("customer", rows)

    assert [answer.ok for answer in answers] == [False, True]
    adatum.refresh_from_db()
    assert (adatum.e_mail, adatum.city, adatum.phone_no) == ("office@adatum.example", "", "030 1")


def test_a_failing_batch_leaves_the_outer_transaction_usable() -> None:
    desk = Ref("item", Item.objects.create(description="Desk").pk)
    group = Ref("customer_price_group", CustomerPriceGroup.objects.create(code="RETAIL").pk)
    price: dict[str, Any] = {"item_no": desk, "sales_type": 1, "sales_code": group}

    with transaction.atomic():
        answers = company.insert("sales_price", [Row(uuid.uuid4(), price), Row(uuid.uuid4(), price)])
        Currency.objects.create(code="EUR")

    assert [answer.ok for answer in answers] == [True, False]
    assert Currency.objects.exists()


def test_a_stale_version_keeps_a_row_from_being_deleted() -> None:
    fob = ShipmentMethod.objects.create(code="FOB")
    version = str(fob.row_version)
    fob.save()

    assert not company.delete("shipment_method", [Row(fob.pk, version=version)])[0].ok
    assert ShipmentMethod.objects.exists()


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "no": st.sampled_from(["A-1", "a-1", "A-2", "C00010", "C00020"]),
        "name": st.sampled_from(["Adatum", "Fabrikam", "Contoso", "X" * 101]),
        "e_mail": st.sampled_from(["office@adatum.example", "nonsense"]),
        "credit_limit_lcy": st.sampled_from([Decimal("12.345"), Decimal("1e13")]),
        "blocked": st.sampled_from([0, 3, 9]),
    },
)


def outcome(answers: list[Written]) -> list[str]:
    return [repr(answer.error) for answer in answers]


def state() -> list[tuple[Any, ...]]:
    """What is stored of customers and their contacts, without ids, versions and times."""
    customers = Customer.objects.order_by("no").values_list("no", "name", "e_mail", "credit_limit_lcy", "blocked")
    links = ContactBusinessRelation.objects.order_by("no").values_list("no", "contact_no__name", "contact_no__e_mail")
    return [*customers, *links]


@given(page=st.lists(VALUES, min_size=1, max_size=6))
@examples(60)
def test_a_page_of_inserts_equals_its_rows_inserted_one_by_one(page: list[dict[str, Any]]) -> None:
    rows = [Row(uuid.UUID(int=number), values) for number, values in enumerate(page, 1)]
    rows.sort(key=lambda row: not row.values.get("no"))  # A page passes over numbers that are typed further down.
    with transaction.atomic():
        together = outcome(company.insert("customer", rows)), state()
        transaction.set_rollback(True)

    one_by_one = outcome([answer for row in rows for answer in company.insert("customer", [row])]), state()

    assert together == one_by_one


@given(page=st.lists(st.tuples(st.integers(0, 2), VALUES), min_size=1, max_size=6))
@examples(60)
def test_a_page_of_changes_equals_its_rows_changed_one_by_one(page: list[tuple[int, dict[str, Any]]]) -> None:
    stored = [Customer.objects.create(name=name) for name in ("Adatum", "Fabrikam", "Contoso")]
    rows = [Row(stored[at].pk, values) for at, values in page]
    with transaction.atomic():
        together = outcome(company.update("customer", rows)), state()
        transaction.set_rollback(True)

    one_by_one = outcome([answer for row in rows for answer in company.update("customer", [row])]), state()

    assert together == one_by_one


def test_a_row_that_comes_twice_in_a_page_ends_with_its_last_values() -> None:
    adatum = Customer.objects.create(name="Adatum")

    answers = company.update("customer", [Row(adatum.pk, {"city": "Ulm"}), Row(adatum.pk, {"city": "London"})])

    assert [answer.ok for answer in answers] == [True, True]
    assert listed("customer", "", "city") == ["London"]
    assert answers[1].version == str(Customer.objects.get().row_version)


def test_the_answers_of_a_page_of_many_batches_keep_the_order_of_its_rows() -> None:
    rows = [Row(uuid.uuid4(), {"code": f"M{number}" if number % 100 else "TWICE"}) for number in range(1100)]

    answers = company.insert("shipment_method", rows)

    assert [answer.id for answer in answers] == [row.id for row in rows]
    assert [number for number, answer in enumerate(answers) if not answer.ok] == list(range(100, 1100, 100))


def test_an_id_that_is_used_already_is_a_duplicate_and_changes_nothing() -> None:
    adatum = Customer.objects.create(name="Adatum")

    [answer] = company.insert("customer", [Row(adatum.pk, {"name": "Fabrikam"})])

    assert isinstance(answer.error, DuplicateKey)
    assert listed("customer") == ["Adatum"]


def test_a_row_changed_by_another_user_meanwhile_is_refused_and_named() -> None:
    adatum = Customer.objects.create(name="Adatum")
    version = str(adatum.row_version)
    update("customer", adatum, city="London")

    [answer] = company.update("customer", [Row(adatum.pk, {"city": "Ulm"}, version)])

    assert isinstance(answer.error, VersionConflict)
    assert "Customer C00010 Adatum was changed by another user" in answer.error.message
    assert listed("customer", "", "city") == ["London"]


def test_a_row_that_is_gone_is_not_found_by_a_change_and_fine_for_a_deletion() -> None:
    adatum = Customer.objects.create(name="Adatum")
    company.delete("customer", [Row(adatum.pk)])

    assert isinstance(company.update("customer", [Row(adatum.pk, {"city": "Ulm"})])[0].error, NotFound)
    assert company.delete("customer", [Row(adatum.pk)])[0].ok


def test_a_column_that_does_not_exist_fails_the_whole_page_before_anything_is_written() -> None:
    rows = [Row(uuid.uuid4(), {"name": "Adatum"}), Row(uuid.uuid4(), {"nickname": "Ada"})]

    with pytest.raises(FieldMissing, match="nickname"):
        company.insert("customer", rows)

    assert not Customer.objects.exists()


def test_a_database_that_stays_busy_fails_its_batch_as_locked_without_trying_row_by_row() -> None:
    calls = []

    def busy(table: Any, batch: Any) -> Any:
        calls.append(len(batch))
        raise OperationalError("database is locked")

    answers = batches.write(busy, columns_of("customer"), [Row(uuid.uuid4(), {}), Row(uuid.uuid4(), {})])

    assert calls == [2]
    assert [type(answer.error) for answer in answers] == [Locked, Locked]
    assert answers[0].error is not None
    assert answers[0].error.raw == "database is locked"


def test_a_change_that_names_no_column_still_gives_a_new_version_and_time() -> None:
    adatum = Customer.objects.create(name="Adatum")
    before = timezone.now()

    [answer] = company.update("customer", [Row(adatum.pk, {})])

    adatum.refresh_from_db()
    assert answer.version == str(adatum.row_version)
    assert adatum.system_modified_at >= before > adatum.system_created_at


def test_a_page_that_is_rolled_back_leaves_no_customer_and_no_contact() -> None:
    with transaction.atomic():
        company.insert("customer", [Row(uuid.uuid4(), {"name": "Adatum"})])
        transaction.set_rollback(True)

    assert not Customer.objects.exists()
    assert not Contact.objects.exists()


def test_rows_in_use_stay_and_the_others_of_their_page_are_deleted() -> None:
    terms = [PaymentTerms.objects.create(code=code) for code in ("NET 30", "COD", "CM")]
    Customer.objects.create(name="Adatum", payment_terms_code=terms[1])

    assert [error is None for error in delete("payment_terms", *terms)] == [True, False, True]
    assert list(PaymentTerms.objects.all()) == [terms[1]]
