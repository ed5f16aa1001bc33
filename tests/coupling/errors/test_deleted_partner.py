"""Where it is said that a coupled record was deleted, there are the three ways on: restore it, delete the other record,
too, or delete the coupling."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from integration.models import SyncError, TableMapping
from tests.coupling.conftest import page, press, told
from tests.coupling.errors import errors
from tests.coupling.errors.clashing import both, run_all
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]

WAYS = ("Restore", "Delete the Other Record", "Delete Coupling")


@pytest.fixture
def trey(world: JobsWorld) -> uuid.UUID:
    """Trey Research, a customer whose account was deleted in Sales; a run has met it once."""
    world.couple_jim()
    customer, account = world.add_customer("Trey Research"), world.add_account("Trey Research")
    world.mapping().couplings.couple(customer, account)
    both(world)
    world.crm.remove("account", account)
    both(world)
    return customer


def error() -> SyncError:
    return SyncError.objects.open().get()


def buttons(shown: str, action: str) -> int:
    return shown.count(f'action="{reverse("errors_action", args=[action])}"')


@pytest.mark.parametrize("place", ["card", "inbox", "home"])
def test_the_ways_stand_where_it_is_said(place: str, world: JobsWorld, trey: uuid.UUID, clerk: Client) -> None:
    shown = {
        "card": lambda: page(clerk, "erp_card", "customer", trey),
        "inbox": lambda: page(clerk, "synch_errors"),
        "home": lambda: page(clerk, "home"),
    }[place]()
    assert all(buttons(shown, action) for action in ("restore", "delete", "uncouple"))
    assert f'value="{error().pk}"' in shown


def test_who_may_only_look_is_offered_none_and_restores_nothing(
    world: JobsWorld, trey: uuid.UUID, visitor: Client
) -> None:
    assert not buttons(page(visitor, "erp_card", "customer", trey), "restore")
    for action in ("restore", "delete"):
        assert errors.press(visitor, action, error(), confirmed="yes").status_code == 403


def test_restore_makes_the_account_of_trey_research_anew_and_the_error_ends(
    world: JobsWorld, trey: uuid.UUID, clerk: Client
) -> None:
    clerk.post(reverse("errors_action", args=["restore"]), {"only": error().pk})
    run_all()
    assert world.names(world.crm.side, "account") == ["Trey Research"]
    assert not SyncError.objects.open().exists()


def test_deleting_the_other_record_asks_first_and_ends_coupling_and_error(
    world: JobsWorld, trey: uuid.UUID, clerk: Client
) -> None:
    asked = errors.press(clerk, "delete", error()).content.decode()
    assert "will be deleted, too, for good" in asked
    assert trey in world.erp.ids("customer")
    errors.press(clerk, "delete", error(), confirmed="yes")
    run_all()
    assert trey not in world.erp.ids("customer")
    assert not world.mapping().couplings.exists()
    assert not SyncError.objects.open().exists()


def test_it_is_no_conflict_to_decide_and_no_value_to_send(world: JobsWorld, trey: uuid.UUID, clerk: Client) -> None:
    cure = "Restore it, delete the other one, too, or delete the coupling."
    for action in ("decide", "send", "get", "merge"):
        said = told(errors.press(clerk, action, error()))[-1]
        assert "Trey Research" in said
        assert cure in said
    assert not world.crm.ids("account")


def test_synchronize_now_says_what_is_the_matter_and_leads_to_the_three_ways(
    world: JobsWorld, trey: uuid.UUID, clerk: Client
) -> None:
    account = world.mapping().couplings.get().crm_id
    asked = press(clerk, "erp", "customer", "synchronize", trey).content.decode()
    assert "one of both records was deleted" in asked
    assert all(f">{way}</button>" in asked for way in WAYS)
    for wrong in ("Which values are to stay?", "No field changes", "suggested", str(account)):
        assert wrong not in asked


@pytest.mark.parametrize(("action", "left"), [("restore", ["Trey Research"]), ("delete", [])])
def test_the_ways_of_synchronize_now_do_what_they_say(
    action: str, left: list[str], world: JobsWorld, trey: uuid.UUID, clerk: Client
) -> None:
    press(clerk, "erp", "customer", action, trey, confirmed="yes")
    run_all()
    assert world.names(world.crm.side, "account") == left
    assert world.names(world.erp.side, "customer") == left


def test_deleting_the_other_record_from_synchronize_now_asks_first(
    world: JobsWorld, trey: uuid.UUID, clerk: Client
) -> None:
    asked = press(clerk, "erp", "customer", "delete", trey).content.decode()
    assert "Trey Research" in asked
    assert 'name="confirmed" value="yes"' in asked
    assert trey in world.erp.ids("customer")


def test_a_rule_of_the_mapping_for_deletions_still_decides_by_itself(
    world: JobsWorld, trey: uuid.UUID, clerk: Client
) -> None:
    TableMapping.objects.filter(name="CUSTOMER").update(deletion="restore")
    asked = press(clerk, "erp", "customer", "synchronize", trey).content.decode()
    assert "Which values are to stay?" in asked
