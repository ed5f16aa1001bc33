"""Whatever a filter and an order say, the rows found are those that plain Python finds, in its order."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import simplejson
from hypothesis import given
from hypothesis import strategies as st

from integration.business_central.published import Question, answer
from integration.business_central.published.forms import Form
from integration.models import TableMapping
from tests.examples import examples
from tests.integration.published.shop import couple, furniture, open_shop, ordered, product

pytestmark = pytest.mark.django_db

ROOT = "https://bc.example/ODataV4/"
Row = dict[str, Any]
Holds = Callable[[Row], bool]
TEXTS, NUMBERS = ("ItemNo", "Description", "UnitOfMeasure"), ("Inventory", "AvailableQuantity", "QtyOnSalesOrder")
CODES = ("ItemNo", "UnitOfMeasure")
MORE = (
    ("ÄÖ-1", "größe", "PCS", "0.1"), ("ÄÖ-2", "GRÖSSE", "PCS", "0.3"), ("Z'1", "'", "", "-0.00001"),
    ("Z_2", "%_%", "SET", "0.30001"), ("Z-3", "", "PACK", "99999999.99999"), ("Z-4", "\U0001f6cb️ sofa", "PCS", "12"),
)  # fmt: skip

numbers = st.one_of(
    st.sampled_from(["0", "0.1", "0.3", "-2", "12", "3", "0.30001", "99999999.99999", "1234.56789", "-0", "1e1"]),
    st.decimals(-20, 20, places=5).map(str), st.decimals(-2, 2, places=7).map(str),
)  # fmt: skip
texts = st.one_of(
    st.sampled_from(["", "PCS", "pcs", "'", "''", "%", "_", "Chair", "chair", "ö", "Größe", "GRÖSSE", "1896-S", "z'1"]),
    st.text("AaäÖßSs1-%_'é\U0001f6cb", max_size=4),
)  # fmt: skip
COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b, "lt": lambda a, b: a < b, "le": lambda a, b: a <= b,
}  # fmt: skip
operators = st.sampled_from(sorted(COMPARED))


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def spelled(name: str, text: str) -> str:
    """What is compared with a code."""
    return text.upper() if name in CODES else text


@st.composite
def conditions(draw: st.DrawFn) -> tuple[str, Holds]:
    """A condition as it is written, and what it says."""
    kind = draw(st.sampled_from(["number", "text", "search", "id", "null", "two", "mirrored"]))
    operator = draw(operators)
    holds = COMPARED[operator]
    if kind in ("number", "mirrored"):
        name, typed = draw(st.sampled_from(NUMBERS)), draw(numbers)
        if kind == "number":
            return f"{name} {operator} {typed}", lambda row: holds(row[name], Decimal(typed))
        return f"{typed} {operator} {name}", lambda row: holds(Decimal(typed), row[name])
    if kind == "two":
        one, other = draw(st.sampled_from(NUMBERS)), draw(st.sampled_from(NUMBERS))
        return f"{one} {operator} {other}", lambda row: holds(row[one], row[other])
    if kind == "id":
        id = str(product(draw(st.integers(0, 13))))
        same = draw(st.sampled_from(["eq", "ne"]))
        return f"ProductId {same} {id}", lambda row: COMPARED[same](row["ProductId"], id)
    name, text = draw(st.sampled_from(TEXTS)), draw(texts)
    if kind == "null":
        return f"{name} {operator} null", lambda row: operator == "ne"
    if kind == "search":
        function = draw(st.sampled_from(["contains", "startswith"]))
        found = {"contains": str.__contains__, "startswith": str.startswith}[function]
        return f"{function}({name},{quoted(text)})", lambda row: bool(found(row[name], spelled(name, text)))
    return f"{name} {operator} {quoted(text)}", lambda row: holds(row[name], spelled(name, text))


def joined(inner: st.SearchStrategy[tuple[str, Holds]]) -> st.SearchStrategy[tuple[str, Holds]]:
    """Conditions with and, or, not and brackets; ``and`` goes before ``or`` without any."""
    pairs = st.tuples(inner, inner, inner)
    return st.one_of(
        inner.map(lambda one: (f"not ({one[0]})", lambda row: not one[1](row))),
        inner.map(lambda one: (f"({one[0]})", one[1])),
        pairs.map(
            lambda three: (
                f"({three[0][0]}) or ({three[1][0]}) and ({three[2][0]})",
                lambda row: three[0][1](row) or (three[1][1](row) and three[2][1](row)),
            )
        ),
    )


filters = st.recursive(conditions(), joined, max_leaves=6)
orders = st.lists(st.tuples(st.sampled_from([*TEXTS, *NUMBERS]), st.booleans()), max_size=3)


def asked(size: int = 1000, **options: Any) -> Any:
    """All rows of a list in pages of this size, and their number; the options are written with ``$``."""
    given = [(f"${name}", str(value)) for name, value in options.items()]
    found: dict[str, Any] = {"value": []}
    while True:
        question = Question(ROOT, "ProductItemAvailability", given, ("CRONUS", ""), Form(page=size))
        answered = answer(question, TableMapping.objects.filter(name="ITEM-PRODUCT").pairs())
        page = simplejson.loads(answered.body, use_decimal=True)
        found |= {**page, "value": found["value"] + page["value"]}
        if "@odata.nextLink" not in page:
            return found
        given = parse_qsl(urlsplit(page["@odata.nextLink"]).query, keep_blank_values=True)


def in_order(rows: list[Row], order: list[tuple[str, bool]]) -> list[Row]:
    for name, descending in reversed(order):
        rows = sorted(rows, key=lambda row: row[name], reverse=descending)
    return rows


def test_what_is_found_is_what_python_finds(db: None) -> None:
    open_shop()
    mapping = TableMapping.objects.get(name="ITEM-PRODUCT")
    for number, row in enumerate(MORE, 7):
        couple(mapping, furniture(*row), product(number))
    for no, *outstanding in (("1896-S", "0.1", "0.2"), ("ÄÖ-2", "0.3"), ("Z'1", "7.5", "-7.5"), ("Z-4", "12")):
        ordered(no, *outstanding)
    every = [{**row, "Inventory": Decimal(row["Inventory"])} for row in asked()["value"]]
    assert [row["QtyOnSalesOrder"] for row in every if row["ItemNo"] in ("1896-S", "ÄÖ-2")] == [Decimal("0.3")] * 2

    @examples(120)
    @given(filters, orders, st.sampled_from([1000, 3, 1]))
    def holds(filter: tuple[str, Holds], order: list[tuple[str, bool]], size: int) -> None:
        typed, passes = filter
        unique = list({name: (name, down) for name, down in reversed(order)}.values())[::-1]
        by = {"orderby": ",".join(f"{name} {'desc' if down else 'asc'}" for name, down in unique)} if unique else {}
        found = asked(size, filter=typed, count="true", **by)

        expected = in_order([row for row in every if passes(row)], unique)
        assert [row["ItemNo"] for row in found["value"]] == [row["ItemNo"] for row in expected]
        assert found["@odata.count"] == len(expected)

    holds()
