"""Opening a connection and testing it: what is missing or wrong is named."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from integration.connection import systems
from integration.connection.enabling import enable, findings_of
from integration.connection.findings import NotReady
from integration.connection.opening import open_for_page, open_for_run
from integration.dataverse.session import Patience
from integration.dataverse.signin import Credentials
from integration.models import CachedText, ConnectionSetup
from integration.models.stored.cache import token_cache
from integration.systems.errors import (
    AddressRefused,
    BadAnswer,
    ConfigurationProblem,
    NotAMember,
    PrivilegeMissing,
    RoleMissing,
    SignInRefused,
    TableMissing,
    Throttled,
    TimedOut,
    TlsFailed,
    Unreachable,
)
from integration.systems.memory.system import MemorySystem
from tests.opened import opened

pytestmark = pytest.mark.django_db


def wrong(setup: ConnectionSetup) -> dict[str, str]:
    return {finding.what: finding.message for finding in findings_of(setup) if not finding.ok}


# --- opening -------------------------------------------------------------------------------------------------


@pytest.mark.scenario(
    "CDSConnectionSetupTest.NoCDSConnectionOnCompanyOpen",
    "CRMSetupTest.NoCRMConnectionOnCompanyOpen",
)
def test_opening_an_enabled_connection_asks_nothing_yet(setup: ConnectionSetup, organization: MemorySystem) -> None:
    enable(setup)
    organization.calls.clear()
    with opened() as connected:
        assert (connected.crm, sum(organization.calls.values())) == (organization, 0)
        context = connected.context
    assert (context.local_currency, context.company) == ("GBP", "CRONUS International Ltd.")
    assert (context.organization_id, context.user_id) == (organization.organization_id, organization.user_id)
    assert context.filters["salesperson", "systemuser"][0][1].startswith("isdisabled = No")


@pytest.mark.scenario(
    "CDSIntegrationMgtTest.IsIntegrationEnabledWhenMissing",
    "CDSIntegrationMgtTest.IsIntegrationEnabledWhenNotConfigured",
    "CDSIntegrationMgtTest.IsIntegrationEnabledWhenEnabled",
    "CRMSetupTest.IsCRMIntegrationEnabled",
)
def test_a_connection_is_off_until_somebody_enables_it(ends: tuple[MemorySystem, ...]) -> None:
    assert ConnectionSetup.current().is_enabled is False
    with pytest.raises(ConfigurationProblem, match="disabled"), opened():
        pass
    assert ConnectionSetup.objects.count() == 1


def test_an_enabled_connection_is_on(setup: ConnectionSetup) -> None:
    enable(setup)
    assert ConnectionSetup.current().is_enabled is True


def test_a_lost_key_is_told_and_nothing_is_opened(setup: ConnectionSetup, settings: Settings) -> None:
    enable(setup)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(ConfigurationProblem, match="FIELD_ENCRYPTION_KEYS"), opened():
        pass
    assert wrong(ConnectionSetup.current()) == {"Client secret": systems.UNREADABLE}


def test_the_client_is_opened_with_what_was_typed(
    setup: ConnectionSetup, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.DATAVERSE_CA_FILE = "/etc/adatum/ca.pem"
    given = {}
    monkeypatch.setattr(systems, "connect", lambda **more: given.update(more))
    with open_for_run(setup, "the gate", even_disabled=True):
        assert given.pop("shared").gate == "the gate"
        assert given.pop("patience") == Patience()
    assert given == {
        "url": "https://contoso.crm4.dynamics.com",
        "credentials": Credentials(
            "contoso.example",
            "3f2a",
            "the secret of Contoso",
            "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token",
        ),
        "api": "9.2",
        "expected": None,
        "ca": "/etc/adatum/ca.pem",
        "zone": "",
    }


def test_the_time_zone_of_dates_is_one_that_exists_and_reaches_the_client(
    setup: ConnectionSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {}
    monkeypatch.setattr(systems, "connect", lambda **more: given.update(more))
    setup.time_zone = " Pacific/Auckland "
    setup.full_clean()
    setup.save()
    with open_for_page(ConnectionSetup.current(), even_disabled=True):
        pass
    assert given["zone"] == "Pacific/Auckland"

    setup.time_zone = "Middle-earth"
    with pytest.raises(ValidationError, match="no time zone"):
        setup.full_clean()


# --- testing -------------------------------------------------------------------------------------------------


@pytest.mark.scenario(
    "CDSConnectionSetupTest.ActionTestConnectionWhenIntegrationDisabled",
    "CDSConnectionSetupTest.ActionTestConnectionWhenIntegrationEnabled",
    "CDSIntegrationMgtTest.TestConnectionWhenDisabled",
    "CDSIntegrationMgtTest.TestActiveConnectionWhenActive",
    "CRMSetupTest.TestConnectionAction",
)
def test_a_complete_connection_passes_its_test_enabled_or_not(setup: ConnectionSetup) -> None:
    assert wrong(setup) == {}
    enable(setup)
    assert wrong(setup) == {}
    named = [finding.what for finding in findings_of(setup)]
    assert named == [
        "Organization",
        "Integration user",
        "Security roles",
        "Dynamics 365 Sales",
        "Integration solution",
    ]
    read = [finding.message for finding in findings_of(setup) if "may read" in finding.message]
    assert read == [
        "The user may read Account, Contact, Currency.",
        "The user may read Product, Price List, Opportunity.",
    ]


@pytest.mark.scenario(
    "CDSIntegrationMgtTest.TestConnectionWhenNotConfigured",
    "CDSConnectionSetupTest.ServerAddressRequiredToEnable",
    "CDSConnectionSetupTest.ServerAddressRequiredToEnableO365",
    "CRMSetupTest.ServerAddressRequiredToEnable",
    "CRMSetupTest.UserNameRequiredToEnable",
    "CRMConnectionWizardTests.CRMConnectionSetupCheckConnectRequiredFields",
)
def test_what_is_missing_is_named_before_anything_is_asked(
    ends: tuple[MemorySystem, ...], organization: MemorySystem
) -> None:
    setup = ConnectionSetup.current()
    assert list(wrong(setup)) == ["URL", "Client id", "Client secret", "Tenant"]
    with pytest.raises(NotReady, match="URL: is missing"):
        enable(setup)
    assert sum(organization.calls.values()) == 0


def test_a_token_endpoint_makes_the_tenant_needless(setup: ConnectionSetup) -> None:
    setup.tenant, setup.token_endpoint = "", "https://login.example.com/x/token"
    assert setup.missing() == []


@pytest.mark.parametrize(
    ("problem", "what"),
    [
        (Unreachable("No route to contoso.crm4.dynamics.com."), "Address"),
        (TimedOut("No answer in 30 seconds."), "Address"),
        (TlsFailed("The certificate is not trusted."), "Address"),
        (AddressRefused("We do not call 10.0.0.1."), "Address"),
        (BadAnswer("This is not a Dataverse organization."), "Address"),
        (SignInRefused("There is no such tenant.", part="tenant"), "Tenant"),
        (SignInRefused("The application is unknown.", part="client"), "Client id"),
        (SignInRefused("The secret is wrong or over.", part="secret"), "Client secret"),
        (SignInRefused("No."), "Sign-in"),
        (NotAMember("No user of this organization."), "Integration user"),
        (RoleMissing("The user has no security role."), "Roles"),
        (Throttled("Too many requests.", retry_after=17), "Organization"),
    ],
)
def test_a_refused_sign_in_is_told_by_what_is_wrong(
    setup: ConnectionSetup, organization: MemorySystem, problem: Any, what: str
) -> None:
    organization.fail_on("check", problem)
    told = wrong(setup)
    assert list(told) == [what]
    assert told[what].startswith(problem.message)
    setup.refresh_from_db()
    assert setup.last_error == f"{what}: {told[what]}"


def test_a_missing_privilege_and_a_missing_product_are_told(setup: ConnectionSetup, organization: MemorySystem) -> None:
    organization.fail_on(
        "find", PrivilegeMissing("prvReadAccount is missing."), when=lambda call: call.table == "account"
    )
    organization.fail_on("describe", TableMissing("No table product."), when=lambda call: call.table == "product")
    assert wrong(setup) == {
        "Roles": "prvReadAccount is missing.",
        "Dynamics 365 Sales": "No table product. Is it installed in this organization?",
    }


def test_a_disabled_integration_user_is_told(setup: ConnectionSetup, organization: MemorySystem) -> None:
    organization.edit("systemuser", organization.user_id, isdisabled=True)
    assert wrong(setup) == {
        "Integration user": "The user BC Integration is disabled in the organization. Enable it there."
    }


def test_a_company_without_a_local_currency_is_told(setup: ConnectionSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systems, "local_currency", lambda: "")
    assert "LCY Code" in wrong(setup)["Local currency"]


def test_a_test_never_answers_from_what_was_remembered(setup: ConnectionSetup) -> None:
    token_cache().put("contoso", "a token of the former secret", 600)
    findings_of(setup)
    assert not CachedText.objects.exists()


def test_without_sales_nothing_of_sales_is_asked(setup: ConnectionSetup, organization: MemorySystem) -> None:
    setup.sales_enabled = False
    organization.fail_on("describe", TableMissing("No table product."), when=lambda call: call.table == "product")
    assert wrong(setup) == {}
