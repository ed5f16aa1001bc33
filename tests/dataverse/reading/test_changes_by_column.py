"""Changes by a column that a person chose, and a cheap look at whether anything changed."""

from __future__ import annotations

import datetime as dt
import time
import uuid

import pytest

from integration.dataverse.store import SalesOrganization
from integration.systems.errors import CursorExpired, FieldMissing
from integration.systems.values import Row
from tests.dataverse.reading.following import add, follow, ids, organization

__all__ = ["organization"]


# --- by a column that a person chose -------------------------------------------------------------------------


def on_hold(organization: SalesOrganization, day: int) -> uuid.UUID:
    id = uuid.uuid4()
    moment = dt.datetime(2026, 11, day, tzinfo=dt.UTC)
    assert organization.insert("account", [Row(id, {"name": "Proseware", "lastonholdtime": moment})])[0].ok
    return id


def by_hold(organization: SalesOrganization, since: str | None = None) -> tuple[set[uuid.UUID], str]:
    pages = list(organization.changes("account", ["name"], since, by="lastonholdtime"))
    return ids(pages), str(pages[-1].cursor)


def test_changes_are_read_by_the_column_chosen_for_them(organization: SalesOrganization) -> None:
    first = on_hold(organization, 3)
    found, cursor = by_hold(organization)
    assert first in found
    later, earlier = on_hold(organization, 5), on_hold(organization, 1)

    found, _ = by_hold(organization, cursor)

    assert later in found
    assert earlier not in found


def test_a_cursor_of_another_column_has_expired(organization: SalesOrganization) -> None:
    on_hold(organization, 3)
    _, tracked = follow(organization, "account")
    _, held = by_hold(organization)
    with pytest.raises(CursorExpired):
        by_hold(organization, tracked)
    with pytest.raises(CursorExpired):
        follow(organization, "account", held)
    with pytest.raises(CursorExpired, match="another column"):
        list(organization.changes("account", ["name"], held, by="modifiedon"))


def test_a_column_that_is_no_moment_tells_no_changes(organization: SalesOrganization) -> None:
    with pytest.raises(FieldMissing, match="no date and time column “name”"):
        list(organization.changes("account", ["name"], by="name"))


def test_a_table_says_what_its_rows_are_known_by(organization: SalesOrganization) -> None:
    described = organization.describe("account")
    assert (described.id_field, described.modified_field) == ("accountid", "modifiedon")


# --- has anything changed? -----------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["account", "annotation"])
def test_a_cheap_look_says_whether_anything_changed_and_moves_no_cursor(
    organization: SalesOrganization, table: str
) -> None:
    first, *_ = add(organization, table)
    _, cursor = follow(organization, table)
    assert organization.have_changed([(table, cursor)]) == [False]
    time.sleep(1.1)  # the service tells times of changes in whole seconds
    organization.delete(table, [Row(first)])
    add(organization, table)
    assert organization.have_changed([(table, cursor)]) == [True]
    pages, _ = follow(organization, table, cursor)
    assert any(page.records for page in pages)


def test_all_tables_are_looked_at_in_one_request(organization: SalesOrganization) -> None:
    cursors = [(table, follow(organization, table)[1]) for table in ("account", "annotation", "contact")]
    before = organization.requests
    assert organization.have_changed([*cursors, ("account.paymenttermscode", "0")]) == [False] * 4
    assert organization.requests == before + 1


def test_a_cursor_that_says_nothing_counts_as_a_change(organization: SalesOrganization) -> None:
    assert organization.have_changed([("account", "no cursor")]) == [True]
    assert organization.have_changed([]) == []
