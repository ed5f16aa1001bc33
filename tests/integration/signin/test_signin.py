"""Signing in: throttled, in the audit log, and without a word about who exists."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
from axes.models import AccessAttempt
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django.fixtures import Settings

from integration.models import AuditEntry, User
from integration.people.lockout import is_locked_out
from integration.people.signing_in import client_address
from tests.integration.signin.password import PASSWORD, attempt, quick, susan, told
from tests.people import ADMINISTRATOR, client_of, signed_in

__all__ = ["quick", "susan"]

pytestmark = pytest.mark.django_db

Action = AuditEntry.Action


def test_who_signs_in_is_led_on_and_it_is_in_the_audit_log(susan: User) -> None:
    answer = attempt("susan", PASSWORD)

    assert answer.url == reverse("home")
    entry = AuditEntry.objects.get(action=Action.SIGNED_IN)
    assert (entry.who, entry.user, entry.after) == ("susan", susan, {"from": "192.0.2.7"})


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(susan: User) -> None:
    assert told(attempt("susan")) == told(attempt("nobody at all", address="192.0.2.8"))


def test_a_person_who_is_not_active_is_answered_as_if_there_were_none(susan: User) -> None:
    User.objects.filter(pk=susan.pk).update(is_active=False)

    assert told(attempt("susan", PASSWORD)) == told(attempt("nobody at all", address="192.0.2.8"))


def test_too_many_wrong_passwords_lock_the_name_out_at_that_address_with_a_page_that_says_so(susan: User) -> None:
    answers = [attempt("susan") for number in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    right = attempt("susan", PASSWORD)
    assert (right.status_code, right["Retry-After"]) == (429, "900")
    assert "Wait 15 minutes and try again." in right.content.decode()
    assert "_auth_user_id" not in right.wsgi_request.session


def test_a_name_that_does_not_exist_is_locked_out_alike(susan: User) -> None:
    known = [told(attempt("susan", address=f"192.0.2.{number}")) for number in range(4)]
    unknown = [told(attempt("nobody at all", address=f"192.0.3.{number}")) for number in range(4)]

    assert known == unknown


def test_the_administration_is_no_way_around(susan: User) -> None:
    answer = Client().get("/admin/login/", {"next": "/admin/integration/"})

    assert answer.url == "/accounts/login/?next=%2Fadmin%2Fintegration%2F"
    assert client_of(susan).get("/admin/login/").status_code == 403


def test_after_a_quarter_of_an_hour_one_may_try_again(susan: User) -> None:
    for _ in range(3):
        attempt("susan")
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - dt.timedelta(minutes=16))

    assert not is_locked_out(susan)
    assert attempt("susan", PASSWORD).status_code == 302


def test_attempts_while_locked_out_do_not_make_the_wait_longer(susan: User) -> None:
    for _ in range(3):
        attempt("susan")
    first = AccessAttempt.objects.get().attempt_time
    attempt("susan")

    assert AccessAttempt.objects.get().attempt_time == first


def test_a_right_password_makes_the_wrong_ones_forgotten(susan: User) -> None:
    for password in ("a wrong one", "a wrong one", PASSWORD, "a wrong one", "a wrong one"):
        attempt("susan", password)

    assert attempt("susan", PASSWORD).status_code == 302


def test_an_administrator_unlocks_a_person(susan: User) -> None:
    chief = signed_in("annette", ADMINISTRATOR)
    for _ in range(3):
        attempt("susan")
    assert "Locked out after too many wrong passwords" in chief.get(reverse("user", args=[susan.pk])).content.decode()

    chief.post(reverse("user_unlock", args=[susan.pk]))

    assert attempt("susan", PASSWORD).status_code == 302
    assert AuditEntry.objects.get(action=Action.UNLOCKED).who == "annette"


def test_refused_attempts_are_in_the_audit_log_and_what_was_typed_is_nowhere(
    susan: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    typed = "my secret password in the wrong field"
    attempt(typed, typed)
    for _ in range(5):
        attempt("susan", "the wrong secret", address="192.0.2.8")

    done = list(AuditEntry.objects.filter(kind="sign-in").order_by("pk").values_list("action", "subject", "who"))
    assert done == [
        (Action.REFUSED, "susan", ""), (Action.REFUSED, "susan", ""), (Action.LOCKED_OUT, "susan", ""),
    ]  # fmt: skip
    written = caplog.text + str(list(AuditEntry.objects.values()))
    attempts = str(list(AccessAttempt.objects.values()))
    assert typed not in written + attempts
    assert "the wrong secret" not in written + attempts


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, "203.0.113.5", "192.0.2.7"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        (2, "198.51.100.1, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.7"),
        (1, "not an address", "192.0.2.7"),
        (1, "", "192.0.2.7"),
        (1, "2001:db8::7", "2001:db8::7"),
    ],
)
def test_the_address_is_believed_as_far_as_our_own_proxies_wrote_it(
    settings: Settings, proxies: int, forwarded: str, found: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7", headers={"X-Forwarded-For": forwarded})

    assert client_address(request) == found


def test_who_is_signed_in_already_is_led_on_and_never_to_another_host(susan: User) -> None:
    client = client_of(susan)

    assert client.get(reverse("login"), {"next": reverse("mappings")}).url == reverse("mappings")
    assert client.get(reverse("login"), {"next": "https://wingtip.example/"}).url == reverse("home")
