"""Match-based coupling: the criteria a person types, and whose values win."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from integration.models import Plan, SyncError, SyncJob
from integration.models.mapping.table_mapping import TableMapping
from integration.pages.runs.captions import Captions
from integration.systems.values import Ref
from tests.coupling.asking.matching import run_all, start
from tests.coupling.conftest import page, read, told
from tests.integration.jobs_world import JobsWorld, world
from tests.people import signed_in

__all__ = ["world"]


@pytest.fixture
def organizer(db: None) -> Client:
    """May couple, and change mappings."""
    return signed_in("annette", rights=("change_coupling", "change_tablemapping"))


# --- the criteria --------------------------------------------------------------------------------------------


def test_without_criteria_nothing_is_started_and_the_page_says_what_to_do(clerk: Client, mapping: TableMapping) -> None:
    answer = clerk.post(reverse("match_start", args=["CUSTOMER"]))
    assert "no matching criteria" in told(answer)[0]
    assert not SyncJob.objects.exists()


def test_nothing_left_of_the_chosen_ones_is_said(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.fields.filter(erp_field="name").update(match_priority=1)
    mapping.couplings.couple(adatum, adatum_account)
    assert read(start(clerk, adatum)) == ["Coupled already: C-ADATUM Adatum with Adatum."]


def test_criteria_that_are_typed_here_are_kept_and_used(organizer: Client, mapping: TableMapping) -> None:
    name, phone = (mapping.fields.get(erp_field=field) for field in ("name", "phone_no"))
    typed = {f"priority-{name.pk}": "2", f"priority-{phone.pk}": "1", f"case-{phone.pk}": "on"}
    start(organizer, **typed)
    criteria = [(one.erp_field, one.priority, one.case_sensitive) for one in mapping.criteria()]
    assert criteria == [("phone_no", 1, True), ("name", 2, False)]
    assert SyncJob.objects.get().kind == SyncJob.Kind.COUPLE


def test_the_fields_are_named_as_people_call_them(
    organizer: Client, mapping: TableMapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    captions = {"phone_no": "Phone No.", "telephone1": "Main Phone"}
    monkeypatch.setattr(Captions, "of_field", lambda self, mapping, side, name: captions.get(name, name))
    shown = page(organizer, "match", "CUSTOMER")
    assert '<td title="phone_no">Phone No.</td><td title="telephone1">Main Phone</td>' in shown
    assert "Priority of Phone No. – Main Phone" in shown


NONSENSE = (
    ("", "Give at least one pair"),
    ("-1", "greater than or equal to 0"),
    ("a", "Enter a whole number"),
    ("100", "less than or equal to 99"),
)


@pytest.mark.parametrize(("typed", "message"), NONSENSE)
def test_nonsense_as_a_priority_is_told_beside_the_field_and_starts_nothing(
    organizer: Client, mapping: TableMapping, typed: str, message: str
) -> None:
    name = mapping.fields.get(erp_field="name")
    shown = start(organizer, **{f"priority-{name.pk}": typed}).content.decode()
    assert message in shown
    assert not SyncJob.objects.exists()


def test_who_may_couple_but_not_change_mappings_uses_the_criteria_as_they_are(
    clerk: Client, mapping: TableMapping
) -> None:
    name, phone = (mapping.fields.get(erp_field=field) for field in ("name", "phone_no"))
    mapping.fields.filter(pk=name.pk).update(match_priority=1)
    assert f"priority-{name.pk}" not in page(clerk, "match", "CUSTOMER")
    start(clerk, **{f"priority-{phone.pk}": "1"})
    assert [one.erp_field for one in mapping.criteria()] == ["name"]


# --- who wins ------------------------------------------------------------------------------------------------


@pytest.fixture
def phones(world: JobsWorld) -> tuple:
    """Adatum on both sides, with two telephone numbers."""
    world.couple_jim()
    owner = Ref("systemuser", world.jim_user)
    adatum = world.add_customer("Adatum", phone_no="030 1")
    return adatum, world.add_account("Adatum", telephone1="030 2", ownerid=owner)


def both_phones(world: JobsWorld, pair: tuple) -> tuple[str, str]:
    ours, theirs = pair
    return world.erp.values("customer", ours)["phone_no"], world.crm.values("account", theirs)["telephone1"]


WINNERS = [("erp", ("030 1", "030 1")), ("crm", ("030 2", "030 2")), ("", ("030 1", "030 2"))]


@pytest.mark.parametrize(("winner", "expected"), WINNERS)
def test_whoever_couples_says_whose_values_win_and_else_nobody_s_do(
    world: JobsWorld, clerk: Client, phones: tuple[UUID, ...], winner: str, expected: tuple[str, ...]
) -> None:
    start(clerk, synchronize="yes", winner=winner)
    run_all()
    assert both_phones(world, phones) == expected
    assert SyncError.objects.filter(code="conflict", closed_at=None).count() == (0 if winner else 1)


def test_the_preview_counts_the_fields_that_would_change_on_each_side(
    world: JobsWorld, clerk: Client, phones: tuple[UUID, ...]
) -> None:
    found = clerk.get(reverse("match", args=["CUSTOMER"]), {"preview": "yes"}).context["preview"].differences
    assert (found.pairs, found.contested, found.to_crm, found.to_erp) == (1, 1, 0, 0)
    shown = page(clerk, "match", "CUSTOMER", preview="yes")
    assert "Fields that would change" in shown


def test_the_winner_that_was_chosen_is_still_chosen_beside_the_preview(
    world: JobsWorld, clerk: Client, phones: tuple[UUID, ...]
) -> None:
    answer = start(clerk, preview="yes", winner="crm")
    assert 'id="winner-crm" value="crm" checked' in clerk.get(answer.url).content.decode()


def test_a_winner_that_does_not_exist_starts_nothing(world: JobsWorld, clerk: Client, phones: tuple[UUID, ...]) -> None:
    assert told(start(clerk, winner="everybody")) == ["This page is incomplete. Load it again."]
    assert not SyncJob.objects.exists()


@pytest.mark.parametrize("chosen", [True, False])
def test_the_dry_run_beside_it_shows_what_coupling_with_this_winner_would_write(
    world: JobsWorld, clerk: Client, phones: tuple[UUID, ...], chosen: bool
) -> None:
    start(clerk, *(phones[:1] if chosen else ()), dry_run="yes", synchronize="yes", winner="crm")
    run_all()
    plan = Plan.objects.get()
    told = [(one.action, one.direction) for one in plan.changes.all()]
    assert told == [("couple", "both"), ("update", "to_erp")]
    assert ["phone_no", "030 1", "030 2"] in plan.changes.get(action="update").fields
    assert both_phones(world, phones) == ("030 1", "030 2")
    assert not world.mapping().couplings.exists()
