"""An action takes the rows of all pages of a list: those that its filter shows at that moment."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from coupling.pages import lists
from coupling.views import access
from integration.models import SyncJob, TableMapping
from integration.pages.lists import every, shown
from integration.systems.memory import MemorySystem
from integration.systems.values import Side
from tests.coupling.conftest import id_of, page, press, told
from tests.makers import customer
from tests.pages import pressed

WOODGROVE = "/records/erp/customer/?q=Woodgrove"
BRANCHES = 120


@pytest.fixture
def branches(mapping: TableMapping, company: MemorySystem) -> list[UUID]:
    """The branches of Woodgrove Bank, in the order of their numbers: more than two pages of customers."""
    return [company.add("customer", **customer(f"Woodgrove {n:03}", no=f"W-{n:03}")) for n in range(BRANCHES)]


def all_of(client: Client, address: str, action: str = "create", **more: Any) -> Any:
    """What a browser without scripts sends, too: a box beside the rows says that all of the list are meant."""
    sent = {"mapping": "CUSTOMER", "every": "yes", "back": address, **more}
    return pressed(client, reverse("record_action", args=["erp", "customer", action]), sent)


def asked_back(answer: Any) -> list[UUID]:
    """The records that the question names in its form."""
    return [UUID(id) for id in re.findall(r'name="selected" value="([^"]+)"', answer.content.decode())]


def test_all_rows_are_offered_with_their_number_where_the_list_has_several_pages(
    clerk: Client, branches: list[UUID]
) -> None:
    assert "Select all 123 customers" in page(clerk, "erp_list", "customer")
    assert "Select all 120 that the filter shows" in page(clerk, "erp_list", "customer", q="Woodgrove")
    assert 'name="every"' not in page(clerk, "erp_list", "customer", q="Woodgrove 00")


def test_the_question_is_about_every_row_of_the_filter_and_names_the_first(clerk: Client, branches: list[UUID]) -> None:
    answer = all_of(clerk, WOODGROVE, selected=branches[:1])

    assert asked_back(answer) == branches
    text = answer.content.decode()
    assert "What becomes of the 120 chosen" in text
    assert "and 100 more" in text
    assert "Woodgrove 119" not in text


def test_what_was_confirmed_is_done_with_the_records_of_the_question_whatever_the_list_shows_by_then(
    clerk: Client, branches: list[UUID], company: MemorySystem
) -> None:
    asked = asked_back(all_of(clerk, WOODGROVE))
    company.add("customer", **customer("Woodgrove 120", no="W-120"))

    press(clerk, "erp", "customer", "create", *asked, mapping="CUSTOMER", confirmed="yes")

    assert set(SyncJob.objects.get().run_options.ids) == set(branches)


def test_the_standing_and_the_conditions_of_the_list_count_too(
    clerk: Client, mapping: TableMapping, branches: list[UUID], company: MemorySystem, adatum_account: UUID
) -> None:
    mapping.couplings.couple(branches[7], adatum_account)
    narrowed = "/records/erp/customer/?state=uncoupled&o-name=begins&f-name=Woodgrove+0&order=-no"

    free = [id for id in branches[:100] if id != branches[7]]
    assert asked_back(all_of(clerk, narrowed)) == free[::-1]


def test_of_more_rows_than_an_action_takes_the_first_are_taken_and_the_page_says_so(
    clerk: Client, branches: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (lists, shown, access):
        monkeypatch.setattr(module, "MOST", 60)

    assert "Select the first 60 of 120: one action takes no more" in page(clerk, "erp_list", "customer", q="Woodgrove")
    answer = all_of(clerk, WOODGROVE)
    assert asked_back(answer) == branches[:60]
    assert told(answer) == [every.FIRST_ONLY]
    assert told(press(clerk, "erp", "customer", "create", *branches[:61])) == [every.TOO_MANY]


@pytest.mark.parametrize("address", ["/records/crm/account/", "/records/erp/vendor/?q=W", "//elsewhere.example/", ""])
def test_the_form_of_another_list_is_refused(clerk: Client, branches: list[UUID], address: str) -> None:
    answer = all_of(clerk, address, selected=branches[:1])

    assert answer.status_code == 302
    assert told(answer) == [every.OTHER_LIST]


def test_who_may_only_look_is_refused(visitor: Client, branches: list[UUID]) -> None:
    assert all_of(visitor, WOODGROVE).status_code == 403
    assert not SyncJob.objects.exists()


def test_criteria_are_chosen_and_tried_for_more_records_than_an_address_has_room_for(
    clerk: Client, mapping: TableMapping, branches: list[UUID]
) -> None:
    mapping.fields.filter(erp_field="name").update(match_priority=1)
    chosen = all_of(clerk, WOODGROVE, "match")
    assert asked_back(chosen) == branches

    tried = clerk.post(reverse("match_start", args=["CUSTOMER"]), {"selected": branches, "preview": "yes"})

    assert asked_back(tried) == branches
    assert "120 chosen records" in tried.content.decode()


def test_all_accounts_are_those_that_the_mapping_sees(
    clerk: Client, mapping: TableMapping, organization: MemorySystem
) -> None:
    inside = {id_of(organization, "Adatum")}

    ids, are_all = lists.ids_of(Side.CRM, "account", {})

    assert inside <= set(ids)
    assert are_all
