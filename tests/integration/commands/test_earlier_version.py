"""A data folder that an earlier version has left."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from integration.management.earlier_version import is_older


def folder_of(place: Path, *migrations: tuple[str, str]) -> Path:
    with closing(sqlite3.connect(place / "integration.sqlite3")) as stored, stored:
        stored.execute("CREATE TABLE django_migrations (app TEXT, name TEXT)")
        stored.executemany("INSERT INTO django_migrations VALUES (?, ?)", migrations)
    return place


def test_a_demo_on_data_of_an_earlier_version_says_how_to_start_afresh(tmp_path: Path) -> None:
    cronus = folder_of(tmp_path, ("integration", "0001_workplace"), ("integration", "0024_pages"))

    with pytest.raises(CommandError, match="were made by an earlier version.*--fresh") as refused:
        call_command("demo", "--once", "--data", str(cronus))

    assert refused.value.returncode == 2
    assert (cronus / "integration.sqlite3").exists()


def test_data_of_this_version_of_django_or_of_nobody_is_not_older(tmp_path: Path) -> None:
    assert not is_older(tmp_path / "integration.sqlite3")
    assert not is_older(folder_of(tmp_path, ("integration", "0001_workplace"), ("auth", "9999_of_django"))
                        / "integration.sqlite3")  # fmt: skip


def test_a_database_that_was_only_just_made_is_not_older(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "integration.sqlite3")) as stored, stored:
        stored.execute("CREATE TABLE something (id INTEGER)")

    assert not is_older(tmp_path / "integration.sqlite3")


def test_a_company_without_documents_is_older(tmp_path: Path) -> None:
    assert is_older(folder_of(tmp_path, ("business_central", "0001_initial")) / "integration.sqlite3")
