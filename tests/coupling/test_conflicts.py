"""A conflict is shown with both values of each field, and decided field by field or for many at once."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace

import pytest
from django.http import HttpResponse
from django.test.client import Client
from django.urls import reverse

from integration.models import SyncError, SyncJob
from integration.sync.memory.halves import partnerless
from integration.sync.memory.ledger import InFlight
from integration.systems.values import Side
from tests.coupling.conftest import page, told
from tests.coupling.errors.clashing import both, clash, run_all
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


def decide(client: Client, erp_id: uuid.UUID, shown: str, **chosen: str) -> HttpResponse:
    fields = {f"field:{key.replace('__', ':')}": side for key, side in chosen.items()}
    versions = {
        name: shown.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("erp_version", "crm_version")
    }
    return client.post(reverse("conflict", args=["CUSTOMER", erp_id]), {**versions, **fields})


def test_both_values_of_each_field_that_differs_are_shown(world: JobsWorld, clerk: Client) -> None:
    ours, _ = clash(world)
    shown = page(clerk, "conflict", "CUSTOMER", ours)
    for text in ("Adatum AG", "Adatum Ltd.", "030 22", "030 33"):
        assert text in shown
    assert shown.count('type="radio"') == 4


def test_each_field_takes_the_value_that_was_chosen_and_the_error_closes(world: JobsWorld, clerk: Client) -> None:
    ours, theirs = clash(world)
    shown = page(clerk, "conflict", "CUSTOMER", ours)
    decide(clerk, ours, shown, name__name="crm", phone_no__telephone1="erp")
    run_all()
    assert world.erp.values("customer", ours)["name"] == "Adatum Ltd."
    assert world.crm.values("account", theirs)["name"] == "Adatum Ltd."
    assert world.erp.values("customer", ours)["phone_no"] == "030 22"
    assert world.crm.values("account", theirs)["telephone1"] == "030 22"
    assert not SyncError.objects.open().exists()


def test_a_blank_value_wins_where_a_person_wants_it(world: JobsWorld, clerk: Client) -> None:
    ours, theirs = clash(world)
    world.crm.edit("account", theirs, telephone1="")
    shown = page(clerk, "conflict", "CUSTOMER", ours)
    decide(clerk, ours, shown, name__name="erp", phone_no__telephone1="crm")
    run_all()
    assert not world.erp.values("customer", ours)["phone_no"]


def test_what_a_person_decides_stands_above_what_a_run_that_died_had_begun_to_write(
    world: JobsWorld, clerk: Client
) -> None:
    ours, theirs = clash(world)
    pair = world.mapping().couplings.get().pair
    begun = InFlight(Side.CRM, {"phone_no:telephone1": ("030 33", "!030 33")})
    world.mapping().couplings.remember([replace(pair, in_flight=begun)])
    shown = page(clerk, "conflict", "CUSTOMER", ours)
    decide(clerk, ours, shown, name__name="crm", phone_no__telephone1="crm")
    run_all()
    assert world.erp.values("customer", ours)["phone_no"] == "030 33"
    assert world.crm.values("account", theirs)["telephone1"] == "030 33"


def test_a_decision_about_records_that_have_changed_since_is_refused(world: JobsWorld, clerk: Client) -> None:
    ours, theirs = clash(world)
    shown = page(clerk, "conflict", "CUSTOMER", ours)
    world.crm.edit("account", theirs, telephone1="030 44")
    answer = decide(clerk, ours, shown, name__name="erp", phone_no__telephone1="erp")
    assert "has changed since you looked" in told(answer)[0]
    assert not SyncJob.objects.filter(status=SyncJob.Status.QUEUED).exists()


def test_the_side_that_alone_has_changed_a_field_is_proposed(world: JobsWorld, clerk: Client) -> None:
    ours, _ = clash(world)
    world.erp.edit("customer", ours, post_code="10115")
    shown = page(clerk, "conflict", "CUSTOMER", ours)
    assert shown.count("– changed since both last agreed") == 1


def test_a_value_that_had_no_partner_and_has_one_by_now_is_proposed(world: JobsWorld, clerk: Client) -> None:
    ours, _ = clash(world)
    couplings = world.mapping().couplings
    pair = couplings.pairs(Side.ERP, [ours])[ours]
    halves = {"name:name": (partnerless("Adatum AG"), "Adatum Ltd.")}
    couplings.remember([replace(pair, agreed={**pair.agreed, **halves})])
    shown = page(clerk, "conflict", "CUSTOMER", ours)
    assert shown.count('value="erp" checked') == 1
    assert "changed since" not in shown


def test_records_that_never_agreed_are_not_said_to_have_changed(world: JobsWorld, clerk: Client) -> None:
    world.couple_jim()
    ours, theirs = world.add_customer("Adatum", phone_no="030 1"), world.add_account("Adatum", telephone1="030 2")
    world.mapping().couplings.couple(ours, theirs)
    both(world)

    message = SyncError.objects.open().filter(code="conflict").values_list("message", flat=True)[0]
    assert message.startswith("Both records differ and have never agreed: phone_no is “030 1” in Business Central")
    for shown in (page(clerk, "conflict", "CUSTOMER", ours), page(clerk, "conflicts")):
        assert "030 2" in shown
        assert not re.search("changed (here|since)|were changed", shown.partition("<main")[2])
    assert "changed since" not in page(clerk, "record_comparison", "erp", "customer", ours)


def test_what_somebody_has_decided_is_no_change_since_both_agreed(world: JobsWorld, clerk: Client) -> None:
    ours, _ = clash(world)
    shown = page(clerk, "conflict", "CUSTOMER", ours)
    decide(clerk, ours, shown, name__name="erp", phone_no__telephone1="erp")

    assert "changed since" not in page(clerk, "conflict", "CUSTOMER", ours)
    assert "changed since" not in page(clerk, "record_comparison", "erp", "customer", ours)


def test_several_conflicts_are_decided_for_one_side_at_once(world: JobsWorld, clerk: Client) -> None:
    ours, _ = clash(world)
    error = SyncError.objects.open().filter(code="conflict").first()
    clerk.post(reverse("errors_action", args=["get"]), {"selected": [error.pk]})
    run_all()
    assert world.erp.values("customer", ours)["name"] == "Adatum Ltd."
    assert not SyncError.objects.open().exists()


def test_equal_records_have_nothing_to_decide_and_unknown_ones_no_page(world: JobsWorld, clerk: Client) -> None:
    world.couple_jim()
    ours, theirs = world.add_customer("Litware"), world.add_account("Litware")
    world.mapping().couplings.couple(ours, theirs)
    assert "Nothing is to be decided" in page(clerk, "conflict", "CUSTOMER", ours)
    assert clerk.get(reverse("conflict", args=["CUSTOMER", uuid.uuid4()])).status_code == 404


def test_who_may_only_look_decides_nothing(world: JobsWorld, visitor: Client) -> None:
    ours, _ = clash(world)
    assert visitor.get(reverse("conflict", args=["CUSTOMER", ours])).status_code == 403
    assert visitor.post(reverse("conflict", args=["CUSTOMER", ours])).status_code == 403


@pytest.mark.parametrize("side", ["", "both", "erp'"])
def test_a_side_that_does_not_exist_decides_nothing(world: JobsWorld, clerk: Client, side: str) -> None:
    ours, theirs = clash(world)
    shown = page(clerk, "conflict", "CUSTOMER", ours)
    decide(clerk, ours, shown, name__name=side, phone_no__telephone1=side)
    run_all()
    assert world.erp.values("customer", ours)["name"] == "Adatum AG"
    assert world.crm.values("account", theirs)["name"] == "Adatum Ltd."
