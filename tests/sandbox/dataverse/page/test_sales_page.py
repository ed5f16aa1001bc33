"""The page “Sales (sandbox)”: a salesperson's part, with the rules and privileges of every other client."""

from __future__ import annotations

import itertools
import re
from decimal import Decimal

import pytest
import requests

from integration.sandbox.dataverse.page.words import for_people
from integration.sandbox.dataverse.store.model import load_model
from integration.sandbox.shell.faults import Fault
from tests.sandbox import trade
from tests.sandbox.conftest import Caller
from tests.sandbox.salesperson import Browser, complaint, id_of

names = itertools.count(1)


@pytest.fixture
def peter(sandbox) -> Browser:
    return Browser(sandbox).sign_in("Peter Saddow")


@pytest.fixture
def account(peter: Browser) -> str:
    """The address of an account of Peter's."""
    return peter.made("accounts", name=f"Coho Winery {next(names)}")


# --- signing in ----------------------------------------------------------------------------------------------


def test_who_is_not_signed_in_is_asked_who_they_are_on_every_page(sandbox):
    answer = Browser(sandbox).get("/sales/accounts/")

    assert "Who are you?" in answer.text
    assert "Adatum" not in answer.text


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(sandbox):
    browser = Browser(sandbox)
    person = re.findall(r'value="([0-9a-f-]{36})"', browser.get("/sales/").text)[0]

    answer = browser.http.post(f"{browser.url}/sales/sign-in", data={"person": person}, allow_redirects=False)

    assert answer.status_code == 303
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Strict" in answer.headers["Set-Cookie"]


def test_nobody_signs_in_as_somebody_who_may_not_work(sandbox, administrator):
    browser = Browser(sandbox)
    (kevin,) = administrator.rows("systemusers?$filter=fullname eq 'Kevin Wright'&$select=systemuserid")

    answer = browser.http.post(f"{browser.url}/sales/sign-in", data={"person": kevin["systemuserid"]}, timeout=10)

    assert complaint(answer) == "Choose who you are."


def test_signing_out_ends_the_session_for_good(peter):
    cookie = dict(peter.http.cookies)
    peter.post("/sales/sign-out")

    again = requests.get(f"{peter.url}/sales/accounts/", cookies=cookie, timeout=10)

    assert "Who are you?" in again.text


def test_a_form_without_the_sessions_token_changes_nothing(peter, account):
    answer = peter.post(f"{account}/edit", token="guessed", name="Taken Over")

    assert answer.status_code == 403
    assert "Taken Over" not in peter.get(account).text


def test_a_form_from_another_site_changes_nothing(peter):
    form = {"token": peter.token(), "name": "Evil Ltd."}
    answer = peter.http.post(
        f"{peter.url}/sales/accounts/new", data=form, headers={"Origin": "https://evil.example"}, timeout=10
    )

    assert answer.status_code == 403
    assert "Nothing was found" in peter.get("/sales/accounts/?search=Evil").text


def test_another_name_for_this_machine_is_not_answered(peter):
    assert peter.get("/sales/", Host="evil.example").status_code == 403


# --- records -------------------------------------------------------------------------------------------------


def test_what_was_typed_is_shown_as_text_and_never_as_markup(peter):
    path = peter.made("accounts", name="<script>alert('Fabrikam')</script>")

    text = peter.get(path).text + peter.get("/sales/accounts/?search=Fabrikam%27)").text

    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_the_search_finds_an_account_by_a_part_of_its_name_whatever_signs_it_has(peter):
    path = peter.made("accounts", name="Margie's 100% Travel & Co")

    assert path in peter.get("/sales/accounts/?search=margie's 100%25 travel %26").text


def test_a_long_list_goes_on_on_a_next_page(peter):
    for number in range(60):
        peter.made("contacts", lastname=f"Zwilling {number:03d}")
    first = peter.get("/sales/contacts/?search=Zwilling").text
    (after,) = re.findall(r'href="([^"]+)">Next page', first)

    second = peter.get(after.replace("&amp;", "&")).text

    assert "Zwilling 000" in first
    assert "Zwilling 059" not in first
    assert "Zwilling 059" in second
    assert "Zwilling 000" not in second


def test_a_salesperson_cannot_change_the_account_of_a_colleague(sandbox, account):
    answer = Browser(sandbox).sign_in("Linda Martin").post(f"{account}/edit", name="Litware")

    assert answer.status_code == 403
    assert complaint(answer) == "You may not change this account: it belongs to somebody else."


@pytest.mark.parametrize(
    ("change", "words"),
    [({"islicensed": False}, "You have no licence in this organization."), ({"islicensed": True}, "")],
)
def test_who_has_no_licence_any_more_is_told_so(peter, administrator, change, words):
    (row,) = administrator.rows("systemusers?$filter=fullname eq 'Peter Saddow'&$select=systemuserid")
    assert administrator("PATCH", f"systemusers({row['systemuserid']})", change).status_code == 204

    answer = peter.get("/sales/accounts/")

    assert (answer.status_code, words in answer.text) == (403 if words else 200, True)


def test_a_missing_privilege_is_told_in_words_with_its_name(sandbox):
    model = load_model()
    raw = (
        "Principal user (Id=1, type=8, roleCount=1, privilegeCount=7) is missing prvCreateAccount privilege (Id=2) on "
        "OTC=1 for entity 'account'."
    )

    told = for_people(model, "0x80040220", raw, "Id=1")

    assert told == "None of your security roles lets you create a record of “account” (prvCreateAccount)."
    raw = "Principal user (Id=1, type=8, roleCount=1) is missing prvPublishCustomization privilege (Id=2)."
    assert for_people(model, "0x80040220", raw, "Id=1").endswith("lets you do this (prvPublishCustomization).")
    assert for_people(model, "0x80044331", "The name is too long.", "Id=1") == "The name is too long."


def test_what_an_owner_lacks_is_not_said_of_who_pressed_the_button(sandbox):
    model = load_model()
    raw = "SecLib::CheckPrivilegeForUser failed - no roles are assigned to user. Returned hr = -2147209463, User: peter"

    assert for_people(model, "0x80042f09", raw, "anna").startswith(
        "The person that you give it to has no security role"
    )
    assert for_people(model, "0x80042f09", raw, "peter").startswith("You have no security role")


def test_faults_and_latency_of_the_web_api_do_not_disturb_who_works_at_the_page(organization):
    running = organization(seed="demo", accounts=5, contacts=5, faults=(Fault("503"),), latency_ms=5)
    peter = Browser(running.ready).sign_in("Peter Saddow")

    assert peter.made("accounts", name="Coho Winery")
    assert running.faults.happened == {}


def test_a_fault_of_our_own_is_told_at_the_page_as_a_page(organization, monkeypatch, caplog):
    running = organization()
    monkeypatch.setattr(running._sales, "answer", lambda request: 1 // 0)

    answer = Browser(running.ready).get("/sales/accounts/")

    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert "Something went wrong" in answer.text
    assert "ZeroDivisionError" not in answer.text


def test_a_record_that_somebody_else_changed_meanwhile_is_not_overwritten(peter, account):
    (etag,) = re.findall(r'name="etag" value="([^"]+)"', peter.get(f"{account}/edit").text)
    etag = etag.replace("&quot;", '"')
    peter.post(f"{account}/edit", name="Coho Vineyard", etag=etag)

    answer = peter.post(f"{account}/edit", name="Coho Cellars", etag=etag)

    assert answer.status_code == 412
    assert "Somebody else changed the record" in complaint(answer)


@pytest.mark.parametrize(
    "path", ["/sales/secrets/", "/sales/accounts/none", "/sales/systemusers/", "/sales/invoices/new"]
)
def test_what_is_not_there_is_told_as_a_page(peter, path):
    answer = peter.get(path)

    assert answer.status_code == 404
    assert complaint(answer)


# --- documents -----------------------------------------------------------------------------------------------


@pytest.fixture
def priced(call: Caller) -> tuple[str, str]:
    """A price list, and a product at 10 in it."""
    group, unit = trade.unit_group(call)
    product, prices = trade.product(call, group, unit), trade.price_list(call)
    call.create("productpricelevels", **{name.replace("@odata.bind", "_at_bind"): value
                                         for name, value in trade.line(prices, product, unit).items()})  # fmt: skip
    call("PATCH", f"products({product})", {"statecode": 0})
    return prices, product


def document(browser: Browser, kind: str, account: str, priced: tuple[str, str]) -> str:
    prices, product = priced
    path = browser.made(kind, name="Spring", customerid_account=id_of(account), pricelevelid=prices)
    answer = browser.post(f"{path}/lines", productid=product, quantity="3")
    assert answer.status_code == 200, complaint(answer)
    return path


def test_an_order_with_a_product_and_a_write_in_product_is_submitted(peter, account, priced, call):
    order = document(peter, "salesorders", account, priced)
    peter.post(f"{order}/lines", productdescription="Engraving", quantity="2", priceperunit="7.25")

    peter.post(f"{order}/submit")

    row = call.get(f"salesorders({id_of(order)})")
    assert (row["statecode"], row["totalamount"]) == (1, Decimal("44.50"))


def test_an_amount_that_is_no_number_is_told_and_nothing_is_lost(peter, account, priced):
    order = document(peter, "salesorders", account, priced)

    answer = peter.post(f"{order}/lines", productdescription="Engraving", quantity="two", priceperunit="7")

    assert complaint(answer) == "Quantity must be a number such as 12.50."
    assert 'value="Engraving"' in answer.text


def test_a_line_of_a_draft_is_taken_away_but_not_by_the_address_of_another_document(peter, account, priced):
    order, other = document(peter, "salesorders", account, priced), document(peter, "salesorders", account, priced)
    (line,) = re.findall(rf"{order}/lines/([0-9a-f-]{{36}})", peter.get(order).text)

    assert peter.post(f"{other}/lines/{line}").status_code == 404
    assert "There are no lines yet" in peter.post(f"{order}/lines/{line}").text


def test_a_submitted_order_takes_no_more_lines_and_is_canceled(peter, account, priced, call):
    order = document(peter, "salesorders", account, priced)
    peter.post(f"{order}/submit")

    answer = peter.post(f"{order}/lines", productdescription="Engraving", quantity="2", priceperunit="7.25")
    peter.post(f"{order}/cancel")

    assert "read-only" in complaint(answer)
    assert call.get(f"salesorders({id_of(order)})")["statecode"] == 2


def test_a_quote_is_activated_revised_activated_again_and_won(peter, account, priced, call):
    quote = document(peter, "quotes", account, priced)
    peter.post(f"{quote}/activate")

    revised = peter.post(f"{quote}/revise").url.removeprefix(peter.url)
    peter.post(f"{revised}/activate")
    peter.post(f"{revised}/win")

    assert revised != quote
    assert [call.get(f"quotes({id_of(one)})")["statecode"] for one in (quote, revised)] == [3, 2]


def test_a_draft_of_a_quote_cannot_be_won_and_the_page_tells_the_organizations_words(peter, account, priced):
    quote = document(peter, "quotes", account, priced)

    answer = peter.post(f"{quote}/win")

    assert answer.status_code == 400
    assert complaint(answer)


def test_an_opportunity_becomes_a_quote_and_a_won_quote_an_order(peter, account, priced):
    deal = peter.made("opportunities", name="Spring", customerid_account=id_of(account), pricelevelid=priced[0])

    quote = peter.post(f"{deal}/quote").url.removeprefix(peter.url)
    peter.post(f"{quote}/lines", productid=priced[1], quantity="1")
    peter.post(f"{quote}/activate")
    order = peter.post(f"{quote}/order").url

    assert "/sales/salesorders/" in order


def test_the_products_of_an_opportunity_are_lines_of_the_quote_that_is_made_of_it(peter, account, priced, call):
    deal = document(peter, "opportunities", account, priced)
    peter.post(f"{deal}/lines", productdescription="Engraving", quantity="2", priceperunit="7.25")
    assert "44.50" in peter.get(deal).text

    quote = peter.post(f"{deal}/quote").url.removeprefix(peter.url)

    lines = call.rows(f"quotedetails?$filter=_quoteid_value eq {id_of(quote)}&$orderby=lineitemnumber")
    told = [(line["_productid_value"], line["productdescription"], line["quantity"], line["priceperunit"])
            for line in lines]  # fmt: skip
    assert told == [(priced[1], None, 3, 10), (None, "Engraving", 2, Decimal("7.25"))]
    assert call.get(f"quotes({id_of(quote)})?$select=totalamount")["totalamount"] == Decimal("44.50")


def test_a_product_line_of_an_opportunity_is_taken_away_and_a_won_one_takes_none(peter, account, priced):
    deal = document(peter, "opportunities", account, priced)
    (line,) = re.findall(rf"{deal}/lines/([0-9a-f-]{{36}})", peter.get(deal).text)
    assert "There are no lines yet" in peter.post(f"{deal}/lines/{line}").text

    peter.post(f"{deal}/win")

    assert "Add a product" not in peter.get(deal).text
    assert complaint(peter.post(f"{deal}/lines", productid=priced[1], quantity="1"))


# --- what happened, and what Business Central tells ----------------------------------------------------------


def test_a_note_stands_in_the_timeline_beside_the_posts_of_others(peter, account, administrator):
    post = {
        "text": "Coupled with customer 10000",
        "regardingobjectid_account@odata.bind": f"/accounts({id_of(account)})",
    }
    assert administrator("POST", "posts", post).status_code == 204

    text = peter.post(f"{account}/note", subject="Visit", notetext="They like <red> wine").text

    assert "Coupled with customer 10000" in text
    assert "They like &lt;red&gt; wine" in text


def test_a_note_without_text_is_asked_for(peter, account):
    assert complaint(peter.post(f"{account}/note", subject="Visit", notetext=" ")) == "Note is missing."


def test_without_the_solution_nothing_of_business_central_is_offered(peter, account, priced):
    answer = peter.post(f"/sales/products/{priced[1]}/availability", ask="availability")

    assert "Item availability is not switched on" in answer.text
    assert "Open in Business Central" not in peter.get(account).text
