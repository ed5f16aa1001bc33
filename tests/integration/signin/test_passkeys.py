"""Passkeys: stored, asked for after the password or instead of it, and removed; the browser's part is in
tests/browser/test_passkeys.py."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from integration.models import AuditEntry, User
from integration.people.second_factor import NO_PASSKEY, factors_of
from tests.integration.signin.factors import confirmed, is_in, shown, with_app, with_password
from tests.integration.signin.passkey import HOST, Passkey
from tests.integration.signin.passkeys import ALONE, add, alone, at_localhost, browser, offer, phone
from tests.integration.signin.second_factor import CHECK, offered, susan
from tests.people import ADMINISTRATOR, VIEWER, made, signed_in

__all__ = ["at_localhost", "offered", "phone", "susan"]

pytestmark = pytest.mark.django_db

Action = AuditEntry.Action


def client_of_host(user: User) -> Client:
    client = browser()
    client.force_login(user)
    return client


def test_a_passkey_is_stored_recorded_and_followed_by_recovery_codes(susan: User) -> None:
    client = browser()
    with_password(client)
    led = add(client, Passkey())

    assert led.url == reverse("mfa_view_recovery_codes")
    assert [str(one) for one in factors_of(susan)] == ["Susan's phone"]
    assert "Susan&#x27;s phone" in client.get(reverse("mfa_index")).content.decode()
    entry = AuditEntry.objects.get(kind="second factor")
    assert (entry.who, entry.after) == ("susan", {"by": "passkey", "name": "Susan's phone"})


def test_after_the_password_the_passkey_is_asked_for_and_leads_on(susan: User, phone: Passkey) -> None:
    client = browser()
    asked = with_password(client, next=reverse("mappings"))
    page = client.get(asked.url)
    assert "Use a passkey" in page.content.decode()
    led = client.post(asked.url, {"credential": phone.shown(page.context["js_data"]["request_options"])})

    assert (led.url, is_in(client)) == (reverse("mappings"), True)
    assert AuditEntry.objects.filter(action=Action.SIGNED_IN).latest("pk").after["by"] == "password and passkey"


def test_a_passkey_alone_signs_in_and_leads_on(susan: User, phone: Passkey) -> None:
    client = browser()
    led = client.post(reverse(ALONE), {"credential": phone.shown(alone(client)), "next": reverse("mappings")})

    assert (led.url, is_in(client)) == (reverse("mappings"), True)
    assert AuditEntry.objects.filter(action=Action.SIGNED_IN).latest("pk").after["by"] == "passkey"
    assert client.get(reverse("home")).status_code == 200


def test_a_passkey_leads_nobody_to_another_host(susan: User, phone: Passkey) -> None:
    client = browser()
    sent = {"credential": phone.shown(alone(client)), "next": "https://wingtip.example/"}

    assert client.post(reverse(ALONE), sent).url == reverse("home")


def test_who_has_begun_with_the_password_may_go_on_with_the_passkey_instead(susan: User, phone: Passkey) -> None:
    client = browser()
    with_password(client)
    client.post(reverse(ALONE), {"credential": phone.shown(alone(client))})

    assert is_in(client)


def with_key_of(other: Passkey, phone: Passkey) -> Passkey:
    """Another device that says it belongs to the same person."""
    other.owner = phone.owner
    return other


def asked_elsewhere(phone: Passkey, client: Client) -> str:
    alone(client)
    return phone.shown(alone(browser()))


def on_another_page(phone: Passkey, client: Client) -> str:
    phone.origin = "https://wingtip.example"
    return phone.shown(alone(client))


def unverified(phone: Passkey, client: Client) -> str:
    phone.verifies = False
    return phone.shown(alone(client))


WRONG = {
    "nothing was asked": lambda phone, client: phone.shown(alone(browser())),
    "it was asked of another browser": asked_elsewhere,
    "it was shown on another page": on_another_page,
    "the device did not ask for a finger": unverified,
    "it is somebody else's": lambda phone, client: phone.shown(
        alone(client), owner=str(made("otto", VIEWER).pk).encode()
    ),
    "it is nobody's": lambda phone, client: phone.shown(alone(client), owner=b"4711"),
    "it is another device": lambda phone, client: with_key_of(Passkey(), phone).shown(alone(client)),
}

WRONG |= {
    text: lambda phone, client, text=text: text
    for text in ("", "{}", "[]", "null", "7", '{"response": {"userHandle": 7}}', "no JSON")
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_passkey_that_is_not_right_lets_nobody_in_and_is_told_in_words(
    susan: User, phone: Passkey, wrong: str
) -> None:
    client = browser()
    answer = client.post(reverse(ALONE), {"credential": WRONG[wrong](phone, client)}, follow=True)

    assert not is_in(client)
    assert NO_PASSKEY in answer.content.decode()


def test_what_was_asked_is_answered_once(susan: User, phone: Passkey) -> None:
    first = browser()
    sent = phone.shown(alone(first))
    first.post(reverse(ALONE), {"credential": sent})
    first.post(reverse("logout"))

    first.post(reverse(ALONE), {"credential": sent})
    assert not is_in(first)


def test_a_person_who_is_not_active_does_not_get_in(susan: User, phone: Passkey) -> None:
    User.objects.update(is_active=False)
    client = browser()

    assert client.post(reverse(ALONE), {"credential": phone.shown(alone(client))}).url == reverse("login")
    assert not is_in(client)


def test_with_single_sign_on_alone_a_passkey_lets_nobody_in(settings: Settings, susan: User, phone: Passkey) -> None:
    settings.SINGLE_SIGN_ON_ONLY, settings.OIDC_ISSUER = True, "https://id.adatum.example"
    client = browser()

    assert client.get(reverse(ALONE)).status_code == 404
    assert "passkey" not in client.get(reverse("login")).content.decode()


def test_a_wrong_passkey_after_the_password_is_recorded(susan: User, phone: Passkey) -> None:
    client = browser()
    page = client.get(with_password(client).url)
    stranger = Passkey()
    answer = client.post(reverse(CHECK), {"credential": stranger.shown(page.context["js_data"]["request_options"])})

    assert NO_PASSKEY in answer.content.decode()
    assert AuditEntry.objects.get(action=Action.REFUSED).after["passkey"] == "wrong"
    assert not is_in(client)


@pytest.mark.parametrize(
    "sent", ["", "{}", "[]", "null", '"x"', '{"id": "x", "rawId": "x", "response": {}}', "no JSON"]
)
def test_nonsense_is_stored_as_no_passkey(susan: User, sent: str) -> None:
    client = browser()
    with_password(client)
    offer(client)
    answer = client.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": sent})

    assert NO_PASSKEY in answer.content.decode()
    assert factors_of(susan) == []


def test_a_passkey_that_asks_for_nothing_does_not_sign_in_alone(susan: User) -> None:
    client = browser()
    with_password(client)
    answer = add(client, Passkey(verifies=False), passwordless="on")

    assert NO_PASSKEY in answer.content.decode()
    assert factors_of(susan) == []


def test_a_passkey_is_removed_with_the_passkey_and_not_without(susan: User, phone: Passkey) -> None:
    client = client_of_host(susan)
    [stored] = factors_of(susan)
    place = reverse("mfa_remove_webauthn", args=[stored.pk])
    asked = client.post(place)
    assert asked.url.startswith(reverse("mfa_reauthenticate_webauthn"))

    again = f"{reverse('mfa_reauthenticate_webauthn')}?next={place}"
    options = client.get(again).context["js_data"]["request_options"]
    assert client.post(again, {"credential": Passkey().shown(options)}).url == again
    assert client.get(place).status_code == 302
    options = client.get(again).context["js_data"]["request_options"]
    assert client.post(again, {"credential": phone.shown(options)}).url == place
    assert "Susan&#x27;s phone" in client.get(place).content.decode()
    client.post(place)

    assert not Authenticator.objects.exists(), "the recovery codes go with the last factor"
    entry = AuditEntry.objects.filter(kind="second factor").latest("pk")
    assert (entry.action, entry.before) == (Action.DELETED, {"by": "passkey", "name": "Susan's phone"})


def test_the_app_stays_when_a_passkey_goes_and_is_still_asked_for(susan: User, phone: Passkey) -> None:
    with_passkey = factors_of(susan)
    Authenticator.objects.filter(type="recovery_codes").delete()
    with_app(susan)
    client = confirmed(client_of_host(susan))
    answer = client.post(reverse("mfa_remove_webauthn", args=[with_passkey[0].pk]), follow=True)

    assert "still asks for your other second factor" in answer.content.decode()
    assert with_password(browser()).url == reverse(CHECK)


def test_a_code_of_the_app_is_taken_where_a_passkey_is_asked_for(susan: User, phone: Passkey) -> None:
    Authenticator.objects.filter(type="recovery_codes").delete()
    with_app(susan)
    client = browser()
    with_password(client)
    client.post(reverse(CHECK), {"code": shown()})

    assert is_in(client)


def test_an_administrator_sees_and_removes_a_passkey(settings: Settings, susan: User, phone: Passkey) -> None:
    settings.ALLOWED_HOSTS = [HOST, "testserver"]
    chief = signed_in("annette", ADMINISTRATOR)
    assert "Passkey “Susan&#x27;s phone”" in chief.get(reverse("user", args=[susan.pk])).content.decode()
    chief.post(reverse("user_second_factor", args=[susan.pk]))

    assert with_password(browser()).url == reverse("home")


def test_no_page_with_passkeys_has_a_script_of_its_own(susan: User, phone: Passkey) -> None:
    client = browser()
    pages = [client.get(reverse("login")), client.get(with_password(client).url)]
    pages.append(client_of_host(susan).get(reverse("mfa_reauthenticate_webauthn")))
    for page in pages:
        text = page.content.decode()
        assert "mfa/js/webauthn.js" in text
        own = [part for part in text.split("<script")[1:] if "src=" not in part.partition(">")[0]]
        assert all('type="application/json"' in part.partition(">")[0] for part in own)
        assert "script-src" not in page["Content-Security-Policy"]


def test_a_name_that_is_too_long_is_cut_and_markup_in_it_is_text(susan: User) -> None:
    client = browser()
    with_password(client)
    add(client, Passkey(), name="<b>" + "x" * 500)

    [stored] = factors_of(susan)
    assert str(stored) == "<b>" + "x" * 57
    assert "&lt;b&gt;x" in client.get(reverse("mfa_index")).content.decode()
