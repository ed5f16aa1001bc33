"""Documents as rows: their numbers, their customers, what lines repeat of them, what is looked for and not there."""

from __future__ import annotations

import re

import pytest

from integration.sandbox.dataverse.rules.products import publish
from integration.sandbox.dataverse.seed.base import assign
from tests.sandbox.dataverse.writer import NOBODY, Trade, Writer, refused

NUMBERS = {"quote": ("quotenumber", "QUO"), "salesorder": ("ordernumber", "ORD"), "invoice": ("invoicenumber", "INV")}
LINES = {"opportunity": "opportunityproduct", "quote": "quotedetail", "salesorder": "salesorderdetail",
         "invoice": "invoicedetail"}  # fmt: skip
kinds = pytest.mark.parametrize("kind", sorted(LINES))


@pytest.mark.parametrize("kind", sorted(NUMBERS))
def test_documents_are_numbered_apart_and_in_turn_unless_they_bring_a_number(writer: Writer, kind: str) -> None:
    column, prefix = NUMBERS[kind]

    rows = writer.create_all(kind, *({"name": f"Bicycles {at}"} for at in range(4)))
    numbers = [writer.row(kind, row)[column] for row in rows]

    assert len(set(numbers)) == 4
    assert all(re.fullmatch(rf"{prefix}-\d{{5,}}-[0-9A-F]{{6}}", number) for number in numbers)
    assert [int(number.split("-")[1]) for number in numbers] == sorted(int(number.split("-")[1]) for number in numbers)
    own = writer.create(kind, name="Own", **{column: "A-1"})
    assert writer.row(kind, own)[column] == "A-1"


def test_a_number_that_a_document_has_may_come_again(writer: Writer) -> None:
    for _ in range(2):
        row = writer.create("salesorder", name="Bicycles", ordernumber="ORD-1")
        assert writer.row("salesorder", row)["ordernumber"] == "ORD-1"


@pytest.mark.parametrize("kind", ["quote", "salesorder", "invoice"])
def test_the_customer_of_a_document_is_repeated_by_its_kind(writer: Writer, trade: Trade, kind: str) -> None:
    firm, anna = trade.account(), writer.create("contact", lastname="Hill")

    def customer() -> tuple[object, ...]:
        found = writer.row(kind, row)
        return tuple(found[name] for name in ("customerid", "customeridtype", "accountid", "contactid"))

    row = writer.create(kind, name="Bicycles", customerid_account=firm)
    assert customer() == (firm, "account", firm, None)
    writer.change(kind, row, customerid_contact=anna)
    assert customer() == (anna, "contact", None, anna)
    writer.change(kind, row, name="Bells")
    assert customer() == (anna, "contact", None, anna)
    writer.change(kind, row, customerid_contact=None)
    assert customer() == (None, None, None, None)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"parentaccountid": "firm"}, "firm"),
        ({"parentcontactid": "anna"}, "anna"),
        ({"parentaccountid": "firm", "parentcontactid": "anna"}, "firm"),
        ({"customerid_contact": "anna", "parentaccountid": "firm"}, "anna"),
        ({}, None),
    ],
)
def test_an_opportunity_is_of_its_customer_or_its_account_or_its_contact(
    writer: Writer, trade: Trade, given: dict[str, str], kept: str | None
) -> None:
    who = {"firm": trade.account(), "anna": writer.create("contact", lastname="Hill")}
    body = {name: who[value] for name, value in given.items()}

    made = writer.create("opportunity", name="Bicycles", **body)
    changed = writer.create("opportunity", name="Bells")
    if body:
        writer.change("opportunity", changed, **body)

    for row in (made, changed):
        found = writer.row("opportunity", row)
        assert found["customerid"] == (who[kept] if kept else None)
        if kept:
            assert found["customeridtype"] == ("account" if kept == "firm" else "contact")


@kinds
def test_a_line_without_a_document_or_of_one_that_is_not_there_is_refused(writer: Writer, kind: str) -> None:
    with refused("0x80043b15" if kind == "opportunity" else "0x80040203", f"{kind}id"):
        writer.create(LINES[kind], productdescription="Bell")
    with refused("0x80040217", f"{kind} With Id = {NOBODY}", status=404):
        writer.create(LINES[kind], productdescription="Bell", **{f"{kind}id": NOBODY})
    row = writer.create(LINES[kind], productdescription="Bell", **{f"{kind}id": writer.create(kind, name="Bicycles")})
    with refused("0x80040217", status=404):
        writer.change(LINES[kind], row, **{f"{kind}id": NOBODY})


@kinds
def test_a_line_of_a_product_that_is_not_there_is_refused(writer: Writer, trade: Trade, kind: str) -> None:
    _, unit = trade.group()
    about = {f"{kind}id": writer.create(kind, name="Bicycles")}

    with refused("0x80040217", f"product With Id = {NOBODY}", status=404):
        writer.create(LINES[kind], productid=NOBODY, uomid=unit, **about)


@kinds
def test_a_product_is_sold_while_it_is_active_or_under_revision(writer: Writer, trade: Trade, kind: str) -> None:
    bicycle, unit = trade.product()
    about = {f"{kind}id": writer.create(kind, name="Bicycles"), "productid": bicycle, "uomid": unit}
    for state, status in ((0, 1), (3, 3), (2, 0), (1, 2)):
        writer.connection.execute("UPDATE product SET statecode = ?, statuscode = ?", (state, status))
        if state in (0, 3):
            assert writer.create(LINES[kind], **about)
        else:
            with refused("0x8004f908", "only add Active products"):
                writer.create(LINES[kind], **about)


@kinds
def test_a_line_is_named_after_its_product_unless_it_has_a_name(writer: Writer, trade: Trade, kind: str) -> None:
    bicycle, unit = trade.product(name="Bicycle")
    bell, piece = trade.product(name="Bell")
    about = {f"{kind}id": writer.create(kind, name="Bicycles")}

    plain = writer.create(LINES[kind], productid=bicycle, uomid=unit, **about)
    written = writer.create(LINES[kind], productdescription="Saddle", **about)

    first, second = writer.row(LINES[kind], plain), writer.row(LINES[kind], written)
    assert (first["productname"], first["isproductoverridden"]) == ("Bicycle", 0)
    assert (second["productname"], second["isproductoverridden"]) == (None, 1)
    writer.change(LINES[kind], plain, productid=bell, uomid=piece)
    assert writer.row(LINES[kind], plain)["productname"] == "Bell"


def test_a_product_that_is_not_there_is_not_published(writer: Writer, trade: Trade) -> None:
    with refused("0x80040217", status=404):
        publish(writer.write, NOBODY)
    bicycle, _ = trade.product()
    with refused("0x8004f90a"):
        publish(writer.write, bicycle)
    writer.change("product", bicycle, statecode=3)
    publish(writer.write, bicycle)
    assert writer.row("product", bicycle)["statecode"] == 0


def test_the_quantity_of_a_unit_stays_above_zero(writer: Writer, trade: Trade) -> None:
    group, _ = trade.group()
    dozen = writer.create("uom", name="DOZEN", quantity=12, uomscheduleid=group)

    for quantity in (None, 0):
        with refused("0x80040203", "greater than zero"):
            writer.change("uom", dozen, quantity=quantity)
    writer.change("uom", dozen, quantity=13)
    assert writer.row("uom", dozen)["quantity"] == 13


def test_an_owner_of_many_rows_is_looked_at_once_and_one_who_is_not_there_is_not_found(
    writer: Writer, trade: Trade
) -> None:
    guard = writer.guard(writer.user)
    anna = writer.create("systemuser", lastname="Hill", islicensed=True)
    assign(writer.write, anna, writer.value("SELECT roleid FROM role WHERE name = 'Salesperson'"))
    table = writer.table("account")
    owned = {"name": "Adatum", "ownerid": anna, "owneridtype": "systemuser"}

    assert guard.create(writer.write, table, [dict(owned), dict(owned)])
    assert writer.write.fit_owners == {("account", anna)}
    writer.connection.execute("DELETE FROM systemuserroles WHERE systemuserid = ?", (anna,))
    assert guard.create(writer.write, table, [dict(owned)])
    for kind in ("systemuser", "team"):
        with refused("0x80040217", f"{kind} With Id = {NOBODY}", status=404):
            guard.create(writer.write, table, [{**owned, "ownerid": NOBODY, "owneridtype": kind}])
