"""Coupled Data Synchronization Errors: what the page says, who may use it, and how a record is tried again."""

from __future__ import annotations

import uuid

import pytest
from django.test.client import Client
from django.urls import reverse

from integration.models import PendingPost, SyncError, SyncJob, TableMapping
from integration.pages import rows
from integration.systems.errors import Unreachable
from tests.coupling.conftest import page, told
from tests.coupling.errors.skipped import account_of, press, run_all, skip, still_skipped
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


# --- the list ------------------------------------------------------------------------------------------------


@pytest.mark.scenario(
    "CRMSynchSkippedRecords.T130_SkippedRecsListOpenFromCRMConnectionSetup",
    "CRMSynchSkippedRecords.T135_DrillDownOnDescriptionOpensCardPage",
    "CRMSynchSkippedRecords.T131_ShowSynchLogOpensLogForCurrentRec",
)
def test_each_line_names_both_records_the_error_and_when_the_last_first_and_leads_to_all_of_them(
    world: JobsWorld, clerk: Client
) -> None:
    adatum, fabrikam = skip(world, "Adatum", "Fabrikam")
    latest = SyncError.objects.open().get(erp_id=fabrikam)
    SyncError.objects.filter(erp_id=adatum).update(created_at="2026-01-01T08:00Z")
    shown = page(clerk, "synch_skipped")
    assert shown.index(">Fabrikam</a>") < shown.index(">Adatum</a>")
    assert reverse("erp_card", args=["customer", fabrikam]) in shown
    assert reverse("crm_card", args=["account", account_of(world, fabrikam)]) in shown
    assert "The account is under review." in shown
    assert reverse("synch_job", args=[latest.job_id]) in shown


def test_the_list_is_narrowed_by_mapping_and_by_a_part_of_the_error(world: JobsWorld, clerk: Client) -> None:
    skip(world, "Adatum", "Fabrikam")
    assert ">Adatum</a>" in page(clerk, "synch_skipped", mapping="CUSTOMER", q="under review")
    assert ">Adatum</a>" not in page(clerk, "synch_skipped", mapping="CONTACT")
    assert ">Adatum</a>" not in page(clerk, "synch_skipped", q="no such words")
    assert ">Adatum</a>" in page(clerk, "synch_skipped", q="adatum")


def test_what_the_filter_shows_on_all_pages_is_asked_about_and_tried_again(
    world: JobsWorld, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS", 1)
    contoso, *_ = skip(world, "Contoso", "Fabrikam North", "Fabrikam South")
    assert "Select all 2 that the filter shows" in page(clerk, "synch_skipped", q="fabrikam")
    every = {"every": "yes", "back": f"{reverse('synch_skipped')}?q=fabrikam"}

    asked = press(clerk, "uncouple", **every).content.decode()
    press(clerk, "retry", **every)

    assert asked.count('name="selected"') == 2
    assert "2 chosen records" in asked
    assert still_skipped(world) == {contoso}


@pytest.mark.scenario("CRMSynchSkippedRecords.T137_ErrorIsBlankIfJobEntryDoesNotExist")
def test_a_line_whose_job_is_no_longer_in_the_log_has_no_error_and_is_there(world: JobsWorld, clerk: Client) -> None:
    skip(world, "Adatum")
    SyncJob.objects.all().delete()
    shown = page(clerk, "synch_skipped")
    assert ">Adatum</a>" in shown
    assert "under review" not in shown


def test_the_list_says_what_is_known_while_sales_does_not_answer(world: JobsWorld, clerk: Client) -> None:
    skip(world, "Adatum")
    world.crm.fail_on("describe", Unreachable("The line is dead."), times=9)
    shown = page(clerk, "synch_skipped")
    assert "Nobody knows what exists on both sides: The line is dead." in shown
    assert "under review" in shown


@pytest.mark.scenario("CRMSynchSkippedRecords.T191_UpdateSourceTableRemovesNotExistingCouplings")
def test_a_pair_that_was_coupled_anew_is_no_longer_in_the_list(world: JobsWorld, clerk: Client) -> None:
    adatum, fabrikam = skip(world, "Adatum", "Fabrikam")
    world.mapping().couplings.couple(adatum, world.add_account("Adatum Ltd."))
    shown = page(clerk, "synch_skipped")
    assert ">Adatum</a>" not in shown
    assert ">Fabrikam</a>" in shown
    assert still_skipped(world) == {fabrikam}


def test_many_lines_come_in_pages_and_each_is_asked_for_in_one_request_a_side(
    world: JobsWorld, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integration.pages.rows.ROWS", 2)
    skip(world, "Adatum", "Fabrikam", "Litware")
    before = world.crm.calls["get"]
    first = page(clerk, "synch_skipped")
    assert world.crm.calls["get"] - before == 1
    query = first.split('rel="next" href="?')[1].split('"')[0]
    second = clerk.get(f"{reverse('synch_skipped')}?{query.replace('&amp;', '&')}").content.decode()
    assert first.count('name="selected"') == 2
    assert second.count('name="selected"') == 1
    assert "1–2 of 3" in first
    assert "3–3 of 3" in second


# --- retry and synchronize -----------------------------------------------------------------------------------


@pytest.mark.scenario("CRMSynchSkippedRecords.T110_RestoreOfOneSkippedRecRemovesSkippedMarker")
def test_retrying_one_takes_only_that_one_out_of_the_list(world: JobsWorld, clerk: Client) -> None:
    adatum, fabrikam = skip(world, "Adatum", "Fabrikam")
    assert told(press(clerk, "retry", adatum)) == ["1 record is being tried again."]
    assert still_skipped(world) == {fabrikam}


@pytest.mark.scenario("CRMSynchSkippedRecords.T115_RestoredRecIsNotSkippedIfSynchSuccessful")
def test_a_retried_record_whose_cause_is_gone_is_synchronized_and_its_error_closes(
    world: JobsWorld, clerk: Client
) -> None:
    (adatum,) = skip(world, "Adatum")
    press(clerk, "retry", adatum)
    *_, to_crm, _ = run_all()
    assert to_crm.modified == 1
    assert not still_skipped(world)
    assert not SyncError.objects.open().exists()


def test_retrying_adatum_leaves_the_edit_of_fabrikam_for_the_next_run(world: JobsWorld, clerk: Client) -> None:
    (adatum,) = skip(world, "Adatum")
    fabrikam, theirs = world.add_customer("Fabrikam", phone_no="0300 1"), world.add_account("Fabrikam", telephone1="")
    world.mapping().couplings.couple(fabrikam, theirs)
    press(clerk, "retry", adatum)
    run_all()
    assert not still_skipped(world)
    assert world.crm.values("account", theirs)["telephone1"] == ""


def test_retry_all_tries_every_skipped_record_of_every_mapping(world: JobsWorld, clerk: Client) -> None:
    skip(world, "Adatum", "Fabrikam")
    assert told(press(clerk, "retry-all")) == ["2 records are being tried again."]
    assert not still_skipped(world)


@pytest.mark.scenario("CRMSynchSkippedRecords.T121_SynchronizeOfBidirectionalTableRequestsDirection")
def test_synchronizing_a_two_way_pair_asks_which_values_stay_and_leaves_the_other_skipped(
    world: JobsWorld, clerk: Client
) -> None:
    adatum, fabrikam = skip(world, "Adatum", "Fabrikam")
    asked = press(clerk, "synchronize", adatum).content.decode()
    assert "Send and Get overwrite what the other side holds." in asked
    assert still_skipped(world) == {adatum, fabrikam}
    press(clerk, "synchronize", adatum, way="send")
    run_all()
    phone = world.erp.values("customer", adatum)["phone_no"]
    assert world.crm.values("account", account_of(world, adatum))["telephone1"] == phone
    assert still_skipped(world) == {fabrikam}


# --- who may, and nonsense -----------------------------------------------------------------------------------

ACTIONS = ("retry", "retry-all", "find-deleted", "synchronize", "restore", "delete", "uncouple")


def test_who_may_only_look_changes_nothing(world: JobsWorld, visitor: Client) -> None:
    (adatum,) = skip(world, "Adatum")
    assert visitor.get(reverse("synch_skipped")).status_code == 200
    answers = [press(visitor, action, adatum, confirmed="yes", way="send") for action in ACTIONS]
    assert {answer.status_code for answer in answers} == {403}
    assert still_skipped(world) == {adatum}


def test_nothing_or_nonsense_chosen_is_said(world: JobsWorld, clerk: Client) -> None:
    for action in ("retry", "synchronize", "restore", "delete", "uncouple"):
        for selected in ([], ["one"], ["9" * 20], ["123456"]):
            answer = clerk.post(reverse("skipped_action", args=[action]), {"selected": selected, "confirmed": "yes"})
            assert told(answer)[-1:] == ["Choose at least one record that is still skipped."]


def test_a_link_changes_nothing_and_an_action_nobody_knows_is_not_found(world: JobsWorld, clerk: Client) -> None:
    assert clerk.get(reverse("skipped_action", args=["retry-all"])).status_code == 405
    assert press(clerk, "explode").status_code == 404
    assert clerk.get(reverse("synch_skipped"), {"after": "-1"}).status_code == 200


def test_posts_that_sales_refused_twice_are_shown_and_tried_again(world: JobsWorld, clerk: Client) -> None:
    orders = TableMapping.objects.create(
        name="SALESORDER-ORDER", erp_table="sales_header", crm_table="salesorder", direction="to_crm"
    )
    post = PendingPost.objects.create(
        order_id=uuid.uuid4(), text="Order 1: <b>", message="The feed is off.", code="refused", tries=2, skipped=True
    )
    shown = clerk.get("/synch/skipped/").content.decode()
    assert "Order 1: &lt;b&gt;" in shown
    assert "The feed is off." in shown
    skipped = [cue.number for cue in clerk.get("/").context["cues"] if cue.label == "Records skipped"]
    assert skipped == [1]
    press(clerk, "retry-posts")
    post.refresh_from_db()
    assert (post.skipped, post.code) == (False, "")
    assert SyncJob.objects.get().kind == SyncJob.Kind.POSTS
    assert SyncJob.objects.get().mapping == orders
    assert "Posts on Timelines" not in clerk.get("/synch/skipped/").content.decode()


def test_the_word_skipped_on_a_card_leads_to_this_record_alone(world: JobsWorld, clerk: Client) -> None:
    adatum, _ = skip(world, "Adatum", "Litware")
    address = f"{reverse('synch_skipped')}?record={adatum}"
    assert f'href="{address}"' in page(clerk, "erp_card", "customer", adatum)
    shown = clerk.get(address).content.decode()
    assert "Adatum</a>" in shown
    assert "Litware</a>" not in shown
    assert "Only: one record" in shown
