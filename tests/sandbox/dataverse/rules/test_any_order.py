"""Whatever is done to an order, its totals are those of its lines."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox import Sandbox
from integration.sandbox.dataverse.server import Options
from integration.sandbox.dataverse.store.write import Write
from tests.examples import examples

CENT = Decimal("0.01")
prices = some.decimals(-1000, 100_000, places=2)
LINE = some.fixed_dictionaries(
    {
        "priceperunit": prices,
        "quantity": some.decimals(0, 500, places=3).map(str),
        "manualdiscountamount": some.decimals(0, 500, places=2),
        "volumediscountamount": some.decimals(0, 50, places=2),
        "tax": prices,
    }
)
HEADER = some.fixed_dictionaries(
    {},
    optional={
        "discountpercentage": some.decimals(0, 100, places=3).map(str),
        "discountamount": some.one_of(some.none(), some.decimals(0, 5000, places=2)),
        "freightamount": some.decimals(0, 500, places=2),
        "totalamount": prices,
    },
)
STEPS = some.lists(
    some.one_of(
        some.tuples(some.just("add"), some.lists(LINE, min_size=1, max_size=3)),
        some.tuples(some.just("change"), LINE),
        some.tuples(some.just("remove"), some.integers(0, 5)),
        some.tuples(some.just("head"), HEADER),
    ),
    max_size=8,
)


@pytest.fixture(scope="module")
def organization(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    made = Sandbox(Options(str(tmp_path_factory.mktemp("orders") / "organization.sqlite3")))
    yield made
    made.database.close()


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def money(row: dict[str, Any], name: str) -> Decimal:
    return Decimal(row[name] or 0).scaleb(-4)


def carry_out(write: Write, order: str, step: str, what: Any) -> None:
    table, lines = write.model["salesorder"], write.model["salesorderdetail"]
    there = [row for (row,) in write.connection.execute("SELECT salesorderdetailid FROM salesorderdetail")]
    if step == "add":
        rows = [{**line, "salesorderid": order, "productdescription": "Bicycle"} for line in what]
        write.create(lines, rows, bulk=True)
    elif step == "change" and there:
        write.update(lines, {row: dict(what) for row in there[::2]})
    elif step == "remove" and there:
        write.delete(lines, there[what % len(there)])
    elif step == "head":
        write.update(table, {order: dict(what)})


@examples(60)
@given(STEPS)
def test_the_totals_of_an_order_are_those_of_its_lines(organization: Sandbox, steps: list[tuple[str, Any]]) -> None:
    (user,) = organization.database.connection().execute("SELECT systemuserid FROM systemuser").fetchone()
    with organization.organization.writing(user) as write:
        (order,) = write.create(write.model["salesorder"], [{"name": "Bicycles for Adatum"}])
        for step, what in steps:
            carry_out(write, order, step, what)
        found = write.connection.execute("SELECT salesorderdetailid FROM salesorderdetail").fetchall()
        lines = list(write.rows("salesorderdetail", [row for (row,) in found]).values())
        head = write.one("salesorder", order)
        write.delete(write.model["salesorder"], order)
    assert head is not None

    for line in lines:
        each = money(line, "priceperunit") - money(line, "volumediscountamount")
        assert money(line, "baseamount") == cents(each * Decimal(line["quantity"]))
        extended = money(line, "baseamount") - money(line, "manualdiscountamount") + money(line, "tax")
        assert money(line, "extendedamount") == extended
    net = sum((money(line, "baseamount") - money(line, "manualdiscountamount") for line in lines), Decimal(0))
    tax = sum((money(line, "tax") for line in lines), Decimal(0))
    percentage = cents(net * Decimal(head["discountpercentage"] or 0) / 100)
    less_freight = net - percentage - money(head, "discountamount")
    assert money(head, "totallineitemamount") == net
    assert money(head, "totaltax") == tax
    assert money(head, "totalamountlessfreight") == less_freight
    assert money(head, "totalamount") == less_freight + money(head, "freightamount") + tax
    assert head["totalamount_base"] == head["totalamount"]
