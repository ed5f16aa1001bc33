"""Whatever a filter says, it finds the rows that Python finds by the same words."""

from __future__ import annotations

import operator
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from tests.examples import examples
from tests.sandbox.dataverse.query.samples import CELLARS, SET, TEXTS, Row, Samples, moment

CHECKS = [HealthCheck.too_slow, HealthCheck.filter_too_much]
MANY, SOME = examples(50, suppress_health_check=CHECKS), examples(20, suppress_health_check=CHECKS)
TEST: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
ORDERED = ("gt", "ge", "lt", "le")
OR, AND, NOT, ATOM = range(4)


def folded(text: str) -> str:
    """Letters without case and accents, as a Latin collation compares them."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


@dataclass(frozen=True)
class Term:
    """A piece of a filter: how OData writes it, how FetchXML does (blank: it cannot), how tightly it binds, and what
    it means for a row."""

    odata: str
    fetch: str
    binds: int
    test: Callable[[Row], bool]

    def within(self, binds: int) -> str:
        return self.odata if self.binds >= binds else f"({self.odata})"


def compared(name: str, sign: str, value: Any, written: str) -> Term:
    """A column against a literal: of two values one must be there, but ``ne`` is true of nothing."""

    def test(row: Row) -> bool:
        found = row[name]
        if value is None:
            return (found is None) == (sign == "eq")
        if found is None:
            return sign == "ne"
        left, right = (folded(found), folded(value)) if isinstance(value, str) else (found, value)
        if name in ("tasted", "harvest"):
            left, right = moment(found), moment(value)
        return TEST[sign](left, right)

    if value is None:
        fetch = f'<condition attribute="new_{name}" operator="{"null" if sign == "eq" else "not-null"}" />'
    else:
        plain = written.strip("'").replace("''", "'")
        fetch = f'<condition attribute="new_{name}" operator="{sign}" value={quoteattr(plain)} />'
    return Term(f"new_{name} {sign} {written}", fetch, ATOM, test)


def searched(function: str, name: str, text: str) -> Term:
    how = {"contains": str.__contains__, "startswith": str.startswith, "endswith": str.endswith}[function]
    pattern = {"contains": f"%{text}%", "startswith": f"{text}%", "endswith": f"%{text}"}[function]
    fetch = f'<condition attribute="new_{name}" operator="like" value={quoteattr(pattern)} />'
    return Term(
        f"{function}(new_{name},'{text}')", fetch, ATOM,
        lambda row: row[name] is not None and how(folded(row[name]), folded(text)),
    )  # fmt: skip


def two_columns(sign: str) -> Term:
    def test(row: Row) -> bool:
        one, other = row["name"], row["region"]
        if one is None or other is None:
            return sign == "ne"
        return TEST[sign](folded(one), folded(other))

    fetch = f'<condition attribute="new_name" operator="{sign}" valueof="new_region" />'
    return Term(f"new_name {sign} new_region", fetch, ATOM, test)


def listed(values: list[int], negated: bool) -> Term:
    name = "NotIn" if negated else "In"
    inside = ",".join(f"'{value}'" for value in values)
    fetch = "".join(f"<value>{value}</value>" for value in values)
    word = "not-in" if negated else "in"
    return Term(
        f"Microsoft.Dynamics.CRM.{name}(PropertyName='new_bottles',PropertyValues=[{inside}])",
        f'<condition attribute="new_bottles" operator="{word}">{fetch}</condition>', ATOM,
        lambda row: (row["bottles"] in values) != negated,
    )  # fmt: skip


def behind(sign: str, value: str | None) -> Term:
    """The name of the cellar, which some wines do not have and one cellar does not either."""
    written = "null" if value is None else f"'{value}'"

    def test(row: Row) -> bool:
        found = None if row["cellar"] == "nowhere" else row["cellar"]
        return compared("cellar", sign, value, written).test({"cellar": found})

    return Term(f"new_CellarId/new_name {sign} {written}", "", ATOM, test)


def both(sign: str, parts: list[Term]) -> Term:
    binds = AND if sign == "and" else OR
    joined = all if sign == "and" else any
    fetch = f'<filter type="{sign}">{"".join(part.fetch for part in parts)}</filter>'
    return Term(
        f" {sign} ".join(part.within(binds + 1) for part in parts),
        fetch if all(part.fetch for part in parts) else "", binds,
        lambda row: joined(part.test(row) for part in parts),
    )  # fmt: skip


def negated(part: Term) -> Term:
    return Term(f"not ({part.odata})", "", NOT, lambda row: not part.test(row))


SIGNS = some.sampled_from(sorted(TEST))
WORDS = some.sampled_from([text for text in TEXTS if text])
LEAVES = some.one_of(
    some.builds(lambda name, sign, text: compared(name, sign, text, f"'{text}'"),
                some.sampled_from(["name", "region"]), SIGNS, WORDS),
    some.builds(lambda sign, value: compared("bottles", sign, value, str(value)), SIGNS, some.integers(-4, 9)),
    some.builds(lambda sign, value: compared("serial", sign, value * 10**12, str(value * 10**12)),
                SIGNS, some.integers(-6, 7)),
    some.builds(lambda sign, value: compared("acidity", sign, value, format(value, "f")),
                SIGNS, some.integers(-100, 200).map(lambda value: Decimal(value) / 10)),
    some.builds(lambda sign, value: compared("slope", sign, value, str(value)),
                SIGNS, some.sampled_from([-4.0, -2.5, 0.5, 3.5, 9.99999])),
    some.builds(lambda sign, value: compared("organic", sign, value, str(value).lower()),
                some.sampled_from(["eq", "ne"]), some.booleans()),
    some.builds(lambda sign, value: compared("color", sign, value, str(value)), SIGNS, some.integers(1, 3)),
    some.builds(lambda sign, value: compared("tasted", sign, value, value),
                SIGNS, some.sampled_from(["2026-01-10T00:30:00Z", "2026-02-17T07:30:00Z", "2026-03-21T10:00:00Z"])),
    some.builds(lambda sign, value: compared("harvest", sign, value, value),
                SIGNS, some.sampled_from(["2020-09-01", "2022-09-03", "2024-09-12"])),
    some.builds(lambda name, sign: compared(name, sign, None, "null"),
                some.sampled_from(["name", "bottles", "acidity", "tasted", "color"]), some.sampled_from(["eq", "ne"])),
    some.builds(searched, some.sampled_from(["contains", "startswith", "endswith"]),
                some.sampled_from(["name", "region"]), some.sampled_from(["ri", "LING", "mü", "o", "noir", "x"])),
    some.builds(two_columns, SIGNS),
    some.builds(listed, some.lists(some.integers(-3, 8), min_size=1, max_size=4), some.booleans()),
    some.builds(behind, some.sampled_from(["eq", "ne"]), some.sampled_from(CELLARS)),
)  # fmt: skip
TREES = some.recursive(
    LEAVES,
    lambda inner: some.one_of(
        some.builds(both, some.sampled_from(["and", "or"]), some.lists(inner, min_size=2, max_size=3)),
        inner.filter(lambda part: "CRM." not in part.odata or part.binds < NOT).map(negated),
    ),
    max_leaves=8,
)


@given(TREES)
@MANY
def test_a_filter_finds_the_wines_that_python_finds(samples: Samples, tree: Term) -> None:
    assert samples.found(tree.odata) == samples.wanted(tree.test)


@given(TREES)
@SOME
def test_a_filter_counts_as_many_wines_as_it_finds(samples: Samples, tree: Term) -> None:
    number = len(samples.wanted(tree.test))

    counted = samples.inside("GET", f"{SET}/$count?$filter={tree.odata}")

    assert counted.text == f"\ufeff{number}"
    answer = samples.inside.get(f"{SET}?$select=new_name&$top=1&$count=true&$filter={tree.odata}")
    assert (answer["@odata.count"], len(answer["value"])) == (number, min(number, 1))


@given(TREES.filter(lambda tree: bool(tree.fetch)))
@SOME
def test_fetchxml_finds_the_same_wines_by_the_same_conditions(samples: Samples, tree: Term) -> None:
    where = tree.fetch if tree.fetch.startswith("<filter") else f"<filter>{tree.fetch}</filter>"
    text = f'<fetch><entity name="new_wine"><attribute name="new_wineid" />{where}</entity></fetch>'

    rows = samples.inside.rows(f"{SET}?fetchXml={quote(text)}")

    assert {row["new_wineid"] for row in rows} == samples.found(tree.odata) == samples.wanted(tree.test)


@given(TREES, TREES)
@SOME
def test_and_binds_tighter_than_or(samples: Samples, one: Term, other: Term) -> None:
    plain = f"new_organic eq true or {one.within(NOT)} and {other.within(NOT)}"

    assert samples.found(plain) == samples.wanted(
        lambda row: row["organic"] or (one.test(row) and other.test(row))
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["not new_name eq 'Pinot'", "not new_organic eq true", "not new_bottles gt 5 and new_bottles lt 9"],
)
def test_not_binds_tighter_than_a_comparison_and_is_refused_before_one(samples: Samples, text: str) -> None:
    assert samples.inside.refusal("GET", f"{SET}?$filter={text}") == (400, "0x80060888")
    assert "unary operator" in samples.inside.message("GET", f"{SET}?$filter={text}")


def test_not_stands_before_a_group_a_function_and_another_not(samples: Samples) -> None:
    organic = samples.wanted(lambda row: row["organic"])

    assert samples.found("not (new_organic eq false)") == organic
    assert samples.found("not not (new_organic eq true)") == organic
    assert samples.found("not contains(new_name,'o')") == samples.wanted(lambda row: "o" not in (row["name"] or ""))
