"""What the builder of a filter reads from its text, and what it writes there."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from integration.forms.mapping.filter_builder import ADD, REMOVE, FilterBuilder
from integration.pages.lists.conditions import operators_of
from integration.pages.lists.pane import fields_to_ask
from integration.systems.filters import Filter, both, matches, parse, part_text, parts_of, typed
from integration.systems.formats import DAYS, NUMBERS, Formats, reading
from integration.systems.typed_number import in_input
from integration.systems.values import Field, FieldType, Option, Record, Table
from tests.makers import code, option, reference, table, text
from tests.systems.any_filter import FILTERS
from tests.systems.customers import CUSTOMER

BLOCKED = (Option(0, " "), Option(1, "Ship"), Option(3, "All"), Option(4, "all"))
FIRM: Table = table(
    "firm", "Firm",
    [
        code("no"), text("city", label="City"), option("blocked", BLOCKED), reference("salesperson", "salesperson"),
        Field("limit", FieldType.DECIMAL, "Credit Limit", scale=2), Field("staff", FieldType.INTEGER),
        Field("founded", FieldType.DATE, "Founded"), Field("seen_at", FieldType.DATETIME, "Seen"),
        Field("open", FieldType.BOOLEAN, "Open"), Field("remarks", FieldType.MEMO),
    ],
)  # fmt: skip
NOTHING = QueryDict()


def sent(field: str, operator: str, *values: str, **more: str) -> QueryDict:
    pairs = [("f-field", field), (f"f-o-{field}", operator), *((f"f-f-{field}", value) for value in values)]
    return QueryDict(urlencode([*pairs, *((f"f-{name}", value) for name, value in more.items())]))


def builder(text: str, given: QueryDict = NOTHING, table: Table | None = FIRM) -> FilterBuilder:
    return FilterBuilder("f", text, table, given)


def added(text: str, field: str, operator: str, *values: str) -> str:
    made = builder(text, sent(field, operator, *values))
    made.press(ADD)
    assert not made.is_adding
    return made.text


def words(text: str, table: Table | None = FIRM) -> list[str]:
    return [one.words for one in builder(text, table=table).conditions]


# --- what is written is read back ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "text", "said"),
    [
        (("city", "contains", "London"), "city contains 'London'", "City contains London"),
        (("city", "is", "London | St. John's"), "city in ('London', 'St. John''s')",
         "City is any of London or St. John's"),
        (("city", "not", "London"), "city <> 'London'", "City is not London"),
        (("city", "lacks", "a|b"), "not (city contains 'a' or city contains 'b')", "City does not contain a or b"),
        (("city", "filled"), "city is not blank", "City is not blank"),
        (("blocked", "is", "1"), "blocked = 'Ship'", "blocked is Ship"),
        (("blocked", "is", "0", "4"), "blocked in (' ', 4)", "blocked is any of blank or all"),
        (("blocked", "not", "0", "1"), "not blocked in (' ', 'Ship')", "blocked is none of blank or Ship"),
        (("blocked", "blank"), "blocked = ' '", "blocked is blank"),
        (("open", "is", "no"), "open = no", "Open is No"),
        (("salesperson", "is", "JR"), "salesperson = 'JR'", "salesperson is JR"),
        (("limit", "from", "1000,50"), "limit >= 1000.5", "Credit Limit is at least 1000,5"),
        (("limit", "is", "100..200 | 500"), "((limit >= 100 and limit <= 200) or limit = 500)",
         "Credit Limit is any of 100 to 200 or 500"),
        (("founded", "is", "01.01.2027..31.01.2027"), "(founded >= 2027-01-01 and founded <= 2027-01-31)",
         "Founded is 01.01.2027 to 31.01.2027"),
        (("seen_at", "is", "31.01.2027"),
         "(seen_at >= 2027-01-30T23:00:00+00:00 and seen_at < 2027-01-31T23:00:00+00:00)", "Seen is 31.01.2027"),
        (("seen_at", "to", "31.01.2027"), "seen_at < 2027-01-31T23:00:00+00:00", "Seen is until 31.01.2027"),
    ],
)  # fmt: skip
def test_a_condition_is_written_as_a_person_would_type_it_and_read_back_in_words(
    asked: tuple[str, ...], text: str, said: str
) -> None:
    with reading(Formats(days="dots", numbers="comma")), timezone.override(ZoneInfo("Europe/Berlin")):
        assert added("", *asked) == text
        assert words(text) == [said]


TYPED: dict[FieldType, st.SearchStrategy[str]] = {
    FieldType.TEXT: st.text(st.characters(exclude_categories=("Cs",), exclude_characters="|\0"), max_size=12),
    FieldType.DECIMAL: st.decimals(-(10**9), 10**9, places=2).map(in_input),
    FieldType.INTEGER: st.integers(-(2**63), 2**63 - 1).map(str),
    FieldType.DATE: st.dates().map(str),
    FieldType.DATETIME: st.dates(dt.date(1900, 1, 1), dt.date(2999, 1, 1)).map(str),
    FieldType.BOOLEAN: st.sampled_from(["yes", "no"]),
    FieldType.OPTION: st.sampled_from([str(one.value) for one in BLOCKED]),
}
TYPED |= dict.fromkeys((FieldType.CODE, FieldType.REFERENCE), TYPED[FieldType.TEXT])


@st.composite
def asked_of_firms(draw: Any) -> tuple[str, str, list[str]]:
    name = draw(st.sampled_from([name for name, _ in fields_to_ask(FIRM)]))
    operator = draw(st.sampled_from(operators_of(FIRM.fields[name])))
    values = draw(st.lists(TYPED[FIRM.fields[name].type], min_size=1, max_size=3))
    return name, operator.key, values


@given(asked_of_firms(), FILTERS.map(lambda where: part_text(where, CUSTOMER)), st.sampled_from(["UTC", "Asia/Tokyo"]))
def test_what_is_written_is_read_back_as_the_same_condition(
    asked: tuple[str, str, list[str]], before: str, zone: str
) -> None:
    name, operator, values = asked
    with timezone.override(ZoneInfo(zone)):
        made = builder(before, sent(name, operator, *values))
        made.press(ADD)
        if made.is_adding:  # nothing but blanks was typed
            assert made.text == before
            return
        *kept, new = parts_of(made.text)
        assert [part.text for part in kept] == [part.text for part in parts_of(before)]
        assert typed(new.where, FIRM) == parse(new.text, FIRM)
        [said] = words(new.text)
        [shown] = builder(new.text).conditions
        assert said.startswith(FIRM.fields[name].label or name)
        assert not shown.is_kept
        again = builder(made.text)
        again.press(REMOVE, new.text)
        assert again.text == " and ".join(part.text for part in kept)


@given(
    st.decimals(-(10**9), 10**9, places=2), st.dates(dt.date(1900, 1, 1), dt.date(2999, 1, 1)),
    st.sampled_from(list(DAYS)), st.sampled_from(list(NUMBERS)),
)  # fmt: skip
def test_days_and_numbers_mean_the_same_however_a_person_types_them(
    number: Decimal, day: dt.date, days: str, numbers: str
) -> None:
    with reading(Formats(days=days, numbers=numbers)):
        written = added(added("", "limit", "is", in_input(number)), "founded", "is", Formats(days=days).day(day))
    record = Record("firm", uuid.UUID(int=1), {"limit": number, "founded": day}, "1")

    assert matches(parse(written, FIRM), record)


# --- what it cannot express ----------------------------------------------------------------------------------


@given(FILTERS)
def test_a_filter_stays_as_it_is_while_nobody_touches_it(where: Filter) -> None:
    text = f"  {part_text(where, CUSTOMER)} "
    made = FilterBuilder("f", text, CUSTOMER, NOTHING)

    assert made.finish()
    assert made.text == made.whole == text


@given(st.lists(FILTERS, min_size=1, max_size=3), st.sampled_from(["and", "or"]))
def test_a_condition_that_comes_and_goes_leaves_every_filter_as_it_was(several: list[Filter], word: str) -> None:
    text = f" {word} ".join(part_text(one, CUSTOMER) for one in several)
    made = FilterBuilder("f", text, CUSTOMER, sent("no", "is", "C1"))
    made.press(ADD)

    assert typed(parse(made.text), CUSTOMER) == both(*map(typed_part, parts_of(text)), parse("no = 'C1'"))
    made.press(REMOVE, "no = 'C1'")
    assert parse(made.text, CUSTOMER) == parse(text, CUSTOMER)


def typed_part(part: Any) -> Filter:
    return typed(part.where, CUSTOMER)


def test_alternatives_are_kept_in_brackets_beside_what_is_added() -> None:
    text = "city = London or open = yes"
    [block] = builder(text).conditions

    assert (block.words, block.is_kept) == ("City is London or Open is Yes", True)
    assert added(text, "staff", "above", "5") == "(city = London or open = yes) and staff > 5"


# --- text and row together -----------------------------------------------------------------------------------


def test_what_was_typed_as_text_meanwhile_counts_and_nothing_else_is_removed() -> None:
    made = builder("city = Paris", QueryDict("f-shown=what-the-page-showed"))
    made.press(REMOVE, "city = London")

    assert (made.text, made.is_text_edited) == ("city = Paris", True)
    assert "does not have that condition any more" in made.notice


def test_a_text_that_cannot_be_read_stays_and_so_does_the_row() -> None:
    made = builder("city London", sent("staff", "above", "5"))
    made.press(ADD)
    made.press(REMOVE, "city = London")

    assert made.text == made.counted == "city London"
    assert "“London” is not an operator" in made.problem
    assert made.entry is not None
    assert made.entry.text == "5"


def test_a_condition_over_several_lines_is_found_again_whatever_ends_its_lines() -> None:
    made = builder("open = yes and city in (London,\r\nParis)")
    made.press(REMOVE, "city in (London,\nParis)")

    assert made.text == "open = yes"


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (("limit", "is", "much"), "Credit Limit: enter a number such as 1234.5, not “much”."),
        (("staff", "is", "1.5"), "“1.5” is not a value of staff (integer)."),
        (("founded", "from", "31.1.2027"), "“31.1.2027” is not a value of Founded (date)."),
        (("blocked", "is", "77"), "“77” is not a value of blocked (option)."),
        (("city", "contains", " "), "Enter a value, or cancel this condition."),
        (("blocked", "is"), "Choose a value, or cancel this condition."),
        (("city", "is", "x" * 2000), "At most 100 values and 1000 letters"),
        (("city", "is", "|".join("abcdefghijk" * 10)), "At most 100 values and 1000 letters"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_told_beside_its_input_and_not_written(
    asked: tuple[str, ...], problem: str
) -> None:
    made = builder("open = yes", sent(*asked))

    assert not made.finish()
    assert made.text == "open = yes"
    assert made.entry is not None
    assert problem in made.entry.problem


def test_a_field_that_is_only_chosen_gets_its_inputs_first() -> None:
    made = builder("", QueryDict("f-field=blocked"))
    made.press(ADD)

    assert made.entry is not None
    assert [one.label for one in made.entry.choices] == ["(blank)", "Ship", "All", "all"]
    assert (made.entry.operator, made.entry.input, made.entry.problem) == ("f-o-blocked", "f-f-blocked", "")


@pytest.mark.parametrize("field", ["remarks", "nonsense", ""])
def test_a_field_that_nobody_can_choose_opens_no_row(field: str) -> None:
    assert builder("", QueryDict(f"f-field={field}")).entry is None


def test_a_condition_is_not_lost_silently_where_its_side_falls_silent_meanwhile() -> None:
    made = builder("open = yes", sent("city", "is", "London"), table=None)

    assert not made.finish()
    assert "the condition was not added" in made.notice
    assert (made.text, made.others, words("open = yes", None)) == ("open = yes", [], ["open is yes"])
