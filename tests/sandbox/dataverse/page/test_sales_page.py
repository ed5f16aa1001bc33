"""The page “Sales (sandbox)”: a salesperson's part, with the rules and privileges of every other client."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from integration.sandbox.dataverse.page.words import for_people
from integration.sandbox.dataverse.store.model import load_model
from integration.sandbox.shell.faults import Fault
from tests.sandbox.conftest import Caller
from tests.sandbox.salesperson import Browser, complaint, id_of


def test_who_is_not_signed_in_is_asked_who_they_are_on_every_page(sandbox: dict[str, Any]) -> None:
    answer = Browser(sandbox).get("/sales/accounts/")

    assert "Who are you?" in answer.text
    assert "Adatum" not in answer.text


def test_the_cookie_is_kept_from_scripts_and_from_forms_of_other_sites(sandbox: dict[str, Any]) -> None:
    browser = Browser(sandbox)
    person = re.findall(r'value="([0-9a-f-]{36})"', browser.get("/sales/").text)[0]

    answer = browser.http.post(f"{browser.url}/sales/sign-in", data={"person": person}, allow_redirects=False)

    assert answer.status_code == 303
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]


def test_nobody_signs_in_as_somebody_who_may_not_work(sandbox: dict[str, Any], administrator: Caller) -> None:
    browser = Browser(sandbox)
    (kevin,) = administrator.rows("systemusers?$filter=fullname eq 'Kevin Wright'&$select=systemuserid")

    answer = browser.http.post(f"{browser.url}/sales/sign-in", data={"person": kevin["systemuserid"]}, timeout=10)

    assert complaint(answer) == "Choose who you are."


def test_signing_out_ends_the_session_for_good(peter: Browser) -> None:
    cookie = dict(peter.http.cookies)
    peter.post("/sales/sign-out")

    again = requests.get(f"{peter.url}/sales/accounts/", cookies=cookie, timeout=10)

    assert "Who are you?" in again.text


def test_a_form_without_the_sessions_token_changes_nothing(peter: Browser, account: str) -> None:
    answer = peter.post(f"{account}/edit", token="guessed", name="Taken Over")

    assert answer.status_code == 403
    assert "Taken Over" not in peter.get(account).text


def test_a_form_from_another_site_changes_nothing(peter: Browser) -> None:
    form = {"token": peter.token(), "name": "Evil Ltd."}
    answer = peter.http.post(
        f"{peter.url}/sales/accounts/new", data=form, headers={"Origin": "https://evil.example"}, timeout=10
    )

    assert answer.status_code == 403
    assert "Nothing was found" in peter.get("/sales/accounts/?search=Evil").text


def test_another_name_for_this_machine_is_not_answered(peter: Browser) -> None:
    assert peter.get("/sales/", Host="evil.example").status_code == 403


# --- records -------------------------------------------------------------------------------------------------


def test_what_was_typed_is_shown_as_text_and_never_as_markup(peter: Browser) -> None:
    path = peter.made("accounts", name="<script>alert('Fabrikam')</script>")

    text = peter.get(path).text + peter.get("/sales/accounts/?search=Fabrikam%27)").text

    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_the_search_finds_an_account_by_a_part_of_its_name_whatever_signs_it_has(peter: Browser) -> None:
    path = peter.made("accounts", name="Margie's 100% Travel & Co")

    assert path in peter.get("/sales/accounts/?search=margie's 100%25 travel %26").text


def test_a_long_list_goes_on_on_a_next_page(peter: Browser) -> None:
    for number in range(60):
        peter.made("contacts", lastname=f"Zwilling {number:03d}")
    first = peter.get("/sales/contacts/?search=Zwilling").text
    (after,) = re.findall(r'href="([^"]+)">Next page', first)

    second = peter.get(after.replace("&amp;", "&")).text

    assert "Zwilling 000" in first
    assert "Zwilling 059" not in first
    assert "Zwilling 059" in second
    assert "Zwilling 000" not in second


def test_a_salesperson_cannot_change_the_account_of_a_colleague(sandbox: dict[str, Any], account: str) -> None:
    answer = Browser(sandbox).sign_in("Linda Martin").post(f"{account}/edit", name="Litware")

    assert answer.status_code == 403
    assert complaint(answer) == "You may not change this account: it belongs to somebody else."


@pytest.mark.parametrize(
    ("change", "words"),
    [({"islicensed": False}, "You have no licence in this organization."), ({"islicensed": True}, "")],
)
def test_who_has_no_licence_any_more_is_told_so(
    peter: Browser, administrator: Caller, change: dict[str, bool], words: str
) -> None:
    (row,) = administrator.rows("systemusers?$filter=fullname eq 'Peter Saddow'&$select=systemuserid")
    assert administrator("PATCH", f"systemusers({row['systemuserid']})", change).status_code == 204

    answer = peter.get("/sales/accounts/")

    assert (answer.status_code, words in answer.text) == (403 if words else 200, True)


def test_a_missing_privilege_is_told_in_words_with_its_name(sandbox: dict[str, Any]) -> None:
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


def test_what_an_owner_lacks_is_not_said_of_who_pressed_the_button(sandbox: dict[str, Any]) -> None:
    model = load_model()
    raw = "SecLib::CheckPrivilegeForUser failed - no roles are assigned to user. Returned hr = -2147209463, User: peter"

    assert for_people(model, "0x80042f09", raw, "anna").startswith(
        "The person that you give it to has no security role"
    )
    assert for_people(model, "0x80042f09", raw, "peter").startswith("You have no security role")


def test_faults_and_latency_of_the_web_api_do_not_disturb_who_works_at_the_page(
    organization: Callable[..., Any],
) -> None:
    running = organization(seed="demo", accounts=5, contacts=5, faults=(Fault("503"),), latency_ms=5)
    peter = Browser(running.ready).sign_in("Peter Saddow")

    assert peter.made("accounts", name="Coho Winery")
    assert running.faults.happened == {}


def test_a_fault_of_our_own_is_told_at_the_page_as_a_page(
    organization: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    running = organization()
    monkeypatch.setattr(running._sales, "answer", lambda request: 1 // 0)

    answer = Browser(running.ready).get("/sales/accounts/")

    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert "Something went wrong" in answer.text
    assert "ZeroDivisionError" not in answer.text


def test_a_record_that_somebody_else_changed_meanwhile_is_not_overwritten(peter: Browser, account: str) -> None:
    (etag,) = re.findall(r'name="etag" value="([^"]+)"', peter.get(f"{account}/edit").text)
    etag = etag.replace("&quot;", '"')
    peter.post(f"{account}/edit", name="Coho Vineyard", etag=etag)

    answer = peter.post(f"{account}/edit", name="Coho Cellars", etag=etag)

    assert answer.status_code == 412
    assert "Somebody else changed the record" in complaint(answer)


@pytest.mark.parametrize(
    "path", ["/sales/secrets/", "/sales/accounts/none", "/sales/systemusers/", "/sales/invoices/new"]
)
def test_what_is_not_there_is_told_as_a_page(peter: Browser, path: str) -> None:
    answer = peter.get(path)

    assert answer.status_code == 404
    assert complaint(answer)


def test_a_note_stands_in_the_timeline_beside_the_posts_of_others(
    peter: Browser, account: str, administrator: Caller
) -> None:
    post = {
        "text": "Coupled with customer 10000",
        "regardingobjectid_account@odata.bind": f"/accounts({id_of(account)})",
    }
    assert administrator("POST", "posts", post).status_code == 204

    text = peter.post(f"{account}/note", subject="Visit", notetext="They like <red> wine").text

    assert "Coupled with customer 10000" in text
    assert "They like &lt;red&gt; wine" in text


def test_a_note_without_text_is_asked_for(peter: Browser, account: str) -> None:
    assert complaint(peter.post(f"{account}/note", subject="Visit", notetext=" ")) == "Note is missing."


def test_without_the_solution_nothing_of_business_central_is_offered(
    peter: Browser, account: str, priced: tuple[str, ...]
) -> None:
    answer = peter.post(f"/sales/products/{priced[1]}/availability", ask="availability")

    assert "Item availability is not switched on" in answer.text
    assert "Open in Business Central" not in peter.get(account).text
