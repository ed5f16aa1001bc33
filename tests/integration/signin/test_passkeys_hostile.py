"""Passkeys as no browser sends them: refused in words, whatever they hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from fido2.utils import websafe_decode, websafe_encode
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from integration.models.people.user import User
from integration.people.second_factor import NO_PASSKEY
from tests.examples import examples
from tests.integration.signin.factors import is_in, with_password
from tests.integration.signin.passkey import Passkey
from tests.integration.signin.passkeys import ALONE, alone, at_localhost, browser, offer, phone
from tests.integration.signin.second_factor import offered, susan

__all__ = ["at_localhost", "offered", "phone", "susan"]

pytestmark = pytest.mark.django_db
PARTS = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle")
QUICK = examples(25, suppress_health_check=[HealthCheck.function_scoped_fixture])
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=3), max_size=2)


@st.composite
def damage(draw: st.DrawFn) -> tuple[str, str, bytes, int, Any]:
    """What becomes of one part: other bytes, some bytes changed, something that is no text, or nothing."""
    part, way = draw(st.sampled_from(PARTS)), draw(st.sampled_from(["bytes", "cut", "changed", "value", "gone"]))
    return part, way, draw(st.binary(max_size=60)), draw(st.integers(0, 400)), draw(VALUES)


def damaged(sent: str, wound: tuple[str, str, bytes, int, Any]) -> str:
    part, way, other, place, value = wound
    whole = json.loads(sent)
    old = whole["response"].get(part)
    if old is None or way == "gone":
        whole["response"].pop(part, None)
        return json.dumps(whole)
    known = websafe_decode(old)
    place = place % (len(known) or 1)
    changed = {
        "bytes": other,
        "cut": known[:place],
        "changed": known[:place] + other[:3] + known[place + 3 :],
    }
    whole["response"][part] = websafe_encode(changed[way]) if way in changed else value
    return json.dumps(whole)


@QUICK
@given(damage())
def test_a_damaged_passkey_lets_nobody_in(susan: User, phone: Passkey, wound: tuple[str, str, bytes, int, Any]) -> None:
    client = browser()
    sent = phone.shown(alone(client))
    hurt = damaged(sent, wound)
    answer = client.post(reverse(ALONE), {"credential": hurt}, follow=True)

    assert answer.status_code == 200
    assert is_in(client) is (json.loads(hurt)["response"] == json.loads(sent)["response"])


@QUICK
@given(damage())
def test_a_damaged_passkey_is_stored_only_where_it_is_one(susan: User, wound: tuple[str, str, bytes, int, Any]) -> None:
    Authenticator.objects.all().delete()
    client = browser()
    with_password(client)
    hurt = damaged(Passkey().made(offer(client)), wound)
    answer = client.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": hurt})

    assert answer.status_code in (200, 302)
    assert client.get(reverse("mfa_index")).status_code in (200, 302)
    if answer.status_code == 302:
        assert client.get(with_password(browser()).url).status_code in (200, 302)


CUT_SHORT = {
    "number": b"\x1b",
    "short number": b"\x19",
    "text": b"\x5b\x00",
    "lists": b"\x81" * 5000,
    "maps": b"\xa1" * 5000,
    "end": b"\xff",
    "nothing": b"",
}
"""Bytes that end too soon or never."""


@pytest.mark.parametrize("name", CUT_SHORT)
def test_bytes_that_end_too_soon_are_stored_as_no_passkey(susan: User, name: str) -> None:
    client = browser()
    with_password(client)
    sent = damaged(Passkey().made(offer(client)), ("attestationObject", "bytes", CUT_SHORT[name], 0, None))

    assert NO_PASSKEY in client.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": sent}).content.decode()


@pytest.mark.parametrize("part", ["clientDataJSON", "attestationObject"])
def test_a_number_for_bytes_fills_no_memory(susan: User, part: str) -> None:
    client = browser()
    with_password(client)
    sent = damaged(Passkey().made(offer(client)), (part, "value", b"", 0, 1_043_953_500_161))

    assert NO_PASSKEY in client.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": sent}).content.decode()


@pytest.mark.parametrize("name", CUT_SHORT)
def test_bytes_that_end_too_soon_let_nobody_in(susan: User, phone: Passkey, name: str) -> None:
    client = browser()
    sent = damaged(phone.shown(alone(client)), ("authenticatorData", "bytes", CUT_SHORT[name], 0, None))

    assert NO_PASSKEY in client.post(reverse(ALONE), {"credential": sent}, follow=True).content.decode()


@pytest.mark.parametrize(
    "sent", ["[" * 60_000, '{"a":' * 10_000, '"' + "x" * 70_000 + '"', '{"id": "\\u0000"}'], ids=lambda text: text[:6]
)
def test_what_is_too_deep_too_long_or_kept_by_no_database_is_none(susan: User, sent: str) -> None:
    client = browser()
    with_password(client)
    offer(client)

    assert NO_PASSKEY in client.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": sent}).content.decode()
    other = browser()
    assert NO_PASSKEY in other.post(reverse(ALONE), {"credential": sent}, follow=True).content.decode()
