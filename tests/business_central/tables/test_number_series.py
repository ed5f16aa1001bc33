"""Number series: which number a row without one gets, and which numbers are refused."""

from __future__ import annotations

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from integration.business_central.models import (
    Contact,
    Customer,
    Item,
    NoSeries,
    NoSeriesLine,
    Opportunity,
    Resource,
    Salesperson,
    SalesReceivablesSetup,
    Vendor,
)
from integration.business_central.number_series import increased, is_beyond
from integration.systems.errors import DuplicateKey, InvalidValue, Refused
from integration.systems.values import Row
from tests.business_central.embedded import company, insert, listed, update
from tests.examples import examples

pytestmark = pytest.mark.django_db


def series(code: str = "CUST", starting_no: str = "C00010", **line: object) -> NoSeriesLine:
    """A number series with one line."""
    made = NoSeries.objects.create(code=code)
    return NoSeriesLine.objects.create(series_code=made, starting_no=starting_no, **line)  # type: ignore[no-any-return]


# --- counting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "by", "expected"),
    [("C00010", 10, "C00020"), ("C00099", 1, "C00100"), ("SP NO. 00001", 1, "SP NO. 00002"), ("9", 1, "10"),
     ("R-09-X", 1, "R-10-X"), ("2026-0099", 1, "2026-0100"), ("A999", 1, "A1000")],
)  # fmt: skip
def test_a_number_is_counted_up_in_its_last_digits(number: str, by: int, expected: str) -> None:
    assert increased(number, by) == expected


@given(prefix=st.sampled_from(["", "C", "SP NO. ", "2026-", "Ä-"]), start=st.integers(0, 10**6), by=st.integers(1, 999))
@examples(200)
def test_counting_up_never_gives_the_same_number_twice_nor_a_shorter_one(prefix: str, start: int, by: int) -> None:
    numbers = [f"{prefix}{start:05}"]
    for _ in range(5):
        numbers.append(increased(numbers[-1], by))

    assert len(set(numbers)) == 6
    assert [len(number) for number in numbers] == sorted(len(number) for number in numbers)
    assert [int(number.removeprefix(prefix)) for number in numbers] == [start + by * step for step in range(6)]


@pytest.mark.parametrize(
    ("number", "ending", "beyond"),
    [("C00020", "C00020", False), ("C00021", "C00020", True), ("C00019", "C00020", False), ("C00020", "", False),
     ("C100", "C99", True), ("C99", "C100", False), ("C" + "9" * 19, "", False), ("C1" + "0" * 19, "", True)],
)  # fmt: skip
def test_an_ending_number_is_the_last_one_and_no_number_has_more_than_twenty_characters(
    number: str, ending: str, beyond: bool
) -> None:
    assert is_beyond(number, ending) is beyond


# --- numbers for new rows ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "name", "first", "second"),
    [("customer", "name", "C00010", "C00020"), ("vendor", "name", "V00010", "V00020"),
     ("item", "description", "1000", "1001"), ("resource", "name", "R0010", "R0020"),
     ("opportunity", "description", "OP000001", "OP000002"), ("contact", "name", "CT000001", "CT000002")],
)  # fmt: skip
def test_a_new_company_numbers_each_table_with_the_series_of_its_own(
    table: str, name: str, first: str, second: str
) -> None:
    for text in ("Adatum", "Fabrikam"):
        assert insert(table, **{name: text}) is None

    assert listed(table, "", "no") == [first, second]


@pytest.mark.scenario("CRMIntTblMapHelperTests.UpdateSalespersonOnBeforeInsertRecord")
def test_salespeople_from_sales_are_numbered_one_after_the_other() -> None:
    for name in ("Jim Olive", "Peter Saddow"):
        assert insert("salesperson", name=name) is None

    assert list(Salesperson.objects.values_list("code", flat=True)) == ["SP NO. 00001", "SP NO. 00002"]


def test_customers_of_one_page_get_consecutive_numbers_in_their_order() -> None:
    rows = [Row(uuid.uuid4(), {"name": name}) for name in ("Adatum", "Fabrikam", "Coho Winery")]

    assert all(answer.ok for answer in company.insert("customer", rows))

    numbers = dict(Customer.objects.values_list("name", "no"))
    assert numbers == {"Adatum": "C00010", "Fabrikam": "C00020", "Coho Winery": "C00030"}


def test_a_number_that_somebody_typed_is_passed_over() -> None:
    Customer.objects.create(no="c00010", name="Adatum")
    typed = Customer(no="C00030", name="Coho Winery")

    made = Customer.objects.bulk_create([Customer(name="Fabrikam"), typed, Customer(name="Contoso")])

    assert [customer.no for customer in made] == ["C00020", "C00030", "C00040"]


def test_customers_are_numbered_by_the_series_the_setup_names() -> None:
    line = series("KUNDEN", "K100", increment_by_no=5)
    setup = SalesReceivablesSetup.current()
    setup.customer_nos = line.series_code
    setup.save()

    assert [Customer.objects.create(name=name).no for name in ("Adatum", "Fabrikam")] == ["K100", "K105"]


def test_the_lowest_open_line_of_a_series_gives_the_numbers() -> None:
    first = series(line_no=10000, open=False)
    NoSeriesLine.objects.create(series_code=first.series_code, line_no=30000, starting_no="C3-1")
    NoSeriesLine.objects.create(series_code=first.series_code, line_no=20000, starting_no="C2-1")

    assert Customer.objects.create(name="Adatum").no == "C2-1"


def test_a_series_goes_on_behind_the_number_that_was_used_last() -> None:
    series(last_no_used="C00500", increment_by_no=10)

    Customer.objects.create(name="Adatum")

    assert Customer.objects.get().no == "C00510"
    assert NoSeriesLine.objects.get(series_code__code="CUST").last_no_used == "C00510"


def test_a_customer_that_is_rolled_back_leaves_no_gap_in_the_numbers() -> None:
    Customer.objects.create(name="Adatum")
    with transaction.atomic():
        Customer.objects.create(name="Fabrikam")
        transaction.set_rollback(True)

    assert Customer.objects.create(name="Contoso").no == "C00020"


def test_a_refused_row_leaves_no_gap_in_the_numbers_of_its_page() -> None:
    rows = [Row(uuid.uuid4(), {"name": "Adatum"}), Row(uuid.uuid4(), {"name": "Fabrikam", "e_mail": "nonsense"}),
            Row(uuid.uuid4(), {"name": "Contoso"})]  # fmt: skip

    assert [answer.ok for answer in company.insert("customer", rows)] == [True, False, True]

    assert listed("customer", "", "no") == ["C00010", "C00020"]


def test_a_deleted_customers_number_is_not_given_to_another_one() -> None:
    Customer.objects.create(name="Adatum").delete()

    assert Customer.objects.create(name="Fabrikam").no == "C00020"


# --- refusals ------------------------------------------------------------------------------------------------------


def test_a_used_up_series_refuses_row_by_row_and_names_its_last_number() -> None:
    series(ending_no="C00011")
    rows = [Row(uuid.uuid4(), {"name": name}) for name in ("Adatum", "Fabrikam", "Contoso")]

    answers = company.insert("customer", rows)

    assert [answer.ok for answer in answers] == [True, True, False]
    assert isinstance(answers[2].error, Refused)
    assert "CUST is used up: C00011 was its last number" in answers[2].error.message


def test_a_series_without_an_open_line_is_named() -> None:
    series(open=False)

    error = insert("customer", name="Adatum")

    assert isinstance(error, Refused)
    assert "CUST has no open line" in error.message


def test_a_series_that_numbers_nobody_automatically_refuses_a_row_without_a_number() -> None:
    line = series()
    NoSeries.objects.update(default_nos=False)

    error = insert("customer", name="Adatum")

    assert isinstance(error, Refused)
    assert error.message == (
        "The number series CUST does not assign numbers automatically. "
        "Type a number, or turn on Default Nos. in the number series."
    )
    assert insert("customer", name="Adatum", no="A-1") is None
    line.refresh_from_db()
    assert line.last_no_used == ""


def test_a_series_without_manual_numbers_refuses_a_typed_number_and_goes_on_by_itself() -> None:
    series()
    NoSeries.objects.update(manual_nos=False)
    rows = [Row(uuid.uuid4(), {"name": "Adatum", "no": "A-1"}), Row(uuid.uuid4(), {"name": "Fabrikam"})]

    typed, automatic = company.insert("customer", rows)

    assert isinstance(typed.error, Refused)
    assert "numbers by hand" in typed.error.message
    assert automatic.ok
    assert listed("customer", "", "no") == ["C00010"]


@pytest.mark.parametrize(("manual", "number"), [(True, "A-1"), (False, "C00010")])
def test_a_customer_is_renumbered_by_hand_only_where_its_series_allows_it(manual: bool, number: str) -> None:
    series()
    adatum = Customer.objects.create(name="Adatum")
    NoSeries.objects.update(manual_nos=manual)

    error = update("customer", adatum, no="A-1")

    assert (error is None) is manual
    adatum.refresh_from_db()
    assert adatum.no == number


def test_a_table_without_its_series_takes_typed_numbers() -> None:
    assert insert("item", no="desk-1", description="Desk") is None

    assert Item.objects.get().no == "DESK-1"
    assert not NoSeries.objects.exists()


def test_a_number_cannot_be_changed_to_a_used_or_a_blank_one() -> None:
    adatum, fabrikam = (Customer.objects.create(name=name) for name in ("Adatum", "Fabrikam"))

    assert isinstance(update("customer", fabrikam, no=adatum.no), DuplicateKey)
    assert isinstance(update("customer", fabrikam, no=""), InvalidValue)
    assert update("customer", fabrikam, no="F-1") is None
    assert Customer.objects.get(no="F-1").name == "Fabrikam"


@pytest.mark.parametrize(
    ("values", "column"),
    [({"starting_no": "ABC"}, "starting_no"), ({"starting_no": "C1", "increment_by_no": 0}, "increment_by_no"),
     ({"starting_no": "C1", "increment_by_no": -1}, "increment_by_no"),
     ({"starting_no": "C00100", "ending_no": "C00010"}, "ending_no"), ({"starting_no": ""}, "starting_no")],
)  # fmt: skip
def test_a_line_that_cannot_count_is_refused_at_its_column(values: dict[str, object], column: str) -> None:
    bad = NoSeries.objects.create(code="BAD")

    with pytest.raises(ValidationError) as refused:
        NoSeriesLine(series_code=bad, **values).full_clean()

    assert set(refused.value.message_dict) == {column}


@pytest.mark.parametrize("model", [Customer, Vendor, Contact, Item, Resource, Opportunity, Salesperson])
def test_a_form_says_at_the_number_that_its_series_is_used_up(model: type) -> None:
    series(model.series_code(), "X9", ending_no="X9", last_no_used="X9")

    with pytest.raises(ValidationError) as refused:
        model().full_clean()

    assert "is used up" in refused.value.message_dict[model.number_field][0]
