"""Requests to Dataverse: what they carry, which are repeated, and in whose name."""

from __future__ import annotations

import uuid

import pytest

from integration.dataverse import batch
from integration.dataverse.session import Credentials, Session
from integration.systems.errors import (
    BadAnswer,
    Throttled,
    TimedOut,
    Unreachable,
)
from tests.dataverse.access.sessions import JSON, Noted, Organization, organization, session
from tests.dataverse.counterpart import Says

__all__ = ["organization", "session"]

GRANTED = Says(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": "first"}, JSON)


# --- requests ------------------------------------------------------------------------------------------------


def test_every_request_carries_the_headers_of_the_protocol(organization: Organization, session: Session) -> None:
    session.request("GET", "accounts", headers={"Prefer": "odata.maxpagesize=5"})
    session.request("POST", "accounts", body={"name": "Adatum"})

    read, write = organization.calls
    assert {name: read.headers[name] for name in ("accept", "odata-version", "odata-maxversion", "prefer")} == {
        "accept": "application/json",
        "odata-version": "4.0",
        "odata-maxversion": "4.0",
        "prefer": "odata.maxpagesize=5",
    }
    assert read.headers["if-none-match"] == "null"
    assert "if-none-match" not in write.headers
    assert (write.headers["content-type"], write.json()) == ("application/json; charset=utf-8", {"name": "Adatum"})


@pytest.mark.parametrize("trouble", [Says(drop=True), Says(502), Says(504), Says(500, b"oops")])
def test_a_read_is_repeated_after_trouble(organization: Organization, session: Session, trouble: Says) -> None:
    organization.answers = [trouble, trouble]

    answer = session.request("GET", "accounts")

    assert (answer.status, answer.repeated, len(organization.calls)) == (200, True, 3)
    assert len(organization.slept) == 2


def test_the_pauses_between_attempts_grow(organization: Organization, session: Session) -> None:
    organization.answers = [Says(502)] * 9

    with pytest.raises(Unreachable):
        session.request("GET", "accounts")

    assert len(organization.calls) == 5
    assert organization.slept == sorted(organization.slept)


def test_an_action_that_must_not_happen_twice_is_not_repeated_after_a_lost_answer(
    organization: Organization, session: Session
) -> None:
    organization.answers = [Says(drop=True)]

    with pytest.raises(Unreachable):
        session.request("POST", "InsertOptionValue", body={}, repeatable=False)

    assert len(organization.calls) == 1


def test_an_action_refused_for_throttling_is_repeated_since_nothing_happened(organization: Organization) -> None:
    session = organization.session(gate=Noted())
    organization.answers = [Says(429, b"", {"Retry-After": "1"})]

    answer = session.request("POST", "InsertOptionValue", body={}, repeatable=False)
    session.close()

    assert (answer.status, answer.repeated, len(organization.calls)) == (200, False, 2)


def test_a_time_out_is_not_repeated_where_the_caller_cuts_its_request(
    organization: Organization, session: Session
) -> None:
    organization.answers = [Says(raw=lambda _: organization.server.ending.wait(5))]

    with pytest.raises(TimedOut):
        session.request("POST", "accounts", body={}, after_time_out=False)

    assert len(organization.calls) == 1


def test_one_try_is_one_try(organization: Organization, session: Session) -> None:
    organization.answers = [Says(429, b"", {"Retry-After": "1"})]

    with pytest.raises(Throttled) as caught:
        session.request("GET", "WhoAmI", tries=1)

    assert (caught.value.retry_after, len(organization.calls)) == (1.0, 1)


@pytest.mark.parametrize("status", [400, 404, 412])
def test_a_refusal_is_not_repeated(organization: Organization, session: Session, status: int) -> None:
    organization.answers = [Says(status, {"error": {"code": "0x1", "message": "No."}}, JSON)]

    with pytest.raises(Exception, match="No"):
        session.request("GET", "accounts")

    assert len(organization.calls) == 1


@pytest.mark.parametrize("answer", [
    Says(200, b"<html>sign in</html>", {"Content-Type": "text/html"}),
    Says(200, b"{"),
    Says(302, b"", {"Location": "https://evil.example/"}),
    Says(200, b"\x00" * 1000),
])  # fmt: skip
def test_a_bad_answer_is_refused(organization: Organization, session: Session, answer: Says) -> None:
    organization.answers = [answer]

    with pytest.raises(BadAnswer):
        session.request("GET", "accounts").json()


@pytest.mark.parametrize("link", [
    "https://evil.example/api/data/v9.2/accounts",
    "//evil.example/api/data/v9.2/accounts",
    "http://127.0.0.1:1/api/data/v9.2/accounts",
    "/other/path",
])  # fmt: skip
def test_a_link_to_another_place_is_not_followed(organization: Organization, session: Session, link: str) -> None:
    with pytest.raises(BadAnswer):
        session.request("GET", link)

    assert organization.server.asked == []


def test_a_link_with_the_organization_s_other_name_is_called_by_the_name_a_person_entered() -> None:
    session = Session("https://contoso.crm4.dynamics.com/", Credentials("t", "c", "s"))

    address = session.address("https://contoso.api.crm4.dynamics.com/api/data/v9.2/accounts?$skiptoken=1%202")
    session.close()

    assert address == "https://contoso.crm4.dynamics.com/api/data/v9.2/accounts?$skiptoken=1%202"


def test_an_organization_below_a_path_keeps_it() -> None:
    session = Session("https://crm.adatum.example/Adatum", Credentials("t", "c", "s"))

    address = session.address("accounts?$select=name")
    session.close()

    assert address == "https://crm.adatum.example/Adatum/api/data/v9.2/accounts?$select=name"


# --- on somebody's behalf ------------------------------------------------------------------------------------

SOFIA = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e")


@pytest.mark.parametrize(("of_directory", "header"), [(True, "callerobjectid"), (False, "mscrmcallerid")])
def test_what_is_done_for_somebody_carries_their_id_and_the_rest_does_not(
    organization: Organization, session: Session, of_directory: bool, header: str
) -> None:
    session.acting_as(SOFIA, of_directory=of_directory).request("GET", "accounts")
    session.request("GET", "accounts")

    assert [asked.headers.get(header) for asked in organization.calls] == [str(SOFIA), None]
    assert len(organization.sign_ins) == 1


def test_every_part_of_a_batch_carries_whom_it_is_for(organization: Organization, session: Session) -> None:
    body = b"--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\r\n--b--\r\n"
    organization.answers = [Says(200, body, {"Content-Type": "multipart/mixed; boundary=b"})]

    batch.send(session.acting_as(SOFIA, of_directory=True), [batch.Part("DELETE", "accounts(1)")])

    assert organization.calls[0].body.count(f"CallerObjectId: {SOFIA}".encode()) == 1


def test_closing_a_line_that_was_lent_leaves_it_open(organization: Organization, session: Session) -> None:
    session.acting_as(SOFIA, of_directory=True).close()

    assert session.each(lambda n: session.request("GET", f"accounts({n})").status, range(3)) == [200] * 3


def test_an_older_web_api_is_called_by_its_version(organization: Organization) -> None:
    session = organization.session(api="9.1")
    session.request("GET", "accounts")
    session.close()

    assert organization.server.asked[-1].path == "/api/data/v9.1/accounts"
