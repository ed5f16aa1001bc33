"""Guessing is slow, and nobody is locked out by somebody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from axes.models import AccessAttempt
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from pytest_django.fixtures import Settings

from integration.models.people.user import User
from integration.people.lockout import LONGEST_PAUSE, is_locked_out
from tests.integration.signin.password import PASSWORD, attempt, quick, susan
from tests.people import ADMINISTRATOR, made

__all__ = ["quick", "susan"]

pytestmark = pytest.mark.django_db
HOME = "198.51.100.9"


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    """The clock stands still: only ``later`` lets time go by, so that a wait is known to the second."""
    with time_machine.travel(dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def annette(susan: User) -> User:
    annette = made("annette", ADMINISTRATOR)
    annette.set_password(PASSWORD)
    annette.save()
    return annette


def storm(name: str, addresses: int = 12, each: int = 3) -> None:
    """Somebody tries wrong passwords from everywhere, waiting as long as they have to."""
    for number in range(addresses):
        for _ in range(each):
            later(LONGEST_PAUSE)
            attempt(name, address=f"192.0.2.{number}")


def later(seconds: float) -> None:
    """So much time goes by."""
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - dt.timedelta(seconds=seconds))


def test_somebody_who_tries_from_elsewhere_locks_nobody_out_but_makes_them_wait(susan: User) -> None:
    storm("susan", addresses=4)
    waiting = attempt("susan", PASSWORD, address=HOME)
    assert waiting.status_code == 429
    assert 0 < int(waiting["Retry-After"]) <= LONGEST_PAUSE
    assert "seconds and try again" in waiting.content.decode()

    later(int(waiting["Retry-After"]))
    assert attempt("susan", PASSWORD, address=HOME).status_code == 302


def test_who_guesses_one_name_from_everywhere_waits_longer_and_longer(susan: User) -> None:
    waits = []
    for number in range(10):
        answer = attempt("susan", address=f"192.0.2.{number}")
        if answer.status_code == 429:
            waits.append(int(answer["Retry-After"]))
            later(waits[-1])
            attempt("susan", address=f"192.0.2.{number}")
    assert waits[:5] == [2, 4, 8, 16, 32]
    assert max(waits) == LONGEST_PAUSE


def test_a_device_that_an_administrator_has_used_is_not_concerned_by_anybody_elses_attempts(annette: User) -> None:
    device = Client()
    assert attempt("annette", PASSWORD, HOME, device).status_code == 302
    device.post("/accounts/logout/")
    for _ in range(3):
        attempt("annette", address=HOME)
    storm("annette", addresses=6)
    assert attempt("annette", PASSWORD, HOME).status_code == 429
    assert attempt("annette", PASSWORD, HOME, device).status_code == 302


def test_a_device_is_known_for_those_alone_who_have_signed_in_with_it(annette: User, susan: User) -> None:
    device = Client()
    attempt("susan", PASSWORD, HOME, device)
    device.post("/accounts/logout/")
    for _ in range(3):
        attempt("annette", address=HOME)
    assert attempt("annette", PASSWORD, HOME, device).status_code == 429
    attempt("annette", PASSWORD, "203.0.113.1", device)
    assert attempt("susan", PASSWORD, HOME, device).status_code == 302


def test_a_device_that_is_used_for_guessing_is_locked_for_itself(susan: User) -> None:
    device = Client()
    attempt("susan", PASSWORD, HOME, device)
    device.post("/accounts/logout/")
    assert [attempt("susan", "guessed", HOME, device).status_code for _ in range(3)] == [200, 200, 429]
    assert attempt("susan", PASSWORD, HOME, device).status_code == 429
    assert is_locked_out(susan)
    assert attempt("susan", PASSWORD, HOME).status_code == 302


@pytest.mark.parametrize("forged", ["", "x", "e30:1:x", "eyJkZXZpY2UiOiJ4IiwibmFtZXMiOltdfQ:1abc:sig"])
def test_a_forged_device_is_none(susan: User, settings: Settings, forged: str) -> None:
    device = Client()
    device.cookies[settings.DEVICE_COOKIE_NAME] = forged
    for _ in range(3):
        attempt("susan", address=HOME, client=device)
    assert attempt("susan", PASSWORD, HOME, device).status_code == 429


def test_everybody_behind_one_address_waits_and_nobody_is_locked_out_there(susan: User) -> None:
    for number in range(12):
        attempt(f"name {number}", address=HOME)
    waiting = attempt("susan", PASSWORD, address=HOME)
    assert waiting.status_code == 429
    later(int(waiting["Retry-After"]))
    assert attempt("susan", PASSWORD, address=HOME).status_code == 302


def test_the_command_that_unlocks_takes_the_name_as_it_is_typed(susan: User) -> None:
    for _ in range(3):
        attempt("susan", address=HOME)
    call_command("axes_reset_username", "susan")
    assert attempt("susan", PASSWORD, address=HOME).status_code == 302


def test_no_name_that_was_typed_stands_in_the_database(susan: User) -> None:
    attempt("my password by mistake")
    attempt("susan")
    kept = str(list(AccessAttempt.objects.values()))
    assert "mistake" not in kept
    assert "susan" not in kept


def test_the_cookie_of_a_device_is_for_this_host_and_no_script(susan: User, settings: Settings) -> None:
    settings.SECURE_COOKIES = True
    answer = attempt("susan", PASSWORD)
    cookie = answer.cookies[settings.DEVICE_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"], cookie["domain"]) == (True, "Lax", True, "")
    assert "susan" not in cookie.value
