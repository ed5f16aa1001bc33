"""Set Up Coupling shows what the synchronization after it would write; no proposal makes blank what Merge keeps."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.db import connection
from django.test.client import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integration.models import SyncJob, TableMapping
from integration.systems.memory.system import MemorySystem
from tests.coupling.conftest import page, press
from tests.coupling.pages.shown import rows

ADATUM_HAS = "030 604"


def suggested(shown: str) -> list[str]:
    return re.findall(r'for="(?:after|way)-(\w+)">[^<]*\(suggested\)', shown)


@pytest.fixture
def newer_account(company: MemorySystem, organization: MemorySystem, adatum: UUID, adatum_account: UUID) -> UUID:
    """Adatum's account, changed after its customer: it has no phone number, and another city."""
    company.edit("customer", adatum, city="Bergen")
    organization.edit("account", adatum_account, telephone1="", address1_city="Oslo")
    return adatum_account


def test_the_fields_that_would_be_written_after_coupling_are_shown_old_and_new(
    clerk: Client, mapping: TableMapping, company: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    company.edit("customer", adatum, phone_no="030 99")
    shown = page(clerk, "coupling", "CUSTOMER", adatum, crm_id=adatum_account)

    assert suggested(shown) == ["send"]
    assert rows(shown) == [["Dynamics 365 Sales", "telephone1", ADATUM_HAS, "030 99"]]
    assert not mapping.couplings.exists()


def test_a_value_that_the_chosen_way_would_make_blank_is_warned_of_before_coupling(
    clerk: Client, mapping: TableMapping, newer_account: UUID, adatum: UUID
) -> None:
    shown = page(clerk, "coupling", "CUSTOMER", adatum, crm_id=newer_account, after="get", proposed="merge")

    assert ["Business Central", "phone_no", ADATUM_HAS, "(blank) becomes blank"] in rows(shown)
    assert "1 value would become blank." in shown


def test_choosing_a_way_brings_what_it_would_write_alone(
    clerk: Client, mapping: TableMapping, newer_account: UUID, adatum: UUID
) -> None:
    query = {"q": "", "crm_id": newer_account, "after": "send", "proposed": "merge"}
    headers = {"HX-Request": "true", "HX-Target": "effects"}
    shown = clerk.get(reverse("coupling", args=["CUSTOMER", adatum]), query, headers=headers).content.decode()

    assert shown.startswith('<section id="effects"')
    assert sorted(row[1] for row in rows(shown)) == ["address1_city", "telephone1"]


def test_without_synchronizing_after_coupling_nothing_would_be_written(
    clerk: Client, mapping: TableMapping, newer_account: UUID, adatum: UUID
) -> None:
    assert rows(page(clerk, "coupling", "CUSTOMER", adatum, crm_id=newer_account, after="", proposed="merge")) == []


def test_the_newer_record_is_not_proposed_where_it_would_make_blank_what_merge_keeps(
    clerk: Client, mapping: TableMapping, newer_account: UUID, adatum: UUID
) -> None:
    shown = page(clerk, "coupling", "CUSTOMER", adatum, crm_id=newer_account)

    assert suggested(shown) == ["merge"]
    assert "Get would make phone_no blank, which Merge keeps." in shown


def test_synchronize_now_suggests_the_same_of_records_that_were_only_coupled(
    clerk: Client, mapping: TableMapping, newer_account: UUID, adatum: UUID
) -> None:
    mapping.couplings.couple(adatum, newer_account)
    shown = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()

    assert suggested(shown) == ["merge"]
    assert "Get would make phone_no blank, which Merge keeps." in shown
    assert not SyncJob.objects.exists()


def test_the_proposal_and_what_it_would_write_take_no_more_questions_than_a_page_has(
    clerk: Client, mapping: TableMapping, newer_account: UUID, adatum: UUID
) -> None:
    page(clerk, "coupling", "CUSTOMER", adatum, crm_id=newer_account)
    with CaptureQueriesContext(connection) as queries:
        page(clerk, "coupling", "CUSTOMER", adatum, crm_id=newer_account)

    assert len(queries) <= 20


def test_the_newer_record_is_proposed_where_it_makes_nothing_blank(
    clerk: Client, mapping: TableMapping, newer_account: UUID, organization: MemorySystem, adatum: UUID
) -> None:
    organization.edit("account", newer_account, telephone1="030 7")
    assert suggested(page(clerk, "coupling", "CUSTOMER", adatum, crm_id=newer_account)) == ["get"]


def test_before_a_record_is_chosen_nothing_is_said_of_the_other_side(
    clerk: Client, mapping: TableMapping, adatum: UUID
) -> None:
    shown = page(clerk, "coupling", "CUSTOMER", adatum, q="nobody")

    assert ADATUM_HAS in shown
    assert "stands for this" not in shown
    assert "Blank in" not in shown
    assert rows(shown) == []


def test_where_values_clash_it_is_said_that_merge_waits_for_a_decision_and_where_that_is_made(
    clerk: Client, mapping: TableMapping, newer_account: UUID, adatum: UUID
) -> None:
    waits = "Where values clash, Merge writes nothing into these records until somebody says field by field"
    before = page(clerk, "coupling", "CUSTOMER", adatum, crm_id=newer_account, after="merge", proposed="merge")
    send = page(clerk, "coupling", "CUSTOMER", adatum, crm_id=newer_account, after="send", proposed="merge")
    mapping.couplings.couple(adatum, newer_account)
    asked = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()

    assert waits in before
    assert "the card asks that once they are coupled" in before
    assert waits not in send
    decide = reverse("conflict", args=["CUSTOMER", adatum])
    assert f'{waits} which value stays: <a href="{decide}">Decide Field by Field</a>' in asked
    assert "Oslo" in page(clerk, "conflict", "CUSTOMER", adatum)
