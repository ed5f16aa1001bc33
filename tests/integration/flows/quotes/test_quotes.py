"""Quotes of Sales become quotes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.business_central.models import Note, Resource, SalesHeader, SalesReceivablesSetup
from integration.models import SyncError
from integration.systems.values import Ref
from tests.integration.flows.desk import freight_account, lines_of
from tests.integration.flows.quotes.quoting import DRAFT, VALID, Quoting, counted, quoting

__all__ = ["quoting"]
D = Decimal


@pytest.mark.scenario("CRMQuotesIntegrTest.CreateSalesQuoteInNAVWithJobQueueSunshine")
def test_an_activated_quote_becomes_a_quote(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line("DESK", 3, "64.99"))

    assert counted(quoting.process()) == (1, 0, 0, 0)

    made = quoting.here(quote)
    assert (made.document_type, made.no, made.status) == (0, "1001", 0)
    assert (made.your_reference, made.external_document_no) == ("QUO-00001", "QUOTE QUO-00001")
    assert made.quote_valid_until_date == VALID
    assert (made.amount, made.amount_including_vat) == (D("194.97"), D("233.96"))
    assert counted(quoting.process()) == (0, 0, 1, 0)
    assert SalesHeader.objects.count() == 1


@pytest.mark.scenario("CRMQuotesIntegrTest.CRMQuoteNoteToSalesQuoteNote")
def test_a_quote_has_discount_freight_description_and_notes_as_an_order_has(quoting: Quoting) -> None:
    freight_account()
    quote = quoting.quote(
        quoting.line("DESK", 2, 149, description="Deliver to gate 3"), discountamount=D("14.90"),
        freightamount=D("12.50"), description="For Leeds",
    )  # fmt: skip
    quoting.crm.add("annotation", objectid=Ref("quote", quote), notetext="<p>Ring twice</p>", isdocument=False)

    quoting.process()

    made = quoting.here(quote)
    assert (made.amount, made.amount_including_vat, made.invoice_discount_value) == (
        D("295.60"),
        D("354.72"),
        D("14.90"),
    )
    assert [line.description for line in lines_of(made)] == ["Desk", "Deliver to gate 3", "Freight"]
    assert made.work_description == "For Leeds"
    assert [note.text for note in Note.objects.filter(record_id=made.pk)] == ["Ring twice"]


def test_a_draft_is_not_read_and_says_so_to_whom_asks_for_it(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line(), statecode=DRAFT)

    assert counted(quoting.process()) == (0, 0, 0, 0)
    job = quoting.process(quote)

    assert [error.message for error in job.errors.all()] == ["Quote QUO-00001 is a draft in Sales."]
    assert not SyncError.objects.open().exists()


LONG = " ".join(f"word{number}" for number in range(40))


@pytest.mark.scenario(
    "CRMQuotesIntegrTest.LongProductDescriptionItem", "CRMQuotesIntegrTest.LongProductDescriptionResource"
)
@pytest.mark.parametrize("product", ["DESK", "FITTER"])
def test_a_long_text_of_a_line_goes_on_in_comments_behind_it(product: str, quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line(product, productdescription=LONG))
    quoting.process()

    sold, *comments = lines_of(quoting.here(quote))

    assert sold.no == product
    assert len(comments) > 1
    assert "".join(line.description for line in comments) == LONG
    assert {line.attached_to_line_no for line in comments} == {sold.line_no}


@pytest.mark.scenario("CRMQuotesIntegrTest.LineItemDescriptionUsedInsteadOfProductDescription")
def test_the_own_description_of_a_line_goes_before_that_of_the_product(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line(productdescription="Standard desk", description=LONG * 10))
    quoting.process()

    comments = lines_of(quoting.here(quote))[1:]

    assert "".join(line.description for line in comments) == LONG * 10


@pytest.mark.scenario("CRMQuotesIntegrTest.CRMQuoteNameToSalesHeaderExternalDocumentNo")
def test_a_long_name_is_cut_and_stands_whole_at_the_end(quoting: Quoting) -> None:
    name = "Furniture for the new house of the mayor"
    quote = quoting.quote(quoting.line(), name=name)
    quoting.process()

    made = quoting.here(quote)

    assert made.external_document_no == name[:34].upper()
    assert lines_of(made)[-1].description == name


@pytest.mark.scenario("CRMQuotesIntegrTest.WriteInProductResource")
def test_a_resource_stands_for_what_is_written_in(quoting: Quoting) -> None:
    setup = SalesReceivablesSetup.current()
    setup.write_in_product_type, setup.write_in_product_no = SalesReceivablesSetup.WriteIn.RESOURCE, "CRANE"
    setup.save()
    fitter = Resource.objects.get(no="FITTER")
    Resource.objects.create(
        no="CRANE", name="Crane", base_unit_of_measure=fitter.base_unit_of_measure,
        vat_prod_posting_group=fitter.vat_prod_posting_group,
    )  # fmt: skip
    quote = quoting.quote(quoting.write_in("Crane hire", 2, 350))
    quoting.process()

    (line,) = lines_of(quoting.here(quote))

    assert (line.type, line.no, line.description, line.amount) == (3, "CRANE", "Crane hire", 700)
