"""Two people, or a person and a run, at one record."""

from __future__ import annotations

import datetime as dt
import html
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from integration.business_central.models import Customer
from integration.business_central.store import EmbeddedCompany
from integration.models import RecordChange, SyncJob, TableMapping
from integration.sync.rules import Direction
from tests.coupling.editing.pages import EditPage, edit


def problems(page: EditPage) -> str:
    return html.unescape(page.text)


def test_the_second_is_told_who_changed_the_field_and_keeps_what_was_typed(
    susan: Client, bert: Client, adatum: Customer
) -> None:
    hers = edit(susan, adatum)
    edit(bert, adatum).type(phone_no="2222").save()
    refused = hers.type(phone_no="3333", city="Bristol").save()

    at = f"{timezone.localtime():%H:}"
    assert f"Bert Admin changed Phone No. at {at}" in problems(refused)
    assert "to “2222”. What you typed is still here: save again to overwrite" in problems(refused)
    assert 'value="3333"' in refused.text
    assert 'value="Bristol"' in refused.text
    assert Customer.objects.get().phone_no == "2222"


def test_saving_again_overwrites(susan: Client, bert: Client, adatum: Customer) -> None:
    hers = edit(susan, adatum)
    edit(bert, adatum).type(phone_no="2222").save()

    assert hers.type(phone_no="3333").save().again().save().is_saved
    assert Customer.objects.get().phone_no == "3333"


@pytest.mark.parametrize("button", ["one", "all"])
def test_taking_theirs_keeps_what_else_was_typed(susan: Client, bert: Client, adatum: Customer, button: str) -> None:
    hers = edit(susan, adatum)
    edit(bert, adatum).type(phone_no="2222", name="Adatum Corporation").save()
    refused = hers.type(phone_no="3333", name="Adatum AG", city="Bristol").save().again()
    taken = refused.save(take="phone_no" if button == "one" else "name,phone_no")

    assert 'value="2222"' in taken.text
    assert taken.again().save().is_saved
    adatum.refresh_from_db()
    assert (adatum.phone_no, adatum.city) == ("2222", "Bristol")
    assert adatum.name == ("Adatum AG" if button == "one" else "Adatum Corporation")


def test_a_field_that_nobody_typed_shows_what_is_stored_now(susan: Client, bert: Client, adatum: Customer) -> None:
    hers = edit(susan, adatum)
    edit(bert, adatum).type(phone_no="2222").save()
    refused = hers.type(city="Bristol").save()

    assert 'value="2222"' in refused.text
    assert "It stands here now. Save again." in problems(refused)
    assert refused.again().save().is_saved
    adatum.refresh_from_db()
    assert (adatum.phone_no, adatum.city) == ("2222", "Bristol")


def test_two_who_typed_the_same_do_not_quarrel(susan: Client, bert: Client, adatum: Customer) -> None:
    hers = edit(susan, adatum).type(phone_no="2222")
    edit(bert, adatum).type(phone_no="2222").save()

    assert hers.save().is_saved


def test_a_page_that_is_sent_twice_is_saved_once(susan: Client, adatum: Customer) -> None:
    page = edit(susan, adatum).type(phone_no="2222")

    assert page.save().is_saved
    version = Customer.objects.get().row_version
    assert page.save().notices[-1] == "Nothing was changed in C-ADATUM Adatum."
    assert Customer.objects.get().row_version == version


def test_who_is_overtaken_by_a_moment_is_told_as_well(susan: Client, adatum: Customer) -> None:
    page = edit(susan, adatum).type(phone_no="3333")
    write = EmbeddedCompany.update

    def overtaken(system: EmbeddedCompany, table: str, rows: object) -> object:
        Customer.objects.filter(phone_no="1111").update(phone_no="2222")
        return write(system, table, rows)  # type: ignore[arg-type]

    with patch.object(EmbeddedCompany, "update", overtaken):
        refused = page.save()

    assert "Somebody changed Phone No. to “2222”." in problems(refused)
    assert Customer.objects.get().phone_no == "2222"


def test_a_run_that_changed_the_field_is_named(susan: Client, adatum: Customer) -> None:
    mapping = TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account")
    job = SyncJob.objects.create(mapping=mapping, direction=Direction.TO_ERP)
    hers = edit(susan, adatum)
    Customer.objects.update(phone_no="2222")
    RecordChange.objects.create(
        job=job, erp_id=adatum.pk, crm_id=adatum.pk, action="modified", side="erp",
        fields=[("phone_no", "1111", "2222")], created_at=timezone.now() + dt.timedelta(seconds=1),
    )  # fmt: skip

    assert "Synchronization changed Phone No. at" in problems(hers.type(phone_no="3333").save())


def test_a_record_that_was_deleted_meanwhile_can_be_made_anew_with_what_was_typed(
    susan: Client, adatum: Customer
) -> None:
    hers = edit(susan, adatum).type(phone_no="3333")
    adatum.delete()
    refused = hers.save()

    assert "Somebody deleted this record while you had it open." in problems(refused)
    assert "Create It Anew" in refused.text
    anew = refused.again()
    anew.address = "/records/erp/customer/new/"
    assert anew.save().is_saved
    made = Customer.objects.get()
    assert (made.no, made.phone_no, made.name) == ("C-ADATUM", "3333", "Adatum")


def test_a_page_whose_stamp_is_not_ours_is_refused(susan: Client, adatum: Customer) -> None:
    refused = edit(susan, adatum).type(seen="forged", phone_no="2222").save()

    assert "This page is incomplete. Load it again." in problems(refused)
    assert Customer.objects.get().phone_no == "1111"
