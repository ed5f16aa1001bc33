"""What the page “Sales (sandbox)” shows of Business Central, once the integration solution is there."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from integration.dataverse import solution
from integration.dataverse.session import Credentials, Session
from integration.sandbox import Options, Sandbox
from tests.sandbox import trade
from tests.sandbox.conftest import Caller
from tests.sandbox.salesperson import Browser, allow, id_of


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """An organization with the integration solution, where Peter has the role Product Availability User."""
    running = Sandbox(Options(str(tmp_path_factory.mktemp("connected") / "sales.sqlite3"), seed="demo"))
    running.start()
    ready = running.ready
    administrator = ready["clients"]["administrator"]
    session = Session(ready["url"], Credentials(
        ready["tenant"], administrator["client_id"], administrator["client_secret"], ready["token_endpoint"]
    ))  # fmt: skip
    solution.import_into(session)
    session.close()
    call = Caller(ready, "administrator")
    allow(call, "Peter Saddow", "Product Availability User")
    yield ready
    running.stop()


class Company(BaseHTTPRequestHandler):
    """A Business Central that has 12 of everything for who shows the key."""

    def do_GET(self) -> None:
        right = self.headers["Authorization"] == "Basic " + base64.b64encode(b"annette:key").decode()
        body = json.dumps({"value": [{"AvailableQuantity": 12, "UnitOfMeasure": "PCS"}]}).encode()
        self.send_response(200 if right and "ProductId%20eq%20" in self.path else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the console."""


@pytest.fixture
def company() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Company)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def connect_company(ready: dict[str, Any], **values: str) -> None:
    """The one row of ``bci_connection``, as the integration writes it."""
    administrator = Caller(ready, "administrator")
    row = {"bci_name": "Business Central", **values}
    answer = administrator("PATCH", "bci_connections(6d0f2c1e-4b39-5a0e-9d52-6a1b0c7be001)", row)
    assert answer.status_code == 204, answer.text


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


def test_who_lacks_the_role_does_not_learn_of_business_central(connected: dict[str, Any]) -> None:
    connect_company(connected, bci_odataurl="http://127.0.0.1:9/", bci_webclienturl="https://bc.cronus.example")
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
    bart = Browser(connected).sign_in("Bart Duncan")
    account = bart.made("accounts", name="Adatum")
    bound = {"bci_AccountStatisticsId@odata.bind": f"/bci_accountstatisticses({statistics})"}
    assert administrator("PATCH", f"accounts({id_of(account)})", bound).status_code == 204

    assert "Product Availability User is missing" in bart.get(account).text
    allow(administrator, "Bart Duncan", "Product Availability User")

    assert "1,250.50" in bart.get(account).text
