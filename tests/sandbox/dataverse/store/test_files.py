"""The file behind an organization: what SQL can do in it, what survives a restart, what an older file gets."""

from __future__ import annotations

import dataclasses
import functools
import sqlite3
import threading
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.store.database import Database, identifiers, matches
from integration.sandbox.dataverse.store.model import load_model, read_column
from integration.sandbox.dataverse.store.values import plain
from integration.sandbox.dataverse.store.zones import UTC, ZONES
from tests.examples import examples
from tests.sandbox.dataverse.writer import Writer

DECIMALS = some.decimals("-1e15", "1e15", places=8)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "organization.sqlite3")


@pytest.fixture
def database(path: str) -> Iterator[Database]:
    made = Database(path, load_model())
    yield made
    made.close()


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("Adatum", "adatum", True), ("Adatum", "Adatum Ltd.", False), ("Ada%", "ADATUM", True),
        ("%tum", "Adatum", True), ("%", "", True), ("A_atum", "Abatum", True), ("A_atum", "Aatum", False),
        ("[A-C]oho", "Coho", True),
        ("[A-C]oho", "Doho", False), ("[^A-C]oho", "Doho", True), ("[^A-C]oho", "Coho", False),
        ("[abc]oho", "Boho", True),
        ("[z-a]oho", "Coho", False), ("[^z-a]oho", "Coho", True), ("100[%]", "100%", True), ("100[%]", "1000", False),
        ("a[_]b", "a_b", True), ("a[_]b", "axb", False), ("Café", "CAFE", True), ("Caf_", "Café", True),
        ("a.b", "a.b", True), ("a.b", "axb", False), ("(a", "(a", True), ("a\nb", "a\nb", True), ("%b", "a\nb", True),
    ],
)  # fmt: skip
def test_a_pattern_of_the_service_finds_what_it_would_find_there(pattern: str, text: str, found: bool) -> None:
    assert matches(pattern, text) is found


def test_nothing_matches_and_fails_to_match_no_text(database: Database) -> None:
    assert matches("%", None) is None
    look = database.connection().execute
    assert look("SELECT matches('a%', NULL), NOT matches('a%', NULL)").fetchone() == (None, None)


@given(some.text("ab%_[]^-é ", max_size=8), some.text("abé ", max_size=5))
@examples(100)
def test_any_pattern_is_a_pattern(pattern: str, text: str) -> None:
    assert matches(pattern, text) in (True, False)


@given(some.lists(some.one_of(some.none(), DECIMALS), max_size=8))
@examples(60)
def test_sums_and_averages_of_decimals_are_exact(numbers: list[Decimal | None]) -> None:
    connection = numbers_table()
    connection.execute("DELETE FROM number")
    kept = [None if one is None else plain(one) for one in numbers]
    connection.executemany("INSERT INTO number VALUES (?)", [(one,) for one in kept])

    total, average = connection.execute("SELECT exact_sum(value), exact_avg(value) FROM number").fetchone()

    known = [Fraction(one) for one in numbers if one is not None]
    if not known:
        assert (total, average) == (None, None)
        return
    assert Fraction(total) == sum(known)
    assert abs(Fraction(average) - sum(known) / len(known)) <= Fraction(1, 2 * 10**10)


@given(some.lists(DECIMALS, min_size=1, max_size=6))
@examples(60)
def test_decimals_are_ordered_as_numbers_though_they_are_kept_as_text(numbers: list[Decimal]) -> None:
    connection = numbers_table()
    connection.execute("DELETE FROM number")
    connection.executemany("INSERT INTO number VALUES (?)", [(plain(one),) for one in numbers])

    found = connection.execute("SELECT value FROM number ORDER BY value COLLATE EXACT").fetchall()

    assert [Decimal(one) for (one,) in found] == sorted(numbers)


@functools.cache
def numbers_table() -> sqlite3.Connection:
    """A connection with the functions of the sandbox and one table of numbers, made once."""
    made = Database(":memory:", load_model()).connection()
    made.execute("CREATE TABLE number (value TEXT)")
    return made


@given(some.decimals(allow_nan=False, allow_infinity=False, places=10, min_value=-(10**12), max_value=10**12))
@examples(80)
def test_one_number_has_one_text(number: Decimal) -> None:
    text = plain(number)

    assert Decimal(text) == number
    assert "E" not in text
    assert not ("." in text and text.endswith("0"))
    assert plain(Decimal(text)) == text


def test_ids_are_given_to_sql_as_one_text() -> None:
    assert identifiers([]) == "[]"
    assert identifiers(["a", "b"]) == '["a","b"]'


def test_a_setting_is_made_once_and_stays(path: str) -> None:
    first = Database(path, load_model())
    assert first.setting("secret", lambda: "abc") == "abc"
    first.close()
    again = Database(path, load_model())
    assert again.setting("secret", lambda: "xyz") == "abc"
    again.close()


def test_a_transaction_that_fails_leaves_nothing_and_lets_the_next_one_in(database: Database) -> None:
    before = database.version()
    with pytest.raises(sqlite3.OperationalError):
        count_on(database, "UPDATE counter SET value = value + 100", "UPDATE nothing SET value = 1")

    assert database.version() == before
    with database.transaction() as connection:
        connection.execute("UPDATE counter SET value = value + 1")
    assert database.version() == before + 1


def count_on(database: Database, *statements: str) -> None:
    with database.transaction() as connection:
        for statement in statements:
            connection.execute(statement)


def test_every_thread_has_a_connection_of_its_own_and_sees_what_was_committed(database: Database) -> None:
    seen: list[tuple[bool, int]] = []
    with database.transaction() as connection:
        connection.execute("UPDATE counter SET value = value + 5")

    def look() -> None:
        seen.append((database.connection() is connection, database.version()))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert seen == [(False, database.version())]
    assert database.connection() is connection


def test_an_older_file_gets_the_columns_and_tables_that_came_since(path: str) -> None:
    model = load_model()
    account = model["account"]
    older = {name: column for name, column in account.columns.items() if name != "telephone1"}
    del model.tables["post"]
    model.put(dataclasses.replace(account, columns=older))
    first = Database(path, model)
    first.connection().execute("INSERT INTO account (accountid, name) VALUES ('1', 'Adatum')")
    first.close()

    newer = Database(path, load_model())

    look = newer.connection().execute
    assert look("SELECT name, telephone1 FROM account").fetchone() == ("Adatum", None)
    assert look("SELECT COUNT(*) FROM post").fetchone() == (0,)
    newer.close()


def test_a_new_column_of_an_older_file_has_its_preset(path: str) -> None:
    model = load_model()
    account = model["account"]
    first = Database(path, model)
    first.connection().execute("INSERT INTO account (accountid, name) VALUES ('1', 'Adatum')")
    first.close()
    column = read_column("account", "new_vip", ["Boolean", "VIP", "cu"], {})
    model.put(dataclasses.replace(account, columns={**account.columns, "new_vip": column}))

    again = Database(path, model)

    assert again.connection().execute("SELECT new_vip FROM account").fetchone() == (0,)
    again.close()


def test_the_choice_not_to_calculate_prices_survives_a_restart(path: str) -> None:
    first = Database(path, load_model())
    first.connection().execute("INSERT INTO organization (organizationid, name) VALUES ('1', 'Contoso')")
    first.connection().execute("UPDATE organization SET oobpricecalculationenabled = 0")
    first.close()

    again = Database(path, load_model())

    assert again.connection().execute("SELECT oobpricecalculationenabled FROM organization").fetchone() == (0,)
    again.close()


def test_every_user_has_settings_that_begin_with_utc(writer: Writer) -> None:
    anna = writer.create("systemuser", lastname="Hill")

    code = "SELECT timezonecode FROM usersettings WHERE systemuserid = ?"
    assert writer.value(code, anna) == UTC
    without = "SELECT systemuserid FROM systemuser EXCEPT SELECT systemuserid FROM usersettings"
    assert writer.values(without) == []


def test_time_zones_have_one_code_and_one_name_each(in_process: Organization) -> None:
    look = in_process.database.connection().execute
    kept = dict(look("SELECT timezonecode, standardname FROM timezonedefinition").fetchall())

    assert kept == ZONES
    assert len(set(kept.values())) == len(kept)
    assert (kept[85], kept[110], kept[UTC]) == ("GMT Standard Time", "W. Europe Standard Time", "UTC")
