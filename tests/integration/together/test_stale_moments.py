"""What happens between looking and storing: somebody saves while an answer is waited for, a line goes, a row is made
twice."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections
from django.test.client import Client
from django.urls import reverse

from integration.connection import enabling
from integration.connection.enabling import enable
from integration.connection.findings import NotReady
from integration.forms.connection import ConnectionForm
from integration.forms.job_queue import TimesForm
from integration.forms.users import PersonForm
from integration.forms.versioned import AT_ONCE, GONE, Versioned
from integration.models import ConnectionSetup, FieldMapping, JobQueueEntry, TableMapping, User
from tests.integration.connection.page import PAGE
from tests.integration.together.stale import STALE, change, customer, otto
from tests.pages import form_on, seen_on

pytestmark = pytest.mark.django_db


def meanwhile(monkeypatch: Any, where: Any, name: str, act: Any) -> None:
    """Somebody acts while this is being done, once."""
    real, acted = getattr(where, name), []

    def done(*args: Any, **kwargs: Any) -> Any:
        answer = real(*args, **kwargs)
        if not acted:
            acted.append(act())
        return answer

    monkeypatch.setattr(where, name, done)


# --- while Sales is asked ------------------------------------------------------------------------------------


def test_what_is_saved_while_the_order_user_is_looked_up_is_not_overwritten(
    setup: ConnectionSetup, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    enable(setup)
    ConnectionSetup.objects.update(solution_version="1.0", order_integration_enabled=True)
    sent = {**form_on(admin, PAGE, PAGE), "order_user": "Jim Olive", "web_client_url": "https://mine.example"}

    def found(*_: object) -> tuple[None, str]:
        change(ConnectionSetup, pk=1, web_client_url="https://theirs.example")
        return None, "Jim Olive"

    monkeypatch.setattr("integration.forms.connection.find_order_user", found)

    answer = admin.post(PAGE, sent).content.decode()

    assert "“” → “https://theirs.example”" in answer
    assert ConnectionSetup.current().web_client_url == "https://theirs.example"


def test_an_address_saved_while_the_former_one_is_examined_is_not_enabled(
    setup: ConnectionSetup, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other() -> None:
        change(ConnectionSetup, pk=1, url="https://fabrikam.crm4.dynamics.com")

    meanwhile(monkeypatch, enabling, "readiness", other)

    answer = admin.post(f"{PAGE}enable/", seen_on(admin, PAGE)).content.decode()

    assert "Somebody else saved another address or sign-in while this one was checked" in answer
    assert (ConnectionSetup.current().is_enabled, ConnectionSetup.current().organization_id) == (False, None)


def test_a_secret_saved_while_the_former_one_is_examined_is_not_enabled(
    setup: ConnectionSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, enabling, "readiness", lambda: change(ConnectionSetup, pk=1, client_secret="new"))
    with pytest.raises(NotReady, match="Somebody else saved"):
        enable(ConnectionSetup.current())


def test_an_address_typed_while_disabled_is_refused_when_somebody_has_enabled_the_connection(
    setup: ConnectionSetup, admin: Client
) -> None:
    sent = {**form_on(admin, PAGE, PAGE), "url": "https://fabrikam.crm4.dynamics.com"}
    enable(ConnectionSetup.current())

    answer = admin.post(PAGE, sent).content.decode()

    assert "enabled: “no” → “yes”" in answer
    assert ConnectionSetup.current().url == "https://contoso.crm4.dynamics.com"


def test_a_secret_that_somebody_replaced_is_shown_as_replaced_and_never_itself(
    setup: ConnectionSetup, admin: Client
) -> None:
    sent = {**form_on(admin, PAGE, PAGE), "client_secret": "mine of Contoso"}
    change(ConnectionSetup, pk=1, client_secret="theirs of Contoso")

    answer = admin.post(PAGE, sent).content.decode()

    assert "Client secret: “stored, mark" in answer
    assert "of Contoso" not in answer
    assert ConnectionSetup.current().client_secret.reveal() == "theirs of Contoso"


def test_what_changes_elsewhere_than_on_the_page_is_nobodys_business_there(
    furnished: TableMapping, admin: Client
) -> None:
    address = reverse("mapping", args=["CUSTOMER"])
    sent = {**form_on(admin, address, address), "deletion": "restore"}
    customer().save()  # as saving its fields does: the row has another moment, and the page shows the same
    assert "Somebody else" not in admin.post(address, sent, follow=True).content.decode()
    assert customer().deletion == "restore"


def test_sales_is_told_when_nobody_is_held_up_any_more(
    setup: ConnectionSetup, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    enable(setup)
    ConnectionSetup.objects.update(solution_version="1.0")
    held: list[str] = []
    monkeypatch.setattr("integration.forms.connection.notify_sales", lambda setup: held.append(setup.pending_notice))
    monkeypatch.setattr(ConnectionForm, "store", lambda self: held.append("stored") or self.save())
    admin.post(PAGE, {**form_on(admin, PAGE, PAGE), "web_client_url": "https://mine.example"})
    assert held == ["stored", "addresses"]


# --- between the check and the row ----------------------------------------------------------------------------


def test_what_is_saved_between_check_and_storing_is_shown_and_not_overwritten(
    furnished: TableMapping, admin: Client
) -> None:
    entry = customer().queue_entries.get()
    typed = {**form_on(admin, f"/job-queue/{entry.pk}/edit/", f"/job-queue/{entry.pk}/edit/"), "minutes": "5"}
    form = TimesForm(
        {name: value if isinstance(value, str) else value[0] for name, value in typed.items()}, instance=entry
    )
    assert form.is_valid()
    JobQueueEntry.objects.filter(pk=entry.pk).update(minutes=60)

    assert not form.saved()

    assert "minutes between runs: “30” → “60”" in form.non_field_errors()[0]
    assert JobQueueEntry.objects.get(pk=entry.pk).minutes == 60


SAVED_BY_A_FORM = [
    "connection",
    "mapping",
    "mapping_templates",
    "fields",
    "field_winner",
    "step",
    "template",
    "user",
    "job_queue_edit",
    "guide_step connection",
    "guide_step data",
]


@pytest.mark.parametrize("name", SAVED_BY_A_FORM)
def test_no_page_stores_over_what_somebody_saves_when_its_form_has_been_checked_already(
    furnished: TableMapping, admin: Client, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    case = STALE[name]
    press = (case.press or case.look)()
    sent = {**form_on(admin, case.look(), press), **case.typed()}
    before, real, acted = case.reads(), Versioned._hold, []

    def held(form: Versioned) -> str:
        acted.append(acted or case.other())
        return real(form)

    monkeypatch.setattr(Versioned, "_hold", held)
    answer = admin.post(press, sent, follow=True).content.decode()

    assert acted, "the form is stored without another look"
    assert case.says in answer
    assert case.reads() == before


def test_columns_that_nobody_typed_keep_what_others_wrote_there_meanwhile(
    furnished: TableMapping, admin: Client
) -> None:
    person = otto()
    form = PersonForm(
        {"username": "otto", "first_name": "Otto", "is_active": "on", "groups": ["Integrator"],
         "seen": PersonForm(instance=person)["seen"].value()}, instance=person
    )  # fmt: skip
    assert form.is_valid()
    User.objects.filter(pk=person.pk).update(password="a new one")

    assert form.saved()

    assert (otto().first_name, otto().password) == ("Otto", "a new one")


def test_a_row_that_is_gone_is_said_to_be_gone(furnished: TableMapping) -> None:
    entry = JobQueueEntry.objects.create(name="Statistics")
    values = {"minutes": 5, "inactivity_minutes": 5, "max_attempts": 1, "rerun_seconds": 1}
    form = TimesForm({**values, "seen": TimesForm(instance=entry)["seen"].value()}, instance=entry)
    assert form.is_valid()
    JobQueueEntry.objects.filter(pk=entry.pk).delete()

    assert not form.saved()
    assert form.non_field_errors() == [GONE]


def test_what_two_people_make_at_the_same_moment_is_made_once_and_said_to_the_second(
    furnished: TableMapping, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(*_: object, **__: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(FieldMapping, "save", twice)
    new = {"erp_field": "name", "crm_field": "accountnumber", "direction": "to_crm", "transformed": "on"}
    answer = admin.post("/mappings/CUSTOMER/fields/add/", new)
    assert answer.status_code == 200
    assert AT_ONCE in answer.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time anyway")
def test_of_two_who_save_at_the_same_moment_one_is_refused_and_shown_what_the_other_stored() -> None:
    entry = JobQueueEntry.objects.create(name="Statistics")
    seen, together, saved = TimesForm(instance=entry)["seen"].value(), threading.Barrier(2), []

    def save(minutes: int) -> None:
        values = {"minutes": minutes, "inactivity_minutes": 5, "max_attempts": 1, "rerun_seconds": 1, "seen": seen}
        form = TimesForm(values, instance=JobQueueEntry.objects.get(pk=entry.pk))
        assert form.is_valid()
        together.wait(20)
        try:
            saved.append(minutes if form.saved() else form.non_field_errors()[0])
        finally:
            connections.close_all()

    both = [threading.Thread(target=save, args=[minutes]) for minutes in (5, 7)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)

    [stored] = [one for one in saved if isinstance(one, int)]
    [refused] = [one for one in saved if isinstance(one, str)]
    assert JobQueueEntry.objects.get(pk=entry.pk).minutes == stored
    assert f"minutes between runs: “30” → “{stored}”" in refused
