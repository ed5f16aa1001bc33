"""The page asked in this process: who may send what from where, what was typed, and refusals in people's words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.defaults.standard import STANDARD
from integration.sandbox.dataverse.http.messages import Request
from integration.sandbox.dataverse.page.api_client import Declined, _text, literal
from integration.sandbox.dataverse.page.fields import Field
from integration.sandbox.dataverse.page.forms import amount, identity
from integration.sandbox.dataverse.page.kinds import KINDS, Kind
from integration.sandbox.dataverse.page.routes import SalesPage
from integration.sandbox.dataverse.page.session import COOKIE, LASTS, MOST, Sessions
from integration.sandbox.dataverse.page.words import for_people
from integration.sandbox.dataverse.query.criteria import Compare, Literal, parse
from integration.sandbox.dataverse.query.options import parse_query
from integration.sandbox.dataverse.store.model import load_model
from tests.examples import examples
from tests.sandbox.conftest import Clock
from tests.sandbox.dataverse.page.visitor import Visitor, typed_in
from tests.sandbox.in_process import ADDRESS, Inside, organization_in_process

MODEL = load_model()
GONE = "00000000-0000-0000-0000-000000000001"
TEXT = some.text(some.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SalesPage]:
    with organization_in_process(tmp_path_factory.mktemp("page"), "demo", Clock()) as made:
        Inside(made)  # says at which address the organization answers
        yield SalesPage(made.organization)


@pytest.fixture
def peter(page: SalesPage) -> Visitor:
    return Visitor(page).sign_in("Peter Saddow")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
def test_the_page_is_read_and_its_forms_are_sent_and_nothing_else(peter: Visitor, method: str) -> None:
    assert peter(method, "/sales/accounts/").status == 405


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"origin": ADDRESS, "sec_fetch_site": "cross-site"},
     {"sec_fetch_site": "same-site"}, {"origin": f"{ADDRESS}.evil.example"}, {"origin": ADDRESS.replace("s:", ":")}],
)  # fmt: skip
def test_a_form_from_anywhere_else_is_refused(peter: Visitor, headers: dict[str, str]) -> None:
    answer = peter("POST", "/sales/sign-out", {"token": "x"}, **headers)

    assert answer.status == 403
    assert "open at the sandbox&#39;s own address only" in answer.body.decode()


def test_the_page_answers_at_its_own_address_only(page: SalesPage) -> None:
    other = Request("GET", "/sales/", "", {}, b"", "https://rebound.example/api/data/v9.2/")

    assert page.answer(other).status == 403


@pytest.mark.parametrize("many", [201, 5000])
def test_a_form_of_more_fields_than_any_page_has_is_refused(peter: Visitor, many: int) -> None:
    fields = {f"field{number}": "x" for number in range(many)}

    assert peter("POST", "/sales/accounts/new", fields).status == 400
    assert peter("GET", f"/sales/accounts/?{urlencode(fields)}").status == 400


@pytest.mark.parametrize(
    "path",
    ["/sales/nothings/", "/sales/accounts/new/new", "/sales/accounts/x", f"/sales/accounts/{GONE}",
     f"/sales/accounts/{GONE}/edit", f"/sales/accounts/{GONE}/a/b/c/d", "/sales/products/new", "/sales/invoices/new",
     "/sales/accounts/%00", "/sales/accounts/..%2F..", f"/sales/quotes/{GONE}"],
)  # fmt: skip
def test_a_page_that_is_not_there_says_so_to_who_is_signed_in(peter: Visitor, path: str) -> None:
    answer = peter("GET", path)

    assert answer.status == 404
    assert "Traceback" not in answer.body.decode()


@given(some.text(max_size=30), some.text(max_size=20))
@examples(40)
def test_any_address_and_search_has_a_page(page: SalesPage, tail: str, search: str) -> None:
    visitor = Visitor(page).sign_in("Peter Saddow")
    page.sessions = Sessions(page.organization.clock) if len(page.sessions._kept) > 100 else page.sessions

    for path in (f"/sales/{tail}", f"/sales/accounts/?{urlencode({'search': search})}",
                 f"/sales/accounts/?{urlencode({'after': search})}"):  # fmt: skip
        answer = visitor("GET", path)

        assert answer.status < 500
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.set)
def test_every_list_and_every_record_of_the_demo_has_its_page(peter: Visitor, kind: object) -> None:
    shown = peter.text(f"/sales/{kind.set}/")  # type: ignore[attr-defined]
    for address in re.findall(rf'href="(/sales/{kind.set}/[0-9a-f-]{{36}})"', shown)[:1]:  # type: ignore[attr-defined]
        assert peter("GET", address).status == 200


@pytest.mark.parametrize("kind", [one for one in KINDS if one.set != "quotes"], ids=lambda kind: kind.set)
def test_a_record_shows_every_column_that_a_standard_mapping_writes_or_reads(kind: Kind) -> None:
    carried = {
        field.crm_field
        for mapping in STANDARD
        if mapping.crm_table == kind.table
        for field in mapping.fields
        if field.crm_field
    }
    read = {field.read for field in kind.fields} | {name for name, _ in (*kind.looks, *kind.columns)}
    shown = {name.removeprefix("_").removesuffix("_value") for name in read}

    assert carried - shown == set()


def test_an_account_becomes_a_customer_by_its_relationship_type(peter: Visitor) -> None:
    made = peter.send("/sales/accounts/new", name="Coho Winery", address1_line2="Yard", customertypecode="8")
    account = made.headers["Location"]
    assert '<option value="8" selected>Prospect</option>' in peter.text(f"{account}/edit")

    peter.send(f"{account}/edit", **typed_in(peter.text(f"{account}/edit")) | {"customertypecode": "3"})

    assert re.findall(r"<dt>Relationship Type</dt><dd>(\w+)</dd>", peter.text(account)) == ["Customer"]
    assert "<dd>Yard</dd>" in peter.text(account)


@pytest.mark.parametrize("value", ["-1", "3.5", "Customer", "٣", "9" * 10])
def test_an_option_that_is_no_number_is_declined(peter: Visitor, value: str) -> None:
    answer = peter.send("/sales/accounts/new", name="Coho Winery", customertypecode=value)

    assert answer.status == 400
    assert "Relationship Type must be a whole number such as 12." in answer.body.decode()


def test_what_was_typed_is_shown_again_with_what_is_wrong(peter: Visitor) -> None:
    answer = peter.send("/sales/accounts/new", name="Köln & <Söhne>", creditlimit="many")
    shown = answer.body.decode()

    assert answer.status == 400
    assert "Credit limit must be a number such as 12.50." in shown
    assert "K&#246;ln" in shown or "Köln &amp; &lt;Söhne&gt;" in shown
    assert peter.send("/sales/accounts/new", name=" ").status == 400


def test_a_session_ends_with_its_last_form_and_a_new_one_has_another_token(peter: Visitor, page: SalesPage) -> None:
    before = peter.cookie
    assert peter.send("/sales/sign-out").status == 303
    assert "Who are you?" in peter.text("/sales/accounts/")

    after = Visitor(page).sign_in("Peter Saddow")

    assert after.cookie != before
    assert after("POST", "/sales/sign-out", {"token": "x"}).status == 403


# --- sessions -----------------------------------------------------------------------------------------------------


def test_a_session_lasts_twelve_hours_and_the_oldest_go_when_there_are_too_many(clock: Clock) -> None:
    sessions = Sessions(clock)
    first = sessions.begin("Nancy", True)
    held = sessions.of(first)
    assert held is not None
    assert (held.person, "Secure" in first, "Secure" in sessions.begin("Peter", False)) == ("Nancy", True, False)

    clock.now += LASTS - dt.timedelta(seconds=1)
    assert sessions.of(first) == held
    clock.advance(seconds=1)
    assert sessions.of(first) is None
    oldest = sessions.begin("Nancy", True)
    for number in range(MOST - 1):
        assert sessions.of(oldest) is not None
        sessions.begin(str(number), True)
    sessions.begin("one more", True)
    assert sessions.of(oldest) is None


@pytest.mark.parametrize("cookies", ["", "x", f"{COOKIE}=", f"{COOKIE}=guessed", f"{COOKIE}[=;", "a=b; c", "\x00=\x01"])
def test_a_cookie_that_names_no_session_is_none(clock: Clock, cookies: str) -> None:
    assert Sessions(clock).of(cookies) is None


# --- what is typed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"), [("12.50", "12.50"), (" 7 ", "7"), ("-3", "-3"), ("1e3", "1000"), ("0.0001", "0.0001")]
)
def test_an_amount_is_a_plain_number(text: str, found: str) -> None:
    assert amount(text, "Price") == Decimal(found)


@pytest.mark.parametrize("text", ["", "x", "1,50", "12.50 EUR", "NaN", "Infinity", "-inf", "1e31", "1e-31", "0x10"])
def test_what_is_no_amount_is_declined(text: str) -> None:
    with pytest.raises(Declined, match="Price must be a number such as 12.50."):
        amount(text, "Price")


@given(some.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=4))
@examples(40)
def test_an_amount_is_sent_to_the_last_digit(value: Decimal) -> None:
    assert Decimal(_text({"amount": value}).partition(": ")[2].rstrip("}")) == value


@given(TEXT)
@examples(60)
def test_a_searched_text_is_one_literal_whatever_stands_in_it(text: str) -> None:
    asked = parse_query(f"$filter=name eq {literal(text)}").filter

    assert asked is not None
    found = parse(asked)
    assert isinstance(found, Compare)
    assert found.value == Literal("text", text)


@pytest.mark.parametrize("text", ["", "x", "1", "' or 1 eq 1", f"{GONE})/name"])
def test_what_is_no_id_leads_to_no_record(text: str) -> None:
    with pytest.raises(Declined) as declined:
        identity(text)
    assert declined.value.status == 404
    assert identity(GONE.upper()) == GONE


def test_a_lookup_is_read_by_the_property_of_its_column() -> None:
    assert Field("customerid_account", "Customer", "lookup", "accounts").read == "_customerid_value"
    assert Field("pricelevelid", "Price list", "lookup", "pricelevels").read == "_pricelevelid_value"
    assert Field("name", "Name").read == "name"


# --- people's words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "message", "words"),
    [
        ("0x80042f09", "The user has not been assigned any roles.", "You have no security role in this organization."),
        ("0x80042f09", "somebody else", "The person that you give it to has no security role."),
        ("0x80060882", "version", "Somebody else changed the record meanwhile."),
        ("0x80048306", "Principal does not have WriteAccess right(s) for record with id 5 of entity account.",
         "You may not change this account: it belongs to somebody else."),
        ("0x80040220", "Peter is missing prvCreateQuote privilege (Id=5) on OTC=1 for entity 'quote'.",
         "None of your security roles lets you create a record of “quote” (prvCreateQuote)."),
        ("0x80040220", "Peter is missing prvBulkDelete privilege (Id=5).",
         "None of your security roles lets you"),
        ("0x80044331", "The length is exceeded.", "The length is exceeded."),
    ],
)  # fmt: skip
def test_a_refusal_is_said_as_a_person_says_it(code: str, message: str, words: str) -> None:
    who = "Peter" if "Peter" in message else "user"

    assert for_people(MODEL, code, message, who).startswith(words)
