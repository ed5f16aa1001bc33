"""The log of a run, and what undoing it comes to, call records as they were called then, and link none that is gone."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from integration.business_central.models import Contact, Customer
from integration.jobs.undo import start
from integration.models import SyncJob, TableMapping
from integration.pages.runs.job import job_page
from integration.pages.runs.job_rows import shown
from integration.pages.runs.rows import Row
from integration.pages.runs.tabs import Asked
from integration.pages.runs.titles import title
from integration.sync.rules import Direction
from integration.sync.run import Scope
from integration.systems.values import Ref
from integration.systems.values import Row as Written
from tests.integration.flows.organization import Organization, organization
from tests.integration.jobs.undo.undoing import carry, undone
from tests.people import ADMINISTRATOR, client_of, made

__all__ = ["organization"]


@pytest.fixture
def run(organization: Organization) -> SyncJob:
    """It made Nora Adams and Nigel Dawson of Adatum in Business Central; Nora became the primary contact of Adatum."""
    adatum = Customer.objects.get(no="ADATUM")
    Customer.objects.filter(pk=adatum.pk).update(primary_contact_no=None)
    account = Ref("account", organization.partner("CUSTOMER", adatum.pk))
    assert organization.people.update("account", [Written(account.id, {"primarycontactid": None})])[0].ok
    names = (("Nora", "Adams"), ("Nigel", "Dawson"))
    ids = [organization.insert("contact", firstname=a, lastname=b, parentcustomerid=account) for a, b in names]
    job = carry("CONTACT", Direction.TO_ERP, create=True, scope=Scope.IDS, ids=tuple(ids))
    assert job.inserted == 2
    return job


def called(name: str) -> str:
    """Number and name of a contact as Business Central has it now."""
    return " ".join(Contact.objects.values_list("no", "name").get(name=name))


def rows(job: SyncJob, tab: str) -> dict[str, Row]:
    job.refresh_from_db()
    return {row.name: row for row in shown(job_page(job).passes, Asked(tab)).rows}


def test_what_was_made_again_under_another_number_changes_no_older_log(run: SyncJob) -> None:
    then, nora = called("Nigel Dawson"), called("Nora Adams")
    undoing = undone(run, removes=True)
    mapping = TableMapping.objects.get(name="CONTACT")
    assert mapping.couplings.retry([row.erp_id for row in mapping.couplings.all() if row.is_undone]) == 1
    again = carry("CONTACT", Direction.TO_ERP, scope=Scope.OPEN)

    assert called("Nigel Dawson") != then
    assert {name: bool(row.erp_id) for name, row in rows(run, "inserted").items()} == {nora: True, then: False}
    ((name, deleted),) = rows(undoing, "deleted").items()
    assert (name, deleted.erp_id, bool(deleted.in_sales)) == (then, None, True)
    assert {name: bool(row.erp_id) for name, row in rows(again, "inserted").items()} == {called("Nigel Dawson"): True}


def test_a_record_that_was_renamed_since_keeps_its_name_in_the_log_and_in_the_title_of_its_run(run: SyncJob) -> None:
    then = called("Nigel Dawson")
    Contact.objects.filter(name="Nigel Dawson").update(name="Nigel Dawson-Hill")
    assert then in rows(run, "inserted")
    assert then in title(run).subject


def test_a_firm_that_was_written_along_is_named_counted_apart_and_not_put_back(run: SyncJob) -> None:
    preview = start.preview(run, removes=True)
    assert preview.of_what == "2 that the run made, 1 that it wrote along with them, which stay as they are"
    firm = " ".join(Customer.objects.values_list("no", "name").get(no="ADATUM"))
    assert {one.shown_name: one.reason for one in preview.planned}[firm].startswith("It was written along")
    assert rows(run, "modified")[firm].erp_table == "customer"

    left = rows(undone(run, removes=True), "left-out")
    assert (left[firm].erp_id, left[firm].crm_id) == (None, None)


def test_a_record_that_is_gone_is_named_and_not_linked_before_it_is_undone(run: SyncJob) -> None:
    then, nigel = called("Nigel Dawson"), Contact.objects.get(name="Nigel Dawson")
    nigel.delete()
    page: Any = client_of(made("ann", ADMINISTRATOR)).get(reverse("synch_job_undo", args=[run.pk])).content.decode()
    assert then in page
    assert "Deleted record" not in page
    assert card(nigel.pk) not in page
    assert rows(undone(run), "left-out")[then].erp_id is None


def card(id: uuid.UUID) -> str:
    return f"/records/erp/contact/{id}/"


def test_an_undoing_is_titled_as_one(run: SyncJob) -> None:
    assert title(undone(run)).about == "Undo of CONTACT"


def test_the_number_that_stays_in_sales_is_named_before_its_record_here_is_deleted(run: SyncJob) -> None:
    client = client_of(made("ann", ADMINISTRATOR))
    shown = client.get(reverse("synch_job_undo", args=[run.pk]), {"removes": "yes"}).content.decode()
    stays = "Sales keeps its record of each one that is deleted in Business Central, and in it the number that it got"
    assert f"{stays} (Business Central No.)." in shown
