"""Many rows at once over a line that is not always good: nothing is doubled, and every bad row is named."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integration.dataverse.store import SalesOrganization
from integration.dataverse.writing import bulk
from integration.odata.shared import Left
from integration.sandbox import Options, Sandbox
from integration.systems.errors import (
    BadAnswer,
    DuplicateKey,
    FieldMissing,
    InvalidValue,
    NotFound,
    ReferenceMissing,
    Refused,
    Throttled,
    Unreachable,
    VersionConflict,
)
from integration.systems.filters import Comparison
from integration.systems.values import Ref, Row
from tests.dataverse.counterpart import Says
from tests.dataverse.relay import Relay, relay

BULK = "Microsoft.Dynamics.CRM.CreateMultiple"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory) -> Iterator[dict[str, Any]]:
    """An organization of its own: the thousands of rows written here would make others read for long."""
    running = Sandbox(Options(str(tmp_path_factory.mktemp("bulk") / "organization.sqlite3"), seed="demo"))
    running.start()
    yield running.ready
    running.stop()


@pytest.fixture
def line(sandbox) -> Iterator[Relay]:
    with relay(sandbox) as running:
        yield running


@pytest.fixture
def organization(line) -> Iterator[SalesOrganization]:
    made = line.organization()
    yield made
    made.close()


def firms(count: int, name: str = "Adatum") -> list[Row]:
    tag = uuid.uuid4().hex[:8]
    return [Row(uuid.uuid4(), {"name": f"{name} {tag} {n}", "telephone1": "030 1"}) for n in range(count)]


def there(organization: SalesOrganization, rows: list[Row], table: str = "account") -> list[uuid.UUID]:
    return [row.id for row in rows if row.id in organization.get(table, [r.id for r in rows], [])]


def sent(line: Relay, part: str) -> int:
    return len([asked for asked in line.asked if part in asked.path])


def test_twelve_hundred_accounts_take_three_requests(line, organization):
    rows = firms(1200)
    organization.describe("account")
    before = organization.requests

    written = organization.insert("account", rows)

    assert all(one.ok for one in written)
    assert [one.id for one in written] == [row.id for row in rows]
    assert organization.requests - before == 3


def test_an_account_whose_answer_got_lost_is_created_once(line, organization):
    rows = firms(30)
    line.lose_answer(BULK)

    written = organization.insert("account", rows)

    assert [one.error for one in written] == [None] * 30
    assert len(there(organization, rows)) == 30


def test_rows_that_a_lost_answer_wrote_come_with_their_version(line, organization):
    rows = firms(3)
    line.lose_answer(BULK)

    written = organization.insert("account", rows)

    found = organization.get("account", [row.id for row in rows], [])
    assert [one.version for one in written] == [found[row.id].version for row in rows]


def test_a_row_that_was_there_before_is_a_duplicate_and_the_others_are_created(line, organization):
    rows = firms(5)
    organization.insert("account", rows[2:3])

    written = organization.insert("account", rows)

    assert [type(one.error) for one in written if one.error] == [DuplicateKey]
    assert isinstance(written[2].error, DuplicateKey)
    assert len(there(organization, rows)) == 5


def test_one_bad_row_among_many_is_named_and_the_others_are_written(line, organization):
    rows = firms(250)
    rows[17] = Row(rows[17].id, {"name": "Coho Winery " * 20})

    written = organization.insert("account", rows)

    bad = [one for one in written if not one.ok]
    assert [one.id for one in bad] == [rows[17].id]
    assert isinstance(bad[0].error, InvalidValue)
    assert bad[0].error.field == "name"
    assert "takes at most 160 characters" in str(bad[0].error)
    assert "has 240" in str(bad[0].error)
    assert sent(line, BULK) == 1
    assert sent(line, "$batch") == 3 + 1  # 100 rows each, and the table's description


def test_bad_rows_in_every_bulk_call_do_not_block_the_threads(line, monkeypatch):
    monkeypatch.setattr(bulk, "CREATED_AT_ONCE", 20)
    monkeypatch.setattr(bulk.batch, "WRITES_AT_ONCE", 5)
    organization = line.organization(concurrency=2)
    rows = firms(120)
    for n in range(0, 120, 20):
        rows[n] = Row(rows[n].id, {"name": "x" * 161})

    written = organization.insert("account", rows)
    organization.close()

    assert sum(not one.ok for one in written) == 6


def test_a_bulk_call_that_takes_too_long_is_cut_in_half_instead_of_repeated(line):
    organization = line.organization(patience=0.5)
    rows = firms(8)
    organization.describe("account")
    line.say(BULK, Says(raw=lambda _: line.server.ending.wait(5)))

    written = organization.insert("account", rows)
    organization.close()

    assert all(one.ok for one in written)
    sizes = [len(asked.json()["Targets"]) for asked in line.asked if BULK in asked.path]
    assert sizes == [8, 4, 4]


def test_rows_of_a_bulk_call_that_ended_after_we_gave_up_are_not_doubled(line):
    organization = line.organization(patience=0.5)
    rows = firms(6)
    organization.describe("account")
    line.answer_late(BULK)

    written = organization.insert("account", rows)

    assert [one.error for one in written] == [None] * 6
    assert len(there(organization, rows)) == 6
    organization.close()


def test_a_bulk_call_that_is_too_large_is_cut_in_half(line, organization):
    rows = firms(8)
    line.say(BULK, Says(413, b""))

    assert all(one.ok for one in organization.insert("account", rows))


def test_a_column_the_organization_does_not_know_ends_the_call_at_once(line, organization):
    organization.describe("account")
    body = {"error": {"code": "0x0", "message": "Invalid property 'telephone1' was found in entity 'x.account'."}}
    line.say(BULK, Says(400, body, JSON))
    organization.insert("account", [])

    with pytest.raises(FieldMissing, match="telephone1"):
        organization.insert("account", firms(3))

    assert sent(line, BULK) == 1


def test_a_service_that_gives_ids_of_its_own_is_refused(line, organization):
    line.say(BULK, Says(200, {"Ids": [str(uuid.uuid4()), str(uuid.uuid4())]}, JSON))

    with pytest.raises(BadAnswer, match="ids"):
        organization.insert("account", firms(2))


def test_a_table_without_bulk_messages_is_written_in_batches_of_a_hundred(line, organization):
    rows = [Row(uuid.uuid4(), {"subject": f"Call {n}", "notetext": "Ask for the order"}) for n in range(150)]
    organization.describe("annotation")
    before = organization.requests

    written = organization.insert("annotation", rows)

    assert all(one.ok and one.version for one in written)
    assert organization.requests - before == 2
    assert sent(line, BULK) == 0


def test_a_batch_whose_answer_got_lost_creates_nothing_twice(line, organization):
    rows = [Row(uuid.uuid4(), {"subject": f"Call {n}"}) for n in range(10)]
    organization.describe("annotation")
    line.lose_answer("$batch")

    written = organization.insert("annotation", rows)

    assert [one.error for one in written] == [None] * 10


def test_a_hundred_changed_rows_take_one_request_and_tell_their_versions(line, organization):
    rows = firms(100)
    organization.insert("account", rows)
    before = organization.requests

    written = organization.update("account", [Row(row.id, {"telephone1": "030 2"}) for row in rows])

    assert organization.requests - before == 1
    found = organization.get("account", [row.id for row in rows], ["telephone1"])
    assert [one.version for one in written] == [found[row.id].version for row in rows]
    assert {record.values["telephone1"] for record in found.values()} == {"030 2"}


def test_a_stale_row_is_a_conflict_and_its_neighbours_are_changed(line, organization):
    rows = firms(3)
    organization.insert("account", rows)
    read = organization.get("account", [row.id for row in rows], [])
    organization.update("account", [Row(rows[1].id, {"telephone1": "by a person"})])

    written = organization.update(
        "account", [Row(row.id, {"telephone1": "ours"}, read[row.id].version) for row in rows]
    )

    assert [type(one.error) for one in written] == [type(None), VersionConflict, type(None)]


def test_an_update_never_creates_a_row(line, organization):
    row = firms(1)[0]

    written = organization.update("account", [row])

    assert isinstance(written[0].error, NotFound)
    assert there(organization, [row]) == []


def test_a_reference_to_nothing_names_field_and_record(line, organization):
    rows = firms(2)
    rows[1] = Row(rows[1].id, {"name": "Fabrikam", "parentaccountid": Ref("account", uuid.uuid4(), "Fabrikam Group")})

    written = organization.insert("account", rows)

    assert written[0].ok
    assert isinstance(written[1].error, ReferenceMissing)
    assert written[1].error.field == "parentaccountid"
    assert "Fabrikam Group" in str(written[1].error)


def test_an_option_that_does_not_exist_is_named(line, organization):
    written = organization.insert("account", [Row(uuid.uuid4(), {"name": "Adatum", "customertypecode": 4711})])

    assert isinstance(written[0].error, InvalidValue)
    assert "has no option 4711" in str(written[0].error)


def test_an_amount_out_of_range_names_the_range(line, organization):
    row = Row(uuid.uuid4(), {"name": "Adatum", "creditlimit": Decimal(10) ** 15})

    error = organization.insert("account", [row])[0].error

    assert isinstance(error, InvalidValue)
    assert error.field == "creditlimit"
    assert "takes 0" in str(error)


def test_a_deleted_row_counts_as_removed_however_often_it_is_deleted(line, organization):
    rows = firms(2)
    organization.insert("account", rows)

    first = organization.delete("account", [Row(row.id) for row in rows])
    second = organization.delete("account", [Row(row.id) for row in rows])

    assert [one.error for one in (*first, *second)] == [None] * 4


def test_throttling_is_waited_for_as_long_as_the_service_asks(line):
    gate = Noted()
    organization = line.organization(gate=gate)
    organization.describe("account")
    line.throttle(BULK, seconds=7, times=2)

    written = organization.insert("account", firms(3))
    organization.close()

    assert all(one.ok for one in written)
    assert gate.waits == [7.0, 7.0]
    assert line.slept == []


def test_rows_that_a_batch_answers_as_throttled_are_sent_again_alone(line):
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


def test_a_row_locked_by_somebody_else_is_tried_again(line, organization):
    rows = firms(1)
    organization.insert("account", rows)
    deadlock = '{"error":{"code":"0x80044150","message":"SQL deadlock"}}'
    line.say("If-Match", Says(200, *batch_answer([(400, deadlock)])), times=2)

    written = organization.update("account", [Row(rows[0].id, {"telephone1": "030 4"})])

    assert written[0].ok
    assert len(line.slept) == 2


def test_a_row_at_which_the_service_stumbles_does_not_end_the_run(line, organization):
    rows = firms(2)
    organization.insert("account", rows)
    organization.describe("account")
    error = '{"error":{"code":"0x80040216","message":"An unexpected error occurred."}}'
    line.say(str(rows[0].id), Says(200, *batch_answer([(204, ""), (500, error)])), times=1)
    line.say(str(rows[1].id), Says(200, *batch_answer([(500, error)])), times=9)

    written = organization.update("account", [Row(row.id, {"telephone1": "030 5"}) for row in rows])

    assert written[0].ok
    assert isinstance(written[1].error, Refused)


def test_throttling_that_never_ends_ends_the_call(line, monkeypatch):
    organization = line.organization(gate=Noted())
    organization.describe("account")
    line.throttle(BULK, seconds=100_000, times=99)

    with pytest.raises(Throttled) as caught:
        organization.insert("account", firms(2))
    organization.close()

    assert caught.value.retry_after == 100_000


def test_a_service_that_is_gone_ends_the_call_after_a_few_tries(line, organization):
    organization.describe("account")
    line.say(BULK, Says(502, b"bad gateway"), times=99)

    with pytest.raises(Unreachable):
        organization.insert("account", firms(2))

    assert sent(line, BULK) == 5
    assert line.slept == sorted(line.slept)


def test_a_find_after_a_bulk_insert_sees_the_rows(line, organization):
    rows = firms(4, "Wingtip Toys")
    organization.insert("account", rows)

    page = organization.find("account", Comparison("name", "=", rows[0].values["name"]), ["name"])

    assert [record.id for record in page.records] == [rows[0].id]


# --- what the tests above need ------------------------------------------------------------------------------

TOO_MANY_TEXT = '{"error":{"code":"0x80072322","message":"Number of requests exceeded the limit of 6000."}}'


class Noted:
    """A gate that keeps what it was told and holds nobody back."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def slot(self):
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
