"""The addresses that Sales gets: written on enabling, taken back on disabling, reset by a button."""

from __future__ import annotations

import pytest
from django.test.client import Client
from pytest_django.fixtures import Settings

from integration.connection.enabling import enable, findings_of
from integration.connection.notifying import notify_sales
from integration.connection.published import OURS
from integration.models import ConnectionSetup, JobQueueEntry, User
from integration.systems.errors import PrivilegeMissing, Unreachable
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Table
from tests.integration.connection.page import save
from tests.integration.features.solution import SENT_TO_SALES, https, solution
from tests.pages import seen_on
from tests.people import AVAILABILITY, made

__all__ = ["https", "solution"]

pytestmark = pytest.mark.django_db


# --- the addresses in Sales ----------------------------------------------------------------------------------


def test_enabling_writes_into_sales_where_we_are_and_keeps_no_key(
    setup: ConnectionSetup, solution: Table, admin: Client, organization: MemorySystem
) -> None:
    findings_of(setup)
    phyllis = made("phyllis", AVAILABILITY)
    save(admin, item_availability_enabled="on", odata_user=str(phyllis.pk), odata_key="key of Phyllis")
    admin.post("/connection/enable/", seen_on(admin, "/connection/"))
    [row] = organization.get("bci_connection", [OURS], SENT_TO_SALES).values()
    assert row.values["bci_webclienturl"] == "https://bc.cronus.example"
    assert row.values["bci_odataurl"] == (
        "https://bc.cronus.example/ODataV4/Company('CRONUS%20International%20Ltd.')/ProductItemAvailability"
    )
    assert (row.values["bci_odatausername"], row.values["bci_odataaccesskey"]) == ("phyllis", "key of Phyllis")
    assert not ConnectionSetup.current().odata_key


def test_disabling_takes_the_addresses_back(
    setup: ConnectionSetup, solution: Table, admin: Client, organization: MemorySystem
) -> None:
    admin.post("/connection/enable/", seen_on(admin, "/connection/"))
    admin.post("/connection/disable/")
    [row] = organization.get("bci_connection", [OURS], SENT_TO_SALES).values()
    assert (row.values["bci_webclienturl"], row.values["bci_odataurl"]) == ("", "")


def test_an_organization_that_does_not_answer_holds_no_disabling_up(
    setup: ConnectionSetup, solution: Table, admin: Client, organization: MemorySystem
) -> None:
    admin.post("/connection/enable/", seen_on(admin, "/connection/"))
    organization.fail_on("get", Unreachable("No route to contoso.crm4.dynamics.com."))
    admin.post("/connection/disable/")
    setup.refresh_from_db()
    assert (setup.is_enabled, "No route" in setup.last_error) == (False, True)
    assert set(JobQueueEntry.objects.exclude(mapping=None).values_list("status", flat=True)) == {"on_hold"}


def test_saving_what_sales_is_not_told_asks_nothing_of_it(
    setup: ConnectionSetup, solution: Table, admin: Client, organization: MemorySystem
) -> None:
    admin.post("/connection/enable/", seen_on(admin, "/connection/"))
    organization.calls.clear()
    save(admin, auto_create_orders="")
    assert not organization.calls
    save(admin, web_client_url="https://bc.contoso.example")
    [row] = organization.get("bci_connection", [OURS], SENT_TO_SALES).values()
    assert row.values["bci_webclienturl"] == "https://bc.contoso.example"


def test_addresses_that_sales_does_not_take_are_told_and_hold_nothing_up(
    setup: ConnectionSetup, solution: Table, admin: Client, organization: MemorySystem
) -> None:
    organization.fail_on("insert", PrivilegeMissing("prvCreatebci_connection is missing."))
    page = admin.post("/connection/enable/", seen_on(admin, "/connection/"), follow=True).content.decode()
    assert "The addresses were not written into Dynamics 365 Sales" in page
    setup.refresh_from_db()
    assert setup.is_enabled
    assert "prvCreatebci_connection is missing" in setup.last_error


@pytest.mark.scenario("CRMSetupTest.ResetWebClientURLAction")
def test_resetting_the_web_client_url_restores_both_addresses(
    setup: ConnectionSetup, solution: Table, admin: Client
) -> None:
    enable(setup)
    save(admin, web_client_url="https://bc.contoso.example/", odata_url="https://odata.contoso.example/x")
    assert ConnectionSetup.current().web_client_url == "https://bc.contoso.example"
    answer = admin.post("/connection/reset-web-client-url/", follow=True)
    assert "back at their defaults" in answer.content.decode()
    setup.refresh_from_db()
    assert setup.web_client_url == "https://bc.cronus.example"
    assert setup.odata_url.startswith("https://bc.cronus.example/ODataV4/")


def test_without_https_there_is_no_default_address_and_the_page_says_so(
    setup: ConnectionSetup, solution: Table, admin: Client, settings: Settings
) -> None:
    settings.PUBLIC_URL = ""
    enable(setup)
    answer = admin.post("/connection/reset-web-client-url/", follow=True)
    assert "not reached over https" in answer.content.decode()
    assert ConnectionSetup.current().web_client_url == ""


def test_without_the_solution_the_addresses_can_neither_be_edited_nor_reset(
    setup: ConnectionSetup, admin: Client
) -> None:
    form = admin.get("/connection/").context["form"]
    assert form.fields["web_client_url"].disabled
    assert form.fields["odata_url"].disabled
    answer = admin.post("/connection/reset-web-client-url/", follow=True)
    assert "not installed" in answer.content.decode()
    assert ConnectionSetup.current().web_client_url == ""


def test_a_web_client_url_may_be_inside_the_firm_but_not_link_local(
    setup: ConnectionSetup, solution: Table, admin: Client
) -> None:
    findings_of(setup)
    save(admin, web_client_url="https://bc.litware.local")
    assert ConnectionSetup.current().web_client_url == "https://bc.litware.local"
    answer = save(admin, web_client_url="https://169.254.1.1")
    assert "web_client_url" in answer.context["form"].errors


def test_item_availability_needs_a_user_in_whose_name_sales_asks(setup: ConnectionSetup, admin: Client) -> None:
    answer = save(admin, item_availability_enabled="on")
    assert "Choose the user" in answer.context["form"].errors["odata_user"][0]


def test_a_lost_key_of_an_access_key_is_told_in_words(
    setup: ConnectionSetup, solution: Table, settings: Settings, organization: MemorySystem
) -> None:
    findings_of(setup)
    setup.odata_key, setup.odata_user = "of Phyllis", User.objects.create(username="phyllis")
    setup.item_availability_enabled = True
    setup.odata_key.token = "broken"
    setup.is_enabled = True
    setup.save()
    assert notify_sales(setup) is False
    assert "Type it anew" in setup.last_error
