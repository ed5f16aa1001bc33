"""Documents at the page “Sales (sandbox)”."""

from __future__ import annotations

import re
from decimal import Decimal

from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.page.documents import document
from tests.sandbox.salesperson import Browser, complaint, id_of


def test_an_order_with_a_product_and_a_write_in_product_is_submitted(
    peter: Browser, account: str, priced: tuple[str, ...], call: Caller
) -> None:
    order = document(peter, "salesorders", account, priced)
    peter.post(f"{order}/lines", productdescription="Engraving", quantity="2", priceperunit="7.25")

    peter.post(f"{order}/submit")

    row = call.get(f"salesorders({id_of(order)})")
    assert (row["statecode"], row["totalamount"]) == (1, Decimal("44.50"))


def test_an_amount_that_is_no_number_is_told_and_nothing_is_lost(
    peter: Browser, account: str, priced: tuple[str, ...]
) -> None:
    order = document(peter, "salesorders", account, priced)

    answer = peter.post(f"{order}/lines", productdescription="Engraving", quantity="two", priceperunit="7")

    assert complaint(answer) == "Quantity must be a number such as 12.50."
    assert 'value="Engraving"' in answer.text


def test_a_line_of_a_draft_is_taken_away_but_not_by_the_address_of_another_document(
    peter: Browser, account: str, priced: tuple[str, ...]
) -> None:
    order, other = document(peter, "salesorders", account, priced), document(peter, "salesorders", account, priced)
    (line,) = re.findall(rf"{order}/lines/([0-9a-f-]{{36}})", peter.get(order).text)

    assert peter.post(f"{other}/lines/{line}").status_code == 404
    assert "There are no lines yet" in peter.post(f"{order}/lines/{line}").text


def test_a_submitted_order_takes_no_more_lines_and_is_canceled(
    peter: Browser, account: str, priced: tuple[str, ...], call: Caller
) -> None:
    order = document(peter, "salesorders", account, priced)
    peter.post(f"{order}/submit")

    answer = peter.post(f"{order}/lines", productdescription="Engraving", quantity="2", priceperunit="7.25")
    peter.post(f"{order}/cancel")

    assert "read-only" in complaint(answer)
    assert call.get(f"salesorders({id_of(order)})")["statecode"] == 2


def test_a_quote_is_activated_revised_activated_again_and_won(
    peter: Browser, account: str, priced: tuple[str, ...], call: Caller
) -> None:
    quote = document(peter, "quotes", account, priced)
    peter.post(f"{quote}/activate")

    revised = peter.post(f"{quote}/revise").url.removeprefix(peter.url)
    peter.post(f"{revised}/activate")
    peter.post(f"{revised}/win")

    assert revised != quote
    assert [call.get(f"quotes({id_of(one)})")["statecode"] for one in (quote, revised)] == [3, 2]


def test_a_draft_of_a_quote_cannot_be_won_and_the_page_tells_the_organizations_words(
    peter: Browser, account: str, priced: tuple[str, ...]
) -> None:
    quote = document(peter, "quotes", account, priced)

    answer = peter.post(f"{quote}/win")

    assert answer.status_code == 400
    assert complaint(answer)


def test_an_opportunity_becomes_a_quote_and_a_won_quote_an_order(
    peter: Browser, account: str, priced: tuple[str, ...]
) -> None:
    deal = peter.made("opportunities", name="Spring", customerid_account=id_of(account), pricelevelid=priced[0])

    quote = peter.post(f"{deal}/quote").url.removeprefix(peter.url)
    peter.post(f"{quote}/lines", productid=priced[1], quantity="1")
    peter.post(f"{quote}/activate")
    order = peter.post(f"{quote}/order").url

    assert "/sales/salesorders/" in order


def test_the_products_of_an_opportunity_are_lines_of_the_quote_that_is_made_of_it(
    peter: Browser, account: str, priced: tuple[str, ...], call: Caller
) -> None:
    deal = document(peter, "opportunities", account, priced)
    peter.post(f"{deal}/lines", productdescription="Engraving", quantity="2", priceperunit="7.25")
    assert "44.50" in peter.get(deal).text

    quote = peter.post(f"{deal}/quote").url.removeprefix(peter.url)

    lines = call.rows(f"quotedetails?$filter=_quoteid_value eq {id_of(quote)}&$orderby=lineitemnumber")
    told = [(line["_productid_value"], line["productdescription"], line["quantity"], line["priceperunit"])
            for line in lines]  # fmt: skip
    assert told == [(priced[1], None, 3, 10), (None, "Engraving", 2, Decimal("7.25"))]
    assert call.get(f"quotes({id_of(quote)})?$select=totalamount")["totalamount"] == Decimal("44.50")


def test_a_product_line_of_an_opportunity_is_taken_away_and_a_won_one_takes_none(
    peter: Browser, account: str, priced: tuple[str, ...]
) -> None:
    deal = document(peter, "opportunities", account, priced)
    (line,) = re.findall(rf"{deal}/lines/([0-9a-f-]{{36}})", peter.get(deal).text)
    assert "There are no lines yet" in peter.post(f"{deal}/lines/{line}").text

    peter.post(f"{deal}/win")

    assert "Add a product" not in peter.get(deal).text
    assert complaint(peter.post(f"{deal}/lines", productid=priced[1], quantity="1"))
