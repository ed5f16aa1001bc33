"""Changes behind a cursor: nothing is lost and nothing comes that was not written."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from integration.business_central.models import Customer, ShipmentMethod
from integration.business_central.reading.changes import changed_since, deletions_read_up_to
from integration.business_central.row_versions import committed_version
from integration.business_central.store import EmbeddedCompany
from integration.business_central.tables import MODELS
from integration.systems.errors import CursorExpired
from integration.systems.filters import parse
from integration.systems.values import Value
from tests.business_central.embedded import company, cursor, pages_since
from tests.examples import examples

pytestmark = pytest.mark.django_db


def test_a_look_at_nothing_new_takes_one_query_whatever_the_size(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for size in (3, 60):
        Customer.objects.bulk_create(Customer(name=f"Firm {number}") for number in range(size))
        cursor = list(company.changes("customer", ["name"]))[-1].cursor
        with django_assert_num_queries(1):
            pages = list(company.changes("customer", ["name", "salesperson_code"], cursor))
        assert [(len(page.records), page.cursor) for page in pages] == [(0, cursor)]


def test_what_was_written_in_several_tables_is_listed_in_two_queries_with_the_versions_of_the_rows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    adatum, fabrikam = Customer.objects.create(name="Adatum"), Customer.objects.create(name="Fabrikam")
    read = list(company.changes("customer", []))[-1].cursor
    fob = ShipmentMethod.objects.create(code="FOB")
    fabrikam.save()
    adatum.save()

    with django_assert_num_queries(2):
        customers, methods, nothing = company.written_since(
            [("customer", read), ("shipment_method", read), ("vendor", read)], 500
        )

    assert customers == {one.pk: str(one.row_version) for one in (fabrikam, adatum)}
    assert (list(methods), nothing) == ([fob.pk], {})
    assert list(company.written_since([("customer", read)], 1)[0]) == [fabrikam.pk]
    with pytest.raises(CursorExpired):
        company.written_since([("customer", "999999999")], 500)


def test_rows_changed_by_one_statement_are_paged_without_loss() -> None:
    Customer.objects.bulk_create(Customer(name=f"Firm {number}") for number in range(10))
    small = EmbeddedCompany(page_size=3)
    cursor = list(small.changes("customer", []))[-1].cursor
    Customer.objects.update(city="Berlin")

    seen: list[Value] = []
    for _ in range(10):
        page = next(iter(small.changes("customer", ["no"], cursor)))
        seen += [record.values["no"] for record in page.records]
        cursor = page.cursor

    assert sorted(map(str, seen)) == sorted(Customer.objects.values_list("no", flat=True))


def test_a_row_that_is_there_again_is_no_deletion() -> None:
    fob = ShipmentMethod.objects.create(code="FOB")
    cursor = list(company.changes("shipment_method", []))[-1].cursor
    fob.delete()
    ShipmentMethod.objects.create(system_id=fob.pk, code="FOB")

    pages = list(company.changes("shipment_method", ["code"], cursor))

    assert [record.id for page in pages for record in page.records] == [fob.pk]
    assert [id for page in pages for id in page.deleted] == []


@pytest.mark.parametrize("cursor", ["", "x", "1/x", "-3", "99999999"])
def test_a_cursor_of_another_time_or_place_has_expired(cursor: str) -> None:
    with pytest.raises(CursorExpired):
        list(company.changes("customer", [], cursor))


def test_of_many_tables_those_with_a_written_or_deleted_row_are_named_in_two_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    fob = ShipmentMethod.objects.create(code="FOB")
    before = committed_version()
    assert changed_since([(name, before) for name in MODELS]) == set()

    Customer.objects.create(name="Adatum")
    fob.delete()

    with django_assert_num_queries(2):
        changed = changed_since([(name, before) for name in MODELS])
    assert {name for name, _ in changed} == {"customer", "contact", "contact_business_relation", "shipment_method"}


def names_since(cursor: str) -> list[Value]:
    pages = pages_since("customer", cursor, "name", size=3)
    return [record.values["name"] for page in pages for record in page.records]


STEPS = st.lists(
    st.tuples(st.sampled_from(["insert", "change", "change all", "delete", "insert again", "read"]), st.integers(0, 5)),
    max_size=25,
)


class Follower:
    """Reads changes page by page and keeps what it has read, as a system on the other side would."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.cursor: str | None = None
        self.rows: dict[uuid.UUID, Value] = {}

    def read_page(self) -> None:
        page = next(iter(EmbeddedCompany(self.size).changes("shipment_method", ["description"], self.cursor)))
        for id in page.deleted:
            self.rows.pop(id, None)
        self.rows.update((record.id, record.values["description"]) for record in page.records)
        self.cursor = page.cursor

    def read_all(self) -> None:
        for _ in range(40):
            self.read_page()


def take_step(step: str, number: int, clock: int) -> None:
    id = uuid.UUID(int=number + 1)
    row = ShipmentMethod.objects.filter(pk=id)
    if step in ("insert", "insert again") and not row.exists():
        ShipmentMethod.objects.create(system_id=id, code=f"M{number}", description=str(clock))
    elif step == "change" and row.exists():
        row.update(description=str(clock))
    elif step == "change all":
        ShipmentMethod.objects.update(description=str(clock))
    elif step == "delete":
        row.delete()


@given(steps=STEPS, size=st.integers(1, 3))
@examples(60)
def test_a_follower_that_reads_a_page_now_and_then_has_every_row_in_the_end(
    steps: list[tuple[str, int]], size: int
) -> None:
    ShipmentMethod.objects.all().delete()
    follower = Follower(size)
    for clock, (step, number) in enumerate(steps):
        if step == "read":
            follower.read_page()
        else:
            take_step(step, number, clock)

    follower.read_all()

    assert follower.rows == dict(ShipmentMethod.objects.values_list("pk", "description"))


def test_pages_come_oldest_first_and_each_cursor_goes_on_where_its_page_ended() -> None:
    for number in range(10):
        Customer.objects.create(name=f"Firm {number}")
    small = EmbeddedCompany(3)

    pages = list(small.changes("customer", ["name"]))

    assert [len(page.records) for page in pages] == [3, 3, 3, 1]
    names = [record.values["name"] for page in pages for record in page.records]
    assert names == [f"Firm {number}" for number in range(10)]
    for number, page in enumerate(pages, 1):
        assert page.cursor is not None
        assert names_since(page.cursor) == names[3 * number :]


def test_what_is_written_while_pages_are_read_belongs_to_the_next_run() -> None:
    for number in range(4):
        Customer.objects.create(name=f"Firm {number}")
    pages = EmbeddedCompany(2).changes("customer", ["name"])
    first = next(pages)
    Customer.objects.filter(name="Firm 3").update(city="London")
    Customer.objects.create(name="Late")

    rest = list(pages)

    names = [record.values["name"] for page in [first, *rest] for record in page.records]
    assert names == ["Firm 0", "Firm 1", "Firm 2"]
    assert names_since(str(rest[-1].cursor)) == ["Firm 3", "Late"]


def test_a_filter_narrows_the_records_and_never_the_deletions() -> None:
    adatum, fabrikam = (Customer.objects.create(name=name) for name in ("Adatum", "Fabrikam"))
    before = cursor("customer")
    adatum.delete()
    fabrikam.save()
    where = parse("name = nobody", company.describe("customer"))

    [page] = company.changes("customer", ["name"], before, where)

    assert (page.records, page.deleted) == ([], [adatum.pk])


def test_deletions_come_with_the_page_that_passes_their_version() -> None:
    rows = [ShipmentMethod.objects.create(code=f"M{number}") for number in range(6)]
    before = cursor("shipment_method")
    for row in rows[1:4]:
        row.save()
    rows[0].delete()
    for row in rows[4:]:
        row.save()

    pages = pages_since("shipment_method", before, size=2)

    assert [len(page.records) for page in pages] == [2, 2, 1]
    assert [page.deleted for page in pages] == [[], [rows[0].pk], []]


def test_the_first_reading_names_no_deletions_because_it_reads_all_that_is_there() -> None:
    ShipmentMethod.objects.create(code="EXW").delete()

    [page] = company.changes("shipment_method", ["code"])

    assert (page.records, page.deleted) == ([], [])


@pytest.mark.parametrize(
    ("text", "read"), [("5", 5), (f"5/{uuid.UUID(int=1)}", 4), ("0", 0), ("x", None), ("99999", None)]
)
def test_a_cursor_says_up_to_which_version_its_holder_has_read_deletions(text: str, read: int | None) -> None:
    for number in range(6):
        ShipmentMethod.objects.create(code=f"M{number}")

    assert deletions_read_up_to(text) == read


def test_a_table_is_named_for_the_version_behind_which_it_changed_and_for_no_later_one() -> None:
    fob = ShipmentMethod.objects.create(code="FOB")
    before = committed_version()
    fob.delete()
    now = committed_version()

    asked = [("shipment_method", before), ("shipment_method", now), ("customer", before), ("no_such_table", 0)]

    assert changed_since(asked) == {("shipment_method", before)}
    assert changed_since([]) == set()
