"""Set Up Coupling chooses the one exact match, compares at once, and proposes what to do after coupling. Create
names it, too, before a second one is made."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from coupling.pages.asking.proposal import proposed
from coupling.pages.comparison.judged import JudgedField, Next
from integration.models import SyncJob, TableMapping
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Record
from tests.coupling.conftest import id_of, page, press, told
from tests.makers import account

EARLY, LATE = (dt.datetime(2026, 3, day, tzinfo=dt.UTC) for day in (1, 2))


def chosen(shown: str) -> list[str]:
    return re.findall(r'aria-label="Choose ([^"]+)" checked', shown)


def proposed_on(shown: str) -> list[str]:
    """The checked way of Synchronize After Coupling."""
    return re.findall(r'id="after-(\w+)" value="[a-z]*" checked', shown)


# --- the one exact match -------------------------------------------------------------------------------------


def test_the_one_account_of_the_same_name_is_chosen_and_compared_at_once(
    clerk: Client, mapping: TableMapping, adatum: UUID
) -> None:
    shown = page(clerk, "coupling", "CUSTOMER", adatum)

    assert chosen(shown) == ["Adatum"]
    assert "is equal by" in shown
    assert "address1_city" in shown.partition('id="chosen"')[2]


def test_of_two_accounts_of_the_same_name_none_is_chosen(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID
) -> None:
    organization.add("account", **account("Adatum"))

    shown = page(clerk, "coupling", "CUSTOMER", adatum)

    assert chosen(shown) == []
    assert "2 free records are equal by" in shown


def test_the_criteria_of_the_mapping_go_before_the_name(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID
) -> None:
    mapping.fields.filter(erp_field="phone_no").update(match_priority=1)
    organization.edit("account", id_of(organization, "Adatum"), telephone1="1")
    organization.edit("account", id_of(organization, "Coho Winery"), telephone1="030 604")

    assert chosen(page(clerk, "coupling", "CUSTOMER", adatum)) == ["Coho Winery"]


@pytest.mark.parametrize("taken", [True, False])
def test_an_exact_match_that_is_coupled_or_outside_the_filter_is_not_chosen(
    clerk: Client,
    mapping: TableMapping,
    company: MemorySystem,
    organization: MemorySystem,
    adatum: UUID,
    adatum_account: UUID,
    taken: bool,
) -> None:
    if taken:
        mapping.couplings.couple(id_of(company, "Fabrikam"), adatum_account)
    else:
        organization.edit("account", adatum_account, customertypecode=11)

    assert chosen(page(clerk, "coupling", "CUSTOMER", adatum)) == []


def test_from_the_side_of_sales_the_exact_match_is_offered_in_one_click(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    shown = page(clerk, "coupling_from", "CUSTOMER", adatum_account, back="/records/crm/account/?q=a")

    address = f"{reverse('coupling', args=['CUSTOMER', adatum])}?crm_id={adatum_account}"
    assert f'<a href="{address}&amp;back=%2Frecords%2Fcrm%2Faccount%2F%3Fq%3Da">' in shown


# --- what was chosen stays chosen ----------------------------------------------------------------------------


def test_choosing_a_row_brings_the_comparison_alone(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID
) -> None:
    coho = id_of(organization, "Coho Winery")
    headers = {"HX-Request": "true", "HX-Target": "chosen"}

    shown = clerk.get(reverse("coupling", args=["CUSTOMER", adatum]), {"crm_id": coho}, headers=headers)

    text = shown.content.decode()
    assert text.startswith('<section id="chosen"')
    assert "Coho Winery" in text
    assert "Choose" not in text


def test_without_scripts_search_and_compare_keep_what_was_chosen(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID
) -> None:
    coho = id_of(organization, "Coho Winery")
    sent = {"look": "yes", "q": "ada", "crm_id": coho, "after": "get", "proposed": "send", "back": "/synch/errors/"}

    answer = clerk.post(reverse("coupling_set", args=["CUSTOMER", adatum]), sent)
    shown = clerk.get(answer.url).content.decode()

    assert chosen(shown) == ["Coho Winery"]
    assert proposed_on(shown) == ["get"]
    assert 'value="ada"' in shown
    assert 'href="/synch/errors/"' in shown
    assert not mapping.couplings.exists()


def test_a_proposal_that_was_not_touched_is_made_anew_for_the_next_record(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    organization.edit("account", adatum_account, telephone1="", address1_city="")
    query = {"crm_id": adatum_account, "after": "", "proposed": ""}

    assert proposed_on(page(clerk, "coupling", "CUSTOMER", adatum, **query)) == ["send"]


def test_more_records_are_on_the_next_page_and_the_chosen_one_stays_on_top(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID
) -> None:
    for number in range(150):
        organization.add("account", **account(f"Contoso {number:03}"))
    coho = id_of(organization, "Coho Winery")
    first = page(clerk, "coupling", "CUSTOMER", adatum, q="Contoso", crm_id=coho)
    [bookmark] = re.findall(r'name="page" value="([^"]+)"', first)

    second = page(clerk, "coupling", "CUSTOMER", adatum, q="Contoso", crm_id=coho, page=bookmark)

    offered = [set(re.findall(r'aria-label="Choose ([^"]+)"', shown)) for shown in (first, second)]
    assert offered[0] & offered[1] == {"Coho Winery"}
    assert chosen(second) == ["Coho Winery"]


# --- what is proposed ----------------------------------------------------------------------------------------


def compared(ours: str, theirs: str) -> JudgedField:
    return JudgedField(
        "phone_no", "Phone No.", ours, "Main Phone", theirs, Next.CONFLICT if ours != theirs else Next.EQUAL
    )


@pytest.mark.parametrize(
    ("direction", "pairs", "moments", "coupled", "way"),
    [
        ("both", [("1", "1")], (EARLY, LATE), False, ""),
        ("both", [("1", "2")], (EARLY, LATE), True, ""),
        ("to_crm", [("1", "2")], (EARLY, LATE), False, "send"),
        ("to_erp", [("1", "2")], (LATE, EARLY), False, "get"),
        ("both", [("1", "")], (EARLY, LATE), False, "send"),
        ("both", [("", "1")], (LATE, EARLY), False, "get"),
        ("both", [("1", ""), ("", "1")], (EARLY, LATE), False, "merge"),
        ("both", [("1", "2")], (LATE, EARLY), False, "send"),
        ("both", [("1", "2"), ("1", "")], (EARLY, LATE), False, "get"),
        ("both", [("1", "2")], (None, LATE), False, "merge"),
    ],
)
def test_after_coupling_goes_what_is_newer_or_fills_a_blank(
    direction: str, pairs: list[tuple[str, str]], moments: tuple[Any, Any], coupled: bool, way: str
) -> None:
    ours, theirs = (Record("t", uuid.uuid4(), {}, "1", modified_at=moment) for moment in moments)
    mapping = TableMapping(name="CUSTOMER", direction=direction, conflict="none")

    found = proposed(mapping, [compared(*pair) for pair in pairs], ours, theirs, coupled=coupled)

    assert found.way == way
    assert found.reason.endswith(".")


def test_merging_after_coupling_starts_both_passes_and_ends_where_it_began(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    sent = {"crm_id": adatum_account, "after": "merge", "back": "/records/erp/customer/?q=ada"}

    answer = clerk.post(reverse("coupling_set", args=["CUSTOMER", adatum]), sent)

    assert [job.direction for job in SyncJob.objects.order_by("queued_at")] == ["to_crm", "to_erp"]
    assert answer.url == "/records/erp/customer/?q=ada"
    assert "C-ADATUM Adatum:" in told(answer)[-1]


# --- from a list ---------------------------------------------------------------------------------------------


def test_a_list_leads_to_the_dialog_of_the_one_chosen_record_and_back_to_its_filters(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    back = "/records/erp/customer/?q=ada"
    answer = press(clerk, "erp", "customer", "couple", adatum, back=back)
    dialog = reverse("coupling", args=["CUSTOMER", adatum])
    assert answer.url == f"{dialog}?back=%2Frecords%2Ferp%2Fcustomer%2F%3Fq%3Dada"

    answer = press(clerk, "crm", "account", "couple", adatum_account)
    assert answer.url.startswith(reverse("coupling_from", args=["CUSTOMER", adatum_account]))
    mapping.couplings.couple(adatum, adatum_account)
    answer = press(clerk, "crm", "account", "couple", adatum_account)
    assert answer.url.startswith(dialog)


def test_several_chosen_records_are_pointed_to_match_based_coupling(
    clerk: Client, mapping: TableMapping, company: MemorySystem, adatum: UUID
) -> None:
    answer = press(clerk, "erp", "customer", "couple", adatum, id_of(company, "Fabrikam"))

    assert "one record at a time" in told(answer)[0]


def test_set_up_coupling_stands_on_the_lists_of_both_sides(
    clerk: Client, visitor: Client, mapping: TableMapping
) -> None:
    for name, table in (("erp_list", "customer"), ("crm_list", "account")):
        assert "Set Up Coupling" in page(clerk, name, table)
        assert "Set Up Coupling" not in page(visitor, name, table)
