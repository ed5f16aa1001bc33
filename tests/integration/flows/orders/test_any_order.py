"""Whatever an order of Sales looks like: either a plan comes to what Sales shows, or it says why there is none."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from integration.business_central.amounts import document_amounts
from integration.documents.known import ITEM, Known, Money, Sold
from integration.documents.lines import plan_lines
from integration.documents.orders import plan
from integration.documents.sources import ORDER, SalesDocument
from integration.systems.values import Record, Ref
from tests.examples import examples
from tests.integration.flows.desk import rounded, worked_out

D = Decimal
ID, ACCOUNT, CUSTOMER, CURRENCY = (uuid.UUID(int=number) for number in range(1, 5))
GOODS = {True: uuid.UUID(int=10), False: uuid.UUID(int=11)}
"""Products by whether a discount of the order counts for them."""

cents = st.integers(0, 50_000).map(lambda number: D(number) / 100)
quantities = st.integers(-3_000, 20_000).map(lambda number: D(number) / 1000)
lines = st.fixed_dictionaries(
    {
        "quantity": quantities,
        "priceperunit": st.integers(0, 5_000_000).map(lambda number: D(number) / 10_000),
        "volumediscountamount": st.just(D(0)) | cents.map(lambda amount: amount / 100),
        "manualdiscountamount": st.just(D(0)) | cents.map(lambda amount: amount / 50),
        "tax": st.just(D(0)) | cents,
        "allows": st.booleans(),
    }
)
headers = st.fixed_dictionaries(
    {
        "discountpercentage": st.just(D(0)) | st.integers(0, 4000).map(lambda number: D(number) / 100),
        "discountamount": st.just(D(0)) | cents.map(lambda amount: amount / 20),
        "freightamount": st.just(D(0)) | cents,
    }
)


def document(step: Decimal, header: dict[str, Any], entered: Sequence[dict[str, Any]]) -> SalesDocument:
    """The order as Sales works it out."""
    rows = [worked_out({name: _kept(name, value, step) for name, value in line.items()}, step) for line in entered]
    net = sum((row["extendedamount"] - row["tax"] for row in rows), D(0))
    percent = rounded(net * header["discountpercentage"] / 100, step)
    header = {name: rounded(value, step) if name != "discountpercentage" else value for name, value in header.items()}
    values = {
        **header, "ordernumber": "ORD-1", "customerid": Ref("account", ACCOUNT), "statecode": 1,
        "transactioncurrencyid": Ref("transactioncurrency", CURRENCY),
        "totalamountlessfreight": net - percent - header["discountamount"],
    }  # fmt: skip
    details = [
        Record("salesorderdetail", uuid.UUID(int=100 + at), {
            **row, "productid": Ref("product", GOODS[line["allows"]]), "lineitemnumber": at,
        }, "1")
        for at, (row, line) in enumerate(zip(rows, entered, strict=True))
    ]  # fmt: skip
    return SalesDocument(ORDER, Record("salesorder", ID, values, "1"), details)


def _kept(name: str, value: Any, step: Decimal) -> Any:
    """Sales rounds the amounts of a line to its currency."""
    return rounded(value, step) if name.endswith("amount") or name == "tax" else value


def known(step: Decimal) -> Known:
    sold = {id: Sold(ITEM, id, str(allows), "Desk", allows_discount=allows) for allows, id in GOODS.items()}
    rows = {id: Record("product", id, {"statecode": 0, "producttypecode": 1}, "1") for id in GOODS.values()}
    return Known(
        accounts={ACCOUNT: Record("account", ACCOUNT, {"customertypecode": 3}, "1")},
        customers={ACCOUNT: Record("customer", CUSTOMER, {}, "1")},
        products=rows, sold=sold, money={CURRENCY: Money(None, step)}, freight_account="6810",
    )  # fmt: skip


@examples(150)
@given(step=st.sampled_from([D("0.01"), D(1), D("0.001")]), header=headers, entered=st.lists(lines, max_size=6))
def test_a_plan_comes_to_what_sales_shows(step: Decimal, header: dict[str, Any], entered: list[dict[str, Any]]) -> None:
    source = document(step, header, entered)
    planned = plan(source, ID, known(step))
    shown = source.header.values["totalamountlessfreight"] + source.header.values["freightamount"]  # type: ignore[operator]
    if planned.document is None:
        assert planned.problem is not None
        assert planned.problem.code == "discount-out-of-range"
        return
    assert (planned.amount, planned.difference) == (shown, 0)
    worked = plan_lines(source, ID, known(step), None, step)
    discount = planned.document.header.values["invoice_discount_value"]
    assert isinstance(discount, Decimal)
    amounts = document_amounts([line.priced for line in worked.sold], step, discount)
    assert amounts.amount + worked.freight == shown
    assert amounts.invoice_discount == discount
    assert all(line.invoice_discount == 0 for line in amounts.lines if line.line_amount == 0)
    numbers = [row.values["line_no"] for row in planned.document.children["sales_line"]]
    assert numbers == sorted(set(numbers))  # type: ignore[type-var]
