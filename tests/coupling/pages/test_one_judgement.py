"""Set Up Coupling, the card and the next run judge two records alike; a blank that stands for the default agrees."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.client import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coupling.pages.comparison.compared import compared, pair_of
from coupling.pages.dialog import Dialog, Looked, dialog
from integration import jobs
from integration.sync.run import Options
from integration.systems.values import Ref, Side
from tests.coupling.conftest import page
from tests.coupling.errors.clashing import both
from tests.integration.jobs_world import JobsWorld, world
from tests.opened import opened

__all__ = ["world"]


def asked(world: JobsWorld, ours: uuid.UUID, theirs: uuid.UUID) -> Dialog:
    shown = dialog(world.mapping(), ours, Looked(chosen=theirs))
    assert shown is not None
    return shown


def differing_on_card(ours: uuid.UUID) -> list[str]:
    found = pair_of(Side.ERP, "customer", ours)
    assert found is not None
    with opened() as connected:
        return [one.erp_label for one in compared(connected, *found).differences]


def not_sent_blank(world: JobsWorld) -> None:
    """A customer without a salesperson leaves the owner of its account alone, as the standard mapping has it."""
    world.couple_jim()
    world.crm.add("systemuser", world.crm.user_id, fullname="BC Integration", isdisabled=False)
    world.mapping().fields.filter(erp_field="salesperson_code").update(not_null=True)


def customer_of_nobody(world: JobsWorld, owner: uuid.UUID | None) -> tuple[uuid.UUID, uuid.UUID]:
    not_sent_blank(world)
    ours = world.add_customer("Adatum")
    world.erp.edit("customer", ours, salesperson_code=None)
    held = {"ownerid": Ref("systemuser", owner, "BC Integration")} if owner else {}
    return ours, world.add_account("Adatum", **held)


@pytest.mark.parametrize("owner", ["ours", "jim", "nobody"])
def test_the_dialog_and_the_card_count_the_same_differences(world: JobsWorld, owner: str) -> None:
    owners = {"ours": world.crm.user_id, "jim": world.jim_user, "nobody": None}
    ours, theirs = customer_of_nobody(world, owners[owner])
    world.erp.edit("customer", ours, phone_no="030 1")
    before = [one.erp_label for one in asked(world, ours, theirs).differing]
    world.mapping().couplings.couple(ours, theirs)

    assert differing_on_card(ours) == before == (["phone_no", "salesperson_code"] if owner == "jim" else ["phone_no"])
    assert [one.erp_label for one in asked(world, ours, theirs).differing] == before


def test_a_customer_without_a_salesperson_agrees_with_an_account_that_is_ours(world: JobsWorld, clerk: Client) -> None:
    ours, theirs = customer_of_nobody(world, world.crm.user_id)
    world.mapping().couplings.couple(ours, theirs)
    both(world)

    card = page(clerk, "record_comparison", "erp", "customer", ours)
    assert "Both records agree" in card
    assert "Blank in Business Central, which stands for this." in card
    assert "Both records agree" in page(clerk, "coupling", "CUSTOMER", ours)
    assert ">Coupled<" in clerk.get(reverse("erp_list", args=["customer"])).content.decode()


def test_an_account_keeps_agreeing_with_the_owner_it_got_when_it_was_made(world: JobsWorld) -> None:
    not_sent_blank(world)
    jim = {"statecode": 0, "ownerid": Ref("systemuser", world.jim_user)}
    world.crm.plug_ins["account"] = lambda values: {**jim, **values} if "name" in values else values
    ours = world.add_customer("Adatum")
    world.erp.edit("customer", ours, salesperson_code=None)
    jobs.run(jobs.start(world.mapping(), "to_crm", options=Options(create=True)).pk)
    both(world)

    assert differing_on_card(ours) == []


def test_what_sales_makes_of_a_number_that_we_wrote_is_no_change_since_both_agreed(
    world: JobsWorld, clerk: Client
) -> None:
    world.couple_jim()
    world.crm.plug_ins["account"] = lambda values: (
        {**values, "telephone1": "+49 30 1"} if values.get("telephone1") else values
    )
    ours = world.add_customer("Adatum", phone_no="030 1")
    jobs.run(jobs.start(world.mapping(), "to_crm", options=Options(create=True)).pk)
    card = page(clerk, "record_comparison", "erp", "customer", ours)
    assert "+49 30 1" in card
    assert "changed since" not in card


def test_what_stays_apart_proposes_no_synchronization(world: JobsWorld) -> None:
    ours, theirs = customer_of_nobody(world, world.jim_user)
    proposal = asked(world, ours, theirs).after.proposal

    assert (proposal.way, proposal.reason) == ("", "What differs stays as it is on each side.")


def test_a_preview_of_many_pairs_asks_no_more_often_than_one_of_a_single_pair(world: JobsWorld, clerk: Client) -> None:
    def asked_for(*names: str) -> int:
        for name in names:
            world.add_customer(name, phone_no="030 1")
            world.add_account(name, telephone1="030 2", ownerid=Ref("systemuser", world.jim_user))
        page(clerk, "match", "CUSTOMER", preview="yes")
        with CaptureQueriesContext(connection) as queries:
            assert "phone_no" in page(clerk, "match", "CUSTOMER", preview="yes").partition("to be coupled")[2]
        return len(queries)

    world.couple_jim()
    of_one = asked_for("Adatum")
    assert asked_for("Fabrikam", "Litware", "Relecloud") == of_one
