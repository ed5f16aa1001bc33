"""``$batch``: several requests in one body."""

from __future__ import annotations

import re
import uuid

import pytest

from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.http.batches import ROOT, answers, change_set, joined, part, request_text, send


def test_parts_are_answered_in_order(call: Caller) -> None:
    response = send(
        call,
        part(request_text("POST", "accounts", {"name": "Adatum Corporation"})),
        part(request_text("GET", "WhoAmI")),
    )

    assert response.status_code == 200
    (created, headers, _), (read, _, me) = answers(response)
    assert (created, read) == (204, 200)
    assert headers["Location"] == headers["OData-EntityId"]
    assert me["UserId"] == call.get("WhoAmI")["UserId"]


def test_a_batch_stops_at_the_first_error_and_says_so(call: Caller) -> None:
    fresh = uuid.uuid4()

    response = send(
        call,
        part(request_text("GET", "WhoAmI")),
        part(request_text("POST", "accounts", {"name": "x", "customertypecode": 99})),
        part(request_text("POST", "accounts", {"name": "x", "accountid": str(fresh)})),
    )

    assert response.status_code == 400
    assert [status for status, _, _ in answers(response)] == [200, 400]
    assert call("GET", f"accounts({fresh})").status_code == 404


def test_with_continue_on_error_every_part_is_answered(call: Caller) -> None:
    response = send(
        call,
        part(request_text("POST", "accounts", {"name": "x", "customertypecode": 99})),
        part(request_text("POST", "accounts", {"name": "Fabrikam"})),
        Prefer="odata.continue-on-error",
    )

    assert response.status_code == 200
    assert [status for status, _, _ in answers(response)] == [400, 204]


def test_headers_of_a_part_are_its_own(call: Caller) -> None:
    row = call.create("accounts", name="Coho Winery")

    response = send(
        call,
        part(request_text("PATCH", f"accounts({row})?$select=fax", {"fax": "1"}, Prefer="return=representation")),
        part(request_text("PATCH", f"accounts({row})", {"fax": "2"}, If_Match='W/"1"')),
        Prefer="odata.continue-on-error",
    )

    (changed, _, body), (stale, _, error) = answers(response)
    assert (changed, body["fax"]) == (200, "1")
    assert (stale, error["error"]["code"]) == (412, "0x80060882")


def test_a_change_set_writes_all_its_rows_and_refers_to_earlier_ones(call: Caller) -> None:
    response = send(
        call,
        change_set(
            part(request_text("POST", "accounts", {"name": "Trey Research"}), "1"),
            part(
                request_text("POST", "contacts", {"lastname": "Hill", "parentcustomerid_account@odata.bind": "$1"}), "2"
            ),
            part(request_text("PATCH", "$1", {"fax": "9"}).replace(f"{ROOT}$1", "$1"), "3"),
        ),
    )

    assert response.status_code == 200
    found = answers(response)
    assert [(status, headers["Content-ID"]) for status, headers, _ in found] == [(204, "1"), (204, "2"), (204, "3")]
    contact = call.get(found[1][1]["OData-EntityId"])
    account = call.get(found[0][1]["OData-EntityId"])
    assert contact["_parentcustomerid_value"] == account["accountid"]
    assert account["fax"] == "9"


def test_one_bad_row_undoes_its_change_set_and_answers_for_it(call: Caller) -> None:
    fresh = uuid.uuid4()

    response = send(
        call,
        change_set(
            part(request_text("POST", "accounts", {"name": "Relecloud", "accountid": str(fresh)}), "1"),
            part(request_text("POST", "accounts", {"name": "x" * 200}), "2"),
        ),
        part(request_text("GET", "WhoAmI")),
        Prefer="odata.continue-on-error",
    )

    (status, headers, error), (after, _, _) = answers(response)
    assert (status, headers["Content-ID"], error["error"]["code"]) == (400, "2", "0x80044331")
    assert after == 200
    assert call("GET", f"accounts({fresh})").status_code == 404


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ((part(request_text("POST", "accounts", {"name": "x"})),), "'Content-ID' header of every request"),
        ((part(request_text("GET", "accounts"), "1"),), "must not hold GET"),
        (
            (part(request_text("POST", "accounts", {"name": "x"}), "1"),) * 2,
            "'Content-ID' of every request of a change set must be unique",
        ),
    ],
)
def test_a_change_set_has_rules_of_its_own(call: Caller, parts: tuple[str, ...], says: str) -> None:
    response = send(call, change_set(*parts))

    assert response.status_code == 400
    assert says in response.json()["error"]["message"]


def test_a_reference_to_a_later_member_is_refused(call: Caller) -> None:
    body = {"lastname": "Hill", "parentcustomerid_account@odata.bind": "$2"}

    response = send(
        call,
        change_set(
            part(request_text("POST", "contacts", body), "1"),
            part(request_text("POST", "accounts", {"name": "x"}), "2"),
        ),
    )

    assert answers(response)[0][2]["error"]["message"].startswith("Content-ID Reference: '$2' does not exist")


def test_line_ends_must_be_crlf_to_the_last(call: Caller) -> None:
    good = joined("batch_1", (part(request_text("GET", "WhoAmI")),))

    for bad in (good.replace("\r\n", "\n"), good.removesuffix("\r\n"), good.replace("--batch_1--", "--batch_1")):
        answer = send(call, body=bad)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "0x80048d19")
    assert send(call, body=good).status_code == 200


def test_a_get_needs_an_empty_line_behind_its_headers(call: Caller) -> None:
    text = part(request_text("GET", "WhoAmI"))

    assert send(call, text.removesuffix("\r\n")).status_code == 200
    assert send(call, text.removesuffix("\r\n\r\n")).status_code == 400


def test_a_thousand_requests_are_the_most(call: Caller) -> None:
    one = part(request_text("GET", "WhoAmI"))

    assert send(call, *[one] * 1001).status_code == 400
    assert len(answers(send(call, *[one] * 1000))) == 1000


def test_a_batch_holds_no_batch(call: Caller) -> None:
    assert "another batch" in send(call, part(request_text("POST", "$batch", {}))).json()["error"]["message"]


def test_addresses_may_be_absolute_or_relative_to_the_root(call: Caller) -> None:
    text = request_text("GET", "WhoAmI")

    for address in (call.root, ROOT, ""):
        assert send(call, part(text.replace(ROOT, address))).status_code == 200


def test_the_boundary_may_be_quoted(call: Caller) -> None:
    body = joined("batch_1", (part(request_text("GET", "WhoAmI")),))

    response = send(call, body=body, **{"Content-Type": 'multipart/mixed; boundary="batch_1"'})

    assert re.match(r"multipart/mixed; boundary=batchresponse_", response.headers["Content-Type"])
