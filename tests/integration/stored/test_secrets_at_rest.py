"""Secrets, remembered texts and the audit log as they are stored: what is seen of them, and what nobody can undo."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.contrib.auth.models import AnonymousUser
from pytest_django.fixtures import Settings

from integration.models import AuditEntry, CachedText, ConnectionSetup
from integration.models.stored.audit import NeverChanged, acting, record, somebody_acts
from integration.models.stored.cache import KEY_LENGTH, SharedCache, note_broken_off, was_broken_off
from integration.models.stored.secret import NoKey, Secret, SecretUnreadable, check_keys, cipher, keys_problem, rotate
from tests.people import ADMINISTRATOR, made

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
TEXTS = ["the secret of Contoso", "päßwörd", "x" * 5000, "line\nline", " "]


# --- secrets ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", TEXTS)
def test_a_secret_comes_back_as_it_was_and_shows_nothing_on_the_way(text: str, settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    secret = Secret.of(text)

    assert secret.reveal() == text
    assert str(secret) == repr(secret) == f"{secret}" == "••••••••"
    assert text.strip() not in secret.token or not text.strip()
    assert bool(secret)


def test_no_secret_is_no_secret(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = []
    blank = Secret("")

    assert (str(blank), bool(blank), blank.reveal(), blank.readable) == ("", False, "", True)


def test_one_secret_is_encrypted_to_another_text_each_time(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]

    assert Secret.of("x").token != Secret.of("x").token


def test_an_older_key_still_reads_and_a_lost_one_does_not(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    secret = Secret.of("the secret of Contoso")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    assert secret.reveal() == "the secret of Contoso"
    rotated = secret.rotated()
    settings.FIELD_ENCRYPTION_KEYS = [NEW]

    assert rotated.reveal() == "the secret of Contoso"
    assert not secret.readable
    with pytest.raises(SecretUnreadable, match="belongs to another encryption key"):
        secret.reveal()


@pytest.mark.parametrize("token", ["nonsense", "gAAAAA", "ü", " "])
def test_a_stored_text_that_is_no_secret_is_unreadable_and_no_crash(settings: Settings, token: str) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]

    assert not Secret(token).readable


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ([], "FIELD_ENCRYPTION_KEYS is not set."),
        (["nonsense"], "Key 1 of FIELD_ENCRYPTION_KEYS is not a Fernet key."),
        ([OLD, "nonsense"], "Key 2 of FIELD_ENCRYPTION_KEYS is not a Fernet key."),
        ([OLD[:-4]], "Key 1 of FIELD_ENCRYPTION_KEYS is not a Fernet key."),
    ],
)
def test_a_key_that_is_missing_or_none_is_said_without_showing_any(
    settings: Settings, keys: list[Any], words: str
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = keys

    assert keys_problem().startswith(words)
    assert [one.id for one in check_keys()] == ["integration.W001"]
    assert not any(key in keys_problem() for key in keys)
    with pytest.raises(NoKey):
        cipher()
    with pytest.raises(NoKey):
        Secret.of("x")


def test_with_usable_keys_there_is_nothing_to_say(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD, NEW]

    assert (keys_problem(), check_keys()) == ("", [])


@pytest.mark.django_db
def test_rotating_encrypts_what_can_be_read_and_names_the_rest(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    setup = ConnectionSetup.current()
    setup.client_secret = "the secret of Contoso"
    setup.save()
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    setup.password = "another"
    ConnectionSetup.objects.filter(pk=setup.pk).update(password=setup.password)

    done, unreadable = rotate()

    assert (done, len(unreadable)) == (1, 1)
    assert unreadable[0].startswith("client secret of ")
    assert ConnectionSetup.objects.get().password.reveal() == "another"


# --- remembered texts ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_text_is_kept_for_so_long_and_in_all_processes(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    with time_machine.travel(NOON, tick=False) as clock:
        SharedCache("token").put("contoso", "t0k3n", 60)
        assert SharedCache("token").get("contoso") == "t0k3n"
        assert SharedCache("metadata").get("contoso") is None
        clock.shift(60)
        assert SharedCache("token").get("contoso") is None


@pytest.mark.django_db
def test_a_process_asks_the_database_once_for_what_it_knows(
    settings: Settings, django_assert_num_queries: Callable[..., Any]
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    SharedCache("token").put("contoso", "t0k3n", 60)
    cache = SharedCache("token")

    with django_assert_num_queries(1):
        assert [cache.get("contoso") for _ in range(3)] == ["t0k3n"] * 3


@pytest.mark.django_db
def test_what_a_lost_key_encrypted_counts_as_not_there_and_is_forgotten(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    SharedCache("token").put("contoso", "t0k3n", 60)
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    SharedCache("token").put("fabrikam", "other", 60)

    assert SharedCache("token").get("contoso") is None
    SharedCache.forget_unreadable()

    assert [row.pk for row in CachedText.objects.all()] == ["token:fabrikam"]


@pytest.mark.django_db
def test_clearing_forgets_one_kind_here_and_in_the_database(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    tokens, metadata = SharedCache("token"), SharedCache("metadata")
    tokens.put("contoso", "t0k3n", 60)
    metadata.put("contoso", "tables", 60)

    tokens.clear()

    assert (tokens.get("contoso"), metadata.get("contoso")) == (None, "tables")


@pytest.mark.django_db
def test_a_key_beyond_all_measure_is_cut_and_found_again(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    SharedCache("token").put("c" * 1000, "t0k3n", 60)

    assert SharedCache("token").get("c" * 1000) == "t0k3n"
    assert len(CachedText.objects.get().pk) == KEY_LENGTH


@pytest.mark.django_db
@pytest.mark.parametrize("late", [True, False])
def test_an_examination_that_broke_off_late_goes_on_for_two_minutes(settings: Settings, late: bool) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    with time_machine.travel(NOON, tick=False) as clock:
        note_broken_off(True)
        note_broken_off(late)
        assert was_broken_off() is late
        clock.shift(121)
        assert not was_broken_off()


# --- the audit log ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["save", "delete"])
def test_an_entry_is_neither_changed_nor_deleted_alone(verb: str) -> None:
    record(AuditEntry.Action.CHANGED, "connection", "Contoso")

    with pytest.raises(NeverChanged):
        getattr(AuditEntry.objects.get(), verb)()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "verb",
    [
        lambda rows: rows.update(who="nobody"), lambda rows: rows.delete(),
        lambda rows: rows.bulk_update([], ["who"]), lambda rows: rows.update_or_create(who="nobody"),
    ],
)  # fmt: skip
def test_entries_are_neither_changed_nor_deleted_together(verb: Callable[..., Any]) -> None:
    record(AuditEntry.Action.CHANGED, "connection", "Contoso")

    with pytest.raises(NeverChanged):
        verb(AuditEntry.objects.all())
    assert AuditEntry.objects.get().who == ""


@pytest.mark.django_db
def test_an_entry_is_by_whoever_acts_and_by_nobody_outside() -> None:
    annette = made("annette", ADMINISTRATOR)
    before = AuditEntry.objects.count()
    with acting(annette):
        record(AuditEntry.Action.ENABLED, "connection")
        with acting("command line"):
            record(AuditEntry.Action.DISABLED, "connection")
        record(AuditEntry.Action.ENABLED, "connection")
    record(AuditEntry.Action.DISABLED, "connection")

    found = list(AuditEntry.objects.order_by("pk").values_list("who", "user"))[before:]
    assert found == [("annette", annette.pk), ("command line", None), ("annette", annette.pk), ("", None)]


@pytest.mark.parametrize(("actor", "somebody"), [("", False), ("command line", True), (AnonymousUser(), False)])
def test_the_application_by_itself_is_nobody(actor: AnonymousUser | str, somebody: bool) -> None:
    with acting(actor):
        assert somebody_acts() is somebody
    assert not somebody_acts()


def test_who_acts_in_one_thread_acts_in_no_other() -> None:
    found = []
    with acting("command line"):
        thread = threading.Thread(target=lambda: found.append(somebody_acts()))
        thread.start()
        thread.join()

    assert found == [False]


@pytest.mark.django_db
def test_values_become_text_of_a_length_that_fits() -> None:
    id = uuid.UUID(int=7)
    record(AuditEntry.Action.CHANGED, "k" * 100, "s" * 300, {"a": None, "b": 1}, {"b": id, "c": "x" * 600})

    entry = AuditEntry.objects.get()
    assert (len(entry.kind), len(entry.subject), len(entry.after["c"])) == (60, 250, 500)
    assert entry.changes == [("a", "None", ""), ("b", "1", str(id)), ("c", "", "x" * 500)]
