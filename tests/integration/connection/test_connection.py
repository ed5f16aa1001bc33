"""Connecting: what is checked, what is remembered, and what enabling and disabling do."""

import uuid

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError

from coupling.models import Coupling
from integration import defaults, scheduler
from integration.connection import systems
from integration.connection.enabling import apply_switches, disable, enable, findings_of
from integration.connection.findings import NotReady
from integration.connection.opening import open_for_page, open_for_run
from integration.dataverse.session import Patience
from integration.dataverse.signin import Credentials
from integration.models import CachedText, ConnectionSetup, JobQueueEntry, TableMapping
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
from tests.opened import opened

pytestmark = pytest.mark.django_db


def wrong(setup: ConnectionSetup) -> dict[str, str]:
    return {finding.what: finding.message for finding in findings_of(setup) if not finding.ok}


# --- opening ---------------------------------------------------------------------------------------------


@pytest.mark.scenario(
    "CDSConnectionSetupTest.NoCDSConnectionOnCompanyOpen",
    "CRMSetupTest.NoCRMConnectionOnCompanyOpen",
)
def test_opening_an_enabled_connection_asks_nothing_yet(setup, organization):
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
def test_a_connection_is_off_until_somebody_enables_it(ends):
    assert ConnectionSetup.current().is_enabled is False
    with pytest.raises(ConfigurationProblem, match="disabled"), opened():
        pass
    assert ConnectionSetup.objects.count() == 1


def test_an_enabled_connection_is_on(setup):
    enable(setup)
    assert ConnectionSetup.current().is_enabled is True


def test_a_lost_key_is_told_and_nothing_is_opened(setup, settings):
    enable(setup)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(ConfigurationProblem, match="FIELD_ENCRYPTION_KEYS"), opened():
        pass
    assert wrong(ConnectionSetup.current()) == {"Client secret": systems.UNREADABLE}


def test_the_client_is_opened_with_what_was_typed(setup, monkeypatch, settings):
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


def test_the_time_zone_of_dates_is_one_that_exists_and_reaches_the_client(setup, monkeypatch):
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


# --- testing ---------------------------------------------------------------------------------------------


@pytest.mark.scenario(
    "CDSConnectionSetupTest.ActionTestConnectionWhenIntegrationDisabled",
    "CDSConnectionSetupTest.ActionTestConnectionWhenIntegrationEnabled",
    "CDSIntegrationMgtTest.TestConnectionWhenDisabled",
    "CDSIntegrationMgtTest.TestActiveConnectionWhenActive",
    "CRMSetupTest.TestConnectionAction",
)
def test_a_complete_connection_passes_its_test_enabled_or_not(setup):
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


@pytest.mark.scenario(
    "CDSIntegrationMgtTest.TestConnectionWhenNotConfigured",
    "CDSConnectionSetupTest.ServerAddressRequiredToEnable",
    "CDSConnectionSetupTest.ServerAddressRequiredToEnableO365",
    "CRMSetupTest.ServerAddressRequiredToEnable",
    "CRMSetupTest.UserNameRequiredToEnable",
    "CRMConnectionWizardTests.CRMConnectionSetupCheckConnectRequiredFields",
)
def test_what_is_missing_is_named_before_anything_is_asked(ends, organization):
    setup = ConnectionSetup.current()
    assert list(wrong(setup)) == ["URL", "Client id", "Client secret", "Tenant"]
    with pytest.raises(NotReady, match="URL: is missing"):
        enable(setup)
    assert sum(organization.calls.values()) == 0


def test_a_token_endpoint_makes_the_tenant_needless(setup):
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
def test_a_refused_sign_in_is_told_by_what_is_wrong(setup, organization, problem, what):
    organization.fail_on("check", problem)
    told = wrong(setup)
    assert list(told) == [what]
    assert told[what].startswith(problem.message)
    setup.refresh_from_db()
    assert setup.last_error == f"{what}: {told[what]}"


def test_a_missing_privilege_and_a_missing_product_are_told(setup, organization):
    organization.fail_on(
        "find", PrivilegeMissing("prvReadAccount is missing."), when=lambda call: call.table == "account"
    )
    organization.fail_on("describe", TableMissing("No table product."), when=lambda call: call.table == "product")
    assert wrong(setup) == {
        "Roles": "prvReadAccount is missing.",
        "Dynamics 365 Sales": "No table product. Is it installed in this organization?",
    }


def test_a_disabled_integration_user_is_told(setup, organization):
    organization.edit("systemuser", organization.user_id, isdisabled=True)
    assert wrong(setup) == {
        "Integration user": "The user BC Integration is disabled in the organization. Enable it there."
    }


def test_a_company_without_a_local_currency_is_told(setup, monkeypatch):
    monkeypatch.setattr(systems, "local_currency", lambda: "")
    assert "LCY Code" in wrong(setup)["Local currency"]


def test_a_test_never_answers_from_what_was_remembered(setup):
    token_cache().put("contoso", "a token of the former secret", 600)
    findings_of(setup)
    assert not CachedText.objects.exists()


def test_without_sales_nothing_of_sales_is_asked(setup, organization):
    setup.sales_enabled = False
    organization.fail_on("describe", TableMissing("No table product."), when=lambda call: call.table == "product")
    assert wrong(setup) == {}


# --- enabling and disabling ------------------------------------------------------------------------------


def test_enabling_remembers_who_answered_and_creates_mappings_and_ready_jobs(setup, organization):
    created = enable(setup)
    setup.refresh_from_db()
    assert setup.is_enabled
    assert (setup.organization_id, setup.organization_name) == (organization.organization_id, "Twin crm")
    assert (setup.organization_version, setup.user_name) == ("memory", "BC Integration")
    assert len(created) == len(defaults.STANDARD) == TableMapping.objects.count()
    assert set(JobQueueEntry.objects.values_list("status", flat=True)) == {"ready"}


def test_enabling_what_is_wrong_changes_nothing_but_the_last_error(setup, organization):
    organization.fail_on("check", SignInRefused("The secret is over.", part="secret"))
    with pytest.raises(NotReady, match="Client secret: The secret is over"):
        enable(setup)
    setup.refresh_from_db()
    assert (setup.is_enabled, setup.organization_id) == (False, None)
    assert setup.last_error == "Client secret: The secret is over."
    assert not TableMapping.objects.exists()


def test_enabling_again_keeps_what_a_person_changed(setup):
    enable(setup)
    TableMapping.objects.filter(name="CUSTOMER").update(direction="to_crm", crm_cursor="delta")
    disable(setup)
    assert enable(setup) == []
    customer = TableMapping.objects.get(name="CUSTOMER")
    assert (customer.direction, customer.crm_cursor) == ("to_crm", "delta")


def test_without_sales_only_the_base_mappings_are_created(setup):
    setup.sales_enabled = False
    setup.save()
    enable(setup)
    assert set(TableMapping.objects.values_list("part", flat=True)) == {"dataverse"}


def test_switching_sales_off_holds_its_jobs_and_on_again_releases_them_alone(setup):
    enable(setup)
    JobQueueEntry.objects.filter(mapping__name="CUSTOMER").update(status="on_hold")
    setup.sales_enabled = False
    apply_switches(setup, [])
    held = set(JobQueueEntry.objects.filter(status="on_hold").values_list("mapping__part", "mapping__name"))
    assert {part for part, _ in held} == {"sales", "dataverse"}
    assert {name for part, name in held if part == "dataverse"} == {"CUSTOMER"}
    setup.sales_enabled = True
    apply_switches(setup, ["sales"])
    assert list(JobQueueEntry.objects.filter(status="on_hold").values_list("mapping__name", flat=True)) == ["CUSTOMER"]


def test_disabling_puts_jobs_on_hold_and_keeps_the_reason(setup):
    enable(setup)
    disable(setup, "The organization was deleted.")
    setup.refresh_from_db()
    assert (setup.is_enabled, setup.disable_reason) == (False, "The organization was deleted.")
    of_tables = JobQueueEntry.objects.exclude(mapping=None)
    assert set(of_tables.values_list("status", flat=True)) == {"on_hold"}
    enable(setup)
    assert setup.disable_reason == ""


def test_couplings_of_one_organization_are_not_taken_to_another(setup, organization):
    enable(setup)
    customer = TableMapping.objects.get(name="CUSTOMER")
    Coupling.objects.create(mapping=customer, erp_id=uuid.uuid4(), crm_id=uuid.uuid4(), state="coupled")
    disable(setup)
    organization.organization_id = uuid.uuid4()
    with pytest.raises(NotReady, match="the couplings of CUSTOMER belong to Twin crm"):
        enable(setup)
    customer.couplings.all().delete()
    TableMapping.objects.update(crm_cursor="delta of the former")
    enable(setup)
    assert not TableMapping.objects.exclude(crm_cursor="").exists()


def test_sales_needs_dataverse(setup):
    setup.dataverse_enabled = False
    with pytest.raises(ValidationError, match="enable both"):
        setup.full_clean()
    setup.sales_enabled = False
    with pytest.raises(NotReady, match="Dataverse"):
        enable(setup)


def test_what_the_machine_found_out_is_no_change_of_a_person(setup):
    before = ConnectionSetup.objects.get().changed_at
    enable(setup)
    disable(setup, "x")
    assert ConnectionSetup.objects.get().changed_at == before


def test_a_copy_of_the_database_that_wakes_up_elsewhere_is_disabled_and_says_why(setup, monkeypatch):
    enable(setup)
    monkeypatch.setattr("integration.connection.installation.installation_id", lambda: "another server")
    with pytest.raises(ConfigurationProblem, match="restored from a copy"), opened():
        pass
    scheduler.start_due()
    now = ConnectionSetup.current()
    assert not now.is_enabled
    assert "restored from a copy" in now.disable_reason


def test_a_copy_that_is_enabled_again_works_where_it_is(setup, monkeypatch):
    enable(setup)
    ConnectionSetup.objects.update(installation_id="the server of last year")
    scheduler.start_due()
    assert not ConnectionSetup.current().is_enabled
    enable(ConnectionSetup.current())
    scheduler.start_due()
    assert ConnectionSetup.current().is_enabled
