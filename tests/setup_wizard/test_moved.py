"""A sign-in of an administrator belongs to the organization and the address it was begun for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test.client import Client
from pytest_django.fixtures import Settings

from coupling.models import Coupling
from integration.http import Transport
from integration.mappings.standard import create_missing
from integration.models import ConnectionSetup, TableMapping
from setup_wizard import administrator, tasks
from setup_wizard.models import AdministratorRun, Guide
from setup_wizard.tasks import AdministratorTask
from tests.organization import demo_organization, fill_in
from tests.setup_wizard.administrator import agree, begun, come_back, one_after_the_other
from tests.setup_wizard.conftest import GUIDE

__all__ = ["one_after_the_other"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with demo_organization(tmp_path_factory.mktemp("sandbox")) as running:
        yield running.ready


@pytest.fixture
def sandbox(ready: dict[str, Any], settings: Settings) -> ConnectionSetup:
    """Connection Setup filled in for Contoso's organization."""
    settings.DEVELOPMENT = True
    return fill_in(ready)


def lead(**elsewhere: str) -> None:
    """Another administrator saves this on Connection Setup."""
    setup = ConnectionSetup.current()
    for name, value in elsewhere.items():
        setattr(setup, name, value)
    setup.save()


def coupled() -> TableMapping:
    """The customers' mapping."""
    create_missing("dataverse")
    return TableMapping.objects.get(name="CUSTOMER")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that is called from here on."""
    called: list[str] = []
    transport = administrator._transport

    def watched(*given: Any) -> Transport:
        made = transport(*given)
        send = made.send
        made.send = lambda method, url, **how: called.append(url) or send(method, url, **how)
        return made

    monkeypatch.setattr(administrator, "_transport", watched)
    return called


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"url": "http://127.0.0.1:9", "client_secret": "of Fabrikam"},
        {"token_endpoint": "http://127.0.0.1:9/token", "client_secret": "of Fabrikam"},
        {"tenant": "fabrikam.example", "client_secret": "of Fabrikam"},
        {"client_id": "7b1c", "client_secret": "of Fabrikam"},
    ],
)
def test_an_administrator_who_returns_to_a_connection_that_leads_elsewhere_is_refused(
    sandbox: ConnectionSetup, admin: Client, sent: list[Any], elsewhere: dict[str, str]
) -> None:
    back = agree(begun(admin, "orders-on"))
    lead(**elsewhere)
    sent.clear()
    page = come_back(admin, back).content.decode()
    assert "after this sign-in was begun. It was not used." in page
    assert (sent, AdministratorRun.latest()) == ([], None)


def test_a_sign_in_whose_place_nobody_noted_is_refused(
    sandbox: ConnectionSetup, admin: Client, sent: list[Any]
) -> None:
    back = agree(begun(admin, "orders-on"))
    session = admin.session
    session["guide_sign_in"] = {"started": session["guide_sign_in"]["started"], "tasks": ["orders-on"]}
    session.save()
    sent.clear()
    assert "It was not used." in come_back(admin, back).content.decode()
    assert sent == []


def test_what_an_administrator_does_while_somebody_moves_the_connection_is_remembered_of_no_other_place(
    sandbox: ConnectionSetup, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch = tasks.named(["orders-on"])[0].run

    def moved_meanwhile(work: dict[str, dict[str, Any]]) -> str:
        lead(url="http://127.0.0.1:9")
        return switch(work)

    later = AdministratorTask("roles", "Assign the roles", lambda work: pytest.fail("the sign-in was used once more"))
    monkeypatch.setattr(
        tasks, "TASKS", (AdministratorTask("orders-on", "Enable Sales Order Integration", moved_meanwhile), later)
    )
    come_back(admin, agree(begun(admin, "orders-on", "roles")))
    run = AdministratorRun.latest()
    assert run.status == AdministratorRun.Status.FAILED
    assert "Somebody changed where the connection leads to meanwhile" in run.lines[-1]["message"]
    assert not ConnectionSetup.current().order_integration_enabled


def test_an_administrator_of_another_organization_at_the_same_address_changes_nothing_there(
    sandbox: ConnectionSetup, admin: Client
) -> None:
    Coupling.objects.create(mapping=coupled(), erp_id=uuid.uuid4(), crm_id=uuid.uuid4(), state="coupled")
    sandbox.note(organization_id=uuid.uuid4(), organization_name="Fabrikam")
    come_back(admin, agree(begun(admin, "orders-on")))
    assert "the couplings of CUSTOMER belong to Fabrikam" in AdministratorRun.latest().lines[-1]["message"]
    assert not ConnectionSetup.current().order_integration_enabled


def test_the_administrators_results_of_a_former_organization_do_not_count_for_the_one_that_answers(
    sandbox: ConnectionSetup, admin: Client
) -> None:
    sandbox.note(answered_id=uuid.uuid4(), order_integration_enabled=True)
    Guide.objects.update_or_create(pk=1, defaults={"order_integration": True, "import_solution": False})
    come_back(admin, agree(begun(admin, "roles")))
    assert AdministratorRun.latest().status == AdministratorRun.Status.FINISHED
    assert not ConnectionSetup.current().order_integration_enabled
    assert "orders-on" in tasks.wanted(Guide.current(), ConnectionSetup.current())
    assert GUIDE in admin.get("/setup/").content.decode()
