"""A server of one's own: its fields, its SDK version, its way to sign in."""

from __future__ import annotations

from typing import Any

import pytest

from integration.dataverse.signin import Certificate, Credentials, Password
from integration.dataverse.signin.premises import (
    AuthenticationType,
    api_of,
    check_sdk,
    check_user_name,
    domain_of,
    grant_for,
    missing,
    type_for,
)
from integration.systems.errors import SignInRefused

FULL = {
    "token_endpoint": "https://sts.adatum.example/adfs/oauth2/token", "client_id": "client", "user_name": "sofia",
    "password": "pa55word", "sdk_version": "9.1", "tenant": "adatum.example", "client_secret": "s3cret",
}  # fmt: skip


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in FULL.items() if name not in names}


@pytest.mark.parametrize(("url", "kind"), [
    ("https://contoso.crm4.dynamics.com", AuthenticationType.OFFICE365),
    ("https://CONTOSO.CRM.DYNAMICS.COM/", AuthenticationType.OFFICE365),
    ("https://crm.adatum.example/Adatum", AuthenticationType.IFD),
    ("https://dynamics.com.evil.example", AuthenticationType.IFD),
])  # fmt: skip
def test_the_address_suggests_how_to_sign_in(url: str, kind: AuthenticationType) -> None:
    assert type_for(url) is kind


@pytest.mark.parametrize(("kind", "given", "captions"), [
    (AuthenticationType.IFD, FULL, []),
    (AuthenticationType.IFD, without("password", "sdk_version"), ["Password", "Dynamics 365 SDK version"]),
    (AuthenticationType.IFD, without("token_endpoint"), ["Token endpoint"]),
    (AuthenticationType.OAUTH, without("user_name", "password"), []),
    (AuthenticationType.OAUTH, without("client_secret"), []),
    (AuthenticationType.OAUTH, without("client_secret", "password"), ["Client secret or certificate"]),
    (AuthenticationType.OFFICE365, without("client_secret"), ["Client secret or certificate"]),
    (AuthenticationType.OFFICE365, without("tenant"), ["Tenant"]),
    (AuthenticationType.AD, FULL, ["Domain"]),
])  # fmt: skip
def test_what_has_to_be_filled_in_is_named(
    kind: AuthenticationType, given: dict[str, str], captions: list[Any]
) -> None:
    assert missing(kind, given) == captions


def test_windows_sign_in_is_refused_with_what_to_switch_on() -> None:
    with pytest.raises(SignInRefused, match="claims-based"):
        grant_for(AuthenticationType.AD, FULL | {"domain": "ADATUM"})


@pytest.mark.parametrize(("given", "who"), [
    ({}, "sofia"), ({"domain": "ADATUM"}, "ADATUM\\sofia"),
    ({"domain": "ADATUM", "user_name": "sofia@adatum.example"}, "sofia@adatum.example"),
])  # fmt: skip
def test_a_user_signs_in_at_their_ad_fs_by_their_domain(given: dict[str, Any], who: str) -> None:
    grant = grant_for(AuthenticationType.IFD, FULL | given)

    assert isinstance(grant, Password)
    assert grant.form("https://crm.adatum.example")["username"] == who


def test_an_application_signs_in_by_itself_with_secret_or_certificate() -> None:
    assert isinstance(grant_for(AuthenticationType.OFFICE365, FULL), Credentials)
    assert isinstance(grant_for(AuthenticationType.OAUTH, without("user_name") | {"certificate": "pem"}), Certificate)


def test_nothing_is_tried_while_a_field_is_missing() -> None:
    with pytest.raises(SignInRefused, match="Password missing") as caught:
        grant_for(AuthenticationType.IFD, without("password"))

    assert "s3cret" not in str(caught.value)


@pytest.mark.scenario(
    "CDSConnectionString.UserNameMustIncludeDomainForAuthTypeAD",
    "CRMConnectionString.t150_UserNameMustIncludeDomainForAuthTypeAD",
    "CDSConnectionString.UserNameMustIncludeAtSymbolForAuthTypeO365",
    "CRMConnectionString.t156_UserNameMustIncludeAtSymbolForAuthTypeO365",
)  # fmt: skip
@pytest.mark.parametrize(("kind", "name", "words"), [
    (AuthenticationType.AD, "admin", "domain"),
    (AuthenticationType.AD, "domain001\\", "domain"),
    (AuthenticationType.AD, "domain001\\admin", ""),
    (AuthenticationType.OFFICE365, "admin", "e-mail address"),
    (AuthenticationType.OFFICE365, "admin@domain.com", ""),
    (AuthenticationType.IFD, "admin", ""),
])  # fmt: skip
def test_a_user_name_says_where_it_belongs(kind: AuthenticationType, name: str, words: str) -> None:
    found = check_user_name(kind, name)

    assert (words in found) if words else found == ""


@pytest.mark.scenario(
    "CDSConnectionString.UserNameWithBackslashFillsDomain", "CDSConnectionString.UserNameWithoutBackslashBlanksDomain",
    "CDSConnectionString.BlankedUserNameKeepDomainUnchanged",
    "CRMConnectionString.t205_UserNameWithoutBackslashBlanksDomain",
    "CRMConnectionString.t210_BlankedUserNameKeepDomainUnchanged",
)  # fmt: skip
@pytest.mark.parametrize(("name", "former", "domain"), [
    ("domain001\\admin", "", "domain001"), ("admin@domain.com", "domain001", ""), ("", "domain001", "domain001"),
])  # fmt: skip
def test_the_domain_follows_the_user_name(name: str, former: str, domain: str) -> None:
    assert domain_of(name, former) == domain


@pytest.mark.parametrize(("sdk", "organization", "words"), [
    ("9.1", "9.1.0.14134", ""),
    ("9.2", "9.1.0.14134", ""),
    ("9.1.0.20000", "9.1.0.14134", ""),
    ("9.0", "9.1.0.14134", "older"),
    ("9.1.0.100", "9.1.0.14134", "older"),
    ("8.2", "9.1.0.14134", "not compatible"),
    ("10.0", "9.1.0.14134", "not compatible"),
    ("9.10", "9.9.0.1", ""),
    ("nine", "9.1.0.14134", "no SDK version"),
    ("", "9.1.0.14134", "no SDK version"),
    ("9.1", "", "cannot be read"),
])  # fmt: skip
def test_the_sdk_version_is_of_the_same_kind_and_not_older(sdk: str, organization: str, words: str) -> None:
    found = check_sdk(sdk, organization)

    assert (words in found) if words else found == ""


def test_the_web_api_is_called_by_the_sdk_version() -> None:
    assert api_of("9.1.0.14134") == "9.1"
    with pytest.raises(ValueError, match="no SDK version"):
        api_of("../9")
