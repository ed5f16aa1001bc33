"""Rows are written by their number: what is asked, and what the answers mean."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from integration.dataverse.metadata import Entity
from integration.dataverse.reading import query
from integration.dataverse.session import Credentials, Session
from integration.dataverse.writing.bulk import Writer
from integration.http import Limits, Transport
from integration.systems.errors import ConfigurationProblem, InvalidValue
from integration.systems.values import Field, FieldType, Ref, Row, Table, Written
from tests.dataverse.counterpart import Counterpart, Says, counterpart

JSON = {"Content-Type": "application/json"}
OURS, THEIRS = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e"), uuid.UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
FIELDS = {
    "bci_number": Field("bci_number", FieldType.TEXT, "Number"),
    "bci_balance": Field("bci_balance", FieldType.INTEGER, "Balance"),
    "bci_accountid": Field("bci_accountid", FieldType.REFERENCE, "Account", targets=("account",)),
}
STATISTICS = Entity(Table("bci_statistics", "Statistics", FIELDS), "bci_statisticses", "bci_statisticsid", True)


@pytest.fixture
def server() -> Iterator[Counterpart]:
    with counterpart() as running:
        yield running


def parted(*answers: tuple[int, str]) -> Says:
    parts = "".join(
        f"--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 {status} X\r\nContent-Type: application/json\r\n\r\n"
        f"{body}\r\n" for status, body in answers
    )  # fmt: skip
    return Says(200, f"{parts}--b--\r\n".encode(), {"Content-Type": "multipart/mixed; boundary=b"})


def upsert(server: Counterpart, rows: list[Row], *answers: Says, key: tuple[str, ...] = ("bci_number",)) -> list[Any]:
    said = list(answers)
    granted = Says(200, {"access_token": "t", "expires_in": 3599}, JSON)
    server.route = lambda asked: granted if asked.path == "/token" else said.pop(0)
    credentials = Credentials("adatum.example", "client", "s3cret", f"{server.url}/token")
    transport = Transport(Limits(read=2, deadline=2))
    session = Session(server.url, credentials, transport=transport, sleep=lambda seconds: None)
    try:
        return list[Written](Writer(session, STATISTICS).upsert(key, rows))
    finally:
        session.close()


def told(id: uuid.UUID) -> str:
    return f'{{"@odata.etag":"W/\\"7\\"","bci_statisticsid":"{id}"}}'


def test_a_row_is_asked_for_by_its_number_and_may_be_created(server: Counterpart) -> None:
    upsert(server, [Row(OURS, {"bci_number": "O'Brien 1", "bci_balance": 5})], parted((201, told(OURS))))

    body = server.asked[-1].body.decode()
    assert "PATCH /api/data/v9.2/bci_statisticses(bci_number='O''Brien%201')?$select=bci_statisticsid HTTP/1.1" in body
    assert "If-Match" not in body
    assert "Prefer: return=representation" in body


def test_the_id_of_the_row_that_was_there_is_told(server: Counterpart) -> None:
    made, changed = upsert(
        server,
        [Row(uuid.uuid4(), {"bci_number": "1"}), Row(uuid.uuid4(), {"bci_number": "2"})],
        parted((201, told(OURS)), (200, told(THEIRS))),
    )

    assert (made.id, changed.id, changed.version) == (OURS, THEIRS, 'W/"7"')


def test_an_upsert_whose_answer_got_lost_is_simply_sent_again(server: Counterpart) -> None:
    (answer,) = upsert(server, [Row(uuid.uuid4(), {"bci_number": "1"})], Says(drop=True), parted((200, told(OURS))))

    assert (answer.id, answer.error) == (OURS, None)


def test_a_number_that_cannot_stand_in_an_address_is_refused_by_name_and_its_neighbours_are_written(
    server: Counterpart,
) -> None:
    rows = [Row(OURS, {"bci_number": n}) for n in ("1", "A/1", "")]

    answers = upsert(server, rows, parted((200, told(OURS))))

    assert [type(answer.error) for answer in answers] == [type(None), InvalidValue, InvalidValue]
    assert "must not contain /" in str(answers[1].error)
    assert "is blank" in str(answers[2].error)


def test_a_key_the_organization_does_not_have_ends_the_call_with_what_to_do(server: Counterpart) -> None:
    body = '{"error":{"code":"0x80060890","message":"The specified key attributes are not a defined key"}}'

    with pytest.raises(ConfigurationProblem, match="redeploy the integration solution"):
        upsert(server, [Row(OURS, {"bci_number": "1"})], parted((400, body)))


def test_a_key_of_several_columns_names_them_all() -> None:
    values = {"bci_number": "1", "bci_balance": 5, "bci_accountid": Ref("account", OURS)}

    assert query.key(STATISTICS, list(values), values) == (f"bci_number='1',bci_balance=5,_bci_accountid_value={OURS}")
