"""Posted Sales Invoices: the list, the card with what belongs to it, the paper, and the boxes of a customer."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from coupling.models import Coupling
from integration.business_central.models import CompanyInformation, Customer, SalesInvoiceHeader, SalesShipmentHeader
from integration.business_central.posting.crediting import cancel
from integration.business_central.posting.invoicing import ship_and_invoice
from integration.models import ConnectionSetup, TableMapping
from integration.sync.memory.ledger import State
from tests.business_central.posting.books import D, invoiced, pay
from tests.business_central.trading import comment, currency, freight, item, order, resource
from tests.integration.bookkeeping.pressed import look
from tests.people import INTEGRATOR, signed_in


def listed(client: Client, **query: str) -> list[str]:
    """The numbers of the list, in its order."""
    answer = client.get(reverse("posted_invoices"), query)
    return [line.title for line in answer.context["list"].lines]


def test_invoices_are_found_by_state_customer_and_words(annette: Client) -> None:
    made = [invoiced() for _ in range(3)]
    invoiced(whose="CONTOSO")
    pay(made[0], 100)
    pay(made[1], 40)
    cancel(made[2].pk)
    SalesInvoiceHeader.objects.filter(no="103002").update(due_date="2027-01-01")

    assert listed(annette) == ["103004", "103003", "103002", "103001"]
    assert listed(annette, state="open") == ["103004", "103002"]
    assert listed(annette, state="overdue") == ["103002"]
    assert listed(annette, state="closed") == ["103001"]
    assert listed(annette, state="canceled") == ["103003"]
    assert listed(annette, customer="contoso") == listed(annette, q="conto") == ["103004"]
    shown = look(annette, "posted_invoices")
    assert ("Partly paid" in shown, "Overdue" in shown, "Canceled" in shown) == (False, True, True)
    answer = annette.get(reverse("posted_invoices"), {"format": "csv", "state": "closed"})
    assert b'"103001","Adatum","2027-01-15"' in b"".join(answer)


def test_the_list_asks_as_much_of_the_database_for_many_invoices_as_for_one(
    annette: Client, django_assert_max_num_queries: object
) -> None:
    for _ in range(4):
        invoiced(whose="CONTOSO")

    with django_assert_max_num_queries(14):  # type: ignore[operator]
        annette.get(reverse("posted_invoices"))


def test_a_card_shows_lines_vat_and_total_to_the_cent(annette: Client) -> None:
    made = ship_and_invoice(
        order(
            item(quantity=12, price="19.95", line_discount_amount=D("23.00")), comment("Deliver to gate 3"),
            item("BOOK", 3, 10), freight("12.50"), external_document_no="PO 4711",
        ).pk
    )  # fmt: skip

    shown = look(annette, "posted_invoice", made.pk)

    assert "Item DESK Desk 12 PCS 19.95 23.00 20 216.40" in shown
    assert "Deliver to gate 3" in shown
    assert "G/L Account 6810 Freight 1 12.50 20 12.50" in shown
    assert "VAT05 5 30.00 1.50 31.50 VAT20 20 228.90 45.78 274.68 Total 258.90 47.28 306.18" in shown
    assert "Order 101001" in shown
    assert "Shipment 102001" in shown


def test_order_shipment_invoice_and_credit_memo_lead_to_each_other(annette: Client) -> None:
    ordered = order(item(quantity=2, price=100))
    made = ship_and_invoice(ordered.pk)
    memo = cancel(made.pk)
    shipment = SalesShipmentHeader.objects.get()
    pages = {
        reverse("document", args=[ordered.pk]), reverse("shipment", args=[shipment.pk]),
        reverse("posted_invoice", args=[made.pk]), reverse("posted_credit_memo", args=[memo.pk]),
    }  # fmt: skip

    for page in pages - {reverse("shipment", args=[shipment.pk])}:
        shown = annette.get(page).content.decode()
        assert [other for other in pages - {page} if f'href="{other}"' not in shown] == []


def test_a_document_that_is_not_there_is_not_found(annette: Client) -> None:
    nobody = Customer.objects.get(no="ADATUM").pk

    for name in ("posted_invoice", "posted_invoice_print", "posted_invoice_pay", "posted_credit_memo", "ledger_entry"):
        assert annette.get(reverse(name, args=[nobody])).status_code == 404


def test_an_invoice_that_is_not_in_sales_can_be_created_there_by_who_may_couple() -> None:
    made, ines = invoiced(), signed_in("ines", INTEGRATOR)
    mapping = TableMapping.objects.create(
        name="POSTEDSALESINV-INV", erp_table="sales_invoice_header", crm_table="invoice"
    )
    page, words = reverse("posted_invoice", args=[made.pk]), "Create Invoice in Dynamics 365 Sales"
    assert words not in look(ines, "posted_invoice", made.pk)

    ConnectionSetup.objects.filter(pk=ConnectionSetup.current().pk).update(is_enabled=True)

    shown = ines.get(page).content.decode()
    create = reverse("record_action", args=["erp", "sales_invoice_header", "create"])
    assert f'form="record" formaction="{create}"' in shown
    assert f'name="selected" value="{made.pk}"' in shown
    assert 'name="mapping" value="POSTEDSALESINV-INV"' in shown
    assert words not in look(signed_in("otto"), "posted_invoice", made.pk)
    Coupling.objects.create(mapping=mapping, erp_id=made.pk, crm_id=made.pk, state=State.COUPLED)
    coupled = look(ines, "posted_invoice", made.pk)
    assert words not in coupled
    assert "Coupled with the invoice in Sales" in coupled


# --- on paper ------------------------------------------------------------------------------------------------------


def test_the_paper_names_sender_customer_groups_of_vat_totals_and_terms(annette: Client) -> None:
    made = ship_and_invoice(order(item(quantity=3, price=100), item("BOOK", 3, 10), invoice_discount_value=D(33)).pk)

    paper = look(annette, "posted_invoice_print", made.pk)

    company = CompanyInformation.current()
    assert all(words in paper for words in (company.name, company.address, company.post_code, "Adatum", "1 Mill Lane"))
    assert "Invoice 103001 Document date 2027-01-15" in paper
    assert "5 27.00 1.35 28.35 20 270.00 54.00 324.00" in paper
    assert "Sum of the lines 330.00 Invoice discount -33.00 Net 297.00 VAT 55.35 Total GBP 352.35" in paper
    assert "Please pay until 2027-02-14, naming invoice 103001." in paper
    assert "Until 2027-01-23 you may take off 2% (7.05 GBP)." in paper
    assert "rounded" not in paper
    assert "Sign out" not in paper


def test_a_price_with_more_decimals_than_the_currency_says_that_it_is_rounded(annette: Client) -> None:
    made = ship_and_invoice(order(item(quantity=30, price="0.33333"), item("LAMP", 1, 5)).pk)

    paper = look(annette, "posted_invoice_print", made.pk)

    assert "30 PCS 0.33 rounded, exactly 0.33333 20 10.00" in paper
    assert "1 PCS 5.00 20 5.00" in paper
    assert "amounts are calculated with the exact price" in paper


def test_currencies_without_decimals_and_with_three_are_written_as_theirs(annette: Client) -> None:
    yen = order(item("TENTH", 3, 1234), currency_code=currency("JPY"))
    dinar = order(item("BOOK", 7, "1.235"), resource(2, "0.3333"), currency_code=currency("KWD"))

    papers = [look(annette, "posted_invoice_print", ship_and_invoice(one.pk).pk) for one in (yen, dinar)]

    assert "3 PCS 1,234 10 3,702" in papers[0]
    assert "Total JPY 4,072" in papers[0]
    assert "7 PCS 1.235 5 8.645" in papers[1]
    assert "0.333 rounded, exactly 0.3333 20 0.667" in papers[1]


def test_a_canceled_invoice_says_so_on_paper(annette: Client) -> None:
    made = invoiced()
    cancel(made.pk)

    assert "Canceled by credit memo 104001." in look(annette, "posted_invoice_print", made.pk)


def test_a_credit_memo_names_the_invoice_on_paper_and_asks_for_no_payment(annette: Client) -> None:
    memo = cancel(ship_and_invoice(order(item(quantity=3, price=100)).pk).pk)

    paper = look(annette, "posted_credit_memo_print", memo.pk)

    assert "Back to credit memo 104001" in paper
    assert "Credit memo 104001 Document date 2027-01-15" in paper
    assert "Net 300.00 VAT 60.00 Total GBP 360.00 This credit memo corrects invoice 103001." in paper
    assert "Please pay" not in paper


# --- beside a customer ---------------------------------------------------------------------------------------------


def test_the_card_of_a_customer_shows_documents_ledger_and_what_is_owed(annette: Client) -> None:
    made = invoiced("100.02", whose="CONTOSO")
    pay(made, "33.34")
    order(item(quantity=1, price=100), whose="CONTOSO")
    contoso = Customer.objects.get(no="CONTOSO")

    shown = look(annette, "erp_card", "customer", contoso.pk)

    assert "Balance 57.31 Outstanding Orders 103.15" in shown
    assert "Orders 1" in shown
    assert "Posted Invoices 1" in shown
    assert "Open Ledger Entries 1" in shown
    assert "Register Payment" in shown
    page = annette.get(reverse("erp_card", args=["customer", contoso.pk])).content.decode()
    assert f"{reverse('posted_invoices')}?customer=CONTOSO" in page
    assert f"{reverse('ledger_entries')}?customer=CONTOSO&amp;state=open" in page


def test_the_card_of_another_record_has_no_such_boxes(annette: Client) -> None:
    terms = Customer.objects.get(no="ADATUM").payment_terms_code

    assert "Customer Statistics" not in look(annette, "erp_card", "payment_terms", terms.pk)
