"""Creating, reading, changing and deleting single rows."""

from __future__ import annotations

import uuid

from tests.dataverse.sandbox.conftest import Caller


def test_a_created_account_answers_with_its_address_and_is_there(call: Caller) -> None:
    answer = call("POST", "accounts", {"name": "Coho Winery", "revenue": 1250000.5})

    assert answer.status_code == 204
    assert answer.content == b""
    address = answer.headers["OData-EntityId"]
    account = call.get(address)
    assert account["name"] == "Coho Winery"
    assert account["@odata.etag"] == f'W/"{account["versionnumber"]}"'
    assert account["statecode"] == 0
    assert account["statuscode"] == 1


def test_the_id_a_client_chooses_is_kept_and_cannot_be_taken_twice(call: Caller) -> None:
    chosen = str(uuid.uuid4())

    first = call("POST", "accounts", {"accountid": chosen, "name": "Fabrikam, Inc."})
    second = call.refusal("POST", "accounts", {"accountid": chosen, "name": "Fabrikam again"})

    assert first.headers["OData-EntityId"].endswith(f"accounts({chosen})")
    assert second == (412, "0x80040237")
