"""Skipped Records calls a record coupled only where it is: the other id of a pair may be set aside and nothing more."""

from __future__ import annotations

import uuid

import pytest
from django.test.client import Client
from django.urls import reverse

from coupling.models import Coupling
from coupling.pages.skipped import left_out, look_up
from integration import jobs
from integration.jobs.undo import start
from integration.models import SyncJob
from integration.sync.run import Options
from integration.systems.errors import Refused
from integration.templatetags.runs import began
from tests.coupling.conftest import page
from tests.coupling.errors.skipped import account_of, skip
from tests.integration.jobs.undo.phones import ran
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


def nigel(world: JobsWorld) -> tuple[SyncJob, uuid.UUID]:
    """A run that made Nigel of Sales a contact of Business Central and was undone, which deleted him there."""
    theirs = world.crm.add("contact", firstname="Nigel", lastname="Osborne", fullname="Nigel Osborne")
    made = ran(jobs.start(world.mapping("CONTACT"), "to_erp", options=Options(create=True)))
    assert made.inserted == 1
    assert ran(start.undo(made, None, removes=True)).deleted == 1
    return made, theirs


def test_a_record_that_is_only_set_aside_for_its_partner_is_coupled_to_nothing(world: JobsWorld, clerk: Client) -> None:
    made, theirs = nigel(world)
    rows = list(left_out())
    assert not look_up(rows)
    (line,) = [row.line for row in rows]
    assert (line.label, line.coupled_to.text, line.erp.answer, line.crm.answer) == ("Nigel Osborne", "", "No", "Yes")
    shown = page(clerk, "synch_skipped", state="undone")
    assert shown.count(f'href="{reverse("crm_card", args=["contact", theirs])}"') == 1
    assert f"the run {began(made)} that had made it was undone" in shown


def test_a_coupled_record_that_is_skipped_names_its_partner(world: JobsWorld, clerk: Client) -> None:
    (adatum,) = skip(world, "Adatum")
    assert reverse("crm_card", args=["account", account_of(world, adatum)]) in page(clerk, "synch_skipped")


def test_a_record_of_sales_that_was_never_made_here_is_coupled_to_nothing(world: JobsWorld, clerk: Client) -> None:
    theirs = world.crm.add("contact", firstname="Nigel", lastname="Osborne", fullname="Nigel Osborne")
    for _ in range(2):
        world.erp.fail_on("insert", Refused("No numbers are left."))
        ran(jobs.start(world.mapping("CONTACT"), "to_erp", options=Options(create=True)))
    assert Coupling.objects.get(crm_id=theirs).skipped
    assert page(clerk, "synch_skipped").count(f'href="{reverse("crm_card", args=["contact", theirs])}"') == 1


@pytest.mark.parametrize("query", [{}, {"state": "undone"}])
def test_each_column_says_which_side_it_speaks_of(world: JobsWorld, clerk: Client, query: dict[str, str]) -> None:
    skip(world, "Adatum")
    nigel(world)
    shown = page(clerk, "synch_skipped", **query)
    assert "Exists in BC" in shown
    assert "Exists in Sales" in shown
    assert ">Exists<" not in shown
