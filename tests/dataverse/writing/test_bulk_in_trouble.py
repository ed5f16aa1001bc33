"""Many rows at once over a line that is not always good: nothing is doubled, and what can pass is waited for."""

from __future__ import annotations

import uuid

import pytest

from integration.dataverse.store import SalesOrganization
from integration.odata.shared import Left
from integration.systems.errors import (
    Refused,
    Throttled,
    Unreachable,
)
from integration.systems.values import Row
from tests.dataverse.counterpart import Says
from tests.dataverse.relay import Relay
from tests.dataverse.writing.bulk_line import BULK, firms, line, organization, sandbox, sent, there

__all__ = ["line", "organization", "sandbox"]


def test_an_account_whose_answer_got_lost_is_created_once(line: Relay, organization: SalesOrganization) -> None:
    rows = firms(30)
    line.lose_answer(BULK)

    written = organization.insert("account", rows)

    assert [one.error for one in written] == [None] * 30
    assert len(there(organization, rows)) == 30


def test_rows_that_a_lost_answer_wrote_come_with_their_version(line: Relay, organization: SalesOrganization) -> None:
    rows = firms(3)
    line.lose_answer(BULK)

    written = organization.insert("account", rows)

    found = organization.get("account", [row.id for row in rows], [])
    assert [one.version for one in written] == [found[row.id].version for row in rows]


def test_a_bulk_call_that_takes_too_long_is_cut_in_half_instead_of_repeated(line: Relay) -> None:
    organization = line.organization(patience=0.5)
    rows = firms(8)
    organization.describe("account")
    line.say(BULK, Says(raw=lambda _: line.server.ending.wait(5)))

    written = organization.insert("account", rows)
    organization.close()

    assert all(one.ok for one in written)
    sizes = [len(asked.json()["Targets"]) for asked in line.asked if BULK in asked.path]
    assert sizes == [8, 4, 4]


def test_rows_of_a_bulk_call_that_ended_after_we_gave_up_are_not_doubled(line: Relay) -> None:
    organization = line.organization(patience=0.5)
    rows = firms(6)
    organization.describe("account")
    line.answer_late(BULK)

    written = organization.insert("account", rows)

    assert [one.error for one in written] == [None] * 6
    assert len(there(organization, rows)) == 6
    organization.close()


def test_a_bulk_call_that_is_too_large_is_cut_in_half(line: Relay, organization: SalesOrganization) -> None:
    rows = firms(8)
    line.say(BULK, Says(413, b""))

    assert all(one.ok for one in organization.insert("account", rows))


def test_a_batch_whose_answer_got_lost_creates_nothing_twice(line: Relay, organization: SalesOrganization) -> None:
    rows = [Row(uuid.uuid4(), {"subject": f"Call {n}"}) for n in range(10)]
    organization.describe("annotation")
    line.lose_answer("$batch")

    written = organization.insert("annotation", rows)

    assert [one.error for one in written] == [None] * 10


def test_throttling_is_waited_for_as_long_as_the_service_asks(line: Relay) -> None:
    gate = Noted()
    organization = line.organization(gate=gate)
    organization.describe("account")
    line.throttle(BULK, seconds=7, times=2)

    written = organization.insert("account", firms(3))
    organization.close()

    assert all(one.ok for one in written)
    assert gate.waits == [7.0, 7.0]
    assert line.slept == []


def test_rows_that_a_batch_answers_as_throttled_are_sent_again_alone(line: Relay) -> None:
    gate = Noted()
    organization = line.organization(gate=gate)
    rows = firms(3)
    organization.insert("account", rows)
    line.say("If-Match", Says(200, *batch_answer([(204, ""), (429, TOO_MANY_TEXT), (204, "")])))

    written = organization.update("account", [Row(row.id, {"telephone1": "030 3"}) for row in rows])
    organization.close()

    assert all(one.ok for one in written)
    assert gate.waits == [5.0]
    assert line.asked[-1].body.count(b"PATCH") == 1


def test_a_row_locked_by_somebody_else_is_tried_again(line: Relay, organization: SalesOrganization) -> None:
    rows = firms(1)
    organization.insert("account", rows)
    deadlock = '{"error":{"code":"0x80044150","message":"SQL deadlock"}}'
    line.say("If-Match", Says(200, *batch_answer([(400, deadlock)])), times=2)

    written = organization.update("account", [Row(rows[0].id, {"telephone1": "030 4"})])

    assert written[0].ok
    assert len(line.slept) == 2


def test_a_row_at_which_the_service_stumbles_does_not_end_the_run(line: Relay, organization: SalesOrganization) -> None:
    rows = firms(2)
    organization.insert("account", rows)
    organization.describe("account")
    error = '{"error":{"code":"0x80040216","message":"An unexpected error occurred."}}'
    line.say(str(rows[0].id), Says(200, *batch_answer([(204, ""), (500, error)])), times=1)
    line.say(str(rows[1].id), Says(200, *batch_answer([(500, error)])), times=9)

    written = organization.update("account", [Row(row.id, {"telephone1": "030 5"}) for row in rows])

    assert written[0].ok
    assert isinstance(written[1].error, Refused)


def test_throttling_that_never_ends_ends_the_call(line: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    organization = line.organization(gate=Noted())
    organization.describe("account")
    line.throttle(BULK, seconds=100_000, times=99)

    with pytest.raises(Throttled) as caught:
        organization.insert("account", firms(2))
    organization.close()

    assert caught.value.retry_after == 100_000


def test_a_service_that_is_gone_ends_the_call_after_a_few_tries(line: Relay, organization: SalesOrganization) -> None:
    organization.describe("account")
    line.say(BULK, Says(502, b"bad gateway"), times=99)

    with pytest.raises(Unreachable):
        organization.insert("account", firms(2))

    assert sent(line, BULK) == 5
    assert line.slept == sorted(line.slept)


# --- what the tests above need -------------------------------------------------------------------------------

TOO_MANY_TEXT = '{"error":{"code":"0x80072322","message":"Number of requests exceeded the limit of 6000."}}'


class Noted:
    """A gate that keeps what it was told and holds nobody back."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def slot(self) -> Noted:
        return self

    def __enter__(self) -> None:
        return None

    def __exit__(self, *arguments: object) -> None:
        return None

    def note_left(self, left: Left) -> None:
        return None

    def throttled(self, seconds: float) -> None:
        self.waits.append(seconds)


def batch_answer(parts: list[tuple[int, str]]) -> tuple[bytes, dict[str, str]]:
    pieces = [
        f"--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\n\r\n{body}\r\n"
        for status, body in parts
    ]
    return ("".join(pieces) + "--b--\r\n").encode(), {"Content-Type": "multipart/mixed; boundary=b"}
