"""The sales messages in the Web API: what a request holds and what it is answered with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.http.messages import answer, empty
from integration.sandbox.dataverse.organization import Exchange
from integration.sandbox.dataverse.query.options import QueryOptions
from integration.sandbox.dataverse.query.reading import read_row
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.dataverse.rules.trade.documents import LINES_OF
from integration.sandbox.dataverse.sales import closing, making, prices
from integration.sandbox.dataverse.sales.closing import Closing
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.dataverse.store.payload import Values
from integration.sandbox.dataverse.store.values import guid, moment
from integration.sandbox.dataverse.store.write import Write
from integration.sandbox.shell.messages import Response
from integration.sandbox.shell.refusal import Refusal

Body = dict[str, Any]
Unbound = Callable[[Exchange, Body], Response]
OnRow = Callable[[Exchange, Table, str], Response]
OnSet = Callable[[Exchange, Table, Body], Response]
DOCUMENTS = frozenset(LINES_OF)
NAMED_BY = {"QuoteId": "quote", "SalesOrderId": "salesorder", "OpportunityId": "opportunity"}
"""Parameter -> the table of the document it names."""


def _closer(kind: Closing, parameter: str) -> Unbound:
    """204. The body holds ``Status`` (-1: the state's default) and the activity under ``parameter``."""

    def perform(exchange: Exchange, body: Body) -> Response:
        status = body.get("Status")
        if type(status) is not int:
            raise odata("The parameter 'Status' is missing or not a number.")
        activity = body.get(parameter)
        if not isinstance(activity, dict):
            raise odata(f"The parameter '{parameter}' is missing or not a row.")
        values = exchange.payload(exchange.model[kind.activity], creating=True).read(activity)
        with exchange.writing() as write:
            _allow(exchange, write, "Write", kind.table, values.get(kind.lookup))
            exchange.guard.require_all("Create", write.model, write.model[kind.activity])
            closing.close(write, kind, values, status)
        return empty()

    return perform


def _maker(parameter: str, target: str, make: Callable[[Write, str, Body], str], verb: str = "Read") -> Unbound:
    """200 with the columns of the new document that ``ColumnSet`` asks for. ``verb`` is what must be allowed on the
    old one: a quote may be closed by it."""

    def perform(exchange: Exchange, body: Body) -> Response:
        row = _id(body, parameter)
        with exchange.writing() as write:
            _allow(exchange, write, verb, NAMED_BY[parameter], row)
            exchange.guard.require_all("Create", write.model, write.model[target])
            made = make(write, row, body)
            return _shown(exchange, write, write.model[target], made, body.get("ColumnSet"))

    return perform


def _locker(parameter: str, table: str, locked: bool) -> Unbound:
    def perform(exchange: Exchange, body: Body) -> Response:
        row = _id(body, parameter)
        with exchange.writing() as write:
            _allow(exchange, write, "Write", table, row)
            prices.lock(write, table, row, locked)
        return empty()

    return perform


def _row_locker(locked: bool) -> OnRow:
    def perform(exchange: Exchange, table: Table, row: str) -> Response:
        with exchange.writing() as write:
            _allow(exchange, write, "Write", table.name, row)
            prices.lock(write, table.name, row, locked)
        return empty()

    return perform


def recalculate_price(exchange: Exchange, body: Body) -> Response:
    """204. The body names the document by ``entityLogicalName`` and ``entityId``."""
    name, row = body.get("entityLogicalName"), _id(body, "entityId")
    if not isinstance(name, str) or name not in DOCUMENTS:
        raise Refusal(400, "0x80040203", f"Prices of '{name}' are not calculated.")
    with exchange.writing() as write:
        _allow(exchange, write, "Write", name, row)
        prices.recalculate(write, name, row)
    return empty()


def calculate_price(exchange: Exchange, body: Body) -> Response:
    """204. ``Target`` is a document, or a line of the document ``ParentId``."""
    target = body.get("Target")
    kind = str(target.get("@odata.type", "")) if isinstance(target, dict) else ""
    name = kind.removeprefix("#").removeprefix("Microsoft.Dynamics.CRM.")
    document = next((one for one, (line, _) in LINES_OF.items() if line == name), name)
    given = body if document != name else target
    key = "ParentId" if document != name else f"{name}id"
    if not isinstance(given, dict) or document not in DOCUMENTS:
        raise Refusal(400, "0x80040203", f"Prices of '{name}' are not calculated.")
    return recalculate_price(exchange, {"entityLogicalName": document, "entityId": given.get(key)})


def _convert_quote(write: Write, quote: str, body: Body) -> str:
    """The end of the quote may be described in the same breath."""
    texts = {"subject": body.get("QuoteCloseSubject"), "description": body.get("QuoteCloseDescription")}
    activity: Values = {name: text for name, text in texts.items() if isinstance(text, str) and text}
    if body.get("QuoteCloseDate") is not None:
        activity["actualend"] = moment(body["QuoteCloseDate"], False, "QuoteCloseDate")
    status = body.get("QuoteCloseStatus")
    return making.order_from_quote(write, quote, activity, status if type(status) is int else None)


def _generator(target: str) -> Unbound:
    return _maker("OpportunityId", target, lambda write, row, body: making.generate(write, row, target))


fulfill_order = _closer(closing.FULFILL_ORDER, "OrderClose")
ACTIONS: dict[str, Unbound] = {
    "WinOpportunity": _closer(closing.WIN_OPPORTUNITY, "OpportunityClose"),
    "LoseOpportunity": _closer(closing.LOSE_OPPORTUNITY, "OpportunityClose"),
    "WinQuote": _closer(closing.WIN_QUOTE, "QuoteClose"),
    "CloseQuote": _closer(closing.CLOSE_QUOTE, "QuoteClose"),
    "FulfillSalesOrder": fulfill_order,
    "CancelSalesOrder": _closer(closing.CANCEL_ORDER, "OrderClose"),
    "ReviseQuote": _maker("QuoteId", "quote", lambda write, row, body: making.revise_quote(write, row), "Write"),
    "ConvertQuoteToSalesOrder": _maker("QuoteId", "salesorder", _convert_quote, "Write"),
    "ConvertSalesOrderToInvoice": _maker(
        "SalesOrderId", "invoice", lambda write, row, body: making.invoice_from_order(write, row)
    ),
    "GenerateQuoteFromOpportunity": _generator("quote"),
    "GenerateSalesOrderFromOpportunity": _generator("salesorder"),
    "GenerateInvoiceFromOpportunity": _generator("invoice"),
    "LockSalesOrderPricing": _locker("SalesOrderId", "salesorder", True),
    "UnlockSalesOrderPricing": _locker("SalesOrderId", "salesorder", False),
    "LockInvoicePricing": _locker("InvoiceId", "invoice", True),
    "UnlockInvoicePricing": _locker("InvoiceId", "invoice", False),
    "RecalculatePrice": recalculate_price,
    "CalculatePrice": calculate_price,
}
ROW_ACTIONS: dict[tuple[str, str], OnRow] = {
    ("salesorder", "LockSalesOrderPricing"): _row_locker(True),
    ("salesorder", "UnlockSalesOrderPricing"): _row_locker(False),
    ("invoice", "LockInvoicePricing"): _row_locker(True),
    ("invoice", "UnlockInvoicePricing"): _row_locker(False),
}
SET_ACTIONS: dict[tuple[str, str], OnSet] = {
    ("salesorder", "FulfillSalesOrder"): lambda exchange, table, body: fulfill_order(exchange, body),
}


def _allow(exchange: Exchange, write: Write, verb: str, table: str, row: str | None) -> None:
    """Raises :class:`Refusal` unless this may be done to the document."""
    ids = [row] if row else []
    exchange.guard.check_rows(verb, write.model, write.connection, write.model[table], ids)


def _id(body: Body, parameter: str) -> str:
    found = guid(body.get(parameter))
    if found is None:
        raise odata(f"The parameter '{parameter}' is missing or not an id.")
    return found


def _shown(exchange: Exchange, write: Write, table: Table, row: str, columns: Any) -> Response:
    """The new row, with all columns or those that are named."""
    if not isinstance(columns, dict):
        raise odata("The parameter 'ColumnSet' is missing.")
    named = columns.get("Columns") or []
    if not isinstance(named, list):
        raise odata("The parameter 'ColumnSet' is to name its columns in a list.")
    names = tuple(_property(table, name) for name in named)
    found = read_row(
        exchange.reading(write), table, row, QueryOptions(select=None if columns.get("AllColumns") else names)
    )
    if found is None:
        raise refusals.missing(table.name, row)
    context, comma, rest = found[0].partition('",')
    return answer(f'{context}{comma}"@odata.type":"#Microsoft.Dynamics.CRM.{table.name}",{rest}')


def _property(table: Table, name: Any) -> str:
    column = table.columns.get(name) if isinstance(name, str) else None
    if column is None:
        raise Refusal(400, "0x80041103", f"'{table.name}' entity doesn't contain attribute with Name = '{name}'.")
    return column.property
