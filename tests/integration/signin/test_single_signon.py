"""Single sign-on against a provider of our own over HTTP: who gets in, and who does not."""

from __future__ import annotations

import logging
import time
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from integration.models import AuditEntry, User
from tests.integration.signin.provider import CLIENT, SECRET, Provider, new_key
from tests.integration.signin.single_signon import go, provider, service
from tests.people import INTEGRATOR, made

__all__ = ["provider", "service"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def susan(db: None) -> User:
    return made("susan", INTEGRATOR)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def state_of(client: Client) -> str:
    """The sign-in that this browser has begun."""
    (state,) = client.session["socialaccount_states"]
    return str(state)


def told(client: Client) -> str:
    return client.get(reverse("login")).content.decode()


def test_a_person_made_here_signs_in_with_the_provider_and_is_led_on(provider: Provider, susan: User) -> None:
    client, there = go(provider, next=reverse("mappings"))

    assert (there, is_in(client)) == (reverse("mappings"), True)
    account = SocialAccount.objects.get()
    assert (account.user, account.provider, account.uid) == (susan, provider.issuer, "4711")
    entry = AuditEntry.objects.get(action=AuditEntry.Action.SIGNED_IN)
    assert (entry.who, entry.after["by"]) == ("susan", "Contoso ID")


def test_nobody_is_led_to_another_host_after_it(provider: Provider, susan: User) -> None:
    assert go(provider, next="https://wingtip.example/")[1] == reverse("home")


def test_after_the_first_time_the_id_counts_and_no_longer_the_name(provider: Provider, susan: User) -> None:
    go(provider)
    provider.person = {"sub": "4711", "preferred_username": "susan.renamed"}
    assert is_in(go(provider)[0])

    provider.person = {"sub": "somebody else", "preferred_username": "susan"}
    client, there = go(provider)

    assert (there, is_in(client)) == (reverse("login"), False)
    assert "nobody of that name may sign in here" in told(client)


@pytest.mark.parametrize(
    "who", [{"preferred_username": "otto"}, {"preferred_username": ""}, {"preferred_username": None}]
)
def test_nobody_is_made_by_signing_in(provider: Provider, susan: User, who: dict[str, Any]) -> None:
    provider.person |= who
    client, _ = go(provider)

    assert not is_in(client)
    assert User.objects.count() == 1


def test_a_person_who_is_not_active_does_not_get_in(provider: Provider, susan: User) -> None:
    go(provider)
    User.objects.update(is_active=False)

    assert not is_in(go(provider)[0])


@pytest.mark.parametrize(("verified", "gets_in"), [(True, True), (False, False), ("true", False), (None, False)])
def test_an_address_counts_only_where_the_provider_has_verified_it(
    provider: Provider, settings: Settings, verified: bool | str | None, gets_in: bool
) -> None:
    settings.OIDC_CLAIM = "email"
    made("susan@adatum.example", INTEGRATOR)
    provider.person = {"sub": "1", "email": "Susan@adatum.example", "email_verified": verified}

    assert is_in(go(provider)[0]) is gets_in


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://wingtip.example"},
        {"aud": "another application"},
        {"aud": ["another application"]},
        {"nonce": "another sign-in"},
        {"nonce": None},
        {"exp": int(time.time()) - 3600},
        {"iat": int(time.time()) + 3600},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"azp": "another application"},
        {"aud": [CLIENT, "another application"]},
        {"alg": "PS512"},
    ],
)
def test_a_token_that_is_not_for_us_now_lets_nobody_in(provider: Provider, susan: User, wrong: dict[str, Any]) -> None:
    provider.signs(**wrong)
    client, there = go(provider)

    assert (there, is_in(client)) == (reverse("login"), False)
    assert "does not say beyond doubt who signed in" in told(client)


def test_a_token_of_another_key_lets_nobody_in(provider: Provider, susan: User) -> None:
    provider.key = new_key()

    assert not is_in(go(provider)[0])


def test_an_answer_is_taken_once_and_by_the_browser_that_asked_alone(provider: Provider, susan: User) -> None:
    asked, other = Client(), Client()
    back = provider.browse(asked.get(reverse("single_signon")).url)
    other.get(reverse("single_signon"))

    other.get(back)
    Client().get(back)
    assert not is_in(other)
    asked.get(back)
    assert is_in(asked)
    asked.post(reverse("logout"))
    asked.get(back)
    assert not is_in(asked)


@pytest.mark.parametrize("query", [{}, {"error": "access_denied"}, {"code": "made up"}])
def test_a_refusal_or_nonsense_that_comes_back_is_told_in_words(
    provider: Provider, susan: User, query: dict[str, Any]
) -> None:
    client = Client()
    client.get(reverse("single_signon"))
    client.get(reverse("single_signon_back"), {**query, "state": state_of(client)})

    assert "Signing in with Contoso ID did not work" in told(client)
    assert not is_in(client)


def test_who_takes_too_long_begins_again(provider: Provider, susan: User) -> None:
    client = Client()
    back = provider.browse(client.get(reverse("single_signon")).url)
    session, state = client.session, state_of(client)
    kept, begun, provider_id = session["socialaccount_states"][state]
    session["socialaccount_states"] = {state: (kept, begun - 601, provider_id)}
    session.save()
    client.get(back)

    assert "took too long" in told(client)


@pytest.mark.parametrize(
    "known",
    [{"issuer": "https://wingtip.example"}, {"token_endpoint": "http://wingtip.example/token"}, {"jwks_uri": ""}],
)
def test_a_provider_that_is_not_what_was_configured_is_not_used(provider: Provider, known: dict[str, str]) -> None:
    provider.known = known
    client = Client()

    assert client.get(reverse("single_signon")).url == reverse("login")
    assert "did not work" in told(client)


def test_a_provider_that_does_not_answer_is_told_in_words(provider: Provider, settings: Settings) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    client = Client()
    client.get(reverse("single_signon"))

    assert "Signing in with Contoso ID did not work" in told(client)


def test_without_a_provider_there_is_no_button_and_no_address(db: None) -> None:
    client = Client()

    assert client.get(reverse("single_signon")).status_code == 404
    assert client.get(reverse("single_signon_back")).status_code == 404
    assert "single-sign-on" not in told(client)


def test_with_single_sign_on_alone_a_password_lets_nobody_in(
    provider: Provider, settings: Settings, susan: User
) -> None:
    settings.SINGLE_SIGN_ON_ONLY = True
    susan.set_password("barrels of Coho wine")
    susan.save()
    client = Client()

    assert 'type="password"' not in told(client)
    answer = client.post(reverse("login"), {"username": "susan", "password": "barrels of Coho wine"})
    assert (answer.status_code, is_in(client)) == (403, False)
    assert is_in(go(provider)[0])


def test_no_secret_of_the_sign_in_is_logged_or_kept(
    provider: Provider, susan: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client, _ = go(provider)

    assert SECRET not in caplog.text + str(dict(client.session)) + str(list(AuditEntry.objects.values()))
    assert "verifier" not in str(dict(client.session))
    assert (SocialApp.objects.count(), SocialToken.objects.count()) == (0, 0)


def test_nothing_the_provider_says_about_a_person_is_kept_but_its_id(provider: Provider, susan: User) -> None:
    provider.person |= {"email": "susan@adatum.example", "name": "Susan W. Eaton", "given_name": "Susan"}
    go(provider)
    go(provider)

    assert SocialAccount.objects.get().extra_data == {}
    susan.refresh_from_db()
    assert (susan.email, susan.first_name) == ("", "")


def test_long_ids_that_begin_alike_are_two_people(provider: Provider, susan: User) -> None:
    made("otto", INTEGRATOR)
    for name in ("susan", "otto"):
        provider.person = {"sub": "x" * 250 + name, "preferred_username": name}
        assert is_in(go(provider)[0])
        assert is_in(go(provider)[0])

    assert SocialAccount.objects.count() == 2


def test_the_same_id_at_another_provider_is_somebody_else(provider: Provider, susan: User, settings: Settings) -> None:
    SocialAccount.objects.create(user=susan, provider="https://wingtip.example", uid="4711")
    client, _ = go(provider)

    assert not is_in(client)


def test_two_ids_of_one_name_are_not_both_tied_to_it(provider: Provider, susan: User) -> None:
    go(provider)
    provider.person = {"sub": "4712", "preferred_username": "SUSAN"}
    client, _ = go(provider)

    assert not is_in(client)
    assert SocialAccount.objects.count() == 1


def test_what_the_browser_adds_to_the_address_is_not_passed_on_to_the_provider(provider: Provider, susan: User) -> None:
    asked = Client().get(
        reverse("single_signon"), {"scope": "admin", "auth_params": "prompt=none", "process": "connect"}
    )

    assert "admin" not in asked.url
    assert "prompt" not in asked.url


def test_a_provider_whose_address_has_a_query_keeps_it(provider: Provider, susan: User) -> None:
    provider.known = {"authorization_endpoint": f"{provider.issuer}/authorize?policy=b2c"}
    sent = Client().get(reverse("single_signon")).url

    assert sent.startswith(f"{provider.issuer}/authorize?policy=b2c&")
    assert sent.count("?") == 1
