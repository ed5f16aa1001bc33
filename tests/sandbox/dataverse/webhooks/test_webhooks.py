"""Webhooks: who registered gets a call after the fact, with the documented body and headers."""

from __future__ import annotations

import json
from typing import Any

from tests.dataverse.recorded.conftest import EXCHANGES
from tests.sandbox.dataverse.webhooks.listener import CONTRACTS, Listener, attributes
from tests.sandbox.trade import document


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
