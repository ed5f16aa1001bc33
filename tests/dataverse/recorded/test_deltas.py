"""Recorded pages of change tracking: changes, deletions, the end of a token."""

from __future__ import annotations

import json

import pytest

from integration.dataverse.metadata import Entity
from integration.dataverse.reading import changes
from integration.dataverse.session import Session
from integration.systems.errors import ConfigurationProblem, CursorExpired
from integration.systems.filters import EVERYTHING
from integration.systems.values import Field, FieldType, Page, Table
from tests.dataverse.recorded.conftest import Recorded

FIELDS = {
    "accountid": Field("accountid", FieldType.UUID),
    "name": Field("name", FieldType.TEXT),
    "modifiedon": Field("modifiedon", FieldType.DATETIME),
    "modifiedby": Field("modifiedby", FieldType.REFERENCE, targets=("systemuser",)),
}
ACCOUNT = Entity(Table("account", "Account", FIELDS, name_field="name"), "accounts", "accountid", True)


def read(session: Session, since: str | None = None) -> list[Page]:
    return list(changes.read(session, ACCOUNT, ["name"], since, EVERYTHING, 2))


def names(pages: list[Page]) -> list[str]:
    return [str(record.values["name"]) for page in pages for record in page.records]


def test_the_first_reading_follows_its_pages_to_the_delta_link(recorded: Recorded) -> None:
    pages = read(recorded.says("delta_first", "delta_last"))

    assert names(pages) == ["Adatum", "Fabrikam", "Coho Winery"]
    assert ["$skiptoken=" in json.loads(str(page.cursor))["delta"] for page in pages] == [True, False]
    assert "$deltatoken=919042%2108%2f22%2f2026%2008%3a10%3a44" in json.loads(str(pages[-1].cursor))["delta"]
    assert all("odata.track-changes" in asked.headers["prefer"] for asked in recorded.asked)


def test_the_next_reading_brings_changes_and_deletions_and_the_link_after(recorded: Recorded) -> None:
    since = read(recorded.says("delta_last"))[-1].cursor

    pages = read(recorded.says("delta_changes"), since)

    assert names(pages) == ["Fabrikam Ltd."]
    assert [str(id)[-1] for id in pages[0].deleted] == ["a"]
    assert "919050" in str(pages[0].cursor)
    assert recorded.asked[-1].path.lower().endswith("$deltatoken=919042%2108%2f22%2f2026%2008%3a10%3a44")


def test_a_reading_without_changes_still_moves_the_link(recorded: Recorded) -> None:
    since = read(recorded.says("delta_last"))[-1].cursor

    pages = read(recorded.says("delta_empty"), since)

    assert (names(pages), len(pages)) == ([], 1)
    assert "919051" in str(pages[0].cursor)


def test_a_reading_that_broke_off_goes_on_at_its_page(recorded: Recorded) -> None:
    pages = changes.read(recorded.says("delta_first"), ACCOUNT, ["name"], None, EVERYTHING, 2)
    first = next(pages)

    assert names(read(recorded.says("delta_last"), first.cursor)) == ["Coho Winery"]
    assert "$skiptoken=" in recorded.asked[-1].path


def test_an_expired_token_asks_for_everything_again(recorded: Recorded) -> None:
    since = read(recorded.says("delta_last"))[-1].cursor

    with pytest.raises(CursorExpired):
        read(recorded.says("delta_expired"), since)

    assert names(read(recorded.says("delta_first", "delta_last"))) == ["Adatum", "Fabrikam", "Coho Winery"]


def test_a_table_that_stopped_tracking_is_told_with_what_to_do(recorded: Recorded) -> None:
    with pytest.raises(ConfigurationProblem, match="Switch change tracking on"):
        read(recorded.says("delta_not_tracked"))
