"""Signing in, repeating by class of request, holding back, and staying with one organization."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from integration.dataverse import batch
from integration.dataverse.session import Credentials, LocalGate, MemoryCache, Session
from integration.http import Limits, Transport
from integration.odata.shared import Left
from integration.systems.errors import (
    BadAnswer,
    ConnectionProblem,
    NotAMember,
    PrivilegeMissing,
    RoleMissing,
    SignInRefused,
    Throttled,
    TimedOut,
    Unreachable,
)
from tests.dataverse.counterpart import Asked, Counterpart, Says, counterpart

JSON = {"Content-Type": "application/json"}
GRANTED = Says(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": "first"}, JSON)


class Organization:
    """Both the directory and the organization, as far as these tests need them."""

    def __init__(self, server: Counterpart) -> None:
        self.server = server
        self.tokens = iter(["first", "second", "third", "fourth"])
        self.valid = {"first", "second", "third", "fourth"}
        self.sign_in: Says | None = None
        self.answers: list[Says] = []
        self.slept: list[float] = []
        server.route = self.answer

    def answer(self, asked: Asked) -> Says:
        if asked.path == "/token":
            return self.sign_in or Says(200, {"access_token": next(self.tokens), "expires_in": 3599}, JSON)
        if asked.headers["authorization"].removeprefix("Bearer ") not in self.valid:
            return Says(401, b"")
        return self.answers.pop(0) if self.answers else Says(200, {"value": []}, JSON)

    def session(self, secret: str = "s3cret", cache: MemoryCache | None = None, **more) -> Session:
        return Session(
            self.server.url,
            Credentials("adatum.example", "client", secret, self.server.url + "/token"),
            transport=Transport(Limits(read=0.5, deadline=0.6)),
            tokens=cache,
            sleep=self.slept.append,
            **more,
        )

    @property
    def sign_ins(self) -> list[Asked]:
        return self.server.asked_for("/token")

    @property
    def calls(self) -> list[Asked]:
        return self.server.asked_for("/api/data/v9.2/")


@pytest.fixture
def organization() -> Iterator[Organization]:
    with counterpart() as server:
        yield Organization(server)


@pytest.fixture
def session(organization) -> Iterator[Session]:
    made = organization.session()
    yield made
    made.close()


# --- signing in ---------------------------------------------------------------------------------------------


def test_the_token_is_asked_for_as_the_directory_wants_it(organization, session):
    session.request("GET", "accounts")

    form = {name: values[0] for name, values in parse_qs(organization.sign_ins[0].body.decode()).items()}
    assert form == {
        "grant_type": "client_credentials",
        "client_id": "client",
        "client_secret": "s3cret",
        "scope": f"{organization.server.url}/.default",
    }
    assert organization.calls[0].headers["authorization"] == "Bearer first"


def test_one_token_serves_many_requests(organization, session):
    for _ in range(5):
        session.request("GET", "accounts")

    assert (len(organization.sign_ins), session.sign_ins, session.requests) == (1, 1, 5)


def test_threads_that_need_a_token_at_once_ask_for_one(organization, session):
    session.each(lambda n: session.request("GET", f"accounts({n})"), range(12))

    assert len(organization.sign_ins) == 1


def test_a_token_is_shared_with_the_next_process(organization):
    cache = MemoryCache()
    for _ in range(2):
        session = organization.session(cache=cache)
        session.request("GET", "accounts")
        session.close()

    assert len(organization.sign_ins) == 1


def test_a_wrong_secret_does_not_pass_on_the_token_of_the_right_one(organization):
    cache = MemoryCache()
    right = organization.session(cache=cache)
    right.request("GET", "accounts")
    organization.sign_in = Says(401, {"error": "invalid_client", "error_codes": [7000215]}, JSON)
    wrong = organization.session(secret="typo", cache=cache)

    with pytest.raises(SignInRefused) as caught:
        wrong.request("GET", "accounts")
    right.close()
    wrong.close()

    assert caught.value.part == "secret"


def test_a_token_the_organization_refuses_is_renewed_once_and_the_request_repeated(organization, session):
    session.request("GET", "accounts")
    organization.valid.discard("first")

    assert session.request("GET", "accounts").status == 200
    assert [asked.headers["authorization"] for asked in organization.calls][1:] == ["Bearer first", "Bearer second"]


def test_threads_whose_token_ended_renew_it_once(organization, session):
    session.request("GET", "accounts")
    organization.valid.discard("first")

    session.each(lambda n: session.request("GET", f"accounts({n})"), range(8))

    assert len(organization.sign_ins) == 2


def test_an_organization_that_takes_no_token_at_all_is_said_in_words(organization, session):
    organization.valid.clear()

    with pytest.raises(SignInRefused, match="URL") as caught:
        session.request("GET", "accounts")

    assert caught.value.part == "resource"
    assert len(organization.sign_ins) == 2


@pytest.mark.parametrize(("status", "error", "number", "part"), [
    (401, "invalid_client", 7000215, "secret"),
    (401, "invalid_client", 7000222, "secret"),
    (400, "unauthorized_client", 700016, "client"),
    (400, "invalid_request", 90002, "tenant"),
    (400, "invalid_resource", 500011, "resource"),
    (400, "invalid_scope", 70011, "resource"),
    (401, "invalid_client", 1, "secret"),
    (400, "unauthorized_client", 1, "client"),
    (400, "something_new", 1, ""),
])  # fmt: skip
def test_a_refused_sign_in_says_which_part_is_wrong(organization, session, status, error, number, part):
    body = {"error": error, "error_description": f"AADSTS{number}: text", "error_codes": [number]}
    organization.sign_in = Says(status, body, JSON)

    with pytest.raises(SignInRefused) as caught:
        session.request("GET", "accounts")

    assert caught.value.part == part
    assert str(number) in caught.value.raw
    assert "s3cret" not in caught.value.raw + str(caught.value)
    assert organization.calls == []


@pytest.mark.parametrize("body", [b"", b"<html>not found</html>", b"[]"])
def test_a_token_endpoint_that_is_none_is_a_wrong_tenant(organization, session, body):
    organization.sign_in = Says(404, body)

    with pytest.raises(SignInRefused) as caught:
        session.request("GET", "accounts")

    assert caught.value.part == "tenant"


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, [], {"access_token": "x", "expires_in": "soon"}])
def test_a_grant_without_a_token_is_a_bad_answer(organization, session, body):
    organization.sign_in = Says(200, body, JSON)

    with pytest.raises(BadAnswer):
        session.request("GET", "accounts")


def test_a_directory_that_asks_to_wait_is_asked_again(organization):
    noted = Noted()
    session = organization.session(gate=noted)
    refusals = [Says(429, b"", {"Retry-After": "3"}), Says(400, {"error": "x", "error_codes": [90055]}, JSON)]
    organization.server.route = lambda asked: (
        refusals.pop(0) if asked.path == "/token" and refusals else organization.answer(asked)
    )

    assert session.request("GET", "accounts").status == 200
    session.close()
    assert noted.waits == [3.0, 5.0]


@pytest.mark.parametrize(("code", "message", "kind", "words"), [
    ("0x80072560", "The user is not a member of the organization.", NotAMember, "not a member"),
    ("0x80042f09", "The user has not been assigned any roles.", RoleMissing, "no security role"),
    ("0x80040220", "Principal user (Id=1, type=8) is missing prvReadAccount privilege (Id=2) on OTC=1 for entity 'x'.",
     PrivilegeMissing, "prvReadAccount"),
])  # fmt: skip
def test_what_the_integration_user_lacks_is_said_in_words(organization, session, code, message, kind, words):
    organization.answers = [Says(403, {"error": {"code": code, "message": message}}, JSON)]

    with pytest.raises(kind, match=words):
        session.request("GET", "accounts")

    assert len(organization.calls) == 1


# --- requests -----------------------------------------------------------------------------------------------


def test_every_request_carries_the_headers_of_the_protocol(organization, session):
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
def test_a_read_is_repeated_after_trouble(organization, session, trouble):
    organization.answers = [trouble, trouble]

    answer = session.request("GET", "accounts")

    assert (answer.status, answer.repeated, len(organization.calls)) == (200, True, 3)
    assert len(organization.slept) == 2


def test_the_pauses_between_attempts_grow(organization, session):
    organization.answers = [Says(502)] * 9

    with pytest.raises(Unreachable):
        session.request("GET", "accounts")

    assert len(organization.calls) == 5
    assert organization.slept == sorted(organization.slept)


def test_an_action_that_must_not_happen_twice_is_not_repeated_after_a_lost_answer(organization, session):
    organization.answers = [Says(drop=True)]

    with pytest.raises(Unreachable):
        session.request("POST", "InsertOptionValue", body={}, repeatable=False)

    assert len(organization.calls) == 1


def test_an_action_refused_for_throttling_is_repeated_since_nothing_happened(organization):
    session = organization.session(gate=Noted())
    organization.answers = [Says(429, b"", {"Retry-After": "1"})]

    answer = session.request("POST", "InsertOptionValue", body={}, repeatable=False)
    session.close()

    assert (answer.status, answer.repeated, len(organization.calls)) == (200, False, 2)


def test_a_time_out_is_not_repeated_where_the_caller_cuts_its_request(organization, session):
    organization.answers = [Says(raw=lambda _: organization.server.ending.wait(5))]

    with pytest.raises(TimedOut):
        session.request("POST", "accounts", body={}, after_time_out=False)

    assert len(organization.calls) == 1


def test_one_try_is_one_try(organization, session):
    organization.answers = [Says(429, b"", {"Retry-After": "1"})]

    with pytest.raises(Throttled) as caught:
        session.request("GET", "WhoAmI", tries=1)

    assert (caught.value.retry_after, len(organization.calls)) == (1.0, 1)


@pytest.mark.parametrize("status", [400, 404, 412])
def test_a_refusal_is_not_repeated(organization, session, status):
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
def test_a_bad_answer_is_refused(organization, session, answer):
    organization.answers = [answer]

    with pytest.raises(BadAnswer):
        session.request("GET", "accounts").json()


@pytest.mark.parametrize("link", [
    "https://evil.example/api/data/v9.2/accounts",
    "//evil.example/api/data/v9.2/accounts",
    "http://127.0.0.1:1/api/data/v9.2/accounts",
    "/other/path",
])  # fmt: skip
def test_a_link_to_another_place_is_not_followed(organization, session, link):
    with pytest.raises(BadAnswer):
        session.request("GET", link)

    assert organization.server.asked == []


def test_a_link_with_the_organization_s_other_name_is_called_by_the_name_a_person_entered():
    session = Session("https://contoso.crm4.dynamics.com/", Credentials("t", "c", "s"))

    address = session.address("https://contoso.api.crm4.dynamics.com/api/data/v9.2/accounts?$skiptoken=1%202")
    session.close()

    assert address == "https://contoso.crm4.dynamics.com/api/data/v9.2/accounts?$skiptoken=1%202"


def test_an_organization_below_a_path_keeps_it():
    session = Session("https://crm.adatum.example/Adatum", Credentials("t", "c", "s"))

    address = session.address("accounts?$select=name")
    session.close()

    assert address == "https://crm.adatum.example/Adatum/api/data/v9.2/accounts?$select=name"


# --- the gate -----------------------------------------------------------------------------------------------


def test_never_more_requests_are_under_way_than_the_gate_has_places(organization):
    under_way, most, lock = 0, 0, threading.Lock()

    def counted(asked: Asked) -> Says:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        both.wait(0.05)  # long enough for a third one to come, if it could
        with lock:
            under_way -= 1
        return organization.answer(asked)

    both = threading.Event()
    organization.server.route = counted
    session = organization.session(gate=LocalGate(2), concurrency=8)
    session.each(lambda n: session.request("GET", f"accounts({n})"), range(12))
    session.close()

    assert most == 2


def test_after_throttling_half_as_many_go_through_and_successes_bring_the_rest_back():
    gate = LocalGate(8)
    with gate.slot(), gate.slot(), gate.slot(), gate.slot():
        gate.throttled(0)
        assert gate.limit == 2

    for _ in range(48):
        with gate.slot():
            pass

    assert gate.limit == 8


def test_a_closed_gate_lets_nobody_through_until_it_opens():
    gate, entered = LocalGate(), threading.Event()
    gate.throttled(0.2)

    def enter() -> None:
        with gate.slot():
            entered.set()

    thread = threading.Thread(target=enter)
    thread.start()
    assert not entered.wait(0.05)
    assert entered.wait(5)
    thread.join()


def test_throttling_closes_the_gate_for_everybody(organization):
    noted = Noted()
    session = organization.session(gate=noted)
    organization.answers = [Says(429, b"", {"Retry-After": "17"}), Says(503, b"", {"Retry-After": "2"})]

    session.request("GET", "accounts")
    session.close()

    assert noted.waits == [17.0, 2.0]
    assert organization.slept == []


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ({"burst": "5999", "time": "1,199.25"}, Left(5999, 1199.25)),
        ({"burst": "7"}, Left(7, None)),
        ({"burst": "many", "time": "-1"}, Left()),
        ({}, Left()),
    ],
)
def test_what_an_answer_says_is_left_of_the_limits_is_told_to_the_gate(organization, headers, left):
    noted = Noted()
    session = organization.session(gate=noted)
    named = {f"x-ms-ratelimit-{name}-remaining-xrm-requests": value for name, value in headers.items()}
    organization.answers = [Says(200, {}, JSON | named), Says(404, {}, JSON | named)]

    session.request("GET", "accounts")
    session.exchange("GET", "accounts")
    session.close()

    assert noted.left == [left]


def test_a_failure_in_one_thread_reaches_the_caller(organization, session):
    organization.answers = [Says(403, {"error": {"code": "0x80072560", "message": "No."}}, JSON)]

    with pytest.raises(ConnectionProblem):
        session.each(lambda n: session.request("GET", f"accounts({n})"), range(3))


class Noted:
    """A gate that keeps what it was told and holds nobody back."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.left: list[Left] = []

    def slot(self):
        return self

    def __enter__(self) -> None:
        return None

    def __exit__(self, *arguments: object) -> None:
        return None

    def note_left(self, left: Left) -> None:
        self.left.append(left)

    def throttled(self, seconds: float) -> None:
        self.waits.append(seconds)


# --- on somebody's behalf -----------------------------------------------------------------------------------

SOFIA = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e")


@pytest.mark.parametrize(("of_directory", "header"), [(True, "callerobjectid"), (False, "mscrmcallerid")])
def test_what_is_done_for_somebody_carries_their_id_and_the_rest_does_not(organization, session, of_directory, header):
    session.acting_as(SOFIA, of_directory=of_directory).request("GET", "accounts")
    session.request("GET", "accounts")

    assert [asked.headers.get(header) for asked in organization.calls] == [str(SOFIA), None]
    assert len(organization.sign_ins) == 1


def test_every_part_of_a_batch_carries_whom_it_is_for(organization, session):
    body = b"--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\r\n--b--\r\n"
    organization.answers = [Says(200, body, {"Content-Type": "multipart/mixed; boundary=b"})]

    batch.send(session.acting_as(SOFIA, of_directory=True), [batch.Part("DELETE", "accounts(1)")])

    assert organization.calls[0].body.count(f"CallerObjectId: {SOFIA}".encode()) == 1


def test_closing_a_line_that_was_lent_leaves_it_open(organization, session):
    session.acting_as(SOFIA, of_directory=True).close()

    assert session.each(lambda n: session.request("GET", f"accounts({n})").status, range(3)) == [200] * 3


def test_an_older_web_api_is_called_by_its_version(organization):
    session = organization.session(api="9.1")
    session.request("GET", "accounts")
    session.close()

    assert organization.server.asked[-1].path == "/api/data/v9.1/accounts"
