"""Following the changes of a table: nothing is lost, whatever kind of table and wherever reading was broken off."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from integration.dataverse.store import SalesOrganization
from integration.systems.errors import BadAnswer, CursorExpired, FieldMissing
from integration.systems.filters import Comparison
from integration.systems.values import Row
from tests.dataverse.counterpart import Says
from tests.dataverse.reading.following import add, follow, ids, organization
from tests.dataverse.relay import relay

__all__ = ["organization"]

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("table", ["account", "annotation"])
def test_a_new_row_comes_once_the_cursor_is_there(organization: SalesOrganization, table: str) -> None:
    _, cursor = follow(organization, table)
    added = add(organization, table, 3)

    pages, _ = follow(organization, table, cursor)

    assert set(added) <= ids(pages)


def test_nothing_changed_is_one_request(organization: SalesOrganization) -> None:
    _, cursor = follow(organization, "account")
    before = organization.requests

    pages, _ = follow(organization, "account", cursor)

    assert (ids(pages), organization.requests - before) == (set(), 1)


def test_a_deleted_account_comes_as_deleted(organization: SalesOrganization) -> None:
    gone, kept = add(organization, "account", 2)
    _, cursor = follow(organization, "account")
    organization.delete("account", [Row(gone)])
    organization.update("account", [Row(kept, {"name": "Litware, Inc."})])

    pages, _ = follow(organization, "account", cursor)

    assert [id for page in pages for id in page.deleted] == [gone]
    assert ids(pages) == {kept}


def test_our_own_writes_are_told_with_who_made_them(organization: SalesOrganization) -> None:
    _, cursor = follow(organization, "account")
    added = add(organization, "account")[0]

    pages, _ = follow(organization, "account", cursor)

    record = next(r for page in pages for r in page.records if r.id == added)
    assert record.modified_by == organization.check().user_id
    assert record.modified_at is not None
    assert record.version.startswith('W/"')


@pytest.mark.parametrize("table", ["account", "annotation"])
def test_reading_broken_off_after_any_page_goes_on_without_a_gap(organization: SalesOrganization, table: str) -> None:
    add(organization, table, 7)
    organization.page_size = 3
    everything = ids(follow(organization, table)[0])
    pages, cursor = organization.changes(table, []), None
    seen: set[uuid.UUID] = set()

    while True:
        page = next(pages)
        seen |= ids([page])
        if page.cursor == cursor:
            break
        cursor = page.cursor
        if len(page.records) < 3:
            break
        pages = organization.changes(table, [], cursor)  # a new process, with nothing but the cursor

    assert seen == everything
    assert ids(follow(organization, table, cursor)[0]) <= everything


def test_a_first_read_resumed_in_the_middle_still_asks_to_be_tracked(sandbox: dict[str, Any]) -> None:
    with relay(sandbox) as line:
        organization = line.organization()
        add(organization, "account", 3)
        organization.page_size = organization.count("account") // 3 + 1
        first = next(organization.changes("account", []))
        followed = list(organization.changes("account", [], first.cursor))
        list(organization.changes("account", [], followed[-1].cursor))
        organization.close()

    reads = [
        asked.headers["prefer"] for asked in line.asked if "/accounts?" in asked.path and "$count" not in asked.path
    ]
    assert ["track-changes" in prefer for prefer in reads] == [True] * (len(reads) - 1) + [False]


def test_a_row_added_while_pages_are_read_is_seen_at_the_latest_by_the_next_run(
    organization: SalesOrganization,
) -> None:
    add(organization, "account", 6)
    organization.page_size = 2
    pages = organization.changes("account", [])
    first = next(pages)
    late = add(organization, "account")[0]
    rest = list(pages)

    again, _ = follow(organization, "account", rest[-1].cursor)

    assert late in ids([first, *rest]) | ids(again)


def test_a_mapping_that_reads_more_columns_than_before_starts_again(organization: SalesOrganization) -> None:
    _, cursor = follow(organization, "account", fields=["name"])

    with pytest.raises(CursorExpired):
        follow(organization, "account", cursor, ["name", "telephone1"])


def test_a_mapping_that_reads_fewer_columns_goes_on(organization: SalesOrganization) -> None:
    _, cursor = follow(organization, "account", fields=["name", "telephone1"])
    added = add(organization, "account")

    pages, _ = follow(organization, "account", cursor, ["name"])

    assert ids(pages) == set(added)
    assert set(pages[0].records[0].values) == {"name"}


@pytest.mark.parametrize("cursor", ["{", "[]", '{"since": "2026-01-01T00:00:00+00:00"}', '"text"'])
def test_a_cursor_of_another_kind_starts_again(organization: SalesOrganization, cursor: str) -> None:
    with pytest.raises(CursorExpired):
        follow(organization, "account", cursor)


@pytest.mark.parametrize("cursor", ['{"delta": "x"}', '{"since": "yesterday"}', '{"since": 5}'])
def test_a_cursor_of_a_table_that_did_track_changes_starts_again(organization: SalesOrganization, cursor: str) -> None:
    with pytest.raises(CursorExpired):
        follow(organization, "annotation", cursor)


def test_an_expired_token_is_an_expired_cursor(sandbox: dict[str, Any]) -> None:
    expired = {"error": {"code": "0x80044352", "message": "Version stamp associated with the client has expired."}}
    with relay(sandbox) as line:
        organization = line.organization()
        _, cursor = follow(organization, "account")
        line.say("deltatoken", Says(400, expired, JSON))

        with pytest.raises(CursorExpired):
            follow(organization, "account", cursor)
        organization.close()


@pytest.mark.parametrize("told", [{}, {"value": []}, {"value": 5, "@odata.deltaLink": "x"}, [], {"value": [{}],
    "@odata.deltaLink": "accounts"}, {"value": [{"reason": "deleted"}], "@odata.deltaLink": "accounts"}])  # fmt: skip
def test_an_answer_that_cannot_be_followed_is_refused(
    sandbox: dict[str, Any], told: dict[str, Any] | list[Any]
) -> None:
    with relay(sandbox) as line:
        organization = line.organization()
        organization.describe("account")
        line.say("/accounts", Says(200, told, JSON))

        with pytest.raises(BadAnswer):
            follow(organization, "account")
        organization.close()


def test_rows_written_just_before_the_cursor_come_again_where_changes_are_not_tracked(
    organization: SalesOrganization,
) -> None:
    added = add(organization, "annotation", 2)
    _, cursor = follow(organization, "annotation")

    pages, _ = follow(organization, "annotation", cursor)

    assert set(added) <= ids(pages)


def test_rows_outside_of_the_filter_are_not_read_where_the_service_can_filter(organization: SalesOrganization) -> None:
    added = add(organization, "annotation", 2)
    where = Comparison("annotationid", "=", added[0])

    pages = list(organization.changes("annotation", ["subject"], None, where))

    assert ids(pages) == {added[0]}


@pytest.mark.parametrize("table", ["account", "annotation"])
def test_a_column_that_does_not_exist_is_a_configuration_error(organization: SalesOrganization, table: str) -> None:
    with pytest.raises(FieldMissing):
        list(organization.changes(table, ["nosuchcolumn"]))
    with pytest.raises(FieldMissing):
        list(organization.changes(table, [], None, Comparison("nosuchcolumn", "=", 1)))


def test_labels_come_where_the_filter_looks_at_a_reference(organization: SalesOrganization) -> None:
    add(organization, "account")
    where = Comparison("ownerid", "=", "Somebody")

    labelled = next(iter(organization.changes("account", ["ownerid"], None, where))).records[0]
    plain = next(iter(organization.changes("account", ["ownerid"]))).records[0]

    assert labelled.values["ownerid"].label
    assert plain.values["ownerid"].label == ""
    assert labelled.values["ownerid"].table in ("systemuser", "team")
