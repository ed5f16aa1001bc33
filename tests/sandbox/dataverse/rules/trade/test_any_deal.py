"""Whatever is said about a deal is taken or refused; nothing makes the organization fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox import Options, Sandbox
from integration.sandbox.dataverse.sales.messages import ACTIONS
from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.store.any_input import ANYTHING, SETTINGS, fine
from tests.sandbox.trade import LINES, Document, document, on_sale, price_list

NUMBERS = some.sampled_from([None, 0, 1, 0.00001, -3, 1000, 999999999999, 900000000000000, -900000000000000, "x"])
AMOUNTS = some.dictionaries(
    some.sampled_from(["quantity", "priceperunit", "manualdiscountamount", "tax", "ispriceoverridden", "lineitemnumber",
                       "productdescription", "skippricecalculation", "discountpercentage", "freightamount",
                       "discountamount", "totalamount", "statecode", "statuscode"]),
    NUMBERS | some.booleans() | ANYTHING,
    max_size=5,
)  # fmt: skip
PARAMETERS = (
    "Status", "QuoteClose", "OrderClose", "OpportunityClose", "QuoteId", "OpportunityId", "SalesOrderId", "InvoiceId",
    "ColumnSet", "QuoteCloseDate", "QuoteCloseStatus", "QuoteCloseSubject", "entityLogicalName", "entityId",
)  # fmt: skip
ODD = some.sampled_from([4, 5, 6, 8, "http://[::1", "https://a:b", "http://127.0.0.1:99999/", "<settings>"])


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    running = Sandbox(Options(str(tmp_path_factory.mktemp("deals") / "organization.sqlite3")))
    running.start()
    yield Caller(running.ready, "administrator")
    running.stop()


@pytest.fixture(scope="module")
def deals(call: Caller) -> dict[str, Document]:
    """One of each, with a line."""
    retail = price_list(call)
    bicycle, unit = on_sale(call, 4000, retail)
    made = {kind: document(call, kind, retail) for kind in LINES}
    for deal in made.values():
        deal.add(bicycle, unit)
    return made


@given(some.sampled_from(list(LINES)), AMOUNTS, some.booleans())
@SETTINGS
def test_any_line_is_taken_or_refused(
    call: Caller, deals: dict[str, Document], kind: str, values: dict[str, Any], described: bool
) -> None:
    lines, lookup = LINES[kind]
    about = {"productdescription": "Bicycle"} if described else {}

    answer = call("POST", lines, {**about, **values, f"{lookup}@odata.bind": f"/{deals[kind].address}"})

    assert fine(answer)
    (row, *_) = deals[kind].lines()
    assert fine(call("PATCH", f"{lines}({row[lines.removesuffix('s') + 'id']})", values))


@given(some.sampled_from(list(LINES)), AMOUNTS)
@SETTINGS
def test_any_document_is_taken_or_refused(call: Caller, kind: str, values: dict[str, Any]) -> None:
    made = call("POST", kind, {"name": "Bicycles for Coho Winery", **values})
    assert fine(made)
    if made.ok:
        assert fine(call("PATCH", made.headers["OData-EntityId"], values))


@given(some.sampled_from(sorted(ACTIONS)), some.dictionaries(some.sampled_from(PARAMETERS), ANYTHING), some.integers())
@SETTINGS
def test_any_message_is_carried_out_or_refused(
    call: Caller, deals: dict[str, Document], name: str, given: dict[str, Any], status: int
) -> None:
    ids = {kind: deal.id for kind, deal in deals.items()}
    whole: dict[str, Any] = {
        "Status": status,
        "QuoteClose": {"quoteid@odata.bind": f"/quotes({ids['quotes']})"},
        "OrderClose": {"salesorderid@odata.bind": f"/salesorders({ids['salesorders']})"},
        "OpportunityClose": {"opportunityid@odata.bind": f"/opportunities({ids['opportunities']})"},
        "QuoteId": ids["quotes"],
        "OpportunityId": ids["opportunities"],
        "SalesOrderId": ids["salesorders"],
        "InvoiceId": ids["invoices"],
        "ColumnSet": {"AllColumns": True},
    }

    assert fine(call("POST", name, {**whole, **given}))
    assert fine(call("POST", name, {**whole, "ColumnSet": {"Columns": given.get("ColumnSet")}}))
    assert fine(call("POST", name, given))


@given(
    some.dictionaries(
        some.sampled_from(["name", "contract", "url", "authtype", "authvalue"]),
        ANYTHING
        | some.sampled_from([4, 5, 6, 8, "http://[::1", "https://a:b", "http://127.0.0.1:99999/", "<settings>"]),
    )
)
@SETTINGS
def test_any_endpoint_is_taken_or_refused(call: Caller, values: dict[str, Any]) -> None:
    whole = {"name": "Litware", "contract": 8, "url": "https://litware.example", "authtype": 4, "authvalue": "s3cret"}

    assert fine(call("POST", "serviceendpoints", {**whole, **values}))
