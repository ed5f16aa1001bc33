"""The user in whose name Sales asks for item availability: what happens to that user reaches Sales, and the preflight
names what keeps Sales from asking."""

from __future__ import annotations

from typing import Any

import pytest
from django.test.client import Client
from pytest_django.fixtures import Settings

from integration import checks, scheduler
from integration.checks.availability import availability
from integration.connection import notifying
from integration.connection.enabling import disable, enable
from integration.connection.published import OURS
from integration.jobs import tasks
from integration.models import ConnectionSetup, TaskRun, User
from integration.models.people.access_key import change_key, key_of, revoke_key, verified
from integration.systems.errors import Unreachable
from integration.systems.memory.system import MemorySystem
from tests.integration.connection.page import save
from tests.integration.features.solution import SENT_TO_SALES, own
from tests.people import ADMINISTRATOR, AVAILABILITY, VIEWER, made
from tests.setup_wizard.conftest import fresh, press, shown, walk

__all__ = ["fresh"]

pytestmark = pytest.mark.django_db
ADDRESS = "https://bc.cronus.example/ODataV4/Company('CRONUS%20International%20Ltd.')/ProductItemAvailability"


@pytest.fixture
def phyllis(db: None) -> User:
    return made("phyllis", AVAILABILITY)


@pytest.fixture
def asked(
    setup: ConnectionSetup, organization: MemorySystem, phyllis: User, service: None, settings: Settings
) -> ConnectionSetup:
    """Sales asks in Phyllis' name, with a key of hers."""
    settings.PUBLIC_URL = "https://bc.cronus.example/"
    made("charlotte", ADMINISTRATOR)
    own(organization)
    setup.use_default_addresses("", "CRONUS International Ltd.")
    setup.item_availability_enabled, setup.odata_user = True, phyllis
    setup.save()
    change_key(phyllis)
    enable(ConnectionSetup.current())
    return ConnectionSetup.current()


def in_sales(organization) -> tuple[str, str, str]:
    """The address, the user name and the key, when the worker has done what was left to do."""
    if scheduler.notify_sales():
        tasks.run(notifying.TASK)
    TaskRun.objects.all().delete()
    [row] = organization.get("bci_connection", [OURS], SENT_TO_SALES).values()
    return tuple(row.values[name] for name in ("bci_odataurl", "bci_odatausername", "bci_odataaccesskey"))


def found(setup: ConnectionSetup | None = None) -> list[str]:
    return [one.code for one in availability(setup or ConnectionSetup.current())]


def test_sales_has_the_key_that_opens_the_service_and_we_keep_none(
    asked: ConnectionSetup, organization: MemorySystem, phyllis: User
) -> None:
    address, name, key = in_sales(organization)
    assert (address, name, verified(name, key)) == (ADDRESS, "phyllis", phyllis)
    assert not ConnectionSetup.current().odata_key
    assert found() == ["availability-user"]


def test_a_new_name_reaches_sales(asked: ConnectionSetup, organization: MemorySystem, phyllis: User) -> None:
    key = in_sales(organization)[2]
    phyllis.username = "phyllis.harris"
    phyllis.save()
    assert found() == ["availability-notice-pending"]
    assert in_sales(organization) == (ADDRESS, "phyllis.harris", key)
    assert verified("phyllis.harris", key) == phyllis


def test_a_new_key_is_handed_to_sales_and_shown_on_the_page_that_it_is(
    asked: ConnectionSetup, organization: MemorySystem, phyllis: User, admin: Client
) -> None:
    former = in_sales(organization)[2]
    page = admin.post(f"/users/{phyllis.pk}/key/").content.decode()
    assert "Dynamics 365 Sales asks for item availability with this key, and is handed it soon." in page
    _, name, key = in_sales(organization)
    assert key != former
    assert key in page
    assert verified(name, key) == phyllis
    assert not ConnectionSetup.current().odata_key


def test_a_key_that_is_revoked_does_not_stay_in_sales(
    asked: ConnectionSetup, organization: MemorySystem, phyllis: User
) -> None:
    revoke_key(phyllis)
    assert found()[0] == "availability-key-missing"
    assert in_sales(organization)[2] == ""


@pytest.mark.parametrize("groups", [[], [VIEWER]])
def test_a_user_whose_group_is_taken_is_asked_for_nothing_and_named(
    asked: ConnectionSetup, organization: MemorySystem, phyllis: User, groups: list[Any]
) -> None:
    key = in_sales(organization)[2]
    phyllis.assign(groups)
    assert in_sales(organization) == ("", "phyllis", key)
    assert found() == ["availability-user-no-right"]
    User.objects.get(pk=phyllis.pk).assign([AVAILABILITY])
    assert in_sales(organization) == (ADDRESS, "phyllis", key)
    assert found() == ["availability-user"]


def test_a_user_who_is_deactivated_on_the_page_is_asked_for_nothing_and_named(
    asked: ConnectionSetup, organization: MemorySystem, phyllis: User, admin: Client
) -> None:
    form = admin.get(f"/users/{phyllis.pk}/").context["form"]
    sent = {name: form[name].value() or "" for name in form.fields if name != "is_active"}
    page = admin.post(f"/users/{phyllis.pk}/", sent, follow=True).content.decode()
    assert "Dynamics 365 Sales asks for item availability as phyllis, and learns of it soon." in page
    assert in_sales(organization)[0] == ""
    [one] = availability(ConnectionSetup.current())
    assert one.code == "availability-user-inactive"
    assert "phyllis, who is not active any more" in one.message
    assert one.code in {verdict["code"] for verdict in checks.run().verdicts}


def test_what_happens_while_sales_does_not_answer_is_made_up_for(
    asked: ConnectionSetup, organization: MemorySystem, phyllis: User
) -> None:
    organization.fail_on("get", Unreachable("No route to contoso.crm4.dynamics.com."))
    phyllis.username = "phyllis.harris"
    phyllis.save()
    scheduler.notify_sales()
    tasks.run(notifying.TASK)
    assert ConnectionSetup.current().pending_notice == "addresses"
    TaskRun.objects.all().delete()
    assert in_sales(organization)[1] == "phyllis.harris"


def test_another_person_and_a_disabled_connection_concern_nobody_in_sales(
    asked: ConnectionSetup, organization: MemorySystem, phyllis: User
) -> None:
    marie = made("marie", AVAILABILITY)
    change_key(marie)
    marie.username = "marie.dubois"
    marie.save()
    assert ConnectionSetup.current().pending_notice == ""
    disable(asked)
    phyllis.assign([])
    change_key(phyllis)
    assert ConnectionSetup.current().pending_notice == ""
    assert key_of(phyllis) is not None


def test_a_withdrawal_that_waits_is_not_replaced_by_news_of_the_user(
    asked: ConnectionSetup, organization: MemorySystem, phyllis: User
) -> None:
    asked.note(pending_notice="withdrawal")
    phyllis.assign([])
    assert ConnectionSetup.current().pending_notice == "withdrawal"


def test_nobody_to_ask_as_is_named(asked: ConnectionSetup) -> None:
    asked.odata_user = None
    assert found(asked) == ["availability-user-missing"]
    asked.item_availability_enabled = False
    assert found(asked) == []


# --- before there is a service ---------------------------------------------------------------------------


def test_item_availability_cannot_be_switched_on_before_its_is_published(
    setup: ConnectionSetup, admin: Client, phyllis: User
) -> None:
    form = admin.get("/connection/").context["form"]
    assert form.fields["item_availability_enabled"].disabled
    assert "not part of this release yet" in form.fields["item_availability_enabled"].help_text
    save(admin, item_availability_enabled="on", odata_user=str(phyllis.pk))
    assert not ConnectionSetup.current().item_availability_enabled


def test_the_guide_does_not_offer_it_either(fresh: tuple[MemorySystem, ...], admin: Client, phyllis: User) -> None:
    walk(admin, until="data")
    sent = {**shown(admin, "data"), "item_availability": "on", "odata_user": str(phyllis.pk)}
    assert "not part of this release yet" in admin.get("/setup/sales-connection/data/").content.decode()
    press(admin, "data", **sent)
    assert "Publish Item Availability" in admin.get("/setup/sales-connection/data/").content.decode()
    assert not admin.get("/setup/sales-connection/data/").context["guide"].item_availability


def test_what_was_switched_on_before_is_named_and_can_be_switched_off(
    setup: ConnectionSetup, admin: Client, phyllis: User
) -> None:
    setup.item_availability_enabled, setup.odata_user = True, phyllis
    setup.save()
    assert found() == ["availability-service-missing"]
    assert "item_availability" not in ConnectionSetup.current().features()
    answer = save(admin, tenant="contoso.example")
    assert "not part of this release yet" in answer.context["form"].errors["item_availability_enabled"][0]
    values = {name: value for name, value in answer.context["form"].data.items() if name != "item_availability_enabled"}
    admin.post("/connection/", values)
    assert not ConnectionSetup.current().item_availability_enabled
