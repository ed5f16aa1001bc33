"""The parts of a batch: what each has to say of itself, that they are answered in order, and that a set is one."""

from __future__ import annotations

import email
import itertools
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from tests.examples import examples
from tests.sandbox.dataverse.http.batches import change_set, joined, part, request_text
from tests.sandbox.in_process import Answer, Inside

SETTINGS = examples(25, suppress_health_check=[HealthCheck.too_slow])
MIXED = {"content-type": "multipart/mixed; boundary=batch_1"}
GOING_ON = {"prefer": "odata.continue-on-error"}
marks = itertools.count(1)
Part = tuple[int, dict[str, str], Any]


def send(inside: Inside, parts: Sequence[str], **headers: str) -> Answer:
    return inside.send("POST", "$batch", joined("batch_1", tuple(parts)).encode(), {**MIXED, **headers})


def opened(answer: Answer) -> list[Part]:
    """Status, headers and body of every part, read by the standard library; change sets laid open."""
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    found = []
    for leaf in email.message_from_bytes(head + answer.response.body).walk():
        if leaf.get_content_type() == "application/http":
            line, _, rest = str(leaf.get_payload()).replace("\r\n", "\n").partition("\n")
            inner = email.message_from_string(rest)
            body = str(inner.get_payload()).strip()
            headers = {**dict(inner.items()), "Content-ID": leaf.get("Content-ID", "")}
            found.append((int(line.split()[1]), headers, json.loads(body) if body else None))
    return found


def statuses(answer: Answer) -> list[int]:
    return [status for status, _, _ in opened(answer)]


GOOD = part(request_text("GET", "WhoAmI"))
BAD = part(request_text("GET", "Nothing"))


@given(some.lists(some.booleans(), min_size=1, max_size=8))
@SETTINGS
def test_a_batch_answers_up_to_its_first_failure(inside: Inside, kinds: list[bool]) -> None:
    answer = send(inside, [GOOD if good else BAD for good in kinds])

    wanted = list(itertools.takewhile(bool, kinds))
    assert statuses(answer) == [200] * len(wanted) + [404] * (len(wanted) < len(kinds))
    assert answer.status_code == (200 if all(kinds) else 400)


@given(some.lists(some.booleans(), min_size=1, max_size=8))
@SETTINGS
def test_a_batch_that_goes_on_answers_every_part_in_its_order(inside: Inside, kinds: list[bool]) -> None:
    answer = send(inside, [GOOD if good else BAD for good in kinds], **GOING_ON)

    assert statuses(answer) == [200 if good else 404 for good in kinds]
    assert answer.status_code == 200


@given(some.lists(some.sampled_from(["create", "create", "bad"]), min_size=1, max_size=6))
@SETTINGS
def test_a_change_set_writes_all_its_rows_or_none(inside: Inside, kinds: list[str]) -> None:
    mark = f"set {next(marks)}"
    members = []
    for at, kind in enumerate(kinds, 1):
        body = {"name": mark, "fax": str(at), **({"customertypecode": 999} if kind == "bad" else {})}
        members.append(part(request_text("POST", "accounts", body), str(at)))

    answer = send(inside, [change_set(*members)])

    there = inside.rows(f"accounts?$select=fax&$filter=name eq '{mark}'&$orderby=fax")
    found = opened(answer)
    if "bad" in kinds:
        assert there == []
        assert [(status, headers["Content-ID"]) for status, headers, _ in found] == [(400, str(kinds.index("bad") + 1))]
    else:
        assert [row["fax"] for row in there] == [str(at) for at in range(1, len(kinds) + 1)]
        assert [headers["Content-ID"] for _, headers, _ in found] == [str(at) for at in range(1, len(kinds) + 1)]


@given(some.lists(some.integers(0, 4), min_size=1, max_size=5))
@SETTINGS
def test_members_refer_to_rows_of_members_before_them_and_to_no_others(inside: Inside, refers: list[int]) -> None:
    """Member ``n`` says that its parent is the row of member ``refers[n]``, 0 for none."""
    mark = f"line {next(marks)}"
    members = []
    for at, to in enumerate(refers, 1):
        bind = {"parentaccountid@odata.bind": f"${to}"} if to else {}
        members.append(part(request_text("POST", "accounts", {"name": mark, "fax": str(at), **bind}), str(at)))

    answer = send(inside, [change_set(*members)])

    rows = inside.rows(f"accounts?$select=fax&$expand=parentaccountid($select=fax)&$filter=name eq '{mark}'")
    if all(to < at for at, to in enumerate(refers, 1)):
        parents = {row["fax"]: (row["parentaccountid"] or {"fax": "0"})["fax"] for row in rows}
        assert parents == {str(at): str(to) for at, to in enumerate(refers, 1)}
    else:
        assert rows == []
        assert statuses(answer) == [400]
        assert "does not exist in the batch context" in answer.text


def test_a_member_changes_the_row_that_one_before_it_made(inside: Inside) -> None:
    mark = f"changed {next(marks)}"
    made = part(request_text("POST", "accounts", {"name": mark}), "1")
    changed = part(request_text("PATCH", "$1", {"fax": "7"}).replace("/api/data/v9.2/$1", "$1"), "2")
    emptied = part(request_text("DELETE", "$1/fax").replace("/api/data/v9.2/$1", "$1"), "3")

    assert statuses(send(inside, [change_set(made, changed)])) == [204, 204]
    assert [row["fax"] for row in inside.rows(f"accounts?$select=fax&$filter=name eq '{mark}'")] == ["7"]
    again = [one.replace(mark, f"{mark} again") for one in (made, changed, emptied)]
    assert statuses(send(inside, [change_set(*again)])) == [204, 204, 204]
    assert [row["fax"] for row in inside.rows(f"accounts?$select=fax&$filter=name eq '{mark} again'")] == [None]


def test_a_failed_set_does_not_undo_the_parts_around_it(inside: Inside) -> None:
    mark = f"around {next(marks)}"
    before, after = (part(request_text("POST", "accounts", {"name": mark, "fax": text})) for text in ("1", "3"))
    failing = change_set(
        part(request_text("POST", "accounts", {"name": mark, "fax": "2"}), "1"),
        part(request_text("DELETE", "accounts(00000000-0000-0000-0000-000000000009)"), "2"),
    )

    answer = send(inside, [before, failing, after], **GOING_ON)

    assert statuses(answer) == [204, 404, 204]
    rows = inside.rows(f"accounts?$select=fax&$filter=name eq '{mark}'&$orderby=fax")
    assert [row["fax"] for row in rows] == ["1", "3"]


HTTP = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
ASKED = "\r\nGET /api/data/v9.2/WhoAmI HTTP/1.1\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("Content-Transfer-Encoding: binary\r\n", "'Content-Type' header of a part of the batch is missing"),
        (HTTP.replace("application/http", "text/plain"), "Invalid 'Content-Type' header 'text/plain'"),
        (HTTP.replace("application/http", "application/json"), "Invalid 'Content-Type' header 'application/json'"),
        ("Content-Type: application/http\r\n", "'Content-Transfer-Encoding' header of a part of the batch is ''"),
        (HTTP.replace("binary", "base64"), "'Content-Transfer-Encoding' header of a part of the batch is 'base64'"),
    ],
)
def test_a_part_that_is_a_request_says_so(inside: Inside, head: str, says: str) -> None:
    for wrapped in ([head + ASKED], [change_set(head + ASKED)]):
        answer = send(inside, wrapped)

        assert answer.refusal == (400, "0x80060888")
        assert says in answer.text


def test_the_type_of_a_part_may_have_parameters_and_any_case(inside: Inside) -> None:
    head = "CONTENT-TYPE: Application/HTTP; msgtype=request\r\nContent-Transfer-Encoding: Binary\r\n"

    assert statuses(send(inside, [head + ASKED])) == [200]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "0x80048d19"),
        ("--batch_1\r\n", "0x80048d19"),
        (f"--other\r\n{HTTP}{ASKED}\r\n--other--\r\n", "0x80048d19"),
        (f"--batch_1\r\n{HTTP}\r\n--batch_1--\r\n", "0x80048d19"),
        (f"--batch_1\r\n{HTTP}{ASKED}\r\n--batch_1--", "0x80048d19"),
        (f"--batch_1\n{HTTP}{ASKED}\r\n--batch_1--\r\n", "0x80048d19"),
        (f"--batch_1\r\n{HTTP}\r\nGET WhoAmI\r\n\r\n\r\n--batch_1--\r\n", "0x80060888"),
        (f"--batch_1\r\n{HTTP}\r\nget /WhoAmI HTTP/1.1\r\n\r\n\r\n--batch_1--\r\n", "0x80060888"),
        (f"--batch_1\r\n{HTTP}\r\nGET /WhoAmI HTTP/1.0\r\n\r\n\r\n--batch_1--\r\n", "0x80060888"),
        (f"--batch_1\r\n{HTTP}\r\nGET /Who AmI HTTP/1.1\r\n\r\n\r\n--batch_1--\r\n", "0x80060888"),
        ("--batch_1\r\nContent-Type: multipart/mixed\r\n\r\n--cs--\r\n\r\n--batch_1--\r\n", "0x80060888"),
    ],
)
def test_a_batch_that_cannot_be_read_is_refused_as_a_whole(inside: Inside, text: str, code: str) -> None:
    assert inside.send("POST", "$batch", text.encode(), MIXED).refusal == (400, code)


@pytest.mark.parametrize("kind", ["", "application/json", "multipart/mixed", "multipart/form-data; boundary=batch_1"])
def test_a_batch_says_its_boundary(inside: Inside, kind: str) -> None:
    body = joined("batch_1", (GOOD,)).encode()

    assert inside.send("POST", "$batch", body, {"content-type": kind}).refusal == (400, "0x80060888")


def test_a_change_set_holds_no_other_one(inside: Inside) -> None:
    inner = change_set(part(request_text("POST", "accounts", {"name": "Adatum"}), "1"))

    answer = send(inside, [change_set(inner.replace("boundary=cs", "boundary=other").replace("--cs", "--other"))])

    assert answer.refusal == (400, "0x80060888")
    assert "another change set" in answer.text


def test_a_change_set_of_nothing_is_answered_with_nothing(inside: Inside) -> None:
    empty = "Content-Type: multipart/mixed; boundary=cs\r\n\r\n--cs--\r\n"

    answer = send(inside, [empty, GOOD])

    assert answer.status_code == 200
    assert statuses(answer) == [200]


def test_a_part_asks_in_its_own_name_and_for_its_own_preferences(inside: Inside) -> None:
    user = inside.rows("systemusers?$select=systemuserid&$filter=fullname eq 'Business Central Integration'")[0]
    mine = part(request_text("GET", "WhoAmI"))
    theirs = part(request_text("GET", "WhoAmI", MSCRMCallerID=user["systemuserid"]))
    paged = part(request_text("GET", "systemusers?$select=fullname", Prefer="odata.maxpagesize=1"))

    (_, _, me), (_, _, they), (_, headers, page) = opened(send(inside, [mine, theirs, paged]))

    assert they["UserId"] == user["systemuserid"] != me["UserId"]
    assert headers["Preference-Applied"] == "odata.maxpagesize=1"
    assert len(page["value"]) == 1
