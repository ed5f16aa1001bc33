"""A batch goes out byte by byte as the protocol says, and its answer is read in every form it comes in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.dataverse import batch
from integration.http import Answer
from integration.systems.errors import BadAnswer, Refused

MULTIPART = {"content-type": 'multipart/mixed; boundary="batchresponse_1"'}


def said(*lines: str) -> Answer:
    return Answer(200, MULTIPART, "\r\n".join([*lines, "--batchresponse_1--", ""]).encode())


PART = ["--batchresponse_1", "Content-Type: application/http", "Content-Transfer-Encoding: binary", ""]


def test_a_batch_is_written_with_crlf_and_an_empty_line_after_a_read() -> None:
    parts = [
        batch.Part("PATCH", "accounts(1)", {"If-Match": 'W/"5"'}, {"name": "Søn"}),
        batch.Part("GET", "accounts?$top=1"),
    ]

    assert batch.written(parts, "batch_1", "/api/data/v9.2/") == (
        b"--batch_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        b"PATCH /api/data/v9.2/accounts(1) HTTP/1.1\r\nAccept: application/json\r\n"
        b'Content-Type: application/json; type=entry\r\nIf-Match: W/"5"\r\n\r\n'
        b'{"name":"S\\u00f8n"}\r\n'
        b"--batch_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        b"GET /api/data/v9.2/accounts?$top=1 HTTP/1.1\r\nAccept: application/json\r\n\r\n\r\n"
        b"--batch_1--\r\n"
    )


def test_each_answer_comes_with_status_headers_and_body() -> None:
    answer = said(
        *PART, "HTTP/1.1 204 No Content", "OData-Version: 4.0", 'ETag: W/"7"', "", "",
        *PART, "HTTP/1.1 404 Not Found", "Content-Type: application/json", "", '{"error":{"code":"0x80040217"}}',
    )  # fmt: skip

    first, second = batch.read(answer)

    assert (first.status, first.headers["etag"], first.body) == (204, 'W/"7"', b"")
    assert (second.status, second.json()) == (404, {"error": {"code": "0x80040217"}})


def test_members_of_a_change_set_follow_each_other() -> None:
    answer = said(
        "--batchresponse_1", "Content-Type: multipart/mixed; boundary=changesetresponse_2", "",
        "--changesetresponse_2", "Content-Type: application/http", "Content-ID: 1", "", "HTTP/1.1 204 No Content", "",
        "", "--changesetresponse_2", "Content-Type: application/http", "Content-ID: 2", "", "HTTP/1.1 201 Created",
        "Content-Type: application/json", "", '{"a":1}', "--changesetresponse_2--", "",
        *PART, "HTTP/1.1 200 OK", "", "[]",
    )  # fmt: skip

    assert [each.status for each in batch.read(answer)] == [204, 201, 200]


def test_a_failed_change_set_is_read_in_both_its_forms() -> None:
    error = ["HTTP/1.1 400 Bad Request", "Content-Type: application/json", "", '{"error":{"code":"0x1"}}']
    nested = said(
        "--batchresponse_1", "Content-Type: multipart/mixed; boundary=changesetresponse_2", "",
        "--changesetresponse_2", "Content-Type: application/http", "Content-ID: 2", "", *error,
        "--changesetresponse_2--", "",
    )  # fmt: skip

    assert [each.status for each in batch.read(nested)] == [400]
    assert [each.status for each in batch.read(said(*PART, *error))] == [400]


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=4))
def test_whatever_a_body_holds_is_read_back(texts: list[str]) -> None:
    bodies = [batch.encode([text]) for text in texts]
    raw = b"".join(
        b"--batchresponse_1\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n\r\n" + body + b"\r\n"
        for body in bodies
    )

    answers = batch.read(Answer(200, MULTIPART, raw + b"--batchresponse_1--\r\n"))

    assert [answer.body for answer in answers] == bodies


@pytest.mark.parametrize("answer", [
    Answer(200, {"content-type": "application/json"}, b"{}"),
    Answer(200, {}, b""),
    said(*PART, "no status here"),
    said(*PART, ""),
])  # fmt: skip
def test_an_answer_that_is_no_batch_is_refused(answer: Answer) -> None:
    with pytest.raises(BadAnswer):
        batch.read(answer)


def test_more_requests_than_a_batch_takes_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="1000"):
        batch.send(None, [batch.Part("GET", "accounts")] * 1001)


def test_an_answer_with_more_parts_than_a_batch_can_ask_for_is_refused() -> None:
    one = [*PART, "HTTP/1.1 204 No Content", "", ""]
    with pytest.raises(BadAnswer, match="parts"):
        batch.read(said(*one * (batch.LARGEST_BATCH + 1)))
    assert len(batch.read(said(*one * batch.LARGEST_BATCH))) == batch.LARGEST_BATCH


# --- change sets ----------------------------------------------------------------------------------------------------

NO = [
    "HTTP/1.1 400 Bad Request",
    "Content-Type: application/json",
    "",
    '{"error":{"code":"0x8004022e","message":"no"}}',
]


def a_set(*parts: list[str]) -> list[str]:
    """The answer of a change set."""
    inner = [
        line
        for part in parts
        for line in ("--changesetresponse_2", "Content-Type: application/http", *part, "")
    ]  # fmt: skip
    head = ["--batchresponse_1", "Content-Type: multipart/mixed; boundary=changesetresponse_2", ""]
    return [*head, *inner, "--changesetresponse_2--", ""]


def done(number: int) -> list[str]:
    return [f"Content-ID: {number}", "", "HTTP/1.1 204 No Content", f'ETag: W/"{number}"', "", ""]


class Line:
    """A session that answers this."""

    root, standing = "https://contoso.example/api/data/v9.2/", {}

    def __init__(self, answer: Answer) -> None:
        self.answer, self.raw = answer, b""

    def exchange(self, *_: Any, raw: bytes, **__: Any) -> Answer:
        self.raw = raw
        return self.answer


SETS = [[batch.Part("PATCH", "accounts(1)", body={}), batch.Part("PATCH", "accounts(2)", body={})],
        [batch.Part("PATCH", "accounts(3)", body={})]]  # fmt: skip


def test_parts_of_change_sets_are_numbered_through_the_batch_and_answered_by_set() -> None:
    line = Line(said(*a_set(done(2), done(1)), *a_set(done(3))))

    first, second = batch.together(line, SETS)

    assert line.raw.count(b"Content-Type: multipart/mixed") == 2
    assert [line.raw.count(b"Content-ID: %d\r\n" % number) for number in (1, 2, 3)] == [1, 1, 1]
    assert [answer.headers["etag"] for answer in first.answers] == ['W/"1"', 'W/"2"']
    assert [answer.headers["etag"] for answer in second.answers] == ['W/"3"']


@pytest.mark.parametrize("refused", [a_set(["Content-ID: 2", "", *NO]), [*PART[:-1], "Content-ID: 2", "", *NO, ""]])
def test_a_refused_change_set_names_its_culprit_and_stops_no_other(refused: list[str]) -> None:
    first, second = batch.together(Line(said(*refused, *a_set(done(3)))), SETS)

    assert isinstance(first.problem, Refused)
    assert first.culprit == 1
    assert second.problem is None


def test_a_refused_change_set_may_name_nobody() -> None:
    first, _ = batch.together(Line(said(*PART, *NO, "", *a_set(done(3)))), SETS)

    assert (first.culprit, isinstance(first.problem, Refused)) == (None, True)


@pytest.mark.parametrize("answer", [said(*a_set(done(1), done(2))), said(*a_set(done(1)), *a_set(done(3)))])
def test_an_answer_without_one_of_the_sets_or_parts_is_refused(answer: Answer) -> None:
    with pytest.raises(BadAnswer, match="got"):
        batch.together(Line(answer), SETS)
