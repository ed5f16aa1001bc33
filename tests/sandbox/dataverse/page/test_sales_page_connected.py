"""What the page “Sales (sandbox)” shows of Business Central, once the integration solution is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.organization import demo_organization
from tests.sandbox import trade
from tests.sandbox.company import bring_solution, connect_company, serving
from tests.sandbox.conftest import Caller
from tests.sandbox.salesperson import Browser, allow, deny, id_of


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """An organization with the integration solution, where Peter has the role Product Availability User."""
    with demo_organization(tmp_path_factory.mktemp("connected")) as running:
        bring_solution(running.ready)
        yield running.ready


@pytest.fixture
def company() -> Iterator[str]:
    with serving() as address:
        yield address


def test_the_availability_of_a_product_is_asked_with_the_key_of_the_connection(
    connected: dict[str, Any], company: str
) -> None:
    connect_company(connected, bci_odataurl=f"{company}/ODataV4", bci_odatausername="annette", bci_odataaccesskey="key")
    peter = Browser(connected).sign_in("Peter Saddow")
    order = peter.made("salesorders", name="Spring", customerid_account=id_of(peter.made("accounts", name="Coho")))

    answer = peter.post(f"{order}/lines", ask="availability", productid=product_of(connected), quantity="3")

    assert "Available: 12 PCS" in answer.text
    assert "There are no lines yet" in answer.text


@pytest.mark.parametrize(("address", "told"), [
    ("http://127.0.0.1:9/ODataV4", "Business Central does not answer"),
    ("http://bc.evil.example/ODataV4", "by https, or by http on this machine"),
    ("", "not switched on"),
])  # fmt: skip
def test_where_business_central_cannot_be_asked_the_page_says_so(
    connected: dict[str, Any], address: str, told: str
) -> None:
    connect_company(connected, bci_odataurl=address, bci_odatausername="annette", bci_odataaccesskey="key")
    peter = Browser(connected).sign_in("Peter Saddow")

    answer = peter.post(f"/sales/products/{product_of(connected)}/availability", ask="availability")

    assert told in answer.text
    assert "Basic" not in answer.text


@pytest.mark.parametrize(("status", "words"), [
    (401, "does not accept the access key"), (404, "does not publish it at this address"),
    (429, "is asked too often just now"), (500, "Business Central answered 500."),
    (302, "Business Central answered 302."),
])  # fmt: skip
def test_an_answer_without_rows_is_said_as_what_it_is_and_the_line_is_added(
    connected: dict[str, Any], company: str, status: int, words: str
) -> None:
    connect_company(connected, bci_odataurl=company, bci_odatausername="status", bci_odataaccesskey=str(status))
    peter, product = Browser(connected).sign_in("Peter Saddow"), product_of(connected)
    order = peter.made("salesorders", name="Spring", customerid_account=id_of(peter.made("accounts", name="Coho")))

    answer = peter.get(f"{order}/availability?productid={product}")
    added = peter.post(f"{order}/lines", productdescription="Engraving", quantity="1", priceperunit="7")

    assert answer.text.startswith("The availability cannot be shown: ")
    assert words in answer.text
    assert "Engraving" in added.text


def test_the_page_asks_for_the_availability_of_what_is_chosen_while_a_line_is_entered(
    connected: dict[str, Any], company: str
) -> None:
    connect_company(connected, bci_odataurl=f"{company}/ODataV4", bci_odatausername="annette", bci_odataaccesskey="key")
    peter = Browser(connected).sign_in("Peter Saddow")
    order = peter.made("salesorders", name="Spring", customerid_account=id_of(peter.made("accounts", name="Coho")))
    answer = peter.get(f"{order}/availability?productid={product_of(connected)}")

    assert (answer.text, answer.headers["Content-Type"]) == ("Available: 12 PCS", "text/plain; charset=utf-8")
    assert f'data-availability="{order}/availability"' in peter.get(order).text
    assert peter.get(f"{order}/availability").text == "Choose a product first."
    assert peter.get(f"{order}/availability?productid='+or+1").status_code == 404
    assert peter.get(f"/sales/accounts/{product_of(connected)}/availability").status_code == 404
    assert "Available" not in Browser(connected).get(f"{order}/availability?productid={product_of(connected)}").text


def test_scripts_come_from_the_page_itself_and_talk_to_nobody_else(connected: dict[str, Any]) -> None:
    peter = Browser(connected).sign_in("Peter Saddow")
    policy = peter.get("/sales/salesorders/").headers["Content-Security-Policy"]
    script = peter.get("/sales/availability.js")

    assert "script-src 'self'; connect-src 'self';" in policy
    assert "unsafe" not in policy
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_who_lacks_the_role_does_not_learn_of_business_central(connected: dict[str, Any]) -> None:
    connect_company(connected, bci_odataurl="http://127.0.0.1:9/", bci_webclienturl="https://bc.cronus.example")
    deny(Caller(connected, "administrator"), "Linda Martin", "Product Availability User")
    linda = Browser(connected).sign_in("Linda Martin")

    answer = linda.post(f"/sales/products/{product_of(connected)}/availability", ask="availability")

    assert "Product Availability User is missing" in answer.text
    assert "bc.cronus.example" not in answer.text


def test_a_record_leads_to_its_partner_in_business_central(connected: dict[str, Any]) -> None:
    connect_company(connected, bci_webclienturl="https://bc.cronus.example/")
    peter = Browser(connected).sign_in("Peter Saddow")
    account = peter.made("accounts", name="Fabrikam")

    assert f'href="https://bc.cronus.example/open/account/{id_of(account)}/"' in peter.get(account).text


def test_no_link_is_made_of_what_is_no_safe_address(connected: dict[str, Any]) -> None:
    connect_company(connected, bci_webclienturl="javascript:alert(1)")
    peter = Browser(connected).sign_in("Peter Saddow")

    assert "javascript:" not in peter.get(peter.made("accounts", name="Fabrikam")).text


def product_of(ready: dict[str, Any]) -> str:
    call = Caller(ready, "administrator")
    group, unit = trade.unit_group(call)
    return trade.product(call, group, unit)


def test_an_account_shows_the_statistics_it_has_to_those_who_may_read_them(connected: dict[str, Any]) -> None:
    administrator = Caller(connected, "administrator")
    statistics = administrator.create("bci_accountstatisticses", bci_name="Adatum", bci_customerno="10000",
                                      bci_totalsaleslcy=1250.5)  # fmt: skip
    deny(administrator, "Bart Duncan", "Product Availability User")
    bart = Browser(connected).sign_in("Bart Duncan")
    account = bart.made("accounts", name="Adatum")
    bound = {"bci_AccountStatisticsId@odata.bind": f"/bci_accountstatisticses({statistics})"}
    assert administrator("PATCH", f"accounts({id_of(account)})", bound).status_code == 204

    assert "Product Availability User is missing" in bart.get(account).text
    allow(administrator, "Bart Duncan", "Product Availability User")

    assert "1,250.50" in bart.get(account).text
