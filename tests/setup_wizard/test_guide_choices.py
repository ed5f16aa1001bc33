"""The steps of the guide: the connection, what is synchronized, and what an administrator has to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test.client import Client
from pytest_django.fixtures import Settings

from integration.connection.enabling import enable, order_integration_switched
from integration.models import AuditEntry, ConnectionSetup, JobQueueEntry, TableMapping, User, WebServiceKey
from integration.systems.memory.system import MemorySystem
from setup_wizard.models import AdministratorRun, Guide
from setup_wizard.steps import STEPS
from tests.setup_wizard.conftest import BY_HAND, ENTERED, GUIDE, SECRET, press, shown, walk

pytestmark = pytest.mark.django_db


# --- connection ----------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMConnectionWizardTests.VerifyWizardEmptyCRMServerAddress")
def test_next_demands_the_url(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    press(admin, "welcome")
    answer = press(admin, "connection", **{**ENTERED, "url": ""}, client_secret=SECRET)
    assert "Enter the URL of Dynamics 365 Sales" in answer.content.decode()


@pytest.mark.scenario("CDSConnectionWizardTests.VerifyWizardEmptyClientIDAndSecretError")
def test_next_names_the_client_id_and_the_secret_that_are_missing(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    press(admin, "welcome")
    answer = press(admin, "connection", url=ENTERED["url"], tenant="contoso.example", client_id="")
    assert "Still missing: Client id, Client secret." in answer.content.decode()


@pytest.mark.scenario(
    "CRMConnectionWizardTests.VerifyWizardWithExistedSetup", "CRMSetupTest.RunAssistedSetupFromCRMConnectionSetup"
)
def test_the_guide_shows_what_connection_setup_holds(setup: ConnectionSetup, admin: Client) -> None:
    assert 'formaction="/setup/sales-connection/from-setup/"' in admin.get("/connection/").content.decode()
    press(admin, "welcome")
    form = shown(admin, "connection")
    assert (form["url"], form["tenant"], form["client_id"]) == tuple(ENTERED.values())
    assert press(admin, "connection").url == f"{GUIDE}data/"


@pytest.mark.scenario(
    "CDSConnectionWizardTests.CDSConnectionWizardAllowsAnyServerAddressNoSetup",
    "CDSConnectionWizardTests.CDSConnectionWizardAllowsAnyServerAddressSetupExists",
    "CRMConnectionWizardTests.CRMConnectionWizardAllowsAnyServerAddressNoSetup",
    "CRMConnectionWizardTests.CRMConnectionWizardAllowsAnyServerAddressSetupExists",
)
@pytest.mark.parametrize(("authentication", "user"), [("ad", "abc\\abc"), ("oauth", "abc@abc.com")])
def test_an_address_outside_the_cloud_takes_the_user_names_of_its_way_to_sign_in(
    fresh: tuple[MemorySystem, ...], admin: Client, authentication: str, user: str
) -> None:
    press(admin, "welcome")
    typed = {"url": "https://cds.abc.com", "authentication": authentication, "sign_in_user": user, "leave": "1"}
    assert press(admin, "connection", **typed).url == "/setup/"
    assert ConnectionSetup.current().sign_in_user == user


@pytest.mark.scenario(
    "CRMConnectionWizardTests.UT_UpdateFromWizardSetOffice365AuthType",
)
def test_nothing_entered_means_the_clouds_way_to_sign_in(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    press(admin, "welcome")
    assert shown(admin, "connection")["authentication"] == "client_secret"


@pytest.mark.parametrize(
    "url",
    ["http://contoso.crm4.dynamics.com", "https://10.0.0.8", "https://a:b@contoso.crm4.dynamics.com", "ht tp://x", "‮x"],
)
def test_a_wrong_address_stays_on_the_step_and_shows_no_stack_trace(
    fresh: tuple[MemorySystem, ...], admin: Client, url: str
) -> None:
    press(admin, "welcome")
    answer = press(admin, "connection", **{**ENTERED, "url": url}, client_secret=SECRET)
    assert "url" in answer.context["form"].errors
    assert "Traceback" not in answer.content.decode()
    assert ConnectionSetup.current().url == ""


def test_the_second_of_two_people_is_told_what_the_first_changed_in_the_guide(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    press(admin, "welcome")
    seen = shown(admin, "connection")
    press(admin, "connection", **ENTERED, client_secret=SECRET)
    answer = admin.post(f"{GUIDE}connection/", {**seen, **ENTERED, "tenant": "of Ester", "client_secret": "x"})
    assert "Somebody else saved this page" in answer.content.decode()
    assert ConnectionSetup.current().tenant == "contoso.example"


def test_the_sandbox_of_this_machine_is_filled_in_with_one_press(
    fresh: tuple[MemorySystem, ...], admin: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.DEVELOPMENT, settings.DATA_DIR = True, tmp_path
    assert "Use the local sandbox" not in admin.get(f"{GUIDE}welcome/").content.decode()
    ready = '{"url": "http://127.0.0.1:8001", "tenant": "t", "client_id": "c", "client_secret": "s", '
    (tmp_path / "sandbox.json").write_text(ready + '"token_endpoint": "http://127.0.0.1:8001/t/oauth2/v2.0/token"}')
    assert "Use the local sandbox" in admin.get(f"{GUIDE}welcome/").content.decode()
    assert admin.post(f"{GUIDE}use-sandbox/").url == f"{GUIDE}data/"
    assert ConnectionSetup.current().missing() == []


def test_without_a_sandbox_there_is_nothing_to_fill_in(
    fresh: tuple[MemorySystem, ...], admin: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    assert "No local sandbox is running" in admin.post(f"{GUIDE}use-sandbox/", follow=True).content.decode()


# --- what is synchronized ------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMConnectionWizardTests.VerifyWizardActionAdvanced")
def test_advanced_stands_on_the_step_about_tables_and_not_on_the_first(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    assert "Advanced</summary>" not in admin.get(f"{GUIDE}welcome/").content.decode()
    walk(admin, until="data")
    page = admin.get(f"{GUIDE}data/").content.decode()
    assert "Advanced</summary>" in page
    for name in (
        "Import Dynamics 365 Sales Solution",
        "Publish Item Availability Web Service",
        "Enable Sales Order Integration",
        "Enable CDS Connection",
    ):
        assert name in page


@pytest.mark.scenario("CRMConnectionWizardTests.VerifyWizardWithExistedSetupCommonFieldsFalse")
def test_importing_and_enabling_are_ticked_and_free_before_anything_is_installed(
    setup: ConnectionSetup, admin: Client
) -> None:
    walk(admin, until="data")
    field = admin.get(f"{GUIDE}data/").context["form"]["import_solution"]
    assert (field.value(), field.field.disabled) == (True, False)
    press(admin, "data", **BY_HAND)
    for step in ("integration-user", "administrator", "check"):
        press(admin, step, without=("assign_roles",))
    field = admin.get(f"{GUIDE}finish/").context["form"]["enable"]
    assert (field.value(), field.field.disabled) == (True, False)


@pytest.mark.scenario("CRMConnectionWizardTests.VerifyWizardWithExistedSetupCommonFieldsTrue")
def test_importing_and_enabling_are_ticked_and_locked_where_both_are_done(
    setup: ConnectionSetup, admin: Client
) -> None:
    enable(setup)
    ConnectionSetup.objects.update(solution_version="1.0.0.0")
    Guide.current()
    Guide.objects.update(done=[step.slug for step in STEPS])
    field = admin.get(f"{GUIDE}data/").context["form"]["import_solution"]
    assert (field.value(), field.field.disabled) == (True, True)
    field = admin.get(f"{GUIDE}finish/").context["form"]["enable"]
    assert (field.value(), field.field.disabled) == (True, True)


def test_sales_without_dataverse_and_nothing_at_all_are_refused(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    walk(admin, until="data")
    answer = press(admin, "data", without=("dataverse_enabled",))
    assert "Sales needs it" in answer.content.decode()
    answer = press(admin, "data", without=("dataverse_enabled", "sales_enabled"))
    assert "Something has to be synchronized" in answer.content.decode()


def test_wishes_that_need_another_one_are_refused_by_its_name(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    walk(admin, until="data")
    answer = press(admin, "data", auto_create_orders="on", item_availability="on")
    assert set(answer.context["form"].errors) == {"auto_create_orders", "odata_user"}


def test_the_choices_by_table_are_kept_and_become_mappings_at_finish(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin, until="data")
    chosen = {"direction-CUSTOMER": "to_crm", "create-CUSTOMER": "on", "direction-VENDOR": "none"}
    press(admin, "data", **chosen, **BY_HAND)
    assert set(Guide.current().tables) == {"CUSTOMER", "VENDOR"}
    assert shown(admin, "data")["direction-CUSTOMER"] == "to_crm"
    for step in ("integration-user", "administrator", "check"):
        press(admin, step, without=("assign_roles",))
    press(admin, "finish", without=("run_full",))
    customer = TableMapping.objects.get(name="CUSTOMER")
    assert (customer.direction, customer.only_coupled) == ("to_crm", False)
    statuses = dict(JobQueueEntry.objects.filter(mapping__isnull=False).values_list("mapping__name", "status"))
    assert (statuses["VENDOR"], statuses["CUSTOMER"]) == ("on_hold", "ready")


def test_switching_orders_on_before_finish_creates_no_mapping_that_the_choices_would_miss(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin, until="data")
    order_integration_switched(ConnectionSetup.current(), True)
    assert TableMapping.objects.count() == 0


def test_a_direction_that_was_not_offered_is_the_standard_one(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    walk(admin, until="data")
    press(admin, "data", **{"direction-CUSTOMER": "sideways", "direction-SALESPEOPLE": "to_crm"}, **BY_HAND)
    assert Guide.current().tables == {}


def test_an_access_key_that_is_typed_is_encrypted_at_once(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    phyllis = User.objects.create(username="phyllis")
    walk(admin, until="data")
    answer = press(admin, "data", item_availability="on", odata_user=str(phyllis.pk), odata_key="key of Phyllis")
    assert answer.status_code == 302
    assert ConnectionSetup.current().odata_key.reveal() == "key of Phyllis"
    assert "key of Phyllis" not in admin.get(f"{GUIDE}data/").content.decode()


def test_the_guide_makes_the_key_itself_shows_it_once_and_keeps_it_for_sales(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    phyllis = User.objects.create(username="phyllis")
    walk(admin, until="data")
    chosen = {"item_availability": "on", "odata_user": str(phyllis.pk), "make_key": "1"}
    nobody = press(admin, "data", make_key="1")
    assert (nobody.status_code, WebServiceKey.objects.count()) == (302, 0)
    answer = press(admin, "data", **chosen)
    key = ConnectionSetup.current().odata_key.reveal()
    assert answer.content.decode().count(key) == 1
    assert "no-store" in answer["Cache-Control"]
    assert f"{GUIDE}data/" in answer.content.decode()
    assert key not in admin.get(f"{GUIDE}data/").content.decode()
    assert AuditEntry.objects.filter(action="created", kind="web service access key").count() == 1
    assert "data" not in Guide.current().done


# --- the administrator ---------------------------------------------------------------------------------------


def test_what_an_administrator_has_to_do_stands_against_next(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    walk(admin, until="data")
    press(admin, "data", order_integration="on", **BY_HAND)
    press(admin, "integration-user", without=("assign_roles",))
    page = admin.get(f"{GUIDE}administrator/").content.decode()
    assert "Enable Sales Order Integration" in page
    assert "Sign in as an administrator" in page
    answer = press(admin, "administrator")
    assert "This is still to be done" in answer.content.decode()


def test_with_nothing_to_do_the_administrators_step_is_passed(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    walk(admin, until="administrator")
    assert "Nothing is left to do for an administrator" in admin.get(f"{GUIDE}administrator/").content.decode()
    assert press(admin, "administrator").url == f"{GUIDE}check/"


def test_connection_setup_asks_for_an_administrator_whatever_the_guide_is_at(
    setup: ConnectionSetup, admin: Client
) -> None:
    page = admin.get(f"{GUIDE}administrator/?for=orders-on").content.decode()
    assert "task=orders-on" in page
    assert "Back to Connection Setup" in page
    assert 'href="/">Back to Home</a>' in admin.get(f"{GUIDE}administrator/?for=orders-on&back=/").content.decode()
    assert ">Back</a>" not in page
    assert ">Leave</a>" not in page
    result = admin.get(f"{GUIDE}administrator/?for=result").content.decode()
    assert 'href="/">Back to Home</a>' in result
    assert ">Next</button>" not in result


def test_a_page_that_is_lost_says_what_was_interrupted(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    walk(admin, until="administrator")
    run = AdministratorRun.begin(None)
    run.take_up("Enable Sales Order Integration")
    AdministratorRun.objects.update(heartbeat_at="2026-01-05T08:00:00Z")
    page = admin.get(f"{GUIDE}administrator/").content.decode()
    assert "was interrupted" in page


def test_one_sign_in_works_at_a_time(db: None) -> None:
    assert AdministratorRun.begin(None) is not None
    assert AdministratorRun.begin(None) is None


def test_coming_back_without_having_begun_is_told_to_begin_again(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    answer = admin.get(f"{GUIDE}administrator/signed-in/?code=stolen&state=made-up", follow=True)
    assert "No sign-in is under way here" in answer.content.decode()
    assert AdministratorRun.latest() is None
