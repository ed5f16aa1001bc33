"""The second factor: set up with a first code, asked for after the password, used once, and taken away again."""

from __future__ import annotations

import datetime as dt
import time
from base64 import b32decode

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from integration.models import AuditEntry, SecondFactor, User, second_factor
from integration.models.second_factor import begun, check, confirm, factor_of, remove
from tests.integration.provider import Provider
from tests.integration.test_single_signon import go, provider, service
from tests.people import ADMINISTRATOR, VIEWER, client_of, made, signed_in

__all__ = ["Provider", "provider", "service"]

pytestmark = pytest.mark.django_db

PASSWORD = "barrels of Coho wine"


@pytest.fixture(autouse=True)
def offered(settings, monkeypatch) -> None:
    """Switched on; the clock stands still, so that no step of 30 seconds ends in the middle of a test."""
    now = second_factor._step_now()
    monkeypatch.setattr(second_factor, "_step_now", lambda: now)
    settings.SECOND_FACTOR = "optional"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def susan(offered, db) -> User:
    susan = made("susan", VIEWER)
    susan.set_password(PASSWORD)
    susan.save()
    return susan


def code(user: User, steps: int = 0) -> str:
    """What the person's device shows, or will show so many steps later."""
    secret = b32decode(begun(user).secret.reveal())
    return (
        TOTP(secret, 6, SHA1(), 30, enforce_key_length=False)
        .generate(30 * (second_factor._step_now() + steps))
        .decode()
    )


def wrong(user: User) -> str:
    """No code of these minutes."""
    near = {code(user, steps) for steps in range(-3, 4)}
    return next(text for text in ("000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777")
                if text not in near)  # fmt: skip


@pytest.fixture
def device(susan) -> User:
    """Susan, whose device has shown its first code (of the step before)."""
    assert confirm(susan, code(susan, -1))
    return susan


def with_password(client: Client, **query: str):
    return client.post(reverse("login"), {"username": "susan", "password": PASSWORD, **query})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_person_sets_it_up_with_the_picture_or_the_key_and_a_first_code(susan):
    client = client_of(susan)
    shown = client.get(reverse("second_factor")).content.decode()
    assert 'src="data:image/svg+xml' in shown
    assert begun(susan).secret.reveal() in shown

    client.post(reverse("second_factor"), {"code": wrong(susan)})
    assert factor_of(susan) is None
    client.post(reverse("second_factor"), {"code": code(susan)})

    assert factor_of(susan)
    assert begun(susan).secret.reveal() not in client.get(reverse("second_factor")).content.decode()
    assert AuditEntry.objects.get(kind="second factor").who == "susan"


def test_the_key_of_the_device_is_encrypted(susan):
    begun(susan)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM integration_secondfactor")
        assert begun(susan).secret.reveal() not in cursor.fetchone()[0]


def test_signing_in_asks_for_password_and_code_and_leads_on(device):
    client = Client()
    answer = with_password(client, next=reverse("mappings"))
    assert (answer.url, is_in(client)) == (reverse("second_factor_check"), False)
    assert client.get(reverse("home")).status_code == 302

    led = client.post(answer.url, {"code": f" {code(device)[:3]} {code(device)[3:]}"})

    assert (led.url, is_in(client)) == (reverse("mappings"), True)
    assert AuditEntry.objects.get(action=AuditEntry.Action.SIGNED_IN).after["by"] == "password and code"


def test_a_code_alone_opens_nothing(device):
    client = Client()

    assert client.post(reverse("second_factor_check"), {"code": code(device)}).url == reverse("login")
    assert not is_in(client)


def test_a_wrong_code_is_told_recorded_and_lets_nobody_in(device):
    client = Client()
    with_password(client)
    shown = client.post(reverse("second_factor_check"), {"code": wrong(device)}).content.decode()

    assert "This code is wrong" in shown
    assert not is_in(client)
    assert AuditEntry.objects.get(action=AuditEntry.Action.REFUSED).after["code"] == "wrong"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "\x00" * 6])
def test_nonsense_is_a_wrong_code(device, typed):
    assert not check(device, typed)


def test_a_code_counts_once_and_no_earlier_one_after_it(device):
    now = code(device)

    assert check(device, now)
    assert not check(device, now)
    assert not check(device, code(device, -1))


def test_a_clock_that_is_one_step_off_does_no_harm_and_one_that_is_further_off_does(device):
    assert check(device, code(device, 1))
    assert not check(device, code(device, 4))


def test_ten_wrong_codes_shut_it_for_a_quarter_of_an_hour(device):
    for _ in range(10):
        check(device, wrong(device))
    assert not check(device, code(device))

    SecondFactor.objects.update(wrong_at=SecondFactor.objects.get().wrong_at - dt.timedelta(minutes=16))
    assert check(device, code(device))


def test_who_waits_too_long_begins_again_with_the_password(device):
    client = Client()
    with_password(client)
    session = client.session
    session["waits_for_the_second_factor"] = {**session["waits_for_the_second_factor"], "at": time.time() - 601}
    session.save()

    assert client.post(reverse("second_factor_check"), {"code": code(device)}).url == reverse("login")


def test_a_person_removes_it_with_a_code_and_not_without(device):
    client = client_of(device)
    client.post(reverse("second_factor"), {"code": wrong(device)})
    assert factor_of(device)
    client.post(reverse("second_factor"), {"code": code(device)})

    assert factor_of(device) is None
    assert with_password(Client()).url == reverse("home")


def test_an_administrator_removes_it_from_who_lost_the_device(device):
    chief = signed_in("annette", ADMINISTRATOR)
    assert "Remove Second Factor" in chief.get(reverse("user", args=[device.pk])).content.decode()
    chief.post(reverse("user_second_factor", args=[device.pk]))

    assert factor_of(device) is None
    assert AuditEntry.objects.get(kind="second factor", action=AuditEntry.Action.DELETED).who == "annette"


def test_the_last_administrator_removes_it_by_a_command(device, capsys):
    call_command("remove_second_factor", "susan")
    assert "signs in with a password alone" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no user ottto"):
        call_command("remove_second_factor", "ottto")

    assert not remove(device)


def test_where_everybody_needs_one_a_password_opens_only_the_page_that_sets_it_up(settings, susan):
    settings.SECOND_FACTOR = "required"
    client = Client()
    with_password(client)
    assert client.get(reverse("home")).url == reverse("second_factor")
    assert client.get(reverse("second_factor")).status_code == 200

    client.post(reverse("second_factor"), {"code": code(susan)})

    assert client.get(reverse("home")).status_code == 200


def test_who_comes_from_the_provider_is_asked_there_and_not_here(settings, provider, susan):
    settings.SECOND_FACTOR = "required"
    client, _ = go(provider)

    assert client.get(reverse("home")).status_code == 200


def test_where_it_is_off_nobody_is_asked_and_there_is_no_page(settings, device):
    settings.SECOND_FACTOR = "off"
    client = Client()

    assert with_password(client).url == reverse("home")
    assert client.get(reverse("second_factor")).status_code == 404


def test_without_the_encryption_key_nobody_gets_past_it_and_is_told_why(settings, device):
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    client = Client()
    with_password(client)
    answer = client.post(reverse("second_factor_check"), {"code": "123456"}, follow=True)

    assert "because the encryption key is missing" in answer.content.decode()
    assert not is_in(client)
