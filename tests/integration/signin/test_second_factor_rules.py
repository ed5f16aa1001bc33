"""Who has to have a second factor, who takes it away from whom, and where it is not asked for."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from integration.models import AuditEntry, CodeUse
from integration.models.people.user import User
from integration.people.second_factor import check, factors_of, remove
from tests.integration.signin.factors import (
    begun,
    confirmed,
    is_in,
    recovery_codes,
    shown,
    with_password,
    wrong,
)
from tests.integration.signin.password import told
from tests.integration.signin.provider import Provider
from tests.integration.signin.second_factor import CHECK, device, offered, susan
from tests.integration.signin.single_signon import go, provider, service
from tests.people import ADMINISTRATOR, VIEWER, client_of, made, signed_in

__all__ = ["Provider", "device", "offered", "provider", "service", "susan"]

pytestmark = pytest.mark.django_db
Action = AuditEntry.Action


def test_an_administrator_removes_it_from_who_lost_the_device(device: User) -> None:
    chief = signed_in("annette", ADMINISTRATOR)
    page = chief.get(reverse("user", args=[device.pk])).content.decode()
    assert "Remove Second Factor" in page
    assert "Authenticator app" in page
    chief.post(reverse("user_second_factor", args=[device.pk]))

    assert factors_of(device) == []
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.get(kind="second factor", action=Action.DELETED).who == "annette"


def test_the_last_administrator_removes_it_by_a_command(device: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("remove_second_factor", "susan")
    assert "signs in with a password alone" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no user ottto"):
        call_command("remove_second_factor", "ottto")

    assert not remove(device)


def test_where_everybody_needs_one_a_password_opens_only_the_pages_that_set_it_up(
    settings: Settings, susan: User
) -> None:
    settings.SECOND_FACTOR = "required"
    client = Client()
    with_password(client)
    assert client.get(reverse("home")).url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200
    client.get(reverse("mfa_activate_totp"))

    client.post(reverse("mfa_activate_totp"), {"code": shown(begun(client))})

    assert client.get(reverse("home")).status_code == 200


def test_where_everybody_needs_one_who_removes_it_sets_up_another_at_once(settings: Settings, device: User) -> None:
    settings.SECOND_FACTOR = "required"
    client = confirmed(client_of(device))
    assert client.get(reverse("home")).status_code == 200
    client.post(reverse("mfa_deactivate_totp"))

    assert client.get(reverse("home")).url == reverse("mfa_index")


def test_who_comes_from_the_provider_is_asked_there_and_not_here(
    settings: Settings, provider: Provider, device: User
) -> None:
    settings.SECOND_FACTOR = "required"
    client, _ = go(provider)

    assert is_in(client)
    assert client.get(reverse("home")).status_code == 200


def test_who_comes_from_the_provider_without_a_password_sets_one_up_right_after_signing_in(
    settings: Settings, provider: Provider
) -> None:
    made("susan", VIEWER)
    client, _ = go(provider)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    session = client.session
    session["signed_in_at"] -= 301
    session.save()

    answer = client.get(reverse("mfa_activate_totp"), follow=True)

    assert "Sign out and in again first" in answer.content.decode()


def test_where_it_is_off_nobody_is_asked_and_there_is_no_page(settings: Settings, device: User) -> None:
    settings.SECOND_FACTOR = "off"
    client = Client()

    assert with_password(client).url == reverse("home")
    names = ("mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes")
    names += ("mfa_generate_recovery_codes", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_login_webauthn")
    names += ("account_reauthenticate", CHECK)
    assert {name: client.get(reverse(name)).status_code for name in names} == dict.fromkeys(names, 404)
    assert "passkey" not in Client().get(reverse("login")).content.decode()


# --- recovery codes ------------------------------------------------------------------------------------------


def test_recovery_codes_are_shown_once_when_the_first_factor_is_set_up(susan: User) -> None:
    client = Client()
    with_password(client)
    client.get(reverse("mfa_activate_totp"))
    led = client.post(reverse("mfa_activate_totp"), {"code": shown(begun(client))})
    assert led.url == reverse("mfa_view_recovery_codes")
    codes = recovery_codes(susan)

    first, second = (client.get(led.url).content.decode() for _ in range(2))

    assert len(codes) == 10
    assert all(code in first for code in codes)
    assert not any(code in second for code in codes)
    assert "10 of 10 are left" in second


def test_a_recovery_code_opens_the_door_once(device: User) -> None:
    code = recovery_codes(device)[3]
    for attempt, gets_in in (("first", True), ("second", False)):
        client = Client()
        with_password(client)
        client.post(reverse(CHECK), {"code": code})
        assert is_in(client) is gets_in, attempt

    assert len(recovery_codes(device)) == 9
    assert AuditEntry.objects.get(action=Action.SIGNED_IN).after["by"] == "password and recovery code"


def test_new_recovery_codes_take_the_place_of_the_former_ones_and_are_recorded(device: User) -> None:
    old = recovery_codes(device)
    client = confirmed(client_of(device))
    client.post(reverse("mfa_generate_recovery_codes"))
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()

    assert all(code in page for code in recovery_codes(device))
    assert not check(device, old[0])
    assert AuditEntry.objects.get(kind="second factor").after == {"recovery codes": "new"}


def test_recovery_codes_are_not_shown_without_confirming(device: User) -> None:
    answer = client_of(device).get(reverse("mfa_view_recovery_codes"))

    assert answer.url.startswith(reverse("mfa_reauthenticate"))


def test_with_the_last_factor_the_recovery_codes_go_too(device: User) -> None:
    confirmed(client := client_of(device))
    client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.exists()


# --- locking out ---------------------------------------------------------------------------------------------


def try_wrong_codes(number: int, address: str = "192.0.2.7") -> list[int]:
    client = Client()
    client.post(reverse("login"), {"username": "susan", "password": "barrels of Coho wine"}, REMOTE_ADDR=address)
    return [client.post(reverse(CHECK), {"code": wrong()}, REMOTE_ADDR=address).status_code for _ in range(number)]


def test_too_many_wrong_codes_lock_the_name_out_at_that_address_like_wrong_passwords(
    settings: Settings, device: User
) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    assert try_wrong_codes(3) == [200, 200, 429]

    answer = Client().post(
        reverse("login"), {"username": "susan", "password": "barrels of Coho wine"}, REMOTE_ADDR="192.0.2.7"
    )
    assert answer.status_code == 429
    assert "wrong name, password or code" in told(answer)
    done = [entry.action for entry in AuditEntry.objects.filter(kind="sign-in").order_by("pk")]
    assert done == [Action.REFUSED, Action.REFUSED, Action.LOCKED_OUT]


def test_who_is_locked_out_is_not_let_in_by_the_right_code(settings: Settings, device: User) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    client = Client()
    with_password(client)
    try_wrong_codes(3, address="127.0.0.1")
    answer = client.post(reverse(CHECK), {"code": shown()})

    assert (answer.status_code, is_in(client)) == (429, False)
    assert check(device, shown()), "it was not even tried"


def test_wrong_codes_and_passwords_are_counted_together(settings: Settings, device: User) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    for _ in range(2):
        Client().post(reverse("login"), {"username": "susan", "password": "no"}, REMOTE_ADDR="192.0.2.7")

    assert try_wrong_codes(1) == [429]


def test_wrong_codes_of_who_is_signed_in_count_too(settings: Settings, device: User) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    client = client_of(device)
    answers = [client.post(reverse("mfa_reauthenticate"), {"code": wrong()}).status_code for _ in range(3)]

    assert answers == [200, 200, 429]


@pytest.mark.parametrize("way", ["button", "everybody", "name"])
def test_who_shut_the_codes_is_unlocked_as_for_passwords(device: User, way: str) -> None:
    for _ in range(10):
        check(device, wrong())
    chief = signed_in("annette", ADMINISTRATOR)
    assert "Locked out after too many wrong passwords or codes" in told(chief.get(reverse("user", args=[device.pk])))

    if way == "button":
        chief.post(reverse("user_unlock", args=[device.pk]))
    else:
        call_command(*(["axes_reset"] if way == "everybody" else ["axes_reset_username", "susan"]))

    assert CodeUse.objects.get().wrong == 0
    assert check(device, shown())
