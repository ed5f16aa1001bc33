"""What changed since a cursor: everything, and nothing twice without need."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from integration.systems.errors import (
    CursorExpired,
    FieldMissing,
)
from integration.systems.system import System
from integration.systems.values import Row, Value
from tests.systems.contract.ground import (
    Contract,
    Ground,
    Rows,
    assert_ok,
    cursor_of,
    deleted_in,
    ids_in,
)


class ChangesContract(Contract):
    def test_changes_since_nothing_are_all_rows_once(self, rows: Rows) -> None:
        made = rows.insert("Adatum", "Fabrikam", "Litware", "Contoso", "Proseware")

        read = ids_in(rows.pages(None))

        assert len(read) == len(set(read))
        assert set(made) <= set(read)

    def test_changes_give_at_least_one_page_and_every_page_a_cursor(self, rows: Rows) -> None:
        pages = rows.pages(rows.now())

        assert pages
        assert all(page.cursor for page in (*pages, *rows.pages(None)))

    def test_changes_since_a_cursor_are_only_newer_ones(self, system: System, rows: Rows, ground: Ground) -> None:
        old, changed = rows.insert("Adatum", "Fabrikam")
        cursor = rows.now()
        new = rows.insert_one("Litware")
        assert_ok([rows.update(changed, **{ground.text: "030 1"})])

        read = set(ids_in(rows.pages(cursor)))

        assert {changed, new} <= read
        if system.describe(ground.table).tracks_changes:
            assert old not in read

    def test_our_own_writes_are_changes_too(self, rows: Rows) -> None:
        cursor = rows.now()
        id = rows.insert_one("Adatum")

        assert id in ids_in(rows.pages(cursor))

    def test_a_row_changed_twice_comes_with_its_last_values(self, rows: Rows, ground: Ground) -> None:
        id = rows.insert_one("Adatum")
        cursor = rows.now()
        for phone in ("030 1", "030 2"):
            assert_ok([rows.update(id, **{ground.text: phone})])

        read = [record for page in rows.pages(cursor) for record in page.records if record.id == id]

        assert [record.values[ground.text] for record in read] == ["030 2"]

    def test_deletions_are_told_where_changes_are_tracked(self, system: System, rows: Rows, ground: Ground) -> None:
        if not system.describe(ground.table).tracks_changes:
            pytest.skip("the table does not track changes")
        kept, gone = rows.insert("Adatum", "Fabrikam")
        cursor = rows.now()
        assert_ok(system.delete(ground.table, [Row(gone)]))

        pages = rows.pages(cursor)

        assert gone in deleted_in(pages)
        assert kept not in deleted_in(pages)
        assert gone not in ids_in(pages)

    def test_a_cursor_is_stable_until_something_changes(self, system: System, rows: Rows, ground: Ground) -> None:
        id = rows.insert_one("Adatum")
        cursor = rows.now()

        again = rows.pages(cursor)

        if system.describe(ground.table).tracks_changes:
            assert ids_in(again) == []
        assert_ok([rows.update(id, **{ground.text: "030 1"})])
        assert id in ids_in(rows.pages(cursor_of(again)))

    def test_the_same_cursor_can_be_used_twice(self, rows: Rows) -> None:
        cursor = rows.now()
        made = rows.insert("Adatum", "Fabrikam", "Litware")

        assert set(made) <= set(ids_in(rows.pages(cursor)))
        assert set(made) <= set(ids_in(rows.pages(cursor)))

    def test_every_page_can_be_resumed_without_losing_a_row(self, rows: Rows) -> None:
        cursor = rows.now()
        made = set(rows.insert("Adatum", "Fabrikam", "Litware", "Contoso", "Proseware", "Relecloud", "Fourth Coffee"))

        seen: set[uuid.UUID] = set()
        for page in rows.pages(cursor):
            seen.update(record.id for record in page.records)
            assert made <= seen | set(ids_in(rows.pages(page.cursor)))
        assert made <= seen

    def test_what_is_written_while_changes_are_read_is_seen_then_or_next_time(self, rows: Rows, ground: Ground) -> None:
        cursor = rows.now()
        made = rows.insert("Adatum", "Fabrikam", "Litware", "Contoso", "Proseware")
        seen: dict[uuid.UUID, Value] = {}

        for number, page in enumerate(rows.system.changes(ground.table, ground.columns(), cursor)):
            seen |= {record.id: record.values[ground.text] for record in page.records}
            cursor = page.cursor or ""
            if number == 0:
                assert_ok([rows.update(id, **{ground.text: "030 1"}) for id in made])
                late = rows.insert_one("Relecloud", **{ground.text: "030 1"})
        for page in rows.pages(cursor):
            seen |= {record.id: record.values[ground.text] for record in page.records}

        assert {id: seen.get(id) for id in (*made, late)} == dict.fromkeys((*made, late), "030 1")

    def test_records_of_changes_hold_the_columns_asked_for(self, rows: Rows, ground: Ground) -> None:
        cursor = rows.now()
        id = rows.insert_one("Adatum", **{ground.text: "030 1"})

        record = next(record for page in rows.pages(cursor) for record in page.records if record.id == id)

        assert set(ground.columns()) <= set(record.values)
        assert record.values == rows.get(id).values
        assert record.modified_at is not None
        assert record.modified_at.utcoffset() == dt.timedelta(0)

    def test_a_filter_on_changes_never_leaves_out_a_matching_row(
        self, system: System, rows: Rows, ground: Ground
    ) -> None:
        cursor = rows.now()
        made = rows.insert("Adatum", "Fabrikam")

        pages = list(system.changes(ground.table, [ground.name], cursor, rows.filter(f"{ground.name} contains adat")))

        assert made[0] in ids_in(pages)

    def test_a_cursor_nobody_gave_has_expired(self, rows: Rows) -> None:
        with pytest.raises(CursorExpired):
            rows.pages("not a cursor")

    @pytest.mark.parametrize("verb", ["changes", "get", "find"])
    def test_a_missing_column_is_named(self, system: System, ground: Ground, rows: Rows, verb: str) -> None:
        id = rows.insert_one("Adatum")
        ask = {
            "changes": lambda: list(system.changes(ground.table, ["no_such_column"])),
            "get": lambda: system.get(ground.table, [id], ["no_such_column"]),
            "find": lambda: system.find(ground.table, fields=["no_such_column"]),
        }

        with pytest.raises(FieldMissing, match="no_such_column"):
            ask[verb]()
