"""What a person asks of the fields of a list, and what the pane shows of it."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from integration.pages.lists.address import Address
from integration.pages.lists.conditions import operators_of, read, where
from integration.pages.lists.pane import pane
from integration.systems.filters import EVERYTHING, Comparison, matches
from integration.systems.formats import NUMBERS, Formats, reading
from integration.systems.typed_number import in_address
from integration.systems.values import Field, FieldType, Option, Record, Ref, Table
from tests.makers import code, option, reference, table, text

BLOCKED = (Option(0, " "), Option(1, "Ship"), Option(3, "All"))
FIRMS: Table = table(
    "firm", "Firm",
    [
        code("no"), text("city", label="City"), option("blocked", BLOCKED),
        reference("salesperson_code", "salesperson"),
        Field("credit_limit", FieldType.DECIMAL, label="Credit Limit", scale=2), Field("staff", FieldType.INTEGER),
        Field("founded", FieldType.DATE), Field("seen_at", FieldType.DATETIME), Field("open", FieldType.BOOLEAN),
        Field("remarks", FieldType.MEMO), Field("system_id", FieldType.UUID),
    ],
    numbered="no",
)  # fmt: skip
LATE = dt.datetime(2027, 1, 31, 23, 30, tzinfo=dt.UTC)
JR, AL = (Ref("salesperson", uuid.UUID(int=n), label) for n, label in ((1, "JR"), (2, "AL")))


def firm(no: str, city: str, *, limit: str = "0", blocked: int = 0, sold_by: Ref | None = JR, **more: Any) -> Record:
    values = {"no": no, "city": city, "credit_limit": Decimal(limit), "blocked": blocked, "salesperson_code": sold_by}
    return Record("firm", uuid.uuid5(uuid.NAMESPACE_DNS, no), {**values, "open": True, **more}, "1")


HERE = [
    firm("A", "London", limit="100", founded=dt.date(2027, 1, 31), seen_at=LATE),
    firm("B", "Paris", limit="1500", blocked=1, sold_by=AL, founded=dt.date(2027, 2, 1)),
    firm("C", "South London", limit="9000", blocked=3, sold_by=None, open=False),
    firm("D", "", limit="0"),
]  # fmt: skip

CASES = {
    "": "ABCD",
    "f-city=london": "AC",
    "o-city=is&f-city=london": "A",
    "o-city=is&f-city=London|paris": "AB",
    "f-city=london&f-city=par": "ABC",
    "o-city=not&f-city=London | Paris": "CD",
    "o-city=lacks&f-city=london": "BD",
    "o-city=begins&f-city=south": "C",
    "o-city=ends&f-city=s": "B",
    "o-city=blank": "D",
    "o-city=filled": "ABC",
    "o-city=nonsense&f-city=paris": "B",
    "o-city=contains": "ABCD",
    "f-credit_limit=100..2000": "AB",
    "f-credit_limit=100|9,000.00": "AC",
    "f-credit_limit=..100": "AD",
    "f-credit_limit=1500..": "BC",
    "o-credit_limit=above&f-credit_limit=1500": "C",
    "o-credit_limit=to&f-credit_limit=100": "AD",
    "f-blocked=1&f-blocked=3": "BC",
    "f-blocked=0": "AD",
    "o-blocked=not&f-blocked=0": "BC",
    "o-blocked=blank": "AD",
    "o-blocked=filled": "BC",
    "f-open=no": "C",
    "f-salesperson_code=jr": "AD",
    "o-salesperson_code=not&f-salesperson_code=JR": "BC",
    "o-salesperson_code=blank": "C",
    "f-founded=2027-01-01..2027-01-31": "A",
    "o-founded=from&f-founded=2027-02-01": "B",
    "f-city=london&f-blocked=3": "C",
    "f-nonsense=1&o-nothing=is": "ABCD",
    "f-remarks=1&f-system_id=1": "ABCD",
}


def found(query: str) -> str:
    return "".join(one.values["no"] for one in HERE if matches(where(read(FIRMS, Address(QueryDict(query)))), one))


@pytest.mark.parametrize(("query", "numbers"), CASES.items())
def test_the_conditions_of_an_address_choose_these_firms(query: str, numbers: str) -> None:
    assert found(query) == numbers


def test_a_day_asked_of_a_moment_is_that_day_where_the_person_lives() -> None:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert [found(f"f-seen_at=2027-{day}") for day in ("01-31", "02-01")] == ["", "A"]
    with timezone.override(dt.UTC):
        assert [found(f"f-seen_at=2027-{day}") for day in ("01-31", "02-01")] == ["A", ""]
        assert found("o-seen_at=to&f-seen_at=2027-01-31") == "A"
        assert found("f-seen_at=2027-01-30..2027-02-01") == "A"


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("f-credit_limit=much", "Credit Limit: enter a number such as 1234.5, not “much”."),
        ("f-credit_limit=9,000", "Credit Limit: write the number without “,”, such as 1234.5."),
        ("f-staff=1.5", "“1.5” is not a value of staff (integer)."),
        ("f-founded=31.1.2027", "“31.1.2027” is not a value of founded (date)."),
        ("f-blocked=77", "“77” is not a value of blocked (option)."),
        ("f-seen_at=yesterday", "“yesterday” is not a value of seen_at (datetime)."),
    ],
)
def test_a_value_that_does_not_fit_is_named_at_its_field_and_narrows_nothing(query: str, problem: str) -> None:
    shown = pane(FIRMS, ["no"], Address(QueryDict(query)))

    assert [one.problem for one in shown.entries if one.problem] == [problem]
    assert (shown.where, shown.is_open) == (EVERYTHING, True)


def test_the_pane_offers_its_own_fields_then_those_asked_for_and_all_others_to_be_added() -> None:
    shown = pane(FIRMS, ["no", "city"], Address(QueryDict("f-open=yes&more=staff&more=nonsense")))

    assert [one.name for one in shown.entries] == ["no", "city", "open", "staff"]
    assert [name for name, _ in shown.others] == ["blocked", "credit_limit", "founded", "salesperson_code", "seen_at"]
    assert [[choice.label for choice in one.choices if choice.chosen] for one in shown.entries] == [[], [], ["Yes"], []]


def test_a_field_of_two_values_offers_its_words_and_says_them() -> None:
    status = Field("isdisabled", FieldType.BOOLEAN, "Status", words=("Enabled", "Disabled"))
    shown = pane(table("systemuser", "User", [status]), ["isdisabled"], Address(QueryDict("f-isdisabled=no")))

    assert [(one.label, one.chosen) for one in shown.entries[0].choices] == [("Disabled", False), ("Enabled", True)]
    assert [one.text for one in shown.chips] == ["is Enabled"]
    assert shown.where == Comparison("isdisabled", "=", False)


def test_each_condition_in_force_is_said_in_words_and_taken_off_by_its_own_address() -> None:
    query = "q=ada&order=-city&f-blocked=1&f-blocked=0&o-blocked=is&o-city=is&f-city=London|Paris&f-no="
    chips = pane(FIRMS, [], Address(QueryDict(query))).chips

    assert [(one.label, one.text) for one in chips] == [
        ("Search", "ada"), ("blocked", "is any of Ship or blank"), ("City", "is London or Paris"),
    ]  # fmt: skip
    assert parse_qs(chips[2].query) == {
        "q": ["ada"], "order": ["-city"], "f-blocked": ["1", "0"], "o-blocked": ["is"],
    }  # fmt: skip


def test_a_form_carries_along_what_it_does_not_ask_for_itself() -> None:
    shown = pane(FIRMS, [], Address(QueryDict("q=ada&state=coupled&order=no&f-city=x&junk=1"), ("state",)))

    assert shown.hidden == [("state", "coupled"), ("order", "no")]


@given(
    st.sampled_from(sorted(FIRMS.fields)),
    st.sampled_from(["", "is", "not", "blank", "from", "below", "contains", "zz"]),
    st.lists(st.text(max_size=12), max_size=3),
)
def test_whatever_is_typed_either_narrows_the_list_or_says_why_not(
    field: str, operator: str, values: list[str]
) -> None:
    asked = QueryDict(mutable=True)
    asked.setlist(f"f-{field}", values)
    asked[f"o-{field}"] = operator

    conditions = read(FIRMS, Address(asked))

    assert all(one.where == EVERYTHING or not one.problem for one in conditions)
    assert all(isinstance(matches(where(conditions), one), bool) for one in HERE)
    assert all(one.operator in operators_of(one.field) for one in conditions if operators_of(one.field))


def test_days_are_asked_for_as_the_person_reads_them() -> None:
    with reading(Formats("dots")):
        asked = read(FIRMS, Address(QueryDict("f-founded=01.02.2027..28.02.2027")))
        assert [one.values["no"] for one in HERE if matches(where(asked), one)] == ["B"]
        (entry,) = pane(FIRMS, ["founded"], Address(QueryDict(""))).entries
    assert entry.example == "01.01.2027..31.01.2027"


def test_a_null_character_in_an_address_is_passed_over() -> None:
    assert found("f-city=lon%00don&o-city=contains") == "AC"
    assert found("f-city=%00&f-salesperson_code=%00") == "ABCD"
    assert Address(QueryDict("q=%00a")).value("q") == "a"


LIMITED = [
    firm("A", "Adatum", limit="1234.5"),
    firm("B", "Fabrikam", limit="1.234"),
    firm("C", "Litware", limit="1234"),
]
LIMITS = {
    ("point", "1,234.50"): ("A", "1234.5"),
    ("comma", "1.234,50"): ("A", "1234.5"),
    ("comma", "1234,5|1234"): ("AC", "1234.5|1234"),
    ("space", "1 234,5"): ("A", "1234.5"),
    ("apostrophe", "1’234.5"): ("A", "1234.5"),
    ("point", "1.234"): ("B", "1.2340"),
    ("comma", "1,234"): ("B", "1.2340"),
    ("comma", "1.000,0..2.000,0"): ("AC", "1000..2000"),
}


@pytest.mark.parametrize(("numbers", "typed"), LIMITS)
def test_a_number_is_asked_for_as_the_person_writes_it_and_stands_in_the_address_for_everybody(
    numbers: str, typed: str
) -> None:
    firms, stands = LIMITS[numbers, typed]
    address = Address(QueryDict(f"f-credit_limit={typed}"))
    with reading(Formats(numbers=numbers)):
        asked = read(FIRMS, address)

    assert "".join(one.values["no"] for one in LIMITED if matches(where(asked), one)) == firms
    assert "|".join(address.kept["f-credit_limit"]) == stands
    for other in NUMBERS:
        with reading(Formats(numbers=other)):
            again = Address(QueryDict(address.query()))
            assert where(read(FIRMS, again)) == where(asked)
            assert not again.moved


@pytest.mark.parametrize(("numbers", "typed"), [("comma", "1.234"), ("point", "1234,5"), ("space", "1.234")])
def test_a_number_that_may_be_two_narrows_nothing_and_says_so(numbers: str, typed: str) -> None:
    with reading(Formats(numbers=numbers)):
        (asked,) = read(FIRMS, Address(QueryDict(f"f-credit_limit={typed}")))
    assert asked.where == EVERYTHING
    assert "such as" in asked.problem


def test_what_the_address_says_is_shown_as_the_person_writes_it() -> None:
    asked = "f-credit_limit=1234.5..1.2340&f-founded=2027-02-01"
    with reading(Formats("dots", "comma")):
        shown = pane(FIRMS, ["credit_limit", "founded"], Address(QueryDict(asked)))

    assert [one.text for one in shown.entries] == ["1234,5..1,234", "01.02.2027"]
    assert [one.text for one in shown.chips] == ["is 1234,5..1,234", "is 01.02.2027"]


@given(st.sampled_from(list(NUMBERS)), st.decimals(-(10**9), 10**9, places=4))
def test_what_stands_in_an_input_is_asked_for_again_as_the_same(numbers: str, number: Decimal) -> None:
    with reading(Formats(numbers=numbers)):
        (entry,) = pane(FIRMS, ["credit_limit"], Address(QueryDict(f"f-credit_limit={in_address(number)}"))).entries
        (again,) = read(FIRMS, Address(QueryDict(f"f-credit_limit={entry.text}")))
    assert again.where == Comparison("credit_limit", "=", number)
