"""Rows are changed and removed, never by mistake."""

from __future__ import annotations

import uuid

from integration.systems.errors import (
    InvalidValue,
    NotFound,
    VersionConflict,
)
from integration.systems.system import System
from integration.systems.values import Row
from tests.systems.contract.ground import (
    NOWHERE,
    Contract,
    Ground,
    Rows,
    assert_ok,
)


class UpdateContract(Contract):
    def test_an_update_writes_only_the_columns_it_is_given(self, rows: Rows, ground: Ground) -> None:
        id = rows.insert_one("Adatum", **{ground.text: "030 1"})

        assert_ok([rows.update(id, **{ground.text: "030 2"})])

        values = rows.get(id).values
        assert values[ground.text] == "030 2"
        assert values[ground.name] == f"{rows.mark} Adatum"

    def test_an_update_never_creates_a_row(self, rows: Rows, ground: Ground) -> None:
        id = uuid.uuid4()

        answer = rows.update(id, **{ground.text: "030 1"})

        assert isinstance(answer.error, NotFound)
        assert not rows.is_there(id)

    def test_an_update_of_a_row_that_is_gone_is_not_found_whatever_its_version(
        self, system: System, rows: Rows, ground: Ground
    ) -> None:
        id = rows.insert_one("Adatum")
        version = rows.get(id).version
        assert_ok(system.delete(ground.table, [Row(id)]))

        answer = rows.update(id, version, **{ground.text: "030 1"})

        assert isinstance(answer.error, NotFound)
        assert not rows.is_there(id)

    def test_every_write_changes_the_version(self, rows: Rows, ground: Ground) -> None:
        id = rows.insert_one("Adatum")
        versions = [rows.get(id).version]
        for phone in ("030 1", "030 2"):
            assert_ok([rows.update(id, **{ground.text: phone})])
            versions.append(rows.get(id).version)

        assert len(set(versions)) == 3

    def test_reading_does_not_change_the_version(self, rows: Rows) -> None:
        id = rows.insert_one("Adatum")

        assert rows.get(id).version == rows.get(id).version

    def test_a_version_that_is_told_is_the_one_that_is_read(self, system: System, rows: Rows, ground: Ground) -> None:
        row = rows.row("Adatum")
        inserted = system.insert(ground.table, [row])[0]
        assert inserted.version in (None, rows.get(row.id).version)

        updated = rows.update(row.id, rows.get(row.id).version, **{ground.text: "030 1"})
        assert updated.version in (None, rows.get(row.id).version)

    def test_versions_are_the_same_whichever_verb_reads(self, system: System, rows: Rows, ground: Ground) -> None:
        cursor = rows.now()
        id = rows.insert_one("Adatum")

        changed = {record.id: record.version for page in rows.pages(cursor) for record in page.records}
        found = system.find(ground.table, rows.filter(), [ground.name]).records[0].version

        assert rows.get(id).version == changed[id] == found

    def test_an_update_with_the_present_version_is_written(self, rows: Rows, ground: Ground) -> None:
        id = rows.insert_one("Adatum")

        assert_ok([rows.update(id, rows.get(id).version, **{ground.text: "030 1"})])

        assert rows.get(id).values[ground.text] == "030 1"

    def test_a_stale_version_is_a_conflict_and_nothing_is_written(self, rows: Rows, ground: Ground) -> None:
        id = rows.insert_one("Adatum")
        stale = rows.get(id).version
        assert_ok([rows.update(id, **{ground.text: "030 1"})])
        before = rows.get(id)

        answer = rows.update(id, stale, **{ground.text: "030 2"})

        assert isinstance(answer.error, VersionConflict)
        assert rows.get(id) == before

    def test_one_refused_update_does_not_hold_back_the_others(self, system: System, rows: Rows, ground: Ground) -> None:
        adatum, fabrikam = rows.insert("Adatum", "Fabrikam")
        limit = system.describe(ground.table).fields[ground.name].max_length or 0
        given = [
            Row(adatum, {ground.text: "030 1"}),
            Row(NOWHERE, {ground.text: "030 2"}),
            Row(adatum, {ground.name: "x" * (limit + 1)}),
            Row(fabrikam, {ground.text: "030 4"}),
        ]

        answers = system.update(ground.table, given)

        assert [type(answer.error) for answer in answers] == [type(None), NotFound, InvalidValue, type(None)]
        assert rows.get(adatum).values[ground.text] == "030 1"
        assert rows.get(fabrikam).values[ground.text] == "030 4"

    def test_a_deleted_row_is_gone(self, system: System, rows: Rows, ground: Ground) -> None:
        id = rows.insert_one("Adatum")

        assert_ok(system.delete(ground.table, [Row(id)]))

        assert not rows.is_there(id)

    def test_deleting_what_is_gone_counts_as_done(self, system: System, rows: Rows, ground: Ground) -> None:
        id = rows.insert_one("Adatum")
        assert_ok(system.delete(ground.table, [Row(id)]))

        assert_ok(system.delete(ground.table, [Row(id), Row(uuid.uuid4())]))
