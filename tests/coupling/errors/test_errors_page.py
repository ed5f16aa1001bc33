"""Integration Synch. Errors: what the list tells, how it is narrowed, and what its buttons do."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.test.client import Client
from django.urls import reverse

from integration import jobs
from integration.models import SyncError, SyncJob
from integration.sync.problems import NumberConflict, waiting_for
from integration.sync.rules import Direction
from integration.sync.run import Failure, Options
from tests.coupling.conftest import page, told
from tests.coupling.errors.errors import left, log, pairs, press, run_all
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


# --- the list ------------------------------------------------------------------------------------------------


def test_errors_are_counted_by_what_they_mean_and_say_what_to_do(world: JobsWorld, clerk: Client) -> None:
    _, ids, job = pairs("ITEM-PRODUCT", ("item", "product"))
    log(job, ids[0], code="twin-gone", label="1000 Bicycle")
    log(job, ids[1], code="twin-gone", label="1001 Touring Bicycle")
    log(job, ids[2], code="conflict", label="1100 Front Wheel")
    shown = page(clerk, "synch_errors")
    assert "The coupled record was deleted</a> <b>2</b>" in shown
    assert "Both records differ in the same field</a> <b>1</b>" in shown
    narrowed = page(clerk, "synch_errors", code="twin-gone")
    assert "Front Wheel" not in narrowed
    assert "Restore it, delete the other one, too, or delete the coupling." in narrowed


def test_errors_are_narrowed_by_mapping_direction_text_and_state(world: JobsWorld, clerk: Client) -> None:
    _, ids, job = pairs("ITEM-PRODUCT", ("item", "product"))
    log(job, ids[0], label="1000 Bicycle", message="The price is negative.")
    assert "1000 Bicycle" in page(clerk, "synch_errors", mapping="ITEM-PRODUCT", direction="to_crm", q="PRICE")
    for query in ({"mapping": "CUSTOMER"}, {"direction": "to_erp"}, {"q": "weight"}, {"state": "closed"}):
        assert "1000 Bicycle" not in page(clerk, "synch_errors", **query)
    SyncError.objects.close(job.mapping, Direction.TO_CRM, ids)
    assert "1000 Bicycle" not in page(clerk, "synch_errors")
    assert "1000 Bicycle" in page(clerk, "synch_errors", state="all")


def test_the_spreadsheet_holds_what_the_filters_let_through_and_no_formula(world: JobsWorld, clerk: Client) -> None:
    _, ids, job = pairs("ITEM-PRODUCT", ("item", "product"))
    log(job, ids[0], label="=HYPERLINK(1)", code="conflict")
    log(job, ids[1], label="1001 Touring Bicycle", code="refused")
    answer = clerk.get(reverse("synch_errors"), {"format": "csv", "code": "conflict"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row[3] for row in rows] == ["Record", "'=HYPERLINK(1)"]


def test_a_waiting_record_links_to_the_one_it_waits_for(world: JobsWorld, clerk: Client) -> None:
    world.add_customer("Adatum")
    jobs.run(jobs.start(world.mapping(), "to_crm", options=Options(create=True)).pk)
    error = SyncError.objects.open().get(code="reference-not-coupled")
    assert error.waits_for == ("salesperson", str(world.jim))
    assert reverse("erp_card", args=["salesperson", world.jim]) in page(clerk, "synch_errors")


# --- what is done about them ---------------------------------------------------------------------------------


@pytest.mark.scenario("CDSUncoupling.IntegrationSynchJobErrorsUncoupleSingleInForeground")
def test_the_coupling_of_a_currency_with_an_error_is_deleted_at_once(world: JobsWorld, clerk: Client) -> None:
    mapping, ids, job = pairs("CURRENCY", ("currency", "transactioncurrency"))
    errors = [log(job, id) for id in ids]
    assert left(mapping) == set(ids)
    press(clerk, "uncouple", errors[1])
    assert left(mapping) == set(ids)
    press(clerk, "uncouple", errors[1], confirmed="yes")
    assert left(mapping) == {ids[0], ids[2]}
    assert not SyncJob.objects.active().exists()


def test_a_coupling_made_after_the_errors_were_shown_is_not_deleted_for_the_error_of_the_old_one(
    world: JobsWorld, clerk: Client
) -> None:
    mapping, ids, job = pairs("CURRENCY", ("currency", "transactioncurrency"))
    errors = [log(job, id, mapping.couplings.get(erp_id=id).crm_id, label="EUR") for id in ids]
    mapping.couplings.couple(ids[1], uuid.uuid4())
    answer = press(clerk, "uncouple", *errors[:2], confirmed="yes")
    assert left(mapping) == set(ids[1:])
    assert "Not known here any more and left out: 1 record (EUR)." in told(answer)


@pytest.mark.scenario("CDSUncoupling.IntegrationSynchJobErrorsUncoupleSingleInBackground")
def test_the_coupling_of_an_item_with_an_error_is_deleted_by_one_job(world: JobsWorld, clerk: Client) -> None:
    mapping, ids, job = pairs("ITEM-PRODUCT", ("item", "product"))
    errors = [log(job, id) for id in ids]
    press(clerk, "uncouple", errors[1], confirmed="yes")
    (done,) = run_all()
    assert done.uncoupled == 1
    assert left(mapping) == {ids[0], ids[2]}


@pytest.mark.scenario("CDSUncoupling.IntegrationSynchJobErrorsUncoupleMultiple")
def test_several_errors_about_one_record_uncouple_it_once_and_each_mapping_has_one_job(
    world: JobsWorld, clerk: Client
) -> None:
    customers, firm_ids, firm_job = pairs("CUSTOMER", ("customer", "account"))
    items, item_ids, item_job = pairs("ITEM-PRODUCT", ("item", "product"))
    people, people_ids, people_job = pairs("SALESPEOPLE", ("salesperson", "systemuser"))
    chosen = []
    for job, ids in ((firm_job, firm_ids[:2]), (item_job, item_ids[:2]), (people_job, people_ids[:2])):
        for id in ids:
            chosen += [log(job, id, code="refused"), log(job, id, code="locked")]
    press(clerk, "uncouple", *chosen, confirmed="yes")
    assert {(job.mapping.name, job.uncoupled) for job in run_all()} == {("CUSTOMER", 2), ("ITEM-PRODUCT", 2)}
    assert [left(customers), left(items), left(people)] == [{firm_ids[2]}, {item_ids[2]}, {people_ids[2]}]


def test_retrying_an_error_of_a_record_that_was_never_coupled_creates_it_once_the_cause_is_gone(
    world: JobsWorld, clerk: Client
) -> None:
    world.add_customer("Adatum")
    jobs.run(jobs.start(world.mapping(), "to_crm", options=Options(create=True)).pk)
    error = SyncError.objects.open().get()
    world.couple_jim()
    assert told(press(clerk, "retry", error)) == ["1 record is being tried again: Adatum."]
    run_all()
    assert len(world.crm.ids("account")) == 1
    assert not SyncError.objects.open().exists()


def test_errors_about_uncoupled_records_cannot_be_sent_or_got_and_say_so(world: JobsWorld, clerk: Client) -> None:
    world.add_customer("Adatum")
    jobs.run(jobs.start(world.mapping(), "to_crm", options=Options(create=True)).pk)
    assert told(press(clerk, "send", SyncError.objects.open().get())) == ["None of these is coupled."]


def test_an_error_whose_record_nobody_knows_any_more_is_said(world: JobsWorld, clerk: Client) -> None:
    _, _, job = pairs("ITEM-PRODUCT", ("item", "product"))
    assert told(press(clerk, "retry", log(job, uuid.uuid4()))) == [
        "Choose at least one record that is still known here."
    ]


def test_who_may_only_look_sees_the_errors_and_changes_nothing(world: JobsWorld, visitor: Client) -> None:
    mapping, ids, job = pairs("ITEM-PRODUCT", ("item", "product"))
    error = log(job, ids[0], label="1000 Bicycle")
    assert "1000 Bicycle" in page(visitor, "synch_errors")
    for action in ("retry", "send", "get", "merge", "uncouple"):
        assert press(visitor, action, error, confirmed="yes").status_code == 403
    assert left(mapping) == set(ids)


def test_an_action_nobody_knows_is_not_found_and_a_link_does_nothing(world: JobsWorld, clerk: Client) -> None:
    assert press(clerk, "explode").status_code == 404
    assert clerk.get(reverse("errors_action", args=["retry"])).status_code == 405


# --- a number that another record has ------------------------------------------------------------------------


def test_the_account_that_has_the_number_already_can_be_coupled_with_from_the_error(
    world: JobsWorld, clerk: Client
) -> None:
    adatum, account = world.add_customer("Adatum"), world.add_account("Adatum")
    job = SyncJob.objects.create(mapping=world.mapping(), direction="to_crm")
    taken = NumberConflict("Account", "10000", "Adatum", "account", account)
    failure = Failure(Direction.TO_CRM, adatum, None, taken.code, str(taken), waiting_for=waiting_for(taken))
    SyncError.objects.log(job, [failure])
    text = page(clerk, "synch_errors")
    link = f"{reverse('coupling', args=['CUSTOMER', adatum])}?crm_id={account}"
    assert f'<a href="{link}">Couple with It</a>' in text
    assert "Waits for this record" not in text
    dialog = clerk.get(link).content.decode()
    assert f'value="{account}"' in dialog
