"""What a person types on Connection Setup, before anything is asked of anybody: missing, misfit, cleaned, refused."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from integration.connection.diagnosis import too_old
from integration.models import ConnectionSetup
from integration.models.connection.sign_in import Authentication, caption, check_certificate

A = Authentication
COMPLETE = {"url": "https://contoso.crm4.dynamics.com", "tenant": "contoso.example", "client_id": "3f2a",
            "client_secret": "the secret of Contoso"}  # fmt: skip


def typed(**values: Any) -> ConnectionSetup:
    return ConnectionSetup(**values)


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, ["URL", "Client id", "Client secret", "Tenant"]),
        (COMPLETE, []),
        ({**COMPLETE, "tenant": ""}, ["Tenant"]),
        ({**COMPLETE, "tenant": "", "token_endpoint": "https://login.example/token"}, []),
        ({**COMPLETE, "client_secret": ""}, ["Client secret"]),
        ({**COMPLETE, "url": ""}, ["URL"]),
        ({**COMPLETE, "authentication": A.CERTIFICATE}, ["Certificate"]),
        ({**COMPLETE, "authentication": A.CERTIFICATE, "certificate": "a certificate"}, []),
    ],
)
def test_what_is_missing_for_the_cloud_is_named_in_the_order_of_the_page(
    values: dict[str, Any], missing: list[Any]
) -> None:
    assert typed(**values).missing() == missing


@pytest.mark.parametrize("kind", [A.IFD, A.OAUTH, A.AD])
def test_what_is_missing_on_premises_begins_with_the_address(kind: Authentication) -> None:
    assert typed(authentication=kind).missing()[0] == "URL"
    assert kind.on_premises


@pytest.mark.parametrize("kind", [A.CLIENT_SECRET, A.CERTIFICATE])
def test_the_clouds_ways_to_sign_in_are_not_on_premises(kind: Authentication) -> None:
    assert not kind.on_premises


@pytest.mark.parametrize(
    ("url", "before", "after"),
    [
        ("https://contoso.crm4.dynamics.com", A.IFD, A.CLIENT_SECRET),
        ("https://contoso.crm4.dynamics.com", A.CERTIFICATE, A.CERTIFICATE),
        ("https://sales.contoso.example", A.IFD, A.IFD),
        ("https://sales.contoso.example", A.CLIENT_SECRET, A.CLIENT_SECRET),
        ("nonsense", A.OAUTH, A.OAUTH),
    ],
)
def test_the_address_of_the_cloud_brings_the_clouds_way_to_sign_in(
    url: str, before: Authentication, after: Authentication
) -> None:
    assert typed(url=url, authentication=before).authentication_for_address() == after


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"url": "http://contoso.crm4.dynamics.com"}, {"url"}),
        ({"url": "contoso"}, {"url"}),
        ({"url": "https://user:secret@contoso.crm4.dynamics.com"}, {"url"}),
        ({"token_endpoint": "ftp://login.example/token"}, {"token_endpoint"}),
        ({"tenant": "contoso\u200b.example"}, {"tenant"}),
        ({"client_id": "3f2a\x00"}, {"client_id"}),
        ({"sdk_version": "9\u202e", "domain": "\u00ad"}, {"sdk_version", "domain"}),
        ({}, set()),
    ],
)
def test_what_cannot_be_right_is_named_by_its_field(values: dict[str, Any], wrong: set[Any]) -> None:
    assert set(typed(**{**COMPLETE, **values}).sign_in_problems()) == wrong


@pytest.mark.parametrize("name", ["tenant", "client_id", "sign_in_user", "domain", "sdk_version"])
def test_blanks_around_what_was_typed_are_taken_off(name: str) -> None:
    setup = typed(**{**COMPLETE, name: "  contoso  "})

    setup.sign_in_problems()

    assert getattr(setup, name) == "contoso"


def test_both_addresses_get_their_one_spelling() -> None:
    setup = typed(**{**COMPLETE, "url": " HTTPS://Contoso.CRM4.dynamics.com/ "})

    assert setup.sign_in_problems() == {}
    assert setup.url == "https://contoso.crm4.dynamics.com"


@pytest.mark.parametrize("pem", ["", "a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
def test_a_text_that_is_no_certificate_with_its_key_is_refused_in_words(pem: str) -> None:
    with pytest.raises(ValidationError) as caught:
        check_certificate(pem)
    assert caught.value.messages[0].endswith(".")
    assert "AAAA" not in caught.value.messages[0]


@pytest.mark.parametrize(
    ("name", "called"),
    [("client_secret", "Client secret"), ("certificate", "Certificate"), ("password", "Password")],
)
def test_a_column_of_secrets_is_called_as_on_the_page(name: str, called: str) -> None:
    assert caption(name) == called


def test_a_secret_of_a_lost_key_is_named_and_only_where_there_is_one(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    setup = typed(client_secret="the secret of Contoso")
    assert setup.unreadable_secrets() == []

    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    assert setup.unreadable_secrets() == ["Client secret"]


@pytest.mark.parametrize("reveal", [True, False])
def test_what_was_given_shows_a_secret_only_to_whoever_uses_it(reveal: bool) -> None:
    given = typed(**COMPLETE, sign_in_user="CONTOSO\\bci").given(reveal=reveal)

    assert given["client_secret"] == ("the secret of Contoso" if reveal else "••••••••")
    assert (given["user_name"], given["tenant"], given["password"]) == ("CONTOSO\\bci", "contoso.example", "")


# --- features -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, set()),
        ({"auto_create_orders": True}, {"auto_create_orders"}),
        ({"auto_create_orders": True, "auto_process_quotes": True}, {"auto_create_orders", "auto_process_quotes"}),
        ({"auto_process_quotes": True, "order_integration_enabled": True}, set()),
        ({"time_zone": "Europe/Berlin"}, set()),
        ({"time_zone": " Europe/Berlin "}, set()),
        ({"time_zone": "Berlin time"}, {"time_zone"}),
        ({"web_client_url": "http://contoso.example"}, {"web_client_url"}),
        ({"odata_url": "https://user:secret@contoso.example"}, {"odata_url"}),
        ({"item_availability_enabled": True}, {"odata_user"}),
    ],
)
def test_switches_and_addresses_that_do_not_fit_are_named_by_their_field(
    values: dict[str, Any], wrong: set[Any]
) -> None:
    assert set(typed(**values).feature_problems()) == wrong


@pytest.mark.parametrize(
    ("switches", "features"),
    [
        ({}, set()),
        ({"solution_version": "1.0"}, {"solution"}),
        ({"order_integration_enabled": True, "auto_create_orders": True}, {"orders", "auto_create_orders"}),
        ({"item_availability_enabled": True}, {"item_availability"}),
    ],
)
def test_only_what_is_switched_on_and_there_has_its_jobs(switches: dict[str, Any], features: set[Any]) -> None:
    assert typed(**switches).features() == features


@pytest.mark.parametrize(
    ("base", "public", "web_client"),
    [
        ("https://bc.contoso.example/", "", "https://bc.contoso.example"),
        ("http://bc.contoso.example", "", ""),
        ("http://bc.contoso.example", "https://public.contoso.example", "https://public.contoso.example"),
        ("ftp://bc.contoso.example", "", ""),
    ],
)
def test_default_addresses_follow_from_where_this_answers_and_are_blank_where_that_is_no_address(
    settings: Settings, base: str, public: str, web_client: str
) -> None:
    settings.PUBLIC_URL = public
    setup = typed()

    setup.use_default_addresses(base, "CRONUS International Ltd.")

    assert setup.web_client_url == web_client
    assert bool(setup.odata_url) is bool(web_client)
    assert " " not in setup.odata_url


def test_only_blank_addresses_are_filled_in_where_a_person_typed_the_other(settings: Settings) -> None:
    settings.PUBLIC_URL = ""
    setup = typed(web_client_url="https://typed.contoso.example")

    setup.use_default_addresses("https://bc.contoso.example", "CRONUS", only_blank=True)

    assert setup.web_client_url == "https://typed.contoso.example"
    assert setup.odata_url.startswith("https://bc.contoso.example")


@pytest.mark.parametrize(
    ("version", "old"),
    [("8.2.27", True), ("8.9", True), ("9.0", False), ("9.2.24111.00185", False), ("10.0.1", False), ("", False),
     ("nobody knows", False), ("9", False)],
)  # fmt: skip
def test_an_organization_before_version_nine_is_too_old_and_what_cannot_be_read_is_not_judged(
    version: str, old: bool
) -> None:
    found = too_old(version)

    assert bool(found) is old
    if old:
        assert version in found[0].message
