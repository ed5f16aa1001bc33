"""FetchXML that is no query, whatever tables it is about: what is wrong with it is named."""

from __future__ import annotations

import pytest

from integration.sandbox.dataverse.query.fetchxml.tree import MOST_CONDITIONS, parse
from integration.sandbox.shell.refusal import Refusal


def query(inside: str, **attributes: str) -> str:
    named = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<fetch{named}><entity name="account">{inside}</entity></fetch>'


CONDITION = '<condition attribute="name" operator="null" />'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<query />", "The FetchXML must begin with a fetch element."),
        ("<fetch />", "The fetch element must hold exactly one entity element."),
        ('<fetch><entity name="account" /><entity name="contact" /></fetch>', "exactly one entity element"),
        ("<fetch><entity /></fetch>", "The element 'entity' needs the attribute 'name'."),
        (query("", distinct="maybe"), "The attribute 'distinct' must be true or false, not 'maybe'."),
        (query("", top="few"), "The attribute 'top' must be a whole number, not 'few'."),
        (query("", count="-1"), "The attribute 'count' must be a whole number, not '-1'."),
        (query("", page="9999999999"), "The attribute 'page' must be a whole number, not '9999999999'."),
        (query("<attribute />"), "The element 'attribute' needs the attribute 'name'."),
        (query("<order />"), "The order element needs an attribute."),
        (query('<filter type="xor" />'), "The filter type 'xor' is not supported."),
        (query("<filter><attribute /></filter>"), "A filter cannot hold the element 'attribute'."),
        (query('<filter><condition attribute="name" /></filter>'), "needs the attribute 'operator'."),
        (query('<link-entity name="contact" to="a" from="b" link-type="sideways" />'), "'sideways' is not supported"),
        (query('<link-entity name="contact" to="accountid" />'), "needs the attribute 'from'."),
        (query('<filter><link-entity name="contact" to="a" from="b" link-type="in" /></filter>'), "in a filter"),
    ],
)
def test_what_the_language_does_not_have_is_refused_by_its_name(text: str, says: str) -> None:
    refusal = refused(text)

    assert (refusal.status, refusal.code) == (400, "0x80040203")
    assert says in refusal.message


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ('<attribute name="name" />', "needs an alias, and either an aggregate or groupby"),
        ('<attribute name="name" alias="n" />', "needs an alias, and either an aggregate or groupby"),
        ('<attribute name="revenue" alias="n" aggregate="sum" groupby="true" />', "either an aggregate or groupby"),
        ('<attribute name="revenue" alias="n" aggregate="median" />', "The aggregate 'median' is not supported."),
        ('<order attribute="name" />', "An attribute can not be specified for an aggregate query; use an alias."),
    ],
)
def test_an_aggregate_query_names_each_value_and_how_it_is_made(inside: str, says: str) -> None:
    assert says in refused(query(inside, aggregate="true")).message


@pytest.mark.parametrize("paging", ["page", "count", "returntotalrecordcount"])
def test_a_limit_and_pages_are_not_asked_for_together(paging: str) -> None:
    refusal = refused(query("", top="3", **{paging: "1"}))

    assert refusal.message == f"The top attribute can't be specified with paging attribute {paging}."


def test_the_most_conditions_are_read_and_one_more_is_refused() -> None:
    assert len(parse(query(f"<filter>{CONDITION * MOST_CONDITIONS}</filter>")).source.filters[0].parts) == 500

    refusal = refused(query(f"<filter>{CONDITION * (MOST_CONDITIONS + 1)}</filter>"))
    assert (refusal.code, refusal.message) == (
        "0x8004430c",
        "Number of conditions in query exceeded maximum limit.",
    )


@pytest.mark.parametrize(("given", "read"), [("3", 3), ("5000", 5000), ("6000", 5000)])
def test_a_page_is_never_larger_than_5000_rows(given: str, read: int) -> None:
    assert parse(query("", count=given)).count == read
    assert parse(query("", top=given)).top == read


def refused(text: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        parse(text)
    return caught.value
