"""What is grouped and summed up is what Python sums up from the same rows, in both query languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from tests.examples import examples
from tests.sandbox.dataverse.query.samples import SET, Row, Samples, moment

SETTINGS = examples(30, suppress_health_check=[HealthCheck.too_slow])
NUMBERS = ("bottles", "serial", "acidity", "slope")
GROUPS = ("organic", "color", "bottles")
CONDITIONS: dict[str, Callable[[Row], bool]] = {
    "": lambda row: True,
    "new_organic eq true": lambda row: row["organic"],
    "new_bottles gt 2": lambda row: (row["bottles"] or 0) > 2,
    "new_name eq 'nobody'": lambda row: False,
}
SUMMED = some.lists(
    some.tuples(some.sampled_from(NUMBERS), some.sampled_from(["sum", "average", "min", "max", "countdistinct"])),
    min_size=1, max_size=3, unique=True,
)  # fmt: skip
GROUPED = some.lists(some.sampled_from(GROUPS), max_size=2, unique=True)
FETCHED = {"average": "avg", "countdistinct": "countcolumn"}


def summed(rows: list[Row], name: str, method: str) -> Any:
    """The sum in Python; nothing over nothing, averages of whole numbers cut to whole ones."""
    values = [row[name] for row in rows if row[name] is not None]
    if method == "countdistinct":
        return len(set(values))
    if not values:
        return None
    if method == "average":
        total = sum(values)
        if name in ("bottles", "serial"):
            return int(Decimal(total) / len(values))
        return total / len(values)
    return {"sum": sum, "min": min, "max": max}[method](values)


def grouped(samples: Samples, names: list[str], test: Callable[[Row], bool]) -> dict[tuple[Any, ...], list[Row]]:
    """The rows by what they are grouped by; a group without a value is none."""
    found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in samples.rows.values():
        key = tuple(row[name] for name in names)
        if test(row) and None not in key:
            found[key].append(row)
    return found if names or found else {(): []}


def same(found: Any, wanted: Any) -> bool:
    if found is None or wanted is None:
        return found is wanted
    return abs(float(found) - float(wanted)) <= 1e-6 * max(1.0, abs(float(wanted)))


@given(GROUPED, SUMMED, some.sampled_from(sorted(CONDITIONS)))
@SETTINGS
def test_apply_sums_up_as_python_does(
    samples: Samples, groups: list[str], sums: list[tuple[str, str]], condition: str
) -> None:
    listed = ",".join(f"new_{name} with {method} as s{at}" for at, (name, method) in enumerate(sums))
    last = f"aggregate($count as n,{listed})"
    if groups:
        last = f"groupby(({','.join(f'new_{name}' for name in groups)}),{last})"
    step = f"filter({condition})/" if condition else ""

    rows = samples.inside.rows(f"{SET}?$apply={step}{last}")

    wanted = grouped(samples, groups, CONDITIONS[condition])
    assert len(rows) == len(wanted)
    for row in rows:
        members = wanted[tuple(row[f"new_{name}"] for name in groups)]
        assert row["n"] == len(members)
        for at, (name, method) in enumerate(sums):
            assert same(row[f"s{at}"], summed(members, name, method)), (name, method)


@given(some.sampled_from([(), ("organic",), ("color",)]), SUMMED, some.booleans())
@SETTINGS
def test_fetchxml_sums_up_as_python_does(
    samples: Samples, groups: tuple[str, ...], sums: list[tuple[str, str]], organic: bool
) -> None:
    shown = [f'<attribute name="new_{name}" alias="{name}" groupby="true" />' for name in groups]
    shown.append('<attribute name="new_wineid" alias="n" aggregate="count" />')
    for at, (name, method) in enumerate(sums):
        distinct = ' distinct="true"' if method == "countdistinct" else ""
        word = FETCHED.get(method, method)
        shown.append(f'<attribute name="new_{name}" alias="s{at}" aggregate="{word}"{distinct} />')
    where = f'<filter><condition attribute="new_organic" operator="eq" value="{int(organic)}" /></filter>'
    text = f'<fetch aggregate="true"><entity name="new_wine">{"".join(shown)}{where}</entity></fetch>'

    rows = samples.inside.rows(f"{SET}?fetchXml={quote(text)}")

    wanted: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in samples.rows.values():
        if row["organic"] == organic:
            wanted[tuple(row[name] for name in groups)].append(row)
    assert len(rows) == len(wanted)
    for row in rows:
        members = wanted[tuple(row.get(name) for name in groups)]
        assert row["n"] == len(members)
        for at, (name, method) in enumerate(sums):
            assert same(row.get(f"s{at}"), summed(members, name, method)), (name, method)


@pytest.mark.parametrize(
    ("part", "of"),
    [
        ("year", lambda when: when.year),
        ("quarter", lambda when: (when.month + 2) // 3),
        ("month", lambda when: when.month),
        (
            "week",
            lambda when: (int(when.strftime("%j")) + when.replace(month=1, day=1).isoweekday() % 7 - 1) // 7 + 1,
        ),
        ("day", lambda when: when.day),
    ],
)
def test_dates_are_grouped_by_their_parts(samples: Samples, part: str, of: Callable[[Any], int]) -> None:
    text = (
        '<fetch aggregate="true"><entity name="new_wine"><attribute name="new_wineid" alias="n" aggregate="count" />'
        f'<attribute name="new_tasted" alias="part" groupby="true" dategrouping="{part}" /></entity></fetch>'
    )

    rows = samples.inside.rows(f"{SET}?fetchXml={quote(text)}")

    wanted: dict[int | None, int] = defaultdict(int)
    for row in samples.rows.values():
        wanted[None if row["tasted"] is None else of(moment(row["tasted"]))] += 1
    assert {row.get("part"): row["n"] for row in rows} == wanted


@pytest.mark.parametrize(
    ("apply", "says"),
    [
        ("aggregate(new_name with sum as n)", "aggregate operation sum is not supported"),
        ("aggregate(new_organic with average as n)", "aggregate operation avg is not supported"),
        ("aggregate(new_bottles with median as n)", "The aggregation method 'median' is not supported"),
        ("aggregate(new_bottles sum as n)", "Syntax error in 'aggregate'"),
        ("aggregate(new_bottles with sum as 1n)", "Syntax error in 'aggregate'"),
        ("aggregate($count as n,new_bottles with sum as n)", "is used twice"),
        ("aggregate(new_corks with sum as n)", "Could not find a property named 'new_corks'"),
        ("groupby(new_color)", "Syntax error"),
        ("groupby((new_color),groupby((new_name)))", "cannot hold 'groupby'"),
        ("groupby((new_color),aggregate($count as n),aggregate($count as m))", "Syntax error"),
        ("filter(new_bottles gt 'x')/aggregate($count as n)", "incompatible types"),
        ("filter(new_bottles gt 1", "Syntax error"),
        ("", "Syntax error"),
    ],
)
def test_what_cannot_be_summed_up_is_refused_with_the_reason(samples: Samples, apply: str, says: str) -> None:
    answer = samples.inside("GET", f"{SET}?$apply={apply}")

    assert answer.status_code == 400
    assert says in answer.json()["error"]["message"]


def test_groups_come_in_the_order_of_what_they_are_grouped_by(samples: Samples) -> None:
    query = f"{SET}?$apply=groupby((new_color),aggregate($count as n))"

    up = [row["new_color"] for row in samples.inside.rows(f"{query}&$orderby=new_color")]
    down = [row["new_color"] for row in samples.inside.rows(f"{query}&$orderby=new_color desc")]

    assert up == [1, 2, 3]
    assert down == [3, 2, 1]
    assert [row["new_color"] for row in samples.inside.rows(f"{query}&$orderby=new_color desc&$top=2")] == [3, 2]
    refused = samples.inside.message("GET", f"{query}&$orderby=n")
    assert refused == "The query node SingleValueOpenPropertyAccess is not supported."


def test_what_stands_behind_a_lookup_is_named_by_its_table_and_nothing_is_no_group(samples: Samples) -> None:
    rows = samples.inside.rows(f"{SET}?$apply=groupby((new_CellarId/new_name),aggregate($count as n))")

    wanted = {name: len(samples.wanted(lambda row, name=name: row["cellar"] == name)) for name in ("Dijon", "beaune")}
    assert {row["new_cellar_new_name"]: row["n"] for row in rows} == wanted


def test_an_order_of_fetchxml_goes_by_the_alias_of_a_sum(samples: Samples) -> None:
    text = (
        '<fetch aggregate="true"><entity name="new_wine"><attribute name="new_color" alias="c" groupby="true" />'
        '<attribute name="new_bottles" alias="s" aggregate="sum" /><order alias="{}" descending="true" /></entity>'
        "</fetch>"
    )

    sums = [row.get("s", 0) for row in samples.inside.rows(f"{SET}?fetchXml={quote(text.format('s'))}")]

    assert sums == sorted(sums, reverse=True)
    assert samples.inside.refusal("GET", f"{SET}?fetchXml={quote(text.format('x'))}")[0] == 400
