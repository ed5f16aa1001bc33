"""The shell alone, as any service stands on it: what is read of a request, how an answer goes out, how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

from integration.sandbox.shell.messages import Incoming, Response
from integration.sandbox.shell.server import HttpServer, status_line

Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves what a function answers; the address."""
    running: list[HttpServer] = []

    def start(answer: Callable[[Incoming], Response]) -> str:
        server = HttpServer("127.0.0.1", 0, None, answer, threads=2)
        running.append(server)
        port = server.bind()
        server.serve()
        return f"http://127.0.0.1:{port}"

    yield start
    for server in running:
        server.stop()
        server.join()


def test_a_request_comes_with_its_address_as_it_was_sent(serve: Serve) -> None:
    seen: list[Incoming] = []
    url = serve(lambda incoming: seen.append(incoming) or Response(204))

    requests.post(f"{url}/companies(1)/customers%2F2?$filter=name%20eq%20'x'", data=b"{}", timeout=5)

    (incoming,) = seen
    assert (incoming.method, incoming.path) == ("POST", "/companies(1)/customers%2F2")
    assert incoming.query.startswith("$filter=name%20eq%20")
    assert incoming.address == f"{incoming.path}?{incoming.query}"
    assert (incoming.body, incoming.base) == (b"{}", url)


def test_header_names_come_in_lower_case_and_the_type_of_the_body_among_them(serve: Serve) -> None:
    seen: list[Incoming] = []
    url = serve(lambda incoming: seen.append(incoming) or Response(200))

    requests.post(url, data=b"{}", headers={"If-Match": "*", "Content-Type": "application/json"}, timeout=5)

    assert (seen[0].headers["if-match"], seen[0].headers["content-type"]) == ("*", "application/json")


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (204, "204 No Content"),
        (303, "303 See Other"),
        (412, "412 Precondition Failed"),
        (429, "429 Too Many Requests"),
        (501, "501 Not Implemented"),
    ],
)
def test_a_status_goes_out_with_its_standard_phrase(serve: Serve, status: int, line: str) -> None:
    answer = requests.get(serve(lambda incoming: Response(status)), timeout=5, allow_redirects=False)

    assert status_line(status) == line
    assert f"{answer.status_code} {answer.reason}" == line


@pytest.mark.parametrize(("status", "length"), [(200, "0"), (404, "0"), (204, None), (304, None)])
def test_only_answers_that_may_have_a_body_say_how_long_it_is(serve: Serve, status: int, length: str | None) -> None:
    answer = requests.get(serve(lambda incoming: Response(status)), timeout=5)

    assert answer.headers.get("Content-Length") == length


def test_a_dropped_connection_gets_no_answer_and_the_next_request_does(serve: Serve) -> None:
    drops = [True, False]

    def answer(incoming: Incoming) -> Response:
        if drops.pop(0):
            raise ConnectionResetError
        return Response(200, b"Adatum")

    url = serve(answer)

    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)
    assert requests.get(url, timeout=5).text == "Adatum"
