"""Transformation rules: what each kind does to a text, in which direction and order, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from integration.sync.rules import Direction
from integration.sync.transformations import KINDS, Transformation, WrongParameter, chain, check
from integration.sync.transformations.base import TransformationFailed
from integration.sync.transformations.patterns import TIMEOUTS_AT_MOST
from integration.systems.errors import ConfigurationProblem
from tests.sync.transformations.steps import CATASTROPHE, step
from tests.sync.world import TO_CRM, TO_ERP


def sent(text: str, *steps: Transformation, direction: Direction = TO_CRM) -> str:
    made = chain(steps, direction)
    assert made is not None
    return made(text)


# --- each kind -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("transformation", "before", "after"),
    [
        (step("uppercase"), "Coho Winery", "COHO WINERY"),
        (step("lowercase"), "Coho WINERY", "coho winery"),
        (step("title"), "MARGIE'S travel-agency no. 2ND", "Margie's Travel-Agency No. 2Nd"),
        (step("title"), "école zürich", "École Zürich"),
        (step("trim"), "  Adatum ", "Adatum"),
        (step("substring", start="3"), "DE123", "123"),
        (step("substring", start="1", length="2"), "DE123", "DE"),
        (step("substring", start="9"), "DE123", ""),
        (step("replace", find="Ltd", instead="Limited"), "Adatum Ltd and ltd", "Adatum Limited and ltd"),
        (step("replace", find="LTD", instead=r"\1", case="any"), "Adatum Ltd", r"Adatum \1"),
        (step("replace", find="a"), "Adatum", "Adtum"),
        (step("prefix", text="BC-"), "10000", "BC-10000"),
        (step("suffix", text=" (CRONUS)"), "Adatum", "Adatum (CRONUS)"),
        (step("regex", pattern=r"^0+(\d)", instead=r"\1"), "000120", "120"),
        (step("regex", pattern="(?P<first>A)d", instead=r"\g<first>"), "Adatum", "Aatum"),
        (step("regex", pattern="ADA", case="any"), "Adatum", "tum"),
        (step("date", write="dd.MM.yyyy"), "2026-11-02", "02.11.2026"),
        (step("date", write="d/M/yy HH:mm"), "2026-11-02T07:05:00+00:00", "2/11/26 07:05"),
        (step("date", write="d MMMM yyyy"), "2026-11-02", "2 November 2026"),
        (step("date", read="dd.MM.yyyy"), "02.11.2026", "2026-11-02"),
        (step("number", decimals="2", point=",", thousands="point"), "1234.5", "1.234,50"),
        (step("number", thousands="apostrophe"), "1234567.125", "1'234'567.125"),
        (step("number", decimals="0"), "2.5", "3"),
        (step("number", decimals="2"), "123456789012345678901234567890", "123456789012345678901234567890.00"),
        (step("lookup", table="DE = Germany\nUS = United States"), " us", "United States"),
        (step("lookup", table="DE = Germany"), "FR", "FR"),
        (step("lookup", table="DE = Germany", otherwise="blank"), "FR", ""),
        (step("lookup", table="= unknown"), "", "unknown"),
    ],
)  # fmt: skip
def test_each_kind_does_what_it_says(transformation: Transformation, before: str, after: str) -> None:
    assert sent(before, transformation) == after


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if not kind.blank_too])
def test_a_blank_value_stays_blank(kind: str) -> None:
    parameters = {one.name: "1" for one in KINDS[kind].parameters if one.required}
    assert sent("", step(kind, **parameters)) == ""


def test_a_lookup_table_may_let_what_it_does_not_know_fail() -> None:
    with pytest.raises(TransformationFailed, match="no line for “FR”"):
        sent("FR", step("lookup", table="DE = Germany", otherwise="fail"))


@pytest.mark.parametrize(
    ("kind", "value"),
    [("date", "tomorrow"), ("number", "many"), ("number", "Infinity"), ("number", "1e999999999"), ("number", "1e-500")],
)
def test_text_that_is_no_date_or_number_fails_with_the_text(kind: str, value: str) -> None:
    with pytest.raises(TransformationFailed, match=value):
        sent(value, step(kind))


# --- order and direction -------------------------------------------------------------------------------------


def test_steps_follow_each_other_towards_sales_and_backwards_on_the_way_back() -> None:
    steps = (step("prefix", text="A"), step("prefix", text="B"))
    assert sent("x", *steps) == "BAx"
    assert sent("BAx", *steps, direction=TO_ERP) == "x"


@pytest.mark.parametrize(
    "transformation",
    [
        step("prefix", text="BC-"),
        step("suffix", text="!"),
        step("lookup", table="1 = one\n2 = two"),
        step("date", read="yyyyMMdd", write="dd.MM.yyyy"),
        step("number", point=",", thousands="point"),
    ],
)
@pytest.mark.parametrize("number", ["1", "2", "20261102"])
def test_what_can_be_undone_comes_back_as_it_went(transformation: Transformation, number: str) -> None:
    if transformation.kind == "date" and len(number) < 8:
        number = "20250131"
    assert sent(sent(number, transformation), transformation, direction=TO_ERP) == number


def test_what_cannot_be_undone_is_done_in_both_directions() -> None:
    assert sent("Adatum", step("uppercase"), direction=TO_ERP) == "ADATUM"


def test_a_step_for_one_direction_leaves_the_other_alone() -> None:
    steps = (step("uppercase", TO_CRM),)
    assert sent("Adatum", *steps) == "ADATUM"
    assert chain(steps, TO_ERP) is None
    assert sent("x", step("prefix", TO_ERP, text="A"), direction=TO_ERP) == "Ax"


def test_the_first_of_two_lines_with_the_same_result_is_the_way_back() -> None:
    table = step("lookup", table="DE = Germany\nD = Germany")
    assert sent("Germany", table, direction=TO_ERP) == "DE"


# --- what is refused when it is saved ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "parameters", "field", "message"),
    [
        ("regex", {"pattern": "(a"}, "pattern", "no regular expression"),
        ("regex", {"pattern": "a" * 501}, "pattern", "At most 500"),
        ("regex", {"pattern": "(.+)", "instead": r"\2"}, "instead", "cannot be put instead"),
        ("regex", {"pattern": "never(x)", "instead": r"\g<name>"}, "instead", "cannot be put instead"),
        ("regex", {"pattern": r"(.|..)+$(?<=\d\d\d\d\d\d)"}, "pattern", "too long"),
        ("regex", {}, "pattern", "is needed"),
        ("substring", {"start": "0"}, "start", "from 1 on"),
        ("substring", {"start": "1", "length": "x"}, "length", "whole number"),
        ("replace", {"find": "a", "case": "maybe"}, "case", "none of the choices"),
        ("replace", {}, "find", "is needed"),
        ("prefix", {"text": "x" * 10_001}, "text", "At most"),
        ("lookup", {"table": "DE Germany"}, "table", "Line 1 has no “=”"),
        ("lookup", {"table": "DE = 1\nde = 2"}, "table", "twice"),
        ("date", {"write": "tt.mm"}, "write", "means nothing"),
        ("date", {"read": "--"}, "read", "Use some of"),
        ("date", {"read": "dd.MM.yyyy dd"}, "read", "twice"),
        ("date", {"write": "M/MM/yyyy"}, "write", "twice"),
        ("substring", {"start": "9" * 5000}, "start", "from 1 on"),
        ("number", {"decimals": "9" * 5000}, "decimals", "from 0 to 10"),
        ("number", {"decimals": "99"}, "decimals", "from 0 to 10"),
        ("number", {"point": ",", "thousands": "comma"}, "thousands", "as well"),
        ("magic", {}, "kind", "no transformation"),
    ],
)
def test_parameters_that_cannot_work_are_refused_by_name(
    kind: str, parameters: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(WrongParameter, match=message) as caught:
        check(kind, parameters)
    assert caught.value.name == field


def test_parameters_are_kept_with_their_defaults_and_nothing_else() -> None:
    assert check("substring", {"start": "", "colour": "red"}) == {"start": "1", "length": ""}


# --- a regular expression that does not end ------------------------------------------------------------------


def test_a_catastrophic_pattern_fails_the_record_and_soon_the_run() -> None:
    convert = chain([step("regex", **CATASTROPHE)], TO_CRM)
    assert convert is not None
    for _ in range(TIMEOUTS_AT_MOST - 1):
        with pytest.raises(TransformationFailed, match="takes too long"):
            convert("a" * 60)
    with pytest.raises(ConfigurationProblem, match="the run stops here"):
        convert("a" * 60)


def test_a_replacement_that_explodes_fails_the_record() -> None:
    with pytest.raises(TransformationFailed, match="more than"):
        sent("a" * 20_000, step("regex", pattern="a", instead="x" * 200))
