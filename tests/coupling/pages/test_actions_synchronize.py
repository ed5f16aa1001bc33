"""Synchronize Now of lists and cards: what it asks, what it starts, what it refuses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from integration import jobs
from integration.models import SyncJob, TableMapping
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.systems.memory.system import MemorySystem
from tests.coupling.conftest import id_of, press, told
from tests.integration.jobs_world import JobsWorld, world
from tests.makers import account

__all__ = ["world"]


def test_synchronizing_a_pair_asks_which_values_are_to_stay_and_starts_nothing_yet(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    shown = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()
    assert all(f'value="{way}"' in shown for way in ("send", "get", "merge"))
    assert not SyncJob.objects.exists()


def test_synchronizing_a_pair_of_a_one_way_mapping_only_asks_for_confirmation(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    TableMapping.objects.update(direction="to_crm")
    shown = press(clerk, "crm", "account", "synchronize", adatum_account).content.decode()
    assert "will overwrite those of Dynamics 365 Sales" in shown
    assert 'value="get"' not in shown
    assert 'name="way" value="send"' in shown


@pytest.mark.parametrize(
    ("ours", "theirs", "way"),
    [(True, False, "send"), (False, True, "get"), (True, True, "merge"), (False, False, "merge")],
)
def test_the_side_that_changed_since_both_last_agreed_is_suggested(
    clerk: Client,
    mapping: TableMapping,
    company: MemorySystem,
    organization: MemorySystem,
    adatum: UUID,
    adatum_account: UUID,
    ours: bool,
    theirs: bool,
    way: str,
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    TableMapping.objects.update(conflict="send")
    for direction in ("to_crm", "to_erp"):
        jobs.run(jobs.start(mapping, direction).pk)
    TableMapping.objects.update(conflict="none")
    if ours:
        company.edit("customer", adatum, phone_no="030 99")
    if theirs:
        organization.edit("account", adatum_account, telephone1="030 98")
    shown = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()
    assert f'value="{way}" checked' in shown
    assert shown.count("(suggested)") == 1


@pytest.mark.parametrize(
    ("way", "passes"),
    [("send", [("to_crm", True)]), ("get", [("to_erp", True)]), ("merge", [("to_crm", False), ("to_erp", False)])],
)
def test_each_way_makes_its_passes_one_behind_the_other(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID, way: str, passes: list[tuple[Any, ...]]
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    answer = press(clerk, "erp", "customer", "synchronize", adatum, way=way)
    made = list(SyncJob.objects.order_by("queued_at"))
    assert [(job.direction, job.run_options.force) for job in made] == passes
    assert [job.after for job in made] == [None, *made[:-1]]
    assert answer.url == "/records/erp/customer/"
    assert reverse("synch_job", args=[made[0].pk]) in told(answer)[0]


def test_synchronizing_with_the_values_of_sales_writes_them_into_business_central(
    world: JobsWorld, clerk: Client
) -> None:
    world.couple_jim()
    adatum, theirs = world.add_customer("Adatum"), world.crm.add("account", **account("Adatum", telephone1="030 1"))
    world.mapping().couplings.couple(adatum, theirs)
    press(clerk, "crm", "account", "synchronize", theirs, way="get")
    jobs.run(SyncJob.objects.get().pk)
    assert world.erp.values("customer", adatum)["phone_no"] == "030 1"


def test_synchronizing_a_skipped_pair_has_it_tried_again(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.remember([Pair(adatum, adatum_account, State.COUPLED, to_crm=Outcome(Result.SKIPPED))])
    press(clerk, "erp", "customer", "synchronize", adatum, way="merge")
    assert not mapping.couplings.get().skipped


def test_synchronizing_what_is_not_coupled_is_refused(clerk: Client, mapping: TableMapping, adatum: UUID) -> None:
    answer = press(clerk, "erp", "customer", "synchronize", adatum)
    assert told(answer) == ["This record is not coupled."]
    assert answer.url == "/records/erp/customer/"


def test_accounts_of_two_mappings_are_synchronized_by_a_job_each(
    clerk: Client,
    mapping: TableMapping,
    vendors: TableMapping,
    company: MemorySystem,
    organization: MemorySystem,
    adatum: UUID,
) -> None:
    bought, sold = id_of(organization, "Wingtip Toys"), id_of(organization, "Adatum")
    mapping.couplings.couple(adatum, sold)
    vendors.couplings.couple(company.add("vendor", name="Wingtip Toys"), bought)
    answer = press(clerk, "crm", "account", "synchronize", bought, sold, way="get")
    assert sorted(job.mapping.name for job in SyncJob.objects.all()) == ["CUSTOMER", "VENDOR"]
    assert answer.url == "/records/crm/account/"
    assert [text.count("/synch/jobs/") for text in told(answer)[-2:]] == [1, 1]
