"""The way back through the pages of a list, whatever bookmarks its side gives."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from integration.pages.lists.address import Address
from integration.pages.lists.shown import Line, ShownList
from integration.pages.lists.trail import MOST_LISTS, MOST_PAGES, lead_back

FIRMS = [Line(number, f"Firm {number}", "", ()) for number in range(1, 131)]


def page(session: dict[str, Any], query: str = "", size: int = 50) -> ShownList:
    """One page of the firms, as a side that only pages forward gives it."""
    shown = ShownList("erp/customer", "Customers", ("customer", "customers"), Address(QueryDict(query)))
    begin = int(shown.open_bookmark() or 0)
    shown.lines = FIRMS[begin : begin + size]
    shown.keep_bookmark(str(begin + size) if begin + size < len(FIRMS) else "")
    shown.count_rows(len(FIRMS))
    lead_back(session, shown)
    return shown


def test_every_page_leads_back_to_the_one_before_it_with_the_right_count() -> None:
    session: dict[str, Any] = {}
    first = page(session, "q=a")
    second = page(session, first.following)
    third = page(session, second.following)
    assert [one.range for one in (first, second, third)] == ["1–50 of 130", "51–100 of 130", "101–130 of 130"]
    back = page(session, third.previous)
    assert (back.range, back.search) == ("51–100 of 130", "a")
    assert page(session, back.previous).range == "1–50 of 130"
    assert (first.previous, page(session, "q=a").previous) == ("", "")


def test_a_first_page_of_any_length_is_led_back_to() -> None:
    assert page({}, page({}, size=80).following).previous == "after="


def test_a_page_that_somebody_else_sent_leads_to_the_first_one_only() -> None:
    second = page({}, page({}).following)
    third = page({}, second.following)
    assert (third.previous, third.first_page) == ("", "after=")


def test_a_spoilt_address_is_the_first_page() -> None:
    assert page({}, "after=51~1~50").range == "1–50 of 130"


def test_the_session_keeps_few_lists_and_few_pages_of_each() -> None:
    session: dict[str, Any] = {}
    for number in range(MOST_LISTS + 3):
        page(session, page(session, f"q={number}").following)
    query = page(session, size=1).following
    for _ in range(MOST_PAGES + 5):
        query = page(session, query, size=1).following
    kept = session["list_pages"].values()
    assert (len(kept), max(map(len, kept))) == (MOST_LISTS, MOST_PAGES)
