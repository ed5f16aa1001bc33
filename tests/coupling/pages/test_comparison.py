"""The comparison of a coupled record: what differs, who changed it, what happens next; and a conflict decided there."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test.client import Client
from django.urls import reverse

from coupling.pages.comparison.compared import compared, pair_of
from coupling.pages.comparison.differences import Compared, Difference
from coupling.pages.comparison.judged import Next
from integration import jobs
from integration.models import SyncJob, TableMapping
from integration.sync.merging.merge import Merger
from integration.systems.errors import Unreachable
from integration.systems.values import Ref, Side
from tests.coupling.conftest import page, told
from tests.coupling.errors.clashing import both, clash, run_all
from tests.integration.jobs_world import JobsWorld, world
from tests.opened import opened

__all__ = ["world"]


def agreed(world: JobsWorld) -> tuple[uuid.UUID, uuid.UUID]:
    """Adatum, known to both sides, which agree in every field."""
    world.couple_jim()
    ours = world.add_customer("Adatum", phone_no="030 1")
    theirs = world.add_account("Adatum", telephone1="030 1", ownerid=Ref("systemuser", world.jim_user))
    world.mapping().couplings.couple(ours, theirs)
    both(world)
    return ours, theirs


def shown(ours: uuid.UUID) -> Compared:
    found = pair_of(Side.ERP, "customer", ours)
    assert found is not None
    with opened() as connected:
        return compared(connected, *found)


def only(result: Compared) -> Difference:
    (found,) = result.differences
    return found


def test_records_that_agree_fold_their_fields(world: JobsWorld, clerk: Client) -> None:
    ours, _ = agreed(world)
    result = shown(ours)
    assert not result.differences
    assert [one.label for one in result.alike] == ["name", "post_code", "phone_no", "salesperson_code"]
    text = page(clerk, "record_comparison", "erp", "customer", ours)
    assert "Both records agree" in text
    assert "4 fields agree" in text


def test_of_a_change_that_is_not_carried_it_is_said_that_the_next_run_does_nothing(
    world: JobsWorld, clerk: Client
) -> None:
    ours, _ = agreed(world)
    says = "What was changed since the last run is in no field that is carried."
    assert says not in page(clerk, "record_comparison", "erp", "customer", ours)
    world.erp.edit("customer", ours, city="Leeds")
    assert says in page(clerk, "record_comparison", "erp", "customer", ours)


def test_what_is_carried_only_once_agrees_until_somebody_changes_it(
    world: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, _ = agreed(world)
    monkeypatch.setattr(Merger, "judged", lambda self, look: {})
    assert not shown(ours).differences
    world.erp.edit("customer", ours, phone_no="030 2")
    assert only(shown(ours)).next is Next.STAYS


@pytest.mark.parametrize(
    ("side", "next", "says"),
    [
        (Side.ERP, Next.SENT, "The next synchronization sends one field to Dynamics 365 Sales."),
        (Side.CRM, Next.FETCHED, "The next synchronization fetches one field from Dynamics 365 Sales."),
    ],
)
def test_a_field_that_one_side_changed_says_who_and_where_it_goes(
    world: JobsWorld, side: Side, next: Next, says: str
) -> None:
    ours, theirs = agreed(world)
    if side is Side.ERP:
        world.erp.edit("customer", ours, phone_no="030 2")
    else:
        world.crm.edit("account", theirs, by=world.jim_user, telephone1="030 2")
    result = shown(ours)
    one = only(result)
    assert (one.next, list(one.changed), result.summary) == (next, [side], says)
    assert one.agreed is not None
    assert one.agreed.erp_text == "030 1"
    if side is Side.CRM:
        assert result.crm is not None
        assert result.crm.who == "Jim Olive"


def test_nothing_is_said_to_be_sent_of_a_record_outside_the_filter(world: JobsWorld, clerk: Client) -> None:
    ours, _ = agreed(world)
    TableMapping.objects.filter(name="CUSTOMER").update(erp_filter="blocked = ' '")
    world.erp.edit("customer", ours, blocked=3, phone_no="030 2")
    result = shown(ours)
    assert (only(result).next, result.summary) == (Next.STOPPED, "The next synchronization changes nothing here.")
    text = page(clerk, "record_comparison", "erp", "customer", ours)
    assert "the record is outside the filter of CUSTOMER: blocked is All, must be blank." in text
    assert "is sent" not in text


def test_what_the_other_side_changed_is_fetched_though_nothing_is_sent(world: JobsWorld) -> None:
    ours, theirs = agreed(world)
    TableMapping.objects.filter(name="CUSTOMER").update(erp_filter="blocked = ' '")
    world.erp.edit("customer", ours, blocked=3)
    world.crm.edit("account", theirs, telephone1="030 2")
    assert only(shown(ours)).next is Next.FETCHED


def test_what_a_run_wrote_says_when_it_was_agreed(world: JobsWorld) -> None:
    ours, _ = agreed(world)
    world.erp.edit("customer", ours, phone_no="030 2")
    both(world)
    world.erp.edit("customer", ours, phone_no="030 3")
    found = only(shown(ours)).agreed
    assert found is not None
    assert (found.erp_text, found.job) == ("030 2", SyncJob.objects.get(modified=1))


def test_a_reference_and_its_agreed_value_are_told_by_name(world: JobsWorld) -> None:
    ours, _ = agreed(world)
    ann = world.erp.add("salesperson", code="AN", name="Ann")
    world.erp.edit("customer", ours, salesperson_code=Ref("salesperson", ann, "AN"))
    one = only(shown(ours))
    assert one.next is Next.WAITS
    assert one.agreed is not None
    assert (one.erp_text, one.agreed.erp_text) == ("AN", "JO Jim Olive")


def test_a_conflict_stops_the_others_and_says_so(world: JobsWorld) -> None:
    ours, _ = clash(world)
    world.erp.edit("customer", ours, post_code="10999")
    result = shown(ours)
    going = {one.erp_label: one.next for one in result.differences}
    assert {going["name"], going["phone_no"]} == {Next.CONFLICT}
    assert going["post_code"] is Next.SENT
    assert len(result.conflicts) == 2
    assert "cannot decide 2 fields; once that is decided it" in result.summary


def test_where_nothing_counts_as_agreed_the_comparison_says_why(world: JobsWorld) -> None:
    ours, theirs = clash(world)
    assert {(one.agreed is None, one.why_none) for one in shown(ours).differences} == {(False, "")}
    world.mapping().fields.filter(erp_field="phone_no").update(revision=7)
    assert [one.why_none for one in shown(ours).differences] == ["", "not since this field was mapped anew"]
    world.mapping().couplings.couple(ours, theirs)
    assert {one.why_none for one in shown(ours).differences} == {"not since the two records were coupled"}


def decide(client: Client, ours: uuid.UUID, text: str, **sent: str) -> list[str]:
    """Press a button of the comparison as it was shown; answers what the person is told."""
    versions = {name: re.findall(f'name="{name}" value="([^"]*)"', text)[0] for name in ("erp_version", "crm_version")}
    keys = re.findall('name="conflicting" value="([^"]*)"', text)
    back = reverse("erp_card", args=["customer", ours])
    answer = client.post(
        reverse("conflict", args=["CUSTOMER", ours]), {**versions, "conflicting": keys, **sent, "back": back}
    )
    assert answer.url == back
    return told(answer)


def test_a_conflict_is_decided_on_the_card_field_by_field(world: JobsWorld, clerk: Client) -> None:
    ours, theirs = clash(world)
    text = page(clerk, "record_comparison", "erp", "customer", ours)
    assert text.count('type="radio"') == 4
    sent = {"field:name:name": "crm", "field:phone_no:telephone1": "erp"}
    assert "Watch the job" in decide(clerk, ours, text, **sent)[0]
    run_all()
    assert world.erp.values("customer", ours)["name"] == "Adatum Ltd."
    assert world.crm.values("account", theirs)["telephone1"] == "030 22"
    assert not shown(ours).conflicts


@pytest.mark.parametrize(("side", "name"), [("erp", "Adatum AG"), ("crm", "Adatum Ltd.")])
def test_one_side_is_chosen_for_all_conflicts(world: JobsWorld, clerk: Client, side: str, name: str) -> None:
    ours, theirs = clash(world)
    decide(clerk, ours, page(clerk, "record_comparison", "erp", "customer", ours), all=side)
    winner = {"erp": "Business Central", "crm": "Dynamics 365 Sales"}[side]
    assert {one.why_none for one in shown(ours).differences} == {
        f"decided: {winner}'s value stays, and no run has carried it yet"
    }
    run_all()
    assert world.erp.values("customer", ours)["name"] == world.crm.values("account", theirs)["name"] == name


def test_a_stale_decision_is_refused_in_words_and_nothing_chosen_too(world: JobsWorld, clerk: Client) -> None:
    ours, theirs = clash(world)
    text = page(clerk, "record_comparison", "erp", "customer", ours)
    assert decide(clerk, ours, text) == ["Choose a value for at least one field."]
    world.crm.edit("account", theirs, telephone1="030 44")
    assert "has changed since you looked" in decide(clerk, ours, text, all="erp")[-1]
    assert not SyncJob.objects.filter(status=SyncJob.Status.QUEUED).exists()


def test_who_may_only_look_sees_the_conflict_without_a_choice(world: JobsWorld, visitor: Client) -> None:
    ours, _ = clash(world)
    text = page(visitor, "record_comparison", "erp", "customer", ours)
    assert "Conflict: decide which value stays" in text
    assert 'type="radio"' not in text


def test_a_fragment_names_the_other_record_and_a_silent_sales_is_told_in_place(world: JobsWorld, clerk: Client) -> None:
    ours, _ = agreed(world)
    address = reverse("record_comparison", args=["erp", "customer", ours])
    text = clerk.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in text
    assert 'id="other-name" hx-swap-oob="true"' in text
    world.crm.fail_on("get", Unreachable("Nobody answers."), times=9)
    text = clerk.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Nobody answers." in text


def test_the_comparison_of_a_record_that_is_not_coupled_does_not_exist(world: JobsWorld, clerk: Client) -> None:
    ours = world.add_customer("Adatum")
    for id in (ours, "x" * 0 + "-" * 36):
        assert clerk.get(f"/records/erp/customer/{id}/comparison/").status_code == 404


def test_the_history_is_told_in_captions_and_words(world: JobsWorld, clerk: Client) -> None:
    ours, _ = agreed(world)
    world.erp.edit("customer", ours, phone_no="030 2")
    job = jobs.start(world.mapping(), "to_crm")
    jobs.run(job.pk)
    assert reverse("record_history", args=["erp", "customer", ours]) in page(clerk, "erp_card", "customer", ours)
    text = page(clerk, "record_history", "erp", "customer", ours)
    assert "<dt>telephone1</dt><dd><del>030 1</del> → <ins>030 2</ins>" in text
    assert "Modified in Dynamics 365 Sales" in text
    assert reverse("synch_job", args=[job.pk]) in text
