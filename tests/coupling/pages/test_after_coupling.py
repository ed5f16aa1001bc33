"""Set Up Coupling, and the page that asks which of several a record is, show what the synchronization after coupling
would write; no proposal makes blank what Merge keeps."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.db import connection
from django.test.client import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integration.models import SyncJob, TableMapping
from integration.systems.errors import Unreachable
from integration.systems.memory.system import MemorySystem
from tests.coupling.conftest import page, press
from tests.coupling.pages.shown import rows
from tests.makers import account

ADATUM_HAS = "030 604"


def suggested(shown: str) -> list[str]:
    return re.findall(r'for="(?:after|way)-(\w+)">[^<]*\(suggested\)', shown)


BOTH_PAGES = pytest.mark.parametrize("where", ["coupling", "match_resolve"])


def look(client: Client, where: str, adatum: UUID, part: str = "", **query: object) -> str:
    """One of both pages that couple Adatum, or this part of it alone."""
    args, asked = (["CUSTOMER", adatum], {}) if where == "coupling" else (["CUSTOMER"], {"selected": adatum})
    headers = {"HX-Request": "true", "HX-Target": part} if part else {}
    answer = client.get(reverse(where, args=args), {**asked, **query}, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def newer_account(company: MemorySystem, organization: MemorySystem, adatum: UUID, adatum_account: UUID) -> UUID:
    """Adatum's account, changed after its customer: it has no phone number, and another city."""
    company.edit("customer", adatum, city="Bergen")
    organization.edit("account", adatum_account, telephone1="", address1_city="Oslo")
    return adatum_account


@BOTH_PAGES
def test_the_fields_that_would_be_written_after_coupling_are_shown_old_and_new(
    where: str, clerk: Client, mapping: TableMapping, company: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    company.edit("customer", adatum, phone_no="030 99")
    shown = look(clerk, where, adatum, crm_id=adatum_account)

    assert suggested(shown) == ["send"]
    assert rows(shown) == [["Dynamics 365 Sales", "telephone1", ADATUM_HAS, "030 99"]]
    assert not mapping.couplings.exists()


@BOTH_PAGES
def test_a_value_that_the_chosen_way_would_make_blank_is_warned_of_before_coupling(
    where: str, clerk: Client, mapping: TableMapping, newer_account: UUID, adatum: UUID
) -> None:
    shown = look(clerk, where, adatum, crm_id=newer_account, after="get", proposed="merge")

    assert ["Business Central", "phone_no", ADATUM_HAS, "(blank) becomes blank"] in rows(shown)
    assert "1 value would become blank." in shown


@BOTH_PAGES
def test_choosing_a_way_brings_what_it_would_write_alone(
    where: str, clerk: Client, mapping: TableMapping, newer_account: UUID, adatum: UUID
) -> None:
    query = {"q": "", "crm_id": newer_account, "after": "send", "proposed": "merge"}
    shown = look(clerk, where, adatum, "effects", **query)

    assert shown.startswith('<section id="effects"')
    assert sorted(row[1] for row in rows(shown)) == ["address1_city", "telephone1"]


@BOTH_PAGES
def test_without_synchronizing_after_coupling_nothing_would_be_written(
    where: str, clerk: Client, mapping: TableMapping, newer_account: UUID, adatum: UUID
) -> None:
    assert rows(look(clerk, where, adatum, crm_id=newer_account, after="", proposed="merge")) == []


@BOTH_PAGES
def test_the_newer_record_is_not_proposed_where_it_would_make_blank_what_merge_keeps(
    where: str, clerk: Client, mapping: TableMapping, newer_account: UUID, adatum: UUID
) -> None:
    shown = look(clerk, where, adatum, crm_id=newer_account)

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


@BOTH_PAGES
def test_the_proposal_and_what_it_would_write_take_no_more_questions_than_a_page_has(
    where: str, clerk: Client, mapping: TableMapping, newer_account: UUID, adatum: UUID
) -> None:
    look(clerk, where, adatum, crm_id=newer_account)
    with CaptureQueriesContext(connection) as queries:
        look(clerk, where, adatum, crm_id=newer_account)

    assert len(queries) <= 20


@BOTH_PAGES
def test_the_newer_record_is_proposed_where_it_makes_nothing_blank(
    where: str, clerk: Client, mapping: TableMapping, newer_account: UUID, organization: MemorySystem, adatum: UUID
) -> None:
    organization.edit("account", newer_account, telephone1="030 7")
    assert suggested(look(clerk, where, adatum, crm_id=newer_account)) == ["get"]


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


def test_of_several_that_a_record_may_be_nothing_is_previewed_before_one_is_chosen(
    clerk: Client, mapping: TableMapping, newer_account: UUID, organization: MemorySystem, adatum: UUID
) -> None:
    organization.add("account", **account("Adatum", telephone1="030 7"))
    shown = look(clerk, "match_resolve", adatum)

    assert rows(shown) == []
    assert suggested(shown) == []
    assert 'id="after-no" value="" checked' in shown
    assert "Choose a record first" in shown


def test_choosing_one_of_several_proposes_a_way_and_shows_what_it_would_write(
    clerk: Client, mapping: TableMapping, newer_account: UUID, organization: MemorySystem, adatum: UUID
) -> None:
    other = organization.add("account", **account("Adatum", telephone1="030 7", address1_city="Bergen"))
    proposals = {}
    for id in (newer_account, other):
        shown = look(clerk, "match_resolve", adatum, "after", crm_id=id, after="", proposed="")
        assert shown.lstrip().startswith('<div id="after"')
        proposals[id] = suggested(shown), rows(shown)

    conflict = "Both records differ and have never agreed: city is “Bergen” in Business Central and address1_city is"
    assert proposals[other] == (["get"], [["Business Central", "phone_no", ADATUM_HAS, "030 7"]])
    assert proposals[newer_account][0] == ["merge"]
    assert [row[0].startswith(conflict) for row in proposals[newer_account][1]] == [True]


def test_without_scripts_preview_shows_the_chosen_one_with_the_chosen_way_and_couples_nothing(
    clerk: Client, mapping: TableMapping, newer_account: UUID, organization: MemorySystem, adatum: UUID
) -> None:
    organization.add("account", **account("Adatum", telephone1="030 7"))
    sent = {"selected": adatum, "crm_id": newer_account, "after": "get", "proposed": "", "look": "yes"}
    answer = clerk.post(reverse("match_resolve", args=["CUSTOMER"]), {**sent, "back": "/records/erp/customer/"})
    shown = clerk.get(answer.url).content.decode()

    assert ["Business Central", "phone_no", ADATUM_HAS, "(blank) becomes blank"] in rows(shown)
    assert f'id="choose-{newer_account}" value="{newer_account}" checked' in shown
    assert 'value="get" checked' in shown
    assert 'href="/records/erp/customer/"' in shown
    assert not mapping.couplings.exists()


def test_a_preview_of_a_record_that_was_coupled_meanwhile_loads_the_page_with_the_next_one(
    clerk: Client, mapping: TableMapping, newer_account: UUID, adatum: UUID
) -> None:
    mapping.couplings.couple(adatum, newer_account)
    headers = {"HX-Request": "true", "HX-Target": "after"}
    asked = {"selected": adatum, "crm_id": newer_account}

    answer = clerk.get(reverse("match_resolve", args=["CUSTOMER"]), asked, headers=headers)
    assert answer.headers["HX-Refresh"] == "true"


def test_while_sales_is_silent_the_preview_says_so_in_its_place(
    clerk: Client, mapping: TableMapping, newer_account: UUID, organization: MemorySystem, adatum: UUID
) -> None:
    organization.fail_on("describe", Unreachable("The line is dead."), times=9)
    shown = look(clerk, "match_resolve", adatum, "after", crm_id=newer_account)

    assert "The line is dead. Nothing was changed." in shown
    assert 'id="after"' in shown
