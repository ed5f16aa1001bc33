"""A stored secret goes nowhere but to the address it was typed for, whichever door changes the address."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.test.client import Client

from integration.connection import notifying
from integration.connection.enabling import disable, enable, findings_of, readiness
from integration.models import CachedText, ConnectionSetup, Preflight, TableMapping, User
from integration.models.connection.belonging import HELD_FOR, PLACE, Saving
from integration.models.stored.cache import metadata_cache, token_cache
from integration.models.stored.secret import SecretField
from integration.systems.findings import Finding, Severity
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Identity
from tests.integration.connection.page import save
from tests.integration.features.solution import own
from tests.integration.signin.factors import with_app

pytestmark = pytest.mark.django_db
ELSEWHERE = {
    "url": "https://fabrikam.crm4.dynamics.com",
    "token_endpoint": "https://login.fabrikam.com/token",
    "tenant": "fabrikam.example",
    "client_id": "7b1c",
}
OF_A_PERSON = {"mfa.Authenticator.data"}
"""What belongs to a person who signs in here, wherever Sales is."""
OF_A_PLACE = {"integration.CachedText.text", *(f"integration.ConnectionSetup.{name}" for name in HELD_FOR)}


@pytest.fixture
def full(setup: ConnectionSetup) -> ConnectionSetup:
    """Contoso's connection with every secret it can keep, a token, columns and findings."""
    phyllis = User.objects.create(username="phyllis")
    setup.odata_user = phyllis
    for name in HELD_FOR:
        setattr(setup, name, f"the {name} of Contoso")
    setup.save()
    token_cache().put("contoso", "a bearer token", 600)
    metadata_cache().put("contoso", "its columns", 600)
    Preflight.keep([Finding("clock", Severity.FINE, "Clock", "Both clocks agree.")])
    with_app(phyllis)
    return ConnectionSetup.current()


def kept() -> set[str]:
    """Every stored secret of the application that is not blank."""
    found = {"mfa.Authenticator.data"} if Authenticator.objects.exists() else set()
    for model in apps.get_models():
        for field in (one for one in model._meta.fields if isinstance(one, SecretField)):
            if any(row.get(field.attname) for row in model._default_manager.values(field.attname)):
                found.add(f"{model._meta.app_label}.{model.__name__}.{field.name}")
    return found


def test_every_place_that_keeps_a_secret_says_to_whom_it_belongs(full: ConnectionSetup) -> None:
    assert kept() == OF_A_PERSON | OF_A_PLACE


@pytest.mark.parametrize("column", PLACE)
def test_no_stored_secret_comes_along_to_another_address_token_endpoint_tenant_or_client(
    full: ConnectionSetup, column: str
) -> None:
    setattr(full, column, ELSEWHERE[column])
    full.save()
    assert kept() == OF_A_PERSON
    assert Preflight.last().ran_at is None


@pytest.mark.parametrize("column", PLACE)
def test_what_is_typed_together_with_the_new_address_is_kept(full: ConnectionSetup, column: str) -> None:
    setattr(full, column, ELSEWHERE[column])
    full.client_secret = "the secret of Fabrikam"
    full.save(update_fields=[column, "client_secret"])
    now = ConnectionSetup.current()
    assert now.client_secret.reveal() == "the secret of Fabrikam"
    assert [name for name in HELD_FOR if getattr(now, name)] == ["client_secret"]
    assert now.left_behind == ()
    [words] = full.left_behind
    assert "Certificate, Password" in words
    assert "Client secret" not in words


def test_a_change_that_leads_nowhere_else_keeps_every_secret(full: ConnectionSetup) -> None:
    full.sdk_version, full.web_client_url = "9.1", "https://bc.contoso.example"
    full.save()
    assert kept() == OF_A_PERSON | OF_A_PLACE


def test_a_password_belongs_to_its_user_and_an_access_key_to_whom_it_was_made_for(full: ConnectionSetup) -> None:
    full.sign_in_user = "LITWARE\\bc"
    full.odata_user = User.objects.create(username="marie")
    full.save()
    now = ConnectionSetup.current()
    assert [name for name in HELD_FOR if getattr(now, name)] == ["client_secret", "certificate"]


def test_an_object_that_was_read_before_somebody_else_moved_the_connection_writes_no_old_secret_to_it(
    full: ConnectionSetup,
) -> None:
    stale = ConnectionSetup.current()
    full.url, full.client_secret = ELSEWHERE["url"], "the secret of Fabrikam"
    full.save()
    stale.odata_key = "a key for Contoso"
    stale.save(update_fields=["odata_key"])
    now = ConnectionSetup.current()
    assert (now.url, now.client_secret.reveal(), bool(now.odata_key)) == (
        ELSEWHERE["url"],
        "the secret of Fabrikam",
        False,
    )


@pytest.mark.parametrize(
    ("stored", "read", "typed", "written", "expected"),
    [
        ("Aa", "Aa", "Ba", None, ["client_secret"]),
        ("Aa", "Aa", "Bb", None, []),
        ("Aa", "Aa", "Ab", None, []),
        ("Bb", "Aa", "Aa", ["tenant"], []),
        ("Bb", "Aa", "Ac", ["client_secret"], ["client_secret"]),
        ("Bb", "Aa", "Aa", ["client_secret"], ["client_secret"]),
        ("Bb", "Aa", "Aa", ["url"], ["client_secret"]),
        ("Bb", "Aa", "Aa", None, []),
        ("B-", "Aa", "Aa", None, []),
        ("Aa", "Aa", "B-", None, []),
        ("Aa", "Aa", "Bb", ["url"], ["client_secret"]),
    ],
)
def test_of_two_people_neither_sends_the_others_secret_to_an_address_of_their_own(
    stored: str, read: str, typed: str, written: list[str] | None, expected: list[Any]
) -> None:
    def row(text: str) -> dict[str, str]:
        secrets = {**dict.fromkeys(HELD_FOR, ""), "client_secret": text[1].replace("-", "")}
        return {**dict.fromkeys([*PLACE, "sign_in_user", "odata_user"], ""), "url": text[0], **secrets}

    assert Saving(row(typed), row(read), row(stored), written).strangers == expected


# --- the pages say so ------------------------------------------------------------------------------------


def test_the_page_says_what_was_cleared_and_the_test_does_not_send_it(
    full: ConnectionSetup, admin: Client, organization: MemorySystem
) -> None:
    page = save(admin, token_endpoint=ELSEWHERE["token_endpoint"], test="1").content.decode()
    assert "Cleared, because it was typed for another address, tenant or client: Client secret, Certificate" in page
    assert "Client secret:</strong> is missing." in page
    assert sum(organization.calls.values()) == 0


def test_the_guide_asks_for_the_secret_of_the_new_address_and_stores_nothing_before(
    full: ConnectionSetup, admin: Client
) -> None:
    admin.post("/setup/sales-connection/welcome/")
    address = "/setup/sales-connection/connection/"
    form = admin.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    page = admin.post(address, {**sent, "url": ELSEWHERE["url"]}).content.decode()
    assert "Still missing: Client secret." in page
    assert "typed for another address" in page
    assert ConnectionSetup.current().url == "https://contoso.crm4.dynamics.com"
    answer = admin.post(address, {**sent, "url": ELSEWHERE["url"], "client_secret": "the secret of Fabrikam"})
    assert answer.status_code == 302
    assert ConnectionSetup.current().client_secret.reveal() == "the secret of Fabrikam"
    assert not ConnectionSetup.current().certificate


# --- what else belongs to an address ---------------------------------------------------------------------


def test_another_address_takes_no_cursor_and_no_pending_notice_along(setup: ConnectionSetup, admin: Client) -> None:
    enable(setup)
    TableMapping.objects.update(crm_cursor="https://contoso.crm4.dynamics.com/api?$deltatoken=1", erp_cursor="7")
    disable(setup)
    setup.note(pending_notice="withdrawal", last_error="Not withdrawn.")
    page = save(admin, url=ELSEWHERE["url"]).content.decode()
    now = ConnectionSetup.current()
    assert (now.pending_notice, now.last_error) == ("", "")
    assert "The former address still has to be given notice" in page
    assert set(TableMapping.objects.values_list("crm_cursor", "erp_cursor")) == {("", "7")}


def test_another_organization_takes_no_cursor_and_nothing_an_administrator_did_along(
    setup: ConnectionSetup, organization: MemorySystem
) -> None:
    findings_of(setup)
    setup.switch_order_integration(True)
    setup.choose_order_user(organization.user_id, "Nancy Anderson")
    TableMapping.objects.update(crm_cursor="delta")
    findings_of(setup)
    assert setup.order_integration_enabled
    organization.organization_id = type(organization.organization_id)(int=7)
    findings_of(setup)
    now = ConnectionSetup.current()
    assert (now.order_integration_enabled, now.order_user_id, now.solution_version) == (False, None, "")
    assert not TableMapping.objects.exclude(crm_cursor="").exists()


def test_a_test_that_ends_after_somebody_moved_the_connection_leaves_no_trace(
    setup: ConnectionSetup, organization: MemorySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = organization.check

    def moved_meanwhile() -> Identity:
        other = ConnectionSetup.current()
        other.url = ELSEWHERE["url"]
        other.save()
        return check()

    monkeypatch.setattr(organization, "check", moved_meanwhile)
    assert not readiness(setup).findings[0].ok or ConnectionSetup.current().answered_id is None
    assert ConnectionSetup.current().answered_id is None


def test_a_save_of_a_page_leaves_what_the_machine_found_out_meanwhile(setup: ConnectionSetup) -> None:
    stale = ConnectionSetup.current()
    enable(setup)
    stale.sdk_version = "9.1"
    stale.save()
    now = ConnectionSetup.current()
    assert (now.is_enabled, now.sdk_version, now.user_name) == (True, "9.1", "BC Integration")


def test_a_forgotten_token_is_not_asked_for_again(full: ConnectionSetup) -> None:
    full.url = ELSEWHERE["url"]
    full.save()
    assert not CachedText.objects.exists()


def test_a_notice_that_was_given_to_the_former_address_leaves_what_is_pending_for_the_new_one(
    setup: ConnectionSetup, organization: MemorySystem
) -> None:
    own(organization)
    setup.use_default_addresses("https://bc.cronus.example", "CRONUS")
    setup.save()
    enable(setup)
    setup.note(pending_notice="addresses")
    slow = ConnectionSetup.current()
    disable(setup)
    setup.url, setup.odata_key = ELSEWHERE["url"], "a key for Fabrikam"
    setup.save()
    setup.note(pending_notice="addresses")
    slow.note = lambda **values: pytest.fail(f"{values} is not about this address")
    assert notifying.send_pending_notice(slow, None)
    now = ConnectionSetup.current()
    assert (now.pending_notice, now.odata_key.reveal()) == ("addresses", "a key for Fabrikam")
