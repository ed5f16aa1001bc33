"""Webhooks: who registered is told after the fact, with the documented body and headers."""

from __future__ import annotations

import json
import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from integration.sandbox import Options, Sandbox
from tests.dataverse.counterpart import Asked, Counterpart, Says, counterpart
from tests.dataverse.recorded.conftest import EXCHANGES
from tests.sandbox.conftest import Caller, Clock
from tests.sandbox.trade import document

CONTRACTS = "http://schemas.microsoft.com/xrm/2011/Contracts"
SETTINGS = '<settings><setting name="{}" value="{}" /></settings>'


@dataclass
class Listener:
    """Somebody who is told, and the organization that tells."""

    server: Counterpart
    sandbox: Sandbox
    call: Caller
    answers: list[Says] = field(default_factory=list)
    told: queue.Queue[Asked] = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        self.server.route = self._hear

    def _hear(self, asked: Asked) -> Says:
        self.told.put(asked)
        return self.answers.pop(0) if self.answers else Says(200)

    def endpoint(self, **values: Any) -> str:
        body = {"name": "Adatum", "contract": 8, "url": f"{self.server.url}/hook", "authtype": 4, "authvalue": "s3cret"}
        return self.call.create("serviceendpoints", **{**body, "messageformat": 2, **values})

    def step(self, message: str, table: str = "account", endpoint: str = "", **values: Any) -> str:
        (found,) = self.call.rows(f"sdkmessages?$filter=name eq '{message}'")
        among = f"_sdkmessageid_value eq {found['sdkmessageid']} and primaryobjecttypecode eq '{table}'"
        filters = self.call.rows(f"sdkmessagefilters?$filter={among}") if table else []
        bound = [("sdkmessagefilterid_at_bind", f"/sdkmessagefilters({one['sdkmessagefilterid']})") for one in filters]
        given = {"mode": 1, "stage": 40, "rank": 1, "supporteddeployment": 0, "asyncautodelete": False}
        return self.call.create(
            "sdkmessageprocessingsteps", name=f"{message} of {table}",
            eventhandler_serviceendpoint_at_bind=f"/serviceendpoints({endpoint or self.endpoint()})",
            sdkmessageid_at_bind=f"/sdkmessages({found['sdkmessageid']})", **dict(bound), **{**given, **values},
        )  # fmt: skip

    def next(self) -> Asked:
        return self.told.get(timeout=10)

    def quiet(self) -> bool:
        self.sandbox.organization.deliveries.wait_until_posted()
        return self.told.empty()

    def jobs(self) -> list[dict[str, Any]]:
        self.sandbox.organization.deliveries.wait_until_posted()
        return self.call.rows("asyncoperations?$filter=operationtype eq 1")


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    running = Sandbox(Options(str(tmp_path_factory.mktemp("webhooks") / "organization.sqlite3")), Clock())
    running.start()
    yield running
    running.stop()


@pytest.fixture
def listener(telling: Sandbox) -> Iterator[Listener]:
    """Nobody else listens, and no job is left of earlier tests."""
    with counterpart() as server:
        made = Listener(server, telling, Caller(telling.ready, "administrator"))
        yield made
        telling.organization.deliveries.wait_until_posted()
        for table in ("sdkmessageprocessingstep", "serviceendpoint", "asyncoperation"):
            for row in made.call.rows(f"{table}s?$select={table}id"):
                made.call("DELETE", f"{table}s({row[f'{table}id']})")


def attributes(asked: Asked) -> dict[str, Any]:
    (target,) = [pair["value"] for pair in asked.json()["InputParameters"] if pair["key"] == "Target"]
    return {pair["key"]: pair["value"] for pair in target["Attributes"]}


def test_a_new_account_is_told_with_everything_it_was_created_with(listener: Listener) -> None:
    step = listener.step("Create")
    row = listener.call.create("accounts", name="Adatum", creditlimit=12.5, customertypecode=3, donotemail=True)

    asked = listener.next()
    body, found = asked.json(), attributes(asked)

    assert asked.path == "/hook?code=s3cret"
    assert asked.headers["content-type"].startswith("application/json")
    assert asked.headers["x-ms-dynamics-organization"] == listener.sandbox.url.partition("://")[2]
    assert asked.headers["x-ms-dynamics-entity-name"] == "account"
    assert asked.headers["x-ms-dynamics-request-name"] == "Create"
    assert asked.headers["x-ms-correlation-request-id"] == body["CorrelationId"]
    assert (body["MessageName"], body["PrimaryEntityName"], body["PrimaryEntityId"]) == ("Create", "account", row)
    assert (body["Stage"], body["Mode"], body["Depth"]) == (40, 1, 1)
    assert body["OutputParameters"] == [{"key": "id", "value": row}]
    assert body["OwningExtension"]["Id"] == step
    assert body["OperationCreatedOn"] == f"/Date({int(listener.sandbox.organization.clock().timestamp() * 1000)})/"
    assert body["UserId"] == listener.call.get("WhoAmI")["UserId"]
    assert found["name"] == "Adatum"
    assert found["creditlimit"] == {"__type": f"Money:{CONTRACTS}", "Value": 12.5}
    assert found["customertypecode"] == {"__type": f"OptionSetValue:{CONTRACTS}", "Value": 3}
    assert found["donotemail"] is True
    assert found["ownerid"]["LogicalName"] == "systemuser"
    assert found["createdon"] == body["OperationCreatedOn"]


def shape(told: Any) -> Any:
    """Names and kinds of everything in a body, without the values."""
    if isinstance(told, dict):
        return {name: shape(value) for name, value in told.items()}
    if isinstance(told, list):
        return sorted({repr(shape(one)) for one in told})
    return type(told).__name__


def test_a_call_has_headers_and_body_of_the_recorded_shape(listener: Listener) -> None:
    head, _, recorded = (EXCHANGES / "webhook_update.http").read_text().partition("\n\n")
    listener.step("Update")
    row = listener.call.create("accounts", name="Adatum")
    listener.call("PATCH", f"accounts({row})?tag=business-central", {"name": "Adatum Corporation"})

    asked = listener.next()

    assert shape(asked.json()) == shape(json.loads(recorded))
    names = {line.partition(":")[0].lower() for line in head.split("\n")[1:]}
    assert names <= set(asked.headers)


def test_of_a_change_only_the_changed_columns_are_told(listener: Listener) -> None:
    row = listener.call.create("accounts", name="Adatum", telephone1="0121", address1_city="Leeds")
    listener.step("Update")

    listener.call("PATCH", f"accounts({row})?tag=business-central", {"telephone1": "0122", "address1_city": None})

    asked = listener.next()
    found = attributes(asked)
    assert (found["telephone1"], found["address1_city"]) == ("0122", None)
    assert "name" not in found
    assert asked.json()["SharedVariables"] == [{"key": "tag", "value": "business-central"}]


def test_of_a_deleted_row_it_is_told_which_it_was(listener: Listener) -> None:
    listener.step("Delete")
    row = listener.call.create("accounts", name="Adatum")

    listener.call("DELETE", f"accounts({row})")

    (parameter,) = listener.next().json()["InputParameters"]
    assert (parameter["value"]["LogicalName"], parameter["value"]["Id"]) == ("account", row)


def test_a_step_hears_its_table_its_message_and_its_columns_only(listener: Listener) -> None:
    listener.step("Update", filteringattributes="telephone1, fax")
    row = listener.call.create("accounts", name="Adatum")
    listener.call("PATCH", f"accounts({row})", {"name": "Adatum Ltd"})
    listener.call.create("contacts", lastname="Hill")

    assert listener.quiet()
    listener.call("PATCH", f"accounts({row})", {"fax": "0121"})
    assert listener.next().json()["PrimaryEntityId"] == row


def test_a_step_without_a_table_hears_all_of_them(listener: Listener) -> None:
    listener.step("Create", table="")

    listener.call.create("contacts", lastname="Hill")
    listener.call.create("accounts", name="Adatum")

    assert {listener.next().json()["PrimaryEntityName"] for _ in range(2)} == {"contact", "account"}
    assert len(listener.jobs()) == 2
    assert listener.quiet()


def test_every_row_of_a_bulk_message_is_told(listener: Listener) -> None:
    listener.step("Create")
    kind = "Microsoft.Dynamics.CRM.account"
    targets = [{"@odata.type": kind, "name": name} for name in ("Adatum", "Fabrikam", "Litware")]

    listener.call("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": targets})

    assert {attributes(listener.next())["name"] for _ in range(3)} == {"Adatum", "Fabrikam", "Litware"}


def test_what_is_refused_is_not_told(listener: Listener) -> None:
    listener.step("Create")
    kind = "Microsoft.Dynamics.CRM.account"
    targets = [{"@odata.type": kind, "name": "Adatum"}, {"@odata.type": kind, "name": "x" * 200}]

    assert not listener.call("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": targets}).ok
    assert not listener.call(
        "POST", "accounts", {"name": "Adatum", "parentaccountid@odata.bind": f"/accounts({CONTRACTS})"}
    ).ok

    assert listener.quiet()
    assert listener.jobs() == []


def test_a_message_of_sales_tells_what_it_changes(listener: Listener) -> None:
    listener.step("Update", table="quote", filteringattributes="statecode")
    quote = document(listener.call, "quotes")
    quote.change(statecode=1)
    bound = {"quoteid@odata.bind": f"/{quote.address}"}

    listener.call("POST", "WinQuote", {"Status": 4, "QuoteClose": bound})

    states = [attributes(listener.next())["statecode"]["Value"] for _ in range(2)]
    assert sorted(states) == [1, 2]


# --- secrets and addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [5, 6])
def test_a_webhook_may_be_called_with_a_header_or_a_query_of_its_own(listener: Listener, kind: int) -> None:
    listener.step("Create", endpoint=listener.endpoint(authtype=kind, authvalue=SETTINGS.format("x-adatum", "s3c ret")))

    listener.call.create("accounts", name="Adatum")

    asked = listener.next()
    if kind == 5:
        assert (asked.path, asked.headers["x-adatum"]) == ("/hook", "s3c ret")
    else:
        assert asked.path == "/hook?x-adatum=s3c+ret"


def test_the_secret_is_written_and_never_read(listener: Listener) -> None:
    row = listener.endpoint()

    found = listener.call.get(f"serviceendpoints({row})")

    assert (found["authvalue"], found["isauthvalueset"]) == (None, True)
    assert "s3cret" not in listener.call("GET", f"serviceendpoints({row})?$select=authvalue").text
    assert listener.call.rows("serviceendpoints?$filter=authvalue eq 's3cret'") == []


def test_a_new_secret_is_used_from_then_on(listener: Listener) -> None:
    endpoint = listener.endpoint()
    listener.step("Create", endpoint=endpoint)

    assert listener.call("PATCH", f"serviceendpoints({endpoint})", {"authvalue": "n3w"}).status_code == 204
    listener.call.create("accounts", name="Adatum")

    assert listener.next().path == "/hook?code=n3w"


@pytest.mark.parametrize("url", [
    "http://adatum.example/hook", "http://10.0.0.1/hook", "ftp://127.0.0.1/", "https://", "127.0.0.1/hook", None,
    "https://user:word@adatum.example/", "http://127.0.0.1:port/",
])  # fmt: skip
def test_only_https_or_this_machine_is_called(listener: Listener, url: str | None) -> None:
    body = {"name": "Adatum", "contract": 8, "url": url, "authtype": 4, "authvalue": "s3cret"}

    assert listener.call.refusal("POST", "serviceendpoints", body) == (400, "0x80040203")
    safe = listener.endpoint(url="https://adatum.example/hook?company=CRONUS")
    assert listener.call.refusal("PATCH", f"serviceendpoints({safe})", {"url": url}) == (400, "0x80040203")


@pytest.mark.parametrize(("given", "code"), [
    ({"contract": 7}, (501, "0x80040203")), ({"authtype": 2}, (400, "0x80040203")),
    ({"authvalue": None}, (400, "0x80040203")), ({"authtype": 5, "authvalue": "plain"}, (400, "0x80040203")),
    ({"authtype": 5, "authvalue": "<settings/>"}, (400, "0x80040203")),
    ({"authtype": 6, "authvalue": "<!DOCTYPE x><settings/>"}, (400, "0x80040203")),
    ({"authtype": 5, "authvalue": SETTINGS.format("x", "a&#10;b")}, (400, "0x80040203")),
])  # fmt: skip
def test_an_endpoint_that_cannot_be_called_is_refused(
    listener: Listener, given: dict[str, Any], code: tuple[int, str]
) -> None:
    body = {"name": "Adatum", "contract": 8, "url": "https://adatum.example", "authtype": 4, "authvalue": "s3cret"}

    assert listener.call.refusal("POST", "serviceendpoints", {**body, **given}) == code


def test_an_endpoint_somebody_listens_at_stays(listener: Listener) -> None:
    endpoint = listener.endpoint()
    step = listener.step("Create", endpoint=endpoint)

    assert listener.call.refusal("DELETE", f"serviceendpoints({endpoint})") == (405, "0x80040227")
    assert listener.call("DELETE", f"sdkmessageprocessingsteps({step})").status_code == 204
    assert listener.call("DELETE", f"serviceendpoints({endpoint})").status_code == 204


def test_steps_are_asynchronous_and_come_after_the_operation(listener: Listener) -> None:
    step = f"sdkmessageprocessingsteps({listener.step('Create')})"

    assert listener.call.refusal("PATCH", step, {"mode": 0})[0] == 501
    assert listener.call.refusal("PATCH", step, {"stage": 20})[0] == 501
    assert listener.call("PATCH", step, {"statecode": 1}).status_code == 204
    listener.call.create("accounts", name="Adatum")
    assert listener.quiet()


# --- what becomes of it --------------------------------------------------------------------------------------


def test_a_job_says_that_it_went_well_unless_it_is_to_go_then(listener: Listener) -> None:
    kept = listener.step("Create")
    listener.call.create("accounts", name="Adatum")
    (job,) = listener.jobs()
    assert (job["statecode"], job["statuscode"], job["messagename"], job["primaryentitytype"]) == (
        3, 30, "Create", "account",
    )  # fmt: skip

    listener.call("PATCH", f"sdkmessageprocessingsteps({kept})", {"asyncautodelete": True})
    listener.call.create("accounts", name="Fabrikam")

    assert len(listener.jobs()) == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_is_not_available_is_asked_once_more(listener: Listener, status: int) -> None:
    listener.step("Create")
    listener.answers = [Says(status)]

    listener.call.create("accounts", name="Adatum")

    first, second = listener.next(), listener.next()
    assert first.body == second.body
    (job,) = listener.jobs()
    assert (job["statuscode"], job["retrycount"]) == (30, 1)


@pytest.mark.parametrize(("answers", "calls"), [
    ([503, 503, 200], 2), ([500, 200], 1), ([404, 200], 1), ([302, 200], 1), ([401, 200], 1),
])  # fmt: skip
def test_what_fails_for_good_is_kept_as_a_failed_job(listener: Listener, answers: list[int], calls: int) -> None:
    listener.step("Create", asyncautodelete=True)
    listener.answers = [Says(status, headers={"Location": "/elsewhere"}) for status in answers]

    listener.call.create("accounts", name="Adatum")

    (job,) = listener.jobs()
    assert (job["statecode"], job["statuscode"]) == (3, 31)
    assert str(answers[0]) in job["message"]
    assert listener.told.qsize() == calls
    assert "s3cret" not in str(job)


def test_nobody_at_the_address_is_a_failed_job(listener: Listener) -> None:
    endpoint = listener.endpoint(url="http://127.0.0.1:9/hook")
    listener.step("Create", endpoint=endpoint)

    listener.call.create("accounts", name="Adatum")

    (job,) = listener.jobs()
    assert (job["statuscode"], job["message"]) == (31, "The webhook could not be reached: ConnectionRefusedError.")


def test_a_body_beyond_the_limit_goes_without_what_it_was_about(listener: Listener) -> None:
    listener.step("Create", table="annotation")

    row = listener.call.create("annotations", notetext="x" * 90_000, documentbody="y" * 200_000)

    asked = listener.next()
    assert asked.headers["x-ms-dynamics-msg-size-exceeded"] == "True"
    assert asked.json()["PrimaryEntityId"] == row
    assert "InputParameters" not in asked.json()


def test_what_was_not_posted_is_posted_after_the_next_start(organization: Callable[..., Sandbox]) -> None:
    with counterpart() as server:
        earlier = organization()
        listener = Listener(server, earlier, Caller(earlier.ready, "administrator"))
        listener.step("Create")
        earlier.organization.deliveries.stop()
        row = listener.call.create("accounts", name="Adatum")
        assert listener.told.empty()
        earlier.stop()

        organization()

        assert listener.next().json()["PrimaryEntityId"] == row


def test_every_table_offers_its_messages(listener: Listener) -> None:
    call = listener.call
    found = call.rows("sdkmessagefilters?$expand=sdkmessageid($select=name)")
    offered = {(row["sdkmessageid"]["name"], row["primaryobjecttypecode"]) for row in found}

    tables = {row["LogicalName"] for row in call.rows("EntityDefinitions?$select=LogicalName")}

    assert {table for message, table in offered if message == "Update"} == tables
    assert len(found) == len(offered)
