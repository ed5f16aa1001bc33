"""Ways to sign in on Connection Setup: certificate, password, cloud and on premises."""

from __future__ import annotations

import pytest
from django.test.client import Client

from integration.connection.enabling import enable, findings_of
from integration.connection.sign_in import api_of, grant_of
from integration.dataverse.signin import Certificate, Password
from integration.models import ConnectionSetup
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Table
from tests.integration.connection.page import save
from tests.integration.features.solution import https, solution, wrong
from tests.real.certificates import issue, rsa_key

__all__ = ["https", "solution"]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def pem() -> str:
    """A certificate of Contoso with its key."""
    return issue("Contoso", rsa_key()).both


def on_premises(setup: ConnectionSetup, authentication: str, **values: str) -> ConnectionSetup:
    """An organization of Litware's own."""
    given = {"url": "https://crm.litware.com", "token_endpoint": "https://sts.litware.com/adfs/oauth2/token"}
    for name, value in {"tenant": "", "client_secret": "", "sdk_version": "9.1", **given, **values}.items():
        setattr(setup, name, value)
    setup.authentication = authentication
    setup.full_clean()
    setup.save()
    return setup


# --- signing in ----------------------------------------------------------------------------------------------


def test_a_certificate_that_is_typed_is_encrypted_and_signs_in(setup: ConnectionSetup, admin: Client, pem: str) -> None:
    answer = save(admin, authentication="certificate", certificate=pem)
    setup.refresh_from_db()
    assert isinstance(grant_of(setup), Certificate)
    assert setup.certificate.reveal() == pem.strip()
    assert "PRIVATE KEY" not in answer.content.decode()
    assert wrong(setup) == {}


def test_a_certificate_without_its_key_is_refused_where_it_is_typed(
    setup: ConnectionSetup, admin: Client, pem: str
) -> None:
    only = pem[pem.index("-----BEGIN CERTIFICATE") :]
    answer = save(admin, authentication="certificate", certificate=only)
    assert "The certificate cannot be read" in answer.context["form"].errors["certificate"][0]
    assert not ConnectionSetup.current().certificate


def test_a_certificate_is_missing_before_anything_is_asked(setup: ConnectionSetup) -> None:
    setup.authentication = "certificate"
    assert setup.missing() == ["Certificate"]


def test_a_user_on_premises_signs_in_with_a_password_at_the_firms_own_ad_fs(setup: ConnectionSetup) -> None:
    on_premises(setup, "ifd", sign_in_user="LITWARE\\bc", password="pass of Litware")
    grant = grant_of(setup)
    assert isinstance(grant, Password)
    assert (grant.username, grant.password, setup.domain) == ("LITWARE\\bc", "pass of Litware", "LITWARE")
    assert api_of(setup) == "9.1"


def test_what_a_way_of_signing_in_on_premises_needs_is_named(setup: ConnectionSetup) -> None:
    on_premises(setup, "ifd", sdk_version="")
    assert setup.missing() == ["User name", "Password", "Dynamics 365 SDK version"]


def test_windows_sign_in_is_told_what_to_use_instead(setup: ConnectionSetup) -> None:
    on_premises(setup, "ad", sign_in_user="LITWARE\\bc", password="pass", domain="LITWARE")
    assert "Switch claims-based authentication" in wrong(setup)["User name"]


@pytest.mark.parametrize(("sdk", "words"), [("9.0", "not compatible"), ("memory", "no SDK version"), ("1.0", "older")])
def test_an_sdk_version_that_does_not_fit_stands_against_enabling(
    setup: ConnectionSetup, organization: MemorySystem, sdk: str, words: str
) -> None:
    organization.release = "1.1.0.3"
    on_premises(setup, "oauth", client_secret="of Litware")
    setup.sdk_version = sdk
    assert words in wrong(setup)["Dynamics 365 SDK version"]


@pytest.mark.scenario(
    "CDSConnectionString.AuthTypeDefaultO365ForDynamicsComAddress",
    "CRMConnectionString.t100_AuthTypeDefaultO365ForDynamicsComAddress",
)
def test_the_address_of_the_cloud_brings_the_clouds_way_to_sign_in(setup: ConnectionSetup, admin: Client) -> None:
    on_premises(setup, "oauth", client_secret="of Litware")
    save(admin, url="https://somedomain.crm4.dynamics.com")
    assert ConnectionSetup.current().authentication == "client_secret"


@pytest.mark.scenario(
    "CDSConnectionString.AuthTypeCanBeChangedFromO365ToAD",
    "CDSConnectionString.AuthTypeCanBeChangedFromADToO365",
    "CRMConnectionString.t105_AuthTypeCanBeChangedFromO365ToAD",
    "CRMConnectionString.t115_AuthTypeCanBeChangedFromADToO365",
    "CDSConnectionString.AuthTypeControlIsEditable",
)
@pytest.mark.parametrize(
    ("url", "before", "chosen"),
    [("https://contoso.crm4.dynamics.com", "client_secret", "ad"), ("https://crm.litware.com", "ad", "client_secret")],
)
def test_the_way_to_sign_in_that_a_person_chooses_is_kept_whatever_the_address(
    setup: ConnectionSetup, admin: Client, url: str, before: str, chosen: str
) -> None:
    setup.url, setup.authentication = url, before
    setup.save()
    save(admin, authentication=chosen)
    assert ConnectionSetup.current().authentication == chosen


@pytest.mark.scenario(
    "CDSConnectionString.ConnectionStringControlNotEditableIfConnectionEnabledO365",
    "CRMConnectionString.t135_AuthTypeControlIsEditable",
    "CRMConnectionString.t253_ConnectionStringControlNotEditableIfConnectionEnabledIFD",
)
def test_no_field_about_signing_in_can_be_edited_while_enabled(setup: ConnectionSetup, admin: Client) -> None:
    enable(setup)
    form = admin.get("/connection/").context["form"]
    assert all(form.fields[name].disabled for name in ConnectionSetup.IDENTIFYING)
    save(admin, authentication="ad", password="other")
    assert (ConnectionSetup.current().authentication, bool(ConnectionSetup.current().password)) == (
        "client_secret",
        False,
    )


@pytest.mark.parametrize("name", ["client_secret", "password", "odata_key", "tenant", "client_id", "sign_in_user"])
def test_what_nobody_sees_is_refused_in_every_field(setup: ConnectionSetup, admin: Client, name: str) -> None:
    answer = save(admin, **{name: "ab\x07cd"})
    assert name in answer.context["form"].errors


@pytest.mark.parametrize("name", ["url", "tenant", "client_id", "sdk_version", "domain", "web_client_url"])
def test_what_is_over_long_is_refused_in_words(
    setup: ConnectionSetup, solution: Table, admin: Client, name: str
) -> None:
    findings_of(setup)
    answer = save(admin, **{name: "https://" + "a" * 400 + ".example"})
    assert name in answer.context["form"].errors
