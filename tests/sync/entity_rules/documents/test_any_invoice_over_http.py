"""Whatever is on a posted invoice, a Sales organization behind its Web API shows the sums of the paper."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.dataverse.store import SalesOrganization
from integration.sync.special.documents.invoice_amounts import PostedLine, Pricing, SalesInvoice, in_sales
from integration.sync.special.documents.invoice_lines import Paper
from integration.sync.special.documents.invoice_sums import COMPARED, difference, sums_of
from integration.systems.values import Document, Record, Row
from tests.dataverse.joined import joined
from tests.examples import examples
from tests.organization import demo_organization
from tests.sandbox.conftest import Caller
from tests.sync.entity_rules.documents.papers import THIRDS, invoices, paper

D = Decimal


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with demo_organization(tmp_path_factory.mktemp("invoices")) as running:
        yield running.ready


@pytest.fixture(scope="module")
def sales(ready: dict[str, Any]) -> Iterator[SalesOrganization]:
    made = joined(ready)
    yield made
    made.close()


def keep_amounts(ready: dict[str, Any], keeps: bool) -> None:
    administrator = Caller(ready, "administrator")
    row = administrator.rows("organizations")[0]["organizationid"]
    assert administrator("PATCH", f"organizations({row})", {"issopintegrationenabled": keeps}).ok


def insert(sales: SalesOrganization, lines: list[PostedLine], made: SalesInvoice) -> Record:
    """The invoice with all of its lines written in, as Sales has it then."""
    names = ("line_no", "no", "description")
    written = [Record("sales_invoice_line", uuid.uuid4(), dict(zip(names, (n, "1000", "Bicycle"), strict=True)), "1")
               for n, _ in enumerate(lines, 1)]  # fmt: skip
    id = uuid.uuid4()
    header = Row(id, {"name": "103001", "invoicenumber": str(id), **sums_of(made)})
    rows = Paper(written, {}, {}, [], {}).rows(id, made)
    (answer,) = sales.insert_documents("invoice", [Document(header, {"invoicedetail": rows})])
    assert answer.error is None, answer.error
    return sales.get("invoice", [id], COMPARED)[id]


@pytest.mark.parametrize("keeps", [True, False], ids=["kept", "worked out"])
def test_sales_comes_to_the_sums_of_the_paper(ready: dict[str, Any], sales: SalesOrganization, keeps: bool) -> None:
    keep_amounts(ready, keeps)

    @examples(12)
    @given(invoices(st.just(2)))
    def of_any(invoice: tuple[list[PostedLine], int, bool]) -> None:
        lines, _, inclusive = invoice
        made = in_sales(lines, Pricing(keeps), prices_including_vat=inclusive)
        there = insert(sales, lines, made)
        assert difference(made, there) is None
        assert there.values["totalamount"] == sum((line.including_vat for line in lines), D(0))

    of_any()


def test_an_organization_that_keeps_nothing_though_it_should_is_found_out(
    ready: dict[str, Any], sales: SalesOrganization
) -> None:
    keep_amounts(ready, False)
    lines = paper(THIRDS, "0", False)
    made = in_sales(lines, Pricing(keeps=True), prices_including_vat=False)
    wrong = difference(made, insert(sales, lines, made))
    assert wrong is not None
    assert str(wrong) == (
        "Business Central makes 15.00 + 3.00 tax = 18.00 of the invoice, Dynamics 365 Sales shows 14.90 + 3.00 tax = "
        "17.90. Look at its lines there."
    )


def test_a_long_invoice_goes_in_slices_and_comes_to_the_paper(ready: dict[str, Any], sales: SalesOrganization) -> None:
    keep_amounts(ready, True)
    lines = paper(["1 0.33 0 20"] * 320, "0", False)
    made = in_sales(lines, Pricing(keeps=True), prices_including_vat=False)
    assert difference(made, insert(sales, lines, made)) is None
