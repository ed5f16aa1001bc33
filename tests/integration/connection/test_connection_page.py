"""The Connection Setup page, as people use it."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test.client import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from coupling.models import Coupling
from integration.connection.enabling import disable, enable
from integration.models import ConnectionSetup, JobQueueEntry, TableMapping
from integration.systems.errors import SignInRefused
from integration.systems.memory.system import MemorySystem
from tests.integration.connection.page import PAGE, save, shown
from tests.pages import pressed, seen_on

pytestmark = pytest.mark.django_db


def test_the_page_has_the_address_people_bookmark() -> None:
    assert reverse("connection") == PAGE


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    assert client.get(PAGE).status_code == 302


@pytest.mark.parametrize("address", [PAGE, "/connection/test/", "/connection/enable/", "/connection/disable/"])
def test_who_may_not_change_the_setup_may_look_but_not_act(
    setup: ConnectionSetup, reader: Client, address: str
) -> None:
    page = reader.get(PAGE)
    assert page.status_code == 200
    assert "Test Connection" not in page.content.decode()
    assert reader.post(address, {}).status_code == 403
    assert ConnectionSetup.current().is_enabled is False


def test_what_is_typed_is_saved_and_the_secret_never_comes_back(setup: ConnectionSetup, admin: Client) -> None:
    answer = save(
        admin, url="Fabrikam.CRM4.dynamics.com", tenant=" fabrikam.example ", client_secret="s3cret of Fabrikam"
    )
    setup.refresh_from_db()
    assert (setup.url, setup.tenant) == ("https://fabrikam.crm4.dynamics.com", "fabrikam.example")
    assert setup.client_secret.reveal() == "s3cret of Fabrikam"
    assert "s3cret" not in answer.content.decode()
    assert setup.client_secret.token not in answer.content.decode()


def test_a_blank_secret_keeps_the_stored_one(setup: ConnectionSetup, admin: Client) -> None:
    save(admin, sdk_version="9.1")
    setup.refresh_from_db()
    assert (setup.sdk_version, setup.client_secret.reveal()) == ("9.1", "the secret of Contoso")


def test_a_path_is_dropped_by_a_suggestion_that_saving_again_takes(setup: ConnectionSetup, admin: Client) -> None:
    answer = save(admin, url="https://fabrikam.crm4.dynamics.com/main.aspx?appid=1")
    assert "Only https://fabrikam.crm4.dynamics.com is wanted" in answer.content.decode()
    form = answer.context["form"]
    assert form["url"].value() == "https://fabrikam.crm4.dynamics.com"
    save(admin, url=form["url"].value(), seen=form["seen"].value())
    setup.refresh_from_db()
    assert setup.url == "https://fabrikam.crm4.dynamics.com"


def test_a_refused_address_is_not_saved(setup: ConnectionSetup, admin: Client) -> None:
    answer = save(admin, url="https://169.254.169.254/latest")
    assert "private network" in answer.content.decode()
    setup.refresh_from_db()
    assert setup.url == "https://contoso.crm4.dynamics.com"


def test_the_second_of_two_people_is_told_what_the_first_changed(setup: ConnectionSetup, admin: Client) -> None:
    seen = shown(admin)
    save(admin, tenant="of Annette")
    answer = admin.post(PAGE, {**seen, "client_id": "of Esther"})
    text = answer.content.decode()
    assert "Somebody else saved this page" in text
    assert "tenant: “contoso.example” → “of Annette”" in text
    setup.refresh_from_db()
    assert (setup.tenant, setup.client_id) == ("of Annette", "3f2a")
    again = answer.context["form"]
    assert again["client_id"].value() == "of Esther"
    admin.post(PAGE, {**seen, "client_id": "of Esther", "seen": again["seen"].value()})
    setup.refresh_from_db()
    assert setup.client_id == "of Esther"


@pytest.mark.parametrize("seen", ["", "made up"])
def test_a_page_without_its_version_is_not_saved(setup: ConnectionSetup, admin: Client, seen: str) -> None:
    assert "Load it again" in save(admin, tenant="x", seen=seen).content.decode()
    assert ConnectionSetup.current().tenant == "contoso.example"


def test_what_identifies_the_connection_stays_while_it_is_enabled(setup: ConnectionSetup, admin: Client) -> None:
    enable(setup)
    save(admin, url="https://evil.example", client_id="x", client_secret="y", tenant="z")
    setup.refresh_from_db()
    assert (setup.url, setup.client_id, setup.tenant) == (
        "https://contoso.crm4.dynamics.com",
        "3f2a",
        "contoso.example",
    )
    assert setup.client_secret.reveal() == "the secret of Contoso"


def test_switching_sales_off_on_the_page_holds_its_jobs(setup: ConnectionSetup, admin: Client) -> None:
    enable(setup)
    values = {name: value for name, value in shown(admin).items() if name != "sales_enabled"}
    admin.post(PAGE, values)
    statuses = set(JobQueueEntry.objects.exclude(mapping=None).values_list("mapping__part", "status"))
    assert statuses == {("dataverse", "ready"), ("sales", "on_hold")}


def test_the_test_tells_every_finding_in_words(
    setup: ConnectionSetup, admin: Client, organization: MemorySystem
) -> None:
    page = admin.post("/connection/test/").content.decode()
    assert "The connection test was successful" in page
    assert "Twin crm, version memory answers." in page
    organization.fail_on("check", SignInRefused("AADSTS7000215: the secret is wrong.", part="secret", raw="stack"))
    page = admin.post("/connection/test/").content.decode()
    assert "Client secret:</strong> AADSTS7000215: the secret is wrong." in page
    assert "Traceback" not in page


def test_saving_and_testing_are_one_press(setup: ConnectionSetup, admin: Client) -> None:
    answer = save(admin, tenant="fabrikam.example", client_secret="s3cret of Fabrikam", test="1")
    assert "The connection test was successful" in answer.content.decode()
    assert ConnectionSetup.current().tenant == "fabrikam.example"


def test_enabling_creates_the_mappings_and_says_so(setup: ConnectionSetup, admin: Client) -> None:
    answer = admin.post("/connection/enable/", seen_on(admin, "/connection/"), follow=True)
    assert "The connection to Twin crm is enabled. 19 table mappings were created." in answer.content.decode()
    assert re.search(r"(\d+) of \1</a>\s+active", answer.content.decode())
    assert (
        "All table mappings were there already"
        in admin.post("/connection/enable/", seen_on(admin, "/connection/"), follow=True).content.decode()
    )


def test_enabling_again_names_the_mappings_that_people_changed_and_keeps_them(
    setup: ConnectionSetup, admin: Client
) -> None:
    admin.post("/connection/enable/", seen_on(admin, "/connection/"))
    TableMapping.objects.filter(name="CUSTOMER").update(direction="to_erp")
    page = admin.post("/connection/enable/", seen_on(admin, "/connection/"), follow=True).content.decode()
    assert "Kept as people changed them: CUSTOMER." in page
    assert TableMapping.objects.get(name="CUSTOMER").direction == "to_erp"


def test_what_stands_against_enabling_is_shown(
    setup: ConnectionSetup, admin: Client, organization: MemorySystem
) -> None:
    organization.fail_on("check", SignInRefused("There is no such tenant.", part="tenant"))
    answer = admin.post("/connection/enable/", seen_on(admin, "/connection/"))
    assert "Tenant:</strong> There is no such tenant." in answer.content.decode()
    assert ConnectionSetup.current().is_enabled is False


def test_disabling_asks_only_while_records_are_coupled(setup: ConnectionSetup, admin: Client) -> None:
    enable(setup)
    mapping = TableMapping.objects.get(name="CUSTOMER")
    Coupling.objects.create(mapping=mapping, erp_id=uuid.uuid4(), crm_id=uuid.uuid4(), state="coupled")
    page = pressed(admin, "/connection/disable/", {}).content.decode()
    assert "1 record of Twin crm is coupled" in page
    assert ConnectionSetup.current().is_enabled
    admin.post("/connection/disable/", {"confirmed": "1"})
    assert not ConnectionSetup.current().is_enabled
    mapping.couplings.all().delete()
    setup.refresh_from_db()
    enable(setup)
    admin.post("/connection/disable/")
    assert not ConnectionSetup.current().is_enabled


@pytest.mark.scenario(
    "CDSConnectionSetupTest.DisableConnectionNotificationConnectionSetup",
    "CRMSetupTest.DisableConnectionNotificationConnectionSetup",
)
def test_a_connection_that_broke_says_why(setup: ConnectionSetup, admin: Client) -> None:
    enable(setup)
    disable(setup, "ABC")
    assert "The connection broke and was disabled: ABC" in admin.get(PAGE).content.decode()


def test_a_lost_key_is_told_on_the_page(setup: ConnectionSetup, admin: Client, settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = ["b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3Q="]
    assert "another encryption key" in admin.get(PAGE).content.decode()


@pytest.mark.scenario("CDSConnectionSetupTest.ChangeServerAddressUpdatesConnectionString")
def test_opening_the_page_asks_nothing_of_the_network(
    setup: ConnectionSetup, admin: Client, organization: MemorySystem
) -> None:
    save(admin, url="https://test.dynamics.com")
    assert admin.get(PAGE).context["form"]["url"].value() == "https://test.dynamics.com"
    assert sum(organization.calls.values()) == 0
