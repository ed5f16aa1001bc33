"""Secrets: encrypted at rest, shown to nobody, moved from key to key."""

import threading

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.db import connection, connections

from integration.models import CachedText, ConnectionSetup
from integration.models.cache import SharedCache
from integration.models.secret import Secret, SecretUnreadable, rotate

pytestmark = pytest.mark.django_db


@pytest.fixture
def adatum():
    setup = ConnectionSetup.current()
    setup.client_secret = "the secret of Adatum"
    setup.save()
    return setup


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT client_secret FROM integration_connectionsetup")
        return cursor.fetchone()[0]


@pytest.mark.scenario("CDSConnectionSetupTest.ChangePasswordDoesNotUpdateConnectionString")
def test_a_client_secret_is_never_stored_shown_or_dumped_in_clear(adatum):
    shown = [str(adatum.client_secret), repr(adatum.client_secret), f"{adatum.__dict__}", stored()]
    dumped = serializers.serialize("json", [adatum])
    assert not any("Adatum" in text for text in [*shown, dumped])
    assert ConnectionSetup.objects.get().client_secret.reveal() == "the secret of Adatum"


def test_an_assigned_text_is_a_secret_before_it_is_saved():
    setup = ConnectionSetup(client_secret="typed just now")
    assert isinstance(setup.client_secret, Secret)
    assert setup.client_secret.reveal() == "typed just now"


def test_a_secret_of_a_lost_key_is_told_and_does_not_break_reading_the_row(adatum, settings):
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    secret = ConnectionSetup.objects.get().client_secret
    assert not secret.readable
    with pytest.raises(SecretUnreadable, match="another encryption key"):
        secret.reveal()


def test_after_rotation_the_old_key_can_go(adatum, settings):
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]
    before = stored()
    assert rotate() == (1, 0)
    assert stored() != before
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert ConnectionSetup.objects.get().client_secret.reveal() == "the secret of Adatum"


def test_rotation_leaves_what_it_cannot_read_and_counts_it(adatum, settings):
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    before = stored()
    assert rotate() == (0, 1)
    assert stored() == before


def test_a_cached_token_is_encrypted_shared_by_kind_and_forgotten_on_demand():
    tokens, columns = SharedCache("token"), SharedCache("metadata")
    tokens.put("fabrikam", "a bearer token", 60)
    tokens.put("fabrikam", "a newer token", 60)
    columns.put("fabrikam", "its columns", 60)
    assert SharedCache("token").get("fabrikam") == "a newer token"
    assert "newer" not in str(CachedText.objects.filter(pk="token:fabrikam").values_list("text").get())
    tokens.clear()
    assert tokens.get("fabrikam") is None
    assert columns.get("fabrikam") == "its columns"


def test_what_is_too_old_or_of_a_lost_key_is_as_good_as_gone(settings):
    SharedCache("metadata").put("account", "columns", -1)
    SharedCache("metadata").put("contact", "columns", 60)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert SharedCache("metadata").get("account") is None
    assert SharedCache("metadata").get("contact") is None


def test_a_run_asks_the_database_once_for_its_token(django_assert_num_queries):
    SharedCache("token").put("fabrikam", "a bearer token", 60)
    tokens = SharedCache("token")
    with django_assert_num_queries(1):
        assert {tokens.get("fabrikam") for _ in range(50)} == {"a bearer token"}


def test_a_token_refreshed_by_another_process_is_found_when_ours_is_over():
    ours, theirs = SharedCache("token"), SharedCache("token")
    ours.put("fabrikam", "over", -1)
    theirs.put("fabrikam", "fresh", 60)
    assert ours.get("fabrikam") == "fresh"


@pytest.mark.django_db(transaction=True)
def test_a_pool_thread_shares_its_token_and_gives_its_database_connection_back(monkeypatch):
    cache, closed = SharedCache("token"), []
    backend = type(connections["default"])
    close = backend.close

    def noted(connection):
        closed.append(threading.current_thread().name)
        close(connection)

    monkeypatch.setattr(backend, "close", noted)
    thread = threading.Thread(target=cache.put, args=("coho", "a token", 60), name="pool")
    thread.start()
    thread.join()
    assert SharedCache("token").get("coho") == "a token"
    assert closed == ["pool"]
