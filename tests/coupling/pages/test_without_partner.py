"""Values that have no partner on the other side: said on card and list, and no reason to call two records alike."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from integration import jobs
from integration.models import TableMapping
from integration.sync.memory.halves import partnerless
from integration.systems.values import Ref
from tests.coupling.conftest import press
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]

KEPT = "has no partner in Dynamics 365 Sales; what is there stays as it is"


@pytest.fixture
def adatum(world: JobsWorld) -> UUID:
    """Coupled and quiet; Business Central's telephone number is remembered as one without a partner."""
    world.couple_jim()
    ours = world.add_customer("Adatum", phone_no="030 1")
    theirs = world.add_account("Adatum", telephone1="030 1", ownerid=Ref("systemuser", world.jim_user))
    mapping = world.mapping()
    mapping.couplings.couple(ours, theirs)
    for direction in ("to_crm", "to_erp"):
        jobs.run(jobs.start(mapping, direction).pk)
    return ours


def lacks_a_partner(mapping: TableMapping, erp_id: UUID) -> None:
    row = mapping.couplings.get(erp_id=erp_id)
    key = next(key for key in row.pair.agreed if "phone_no" in key)
    agreed = {**row.pair.agreed, key: (partnerless("030 1"), "030 1")}
    mapping.couplings.remember([replace(row.pair, agreed=agreed)])


def test_the_comparison_says_which_value_has_no_partner_and_stays(
    world: JobsWorld, clerk: Client, adatum: UUID
) -> None:
    address = reverse("record_comparison", args=["erp", "customer", adatum])
    assert KEPT not in clerk.get(address).content.decode()
    lacks_a_partner(world.mapping(), adatum)
    assert clerk.get(address).content.decode().count(KEPT) == 1


def test_the_list_says_that_a_value_of_a_coupled_record_has_no_partner(
    world: JobsWorld, clerk: Client, adatum: UUID
) -> None:
    address = reverse("erp_list", args=["customer"])
    assert "a value has no partner" not in clerk.get(address).content.decode()
    lacks_a_partner(world.mapping(), adatum)
    assert "a value has no partner" in clerk.get(address).content.decode()


def test_two_records_that_are_alike_are_called_so_before_they_are_synchronized(
    world: JobsWorld, clerk: Client, adatum: UUID
) -> None:
    shown = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()
    assert "Neither record has changed since they last agreed." in shown
    assert "They differ in" not in shown


def test_two_records_of_which_one_holds_a_value_without_partner_are_not_called_alike(
    world: JobsWorld, clerk: Client, adatum: UUID
) -> None:
    lacks_a_partner(world.mapping(), adatum)
    shown = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()
    assert "They differ in" in shown or "has changed since both last agreed" in shown


def test_an_edit_whose_version_nobody_knows_is_suggested_to_be_carried(
    world: JobsWorld, clerk: Client, adatum: UUID
) -> None:
    world.crm.edit("account", world.mapping().couplings.get(erp_id=adatum).crm_id, telephone1="030 2")
    world.mapping().couplings.update(seen_crm="")
    shown = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()
    assert 'value="get" checked' in shown


def test_a_conflict_is_told_before_the_records_are_synchronized(world: JobsWorld, clerk: Client, adatum: UUID) -> None:
    world.erp.edit("customer", adatum, phone_no="030 7")
    world.crm.edit("account", world.mapping().couplings.get(erp_id=adatum).crm_id, telephone1="030 8")
    shown = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()
    assert 'value="merge" checked' in shown
    assert "“030 7”" in shown
