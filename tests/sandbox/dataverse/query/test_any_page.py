"""Whatever the size of a page, the pages of a question hold each row once, in the order of the whole."""

from __future__ import annotations

import itertools
import uuid
from typing import Any
from urllib.parse import quote, unquote
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from tests.examples import examples
from tests.sandbox.dataverse.query.samples import SET, Samples
from tests.sandbox.in_process import Inside

SETTINGS = examples(25, suppress_health_check=[HealthCheck.too_slow])
SIZES = some.integers(1, 20)
ORDERS = some.lists(
    some.tuples(some.sampled_from(["name", "bottles", "acidity", "organic", "color", "tasted"]),
                some.sampled_from(["asc", "desc"])),
    min_size=1, max_size=3, unique_by=lambda one: one[0],
)  # fmt: skip
ANNOTATED = 'odata.include-annotations="*"'
PAGED = "@Microsoft.Dynamics.CRM."


def pages(inside: Inside, path: str, **headers: str) -> list[list[dict[str, Any]]]:
    """The rows of every page, by their next links."""
    found = []
    while path:
        answer = inside.get(path, **headers)
        found.append(answer["value"])
        path = answer.get("@odata.nextLink", "")
    return found


def keys(rows: list[dict[str, Any]]) -> list[str]:
    return [row["new_wineid"] for row in rows]


def together(listed: list[list[dict[str, Any]]]) -> list[str]:
    return [key for rows in listed for key in keys(rows)]


@given(SIZES)
@SETTINGS
def test_the_pages_of_a_table_hold_each_row_once(samples: Samples, size: int) -> None:
    listed = pages(samples.inside, f"{SET}?$select=new_name", Prefer=f"odata.maxpagesize={size}")

    assert together(listed) == sorted(samples.rows)
    assert [len(rows) for rows in listed[:-1]] == [size] * (len(listed) - 1)
    assert 0 < len(listed[-1]) <= size


@given(ORDERS, SIZES)
@SETTINGS
def test_pages_in_an_order_are_the_order_of_the_whole(
    samples: Samples, orders: list[tuple[str, str]], size: int
) -> None:
    query = f"{SET}?$select=new_name&$orderby=" + ",".join(f"new_{name} {way}" for name, way in orders)
    whole = keys(samples.inside.rows(query))

    assert together(pages(samples.inside, query, Prefer=f"odata.maxpagesize={size}")) == whole
    assert sorted(whole) == sorted(samples.rows)


@given(ORDERS)
@SETTINGS
def test_rows_come_in_the_order_of_their_values_and_nothing_comes_first(
    samples: Samples, orders: list[tuple[str, str]]
) -> None:
    query = f"{SET}?$select=new_name&$orderby=" + ",".join(f"new_{name} {way}" for name, way in orders)

    found = [samples.rows[key] for key in keys(samples.inside.rows(query))]

    for before, after in itertools.pairwise(found):
        for name, way in orders:
            one, other = _rank(before[name]), _rank(after[name])
            if one != other:
                assert (one < other) == (way == "asc"), (name, way)
                break


def _rank(value: Any) -> tuple[int, Any]:
    """Nothing before everything; text without case."""
    return (0, 0) if value is None else (1, value.lower() if isinstance(value, str) else value)


@given(SIZES, some.booleans())
@SETTINGS
def test_the_pages_of_a_filter_hold_what_it_finds(samples: Samples, size: int, ordered: bool) -> None:
    query = f"{SET}?$select=new_name&$filter=new_organic eq false" + "&$orderby=new_color" * ordered

    found = together(pages(samples.inside, query, Prefer=f"odata.maxpagesize={size}"))

    assert sorted(found) == sorted(samples.wanted(lambda row: not row["organic"]))


@given(SIZES, some.integers(0, 20))
@SETTINGS
def test_top_takes_the_first_rows_of_the_whole_and_nothing_follows(samples: Samples, size: int, top: int) -> None:
    query = f"{SET}?$select=new_name&$orderby=new_bottles desc"

    answer = samples.inside.get(f"{query}&$top={top}")

    assert keys(answer["value"]) == keys(samples.inside.rows(query))[:top]
    assert "@odata.nextLink" not in answer
    paged = samples.inside.get(f"{query}&$top={top}", Prefer=f"odata.maxpagesize={size}")
    assert len(paged["value"]) == min(size, 16)


@given(SIZES)
@SETTINGS
def test_the_pages_of_a_collection_hold_the_rows_that_belong_to_it(samples: Samples, size: int) -> None:
    cellar = samples.cellars["Dijon"]
    own = sorted(samples.wanted(lambda row: row["cellar"] == "Dijon"))

    listed = pages(samples.inside, f"new_cellars({cellar})/new_cellar_wines", Prefer=f"odata.maxpagesize={size}")

    assert together(listed) == own
    counted = samples.inside("GET", f"new_cellars({cellar})/new_cellar_wines/$count")
    assert counted.text == f"\ufeff{len(own)}"


@given(SIZES)
@SETTINGS
def test_an_expanded_collection_goes_on_by_its_own_link(samples: Samples, size: int) -> None:
    own = sorted(samples.wanted(lambda row: row["cellar"] == "Dijon"))
    query = f"new_cellars({samples.cellars['Dijon']})?$expand=new_cellar_wines($select=new_name)"

    answer = samples.inside.get(query, Prefer=f"odata.maxpagesize={size}")

    begun = answer["new_cellar_wines"]
    following = answer.get("new_cellar_wines@odata.nextLink", "")
    others = together(pages(samples.inside, following, Prefer=f"odata.maxpagesize={size}")) if following else []
    assert keys(begun) + others == own
    assert bool(following) == (len(own) > size)


def fetch(order: str = "", **facts: str) -> str:
    named = " ".join(f"{name.replace('_', '-')}={quoteattr(value)}" for name, value in facts.items())
    inside = f'<attribute name="new_wineid" /><attribute name="new_name" />{order}'
    return f"{SET}?fetchXml=" + quote(f'<fetch {named}><entity name="new_wine">{inside}</entity></fetch>')


def cookie_of(answer: dict[str, Any]) -> str:
    """The cookie for the attribute of the next page, taken out of the annotation as clients do it."""
    element = ElementTree.fromstring(answer[f"{PAGED}fetchxmlpagingcookie"])
    return unquote(unquote(element.attrib["pagingcookie"]))


@given(SIZES, some.booleans(), some.booleans())
@SETTINGS
def test_the_pages_of_fetchxml_hold_each_row_once_with_or_without_a_cookie(
    samples: Samples, size: int, ordered: bool, cookies: bool
) -> None:
    order = '<order attribute="new_color" descending="true" />' if ordered else ""
    whole = keys(samples.inside.rows(fetch(order)))
    found: list[str] = []
    given: dict[str, str] = {}

    for page in range(1, 20):
        answer = samples.inside.get(fetch(order, page=str(page), count=str(size), **given), Prefer=ANNOTATED)
        found += keys(answer["value"])
        if not answer[f"{PAGED}morerecords"]:
            break
        given = {"paging_cookie": cookie_of(answer)} if cookies else {}

    assert found == whole
    assert sorted(found) == sorted(samples.rows)


def test_a_row_written_before_the_next_page_does_not_move_the_others(samples: Samples) -> None:
    query = f"{SET}?$select=new_name&$filter=new_name ne 'Late'"
    first = samples.inside.get(query, Prefer="odata.maxpagesize=5")
    early = "00000000-0000-0000-0000-00000000000a"
    samples.inside.create(SET, new_wineid=early, new_name="Early")

    rest = together(pages(samples.inside, first["@odata.nextLink"], Prefer="odata.maxpagesize=5"))

    samples.inside("DELETE", f"{SET}({early})")
    assert keys(first["value"]) + rest == sorted(samples.rows)


@pytest.mark.parametrize(
    ("token", "status"),
    [
        ('<cookie pagenumber="0" pagingcookie="" istracking="False" />', 400),
        ('<cookie pagenumber="2" pagingcookie="%253Ccookie%2520%252F%253E" istracking="False" />', 400),
        ("<cookie />", 400),
        ("", 400),
        ("'; DROP TABLE account; --", 400),
    ],
)
def test_a_cookie_that_the_organization_did_not_write_is_refused(samples: Samples, token: str, status: int) -> None:
    assert samples.inside.refusal("GET", f"{SET}?$skiptoken={quote(token, safe='')}") == (status, "0x80060888")


@pytest.mark.parametrize("last", ["", "abc", "9" * 30])
def test_a_cookie_of_changes_that_begins_at_no_version_is_refused(samples: Samples, last: str) -> None:
    inner = f'<cookie page="1"><row last="{last}" from="7" upto="9" /></cookie>'
    twice = quote(quote(inner, safe=""), safe="")
    token = f'<cookie pagenumber="2" pagingcookie="{twice}" istracking="True" />'

    assert samples.inside.refusal("GET", f"{SET}?$skiptoken={quote(token, safe='')}") == (400, "0x80060888")


@pytest.mark.parametrize(("size", "rows"), [("0", 16), ("-1", 16), ("x", 16), ("07", 7), ("9" * 5000, 16)])
def test_a_page_size_that_is_none_is_ignored_and_one_too_large_is_the_largest(
    samples: Samples, size: str, rows: int
) -> None:
    assert len(samples.inside.rows(f"{SET}?$select=new_name", Prefer=f"odata.maxpagesize={size}")) == rows


@pytest.mark.parametrize("top", ["-1", "1.5", "x", "", "2147483648", "9" * 5000, "٣"])
def test_a_top_that_is_no_whole_number_of_32_bits_is_refused(samples: Samples, top: str) -> None:
    for query in (f"$select=new_name&$top={top}", f"$apply=groupby((new_name))&$top={top}"):
        assert samples.inside.refusal("GET", f"{SET}?{query}") == (400, "0x80060888")


@pytest.mark.parametrize("order", ["modifiedon", "name desc", "fax,name desc", "fax desc,modifiedon"])
def test_rows_that_leave_between_two_pages_move_no_others(samples: Samples, order: str) -> None:
    inside, mark = samples.inside, uuid.uuid4().hex
    made = [
        inside.create("accounts", name=f"Paged {number}", telephone1=mark, fax="1" if number % 2 else None)
        for number in range(6)
    ]
    query = f"accounts?$select=name&$orderby={order}&$filter=telephone1 eq '{mark}'"
    whole = [row["accountid"] for row in inside.rows(query)]

    found, path = list[str](), query
    while path:
        answer = inside.get(path, Prefer="odata.maxpagesize=2")
        found += [row["accountid"] for row in answer["value"]]
        for row in answer["value"]:
            assert inside("PATCH", f"accounts({row['accountid']})", {"telephone1": "sold"}).status_code == 204
        path = answer.get("@odata.nextLink", "")

    assert found == whole
    assert sorted(whole) == sorted(made)
