"""The second factor: set up with a first code, asked for after the password, used once, and taken away again."""

from __future__ import annotations

import datetime as dt

import pytest
from axes.models import AccessAttempt
from cryptography.fernet import Fernet
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from integration.models import AuditEntry, CodeUse, User
from integration.people.second_factor import check, factors_of
from tests.integration.signin.factors import (
    PASSWORD,
    app_of,
    begun,
    confirmed,
    is_in,
    recovery_codes,
    shown,
    with_app,
    with_password,
    wrong,
)
from tests.integration.signin.second_factor import CHECK, device, offered, susan
from tests.people import VIEWER, client_of, made

__all__ = ["device", "offered", "susan"]

pytestmark = pytest.mark.django_db

Action = AuditEntry.Action


def test_a_person_sets_it_up_with_the_picture_or_the_key_and_a_first_code(susan: User) -> None:
    client = Client()
    with_password(client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = begun(client)
    assert 'src="data:image/svg+xml' in page
    assert secret in page

    assert "This code is wrong" in client.post(reverse("mfa_activate_totp"), {"code": wrong(secret)}).content.decode()
    assert factors_of(susan) == []
    led = client.post(reverse("mfa_activate_totp"), {"code": shown(secret)}, follow=True)

    assert app_of(susan)
    assert "Signing in asks for a code now." in led.content.decode()
    assert secret not in led.content.decode() + client.get(reverse("mfa_index")).content.decode()
    assert AuditEntry.objects.get(kind="second factor").who == "susan"
    assert not check(susan, shown(secret)), "the first code is used"


def test_the_key_of_the_device_is_encrypted_from_the_first_moment(susan: User) -> None:
    client = Client()
    with_password(client)
    client.get(reverse("mfa_activate_totp"))
    secret = begun(client)
    assert secret not in str(dict(client.session))
    client.post(reverse("mfa_activate_totp"), {"code": shown(secret)})
    codes = recovery_codes(susan)

    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        kept = str(cursor.fetchall())
    assert secret not in kept
    assert not any(code in kept for code in codes)


def test_who_signed_in_a_while_ago_shows_the_password_before_setting_it_up(susan: User) -> None:
    client = client_of(susan)
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked.url == f"{reverse('account_reauthenticate')}?next=%2Faccounts%2Fsecond-factor%2Fapp%2F"

    assert "incorrect" in client.post(asked.url, {"password": "a wrong one"}).content.decode().lower()
    assert client.get(reverse("mfa_activate_totp")).status_code == 302
    assert client.post(asked.url, {"password": PASSWORD}).url == reverse("mfa_activate_totp")

    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert AuditEntry.objects.get(action=Action.REFUSED).subject == "susan"


def test_signing_in_asks_for_password_and_code_and_leads_on(device: User) -> None:
    client = Client()
    answer = with_password(client, next=reverse("mappings"))
    assert (answer.url, is_in(client)) == (reverse(CHECK), False)
    assert client.get(reverse("home")).status_code == 302

    led = client.post(answer.url, {"code": f" {shown()[:3]} {shown()[3:]}"})

    assert (led.url, is_in(client)) == (reverse("mappings"), True)
    assert AuditEntry.objects.get(action=Action.SIGNED_IN).after["by"] == "password and code"


def test_a_code_alone_opens_nothing(device: User) -> None:
    client = Client()

    assert client.post(reverse(CHECK), {"code": shown()}).url == reverse("login")
    assert not is_in(client)


def test_a_wrong_code_is_told_recorded_and_lets_nobody_in(device: User) -> None:
    client = Client()
    with_password(client)
    page = client.post(reverse(CHECK), {"code": wrong()}).content.decode()

    assert "This code is wrong" in page
    assert not is_in(client)
    assert AuditEntry.objects.get(action=Action.REFUSED).after["code"] == "wrong"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "\x00" * 6])
def test_nonsense_is_a_wrong_code(device: User, typed: str) -> None:
    assert not check(device, typed)
    client = Client()
    with_password(client)
    assert client.post(reverse(CHECK), {"code": typed}).status_code == 200
    assert not is_in(client)


def test_a_code_counts_once_and_no_earlier_one_after_it(device: User) -> None:
    now = shown()

    assert check(device, now)
    assert not check(device, now)
    assert not check(device, shown(steps=-1))


def test_a_clock_that_is_one_step_off_does_no_harm_and_one_that_is_further_off_does(device: User) -> None:
    assert check(device, shown(steps=1))
    assert not check(device, shown(steps=4))


def test_ten_wrong_codes_shut_it_for_a_quarter_of_an_hour(device: User) -> None:
    for _ in range(10):
        check(device, wrong())
    assert not check(device, shown())
    assert not check(device, recovery_codes(device)[0])

    CodeUse.objects.update(wrong_at=CodeUse.objects.get().wrong_at - dt.timedelta(minutes=16))
    assert check(device, shown())


def test_who_waits_too_long_begins_again_with_the_password(device: User) -> None:
    client = Client()
    with_password(client)
    session = client.session
    session["account_login"] = {
        **session["account_login"],
        "initiated_at": session["account_login"]["initiated_at"] - 601,
    }
    session.save()

    assert client.post(reverse(CHECK), {"code": shown()}).url == reverse("login")
    assert not is_in(client)


def test_who_is_made_inactive_between_password_and_code_does_not_get_in(device: User) -> None:
    client = Client()
    with_password(client)
    User.objects.update(is_active=False)

    assert client.post(reverse(CHECK), {"code": shown()}).url == reverse("login")
    assert not AuditEntry.objects.filter(action=Action.SIGNED_IN).exists()


def test_a_person_removes_it_with_a_code_and_not_without(device: User) -> None:
    client = client_of(device)
    asked = client.post(reverse("mfa_deactivate_totp"))
    assert asked.url.startswith(reverse("mfa_reauthenticate"))
    client.post(asked.url, {"code": wrong()})
    client.post(reverse("mfa_deactivate_totp"))
    assert app_of(device)
    assert client.post(asked.url, {"code": shown()}).url == reverse("mfa_deactivate_totp")
    led = client.post(reverse("mfa_deactivate_totp"), follow=True)

    assert "Signing in asks for your password alone." in led.content.decode()
    assert factors_of(device) == []
    assert with_password(Client()).url == reverse("home")
    entry = AuditEntry.objects.get(kind="second factor")
    assert (entry.who, entry.action, entry.before) == ("susan", Action.DELETED, {"by": "authenticator app"})


def test_the_code_of_the_sign_in_is_none_for_removing_it(device: User) -> None:
    client = Client()
    with_password(client)
    client.post(reverse(CHECK), {"code": shown()})
    assert is_in(client)

    assert client.get(reverse("mfa_deactivate_totp")).url.startswith(reverse("mfa_reauthenticate"))


def test_a_password_is_no_way_to_confirm_where_there_is_a_second_factor(device: User) -> None:
    client = client_of(device)

    answer = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert answer.url == reverse("mfa_reauthenticate")
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 302


def test_a_person_removes_only_their_own(device: User) -> None:
    otto = with_app(made("otto", VIEWER), "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK")
    client = confirmed(client_of(otto), shown("MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK"))

    client.post(reverse("mfa_deactivate_totp"))

    assert (app_of(otto), bool(app_of(device))) == (None, True)


@pytest.mark.parametrize("way", ["wrong", "recovery"])
def test_codes_that_are_typed_stand_in_no_log(device: User, way: str, caplog: pytest.LogCaptureFixture) -> None:
    client = Client()
    with_password(client)
    typed = wrong() if way == "wrong" else recovery_codes(device)[0]
    client.post(reverse(CHECK), {"code": typed})

    kept = str(list(AccessAttempt.objects.values())) + str(list(AuditEntry.objects.values()))
    assert typed not in kept + caplog.text


def test_without_the_encryption_key_nobody_gets_past_it_and_is_told_why(settings: Settings, device: User) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    client = Client()
    with_password(client)
    answer = client.post(reverse(CHECK), {"code": "123456"}, follow=True)

    assert "because the encryption key is missing" in answer.content.decode()
    assert not is_in(client)


def test_without_any_encryption_key_no_app_can_be_set_up(settings: Settings, susan: User) -> None:
    settings.FIELD_ENCRYPTION_KEYS = []
    client = Client()
    with_password(client)
    answer = client.get(reverse("mfa_activate_totp"), follow=True)

    assert "because the encryption key is missing" in answer.content.decode()
