"""The conflict pages choose between the fields that the card says are carried, and propose what the card foresees."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace

import pytest
from django.test.client import Client
from django.urls import reverse

from coupling.pages.comparison.compared import compared, pair_of
from coupling.pages.comparison.judged import Next
from integration.models import FieldTransformation, SyncError
from integration.systems.values import Ref, Side
from tests.coupling.conftest import page, told
from tests.coupling.errors.clashing import both, run_all
from tests.integration.jobs_world import JobsWorld, world
from tests.opened import opened
from tests.pages import form_on

__all__ = ["world"]

NAME, CODE, PHONE, OWNER = (
    "name:name",
    "post_code:address1_postalcode",
    "phone_no:telephone1",
    "salesperson_code:ownerid",
)
Pair = tuple[uuid.UUID, uuid.UUID]


def coupled(world: JobsWorld, ours: dict[str, object], theirs: dict[str, object]) -> Pair:
    """Adatum of Jim Olive on both sides, with these values besides."""
    world.couple_jim()
    owned = {"ownerid": Ref("systemuser", world.jim_user), **theirs}
    pair = world.add_customer("Adatum", **ours), world.add_account("Adatum", **owned)
    world.mapping().couplings.couple(*pair)
    return pair


def with_clashing_names(world: JobsWorld, pair: Pair) -> None:
    """The name changes on both sides, and the runs meet it."""
    world.erp.edit("customer", pair[0], name="Adatum AG")
    world.crm.edit("account", pair[1], name="Adatum Ltd.")
    both(world)
    assert SyncError.objects.open().filter(code="conflict").exists()


def on_card(ours: uuid.UUID) -> dict[str, Next]:
    """What the card foresees of each field that differs."""
    found = pair_of(Side.ERP, "customer", ours)
    assert found is not None
    with opened() as connected:
        return {one.key: one.next for one in compared(connected, *found).differences}


def to_choose(client: Client, ours: uuid.UUID) -> dict[str, str]:
    """The fields that both conflict pages list, with the side that is chosen already."""
    alone = re.findall(
        r'name="field:([^"]+)" id="[^"]+" value="(\w+)"( checked)?', page(client, "conflict", "CUSTOMER", ours)
    )
    among = re.findall(r'name="field-\d+-([^"]+)" id="[^"]+" value="(\w+)"( checked)?', page(client, "conflicts"))
    assert alone == among
    listed = dict.fromkeys((key for key, _, _ in alone), "")
    return listed | {key: side for key, side, checked in alone if checked}


def let_sales_win(client: Client, ours: uuid.UUID) -> None:
    """“Dynamics 365 Sales for the Rest of the Selected”, and the runs behind it."""
    address = reverse("conflicts")
    error = SyncError.objects.open().get(erp_id=ours, code="conflict")
    client.post(address, {**form_on(client, address, address), "selected": [error.pk], "all": "crm"})
    run_all()


def test_what_stays_apart_by_the_card_is_not_to_be_chosen_and_no_side_wins_it(world: JobsWorld, clerk: Client) -> None:
    ours, theirs = coupled(world, {"post_code": "10115"}, {"address1_postalcode": "10115"})
    both(world)
    couplings = world.mapping().couplings
    pair = couplings.pairs(Side.ERP, [ours])[ours]
    world.crm.edit("account", theirs, address1_postalcode="D-10115")
    couplings.remember([replace(pair, agreed={**pair.agreed, CODE: ("10115", "D-10115")})])
    with_clashing_names(world, (ours, theirs))

    assert on_card(ours) == {NAME: Next.CONFLICT, CODE: Next.STAYS}
    assert to_choose(clerk, ours) == {NAME: ""}
    let_sales_win(clerk, ours)
    assert world.erp.values("customer", ours)["name"] == "Adatum Ltd."
    assert world.erp.values("customer", ours)["post_code"] == "10115"


def test_a_value_that_only_one_side_has_is_chosen_already_and_a_blank_does_not_win_with_its_side(
    world: JobsWorld, clerk: Client
) -> None:
    ours, theirs = coupled(world, {"phone_no": "030 1"}, {"telephone1": None})
    with_clashing_names(world, (ours, theirs))

    assert on_card(ours) == {NAME: Next.CONFLICT, PHONE: Next.SENT}
    assert to_choose(clerk, ours) == {NAME: "", PHONE: "erp"}
    let_sales_win(clerk, ours)
    assert world.erp.values("customer", ours)["name"] == "Adatum Ltd."
    assert world.erp.values("customer", ours)["phone_no"] == "030 1"
    assert world.crm.values("account", theirs)["telephone1"] == "030 1"


@pytest.mark.parametrize(("side", "foreseen"), [("erp", Next.SENT), ("crm", Next.FETCHED)])
def test_what_one_side_alone_has_changed_is_chosen_already(
    world: JobsWorld, clerk: Client, side: str, foreseen: Next
) -> None:
    ours, theirs = coupled(world, {"phone_no": "030 1"}, {"telephone1": "030 1"})
    both(world)
    if side == "erp":
        world.erp.edit("customer", ours, phone_no="030 2")
    else:
        world.crm.edit("account", theirs, telephone1="030 2")
    with_clashing_names(world, (ours, theirs))

    assert on_card(ours) == {NAME: Next.CONFLICT, PHONE: foreseen}
    assert to_choose(clerk, ours) == {NAME: "", PHONE: side}
    let_sales_win(clerk, ours)
    assert world.erp.values("customer", ours)["phone_no"] == "030 2"
    assert world.crm.values("account", theirs)["telephone1"] == "030 2"


def test_what_is_chosen_at_the_beginning_is_no_answer_of_a_person(world: JobsWorld, clerk: Client) -> None:
    ours, theirs = coupled(world, {"phone_no": "030 1"}, {"telephone1": "030 1"})
    both(world)
    world.erp.edit("customer", ours, phone_no="030 2")
    with_clashing_names(world, (ours, theirs))
    address, error = reverse("conflicts"), SyncError.objects.open().get(code="conflict").pk
    untouched = form_on(clerk, address, address)

    assert told(clerk.post(address, untouched)) == ["Nothing was chosen, so nothing was decided."]
    clerk.get("/")
    said = told(clerk.post(address, {**untouched, f"field-{error}-{PHONE}": "crm"}))
    assert [one for one in said if "Choose a value for every field" in one] == said[-1:]


def test_what_is_the_same_by_the_way_back_is_not_to_be_chosen(world: JobsWorld, clerk: Client) -> None:
    field = world.mapping().fields.get(erp_field="phone_no")
    FieldTransformation.objects.create(field=field, kind="uppercase", direction="to_erp")
    ours, theirs = coupled(world, {"phone_no": "0800 CRONUS"}, {"telephone1": "0800 Cronus"})
    with_clashing_names(world, (ours, theirs))

    assert on_card(ours) == {NAME: Next.CONFLICT}
    assert to_choose(clerk, ours) == {NAME: ""}


def test_a_conflict_about_a_value_that_has_no_partner_there_can_be_decided(world: JobsWorld, clerk: Client) -> None:
    world.mapping().fields.filter(erp_field="salesperson_code").update(direction="both", clear_on_failed=True)
    helen_user = world.crm.add("systemuser", fullname="Helen Ray", isdisabled=False)
    helen = world.erp.add("salesperson", code="HR", name="Helen Ray")
    world.mapping("SALESPEOPLE").couplings.couple(helen, helen_user)
    ours, theirs = coupled(world, {}, {})
    both(world)
    lina = world.erp.add("salesperson", code="LT", name="Lina Townsend")
    world.erp.edit("customer", ours, salesperson_code=Ref("salesperson", lina))
    world.crm.edit("account", theirs, ownerid=Ref("systemuser", helen_user))
    both(world)

    assert on_card(ours) == {OWNER: Next.CONFLICT}
    assert to_choose(clerk, ours) == {OWNER: ""}
    let_sales_win(clerk, ours)
    assert on_card(ours) == {}
    held = world.erp.values("customer", ours)["salesperson_code"]
    assert isinstance(held, Ref)
    assert held.id == helen
