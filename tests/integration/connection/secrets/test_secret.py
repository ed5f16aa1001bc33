"""Secrets: encrypted at rest, shown to nobody, moved from key to key."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.client import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from integration.connection.enabling import disable, findings_of
from integration.models import AuditEntry, CachedText, ConnectionSetup
from integration.models.stored.cache import SharedCache
from integration.models.stored.secret import Secret, SecretUnreadable, rotate
from integration.systems.errors import ConfigurationProblem
from integration.systems.memory.system import MemorySystem
from tests.opened import opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def adatum() -> ConnectionSetup:
    setup = ConnectionSetup.current()
    setup.client_secret = "the secret of Adatum"
    setup.save()
    return setup


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT client_secret FROM integration_connectionsetup")
        return cursor.fetchone()[0]


@pytest.mark.scenario("CDSConnectionSetupTest.ChangePasswordDoesNotUpdateConnectionString")
def test_a_client_secret_is_never_stored_shown_or_dumped_in_clear(adatum: ConnectionSetup) -> None:
    shown = [str(adatum.client_secret), repr(adatum.client_secret), f"{adatum.__dict__}", stored()]
    dumped = serializers.serialize("json", [adatum])
    assert not any("Adatum" in text for text in [*shown, dumped])
    assert ConnectionSetup.objects.get().client_secret.reveal() == "the secret of Adatum"


def test_an_assigned_text_is_a_secret_before_it_is_saved() -> None:
    setup = ConnectionSetup(client_secret="typed just now")
    assert isinstance(setup.client_secret, Secret)
    assert setup.client_secret.reveal() == "typed just now"


def test_a_secret_of_a_lost_key_is_told_and_does_not_break_reading_the_row(
    adatum: ConnectionSetup, settings: Settings
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    secret = ConnectionSetup.objects.get().client_secret
    assert not secret.readable
    with pytest.raises(SecretUnreadable, match="another encryption key"):
        secret.reveal()


def test_after_rotation_the_old_key_can_go(adatum: ConnectionSetup, settings: Settings) -> None:
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]
    before = stored()
    assert rotate() == (1, [])
    assert stored() != before
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert ConnectionSetup.objects.get().client_secret.reveal() == "the secret of Adatum"


def test_rotation_leaves_what_it_cannot_read_and_counts_it(adatum: ConnectionSetup, settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    before = stored()
    assert rotate() == (0, ["client secret of Microsoft Dynamics 365 Connection Setup 1"])
    assert stored() == before


def test_a_cached_token_is_encrypted_shared_by_kind_and_forgotten_on_demand() -> None:
    tokens, columns = SharedCache("token"), SharedCache("metadata")
    tokens.put("fabrikam", "a bearer token", 60)
    tokens.put("fabrikam", "a newer token", 60)
    columns.put("fabrikam", "its columns", 60)
    assert SharedCache("token").get("fabrikam") == "a newer token"
    assert "newer" not in str(CachedText.objects.filter(pk="token:fabrikam").values_list("text").get())
    tokens.clear()
    assert tokens.get("fabrikam") is None
    assert columns.get("fabrikam") == "its columns"


def test_what_is_too_old_or_of_a_lost_key_is_as_good_as_gone(settings: Settings) -> None:
    SharedCache("metadata").put("account", "columns", -1)
    SharedCache("metadata").put("contact", "columns", 60)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert SharedCache("metadata").get("account") is None
    assert SharedCache("metadata").get("contact") is None


def test_a_run_asks_the_database_once_for_its_token(django_assert_num_queries: Callable[..., Any]) -> None:
    SharedCache("token").put("fabrikam", "a bearer token", 60)
    tokens = SharedCache("token")
    with django_assert_num_queries(1):
        assert {tokens.get("fabrikam") for _ in range(50)} == {"a bearer token"}


def test_a_token_refreshed_by_another_process_is_found_when_ours_is_over() -> None:
    ours, theirs = SharedCache("token"), SharedCache("token")
    ours.put("fabrikam", "over", -1)
    theirs.put("fabrikam", "fresh", 60)
    assert ours.get("fabrikam") == "fresh"


@pytest.mark.django_db(transaction=True)
def test_a_pool_thread_shares_its_token_and_gives_its_database_connection_back(monkeypatch: pytest.MonkeyPatch) -> None:
    cache, closed = SharedCache("token"), []
    backend = type(connections["default"])
    close = backend.close

    def noted(connection: ConnectionSetup) -> None:
        closed.append(threading.current_thread().name)
        close(connection)

    monkeypatch.setattr(backend, "close", noted)
    thread = threading.Thread(target=cache.put, args=("coho", "a token", 60), name="pool")
    thread.start()
    thread.join()
    assert SharedCache("token").get("coho") == "a token"
    assert closed == ["pool"]


# --- keys that are missing or wrong, and their rotation ------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ([], "FIELD_ENCRYPTION_KEYS is not set."),
        (["not-a-key-of-adatum"], "Key 1 of FIELD_ENCRYPTION_KEYS is not a Fernet key."),
        (["good", "not-a-key-of-adatum"], "Key 2 of FIELD_ENCRYPTION_KEYS is not a Fernet key."),
    ],
)
def test_without_usable_keys_all_pages_open_and_say_so_without_the_key(
    adatum: ConnectionSetup, settings: Settings, admin: Client, keys: list[Any], says: str
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode() if key == "good" else key for key in keys]

    for page in ("home", "connection", "mappings"):
        shown = admin.get(reverse(page)).content.decode()
        assert says in shown
        assert "not-a-key-of-adatum" not in shown
    assert [warning.id for warning in run_checks() if says in warning.msg] == ["integration.W001"]


def test_without_a_usable_key_nobody_connects_and_the_stored_secret_stays(
    adatum: ConnectionSetup, settings: Settings, admin: Client, ends: tuple[MemorySystem, ...]
) -> None:
    before = stored()
    settings.FIELD_ENCRYPTION_KEYS = []
    setup = ConnectionSetup.current()

    assert any("FIELD_ENCRYPTION_KEYS" in finding.message for finding in findings_of(setup) if not finding.ok)
    with pytest.raises(ConfigurationProblem), opened(even_disabled=True):
        pass
    setup.web_client_url = "https://bc.fabrikam.example"
    setup.save()
    disable(setup)
    assert stored() == before


def test_a_secret_typed_without_a_usable_key_is_refused_with_the_reason(
    adatum: ConnectionSetup, settings: Settings, admin: Client
) -> None:
    before = stored()
    seen = admin.get(reverse("connection")).context["form"]["seen"].value()
    settings.FIELD_ENCRYPTION_KEYS = []
    answer = admin.post(
        reverse("connection"),
        {"authentication": "client_secret", "seen": seen, "client_secret": "a new secret of Adatum"},
    )

    assert "FIELD_ENCRYPTION_KEYS is not set." in str(answer.context["form"].errors["client_secret"])
    assert stored() == before


def test_rotate_keys_tells_that_the_old_key_can_go_and_is_in_the_audit_log(
    adatum: ConnectionSetup, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    SharedCache("token").put("fabrikam", "a bearer token", 60)
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]
    call_command("rotate_keys")

    assert "2 secret(s) are encrypted with the first key" in capsys.readouterr().out
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert ConnectionSetup.objects.get().client_secret.reveal() == "the secret of Adatum"
    assert SharedCache("token").get("fabrikam") == "a bearer token"
    entry = AuditEntry.objects.get(action=AuditEntry.Action.ROTATED)
    assert (entry.who, entry.after) == ("command line", {"encrypted": "2", "unreadable": "0"})


def test_rotate_keys_names_what_it_cannot_read_and_fails(
    adatum: ConnectionSetup, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    SharedCache("token").put("fabrikam", "a bearer token", 60)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(SystemExit):
        call_command("rotate_keys", "--json")

    told = json.loads(capsys.readouterr().out)
    assert told == {"encrypted": 0, "unreadable": ["client secret of Microsoft Dynamics 365 Connection Setup 1"]}
    assert not CachedText.objects.exists()


def test_rotate_keys_without_a_key_says_what_to_do(adatum: ConnectionSetup, settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = []
    with pytest.raises(CommandError, match="FIELD_ENCRYPTION_KEYS is not set"):
        call_command("rotate_keys")


def test_a_secret_typed_while_keys_are_rotated_is_not_overwritten(
    adatum: ConnectionSetup, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotated = Secret.rotated

    def typed_meanwhile(secret: Secret) -> Secret:
        ConnectionSetup.objects.update(client_secret="typed meanwhile")
        return rotated(secret)

    monkeypatch.setattr(Secret, "rotated", typed_meanwhile)
    rotate()

    assert ConnectionSetup.objects.get().client_secret.reveal() == "typed meanwhile"
