"""What a sandbox of the service must be able to do, point by point, each in a few exchanges. The details have tests of
their own; these are here so that no point goes missing unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
import requests

from integration.sandbox import Options, Sandbox
from integration.sandbox.shell.faults import Fault
from tests.sandbox.conftest import Caller, Clock
from tests.sandbox.trade import currency, document, on_sale, price_list, product, unit_group

CRM = "Microsoft.Dynamics.CRM"
EVERYTHING = 'odata.include-annotations="*"'
WITHOUT_BULK = ("uoms", "productpricelevels", "transactioncurrencies", "annotations")


@pytest.fixture(scope="module")
def sandbox_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    running = Sandbox(Options(str(tmp_path_factory.mktemp("checklist") / "organization.sqlite3")), Clock())
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def call(sandbox_here: Sandbox) -> Caller:
    return Caller(sandbox_here.ready, "administrator")


def test_point_1_sign_in_and_who_and_what_is_here(sandbox_here: Sandbox, call: Caller) -> None:
    ready = sandbox_here.ready
    discovery = requests.get(f"{ready['url']}/{ready['tenant']}/v2.0/.well-known/openid-configuration", timeout=10)
    assert discovery.json()["token_endpoint"] == ready["token_endpoint"]
    assert requests.get(f"{call.root}WhoAmI", timeout=10).status_code == 401
    assert Caller(ready, "no_user").refusal("GET", "WhoAmI") == (403, "0x80072560")
    assert Caller(ready, "no_role").refusal("GET", "WhoAmI") == (403, "0x80042f09")
    assert call.get("WhoAmI").keys() >= {"UserId", "BusinessUnitId", "OrganizationId"}
    assert call.get("RetrieveVersion")["Version"].startswith("9.2.")
    assert {"accounts", "salesorders"} <= {row["name"] for row in call.rows("")}
    schema = ElementTree.fromstring(call("GET", "$metadata").content)
    assert {"customerid_account", "contact_customer_accounts"} <= {one.get("Name") for one in schema.iter()}


def test_point_2_rows_are_written_with_versions_and_keys(call: Caller) -> None:
    made = call("POST", "accounts", {"name": "Adatum"}, Prefer="return=representation")
    row, etag = made.json()["accountid"], made.headers["ETag"]
    assert (made.status_code, made.json()["@odata.etag"]) == (201, etag)
    assert call("GET", f"accounts({row})?$select=name", If_None_Match=etag).status_code == 304
    assert call("PATCH", f"accounts({row})", {"fax": "1"}, If_Match=etag).status_code == 204
    assert call.refusal("PATCH", f"accounts({row})", {"fax": "2"}, If_Match=etag) == (412, "0x80060882")
    assert call.refusal("PATCH", f"accounts({row})", {"fax": "3"}, If_None_Match="*") == (412, "0x80040237")
    assert call("DELETE", f"accounts({row})").status_code == 204
    assert call.refusal("PATCH", f"accounts({row})", {"fax": "4"}, If_Match="*") == (404, "0x80040217")
    assert call("PATCH", f"accounts({row})", {"name": "Adatum again"}).status_code == 204
    key = {"SchemaName": "new_ByNumber", "KeyAttributes": ["accountnumber"]}
    assert call("POST", "EntityDefinitions(LogicalName='account')/Keys", key).status_code == 204
    for name in ("Coho", "Coho Winery"):
        assert call("PATCH", "accounts(accountnumber='A-7')", {"name": name}).status_code == 204
    assert call.get("accounts(accountnumber='A-7')?$select=name")["name"] == "Coho Winery"


def test_point_3_queries_choose_expand_count_and_turn_pages(sandbox_here: Sandbox, call: Caller) -> None:
    numbers = "WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM n WHERE x < 5005)"
    values = "SELECT printf('%08x-0000-4000-8000-%012x', x, x), 'Paged ' || x, 1 FROM n"
    with sandbox_here.database.transaction() as connection:
        connection.execute(f"{numbers} INSERT INTO contact (contactid, lastname, versionnumber) {values}")
    first = call.get("contacts?$select=lastname&$filter=startswith(lastname,'Paged')&$count=true")
    assert (len(first["value"]), first["@odata.count"]) == (5000, 5000)
    assert "$skiptoken=" in first["@odata.nextLink"]
    assert len(call.rows(first["@odata.nextLink"])) == 5
    firm = call.create("accounts", name="Litware", creditlimit=10)
    call.create("contacts", lastname="Hill", parentcustomerid_account_at_bind=f"/accounts({firm})")
    expand = "contact_customer_accounts($select=lastname)"
    row = call.get(f"accounts({firm})?$select=name,_ownerid_value,statecode&$expand={expand}", Prefer=EVERYTHING)
    assert [one["lastname"] for one in row["contact_customer_accounts"]] == ["Hill"]
    assert row["statecode@OData.Community.Display.V1.FormattedValue"] == "Active"
    assert row[f"_ownerid_value@{CRM}.lookuplogicalname"] == "systemuser"
    assert call.rows("accounts?$select=name&$orderby=name desc&$top=1")
    assert call.refusal("GET", "accounts?$skip=5") == (400, "0x80060888")


def test_point_4_values_are_checked_with_the_services_codes(call: Caller) -> None:
    firm = call.create("accounts", name="Fabrikam")
    bind = f"/accounts({firm})"
    for body, code in (
        ({"lastname": "Hill", "ParentCustomerId_account@odata.bind": bind}, "0x80048d19"),
        ({"lastname": "Hill", "parentcustomerid@odata.bind": bind}, "0x80048d19"),
        ({"lastname": "x" * 51}, "0x80044331"),
        ({"lastname": "Hill", "gendercode": 77}, "0x8004431a"),
        ({"lastname": "Hill", "statecode": 0, "statuscode": 2}, "0x80048408"),
        ({"lastname": "Hill", "birthdate": "1600-01-01"}, "0x80040239"),
    ):
        assert call.refusal("POST", "contacts", body) == (400, code), body
    assert call.refusal("POST", "accounts", {"name": "A", "numberofemployees": -1}) == (400, "0x8004432f")


def test_point_5_changes_are_tracked_with_deletions_and_own_writes(sandbox_here: Sandbox, call: Caller) -> None:
    gone = call.create("accounts", name="Gone")
    link = call.get("accounts?$select=name", Prefer="odata.track-changes")["@odata.deltaLink"]
    own = call.create("accounts", name="Own")
    call("DELETE", f"accounts({gone})")
    changed, deleted = call.rows(link)
    assert changed["accountid"] == own
    assert (deleted["id"], deleted["reason"]) == (gone, "deleted")
    sandbox_here.faults.add(Fault("expired_delta", count=1))
    assert call.refusal("GET", link) == (400, "0x80044352")


def batch(call: Caller, body: str, **headers: str) -> requests.Response:
    kind = {"Content-Type": "multipart/mixed; boundary=b", **headers}
    return call.http.post(f"{call.root}$batch", data=body.encode(), headers=kind, timeout=10)


def part(name: str, number: int = 0, boundary: str = "b") -> str:
    head = f"--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
    head += f"Content-ID: {number}\r\n" if number else ""
    body = json.dumps({"name": name})
    return f"{head}\r\nPOST /api/data/v9.2/accounts HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{body}\r\n"


def test_point_6_batches_stop_or_go_on_and_change_sets_hold_together(call: Caller) -> None:
    long = "x" * 161
    inside = part("Undone", 1, "c") + part(long, 2, "c")
    together = f"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{inside}--c--\r\n\r\n--b--\r\n"
    assert batch(call, together).status_code == 400
    stopped = batch(call, part(long) + part("Never") + "--b--\r\n")
    went_on = batch(call, part(long) + part("Kept") + "--b--\r\n", Prefer="odata.continue-on-error")
    bare = batch(call, part("Bare").replace("\r\n", "\n") + "--b--\n")
    assert (stopped.status_code, stopped.text.count("HTTP/1.1 ")) == (400, 1)
    assert (went_on.status_code, went_on.text.count("HTTP/1.1 ")) == (200, 2)
    assert bare.status_code == 400
    names = f"{CRM}.In(PropertyName='name',PropertyValues=['Undone','Never','Kept','Bare'])"
    assert [row["name"] for row in call.rows(f"accounts?$select=name&$filter={names}")] == ["Kept"]


def test_point_7_bulk_messages_are_all_or_nothing_where_there_are_any(call: Caller) -> None:
    def targets(*names: str) -> dict[str, object]:
        return {"Targets": [{"@odata.type": f"{CRM}.account", "name": name} for name in names]}

    assert len(call("POST", f"accounts/{CRM}.CreateMultiple", targets("Bulk 1", "Bulk 2")).json()["Ids"]) == 2
    assert call("POST", f"accounts/{CRM}.CreateMultiple", targets("Bulk 3", "x" * 161)).status_code == 400
    assert len(call.rows("accounts?$filter=startswith(name,'Bulk ')&$select=name")) == 2
    for name in WITHOUT_BULK:
        assert call("POST", f"{name}/{CRM}.CreateMultiple", {"Targets": []}).status_code == 404


def test_point_8_everything_can_be_made_to_fail(sandbox_here: Sandbox, call: Caller) -> None:
    for kind, expected in {
        "429_requests": (429, "0x80072322"),
        "429_execution": (429, "0x80072321"),
        "429_concurrency": (429, "0x80072326"),
        "503": (503, "0x80044b01"),
        "expired_token": (401, "0x80072560"),
        "412": (412, "0x80060882"),
        "deadlock": (400, "0x80044150"),
    }.items():
        sandbox_here.faults.add(Fault(kind, count=1))
        assert call.refusal("GET", "WhoAmI") == expected
    sandbox_here.faults.add(Fault("latency", count=1, seconds=0.01))
    assert call("GET", "WhoAmI").status_code == 200
    for kind, left in (("drop_before", 0), ("drop_after", 1)):
        sandbox_here.faults.add(Fault(kind, count=1, method="POST"))
        with pytest.raises(requests.ConnectionError):
            call("POST", "accounts", {"name": f"Dropped {kind}"})
        assert len(call.rows(f"accounts?$filter=name eq 'Dropped {kind}'&$select=name")) == left
    assert set(sandbox_here.faults.happened) >= {"429_requests", "drop_before", "drop_after", "expired_delta"}


def test_point_9_trade_has_its_rules(call: Caller) -> None:
    group, unit = unit_group(call)
    draft = product(call, group, unit)
    euro = currency(call, "EUR", 0.8)
    retail = price_list(call, transactioncurrencyid_at_bind=f"/transactioncurrencies({euro})")
    order = document(call, "salesorders", pricelevelid_at_bind=f"/pricelevels({retail})",
                     transactioncurrencyid_at_bind=f"/transactioncurrencies({euro})")  # fmt: skip
    lines = f"salesorders({order.id})/order_details"
    line = {"productid@odata.bind": f"/products({draft})", "uomid@odata.bind": f"/uoms({unit})", "quantity": 2,
            "salesorderid@odata.bind": f"/salesorders({order.id})"}  # fmt: skip
    assert call.refusal("POST", "salesorderdetails", line) == (400, "0x8004f908")
    made, own_unit = on_sale(call, 20, retail, transactioncurrencyid_at_bind=f"/transactioncurrencies({euro})")
    line |= {"productid@odata.bind": f"/products({made})", "uomid@odata.bind": f"/uoms({own_unit})"}
    assert call("POST", "salesorderdetails", line).status_code == 204
    (priced,) = call.rows(f"{lines}?$select=priceperunit,extendedamount,extendedamount_base")
    assert (priced["priceperunit"], priced["extendedamount"], priced["extendedamount_base"]) == (20, 40, 50)
    total = call.get(f"salesorders({order.id})?$select=totalamount,totalamount_base")
    assert (total["totalamount"], total["totalamount_base"]) == (40, 50)
    wrong = {"pricelevelid@odata.bind": f"/pricelevels({price_list(call)})"}
    assert call("PATCH", f"salesorders({order.id})", wrong).status_code == 400


@pytest.mark.parametrize(
    ("set_name", "before", "action", "body", "state"),
    [
        ("quotes", 1, "WinQuote", {"Status": 4, "QuoteClose": "quoteid"}, 2),
        ("salesorders", None, "FulfillSalesOrder", {"Status": 100001, "OrderClose": "salesorderid"}, 3),
        ("salesorders", None, "CancelSalesOrder", {"Status": 4, "OrderClose": "salesorderid"}, 2),
        ("opportunities", None, "WinOpportunity", {"Status": 3, "OpportunityClose": "opportunityid"}, 1),
    ],
)
def test_point_10_documents_are_closed_by_their_actions(
    call: Caller, set_name: str, before: int | None, action: str, body: dict[str, object], state: int
) -> None:
    deal = document(call, set_name)
    if before is not None:
        deal.change(statecode=before)
    (name, lookup) = next((name, lookup) for name, lookup in body.items() if isinstance(lookup, str))
    close = {"@odata.type": f"#{CRM}.{name.lower()}", f"{lookup}@odata.bind": f"/{set_name}({deal.id})"}

    assert call("POST", action, {**body, name: close}).status_code == 204
    assert deal.row()["statecode"] == state


def test_point_10_who_registered_a_webhook_is_in_the_tables(call: Caller) -> None:
    sets = {row["name"] for row in call.rows("")}

    assert {"serviceendpoints", "sdkmessageprocessingsteps", "sdkmessages", "sdkmessagefilters"} <= sets
    assert {"solutions", "importjobs", "asyncoperations"} <= sets
