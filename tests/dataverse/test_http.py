"""HTTP as we speak it: exact numbers, allowed addresses, and no server that keeps us waiting or fills our memory."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Never

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.http import Limits, Transport, check_address, decode, encode
from integration.systems.addresses import check_host
from integration.systems.errors import AddressRefused, BadAnswer, TimedOut, TlsFailed, Unreachable
from tests.dataverse.counterpart import Counterpart, Says, counterpart

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=4)
SHORT = Limits(connect=1, read=0.3, deadline=0.5, body=100_000)


@pytest.fixture
def server() -> Iterator[Counterpart]:
    with counterpart() as running:
        yield running


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport(SHORT)
    yield made
    made.close()


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | DECIMALS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12,
))  # fmt: skip
def test_what_is_sent_is_read_back_exactly(value: Any) -> None:
    assert decode(encode(value)) == value


def test_a_credit_limit_travels_without_a_rounding_error() -> None:
    assert encode({"creditlimit": Decimal("922337203685477.5807")}) == b'{"creditlimit":922337203685477.5807}'
    assert decode(b'{"creditlimit": 0.1000}') == {"creditlimit": Decimal("0.1000")}


def test_a_large_decimal_is_written_out_instead_of_with_an_exponent() -> None:
    assert encode([Decimal("1E+3"), Decimal("-1E-7")]) == b"[1000,-0.0000001]"


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan")])
def test_what_is_no_number_is_never_sent(value: Decimal | float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode({"creditlimit": value})


def test_text_that_looks_like_a_marked_decimal_stays_text() -> None:
    assert decode(encode(["@0123456789abcdef:1", '"@:1"', Decimal(1)])) == ["@0123456789abcdef:1", '"@:1"', 1]


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": NaN}', b"[" * 100_000, b"\xff\xfe"])
def test_an_answer_that_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        decode(body)


@pytest.mark.parametrize("url", [
    "http://contoso.crm4.dynamics.com",
    "ftp://contoso.crm4.dynamics.com",
    "contoso.crm4.dynamics.com",
    "https://",
    "https://sofia:secret@contoso.crm4.dynamics.com",
    "https://169.254.169.254/latest/meta-data",
    "http://169.254.169.254/",
    "https://[fe80::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://0.0.0.0/",
    "https://contoso.crm4.dynamics.com:notaport/",
])  # fmt: skip
def test_an_address_that_is_never_called_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_address(url)


@pytest.mark.parametrize("url", ["https://contoso.crm4.dynamics.com/x", "http://localhost:8080", "http://[::1]:1/"])
def test_https_anywhere_and_http_on_this_machine_are_called(url: str) -> None:
    assert url.startswith(check_address(url))


def test_a_name_that_leads_into_the_data_center_is_refused_where_it_arrives() -> None:
    with pytest.raises(AddressRefused):
        check_host("169.254.169.254")


def test_a_refused_address_is_never_contacted(server: Counterpart, transport: Transport) -> None:
    with pytest.raises(AddressRefused):
        transport.send("GET", server.url.replace("http://", "http://sofia:secret@"))
    assert server.asked == []


def test_an_answer_comes_with_status_headers_and_body(server: Counterpart, transport: Transport) -> None:
    server.says = [Says(404, {"error": {}}, {"X-Thing": "1"})]

    answer = transport.send("POST", server.url + "/there", headers={"Accept": "application/json"}, body=b"[1]")

    assert (answer.status, answer.headers["x-thing"], answer.json()) == (404, "1", {"error": {}})
    assert (server.asked[0].body, server.asked[0].headers["accept"]) == (b"[1]", "application/json")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(server: Counterpart, transport: Transport, status: int) -> None:
    server.says = [Says(status, headers={"Location": "https://evil.example/steal"})]

    with pytest.raises(BadAnswer, match="sends us on to another page") as refused:
        transport.send("GET", server.url, headers={"Authorization": "Bearer secret"})

    assert "evil.example" in refused.value.raw

    assert len(server.asked) == 1


def test_cookies_do_not_pin_us_to_one_server_of_many(server: Counterpart, transport: Transport) -> None:
    server.says = [Says(headers={"Set-Cookie": "ARRAffinity=1; Path=/"})]

    transport.send("GET", server.url)
    transport.send("GET", server.url)

    assert "cookie" not in server.asked[1].headers


def test_a_netrc_file_does_not_replace_our_token(
    server: Counterpart, transport: Transport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.says = [Says()]

    transport.send("GET", server.url, headers={"Authorization": "Bearer ours"})

    assert server.asked[0].headers["authorization"] == "Bearer ours"


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    server: Counterpart, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.says = [Says()]

    assert transport.send("GET", server.url).status == 200


def test_connections_are_used_again(server: Counterpart, transport: Transport) -> None:
    server.says = [Says(body=b"1")]

    for _ in range(3):
        transport.send("GET", server.url)

    assert len({asked.port for asked in server.asked}) == 1


def endless_body(wfile: BinaryIO) -> None:
    wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    try:
        while True:
            wfile.write(b"[" * 65536)
    except OSError:
        return


def test_an_endless_body_is_cut_off(server: Counterpart, transport: Transport) -> None:
    server.says = [Says(raw=endless_body)]

    with pytest.raises(BadAnswer, match="100,000 bytes"):
        transport.send("GET", server.url)


def test_a_server_that_sends_a_byte_now_and_then_meets_the_deadline(server: Counterpart, transport: Transport) -> None:
    def drip(wfile: BinaryIO) -> None:
        wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        wfile.flush()
        while not server.ending.wait(0.05):
            wfile.write(b" ")
            wfile.flush()

    server.says = [Says(raw=drip)]
    with pytest.raises(TimedOut):
        transport.send("GET", server.url)


def test_a_server_that_never_ends_its_headers_meets_the_deadline(server: Counterpart, transport: Transport) -> None:
    def drip(wfile: BinaryIO) -> None:
        wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        wfile.flush()
        while not server.ending.wait(0.05):
            wfile.write(b"a")
            wfile.flush()

    server.says = [Says(raw=drip)]
    with pytest.raises(TimedOut):
        transport.send("GET", server.url)


def test_a_server_that_says_nothing_times_out(server: Counterpart, transport: Transport) -> None:
    server.says = [Says(raw=lambda wfile: server.ending.wait(5))]

    with pytest.raises(TimedOut):
        transport.send("GET", server.url)


def test_a_connection_that_breaks_off_is_unreachable(server: Counterpart, transport: Transport) -> None:
    server.says = [Says(drop=True)]

    with pytest.raises(Unreachable, match="broke off"):
        transport.send("GET", server.url)


def test_a_body_shorter_than_announced_is_a_broken_connection(server: Counterpart, transport: Transport) -> None:
    server.says = [Says(raw=lambda wfile: wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[1"))]

    with pytest.raises(Unreachable):
        transport.send("GET", server.url)


def test_a_packed_answer_that_cannot_be_unpacked_is_refused(server: Counterpart, transport: Transport) -> None:
    server.says = [Says(body=b"not packed", headers={"Content-Encoding": "gzip"})]

    with pytest.raises(BadAnswer):
        transport.send("GET", server.url)


def test_an_answer_that_is_not_http_is_a_broken_connection(server: Counterpart, transport: Transport) -> None:
    server.says = [Says(raw=lambda wfile: wfile.write(b"SSH-2.0-OpenSSH\r\n"))]

    with pytest.raises(Unreachable):
        transport.send("GET", server.url)


def test_a_port_nobody_listens_at_is_said_in_words(transport: Transport) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    with pytest.raises(Unreachable, match="nothing listens"):
        transport.send("GET", f"http://127.0.0.1:{port}")


def test_a_host_that_does_not_exist_is_said_in_words(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*arguments: object, **options: object) -> Never:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.delenv("HTTPS_PROXY", raising=False)
    monkeypatch.delenv("https_proxy", raising=False)
    with pytest.raises(Unreachable, match="name is unknown"):
        transport.send("GET", "https://no-such-host.invalid")


def test_a_server_without_tls_is_a_tls_failure(server: Counterpart, transport: Transport) -> None:
    server.says = [Says()]

    with pytest.raises(TlsFailed, match="The certificate of the server"):
        transport.send("GET", server.url.replace("http://", "https://"))


def test_the_deadline_of_one_thread_does_not_end_the_request_of_another(
    server: Counterpart, transport: Transport
) -> None:
    server.route = lambda asked: Says(raw=lambda wfile: server.ending.wait(5)) if asked.path == "/slow" else Says()
    failed: list[Exception] = []

    def slow() -> None:
        try:
            transport.send("GET", server.url + "/slow")
        except TimedOut as problem:
            failed.append(problem)

    thread = threading.Thread(target=slow)
    thread.start()
    statuses = [transport.send("GET", server.url + "/fast").status for _ in range(20)]
    thread.join()

    assert statuses == [200] * 20
    assert len(failed) == 1
