"""Lists: a page in the order asked for, and the cursor that leads to the next one."""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from integration.business_central.models import Contact, Customer, Opportunity, Salesperson
from integration.systems.errors import CursorExpired, FieldMissing
from integration.systems.values import Value
from tests.business_central.embedded import company
from tests.examples import examples

pytestmark = pytest.mark.django_db


def test_references_are_named_by_one_join_however_many_rows_there_are(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    people = [Salesperson.objects.create(code=code, name=code) for code in ("JO", "PS")]
    Customer.objects.bulk_create(Customer(name=f"Firm {at}", salesperson_code=people[at % 2]) for at in range(40))

    with django_assert_num_queries(1):
        page = company.find("customer", fields=["salesperson_code", "currency_code"])

    assert {record.values["salesperson_code"].label for record in page.records} == {"JO", "PS"}


@pytest.mark.parametrize("after", ["x", "W10=", "WyJhIl0="])
def test_a_made_up_list_cursor_is_refused(after: str) -> None:
    with pytest.raises(CursorExpired):
        company.find("customer", after=after)


def test_a_list_is_paged_by_a_relation_and_by_a_blank_date() -> None:
    company_of = Contact.objects.create(name="Adatum")
    dates = [None, dt.date(2026, 3, 1), None, dt.date(2026, 1, 1), None]
    for number, date in enumerate(dates):
        Opportunity.objects.create(
            description=str(number), estimated_closing_date=date, contact_no=company_of if number % 2 else None
        )
    seen, after = [], None
    while True:
        page = company.find("opportunity", fields=["description"], order=["contact_no", "-estimated_closing_date"],
                            size=2, after=after)  # fmt: skip
        seen += [record.values["description"] for record in page.records]
        after = page.cursor
        if after is None:
            break

    assert seen[3:] == ["1", "3"]
    assert sorted(map(str, seen)) == ["0", "1", "2", "3", "4"]


def read_list(table: str, names: list[str], order: list[str], size: int) -> list[tuple[Value, ...]]:
    """All pages of a list."""
    rows: list[tuple[Value, ...]] = []
    after: str | None = None
    while True:
        page = company.find(table, fields=names, order=order, size=size, after=after)
        rows += [tuple(record.values[name] for name in names) for record in page.records]
        after = page.cursor
        if after is None:
            return rows


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "Adatum", "adatum", "Contoso"]),
        st.sampled_from([0, 1]),
        st.sampled_from([None, dt.date(2026, 1, 1), dt.date(2026, 3, 1)]),
        st.sampled_from(["0", "10.5", "9"]),
    ),
    max_size=8,
)
ORDERS = ["description", "-status", "estimated_closing_date", "-estimated_closing_date", "estimated_value_lcy"]


@given(rows=ROWS, order=st.lists(st.sampled_from(ORDERS), max_size=3, unique=True), size=st.integers(1, 4))
@examples(60)
def test_a_list_read_page_by_page_is_the_list_read_at_once(rows: list[Any], order: list[str], size: int) -> None:
    Opportunity.objects.all().delete()
    for description, status, day, value in rows:
        Opportunity.objects.create(
            description=description, status=status, estimated_closing_date=day, estimated_value_lcy=value
        )

    paged = read_list("opportunity", ["no"], order, size)

    assert paged == read_list("opportunity", ["no"], order, 100)
    assert len(set(paged)) == len(rows)


def test_a_list_of_a_thousand_customers_comes_in_pages_of_fifty_without_repeating_one() -> None:
    Customer.objects.bulk_create(Customer(name=f"Firm {number % 7}") for number in range(1000))

    rows = read_list("customer", ["name", "no"], ["name"], 50)

    assert len(set(rows)) == 1000
    assert [name for name, _ in rows] == sorted(f"Firm {number % 7}" for number in range(1000))


def test_rows_that_come_or_go_between_two_pages_neither_repeat_nor_hide_others() -> None:
    for name in ("B", "D", "F", "H"):
        Customer.objects.create(name=name)
    first = company.find("customer", fields=["name"], order=["name"], size=2)
    Customer.objects.filter(name="B").delete()
    for name in ("A", "C", "E"):
        Customer.objects.create(name=name)

    second = company.find("customer", fields=["name"], order=["name"], size=9, after=first.cursor)

    assert [record.values["name"] for record in second.records] == ["E", "F", "H"]


def test_names_are_ordered_without_regard_to_case_and_blank_comes_first() -> None:
    for name in ("contoso", "Adatum", "", "BEST FOR YOU", "adventure"):
        Customer.objects.create(name=name)

    assert [name for (name,) in read_list("customer", ["name"], ["name"], 2)] == [
        "", "Adatum", "adventure", "BEST FOR YOU", "contoso",
    ]  # fmt: skip
    assert [name for (name,) in read_list("customer", ["name"], ["-name"], 2)][-1] == ""


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "value",
    [[5], {"a": 1}, [None], "x", 7, [], ["2026-01-01"], [str(uuid.UUID(int=1)), str(uuid.UUID(int=1))],
     ["tomorrow", str(uuid.UUID(int=1))], [None, str(uuid.UUID(int=1))], [[1], str(uuid.UUID(int=1))]],
    ids=str,
)  # fmt: skip
def test_a_list_cursor_that_somebody_tampered_with_has_expired(value: Any) -> None:
    with pytest.raises(CursorExpired):
        company.find("opportunity", order=["estimated_closing_date"], after=encoded(value))


def test_a_cursor_of_another_order_has_expired() -> None:
    for name in ("Adatum", "Fabrikam"):
        Customer.objects.create(name=name)
    after = company.find("customer", order=["name"], size=1).cursor

    with pytest.raises(CursorExpired, match="another order"):
        company.find("customer", order=["name", "city"], after=after)


def test_an_order_by_a_column_that_does_not_exist_is_refused() -> None:
    with pytest.raises(FieldMissing, match="nickname"):
        company.find("customer", order=["-nickname"])


def test_a_page_that_ends_with_the_last_row_has_no_next_one() -> None:
    for name in ("Adatum", "Fabrikam"):
        Customer.objects.create(name=name)

    assert company.find("customer", size=2).cursor is None
    assert company.find("customer", size=1).cursor is not None
