"""CreateMultiple, UpdateMultiple, UpsertMultiple."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.sandbox.conftest import Caller


def target(table: str = "account", **values: Any) -> dict[str, Any]:
    return {"@odata.type": f"Microsoft.Dynamics.CRM.{table}", **values}


def path(message: str, set_name: str = "accounts") -> str:
    return f"{set_name}/Microsoft.Dynamics.CRM.{message}"


def test_created_ids_come_in_the_order_of_the_targets(call: Caller) -> None:
    chosen = str(uuid.uuid4())
    targets = [target(name="Adatum"), target(name="Coho Winery", accountid=chosen), target(name="Trey Research")]

    answer = call("POST", path("CreateMultiple"), {"Targets": targets})

    assert answer.status_code == 200
    ids = answer.json()["Ids"]
    assert ids[1] == chosen
    assert [call.get(f"accounts({row})")["name"] for row in ids] == ["Adatum", "Coho Winery", "Trey Research"]
    assert answer.json()["@odata.context"].endswith("#Microsoft.Dynamics.CRM.CreateMultipleResponse")


def test_targets_may_hold_different_columns(call: Caller) -> None:
    targets = [target(name="Adatum", creditonhold=True), target(name="Coho Winery", creditlimit=5)]

    ids = call("POST", path("CreateMultiple"), {"Targets": targets}).json()["Ids"]

    first, second = (call.get(f"accounts({row})") for row in ids)
    assert (first["creditonhold"], first["creditlimit"], first["_transactioncurrencyid_value"]) == (True, None, None)
    assert (second["creditonhold"], second["creditlimit"], second["creditlimit_base"]) == (False, 5, 5)


def test_one_bad_row_fails_the_whole_call(call: Caller) -> None:
    first = str(uuid.uuid4())
    targets = [target(name="Adatum", accountid=first), target(name="x" * 161)]

    assert call.refusal("POST", path("CreateMultiple"), {"Targets": targets}) == (400, "0x80044331")
    assert call("GET", f"accounts({first})").status_code == 404


def test_an_id_that_is_taken_fails_the_whole_call(call: Caller) -> None:
    taken, fresh = call.create("accounts", name="Adatum"), str(uuid.uuid4())
    targets = [target(name="x", accountid=fresh), target(name="y", accountid=taken)]

    answer = call("POST", path("CreateMultiple"), {"Targets": targets})

    assert answer.status_code == 412
    assert answer.json()["error"] == {"code": "0x80040237", "message": "Cannot insert duplicate key."}
    assert call("GET", f"accounts({fresh})").status_code == 404


def test_rows_of_one_call_may_point_to_each_other(call: Caller) -> None:
    parent = str(uuid.uuid4())
    bind = {"parentaccountid@odata.bind": f"/accounts({parent})"}

    answer = call("POST", path("CreateMultiple"), {"Targets": [target(accountid=parent), target(**bind)]})

    assert call.get(f"accounts({answer.json()['Ids'][1]})")["_parentaccountid_value"] == parent


@pytest.mark.parametrize(
    "targets",
    [
        [{"name": "x"}],
        [target(name="x"), target("contact", lastname="y")],
        [],
        "x",
        ["x"],
    ],
)
def test_targets_must_be_rows_of_the_one_table(call: Caller, targets: Any) -> None:
    assert call("POST", path("CreateMultiple"), {"Targets": targets}).status_code == 400


def test_several_rows_are_changed_at_once(call: Caller) -> None:
    ids = [call.create("accounts", name=name, fax="0") for name in ("Adatum", "Coho Winery")]
    targets = [target(accountid=ids[0], fax="1"), target(accountid=ids[1], telephone1="2")]

    assert call("POST", path("UpdateMultiple"), {"Targets": targets}).status_code == 204
    first, second = (call.get(f"accounts({row})") for row in ids)
    assert (first["fax"], first["telephone1"], second["fax"], second["telephone1"]) == ("1", None, "0", "2")
    assert first["versionnumber"] != second["versionnumber"]


def test_an_update_of_a_missing_row_changes_nothing(call: Caller) -> None:
    row = call.create("accounts", name="Adatum", fax="0")
    targets = [target(accountid=row, fax="1"), target(accountid=str(uuid.uuid4()), fax="1")]

    answer = call("POST", path("UpdateMultiple"), {"Targets": targets})

    assert answer.status_code == 404
    assert "Do Not Exist" in answer.json()["error"]["message"]
    assert call.get(f"accounts({row})")["fax"] == "0"


def test_the_same_row_twice_is_refused(call: Caller) -> None:
    row = call.create("accounts", name="Adatum")

    for message in ("UpdateMultiple", "UpsertMultiple"):
        targets = [target(accountid=row, fax="1"), target(accountid=row.upper(), fax="2")]
        assert call.refusal("POST", path(message), {"Targets": targets}) == (400, "0x80040203")


def test_upsert_creates_and_changes_without_a_word(call: Caller) -> None:
    old, fresh = call.create("accounts", name="Adatum"), uuid.uuid4()
    targets = [target(accountid=old, fax="1"), {**target(name="Relecloud"), "@odata.id": f"accounts({fresh})"}]

    answer = call("POST", path("UpsertMultiple"), {"Targets": targets})

    assert (answer.status_code, answer.content) == (204, b"")
    assert call.get(f"accounts({old})")["fax"] == "1"
    assert call.get(f"accounts({fresh})")["name"] == "Relecloud"


@pytest.mark.parametrize("set_name", ["uoms", "productpricelevels", "transactioncurrencies", "annotations"])
def test_four_tables_have_no_bulk_messages(call: Caller, set_name: str) -> None:
    assert call("POST", path("CreateMultiple", set_name), {"Targets": []}).status_code == 404


def test_which_tables_have_them_can_be_asked(call: Caller) -> None:
    asked = (
        "sdkmessagefilters?$select=sdkmessagefilterid&$filter=sdkmessageid/name eq 'CreateMultiple'"
        " and primaryobjecttypecode eq "
    )

    assert len(call.rows(f"{asked}'account'")) == 1
    assert call.rows(f"{asked}'uom'") == []


def test_delete_multiple_is_not_there_for_standard_tables(call: Caller) -> None:
    answer = call("POST", path("DeleteMultiple"), {"Targets": []})

    assert answer.json()["error"]["message"] == "DeleteMultiple has not yet been implemented."
