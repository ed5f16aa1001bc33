"""Ways to sign in, orders, quotes, item availability and addresses: what Connection Setup offers beside the rest."""

from __future__ import annotations

import pytest

from integration.connection import recurring_jobs
from integration.connection.enabling import enable, findings_of, order_integration_switched
from integration.connection.notifying import notify_sales
from integration.connection.published import OURS
from integration.connection.sign_in import api_of, grant_of
from integration.dataverse.signin import Certificate, Password
from integration.defaults.tasks import HOUSE_TASKS, PLANNED, TASK_ENTRIES, Task
from integration.jobs.tasks import TASKS
from integration.models import ConnectionSetup, JobQueueEntry, User
from integration.systems.errors import PrivilegeMissing, Unreachable
from integration.systems.values import Table
from tests.integration.connection.test_connection_page import save, shown
from tests.makers import table, text
from tests.pages import seen_on
from tests.people import AVAILABILITY, made
from tests.real.certificates import issue, rsa_key

pytestmark = pytest.mark.django_db
EXTRA = [
    "Customer Statistics - Dynamics 365 Sales synchronization job",
    "Delete old jobs, errors and history",
    "Exchange rates and prices that are valid from today",
    "Preflight: look at everything that has to be right",
]
TOLD = ["bci_webclienturl", "bci_odataurl", "bci_odatausername", "bci_odataaccesskey"]


def own(organization) -> Table:
    """The tables that the integration solution brings."""
    organization.add_table(table("solution", "Solution", [text("uniquename"), text("version")], named="uniquename"))
    named = table("bci_connection", "Connection", [text("bci_name"), *map(text, TOLD)], named="bci_name")
    organization.add_table(named)
    organization.add("solution", uniquename="BusinessCentralIntegration", version="1.0.0.0")
    return named


@pytest.fixture(autouse=True)
def https(settings) -> None:
    """People reach this application over https."""
    settings.PUBLIC_URL = "https://bc.cronus.example/"


@pytest.fixture
def solution(organization):
    """The integration solution is installed."""
    return own(organization)


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


def jobs() -> list[str]:
    return sorted(JobQueueEntry.objects.filter(mapping=None).values_list("name", flat=True))


def wrong(setup: ConnectionSetup) -> dict[str, str]:
    return {finding.what: finding.message for finding in findings_of(setup) if not finding.ok}


# --- signing in ------------------------------------------------------------------------------------------


def test_a_certificate_that_is_typed_is_encrypted_and_signs_in(setup, admin, pem):
    answer = save(admin, authentication="certificate", certificate=pem)
    setup.refresh_from_db()
    assert isinstance(grant_of(setup), Certificate)
    assert setup.certificate.reveal() == pem.strip()
    assert "PRIVATE KEY" not in answer.content.decode()
    assert wrong(setup) == {}


def test_a_certificate_without_its_key_is_refused_where_it_is_typed(setup, admin, pem):
    only = pem[pem.index("-----BEGIN CERTIFICATE") :]
    answer = save(admin, authentication="certificate", certificate=only)
    assert "The certificate cannot be read" in answer.context["form"].errors["certificate"][0]
    assert not ConnectionSetup.current().certificate


def test_a_certificate_is_missing_before_anything_is_asked(setup):
    setup.authentication = "certificate"
    assert setup.missing() == ["Certificate"]


def test_a_user_on_premises_signs_in_with_a_password_at_the_firms_own_ad_fs(setup):
    on_premises(setup, "ifd", sign_in_user="LITWARE\\bc", password="pass of Litware")
    grant = grant_of(setup)
    assert isinstance(grant, Password)
    assert (grant.username, grant.password, setup.domain) == ("LITWARE\\bc", "pass of Litware", "LITWARE")
    assert api_of(setup) == "9.1"


def test_what_a_way_of_signing_in_on_premises_needs_is_named(setup):
    on_premises(setup, "ifd", sdk_version="")
    assert setup.missing() == ["User name", "Password", "Dynamics 365 SDK version"]


def test_windows_sign_in_is_told_what_to_use_instead(setup):
    on_premises(setup, "ad", sign_in_user="LITWARE\\bc", password="pass", domain="LITWARE")
    assert "Switch claims-based authentication" in wrong(setup)["User name"]


@pytest.mark.parametrize(("sdk", "words"), [("9.0", "not compatible"), ("memory", "no SDK version"), ("1.0", "older")])
def test_an_sdk_version_that_does_not_fit_stands_against_enabling(setup, organization, sdk, words):
    organization.release = "1.1.0.3"
    on_premises(setup, "oauth", client_secret="of Litware")
    setup.sdk_version = sdk
    assert words in wrong(setup)["Dynamics 365 SDK version"]


@pytest.mark.scenario(
    "CDSConnectionString.AuthTypeDefaultO365ForDynamicsComAddress",
    "CRMConnectionString.t100_AuthTypeDefaultO365ForDynamicsComAddress",
)
def test_the_address_of_the_cloud_brings_the_clouds_way_to_sign_in(setup, admin):
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
def test_the_way_to_sign_in_that_a_person_chooses_is_kept_whatever_the_address(setup, admin, url, before, chosen):
    setup.url, setup.authentication = url, before
    setup.save()
    save(admin, authentication=chosen)
    assert ConnectionSetup.current().authentication == chosen


@pytest.mark.scenario(
    "CDSConnectionString.ConnectionStringControlNotEditableIfConnectionEnabledO365",
    "CRMConnectionString.t135_AuthTypeControlIsEditable",
    "CRMConnectionString.t253_ConnectionStringControlNotEditableIfConnectionEnabledIFD",
)
def test_no_field_about_signing_in_can_be_edited_while_enabled(setup, admin):
    enable(setup)
    form = admin.get("/connection/").context["form"]
    assert all(form.fields[name].disabled for name in ConnectionSetup.IDENTIFYING)
    save(admin, authentication="ad", password="other")
    assert (ConnectionSetup.current().authentication, bool(ConnectionSetup.current().password)) == (
        "client_secret",
        False,
    )


@pytest.mark.parametrize("name", ["client_secret", "password", "odata_key", "tenant", "client_id", "sign_in_user"])
def test_what_nobody_sees_is_refused_in_every_field(setup, admin, name):
    answer = save(admin, **{name: "ab\x07cd"})
    assert name in answer.context["form"].errors


@pytest.mark.parametrize("name", ["url", "tenant", "client_id", "sdk_version", "domain", "web_client_url"])
def test_what_is_over_long_is_refused_in_words(setup, solution, admin, name):
    findings_of(setup)
    answer = save(admin, **{name: "https://" + "a" * 400 + ".example"})
    assert name in answer.context["form"].errors


# --- the integration solution ----------------------------------------------------------------------------


@pytest.mark.scenario(
    "CDSIntegrationMgtTest.CheckBaseSolutionInstalled",
    "CDSIntegrationMgtTest.CheckSolutionInstalled",
    "CRMSetupTest.NAVSolutionIsInstalledDrillDown",
)
def test_an_installed_solution_is_told_with_its_version(setup, solution, admin):
    page = admin.post("/connection/test/").content.decode()
    assert "Integration solution:</strong> Version 1.0.0.0 is installed." in page
    assert "<dt>Integration Solution</dt><dd>1.0.0.0</dd>" in page


@pytest.mark.scenario(
    "CDSIntegrationMgtTest.CheckBaseSolutionNotInstalled",
    "CDSIntegrationMgtTest.CheckSolutionNotInstalled",
    "CDSConnectionSetupTest.SolutionVersionDrillDownNotInstalled",
)
def test_a_solution_that_is_not_installed_is_told(setup, solution, admin, organization):
    enable(setup)
    organization.remove("solution", organization.ids("solution")[0])
    page = admin.post("/connection/test/").content.decode()
    assert "Integration solution:</strong> It is not installed." in page
    assert "<dt>Integration Solution</dt><dd>not installed</dd>" in page


@pytest.mark.scenario("CDSConnectionSetupTest.ActionIntegrationUserRoles")
def test_an_integration_user_that_is_gone_from_the_organization_is_told(setup, admin, organization):
    enable(setup)
    organization.remove("systemuser", organization.user_id)
    page = admin.post("/connection/test/").content.decode()
    assert "Integration user:</strong> The organization does not tell who we are signed in as." in page


# --- orders and quotes -----------------------------------------------------------------------------------


def test_automatic_orders_wait_for_sales_order_integration(setup, admin):
    assert admin.get("/connection/").context["form"].fields["auto_create_orders"].disabled
    save(admin, auto_create_orders="on")
    assert ConnectionSetup.current().auto_create_orders is False


@pytest.fixture
def built(monkeypatch):
    """As if something did every task."""
    monkeypatch.setattr(recurring_jobs, "PLANNED", ())


def test_nothing_has_an_entry_that_it_could_never_keep(setup, solution):
    enable(setup)
    order_integration_switched(setup, True)
    assert set(JobQueueEntry.objects.filter(mapping=None).values_list("task", flat=True)) == set(HOUSE_TASKS)
    assert {entry.task for entry in TASK_ENTRIES} & set(TASKS) == set(HOUSE_TASKS)


def test_every_task_is_done_by_something_or_is_planned() -> None:
    assert set(TASKS) == set(Task) - set(PLANNED)


def test_switching_automatic_orders_and_quotes_creates_and_deletes_their_jobs(setup, solution, admin, built):
    enable(setup)
    assert jobs() == EXTRA
    order_integration_switched(setup, True)
    save(admin, auto_create_orders="on", auto_process_quotes="on")
    made = set(jobs()) - set(EXTRA)
    assert {name.split(" - ")[0] for name in made} == {
        "Automatic creation of sales orders",
        "Automatic processing of sales quotes",
        "Sales Order Notes",
        "Sales Order Status",
    }
    values = {name: value for name, value in shown(admin).items() if name != "auto_create_orders"}
    admin.post("/connection/", values)
    assert not [name for name in jobs() if "creation of sales orders" in name]
    order_integration_switched(ConnectionSetup.current(), False)
    assert jobs() == EXTRA
    assert ConnectionSetup.current().auto_process_quotes is False


def test_a_job_that_a_person_changed_stays_as_it_is_when_others_come_and_go(setup, solution, built):
    enable(setup)
    JobQueueEntry.objects.filter(task="customer_statistics").update(minutes=7, status=JobQueueEntry.Status.ON_HOLD)
    order_integration_switched(setup, True)
    entry = JobQueueEntry.objects.get(task="customer_statistics")
    assert (entry.minutes, entry.status) == (7, JobQueueEntry.Status.ON_HOLD)


def test_without_the_solution_there_is_no_statistics_job_and_its_absence_is_no_fault(setup):
    assert wrong(setup) == {}
    enable(setup)
    assert jobs() == EXTRA[1:]


def test_what_needs_the_solution_stands_against_enabling_where_it_is_gone(setup):
    order_integration_switched(setup, True)
    assert "Import it" in wrong(setup)["Integration solution"]


def test_the_user_that_handles_orders_is_looked_up_and_a_stranger_is_refused(setup, solution, admin, organization):
    findings_of(setup)
    order_integration_switched(setup, True)
    peter = organization.add("systemuser", fullname="Peter Saddow", isdisabled=False)
    organization.add("systemuser", fullname="Lina Left", isdisabled=True)
    save(admin, order_user="Peter Saddow")
    setup.refresh_from_db()
    assert (setup.order_user_id, setup.order_user_name) == (peter, "Peter Saddow")
    answer = save(admin, order_user="Lina Left")
    assert "No enabled user is called “Lina Left”" in answer.context["form"].errors["order_user"][0]
    values = {name: value for name, value in shown(admin).items() if name != "order_user"}
    admin.post("/connection/", values)
    assert ConnectionSetup.current().order_user_id is None


# --- the addresses in Sales ------------------------------------------------------------------------------


def test_enabling_writes_into_sales_where_we_are_and_keeps_no_key(setup, solution, admin, organization, service):
    findings_of(setup)
    phyllis = made("phyllis", AVAILABILITY)
    save(admin, item_availability_enabled="on", odata_user=str(phyllis.pk), odata_key="key of Phyllis")
    admin.post("/connection/enable/", seen_on(admin, "/connection/"))
    [row] = organization.get("bci_connection", [OURS], TOLD).values()
    assert row.values["bci_webclienturl"] == "https://bc.cronus.example"
    assert row.values["bci_odataurl"] == (
        "https://bc.cronus.example/ODataV4/Company('CRONUS%20International%20Ltd.')/ProductItemAvailability"
    )
    assert (row.values["bci_odatausername"], row.values["bci_odataaccesskey"]) == ("phyllis", "key of Phyllis")
    assert not ConnectionSetup.current().odata_key


def test_disabling_takes_the_addresses_back(setup, solution, admin, organization):
    admin.post("/connection/enable/", seen_on(admin, "/connection/"))
    admin.post("/connection/disable/")
    [row] = organization.get("bci_connection", [OURS], TOLD).values()
    assert (row.values["bci_webclienturl"], row.values["bci_odataurl"]) == ("", "")


def test_an_organization_that_does_not_answer_holds_no_disabling_up(setup, solution, admin, organization):
    admin.post("/connection/enable/", seen_on(admin, "/connection/"))
    organization.fail_on("get", Unreachable("No route to contoso.crm4.dynamics.com."))
    admin.post("/connection/disable/")
    setup.refresh_from_db()
    assert (setup.is_enabled, "No route" in setup.last_error) == (False, True)
    assert set(JobQueueEntry.objects.exclude(mapping=None).values_list("status", flat=True)) == {"on_hold"}


def test_saving_what_sales_is_not_told_asks_nothing_of_it(setup, solution, admin, organization):
    admin.post("/connection/enable/", seen_on(admin, "/connection/"))
    organization.calls.clear()
    save(admin, auto_create_orders="")
    assert not organization.calls
    save(admin, web_client_url="https://bc.contoso.example")
    [row] = organization.get("bci_connection", [OURS], TOLD).values()
    assert row.values["bci_webclienturl"] == "https://bc.contoso.example"


def test_addresses_that_sales_does_not_take_are_told_and_hold_nothing_up(setup, solution, admin, organization):
    organization.fail_on("insert", PrivilegeMissing("prvCreatebci_connection is missing."))
    page = admin.post("/connection/enable/", seen_on(admin, "/connection/"), follow=True).content.decode()
    assert "The addresses were not written into Dynamics 365 Sales" in page
    setup.refresh_from_db()
    assert setup.is_enabled
    assert "prvCreatebci_connection is missing" in setup.last_error


@pytest.mark.scenario("CRMSetupTest.ResetWebClientURLAction")
def test_resetting_the_web_client_url_restores_both_addresses(setup, solution, admin):
    enable(setup)
    save(admin, web_client_url="https://bc.contoso.example/", odata_url="https://odata.contoso.example/x")
    assert ConnectionSetup.current().web_client_url == "https://bc.contoso.example"
    answer = admin.post("/connection/reset-web-client-url/", follow=True)
    assert "back at their defaults" in answer.content.decode()
    setup.refresh_from_db()
    assert setup.web_client_url == "https://bc.cronus.example"
    assert setup.odata_url.startswith("https://bc.cronus.example/ODataV4/")


def test_without_https_there_is_no_default_address_and_the_page_says_so(setup, solution, admin, settings):
    settings.PUBLIC_URL = ""
    enable(setup)
    answer = admin.post("/connection/reset-web-client-url/", follow=True)
    assert "not reached over https" in answer.content.decode()
    assert ConnectionSetup.current().web_client_url == ""


def test_without_the_solution_the_addresses_can_neither_be_edited_nor_reset(setup, admin):
    form = admin.get("/connection/").context["form"]
    assert form.fields["web_client_url"].disabled
    assert form.fields["odata_url"].disabled
    answer = admin.post("/connection/reset-web-client-url/", follow=True)
    assert "not installed" in answer.content.decode()
    assert ConnectionSetup.current().web_client_url == ""


def test_a_web_client_url_may_be_inside_the_firm_but_not_link_local(setup, solution, admin):
    findings_of(setup)
    save(admin, web_client_url="https://bc.litware.local")
    assert ConnectionSetup.current().web_client_url == "https://bc.litware.local"
    answer = save(admin, web_client_url="https://169.254.1.1")
    assert "web_client_url" in answer.context["form"].errors


def test_item_availability_needs_a_user_in_whose_name_sales_asks(setup, admin, service):
    answer = save(admin, item_availability_enabled="on")
    assert "Choose the user" in answer.context["form"].errors["odata_user"][0]


def test_a_lost_key_of_an_access_key_is_told_in_words(setup, solution, settings, organization):
    findings_of(setup)
    setup.odata_key, setup.odata_user = "of Phyllis", User.objects.create(username="phyllis")
    setup.item_availability_enabled = True
    setup.odata_key.token = "broken"
    setup.is_enabled = True
    setup.save()
    assert notify_sales(setup) is False
    assert "Type it anew" in setup.last_error
