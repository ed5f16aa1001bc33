"""How a record stands is said in one word: in lists, their files, on both cards, and before an action."""

from __future__ import annotations

import csv
import io
import re
import uuid
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.systems.memory import MemorySystem
from tests.coupling.conftest import page, press

FAILURES = [
    pytest.param(Outcome(Result.SKIPPED, "conflict"), "Conflict", "in conflict until now", id="rests in conflict"),
    pytest.param(Outcome(Result.FAILURE, "conflict"), "Conflict", "in conflict until now", id="met a conflict"),
    pytest.param(Outcome(Result.SKIPPED, "refused"), "Skipped", "skipped until now", id="rests"),
    pytest.param(Outcome(Result.FAILURE, "refused"), "Failed", "synchronized", id="failed once"),
    pytest.param(Outcome(Result.WAITING), "Waiting", "synchronized", id="waits"),
    pytest.param(Outcome(Result.SUCCESS), "Coupled", "synchronized", id="went well"),
]


def in_the_list(clerk: Client, side: str, table: str, id: UUID) -> str:
    row = next(one for one in page(clerk, f"{side}_list", table).split("<tr") if f'value="{id}"' in one)
    return re.findall(r'class="status status-\w+"[^>]*>([^<]+)<', row)[-1]


def in_the_file(clerk: Client, side: str, table: str) -> str:
    answer = clerk.get(reverse(f"{side}_list", args=[table]), {"format": "csv", "q": "Adatum"})
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    return next(csv.DictReader(io.StringIO(text)))["Coupling"]


def on_the_card(shown: str) -> str:
    return re.findall(r'<span id="card-state"[^>]*><[^>]+>([^<]+)<', shown)[0]


@pytest.mark.parametrize(("outcome", "word", "asked"), FAILURES)
def test_lists_files_cards_and_questions_say_the_same_of_a_record(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID, outcome: Outcome, word: str, asked: str
) -> None:
    mapping.couplings.remember([Pair(adatum, adatum_account, State.COUPLED, to_crm=outcome)])
    if outcome.code:
        job = SyncJob.objects.create(mapping=mapping, direction="to_crm")
        about = {"mapping": mapping, "direction": "to_crm", "erp_id": adatum, "crm_id": adatum_account}
        SyncError.objects.create(job=job, code=outcome.code, message="Both sides changed the city.", **about)

    for side, table, id in (("erp", "customer", adatum), ("crm", "account", adatum_account)):
        card = page(clerk, f"{side}_card", table, id)
        assert in_the_list(clerk, side, table, id) == word
        assert in_the_file(clerk, side, table) == word
        assert on_the_card(card) == word
        assert asked in press(clerk, side, table, "synchronize", id, uuid.uuid4()).content.decode()
        assert (">Skipped<" in card) is (word == "Skipped")


def test_a_record_changed_on_both_sides_is_so_in_the_file_and_on_the_card_once_both_are_compared(
    clerk: Client,
    mapping: TableMapping,
    company: MemorySystem,
    organization: MemorySystem,
    adatum: UUID,
    adatum_account: UUID,
) -> None:
    ours = company.get("customer", [adatum], [])[adatum]
    theirs = organization.get("account", [adatum_account], [])[adatum_account]
    mapping.couplings.remember([Pair(adatum, adatum_account, State.COUPLED, ours.version, theirs.version)])
    company.edit("customer", adatum, city="Bern")
    assert on_the_card(page(clerk, "erp_card", "customer", adatum)) == "Changed"

    organization.edit("account", adatum_account, telephone1="030 99")

    assert in_the_list(clerk, "erp", "customer", adatum) == "Both changed"
    assert in_the_file(clerk, "erp", "customer") == "Both changed"
    for side, table, id in (("erp", "customer", adatum), ("crm", "account", adatum_account)):
        address = reverse("record_comparison", args=[side, table, id])
        assert on_the_card(clerk.get(address, headers={"HX-Request": "true"}).content.decode()) == "Both changed"
