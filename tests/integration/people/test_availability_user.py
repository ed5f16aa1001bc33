"""The user in whose name Sales asks for item availability: what happens to that user reaches Sales, and the preflight
names what keeps Sales from asking."""

from __future__ import annotations

from typing import Any

import pytest
from django.test.client import Client
from pytest_django.fixtures import Settings

from integration import checks, scheduler
from integration.checks.availability import availability
from integration.connection import notifying, systems
from integration.connection.enabling import disable, enable
from integration.connection.published import OURS
from integration.jobs import tasks
from integration.models import ConnectionSetup, TaskRun, User
from integration.models.people.access_key import change_key, key_of, revoke_key, verified
from integration.systems.errors import Unreachable
from integration.systems.memory.system import MemorySystem
from tests.integration.connection import page
from tests.integration.features.solution import SENT_TO_SALES, own
from tests.people import ADMINISTRATOR, AVAILABILITY, VIEWER, made

pytestmark = pytest.mark.django_db
ADDRESS = "https://bc.cronus.example/ODataV4/Company('CRONUS%20International%20Ltd.')/ProductItemAvailability"


@pytest.fixture
def phyllis(db: None) -> User:
    return made("phyllis", AVAILABILITY)


@pytest.fixture
def asked(setup: ConnectionSetup, organization: MemorySystem, phyllis: User, settings: Settings) -> ConnectionSetup:
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


def in_sales(organization: MemorySystem) -> tuple[str, str, str]:
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


# --- where Sales asks -----------------------------------------------------------------------------------------


def test_a_company_of_another_name_is_not_where_sales_asks(
    asked: ConnectionSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systems, "company_name", lambda: "CRONUS UK Ltd.")
    [one] = [one for one in availability(asked) if one.code == "availability-address-differs"]
    assert "which is not where CRONUS UK Ltd. answers" in one.message
    asked.use_default_addresses("", "CRONUS UK Ltd.")
    assert found(asked) == ["availability-user"]


def test_an_address_that_a_person_wrote_otherwise_is_the_same_place(asked: ConnectionSetup) -> None:
    asked.odata_url = asked.odata_url.replace("'", "%27")
    assert found(asked) == ["availability-user"]


def test_no_address_at_all_is_named(asked: ConnectionSetup) -> None:
    asked.odata_url = ""
    assert found(asked) == ["availability-address-missing"]


def test_what_was_switched_on_can_be_switched_off(setup: ConnectionSetup, admin: Client, phyllis: User) -> None:
    setup.item_availability_enabled, setup.odata_user = True, phyllis
    setup.save()
    assert "item_availability" in ConnectionSetup.current().features()
    values = {name: value for name, value in page.shown(admin).items() if name != "item_availability_enabled"}
    admin.post("/connection/", values)
    assert not ConnectionSetup.current().item_availability_enabled
