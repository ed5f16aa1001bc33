"""What django-allauth offers beyond what we want has no address: nobody makes an account, asks for a mail, or connects
an account of their own elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from allauth import urls as of_allauth
from django.contrib import admin
from django.core import mail
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from pytest_django.fixtures import Settings

from tests.people import ADMINISTRATOR, signed_in

pytestmark = pytest.mark.django_db
WANTED = {
    "account_login", "account_reauthenticate", "mfa_index", "mfa_authenticate", "mfa_activate_totp",
    "mfa_deactivate_totp", "mfa_login_webauthn", "mfa_add_webauthn", "mfa_remove_webauthn", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
}  # fmt: skip


def offered(patterns: Iterable[URLPattern | URLResolver], outer: str = "") -> list[tuple[str, str]]:
    """(name, address) of everything django-allauth would mount."""
    found = []
    for pattern in patterns:
        place = outer + str(pattern.pattern).lstrip("^")
        found += (
            [(str(pattern.name), place)] if isinstance(pattern, URLPattern) else offered(pattern.url_patterns, place)
        )
    return found


OFFERED = offered(of_allauth.urlpatterns)


def test_the_list_of_what_is_offered_is_one() -> None:
    assert {"account_signup", "account_reset_password", "account_email", "socialaccount_connections"} <= dict(
        OFFERED
    ).keys()
    assert dict(OFFERED).keys() >= WANTED


@pytest.mark.parametrize("name", sorted({name for name, _ in OFFERED} - WANTED))
def test_nothing_else_of_it_has_an_address(name: str) -> None:
    names = {key for key in get_resolver().reverse_dict if isinstance(key, str)}
    assert name not in names
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize(
    "path",
    [
        "signup/", "email/", "confirm-email/", "confirm-email/x/", "password/reset/", "password/reset/done/",
        "password/set/", "password/change/", "inactive/", "login/code/", "login/code/confirm/", "reauthenticate/",
        "reauthenticate/code/", "2fa/", "2fa/authenticate/", "2fa/trust/", "2fa/recovery-codes/download/",
        "2fa/webauthn/", "2fa/webauthn/signup/", "3rdparty/", "3rdparty/signup/", "3rdparty/login/error/",
        "oidc/x/login/", "oidc/x/login/callback/", "social/signup/", "", "second-factor/recovery-codes/download/",
        "second-factor/trust/", "second-factor/passkeys/signup/",
    ],
)  # fmt: skip
def test_what_its_own_addresses_would_be_is_not_found(path: str, settings: Settings) -> None:
    settings.SECOND_FACTOR = "optional"
    client = signed_in("annette", ADMINISTRATOR)

    assert client.get(f"/accounts/{path}").status_code == 404
    assert client.post(f"/accounts/{path}").status_code == 404


def test_its_tables_are_not_in_the_administration() -> None:
    assert {model._meta.app_label for model in admin.site._registry} & {"account", "mfa", "socialaccount"} == set()


def test_no_mail_is_sent_by_anything_a_person_does(settings: Settings) -> None:
    settings.SECOND_FACTOR = "optional"
    signed_in("annette", ADMINISTRATOR).get(reverse("mfa_index"))

    assert mail.outbox == []
