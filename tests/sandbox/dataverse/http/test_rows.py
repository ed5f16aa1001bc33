"""Creating, reading, changing and deleting single rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest

from integration.sandbox import Sandbox
from tests.sandbox.conftest import Caller, Clock


def test_a_created_account_answers_with_its_address_and_is_there(call: Caller) -> None:
    answer = call("POST", "accounts", {"name": "Coho Winery", "revenue": 1250000.5})

    assert answer.status_code == 204
    assert answer.content == b""
    account = call.get(answer.headers["OData-EntityId"])
    assert account["name"] == "Coho Winery"
    assert account["@odata.etag"] == f'W/"{account["versionnumber"]}"'
    assert (account["statecode"], account["statuscode"]) == (0, 1)
    assert account["@odata.context"].endswith("$metadata#accounts/$entity")


def test_the_id_a_client_chooses_is_kept_and_cannot_be_taken_twice(call: Caller) -> None:
    chosen = str(uuid.uuid4())

    first = call("POST", "accounts", {"accountid": chosen, "name": "Fabrikam, Inc."})
    second = call.refusal("POST", "accounts", {"accountid": chosen, "name": "Fabrikam again"})

    assert first.headers["OData-EntityId"].endswith(f"accounts({chosen})")
    assert second == (412, "0x80040237")


def test_with_representation_a_created_row_comes_back_instead_of_its_address(call: Caller) -> None:
    answer = call("POST", "accounts?$select=name", {"name": "Litware"}, Prefer="return=representation")

    assert answer.status_code == 201
    assert set(answer.json()) == {"@odata.context", "@odata.etag", "name", "accountid"}
    assert answer.headers["ETag"] == answer.json()["@odata.etag"]
    assert answer.headers["Preference-Applied"] == "return=representation"
    assert "OData-EntityId" not in answer.headers


def test_a_change_touches_only_the_columns_sent_and_moves_the_version(call: Caller) -> None:
    row = call.create("accounts", name="Northwind Traders", telephone1="01632 960001")
    before = call.get(f"accounts({row})")

    answer = call("PATCH", f"accounts({row})", {"telephone1": "01632 960002"}, If_Match="*")

    after = call.get(f"accounts({row})")
    assert answer.status_code == 204
    assert (after["name"], after["telephone1"]) == ("Northwind Traders", "01632 960002")
    assert after["versionnumber"] > before["versionnumber"]
    assert after["@odata.etag"] != before["@odata.etag"]


def test_a_change_with_representation_tells_the_new_version(call: Caller) -> None:
    row = call.create("accounts", name="Proseware")

    answer = call("PATCH", f"accounts({row})?$select=name", {"name": "Proseware, Inc."}, Prefer="return=representation")

    assert answer.status_code == 200
    assert answer.json()["name"] == "Proseware, Inc."
    assert answer.json()["@odata.etag"] == call.get(f"accounts({row})")["@odata.etag"]


def test_a_stale_etag_is_refused_and_the_current_one_is_taken(call: Caller) -> None:
    row = call.create("accounts", name="Trey Research")
    old = call.get(f"accounts({row})")["@odata.etag"]
    call("PATCH", f"accounts({row})", {"fax": "1"})

    assert call.refusal("PATCH", f"accounts({row})", {"fax": "2"}, If_Match=old) == (412, "0x80060882")
    assert call.refusal("DELETE", f"accounts({row})", If_Match=old) == (412, "0x80060882")
    new = call.get(f"accounts({row})")["@odata.etag"]
    assert call("PATCH", f"accounts({row})", {"fax": "2"}, If_Match=new).status_code == 204


def test_a_guarded_change_of_a_missing_row_is_not_a_creation(call: Caller) -> None:
    missing = uuid.uuid4()

    assert call.refusal("PATCH", f"accounts({missing})", {"name": "x"}, If_Match="*") == (404, "0x80040217")
    assert call.refusal("PATCH", f"accounts({missing})", {"name": "x"}, If_Match='W/"1"') == (404, "0x80040217")
    assert call("GET", f"accounts({missing})").status_code == 404


def test_a_plain_patch_creates_what_is_not_there(call: Caller) -> None:
    fresh = uuid.uuid4()

    assert call("PATCH", f"accounts({fresh})", {"name": "Tailspin Toys"}).status_code == 204
    assert call.get(f"accounts({fresh})")["name"] == "Tailspin Toys"


def test_an_upsert_with_representation_tells_created_from_changed(call: Caller) -> None:
    fresh = uuid.uuid4()

    statuses = [
        call("PATCH", f"accounts({fresh})", {"name": name}, Prefer="return=representation").status_code
        for name in ("Wingtip Toys", "Wingtip Toys Ltd.")
    ]

    assert statuses == [201, 200]


def test_create_only_patch_refuses_a_row_that_exists(call: Caller) -> None:
    row = call.create("accounts", name="Lucerne Publishing")

    assert call.refusal("PATCH", f"accounts({row})", {"name": "x"}, If_None_Match="*") == (412, "0x80040237")


def test_an_unchanged_row_answers_304(call: Caller) -> None:
    row = call.create("accounts", name="Margie's Travel")
    etag = call.get(f"accounts({row})")["@odata.etag"]

    assert call("GET", f"accounts({row})", If_None_Match=etag).status_code == 304
    call("PATCH", f"accounts({row})", {"fax": "1"})
    assert call("GET", f"accounts({row})", If_None_Match=etag).status_code == 200


def test_a_deleted_row_is_gone_and_cannot_be_deleted_again(call: Caller) -> None:
    row = call.create("accounts", name="Contoso Pharmaceuticals")

    assert call("DELETE", f"accounts({row})").status_code == 204
    assert call.refusal("GET", f"accounts({row})") == (404, "0x80040217")
    assert call.refusal("DELETE", f"accounts({row})") == (404, "0x80040217")


def test_single_properties_are_read_written_and_emptied(call: Caller) -> None:
    row = call.create("accounts", name="Fourth Coffee", creditlimit=12.5)

    assert call("GET", f"accounts({row})/creditlimit").json(parse_float=Decimal)["value"] == Decimal("12.5000")
    assert call("GET", f"accounts({row})/name/$value").text == "Fourth Coffee"
    assert call("PUT", f"accounts({row})/name", {"value": "Fifth Coffee"}).status_code == 204
    assert call("DELETE", f"accounts({row})/creditlimit").status_code == 204
    account = call.get(f"accounts({row})")
    assert (account["name"], account["creditlimit"]) == ("Fifth Coffee", None)


def test_users_and_times_of_a_row_are_the_organizations_own(call: Caller) -> None:
    me = call.get("WhoAmI")["UserId"]

    row = call.create("accounts", name="Relecloud", createdon="2001-01-01T00:00:00Z", versionnumber=7)

    account = call.get(f"accounts({row})")
    assert account["createdon"] != "2001-01-01T00:00:00Z"
    assert account["versionnumber"] > 1000
    for column in ("createdby", "modifiedby", "ownerid", "owninguser"):
        assert account[f"_{column}_value"] == me


@pytest.mark.scenario("CRMBusLogicSimulatorTest.CRMAccountModifiedOnDefinedOnModify")
def test_modified_on_equals_created_on_until_a_later_change(organization: Callable[..., Sandbox], clock: Clock) -> None:
    call = Caller(organization(clock=clock).ready)
    row = call.create("accounts", name="Adatum Corporation")
    new = call.get(f"accounts({row})")

    clock.advance(seconds=90)
    call("PATCH", f"accounts({row})", {"fax": "1"})

    changed = call.get(f"accounts({row})")
    assert new["createdon"] == new["modifiedon"] == "2026-03-02T09:30:00Z"
    assert changed["createdon"] == new["createdon"]
    assert changed["modifiedon"] == "2026-03-02T09:31:30Z"


def test_a_migrated_row_may_say_when_it_was_really_created(organization: Callable[..., Sandbox], clock: Clock) -> None:
    call = Caller(organization(clock=clock).ready)

    row = call.create("accounts", name="Alpine Ski House", overriddencreatedon="2019-05-01T08:00:00Z")

    account = call.get(f"accounts({row})")
    assert account["createdon"] == "2019-05-01T08:00:00Z"
    assert account["overriddencreatedon"] == "2026-03-02T09:30:00Z"


def test_names_and_segments_are_case_sensitive(call: Caller) -> None:
    assert call.refusal("GET", "Accounts") == (404, "0x8006088a")
    assert call.refusal("GET", "account") == (404, "0x8006088a")
    assert call.refusal("POST", "accounts", {"Name": "x"}) == (400, "0x80048d19")


def test_keys_must_be_ids_since_no_standard_table_has_another_key(call: Caller) -> None:
    assert call.refusal("GET", "accounts(accountnumber='A1')") == (400, "0x80060890")
    assert call.refusal("GET", "accounts(A1)") == (400, "0x80060888")


def test_a_body_must_be_json(call: Caller) -> None:
    answer = call.http.post(f"{call.root}accounts", data=b'{"name": ', timeout=10)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "0x80060888")


def test_a_method_that_a_set_does_not_have_is_refused(call: Caller) -> None:
    assert call("PATCH", "accounts", {"name": "x"}).status_code == 405


def test_errors_carry_details_when_annotations_are_wanted(call: Caller) -> None:
    answer = call("GET", f"accounts({uuid.uuid4()})", Prefer='odata.include-annotations="*"')

    assert answer.json()["error"]["@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus"] == "0"


def test_an_address_beyond_32768_characters_is_refused(call: Caller) -> None:
    assert call("GET", f"accounts?$filter=name eq '{'x' * 33_000}'").status_code == 414
