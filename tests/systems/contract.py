"""What every system must do, whichever it is: the documented behaviour of each verb in ``systems/base.py``.

To run it on a system, subclass :class:`SystemContract` in a test module and give the two fixtures:

    class TestEmbeddedCompany(SystemContract):
        @pytest.fixture
        def system(self, db): return EmbeddedCompany()

        @pytest.fixture
        def ground(self): return Ground("customer", name="name", text="phone_no", ...)

The system may hold other rows and may be shared between tests: each test only looks at rows it made, by a name
that starts with ``mark``. Give the system a small page size (2 or 3), so that paging is met.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

import pytest

from integration.systems.base import FieldType, Page, Record, Ref, Row, System, Value, Written, every
from integration.systems.errors import (
    CursorExpired,
    DuplicateKey,
    FieldMissing,
    InvalidValue,
    NotFound,
    ReferenceMissing,
    TableMissing,
    VersionConflict,
)
from integration.systems.filters import Filter, both, parse

NOWHERE = uuid.UUID("dead0000-0000-4000-8000-000000000001")


@dataclass(frozen=True)
class Target:
    """What the ground's reference column points to: a table and the columns that make a row of it."""

    table: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Ground:
    """A table of the system and the columns the suite may use; ``""`` where the table has none of the kind.

    ``name`` is TEXT with a ``max_length`` of 60 to 4,000; ``text`` another TEXT that starts blank; ``option`` an OPTION
    that takes ``option_values`` but not 987654; ``extra`` what an insert needs besides; ``blank_amount`` what a
    blank ``amount`` reads like; ``missing_table`` a table there is not.
    """

    table: str
    name: str
    text: str
    amount: str = ""
    blank_amount: Value = None
    option: str = ""
    option_values: Sequence[int] = ()
    moment: str = ""
    day: str = ""
    flag: str = ""
    code: str = ""
    reference: str = ""
    target: Target | None = None
    extra: Mapping[str, Value] = field(default_factory=dict)
    missing_table: str = "no_such_table"

    def columns(self) -> list[str]:
        named = (self.name, self.text, self.amount, self.option, self.moment, self.day, self.flag, self.code)
        return [name for name in (*named, self.reference) if name]


class Rows:
    """Shorthand for the rows one test makes: all their names start with ``mark``."""

    def __init__(self, system: System, ground: Ground) -> None:
        self.system, self.ground = system, ground
        self.mark = f"Q{uuid.uuid4().hex[:10]}"

    def row(self, name: str = "Adatum", id: uuid.UUID | None = None, **values: Value) -> Row:
        return Row(id or uuid.uuid4(), {**self.ground.extra, self.ground.name: f"{self.mark} {name}", **values})

    def insert(self, *names: str) -> list[uuid.UUID]:
        rows = [self.row(name) for name in names]
        assert_ok(self.system.insert(self.ground.table, rows))
        return [row.id for row in rows]

    def insert_one(self, name: str = "Adatum", **values: Value) -> uuid.UUID:
        row = self.row(name, **values)
        assert_ok(self.system.insert(self.ground.table, [row]))
        return row.id

    def update(self, id: uuid.UUID, version: str | None = None, **values: Value) -> Written:
        return self.system.update(self.ground.table, [Row(id, values, version)])[0]

    def get(self, id: uuid.UUID) -> Record:
        return self.system.get(self.ground.table, [id], self.ground.columns())[id]

    def is_there(self, id: uuid.UUID) -> bool:
        return id in self.system.get(self.ground.table, [id], [self.ground.name])

    def filter(self, text: str = "") -> Filter:
        """The rows of this test, further narrowed down by a typed filter."""
        table = self.system.describe(self.ground.table)
        return both(parse(f"{self.ground.name} begins with '{self.mark}'", table), parse(text, table))

    def names(self, text: str = "") -> list[str]:
        """Names of the rows of this test that pass a typed filter, without the mark, by name."""
        found = every(self.system, self.ground.table, self.filter(text), [self.ground.name], [self.ground.name])
        return [str(record.values[self.ground.name]).removeprefix(self.mark + " ") for record in found]

    def pages(self, since: str | None) -> list[Page]:
        return list(self.system.changes(self.ground.table, self.ground.columns(), since))

    def now(self) -> str:
        """A cursor behind everything there is."""
        return cursor_of(self.pages(None))


def assert_ok(answers: Sequence[Written]) -> None:
    assert [answer.error for answer in answers if not answer.ok] == []


def cursor_of(pages: Sequence[Page]) -> str:
    cursor = pages[-1].cursor
    assert cursor is not None
    return cursor


def ids_in(pages: Sequence[Page]) -> list[uuid.UUID]:
    return [record.id for page in pages for record in page.records]


def deleted_in(pages: Sequence[Page]) -> set[uuid.UUID]:
    return {id for page in pages for id in page.deleted}


def needs(column: str) -> str:
    if not column:
        pytest.skip("the ground has no column of this kind")
    return column


class SystemContract:
    """The suite. Subclasses give ``system`` and ``ground``."""

    @pytest.fixture
    def system(self) -> System:
        raise NotImplementedError

    @pytest.fixture
    def ground(self) -> Ground:
        raise NotImplementedError

    @pytest.fixture
    def rows(self, system: System, ground: Ground) -> Rows:
        return Rows(system, ground)

    # --- check and describe ----------------------------------------------------------------------------------

    def test_it_says_who_answers_and_always_the_same(self, system: System) -> None:
        first, second = system.check(), system.check()

        assert isinstance(first.organization_id, uuid.UUID)
        assert first.name
        assert first == second

    def test_it_is_a_system(self, system: System) -> None:
        assert isinstance(system, System)
        assert isinstance(system.remote, bool)

    def test_its_tables_are_listed_by_label(self, system: System, ground: Ground) -> None:
        listed = system.tables()

        assert ground.table in [name for name, _ in listed]
        assert [label.casefold() for _, label in listed] == sorted(label.casefold() for _, label in listed)

    def test_a_table_is_described_with_the_types_of_its_columns(self, system: System, ground: Ground) -> None:
        table = system.describe(ground.table)

        assert table.name == ground.table
        assert table.label
        expected = {ground.name: FieldType.TEXT, ground.text: FieldType.TEXT, ground.amount: FieldType.DECIMAL,
                    ground.option: FieldType.OPTION, ground.moment: FieldType.DATETIME, ground.day: FieldType.DATE,
                    ground.flag: FieldType.BOOLEAN, ground.code: FieldType.CODE,
                    ground.reference: FieldType.REFERENCE}  # fmt: skip
        for name, kind in expected.items():
            assert not name or table.fields[name].type is kind, name
        assert all(name == described.name for name, described in table.fields.items())
        assert not table.name_field or table.name_field in table.fields
        assert not table.number_field or table.number_field in table.fields

    def test_lengths_options_and_targets_are_described(self, system: System, ground: Ground) -> None:
        fields = system.describe(ground.table).fields

        assert 60 <= (fields[ground.name].max_length or 0) <= 4000
        if ground.option:
            described = fields[ground.option].options
            assert set(ground.option_values) <= {option.value for option in described}
            assert all(isinstance(option.label, str) for option in described)
        if ground.reference:
            assert ground.target is not None
            assert ground.target.table in fields[ground.reference].targets
        if ground.amount:
            assert (fields[ground.amount].scale or 0) >= 2

    def test_a_table_there_is_not_is_named_as_missing(self, system: System, ground: Ground) -> None:
        with pytest.raises(TableMissing, match=ground.missing_table):
            system.describe(ground.missing_table)

    # --- insert and get --------------------------------------------------------------------------------------

    def test_a_row_gets_the_id_we_give_it(self, system: System, ground: Ground, rows: Rows) -> None:
        id = uuid.uuid4()

        answer = system.insert(ground.table, [rows.row("Adatum", id)])[0]

        assert answer.ok
        assert answer.id == id
        record = rows.get(id)
        assert (record.table, record.id) == (ground.table, id)
        assert record.values[ground.name] == f"{rows.mark} Adatum"

    def test_a_missing_row_is_absent_from_what_get_answers(self, system: System, ground: Ground, rows: Rows) -> None:
        there = rows.insert_one("Adatum")

        assert set(system.get(ground.table, [NOWHERE, there], [ground.name])) == {there}

    def test_get_takes_more_ids_than_fit_into_one_request(self, system: System, ground: Ground, rows: Rows) -> None:
        there = rows.insert("Adatum", "Fabrikam", "Litware")
        wanted = [*there, *(uuid.uuid4() for _ in range(250))]

        assert set(system.get(ground.table, wanted, [ground.name])) == set(there)

    def test_nothing_asked_is_nothing_answered(self, system: System, ground: Ground) -> None:
        assert system.get(ground.table, [], [ground.name]) == {}
        assert system.insert(ground.table, []) == []
        assert system.update(ground.table, []) == []
        assert system.delete(ground.table, []) == []

    def test_answers_come_in_the_order_of_the_rows(self, system: System, ground: Ground, rows: Rows) -> None:
        given = [rows.row(name) for name in ("Tailspin Toys", "Adatum", "Litware", "Fabrikam", "Contoso")]

        assert [answer.id for answer in system.insert(ground.table, given)] == [row.id for row in given]
        changed = [Row(row.id, {ground.text: "1"}) for row in reversed(given)]
        assert [answer.id for answer in system.update(ground.table, changed)] == [row.id for row in changed]
        assert [answer.id for answer in system.delete(ground.table, given)] == [row.id for row in given]

    def test_a_repeated_insert_is_a_duplicate_and_changes_nothing(
        self, system: System, ground: Ground, rows: Rows
    ) -> None:
        id = rows.insert_one("Adatum")
        before = rows.get(id)

        answer = system.insert(ground.table, [rows.row("Fabrikam", id)])[0]

        assert isinstance(answer.error, DuplicateKey)
        assert rows.get(id) == before

    def test_one_bad_row_does_not_fail_the_others(self, system: System, ground: Ground, rows: Rows) -> None:
        limit = system.describe(ground.table).fields[ground.name].max_length or 0
        good, other = rows.row("Adatum"), rows.row("Fabrikam")
        bad = rows.row("x" * limit)

        answers = system.insert(ground.table, [good, bad, other])

        assert [answer.id for answer in answers] == [good.id, bad.id, other.id]
        assert [answer.ok for answer in answers] == [True, False, True]
        assert [rows.is_there(row.id) for row in (good, bad, other)] == [True, False, True]

    def test_a_text_that_is_too_long_is_refused_by_field(self, system: System, ground: Ground, rows: Rows) -> None:
        limit = system.describe(ground.table).fields[ground.name].max_length or 0

        error = system.insert(ground.table, [rows.row("x" * limit)])[0].error

        assert isinstance(error, InvalidValue)
        assert error.field == ground.name
        assert str(limit) in error.message

    def test_a_text_as_long_as_the_limit_is_taken(self, system: System, ground: Ground, rows: Rows) -> None:
        limit = system.describe(ground.table).fields[ground.name].max_length or 0
        name = "x" * (limit - len(rows.mark) - 1)

        assert str(rows.get(rows.insert_one(name)).values[ground.name]).endswith(name)

    def test_an_unknown_option_is_refused_by_field(self, system: System, ground: Ground, rows: Rows) -> None:
        column = needs(ground.option)

        error = system.insert(ground.table, [rows.row("Adatum", **{column: 987654})])[0].error

        assert isinstance(error, InvalidValue)
        assert error.field == column

    def test_a_reference_to_a_row_that_is_not_there_is_refused(
        self, system: System, ground: Ground, rows: Rows
    ) -> None:
        column, target = needs(ground.reference), ground.target
        assert target is not None
        row = rows.row("Adatum", **{column: Ref(target.table, NOWHERE)})

        error = system.insert(ground.table, [row])[0].error

        assert isinstance(error, ReferenceMissing)
        assert error.field in (column, "")
        assert not rows.is_there(row.id)

    # --- values travel unharmed ------------------------------------------------------------------------------

    def test_blank_text_is_empty_and_never_none(self, system: System, ground: Ground, rows: Rows) -> None:
        id = rows.insert_one("Adatum")
        assert rows.get(id).values[ground.text] == ""

        assert_ok([rows.update(id, **{ground.text: "030 1"})])
        assert rows.get(id).values[ground.text] == "030 1"

        assert_ok([rows.update(id, **{ground.text: ""})])
        assert rows.get(id).values[ground.text] == ""

    def test_text_keeps_quotes_accents_and_other_scripts(self, rows: Rows, ground: Ground) -> None:
        given = """O'Brien "& Søn" <Müller> 酒店 🍇 %_[]\\ # + ?"""

        assert rows.get(rows.insert_one(given)).values[ground.name] == f"{rows.mark} {given}"

    @pytest.mark.parametrize("amount", ["0.01", "1234.5", "-99.99", "9007199254.71", "100000000.00", "0"])
    def test_decimals_stay_exact(self, rows: Rows, ground: Ground, amount: str) -> None:
        column = needs(ground.amount)
        if amount.startswith("-") and self._minimum(rows, column) >= 0:
            pytest.skip("the column takes no negative values")

        value = rows.get(rows.insert_one("Adatum", **{column: Decimal(amount)})).values[column]

        assert isinstance(value, Decimal)
        assert value == Decimal(amount)

    def _minimum(self, rows: Rows, column: str) -> Decimal:
        minimum = rows.system.describe(rows.ground.table).fields[column].minimum
        return Decimal(-1) if minimum is None else minimum

    def test_a_blank_number_reads_as_blank(self, rows: Rows, ground: Ground) -> None:
        column = needs(ground.amount)
        id = rows.insert_one("Adatum", **{column: Decimal("12.50")})

        assert_ok([rows.update(id, **{column: None})])

        assert rows.get(id).values[column] == ground.blank_amount

    def test_moments_are_aware_and_in_utc(self, rows: Rows, ground: Ground) -> None:
        column = needs(ground.moment)
        given = dt.datetime(2026, 3, 29, 3, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))

        value = rows.get(rows.insert_one("Adatum", **{column: given})).values[column]

        assert value == given
        assert isinstance(value, dt.datetime)
        assert value.utcoffset() == dt.timedelta(0)

    def test_a_day_is_a_date_without_a_time(self, rows: Rows, ground: Ground) -> None:
        column = needs(ground.day)

        value = rows.get(rows.insert_one("Adatum", **{column: dt.date(2026, 2, 28)})).values[column]

        assert type(value) is dt.date
        assert value == dt.date(2026, 2, 28)

    @pytest.mark.parametrize("answer", [True, False])
    def test_yes_and_no_stay_what_they_are(self, rows: Rows, ground: Ground, answer: bool) -> None:
        column = needs(ground.flag)

        assert rows.get(rows.insert_one("Adatum", **{column: answer})).values[column] is answer

    def test_options_are_numbers(self, rows: Rows, ground: Ground) -> None:
        column = needs(ground.option)

        for value in ground.option_values:
            assert rows.get(rows.insert_one("Adatum", **{column: value})).values[column] == value

    def test_codes_are_upper_case_and_trimmed(self, rows: Rows, ground: Ground) -> None:
        column = needs(ground.code)

        stored = rows.get(rows.insert_one("Adatum", **{column: f" {rows.mark.lower()} "})).values[column]

        assert stored == rows.mark.upper()

    def test_a_reference_comes_back_with_table_id_and_label(self, system: System, ground: Ground, rows: Rows) -> None:
        column, ref = needs(ground.reference), self._target(system, ground)

        value = rows.get(rows.insert_one("Adatum", **{column: ref})).values[column]

        assert isinstance(value, Ref)
        assert value == ref
        assert value.label

    def test_a_reference_can_be_cleared(self, system: System, ground: Ground, rows: Rows) -> None:
        column = needs(ground.reference)
        if system.describe(ground.table).fields[column].required:
            pytest.skip("the reference is required")
        id = rows.insert_one("Adatum", **{column: self._target(system, ground)})

        assert_ok([rows.update(id, **{column: None})])

        assert rows.get(id).values[column] is None

    def _target(self, system: System, ground: Ground) -> Ref:
        assert ground.target is not None
        row = Row(uuid.uuid4(), ground.target.values)
        assert_ok(system.insert(ground.target.table, [row]))
        return Ref(ground.target.table, row.id)

    # --- update ----------------------------------------------------------------------------------------------

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

    # --- delete ----------------------------------------------------------------------------------------------

    def test_a_deleted_row_is_gone(self, system: System, rows: Rows, ground: Ground) -> None:
        id = rows.insert_one("Adatum")

        assert_ok(system.delete(ground.table, [Row(id)]))

        assert not rows.is_there(id)

    def test_deleting_what_is_gone_counts_as_done(self, system: System, rows: Rows, ground: Ground) -> None:
        id = rows.insert_one("Adatum")
        assert_ok(system.delete(ground.table, [Row(id)]))

        assert_ok(system.delete(ground.table, [Row(id), Row(uuid.uuid4())]))

    # --- changes ---------------------------------------------------------------------------------------------

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

    # --- find and count --------------------------------------------------------------------------------------

    def test_find_pages_through_all_matching_rows_once(self, system: System, ground: Ground, rows: Rows) -> None:
        made = rows.insert("Adatum", "Fabrikam", "Litware", "Contoso", "Proseware")

        sizes, found, after = [], [], None
        while after is not None or not sizes:
            page = system.find(ground.table, rows.filter(), [ground.name], [ground.name], size=2, after=after)
            sizes.append(len(page.records))
            found += [record.id for record in page.records]
            after = page.cursor

        assert max(sizes) == 2
        assert len(found) == len(made)
        assert set(found) == set(made)

    def test_paging_loses_nothing_where_all_rows_sort_alike(self, system: System, ground: Ground, rows: Rows) -> None:
        made = [rows.insert_one("Adatum", **{ground.text: "030 1"}) for _ in range(5)]

        found = list(every(system, ground.table, rows.filter(), [ground.name], [ground.text], size=2))

        assert sorted(record.id for record in found) == sorted(made)

    def test_rows_come_in_the_order_asked_for(self, system: System, ground: Ground, rows: Rows) -> None:
        rows.insert("Litware", "adatum", "Fabrikam", "Contoso")

        def names(order: str) -> list[Value]:
            found = every(system, ground.table, rows.filter(), [ground.name], [order])
            return [str(record.values[ground.name]).removeprefix(rows.mark + " ") for record in found]

        assert names(ground.name) == ["adatum", "Contoso", "Fabrikam", "Litware"]
        assert names(f"-{ground.name}") == ["Litware", "Fabrikam", "Contoso", "adatum"]

    def test_a_later_column_orders_what_the_first_leaves_alike(
        self, system: System, ground: Ground, rows: Rows
    ) -> None:
        for name, phone in (("Adatum", "2"), ("Fabrikam", "1"), ("Contoso", "2"), ("Litware", "1")):
            rows.insert_one(name, **{ground.text: phone})

        order = [f"-{ground.text}", ground.name]
        found = list(every(system, ground.table, rows.filter(), [ground.name, ground.text], order))

        keys = [(record.values[ground.text], record.values[ground.name]) for record in found]
        assert [phone for phone, _ in keys] == ["2", "2", "1", "1"]
        assert all(first[1] < second[1] for first, second in pairwise(keys) if first[0] == second[0])

    def test_a_size_that_takes_all_rows_leaves_no_cursor(self, system: System, ground: Ground, rows: Rows) -> None:
        rows.insert("Adatum", "Fabrikam")

        assert system.find(ground.table, rows.filter(), [ground.name], size=2).cursor is None

    def test_nothing_found_is_an_empty_page(self, system: System, ground: Ground, rows: Rows) -> None:
        page = system.find(ground.table, rows.filter(), [ground.name])

        assert list(page.records) == []
        assert page.cursor is None

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("{text} = 'blue'", ["Adatum"]),
            ("{text} = 'BLUE'", ["Adatum"]),
            ("{text} <> 'blue'", ["Contoso", "Fabrikam"]),
            ("{text} is blank", ["Contoso"]),
            ("{text} is not blank", ["Adatum", "Fabrikam"]),
            ("{text} in (blue, Red)", ["Adatum", "Fabrikam"]),
            ("{text} in ('', Red)", ["Contoso", "Fabrikam"]),
            ("not {text} in (blue)", ["Contoso", "Fabrikam"]),
            ("{text} contains 'LU'", ["Adatum"]),
            ("{text} begins with b", ["Adatum"]),
            ("{text} ends with d", ["Fabrikam"]),
            ("not {text} contains 'lu'", ["Contoso", "Fabrikam"]),
            ("not ({text} = blue or {text} = red)", ["Contoso"]),
            ("{text} = blue and {name} contains fab", []),
            ("{text} > 'blue'", ["Fabrikam"]),
            ("{text} <= 'blue'", ["Adatum"]),
        ],
    )
    def test_text_filters_mean_what_the_filter_language_says(
        self, rows: Rows, ground: Ground, typed: str, expected: list[str]
    ) -> None:
        for name, text in (("Adatum", "Blue"), ("Fabrikam", "red"), ("Contoso", "")):
            rows.insert_one(name, **{ground.text: text})

        assert rows.names(typed.format(text=ground.text, name=ground.name)) == expected

    @pytest.mark.parametrize("part", ["100%", "0% O''N", "a_b", "[x]", "O''Neill & Co", "50\\50", "#1+2?"])
    def test_special_characters_are_searched_for_as_they_are(self, rows: Rows, ground: Ground, part: str) -> None:
        rows.insert("100% O'Neill & Co a_b [x] 50\\50 #1+2?", "100x ONeill and Co aXb x 50-50 12")

        assert len(rows.names(f"{ground.name} contains '{part}'")) == 1

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("{amount} = 10.5", ["Contoso"]),
            ("{amount} > 10.5", ["Fabrikam"]),
            ("{amount} >= 10.50", ["Contoso", "Fabrikam"]),
            ("{amount} < 10.5", ["Adatum"]),
            ("{amount} in (1, 99.99)", ["Adatum", "Fabrikam"]),
            ("not {amount} > 1", ["Adatum"]),
        ],
    )
    def test_amounts_are_compared_as_numbers(self, rows: Rows, ground: Ground, typed: str, expected: list[str]) -> None:
        column = needs(ground.amount)
        for name, amount in (("Adatum", "1.00"), ("Contoso", "10.50"), ("Fabrikam", "99.99")):
            rows.insert_one(name, **{column: Decimal(amount)})

        assert rows.names(typed.format(amount=column)) == expected

    def test_options_are_found_by_label_and_by_number(self, system: System, rows: Rows, ground: Ground) -> None:
        column, (first, second) = needs(ground.option), ground.option_values[:2]
        labels = {option.value: option.label for option in system.describe(ground.table).fields[column].options}
        for name, value in (("Adatum", first), ("Fabrikam", second)):
            rows.insert_one(name, **{column: value})

        assert rows.names(f"{column} = '{labels[first]}'") == ["Adatum"]
        assert rows.names(f"{column} = {second}") == ["Fabrikam"]
        assert rows.names(f"{column} <> '{labels[first]}'") == ["Fabrikam"]

    def test_moments_are_found_by_range(self, rows: Rows, ground: Ground) -> None:
        column = needs(ground.moment)
        rows.insert_one("Adatum", **{column: dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)})
        rows.insert_one("Fabrikam", **{column: dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)})
        rows.insert_one("Contoso")

        assert rows.names(f"{column} >= 2026-01-02") == ["Fabrikam"]
        assert rows.names(f"{column} < 2026-01-02") == ["Adatum"]
        assert rows.names(f"{column} is blank") == ["Contoso"]

    def test_references_are_found_by_id(self, system: System, rows: Rows, ground: Ground) -> None:
        column, ref = needs(ground.reference), self._target(system, ground)
        rows.insert_one("Adatum", **{column: ref})
        rows.insert_one("Fabrikam")

        assert rows.names(f"{column} = {ref.id}") == ["Adatum"]
        assert "Adatum" not in rows.names(f"{column} <> {ref.id}")

    def test_counting_says_how_many_match(self, system: System, rows: Rows, ground: Ground) -> None:
        rows.insert("Adatum", "Fabrikam", "Litware")

        assert system.count(ground.table, rows.filter()) == 3
        assert system.count(ground.table, rows.filter(f"{ground.name} contains fabri")) == 1
        assert system.count(ground.table) >= 3
