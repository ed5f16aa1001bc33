"""Many rows at once: every bad row is named, and its neighbours are written."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from integration.dataverse.store import SalesOrganization
from integration.dataverse.writing import bulk
from integration.systems.errors import (
    BadAnswer,
    DuplicateKey,
    FieldMissing,
    InvalidValue,
    NotFound,
    ReferenceMissing,
    VersionConflict,
)
from integration.systems.filters import Comparison
from integration.systems.values import Ref, Row
from tests.dataverse.counterpart import Says
from tests.dataverse.relay import Relay
from tests.dataverse.writing.bulk_line import BULK, firms, line, organization, sandbox, sent, there

__all__ = ["line", "organization", "sandbox"]

JSON = {"Content-Type": "application/json"}


def test_twelve_hundred_accounts_take_three_requests(line: Relay, organization: SalesOrganization) -> None:
    rows = firms(1200)
    organization.describe("account")
    before = organization.requests

    written = organization.insert("account", rows)

    assert all(one.ok for one in written)
    assert [one.id for one in written] == [row.id for row in rows]
    assert organization.requests - before == 3


def test_a_row_that_was_there_before_is_a_duplicate_and_the_others_are_created(
    line: Relay, organization: SalesOrganization
) -> None:
    rows = firms(5)
    organization.insert("account", rows[2:3])

    written = organization.insert("account", rows)

    assert [type(one.error) for one in written if one.error] == [DuplicateKey]
    assert isinstance(written[2].error, DuplicateKey)
    assert len(there(organization, rows)) == 5


def test_one_bad_row_among_many_is_named_and_the_others_are_written(
    line: Relay, organization: SalesOrganization
) -> None:
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


def test_bad_rows_in_every_bulk_call_do_not_block_the_threads(line: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CREATED_AT_ONCE", 20)
    monkeypatch.setattr(bulk.batch, "WRITES_AT_ONCE", 5)
    organization = line.organization(concurrency=2)
    rows = firms(120)
    for n in range(0, 120, 20):
        rows[n] = Row(rows[n].id, {"name": "x" * 161})

    written = organization.insert("account", rows)
    organization.close()

    assert sum(not one.ok for one in written) == 6


def test_a_column_the_organization_does_not_know_ends_the_call_at_once(
    line: Relay, organization: SalesOrganization
) -> None:
    organization.describe("account")
    body = {"error": {"code": "0x0", "message": "Invalid property 'telephone1' was found in entity 'x.account'."}}
    line.say(BULK, Says(400, body, JSON))
    organization.insert("account", [])

    with pytest.raises(FieldMissing, match="telephone1"):
        organization.insert("account", firms(3))

    assert sent(line, BULK) == 1


def test_a_service_that_gives_ids_of_its_own_is_refused(line: Relay, organization: SalesOrganization) -> None:
    line.say(BULK, Says(200, {"Ids": [str(uuid.uuid4()), str(uuid.uuid4())]}, JSON))

    with pytest.raises(BadAnswer, match="ids"):
        organization.insert("account", firms(2))


def test_a_table_without_bulk_messages_is_written_in_batches_of_a_hundred(
    line: Relay, organization: SalesOrganization
) -> None:
    rows = [Row(uuid.uuid4(), {"subject": f"Call {n}", "notetext": "Ask for the order"}) for n in range(150)]
    organization.describe("annotation")
    before = organization.requests

    written = organization.insert("annotation", rows)

    assert all(one.ok and one.version for one in written)
    assert organization.requests - before == 2
    assert sent(line, BULK) == 0


def test_a_hundred_changed_rows_take_one_request_and_tell_their_versions(
    line: Relay, organization: SalesOrganization
) -> None:
    rows = firms(100)
    organization.insert("account", rows)
    before = organization.requests

    written = organization.update("account", [Row(row.id, {"telephone1": "030 2"}) for row in rows])

    assert organization.requests - before == 1
    found = organization.get("account", [row.id for row in rows], ["telephone1"])
    assert [one.version for one in written] == [found[row.id].version for row in rows]
    assert {record.values["telephone1"] for record in found.values()} == {"030 2"}


def test_a_stale_row_is_a_conflict_and_its_neighbours_are_changed(line: Relay, organization: SalesOrganization) -> None:
    rows = firms(3)
    organization.insert("account", rows)
    read = organization.get("account", [row.id for row in rows], [])
    organization.update("account", [Row(rows[1].id, {"telephone1": "by a person"})])

    written = organization.update(
        "account", [Row(row.id, {"telephone1": "ours"}, read[row.id].version) for row in rows]
    )

    assert [type(one.error) for one in written] == [type(None), VersionConflict, type(None)]


def test_an_update_never_creates_a_row(line: Relay, organization: SalesOrganization) -> None:
    row = firms(1)[0]

    written = organization.update("account", [row])

    assert isinstance(written[0].error, NotFound)
    assert there(organization, [row]) == []


def test_a_reference_to_nothing_names_field_and_record(line: Relay, organization: SalesOrganization) -> None:
    rows = firms(2)
    rows[1] = Row(rows[1].id, {"name": "Fabrikam", "parentaccountid": Ref("account", uuid.uuid4(), "Fabrikam Group")})

    written = organization.insert("account", rows)

    assert written[0].ok
    assert isinstance(written[1].error, ReferenceMissing)
    assert written[1].error.field == "parentaccountid"
    assert "Fabrikam Group" in str(written[1].error)


def test_an_option_that_does_not_exist_is_named(line: Relay, organization: SalesOrganization) -> None:
    written = organization.insert("account", [Row(uuid.uuid4(), {"name": "Adatum", "customertypecode": 4711})])

    assert isinstance(written[0].error, InvalidValue)
    assert "has no option 4711" in str(written[0].error)


def test_an_amount_out_of_range_names_the_range(line: Relay, organization: SalesOrganization) -> None:
    row = Row(uuid.uuid4(), {"name": "Adatum", "creditlimit": Decimal(10) ** 15})

    error = organization.insert("account", [row])[0].error

    assert isinstance(error, InvalidValue)
    assert error.field == "creditlimit"
    assert "takes 0" in str(error)


def test_a_deleted_row_counts_as_removed_however_often_it_is_deleted(
    line: Relay, organization: SalesOrganization
) -> None:
    rows = firms(2)
    organization.insert("account", rows)

    first = organization.delete("account", [Row(row.id) for row in rows])
    second = organization.delete("account", [Row(row.id) for row in rows])

    assert [one.error for one in (*first, *second)] == [None] * 4


def test_a_find_after_a_bulk_insert_sees_the_rows(line: Relay, organization: SalesOrganization) -> None:
    rows = firms(4, "Wingtip Toys")
    organization.insert("account", rows)

    page = organization.find("account", Comparison("name", "=", rows[0].values["name"]), ["name"])

    assert [record.id for record in page.records] == [rows[0].id]
