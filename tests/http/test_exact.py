"""JSON answers are bounded in their form, not only in their bytes."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.http import exact
from integration.http.exact import DEEPEST, MOST_VALUES, decode
from integration.systems.errors import BadAnswer


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    return opening * depth + closing * depth


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]"), ('["]",', "]")])
def test_an_answer_with_too_many_values_inside_each_other_is_refused(opening: str, closing: str) -> None:
    levels = opening.count("[") + opening.count("{")
    fits = f"{opening * (DEEPEST // levels - 1)}1{closing * (DEEPEST // levels - 1)}"
    assert decode(fits) is not None
    with pytest.raises(BadAnswer, match="inside each other"):
        decode(f"{opening * (DEEPEST // levels + 1)}1{closing * (DEEPEST // levels + 1)}")


def test_brackets_inside_of_texts_are_no_nesting() -> None:
    name = "[" * 200 + '"' + "]" * 200
    assert decode(json.dumps({"value": [{"name": name}]})) == {"value": [{"name": name}]}


def test_an_answer_with_too_many_values_is_refused_however_few_bytes_they_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "MOST_VALUES", 1_000)
    for one in ("0", "{}", "[]", '""'):
        assert len(decode(f"[{','.join([one] * 400)}]")) == 400
        with pytest.raises(BadAnswer, match="values"):
            decode(f"[{','.join([one] * 1_100)}]")
    with pytest.raises(BadAnswer, match="values"):
        decode(f"{{{','.join(f'{number!s:>7}' for number in range(1_100))}}}")


def test_commas_inside_of_texts_are_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "MOST_VALUES", 1_000)
    address = "Ringstraße 1, " * 2_000 + '\\"'
    assert decode(json.dumps([address])) == [address]


def test_the_largest_page_of_the_service_is_taken() -> None:
    row = json.dumps({f"column{number}": "CANNON GROUP, LTD." for number in range(120)})
    page = f'{{"value":[{",".join([row] * 1_000)}]}}'
    assert len(decode(page)["value"]) == 1_000
    assert MOST_VALUES > 5_000 * 120 * 3


@pytest.mark.parametrize("text", [f"1.{'0' * 2_000}", f"-0.{'3' * 2_000}"])
def test_a_number_with_thousands_of_digits_is_refused(text: str) -> None:
    with pytest.raises(BadAnswer):
        decode(f'{{"creditlimit": {text}}}')


@pytest.mark.parametrize(
    "body", [nested(100_000), "[" * 100_000, "]" * 100_000, '"' + "[" * 100_000, nested(100_000, "]", "[")]
)
def test_brackets_without_sense_are_refused(body: str) -> None:
    with pytest.raises(BadAnswer):
        decode(body)


@given(st.binary(max_size=60) | st.text(alphabet='[]{}",:\\1ae ', max_size=60))
def test_any_bytes_are_a_value_or_a_bad_answer(body: bytes | str) -> None:
    with suppress(BadAnswer):
        assert decode(body) == json.loads(body, parse_float=Decimal)


@given(st.recursive(
    st.none() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False, places=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=20,
))  # fmt: skip
def test_what_is_within_the_bounds_is_read_as_it_is(value: Any) -> None:
    assert decode(exact.encode(value)) == value
    assert decode(json.dumps(str(value))) == str(value)
    assert decode("1.50") == Decimal("1.50")
