"""Delete: what stands in the way, what goes with it, and that nothing is deleted by mistake."""

from __future__ import annotations

import datetime as dt
import html
import uuid
from typing import Any

from django.test import Client
from django.utils.html import strip_tags

from integration.business_central.models import (
    Contact,
    ContactBusinessRelation,
    Currency,
    CurrencyExchangeRate,
    Customer,
    Deleted,
    Salesperson,
)
from integration.models import TableMapping
from integration.models.stored.audit import AuditEntry
from tests.coupling.conftest import told
from tests.coupling.editing.pages import EditPage


def ask(client: Client, row: Any) -> EditPage:
    return EditPage(client, "record_delete", row.slug(), row.pk)


def shown(client: Client, row: Any) -> str:
    return html.unescape(client.get(f"/records/erp/{row.slug()}/{row.pk}/delete/").content.decode())


def test_a_customer_is_deleted_with_its_link_to_a_contact_and_leaves_a_trace(susan: Client, adatum: Customer) -> None:
    assert "1 Contact Business Relation: CUST C-ADATUM" in strip_tags(shown(susan, adatum))

    done = ask(susan, adatum).save()
    assert done.notices == ["Customer C-ADATUM Adatum is deleted."]
    assert done.answer.url == "/records/erp/customer/"
    assert not Customer.objects.exists()
    assert not ContactBusinessRelation.objects.exists()
    assert Contact.objects.filter(name="Adatum").exists()
    assert Deleted.objects.filter(table="customer", system_id=adatum.pk).exists()
    entry = AuditEntry.objects.get(kind="Customer")
    assert (entry.action, entry.subject, entry.before) == ("deleted", str(adatum.pk), {})


def test_what_refers_to_a_record_stands_in_the_way_and_is_linked(susan: Client, adatum: Customer) -> None:
    annette = Salesperson.objects.get()
    page = shown(susan, annette)

    assert "What stands in the way" in page
    assert f'1 Customer: <a href="/records/erp/customer/{adatum.pk}/">C-ADATUM Adatum</a>' in page
    assert "set Blocked" in page
    assert '<button class="btn btn-danger"' not in page
    susan.post(f"/records/erp/salesperson/{annette.pk}/delete/", {"version": annette.row_version})
    assert Salesperson.objects.exists()


def test_a_coupled_record_is_not_deleted_before_its_coupling(susan: Client, adatum: Customer) -> None:
    mapping = TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account")
    mapping.couplings.couple(adatum.pk, uuid.uuid4())

    assert "It is coupled (<a href=" in shown(susan, adatum)
    susan.post(f"/records/erp/customer/{adatum.pk}/delete/", {"version": adatum.row_version})
    assert Customer.objects.exists()


def test_rates_go_with_their_currency(susan: Client, euro: Currency) -> None:
    CurrencyExchangeRate.objects.create(currency_code=euro, starting_date=dt.date(2027, 1, 1))
    assert "1 Currency Exchange Rate: 2027-01-01" in strip_tags(shown(susan, euro))

    assert ask(susan, Currency.objects.get()).save().is_saved
    assert not CurrencyExchangeRate.objects.exists()


def test_a_record_that_changed_since_the_question_is_not_deleted(susan: Client, adatum: Customer) -> None:
    page = ask(susan, adatum)
    Customer.objects.update(city="Bristol")

    assert "Somebody changed this record since you asked to delete it." in page.save().text
    assert Customer.objects.exists()


def test_a_record_that_is_gone_already_counts_as_deleted(susan: Client, adatum: Customer) -> None:
    page = ask(susan, adatum)
    adatum.delete()

    assert told(page.save().answer) == ["The record is deleted already."]
