"""What comes along with an order: addresses, terms, names, texts, notes, and lines of every kind."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from integration.business_central.models import (
    CountryRegion,
    Customer,
    Item,
    Note,
    PaymentTerms,
    SalesHeader,
    ShipmentMethod,
    ShippingAgent,
)
from integration.documents.texts import comment_lines
from integration.models import TableMapping
from integration.systems.text import length
from integration.systems.values import Ref, option_id
from tests.integration.flows.desk import Desk, desk, lines_of, write_in_product

__all__ = ["desk"]
D = Decimal
HOSTILE = "'; DROP TABLE x; -- <script>alert(1)</script> {{ 7*7 }} %s \u202egnp.exe \x07 😀 Zoë"


@pytest.mark.scenario(
    "CRMIntegrationMapping.CreateSOInNAVCopiesShipToFields",
    "CRMSalesOrderIntegrTest.CRMOrderNameToSalesHeaderExternalDocumentNo",
)
def test_addresses_name_day_and_description_come_along(desk: Desk) -> None:
    CountryRegion.objects.create(code="DK", name="Denmark")
    name = "Furniture for the new house of the mayor"
    order = desk.order(
        desk.line(), name=name, description="Call\nbefore you come", shipto_line1="L" * 120, shipto_city="C" * 31,
        shipto_postalcode="2100", shipto_country="dk", billto_city="Aarhus", billto_country="Atlantis",
        requestdeliveryby=dt.datetime(2027, 1, 14, 11, tzinfo=dt.UTC),
    )  # fmt: skip
    plain = desk.order(desk.line())

    desk.run()

    made = desk.made(order)
    assert (made.ship_to_address, made.ship_to_city) == ("L" * 100, "C" * 30)
    assert (made.ship_to_post_code, made.ship_to_county, made.ship_to_country_region_code.code) == ("2100", "", "DK")
    assert (made.bill_to_address, made.bill_to_city, made.bill_to_country_region_code) == ("", "Aarhus", None)
    assert (made.ship_to_name, made.sell_to_address) == ("Adatum", "1 Mill Lane")
    assert (made.external_document_no, made.work_description) == (name[:34].upper(), "Call\nbefore you come")
    assert [line.description for line in lines_of(made)] == ["Desk", name]
    assert made.requested_delivery_date == dt.date(2027, 1, 15)
    other = desk.made(plain)
    assert (other.ship_to_address, len(lines_of(other))) == ("1 Mill Lane", 1)
    assert other.external_document_no == f"ORDER {other.your_reference}"


@pytest.mark.scenario("CRMIntegrationMapping.CreateSOInNAVCopiesCRMOptionFields")
def test_terms_method_and_agent_follow_their_options_and_stay_the_customers_without(desk: Desk) -> None:
    options = {
        "PAYMENT TERMS": (PaymentTerms.objects.create(code="NET30"), "account.paymenttermscode"),
        "SHIPPING AGENT": (ShippingAgent.objects.create(code="AIR"), "account.address1_shippingmethodcode"),
        "SHIPMENT METHOD": (ShipmentMethod.objects.create(code="FOB"), "account.address1_freighttermscode"),
    }
    for name, (row, table) in options.items():
        TableMapping.objects.get(name=name).couplings.couple(row.pk, option_id(table, 1))
    order = desk.order(desk.line(), paymenttermscode=1, shippingmethodcode=1, freighttermscode=1)
    other = desk.order(desk.line(), paymenttermscode=2, shippingmethodcode=2)

    desk.run()

    made, left = desk.made(order), desk.made(other)
    assert (made.payment_terms_code.code, made.shipping_agent_code.code, made.shipment_method_code.code) == (
        "NET30", "AIR", "FOB",
    )  # fmt: skip
    assert (left.payment_terms_code.code, left.shipping_agent_code) == ("30 DAYS", None)


@pytest.mark.scenario(
    "CRMSalesOrderIntegrTest.LongProductDescriptionItem",
    "CRMSalesOrderIntegrTest.LongWriteInProductDescription",
    "CRMSalesOrderIntegrTest.LineItemDescriptionUsedInsteadOfProductDescription",
    "CRMSalesOrderIntegrTest.WriteInItemNameCopiedToSalesOrderLineDescription",
    "CRMSalesOrderIntegrTest.NonWriteInItemNameNotCopiedToSalesOrderLineDescription",
    "CRMSalesOrderIntegrTest.WriteInProductItem",
)
def test_descriptions_go_on_in_comments_attached_to_their_line(desk: Desk) -> None:
    write_in_product()
    long = " ".join(f"word{number}" for number in range(60))
    order = desk.order(
        desk.line("DESK", description=long, productdescription="not this"),
        desk.line("LAMP", productdescription="LAMP"),
        desk.write_in("Crane hire " + "x" * 120),
        desk.line("DESK", description="Deliver to gate 3\n\nRing twice"),
    )

    desk.run()

    lines = lines_of(desk.made(order))
    sold = [(line.line_no, line.description) for line in lines if line.type]
    assert sold == [(10000, "Desk"), (20000, "Lamp"), (30000, "Crane hire " + "x" * 89), (40000, "Desk")]
    comments: dict[int, list[str]] = {}
    for line in lines:
        if not line.type:
            comments.setdefault(line.attached_to_line_no, []).append(line.description)
    assert "".join(comments[10000]) == long
    assert all(len(piece) <= 100 and piece.endswith(" ") for piece in comments[10000][:-1])
    assert comments[30000] == ["x" * 31]
    assert comments[40000] == ["Deliver to gate 3", "", "Ring twice"]
    assert 20000 not in comments


def test_notes_come_as_plain_text_and_files_do_not(desk: Desk) -> None:
    order = desk.order(desk.line())
    on = {"objectid": Ref("salesorder", order)}
    note = desk.crm.add("annotation", notetext="<div>Ring <b>twice</b>&amp; wait</div>", isdocument=False, **on)
    desk.crm.add("annotation", notetext="a file", isdocument=True, **on)

    desk.run()

    [made] = Note.objects.all()
    assert (made.pk, made.record_id, made.text) == (note, desk.made(order).pk, "Ring twice& wait")


@pytest.mark.scenario("CRMSalesOrderIntegrTest.WriteInProductResource")
def test_quantities_of_zero_and_below_and_resources_pass(desk: Desk) -> None:
    order = desk.order(desk.line(quantity=0), desk.line(quantity=-1, price=30), desk.line("FITTER", 2, 60))
    desk.run()
    assert [(x.quantity, x.line_amount) for x in lines_of(desk.made(order))] == [(0, 0), (-1, -30), (2, 120)]


def test_an_order_of_a_thousand_lines_is_one_document(desk: Desk) -> None:
    order = desk.order(*[desk.line(price=1) for _ in range(1000)])

    job = desk.run()

    assert (job.inserted, job.message) == (1, "")
    assert (len(lines_of(desk.made(order))), desk.made(order).amount) == (1000, 1000)


def test_hostile_text_arrives_as_text(desk: Desk) -> None:
    write_in_product()
    order = desk.order(
        desk.line(description=HOSTILE), desk.write_in(HOSTILE), name=HOSTILE[:300], shipto_line1=HOSTILE * 3
    )
    desk.crm.add("annotation", objectid=Ref("salesorder", order), notetext=HOSTILE, isdocument=False)

    job = desk.run()

    assert (job.inserted, job.failed) == (1, 0)
    lines = lines_of(desk.made(order))
    assert lines[1].description == HOSTILE.replace("\x07", " ")
    assert "alert" not in Note.objects.get().text
    assert length(desk.made(order).ship_to_address) <= 100


@pytest.mark.scenario(
    "CRMSalesOrderIntegrTest.CreateSalesOrderInNAVFilters",
    "CRMSalesOrderIntegrTest.CreateSalesOrderInNAVWithJobQueueSunshine",
)
def test_the_automatic_job_takes_submitted_orders_that_were_never_sent(desk: Desk) -> None:
    days = (None, dt.date(1899, 12, 31), dt.date(1900, 1, 1), dt.date(1900, 1, 2))
    moments = [day and dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC) for day in days]
    orders = [desk.order(desk.line(), lastbackofficesubmit=moment) for moment in moments]
    desk.order(desk.line(), statecode=0, statuscode=1)

    assert desk.run().inserted == 2

    assert {coupling.crm_id for coupling in desk.mapping.couplings.all()} == {orders[0], orders[2]}
    assert desk.run(orders[3]).inserted == 1


def test_a_person_is_said_what_is_not_submitted(desk: Desk) -> None:
    order = desk.order(desk.line(), statecode=0, statuscode=1)
    assert desk.run(order).failed == 1
    assert desk.problem().message == "Order ORD-00001 is not submitted in Sales. It comes when it is."
    desk.touch(order, statecode=1, statuscode=3)
    assert desk.run().inserted == 1


def test_a_document_that_refers_to_the_order_already_keeps_a_second_one_from_being_made(desk: Desk) -> None:
    order = desk.order(desk.line())
    desk.run()
    desk.mapping.couplings.all().delete()
    desk.touch(order, lastbackofficesubmit=None)

    assert desk.run().failed == 1
    error = desk.problem()
    assert (error.code, error.message) == (
        "order-exists",
        "Order 101001 already refers to order ORD-00001. Couple the two, or create another one.",
    )
    assert desk.run(order, another=True).inserted == 1
    assert SalesHeader.objects.count() == 2
    assert desk.made(order).no == "101002"


def test_a_contact_buys_for_its_account_and_the_bill_goes_to_who_pays(desk: Desk) -> None:
    Customer.objects.filter(no="ADATUM").update(bill_to_customer_no=Customer.objects.get(no="CONTOSO"))
    contact = desk.crm.add("contact", lastname="Ray", parentcustomerid=Ref("account", desk.accounts["ADATUM"]))
    order = desk.order(desk.line(), customerid=Ref("contact", contact))

    desk.run()

    made = desk.made(order)
    assert (made.sell_to_customer_no.no, made.bill_to_customer_no.no, made.currency_code) == ("ADATUM", "CONTOSO", None)


@pytest.mark.parametrize(
    "text", ["", "short", "x" * 101, "a " * 200, "😀" * 120, "\n\nline\n\n", "word " * 30 + "\nend"]
)
def test_comment_lines_lose_nothing_and_fit(text: str) -> None:
    lines = comment_lines(text)
    assert all(length(line) <= 100 for line in lines)
    assert "".join(lines).split() == text.split() or "".join(lines) == text.replace("\n", "")


def test_a_line_of_an_item_without_invoice_discount_gets_none(desk: Desk) -> None:
    Item.objects.filter(no="LAMP").update(allow_invoice_disc=False)
    order = desk.order(desk.line("DESK", price=100), desk.line("LAMP", price=50), discountamount=D(10))
    desk.run()
    assert [line.inv_discount_amount for line in lines_of(desk.made(order))] == [10, 0]


def test_ids_are_the_same_on_every_machine(desk: Desk) -> None:
    order = desk.order(desk.line())
    desk.run()
    assert desk.made(order).pk == uuid.uuid5(desk.crm.organization_id, f"salesorder/{order}")
