"""What the guide marks as done belongs to one organization, and its connection step tests before it goes on."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test.client import Client

from integration.connection.enabling import enable
from integration.models import ConnectionSetup
from integration.systems.errors import RoleMissing, SignInRefused, TimedOut, Unreachable
from integration.systems.memory.system import MemorySystem
from setup_wizard.models import Guide
from tests.integration.connection.page import shown as shown_on_setup
from tests.pages import form_on, seen_on
from tests.setup_wizard.conftest import ENTERED, GUIDE, SECRET, press, shown, state, walk

pytestmark = pytest.mark.django_db
LEFT = ["welcome", "data", "integration-user"]
ELSEWHERE = {
    "url": "https://fabrikam.crm4.dynamics.com",
    "token_endpoint": "https://login.fabrikam.com/token",
    "tenant": "fabrikam.example",
    "client_id": "7b1c",
    "client_secret": "another secret",
}


def lead(**elsewhere: str) -> None:
    """Somebody saves this on Connection Setup."""
    setup = ConnectionSetup.current()
    for name, value in elsewhere.items():
        setattr(setup, name, value)
    setup.save()


@pytest.mark.parametrize("column", ELSEWHERE)
def test_ticks_and_an_administrators_results_fall_back_when_the_connection_is_another_one(
    fresh: tuple[MemorySystem, ...], admin: Client, column: str
) -> None:
    walk(admin)
    guide = Guide.current()
    guide.roles_assigned(ConnectionSetup.current())
    guide.complete(enable=True)
    lead(**{column: ELSEWHERE[column]})
    now = Guide.current()
    assert (now.done, now.completed_at) == (LEFT, None)
    assert not now.has_roles(ConnectionSetup.current())
    assert "Not Completed" in state(admin)
    assert admin.get(GUIDE).url == f"{GUIDE}connection/"
    assert admin.get(f"{GUIDE}finish/").url == f"{GUIDE}connection/"


@pytest.mark.parametrize("step", ["data", "integration-user", "administrator", "check", "finish"])
def test_what_is_sent_to_a_step_that_is_closed_meanwhile_is_not_stored_and_that_is_said(
    fresh: tuple[MemorySystem, ...], admin: Client, step: str
) -> None:
    walk(admin)
    sent = {**form_on(admin, f"{GUIDE}{step}/", f"{GUIDE}{step}/"), "order_user": "Jim Olive", "assign_roles": "on"}
    lead(url="https://fabrikam.crm4.dynamics.com")

    answer = admin.post(f"{GUIDE}{step}/", sent, follow=True)

    assert answer.redirect_chain[-1][0] == f"{GUIDE}connection/"
    words = "Changed meanwhile: Dynamics 365 Sales URL: “https://contoso" if step == "finish" else "Nothing of “"
    assert words in answer.content.decode()
    assert "Go on from here" in answer.content.decode()
    assert (Guide.current().order_user, Guide.current().assign_roles) == ("", False)
    assert not ConnectionSetup.current().is_enabled


def test_ticks_stay_when_something_else_changes_and_when_the_encryption_key_does(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin)
    done = Guide.current().done
    lead(web_client_url="https://bc.contoso.example", sdk_version="9.1")
    setup = ConnectionSetup.current()
    ConnectionSetup.objects.update(client_secret=setup.client_secret.rotated())
    assert Guide.current().done == done


def test_a_guide_from_before_its_ticks_belonged_to_anything_keeps_them(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin)
    done = Guide.current().done
    Guide.objects.update(made_for="")
    assert Guide.current().done == done
    lead(tenant="fabrikam.example")
    assert Guide.current().done == LEFT


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (Unreachable("No route to contoso.crm4.dynamics.com."), "No route to contoso"),
        (TimedOut("contoso.crm4.dynamics.com did not answer in time."), "did not answer in time"),
        (
            SignInRefused("The client secret is wrong.", part="secret"),
            "Client secret:</strong> The client",
        ),
        (SignInRefused("The tenant does not exist.", part="tenant"), "Tenant:</strong> The tenant does not exist"),
    ],
)
def test_next_on_the_connection_step_tests_and_stays_with_what_is_wrong(
    fresh: tuple[MemorySystem, ...], admin: Client, problem: Any, words: str
) -> None:
    _, organization = fresh
    press(admin, "welcome")
    organization.fail_on("check", problem)
    page = press(admin, "connection", **ENTERED, client_secret=SECRET).content.decode()
    assert words in page
    assert "It is saved, but the connection does not work like this" in page
    assert (Guide.current().done, ConnectionSetup.current().url) == (["welcome"], ENTERED["url"])
    assert press(admin, "connection").url == f"{GUIDE}data/"


def test_what_has_a_step_of_its_own_does_not_keep_the_connection_step(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    _, organization = fresh
    press(admin, "welcome")
    organization.fail_on("get", RoleMissing("The user has no security role."))
    assert press(admin, "connection", **ENTERED, client_secret=SECRET).url == f"{GUIDE}data/"


def test_an_organization_that_is_too_old_is_refused_at_once_and_before_enabling(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    _, organization = fresh
    organization.release = "8.2.2.112"
    press(admin, "welcome")
    page = press(admin, "connection", **ENTERED, client_secret=SECRET).content.decode()
    assert "The organization has version 8.2.2.112. This application needs 9.0 or later." in page
    page = admin.post("/connection/enable/", seen_on(admin, "/connection/")).content.decode()
    assert "This application needs 9.0 or later" in page
    assert not ConnectionSetup.current().is_enabled


@pytest.mark.parametrize("version", ["9.0.0.0", "9.2.24044.00194", "10.0", "memory", ""])
def test_a_version_that_is_new_enough_or_cannot_be_read_is_no_hindrance(
    fresh: tuple[MemorySystem, ...], admin: Client, version: str
) -> None:
    _, organization = fresh
    organization.release = version
    press(admin, "welcome")
    assert press(admin, "connection", **ENTERED, client_secret=SECRET).url == f"{GUIDE}data/"


# --- from Connection Setup to the guide ------------------------------------------------------------------


def test_an_address_that_was_typed_on_connection_setup_and_not_saved_reaches_the_guide(
    setup: ConnectionSetup, admin: Client
) -> None:
    press(admin, "welcome")
    page = admin.get("/connection/").content.decode()
    assert f'formaction="{GUIDE}from-setup/"' in page
    typed = {**shown_on_setup(admin), "url": "https://fabrikam.crm4.dynamics.com", "client_secret": "of Fabrikam"}
    assert admin.post(f"{GUIDE}from-setup/", typed).url == f"{GUIDE}connection/"
    assert ConnectionSetup.current().url == "https://contoso.crm4.dynamics.com"
    assert shown(admin, "connection")["url"] == "https://fabrikam.crm4.dynamics.com"
    assert "of Fabrikam" not in str([one.get_decoded() for one in Session.objects.all()])
    press(admin, "connection", client_secret="of Fabrikam")
    assert ConnectionSetup.current().url == "https://fabrikam.crm4.dynamics.com"
    assert "What you typed on Connection Setup" not in admin.get(f"{GUIDE}connection/").content.decode()


def test_what_was_typed_waits_behind_the_welcome_and_gives_way_to_what_somebody_saved(
    setup: ConnectionSetup, admin: Client
) -> None:
    admin.post(f"{GUIDE}from-setup/", {"url": "https://fabrikam.crm4.dynamics.com", "authentication": "by magic"})
    press(admin, "welcome")
    assert shown(admin, "connection")["url"] == "https://fabrikam.crm4.dynamics.com"
    lead(url="https://coho.crm4.dynamics.com")
    assert shown(admin, "connection")["url"] == "https://coho.crm4.dynamics.com"


def test_nothing_that_was_typed_comes_to_a_connection_that_is_enabled(setup: ConnectionSetup, admin: Client) -> None:
    press(admin, "welcome")
    admin.post(f"{GUIDE}from-setup/", {"url": "https://fabrikam.crm4.dynamics.com"})
    enable(setup)
    assert shown(admin, "connection")["url"] == "https://contoso.crm4.dynamics.com"
    page = admin.get("/connection/").content.decode()
    assert "from-setup" not in page


@pytest.mark.parametrize("address", ["/connection/", f"{GUIDE}connection/"])
def test_a_way_to_sign_in_that_nobody_knows_is_refused_in_words(
    setup: ConnectionSetup, admin: Client, address: str
) -> None:
    press(admin, "welcome")
    form = admin.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    answer = admin.post(address, {**sent, "authentication": "by magic"})
    assert "by magic is not one of the available choices" in answer.content.decode()


def test_what_the_test_found_is_mended_on_the_page_that_shows_it(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    _, organization = fresh
    press(admin, "welcome")
    organization.fail_on("check", SignInRefused("The client secret is wrong.", part="secret"))
    form = press(admin, "connection", **ENTERED, client_secret="not the secret").context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    answer = admin.post(f"{GUIDE}connection/", {**sent, "client_secret": SECRET})
    assert answer.status_code == 302, answer.context["form"].errors
    assert ConnectionSetup.current().client_secret.reveal() == SECRET
