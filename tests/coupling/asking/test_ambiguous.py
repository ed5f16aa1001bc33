"""Records that match several others are resolved one by one, or skipped."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test.client import Client
from django.urls import reverse

from coupling.commands import matching
from integration import jobs
from integration.models import SyncJob, TableMapping
from integration.systems.errors import Unreachable
from integration.systems.memory.system import MemorySystem
from tests.coupling.conftest import id_of, page, read, told
from tests.integration.jobs_world import JobsWorld, world
from tests.makers import account

__all__ = ["world"]

BACK = "/records/erp/customer/?q=a"


def resolve(client: Client, *ids: UUID, **more: Any) -> HttpResponse:
    return client.post(reverse("match_resolve", args=["CUSTOMER"]), {"selected": ids, "back": BACK, **more})


def offered(shown: str) -> list[UUID]:
    """The ids of the candidates."""
    return [UUID(id) for id in re.findall(r'name="crm_id" id="choose-([0-9a-f-]+)"', shown)]


@pytest.fixture
def twins(mapping: TableMapping, organization: MemorySystem) -> list[UUID]:
    """Two accounts of the name Adatum, and customers are matched by name."""
    mapping.fields.filter(erp_field="name").update(match_priority=1)
    other = organization.add("account", **account("Adatum", telephone1="030 7", address1_city="Oslo"))
    return [id_of(organization, "Adatum"), other]


def test_all_that_it_may_be_stand_beside_it_with_what_differs(
    clerk: Client, mapping: TableMapping, twins: list[UUID], adatum: UUID
) -> None:
    shown = page(clerk, "match_resolve", "CUSTOMER", selected=str(adatum))

    assert set(offered(shown)) == set(twins)
    assert "Oslo" in shown
    assert "Which one is C-ADATUM Adatum?" in shown


def test_the_fields_in_which_the_candidates_differ_come_first_then_those_in_which_they_differ_from_the_record(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem, twins: list[UUID],
    adatum: UUID,
) -> None:  # fmt: skip
    for id in twins:
        organization.edit("account", id, telephone1="030 7")
    company.edit("customer", adatum, phone_no="030 604")
    shown = page(clerk, "match_resolve", "CUSTOMER", selected=str(adatum)).partition("Which one it is")[2]

    labels = re.findall(r'<th scope="row">([^<]+)</th>', shown)
    assert labels == ["city", "phone_no", "name"]


def test_which_one_it_is_stands_in_a_row_that_a_phone_shows_too(
    clerk: Client, mapping: TableMapping, twins: list[UUID], adatum: UUID
) -> None:
    head, _, body = page(clerk, "match_resolve", "CUSTOMER", selected=str(adatum)).partition("</thead>")

    assert offered(head) == []
    assert set(offered(body)) == set(twins)
    assert "1. Adatum" in head
    assert "2. Adatum" in head


def test_the_salesperson_to_couple_first_is_named_with_the_way_to_him(world: JobsWorld, clerk: Client) -> None:
    for phone in ("030 7", "030 8"):
        world.add_account("Adatum", telephone1=phone)
    shown = page(clerk, "match_resolve", "CUSTOMER", selected=str(world.add_customer("Adatum")))

    assert f'<a href="{reverse("coupling", args=["SALESPEOPLE", world.jim])}">Couple it first</a>' in shown


def test_the_chosen_one_is_coupled_and_the_next_record_comes(
    clerk: Client, mapping: TableMapping, company: MemorySystem, twins: list[UUID], adatum: UUID
) -> None:
    fabrikam = id_of(company, "Fabrikam")

    answer = resolve(clerk, adatum, fabrikam, crm_id=twins[1])

    assert mapping.couplings.get().crm_id == twins[1]
    assert f"selected={fabrikam}" in answer.url
    assert str(adatum) not in answer.url
    assert told(answer) == ["The records are coupled."]


def test_a_skipped_record_stays_as_it_is_and_the_last_one_ends_where_it_began(
    clerk: Client, mapping: TableMapping, twins: list[UUID], adatum: UUID
) -> None:
    answer = resolve(clerk, adatum, skip="yes")

    assert answer.url == BACK
    assert not mapping.couplings.exists()


def test_a_record_that_somebody_else_has_coupled_meanwhile_is_passed_over(
    clerk: Client, mapping: TableMapping, twins: list[UUID], adatum: UUID
) -> None:
    mapping.couplings.couple(adatum, twins[0])

    answer = clerk.get(reverse("match_resolve", args=["CUSTOMER"]), {"selected": adatum, "back": BACK})
    assert answer.url == BACK
    assert told(answer) == ["No record is left that matches several others."]

    answer = resolve(clerk, adatum, crm_id=twins[1])
    assert "meanwhile" in told(answer)[-1]
    assert mapping.couplings.get().crm_id == twins[0]


def test_an_account_that_somebody_else_has_taken_meanwhile_is_offered_no_more(
    clerk: Client, mapping: TableMapping, company: MemorySystem, twins: list[UUID], adatum: UUID
) -> None:
    mapping.couplings.couple(id_of(company, "Fabrikam"), twins[1])

    answer = resolve(clerk, adatum, crm_id=twins[1])

    assert read(answer) == ["Coupled already: C-FABRIKAM Fabrikam with Adatum."]
    assert offered(clerk.get(answer.url).content.decode()) == [twins[0]]


def test_those_that_a_run_has_left_are_waiting_to_be_resolved(
    clerk: Client, mapping: TableMapping, twins: list[UUID], adatum: UUID
) -> None:
    job = matching.start(mapping, None)
    jobs.run(job.pk)

    address = reverse("match_resolve", args=["CUSTOMER"])
    assert f'<a href="{address}">Resolve 1 that matches several others</a>' in page(clerk, "job_outcome", job.pk)
    assert "left 1 record to a person" in page(clerk, "match", "CUSTOMER")
    assert set(offered(page(clerk, "match_resolve", "CUSTOMER"))) == set(twins)


def test_the_preview_of_the_matching_leads_there_with_its_records(
    clerk: Client, mapping: TableMapping, twins: list[UUID], adatum: UUID
) -> None:
    shown = page(clerk, "match", "CUSTOMER", preview="yes")

    assert re.search(rf'href="{reverse("match_resolve", args=["CUSTOMER"])}\?selected={adatum}&amp;back=', shown)


def test_after_coupling_the_pair_is_synchronized_where_that_was_chosen(
    clerk: Client, mapping: TableMapping, twins: list[UUID], adatum: UUID
) -> None:
    resolve(clerk, adatum, crm_id=twins[0], after="send")

    assert SyncJob.objects.get().run_options.ids == (adatum,)


@pytest.mark.parametrize("sent", [{}, {"crm_id": "adatum"}])
def test_nothing_chosen_is_said_and_the_record_comes_again(
    clerk: Client, mapping: TableMapping, twins: list[UUID], adatum: UUID, sent: dict[str, str]
) -> None:
    answer = resolve(clerk, adatum, **sent)

    assert told(answer) == ["Choose the record it is, or skip it."]
    assert f"selected={adatum}" in answer.url


def test_a_silent_side_leads_back_with_the_reason(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, twins: list[UUID], adatum: UUID
) -> None:
    organization.fail_on("describe", Unreachable("The line is dead."), times=9)

    answer = clerk.get(reverse("match_resolve", args=["CUSTOMER"]), {"selected": adatum, "back": BACK})

    assert (answer.url, told(answer)) == (BACK, ["The line is dead."])


def test_who_may_only_look_resolves_nothing(
    visitor: Client, mapping: TableMapping, twins: list[UUID], adatum: UUID
) -> None:
    assert visitor.get(reverse("match_resolve", args=["CUSTOMER"])).status_code == 403
    assert resolve(visitor, adatum, crm_id=twins[0]).status_code == 403
    assert not mapping.couplings.exists()
