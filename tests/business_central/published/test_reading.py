"""Questions read into values, without a database: filters, addresses, forms of an answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.business_central.published.expressions import (
    Always,
    Compare,
    Every,
    Literal,
    Opposite,
    Search,
    Some,
)
from integration.business_central.published.filters import parse
from integration.business_central.published.forms import Form, form_of
from integration.business_central.published.options import OF_A_LIST, asked, options, read_token, token_of
from integration.business_central.published.problems import RefusedQuestion
from integration.business_central.published.properties import DESCRIPTION, INVENTORY, ITEM_NO, ON_ORDER, PRODUCT, Type
from integration.business_central.published.resources import Kind, Resource, resource
from tests.examples import examples

ID = uuid.UUID("7d3bb2e8-55a2-4f0e-9d35-2f6d0d7c0a11")
DESK = Compare("eq", ITEM_NO, Literal("DESK", Type.TEXT))
FULL = Compare("gt", INVENTORY, Literal(Decimal(0), Type.NUMBER))
CHAIR = Search("contains", DESCRIPTION, Literal("Chair", Type.TEXT))


def refusal(read: Callable[[str], object], text: str) -> RefusedQuestion | None:
    """Why this cannot be read; any other error is one of the test."""
    try:
        read(text)
    except RefusedQuestion as problem:
        return problem
    return None


@pytest.mark.parametrize(("typed", "meant"), [
    ("ItemNo eq 'DESK'", DESK),
    ("'DESK' eq ItemNo", DESK),
    ("0 lt Inventory", FULL),
    ("ItemNo eq 'DESK' or Inventory gt 0 and contains(Description,'Chair')", Some((DESK, Every((FULL, CHAIR))))),
    ("(ItemNo eq 'DESK' or Inventory gt 0) and true", Every((Some((DESK, FULL)), Always(True)))),
    ("not ItemNo eq 'DESK' and Inventory gt 0", Every((Opposite(DESK), FULL))),
    ("not (ItemNo eq 'DESK' and Inventory gt 0)", Opposite(Every((DESK, FULL)))),
    ("not not ItemNo eq 'DESK'", DESK),
    ("contains( Description , 'Chair' ) ne true", Opposite(CHAIR)),
    ("Inventory lt QtyOnSalesOrder", Compare("lt", INVENTORY, ON_ORDER)),
    (f"ProductId eq {str(ID).upper()}", Compare("eq", PRODUCT, Literal(ID, Type.GUID))),
    ("ItemNo eq 'O''Neil '' eq '", Compare("eq", ITEM_NO, Literal("O'Neil ' eq ", Type.TEXT))),
    ("Inventory gt -1.50e2", Compare("gt", INVENTORY, Literal(Decimal("-150"), Type.NUMBER))),
    ("ItemNo eq null", Compare("eq", ITEM_NO, Literal(None, Type.NULL))),
])  # fmt: skip
def test_a_filter_means_what_odata_says(typed: str, meant: object) -> None:
    assert parse(typed) == meant


@examples(400)
@given(st.text(max_size=80) | st.lists(st.sampled_from(
    ["ItemNo", "Inventory", "eq", "and", "or", "not", "(", ")", ",", "'x'", "'", "1", "-", "true", "null", "contains",
     str(ID), "@", "/", "in", " ", "\u202e", "1.5.2", "has"]
), max_size=14).map(" ".join))  # fmt: skip
def test_any_text_is_a_filter_or_refused_in_words(text: str) -> None:
    problem = refusal(parse, text)
    if problem is not None:
        assert problem.status in (400, 501)
        assert problem.message.endswith(".")
        assert len(problem.message) < 400


@pytest.mark.parametrize(("path", "named"), [
    ("", Resource(Kind.SERVICE)),
    ("/", Resource(Kind.SERVICE)),
    ("$metadata", Resource(Kind.METADATA)),
    ("Company", Resource(Kind.COMPANIES)),
    ("Company('CRONUS')", Resource(Kind.COMPANY, "CRONUS")),
    ("Company(Name='CRONUS')/", Resource(Kind.COMPANY, "CRONUS")),
    ("Company('O''Neil / Sons')/ProductItemAvailability", Resource(Kind.LIST, "O'Neil / Sons")),
    ("ProductItemAvailability/", Resource(Kind.LIST)),
    ("ProductItemAvailability/$count", Resource(Kind.NUMBER)),
    (f"ProductItemAvailability(ProductId={ID})", Resource(Kind.ONE, "", ID)),
])  # fmt: skip
def test_an_address_names_a_resource(path: str, named: Resource) -> None:
    assert resource(path) == named


@examples(200)
@given(st.text(max_size=60) | st.text("Company('') ProductItemAvailability$count/=", max_size=60))
def test_any_other_address_is_refused(path: str) -> None:
    problem = refusal(resource, path)
    assert problem is None or problem.status in (400, 404)


@pytest.mark.parametrize(("format", "accept", "prefer", "form"), [
    ("", "", "", Form()),
    ("", "*/*", "odata.maxpagesize=50", Form(page=50)),
    ("", "application/json;odata.metadata=full;odata.streaming=true", "maxpagesize=5000", Form()),
    ("", "text/html, Application/JSON; odata.metadata=none;q=0.8", "odata.maxpagesize=0", Form(metadata=False)),
    ("json", "application/xml", "return=minimal, maxpagesize=7", Form(page=7)),
    ('application/json;IEEE754Compatible="true"', "", "", Form(numbers_as_text=True)),
    ("", "application/xml", "", Form(json=False)),
    ("", ",;=,;;", "maxpagesize=" + "9" * 40, Form(json=False)),
])  # fmt: skip
def test_the_form_of_an_answer_is_what_is_asked_for(format: str, accept: str, prefer: str, form: Form) -> None:
    assert form_of(format, accept, prefer) == form


@examples(100)
@given(st.text(max_size=30), st.decimals(-(10**8), 10**8, places=5), st.uuids())
def test_a_place_between_pages_travels_and_comes_back(text: str, number: Decimal, id: uuid.UUID) -> None:
    order = asked(options([("$orderby", "Description,Inventory desc")], OF_A_LIST)).order
    token = token_of([text.replace("\0", ""), number, id])

    assert read_token(token, order) == (text.replace("\0", ""), number, id)


@examples(200)
@given(st.text(max_size=40) | st.binary(max_size=30).map(lambda raw: token_of([str(raw)])))
def test_a_place_that_nobody_gave_out_is_refused(token: str) -> None:
    with pytest.raises(RefusedQuestion, match="Follow @odata.nextLink as it is"):
        read_token(token, asked({}).order)
