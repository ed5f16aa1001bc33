"""Sales & Receivables Setup, General Ledger Setup and VAT Posting Setup."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from coupling.models import Coupling
from integration.business_central.models import (
    GeneralLedgerSetup,
    GLAccount,
    Item,
    NoSeriesLine,
    SalesReceivablesSetup,
    VatBusinessPostingGroup,
    VatPostingSetup,
    VatProductPostingGroup,
)
from integration.models import AuditEntry, TableMapping
from integration.sync.memory.ledger import State
from tests.business_central.posting.books import invoiced
from tests.integration.bookkeeping.pressed import look, press, text_of
from tests.pages import Forms, seen_on
from tests.people import ADMINISTRATOR, BOOKKEEPER, INTEGRATOR, VIEWER, signed_in


@pytest.fixture
def paul() -> Client:
    return signed_in("paul", ADMINISTRATOR)


def untouched(client: Client, name: str, first: str = "") -> dict[str, list[str]]:
    """What the first form of the page that holds this input sends as it is."""
    address = reverse(name)
    forms = Forms(address)
    forms.feed(client.get(address).content.decode())
    return next(form.values for form in forms.found if "seen" in form.values and (not first or first in form.values))


def save(client: Client, name: str, first: str = "", **changed: str) -> str:
    sent = {**untouched(client, name, first), **changed}
    return text_of(client.post(reverse(name), sent, follow=True))


# --- sales & receivables -------------------------------------------------------------------------------------------


def test_the_setup_is_saved_and_what_changed_is_in_the_audit_log(paul: Client) -> None:
    freight = GLAccount.objects.get(no="6810")
    NoSeriesLine.open_line("S-ORD")

    said = save(paul, "sales_setup", freight_g_l_account_no=str(freight.pk), ext_doc_no_mandatory="on")

    assert "Saved." in said
    setup = SalesReceivablesSetup.current()
    assert (setup.freight_g_l_account_no, setup.ext_doc_no_mandatory, setup.archive_quotes) == (freight, True, True)
    entry = AuditEntry.objects.get(kind="Sales & Receivables Setup")
    assert entry.changes == [
        ("Ext. Doc. No. Mandatory", "no", "yes"), ("Freight G/L Acc. No.", "", "6810 Freight"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        ("DESK", "0", "Item DESK is stocked. Choose an item of type Service or Non-Inventory."),
        ("CRANE", "0", "There is no item CRANE. Choose one that exists."),
        ("DESK", "1", "There is no resource DESK. Choose one that exists."),
        ("GONE", "0", "Item GONE is blocked."),
    ],
)
def test_a_product_that_cannot_stand_for_others_is_refused(paul: Client, number: str, kind: str, words: str) -> None:
    Item.objects.create(no="GONE", type=Item.Type.SERVICE, blocked=True)

    assert words in save(paul, "sales_setup", write_in_product_no=number, write_in_product_type=kind)
    assert SalesReceivablesSetup.current().write_in_product_no == ""


def test_the_write_in_product_must_not_be_coupled(paul: Client) -> None:
    service = Item.objects.create(no="VARIOUS", description="Various", type=Item.Type.SERVICE)
    mapping = TableMapping.objects.create(name="ITEM-PRODUCT", erp_table="item", crm_table="product")
    pair = Coupling.objects.create(mapping=mapping, erp_id=service.pk, crm_id=uuid.uuid4(), state=State.COUPLED)

    assert "Item VARIOUS is coupled with a product." in save(paul, "sales_setup", write_in_product_no="various")
    pair.delete()
    assert "Saved." in save(paul, "sales_setup", write_in_product_no="various")
    assert SalesReceivablesSetup.current().write_in_product_no == "VARIOUS"


def test_a_resource_may_be_the_write_in_product(paul: Client) -> None:
    assert "Saved." in save(paul, "sales_setup", write_in_product_no="FITTER", write_in_product_type="1")


def resting(mapping: TableMapping, code: str) -> Coupling:
    ids = {"erp_id": uuid.uuid4(), "crm_id": uuid.uuid4()}
    return Coupling.objects.create(
        mapping=mapping, state=State.RESERVED, to_erp_result="skipped", to_erp_code=code, **ids
    )


def test_orders_that_failed_for_want_of_setup_are_tried_again(paul: Client) -> None:
    orders = TableMapping.objects.create(name="SALESORDER-ORDER", erp_table="sales_header", crm_table="salesorder")
    kept = [resting(orders, code) for code in ("write-in-missing", "vat-setup-missing", "no-customer")]

    def states() -> list[str]:
        for one in kept:
            one.refresh_from_db()
        return [one.to_erp_result for one in kept]

    said = save(paul, "sales_setup", write_in_product_no="FITTER", write_in_product_type="1")
    assert "Saved. 1 document of Sales that failed for want of it is tried again with the next run." in said
    assert states() == ["failure", "skipped", "skipped"]
    assert "tried again" not in save(paul, "sales_setup")
    assert "tried again" in save(paul, "vat_setup", "rate-TOTAL_FORMS", **{"rate-0-vat_percent": "7"})
    assert states() == ["failure", "failure", "skipped"]


def test_two_people_do_not_overwrite_each_other_s_setup(paul: Client) -> None:
    seen = untouched(paul, "sales_setup")
    save(signed_in("peter", ADMINISTRATOR), "sales_setup", archive_orders="on")

    answer = paul.post(reverse("sales_setup"), {**seen, "prevent_negative_inventory": "on"})

    assert "Changed meanwhile: Archive Orders: “no” → “yes”." in text_of(answer)
    assert SalesReceivablesSetup.current().prevent_negative_inventory is False


# --- general ledger ------------------------------------------------------------------------------------------------


def test_a_period_that_is_closed_on_the_page_takes_no_payment(paul: Client) -> None:
    made = invoiced()
    assert "Saved." in save(paul, "ledger_setup", allow_posting_from="2027-01-16")

    said = press(paul, "posted_invoice_pay", made.pk, amount="100")

    assert "Posting Date 2027-01-15 is not within the period that is open for posting (2027-01-16 to any day)" in said


def test_a_period_does_not_end_before_it_begins(paul: Client) -> None:
    words = "Allow Posting To must not be before Allow Posting From."

    sent = {"allow_posting_from": "2027-02-01", "allow_posting_to": "2027-01-01"}
    assert words in save(paul, "ledger_setup", **sent)
    assert "less than or equal to 12" in save(paul, "ledger_setup", fiscal_year_first_month="13")
    assert GeneralLedgerSetup.current().allow_posting_from is None


# --- VAT -----------------------------------------------------------------------------------------------------------


def test_a_rate_is_changed_and_another_one_added(paul: Client) -> None:
    union = VatBusinessPostingGroup.objects.create(code="UNION")
    book = VatProductPostingGroup.objects.get(code="REDUCED")

    said = save(
        paul, "vat_setup", "rate-TOTAL_FORMS", **{
            "rate-0-vat_percent": "7.5", "rate-4-vat_bus_posting_group": str(union.pk),
            "rate-4-vat_prod_posting_group": str(book.pk), "rate-4-vat_identifier": "union0", "rate-4-vat_percent": "0",
        },
    )  # fmt: skip

    assert "Saved." in said
    made = VatPostingSetup.objects.get(vat_bus_posting_group=union)
    assert (made.vat_identifier, made.vat_percent) == ("UNION0", 0)
    entry = AuditEntry.objects.get(kind="VAT Posting Setup")
    assert entry.after == {"(blank) / REDUCED": "VAT05 7.5%", "UNION / REDUCED": "UNION0 0%"}
    assert entry.before == {"(blank) / REDUCED": "VAT05 5%"}


@pytest.mark.parametrize(
    ("percent", "words"),
    [("101", "VAT % takes values from 0 to 100."), ("-1", "greater than or equal to 0"), ("", "required")],
)
def test_a_rate_that_is_none_is_refused(paul: Client, percent: str, words: str) -> None:
    assert words in save(paul, "vat_setup", "rate-TOTAL_FORMS", **{"rate-0-vat_percent": percent})


def test_there_is_one_rate_of_two_groups(paul: Client) -> None:
    book = VatProductPostingGroup.objects.get(code="REDUCED")
    added = {"rate-4-vat_prod_posting_group": str(book.pk), "rate-4-vat_identifier": "X", "rate-4-vat_percent": "1"}

    assert "There is a rate for these groups already." in save(paul, "vat_setup", "rate-TOTAL_FORMS", **added)
    assert VatPostingSetup.objects.count() == 4


def test_a_group_in_use_is_not_deleted_and_another_one_is(paul: Client) -> None:
    VatProductPostingGroup.objects.create(code="AAA")
    said = save(paul, "vat_setup", "product-TOTAL_FORMS", **{"product-0-DELETE": "on"})
    assert "Saved." in said
    assert not VatProductPostingGroup.objects.filter(code="AAA").exists()

    refused = save(paul, "vat_setup", "product-TOTAL_FORMS", **{"product-0-DELETE": "on"})

    assert "A group that is to be deleted is still used: Item, VAT Posting Setup. Take it out there first." in refused
    assert VatProductPostingGroup.objects.count() == 4


def test_a_group_is_added_beside_what_somebody_else_added(paul: Client) -> None:
    seen = untouched(paul, "vat_setup", "business-TOTAL_FORMS")
    VatBusinessPostingGroup.objects.create(code="ABROAD", description="Elsewhere")

    answer = paul.post(reverse("vat_setup"), {**seen, "business-0-code": "home", "business-0-description": "Here"})

    assert "ABROAD: “not there” → “Elsewhere”" in text_of(answer)
    assert VatBusinessPostingGroup.objects.count() == 1


# --- rights --------------------------------------------------------------------------------------------------------

SETUPS = ("sales_setup", "ledger_setup", "vat_setup")


@pytest.mark.parametrize("group", [VIEWER, INTEGRATOR, BOOKKEEPER])
@pytest.mark.parametrize("name", SETUPS)
def test_everybody_looks_at_the_setup_and_administrators_change_it(name: str, group: str) -> None:
    otto = signed_in("otto", group)

    assert "Save" not in look(otto, name).split("Setup", 9)[-1]
    assert otto.post(reverse(name), seen_on(otto, reverse(name))).status_code == 403
