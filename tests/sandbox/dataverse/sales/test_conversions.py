"""One document out of another: what it takes over, what it has for itself, and which may be made out of which."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.sales import making, prices
from integration.sandbox.dataverse.sales.making import OWN
from tests.examples import examples
from tests.sandbox.dataverse.writer import NOBODY, Trade, Writer, refused, rolled_back

LINES = {"opportunity": "opportunityproduct", "quote": "quotedetail", "salesorder": "salesorderdetail",
         "invoice": "invoicedetail"}  # fmt: skip
ADDRESS: dict[str, Any] = {"billto_line1": "Station Road, 21", "billto_city": "Birmingham", "shipto_city": "Bath"}
WORDS: dict[str, Any] = {"name": "Bicycles for Adatum", "description": "As discussed", **ADDRESS}


class Deal:
    """A quote, order or opportunity with two lines: a bicycle from the list, and a bell that is written in."""

    def __init__(self, writer: Writer, kind: str, **values: Any) -> None:
        self.writer, self.kind, trade = writer, kind, Trade(writer)
        self.euro = trade.currency("EUR", 1.25)
        self.firm = trade.account()
        self.retail = trade.price_list(transactioncurrencyid=self.euro)
        self.bicycle, self.unit = trade.product()
        self.price = trade.price(self.retail, (self.bicycle, self.unit), 100)
        known = {name: value for name, value in WORDS.items() if writer.table(kind).has(name)}
        given_ = {"pricelevelid": self.retail, "transactioncurrencyid": self.euro, "customerid_account": self.firm}
        self.row = writer.create(kind, **{**known, **given_, **values})
        about = {f"{kind}id": self.row}
        self.lines = [
            writer.create(LINES[kind], **about, productid=self.bicycle, uomid=self.unit, quantity=2, tax=10),
            writer.create(LINES[kind], **about, productdescription="Bell", priceperunit=5, manualdiscountamount=1),
        ]


def lines_of(writer: Writer, kind: str, row: str) -> list[dict[str, Any]]:
    query = f"SELECT {LINES[kind]}id FROM {LINES[kind]} WHERE {kind}id = ? ORDER BY lineitemnumber"
    return [writer.row(LINES[kind], one) for one in writer.values(query, row)]


MADE = [
    ("opportunity", "quote", lambda write, row: making.generate(write, row, "quote")),
    ("opportunity", "salesorder", lambda write, row: making.generate(write, row, "salesorder")),
    ("opportunity", "invoice", lambda write, row: making.generate(write, row, "invoice")),
    ("quote", "salesorder", making.order_from_quote),
    ("salesorder", "invoice", making.invoice_from_order),
    ("quote", "quote", making.revise_quote),
]
made = pytest.mark.parametrize(("kind", "target", "make"), MADE, ids=[f"{a}-{b}" for a, b, _ in MADE])


def ready(deal: Deal) -> Deal:
    if deal.kind == "quote":
        deal.writer.change("quote", deal.row, statecode=1)
    return deal


@made
def test_every_column_that_both_documents_have_is_taken_over(writer: Writer, kind: str, target: str, make: Any) -> None:
    deal = ready(Deal(writer, kind, discountpercentage=10, freightamount=7))

    new = writer.row(target, make(writer.write, deal.row))

    old = writer.row(kind, deal.row)
    base = set(writer.table(kind).base_columns.values())
    own = OWN | base | {f"{kind}id", f"{target}id", "versionnumber"}
    shared = {name for name in old if name in new and name not in own and old[name] is not None}
    assert {name: new[name] for name in shared} == {name: old[name] for name in shared}
    assert {"pricelevelid", "transactioncurrencyid", "customerid", "name", "discountpercentage"} <= shared


@made
def test_lines_come_along_in_order_with_the_prices_they_have(writer: Writer, kind: str, target: str, make: Any) -> None:
    deal = ready(Deal(writer, kind))
    writer.change("productpricelevel", deal.price, amount=900)

    row = make(writer.write, deal.row)

    first, second = lines_of(writer, target, row)
    assert (first["productid"], first["quantity"], first["priceperunit"], first["tax"]) == (deal.bicycle, 2, 100, 10)
    assert (second["productdescription"], second["priceperunit"], second["extendedamount"]) == ("Bell", 5, 4)
    assert writer.row(target, row)["totalamount"] == 214
    assert writer.row(target, row)["totalamount_base"] == Decimal("171.2")


@made
def test_a_document_remembers_which_one_it_came_from(writer: Writer, kind: str, target: str, make: Any) -> None:
    deal = ready(Deal(writer, kind))

    row = make(writer.write, deal.row)

    if kind != target:
        assert writer.row(target, row)[f"{kind}id"] == deal.row
        for old, new in zip(deal.lines, lines_of(writer, target, row), strict=True):
            if f"{LINES[kind]}id" in new:
                assert new[f"{LINES[kind]}id"] == old


@made
def test_a_document_has_its_number_state_and_dates_for_itself(
    writer: Writer, kind: str, target: str, make: Any
) -> None:
    deal = ready(Deal(writer, kind))

    new = writer.row(target, make(writer.write, deal.row))

    old = writer.row(kind, deal.row)
    assert (new["statecode"], new["statuscode"]) == (0, 1)
    assert new["createdby"] == writer.user
    assert new["versionnumber"] > old["versionnumber"]
    number = {"quote": "quotenumber", "salesorder": "ordernumber", "invoice": "invoicenumber"}[target]
    assert new[number]
    assert (new[number] == old.get(number)) == (kind == target)


@made
def test_a_document_that_is_not_there_makes_none(writer: Writer, kind: str, target: str, make: Any) -> None:
    with refused("0x80040217", f"{kind} With Id = {NOBODY} Does Not Exist", status=404):
        make(writer.write, NOBODY)


@made
def test_a_document_without_lines_makes_one_without_lines(writer: Writer, kind: str, target: str, make: Any) -> None:
    row = writer.create(kind, name="Empty", freightamount=3)
    if kind == "quote":
        writer.change("quote", row, statecode=1)

    new = make(writer.write, row)

    assert lines_of(writer, target, new) == []
    assert writer.row(target, new)["totalamount"] == 3


MAY: list[tuple[str, Any, dict[int, str]]] = [
    ("quote", making.order_from_quote, {0: "0x80048408", 1: "", 2: "", 3: "0x80048408"}),
    ("quote", making.revise_quote, {0: "0x80048d00", 1: "", 2: "0x80048408", 3: ""}),
    ("salesorder", making.invoice_from_order, {0: "", 1: "", 2: "0x80048408", 3: "", 4: "0x80048408"}),
]
STATUS = {"quote": {0: 1, 1: 2, 2: 4, 3: 5}, "salesorder": {0: 1, 1: 3, 2: 4, 3: 100001, 4: 100003}}


@pytest.mark.parametrize(("kind", "make", "codes"), MAY, ids=["order", "revision", "invoice"])
def test_the_state_of_a_document_says_what_is_made_of_it(
    writer: Writer, kind: str, make: Any, codes: dict[int, str]
) -> None:
    for state, code in codes.items():
        row = writer.create(kind, name=f"State {state}")
        query = f"UPDATE {kind} SET statecode = ?, statuscode = ? WHERE {kind}id = ?"
        writer.connection.execute(query, (state, STATUS[kind][state], row))
        if code:
            with refused(code):
                make(writer.write, row)
        else:
            assert make(writer.write, row) != row


def test_converting_an_active_quote_wins_it_with_what_is_said_about_its_end(writer: Writer) -> None:
    quote = ready(Deal(writer, "quote")).row

    making.order_from_quote(writer.write, quote, {"subject": "Signed", "actualend": "2026-02-27T09:00:00Z"}, 4)

    found = writer.row("quote", quote)
    assert (found["statecode"], found["statuscode"], found["closedon"]) == (2, 4, "2026-02-27")
    assert writer.values("SELECT subject FROM quoteclose WHERE quoteid = ?", quote) == ["Signed"]
    other = writer.create("quote", name="Other", statecode=1)
    with refused("0x80048408", "5 is not a valid status code"):
        making.order_from_quote(writer.write, other, {}, 5)


def test_a_won_quote_is_converted_again_without_being_won_again(writer: Writer) -> None:
    quote = ready(Deal(writer, "quote")).row

    orders = [making.order_from_quote(writer.write, quote) for _ in range(2)]

    assert len(set(orders)) == 2
    assert len(writer.values("SELECT activityid FROM quoteclose WHERE quoteid = ?", quote)) == 1


@given(some.lists(some.sampled_from(["revise", "close", "activate"]), max_size=8))
@examples(30)
def test_a_quote_has_one_open_revision_and_revisions_count_on(in_process: Organization, steps: list[str]) -> None:
    with rolled_back(in_process) as writer:
        newest = writer.create("quote", name="Bicycles", statecode=1)
        number, revision = writer.row("quote", newest)["quotenumber"], 0
        for step in steps:
            state = writer.row("quote", newest)["statecode"]
            if step == "revise" and state == 0:
                with refused("0x80048d00"):
                    making.revise_quote(writer.write, newest)
            elif step == "revise":
                newest, revision = making.revise_quote(writer.write, newest), revision + 1
            elif step == "activate" and state == 0:
                writer.change("quote", newest, statecode=1)
            elif step == "close" and state == 1:
                making.close(writer.write, making.CLOSE_QUOTE, {"quoteid": newest}, 5)

        rows = writer.connection.execute(
            "SELECT revisionnumber, statecode FROM quote WHERE quotenumber = ? ORDER BY revisionnumber", (number,)
        ).fetchall()
        assert [one for one, _ in rows] == list(range(revision + 1))
        assert all(state == 3 for one, state in rows if one < revision)


def test_an_older_revision_is_not_revised_while_a_newer_one_is_open(writer: Writer) -> None:
    first = writer.create("quote", name="Bicycles", statecode=1)
    second = making.revise_quote(writer.write, first)
    for state in (0, 1):
        writer.change("quote", second, statecode=state)
        with refused("0x80048d00"):
            making.revise_quote(writer.write, first)
    making.close(writer.write, making.CLOSE_QUOTE, {"quoteid": second}, 5)

    third = making.revise_quote(writer.write, first)

    assert [writer.row("quote", row)["revisionnumber"] for row in (first, second, third)] == [0, 1, 2]
    assert writer.row("quote", first)["statuscode"] == 7
    assert writer.row("quote", second)["statuscode"] == 5


# --- prices ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["salesorder", "invoice"])
def test_prices_are_locked_once_and_unlocked_once(writer: Writer, kind: str) -> None:
    deal = Deal(writer, kind)

    with refused("0x80043b1e", "unlocked already"):
        prices.lock(writer.write, kind, deal.row, False)
    prices.lock(writer.write, kind, deal.row, True)
    with refused("0x80043b1d", "locked already"):
        prices.lock(writer.write, kind, deal.row, True)

    assert {line[f"{kind}ispricelocked"] for line in lines_of(writer, kind, deal.row)} == {1}
    prices.lock(writer.write, kind, deal.row, False)
    assert {line[f"{kind}ispricelocked"] for line in lines_of(writer, kind, deal.row)} == {0}


@pytest.mark.parametrize(("kind", "state"), [("salesorder", 1), ("invoice", 2)])
def test_prices_of_a_document_that_is_read_only_are_neither_locked_nor_worked_out(
    writer: Writer, kind: str, state: int
) -> None:
    deal = Deal(writer, kind)
    writer.change(kind, deal.row, statecode=state)

    for locked in (True, False):
        with refused("0x8004022e"):
            prices.lock(writer.write, kind, deal.row, locked)
    with refused("0x8004022e"):
        prices.recalculate(writer.write, kind, deal.row)


def test_prices_of_a_document_that_is_not_there_are_not_found(writer: Writer) -> None:
    with refused("0x80040217", status=404):
        prices.lock(writer.write, "salesorder", NOBODY, True)
    with refused("0x80040217", status=404):
        prices.recalculate(writer.write, "quote", NOBODY)


@pytest.mark.parametrize(("kind", "locked", "total"), [
    ("quote", False, 314), ("salesorder", False, 314), ("salesorder", True, 214), ("invoice", True, 214),
])  # fmt: skip
def test_prices_follow_their_list_on_demand_unless_they_are_locked(
    writer: Writer, kind: str, locked: bool, total: int
) -> None:
    deal = Deal(writer, kind)
    writer.change("productpricelevel", deal.price, amount=150)
    if locked:
        prices.lock(writer.write, kind, deal.row, True)

    prices.recalculate(writer.write, kind, deal.row)

    assert writer.row(kind, deal.row)["totalamount"] == total
