"""Two people at one conflict, or one whose page is older than the pair: nothing is decided over anybody's head."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test.client import Client
from django.urls import reverse

from coupling import commands
from coupling.commands import decide_conflicts
from coupling.commands.decide_conflicts import Decision, decide_all
from integration.models import AuditEntry, SyncJob
from integration.systems.errors import Unreachable
from integration.systems.values import Side
from tests.coupling.conftest import page, told
from tests.coupling.errors.clashing import both, clash, run_all
from tests.integration.jobs_world import JobsWorld, world
from tests.pages import form_on

__all__ = ["world"]

NAME, PHONE = "name:name", "phone_no:telephone1"
Fields = dict[str, Any]


def fields_of(client: Client, ours: uuid.UUID) -> Fields:
    """What the page of the conflict sends untouched."""
    address = reverse("conflict", args=["CUSTOMER", ours])
    return form_on(client, address, address)


def decide(client: Client, ours: uuid.UUID, form: Fields, side: str, *keys: str) -> HttpResponse:
    answers = {f"field:{key}": side for key in keys or (NAME, PHONE)}
    return client.post(reverse("conflict", args=["CUSTOMER", ours]), {**form, **answers})


def seen(form: Fields) -> tuple[str, str]:
    erp, crm = (form[name] for name in ("erp_version", "crm_version"))
    return (erp[0], crm[0]) if isinstance(erp, list) else (erp, crm)


def while_read(world: JobsWorld, what: Callable[[], Any]) -> None:
    """Somebody does this while both records are read for a decision."""
    get, done = world.crm.get, []

    def late(*args: Any) -> Any:
        if not done:
            done.append(True)
            what()
        return get(*args)

    world.crm.get = late


def nothing_is_decided(world: JobsWorld) -> bool:
    return not SyncJob.objects.filter(status="queued").exists() and not AuditEntry.objects.filter(action="decided")


def test_the_second_of_two_people_is_told_what_the_first_one_decided(world: JobsWorld, clerk: Client) -> None:
    ours, theirs = clash(world)
    first, second = fields_of(clerk, ours), fields_of(clerk, ours)
    decide(clerk, ours, first, "erp")
    answer = decide(clerk, ours, second, "crm")
    (words,) = told(answer)
    assert "Somebody else has decided this meanwhile" in words
    assert "name from Business Central" in words
    run_all()
    assert world.crm.values("account", theirs)["name"] == world.erp.values("customer", ours)["name"] == "Adatum AG"


def test_two_people_who_decide_alike_are_both_heard(world: JobsWorld, clerk: Client) -> None:
    ours, theirs = clash(world)
    first, second = fields_of(clerk, ours), fields_of(clerk, ours)
    for form in (first, second):
        assert decide(clerk, ours, form, "crm").status_code == 302
    run_all()
    assert world.erp.values("customer", ours)["name"] == world.crm.values("account", theirs)["name"] == "Adatum Ltd."


def test_whoever_saw_the_first_decision_may_change_it(world: JobsWorld, clerk: Client) -> None:
    ours, _ = clash(world)
    decide(clerk, ours, fields_of(clerk, ours), "erp")
    assert "being carried: " in page(clerk, "conflict", "CUSTOMER", ours)
    decide(clerk, ours, fields_of(clerk, ours), "crm")
    run_all()
    assert world.erp.values("customer", ours)["name"] == "Adatum Ltd."


def test_on_the_page_of_many_the_second_one_is_told_too(world: JobsWorld, clerk: Client) -> None:
    ours, _ = clash(world)
    address = reverse("conflicts")
    many = form_on(clerk, address, address)
    decide(clerk, ours, fields_of(clerk, ours), "erp")
    answer = clerk.post(address, {**many, "selected": many["shown"], "all": "crm"})
    assert "Somebody else has decided this meanwhile" in " ".join(told(answer))


def test_a_decided_conflict_is_shown_as_being_carried_until_its_run_ends(world: JobsWorld, clerk: Client) -> None:
    ours, _ = clash(world)
    assert "Compare and Decide" in page(clerk, "synch_errors")
    decide(clerk, ours, fields_of(clerk, ours), "erp")
    shown = page(clerk, "synch_errors")
    assert "Somebody has decided this conflict, and it is being carried." in shown
    assert "Compare and Decide" not in shown
    shown = page(clerk, "conflicts")
    assert "it is being carried: name from Business Central" in shown
    assert 'type="radio"' not in shown


def test_a_decision_that_could_not_be_carried_is_offered_again(world: JobsWorld, clerk: Client) -> None:
    ours, _ = clash(world)
    decide(clerk, ours, fields_of(clerk, ours), "erp")
    SyncJob.objects.filter(status="queued").update(status="canceled")
    assert "Compare and Decide" in page(clerk, "synch_errors")
    assert 'type="radio"' in page(clerk, "conflicts")


def test_a_pair_uncoupled_while_it_is_decided_stays_uncoupled(world: JobsWorld, clerk: Client) -> None:
    ours, _ = clash(world)
    versions = seen(fields_of(clerk, ours))
    while_read(world, lambda: world.mapping().couplings.uncouple([ours]))
    job, refused = decide_all(world.mapping(), [Decision(ours, {NAME: Side.ERP}, versions)], None)
    assert (job, refused) == (None, {ours: decide_conflicts.NOT_COUPLED})
    assert not world.mapping().couplings.filter(erp_id=ours).exists()
    assert nothing_is_decided(world)


def test_a_pair_coupled_anew_while_it_is_decided_stays_so(world: JobsWorld, clerk: Client) -> None:
    ours, theirs = clash(world)
    versions, other = seen(fields_of(clerk, ours)), world.add_account("Adatum Berlin")
    while_read(world, lambda: commands.couple(world.mapping(), ours, other, theirs))
    _, refused = decide_all(world.mapping(), [Decision(ours, {NAME: Side.ERP}, versions)], None)
    assert refused == {ours: decide_conflicts.ANOTHER}
    assert world.mapping().couplings.get(erp_id=ours).crm_id == other


@pytest.mark.parametrize("gone", list(Side))
def test_deciding_about_a_record_that_is_gone_leads_to_a_page_that_exists(
    world: JobsWorld, clerk: Client, gone: Side
) -> None:
    ours, theirs = clash(world)
    form = fields_of(clerk, ours)
    if gone is Side.ERP:
        world.erp.remove("customer", ours)
    else:
        world.crm.remove("account", theirs)
    answer = decide(clerk, ours, form, "crm")
    assert told(answer) == [decide_conflicts.GONE]
    assert clerk.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("key", ["nonsense", "", "!blocked"])
def test_a_field_that_nobody_maps_is_not_decided(world: JobsWorld, clerk: Client, key: str) -> None:
    ours, _ = clash(world)
    assert told(decide(clerk, ours, fields_of(clerk, ours), "erp", key)) == [decide_conflicts.NO_FIELD]
    assert nothing_is_decided(world)


def test_a_field_that_goes_one_way_by_now_is_not_decided(world: JobsWorld, clerk: Client) -> None:
    ours, _ = clash(world)
    form = fields_of(clerk, ours)
    world.mapping().fields.filter(erp_field="name").update(direction="to_crm")
    assert told(decide(clerk, ours, form, "crm")) == [decide_conflicts.ONE_WAY.format("name")]
    assert nothing_is_decided(world)
    both(world)


def test_a_decision_that_the_systems_do_not_answer_decides_nothing(world: JobsWorld, clerk: Client) -> None:
    ours, _ = clash(world)
    form = fields_of(clerk, ours)
    world.crm.fail_on("get", Unreachable("Nobody answers."))
    decide(clerk, ours, form, "crm")
    assert nothing_is_decided(world)
