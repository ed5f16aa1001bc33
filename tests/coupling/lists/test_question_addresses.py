"""The question before an action stands at an address of its own: it can be loaded again, and looking at it does
nothing."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from coupling.views.actions import ACTS
from coupling.views.skipped import ACTS as SKIPPED_ACTS
from integration.models import AuditEntry, SyncError, SyncJob, TableMapping
from integration.systems.memory import MemorySystem
from tests.coupling.conftest import told
from tests.makers import customer

LIST = "/records/erp/customer/?q=Adatum&state=coupled"
EVERYTHING = {"way": "send", "confirmed": "yes", "first": "yes", "mapping": "CUSTOMER", "seen": "x"}
"""What forms of all questions send."""


@pytest.fixture
def coupled(mapping: TableMapping, adatum: UUID, adatum_account: UUID) -> UUID:
    """Adatum, coupled, and an error about it."""
    mapping.couplings.couple(adatum, adatum_account)
    job = SyncJob.objects.create(mapping=mapping, direction="to_crm", status=SyncJob.Status.FINISHED)
    SyncError.objects.create(
        job=job,
        mapping=mapping,
        erp_id=adatum,
        crm_id=adatum_account,
        code="refused",
        message="No.",
        direction="to_crm",
    )
    return adatum


def record(action: str) -> str:
    return reverse("record_action", args=["erp", "customer", action])


def buttons(adatum: UUID, mapping: TableMapping) -> dict[str, tuple[str, object]]:
    """What asks first about Adatum: the address of the button, and what it chooses."""
    row, error = mapping.couplings.get(erp_id=adatum).pk, SyncError.objects.get().pk
    return {
        "synchronize": (record("synchronize"), adatum),
        "uncouple": (record("uncouple"), adatum),
        "delete the other": (record("delete"), adatum),
        "delete couplings of errors": (reverse("errors_action", args=["uncouple"]), error),
        "delete records of errors": (reverse("errors_action", args=["delete"]), error),
        "synchronize what rests": (reverse("skipped_action", args=["synchronize"]), row),
        "delete what rests": (reverse("skipped_action", args=["delete"]), row),
        "uncouple what rests": (reverse("skipped_action", args=["uncouple"]), row),
        "find for deleted": (reverse("skipped_action", args=["find-deleted"]), row),
    }


def in_form(answer: Any) -> set[str]:
    """Which records the form of the question names."""
    return set(re.findall(r'name="selected" value="([^"]+)"', answer.content.decode()))


def test_every_question_is_led_to_and_is_the_same_when_it_is_loaded_again(
    clerk: Client, coupled: UUID, mapping: TableMapping
) -> None:
    for address, chosen in buttons(coupled, mapping).values():
        led = clerk.post(address, {"selected": chosen, "back": LIST, "csrfmiddlewaretoken": "secret", "columns": "x"})

        assert led.url.partition("?")[0] == address
        assert "secret" not in led.url
        first, again = clerk.get(led.url), clerk.get(led.url)
        assert (first.status_code, again.status_code) == (200, 200)
        if "find-deleted" not in address:
            assert in_form(first) == in_form(again) == {str(chosen)}


def test_a_question_leads_back_to_the_list_as_it_was(clerk: Client, coupled: UUID) -> None:
    led = clerk.post(record("uncouple"), {"selected": coupled, "back": LIST})

    assert f'href="{LIST.replace("&", "&amp;")}"' in clerk.get(led.url).content.decode()


def test_the_way_that_somebody_looks_at_stands_in_the_address(clerk: Client, coupled: UUID) -> None:
    sent = {"selected": coupled, "back": LIST, "way": "get", "preview": "yes", "seen": "x"}

    led = clerk.post(record("synchronize"), sent)

    assert re.search(r'value="get"\s+checked', clerk.get(led.url).content.decode())
    assert not SyncJob.objects.filter(status=SyncJob.Status.QUEUED).exists()


def test_a_link_that_somebody_clicks_changes_nothing(clerk: Client, coupled: UUID, mapping: TableMapping) -> None:
    kept, entries = mapping.couplings.count(), AuditEntry.objects.count()
    addresses = [record(action) for action in ACTS]
    addresses += [reverse("skipped_action", args=[action]) for action in SKIPPED_ACTS]
    of_errors = ("retry", "restore", "delete", "uncouple", "get")
    addresses += [reverse("errors_action", args=[action]) for action in of_errors]
    chosen = dict(buttons(coupled, mapping).values())

    answers = {one: clerk.get(one, {**EVERYTHING, "selected": str(chosen.get(one, coupled))}) for one in addresses}

    asking = {*chosen, record("create")}
    assert {one for one, answer in answers.items() if answer.status_code == 405} == set(addresses) - asking
    assert {one for one, answer in answers.items() if answer.status_code == 200} == set(chosen)
    assert "Coupled already" in " ".join(told(answers[record("create")]))
    assert mapping.couplings.count() == kept
    assert not SyncJob.objects.filter(status=SyncJob.Status.QUEUED).exists()
    assert AuditEntry.objects.count() == entries


def test_who_may_only_look_is_not_asked_either(visitor: Client, coupled: UUID, mapping: TableMapping) -> None:
    for address, chosen in buttons(coupled, mapping).values():
        sent = {"selected": chosen, "back": LIST}
        assert (visitor.post(address, sent).status_code, visitor.get(address, sent).status_code) == (403, 403)


def test_all_rows_of_a_list_stand_in_the_address_as_that_list(
    clerk: Client, mapping: TableMapping, company: MemorySystem
) -> None:
    branches = [company.add("customer", **customer(f"Woodgrove {n:03}", no=f"W-{n:03}")) for n in range(120)]
    woodgrove = {"mapping": "CUSTOMER", "back": "/records/erp/customer/?q=Woodgrove"}

    led = clerk.post(record("create"), {**woodgrove, "every": "yes", "selected": branches[:50]})
    many = clerk.post(record("create"), {**woodgrove, "selected": branches})

    assert len(led.url) < 200
    assert in_form(clerk.get(led.url)) == in_form(many) == {str(id) for id in branches}
    assert many.status_code == 200  # They have no room in an address: the question is the answer to the form.


def test_a_question_about_nothing_says_so_and_leads_back(clerk: Client, mapping: TableMapping) -> None:
    for chosen in ({}, {"selected": "nonsense"}):
        led = clerk.post(record("uncouple"), {**chosen, "back": LIST})
        answer = clerk.get(led.url)

        assert answer.url == LIST
        assert told(answer)[-1] in ("Choose at least one record.", "This page is incomplete. Load it again.")
