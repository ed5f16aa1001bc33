"""Keys are rotated when every process that lives holds the new one."""

from __future__ import annotations

import datetime as dt
import os

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.db.models import F
from pytest_django.fixtures import Settings

from integration.models import ConnectionSetup
from integration.models.stored import key_holders
from integration.models.stored.cache import CachedText, SharedCache

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(settings: Settings) -> str:
    """The key that everything is encrypted with."""
    setup = ConnectionSetup.current()
    setup.client_secret = "the secret of Adatum"
    setup.save()
    return settings.FIELD_ENCRYPTION_KEYS[0]


def speaks(kind: str, keys: list[str], settings: Settings) -> None:
    """A process with these keys says so."""
    settings.FIELD_ENCRYPTION_KEYS = keys
    key_holders.announce(kind)


def test_a_process_without_the_new_key_is_named_and_nothing_is_rotated(old: str, settings: Settings) -> None:
    new = Fernet.generate_key().decode()
    speaks("worker", [old], settings)
    speaks("web server", [new, old], settings)
    before = ConnectionSetup.objects.get().client_secret.token
    with pytest.raises(CommandError, match=f"worker {os.getpid()} at "):
        call_command("rotate_keys")
    assert ConnectionSetup.objects.get().client_secret.token == before
    call_command("rotate_keys", "--anyway")
    assert ConnectionSetup.objects.get().client_secret.token != before


@pytest.mark.parametrize("first", [True, False])
def test_a_process_that_holds_the_new_key_at_any_place_can_read_what_is_rotated(
    old: str, settings: Settings, first: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    new = Fernet.generate_key().decode()
    speaks("worker", [new, old] if first else [old, new], settings)
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    call_command("rotate_keys")
    assert "The other keys can go" in capsys.readouterr().out


def test_a_process_with_keys_that_nobody_else_has_is_named(old: str, settings: Settings) -> None:
    speaks("worker", [Fernet.generate_key().decode()], settings)
    settings.FIELD_ENCRYPTION_KEYS = [old]
    assert [one.holds_first for one in key_holders.holders()] == [False]


def test_a_process_that_has_ended_counts_no_more(old: str, settings: Settings) -> None:
    speaks("worker", [old], settings)
    key_holders.withdraw("worker")
    assert key_holders.holders() == []
    speaks("scheduler", [old], settings)
    CachedText.objects.update(expires_at=F("expires_at") - dt.timedelta(seconds=key_holders.REMEMBERED_SECONDS))
    assert key_holders.holders() == []


def test_a_process_without_any_key_is_named(old: str, settings: Settings) -> None:
    speaks("worker", [], settings)
    settings.FIELD_ENCRYPTION_KEYS = [old]
    assert [one.holds_first for one in key_holders.holders()] == [False]


def test_neither_a_wrong_key_nor_a_database_that_is_away_stops_a_process(
    old: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaks("worker", ["no key at all"], settings)
    settings.FIELD_ENCRYPTION_KEYS = [old]
    assert key_holders.holders() == []

    def away(*_: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(SharedCache, "put", away)
    key_holders.announce("worker")


def test_no_key_stands_in_what_is_said(old: str, settings: Settings) -> None:
    key_holders.announce("worker")
    assert old not in CachedText.objects.get().text.reveal()
