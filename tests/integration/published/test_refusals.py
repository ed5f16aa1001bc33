"""Whatever is not offered is refused, in OData's form and in a sentence; hostile text is text."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from integration.business_central.models import Item
from integration.business_central.published.options import token_of
from tests.integration.published.shop import ADDRESS, Program, product, read

pytestmark = pytest.mark.django_db


NOT_A_QUANTITY = token_of(["NaN", product(1)])
REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"filter": "Colour eq 'red'"}, 400, "a property named “Colour”" ),
    ({"filter": "itemno eq 'X'"}, 400, "Could not find a property named “itemno”"),
    ({"filter": "ItemNo eq 'X"}, 400, "at position 11 of the filter has no closing quote"),
    ({"filter": "ItemNo eq"}, 400, "A property or a value is missing, at position 10"),
    ({"filter": ""}, 400, "A property or a value is missing"),
    ({"filter": "ItemNo"}, 400, "A comparison is missing"),
    ({"filter": "ItemNo eq 5"}, 400, "values of one type, and not Edm.String with Edm.Decimal"),
    ({"filter": f"ProductId eq '{product(1)}'"}, 400, "An id is written without quotes."),
    ({"filter": "Inventory eq true"}, 400, "Edm.Boolean"),
    ({"filter": "Inventory gt 1 Inventory lt 2"}, 400, "should end here, or go on with “and” or “or”"),
    ({"filter": "(Inventory gt 1"}, 400, "closing bracket is missing"),
    ({"filter": "contains(ItemNo 'X')"}, 400, "comma"),
    ({"filter": "contains(Inventory,'1')"}, 400, "contains takes two texts."),
    ({"filter": "contains(ItemNo,'1') eq 1"}, 400, "compared with true or false only"),
    ({"filter": "soundex(ItemNo) eq 'X'"}, 400, "There is no function “soundex”; there are contains and startswith."),
    ({"filter": "(" * 60 + "true" + ")" * 60}, 400, "brackets within brackets"),
    ({"filter": " or ".join(["Inventory eq 1"] * 501)}, 400, "more than 500 conditions"),
    ({"filter": "ItemNo eq '" + "x" * 16_001 + "'"}, 400, "longer than 16000"),
    ({"filter": "ItemNo eq 'a\0b'"}, 400, "U+0000"),
    ({"filter": "ItemNo eq 1896-S"}, 400, "cannot be read at position 11"),
    ({"filter": "endswith(ItemNo,'S')"}, 501, "The function “endswith” is not offered"),
    ({"filter": "tolower(ItemNo) eq 'x'"}, 501, "tolower"),
    ({"filter": "Inventory add 1 gt 2"}, 501, "“add”"),
    ({"filter": "ItemNo in ('X','Y')"}, 501, "“in”"),
    ({"filter": "ItemNo/length eq 3"}, 501, "A path"),
    ({"filter": "ItemNo eq @no"}, 501, "An alias"),
    ({"select": "Price"}, 400, "named “Price”"),
    ({"select": ""}, 400, "named “”"),
    ({"orderby": "Price"}, 400, "named “Price”"),
    ({"orderby": "ItemNo upwards"}, 400, "Write a property, then asc or desc."),
    ({"orderby": "ItemNo,"}, 400, "is no order"),
    ({"orderby": "tolower(ItemNo)"}, 501, "in an order"),
    ({"top": "-1"}, 400, "$top takes a whole number from 0 on, and not “-1”."),
    ({"top": "ten"}, 400, "$top takes"),
    ({"skip": "1.5"}, 400, "$skip takes"),
    ({"skip": "٣"}, 400, "$skip takes"),
    ({"count": "yes"}, 400, "$count is true or false"),
    ({"skiptoken": "AAAA"}, 400, "Follow @odata.nextLink as it is."),
    ({"skiptoken": "WyJ4Il0"}, 400, "Follow @odata.nextLink as it is."),
    ({"skiptoken": "é"}, 400, "Follow @odata.nextLink as it is."),
    ({"orderby": "Inventory", "skiptoken": NOT_A_QUANTITY}, 400, "Follow @odata.nextLink"),
    ({"format": "atom"}, 501, "The format “atom”"),
    ({"expand": "Item"}, 501, "The option $expand for this resource"),
    ({"search": "desk"}, 501, "$search"),
    ({"apply": "aggregate(Inventory with sum as Total)"}, 501, "$apply"),
    ({"filtr": "true"}, 400, "There is no query option “$filtr”."),
]  # fmt: skip


def test_what_is_wrong_or_not_offered_is_said_in_the_form_of_odata(phyllis: Program) -> None:
    for options, status, words in REFUSED:
        answer = phyllis.get(**options)
        error = read(answer)["error"]
        assert (answer.status_code, options) == (status, options), error
        assert words in error["message"], options
        assert error["code"] == {400: "BadRequest_NotFound", 501: "NotImplemented"}[status]
        assert answer["OData-Version"] == "4.0"


@pytest.mark.parametrize(("path", "status", "code"), [
    ("/ODataV4/Vendors", 404, "BadRequest_ResourceNotFound"),
    ("/ODataV4/Company('CRONUS')/ProductItemAvailability", 404, "Internal_CompanyNotFound"),
    ("/ODataV4/Company(5)/ProductItemAvailability", 404, "BadRequest_ResourceNotFound"),
    ("/ODataV4/Company('CRONUS International Ltd.')ProductItemAvailability", 404, "BadRequest_ResourceNotFound"),
    ("/ODataV4/ProductItemAvailability/ItemNo", 404, "BadRequest_ResourceNotFound"),
    ("/ODataV4/ProductItemAvailability('1')", 400, "BadRequest_NotFound"),
    ("/ODataV4/ProductItemAvailability()", 400, "BadRequest_NotFound"),
    (f"/ODataV4/ProductItemAvailability({product(77)})", 404, "Internal_RecordNotFound"),
    (f"/ODataV4/ProductItemAvailability({product(1)})?$filter=true", 501, "NotImplemented"),
    ("/ODataV4/ProductItemAvailability/$count?$top=1", 501, "NotImplemented"),
    ("/ODataV4/ProductItemAvailability?$top=1&$top=2", 400, "BadRequest_NotFound"),
    ("/ODataV4/ProductItemAvailability?$filter=%FF", 400, "BadRequest_NotFound"),
    ("/ODataV4/ProductItemAvailability?@p=1", 501, "NotImplemented"),
    ("/ODataV4/$batch", 404, "BadRequest_ResourceNotFound"),
    ("/ODataV4/$metadata?$format=json", 501, "NotImplemented"),
    ("/ODataV4/%00", 404, "BadRequest_ResourceNotFound"),
])  # fmt: skip
def test_an_address_that_is_none_is_refused(phyllis: Program, path: str, status: int, code: str) -> None:
    answer = phyllis.get(quote(path, safe="/()'$?=&@%"))

    assert (answer.status_code, read(answer)["error"]["code"]) == (status, code)


def test_options_of_somebody_else_pass(phyllis: Program) -> None:
    assert phyllis.get(f"{ADDRESS}?tenant=default&company=CRONUS&$top=1").status_code == 200


def test_too_many_options_are_refused(phyllis: Program) -> None:
    answer = phyllis.get(f"{ADDRESS}?" + "&".join(f"x{number}=1" for number in range(60)))

    assert (answer.status_code, read(answer)["error"]["code"]) == (400, "BadRequest_NotFound")


@pytest.mark.parametrize("accept", ["application/xml", "text/html", "application/atom+xml,text/plain"])
def test_who_takes_no_json_is_answered_so(phyllis: Program, accept: str) -> None:
    assert phyllis.get(headers={"Accept": accept}).status_code == 406


HOSTILE = (
    "' or 1 eq 1 or ItemNo eq '", "'; DROP TABLE business_central_item;--", "' UNION SELECT digest FROM x --", "\\",
    "*", "\" or \"\"=\"", "<script>alert(1)</script>", "\U0001d538 \u0308\u202e", "\r\nX: y", "(?:a+)+$", "{{7*7}}",
)  # fmt: skip


def test_text_of_a_filter_stays_text(phyllis: Program) -> None:
    item = Item.objects.get(no="1896-S")
    for text in HOSTILE:
        typed = text.replace("'", "''")
        assert phyllis.numbers(filter=f"Description eq '{typed}' or contains(Description,'{typed}')") == [], text
        item.description = text
        item.save()
        assert phyllis.numbers(filter=f"Description eq '{typed}' and startswith(Description,'{typed}')") == ["1896-S"]
        assert "1896-S" in phyllis.numbers(filter=f"contains('a{typed}b',Description)"), text
        item.description = "ATHENS Desk"
        item.save()


def test_signs_of_a_pattern_are_no_pattern(phyllis: Program) -> None:
    for sign in "%_":
        assert phyllis.numbers(filter=f"contains(Description,'{sign}')") == ["1925-W"]
        assert phyllis.numbers(filter=f"startswith(Description,'{sign}')") == []


def test_an_error_that_holds_what_was_sent_is_no_page(phyllis: Program) -> None:
    answer = phyllis.get(filter="<script>alert(1)</script>")

    assert answer["Content-Type"].startswith("application/json")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "no-store" in answer["Cache-Control"]
