"""What a document costs, worked out a second time by a formula of fractions that shares nothing with the sandbox."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.sales.prices import recalculate
from tests.examples import examples
from tests.sandbox.dataverse.writer import Trade, Writer, rolled_back

LINES = {
    "opportunity": "opportunityproduct",
    "quote": "quotedetail",
    "salesorder": "salesorderdetail",
    "invoice": "invoicedetail",
}
TOTALS = (
    "totallineitemamount", "totallineitemdiscountamount", "totaltax", "totaldiscountamount", "totalamountlessfreight",
    "totalamount",
)  # fmt: skip
PRICE_PLACES = 2
"""Decimals of prices in a new organization."""
kinds = some.sampled_from(sorted(LINES))


def money(low: str, high: str, places: int = 3) -> some.SearchStrategy[Decimal]:
    return some.decimals(low, high, places=places)


A_LINE = some.fixed_dictionaries(
    {"priceperunit": money("-500", "9000"), "quantity": some.decimals("0", "40", places=5)},
    optional={"manualdiscountamount": money("0", "90"), "tax": money("-50", "900")},
)
A_HEADER = some.fixed_dictionaries(
    {},
    optional={
        "discountpercentage": some.decimals("0", "100", places=5),
        "discountamount": money("0", "300"),
        "freightamount": money("0", "80"),
    },
)


def rounded(amount: Fraction, places: int) -> Fraction:
    """Half away from zero."""
    size = Fraction(math.floor(abs(amount) * 10**places + Fraction(1, 2)), 10**places)
    return size if amount >= 0 else -size


def at(values: dict[str, Any], name: str, places: int = 5) -> Fraction:
    return rounded(Fraction(values.get(name, 0)), places)


def of_line(line: dict[str, Any], places: int, each: bool) -> tuple[Fraction, Fraction, Fraction]:
    """Base amount, discount and tax of one line."""
    quantity = at(line, "quantity")
    base = rounded(at(line, "priceperunit", PRICE_PLACES) * quantity, places)
    discount = at(line, "manualdiscountamount", places)
    return base, rounded(discount * quantity, places) if each else discount, at(line, "tax", places)


def of_document(
    header: dict[str, Any], lines: list[dict[str, Any]], places: int, each: bool = False
) -> dict[str, Fraction]:
    parts = [of_line(line, places, each) for line in lines]
    base, discounts, tax = (sum((part[one] for part in parts), Fraction()) for one in range(3))
    net = base - discounts
    percentage = rounded(net * at(header, "discountpercentage") / 100, places)
    off = at(header, "discountamount", places) + percentage
    total = net - off + at(header, "freightamount", places) + tax
    return {
        "totallineitemamount": net,
        "totallineitemdiscountamount": discounts,
        "totaltax": tax,
        "totaldiscountamount": discounts + off,
        "totalamountlessfreight": net - off,
        "totalamount": total,
    }


def add(writer: Writer, kind: str, document: str, line: dict[str, Any]) -> str:
    return writer.create(LINES[kind], **{f"{kind}id": document}, productdescription="Saddle", **line)


def shown(writer: Writer, kind: str, document: str) -> dict[str, Fraction]:
    row = writer.row(kind, document)
    return {name: Fraction(row[name]) for name in TOTALS}


@given(kinds, A_HEADER, some.lists(A_LINE, max_size=5), some.sampled_from([0, 2, 4]))
@examples(60)
def test_any_document_costs_what_its_lines_discounts_freight_and_taxes_say(
    in_process: Organization, kind: str, header: dict[str, Any], lines: list[dict[str, Any]], places: int
) -> None:
    with rolled_back(in_process) as writer:
        currency = Trade(writer).currency("EUR", 1.25, places)
        document = writer.create(kind, name="Bicycles", transactioncurrencyid=currency, **header)
        for line in lines:
            add(writer, kind, document, line)

        assert shown(writer, kind, document) == of_document(header, lines, places)


@given(kinds, A_HEADER, A_HEADER, some.lists(some.tuples(A_LINE, A_LINE), min_size=1, max_size=3), A_LINE)
@examples(30)
def test_the_way_to_a_document_makes_no_difference_to_what_it_costs(
    in_process: Organization,
    kind: str,
    before: dict[str, Any],
    after: dict[str, Any],
    lines: list[tuple[dict[str, Any], dict[str, Any]]],
    extra: dict[str, Any],
) -> None:
    emptied = {"discountpercentage": None, "discountamount": None, "freightamount": None}
    nothing = {"manualdiscountamount": None, "tax": None}
    with rolled_back(in_process) as writer:
        document = writer.create(kind, name="Bicycles", **before)
        rows = [add(writer, kind, document, first) for first, _ in lines]
        gone = add(writer, kind, document, extra)
        writer.change(kind, document, **{**emptied, **after})
        for row, (_, last) in zip(rows, lines, strict=True):
            writer.change(LINES[kind], row, **{**nothing, **last})
        writer.delete(LINES[kind], gone)

        assert shown(writer, kind, document) == of_document(after, [last for _, last in lines], 2)


@given(kinds, A_HEADER, some.lists(A_LINE, min_size=1, max_size=3))
@examples(25)
def test_working_prices_out_again_changes_nothing_that_nobody_touched(
    in_process: Organization, kind: str, header: dict[str, Any], lines: list[dict[str, Any]]
) -> None:
    with rolled_back(in_process) as writer:
        document = writer.create(kind, name="Bicycles", **header)
        rows = [add(writer, kind, document, line) for line in lines]
        before = shown(writer, kind, document), [writer.row(LINES[kind], row)["extendedamount"] for row in rows]

        recalculate(writer.write, kind, document)

        after = shown(writer, kind, document), [writer.row(LINES[kind], row)["extendedamount"] for row in rows]
        assert after == before


@given(kinds, some.lists(A_LINE, min_size=1, max_size=3))
@examples(25)
def test_a_discount_for_each_unit_counts_as_often_as_there_are_units(
    in_process: Organization, kind: str, lines: list[dict[str, Any]]
) -> None:
    with rolled_back(in_process) as writer:
        writer.connection.execute("UPDATE organization SET discountcalculationmethod = 1")
        document = writer.create(kind, name="Bicycles")
        for line in lines:
            add(writer, kind, document, line)

        assert shown(writer, kind, document) == of_document({}, lines, 2, each=True)


@given(kinds, A_HEADER, some.lists(A_LINE, max_size=3), some.sampled_from([0.5, 1.25, 1.5, 7]))
@examples(25)
def test_totals_are_repeated_in_base_currency_to_four_decimals(
    in_process: Organization, kind: str, header: dict[str, Any], lines: list[dict[str, Any]], rate: float
) -> None:
    with rolled_back(in_process) as writer:
        currency = Trade(writer).currency("EUR", rate)
        document = writer.create(kind, name="Bicycles", transactioncurrencyid=currency, **header)
        for line in lines:
            add(writer, kind, document, line)

        row = writer.row(kind, document)
        for name in TOTALS:
            wanted = rounded(Fraction(row[name]) / Fraction(str(rate)), 4)
            assert Fraction(row[f"{name}_base"]) == wanted, name


@pytest.mark.parametrize("kind", sorted(LINES))
def test_a_line_that_moves_to_another_document_takes_its_amount_along(writer: Writer, kind: str) -> None:
    one, other = writer.create(kind, name="Bicycles"), writer.create(kind, name="Bells")
    line = add(writer, kind, one, {"priceperunit": 10, "quantity": 3})

    writer.change(LINES[kind], line, **{f"{kind}id": other})

    assert shown(writer, kind, one)["totalamount"] == 0
    assert shown(writer, kind, other)["totalamount"] == 30


@pytest.mark.parametrize("kind", sorted(LINES))
def test_a_document_without_lines_costs_its_freight_less_its_discount(writer: Writer, kind: str) -> None:
    document = writer.create(kind, name="Bicycles", freightamount=12, discountamount=2, discountpercentage=50)

    assert shown(writer, kind, document)["totalamount"] == 10


def test_an_opportunity_expects_its_total_only_where_the_system_calculates_it(writer: Writer) -> None:
    guessed = writer.create("opportunity", name="Bicycles", estimatedvalue=500, isrevenuesystemcalculated=False)
    worked_out = writer.create("opportunity", name="Bicycles", estimatedvalue=500, isrevenuesystemcalculated=True)
    for row in (guessed, worked_out):
        add(writer, "opportunity", row, {"priceperunit": 10, "quantity": 3})

    assert writer.row("opportunity", guessed)["estimatedvalue"] == 500
    assert writer.row("opportunity", worked_out)["estimatedvalue"] == 30
    writer.change("opportunity", guessed, isrevenuesystemcalculated=True)
    assert writer.row("opportunity", guessed)["estimatedvalue"] == 30
