"""The second factor when keys are rotated, and when two send a code at once."""

from __future__ import annotations

import threading

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from pytest_django.fixtures import Settings

from integration.models import AuditEntry
from integration.models.people.user import User
from integration.people.second_factor import check
from tests.integration.signin.factors import (
    confirmed,
    recovery_codes,
    shown,
    with_app,
)
from tests.integration.signin.provider import Provider
from tests.integration.signin.second_factor import device, offered, susan
from tests.integration.signin.single_signon import provider, service
from tests.people import VIEWER, client_of, made

__all__ = ["Provider", "device", "offered", "provider", "service", "susan"]

pytestmark = pytest.mark.django_db
Action = AuditEntry.Action


def test_rotating_the_keys_encrypts_app_and_recovery_codes_anew(
    settings: Settings, device: User, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = settings.FIELD_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    codes = recovery_codes(device)
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    call_command("rotate_keys")
    assert "2 secret(s) are encrypted" in capsys.readouterr().out

    settings.FIELD_ENCRYPTION_KEYS = [new]

    assert check(device, shown())
    assert check(device, codes[0])


def test_an_app_whose_key_is_lost_is_named_and_stays_as_it_is(
    settings: Settings, device: User, capsys: pytest.CaptureFixture[str]
) -> None:
    before = list(Authenticator.objects.order_by("pk").values_list("data", flat=True))
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(SystemExit):
        call_command("rotate_keys")

    assert "TOTP Authenticator of susan" in capsys.readouterr().out
    assert list(Authenticator.objects.order_by("pk").values_list("data", flat=True)) == before


def test_somebody_elses_passkey_is_not_removed(device: User) -> None:
    otto = with_app(made("otto", VIEWER))
    passkey = Authenticator.objects.create(user=otto, type="webauthn", data={"name": "Otto's phone", "credential": {}})
    client = confirmed(client_of(device))

    assert client.post(reverse("mfa_remove_webauthn", args=[passkey.pk])).status_code == 404
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer; PostgreSQL has to prove it")
@pytest.mark.django_db(transaction=True)
def test_a_code_that_is_sent_twice_at_once_counts_once(offered: None) -> None:
    susan, code = with_app(made("susan", VIEWER)), shown()
    ready, taken = threading.Barrier(4), []

    def send() -> None:
        ready.wait(timeout=10)
        try:
            taken.append(check(susan, code) is not None)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == [False, False, False, True]
