"""Any step, any parameters that can be saved, any text: a value or a record problem, within bounds of time and size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
import regex
from hypothesis import assume, given
from hypothesis import strategies as st

from integration.sync.record.preview_value import preview_value
from integration.sync.record.values import transformer
from integration.sync.rules import Direction
from integration.sync.transformations import KINDS, Transformation, WrongParameter, chain, check, patterns
from integration.sync.transformations.base import LONGEST, TransformationFailed
from integration.systems.errors import ConfigurationProblem, RecordProblem
from integration.systems.values import Field, FieldType, Option
from tests.examples import examples

PIECES = [
    "a", "A", "ä", "İ", "ß", "😀", "0", "9" * 30, "1e999", "1E-9999", "-", "+", ".", ",", "'", " ", "\u00a0", "\n",
    "\0", "%", "=", "dd", "d", "MM", "M", "MMMM", "yyyy", "yy", "HH", "mm", "ss", "2026-11-02", "02.11.2026", "T07:05",
    "+14:00", "²", "٣", "NaN", "(", ")", "[", "]", "*", "+?", "{2,9}", "|", "^", "$", r"\1", r"\g<0>", r"\d", r"\b",
    "(?i)", "(?R)", "DE = Germany\n", "\ud800",
]  # fmt: skip
WORDS = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
TEXTS = WORDS | st.text(max_size=40) | st.tuples(WORDS, st.integers(1, 2000)).map(lambda pair: pair[0] * pair[1])
DIRECTIONS = st.sampled_from(list(Direction))
DESTINATIONS = [
    Field("name", FieldType.TEXT, max_length=100),
    Field("no", FieldType.CODE, max_length=20),
    Field("amount", FieldType.DECIMAL, scale=2),
    Field("terms", FieldType.OPTION, options=(Option(1, "Net 30"), Option(2, "a"))),
    *(Field(type.value, type) for type in FieldType if type is not FieldType.TABLE),
]


@st.composite
def steps(draw: st.DrawFn) -> Transformation:
    """A step as a person may save it."""
    kind = KINDS[draw(st.sampled_from(list(KINDS)))]
    parameters = {
        one.name: draw(st.sampled_from([value for value, _ in one.choices]) if one.choices else WORDS)
        for one in kind.parameters
    }
    try:
        return Transformation(kind.name, draw(DIRECTIONS), check(kind.name, parameters))
    except WrongParameter:
        assume(False)
    raise AssertionError


@given(st.lists(steps(), min_size=1, max_size=4), st.sampled_from(Direction.BOTH.passes), TEXTS)
@examples(200)
def test_a_chain_answers_a_bounded_text_or_a_problem_of_the_record(
    monkeypatch_seconds: None, made: list[Transformation], direction: Direction, text: str
) -> None:
    convert = chain(made, direction)
    if convert is None:
        return
    with suppress(RecordProblem, ConfigurationProblem):
        assert len(convert(text)) <= LONGEST


@given(st.lists(steps(), min_size=1, max_size=3), st.sampled_from(DESTINATIONS), TEXTS)
@examples(150)
def test_what_a_chain_makes_goes_into_any_field_or_is_a_problem_of_the_record(
    monkeypatch_seconds: None, made: list[Transformation], destination: Field, text: str
) -> None:
    source = Field("name", FieldType.TEXT, "Name")
    convert = chain(made, Direction.TO_CRM)
    if convert is not None:
        with suppress(RecordProblem, ConfigurationProblem):
            transformer(source, destination, convert)(text)
    preview = preview_value(made, Direction.TO_CRM, text, source, destination)
    assert not (preview.result and preview.problem)


@given(WORDS, WORDS)
@examples(200)
def test_parameters_that_cannot_be_used_are_refused_by_name(pattern: str, instead: str) -> None:
    for kind, parameters in (
        ("regex", {"pattern": pattern, "instead": instead}),
        ("date", {"read": pattern, "write": instead}),
        ("substring", {"start": pattern, "length": instead}),
        ("number", {"decimals": pattern}),
        ("lookup", {"table": pattern + instead}),
    ):
        assert refused(kind, parameters) in {"", *(one.name for one in KINDS[kind].parameters)}


def refused(kind: str, parameters: dict[str, str]) -> str:
    """The name of the parameter that cannot be saved."""
    try:
        check(kind, parameters)
    except WrongParameter as problem:
        return problem.name
    return ""


@given(st.sampled_from(["a", "a*", "(a)|b", r"\b", "", "(?<=a)b", "(b)?a"]), st.text("ab ", max_size=12))
def test_a_pattern_changes_what_it_always_changed(pattern: str, text: str) -> None:
    instead = r"<\g<0>>"
    step = Transformation("regex", Direction.BOTH, {"pattern": pattern or "()", "instead": instead})
    convert = chain([step], Direction.TO_CRM)
    assert convert is not None
    assert convert(text) == (regex.sub(pattern or "()", instead, text) if text else "")


def test_two_replacements_do_not_make_a_book_of_thirty_letters() -> None:
    steps = [
        Transformation("replace", Direction.BOTH, {"find": "a", "instead": "b" * 3000, "case": case})
        for case in ("exact", "any")
    ]
    steps[1].parameters["find"] = "B"
    convert = chain(steps, Direction.TO_CRM)
    assert convert is not None
    with pytest.raises(TransformationFailed, match="more than 1,048,576 characters"):
        convert("a" * 30)


def test_a_replacement_that_names_a_long_group_many_times_fails_before_it_is_made() -> None:
    step = Transformation("regex", Direction.BOTH, {"pattern": "(.+)", "instead": r"\1" * 4000})
    convert = chain([step], Direction.TO_CRM)
    assert convert is not None
    with pytest.raises(TransformationFailed, match="more than 1,048,576 characters"):
        convert("a" * 100_000)


class Interrupted:
    """A pattern that another process keeps from its work the first time."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.looks = pattern, 0

    def finditer(self, text: str, timeout: float) -> Iterator[regex.Match[str]]:
        self.looks += 1
        if self.looks == 1:
            raise TimeoutError
        return regex.finditer(self.pattern, text, timeout=timeout)


def test_a_busy_machine_is_no_fault_of_the_pattern() -> None:
    pattern = Interrupted("^0+")
    assert patterns._Pattern(pattern, "")("00123") == "123"
    assert pattern.looks == 2


@pytest.fixture(scope="module")
def monkeypatch_seconds() -> Iterator[None]:
    """Made-up patterns may well be slow; they need not be slow for long."""
    patch = pytest.MonkeyPatch()
    patch.setattr(patterns, "SECONDS", 0.02)
    yield
    patch.undo()
